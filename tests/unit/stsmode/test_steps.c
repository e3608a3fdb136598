#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "good.h"

#include <string.h>

/* What becomes of each step when every gate is met: A allowed, - no such
 * step. Rows are where it begins, columns where it goes. */
static void
only_steps_of_the_way_exist(void **state)
{
	static const char *const table[STSMODE_STATES] = {
		/*           o t T w m n r */
		[STSMODE_OFF] = "-AA----",
		[STSMODE_TLSRPT] = "A-A----",
		[STSMODE_TESTING] = "---A-A-",
		[STSMODE_ENFORCE_WEEK] = "--A-AA-",
		[STSMODE_ENFORCE_MONTH] = "--AA-A-",
		[STSMODE_NONE] = "--A---A",
		[STSMODE_REMOVED] = "-AA----",
	};

	(void)state;
	for (int from = 0; from < STSMODE_STATES; from++)
		for (int to = 0; to < STSMODE_STATES; to++) {
			struct good g;
			struct stsmode_step step;
			bool there = table[from][to] == 'A';

			good_facts(&g, (enum stsmode_state)from);
			stsmode_judge(&g.f, (enum stsmode_state)to, &step);
			if ((step.answer == STSMODE_ALLOWED) != there)
				fail_msg("%d -> %d: %s", from, to,
					 stsmode_answer_name(step.answer));
			if (!there)
				assert_string_equal(step.refusal,
						    "stsmode.no_such_step");
		}
}

/* Nothing is known, nothing is proven: still there is a way back. */
static void
the_way_back_to_testing_and_to_none_asks_for_nothing(void **state)
{
	static const struct {
		enum stsmode_state from, to;
	} table[] = {
		{ STSMODE_ENFORCE_WEEK, STSMODE_TESTING },
		{ STSMODE_ENFORCE_MONTH, STSMODE_TESTING },
		{ STSMODE_TESTING, STSMODE_NONE },
		{ STSMODE_ENFORCE_WEEK, STSMODE_NONE },
		{ STSMODE_ENFORCE_MONTH, STSMODE_NONE },
		{ STSMODE_TLSRPT, STSMODE_OFF },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct stsmode_facts f = { .state = table[i].from,
					   .days = STSMODE_NOT_KNOWN,
					   .failed = STSMODE_NOT_KNOWN };
		struct stsmode_step step;

		stsmode_judge(&f, table[i].to, &step);
		assert_int_equal(step.answer, STSMODE_ALLOWED);
		assert_int_equal(step.n, 0);
		assert_null(stsmode_refusal(&step, S("")));
	}
}

static void
nothing_begins_for_a_domain_that_is_not_proven(void **state)
{
	static const enum stsmode_fact facts[] = { STSMODE_UNKNOWN,
						   STSMODE_NO };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(facts); i++) {
		struct stsmode_facts f = { .proven = facts[i] };
		struct stsmode_step step;

		stsmode_judge(&f, STSMODE_TESTING, &step);
		assert_int_equal(step.answer, STSMODE_REFUSED);
		assert_string_equal(stsmode_refusal(&step, S("I know it")),
				    "stsmode.gate_proven");
	}
}

static void
a_shut_gate_wants_a_reason_and_a_hard_one_takes_none(void **state)
{
	struct stsmode_step step;
	struct good g;

	(void)state;
	good_facts(&g, STSMODE_TESTING);
	g.f.days = 13;
	stsmode_judge(&g.f, STSMODE_ENFORCE_WEEK, &step);
	assert_int_equal(step.answer, STSMODE_WITH_REASON);
	assert_null(step.refusal);
	assert_string_equal(stsmode_refusal(&step, S("")),
			    "stsmode.needs_reason");
	assert_string_equal(stsmode_refusal(&step, S(" \t\n")),
			    "stsmode.needs_reason");
	assert_null(stsmode_refusal(&step, S("audit on Monday")));

	g.mx[1].covered = STSMODE_NO;
	stsmode_judge(&g.f, STSMODE_ENFORCE_WEEK, &step);
	assert_int_equal(step.answer, STSMODE_REFUSED);
	assert_string_equal(stsmode_refusal(&step, S("audit on Monday")),
			    "stsmode.gate_covered");
}

