#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "serving.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void
mail_from_the_spool_is_counted_with_its_envelope(void **state)
{
	struct serving *t = *state;

	start_writer(t);
	for (int i = 0; i < 20; i++)
		put_report(t, i % 2 ? SPOOL_SMTP : SPOOL_UPLOAD, "a.example",
			   i);
	ring(t);
	wait_for(t, "SELECT count(*) FROM report", 20);
	assert_int_equal(ask(t, "SELECT count(*) FROM report"
				" WHERE trust = 0"),
			 10);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake"
				" WHERE door = 'smtp' AND upload = 'Q7' AND"
				" json_extract(envelope, '$.client')"
				" = '192.0.2.9' AND path = 'smtp/Q7'"),
			 1);
	assert_int_equal(ask(t, "SELECT count(*) FROM mail"), 10);
	/* The sums follow by themselves. */
	wait_for(t, "SELECT sum(rows) FROM cube", 20);
	kill_writer(t, SIGTERM);
	assert_int_equal(ask(t, "SELECT count(*) FROM spool_position"), 1);
}

static void
what_waited_before_the_start_is_taken_once(void **state)
{
	struct serving *t = *state;

	for (int i = 0; i < 30; i++)
		put_report(t, SPOOL_SMTP, "a.example", i);
	ring(t);
	start_writer(t);
	wait_for(t, "SELECT count(*) FROM intake", 30);
	kill_writer(t, SIGTERM);
	start_writer(t);
	put_report(t, SPOOL_SMTP, "a.example", 31);
	ring(t);
	wait_for(t, "SELECT count(*) FROM report", 31);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake"), 31);
	kill_writer(t, SIGTERM);
}

static void
killed_at_any_instant_every_message_is_there_once(void **state)
{
	struct serving *t = *state;
	int n = 0;

	srand(7);
	for (int round = 0; round < 12; round++) {
		start_writer(t);
		for (int i = 0; i < 60; i++) {
			put_report(t, SPOOL_SMTP, "a.example", n++);
			if (i % 10 == 9)
				ring(t);
		}
		(void)usleep((useconds_t)(rand() % 60000));
		kill_writer(t, SIGKILL);
	}
	start_writer(t);
	wait_for(t, "SELECT count(*) FROM report", n);
	/* A second look would have left a line in the log. */
	assert_int_equal(ask(t, "SELECT count(*) FROM intake"), n);
	assert_int_equal(ask(t, "SELECT count(DISTINCT upload) FROM intake"),
			 n);
	wait_for(t, "SELECT sum(rows) FROM cube", n);
	kill_writer(t, SIGTERM);
}

static void
what_kills_the_parser_twice_is_kept_and_the_rest_goes_on(void **state)
{
	struct serving *t = *state;

	start_writer(t);
	put_report(t, SPOOL_SMTP, "a.example", 1);
	put_text(t, SPOOL_SMTP, "BAD", S("Subject: x\r\n\r\n" DEADLY));
	put_report(t, SPOOL_SMTP, "a.example", 2);
	ring(t);
	wait_for(t, "SELECT count(*) FROM report", 2);
	wait_for(t,
		 "SELECT count(*) FROM intake WHERE upload = 'BAD'"
		 " AND outcome = 3 AND code = 'ingest.parser_died'",
		 1);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake_raw"), 1);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake"), 3);
	kill_writer(t, SIGTERM);
}

/* As many documents are in the parser's hands as it takes at a time when it
 * dies of the oldest. */
static void
a_parser_that_dies_with_its_hands_full_loses_nothing(void **state)
{
	struct serving *t = *state;
	const int before = 3, n = 60;

	start_writer(t);
	for (int i = 1; i <= before; i++)
		put_report(t, SPOOL_SMTP, "a.example", i);
	put_text(t, SPOOL_SMTP, "BAD", S("Subject: x\r\n\r\n" DEADLY));
	for (int i = before + 1; i <= n; i++)
		put_report(t, SPOOL_SMTP, "a.example", i);
	ring(t);
	wait_for(t, "SELECT count(*) FROM intake", n + 1);
	assert_int_equal(ask(t, "SELECT count(*) FROM report"), n);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake"
				" WHERE upload = 'BAD' AND outcome = 3"
				" AND code = 'ingest.parser_died'"),
			 1);
	assert_int_equal(ask(t, "SELECT count(*) FROM spool_position"), 1);
	assert_int_equal(ask(t, "SELECT count(*) FROM spool_position"
				" WHERE segment GLOB '?*-0*.seg'"),
			 1);
	kill_writer(t, SIGTERM);
}

