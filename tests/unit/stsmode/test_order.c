#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "stsmode/stsmode.h"

#include <string.h>

static void
ids_are_seconds_that_never_go_back(void **state)
{
	static const struct {
		const char *last;
		int64_t now;
		const char *next; /* NULL: there is none */
	} t[] = {
		{ "", 1763820900, "20251122141500Z" },
		{ "", 0, "19700101000000Z" },
		/* The clock went on. */
		{ "20251122141459Z", 1763820900, "20251122141500Z" },
		/* Twice in one second, and a clock that was set back. */
		{ "20251122141500Z", 1763820900, "20251122141501Z" },
		{ "20251122141501Z", 1763820900, "20251122141502Z" },
		{ "20251231235959Z", 1763820900, "20260101000000Z" },
		{ "20280228235959Z", 1763820900, "20280229000000Z" },
		/* Ids that others gave are only different. */
		{ "20251122141500", 1763820900, "20251122141500Z" },
		{ "20251122T141500Z", 1763820900, "20251122141500Z" },
		{ "20260230000000Z", 1763820900, "20251122141500Z" },
		{ "20261322000000Z", 1763820900, "20251122141500Z" },
		{ "20261122250000Z", 1763820900, "20251122141500Z" },
		{ "00000000000000Z", 1763820900, "20251122141500Z" },
		{ "abcdefghijklmnZ", 1763820900, "20251122141500Z" },
		{ "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", 1763820900,
		  "20251122141500Z" },
		/* The end of four digits. */
		{ "", 253402300799, "99991231235959Z" },
		{ "", 253402300800, NULL },
		{ "99991231235959Z", 1763820900, NULL },
		{ "", -1, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		char id[STSMODE_ID_SIZE] = "";
		bool given = stsmode_next_id(str_of(t[i].last), t[i].now, id);

		if (given != (t[i].next != NULL))
			fail_msg("case %zu: %d %s", i, given, id);
		if (!given)
			continue;
		assert_string_equal(id, t[i].next);
		assert_true(mtasts_id_valid(str_of(id)));
		assert_true(strcmp(id, t[i].last) != 0);
	}
}

static void
a_thousand_ids_in_one_second_are_a_thousand_in_order(void **state)
{
	char last[STSMODE_ID_SIZE] = "", next[STSMODE_ID_SIZE];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_true(stsmode_next_id(str_of(last), 1763820900, next));
		assert_true(strcmp(next, last) > 0);
		memcpy(last, next, sizeof last);
	}
}

static void
retirement_ends_when_the_longest_cached_policy_does(void **state)
{
	enum { DAY = 86400 };
	static const struct {
		struct stsmode_version v[4];
		size_t n;
		bool known;
		int64_t end;
	} t[] = {
		{ { { 0 } }, 0, true, 0 },
		/* Testing for a day, enforce for a month, then none. */
		{ { { MTASTS_TESTING, DAY, 1000 },
		    { MTASTS_ENFORCE, 30 * DAY, 5000 },
		    { MTASTS_OFF, DAY, 0 } },
		  3,
		  true,
		  5000 + 30 * DAY },
		/* An older version may last longer than the newest. */
		{ { { MTASTS_ENFORCE, 30 * DAY, 1000 },
		    { MTASTS_TESTING, DAY, 9000 },
		    { MTASTS_OFF, DAY, 0 } },
		  3,
		  true,
		  1000 + 30 * DAY },
		/* None that is over says nothing. */
		{ { { MTASTS_OFF, 365 * DAY, 1000 } }, 1, true, 0 },
		/* One of them is still served. */
		{ { { MTASTS_TESTING, DAY, 1000 },
		    { MTASTS_ENFORCE, 7 * DAY, 0 } },
		  2,
		  false,
		  0 },
		{ { { MTASTS_ENFORCE, INT64_MAX, 1000 } }, 1, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		int64_t end = -7;
		bool known = stsmode_retired_end(t[i].v, t[i].n, &end);

		assert_int_equal(known, t[i].known);
		if (known)
			assert_int_equal(end, t[i].end);
	}
}

static void
a_mail_server_comes_into_dns_last(void **state)
{
	static const struct {
		struct stsmode_adding a;
		enum stsmode_add step;
	} t[] = {
		{ { .covered = STSMODE_UNKNOWN }, STSMODE_ADD_POLICY },
		/* Even when it is in DNS already: the policy first. */
		{ { .covered = STSMODE_NO, .in_mx = STSMODE_YES },
		  STSMODE_ADD_POLICY },
		{ { .covered = STSMODE_YES, .served = STSMODE_UNKNOWN },
		  STSMODE_ADD_SERVE },
		{ { .covered = STSMODE_YES,
		    .served = STSMODE_NO,
		    .id_live = STSMODE_YES },
		  STSMODE_ADD_SERVE },
		{ { .covered = STSMODE_YES,
		    .served = STSMODE_YES,
		    .id_live = STSMODE_UNKNOWN },
		  STSMODE_ADD_ID },
		{ { .covered = STSMODE_YES,
		    .served = STSMODE_YES,
		    .id_live = STSMODE_YES,
		    .id_since = 1000,
		    .ttl = 300,
		    .now = 1299 },
		  STSMODE_ADD_WAIT },
		{ { .covered = STSMODE_YES,
		    .served = STSMODE_YES,
		    .id_live = STSMODE_YES,
		    .id_since = 1000,
		    .ttl = 300,
		    .now = 1300 },
		  STSMODE_ADD_MX },
		{ { .covered = STSMODE_YES,
		    .served = STSMODE_YES,
		    .id_live = STSMODE_YES,
		    .id_since = 0,
		    .ttl = 300,
		    .now = 1300 },
		  STSMODE_ADD_WAIT },
		{ { .covered = STSMODE_YES,
		    .served = STSMODE_YES,
		    .id_live = STSMODE_YES,
		    .in_mx = STSMODE_YES },
		  STSMODE_ADD_DONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++)
		if (stsmode_adding(&t[i].a) != t[i].step)
			fail_msg("case %zu: %s", i,
				 stsmode_add_name(stsmode_adding(&t[i].a)));
}

static void
the_way_forward_is_one_step_at_a_time(void **state)
{
	enum stsmode_state at = STSMODE_OFF;
	int steps = 0;

	(void)state;
	while (stsmode_next(at, &at))
		steps++;
	assert_int_equal(at, STSMODE_ENFORCE_MONTH);
	assert_int_equal(steps, 4);
	assert_false(stsmode_next(STSMODE_NONE, &at));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_seconds_that_never_go_back),
		cmocka_unit_test(
			a_thousand_ids_in_one_second_are_a_thousand_in_order),
		cmocka_unit_test(
			retirement_ends_when_the_longest_cached_policy_does),
		cmocka_unit_test(a_mail_server_comes_into_dns_last),
		cmocka_unit_test(the_way_forward_is_one_step_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
