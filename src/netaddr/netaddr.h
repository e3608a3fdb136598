/* netaddr.h - IP addresses as 16 bytes, IPv4 as ::ffff:a.b.c.d.
 *
 * Pure: nothing is resolved.
 */
#ifndef NETADDR_H
#define NETADDR_H

#include "base/base.h"

enum { NETADDR_BYTES = 16, NETADDR_PRINT_MAX = 46 };

struct netaddr {
	uint8_t b[NETADDR_BYTES];
};

/* A block of addresses; `bits` counts from the left of all 128, so an IPv4
 * /24 has 120. */
struct netaddr_net {
	struct netaddr first;
	unsigned bits;
};

/* Takes the text forms of RFC 4291 section 2.2 and dotted quads, with blanks
 * or square brackets round them and "IPv6:" before them. No zone ids, no
 * octal. False: not an address, `out` untouched. */
bool netaddr_parse(struct str s, struct netaddr *out) MUST_CHECK;
/* "192.0.2.0/24", "2001:db8::/32", or a bare address (the whole length). Bits
 * right of the prefix must be zero or are cleared. */
bool netaddr_parse_net(struct str s, struct netaddr_net *out) MUST_CHECK;
/* RFC 5952 (IPv4 dotted), NUL-terminated; returns `out`. */
const char *netaddr_print(const struct netaddr *a, char out[NETADDR_PRINT_MAX]);
/* Writes "192.0.2.0/24" into `out`. */
void netaddr_print_net(const struct netaddr_net *net, struct buf *out);
bool netaddr_is_v4(const struct netaddr *a);
bool netaddr_in(const struct netaddr *a, const struct netaddr_net *net);
/* The last address of a block, for range questions. */
struct netaddr netaddr_last(const struct netaddr_net *net);
/* The block a source is named after when nothing better is known: /24 for
 * IPv4, /48 for IPv6 (contracts section 4). */
struct netaddr_net netaddr_neighbourhood(const struct netaddr *a);
int netaddr_cmp(const struct netaddr *a, const struct netaddr *b);

/* One end of a connection. */
struct netaddr_port {
	struct netaddr ip;
	uint16_t port;
	bool local; /* a Unix socket: ip and port mean nothing */
};

#endif
