/* own.c - the addresses that one domain's own SPF record lets send. */
#include "evidence/evidence.h"

#include "spf/spf.h"

enum {
	MAPPED = 96, /* bits before an IPv4 address */
	WIDE_V4 = 8, /* a shorter prefix says nothing of who sends */
	WIDE_V6 = 16,
	ROOM = 256 << 10
};

static bool
is_wide(const struct netaddr_net *net)
{
	return netaddr_is_v4(&net->first) ? net->bits < MAPPED + WIDE_V4
					  : net->bits < WIDE_V6;
}

static void
take(const struct spf_ranges *from, struct evidence_own *out)
{
	struct sender_range *r = out->range;
	size_t n = 0;

	for (size_t i = 0; i < from->n; i++)
		if (!is_wide(&from->net[i]))
			r[n++] = (struct sender_range){
				from->net[i].first, netaddr_last(&from->net[i])
			};
	out->n = sender_ranges_tidy(r, n);
	if (out->n > STORE_OWN_RANGES_MAX)
		out->n = STORE_OWN_RANGES_MAX;
}

/* A domain that is not there, by the very question that looks for its
 * record. */
static enum store_own_state
state_of(struct facts *f, struct str domain, const struct spf_ranges *r)
{
	const struct facts_dns *d = facts_ask(f, domain, FACTS_TXT);

	if (r->trouble)
		return STORE_OWN_FAILED;
	if (r->found)
		return STORE_OWN_FOUND;
	return d && d->status == FACTS_NXDOMAIN ? STORE_OWN_GONE
						: STORE_OWN_NONE;
}

bool
evidence_own(struct facts *f, struct str domain, struct evidence_own *out)
{
	SCOPED_ARENA mem = arena_new(ROOM);
	struct spf_ranges ranges;

	out->n = 0;
	if (!spf_ranges(f, domain, mem, &ranges))
		return false;
	out->state = state_of(f, domain, &ranges);
	/* Half a record is no record. */
	if (out->state == STORE_OWN_FOUND)
		take(&ranges, out);
	return true;
}
