#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "finding/finding.h"
#include "good.h"

/* One number of the facts, set to a value, and the gate that looks at it. */
enum number { DAYS, REPORTERS, LARGE, SESSIONS, FAILED, MX_DAYS };

static int64_t *
number_of(struct good *g, enum number which)
{
	int64_t *const at[] = {
		&g->f.days,     &g->f.reporters, &g->f.large,
		&g->f.sessions, &g->f.failed,    &g->f.mx_days
	};

	return at[which];
}

static const struct stsmode_gate *
gate_of(const struct stsmode_step *step, enum stsmode_gate_id id)
{
	for (size_t i = 0; i < step->n; i++)
		if (step->gate[i].id == id)
			return &step->gate[i];
	return NULL;
}

static void
every_number_opens_its_gate_at_its_threshold(void **state)
{
	static const struct {
		enum stsmode_state from;
		enum number number;
		int64_t value;
		enum stsmode_gate_id id;
		enum stsmode_verdict verdict;
		int64_t threshold;
	} t[] = {
		{ STSMODE_TESTING, DAYS, 13, STSMODE_G_DAYS, STSMODE_NOT_MET,
		  14 },
		{ STSMODE_TESTING, DAYS, 14, STSMODE_G_DAYS, STSMODE_MET, 14 },
		{ STSMODE_TESTING, DAYS, -1, STSMODE_G_DAYS,
		  STSMODE_GATE_UNKNOWN, 14 },
		{ STSMODE_ENFORCE_WEEK, DAYS, 6, STSMODE_G_DAYS,
		  STSMODE_NOT_MET, 7 },
		{ STSMODE_ENFORCE_WEEK, DAYS, 7, STSMODE_G_DAYS, STSMODE_MET,
		  7 },
		{ STSMODE_TESTING, REPORTERS, 1, STSMODE_G_REPORTERS,
		  STSMODE_NOT_MET, 2 },
		{ STSMODE_TESTING, REPORTERS, 2, STSMODE_G_REPORTERS,
		  STSMODE_MET, 2 },
		{ STSMODE_TESTING, REPORTERS, -1, STSMODE_G_REPORTERS,
		  STSMODE_GATE_UNKNOWN, 2 },
		{ STSMODE_TESTING, LARGE, 0, STSMODE_G_LARGE, STSMODE_NOT_MET,
		  1 },
		{ STSMODE_TESTING, LARGE, 1, STSMODE_G_LARGE, STSMODE_MET, 1 },
		{ STSMODE_TESTING, LARGE, -1, STSMODE_G_LARGE,
		  STSMODE_GATE_UNKNOWN, 1 },
		{ STSMODE_TESTING, SESSIONS, 49, STSMODE_G_SESSIONS,
		  STSMODE_NOT_MET, 50 },
		{ STSMODE_TESTING, SESSIONS, 50, STSMODE_G_SESSIONS,
		  STSMODE_MET, 50 },
		{ STSMODE_TESTING, SESSIONS, -1, STSMODE_G_SESSIONS,
		  STSMODE_GATE_UNKNOWN, 50 },
		{ STSMODE_TESTING, FAILED, 0, STSMODE_G_FAILED, STSMODE_MET,
		  0 },
		{ STSMODE_TESTING, FAILED, 1, STSMODE_G_FAILED, STSMODE_NOT_MET,
		  0 },
		{ STSMODE_TESTING, FAILED, -1, STSMODE_G_FAILED,
		  STSMODE_GATE_UNKNOWN, 0 },
		/* No sessions at all prove nothing about failures. */
		{ STSMODE_TESTING, SESSIONS, 0, STSMODE_G_FAILED,
		  STSMODE_GATE_UNKNOWN, 0 },
		{ STSMODE_TESTING, MX_DAYS, 6, STSMODE_G_MX_SAME,
		  STSMODE_NOT_MET, 7 },
		{ STSMODE_TESTING, MX_DAYS, 7, STSMODE_G_MX_SAME, STSMODE_MET,
		  7 },
		{ STSMODE_TESTING, MX_DAYS, -1, STSMODE_G_MX_SAME,
		  STSMODE_GATE_UNKNOWN, 7 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		const struct stsmode_gate *gate;
		struct stsmode_step step;
		struct good g;

		good_facts(&g, t[i].from);
		*number_of(&g, t[i].number) = t[i].value;
		stsmode_judge(&g.f, t[i].from + 1, &step);
		gate = gate_of(&step, t[i].id);
		assert_non_null(gate);
		if (gate->verdict != t[i].verdict ||
		    gate->threshold != t[i].threshold)
			fail_msg("case %zu: %s of %lld", i,
				 stsmode_verdict_name(gate->verdict),
				 (long long)gate->threshold);
		assert_false(gate->hard);
		assert_int_equal(step.answer, t[i].verdict == STSMODE_MET
						      ? STSMODE_ALLOWED
						      : STSMODE_WITH_REASON);
	}
}

/* One field of the second mail server. */
static void
one_server_shuts_the_gate_for_all(void **state)
{
	static const struct {
		struct stsmode_mx mx;
		enum stsmode_gate_id id;
		enum stsmode_verdict verdict;
		int64_t value, threshold;
		enum stsmode_answer answer;
	} t[] = {
		{ { .covered = STSMODE_NO },
		  STSMODE_G_COVERED,
		  STSMODE_NOT_MET,
		  1,
		  2,
		  STSMODE_REFUSED },
		{ { .covered = STSMODE_UNKNOWN },
		  STSMODE_G_COVERED,
		  STSMODE_GATE_UNKNOWN,
		  1,
		  2,
		  STSMODE_REFUSED },
		{ { .certificate = STSMODE_NO },
		  STSMODE_G_CERTIFICATE,
		  STSMODE_NOT_MET,
		  1,
		  2,
		  STSMODE_REFUSED },
		{ { .certificate = STSMODE_UNKNOWN },
		  STSMODE_G_CERTIFICATE,
		  STSMODE_GATE_UNKNOWN,
		  1,
		  2,
		  STSMODE_REFUSED },
		{ { .days_left = 13 },
		  STSMODE_G_DAYS_LEFT,
		  STSMODE_NOT_MET,
		  13,
		  14,
		  STSMODE_WITH_REASON },
		{ { .days_left = 14 },
		  STSMODE_G_DAYS_LEFT,
		  STSMODE_MET,
		  14,
		  14,
		  STSMODE_ALLOWED },
		{ { .days_left = STSMODE_NOT_KNOWN },
		  STSMODE_G_DAYS_LEFT,
		  STSMODE_GATE_UNKNOWN,
		  60,
		  14,
		  STSMODE_WITH_REASON },
		{ { .green = 1 },
		  STSMODE_G_PROBES,
		  STSMODE_NOT_MET,
		  3,
		  4,
		  STSMODE_WITH_REASON },
		{ { .green = STSMODE_NOT_KNOWN },
		  STSMODE_G_PROBES,
		  STSMODE_GATE_UNKNOWN,
		  2,
		  2,
		  STSMODE_WITH_REASON },
		/* Without an address nobody could ever deliver. */
		{ { .addresses = 0, .green = 0 },
		  STSMODE_G_PROBES,
		  STSMODE_NOT_MET,
		  2,
		  2,
		  STSMODE_WITH_REASON },
	};
	static const enum stsmode_gate_id field[] = {
		STSMODE_G_COVERED,     STSMODE_G_COVERED,
		STSMODE_G_CERTIFICATE, STSMODE_G_CERTIFICATE,
		STSMODE_G_DAYS_LEFT,   STSMODE_G_DAYS_LEFT,
		STSMODE_G_DAYS_LEFT,   STSMODE_G_PROBES,
		STSMODE_G_PROBES,      STSMODE_G_PROBES,
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		const struct stsmode_gate *gate;
		struct stsmode_step step;
		struct good g;
		struct stsmode_mx *mx = &g.mx[1];

		good_facts(&g, STSMODE_TESTING);
		if (field[i] == STSMODE_G_COVERED)
			mx->covered = t[i].mx.covered;
		else if (field[i] == STSMODE_G_CERTIFICATE)
			mx->certificate = t[i].mx.certificate;
		else if (field[i] == STSMODE_G_DAYS_LEFT)
			mx->days_left = t[i].mx.days_left;
		else
			mx->green = t[i].mx.green;
		if (i + 1 == COUNT_OF(t))
			mx->addresses = 0;
		stsmode_judge(&g.f, STSMODE_ENFORCE_WEEK, &step);
		gate = gate_of(&step, t[i].id);
		assert_non_null(gate);
		if (gate->verdict != t[i].verdict ||
		    gate->value != t[i].value ||
		    gate->threshold != t[i].threshold ||
		    step.answer != t[i].answer)
			fail_msg("case %zu: %s %lld of %lld, %s", i,
				 stsmode_verdict_name(gate->verdict),
				 (long long)gate->value,
				 (long long)gate->threshold,
				 stsmode_answer_name(step.answer));
		if (t[i].verdict != STSMODE_MET)
			assert_true(str_eq(gate->about, mx->host));
	}
}

static void
a_wrong_server_is_named_before_one_nobody_could_ask(void **state)
{
	struct stsmode_step step;
	struct good g;

	(void)state;
	good_facts(&g, STSMODE_TESTING);
	g.mx[0].covered = STSMODE_UNKNOWN;
	g.mx[1].covered = STSMODE_NO;
	stsmode_judge(&g.f, STSMODE_ENFORCE_WEEK, &step);
	assert_true(
		str_eq(gate_of(&step, STSMODE_G_COVERED)->about, g.mx[1].host));
}

static void
without_known_servers_nothing_is_enforced(void **state)
{
	struct stsmode_step step;
	struct good g;

	(void)state;
	good_facts(&g, STSMODE_TESTING);
	g.f.mx_known = false;
	stsmode_judge(&g.f, STSMODE_ENFORCE_WEEK, &step);
	assert_int_equal(step.answer, STSMODE_REFUSED);
	assert_int_equal(gate_of(&step, STSMODE_G_COVERED)->verdict,
			 STSMODE_GATE_UNKNOWN);
	g.f.mx_known = true;
	g.f.mx_n = 0;
	stsmode_judge(&g.f, STSMODE_ENFORCE_WEEK, &step);
	assert_int_equal(step.answer, STSMODE_REFUSED);
	assert_int_equal(gate_of(&step, STSMODE_G_COVERED)->verdict,
			 STSMODE_NOT_MET);
}

static void
yes_and_nothing_else_opens_a_gate(void **state)
{
	static const struct {
		size_t at;
		enum stsmode_gate_id id;
		bool hard;
	} t[] = {
		{ offsetof(struct stsmode_facts, reports_ours),
		  STSMODE_G_REPORTS_OURS, false },
		{ offsetof(struct stsmode_facts, seen_outside), STSMODE_G_SEEN,
		  false },
		{ offsetof(struct stsmode_facts, proven), STSMODE_G_PROVEN,
		  true },
		{ offsetof(struct stsmode_facts, delegated),
		  STSMODE_G_DELEGATED, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++)
		for (int fact = STSMODE_UNKNOWN; fact <= STSMODE_YES; fact++) {
			const struct stsmode_gate *gate;
			struct stsmode_step step;
			struct good g;

			good_facts(&g, STSMODE_TESTING);
			*(enum stsmode_fact *)(void *)((char *)&g.f + t[i].at) =
				(enum stsmode_fact)fact;
			stsmode_judge(&g.f, STSMODE_ENFORCE_WEEK, &step);
			gate = gate_of(&step, t[i].id);
			assert_int_equal(gate->verdict == STSMODE_MET,
					 fact == STSMODE_YES);
			assert_int_equal(gate->verdict == STSMODE_GATE_UNKNOWN,
					 fact == STSMODE_UNKNOWN);
			assert_int_equal(gate->hard, t[i].hard);
		}
}

static void
every_gate_has_words_in_the_catalogue(void **state)
{
	struct stsmode_step step;
	struct good g;

	(void)state;
	good_facts(&g, STSMODE_TESTING);
	stsmode_judge(&g.f, STSMODE_ENFORCE_WEEK, &step);
	assert_int_equal(step.n, STSMODE_GATES - 1);
	for (size_t i = 0; i < step.n; i++)
		assert_non_null(finding_find(str_of(step.gate[i].code)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number_opens_its_gate_at_its_threshold),
		cmocka_unit_test(one_server_shuts_the_gate_for_all),
		cmocka_unit_test(
			a_wrong_server_is_named_before_one_nobody_could_ask),
		cmocka_unit_test(without_known_servers_nothing_is_enforced),
		cmocka_unit_test(yes_and_nothing_else_opens_a_gate),
		cmocka_unit_test(every_gate_has_words_in_the_catalogue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
