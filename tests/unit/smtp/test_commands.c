/* test_commands.c - transcripts of commands and their replies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "talk.h"

#include <stdio.h>
#include <string.h>

#define EHLO "EHLO c.example\r\n"
#define HELLO                                                                  \
	"250-mx.example.net\r\n250-PIPELINING\r\n250-SIZE 10000\r\n"           \
	"250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 SMTPUTF8\r\n"
#define HELO "HELO c.example\r\n"
#define HI "250 mx.example.net\r\n"
#define OK "250 2.0.0 Ok\r\n"
#define MAIL_OK "250 2.1.0 Ok\r\n"
#define RCPT_OK "250 2.1.5 Ok\r\n"
#define GO "354 End with a dot on a line of its own\r\n"
#define QUEUED "250 2.0.0 Ok: queued as q1\r\n"
#define BYE "221 2.0.0 Bye\r\n"
#define ORDER "503 5.5.1 Not now: wrong order of commands\r\n"
#define ARGS "501 5.5.4 Arguments not understood\r\n"
#define UNKNOWN "550 5.1.1 No such recipient here\r\n"
#define WHAT "500 5.5.1 Command not recognised\r\n"

static void
check_all(const struct talk *talks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		talk_check(&talks[i]);
}

static void
a_message_is_taken_and_answered_once_it_is_durable(void **state)
{
	static const struct talk talks[] = {
		{ .client = { STR(EHLO
				  "MAIL FROM:<a@b>\r\n"
				  "RCPT TO:<r@here>\r\nDATA\r\n"
				  "Subject: x\r\n\r\nhi\r\n.\r\nQUIT\r\n") },
		  .end = SMTP_LATER,
		  .replies = HELLO MAIL_OK RCPT_OK GO QUEUED BYE,
		  .events = "mail<a@b> rcpt<r@here> begin<> "
			    "body:Subject: x\r\n\r\nhi\r\n end<> ",
		  .last = SMTP_OVER },
		{ .client = { STR(HELO "mail from: <>\r\n"
				       "rcpt to: <Postmaster> \r\ndata \r\n"
				       ".\r\nnoop\r\n") },
		  .replies = HI MAIL_OK RCPT_OK GO OK OK,
		  .events = "mail<> rcpt<Postmaster> begin<>  end<> " },
	};

	(void)state;
	check_all(talks, COUNT_OF(talks));
}

static void
each_answer_of_the_owner_has_its_reply(void **state)
{
	static const struct {
		enum smtp_answer answer;
		const char *reply;
	} rows[] = {
		{ SMTP_FULL, "452 4.3.1 No room just now, please try again "
			     "later\r\n" },
		{ SMTP_TROUBLE, "451 4.3.0 Trouble on our side, please try "
				"again later\r\n" },
		{ SMTP_TOO_LARGE, "552 5.3.4 Message too large\r\n" },
		{ SMTP_CLOSING, "421 4.3.2 Closing, please try again "
				"later\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char replies[512];
		struct talk t = {
			.client = { STR(HELO "MAIL FROM:<a@b>\r\n"
					     "RCPT TO:<r@here>\r\nDATA\r\n"
					     "x\r\n.\r\n") },
			.end = SMTP_LATER,
			.late = rows[i].answer,
			.replies = replies,
			.events = "mail<a@b> rcpt<r@here> begin<> "
				  "body:x\r\n end<> ",
		};

		if (rows[i].answer == SMTP_CLOSING)
			t.last = SMTP_OVER;
		(void)snprintf(replies, sizeof(replies), "%s%s",
			       HI MAIL_OK RCPT_OK GO, rows[i].reply);
		talk_check(&t);
		t.begin = rows[i].answer;
		t.client[0] = S(HELO "MAIL FROM:<a@b>\r\n"
				     "RCPT TO:<r@here>\r\nDATA\r\n");
		t.events = "mail<a@b> rcpt<r@here> begin<> drop<> ";
		(void)snprintf(replies, sizeof(replies), "%s%s",
			       HI MAIL_OK RCPT_OK, rows[i].reply);
		talk_check(&t);
	}
}

static void
recipients_are_judged_one_by_one(void **state)
{
	static const struct talk talks[] = {
		{ .client = { STR(HELO "MAIL FROM:<a@b>\r\n"
				       "RCPT TO:<unknown@here>\r\n"
				       "RCPT TO:<r@there>\r\n"
				       "DATA\r\n"
				       "RCPT TO:<r@here>\r\n"
				       "RSET\r\nRCPT TO:<r@here>\r\n") },
		  .hold = true,
		  .replies = HI MAIL_OK UNKNOWN
		  "550 5.7.1 This server does not relay mail\r\n"
		  "554 5.5.1 No valid recipients\r\n" RCPT_OK OK ORDER,
		  .events = "mail<a@b> rcpt<unknown@here> rcpt<r@there> "
			    "rcpt<r@here> drop<> " },
		{ .client = { STR(HELO "MAIL FROM:<a@b>\r\n"
				       "RCPT TO:<>\r\n"
				       "RCPT TO:<r@here> NOTIFY=NEVER\r\n") },
		  .replies = HI MAIL_OK "501 5.1.3 Recipient not understood\r\n"
					"555 5.5.4 Parameter not supported\r\n",
		  .events = "mail<a@b> " },
	};

	(void)state;
	check_all(talks, COUNT_OF(talks));
}

static void
the_order_of_commands_is_held(void **state)
{
	static const struct talk talks[] = {
		{ .client = { STR("MAIL FROM:<a@b>\r\n"
				  "RCPT TO:<r@here>\r\nDATA\r\n") },
		  .replies = ORDER ORDER ORDER,
		  .events = "" },
		{ .client = { STR(HELO "MAIL FROM:<a@b>\r\n"
				       "MAIL FROM:<c@d>\r\nHELO again\r\n"
				       "RCPT TO:<r@here>\r\n") },
		  .replies = HI MAIL_OK ORDER HI ORDER,
		  .events = "mail<a@b> drop<> " },
		{ .client = { STR("LHLO c\r\nAUTH PLAIN x\r\nBDAT 3 LAST\r\n"
				  "EXPN x\r\nXCLIENT ADDR=192.0.2.1\r\n"
				  "FOO\r\n\r\nSTARTTLS\r\n") },
		  .replies = WHAT "502 5.5.1 Command not offered\r\n"
				  "502 5.5.1 Command not offered\r\n"
				  "502 5.5.1 Command not offered\r\n"
				  "550 5.7.0 Not for you\r\n" WHAT WHAT
				  "502 5.5.1 Command not offered\r\n" },
		{ .client = { STR("VRFY root\r\nHELP\r\nNOOP a b\r\nVRFY\r\n"
				  "RSET x\r\nQUIT x\r\nDATA x\r\nEHLO\r\n"
				  "HELO a b\r\n") },
		  .replies = "252 2.5.2 Send mail and see\r\n"
			     "214 2.0.0 This server takes reports in; see "
			     "RFC 5321\r\n" OK ARGS ARGS ARGS ARGS ARGS ARGS },
	};

	(void)state;
	check_all(talks, COUNT_OF(talks));
}

static void
addresses_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *written;
		const char *read; /* NULL: refused */
	} rows[] = {
		{ "<a@b>", "a@b" },
		{ " \t <a@b>", "a@b" },
		{ "a@b", "a@b" },
		{ "< a@b >", "a@b" },
		{ "<@one,@two:a@b>", "a@b" },
		{ "<@one:\"x:y\"@b>", "\"x:y\"@b" },
		{ "<\"a b>\\\"\"@c>", "\"a b>\\\"\"@c" },
		{ "<postmaster>", "postmaster" },
		{ "<a%b@c>", "a%b@c" },
		{ "<a@[192.0.2.1]>", "a@[192.0.2.1]" },
		{ "<>", "" },
		{ "", NULL },
		{ "<a@b", NULL },
		{ "<a@b>x", NULL },
		{ "<a b@c>", NULL },
		{ "<a@>", NULL },
		{ "<@b>", NULL },
		{ "<@b:>", NULL },
		{ "<a@b@c>", NULL },
		{ "<\"a@b>", NULL },
		{ "<a\x01@b>", NULL },
		{ "<<a@b>>", NULL },
		{ "<\xc3\xa6@b>", NULL },
		{ "<\xc3\xa6@b> SMTPUTF8", "\xc3\xa6@b" },
		{ "<\xc3@b> SMTPUTF8", NULL },
		{ "<a@b> SIZE=10000", "a@b" },
		{ "<a@b> SIZE=10001", NULL },
		{ "<a@b> SIZE=99999999999999999999", NULL },
		{ "<a@b> SIZE=-1", NULL },
		{ "<a@b> SIZE=", NULL },
		{ "<a@b>  size=5  body=8bitmime ", "a@b" },
		{ "<a@b> BODY=BINARYMIME", NULL },
		{ "<a@b> RET=HDRS", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char line[200];
		char events[200] = "";
		struct talk t = { .client = { STR(HELO) }, .events = events };

		(void)snprintf(line, sizeof(line), "MAIL FROM:%s\r\n",
			       rows[i].written);
		if (rows[i].read != NULL)
			(void)snprintf(events, sizeof(events), "mail<%s> ",
				       rows[i].read);
		t.client[1] = str_of(line);
		talk_check(&t);
	}
}

