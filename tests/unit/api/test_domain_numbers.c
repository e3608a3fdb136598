#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "reading.h"

#include <stdio.h>

static int64_t
number_at(const struct heard *h, size_t i, const char *key)
{
	char way[160];

	snprintf(way, sizeof(way), "domains.%zu.%s", i, key);
	return node_number(h, way);
}

/* The row of the domain in an answer of /query?group=domain. */
static size_t
row_of(const struct heard *answer, struct str domain)
{
	size_t count = json_count(node(answer, "rows"));

	for (size_t i = 0; i < count; i++) {
		char way[40];

		snprintf(way, sizeof(way), "rows.%zu.key", i);
		if (str_eq(node_text(answer, way), domain))
			return i;
	}
	fail_msg("%.*s is not in the answer", STR_ARG(domain));
	return 0;
}

static void
numbers_of_the_list_are_those_of_the_question(void **state)
{
	static const char *const same[] = { "messages", "own", "own_passed",
					    "blocked", "unrecognised" };
	struct heard list = { 0 }, asked = { 0 };
	size_t count;

	get(*state, "/api/v1/domains", &list);
	assert_int_equal(list.head.status, 200);
	get(*state, "/api/v1/query?group=domain&range=30d", &asked);
	count = json_count(node(&list, "domains"));
	assert_true(count >= 3);
	for (size_t i = 0; i < count; i++) {
		char way[80];
		int64_t sum = 0;
		size_t row;

		snprintf(way, sizeof(way), "domains.%zu.domain", i);
		row = row_of(&asked, node_text(&list, way));
		for (size_t k = 0; k < COUNT_OF(same); k++) {
			snprintf(way, sizeof(way), "rows.%zu.%s", row, same[k]);
			assert_int_equal(number_at(&list, i, same[k]),
					 node_number(&asked, way));
		}
		for (int day = 0; day < 30; day++) {
			snprintf(way, sizeof(way), "spark.%d", day);
			sum += number_at(&list, i, way);
		}
		assert_int_equal(sum, number_at(&list, i, "messages"));
		assert_true(number_at(&list, i, "last_report") <= NOW);
		assert_true(number_at(&list, i, "first_report") <
			    number_at(&list, i, "last_report"));
		assert_true(number_at(&list, i, "tls_sessions") > 0);
	}
	heard_free(&list);
	heard_free(&asked);
}

static void
one_domain_is_told_as_in_the_list(void **state)
{
	struct heard list = { 0 }, one = { 0 };
	char path[300];

	get(*state, "/api/v1/domains", &list);
	snprintf(path, sizeof(path), "/api/v1/domains/%.*s",
		 STR_ARG(node_text(&list, "domains.0.domain")));
	get(*state, path, &one);
	assert_int_equal(one.head.status, 200);
	assert_true(str_eq(node_text(&one, "domain"),
			   node_text(&list, "domains.0.domain")));
	assert_int_equal(node_number(&one, "messages"),
			 node_number(&list, "domains.0.messages"));
	assert_int_equal(node_number(&one, "tls_failed"),
			 node_number(&list, "domains.0.tls_failed"));
	assert_true(node_text(&one, "policy").n > 0);
	assert_true(str_eq(node_text(&one, "policy"),
			   node_text(&list, "domains.0.policy")));
	assert_int_equal(node_text(&one, "policy_seen").n, 10);
	/* Only seen in reports: nobody registered it. */
	assert_int_equal(json_type(node(&one, "purpose")), JSON_NULL);
	assert_int_equal(json_type(node(&one, "added_at")), JSON_NULL);
	heard_free(&list);
	heard_free(&one);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_the_list_are_those_of_the_question),
		cmocka_unit_test(one_domain_is_told_as_in_the_list),
	};

	return cmocka_run_group_tests(tests, reading_begin, reading_end);
}
