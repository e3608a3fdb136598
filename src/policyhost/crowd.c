/* crowd.c - how many connections an address has, in memory of one size: those
 * that fall on the same of many counters share it. */
#include "policyhost/private.h"

#include "seal/seal.h"

#include <string.h>

enum { COUNTERS = 1 << 16, SEED = 8, NETWORK = 8 };

struct policyhost_crowd {
	unsigned most;
	char seed[SEED]; /* nobody chooses whom they share with */
	uint16_t count[COUNTERS];
};

struct policyhost_crowd *
policyhost_crowd_new(unsigned most)
{
	struct policyhost_crowd *c = heap_new(sizeof *c);

	c->most = most < UINT16_MAX ? most : UINT16_MAX;
	seal_random(c->seed, sizeof c->seed);
	return c;
}

void
policyhost_crowd_free(struct policyhost_crowd *crowd)
{
	heap_free(crowd);
}

/* One client can have all of an IPv6 /64. */
static uint16_t
place_of(const struct policyhost_crowd *c, const struct netaddr *who)
{
	size_t n = netaddr_is_v4(who) ? NETADDR_BYTES : NETWORK;
	char key[SEED + NETADDR_BYTES];

	memcpy(key, c->seed, SEED);
	memcpy(key + SEED, who->b, n);
	return (uint16_t)(str_hash((struct str){ key, SEED + n }) % COUNTERS);
}

bool
policyhost_crowd_enter(struct policyhost_crowd *c, const struct netaddr *who,
		       uint16_t *place)
{
	*place = place_of(c, who);
	if (c->count[*place] >= c->most)
		return false;
	c->count[*place]++;
	return true;
}

void
policyhost_crowd_leave(struct policyhost_crowd *c, uint16_t place)
{
	c->count[place]--;
}
