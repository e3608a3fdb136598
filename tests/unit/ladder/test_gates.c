#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "good.h"

static void
a_good_domain_may_go_up_every_rung(void **state)
{
	(void)state;
	for (int from = LADDER_NONE; from < LADDER_RUNGS; from++)
		for (int to = 0; to < LADDER_RUNGS; to++) {
			struct ladder_step step;
			struct good g;

			good_facts(&g, (enum ladder_rung)from, LADDER_SYSTEMS);
			ladder_judge(&g.f, (enum ladder_rung)to, &step);
			assert_true(step.open);
			for (size_t i = 0; i < LADDER_GATES; i++) {
				assert_int_equal(step.gate[i].id, i);
				if (to <= from)
					assert_int_equal(step.gate[i].verdict,
							 LADDER_NOT_ASKED);
			}
		}
}

/* A number of the facts. */
enum number { DAYS, REPORTERS, OWN, PASSED, DKIM, SUBDOMAINS, FIRST };

static void
set(struct good *g, enum number which, int64_t value)
{
	int64_t *const at[] = { &g->f.days,     &g->f.reporters,
				&g->f.own,      &g->f.own_passed,
				&g->f.own_dkim, &g->f.subdomains,
				&g->f.first_day };

	*at[which] = value;
}

static void
numbers_open_gates_at_their_thresholds(void **state)
{
	static const struct {
		enum number number;
		int64_t value;
		enum ladder_rung to;
		enum ladder_gate_id gate;
		enum ladder_verdict verdict;
	} t[] = {
		{ DAYS, 13, LADDER_QUARANTINE_TEST, LADDER_G_DATA,
		  LADDER_NOT_MET },
		{ DAYS, 14, LADDER_QUARANTINE_TEST, LADDER_G_DATA, LADDER_MET },
		{ DAYS, 20, LADDER_QUARANTINE, LADDER_G_DATA, LADDER_NOT_MET },
		{ DAYS, 21, LADDER_QUARANTINE, LADDER_G_DATA, LADDER_MET },
		{ DAYS, 29, LADDER_REJECT_TEST, LADDER_G_DATA, LADDER_NOT_MET },
		{ DAYS, 30, LADDER_REJECT_TEST, LADDER_G_DATA, LADDER_MET },
		{ DAYS, 29, LADDER_REJECT, LADDER_G_DATA, LADDER_NOT_MET },
		{ DAYS, 30, LADDER_REJECT, LADDER_G_DATA, LADDER_MET },
		{ DAYS, -1, LADDER_REJECT, LADDER_G_DATA, LADDER_GATE_UNKNOWN },
		{ REPORTERS, 1, LADDER_QUARANTINE_TEST, LADDER_G_DATA,
		  LADDER_NOT_MET },
		{ REPORTERS, 2, LADDER_QUARANTINE_TEST, LADDER_G_DATA,
		  LADDER_MET },
		{ REPORTERS, 2, LADDER_QUARANTINE, LADDER_G_DATA,
		  LADDER_NOT_MET },
		{ REPORTERS, 3, LADDER_QUARANTINE, LADDER_G_DATA, LADDER_MET },
		{ REPORTERS, -1, LADDER_QUARANTINE, LADDER_G_DATA,
		  LADDER_GATE_UNKNOWN },
		/* Own mail: 97, 99 and 99.5 % of 41,246, rounded down. */
		{ PASSED, 40008, LADDER_QUARANTINE_TEST, LADDER_G_OWN_PASS,
		  LADDER_NOT_MET },
		{ PASSED, 40009, LADDER_QUARANTINE_TEST, LADDER_G_OWN_PASS,
		  LADDER_MET },
		{ PASSED, 40833, LADDER_QUARANTINE, LADDER_G_OWN_PASS,
		  LADDER_NOT_MET },
		{ PASSED, 40834, LADDER_QUARANTINE, LADDER_G_OWN_PASS,
		  LADDER_MET },
		{ PASSED, 41039, LADDER_REJECT, LADDER_G_OWN_PASS,
		  LADDER_NOT_MET },
		{ PASSED, 41040, LADDER_REJECT, LADDER_G_OWN_PASS, LADDER_MET },
		{ PASSED, -1, LADDER_REJECT, LADDER_G_OWN_PASS,
		  LADDER_GATE_UNKNOWN },
		{ OWN, 0, LADDER_REJECT, LADDER_G_OWN_PASS,
		  LADDER_GATE_UNKNOWN },
		/* DKIM: told, a warning, asked for. */
		{ DKIM, 0, LADDER_QUARANTINE_TEST, LADDER_G_DKIM,
		  LADDER_NOT_ASKED },
		{ DKIM, 32996, LADDER_QUARANTINE, LADDER_G_DKIM, LADDER_WARN },
		{ DKIM, 32997, LADDER_QUARANTINE, LADDER_G_DKIM, LADDER_MET },
		{ DKIM, 39183, LADDER_REJECT, LADDER_G_DKIM, LADDER_NOT_MET },
		{ DKIM, 39184, LADDER_REJECT, LADDER_G_DKIM, LADDER_MET },
		{ DKIM, -1, LADDER_REJECT, LADDER_G_DKIM, LADDER_GATE_UNKNOWN },
		{ SUBDOMAINS, -1, LADDER_QUARANTINE, LADDER_G_SUBDOMAINS,
		  LADDER_GATE_UNKNOWN },
		{ SUBDOMAINS, 3, LADDER_QUARANTINE, LADDER_G_SUBDOMAINS,
		  LADDER_MET }, /* accepted */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		struct ladder_step step;
		struct good g;

		good_facts(&g, LADDER_NONE, LADDER_PEOPLE);
		set(&g, t[i].number, t[i].value);
		ladder_judge(&g.f, t[i].to, &step);
		if (step.gate[t[i].gate].verdict != t[i].verdict)
			fail_msg("case %zu: %s, %lld of %lld", i,
				 ladder_verdict_name(
					 step.gate[t[i].gate].verdict),
				 (long long)step.gate[t[i].gate].value,
				 (long long)step.gate[t[i].gate].threshold);
	}
}

