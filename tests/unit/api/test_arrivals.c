#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "reading.h"

static void
the_intake_page_lists_everything_that_arrived(void **state)
{
	struct heard h = { 0 };

	get(*state, "/api/v1/intake?limit=3", &h);
	assert_int_equal(h.head.status, 200);
	assert_int_equal(json_count(node(&h, "items")), 3);
	assert_true(node_text(&h, "next").n > 0);
	assert_true(str_eq(node_text(&h, "items.0.door"), S("file")));
	assert_true(node_number(&h, "items.0.report") > 0);
	assert_true(node_number(&h, "counts.imported") > 100);
	assert_int_equal(node_number(&h, "counts.rejected"), 0);
	assert_true(json_count(node(&h, "reporters")) > 2);
	assert_true(node_number(&h, "reporters.0.usual") >= DAY);
	get(*state, "/api/v1/intake?status=rejected", &h);
	assert_int_equal(json_count(node(&h, "items")), 0);
	get(*state, "/api/v1/intake?status=planet", &h);
	assert_int_equal(h.head.status, 400);
	heard_free(&h);
}

static void
changes_are_for_those_who_may_and_need_a_writer(void **state)
{
	static const struct {
		enum api_method method;
		const char *path;
	} table[] = {
		{ API_DELETE, "/api/v1/reports/1" },
		{ API_POST, "/api/v1/reports/1/reparse" },
		{ API_POST, "/api/v1/reports/reparse" },
		{ API_POST, "/api/v1/intake/1/retry" },
	};
	struct reading *r = *state;
	struct heard h = { 0 };

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		get_as(r, table[i].method, table[i].path, r->reader, &h);
		assert_int_equal(h.head.status, 403);
		get_as(r, table[i].method, table[i].path, r->admin, &h);
		assert_int_equal(h.head.status, 503);
		assert_true(
			str_eq(node_text(&h, "code"), S("ingest.no_server")));
	}
	heard_free(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_intake_page_lists_everything_that_arrived),
		cmocka_unit_test(
			changes_are_for_those_who_may_and_need_a_writer),
	};

	return cmocka_run_group_tests(tests, reading_begin, reading_end);
}
