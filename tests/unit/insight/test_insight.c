#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "insight/insight.h"

#include <string.h>

/* 2026-11-22 14:03:00 UTC */
#define NOW (20779 * (int64_t)86400 + 50580)

static int64_t
day(const char *date)
{
	int64_t at;

	assert_true(civil_parse_date(str_of(date), &at));
	return civil_day(at);
}

static enum err
set(struct store_query *q, const char *name, const char *value,
    struct diag *why)
{
	diag_clear(why);
	return insight_set(q, str_of(name), str_of(value), NOW, why);
}

static void
an_empty_question_has_no_bounds_and_sorts_by_messages(void **state)
{
	struct store_query q;

	(void)state;
	memset(&q, 0x5a, sizeof(q));
	insight_init(&q, 7);
	assert_int_equal(q.owner, 7);
	assert_true(q.first_day == INT64_MIN && q.last_day == INT64_MAX);
	assert_int_equal(q.filter_count, 0);
	assert_false(q.grouped || q.sort_by_key || q.ascending);
	assert_int_equal(q.sort, STORE_M_MESSAGES);
	assert_int_equal(q.cursor.n, 0);
}

static void
ranges_end_today_and_count_their_days(void **state)
{
	static const struct {
		const char *range, *first, *last;
	} table[] = {
		{ "30d", "2026-10-24", "2026-11-22" },
		{ "1d", "2026-11-22", "2026-11-22" },
		{ "today", "2026-11-22", "2026-11-22" },
		{ "yesterday", "2026-11-21", "2026-11-21" },
		{ "12w", "2026-08-31", "2026-11-22" },
		{ "6m", "2026-05-23", "2026-11-22" },
		{ "9m", "2026-02-23", "2026-11-22" },
		{ "1y", "2025-11-23", "2026-11-22" },
	};
	struct store_query q;
	struct diag why;

	(void)state;
	assert_int_equal(day("2026-11-22") * 86400 + 50580, NOW);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		insight_init(&q, 1);
		assert_int_equal(set(&q, "range", table[i].range, &why), 0);
		assert_int_equal(q.first_day, day(table[i].first));
		assert_int_equal(q.last_day, day(table[i].last));
	}
	assert_int_equal(set(&q, "range", "all", &why), 0);
	assert_true(q.first_day == INT64_MIN && q.last_day == INT64_MAX);
}

static void
a_month_that_is_shorter_ends_on_its_last_day(void **state)
{
	struct store_query q;
	int64_t now = day("2026-03-31") * 86400;

	(void)state;
	insight_init(&q, 1);
	assert_int_equal(insight_set(&q, S("range"), S("1m"), now, NULL), 0);
	assert_int_equal(q.first_day, day("2026-03-01"));
	now = day("2024-03-31") * 86400;
	assert_int_equal(insight_set(&q, S("range"), S("1m"), now, NULL), 0);
	assert_int_equal(q.first_day, day("2024-03-01"));
}

static void
bad_ranges_name_what_is_accepted(void **state)
{
	static const char *const bad[] = {
		"",
		"d",
		"30",
		"0d",
		"-3d",
		"30 d",
		"3x",
		"1.5d",
		"99999d",
		"9999y",
		"18446744073709551616d",
		"6000w",
	};
	struct store_query q;
	struct diag why;

	(void)state;
	insight_init(&q, 1);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(set(&q, "range", bad[i], &why), ERR_SYNTAX);
		assert_string_equal(why.code, "query.bad_value");
		assert_non_null(strstr(why.detail, "30d"));
	}
}

