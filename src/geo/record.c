/* record.c - fields of a record, under the names that the makers of such
 * files use. Every value is checked: files may be broken, or somebody else's.
 */
#include "geo/private.h"

#include <math.h>

enum { TEXT_MAX = 512, PATH_MAX_STEPS = 4 };

typedef const char *const field_path[PATH_MAX_STEPS];

static bool
get(const MMDB_entry_s *entry, field_path path, MMDB_entry_data_s *out)
{
	MMDB_entry_s start = *entry;

	return MMDB_aget_value(&start, out, path) == MMDB_SUCCESS &&
	       out->has_data;
}

/* Empty when the field is absent, no text, not UTF-8 or absurdly long. */
static struct str
get_text(const MMDB_entry_s *entry, field_path path)
{
	MMDB_entry_data_s data;
	struct str text = { NULL, 0 };

	if (!get(entry, path, &data) ||
	    data.type != MMDB_DATA_TYPE_UTF8_STRING ||
	    data.data_size > TEXT_MAX)
		return text;
	text = (struct str){ data.utf8_string, data.data_size };
	return str_is_utf8(text) ? text : str_sub(text, 0, 0);
}

static bool
decimal(struct str text, double *out)
{
	double value = 0, scale = 1;
	bool minus = text.n > 0 && text.p[0] == '-';
	bool point = false;

	text = str_sub(text, minus ? 1 : 0, SIZE_MAX);
	if (text.n == 0 || text.n > 20)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '.' && !point) {
			point = true;
			continue;
		}
		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (c - '0');
		scale *= point ? 10 : 1;
	}
	*out = (minus ? -value : value) / scale;
	return true;
}

static double
get_number(const MMDB_entry_s *entry, field_path path)
{
	MMDB_entry_data_s data;
	double value;

	if (!get(entry, path, &data))
		return NAN;
	switch (data.type) {
	case MMDB_DATA_TYPE_DOUBLE:
		return data.double_value;
	case MMDB_DATA_TYPE_FLOAT:
		return (double)data.float_value;
	case MMDB_DATA_TYPE_UINT16:
		return data.uint16;
	case MMDB_DATA_TYPE_UINT32:
		return data.uint32;
	case MMDB_DATA_TYPE_INT32:
		return data.int32;
	default:
		return decimal(get_text(entry, path), &value) ? value : NAN;
	}
}

static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* ISO 3166-1 alpha-2; "ZZ" stands for unknown. */
static bool
take_country(struct str code, char out[3])
{
	if (code.n != 2 || !is_letter(code.p[0]) || !is_letter(code.p[1]) ||
	    str_eq_fold(code, S("ZZ")))
		return false;
	out[0] = (char)(code.p[0] & ~0x20);
	out[1] = (char)(code.p[1] & ~0x20);
	out[2] = '\0';
	return true;
}

static void
read_country(const MMDB_entry_s *entry, struct geo_place *out)
{
	static field_path paths[] = {
		{ "country", "iso_code" },
		{ "country_code" },
		{ "country" },
		{ "registered_country", "iso_code" },
	};

	for (size_t i = 0; i < COUNT_OF(paths) && !out->country[0]; i++)
		(void)take_country(get_text(entry, paths[i]), out->country);
}

/* 64496 or "AS64496". */
static uint32_t
get_asn(const MMDB_entry_s *entry, field_path path)
{
	struct str text = get_text(entry, path);
	uint64_t n;
	double value;

	if (str_starts_fold(text, S("AS")))
		text = str_sub(text, 2, SIZE_MAX);
	if (str_u64(text, &n))
		return n <= UINT32_MAX ? (uint32_t)n : 0;
	value = get_number(entry, path);
	return value > 0 && value <= UINT32_MAX ? (uint32_t)value : 0;
}

static void
read_network(const MMDB_entry_s *entry, struct geo_place *out)
{
	static field_path numbers[] = {
		{ "autonomous_system_number" },
		{ "asn" },
		{ "as_number" },
	};
	static field_path names[] = {
		{ "autonomous_system_organization" },
		{ "as_name" },
		{ "as_organization" },
		{ "name" },
	};

	for (size_t i = 0; i < COUNT_OF(numbers) && !out->asn; i++)
		out->asn = get_asn(entry, numbers[i]);
	if (!out->asn)
		return;
	for (size_t i = 0; i < COUNT_OF(names) && !out->as_name.n; i++)
		out->as_name = get_text(entry, names[i]);
}

static void
read_place(const MMDB_entry_s *entry, struct geo_place *out)
{
	static field_path cities[] = { { "city", "names", "en" }, { "city" } };
	static field_path places[][2] = {
		{ { "location", "latitude" }, { "location", "longitude" } },
		{ { "latitude" }, { "longitude" } },
		{ { "lat" }, { "lng" } },
	};

	for (size_t i = 0; i < COUNT_OF(cities) && !out->city.n; i++)
		out->city = get_text(entry, cities[i]);
	for (size_t i = 0; i < COUNT_OF(places) && isnan(out->latitude); i++) {
		double latitude = get_number(entry, places[i][0]);
		double longitude = get_number(entry, places[i][1]);

		if (!(fabs(latitude) <= 90 && fabs(longitude) <= 180))
			continue;
		out->latitude = latitude;
		out->longitude = longitude;
	}
}

void
geo_record_read(const MMDB_entry_s *entry, struct geo_place *out)
{
	if (!out->country[0])
		read_country(entry, out);
	if (!out->asn)
		read_network(entry, out);
	if (isnan(out->latitude))
		read_place(entry, out);
}
