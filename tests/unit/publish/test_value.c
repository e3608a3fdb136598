/* test_value.c - values as providers write them, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "publish/http.h"

static void
what_providers_write_is_read(void **state)
{
	static const struct {
		enum records_type type;
		const char *content, *value; /* NULL: none of the type */
	} cases[] = {
		{ RECORDS_TXT, "\"v=DMARC1; p=none\"", "v=DMARC1; p=none" },
		{ RECORDS_TXT, "v=DMARC1; p=none", "v=DMARC1; p=none" },
		{ RECORDS_TXT, "\"a\" \"b\"", "ab" },
		{ RECORDS_TXT, "\"a\\\"b\\\\c\\059d\"", "a\"b\\c;d" },
		{ RECORDS_TXT, "\"\"", "" },
		{ RECORDS_TXT, "\"a\\", "a\\" },
		{ RECORDS_CNAME, "Tok.P.Example.", "tok.p.example" },
		{ RECORDS_CNAME, "tok.p.example", "tok.p.example" },
		{ RECORDS_CNAME, "no name", NULL },
		{ RECORDS_A, "192.0.2.1", "192.0.2.1" },
		{ RECORDS_A, "192.0.2", NULL },
		{ RECORDS_AAAA, "2001:DB8:0::1", "2001:db8::1" },
	};
	SCOPED_ARENA mem = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str got = { 0 };
		bool good = publish_value(cases[i].type,
					  str_of(cases[i].content), mem, &got);

		assert_int_equal(good, cases[i].value != NULL);
		if (good)
			assert_true(str_eq(got, str_of(cases[i].value)));
	}
}

static void
every_text_comes_back_as_it_was(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 22);
	char bytes[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7);
	for (size_t n = 1; n < sizeof(bytes); n += 41) {
		const struct str text = { bytes, n };
		SCOPED_BUF content = BUF(1 << 16);
		struct str back = { 0 };

		publish_content(RECORDS_TXT, text, &content);
		assert_true(publish_value(RECORDS_TXT, buf_str(&content), mem,
					  &back));
		assert_true(str_eq(back, text));
	}
}

/* ---- when to look again ---- */

static struct control_plan
look(int64_t looks, int64_t age, enum dnsplan_state state)
{
	struct control_plan row = { .state = CONTROL_PLAN_APPLIED,
				    .applied_at = 1000,
				    .looks = looks };
	const struct dnsplan_check check = { .state = state,
					     .until = 1000 + 7200 };
	SCOPED_ARENA mem = arena_new(1 << 20);
	const struct dnsplan plan = { .domain = STR("example.com") };

	publish_note_check(&row, &plan, &check, 1000 + age, mem);
	row.check = S("");
	return row;
}

static void
looks_come_quickly_at_first_and_end_some_day(void **state)
{
	(void)state;
	assert_int_equal(look(0, 1, DNSPLAN_PARTLY).due_at, 1001 + 3);
	assert_int_equal(look(8, 30, DNSPLAN_PARTLY).due_at, 1030 + 3);
	assert_int_equal(look(9, 40, DNSPLAN_PARTLY).due_at, 1040 + 60);
	assert_int_equal(look(99, 3601, DNSPLAN_PARTLY).due_at, 4601 + 900);
	assert_int_equal(look(99, 4 * CIVIL_DAY, DNSPLAN_PARTLY).due_at, 0);
	/* What waits for caches only is looked at when they are over. */
	assert_int_equal(look(3, 60, DNSPLAN_CACHED).due_at, 8200);
	assert_int_equal(look(3, 60, DNSPLAN_VERIFIED).due_at, 0);
	assert_int_equal(look(3, 60, DNSPLAN_VERIFIED).state,
			 CONTROL_PLAN_VERIFIED);
}

static void
after_an_hour_it_is_said_that_time_alone_does_not_help(void **state)
{
	(void)state;
	assert_int_equal(look(9, 3599, DNSPLAN_MISSING).fault.n, 0);
	assert_true(str_eq(look(9, 3600, DNSPLAN_MISSING).fault,
			   S("publish.not_spreading")));
	assert_int_equal(look(9, 3600, DNSPLAN_CACHED).fault.n, 0);
}

/* ---- updates ---- */

static void
an_update_asks_for_what_the_plan_saw(void **state)
{
	const struct str now[] = { STR("old") }, after[] = { STR("new") };
	struct dnsplan plan = {
		.domain = STR("example.com"),
		.zone = STR("example.com"),
		.n = 2,
		.at = { { .what = DNSPLAN_ADD,
			  .name = STR("a.example.com"),
			  .type = RECORDS_TXT,
			  .after = after,
			  .after_n = 1,
			  .after_ttl = 60 },
			{ .what = DNSPLAN_KEEP,
			  .name = STR("b.example.com"),
			  .type = RECORDS_TXT,
			  .now = now,
			  .now_n = 1,
			  .after = now,
			  .after_n = 1 } },
	};
	struct publish_set set[2] = { { ldns_rr_list_new() },
				      { ldns_rr_list_new() } };
	ldns_pkt *pkt;

	(void)state;
	pkt = publish_update(&plan, set);
	assert_non_null(pkt);
	/* Neither was there for the server: both must be absent. */
	assert_int_equal(ldns_update_prcount(pkt), 2);
	assert_int_equal(ldns_update_upcount(pkt), 1);
	ldns_pkt_free(pkt);
	publish_set_free(&set[0]);
	publish_set_free(&set[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_providers_write_is_read),
		cmocka_unit_test(every_text_comes_back_as_it_was),
		cmocka_unit_test(looks_come_quickly_at_first_and_end_some_day),
		cmocka_unit_test(
			after_an_hour_it_is_said_that_time_alone_does_not_help),
		cmocka_unit_test(an_update_asks_for_what_the_plan_saw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
