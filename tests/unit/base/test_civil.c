#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"

static void
days_round_trip_over_leap_years(void **state)
{
	(void)state;
	for (int64_t day = -200000; day < 200000; day += 7) {
		struct civil c = civil_from(day * CIVIL_DAY + 12345);

		assert_int_equal(civil_seconds(c), day * CIVIL_DAY + 12345);
		assert_int_equal(civil_day(civil_seconds(c)), day);
	}
}

static void
dates_that_do_not_exist_are_refused(void **state)
{
	int64_t t;

	(void)state;
	assert_true(civil_parse_date(S("2024-02-29"), &t));
	assert_int_equal(t, 1709164800);
	assert_false(civil_parse_date(S("2023-02-29"), &t));
	assert_false(civil_parse_date(S("2023-13-01"), &t));
	assert_false(civil_parse_date(S("2023-1-01"), &t));
	assert_false(civil_parse_date(S("2023-01-01x"), &t));
}

static void
rfc3339_is_read_with_and_without_a_zone(void **state)
{
	static const struct {
		struct str text;
		int64_t want;
	} cases[] = {
		{ STR("2016-04-01T00:00:00Z"), 1459468800 },
		{ STR("2016-04-01T00:00:00"), 1459468800 },
		{ STR("2016-04-01 00:00:00.123Z"), 1459468800 },
		{ STR("2016-04-01T09:00:00+09:00"), 1459468800 },
		{ STR("2016-03-31t19:00:00-0500"), 1459468800 },
	};
	int64_t t;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_true(civil_parse_rfc3339(cases[i].text, &t));
		assert_int_equal(t, cases[i].want);
	}
	assert_false(civil_parse_rfc3339(S("2016-04-01"), &t));
	assert_false(civil_parse_rfc3339(S("2016-04-01T25:00:00Z"), &t));
}

static void
rfc5322_dates_are_read_in_their_old_shapes(void **state)
{
	static const struct {
		struct str text;
		int64_t want;
	} cases[] = {
		{ STR("Fri, 1 Apr 2016 00:00:00 +0000"), 1459468800 },
		{ STR("01 Apr 2016 00:00 GMT (x)"), 1459468800 },
		{ STR("Fri, 01 Apr 16 02:00:00 +0200 (CEST)"), 1459468800 },
		{ STR("Thu, 31 Mar 2016 19:00:00 EST"), 1459468800 },
	};
	int64_t t;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_true(civil_parse_rfc5322(cases[i].text, &t));
		assert_int_equal(t, cases[i].want);
	}
	assert_false(civil_parse_rfc5322(S("yesterday"), &t));
}

static void
stamps_print_what_was_parsed(void **state)
{
	char out[CIVIL_STAMP_SIZE];

	(void)state;
	assert_string_equal(civil_print_stamp(1459468801, out),
			    "2016-04-01T00:00:01Z");
	assert_string_equal(civil_print_date(1459468801, out), "2016-04-01");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_round_trip_over_leap_years),
		cmocka_unit_test(dates_that_do_not_exist_are_refused),
		cmocka_unit_test(rfc3339_is_read_with_and_without_a_zone),
		cmocka_unit_test(rfc5322_dates_are_read_in_their_old_shapes),
		cmocka_unit_test(stamps_print_what_was_parsed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