static void
a_sender_that_is_too_large_gets_552_at_once(void **state)
{
	static const struct talk t = {
		.client = { STR(EHLO "MAIL FROM:<a@b> SIZE=10001\r\n") },
		.replies = HELLO "552 5.3.4 Message too large\r\n",
		.events = "",
	};

	(void)state;
	talk_check(&t);
}

static void
odd_bytes_in_commands_are_never_obeyed(void **state)
{
	static const struct talk talks[] = {
		{ .client = { STR("HELO c\nMAIL FROM:<a@b>\r\nHELO c\r\n") },
		  .replies = "500 5.5.2 Lines must end with CR LF\r\n" ORDER HI,
		  .events = "" },
		{ .client = { STR("HE\0LO c\r\nHELO\rc\r\nHELO c\r\r\n") },
		  .replies = "500 5.5.2 Control characters in a command\r\n"
			     "500 5.5.2 Control characters in a command\r\n"
			     "500 5.5.2 Control characters in a command\r\n",
		  .events = "" },
		{ .client = { STR("HELO a\x1b[31m\r\nHELO \xff\r\n") },
		  .replies = ARGS ARGS },
		{ .client = { STR("POST / HTTP/1.1\r\nHELO c\r\n") },
		  .replies = "421 4.7.0 This is no web server\r\n",
		  .last = SMTP_OVER },
	};

	(void)state;
	check_all(talks, COUNT_OF(talks));
}

