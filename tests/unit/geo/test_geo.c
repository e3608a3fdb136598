#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "geo/geo.h"

#include <math.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define FILE_OF(name) SOURCE_DIR "/tests/unit/geo/" name

static struct netaddr
address(const char *text)
{
	struct netaddr a;

	assert_true(netaddr_parse(str_of(text), &a));
	return a;
}

static bool
near(double a, double b)
{
	return (isnan(a) && isnan(b)) || fabs(a - b) < 0.001;
}

struct answer {
	const char *address;
	bool known;
	const char *country, *city, *as_name;
	uint32_t asn;
	double latitude, longitude;
	bool centre;
};

static void
expect(const struct geo *g, const struct answer *want, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct netaddr a = address(want[i].address);
		struct geo_place got;

		assert_int_equal(geo_look(g, &a, &got), want[i].known);
		assert_string_equal(got.country, want[i].country);
		assert_true(str_eq(got.city, str_of(want[i].city)));
		assert_true(str_eq(got.as_name, str_of(want[i].as_name)));
		assert_int_equal(got.asn, want[i].asn);
		assert_true(near(got.latitude, want[i].latitude));
		assert_true(near(got.longitude, want[i].longitude));
		assert_int_equal(got.centre, want[i].centre);
	}
}

static void
a_city_file_and_an_asn_file_answer_together(void **state)
{
	static const struct answer want[] = {
		{ "192.0.2.1", true, "NO", "Oslo", "Eksempel \xC3\x85S", 64496,
		  59.9, 10.7, false },
		{ "192.0.2.200", true, "JP", "", "Eksempel \xC3\x85S", 64496,
		  36, 138, true },
		/* Only the country of registration is known; AS 0 is none. */
		{ "198.51.100.9", true, "SE", "", "", 0, 62, 15, true },
		{ "203.0.113.1", false, "", "", "", 0, NAN, NAN, false },
		{ "2001:db8::1", true, "DE", "", "", 4200000000, 51, 9, true },
		{ "2001:db8:8000::1", true, "", "", "", 4200000000, NAN, NAN,
		  false },
		{ "::1", false, "", "", "", 0, NAN, NAN, false },
	};
	struct geo *g = geo_open(FILE_OF("city.mmdb"), FILE_OF("asn.mmdb"));

	(void)state;
	expect(g, want, COUNT_OF(want));
	geo_close(g);
}

static void
a_file_of_country_codes_gives_the_countrys_centre(void **state)
{
	static const struct answer want[] = {
		{ "192.0.2.77", true, "NO", "", "", 0, 62, 10, true },
		/* A code without a place on the map. */
		{ "198.51.100.1", true, "XX", "", "", 0, NAN, NAN, false },
		{ "2001:db8::77", true, "JP", "", "", 0, 36, 138, true },
		{ "255.255.255.255", false, "", "", "", 0, NAN, NAN, false },
	};
	struct geo *g = geo_open(FILE_OF("country.mmdb"), NULL);

	(void)state;
	expect(g, want, COUNT_OF(want));
	geo_close(g);
}

static void
one_file_may_serve_for_both_in_either_place(void **state)
{
	static const struct answer want[] = {
		{ "192.0.2.1", true, "NO", "Bergen", "Both AS", 64497, 60.39,
		  -5.3, false },
		{ "198.51.100.1", true, "JP", "", "", 0, 36, 138, true },
		/* Values of odd types and impossible places. */
		{ "203.0.113.1", false, "", "", "", 0, NAN, NAN, false },
	};
	const char *paths[] = { FILE_OF("both.mmdb"), NULL };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct geo *g = geo_open(paths[i], paths[1 - i]);
		struct geo_status status;

		expect(g, want, COUNT_OF(want));
		geo_status(g, &status);
		assert_string_equal(status.country.code, "");
		assert_string_equal(status.asn.code, "");
		assert_true(
			str_eq(status.asn_name, S("Test-Lite (2023-11-14)")));
		geo_close(g);
	}
}

