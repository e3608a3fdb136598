/* test_pace.c - limits, urgency and renewal on a clock of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "acme/acme.h"

enum {
	START = 1800000000,
	HOUR = 3600,
	WEEK = 7 * CIVIL_DAY,
	DOMAINS = 1000,
	ORDERS_MAX = 4000
};

static struct acme_due
due_of(const char *name, enum acme_urgency urgency)
{
	return (struct acme_due){ .name = str_of(name),
				  .registered = str_of(name),
				  .urgency = urgency };
}

/* ---- 1,000 domains at one authority ---- */

struct world {
	struct acme_due due[DOMAINS];
	char names[DOMAINS][32];
	int64_t orders[ORDERS_MAX];
	size_t order_n;
};

static void
fill(struct world *w)
{
	memset(w, 0, sizeof *w);
	for (size_t i = 0; i < DOMAINS; i++) {
		(void)snprintf(w->names[i], sizeof w->names[i], "d%zu.example",
			       i);
		w->due[i] = due_of(w->names[i], ACME_NEW);
		w->due[i].since = START + (int64_t)i;
	}
}

/* The most orders in any span of `seconds`. */
static size_t
most_in(const struct world *w, int64_t seconds)
{
	size_t from = 0, most = 0;

	for (size_t i = 0; i < w->order_n; i++) {
		while (w->orders[from] <= w->orders[i] - seconds)
			from++;
		if (i - from + 1 > most)
			most = i - from + 1;
	}
	return most;
}

/* Everybody asks until all have been ordered; the clock jumps to the moment
 * that the pace names. */
static int64_t
run_all(struct world *w, struct acme_pace *p, size_t n, int64_t now)
{
	while (n > 0 && w->order_n < ORDERS_MAX) {
		int64_t when;
		size_t i = acme_pace_next(p, w->due, n, now, &when);

		if (i == SIZE_MAX) {
			assert_true(when > now);
			now = when;
			continue;
		}
		acme_pace_ordered(p, &w->due[i], now);
		w->orders[w->order_n++] = now;
		w->due[i] = w->due[--n];
	}
	return now;
}

static void
never_more_than_300_orders_in_3_hours(void **state)
{
	static struct world w;
	const struct acme_limits limits = acme_limits_common();
	struct acme_pace *p = acme_pace_new(&limits);
	int64_t end;

	(void)state;
	fill(&w);
	end = run_all(&w, p, DOMAINS, START);
	assert_int_equal(w.order_n, DOMAINS);
	assert_true(most_in(&w, 3 * HOUR) <= 240);
	/* New ones leave a fifth of them to those that expire. */
	assert_int_equal(most_in(&w, 3 * HOUR), 192);
	assert_int_equal(end - START, 5 * 3 * HOUR);
	acme_pace_free(p);
}

static void
every_order_is_counted_across_restarts(void **state)
{
	static struct world w;
	const struct acme_limits limits = acme_limits_common();
	int64_t now = START;
	size_t n = DOMAINS;
	SCOPED_BUF kept = BUF(1 << 20);

	(void)state;
	fill(&w);
	/* A new process every seven orders. */
	while (n > 0) {
		struct acme_pace *p = acme_pace_new(&limits);
		int64_t when = now;

		if (kept.n > 0)
			assert_int_equal(
				acme_pace_parse(p, buf_str(&kept), NULL),
				ERR_NONE);
		for (size_t k = 0; k < 7 && n > 0; k++) {
			size_t i = acme_pace_next(p, w.due, n, now, &when);

			if (i == SIZE_MAX)
				break;
			acme_pace_ordered(p, &w.due[i], now);
			w.orders[w.order_n++] = now;
			w.due[i] = w.due[--n];
		}
		if (when > now && when < INT64_MAX)
			now = when;
		buf_clear(&kept);
		assert_true(acme_pace_print(p, &kept));
		acme_pace_free(p);
	}
	assert_int_equal(w.order_n, DOMAINS);
	assert_true(most_in(&w, 3 * HOUR) <= 240);
}

