/* ranges.c - the addresses that a domain's record lets send, as far as they
 * can be told without a message. */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "facts/facts.h"
#include "spf/private.h"

enum {
	DEPTH_MAX = 20,
	RANGES_LOOKUPS_MAX = 100,
	RANGES_MEMORY = 1 << 20,
	V4_BITS = 96 /* before an IPv4 address in 16 bytes */
};

/* The domains above, to see a loop. */
struct above {
	const struct above *up;
	struct str domain;
	unsigned depth;
};

struct gather {
	struct facts *f;
	struct arena *mem;
	struct str origin;
	struct netaddr_net *net; /* room for SPF_RANGES_MAX */
	struct spf_ranges *out;
	unsigned lookups;
	bool later;
};

static void gather_domain(struct gather *g, struct str domain,
			  const struct above *up);

static void
add(struct gather *g, const struct netaddr *ip, unsigned bits)
{
	struct netaddr_net net = { *ip, bits };

	if (g->out->n == SPF_RANGES_MAX) {
		g->out->cut = true;
		return;
	}
	for (unsigned i = 0; i < NETADDR_BYTES; i++) {
		unsigned kept = bits > 8 * i ? bits - 8 * i : 0;

		if (kept < 8)
			net.first.b[i] &= (uint8_t)(0xff00 >> kept);
	}
	g->net[g->out->n++] = net;
}

static void
add_answer(struct gather *g, const struct facts_dns *d, unsigned bits)
{
	g->later |= !d;
	if (!d)
		return;
	g->out->trouble |= spf_is_trouble(d);
	for (size_t i = 0; d->status == FACTS_FOUND && i < d->n; i++)
		add(g, &d->rr[i].address, bits);
}

static void
add_host(struct gather *g, struct str name, const struct spf_term *t)
{
	add_answer(g, facts_ask(g->f, name, FACTS_A), V4_BITS + t->bits4);
	add_answer(g, facts_ask(g->f, name, FACTS_AAAA), t->bits6);
}

static void
add_servers(struct gather *g, struct str domain, const struct spf_term *t)
{
	const struct facts_dns *d = facts_ask(g->f, domain, FACTS_MX);

	g->later |= !d;
	if (!d)
		return;
	g->out->trouble |= spf_is_trouble(d);
	for (size_t i = 0; d->status == FACTS_FOUND && i < d->n; i++) {
		/* RFC 7505: takes no mail */
		if (d->rr[i].data.n == 0)
			continue;
		if (i >= SPF_HOSTS_MAX) {
			g->out->cut = true;
			break;
		}
		add_host(g, d->rr[i].data, t);
	}
}

static bool
is_above(const struct above *up, struct str domain)
{
	for (; up; up = up->up)
		if (str_eq_fold(up->domain, domain))
			return true;
	return false;
}

/* The domain a term names; false when it hangs on the message, or is one
 * look-up too many. */
static bool
target_of(struct gather *g, const struct spf_term *t, struct str domain,
	  struct str *out)
{
	const struct spf_values v = { .domain = domain,
				      .origin = g->origin,
				      .anybody = true };

	*out = domain;
	if (t->domain.n > 0 && !spf_macro_domain(t->domain, &v, g->mem, out)) {
		g->out->open = true;
		return false;
	}
	if (++g->lookups <= RANGES_LOOKUPS_MAX)
		return true;
	g->out->cut = true;
	return false;
}

static void
gather_term(struct gather *g, const struct spf_term *t,
	    const struct above *here)
{
	struct str target;

	switch (t->kind) {
	case SPF_IP4:
	case SPF_IP6:
		add(g, &t->net.first, t->net.bits);
		break;
	case SPF_PTR:
	case SPF_EXISTS:
		g->out->open = true;
		break;
	case SPF_A:
		if (target_of(g, t, here->domain, &target))
			add_host(g, target, t);
		break;
	case SPF_MX:
		if (target_of(g, t, here->domain, &target))
			add_servers(g, target, t);
		break;
	case SPF_INCLUDE:
	case SPF_REDIRECT:
		if (target_of(g, t, here->domain, &target))
			gather_domain(g, target, here);
		break;
	default:
		break;
	}
}

static void
gather_record(struct gather *g, struct str text, const struct above *here)
{
	struct spf_record record = { 0 };
	bool all = false;

	if (spf_parse(text, g->mem, &record, NULL) == ERR_LIMIT)
		g->out->cut = true;
	for (size_t i = 0; i < record.n && !all; i++) {
		const struct spf_term *t = &record.terms[i];

		if (t->fault || spf_kind_is_modifier(t->kind))
			continue;
		all = t->kind == SPF_ALL;
		if (t->qualifier == SPF_PASS)
			gather_term(g, t, here);
	}
	if (!all && record.redirect && !record.redirect->fault)
		gather_term(g, record.redirect, here);
}

static void
gather_domain(struct gather *g, struct str domain, const struct above *up)
{
	const struct above here = { up, domain, up ? up->depth + 1 : 0 };
	struct str text;

	if (is_above(up, domain))
		return;
	if (here.depth > DEPTH_MAX) {
		g->out->cut = true;
		return;
	}
	switch (spf_find(g->f, domain, &text)) {
	case SPF_FOUND_LATER:
		g->later = true;
		break;
	case SPF_FOUND_TROUBLE:
		g->out->trouble = true;
		break;
	case SPF_FOUND_ONE:
		g->out->found |= !up;
		gather_record(g, text, &here);
		break;
	default: /* several are as good as none */
		break;
	}
}

bool
spf_ranges(struct facts *f, struct str domain, struct arena *mem,
	   struct spf_ranges *out)
{
	SCOPED_ARENA scratch = arena_new(RANGES_MEMORY);
	struct gather g = {
		.f = f,
		.mem = scratch,
		.origin = domain,
		.net = arena_array(mem, SPF_RANGES_MAX, sizeof(*g.net)),
		.out = out,
	};

	*out = (struct spf_ranges){ .net = g.net };
	if (!g.net)
		return false;
	gather_domain(&g, domain, NULL);
	return !g.later;
}
