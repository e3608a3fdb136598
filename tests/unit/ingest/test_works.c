#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "serving.h"

#include "os/os.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err
try_ask(const struct serving *t, const char *request, struct diag *why)
{
	SCOPED_BUF answer = BUF(4096);

	diag_clear(why);
	return ingest_ask(t->dir, str_of(request), &answer, why);
}

static void
a_request_that_makes_no_sense_is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *request, *code, *detail;
	} table[] = {
		{ "{}", "ingest.bad_request", "op" },
		{ "{\"op\":\"dance\"}", "ingest.bad_request", "op" },
		{ "{\"op\":", "json.syntax", NULL },
		{ "{\"op\":\"triage\"}", "ingest.bad_request", "source" },
		{ "{\"op\":\"triage\",\"source\":\"x\",\"triage\":\"no\"}",
		  "ingest.bad_request", "triage" },
		{ "{\"op\":\"triage\",\"source\":\"x\",\"triage\":\"ours\"}",
		  "store.no_source", "x" },
		{ "{\"op\":\"delete_report\"}", "ingest.bad_request", "id" },
		{ "{\"op\":\"delete_report\",\"id\":7}", "store.no_report",
		  "7" },
		{ "{\"op\":\"reparse\"}", "ingest.bad_request", "report" },
		{ "{\"op\":\"reparse\",\"intake\":9}", "store.raw_gone", "9" },
		{ "{\"op\":\"claim\"}", "ingest.bad_request", "domain" },
	};
	struct serving *t = *state;
	struct diag why = { 0 };

	assert_int_equal(try_ask(t, "{\"op\":\"status\"}", &why), ERR_GONE);
	assert_string_equal(why.code, "ingest.no_server");
	start_writer(t);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		assert_int_not_equal(try_ask(t, table[i].request, &why),
				     ERR_NONE);
		assert_string_equal(why.code, table[i].code);
		if (table[i].detail)
			assert_string_equal(why.detail, table[i].detail);
	}
	kill_writer(t, SIGTERM);
}

static void
a_judgement_shows_in_the_sums_when_the_answer_comes(void **state)
{
	struct serving *t = *state;
	SCOPED_BUF answer = BUF(4096);

	start_writer(t);
	put_report(t, SPOOL_SMTP, "a.example", 1);
	ring(t);
	wait_for(t, "SELECT count(*) FROM cube", 1);
	answer_of(t,
		  "{\"op\":\"triage\",\"source\":\"192.0.2.0/24\","
		  "\"triage\":\"forwarder\",\"note\":\"the list\"}",
		  &answer);
	assert_int_equal(ask(t, "SELECT class FROM cube"), SENDER_FORWARDED);
	answer_of(t, "{\"op\":\"delete_domain\",\"domain\":\"a.example\"}",
		  &answer);
	assert_int_equal(number_in(&answer, "deleted"), 1);
	assert_int_equal(ask(t, "SELECT count(*) FROM report"), 0);
	kill_writer(t, SIGTERM);
}

static void
reading_again_changes_nothing_that_was_right(void **state)
{
	struct serving *t = *state;
	SCOPED_BUF answer = BUF(4096);
	char request[64];

	start_writer(t);
	for (int i = 0; i < 40; i++)
		put_report(t, SPOOL_SMTP, "a.example", i);
	put_text(t, SPOOL_UPLOAD, "BAD", S("<feedback><broken"));
	ring(t);
	wait_for(t, "SELECT count(*) FROM intake", 41);
	answer_of(t, "{\"op\":\"reparse\",\"all\":true}", &answer);
	assert_int_equal(number_in(&answer, "imported"), 40);
	assert_int_equal(number_in(&answer, "rejected"), 1);
	answer_of(t, "{\"op\":\"reparse\",\"report\":5}", &answer);
	assert_int_equal(number_in(&answer, "imported"), 1);
	snprintf(request, sizeof(request), "{\"op\":\"reparse\",\"intake\":%d}",
		 41);
	answer_of(t, request, &answer);
	assert_int_equal(number_in(&answer, "files"), 1);
	assert_int_equal(number_in(&answer, "rejected"), 1);
	assert_int_equal(ask(t, "SELECT count(*) FROM report"), 40);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake"), 41);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake_raw"), 1);
	assert_int_equal(ask(t, "SELECT sum(rows) FROM cube"), 40);
	kill_writer(t, SIGTERM);
}

