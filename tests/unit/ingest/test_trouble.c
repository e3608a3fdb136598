#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "serving.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The disk is full for the writer, as a limit on the size of its files. */
static void
limit_files(const struct serving *t, rlim_t bytes)
{
	const struct rlimit limit = { bytes, RLIM_INFINITY };

	assert_int_equal(prlimit(t->writer, RLIMIT_FSIZE, &limit, NULL), 0);
}

static int64_t
status(const struct serving *t, const char *key)
{
	SCOPED_BUF answer = BUF(4096);

	answer_of(t, "{\"op\":\"status\"}", &answer);
	return number_in(&answer, key);
}

static void
a_full_disk_is_waited_out_and_nothing_is_lost_or_doubled(void **state)
{
	struct serving *t = *state;
	int n = 0;

	start_writer(t);
	for (; n < 50; n++)
		put_report(t, SPOOL_SMTP, "a.example", n);
	ring(t);
	wait_for(t, "SELECT count(*) FROM report", 50);
	for (int round = 0; round < 3; round++) {
		limit_files(t, 4096);
		for (int i = 0; i < 100; i++)
			put_report(t, SPOOL_SMTP, "a.example", n++);
		ring(t);
		(void)usleep(1300000);
		assert_true(status(t, "messages") >= 100);
		limit_files(t, RLIM_INFINITY);
		wait_for(t, "SELECT count(*) FROM report", n);
	}
	assert_int_equal(ask(t, "SELECT count(*) FROM intake"), n);
	wait_for(t, "SELECT sum(rows) FROM cube", n);
	assert_int_equal(status(t, "messages"), 0);
	kill_writer(t, SIGTERM);
}

/* Everything is in order after each of many deaths, whatever was asked for
 * at the time. */
static void
killed_in_the_middle_of_works_the_store_stays_whole(void **state)
{
	static const char *const works[] = {
		"{\"op\":\"sample_load\",\"domains\":3,\"days\":40}",
		"{\"op\":\"sample_remove\"}",
		"{\"op\":\"reparse\",\"all\":true}",
		"{\"op\":\"delete_domain\",\"domain\":\"gone.example\"}",
	};
	struct serving *t = *state;
	int n = 0;

	for (int round = 0; round < 12; round++) {
		pid_t asker;

		start_writer(t);
		for (int i = 0; i < 30; i++)
			put_report(t, SPOOL_SMTP, "a.example", n++);
		ring(t);
		asker = fork();
		if (asker == 0) {
			SCOPED_BUF answer = BUF(4096);
			struct diag why = { 0 };

			(void)!ingest_ask(t->dir, str_of(works[round % 4]),
					  &answer, &why);
			_exit(0);
		}
		(void)usleep((useconds_t)(20000 + round * 9000));
		kill_writer(t, SIGKILL);
		(void)kill(asker, SIGKILL);
	}
	start_writer(t);
	{
		SCOPED_BUF answer = BUF(4096);

		answer_of(t, works[1], &answer);
	}
	wait_for(t, "SELECT count(*) FROM report", n);
	wait_for(t, "SELECT sum(rows) FROM cube", n);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake"), n);
	assert_int_equal(ask(t, "SELECT count(*) FROM endpoint_span AS s"
				" JOIN name AS d ON d.id = s.domain"
				" WHERE d.text LIKE '%sample%'"),
			 0);
	kill_writer(t, SIGTERM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_full_disk_is_waited_out_and_nothing_is_lost_or_doubled),
		TEST(killed_in_the_middle_of_works_the_store_stays_whole),
	};

	(void)signal(SIGXFSZ, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
