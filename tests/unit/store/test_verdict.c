#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "arrival.h"

static void
carry(struct store *s, const struct store_origin *origin)
{
	struct diag why = { 0 };

	must(store_begin(s, &why), &why);
	must(store_carrier(s, origin, S("From: a@b\r\n\r\nbody\r\n"), &why),
	     &why);
	must(store_commit(s, &why), &why);
}

struct due {
	size_t count;
	int64_t id[8];
	uint64_t tries;
};

static enum err
note_due(void *ctx, const struct store_unjudged *m)
{
	struct due *due = ctx;

	assert_true(due->count < COUNT_OF(due->id));
	due->id[due->count++] = m->id;
	due->tries = m->tries;
	assert_true(str_eq(m->message, S("From: a@b\r\n\r\nbody\r\n")));
	assert_true(str_eq(m->envelope, S(ENVELOPE)));
	assert_int_equal(m->received_at, NOW);
	return ERR_NONE;
}

static struct due
look(struct store *s, int64_t now, uint64_t limit)
{
	struct due due = { 0 };
	struct diag why = { 0 };

	must(store_each_unjudged(s,
				 &(struct store_unjudged_asked){
					 .now = now, .limit = limit },
				 note_due, &due, &why),
	     &why);
	return due;
}

static uint64_t
judge(struct store *s, const struct store_verdict *v)
{
	struct diag why = { 0 };
	uint64_t raised = 0;

	must(store_begin(s, &why), &why);
	must(store_judged(s, v, &raised, &why), &why);
	must(store_commit(s, &why), &why);
	return raised;
}

static enum err
take_report(void *ctx, const struct store_report *r)
{
	*(struct store_report *)ctx = *r;
	return ERR_NONE;
}

static struct store_report
report(struct store *s, int64_t id)
{
	struct store_report r = { 0 };
	struct diag why = { 0 };

	must(store_report_get(s, STORE_OWNER_SELF, id, take_report, &r, &why),
	     &why);
	return r;
}

static enum err
take_entry(void *ctx, const struct store_intake_item *it)
{
	*(struct store_intake_item *)ctx = *it;
	return ERR_NONE;
}

static enum store_trust
entry_trust(struct store *s, const char *upload)
{
	const struct store_intake_list l = { .owner = STORE_OWNER_SELF,
					     .upload = str_of(upload) };
	struct store_intake_item it = { 0 };
	SCOPED_BUF next = BUF(4096);
	struct diag why = { 0 };

	must(store_intake(s, &l, take_entry, &it, &next, &why), &why);
	return it.trust;
}

static void
what_passed_counts_as_verified(void **state)
{
	struct store *s = place_open(*state, STORE_CREATE);
	const struct store_origin origin = by_mail("Q1");
	int64_t id = put(s, &FIRST, &origin).report;
	struct store_verdict v = { .dmarc = true,
				   .author = STR("google.com"),
				   .json = STR("{\"a\":1}") };
	struct due due;

	carry(s, &origin);
	due = look(s, NOW, 10);
	assert_int_equal(due.count, 1);
	assert_int_equal(due.tries, 0);
	assert_int_equal(report(s, id).trust, STORE_UNVERIFIED);
	v.mail = due.id[0];
	assert_int_equal(judge(s, &v), 1);
	assert_int_equal(report(s, id).trust, STORE_VERIFIED);
	assert_int_equal(entry_trust(s, "Q1"), STORE_VERIFIED);
	assert_int_equal(look(s, NOW + 86400, 10).count, 0);
	/* A second verdict comes too late. */
	assert_int_equal(judge(s, &v), 0);
	fold(s);
	assert_faults(s, "");
	store_close(s);
}

