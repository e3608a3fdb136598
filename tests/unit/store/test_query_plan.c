#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "query_data.h"

#include <stdio.h>
#include <string.h>

static struct data *store;

/* A value that each field takes. */
static const char *const values[STORE_FIELDS] = {
	[STORE_F_DOMAIN] = "a.example",
	[STORE_F_DAY] = "2026-09-20",
	[STORE_F_RESULT] = "fail",
	[STORE_F_SPF] = "pass",
	[STORE_F_DKIM] = "pass",
	[STORE_F_SPF_RESULT] = "softfail",
	[STORE_F_DKIM_RESULT] = "pass",
	[STORE_F_DISPOSITION] = "reject",
	[STORE_F_POLICY] = "none",
	[STORE_F_OVERRIDE] = "forwarded",
	[STORE_F_CLASS] = "own",
	[STORE_F_SOURCE] = "amazon-ses",
	[STORE_F_IP] = "203.0.110.0/24",
	[STORE_F_HOST] = "mx1.esp.example",
	[STORE_F_ASN] = "AS64496",
	[STORE_F_COUNTRY] = "NO",
	[STORE_F_REPORTER] = "google.com",
	[STORE_F_REPORTER_FAMILY] = "microsoft",
	[STORE_F_FROM_DOMAIN] = "a.example",
	[STORE_F_ENVELOPE_FROM] = "bounce.esp.example",
	[STORE_F_TO_DOMAIN] = "customer.example",
	[STORE_F_SELECTOR] = "s1",
	[STORE_F_TRUST] = "verified",
	[STORE_F_TEXT] = "example",
	[STORE_F_REPORT] = "7",
};

static void
filter(struct store_query *q, enum store_field field, bool not_it)
{
	q->filter[q->filter_count++] = (struct store_filter){
		.field = field,
		.value = str_of(values[field]),
		.not_it = not_it,
	};
}

static struct store_query
month(void)
{
	return (struct store_query){ .owner = 1,
				     .first_day = DATA_FIRST,
				     .last_day = DATA_FIRST + 29 };
}

/* Which tables a line of a plan is about: their names in the SQL. */
static bool
is_of_large_table(struct str line)
{
	static const char *const tables[] = { "t",        "p",     "row",
					      "rollup",   "cube",  "cube_slim",
					      "cube_day", "report" };

	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		char word[32];

		snprintf(word, sizeof(word), "SCAN %s", tables[i]);
		if (str_find(line, str_of(word)) == SIZE_MAX)
			continue;
		if (str_ends(line, str_of(word)))
			return true;
		snprintf(word, sizeof(word), "SCAN %s ", tables[i]);
		if (str_find(line, str_of(word)) != SIZE_MAX)
			return true;
	}
	return false;
}

/* Facts are reached by owner and days (and domain), rows by their report. */
static bool
is_bounded(struct str line)
{
	static const char *const ways[] = {
		"(owner=? AND domain=? AND day>? AND day<?)",
		"(owner=? AND day>? AND day<?)",
		"INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
		"INTEGER PRIMARY KEY (rowid=?)",
		"(owner=? AND domain=? AND day=?)",
		"(owner=? AND day=?)",
	};

	if (str_find(line, S("SEARCH t ")) == SIZE_MAX &&
	    str_find(line, S("SEARCH p ")) == SIZE_MAX)
		return true;
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		if (str_find(line, str_of(ways[i])) != SIZE_MAX)
			return true;
	return false;
}

static void
check_plan(const struct store_query *q)
{
	SCOPED_BUF plan = BUF(1 << 20);
	struct diag why = { 0 };
	struct str rest, line;
	enum err e = store_explain(store->s, q, &plan, &why);

	if (e != ERR_NONE)
		fail_msg("%d %s %s", e, why.code, why.detail);
	assert_non_null(strstr(buf_c(&plan), "SEARCH"));
	rest = buf_str(&plan);
	while (str_split(&rest, '\n', &line)) {
		if (!str_starts(line, S("  ")))
			continue;
		if (is_of_large_table(line) || !is_bounded(line) ||
		    str_find(line, S("TEMP B-TREE")) != SIZE_MAX) {
			print_error("%s\n", buf_c(&plan));
			fail_msg("not bounded: %.*s", STR_ARG(line));
		}
	}
}