static void
little_mail_is_let_off_after_thirty_days(void **state)
{
	static const struct {
		int64_t own, first_day;
		enum ladder_rung to;
		enum ladder_verdict verdict;
	} t[] = {
		{ 199, GOOD_TODAY - 29, LADDER_QUARANTINE_TEST,
		  LADDER_NOT_MET },
		{ 199, GOOD_TODAY - 30, LADDER_QUARANTINE_TEST, LADDER_WAIVED },
		{ 200, GOOD_TODAY - 1, LADDER_QUARANTINE_TEST, LADDER_MET },
		{ 499, GOOD_TODAY - 29, LADDER_QUARANTINE, LADDER_NOT_MET },
		{ 500, GOOD_TODAY - 29, LADDER_QUARANTINE, LADDER_MET },
		{ 999, GOOD_TODAY - 90, LADDER_REJECT, LADDER_WAIVED },
		{ 1000, GOOD_TODAY - 90, LADDER_REJECT, LADDER_MET },
		/* Of no mail at all nothing is known, however long. */
		{ 0, GOOD_TODAY - 90, LADDER_REJECT, LADDER_NOT_MET },
		{ 199, LADDER_NOT_KNOWN, LADDER_QUARANTINE, LADDER_NOT_MET },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		struct ladder_step step;
		struct good g;

		good_facts(&g, LADDER_NONE, LADDER_PEOPLE);
		set(&g, OWN, t[i].own);
		set(&g, PASSED, t[i].own);
		set(&g, FIRST, t[i].first_day);
		ladder_judge(&g.f, t[i].to, &step);
		if (step.gate[LADDER_G_VOLUME].verdict != t[i].verdict)
			fail_msg("case %zu: %s", i,
				 ladder_verdict_name(
					 step.gate[LADDER_G_VOLUME].verdict));
	}
}

