/* guard.c - which addresses are the public's: nobody gets us to look round in
 * our own network. */
#include "probe/probe.h"

enum { V4 = 96 /* bits before an IPv4 address */ };

#define IP4(a, b, c, d, length)                                                \
	{                                                                      \
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d } },  \
			V4 + (length)                                          \
	}
#define IP6(a, b, c, length)                                                   \
	{                                                                      \
		{ { (a) >> 8, (a)&0xff, (b) >> 8, (b)&0xff, (c) >> 8,          \
		    (c)&0xff } },                                              \
			(length)                                               \
	}

/* The IANA special-purpose registries (RFC 6890) and two addresses at which
 * clouds tell their machines secrets. */
static const struct netaddr_net not_public[] = {
	IP4(0, 0, 0, 0, 8),        IP4(10, 0, 0, 0, 8),
	IP4(100, 64, 0, 0, 10), /* RFC 6598; 100.100.100.200 */
	IP4(127, 0, 0, 0, 8),      IP4(168, 63, 129, 16, 32), /* Azure's own */
	IP4(169, 254, 0, 0, 16), /* 169.254.169.254 */
	IP4(172, 16, 0, 0, 12),    IP4(192, 0, 0, 0, 24),
	IP4(192, 0, 2, 0, 24),     IP4(192, 88, 99, 0, 24),
	IP4(192, 168, 0, 0, 16),   IP4(198, 18, 0, 0, 15),
	IP4(198, 51, 100, 0, 24),  IP4(203, 0, 113, 0, 24),
	IP4(224, 0, 0, 0, 3),  /* multicast, reserved, broadcast */
	IP6(0x2001, 0, 0, 23), /* Teredo, ORCHID, benchmarks */
	IP6(0x2001, 0xdb8, 0, 32), IP6(0x2002, 0, 0, 16), /* 6to4 */
	IP6(0x3fff, 0, 0, 20),
};

/* All of IPv6 that is given out; mapped, compatible, NAT64 (64:ff9b::/96),
 * local and multicast addresses are outside. */
static const struct netaddr_net given_out = IP6(0x2000, 0, 0, 3);

static bool
in_any(const struct netaddr *address, const struct netaddr_net *nets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (netaddr_in(address, &nets[i]))
			return true;
	return false;
}

bool
probe_allowed(const struct probe_options *options,
	      const struct netaddr *address)
{
	if (options->allow_private_all ||
	    in_any(address, options->allow, options->allow_n))
		return true;
	if (!netaddr_is_v4(address) && !netaddr_in(address, &given_out))
		return false;
	return !in_any(address, not_public, COUNT_OF(not_public));
}