static void
what_failed_stays_and_is_not_asked_for_again(void **state)
{
	struct store *s = place_open(*state, STORE_CREATE);
	const struct store_origin origin = by_mail("Q1");
	int64_t id = put(s, &FIRST, &origin).report;
	/* TLS reports have another rule than the one that is here. */
	struct store_verdict v = { .tls = true, .json = STR("{}") };

	carry(s, &origin);
	v.mail = look(s, NOW, 10).id[0];
	assert_int_equal(judge(s, &v), 0);
	assert_int_equal(report(s, id).trust, STORE_UNVERIFIED);
	assert_int_equal(entry_trust(s, "Q1"), STORE_UNVERIFIED);
	assert_int_equal(look(s, NOW + 86400, 10).count, 0);
	store_close(s);
}

static void
the_unknown_comes_back_later(void **state)
{
	struct store *s = place_open(*state, STORE_CREATE);
	const struct store_origin one = by_mail("Q1"), two = by_mail("Q2");
	struct store_verdict v = { .again = NOW + 60, .json = STR("{}") };
	struct due due;

	(void)put(s, &FIRST, &one);
	carry(s, &one);
	(void)put_unclaimed(s, &two, "other.example");
	carry(s, &two);
	assert_int_equal(look(s, NOW, 1).count, 1);
	due = look(s, NOW, 10);
	assert_int_equal(due.count, 2);
	v.mail = due.id[0];
	assert_int_equal(judge(s, &v), 0);
	assert_int_equal(look(s, NOW + 59, 10).count, 1);
	due = look(s, NOW + 60, 10);
	assert_int_equal(due.count, 2);
	assert_int_equal(due.id[1], v.mail);
	assert_int_equal(due.tries, 1);
	store_close(s);
}

static void
what_is_proven_counts_while_the_rest_is_asked_for_again(void **state)
{
	struct store *s = place_open(*state, STORE_CREATE);
	const struct store_origin origin = by_mail("Q1");
	int64_t id = put(s, &FIRST, &origin).report;
	struct store_verdict v = { .dmarc = true,
				   .again = NOW + 60,
				   .author = STR("google.com"),
				   .json = STR("{}") };

	carry(s, &origin);
	v.mail = look(s, NOW, 10).id[0];
	assert_int_equal(judge(s, &v), 1);
	assert_int_equal(report(s, id).trust, STORE_VERIFIED);
	assert_int_equal(look(s, NOW + 59, 10).count, 0);
	assert_int_equal(look(s, NOW + 60, 10).count, 1);
	store_close(s);
}

/* The octets of all messages. */
static void
damage(const struct place *p)
{
	char path[600];
	struct diag why = { 0 };
	struct db *db;

	(void)snprintf(path, sizeof(path), "%s/reports.db", p->dir);
	must(db_open(path, DB_WRITE, 1000, &db, &why), &why);
	must(db_run(db, "UPDATE mail SET bytes = x'00'", &why), &why);
	db_close(db);
}

static enum err
note_trouble(void *ctx, const struct store_unjudged *m)
{
	assert_null(m->message.p);
	*(enum err *)ctx = m->trouble;
	return ERR_NONE;
}

static void
what_is_in_hand_is_left_out_and_trouble_is_told(void **state)
{
	struct store *s = place_open(*state, STORE_CREATE);
	const struct store_origin one = by_mail("Q1"), two = by_mail("Q2");
	struct store_unjudged_asked asked = { .now = NOW, .limit = 1 };
	enum err trouble = ERR_NONE;
	struct diag why = { 0 };
	struct due due = { 0 };
	int64_t first;

	(void)put(s, &FIRST, &one);
	carry(s, &one);
	(void)put_unclaimed(s, &two, "other.example");
	carry(s, &two);
	first = look(s, NOW, 1).id[0];
	asked.busy = &first;
	asked.busy_n = 1;
	must(store_each_unjudged(s, &asked, note_due, &due, &why), &why);
	assert_int_equal(due.count, 1);
	assert_int_not_equal(due.id[0], first);
	damage(*state);
	must(store_each_unjudged(s, &asked, note_trouble, &trouble, &why),
	     &why);
	assert_int_not_equal(trouble, ERR_NONE);
	assert_int_not_equal(trouble, ERR_GONE);
	store_close(s);
}