static void
no_question_of_roll_ups_reads_more_than_its_days(void **state)
{
	size_t count = 0;

	(void)state;
	for (int g = -1; g < STORE_FIELDS; g++) {
		if (g >= 0 && (!store_field_groups((enum store_field)g) ||
			       store_field_is_detail((enum store_field)g)))
			continue;
		for (int f = -1; f < STORE_FIELDS; f++) {
			if (f >= 0 &&
			    store_field_is_detail((enum store_field)f))
				continue;
			for (int with = 0; with < 6; with++) {
				struct store_query q = month();

				q.grouped = g >= 0;
				q.group = q.grouped ? (enum store_field)g
						    : STORE_F_DOMAIN;
				if (f >= 0)
					filter(&q, (enum store_field)f,
					       with & 1);
				if (with / 2 == 1)
					filter(&q, STORE_F_DOMAIN, false);
				if (with / 2 == 2)
					filter(&q, STORE_F_SOURCE, false);
				check_plan(&q);
				count++;
			}
		}
	}
	assert_true(count > 1000);
}

static void
detail_of_one_domain_is_read_by_domain_and_days(void **state)
{
	(void)state;
	for (int d = 0; d < STORE_FIELDS; d++) {
		enum store_field detail = (enum store_field)d;

		if (!store_field_is_detail(detail))
			continue;
		for (int f = 0; f < STORE_FIELDS; f++) {
			struct store_query q = month();

			filter(&q, STORE_F_DOMAIN, false);
			filter(&q, (enum store_field)f, false);
			if (f == STORE_F_DOMAIN)
				q.filter_count--;
			if (store_field_groups(detail)) {
				q.grouped = true;
				q.group = detail;
			} else {
				filter(&q, detail, true);
			}
			check_plan(&q);
			filter(&q, detail, false);
			q.grouped = false;
			check_plan(&q);
		}
	}
}

static void
detail_without_one_domain_is_refused_with_the_field(void **state)
{
	(void)state;
	for (int d = 0; d < STORE_FIELDS; d++) {
		enum store_field detail = (enum store_field)d;

		if (!store_field_is_detail(detail) || d == STORE_F_REPORT)
			continue;
		for (int how = 0; how < 4; how++) {
			struct store_query q = month();
			struct store_answer_row totals;
			SCOPED_BUF out = BUF(4096);
			struct diag why = { 0 };

			q.grouped = how == 0 && store_field_groups(detail);
			q.group = detail;
			if (!q.grouped)
				filter(&q, detail, false);
			if (how == 2)
				filter(&q, STORE_F_DOMAIN, true);
			for (int i = 0; i < 2 && how == 3; i++)
				filter(&q, STORE_F_DOMAIN, false);
			assert_int_equal(
				store_explain(store->s, &q, &out, &why),
				ERR_SYNTAX);
			assert_string_equal(why.code, "query.needs_domain");
			assert_string_equal(why.detail,
					    store_field_name(detail));
			diag_clear(&why);
			assert_int_equal(store_ask(store->s, &q, NULL, NULL,
						   &totals, &out, &why),
					 ERR_SYNTAX);
		}
	}
}

static void
no_value_ever_stands_in_the_sql(void **state)
{
	static const char *const marks[] = { "qqmark", "qqmark'--", "\"qqmark",
					     "qqmark)" };

	(void)state;
	for (int f = 0; f < STORE_FIELDS; f++)
		for (size_t i = 0; i < COUNT_OF(marks); i++) {
			struct store_query q = month();
			SCOPED_BUF plan = BUF(1 << 20);
			struct diag why = { 0 };
			enum err e;

			filter(&q, STORE_F_DOMAIN, false);
			q.filter[q.filter_count++] = (struct store_filter){
				.field = (enum store_field)f,
				.value = str_of(marks[i]),
			};
			if (f == STORE_F_DOMAIN)
				q.filter[0] = q.filter[--q.filter_count];
			e = store_explain(store->s, &q, &plan, &why);
			if (e != ERR_NONE) {
				assert_string_equal(why.code,
						    "query.bad_value");
				continue;
			}
			assert_null(strstr(buf_c(&plan), "qqmark"));
		}
}

static int
make_store(void **state)
{
	(void)state;
	store = data_new(11);
	return 0;
}

static int
drop_store(void **state)
{
	(void)state;
	data_free(store);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			no_question_of_roll_ups_reads_more_than_its_days),
		cmocka_unit_test(
			detail_of_one_domain_is_read_by_domain_and_days),
		cmocka_unit_test(
			detail_without_one_domain_is_refused_with_the_field),
		cmocka_unit_test(no_value_ever_stands_in_the_sql),
	};

	return cmocka_run_group_tests(tests, make_store, drop_store);
}
