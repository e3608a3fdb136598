/* private.h - reading names out of a text. */
#ifndef DNSNAME_PRIVATE_H
#define DNSNAME_PRIVATE_H

#include "dnsname/dnsname.h"

struct dnsname_reading {
	struct dnsname_names *out;
	struct arena *mem;
	struct map *seen;
	size_t most;
};
/* Adds one name as it was given. */
void dnsname_take(struct dnsname_reading *r, struct str given, uint64_t line);
/* A zone without a name of its own. */
void dnsname_take_nameless(struct dnsname_reading *r, struct str given,
			   uint64_t line);

/* Whether it has what only zone files have. */
bool dnsname_is_zone(struct str text);
void dnsname_read_zone(struct dnsname_reading *r, struct str text);

#endif
