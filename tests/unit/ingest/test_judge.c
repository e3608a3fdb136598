#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "json/json.h"
#include "serving.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* A report as it is, within a mail of this author. */
static void
put_mail(struct serving *t, const char *id, int n, const char *more)
{
	SCOPED_BUF report = BUF(1 << 16);
	SCOPED_BUF mail = BUF(1 << 17);

	report_text(&report, "example.com", n);
	(void)buf_addf(&mail,
		       "From: Reports <r@Reporter.example>\r\n%s"
		       "MIME-Version: 1.0\r\nContent-Type: text/xml\r\n\r\n",
		       more);
	(void)buf_add(&mail, buf_str(&report));
	put_text(t, SPOOL_SMTP, id, buf_str(&mail));
}

/* What judge_next gives; `first` gets the id of the first message. */
static size_t
next(const struct serving *t, int64_t *first, struct buf *author)
{
	const struct json_limits limits = { INGEST_ANSWER_MAX, 8 };
	SCOPED_BUF answer = BUF(INGEST_ANSWER_MAX);
	SCOPED_JSON json = NULL;
	const struct json *list, *mail;
	bool repaired;

	answer_of(t, "{\"op\":\"judge_next\"}", &answer);
	assert_int_equal(
		json_parse(buf_str(&answer), limits, &json, &repaired, NULL),
		ERR_NONE);
	list = json_get(json, "mails");
	mail = json_at(list, 0);
	(void)json_i64(json_get(mail, "id"), first);
	buf_clear(author);
	(void)buf_add(author,
		      json_str(json_get(json_get(mail, "read"), "author")));
	return json_count(list);
}

static void
done(const struct serving *t, int64_t id, const char *what)
{
	SCOPED_BUF answer = BUF(4096);
	char text[512];

	(void)snprintf(text, sizeof text,
		       "{\"op\":\"judge_done\",\"id\":%lld,%s,"
		       "\"verdict\":{\"author\":\"reporter.example\","
		       "\"dmarc\":\"x\"}}",
		       (long long)id, what);
	answer_of(t, text, &answer);
}

#define REPORTS "SELECT count(*) FROM report WHERE trust = "

static void
messages_go_out_and_verdicts_come_back(void **state)
{
	struct serving *t = *state;
	SCOPED_BUF author = BUF(4096);
	int64_t first = 0, second = 0;

	start_writer(t);
	put_mail(t, "Q1", 1, "");
	put_mail(t, "Q2", 2, "DKIM-Signature: v=1; d=x\r\n");
	put_report(t, SPOOL_UPLOAD, "example.com", 3);
	ring(t);
	wait_for(t, "SELECT count(*) FROM report", 3);
	assert_int_equal(next(t, &first, &author), 2);
	assert_string_equal(buf_c(&author), "reporter.example");
	done(t, first, "\"dmarc\":true,\"tls\":false,\"again\":0");
	wait_for(t, REPORTS "2", 1);
	assert_int_equal(next(t, &second, &author), 1);
	assert_int_not_equal(first, second);
	/* What was not handed back is still there after a crash. */
	kill_writer(t, SIGKILL);
	start_writer(t);
	assert_int_equal(next(t, &second, &author), 1);
	done(t, second, "\"dmarc\":false,\"tls\":true,\"again\":4000000000");
	assert_int_equal(next(t, &first, &author), 0);
	wait_for(t, REPORTS "0", 1);
	wait_for(t, "SELECT tries FROM unjudged", 1);
	wait_for(t, "SELECT count(*) FROM intake WHERE verdict LIKE '%x%'", 2);
}

/* What somebody has in hand is not given out once more. */
static void
what_is_in_hand_is_left_out(void **state)
{
	struct serving *t = *state;
	SCOPED_BUF author = BUF(4096);
	SCOPED_BUF answer = BUF(INGEST_ANSWER_MAX);
	char asked[100], second[40];
	int64_t first = 0;

	start_writer(t);
	put_mail(t, "Q1", 1, "");
	put_mail(t, "Q2", 2, "");
	ring(t);
	wait_for(t, "SELECT count(*) FROM mail", 2);
	assert_int_equal(next(t, &first, &author), 2);
	(void)snprintf(second, sizeof second, "{\"id\":%lld,",
		       (long long)ask(t, "SELECT max(mail) FROM unjudged"));
	(void)snprintf(asked, sizeof asked,
		       "{\"op\":\"judge_next\",\"busy\":[%lld],\"most\":1}",
		       (long long)first);
	answer_of(t, asked, &answer);
	assert_non_null(strstr(buf_c(&answer), second));
	buf_clear(&answer);
	answer_of(t, "{\"op\":\"judge_next\",\"most\":1}", &answer);
	assert_null(strstr(buf_c(&answer), second));
}

static void
what_kills_the_parser_is_judged_by_nobody(void **state)
{
	struct serving *t = *state;
	SCOPED_BUF author = BUF(4096);
	int64_t id = 0;

	start_writer(t);
	put_mail(t, "Q1", 1, "");
	put_mail(t, "Q2", 2, "Subject: " DEADLY "\r\n");
	ring(t);
	wait_for(t, "SELECT count(*) FROM mail", 2);
	assert_int_equal(next(t, &id, &author), 1);
	wait_for(t,
		 "SELECT count(*) FROM intake"
		 " WHERE verdict LIKE '%carrier.unreadable%'",
		 1);
	assert_int_equal(next(t, &id, &author), 1);
	/* Reports are read as before. */
	put_mail(t, "Q3", 3, "");
	ring(t);
	wait_for(t, "SELECT count(*) FROM report", 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages_go_out_and_verdicts_come_back),
		TEST(what_is_in_hand_is_left_out),
		TEST(what_kills_the_parser_is_judged_by_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