static void
from_and_to_are_dates_and_both_inclusive(void **state)
{
	struct store_query q;
	struct diag why;

	(void)state;
	insight_init(&q, 1);
	assert_int_equal(set(&q, "from", "2026-01-31", &why), 0);
	assert_int_equal(q.first_day, day("2026-01-31"));
	assert_true(q.last_day == INT64_MAX);
	assert_int_equal(set(&q, "to", "2026-02-01", &why), 0);
	assert_int_equal(q.last_day, day("2026-02-01"));
	assert_int_equal(set(&q, "to", "2026-01-30", &why), ERR_SYNTAX);
	assert_int_equal(set(&q, "from", "31.01.2026", &why), ERR_SYNTAX);
	assert_string_equal(why.detail, "from: YYYY-MM-DD");
	assert_int_equal(set(&q, "to", "yesterday", &why), 0);
	assert_int_equal(q.last_day, day("2026-11-21"));
}

static void
every_filter_name_is_taken_with_dash_or_underscore(void **state)
{
	struct store_query q;
	struct diag why;

	(void)state;
	for (int i = 0; i < STORE_FIELDS; i++) {
		enum store_field field = (enum store_field)i;
		char dashed[32] = "";
		const char *name = store_field_name(field);

		for (size_t k = 0; name[k] != '\0'; k++)
			dashed[k] = name[k] == '_' ? '-' : name[k];
		insight_init(&q, 1);
		assert_int_equal(set(&q, name, "x", &why), 0);
		assert_int_equal(set(&q, dashed, "!y", &why), 0);
		assert_int_equal(q.filter_count, 2);
		assert_int_equal(q.filter[0].field, field);
		assert_int_equal(q.filter[1].field, field);
		assert_true(str_eq(q.filter[0].value, S("x")));
		assert_true(str_eq(q.filter[1].value, S("y")));
		assert_false(q.filter[0].not_it);
		assert_true(q.filter[1].not_it);
	}
}

static void
an_empty_filter_or_one_too_many_is_refused(void **state)
{
	struct store_query q;
	struct diag why;

	(void)state;
	insight_init(&q, 1);
	assert_int_equal(set(&q, "domain", "", &why), ERR_SYNTAX);
	assert_int_equal(set(&q, "domain", "!", &why), ERR_SYNTAX);
	assert_string_equal(why.code, "query.bad_value");
	for (int i = 0; i < STORE_FILTERS_MAX; i++)
		assert_int_equal(set(&q, "domain", "a.example", &why), 0);
	assert_int_equal(set(&q, "domain", "b.example", &why), ERR_LIMIT);
	assert_string_equal(why.code, "query.too_many_filters");
	assert_int_equal(q.filter_count, STORE_FILTERS_MAX);
}

static void
failures_are_a_filter_on_the_result(void **state)
{
	struct store_query q;
	struct diag why;

	(void)state;
	insight_init(&q, 1);
	assert_int_equal(set(&q, "failures", "no", &why), 0);
	assert_int_equal(q.filter_count, 0);
	assert_int_equal(set(&q, "failures", "", &why), 0);
	assert_int_equal(q.filter_count, 1);
	assert_int_equal(q.filter[0].field, STORE_F_RESULT);
	assert_true(str_eq(q.filter[0].value, S("fail")));
	assert_int_equal(set(&q, "failures", "maybe", &why), ERR_SYNTAX);
}

static void
days_come_in_order_unless_another_order_was_asked_for(void **state)
{
	struct store_query q;
	struct diag why;

	(void)state;
	insight_init(&q, 1);
	assert_int_equal(set(&q, "group", "day", &why), 0);
	assert_true(q.grouped && q.sort_by_key && q.ascending);
	assert_int_equal(set(&q, "group", "source", &why), 0);
	assert_int_equal(q.group, STORE_F_SOURCE);
	assert_false(q.sort_by_key || q.ascending);
	assert_int_equal(set(&q, "sort", "-sources", &why), 0);
	assert_int_equal(set(&q, "group", "day", &why), 0);
	assert_false(q.sort_by_key || q.ascending);
	assert_int_equal(q.sort, STORE_M_SOURCES);
	assert_int_equal(set(&q, "sort", "last-seen", &why), 0);
	assert_true(q.ascending);
	assert_int_equal(q.sort, STORE_M_LAST_SEEN);
	assert_int_equal(set(&q, "sort", "-key", &why), 0);
	assert_true(q.sort_by_key && !q.ascending);
	assert_int_equal(set(&q, "group", "none", &why), 0);
	assert_false(q.grouped);
}