static void
sample_data_comes_and_goes_while_mail_is_taken(void **state)
{
	struct serving *t = *state;
	SCOPED_BUF answer = BUF(4096);
	SCOPED_BUF setting = BUF(4096);
	struct control *c = NULL;
	struct diag why = { 0 };

	start_writer(t);
	for (int i = 0; i < 25; i++)
		put_report(t, SPOOL_SMTP, "a.example", i);
	ring(t);
	wait_for(t, "SELECT sum(rows) FROM cube", 25);
	answer_of(t, "{\"op\":\"sample_load\",\"domains\":3,\"days\":60}",
		  &answer);
	assert_int_equal(number_in(&answer, "imported"), 180);
	assert_int_equal(ask(t, "SELECT count(*) FROM report"), 205);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake WHERE"
				" path LIKE 'sample/%' AND door = 'sample'"),
			 180);
	must(control_open(t->dir, &c, &why), &why);
	must(control_setting_get(c, CONTROL_OWNER_SELF, "sample.domains",
				 &setting, &why),
	     &why);
	assert_int_equal(setting.n, strlen("d0.sample.example") * 3 + 2);
	put_report(t, SPOOL_SMTP, "a.example", 26);
	ring(t);
	answer_of(t, "{\"op\":\"sample_remove\"}", &answer);
	assert_int_equal(number_in(&answer, "deleted"), 180);
	wait_for(t, "SELECT count(*) FROM report", 26);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake"), 26);
	wait_for(t, "SELECT sum(rows) FROM cube", 26);
	assert_int_equal(ask(t, "SELECT count(*) FROM endpoint_span AS s"
				" JOIN name AS n ON n.id = s.domain"
				" WHERE n.text LIKE '%sample%'"),
			 0);
	buf_clear(&setting);
	must(control_setting_get(c, CONTROL_OWNER_SELF, "sample.domains",
				 &setting, &why),
	     &why);
	assert_int_equal(setting.n, 0);
	control_close(c);
	kill_writer(t, SIGTERM);
}

/* ---- imports of a command ---- */

static void
write_file(const struct serving *t, const char *name, struct str text)
{
	char path[300];
	SCOPED_FD fd = -1;

	snprintf(path, sizeof(path), "%s/mails/%s", t->dir, name);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_true(os_write_all(fd, text));
}

struct told {
	size_t imported, rejected;
	const struct serving *t;
	bool stored; /* each was in the store when it was told */
};

static void
take_item(void *ctx, const struct ingest_item *item)
{
	struct told *told = ctx;

	told->imported += item->outcome == STORE_IMPORTED;
	told->rejected += item->outcome == STORE_REJECTED;
	if (item->outcome == STORE_REJECTED)
		return;
	assert_true(str_eq(item->domain, S("f.example")));
	assert_true(item->known);
	if (told->imported == 1)
		told->stored = ask(told->t, "SELECT count(*) FROM report") > 0;
}

static void
files_are_imported_by_the_server_and_told_when_durable(void **state)
{
	struct serving *t = *state;
	char path[300], missing[320];
	const char *const paths[] = { path, missing };
	struct told told = { .t = t };
	const struct ingest_options options = { .item = take_item,
						.ctx = &told };
	struct ingest_totals totals;
	struct diag why = { 0 };

	snprintf(path, sizeof(path), "%s/mails", t->dir);
	snprintf(missing, sizeof(missing), "%s/mails/none.xml", t->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	for (int i = 0; i < 120; i++) {
		SCOPED_BUF text = BUF(64 << 10);
		char name[32];

		snprintf(name, sizeof(name), "%03d.xml", i);
		report_text(&text, "f.example", i);
		write_file(t, name, buf_str(&text));
	}
	write_file(t, "z.xml", S("<feedback><broken"));
	assert_int_equal(
		ingest_run_there(t->dir, paths, 2, &options, &totals, &why),
		ERR_GONE);
	assert_string_equal(why.code, "ingest.no_server");
	diag_clear(&why);
	start_writer(t);
	must(ingest_run_there(t->dir, paths, 2, &options, &totals, &why), &why);
	assert_int_equal(totals.files, 122);
	assert_int_equal(totals.imported, 120);
	assert_int_equal(totals.rejected, 2);
	assert_int_equal(totals.records, 120);
	assert_int_equal(told.imported, 120);
	assert_int_equal(told.rejected, 2);
	assert_true(told.stored);
	assert_int_equal(ask(t, "SELECT sum(rows) FROM cube"), 120);
	assert_int_equal(ask(t, "SELECT count(*) FROM intake WHERE trust = 1"),
			 122);
	must(ingest_run_there(t->dir, paths, 1, &options, &totals, &why), &why);
	assert_int_equal(totals.duplicates, 120);
	kill_writer(t, SIGTERM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_that_makes_no_sense_is_refused_with_the_reason),
		TEST(a_judgement_shows_in_the_sums_when_the_answer_comes),
		TEST(reading_again_changes_nothing_that_was_right),
		TEST(sample_data_comes_and_goes_while_mail_is_taken),
		TEST(files_are_imported_by_the_server_and_told_when_durable),
	};

	(void)signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
