/* proxy.h - the PROXY protocol, versions 1 and 2: who is behind a balancer.
 *
 * Pure. Believe such a header only from a peer that the configuration names.
 */
#ifndef PROXY_H
#define PROXY_H

#include "base/base.h"
#include "netaddr/netaddr.h"

enum {
	PROXY_V1_MAX = 107, /* bytes, with CRLF */
	PROXY_V2_HEAD = 16,
	/* A longer header is refused: addresses take 216 bytes at most, the
	 * rest is extensions we pass over. */
	PROXY_MAX = 4096
};

enum proxy_result {
	PROXY_DONE, /* `used` bytes are the header */
	PROXY_MORE, /* not whole yet; never so with PROXY_MAX bytes */
	PROXY_BAD   /* no header, or a broken one: close the connection */
};

struct proxy_header {
	size_t used;
	/* False for LOCAL, UNKNOWN and Unix sockets: the connection's own
	 * address counts. */
	bool has_source;
	struct netaddr_port source;
};

/* Reads the header at the start of `bytes`. `out` is set with PROXY_DONE
 * only. */
enum proxy_result proxy_parse(struct str bytes,
			      struct proxy_header *out) MUST_CHECK;

#endif
