/* zone.c - the name servers of a domain and the signatures of its zone. */
#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "zone/private.h"
#include "zone/zone.h"

#include <stdio.h>

enum { HOSTS_MAX = 4096 /* bytes of names of name servers */ };

/* Signed, but nothing above says so: the keys count for nobody. */
static bool
lacks_ds(const struct facts_dns *ds, const struct facts_dns *keys)
{
	return keys->n > 0 &&
	       (ds->status == FACTS_NODATA || ds->status == FACTS_NXDOMAIN);
}

/* The name servers, a line each: what these findings are about. */
static void
add_hosts(const struct zone_servers *s, struct buf *out)
{
	for (size_t i = 0; i < s->ns->n; i++)
		buf_addf(out, "%s%.*s", i > 0 ? "\n" : "",
			 STR_ARG(s->ns->rr[i].data));
}

static bool
check_dnssec(struct facts *f, const struct zone_servers *s,
	     struct finding_list *out)
{
	SCOPED_BUF hosts = BUF(HOSTS_MAX);
	const struct facts_dns *soa = facts_ask(f, s->apex, FACTS_SOA);
	const struct facts_dns *ds = facts_ask(f, s->apex, FACTS_DS);
	const struct facts_dns *keys = facts_ask(f, s->apex, FACTS_DNSKEY);
	const char *code;

	if (!soa || !ds || !keys)
		return false;
	if (facts_trouble(soa->status)) {
		zone_tell_trouble(out, s->apex, soa);
		return true;
	}
	if (keys->status == FACTS_BOGUS || ds->status == FACTS_BOGUS) {
		zone_tell_trouble(out, s->apex,
				  keys->status == FACTS_BOGUS ? keys : ds);
		return true;
	}
	if (soa->unproven || s->ns->unproven)
		code = "dns.no_trust_anchor";
	else if (soa->secure)
		code = "zone.signed";
	else if (lacks_ds(ds, keys))
		code = "zone.ds_missing";
	else
		code = "zone.unsigned";
	add_hosts(s, &hosts);
	finding_add(out, code, buf_str(&hosts), "domain", &s->apex, NULL);
	return true;
}

static void
tell_ok(const struct zone_servers *s, struct finding_list *out)
{
	char number[24];
	struct str count;

	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].health != ZONE_ANSWERS)
			return;
	snprintf(number, sizeof(number), "%zu", s->ns->n);
	count = str_of(number);
	finding_add(out, "zone.ok", S(""), "domain", &s->apex, "count", &count,
		    NULL);
}

bool
zone_check(struct facts *f, const struct facts_subject *s,
	   struct finding_list *out)
{
	struct zone_cut cut;
	struct zone_servers servers = { .domain = s->domain };
	size_t before = out->n;
	bool known;

	if (!zone_find(f, s->domain, &cut))
		return false;
	if (cut.apex.n == 0) {
		/* A name that does not exist is for mx to tell. */
		if (facts_trouble(cut.ns->status))
			zone_tell_trouble(out, s->domain, cut.ns);
		return true;
	}
	servers.apex = cut.apex;
	servers.ns = cut.ns;
	known = zone_servers_check(f, &servers, out) &&
		zone_agree_check(f, &servers, out);
	if (known && out->n == before && servers.n > 0)
		tell_ok(&servers, out);
	return check_dnssec(f, &servers, out) && known;
}