static void
untriaged_sources_count_above_a_tenth_of_a_percent(void **state)
{
	struct ladder_step step;
	struct good g;

	(void)state;
	good_facts(&g, LADDER_NONE, LADDER_PEOPLE);
	/* Of 41,260 messages: 41 is nothing, 42 is somebody. */
	g.source[2].failed = 41;
	ladder_judge(&g.f, LADDER_QUARANTINE, &step);
	assert_int_equal(step.gate[LADDER_G_UNTRIAGED].verdict, LADDER_MET);
	g.source[2].failed = 42;
	ladder_judge(&g.f, LADDER_QUARANTINE, &step);
	assert_int_equal(step.gate[LADDER_G_UNTRIAGED].verdict, LADDER_NOT_MET);
	assert_int_equal(step.gate[LADDER_G_UNTRIAGED].value, 1);
	assert_true(
		str_eq(step.gate[LADDER_G_UNTRIAGED].about, S("forwarder")));
	/* For quarantine with t=y two are let through. */
	ladder_judge(&g.f, LADDER_QUARANTINE_TEST, &step);
	assert_int_equal(step.gate[LADDER_G_UNTRIAGED].verdict, LADDER_MET);
	g.source[0].failed = g.source[1].failed = 100;
	g.source[1].triaged = false;
	ladder_judge(&g.f, LADDER_QUARANTINE_TEST, &step);
	assert_int_equal(step.gate[LADDER_G_UNTRIAGED].value, 3);
	assert_int_equal(step.gate[LADDER_G_UNTRIAGED].verdict, LADDER_NOT_MET);
	/* Of little mail ten messages are nothing. */
	g.f.messages = 100;
	g.source[0].failed = g.source[1].failed = g.source[2].failed = 10;
	ladder_judge(&g.f, LADDER_QUARANTINE, &step);
	assert_int_equal(step.gate[LADDER_G_UNTRIAGED].verdict, LADDER_MET);
	g.f.sources_known = false;
	ladder_judge(&g.f, LADDER_QUARANTINE, &step);
	assert_int_equal(step.gate[LADDER_G_UNTRIAGED].verdict,
			 LADDER_GATE_UNKNOWN);
}

/* Product 6, item 31. */
static void
spf_alone_keeps_from_reject_not_quarantine(void **state)
{
	struct ladder_step step;
	struct good g;

	(void)state;
	good_facts(&g, LADDER_NONE, LADDER_SYSTEMS);
	g.source[1] = (struct ladder_source){ .slug = S("crm"),
					      .messages = 400,
					      .own = 400,
					      .own_passed = 400,
					      .first_day = 19000 };
	ladder_judge(&g.f, LADDER_REJECT, &step);
	assert_false(step.open);
	assert_int_equal(step.gate[LADDER_G_DKIM].verdict, LADDER_NOT_MET);
	assert_int_equal(step.gate[LADDER_G_DKIM].value2, 1);
	assert_true(str_eq(step.gate[LADDER_G_DKIM].about, S("crm")));
	ladder_judge(&g.f, LADDER_QUARANTINE, &step);
	assert_true(step.open);
	/* One signed message shows that the source can sign. */
	g.source[1].own_dkim = 1;
	ladder_judge(&g.f, LADDER_REJECT, &step);
	assert_true(step.open);
}

static void
a_falling_share_or_a_new_source_is_not_stable(void **state)
{
	struct ladder_step step;
	struct good g;

	(void)state;
	good_facts(&g, LADDER_NONE, LADDER_SYSTEMS);
	/* A week at 97.8 % after weeks at 99.8 %: a fall of 2.00 points. */
	for (int i = GOOD_DAYS - 7; i < GOOD_DAYS; i++)
		g.day[i].own_passed = 978;
	ladder_judge(&g.f, LADDER_QUARANTINE, &step);
	assert_int_equal(step.gate[LADDER_G_STABLE].value, 200);
	assert_int_equal(step.gate[LADDER_G_STABLE].verdict, LADDER_MET);
	for (int i = GOOD_DAYS - 7; i < GOOD_DAYS; i++)
		g.day[i].own_passed = 977;
	ladder_judge(&g.f, LADDER_QUARANTINE, &step);
	assert_int_equal(step.gate[LADDER_G_STABLE].value, 210);
	assert_int_equal(step.gate[LADDER_G_STABLE].verdict, LADDER_NOT_MET);
	/* Nine days ago: seen by fourteen days, not by seven. */
	good_facts(&g, LADDER_NONE, LADDER_SYSTEMS);
	g.day[GOOD_DAYS - 16].own_passed = 700;
	ladder_judge(&g.f, LADDER_QUARANTINE_TEST, &step);
	assert_int_equal(step.gate[LADDER_G_STABLE].verdict, LADDER_MET);
	ladder_judge(&g.f, LADDER_QUARANTINE, &step);
	assert_int_equal(step.gate[LADDER_G_STABLE].verdict, LADDER_NOT_MET);

	good_facts(&g, LADDER_NONE, LADDER_SYSTEMS);
	g.source[0].first_day = GOOD_TODAY - 13;
	ladder_judge(&g.f, LADDER_QUARANTINE, &step);
	assert_int_equal(step.gate[LADDER_G_STABLE].verdict, LADDER_NOT_MET);
	assert_int_equal(step.gate[LADDER_G_STABLE].value2, 1);
	assert_true(str_eq(step.gate[LADDER_G_STABLE].about, S("mailer")));
	ladder_judge(&g.f, LADDER_QUARANTINE_TEST, &step);
	assert_int_equal(step.gate[LADDER_G_STABLE].verdict, LADDER_MET);
	g.source[0].first_day = GOOD_TODAY - 14;
	ladder_judge(&g.f, LADDER_QUARANTINE, &step);
	assert_int_equal(step.gate[LADDER_G_STABLE].verdict, LADDER_MET);

	g.f.day_n = 0;
	ladder_judge(&g.f, LADDER_QUARANTINE, &step);
	assert_int_equal(step.gate[LADDER_G_STABLE].verdict,
			 LADDER_GATE_UNKNOWN);
}

