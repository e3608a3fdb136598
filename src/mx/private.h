/* private.h - what the files of this room share. */
#ifndef MX_PRIVATE_H
#define MX_PRIVATE_H

#include "mx/mx.h"

/* The finding dns.* of an answer that tells neither "there is" nor "there is
 * not", for the name that was asked for. */
void mx_tell_trouble(struct finding_list *out, struct str domain,
		     const struct facts_dns *d);

/* Not reachable from the internet: private, loopback, link-local, multicast
 * and the like (RFC 6890). */
bool mx_is_private(const struct netaddr *address);
/* As text in `mem`; empty when it is full. */
struct str mx_print_address(const struct netaddr *address, struct arena *mem);

#endif
