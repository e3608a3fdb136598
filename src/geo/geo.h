/* geo.h - country, place and network of an address, from local files.
 *
 * libmaxminddb reads them: the country and ASN data that tools/build fetches
 * from npm (docs/attribution.md), or the user's own GeoLite2, DB-IP or IPinfo
 * file, told by what is inside. No network. Without a file nothing is known,
 * and geo_status says why.
 */
#ifndef GEO_H
#define GEO_H

#include "base/base.h"
#include "netaddr/netaddr.h"

struct geo;

struct geo_place {
	char country[3];
	uint32_t asn;
	struct str as_name; /* lives as long as the geo */
	struct str city;
	double latitude, longitude; /* NaN unknown */
	bool centre; /* the coordinates are the country's centre */
};

/* Either path may be NULL or empty. Never fails: what could not be opened is
 * told by geo_status. */
struct geo *geo_open(const char *country_file, const char *asn_file);
void geo_close(struct geo *g);
/* False when nothing at all is known of the address. */
bool geo_look(const struct geo *g, const struct netaddr *a,
	      struct geo_place *out);
/* Changes whenever another file would answer: for store_enrich. */
struct str geo_stamp(const struct geo *g);
struct geo_status {
	struct diag country, asn; /* code empty: fine; "geo.no_file" ... */
	struct str country_name, asn_name; /* database type and build date */
};
void geo_status(const struct geo *g, struct geo_status *out);
/* Centre of a country, for the map: false when unknown. */
bool geo_centre(const char country[3], double *latitude, double *longitude);

#endif
