/* preflight.c - before an authority is asked: would it find us? The name
 * leads to the domain's own token, all its addresses are ours, and CAA does
 * not forbid. An order that cannot come to anything costs the limits of all.
 */
#include "hosting/order.h"
#include "zone/zone.h"

static bool
stop(struct hosting_preflight *p, const char *code, struct str detail)
{
	p->good = false;
	(void)diag_set(&p->why, ERR_SYNTAX, code, 0, "%.*s", STR_ARG(detail));
	return true;
}

static bool
leads_to(const struct facts_dns *a, struct str target)
{
	if (target.n == 0)
		return true;
	for (size_t i = 0; i < a->chain_n; i++)
		if (str_eq(a->chain[i], target))
			return true;
	return false;
}

static bool
is_ours(const struct hosted_zone *zone, const struct netaddr *address)
{
	for (size_t i = 0; i < zone->address_n; i++)
		if (netaddr_cmp(&zone->address[i], address) == 0)
			return true;
	return false;
}

static const struct netaddr *
stranger(const struct hosted_zone *zone, const struct facts_dns *a)
{
	for (size_t i = 0; a->status == FACTS_FOUND && i < a->n; i++)
		if (!is_ours(zone, &a->rr[i].address))
			return &a->rr[i].address;
	return NULL;
}

/* The gravest that forbids; NULL: none. */
static const struct finding_found *
forbidding(const struct finding_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->at[i].finding->severity >= FINDING_FAIL)
			return &list->at[i];
	return NULL;
}

/* True when it is decided. */
static bool
check_addresses(struct hosting_preflight *p, bool *decided)
{
	static const enum facts_type types[] = { FACTS_A, FACTS_AAAA };
	struct str host = p->host, target = S("");
	size_t found = 0;

	if (p->token.n > 0)
		target = hosting_printed(facts_mem(p->facts), "%.*s.p.%.*s",
					 STR_ARG(p->token),
					 STR_ARG(p->zone->name));

	*decided = false;
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		const struct facts_dns *a = facts_ask(p->facts, host, types[i]);
		const struct netaddr *other;
		char text[NETADDR_PRINT_MAX];

		if (!a)
			return false;
		*decided = true;
		if (facts_trouble(a->status))
			return stop(p, "hosting.name_trouble", host);
		if (!leads_to(a, target))
			return stop(p, "hosting.no_cname", target);
		other = stranger(p->zone, a);
		if (other)
			return stop(p, "hosting.foreign_address",
				    str_of(netaddr_print(other, text)));
		*decided = false;
		found += a->status == FACTS_FOUND ? a->n : 0;
	}
	*decided = found == 0;
	return found > 0 || stop(p, "hosting.no_address", host);
}

static bool
check_caa(struct hosting_preflight *p)
{
	struct finding_list found;
	const struct finding_found *bad;
	bool complete;

	finding_list_init(&found, facts_mem(p->facts));
	complete = zone_caa_host_check(p->facts, p->host, &found);
	bad = complete ? forbidding(&found) : NULL;
	if (bad)
		return stop(p, bad->finding->code, p->host);
	p->good = complete;
	return complete;
}

bool
hosting_preflight_judge(void *ctx)
{
	struct hosting_preflight *p = ctx;
	bool decided = false;

	p->good = false;
	diag_clear(&p->why);
	if (!check_addresses(p, &decided))
		return false;
	return decided || check_caa(p);
}
