/* check.c - is there an indicator, and does the DMARC policy let receivers
 * show it? */
#include "bimi/private.h"

static const struct facts_dns *
ask(struct facts *f, struct str selector, const char *between,
    struct str domain)
{
	SCOPED_BUF name = BUF(4 * DNSNAME_MAX);

	buf_add(&name, selector);
	buf_addz(&name, between);
	buf_add(&name, domain);
	return facts_ask(f, buf_str(&name), FACTS_TXT);
}

static bool
is_known(const struct facts_dns *answer)
{
	return answer->status == FACTS_FOUND ||
	       answer->status == FACTS_NODATA ||
	       answer->status == FACTS_NXDOMAIN;
}

/* ---- the policy, when nobody gave it ---- */

static enum bimi_policy
policy_of(struct str value)
{
	if (str_eq_fold(value, S("reject")))
		return BIMI_POLICY_REJECT;
	if (str_eq_fold(value, S("quarantine")))
		return BIMI_POLICY_QUARANTINE;
	return BIMI_POLICY_NONE;
}

struct policy {
	bool there;
	enum bimi_policy p, sp; /* sp ABSENT without the tag */
	unsigned pct;
	bool test;
};

static void
read_policy(struct str text, struct policy *out)
{
	struct str rest = text, name, value;
	uint64_t pct;

	*out = (struct policy){ true, BIMI_POLICY_NONE, BIMI_POLICY_ABSENT, 100,
				false };
	while (bimi_next_tag(&rest, &name, &value)) {
		if (str_eq_fold(name, S("p")))
			out->p = policy_of(value);
		else if (str_eq_fold(name, S("sp")))
			out->sp = policy_of(value);
		else if (str_eq_fold(name, S("t")))
			out->test = str_eq_fold(value, S("y"));
		else if (str_eq_fold(name, S("pct")) && str_u64(value, &pct) &&
			 pct < 100)
			out->pct = (unsigned)pct;
	}
}

/* Several records count as none (RFC 9989 section 4.10). */
static void
find_policy(const struct facts_dns *answer, struct policy *out)
{
	size_t n = 0;

	*out = (struct policy){ .there = false, .pct = 100 };
	for (size_t i = 0; i < answer->n; i++) {
		if (!str_starts(answer->rr[i].data, S("v=DMARC1")))
			continue;
		read_policy(answer->rr[i].data, out);
		n++;
	}
	out->there = n == 1;
}

static void
judge_policy(const struct facts_dns *own, const struct facts_dns *org,
	     bool same, struct bimi_dmarc *out)
{
	struct policy here, above;

	*out = (struct bimi_dmarc){ .pct = 100 };
	if (!is_known(own) || !is_known(org))
		return;
	find_policy(own, &here);
	find_policy(org, &above);
	out->org = out->sub = BIMI_POLICY_ABSENT;
	if (above.there) {
		out->org = above.p;
		out->sub = above.sp != BIMI_POLICY_ABSENT ? above.sp : above.p;
		out->pct = above.pct;
		out->test = above.test;
	}
	out->domain = same ? out->org : out->sub;
	if (here.there) {
		out->domain = here.p;
		out->pct = here.pct < out->pct ? here.pct : out->pct;
		out->test = out->test || here.test;
	}
}

/* ---- judging ---- */

static void
tell(struct finding_list *out, const char *code, struct str domain,
     const char *detail)
{
	struct str word = str_of(detail);

	(void)finding_add(out, code, S(""), "domain", &domain, "detail", &word,
			  NULL);
}

static void
check_policy(const struct bimi_dmarc *dmarc, struct str domain,
	     struct finding_list *out)
{
	const struct str org = dnsname_org(domain);

	if (dmarc->domain == BIMI_POLICY_UNKNOWN ||
	    dmarc->org == BIMI_POLICY_UNKNOWN) {
		tell(out, "bimi.dmarc_unknown", domain, "");
		return;
	}
	if (dmarc->domain < BIMI_POLICY_QUARANTINE)
		tell(out, "bimi.dmarc_not_enforced", domain, "");
	if (dmarc->org < BIMI_POLICY_QUARANTINE && !str_eq(org, domain))
		tell(out, "bimi.dmarc_not_enforced", org, "");
	if (dmarc->org >= BIMI_POLICY_QUARANTINE &&
	    dmarc->sub == BIMI_POLICY_NONE)
		tell(out, "bimi.dmarc_sp_none", org, "");
	if (dmarc->pct < 100)
		tell(out, "bimi.dmarc_partial", domain, "pct");
	if (dmarc->test)
		tell(out, "bimi.dmarc_partial", domain, "t=y");
}

/* The one record of an answer; false when there is none to go on with. */
static bool
pick(const struct facts_dns *answer, struct str *text, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < answer->n; i++) {
		if (str_find_fold(answer->rr[i].data, S("bimi1")) == SIZE_MAX)
			continue;
		*text = answer->rr[i].data;
		++*count;
	}
	return *count == 1;
}

static bool
check_record(struct facts *f, struct str text, const struct bimi_dmarc *dmarc,
	     struct str domain, struct finding_list *out)
{
	struct bimi rec;

	if (bimi_parse(text, &rec, NULL) != ERR_NONE) {
		(void)finding_add(out, "bimi.record_too_long", S(""), NULL);
		return true;
	}
	bimi_lint(&rec, out);
	if (!rec.valid || rec.declined)
		return true;
	check_policy(dmarc, domain, out);
	return bimi_check_files(f, &rec, out);
}

bool
bimi_check_with(struct facts *f, struct str domain, struct str selector,
		const struct bimi_dmarc *dmarc, struct finding_list *out)
{
	const struct str org = dnsname_org(domain);
	const struct facts_dns *own = ask(f, selector, "._bimi.", domain);
	const struct facts_dns *above = ask(f, selector, "._bimi.", org);
	const struct facts_dns *answer = own;
	struct str text = STR("");
	size_t count;

	if (own == NULL || above == NULL)
		return false;
	/* Only where the domain has none does its organisation speak. */
	if (is_known(own) && !pick(own, &text, &count) && count == 0)
		answer = above;
	if (!is_known(answer))
		(void)finding_add(out, "bimi.unknown", answer->why, "name",
				  &answer->name, NULL);
	else if (pick(answer, &text, &count))
		return check_record(f, text, dmarc, domain, out);
	else if (count > 1)
		(void)finding_add(out, "bimi.multiple", text, "name",
				  &answer->name, NULL);
	else
		tell(out, "bimi.absent", domain, "");
	return true;
}

bool
bimi_check(struct facts *f, const struct facts_subject *s,
	   struct finding_list *out)
{
	const struct str org = dnsname_org(s->domain);
	const struct facts_dns *own = ask(f, S("_dmarc"), ".", s->domain);
	const struct facts_dns *above = ask(f, S("_dmarc"), ".", org);
	struct bimi_dmarc dmarc = { .pct = 100 };

	if (own != NULL && above != NULL)
		judge_policy(own, above, str_eq(org, s->domain), &dmarc);
	return bimi_check_with(f, s->domain, S("default"), &dmarc, out) &&
	       own != NULL && above != NULL;
}