static void
the_end_of_retirement_opens_to_the_second(void **state)
{
	struct stsmode_step step;
	struct good g;

	(void)state;
	good_facts(&g, STSMODE_NONE);
	g.f.retired_end = g.f.now + 1;
	stsmode_judge(&g.f, STSMODE_REMOVED, &step);
	assert_int_equal(step.answer, STSMODE_REFUSED);
	assert_int_equal(step.gate[0].value, 1);
	assert_string_equal(stsmode_refusal(&step, S("now")),
			    "stsmode.gate_retired");
	g.f.retired_end = g.f.now;
	stsmode_judge(&g.f, STSMODE_REMOVED, &step);
	assert_int_equal(step.answer, STSMODE_ALLOWED);
	g.f.retired_end = STSMODE_NOT_KNOWN;
	stsmode_judge(&g.f, STSMODE_REMOVED, &step);
	assert_int_equal(step.answer, STSMODE_REFUSED);
}

static void
states_have_names_modes_and_ages(void **state)
{
	static const struct {
		const char *name;
		enum mtasts_mode mode;
		uint32_t age;
	} table[STSMODE_STATES] = {
		{ "off", MTASTS_NO_MODE, 0 },
		{ "tls_rpt", MTASTS_NO_MODE, 0 },
		{ "testing", MTASTS_TESTING, 86400 },
		{ "enforce_week", MTASTS_ENFORCE, 604800 },
		{ "enforce_month", MTASTS_ENFORCE, 2592000 },
		{ "none", MTASTS_OFF, 86400 },
		{ "removed", MTASTS_NO_MODE, 0 },
	};

	(void)state;
	for (int i = 0; i < STSMODE_STATES; i++) {
		enum stsmode_state s = (enum stsmode_state)i, back;

		assert_string_equal(stsmode_name(s), table[i].name);
		assert_true(stsmode_parse(str_of(table[i].name), &back));
		assert_int_equal(back, s);
		assert_int_equal(stsmode_mode(s), table[i].mode);
		assert_int_equal(stsmode_max_age(s), table[i].age);
	}
	assert_false(stsmode_parse(S("enforce"), &(enum stsmode_state){ 0 }));
	assert_false(stsmode_parse(S(""), &(enum stsmode_state){ 0 }));
}

static void
advice_follows_the_facts(void **state)
{
	struct good g;

	(void)state;
	good_facts(&g, STSMODE_OFF);
	assert_string_equal(stsmode_advice(&g.f), "stsmode.begin");
	good_facts(&g, STSMODE_TLSRPT);
	assert_string_equal(stsmode_advice(&g.f), "stsmode.begin_testing");
	good_facts(&g, STSMODE_TESTING);
	assert_string_equal(stsmode_advice(&g.f), "stsmode.ready_enforce_week");
	g.f.reporters = 1;
	assert_string_equal(stsmode_advice(&g.f), "stsmode.wait");
	g.mx[0].certificate = STSMODE_UNKNOWN;
	assert_string_equal(stsmode_advice(&g.f), "stsmode.blocked");
	good_facts(&g, STSMODE_ENFORCE_WEEK);
	assert_string_equal(stsmode_advice(&g.f),
			    "stsmode.ready_enforce_month");
	g.f.failed = 1;
	assert_string_equal(stsmode_advice(&g.f), "stsmode.failing");
	g.mx[1].certificate = STSMODE_NO;
	assert_string_equal(stsmode_advice(&g.f), "stsmode.danger");
	good_facts(&g, STSMODE_ENFORCE_MONTH);
	assert_string_equal(stsmode_advice(&g.f), "stsmode.at_end");
	g.mx[1].covered = STSMODE_NO;
	assert_string_equal(stsmode_advice(&g.f), "stsmode.danger");
	good_facts(&g, STSMODE_NONE);
	assert_string_equal(stsmode_advice(&g.f), "stsmode.ready_remove");
	g.f.retired_end = g.f.now + 60;
	assert_string_equal(stsmode_advice(&g.f), "stsmode.retiring");
	good_facts(&g, STSMODE_REMOVED);
	assert_string_equal(stsmode_advice(&g.f), "stsmode.begin");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_steps_of_the_way_exist),
		cmocka_unit_test(
			the_way_back_to_testing_and_to_none_asks_for_nothing),
		cmocka_unit_test(
			nothing_begins_for_a_domain_that_is_not_proven),
		cmocka_unit_test(
			a_shut_gate_wants_a_reason_and_a_hard_one_takes_none),
		cmocka_unit_test(the_end_of_retirement_opens_to_the_second),
		cmocka_unit_test(states_have_names_modes_and_ages),
		cmocka_unit_test(advice_follows_the_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