static void
what_expires_is_never_kept_waiting_by_new_ones(void **state)
{
	static struct world w;
	const struct acme_limits limits = acme_limits_common();
	struct acme_pace *p = acme_pace_new(&limits);
	struct acme_due enforce = due_of("e.example", ACME_ENFORCE_EXPIRING);
	struct acme_due testing = due_of("t.example", ACME_TESTING_EXPIRING);

	(void)state;
	fill(&w);
	for (size_t i = 0; i < DOMAINS; i++)
		if (acme_pace_when(p, &w.due[i], START) == START)
			acme_pace_ordered(p, &w.due[i], START);
	assert_true(acme_pace_when(p, &w.due[999], START) > START);
	assert_int_equal(acme_pace_when(p, &testing, START), START);
	assert_int_equal(acme_pace_when(p, &enforce, START), START);
	acme_pace_free(p);
}

static void
the_most_urgent_comes_first_then_who_waits_longest(void **state)
{
	const struct acme_limits none = { 0 };
	struct acme_pace *p = acme_pace_new(&none);
	struct acme_due due[] = {
		due_of("new.example", ACME_NEW),
		due_of("late.example", ACME_ENFORCE_EXPIRING),
		due_of("test.example", ACME_TESTING_EXPIRING),
		due_of("early.example", ACME_ENFORCE_EXPIRING),
		due_of("not-yet.example", ACME_ENFORCE_EXPIRING),
	};
	int64_t when;

	(void)state;
	due[1].since = 20;
	due[3].since = 10;
	due[4].since = 1;
	due[4].at = START + 5;
	assert_int_equal(acme_pace_next(p, due, 5, START, &when), 3);
	assert_int_equal(acme_pace_next(p, due, 5, START + 5, &when), 4);
	assert_int_equal(acme_pace_next(p, due, 3, START, &when), 1);
	assert_int_equal(acme_pace_next(p, due, 1, START, &when), 0);
	assert_int_equal(acme_pace_next(p, due + 4, 1, START, &when), SIZE_MAX);
	assert_int_equal(when, START + 5);
	assert_int_equal(acme_pace_next(p, due, 0, START, &when), SIZE_MAX);
	assert_true(when == INT64_MAX);
	acme_pace_free(p);
}

/* ---- the other limits ---- */

static void
four_certificates_of_one_name_in_a_week(void **state)
{
	const struct acme_limits limits = acme_limits_common();
	struct acme_pace *p = acme_pace_new(&limits);
	struct acme_due due = due_of("a.example", ACME_ENFORCE_EXPIRING);

	(void)state;
	for (int64_t i = 0; i < 4; i++) {
		assert_int_equal(acme_pace_when(p, &due, START + i), START + i);
		acme_pace_ordered(p, &due, START + i);
	}
	assert_int_equal(acme_pace_when(p, &due, START + 10), START + WEEK);
	assert_int_equal(acme_pace_when(p, &due, START + WEEK), START + WEEK);
	acme_pace_ordered(p, &due, START + WEEK);
	assert_int_equal(acme_pace_when(p, &due, START + WEEK),
			 START + WEEK + 1);
	acme_pace_free(p);
}

static struct acme_trouble
trouble_of(enum acme_fault fault, unsigned orders, unsigned failed)
{
	return (struct acme_trouble){ .fault = fault,
				      .orders = orders,
				      .failed_proofs = failed };
}

/* An hour or more lies between tries: the limit of failed proofs lets it. */
static void
orders_that_came_to_nothing_are_no_certificates(void **state)
{
	const struct acme_limits limits = acme_limits_common();
	const struct acme_trouble ends[] = {
		trouble_of(ACME_DOMAIN, 1, 1),  trouble_of(ACME_DOMAIN, 2, 2),
		trouble_of(ACME_CA, 1, 0),      trouble_of(ACME_CA, 0, 0),
		trouble_of(ACME_LIMITED, 0, 0),
	};
	struct acme_pace *p = acme_pace_new(&limits);
	struct acme_due due = due_of("a.example", ACME_NEW);
	int64_t now = START;

	(void)state;
	for (size_t i = 0; i < 50; i++) {
		assert_int_equal(acme_pace_when(p, &due, now), now);
		acme_pace_ordered(p, &due, now);
		acme_pace_ended(p, &due, &ends[i % COUNT_OF(ends)], now);
		now += HOUR;
	}
	acme_pace_free(p);
}

