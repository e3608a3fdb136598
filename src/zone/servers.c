/* servers.c - the name servers of a zone: have they addresses, do they
 * answer, do they know the zone. */
#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "netaddr/netaddr.h"
#include "zone/private.h"
#include "zone/zone.h"

struct named {
	const struct facts_dns *a, *aaaa;
};

static void
add_server(struct zone_servers *s, struct str host, const struct facts_dns *d)
{
	if (d->n > 0 && s->n < ZONE_ADDRESSES_MAX)
		s->at[s->n++] =
			(struct zone_server){ .host = host,
					      .address = &d->rr[0].address };
}

static void
tell_name(const struct zone_servers *s, struct str host,
	  const struct named *found, struct finding_list *out)
{
	const struct facts_dns *a = found->a, *aaaa = found->aaaa;

	if (a->chain_n > 0 || aaaa->chain_n > 0)
		finding_add(out, "zone.ns_cname", host, "domain", &s->apex,
			    "host", &host, NULL);
	if (a->n == 0 && aaaa->n == 0 && !facts_trouble(a->status) &&
	    !facts_trouble(aaaa->status))
		finding_add(out, "zone.ns_no_address", host, "domain", &s->apex,
			    "host", &host, NULL);
	else if (a->n == 0 && facts_trouble(a->status))
		zone_tell_trouble(out, s->domain, a);
}

/* IPv4 of all before IPv6 of any, so that a limit leaves none out. */
static bool
find_addresses(struct facts *f, struct zone_servers *s,
	       struct finding_list *out)
{
	struct named found[ZONE_SERVERS_MAX];
	size_t n = s->ns->n < ZONE_SERVERS_MAX ? s->ns->n : ZONE_SERVERS_MAX;
	bool known = true;

	for (size_t i = 0; i < n; i++) {
		struct str host = s->ns->rr[i].data;

		found[i].a = facts_ask(f, host, FACTS_A);
		found[i].aaaa = facts_ask(f, host, FACTS_AAAA);
		known = known && found[i].a && found[i].aaaa;
	}
	if (!known)
		return false;
	for (size_t i = 0; i < n; i++) {
		add_server(s, s->ns->rr[i].data, found[i].a);
		tell_name(s, s->ns->rr[i].data, &found[i], out);
	}
	for (size_t i = 0; i < n; i++)
		add_server(s, s->ns->rr[i].data, found[i].aaaa);
	return true;
}

static enum zone_health
health_of(const struct facts_dns *soa)
{
	switch (soa->status) {
	case FACTS_TIMEOUT:
		return ZONE_SILENT;
	case FACTS_REFUSED:
		return ZONE_REFUSES;
	case FACTS_FOUND:
		return soa->authoritative ? ZONE_ANSWERS : ZONE_LAME;
	default:
		return ZONE_LAME;
	}
}

static bool
ask_all(struct facts *f, struct zone_servers *s)
{
	bool known = true;

	for (size_t i = 0; i < s->n; i++) {
		const struct facts_dns *soa =
			facts_ask_at(f, s->apex, FACTS_SOA, s->at[i].address);

		if (soa)
			s->at[i].health = health_of(soa);
		else
			known = false;
	}
	return known;
}

/* Some server of this family answers: port 53 is open from here. */
static bool
family_answers(const struct zone_servers *s, bool v4)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].health != ZONE_SILENT &&
		    netaddr_is_v4(s->at[i].address) == v4)
			return true;
	return false;
}

static void
tell_server(const struct zone_servers *s, const struct zone_server *at,
	    struct finding_list *out)
{
	char text[NETADDR_PRINT_MAX];
	struct str shown = str_of(netaddr_print(at->address, text));
	const char *code;

	switch (at->health) {
	case ZONE_SILENT:
		code = family_answers(s, netaddr_is_v4(at->address))
			       ? "zone.ns_no_answer"
			       : "zone.ns_unprobed";
		break;
	case ZONE_REFUSES:
		code = "dns.refused";
		break;
	case ZONE_LAME:
		code = "dns.lame";
		break;
	default:
		return;
	}
	finding_add(out, code, shown, "domain", &s->apex, "host", &at->host,
		    "detail", &shown, NULL);
}

/* All in one block of IPv4: one cut line takes them all away. */
static bool
share_network(const struct zone_servers *s)
{
	struct netaddr_net first;

	if (s->n < 2)
		return false;
	first = netaddr_neighbourhood(s->at[0].address);
	for (size_t i = 1; i < s->n; i++)
		if (!netaddr_in(s->at[i].address, &first))
			return false;
	return true;
}

bool
zone_servers_check(struct facts *f, struct zone_servers *s,
		   struct finding_list *out)
{
	if (!find_addresses(f, s, out) || !ask_all(f, s))
		return false;
	for (size_t i = 0; i < s->n; i++)
		tell_server(s, &s->at[i], out);
	if (s->ns->n == 1)
		finding_add(out, "zone.single_ns", s->ns->rr[0].data, "domain",
			    &s->apex, "host", &s->ns->rr[0].data, NULL);
	else if (share_network(s))
		finding_add(out, "zone.same_network", S(""), "domain", &s->apex,
			    NULL);
	return true;
}
