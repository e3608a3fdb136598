/* seen.c - what is wrong with a record in the light of the mail that reports
 * tell of. */
#include "dmarcrec/private.h"

enum { FEW = 20 /* messages that decide nothing */ };

struct light {
	const struct dmarcrec *rec;
	const struct facts_seen *seen;
	struct str domain;
	struct finding_list *out;
};

static struct finding_found *
tell(const struct light *l, const char *code, uint64_t messages,
     struct str name)
{
	SCOPED_BUF number = BUF(24);
	struct str count;

	buf_addf(&number, "%llu", (unsigned long long)messages);
	count = buf_str(&number);
	return finding_add(l->out, code, l->rec->text, "domain", &l->domain,
			   "count", &count, "name", &name, NULL);
}

/* The same record, relaxed. */
static void
check_strict(const struct light *l, bool dkim)
{
	const struct facts_strict *s = dkim ? &l->seen->dkim : &l->seen->spf;
	bool strict = dkim ? l->rec->dkim_strict : l->rec->spf_strict;
	struct finding_found *told;
	struct dmarcrec cure;

	if (!strict || s->messages == 0)
		return;
	told = tell(l,
		    dkim ? "dmarc.adkim_too_strict" : "dmarc.aspf_too_strict",
		    s->messages, s->name);
	if (!dmarcrec_convert(l->rec, l->out->mem, &cure))
		return;
	if (dkim)
		cure.dkim_strict = false;
	else
		cure.spf_strict = false;
	dmarcrec_offer(told, &cure, l->domain, l->out->mem);
}

void
dmarcrec_check_seen(const struct dmarcrec *rec, const struct facts_subject *s,
		    struct finding_list *out)
{
	const struct light l = { rec, &s->seen, s->domain, out };

	if (s->seen.days == 0)
		return;
	check_strict(&l, true);
	check_strict(&l, false);
	/* RFC 9989 section 7.4: a forwarder breaks SPF. */
	if (rec->p == DMARCREC_REJECT && s->seen.passed >= FEW &&
	    s->seen.by_dkim == 0)
		(void)tell(&l, "dmarc.reject_by_spf_only", s->seen.passed,
			   s->domain);
}
