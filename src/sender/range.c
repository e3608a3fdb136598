/* range.c - ranges of addresses in order, and whether one is among them. */
#include "sender/sender.h"

#include <stdlib.h>

static int
compare(const void *a, const void *b)
{
	const struct sender_range *x = a, *y = b;

	return netaddr_cmp(&x->first, &y->first);
}

/* The address behind `ip`; false behind the very last. */
static bool
next_of(struct netaddr *ip)
{
	for (size_t i = NETADDR_BYTES; i > 0; i--)
		if (++ip->b[i - 1] != 0)
			return true;
	return false;
}

static bool
touches(const struct sender_range *a, const struct sender_range *b)
{
	struct netaddr behind = a->last;

	return !next_of(&behind) || netaddr_cmp(&b->first, &behind) <= 0;
}

size_t
sender_ranges_tidy(struct sender_range *range, size_t n)
{
	size_t left = 0;

	if (n == 0)
		return 0;
	qsort(range, n, sizeof(*range), compare);
	for (size_t i = 1; i < n; i++) {
		struct sender_range *to = &range[left];

		if (!touches(to, &range[i]))
			range[++left] = range[i];
		else if (netaddr_cmp(&range[i].last, &to->last) > 0)
			to->last = range[i].last;
	}
	return left + 1;
}

bool
sender_ranges_have(const struct sender_range *range, size_t n,
		   const struct netaddr *ip)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (netaddr_cmp(&range[mid].first, ip) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 && netaddr_cmp(ip, &range[low - 1].last) <= 0;
}