static void
registered_domains_count_and_others_wait_to_be_claimed(void **state)
{
	struct serving *t = *state;
	SCOPED_BUF answer = BUF(4096);

	start_writer(t);
	put_report(t, SPOOL_SMTP, "before.example", 1);
	ring(t);
	wait_for(t, "SELECT count(*) FROM report", 1);
	add_domain(t, "ours.example");
	put_report(t, SPOOL_SMTP, "ours.example", 2);
	put_report(t, SPOOL_SMTP, "mail.ours.example", 3);
	put_report(t, SPOOL_SMTP, "theirs.example", 4);
	put_report(t, SPOOL_SMTP, "mail.theirs.example", 5);
	ring(t);
	wait_for(t, "SELECT count(*) FROM intake", 5);
	assert_int_equal(ask(t, "SELECT count(*) FROM report"), 3);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake WHERE owner = 2"
				" AND outcome = 5"),
			 2);
	add_domain(t, "theirs.example");
	answer_of(t, "{\"op\":\"claim\",\"domain\":\"theirs.example\"}",
		  &answer);
	assert_int_equal(number_in(&answer, "imported"), 2);
	assert_int_equal(ask(t, "SELECT count(*) FROM report"), 5);
	assert_int_equal(ask(t, "SELECT count(*) FROM report WHERE trust = 0"
				" AND owner = 1"),
			 5);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake WHERE owner = 2"),
			 0);
	assert_int_equal(ask(t, "SELECT sum(rows) FROM cube"), 5);
	kill_writer(t, SIGTERM);
}

static void
strangers_cannot_fill_the_disk_and_operators_can(void **state)
{
	struct serving *t = *state;
	SCOPED_BUF answer = BUF(4096);

	t->unclaimed_max = 8 << 10;
	t->sidelined_max = 8 << 10;
	add_domain(t, "ours.example");
	start_writer(t);
	for (int i = 0; i < 30; i++)
		put_report(t, SPOOL_SMTP, "theirs.example", i);
	for (int i = 0; i < 30; i++) {
		char id[16];

		snprintf(id, sizeof(id), "J%d", i);
		put_text(t, SPOOL_SMTP, id, S("<feedback><broken"));
	}
	for (int i = 100; i < 120; i++)
		put_report(t, SPOOL_UPLOAD, "theirs.example", i);
	put_report(t, SPOOL_SMTP, "ours.example", 200);
	ring(t);
	wait_for(t, "SELECT count(*) FROM report", 1);
	assert_in_range(ask(t, "SELECT count(*) FROM intake WHERE owner = 2"
			       " AND trust = 0"),
			2, 7);
	assert_in_range(ask(t, "SELECT count(*) FROM intake WHERE outcome = 3"),
			2, 7);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake WHERE owner = 2"
				" AND door = 'upload'"),
			 20);
	answer_of(t, "{\"op\":\"status\"}", &answer);
	assert_int_equal(number_in(&answer, "messages"), 0);
	kill_writer(t, SIGTERM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(mail_from_the_spool_is_counted_with_its_envelope),
		TEST(what_waited_before_the_start_is_taken_once),
		TEST(killed_at_any_instant_every_message_is_there_once),
		TEST(what_kills_the_parser_twice_is_kept_and_the_rest_goes_on),
		TEST(a_parser_that_dies_with_its_hands_full_loses_nothing),
		TEST(registered_domains_count_and_others_wait_to_be_claimed),
		TEST(strangers_cannot_fill_the_disk_and_operators_can),
	};

	(void)signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