static void
a_line_too_long_is_refused_and_the_next_one_read(void **state)
{
	static char line[SMTP_LINE_MAX + 40];
	struct talk t = { .client = { STR("") } };

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "NOOP ", 5);
	memcpy(line + SMTP_LINE_MAX - 2, "\r\nHELO c\r\n", 10);
	t.client[0] = (struct str){ line, SMTP_LINE_MAX + 8 };
	t.replies = OK HI;
	talk_check(&t);
	memset(line + SMTP_LINE_MAX - 2, 'x', 10);
	/* The bare LF inside is not where reading begins again. */
	memcpy(line + SMTP_LINE_MAX, "\nHELO c\r\nHELO c\r\n", 17);
	t.client[0] = (struct str){ line, SMTP_LINE_MAX + 17 };
	t.replies = "500 5.5.2 Line too long\r\n" HI;
	talk_check(&t);
}

static void
a_line_without_end_costs_the_session(void **state)
{
	static char line[80 << 10];
	struct talk t = { .client = { { line, sizeof(line) } },
			  .replies = "421 4.7.0 Line too long, closing\r\n",
			  .last = SMTP_OVER };

	(void)state;
	memset(line, 'x', sizeof(line));
	talk_check(&t);
}

static void
repeat(struct buf *to, const char *text, size_t times)
{
	for (size_t i = 0; i < times; i++)
		(void)buf_addz(to, text);
}

