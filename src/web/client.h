/* client.h - who asks, when proxies stand between. Pure. */
#ifndef WEB_CLIENT_H
#define WEB_CLIENT_H

#include "httpd/httpd.h"
#include "netaddr/netaddr.h"

struct web_client {
	struct netaddr ip;
	bool local; /* a Unix socket and nobody named: `ip` means nothing */
	bool tls;
};

/* Whether what `peer` says about others is believed. */
bool web_client_trusted(const struct netaddr_port *peer,
			const struct netaddr_net *trusted, size_t count);
/* Of a request from a trusted peer, who stands in `c`: the rightmost address
 * of X-Forwarded-For, or else of Forwarded (RFC 7239), that is not itself
 * trusted; what stands left of it could have been written by anybody. */
void web_client_forwarded(const struct httpd_request *r,
			  const struct netaddr_net *trusted, size_t count,
			  struct web_client *c);

#endif
