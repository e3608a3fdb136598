/* dmarc.c - the DMARC record (RFC 9989), and old ones as wishes. */
#include "base/base.h"
#include "dmarcrec/dmarcrec.h"
#include "dnsname/dnsname.h"
#include "generate/private.h"

static enum dmarcrec_policy
policy_of(struct str name)
{
	for (int p = DMARCREC_NONE; p <= DMARCREC_REJECT; p++)
		if (str_eq(name, str_of(dmarcrec_policy_name(
					 (enum dmarcrec_policy)p))))
			return (enum dmarcrec_policy)p;
	return DMARCREC_UNSET;
}

static bool
take_uris(struct maker *m, enum generate_field field, struct dmarcrec_uri **out,
	  size_t *n)
{
	const struct generate_values *v = &m->w->v[field];

	*n = 0;
	*out = arena_array(m->mem, v->n + 1, sizeof(**out));
	if (!*out)
		return false;
	for (size_t i = 0; i < v->n; i++) {
		const struct str uri = generate_uri(m->mem, v->at[i]);

		if (!str_starts(uri, S("mailto:"))) {
			generate_refuse(m, "generate.not_a_mailbox", v->at[i]);
			return false;
		}
		(*out)[(*n)++] = (struct dmarcrec_uri){
			.text = uri, .uri = uri, .mailto = true, .valid = true
		};
	}
	return true;
}

static unsigned
take_fo(const struct generate_wish *w)
{
	static const char letters[] = "01ds";
	const struct generate_values *v = &w->v[GENERATE_FO];
	unsigned fo = 0;

	for (size_t i = 0; i < v->n; i++)
		for (unsigned k = 0; k < 4; k++)
			if (v->at[i].p[0] == letters[k])
				fo |= 1u << k;
	return fo;
}

static void
take_policies(struct maker *m, struct dmarcrec *rec)
{
	enum dmarcrec_policy sub;

	rec->p = policy_of(generate_get(m->w, GENERATE_POLICY));
	rec->sp = policy_of(generate_get(m->w, GENERATE_SUBDOMAINS));
	rec->np = policy_of(generate_get(m->w, GENERATE_NONEXISTENT));
	if (rec->p == DMARCREC_UNSET)
		rec->p = DMARCREC_NONE;
	sub = rec->sp == DMARCREC_UNSET ? rec->p : rec->sp;
	/* Nobody sends from names that do not exist; they need no patience. */
	if (rec->np == DMARCREC_UNSET && rec->p > DMARCREC_NONE &&
	    sub < DMARCREC_REJECT) {
		rec->np = DMARCREC_REJECT;
		generate_tell(m, "generate.np_added", S("np=reject"));
	}
}

static bool
take_wish(struct maker *m, struct dmarcrec *rec)
{
	const struct generate_wish *w = m->w;
	const struct str psd = generate_get(w, GENERATE_PSD);

	*rec = (struct dmarcrec){
		.valid = true,
		.dkim_strict = str_eq(generate_get(w, GENERATE_DKIM_ALIGNMENT),
				      S("strict")),
		.spf_strict = str_eq(generate_get(w, GENERATE_SPF_ALIGNMENT),
				     S("strict")),
		.test = generate_yes(w, GENERATE_TESTING),
		.psd = str_eq(psd, S("y"))   ? DMARCREC_PSD_Y
		       : str_eq(psd, S("n")) ? DMARCREC_PSD_N
					     : DMARCREC_PSD_U,
		.pct = 100
	};
	take_policies(m, rec);
	if (!take_uris(m, GENERATE_RUA, &rec->rua, &rec->rua_n) ||
	    !take_uris(m, GENERATE_RUF, &rec->ruf, &rec->ruf_n))
		return false;
	rec->has_rua = rec->rua_n > 0;
	rec->has_ruf = rec->ruf_n > 0;
	rec->fo = rec->has_ruf ? take_fo(w) : 0;
	return true;
}

/* RFC 9990 section 4: another organisation must say that it takes them. */
static void
tell_consent(struct maker *m, const struct dmarcrec_uri *uri, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct str host = generate_uri_host(m->mem, uri[i].uri);
		struct finding_found *found;

		if (host.n == 0 ||
		    str_eq(dnsname_org(host), dnsname_org(m->out->domain)))
			continue;
		found = finding_add(&m->out->found, "generate.consent",
				    uri[i].uri, "host", &host, "domain",
				    &m->out->domain, NULL);
		if (found)
			found->record = (struct finding_record){
				generate_text(
					m->mem, "%.*s._report._dmarc.%.*s",
					STR_ARG(m->out->domain), STR_ARG(host)),
				S("TXT"), S("v=DMARC1")
			};
	}
}

