#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "serving.h"

#include "db/db.h"

#include <signal.h>
#include <stdio.h>

static void
run_sql(const struct serving *t, const char *sql)
{
	char path[300];
	struct db *db = NULL;
	struct diag why = { 0 };

	snprintf(path, sizeof(path), "%s/reports.db", t->dir);
	must(db_open(path, DB_WRITE, 5000, &db, &why), &why);
	must(db_run(db, sql, &why), &why);
	db_close(db);
}

static void
what_is_registered_meanwhile_is_claimed_at_the_start(void **state)
{
	struct serving *t = *state;

	add_domain(t, "ours.example");
	start_writer(t);
	put_report(t, SPOOL_SMTP, "theirs.example", 1);
	put_report(t, SPOOL_SMTP, "mail.theirs.example", 2);
	put_report(t, SPOOL_SMTP, "nobodys.example", 3);
	ring(t);
	wait_for(t, "SELECT count(*) FROM intake WHERE owner = 2", 3);
	kill_writer(t, SIGTERM);
	add_domain(t, "theirs.example");
	start_writer(t);
	wait_for(t, "SELECT count(*) FROM report WHERE owner = 1", 2);
	wait_for(t, "SELECT sum(rows) FROM cube", 2);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake WHERE owner = 2"),
			 1);
	kill_writer(t, SIGTERM);
}

static void
without_any_domain_left_the_bin_stays_as_it_is(void **state)
{
	struct serving *t = *state;
	struct control *c = NULL;
	struct diag why = { 0 };

	add_domain(t, "ours.example");
	start_writer(t);
	put_report(t, SPOOL_SMTP, "theirs.example", 1);
	ring(t);
	wait_for(t, "SELECT count(*) FROM intake WHERE owner = 2", 1);
	kill_writer(t, SIGTERM);
	must(control_open(t->dir, &c, &why), &why);
	must(control_domain_remove(c, CONTROL_OWNER_SELF, S("ours.example"),
				   &why),
	     &why);
	control_close(c);
	start_writer(t);
	put_report(t, SPOOL_SMTP, "new.example", 2);
	ring(t);
	wait_for(t, "SELECT count(*) FROM report", 1);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake WHERE owner = 2"),
			 1);
	kill_writer(t, SIGTERM);
}

static void
positions_in_segments_that_are_gone_are_forgotten(void **state)
{
	struct serving *t = *state;

	start_writer(t);
	put_report(t, SPOOL_SMTP, "a.example", 1);
	ring(t);
	wait_for(t, "SELECT count(*) FROM report", 1);
	kill_writer(t, SIGTERM);
	assert_int_equal(ask(t, "SELECT count(*) FROM spool_position"), 1);
	run_sql(t, "INSERT INTO spool_position VALUES ('smtp-1.seg', 77),"
		   " ('web-2.seg', 78)");
	start_writer(t);
	wait_for(t, "SELECT count(*) FROM spool_position", 1);
	assert_int_equal(ask(t, "SELECT count(*) FROM spool_position"
				" WHERE offset IN (77, 78)"),
			 0);
	put_report(t, SPOOL_SMTP, "a.example", 2);
	ring(t);
	wait_for(t, "SELECT count(*) FROM report", 2);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake"), 2);
	kill_writer(t, SIGTERM);
}

static void
a_test_report_goes_the_way_of_all_others(void **state)
{
	static const char *const refused[] = {
		"{\"op\":\"test\",\"id\":\"x\"}",
		"{\"op\":\"test\",\"domain\":\"a.example\"}",
		"{\"op\":\"test\",\"domain\":\"<b>.example\",\"id\":\"x\"}",
		"{\"op\":\"test\",\"domain\":\"a.example\",\"id\":\"a b\"}",
	};
	struct serving *t = *state;
	SCOPED_BUF answer = BUF(4096);
	struct diag why = { 0 };

	start_writer(t);
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		assert_int_equal(
			ingest_ask(t->dir, str_of(refused[i]), &answer, &why),
			ERR_SYNTAX);
		assert_string_equal(why.code, "ingest.bad_request");
	}
	answer_of(t,
		  "{\"op\":\"test\",\"domain\":\"A.example.\",\"id\":\"t1\"}",
		  &answer);
	assert_true(str_eq(buf_str(&answer), S("{\"id\":\"t1\"}")));
	answer_of(t, "{\"op\":\"test\",\"domain\":\"a.example\",\"id\":\"t2\"}",
		  &answer);
	wait_for(t,
		 "SELECT count(*) FROM intake WHERE upload IN ('t1', 't2')"
		 " AND door = 'upload' AND outcome = 0 AND trust = 1",
		 2);
	wait_for(t, "SELECT sum(messages) FROM cube", 2);
	assert_int_equal(ask(t, "SELECT count(*) FROM report"), 2);
	/* Beside the mail of others. */
	put_report(t, SPOOL_SMTP, "a.example", 1);
	ring(t);
	wait_for(t, "SELECT count(*) FROM report", 3);
	kill_writer(t, SIGTERM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_registered_meanwhile_is_claimed_at_the_start),
		TEST(without_any_domain_left_the_bin_stays_as_it_is),
		TEST(positions_in_segments_that_are_gone_are_forgotten),
		TEST(a_test_report_goes_the_way_of_all_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