static void
certificates_after_failed_proofs_count_once(void **state)
{
	const struct acme_limits limits = acme_limits_common();
	/* The second way, and the third order, brought one. */
	const struct acme_trouble end = trouble_of(ACME_FINE, 3, 1);
	struct acme_pace *p = acme_pace_new(&limits);
	struct acme_due due = due_of("a.example", ACME_NEW);

	(void)state;
	for (int64_t i = 0; i < 4; i++) {
		assert_int_equal(acme_pace_when(p, &due, START + i * HOUR),
				 START + i * HOUR);
		acme_pace_ordered(p, &due, START + i * HOUR);
		acme_pace_ended(p, &due, &end, START + i * HOUR);
	}
	assert_int_equal(acme_pace_when(p, &due, START + 4 * HOUR),
			 START + WEEK);
	acme_pace_free(p);
}

static void
every_order_of_an_attempt_counts_for_the_account(void **state)
{
	const struct acme_limits limits = { .orders = { 10, HOUR } };
	const struct acme_trouble end = trouble_of(ACME_DOMAIN, 4, 4);
	struct acme_pace *p = acme_pace_new(&limits);
	struct acme_due due = due_of("a.example", ACME_ENFORCE_EXPIRING);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(acme_pace_when(p, &due, START), START);
		acme_pace_ordered(p, &due, START);
		acme_pace_ended(p, &due, &end, START);
	}
	assert_int_equal(acme_pace_when(p, &due, START), START + HOUR);
	acme_pace_free(p);
}

static void
proof_failed(struct acme_pace *p, const struct acme_due *due, int64_t now)
{
	const struct acme_trouble t = trouble_of(ACME_DOMAIN, 1, 1);

	acme_pace_ended(p, due, &t, now);
}

static void
a_failed_proof_takes_back_its_own_order_only(void **state)
{
	const struct acme_limits limits = { .same = { 5, WEEK } };
	struct acme_pace *p = acme_pace_new(&limits);
	struct acme_due due = due_of("a.example", ACME_NEW);
	struct acme_due other = due_of("b.example", ACME_NEW);

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		acme_pace_ordered(p, &due, START);
		acme_pace_ordered(p, &other, START);
	}
	proof_failed(p, &due, START);
	proof_failed(p, &due, START);
	assert_int_equal(acme_pace_when(p, &other, START), START + WEEK);
	assert_int_equal(acme_pace_when(p, &due, START), START);
	acme_pace_ordered(p, &due, START);
	assert_int_equal(acme_pace_when(p, &due, START), START + WEEK);
	/* What fails the day after is no order of today. */
	proof_failed(p, &due, START + CIVIL_DAY);
	assert_int_equal(acme_pace_when(p, &due, START + CIVIL_DAY),
			 START + WEEK);
	due.exempt = true;
	const struct acme_trouble end = trouble_of(ACME_DOMAIN, 1, 1);

	acme_pace_ended(p, &due, &end, START);
	due.exempt = false;
	assert_int_equal(acme_pace_when(p, &due, START + CIVIL_DAY),
			 START + WEEK);
	acme_pace_free(p);
}

static void
forty_under_one_registered_domain_in_a_week(void **state)
{
	const struct acme_limits limits = acme_limits_common();
	struct acme_pace *p = acme_pace_new(&limits);
	struct acme_due other = due_of("b.example", ACME_NEW);

	(void)state;
	for (size_t i = 0; i < 41; i++) {
		char name[32];
		struct acme_due due;

		(void)snprintf(name, sizeof name, "s%zu.a.example", i);
		due = due_of(name, ACME_NEW);
		due.registered = S("a.example");
		assert_int_equal(acme_pace_when(p, &due, START),
				 i < 40 ? START : START + WEEK);
		if (i < 40)
			acme_pace_ordered(p, &due, START);
	}
	assert_int_equal(acme_pace_when(p, &other, START), START);
	acme_pace_free(p);
}

