/* match.c - whether a mechanism matches the sender (RFC 7208 section 5). */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "facts/facts.h"
#include "netaddr/netaddr.h"
#include "spf/private.h"
#include "spf/run.h"

enum { NAME_ROOM = 128 };

static enum spf_match
perm(struct spf_run *r, const char *code)
{
	r->code = code;
	return SPF_MATCH_PERM;
}

static enum spf_match
temp(struct spf_run *r)
{
	r->code = "spf.dns_trouble";
	return SPF_MATCH_TEMP;
}

enum spf_match
spf_match_count(struct spf_run *r)
{
	if (r->lookups == SPF_LOOKUPS_MAX)
		return perm(r, "spf.lookups_over_limit");
	r->lookups++;
	return SPF_MATCHES;
}

/* Section 4.6.4: at most two answers without a record. */
static enum spf_match
count_void(struct spf_run *r)
{
	if (r->voids == SPF_VOIDS_MAX)
		return perm(r, "spf.voids");
	r->voids++;
	return SPF_MATCHES_NOT;
}

static bool
has_address(const struct spf_run *r, const struct facts_dns *d, unsigned bits4,
	    unsigned bits6)
{
	struct netaddr_net net = { .bits = r->family == FACTS_A ? 96 + bits4
								: bits6 };

	for (size_t i = 0; d->status == FACTS_FOUND && i < d->n; i++) {
		net.first = d->rr[i].address;
		if (netaddr_is_v4(&net.first) == (r->family == FACTS_A) &&
		    netaddr_in(&r->who->ip, &net))
			return true;
	}
	return false;
}

/* ---- names of the address that point back to it (section 5.5) ---- */

static size_t
hosts_of(const struct facts_dns *ptr)
{
	size_t n = ptr->status == FACTS_FOUND ? ptr->n : 0;

	return n > SPF_HOSTS_MAX ? SPF_HOSTS_MAX : n;
}

/* How well a name serves: the domain itself, one below it, any other. */
static unsigned
rank_of(struct str name, struct str domain)
{
	return str_eq_fold(name, domain) ? 3
	       : str_ends_fold(name, domain) &&
			       name.p[name.n - domain.n - 1] == '.'
		       ? 2
		       : 1;
}

/* The best validated name; empty when there is none. False: not yet. */
static bool
validated_name(struct spf_run *r, const struct facts_dns *ptr,
	       struct str domain, struct str *out)
{
	unsigned best = 0;
	bool later = false;

	*out = S("");
	if (str_ends(domain, S(".")))
		domain.n--;
	for (size_t i = 0; i < hosts_of(ptr); i++) {
		struct str name = ptr->rr[i].data;
		const struct facts_dns *d = facts_ask(r->f, name, r->family);

		later = later || !d;
		if (!d || !has_address(r, d, 32, 128) ||
		    rank_of(name, domain) <= best)
			continue;
		best = rank_of(name, domain);
		*out = name;
	}
	return !later;
}

static const struct facts_dns *
ask_reverse(struct spf_run *r)
{
	SCOPED_BUF name = BUF(NAME_ROOM);

	spf_reverse_name(&r->who->ip, &name);
	return facts_ask(r->f, buf_str(&name), FACTS_PTR);
}

static enum spf_match
match_ptr(struct spf_run *r, struct str target)
{
	const struct facts_dns *ptr = ask_reverse(r);
	struct str name;

	if (!ptr)
		return SPF_MATCH_LATER;
	if (spf_is_void(ptr))
		return count_void(r);
	if (!validated_name(r, ptr, target, &name))
		return SPF_MATCH_LATER;
	if (str_ends(target, S(".")))
		target.n--;
	return name.n > 0 && rank_of(name, target) > 1 ? SPF_MATCHES
						       : SPF_MATCHES_NOT;
}

enum spf_match
spf_match_target(struct spf_run *r, struct str spec, struct str *out)
{
	*out = r->v.domain;
	if (spec.n == 0)
		return SPF_MATCHES;
	/* RFC 8616 section 4: such a name cannot be in the DNS. */
	if (r->eight_bit &&
	    (spf_macro_uses(spec, 'l') || spf_macro_uses(spec, 's')))
		return SPF_MATCHES_NOT;
	if (spf_macro_uses(spec, 'p')) {
		const struct facts_dns *ptr = ask_reverse(r);
		struct str name;

		if (!ptr || !validated_name(r, ptr, r->v.domain, &name))
			return SPF_MATCH_LATER;
		r->v.validated = name.n > 0 ? name : S("unknown");
	}
	if (!spf_macro_domain(spec, &r->v, r->mem, out))
		return SPF_MATCHES_NOT;
	return SPF_MATCHES;
}