/* What the check says of it, with the names and cures it knows here. */
static void
tell_lint(struct maker *m, const struct dmarcrec *rec)
{
	SCOPED_BUF b = BUF(DMARCREC_TEXT_MAX);
	struct dmarcrec back;
	struct str text;

	dmarcrec_print(rec, &b);
	if (!b.full && arena_dup(m->mem, buf_str(&b), &text) &&
	    dmarcrec_parse(text, m->mem, &back, NULL) == ERR_NONE)
		dmarcrec_lint(&back, m->out->domain, &m->out->found);
}

void
generate_make_dmarc(struct maker *m)
{
	struct dmarcrec rec, back;
	struct finding_list plain;
	struct str text;
	bool good;

	if (!take_wish(m, &rec))
		return;
	if (rec.psd == DMARCREC_PSD_Y && !dnsname_is_suffix(m->out->domain)) {
		generate_refuse(m, "dmarc.psd_not_suffix", m->out->domain);
		return;
	}
	finding_list_init(&plain, m->mem);
	good = dmarcrec_make(&rec, m->mem, &plain, &text);
	tell_lint(m, &rec);
	if (!good) {
		generate_refuse(m, "generate.refused", S("DMARC"));
		return;
	}
	/* Nothing that was typed into an address became a tag. */
	if (dmarcrec_parse(text, m->mem, &back, NULL) != ERR_NONE ||
	    back.rua_n != rec.rua_n || back.ruf_n != rec.ruf_n ||
	    back.p != rec.p || back.test != rec.test) {
		generate_refuse(m, "generate.refused", text);
		return;
	}
	(void)generate_record(m, "_dmarc", RECORDS_TXT, text);
	tell_consent(m, rec.rua, rec.rua_n);
	tell_consent(m, rec.ruf, rec.ruf_n);
	generate_step(m, "generate.step.one_dmarc");
	generate_step(m, "generate.step.look_dmarc");
}

/* ---- the other way ---- */

static void
set_policy(struct generate_wish *w, enum generate_field field,
	   enum dmarcrec_policy policy)
{
	generate_set(w, field,
		     policy >= DMARCREC_NONE
			     ? str_of(dmarcrec_policy_name(policy))
			     : S(""));
}

static void
set_uris(struct generate_wish *w, enum generate_field field,
	 const struct dmarcrec_uri *uri, size_t n)
{
	w->v[field].n = 0;
	for (size_t i = 0; i < n; i++)
		generate_add(w, field, uri[i].uri);
}

static void
set_rest(struct generate_wish *w, const struct dmarcrec *rec)
{
	static const char *const psd[] = { "", "y", "n" };
	static const char *const fo[] = { "0", "1", "d", "s" };

	generate_set(w, GENERATE_DKIM_ALIGNMENT,
		     rec->dkim_strict ? S("strict") : S("relaxed"));
	generate_set(w, GENERATE_SPF_ALIGNMENT,
		     rec->spf_strict ? S("strict") : S("relaxed"));
	generate_set(w, GENERATE_TESTING, rec->test ? S("yes") : S("no"));
	generate_set(w, GENERATE_PSD, str_of(psd[rec->psd]));
	w->v[GENERATE_FO].n = 0;
	for (unsigned i = 0; i < COUNT_OF(fo); i++)
		if ((rec->fo & 1u << i) != 0)
			generate_add(w, GENERATE_FO, str_of(fo[i]));
}

bool
generate_parse_dmarc(struct generate_wish *w, struct str text,
		     struct finding_list *found)
{
	struct dmarcrec old, rec;

	if (!dmarcrec_is(text) && !dmarcrec_resembles(text))
		return false;
	if (dmarcrec_parse(text, w->mem, &old, NULL) != ERR_NONE ||
	    !dmarcrec_convert(&old, w->mem, &rec))
		return false;
	dmarcrec_lint(&old, S(""), found);
	set_policy(w, GENERATE_POLICY, rec.p);
	set_policy(w, GENERATE_SUBDOMAINS, rec.sp);
	set_policy(w, GENERATE_NONEXISTENT, rec.np);
	set_uris(w, GENERATE_RUA, rec.rua, rec.rua_n);
	set_uris(w, GENERATE_RUF, rec.ruf, rec.ruf_n);
	set_rest(w, &rec);
	return true;
}