static void
four_failed_proofs_of_a_name_in_an_hour(void **state)
{
	const struct acme_limits limits = acme_limits_common();
	struct acme_pace *p = acme_pace_new(&limits);
	struct acme_due due = due_of("a.example", ACME_NEW);

	(void)state;
	due.exempt = true; /* of the others, not of this one */
	for (int64_t i = 0; i < 4; i++)
		proof_failed(p, &due, START + i);
	assert_int_equal(acme_pace_when(p, &due, START + 4), START + HOUR);
	due.name = S("b.example");
	assert_int_equal(acme_pace_when(p, &due, START + 4), START + 4);
	acme_pace_free(p);
}

static void
renewals_with_advice_count_nowhere(void **state)
{
	const struct acme_limits limits = acme_limits_common();
	struct acme_pace *p = acme_pace_new(&limits);
	struct acme_due due = due_of("a.example", ACME_ENFORCE_EXPIRING);

	(void)state;
	due.exempt = true;
	for (size_t i = 0; i < 500; i++) {
		assert_int_equal(acme_pace_when(p, &due, START), START);
		acme_pace_ordered(p, &due, START);
	}
	due.exempt = false;
	assert_int_equal(acme_pace_when(p, &due, START), START);
	acme_pace_free(p);
}

static void
a_clock_that_goes_back_frees_nothing_early(void **state)
{
	const struct acme_limits limits = acme_limits_common();
	struct acme_pace *p = acme_pace_new(&limits);
	struct acme_due due = due_of("a.example", ACME_NEW);
	const int64_t ahead = START + 365 * CIVIL_DAY;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		acme_pace_ordered(p, &due, ahead);
	/* Nor does it keep anybody out for a year. */
	assert_int_equal(acme_pace_when(p, &due, START), START + WEEK);
	assert_int_equal(acme_pace_when(p, &due, START + WEEK), START + WEEK);
	acme_pace_free(p);
}

static void
a_limit_of_one_lets_one_through(void **state)
{
	const struct acme_limits limits = { .orders = { 1, HOUR } };
	struct acme_pace *p = acme_pace_new(&limits);
	struct acme_due due = due_of("a.example", ACME_NEW);

	(void)state;
	assert_int_equal(acme_pace_when(p, &due, START), START);
	acme_pace_ordered(p, &due, START);
	assert_int_equal(acme_pace_when(p, &due, START), START + HOUR);
	acme_pace_free(p);
}

/* 20,000 orders long past leave nothing behind but what still counts. */
static void
what_is_over_is_forgotten(void **state)
{
	const struct acme_limits limits = acme_limits_common();
	struct acme_pace *p = acme_pace_new(&limits);
	SCOPED_BUF bytes = BUF(1 << 20);

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		char name[32];
		struct acme_due due;

		(void)snprintf(name, sizeof name, "d%zu.example", i);
		due = due_of(name, ACME_NEW);
		acme_pace_ordered(p, &due, START + (int64_t)i * HOUR);
	}
	assert_true(acme_pace_print(p, &bytes));
	assert_true(bytes.n < 25 * 400);
	acme_pace_free(p);
}

static void
damaged_state_is_refused_and_nothing_changes(void **state)
{
	const struct acme_limits limits = { .orders = { 1, HOUR } };
	struct acme_pace *p = acme_pace_new(&limits);
	struct acme_due due = due_of("a.example", ACME_NEW);
	SCOPED_BUF bytes = BUF(1 << 10);
	struct diag why = { 0 };

	(void)state;
	acme_pace_ordered(p, &due, START);
	assert_true(acme_pace_print(p, &bytes));
	for (size_t n = 0; n < bytes.n; n++)
		if (n != 8)
			assert_int_equal(
				acme_pace_parse(p,
						str_sub(buf_str(&bytes), 0, n),
						&why),
				ERR_SYNTAX);
	assert_string_equal(why.code, "acme.bad_state");
	bytes.p[9] = (char)0x80;
	assert_int_equal(acme_pace_parse(p, buf_str(&bytes), NULL), ERR_SYNTAX);
	assert_int_equal(acme_pace_when(p, &due, START), START + HOUR);
	acme_pace_free(p);
}

