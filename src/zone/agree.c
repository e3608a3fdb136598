/* agree.c - whether all name servers say the same about what matters for
 * mail: a secondary that lags gives some senders the old answer. */
#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "netaddr/netaddr.h"
#include "zone/private.h"
#include "zone/zone.h"

enum { TEXT_MAX = 512 };

static const struct {
	const char *below; /* put before the domain */
	enum facts_type type;
	const char *shown;
} asked[] = {
	{ "", FACTS_MX, "MX" },
	{ "", FACTS_TXT, "TXT" },
	{ "_dmarc.", FACTS_TXT, "TXT" },
	{ "_mta-sts.", FACTS_TXT, "TXT" },
	{ "_smtp._tls.", FACTS_TXT, "TXT" },
};

/* Every record of `a` is in `b`. */
static bool
within(const struct facts_dns *a, const struct facts_dns *b)
{
	for (size_t i = 0; i < a->n; i++) {
		bool there = false;

		for (size_t k = 0; k < b->n && !there; k++)
			there = str_eq(a->rr[i].data, b->rr[k].data) &&
				a->rr[i].preference == b->rr[k].preference;
		if (!there)
			return false;
	}
	return true;
}

/* What stands behind a CNAME may be another's to answer: then only the CNAME
 * itself counts. */
static bool
same(const struct facts_dns *a, const struct facts_dns *b)
{
	if (a->chain_n > 0 && b->chain_n > 0)
		return str_eq(a->chain[0], b->chain[0]);
	return a->chain_n == b->chain_n && a->status == b->status &&
	       a->n == b->n && within(a, b) && within(b, a);
}

static void
tell(const struct zone_servers *s, const struct zone_server *at, size_t q,
     struct finding_list *out)
{
	char address[NETADDR_PRINT_MAX];
	SCOPED_BUF text = BUF(TEXT_MAX), evidence = BUF(TEXT_MAX);
	struct str detail;

	buf_addf(&text, "%s %s%.*s", asked[q].shown, asked[q].below,
		 STR_ARG(s->domain));
	buf_addf(&evidence, "%.*s (%s)", STR_ARG(at->host),
		 netaddr_print(at->address, address));
	detail = buf_str(&text);
	finding_add(out, "dns.ns_inconsistent", buf_str(&evidence), "domain",
		    &s->domain, "host", &at->host, "detail", &detail, NULL);
}

/* One question to all that answer, held against the first that said
 * anything. */
static bool
compare(struct facts *f, const struct zone_servers *s, size_t q,
	struct finding_list *out)
{
	SCOPED_BUF name = BUF(TEXT_MAX);
	const struct facts_dns *first = NULL;
	bool known = true;

	buf_addf(&name, "%s%.*s", asked[q].below, STR_ARG(s->domain));
	for (size_t i = 0; i < s->n; i++) {
		const struct facts_dns *d;

		if (s->at[i].health != ZONE_ANSWERS)
			continue;
		d = facts_ask_at(f, buf_str(&name), asked[q].type,
				 s->at[i].address);
		known = known && d;
		/* A lost packet is no other answer. */
		if (!d || facts_trouble(d->status))
			continue;
		if (!first)
			first = d;
		else if (!same(first, d))
			tell(s, &s->at[i], q, out);
	}
	return known;
}

bool
zone_agree_check(struct facts *f, const struct zone_servers *s,
		 struct finding_list *out)
{
	bool known = true;

	for (size_t q = 0; q < COUNT_OF(asked); q++)
		known = compare(f, s, q, out) && known;
	return known;
}
