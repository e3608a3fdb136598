/* private.h - what the files of this room share. */
#ifndef ZONE_PRIVATE_H
#define ZONE_PRIVATE_H

#include "zone/zone.h"

/* The finding dns.* of an answer that tells neither "there is" nor "there is
 * not", for the name that was asked for. */
void zone_tell_trouble(struct finding_list *out, struct str domain,
		       const struct facts_dns *d);

enum zone_health {
	ZONE_SILENT, /* no answer, from here */
	ZONE_REFUSES,
	ZONE_LAME, /* knows nothing of the zone */
	ZONE_ANSWERS
};

struct zone_server {
	struct str host;
	const struct netaddr *address;
	enum zone_health health;
};

/* The name servers of a zone, an address of each family each. */
struct zone_servers {
	struct str domain, apex;
	const struct facts_dns *ns;
	struct zone_server at[ZONE_ADDRESSES_MAX];
	size_t n;
};

/* Finds them, tells of names without addresses, and how they answer. False
 * while facts are missing. */
bool zone_servers_check(struct facts *f, struct zone_servers *s,
			struct finding_list *out);
/* Whether those that answer say the same. False while facts are missing. */
bool zone_agree_check(struct facts *f, const struct zone_servers *s,
		      struct finding_list *out);

#endif
