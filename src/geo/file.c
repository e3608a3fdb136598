/* file.c - one mmdb file: opened, judged by its records, asked. */
#include "geo/private.h"

#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* How much of a file is looked at to learn what it tells: enough to meet
 * records that have their fields, little enough not to be felt. */
enum { SAMPLE_NODES = 50000, SAMPLE_RECORDS = 2000, DEPTH_MAX = 130 };

struct sample {
	const MMDB_s *db;
	struct geo_powers *powers;
	uint64_t waiting[DEPTH_MAX]; /* nodes to visit */
	size_t count;
	unsigned nodes, records;
};

static bool
knows_all(const struct geo_powers *powers)
{
	return powers->country && powers->asn && powers->place;
}

static void
sample_side(struct sample *s, uint8_t type, uint64_t node,
	    const MMDB_entry_s *entry)
{
	struct geo_place place = { .latitude = NAN, .longitude = NAN };

	if (type == MMDB_RECORD_TYPE_SEARCH_NODE && s->count < DEPTH_MAX)
		s->waiting[s->count++] = node;
	if (type != MMDB_RECORD_TYPE_DATA)
		return;
	s->records++;
	geo_record_read(entry, &place);
	s->powers->country |= place.country[0] != '\0';
	s->powers->asn |= place.asn != 0;
	s->powers->place |= !isnan(place.latitude);
}

static void
take_sample(const MMDB_s *db, struct geo_powers *powers)
{
	struct sample s = { .db = db, .powers = powers, .count = 1 };

	while (s.count > 0 && s.nodes < SAMPLE_NODES &&
	       s.records < SAMPLE_RECORDS && !knows_all(powers)) {
		MMDB_search_node_s node;
		uint64_t number = s.waiting[--s.count];

		s.nodes++;
		if (number > UINT32_MAX ||
		    MMDB_read_node(db, (uint32_t)number, &node) != MMDB_SUCCESS)
			continue;
		sample_side(&s, node.right_record_type, node.right_record,
			    &node.right_record_entry);
		sample_side(&s, node.left_record_type, node.left_record,
			    &node.left_record_entry);
	}
}

static void
set_name(struct geo_file *file)
{
	const MMDB_metadata_s *meta = &file->db.metadata;
	char date[CIVIL_DATE_SIZE];
	uint64_t epoch = meta->build_epoch;

	/* Later than the year 9999 is no date of a file. */
	if (epoch > UINT64_C(253402300799))
		epoch = 0;
	(void)snprintf(file->name, sizeof file->name, "%.100s (%s)",
		       meta->database_type,
		       civil_print_date((int64_t)epoch, date));
	if (!str_is_utf8(str_of(file->name)))
		(void)snprintf(file->name, sizeof file->name, "%s", date);
}

static const char *
code_of(int status)
{
	switch (status) {
	case MMDB_FILE_OPEN_ERROR:
		return "geo.no_file";
	case MMDB_IO_ERROR:
	case MMDB_OUT_OF_MEMORY_ERROR:
		return "geo.unreadable";
	default:
		return "geo.corrupt";
	}
}

void
geo_file_open(struct geo_file *file, const char *path)
{
	int status;

	if (!path || !path[0]) {
		(void)diag_set(&file->why, ERR_GONE, "geo.not_set", 0, "%s",
			       "");
		return;
	}
	status = MMDB_open(path, MMDB_MODE_MMAP, &file->db);
	if (status != MMDB_SUCCESS) {
		(void)diag_set(&file->why, ERR_GONE, code_of(status), 0, "%s",
			       path);
		return;
	}
	file->open = true;
	file->memory = heap_new(sizeof *file->memory);
	take_sample(&file->db, &file->powers);
	if (file->powers.country || file->powers.asn) {
		set_name(file);
		return;
	}
	geo_file_close(file);
	(void)diag_set(&file->why, ERR_GONE, "geo.unknown_kind", 0, "%s", path);
}

void
geo_file_close(struct geo_file *file)
{
	if (file->open)
		MMDB_close(&file->db);
	heap_free(file->memory);
	file->memory = NULL;
	file->open = false;
}

static MMDB_lookup_result_s
find(const MMDB_s *db, const struct netaddr *a, int *status)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (netaddr_is_v4(a)) {
		memcpy(&v4.sin_addr, a->b + 12, 4);
		return MMDB_lookup_sockaddr(
			db, (const struct sockaddr *)(const void *)&v4, status);
	}
	memcpy(&v6.sin6_addr, a->b, 16);
	return MMDB_lookup_sockaddr(
		db, (const struct sockaddr *)(const void *)&v6, status);
}

static const struct geo_place *
remember(const struct geo_file *file, const MMDB_entry_s *entry)
{
	struct geo_memory *m = file->memory;
	size_t at = entry->offset % GEO_REMEMBERED;

	if (m->offset[at] != entry->offset + 1) {
		m->place[at] =
			(struct geo_place){ .latitude = NAN, .longitude = NAN };
		geo_record_read(entry, &m->place[at]);
		m->offset[at] = entry->offset + 1;
	}
	return &m->place[at];
}

static void
fill_gaps(const struct geo_place *known, struct geo_place *out)
{
	if (!out->country[0])
		memcpy(out->country, known->country, sizeof out->country);
	if (!out->asn) {
		out->asn = known->asn;
		out->as_name = known->as_name;
	}
	if (isnan(out->latitude)) {
		out->city = known->city;
		out->latitude = known->latitude;
		out->longitude = known->longitude;
	}
}

void
geo_file_look(const struct geo_file *file, const struct netaddr *a,
	      struct geo_place *out)
{
	MMDB_lookup_result_s result;
	int status = MMDB_SUCCESS;

	if (!file->open)
		return;
	result = find(&file->db, a, &status);
	if (status == MMDB_SUCCESS && result.found_entry)
		fill_gaps(remember(file, &result.entry), out);
}
