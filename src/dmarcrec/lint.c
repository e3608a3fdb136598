/* lint.c - what the text of a record says wrongly, unwisely or in the way of
 * RFC 7489. */
#include "dmarcrec/private.h"

bool
dmarcrec_has_address(const struct dmarcrec *rec)
{
	for (size_t i = 0; i < rec->rua_n; i++)
		if (rec->rua[i].valid)
			return true;
	return false;
}

void
dmarcrec_offer(struct finding_found *found, const struct dmarcrec *rec,
	       struct str domain, struct arena *mem)
{
	SCOPED_BUF b = BUF(DMARCREC_TEXT_MAX);
	struct str value;

	if (found == NULL || domain.n == 0)
		return;
	dmarcrec_print(rec, &b);
	if (b.full || !arena_dup(mem, buf_str(&b), &value))
		return;
	found->record = (struct finding_record){
		dmarcrec_join(mem, S("_dmarc."), domain), S("TXT"), value
	};
}

struct lint {
	const struct dmarcrec *rec;
	struct dmarcrec better; /* the converted one */
	struct str domain;
	struct finding_list *out;
	bool curable;
};

/* A finding that the converted record cures. */
static void
tell(struct lint *l, const char *code, struct str tag, struct str detail)
{
	struct finding_found *found =
		finding_add(l->out, code, l->rec->text, "tag", &tag, "detail",
			    &detail, "domain", &l->domain, NULL);

	if (l->curable)
		dmarcrec_offer(found, &l->better, l->domain, l->out->mem);
}

/* A finding that a changed copy of the converted record cures. */
static void
tell_with(struct lint *l, const char *code, const struct dmarcrec *cure)
{
	struct finding_found *found = finding_add(l->out, code, l->rec->text,
						  "domain", &l->domain, NULL);

	if (l->curable)
		dmarcrec_offer(found, cure, l->domain, l->out->mem);
}

static void
lint_usable(struct lint *l)
{
	const struct dmarcrec *rec = l->rec;
	const bool broken = rec->p < DMARCREC_NONE ||
			    rec->sp == DMARCREC_INVALID ||
			    rec->np == DMARCREC_INVALID;

	if (rec->p == DMARCREC_UNSET)
		tell(l, "dmarc.p_missing", S("p"), S(""));
	else if (rec->valid && rec->tag_n > 1 &&
		 !str_eq_fold(rec->tag[1].name, S("p")))
		tell(l, "dmarc.p_not_second", rec->tag[1].name, S(""));
	if (broken && !dmarcrec_has_address(rec))
		tell(l, "dmarc.unusable", S(""), S(""));
}

static void
lint_strength(struct lint *l)
{
	const struct dmarcrec *rec = l->rec;
	const enum dmarcrec_policy sub =
		rec->sp >= DMARCREC_NONE ? rec->sp : rec->p;
	struct dmarcrec cure = l->better;

	if (rec->p < DMARCREC_NONE || rec->sp == DMARCREC_INVALID ||
	    rec->np == DMARCREC_INVALID)
		return;
	if (rec->sp != DMARCREC_UNSET && rec->sp < rec->p) {
		cure.sp = DMARCREC_UNSET;
		tell_with(l, "dmarc.sp_weaker", &cure);
	}
	cure = l->better;
	cure.np = DMARCREC_REJECT;
	if (rec->np != DMARCREC_UNSET && rec->np < sub)
		tell_with(l, "dmarc.np_weaker", &cure);
	/* While a domain only watches, names that do not exist can wait. */
	if (rec->np == DMARCREC_UNSET && rec->p > DMARCREC_NONE &&
	    sub < DMARCREC_REJECT)
		tell_with(l, "dmarc.np_missing", &cure);
	if (rec->test && (rec->p > DMARCREC_NONE || sub > DMARCREC_NONE)) {
		cure = l->better;
		cure.test = false;
		tell_with(l, "dmarc.test_mode", &cure);
	}
}

static void
lint_reports(struct lint *l)
{
	const struct dmarcrec *rec = l->rec;
	struct dmarcrec cure = l->better;

	if (rec->p == DMARCREC_NONE && !dmarcrec_has_address(rec))
		tell(l, "dmarc.none_without_rua", S("rua"), S(""));
	cure.fo = 0;
	if (rec->fo != 0 && !rec->has_ruf)
		tell_with(l, "dmarc.fo_without_ruf", &cure);
	/* RFC 7489 section 6.2: more than two need not be served. */
	if (rec->rua_n > 2 || rec->ruf_n > 2)
		tell(l, "dmarc.uri_many", rec->rua_n > 2 ? S("rua") : S("ruf"),
		     S(""));
	cure = l->better;
	cure.ruf_n = 0;
	cure.fo = 0;
	if (rec->psd == DMARCREC_PSD_Y && rec->has_ruf)
		tell_with(l, "dmarc.psd_ruf", &cure);
	cure = l->better;
	cure.psd = DMARCREC_PSD_U;
	if (rec->psd == DMARCREC_PSD_Y && l->domain.n > 0 &&
	    !dnsname_is_suffix(l->domain))
		tell_with(l, "dmarc.psd_not_suffix", &cure);
}

static void
lint_obsolete(struct lint *l)
{
	const struct dmarcrec *rec = l->rec;
	SCOPED_BUF tags = BUF(16);
	SCOPED_BUF pct = BUF(8);

	if (rec->has_pct)
		buf_addz(&tags, "pct");
	if (rec->has_rf)
		buf_addf(&tags, "%srf", tags.n > 0 ? ", " : "");
	if (rec->has_ri)
		buf_addf(&tags, "%sri", tags.n > 0 ? ", " : "");
	if (tags.n > 0)
		tell(l, "dmarc.obsolete_tags", S(""), buf_str(&tags));
	buf_addf(&pct, "%u", rec->pct);
	if (rec->pct == 0)
		tell(l, "dmarc.pct_zero", S("pct"), buf_str(&pct));
	else if (rec->pct < 100)
		tell(l, "dmarc.pct_partial", S("pct"), buf_str(&pct));
}

void
dmarcrec_lint(const struct dmarcrec *rec, struct str domain,
	      struct finding_list *out)
{
	struct lint l = { .rec = rec, .domain = domain, .out = out };

	l.curable = dmarcrec_convert(rec, out->mem, &l.better);
	for (size_t i = 0; i < rec->fault_n; i++)
		tell(&l, rec->fault[i].code, rec->fault[i].tag,
		     rec->fault[i].detail);
	lint_usable(&l);
	lint_strength(&l);
	lint_reports(&l);
	lint_obsolete(&l);
}