static enum spf_match
match_a(struct spf_run *r, const struct spf_term *t, struct str target)
{
	const struct facts_dns *d = facts_ask(r->f, target, r->family);

	if (!d)
		return SPF_MATCH_LATER;
	if (spf_is_trouble(d))
		return temp(r);
	if (spf_is_void(d))
		return count_void(r);
	return has_address(r, d, t->bits4, t->bits6) ? SPF_MATCHES
						     : SPF_MATCHES_NOT;
}

static enum spf_match
match_hosts(struct spf_run *r, const struct spf_term *t,
	    const struct facts_dns *mx)
{
	bool later = false;

	/* All are asked for before any is looked at: one round, not ten. */
	for (size_t i = 0; i < mx->n; i++)
		if (mx->rr[i].data.n > 0)
			later |= !facts_ask(r->f, mx->rr[i].data, r->family);
	for (size_t i = 0; i < mx->n; i++) {
		const struct facts_dns *d;

		if (mx->rr[i].data.n == 0)
			continue; /* RFC 7505: takes no mail */
		d = facts_ask(r->f, mx->rr[i].data, r->family);
		if (!d)
			return SPF_MATCH_LATER;
		if (spf_is_trouble(d))
			return temp(r);
		if (has_address(r, d, t->bits4, t->bits6))
			return SPF_MATCHES;
	}
	return later ? SPF_MATCH_LATER : SPF_MATCHES_NOT;
}

static enum spf_match
match_mx(struct spf_run *r, const struct spf_term *t, struct str target)
{
	const struct facts_dns *mx = facts_ask(r->f, target, FACTS_MX);

	if (!mx)
		return SPF_MATCH_LATER;
	if (spf_is_trouble(mx))
		return temp(r);
	if (spf_is_void(mx))
		return count_void(r);
	if (mx->n > SPF_HOSTS_MAX)
		return perm(r, "spf.too_many_hosts");
	return match_hosts(r, t, mx);
}

static enum spf_match
match_exists(struct spf_run *r, struct str target)
{
	/* Always A, also for an IPv6 sender (section 5.7). */
	const struct facts_dns *d = facts_ask(r->f, target, FACTS_A);

	if (!d)
		return SPF_MATCH_LATER;
	if (spf_is_trouble(d))
		return temp(r);
	return spf_is_void(d) ? count_void(r) : SPF_MATCHES;
}

static enum spf_match
match_net(const struct spf_run *r, const struct spf_term *t)
{
	if (netaddr_is_v4(&r->who->ip) != (t->kind == SPF_IP4))
		return SPF_MATCHES_NOT;
	return netaddr_in(&r->who->ip, &t->net) ? SPF_MATCHES : SPF_MATCHES_NOT;
}

enum spf_match
spf_match_term(struct spf_run *r, const struct spf_term *t)
{
	struct str target;
	enum spf_match match;

	if (t->kind == SPF_ALL)
		return SPF_MATCHES;
	if (!spf_kind_asks(t->kind))
		return match_net(r, t);
	match = spf_match_count(r);
	if (match == SPF_MATCHES)
		match = spf_match_target(r, t->domain, &target);
	if (match != SPF_MATCHES)
		return match;
	switch (t->kind) {
	case SPF_A:
		return match_a(r, t, target);
	case SPF_MX:
		return match_mx(r, t, target);
	case SPF_PTR:
		return match_ptr(r, target);
	default:
		return match_exists(r, target);
	}
}

static void
ask_ahead(struct spf_run *r, const struct spf_term *t)
{
	struct str target = r->v.domain;

	if (t->kind == SPF_PTR) {
		ask_reverse(r);
		return;
	}
	if (spf_macro_uses(t->domain, 'p') ||
	    (t->domain.n > 0 &&
	     !spf_macro_domain(t->domain, &r->v, r->mem, &target)))
		return;
	facts_ask(r->f, target,
		  t->kind == SPF_A        ? r->family
		  : t->kind == SPF_MX     ? FACTS_MX
		  : t->kind == SPF_EXISTS ? FACTS_A
					  : FACTS_TXT);
}

void
spf_match_ahead(struct spf_run *r, const struct spf_record *record, size_t from)
{
	unsigned left = SPF_LOOKUPS_MAX - r->lookups;

	for (size_t i = from; i < record->n && left > 0; i++) {
		const struct spf_term *t = &record->terms[i];

		if (t->kind == SPF_ALL)
			return;
		if (!spf_kind_asks(t->kind))
			continue;
		ask_ahead(r, t);
		left--;
	}
}
