#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "good.h"

/* Product 6, item 30. */
static void
advice_comes_with_the_numbers_it_rests_on(void **state)
{
	struct ladder_advice a;
	struct good g;

	(void)state;
	good_facts(&g, LADDER_NONE, LADDER_PEOPLE);
	ladder_advise(&g.f, &a);
	assert_string_equal(a.code, "ladder.ready_quarantine");
	assert_int_equal(a.to, LADDER_QUARANTINE_TEST);
	assert_int_equal(a.considered, 41260);
	assert_int_equal(a.passing, 41208);
	assert_int_equal(a.affected, 52);
	assert_int_equal(a.to_fix, 38);
	assert_int_equal(a.forwarded, 14);
	assert_int_equal(a.share, 9987);
}

/* Product 6, item 32, and what else depends on the purpose. */
static void
the_end_depends_on_the_purpose(void **state)
{
	static const struct {
		enum ladder_rung at;
		enum ladder_purpose purpose;
		const char *code;
		enum ladder_rung to;
	} t[] = {
		{ LADDER_NO_RECORD, LADDER_PEOPLE, "ladder.begin",
		  LADDER_NONE },
		{ LADDER_NONE, LADDER_PEOPLE, "ladder.ready_quarantine",
		  LADDER_QUARANTINE_TEST },
		{ LADDER_QUARANTINE_TEST, LADDER_PEOPLE,
		  "ladder.ready_quarantine", LADDER_QUARANTINE },
		{ LADDER_QUARANTINE, LADDER_PEOPLE, "ladder.at_end",
		  LADDER_QUARANTINE },
		{ LADDER_REJECT, LADDER_PEOPLE, "ladder.at_end",
		  LADDER_REJECT },
		{ LADDER_QUARANTINE, LADDER_SYSTEMS, "ladder.ready_reject",
		  LADDER_REJECT_TEST },
		{ LADDER_REJECT_TEST, LADDER_SYSTEMS, "ladder.ready_reject",
		  LADDER_REJECT },
		{ LADDER_REJECT, LADDER_SYSTEMS, "ladder.at_end",
		  LADDER_REJECT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		struct ladder_advice a;
		struct good g;

		good_facts(&g, t[i].at, t[i].purpose);
		ladder_advise(&g.f, &a);
		assert_string_equal(a.code, t[i].code);
		assert_int_equal(a.to, t[i].to);
	}
	assert_int_equal(ladder_end(LADDER_PEOPLE), LADDER_QUARANTINE);
	assert_int_equal(ladder_end(LADDER_SYSTEMS), LADDER_REJECT);
	assert_int_equal(ladder_end(LADDER_PARKED), LADDER_REJECT);
}

static void
a_parked_domain_may_reject_at_once(void **state)
{
	struct ladder_facts f = { .at = LADDER_NO_RECORD,
				  .purpose = LADDER_PARKED,
				  .first_day = LADDER_NOT_KNOWN,
				  .spf_fits = LADDER_YES,
				  .no_cname = LADDER_YES,
				  .rua_allowed = LADDER_YES };
	struct ladder_advice a;
	struct ladder_step step;

	(void)state;
	ladder_advise(&f, &a);
	assert_string_equal(a.code, "ladder.parked");
	assert_int_equal(a.to, LADDER_REJECT);
	ladder_judge(&f, LADDER_REJECT, &step);
	assert_true(step.open);
	assert_int_equal(step.gate[LADDER_G_VOLUME].verdict, LADDER_NOT_ASKED);
	/* Unless it sends. */
	f.messages = f.own = f.own_passed = 10;
	ladder_advise(&f, &a);
	assert_string_equal(a.code, "ladder.parked");
	f.messages = f.own = f.own_passed = 11;
	ladder_advise(&f, &a);
	assert_string_equal(a.code, "ladder.parked_sends");
	f.at = LADDER_REJECT;
	ladder_advise(&f, &a);
	assert_string_equal(a.code, "ladder.at_end");
}

static void
nothing_known_is_no_reason_to_go_on(void **state)
{
	struct ladder_facts f = { .at = LADDER_NONE,
				  .first_day = LADDER_NOT_KNOWN,
				  .days = LADDER_NOT_KNOWN,
				  .reporters = LADDER_NOT_KNOWN,
				  .own = LADDER_NOT_KNOWN,
				  .own_passed = LADDER_NOT_KNOWN,
				  .own_dkim = LADDER_NOT_KNOWN,
				  .forwarded_failed = LADDER_NOT_KNOWN,
				  .subdomains = LADDER_NOT_KNOWN };
	struct ladder_advice a;
	struct ladder_step step;

	(void)state;
	ladder_advise(&f, &a);
	assert_string_equal(a.code, "ladder.no_data");
	assert_int_equal(a.share, LADDER_NOT_KNOWN);
	assert_int_equal(a.affected, 0);
	ladder_judge(&f, LADDER_QUARANTINE_TEST, &step);
	assert_false(step.open);
	for (size_t i = 0; i < LADDER_GATES; i++)
		if (i != LADDER_G_UNTRIAGED && i != LADDER_G_DKIM)
			assert_int_equal(step.gate[i].verdict,
					 LADDER_GATE_UNKNOWN);
}

static void
the_first_shut_gate_is_named(void **state)
{
	struct ladder_advice a;
	struct good g;

	(void)state;
	good_facts(&g, LADDER_NONE, LADDER_PEOPLE);
	g.f.own_passed = 30000;
	g.f.spf_fits = LADDER_NO;
	ladder_advise(&g.f, &a);
	assert_string_equal(a.code, "ladder.not_yet");
	assert_int_equal(a.to, LADDER_QUARANTINE_TEST);
	assert_int_equal(a.first_shut.id, LADDER_G_OWN_PASS);
}

static void
shares_of_enormous_numbers_do_not_overflow(void **state)
{
	struct ladder_advice a;
	struct good g;

	(void)state;
	good_facts(&g, LADDER_NONE, LADDER_PEOPLE);
	g.f.own = INT64_MAX / 2;
	g.f.own_passed = INT64_MAX / 4;
	g.f.forwarded_failed = 0;
	ladder_advise(&g.f, &a);
	assert_int_equal(a.share, 5000);
}

static void
own_mail_failing_after_a_change_rings(void **state)
{
	enum { HOUR = 3600, T = 1800000000 };
	static const struct {
		struct ladder_watched w;
		enum ladder_alarm alarm;
		enum ladder_rung back;
	} t[] = {
		{ { true, LADDER_REJECT, T, T + HOUR, 0, 100 },
		  LADDER_QUIET,
		  LADDER_QUARANTINE },
		{ { true, LADDER_REJECT, T, T + HOUR, 0, 101 },
		  LADDER_BACK,
		  LADDER_QUARANTINE },
		{ { false, LADDER_REJECT_TEST, T, T + HOUR, 0, 101 },
		  LADDER_ALARM,
		  LADDER_QUARANTINE },
		{ { true, LADDER_QUARANTINE, T, T + 48 * HOUR, 5, 6 },
		  LADDER_BACK,
		  LADDER_NONE },
		{ { true, LADDER_QUARANTINE, T, T + 48 * HOUR + 1, 5, 6 },
		  LADDER_QUIET,
		  LADDER_NONE },
		/* A clock that was set back. */
		{ { true, LADDER_QUARANTINE_TEST, T, T - HOUR, 5, 6 },
		  LADDER_BACK,
		  LADDER_NONE },
		{ { true, LADDER_QUARANTINE, T, T + HOUR, 5, -1 },
		  LADDER_QUIET,
		  LADDER_NONE },
		{ { true, LADDER_QUARANTINE, 0, T, 5, 6 },
		  LADDER_QUIET,
		  LADDER_NONE },
		/* There is nothing to go back to. */
		{ { true, LADDER_NONE, T, T + HOUR, 5, 6 },
		  LADDER_QUIET,
		  LADDER_NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		enum ladder_rung back;

		assert_int_equal(ladder_watch(&t[i].w, &back), t[i].alarm);
		assert_int_equal(back, t[i].back);
	}
}

static void
rungs_have_names(void **state)
{
	(void)state;
	for (int i = 0; i < LADDER_RUNGS; i++) {
		enum ladder_rung back;

		assert_true(ladder_parse(
			str_of(ladder_name((enum ladder_rung)i)), &back));
		assert_int_equal(back, i);
	}
	assert_false(ladder_parse(S("reject "), &(enum ladder_rung){ 0 }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(advice_comes_with_the_numbers_it_rests_on),
		cmocka_unit_test(the_end_depends_on_the_purpose),
		cmocka_unit_test(a_parked_domain_may_reject_at_once),
		cmocka_unit_test(nothing_known_is_no_reason_to_go_on),
		cmocka_unit_test(the_first_shut_gate_is_named),
		cmocka_unit_test(shares_of_enormous_numbers_do_not_overflow),
		cmocka_unit_test(own_mail_failing_after_a_change_rings),
		cmocka_unit_test(rungs_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
