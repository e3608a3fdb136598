/* live.c - who serves a zone, and what one of them has at a name. */
#include "dnsplan/private.h"
#include "zone/zone.h"

#include <string.h>

enum facts_type
dnsplan_type(enum records_type type)
{
	static const enum facts_type types[] = { FACTS_A, FACTS_AAAA,
						 FACTS_CNAME, FACTS_TXT };

	return types[type];
}

/* ---- name servers ---- */

static void
add_host(struct dnsplan_place *p, struct str name, const struct facts_dns *d)
{
	for (size_t i = 0; i < d->n && p->n < COUNT_OF(p->host); i++)
		p->host[p->n++] =
			(struct dnsplan_host){ .name = name,
					       .address = &d->rr[i].address };
}

/* IPv4 of all before IPv6 of any, so that a limit leaves none out. */
static bool
find_hosts(struct facts *f, const struct facts_dns *ns, struct dnsplan_place *p)
{
	static const enum facts_type families[] = { FACTS_A, FACTS_AAAA };
	size_t n = ns->n < ZONE_SERVERS_MAX ? ns->n : ZONE_SERVERS_MAX;
	bool known = true;

	for (size_t k = 0; k < COUNT_OF(families); k++)
		for (size_t i = 0; i < n; i++) {
			const struct facts_dns *d =
				facts_ask(f, ns->rr[i].data, families[k]);

			if (d)
				add_host(p, ns->rr[i].data, d);
			else
				known = false;
		}
	return known;
}

static bool
find_answering(struct facts *f, struct dnsplan_place *p)
{
	bool known = true;

	for (size_t i = 0; i < p->n; i++) {
		const struct facts_dns *soa =
			facts_ask_at(f, p->zone, FACTS_SOA, p->host[i].address);

		known = known && soa;
		p->host[i].answers =
			soa && soa->status == FACTS_FOUND && soa->authoritative;
		if (p->host[i].answers && !p->ask)
			p->ask = p->host[i].address;
	}
	return known;
}

bool
dnsplan_find(struct facts *f, struct str domain, struct dnsplan_place *out)
{
	struct zone_cut cut;

	*out = (struct dnsplan_place){ 0 };
	if (!zone_find(f, domain, &cut))
		return false;
	if (cut.apex.n == 0)
		return true;
	out->zone = cut.apex;
	return find_hosts(f, cut.ns, out) && find_answering(f, out);
}

/* ---- records ---- */

static bool
is_answer(const struct facts_dns *d)
{
	return d->status == FACTS_FOUND || d->status == FACTS_NODATA ||
	       d->status == FACTS_NXDOMAIN;
}

static struct str
value_of(struct facts *f, const struct facts_rr *rr, enum facts_type type)
{
	char text[NETADDR_PRINT_MAX];
	struct str out;

	if (type != FACTS_A && type != FACTS_AAAA)
		return rr->data;
	return arena_dup(facts_mem(f),
			 str_of(netaddr_print(&rr->address, text)), &out)
		       ? out
		       : S("");
}

bool
dnsplan_ask(struct facts *f, const struct netaddr *at, struct str name,
	    enum facts_type type, struct dnsplan_set *out)
{
	const struct facts_dns *d =
		at ? facts_ask_at(f, name, type, at) : facts_ask(f, name, type);

	memset(out, 0, sizeof(*out));
	if (!d)
		return false;
	out->unknown = !is_answer(d) || d->n > COUNT_OF(out->value);
	out->elsewhere = at && is_answer(d) && !d->authoritative;
	out->ttl = d->ttl;
	if (d->chain_n > 0)
		out->beyond = d;
	if (out->unknown || d->chain_n > 0 || d->status != FACTS_FOUND)
		return true;
	for (size_t i = 0; i < d->n; i++)
		out->value[out->n++] = value_of(f, &d->rr[i], type);
	dnsplan_sort(out->value, out->n);
	return true;
}