static void
groups_and_orders_that_are_none_suggest_the_nearest(void **state)
{
	static const struct {
		const char *name, *value, *detail;
	} table[] = {
		{ "group", "sourse", "group: source" },
		{ "group", "from-domian", "group: from_domain" },
		{ "group", "Countri", "group: country" },
		{ "sort", "-mesages", "sort: messages" },
		{ "sort", "frist_seen", "sort: first_seen" },
		{ "limit", "0", "limit: 1-10000" },
		{ "limit", "10001", "limit: 1-10000" },
		{ "limit", "many", "limit: 1-10000" },
	};
	struct store_query q;
	struct diag why;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		insight_init(&q, 1);
		assert_int_equal(set(&q, table[i].name, table[i].value, &why),
				 ERR_SYNTAX);
		assert_string_equal(why.code, "query.bad_value");
		assert_string_equal(why.detail, table[i].detail);
	}
	assert_int_equal(set(&q, "group", "text", &why), ERR_SYNTAX);
	assert_int_equal(set(&q, "limit", "10000", &why), 0);
	assert_int_equal(q.limit, 10000);
	assert_int_equal(set(&q, "cursor", "abc", &why), 0);
	assert_true(str_eq(q.cursor, S("abc")));
}

static void
an_unknown_name_is_told_with_its_neighbour(void **state)
{
	struct store_query q;
	struct diag why;

	(void)state;
	insight_init(&q, 1);
	assert_int_equal(set(&q, "sorce", "x", &why), ERR_SYNTAX);
	assert_string_equal(why.code, "query.unknown_name");
	assert_string_equal(why.detail, "sorce (source?)");
	assert_int_equal(set(&q, "rnage", "x", &why), ERR_SYNTAX);
	assert_string_equal(why.detail, "rnage (range?)");
	assert_int_equal(set(&q, "zzzzzz", "x", &why), ERR_SYNTAX);
	assert_string_equal(why.detail, "zzzzzz");
	assert_int_equal(set(&q, "", "x", &why), ERR_SYNTAX);
}

static void
the_nearest_word_allows_a_third_of_the_letters(void **state)
{
	static const char *const words[] = { "domain", "day", "import" };
	struct str long_word = {
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaa",
		60
	};

	(void)state;
	assert_string_equal(insight_nearest(S("domian"), words, 3), "domain");
	assert_string_equal(insight_nearest(S("DOMAIN"), words, 3), "domain");
	assert_string_equal(insight_nearest(S("dy"), words, 3), "day");
	assert_string_equal(insight_nearest(S("imprt"), words, 3), "import");
	assert_null(insight_nearest(S("x"), words, 3));
	assert_null(insight_nearest(S("export-all"), words, 3));
	assert_null(insight_nearest(S(""), words, 3));
	assert_null(insight_nearest(long_word, words, 3));
	assert_null(insight_nearest(S("day"), words, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_empty_question_has_no_bounds_and_sorts_by_messages),
		cmocka_unit_test(ranges_end_today_and_count_their_days),
		cmocka_unit_test(a_month_that_is_shorter_ends_on_its_last_day),
		cmocka_unit_test(bad_ranges_name_what_is_accepted),
		cmocka_unit_test(from_and_to_are_dates_and_both_inclusive),
		cmocka_unit_test(
			every_filter_name_is_taken_with_dash_or_underscore),
		cmocka_unit_test(an_empty_filter_or_one_too_many_is_refused),
		cmocka_unit_test(failures_are_a_filter_on_the_result),
		cmocka_unit_test(
			days_come_in_order_unless_another_order_was_asked_for),
		cmocka_unit_test(
			groups_and_orders_that_are_none_suggest_the_nearest),
		cmocka_unit_test(an_unknown_name_is_told_with_its_neighbour),
		cmocka_unit_test(
			the_nearest_word_allows_a_third_of_the_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