/* The forged one came first, and is larger than the real one. */
static void
a_verified_report_outdoes_a_forged_one(void **state)
{
	struct store *s = place_open(*state, STORE_CREATE);
	const struct store_origin forged = by_mail("Q1"), real = by_mail("Q2");
	struct made shorter = FIRST;
	int64_t first = put(s, &FIRST, &forged).report, second;
	struct store_verdict v = { .dmarc = true,
				   .author = STR("google.com"),
				   .json = STR("{}") };

	carry(s, &forged);
	shorter.rows = 1;
	shorter.salt = 9;
	second = put(s, &shorter, &real).report;
	carry(s, &real);
	assert_int_equal(report(s, first).outcome, STORE_IMPORTED);
	assert_int_equal(report(s, second).outcome, STORE_SUPERSEDED);
	v.mail = look(s, NOW, 10).id[1];
	assert_int_equal(judge(s, &v), 1);
	assert_int_equal(report(s, first).outcome, STORE_SUPERSEDED);
	assert_int_equal(report(s, second).outcome, STORE_IMPORTED);
	fold(s);
	assert_faults(s, "");
	store_close(s);
}

static void
the_same_report_in_a_better_mail_is_verified(void **state)
{
	struct store *s = place_open(*state, STORE_CREATE);
	const struct store_origin one = by_mail("Q1"), two = by_mail("Q2");
	int64_t id = put(s, &FIRST, &one).report;
	struct store_verdict v = { .dmarc = true,
				   .author = STR("google.com"),
				   .json = STR("{}") };

	carry(s, &one);
	assert_int_equal(put(s, &FIRST, &two).outcome, STORE_DUPLICATE);
	carry(s, &two);
	v.mail = look(s, NOW, 10).id[1];
	assert_int_equal(judge(s, &v), 1);
	assert_int_equal(report(s, id).trust, STORE_VERIFIED);
	assert_int_equal(entry_trust(s, "Q1"), STORE_UNVERIFIED);
	store_close(s);
}

static void
what_lies_in_the_bin_is_judged_before_it_is_claimed(void **state)
{
	struct store *s = place_open(*state, STORE_CREATE);
	const struct store_origin origin = by_mail("Q1");
	struct store_verdict v = { .dmarc = true,
				   .author = STR("google.com"),
				   .json = STR("{}") };

	(void)put_unclaimed(s, &origin, "other.example");
	carry(s, &origin);
	v.mail = look(s, NOW, 10).id[0];
	assert_int_equal(judge(s, &v), 0);
	assert_int_equal(entry_trust(s, "Q1"), STORE_VERIFIED);
	store_close(s);
}

static void
who_passed_vouches_for_no_other_reporter(void **state)
{
	struct store *s = place_open(*state, STORE_CREATE);
	const struct store_origin origin = by_mail("Q1");
	struct store_verdict v = { .dmarc = true,
				   .author = STR("evil.example"),
				   .json = STR("{}") };

	(void)put(s, &FIRST, &origin);
	carry(s, &origin);
	v.mail = look(s, NOW, 10).id[0];
	assert_int_equal(judge(s, &v), 0);
	assert_int_equal(entry_trust(s, "Q1"), STORE_UNVERIFIED);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			who_passed_vouches_for_no_other_reporter, setup,
			teardown),
		cmocka_unit_test_setup_teardown(what_passed_counts_as_verified,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_failed_stays_and_is_not_asked_for_again, setup,
			teardown),
		cmocka_unit_test_setup_teardown(the_unknown_comes_back_later,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_proven_counts_while_the_rest_is_asked_for_again,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_in_hand_is_left_out_and_trouble_is_told, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_verified_report_outdoes_a_forged_one, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			the_same_report_in_a_better_mail_is_verified, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			what_lies_in_the_bin_is_judged_before_it_is_claimed,
			setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
