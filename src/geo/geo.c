/* geo.c - the country and the network file as one answer. */
#include "geo/geo.h"
#include "geo/private.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* Raised when the same files would give other answers. */
enum { STAMP_VERSION = 1, STAMP_MAX = 2 * GEO_NAME_MAX + 128 };

struct geo {
	struct geo_file country, asn;
	char stamp[STAMP_MAX];
};

static void
describe(const struct geo_file *file, char out[STAMP_MAX / 2])
{
	const MMDB_s *db = &file->db;

	if (!file->open) {
		(void)snprintf(out, STAMP_MAX / 2, "-");
		return;
	}
	(void)snprintf(out, STAMP_MAX / 2, "%.100s,%" PRIu64 ",%" PRIu32 ",%jd",
		       db->metadata.database_type, db->metadata.build_epoch,
		       db->metadata.node_count, (intmax_t)db->file_size);
}

struct geo *
geo_open(const char *country_file, const char *asn_file)
{
	struct geo *g = heap_new(sizeof *g);
	char country[STAMP_MAX / 2], asn[STAMP_MAX / 2];

	geo_file_open(&g->country, country_file);
	geo_file_open(&g->asn, asn_file);
	describe(&g->country, country);
	describe(&g->asn, asn);
	(void)snprintf(g->stamp, sizeof g->stamp, "%d;%.180s;%.180s",
		       STAMP_VERSION, country, asn);
	return g;
}

void
geo_close(struct geo *g)
{
	if (!g)
		return;
	geo_file_close(&g->country);
	geo_file_close(&g->asn);
	heap_free(g);
}

bool
geo_look(const struct geo *g, const struct netaddr *a, struct geo_place *out)
{
	*out = (struct geo_place){ .latitude = NAN, .longitude = NAN };
	geo_file_look(&g->country, a, out);
	geo_file_look(&g->asn, a, out);
	if (isnan(out->latitude) && out->country[0])
		out->centre = geo_centre(out->country, &out->latitude,
					 &out->longitude);
	return out->country[0] || out->asn || !isnan(out->latitude);
}

struct str
geo_stamp(const struct geo *g)
{
	return str_of(g->stamp);
}

/* Which of the files answers for one kind of question: each may serve for
 * both, the one named for it first. */
static const struct geo_file *
server(const struct geo_file *first, const struct geo_file *second,
       bool (*can)(const struct geo_file *))
{
	if (can(first))
		return first;
	return can(second) ? second : NULL;
}

static bool
tells_country(const struct geo_file *file)
{
	return file->open && file->powers.country;
}

static bool
tells_network(const struct geo_file *file)
{
	return file->open && file->powers.asn;
}

static void
tell(const struct geo_file *serving, const struct geo_file *named,
     struct diag *why, struct str *name)
{
	*why = (struct diag){ 0 };
	*name = str_of(NULL);
	if (serving)
		*name = str_of(serving->name);
	else if (named->open)
		(void)diag_set(why, ERR_GONE, "geo.unknown_kind", 0, "%s",
			       named->name);
	else
		*why = named->why;
}

void
geo_status(const struct geo *g, struct geo_status *out)
{
	tell(server(&g->country, &g->asn, tells_country), &g->country,
	     &out->country, &out->country_name);
	tell(server(&g->asn, &g->country, tells_network), &g->asn, &out->asn,
	     &out->asn_name);
}
