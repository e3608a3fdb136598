/* name.c - the name of one address, and whether it leads back. */
#include "evidence/evidence.h"

#include "mx/mx.h"
#include "sender/sender.h"

/* What is found while the names are followed. */
struct following {
	struct str confirmed, other; /* the best of each; may be empty */
	bool missing;                /* facts */
	bool trouble;                /* an answer is unknown */
};

static bool
is_trouble(const struct facts_dns *d)
{
	return d->status != FACTS_FOUND && d->status != FACTS_NODATA &&
	       d->status != FACTS_NXDOMAIN;
}

/* Of several names one of a known service tells most; the order of an answer
 * is chance and decides nothing. */
static bool
is_better(struct str a, struct str b)
{
	bool known = sender_by_ptr(a) != NULL;

	if (b.n == 0 || known != (sender_by_ptr(b) != NULL))
		return b.n == 0 || known;
	return str_cmp(a, b) < 0;
}

static void
follow(struct facts *f, const struct netaddr *ip, struct str name,
       struct following *out)
{
	const struct facts_dns *d =
		facts_ask(f, name, netaddr_is_v4(ip) ? FACTS_A : FACTS_AAAA);
	bool back = false;

	out->missing |= !d;
	if (!d)
		return;
	out->trouble |= is_trouble(d);
	for (size_t i = 0; i < d->n && !back; i++)
		back = netaddr_cmp(&d->rr[i].address, ip) == 0;
	if (back && is_better(name, out->confirmed))
		out->confirmed = name;
	if (is_better(name, out->other))
		out->other = name;
}

bool
evidence_name(struct facts *f, struct store_host *out)
{
	struct following names = { 0 };
	const struct facts_dns *d;
	struct str reverse;

	out->state = STORE_HOST_FAILED;
	out->name = S("");
	if (!mx_reverse_name(&out->ip, facts_mem(f), &reverse))
		return true;
	d = facts_ask(f, reverse, FACTS_PTR);
	if (!d)
		return false;
	if (is_trouble(d))
		return true;
	out->state = STORE_HOST_NONE;
	for (size_t i = 0; i < d->n && i < EVIDENCE_NAMES_MAX; i++)
		if (d->rr[i].data.n > 0)
			follow(f, &out->ip, d->rr[i].data, &names);
	if (names.missing)
		return false;
	if (names.other.n == 0)
		return true;
	out->name = names.confirmed.n > 0 ? names.confirmed : names.other;
	out->state = names.confirmed.n > 0 ? STORE_HOST_CONFIRMED
		     : names.trouble       ? STORE_HOST_FAILED
					   : STORE_HOST_UNCONFIRMED;
	return true;
}
