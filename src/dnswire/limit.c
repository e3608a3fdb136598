/* limit.c - how often one network is told the same. */
#include "dnswire/dnswire.h"

#include <string.h>

enum {
	WAYS = 4, /* places that an account may have */
	BITS_V4 = 120,
	BITS_V6 = 56,
	SECOND_MS = 1000
};

/* A bucket that fills by `rate` a second and holds one second's worth. */
struct place {
	uint64_t who;
	int64_t seen;  /* ms */
	uint32_t left; /* thousandths of an answer */
	uint32_t over; /* answers beyond, since it was empty */
};

struct dnswire_limit {
	struct place *at;
	size_t sets;
	uint32_t rate;
	uint64_t seed;
};

struct dnswire_limit *
dnswire_limit_new(size_t places, uint32_t rate, uint64_t seed)
{
	struct dnswire_limit *limit = heap_new(sizeof *limit);

	limit->sets = places / WAYS + 1;
	limit->rate = rate > 1000000 ? 1000000 : rate;
	limit->seed = seed;
	if (rate > 0) {
		limit->at =
			heap_grow(NULL, limit->sets * WAYS, sizeof *limit->at);
		memset(limit->at, 0, limit->sets * WAYS * sizeof *limit->at);
	}
	return limit;
}

void
dnswire_limit_free(struct dnswire_limit *limit)
{
	if (!limit)
		return;
	heap_free(limit->at);
	heap_free(limit);
}

static uint64_t
mix(uint64_t h, uint64_t value)
{
	h = (h ^ value) * 0x9E3779B97F4A7C15u;
	return h ^ h >> 29;
}

static uint64_t
who_is(const struct dnswire_limit *limit, const struct netaddr *from,
       uint64_t account)
{
	unsigned bits = netaddr_is_v4(from) ? BITS_V4 : BITS_V6;
	uint8_t net[NETADDR_BYTES] = { 0 };
	uint64_t half[2], who;

	memcpy(net, from->b, bits / 8);
	memcpy(half, net, sizeof half);
	who = mix(mix(mix(mix(limit->seed, half[0]), half[1]), account),
		  limit->seed);
	return who ? who : 1;
}

/* Its place, or that of whoever was silent the longest; who is held back
 * right now keeps its place. */
static struct place *
place_of(struct dnswire_limit *limit, uint64_t who, int64_t ms)
{
	struct place *set = &limit->at[who % limit->sets * WAYS];
	struct place *oldest = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].who == who)
			return &set[i];
		if (set[i].seen < oldest->seen ||
		    (set[i].seen == oldest->seen && set[i].over < oldest->over))
			oldest = &set[i];
	}
	*oldest = (struct place){ .who = who,
				  .seen = ms,
				  .left = limit->rate * 1000 };
	return oldest;
}

enum dnswire_pass
dnswire_limit_ask(struct dnswire_limit *limit, const struct netaddr *from,
		  uint64_t account, int64_t ms)
{
	struct place *p;
	uint64_t left;
	int64_t apart;

	if (limit->rate == 0)
		return DNSWIRE_PASS;
	p = place_of(limit, who_is(limit, from, account), ms);
	apart = ms - p->seen;
	apart = apart < 0 ? 0 : apart > SECOND_MS ? SECOND_MS : apart;
	left = p->left + (uint64_t)apart * limit->rate;
	if (left > (uint64_t)limit->rate * SECOND_MS)
		left = (uint64_t)limit->rate * SECOND_MS;
	p->seen = ms > p->seen ? ms : p->seen;
	if (left >= SECOND_MS) {
		p->left = (uint32_t)(left - SECOND_MS);
		p->over = 0;
		return DNSWIRE_PASS;
	}
	p->left = (uint32_t)left;
	return p->over++ % 2 ? DNSWIRE_SLIP : DNSWIRE_DROP;
}