/* ---- renewal ---- */

static void
renewal_is_within_the_window_that_was_advised(void **state)
{
	const struct acme_window window = { .start = START + 100,
					    .end = START + 200 };
	int64_t first = INT64_MAX, last = 0;

	(void)state;
	for (size_t i = 0; i < 500; i++) {
		char name[32];
		int64_t at;

		(void)snprintf(name, sizeof name, "d%zu.example", i);
		at = acme_renew_at(str_of(name), START - CIVIL_DAY,
				   START + CIVIL_DAY, &window);
		assert_in_range(at, window.start, window.end - 1);
		assert_int_equal(at,
				 acme_renew_at(str_of(name), START - CIVIL_DAY,
					       START + CIVIL_DAY, &window));
		first = at < first ? at : first;
		last = at > last ? at : last;
	}
	/* Spread over it. */
	assert_true(first < window.start + 10 && last > window.end - 10);
}

static void
without_advice_two_thirds_of_the_life(void **state)
{
	static const int64_t lives[] = { 6, 45, 64, 90, 398 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lives); i++) {
		int64_t life = lives[i] * CIVIL_DAY;
		int64_t at = acme_renew_at(S("a.example"), START, START + life,
					   NULL);

		assert_in_range(at, START + life * 2 / 3 - life / 30,
				START + life * 2 / 3);
	}
}

static void
advice_that_lets_it_expire_is_not_followed(void **state)
{
	const struct acme_window late = { .start = START + 89 * CIVIL_DAY,
					  .end = START + 900 * CIVIL_DAY };
	const struct acme_window past = { .start = START - 10,
					  .end = START - 5 };

	(void)state;
	assert_true(acme_renew_at(S("a.example"), START, START + 90 * CIVIL_DAY,
				  &late) <= START + 60 * CIVIL_DAY);
	/* Of a certificate that has to go at once. */
	assert_true(acme_renew_at(S("a.example"), START, START + 90 * CIVIL_DAY,
				  &past) < START);
}

static void
tries_come_after_1_to_24_hours(void **state)
{
	static const int64_t hours[] = { 1, 1, 2, 4, 8, 16, 24, 24, 24 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(hours); i++) {
		int64_t wait = acme_retry_at(S("a.example"), i, START) - START;

		assert_in_range(wait, hours[i] * HOUR,
				hours[i] * HOUR + hours[i] * HOUR / 10);
	}
	assert_true(acme_retry_at(S("a.example"), 4000000000u, START) <
		    START + 27 * HOUR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_more_than_300_orders_in_3_hours),
		cmocka_unit_test(every_order_is_counted_across_restarts),
		cmocka_unit_test(
			what_expires_is_never_kept_waiting_by_new_ones),
		cmocka_unit_test(
			the_most_urgent_comes_first_then_who_waits_longest),
		cmocka_unit_test(four_certificates_of_one_name_in_a_week),
		cmocka_unit_test(
			orders_that_came_to_nothing_are_no_certificates),
		cmocka_unit_test(certificates_after_failed_proofs_count_once),
		cmocka_unit_test(
			every_order_of_an_attempt_counts_for_the_account),
		cmocka_unit_test(a_failed_proof_takes_back_its_own_order_only),
		cmocka_unit_test(forty_under_one_registered_domain_in_a_week),
		cmocka_unit_test(four_failed_proofs_of_a_name_in_an_hour),
		cmocka_unit_test(renewals_with_advice_count_nowhere),
		cmocka_unit_test(a_clock_that_goes_back_frees_nothing_early),
		cmocka_unit_test(a_limit_of_one_lets_one_through),
		cmocka_unit_test(what_is_over_is_forgotten),
		cmocka_unit_test(damaged_state_is_refused_and_nothing_changes),
		cmocka_unit_test(renewal_is_within_the_window_that_was_advised),
		cmocka_unit_test(without_advice_two_thirds_of_the_life),
		cmocka_unit_test(advice_that_lets_it_expire_is_not_followed),
		cmocka_unit_test(tries_come_after_1_to_24_hours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
