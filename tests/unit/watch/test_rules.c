#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "watch/rules.h"

/* So many each day, recently and before. */
static struct rules_days
days(struct rules_count now, struct rules_count before)
{
	struct rules_days d;

	for (size_t i = 0; i < RULES_DAYS; i++)
		d.day[i] = i < RULES_RECENT ? now : before;
	/* Of today little is known yet. */
	d.day[0] = (struct rules_count){ 0 };
	return d;
}

static void
own_mail_that_fails_more_than_before_is_told(void **state)
{
	static const struct {
		struct rules_count now, before;
		bool lasts;
		int say;
	} cases[] = {
		/* all, own, own_failed */
		{ { 100, 100, 30, 0 },
		  { 100, 100, 1, 0 },
		  false,
		  RULES_BEGINS },
		/* It is told once. */
		{ { 100, 100, 30, 0 },
		  { 100, 100, 1, 0 },
		  true,
		  RULES_NOTHING },
		/* Too few to be anything: 18 in three days. */
		{ { 100, 100, 6, 0 },
		  { 100, 100, 0, 0 },
		  false,
		  RULES_NOTHING },
		/* As ever. */
		{ { 100, 100, 30, 0 },
		  { 100, 100, 28, 0 },
		  false,
		  RULES_NOTHING },
		/* More mail with the same share of failures. */
		{ { 1000, 1000, 50, 0 },
		  { 100, 100, 5, 0 },
		  false,
		  RULES_NOTHING },
		/* Of much mail a little. */
		{ { 9000, 9000, 90, 0 },
		  { 9000, 9000, 9, 0 },
		  false,
		  RULES_NOTHING },
		/* It goes back: between the bounds, and below them. */
		{ { 100, 100, 8, 0 }, { 100, 100, 1, 0 }, true, RULES_NOTHING },
		{ { 100, 100, 8, 0 },
		  { 100, 100, 1, 0 },
		  false,
		  RULES_NOTHING },
		{ { 100, 100, 3, 0 }, { 100, 100, 1, 0 }, true, RULES_ENDS },
		/* What fails all the time is usual in the end. */
		{ { 100, 100, 30, 0 }, { 100, 100, 30, 0 }, true, RULES_ENDS },
		/* A domain without a past. */
		{ { 100, 100, 30, 0 }, { 0, 0, 0, 0 }, false, RULES_NOTHING },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct rules_days d = days(cases[i].now, cases[i].before);

		if ((int)rules_failing(&d, cases[i].lasts).what != cases[i].say)
			fail_msg("%zu", i);
	}
}

static void
mail_of_others_is_told_when_there_is_much_more_of_it(void **state)
{
	static const struct {
		uint64_t now, before; /* a day */
		bool lasts;
		int say;
	} cases[] = {
		{ 100, 10, false, RULES_BEGINS },
		{ 100, 10, true, RULES_NOTHING },
		{ 34, 0, false, RULES_BEGINS },
		{ 33, 0, false, RULES_NOTHING },
		{ 100, 20, false, RULES_NOTHING },
		{ 100, 20, true, RULES_NOTHING },
		{ 100, 50, true, RULES_ENDS },
		{ 20, 0, true, RULES_NOTHING },
		{ 16, 0, true, RULES_ENDS },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct rules_days d =
			days((struct rules_count){ 9, 0, 0, cases[i].now },
			     (struct rules_count){ 9, 0, 0, cases[i].before });
		struct rules_say say = rules_spoofing(&d, cases[i].lasts);

		if ((int)say.what != cases[i].say)
			fail_msg("%zu", i);
		assert_int_equal(say.now, cases[i].now * 3);
		assert_int_equal(say.before, cases[i].before * 3);
	}
}

static void
a_source_is_new_once_it_sends_enough(void **state)
{
	(void)state;
	assert_true(rules_new_source(RULES_SOURCE, 0));
	assert_false(rules_new_source(RULES_SOURCE - 1, 0));
	assert_false(rules_new_source(1000000, 1));
}

static void
a_steady_reporter_that_falls_silent_is_told(void **state)
{
	static const struct {
		uint64_t days;
		int64_t silent;
		bool lasts;
		int say;
	} cases[] = {
		{ 20, 5, false, RULES_BEGINS },
		{ 20, 4, false, RULES_NOTHING },
		{ 20, 5, true, RULES_NOTHING },
		{ 20, 3, true, RULES_NOTHING },
		{ 20, 2, true, RULES_ENDS },
		/* Who reports now and then. */
		{ 13, 9, false, RULES_NOTHING },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct rules_reporter r = { cases[i].days,
						  20000 - cases[i].silent,
						  20000 };

		if ((int)rules_silent(&r, cases[i].lasts).what != cases[i].say)
			fail_msg("%zu", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_mail_that_fails_more_than_before_is_told),
		cmocka_unit_test(
			mail_of_others_is_told_when_there_is_much_more_of_it),
		cmocka_unit_test(a_source_is_new_once_it_sends_enough),
		cmocka_unit_test(a_steady_reporter_that_falls_silent_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
