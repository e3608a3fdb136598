/* limit.h - how often an address may ask. Pure. */
#ifndef WEB_LIMIT_H
#define WEB_LIMIT_H

#include "netaddr/netaddr.h"

/* A bucket for each address (IPv6: each /64, which one client can have all
 * of): `burst` requests at once, then `rate` a second. */
struct web_limit {
	struct map *seen;  /* address to the time its bucket is full again */
	int64_t interval;  /* microseconds a request costs */
	int64_t tolerance; /* microseconds of a burst */
};

void web_limit_init(struct web_limit *l, unsigned rate, unsigned burst);
/* The same for what is asked rarely: `burst`, then one every `interval`
 * milliseconds. */
void web_limit_rarely(struct web_limit *l, unsigned interval, unsigned burst);
void web_limit_fini(struct web_limit *l);
/* Takes one request of `who` at `ticks` (milliseconds); false: too many. */
bool web_limit_take(struct web_limit *l, const struct netaddr *who,
		    int64_t ticks);

#endif