static void
dns_must_be_known_and_right(void **state)
{
	static const size_t fact[] = {
		offsetof(struct ladder_facts, one_record),
		offsetof(struct ladder_facts, no_cname),
		offsetof(struct ladder_facts, rua_allowed),
		offsetof(struct ladder_facts, spf_fits),
	};
	static const char *const names[] = { "record", "cname", "rua", "spf" };
	struct ladder_step step;
	struct good g;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(fact); i++)
		for (int v = LADDER_UNKNOWN; v <= LADDER_NO; v++) {
			good_facts(&g, LADDER_NONE, LADDER_PEOPLE);
			*(enum ladder_fact *)(void *)((char *)&g.f + fact[i]) =
				(enum ladder_fact)v;
			ladder_judge(&g.f, LADDER_QUARANTINE_TEST, &step);
			assert_false(step.open);
			assert_int_equal(step.gate[LADDER_G_DNS].verdict,
					 v == LADDER_NO ? LADDER_NOT_MET
							: LADDER_GATE_UNKNOWN);
			assert_int_equal(step.gate[LADDER_G_DNS].value, 3);
			assert_true(str_eq(step.gate[LADDER_G_DNS].about,
					   str_of(names[i])));
		}
	/* A domain without a record has no wrong one. */
	good_facts(&g, LADDER_NO_RECORD, LADDER_PEOPLE);
	g.f.one_record = LADDER_UNKNOWN;
	ladder_judge(&g.f, LADDER_NONE, &step);
	assert_true(step.open);
	g.f.no_cname = LADDER_NO;
	ladder_judge(&g.f, LADDER_NONE, &step);
	assert_false(step.open);
}

static void
sub_domains_want_to_be_accepted(void **state)
{
	struct ladder_step step;
	struct good g;

	(void)state;
	good_facts(&g, LADDER_NONE, LADDER_PEOPLE);
	g.f.subdomains = 2;
	g.f.subdomains_accepted = false;
	ladder_judge(&g.f, LADDER_QUARANTINE, &step);
	assert_false(step.open);
	assert_string_equal(ladder_refusal(&step, S(" ")),
			    "ladder.needs_reason");
	assert_null(ladder_refusal(&step, S("they send nothing of value")));
	g.f.subdomains_accepted = true;
	ladder_judge(&g.f, LADDER_QUARANTINE, &step);
	assert_true(step.open);
	assert_null(ladder_refusal(&step, S("")));
	ladder_judge(&g.f, LADDER_NONE, &step);
	assert_string_equal(ladder_refusal(&step, S("")), "ladder.no_step");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_domain_may_go_up_every_rung),
		cmocka_unit_test(numbers_open_gates_at_their_thresholds),
		cmocka_unit_test(little_mail_is_let_off_after_thirty_days),
		cmocka_unit_test(
			untriaged_sources_count_above_a_tenth_of_a_percent),
		cmocka_unit_test(spf_alone_keeps_from_reject_not_quarantine),
		cmocka_unit_test(a_falling_share_or_a_new_source_is_not_stable),
		cmocka_unit_test(dns_must_be_known_and_right),
		cmocka_unit_test(sub_domains_want_to_be_accepted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
