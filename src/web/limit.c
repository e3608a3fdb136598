/* limit.c - the rate of requests by address. */
#include "web/limit.h"

#include <string.h>

enum { ADDRESSES = 20000, NETWORK_BYTES = 8 };

static void
init(struct web_limit *l, int64_t interval, unsigned burst)
{
	l->seen = map_new(ADDRESSES);
	l->interval = interval;
	l->tolerance = interval * ((int64_t)burst - 1);
}

void
web_limit_init(struct web_limit *l, unsigned rate, unsigned burst)
{
	init(l, 1000000 / (int64_t)rate, burst);
}

void
web_limit_rarely(struct web_limit *l, unsigned interval, unsigned burst)
{
	init(l, (int64_t)interval * 1000, burst);
}

void
web_limit_fini(struct web_limit *l)
{
	map_free(l->seen);
}

bool
web_limit_take(struct web_limit *l, const struct netaddr *who, int64_t ticks)
{
	size_t n = netaddr_is_v4(who) ? NETADDR_BYTES : NETWORK_BYTES;
	struct str key = { (const char *)who->b, n };
	int64_t now = ticks * 1000;
	uint64_t known = 0;
	int64_t full = now;

	if (map_get(l->seen, key, &known) && (int64_t)known > now)
		full = (int64_t)known;
	if (full - now > l->tolerance)
		return false;
	map_put(l->seen, key, (uint64_t)(full + l->interval));
	return true;
}
