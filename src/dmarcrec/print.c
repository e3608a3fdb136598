/* print.c - records in the form of RFC 9989: printed, converted, made. */
#include "dmarcrec/private.h"

const char *
dmarcrec_policy_name(enum dmarcrec_policy policy)
{
	switch (policy) {
	case DMARCREC_QUARANTINE:
		return "quarantine";
	case DMARCREC_REJECT:
		return "reject";
	case DMARCREC_UNSET:
	case DMARCREC_INVALID:
	case DMARCREC_NONE:
		break;
	}
	return "none";
}

static void
print_policy(struct buf *out, const char *tag, enum dmarcrec_policy policy)
{
	if (policy >= DMARCREC_NONE)
		buf_addf(out, "; %s=%s", tag, dmarcrec_policy_name(policy));
}

static void
print_uris(struct buf *out, const char *tag, const struct dmarcrec_uri *uri,
	   size_t n)
{
	bool first = true;

	for (size_t i = 0; i < n; i++) {
		if (!uri[i].mailto)
			continue;
		if (first)
			buf_addf(out, "; %s=", tag);
		else
			buf_addc(out, ',');
		buf_add(out, uri[i].uri);
		first = false;
	}
}

static void
print_fo(struct buf *out, unsigned fo)
{
	static const char letters[] = "01ds";
	const char *between = "; fo=";

	/* Of "all failed" and "any failed" the second holds the first. */
	if ((fo & DMARCREC_FO_ANY) != 0)
		fo &= ~(unsigned)DMARCREC_FO_ALL;
	if (fo == DMARCREC_FO_ALL)
		return;
	for (unsigned i = 0; i < 4; i++) {
		if ((fo & 1u << i) == 0)
			continue;
		buf_addf(out, "%s%c", between, letters[i]);
		between = ":";
	}
}

void
dmarcrec_print(const struct dmarcrec *rec, struct buf *out)
{
	buf_addz(out, "v=DMARC1");
	print_policy(out, "p", rec->p);
	print_policy(out, "sp", rec->sp);
	print_policy(out, "np", rec->np);
	if (rec->dkim_strict)
		buf_addz(out, "; adkim=s");
	if (rec->spf_strict)
		buf_addz(out, "; aspf=s");
	if (rec->test)
		buf_addz(out, "; t=y");
	if (rec->psd == DMARCREC_PSD_Y)
		buf_addz(out, "; psd=y");
	if (rec->psd == DMARCREC_PSD_N)
		buf_addz(out, "; psd=n");
	print_fo(out, rec->fo);
	print_uris(out, "rua", rec->rua, rec->rua_n);
	print_uris(out, "ruf", rec->ruf, rec->ruf_n);
}

/* Only what is an address, written as it should be. */
static bool
convert_uris(const struct dmarcrec_uri *old, size_t old_n, struct arena *mem,
	     struct dmarcrec_uri **out, size_t *n)
{
	*n = 0;
	*out = arena_array(mem, old_n, sizeof **out);
	if (*out == NULL)
		return false;
	for (size_t i = 0; i < old_n; i++) {
		const struct dmarcrec_uri *u = &old[i];

		if (u->mailto && u->uri.n > 0)
			(*out)[(*n)++] = (struct dmarcrec_uri){ .text = u->uri,
								.uri = u->uri,
								.host = u->host,
								.mailto = true,
								.valid = true };
	}
	return true;
}

bool
dmarcrec_convert(const struct dmarcrec *old, struct arena *mem,
		 struct dmarcrec *out)
{
	const bool broken = old->p < DMARCREC_NONE ||
			    old->sp == DMARCREC_INVALID ||
			    old->np == DMARCREC_INVALID;

	*out = (struct dmarcrec){ .valid = true,
				  .p = old->p,
				  .sp = old->sp,
				  .np = old->np,
				  .dkim_strict = old->dkim_strict,
				  .spf_strict = old->spf_strict,
				  .test = old->test,
				  .psd = old->psd,
				  .fo = old->fo,
				  .pct = 100 };
	if (broken) { /* receivers take it for p=none, RFC 9989 4.10.1 */
		out->p = DMARCREC_NONE;
		out->sp = out->np = DMARCREC_UNSET;
	}
	if (old->pct < 100 &&
	    (out->p > DMARCREC_NONE || out->sp > DMARCREC_NONE ||
	     out->np > DMARCREC_NONE))
		out->test = true;
	if (!convert_uris(old->rua, old->rua_n, mem, &out->rua, &out->rua_n) ||
	    !convert_uris(old->ruf, old->ruf_n, mem, &out->ruf, &out->ruf_n))
		return false;
	out->has_rua = out->rua_n > 0;
	out->has_ruf = out->ruf_n > 0;
	if (!out->has_ruf)
		out->fo = 0;
	return true;
}

bool
dmarcrec_make(const struct dmarcrec *wish, struct arena *mem,
	      struct finding_list *why, struct str *out)
{
	SCOPED_BUF b = BUF(DMARCREC_TEXT_MAX);
	struct dmarcrec back;
	struct str text;

	dmarcrec_print(wish, &b);
	if (b.full || !arena_dup(mem, buf_str(&b), &text) ||
	    dmarcrec_parse(text, mem, &back, NULL) != ERR_NONE)
		return false;
	dmarcrec_lint(&back, S(""), why);
	if (why->full || finding_list_worst(why) >= FINDING_WARN)
		return false;
	*out = text;
	return true;
}