static void
too_many_errors_or_idle_commands_end_the_session(void **state)
{
	SCOPED_BUF client = BUF(1 << 20);
	SCOPED_BUF expected = BUF(1 << 20);
	struct talk t = { .last = SMTP_OVER };

	(void)state;
	repeat(&client, "FOO\r\n", SMTP_BAD_MAX + 2);
	repeat(&expected, WHAT, SMTP_BAD_MAX);
	repeat(&expected, "421 4.7.0 Too many errors, closing\r\n", 1);
	t.client[0] = buf_str(&client);
	t.replies = buf_c(&expected);
	talk_check(&t);

	buf_clear(&client);
	buf_clear(&expected);
	repeat(&client, "NOOP\r\n", SMTP_COMMANDS_MAX + 5);
	repeat(&expected, OK, SMTP_COMMANDS_MAX);
	repeat(&expected, "421 4.7.0 Too many commands, closing\r\n", 1);
	t.client[0] = buf_str(&client);
	t.replies = buf_c(&expected);
	talk_check(&t);
}

static void
a_hundred_recipients_are_taken_then_452(void **state)
{
	SCOPED_BUF client = BUF(1 << 20);
	SCOPED_BUF expected = BUF(1 << 20);
	struct talk t = { .client = { STR(HELO "MAIL FROM:<>\r\n") } };

	(void)state;
	repeat(&client, "RCPT TO:<r@here>\r\n", SMTP_RECIPIENTS_MAX + 1);
	repeat(&client, "DATA\r\nx\r\n.\r\n", 1);
	repeat(&expected, HI MAIL_OK, 1);
	repeat(&expected, RCPT_OK, SMTP_RECIPIENTS_MAX);
	repeat(&expected, "452 4.5.3 Too many recipients\r\n" GO OK, 1);
	t.client[1] = buf_str(&client);
	t.replies = buf_c(&expected);
	talk_check(&t);
}

static void
replies_wait_for_room_and_come_all_the_same(void **state)
{
	SCOPED_BUF out = BUF(SMTP_REPLIES_ROOM + 100);
	SCOPED_BUF client = BUF(1 << 16);
	const struct smtp_options options = { .host = TALK_HOST };
	static const struct smtp_owner nobody = { 0 };
	struct smtp *s = smtp_new(&options, &nobody, NULL);
	struct str rest;
	size_t replies = 0;

	(void)state;
	repeat(&client, "NOOP\r\n", 500);
	for (rest = buf_str(&client); rest.n > 0;) {
		size_t n = smtp_feed(s, rest, &out);

		assert_true(n > 0 && !out.full);
		replies += out.n / strlen(OK);
		rest = str_sub(rest, n, SIZE_MAX);
		buf_clear(&out);
	}
	assert_int_equal(replies, 500);
	smtp_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_message_is_taken_and_answered_once_it_is_durable),
		cmocka_unit_test(each_answer_of_the_owner_has_its_reply),
		cmocka_unit_test(recipients_are_judged_one_by_one),
		cmocka_unit_test(the_order_of_commands_is_held),
		cmocka_unit_test(addresses_are_read_as_people_write_them),
		cmocka_unit_test(a_sender_that_is_too_large_gets_552_at_once),
		cmocka_unit_test(odd_bytes_in_commands_are_never_obeyed),
		cmocka_unit_test(
			a_line_too_long_is_refused_and_the_next_one_read),
		cmocka_unit_test(a_line_without_end_costs_the_session),
		cmocka_unit_test(
			too_many_errors_or_idle_commands_end_the_session),
		cmocka_unit_test(a_hundred_recipients_are_taken_then_452),
		cmocka_unit_test(replies_wait_for_room_and_come_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