static void
the_status_says_what_is_open_and_why_not(void **state)
{
	static const struct {
		const char *path, *country, *asn;
	} cases[] = {
		{ NULL, "geo.not_set", "geo.not_set" },
		{ "", "geo.not_set", "geo.not_set" },
		{ FILE_OF("none.mmdb"), "geo.no_file", "geo.not_set" },
		{ FILE_OF("test_geo.c"), "geo.corrupt", "geo.not_set" },
		{ FILE_OF("other.mmdb"), "geo.unknown_kind", "geo.not_set" },
		{ FILE_OF("empty.mmdb"), "geo.unknown_kind", "geo.not_set" },
		{ FILE_OF("country.mmdb"), "", "geo.not_set" },
		{ FILE_OF("asn.mmdb"), "geo.unknown_kind", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct geo *g = geo_open(cases[i].path, NULL);
		struct geo_status status;
		struct netaddr a = address("192.0.2.1");
		struct geo_place place;
		bool answers = !cases[i].country[0] || !cases[i].asn[0];

		geo_status(g, &status);
		assert_string_equal(status.country.code, cases[i].country);
		assert_string_equal(status.asn.code, cases[i].asn);
		assert_int_equal(status.country_name.n > 0,
				 !cases[i].country[0]);
		assert_int_equal(geo_look(g, &a, &place), answers);
		geo_close(g);
	}
	geo_close(NULL);
}

static void
the_stamp_changes_with_the_files(void **state)
{
	const char *files[] = { NULL, FILE_OF("city.mmdb"),
				FILE_OF("country.mmdb"), FILE_OF("asn.mmdb"),
				FILE_OF("both.mmdb") };
	enum { N = COUNT_OF(files) };
	char stamps[N * N][512];

	(void)state;
	for (size_t i = 0; i < N * N; i++) {
		struct geo *g = geo_open(files[i / N], files[i % N]);

		(void)snprintf(stamps[i], sizeof stamps[i], "%.*s",
			       STR_ARG(geo_stamp(g)));
		geo_close(g);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(stamps[i], stamps[j]);
	}
}

/* Writes the first `n` bytes of `image`, one of them changed, and asks. */
static void
survive(const char *path, struct str image, size_t n, size_t at, char bits)
{
	static const char *const asked[] = { "192.0.2.1", "198.51.100.1",
					     "2001:db8::1", "0.0.0.0",
					     "ffff::" };
	FILE *f = fopen(path, "wb");
	struct geo *g;

	assert_non_null(f);
	assert_int_equal(fwrite(image.p, 1, n, f), n);
	if (at < n) {
		assert_int_equal(fseek(f, (long)at, SEEK_SET), 0);
		(void)fputc(image.p[at] ^ bits, f);
	}
	assert_int_equal(fclose(f), 0);
	g = geo_open(path, path);
	for (size_t i = 0; i < COUNT_OF(asked); i++) {
		struct netaddr a = address(asked[i]);
		struct geo_place place;

		if (!geo_look(g, &a, &place))
			continue;
		assert_true(str_is_utf8(place.as_name));
		assert_true(str_is_utf8(place.city));
		assert_true(isnan(place.latitude) ||
			    fabs(place.latitude) <= 90);
	}
	geo_close(g);
}

static void
a_broken_file_never_breaks_the_program(void **state)
{
	static const char *const files[] = { FILE_OF("city.mmdb"),
					     FILE_OF("both.mmdb") };
	/* In memory: the file is written some ten thousand times. */
	int fd = memfd_create("geo", MFD_CLOEXEC);
	char path[64];

	(void)state;
	assert_true(fd >= 0);
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		static char image[1 << 16];
		FILE *f = fopen(files[i], "rb");
		size_t n;

		assert_non_null(f);
		n = fread(image, 1, sizeof image, f);
		assert_int_equal(fclose(f), 0);
		assert_true(n > 500 && n < sizeof image);
		for (size_t at = 0; at < n; at++) {
			struct str whole = { image, n };

			survive(path, whole, at, SIZE_MAX, 0);
			survive(path, whole, n, at, '\xFF');
			if (at % 4 == 0)
				survive(path, whole, n, at, 1);
		}
	}
	assert_int_equal(close(fd), 0);
}

static void
every_centre_is_on_the_earth(void **state)
{
	double latitude, longitude;
	unsigned known = 0;

	(void)state;
	for (char a = 'A'; a <= 'Z'; a++)
		for (char b = 'A'; b <= 'Z'; b++) {
			const char code[3] = { a, b, '\0' };

			if (!geo_centre(code, &latitude, &longitude))
				continue;
			assert_true(fabs(latitude) <= 90);
			assert_true(fabs(longitude) <= 180);
			known++;
		}
	assert_int_equal(known, 250);
	assert_true(geo_centre("NO", &latitude, &longitude));
	assert_true(near(latitude, 62) && near(longitude, 10));
	assert_false(geo_centre("\0\0", &latitude, &longitude));
	assert_false(geo_centre("ZZ", &latitude, &longitude));
	assert_false(geo_centre("no", &latitude, &longitude));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_city_file_and_an_asn_file_answer_together),
		cmocka_unit_test(
			a_file_of_country_codes_gives_the_countrys_centre),
		cmocka_unit_test(one_file_may_serve_for_both_in_either_place),
		cmocka_unit_test(the_status_says_what_is_open_and_why_not),
		cmocka_unit_test(the_stamp_changes_with_the_files),
		cmocka_unit_test(a_broken_file_never_breaks_the_program),
		cmocka_unit_test(every_centre_is_on_the_earth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
