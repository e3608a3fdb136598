/* private.h - the inside of geo: one opened file, and one record of it. */
#ifndef GEO_PRIVATE_H
#define GEO_PRIVATE_H

#include "geo/geo.h"

#include <maxminddb.h>

enum { GEO_NAME_MAX = 160 };

/* What a file can tell, seen in a sample of its records. */
struct geo_powers {
	bool country, asn, place;
};

/* Many addresses share a record: the last ones read, by their offset. */
enum { GEO_REMEMBERED = 4096 };
struct geo_memory {
	uint32_t offset[GEO_REMEMBERED]; /* of the record + 1, 0 free */
	struct geo_place place[GEO_REMEMBERED];
};

struct geo_file {
	MMDB_s db;
	struct geo_memory *memory; /* while open */
	bool open;
	struct geo_powers powers;
	struct diag why;         /* why it is not open */
	char name[GEO_NAME_MAX]; /* database type and build date */
};

void geo_file_open(struct geo_file *file, const char *path);
void geo_file_close(struct geo_file *file);
/* Adds what the file knows of the address to what `out` has not yet. */
void geo_file_look(const struct geo_file *file, const struct netaddr *a,
		   struct geo_place *out);

/* Reads a record into `out`, which is empty: the field names of GeoLite2,
 * DB-IP, IPinfo and the npm files. */
void geo_record_read(const MMDB_entry_s *entry, struct geo_place *out);

#endif
