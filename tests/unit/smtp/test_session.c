/* test_session.c - TLS, LMTP, trusted peers, and how a session is stopped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "talk.h"

#include <string.h>

#define MORE "250-PIPELINING\r\n250-SIZE 10000\r\n250-8BITMIME\r\n"
#define PLAIN_HELLO                                                            \
	"250-mx.example.net\r\n" MORE "250-STARTTLS\r\n"                       \
	"250-ENHANCEDSTATUSCODES\r\n250 SMTPUTF8\r\n"
#define TLS_HELLO                                                              \
	"250-mx.example.net\r\n" MORE                                          \
	"250-ENHANCEDSTATUSCODES\r\n250 SMTPUTF8\r\n"
#define BEGIN_TLS "220 2.0.0 Begin TLS\r\n"
#define ORDER "503 5.5.1 Not now: wrong order of commands\r\n"

static void
tls_forgets_everything_that_was_said_before(void **state)
{
	static const struct talk t = {
		.options = { .starttls = true },
		.client = { STR("EHLO c\r\nSTARTTLS now\r\n"
				"MAIL FROM:<a@b>\r\nSTARTTLS\r\n"),
			    STR("MAIL FROM:<a@b>\r\nEHLO c\r\nSTARTTLS\r\n"
				"MAIL FROM:<c@d>\r\n") },
		.replies = PLAIN_HELLO
		"501 5.5.4 Arguments not understood\r\n"
		"250 2.1.0 Ok\r\n" BEGIN_TLS ORDER TLS_HELLO ORDER
		"250 2.1.0 Ok\r\n",
		.events = "mail<a@b> drop<> mail<c@d> ",
	};

	(void)state;
	talk_check(&t);
}

static void
commands_injected_behind_starttls_end_the_session(void **state)
{
	static const size_t pieces[] = { SIZE_MAX, 1, 12 };
	static const struct talk t = {
		.options = { .starttls = true },
		.client = { STR("EHLO c\r\nSTARTTLS\r\nMAIL FROM:<a@b>\r\n") },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pieces); i++) {
		SCOPED_BUF replies = BUF(1 << 16);
		SCOPED_BUF events = BUF(1 << 16);
		enum smtp_state last;

		talk_play(&t, pieces[i], &replies, &events, &last);
		assert_int_equal(last, SMTP_OVER);
		assert_int_equal(events.n, 0);
		/* Fed at once not even the 220 leaves. */
		if (i == 0)
			assert_string_equal(buf_c(&replies), PLAIN_HELLO);
	}
}

static void
lmtp_answers_for_each_recipient(void **state)
{
	static const struct talk talks[] = {
		{ .options = { .lmtp = true },
		  .client = { STR("EHLO c\r\nHELO c\r\nLHLO c\r\n"
				  "MAIL FROM:<>\r\nRCPT TO:<a@here>\r\n"
				  "RCPT TO:<u@here>\r\nRCPT TO:<b@here>\r\n"
				  "DATA\r\nx\r\n.\r\nNOOP\r\n") },
		  .end = SMTP_LATER,
		  .replies = "500 5.5.1 Command not recognised\r\n"
			     "500 5.5.1 Command not recognised\r\n" TLS_HELLO
			     "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n"
			     "550 5.1.1 No such recipient here\r\n"
			     "250 2.1.5 Ok\r\n"
			     "354 End with a dot on a line of its own\r\n"
			     "250 2.0.0 Ok: queued as q1\r\n"
			     "250 2.0.0 Ok: queued as q1\r\n"
			     "250 2.0.0 Ok\r\n" },
		{ .options = { .lmtp = true },
		  .client = { STR("LHLO c\r\nMAIL FROM:<a@b>\r\n") },
		  .mail = SMTP_TROUBLE,
		  .replies = TLS_HELLO "451 4.3.0 Trouble on our side, please "
				       "try again later\r\n",
		  .events = "mail<a@b> " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(talks); i++)
		talk_check(&talks[i]);
}

static enum smtp_answer
say_yes(void *ctx, struct str to)
{
	(void)ctx;
	(void)to;
	return SMTP_OK;
}

static enum smtp_answer
say_later(void *ctx)
{
	(void)ctx;
	return SMTP_LATER;
}

static void
do_nothing(void *ctx, enum smtp_answer why)
{
	(void)ctx;
	(void)why;
}

static const struct smtp_owner yes = {
	.rcpt = say_yes, .body = say_yes, .end = say_later, .drop = do_nothing
};

struct session {
	struct smtp *s;
	struct buf out;
};

static void
tell(struct session *c, const char *line)
{
	buf_clear(&c->out);
	assert_int_equal(smtp_feed(c->s, str_of(line), &c->out), strlen(line));
}

static void
open_session(struct session *c, const struct smtp_options *options)
{
	c->s = smtp_new(options, &yes, NULL);
	c->out = (struct buf)BUF(1 << 16);
}

static void
close_session(struct session *c)
{
	smtp_free(c->s);
	buf_free(&c->out);
}

static const struct smtp_options trusting = { .host = TALK_HOST,
					      .size_max = 1000,
					      .trusted = true };

static void
xclient_makes_the_session_that_of_the_client(void **state)
{
	struct session c;
	struct smtp_facts f;
	char text[NETADDR_PRINT_MAX];

	(void)state;
	open_session(&c, &trusting);
	tell(&c, "EHLO relay\r\n");
	assert_true(str_find(buf_str(&c.out), S("250-XCLIENT ")) != SIZE_MAX);
	assert_true(str_find(buf_str(&c.out), S("250-XFORWARD ")) != SIZE_MAX);
	tell(&c, "XCLIENT ADDR=IPV6:2001:db8::7 HELO=a+2Bb NAME=[TEMPUNAVAIL]"
		 "\r\n");
	assert_string_equal(buf_c(&c.out), "220 mx.example.net ESMTP\r\n");
	tell(&c, "MAIL FROM:<a@b>\r\n");
	assert_string_equal(buf_c(&c.out), ORDER);
	tell(&c, "EHLO relay\r\nMAIL FROM:<a@b>\r\n");
	f = smtp_facts(c.s);
	assert_true(f.has_client);
	assert_string_equal(netaddr_print(&f.client, text), "2001:db8::7");
	assert_true(str_eq(f.helo, S("a+b")));
	tell(&c, "XCLIENT ADDR=192.0.2.1\r\n");
	assert_string_equal(buf_c(&c.out), ORDER);
	close_session(&c);
}

static void
xforward_speaks_for_one_message_only(void **state)
{
	struct session c;
	struct smtp_facts f;
	char text[NETADDR_PRINT_MAX];

	(void)state;
	open_session(&c, &trusting);
	tell(&c, "EHLO relay\r\nXFORWARD NAME=x ADDR=192.0.2.9\r\n"
		 "XFORWARD HELO=there PROTO=ESMTP IDENT=1 SOURCE=REMOTE\r\n"
		 "MAIL FROM:<a@b>\r\nRCPT TO:<r@here>\r\nDATA\r\n.\r\n");
	f = smtp_facts(c.s);
	assert_string_equal(netaddr_print(&f.client, text), "192.0.2.9");
	assert_true(str_eq(f.helo, S("there")));
	assert_int_equal(f.recipients, 1);
	smtp_answer(c.s, SMTP_OK, (struct str){ 0 }, &c.out);
	f = smtp_facts(c.s);
	assert_false(f.has_client);
	assert_true(str_eq(f.helo, S("relay")));
	close_session(&c);
}

static void
forwarded_attributes_that_make_no_sense_are_refused(void **state)
{
	static const char *const lines[] = {
		"XFORWARD\r\n",
		"XFORWARD ADDR=nonsense\r\n",
		"XFORWARD HELO=a+0Ab\r\n",
		"XFORWARD HELO=a+2\r\n",
		"XFORWARD OTHER=1\r\n",
		"XCLIENT ADDR=1.2.3.4.5\r\n",
		"XCLIENT HELO=a+0D+0Ab\r\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct session c;

		open_session(&c, &trusting);
		tell(&c, "EHLO relay\r\n");
		tell(&c, lines[i]);
		assert_string_equal(buf_c(&c.out),
				    "501 5.5.4 Arguments not understood\r\n");
		assert_false(smtp_facts(c.s).has_client);
		close_session(&c);
	}
}

static void
a_stop_lets_the_message_under_way_finish(void **state)
{
	struct session c;

	(void)state;
	open_session(&c, &trusting);
	tell(&c, "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<r@here>\r\nDATA\r\n");
	buf_clear(&c.out);
	smtp_stop(c.s, SMTP_STOP_CLOSING, &c.out);
	assert_int_equal(c.out.n, 0);
	tell(&c, "x\r\n.\r\n");
	assert_int_equal(smtp_state(c.s), SMTP_WAITING);
	assert_int_equal(smtp_feed(c.s, S("NOOP\r\n"), &c.out), 0);
	smtp_answer(c.s, SMTP_OK, S("id7"), &c.out);
	assert_string_equal(buf_c(&c.out),
			    "250 2.0.0 Ok: queued as id7\r\n421 4.3.2 Closing,"
			    " please try again later\r\n");
	assert_int_equal(smtp_state(c.s), SMTP_OVER);
	close_session(&c);
}

static void
a_stop_ends_an_idle_session_and_a_timeout_any(void **state)
{
	struct session c;

	(void)state;
	open_session(&c, &trusting);
	smtp_stop(c.s, SMTP_STOP_CLOSING, &c.out);
	assert_string_equal(buf_c(&c.out), "421 4.3.2 Closing, please try "
					   "again later\r\n");
	smtp_stop(c.s, SMTP_STOP_TIMEOUT, &c.out);
	assert_string_equal(buf_c(&c.out), "421 4.3.2 Closing, please try "
					   "again later\r\n");
	close_session(&c);
	open_session(&c, &trusting);
	tell(&c, "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<r@here>\r\nDATA\r\n");
	buf_clear(&c.out);
	smtp_stop(c.s, SMTP_STOP_TIMEOUT, &c.out);
	assert_string_equal(buf_c(&c.out), "421 4.4.2 Nothing came for too "
					   "long, closing\r\n");
	assert_int_equal(smtp_state(c.s), SMTP_OVER);
	close_session(&c);
}

static void
no_reply_repeats_what_the_client_said(void **state)
{
	struct session c;

	(void)state;
	open_session(&c, &trusting);
	tell(&c, "HELO zebra\r\nEHLO zebra\r\nMAIL FROM:<zebra@zebra>\r\n"
		 "RCPT TO:<zebra@here>\r\nVRFY zebra\r\nNOOP zebra\r\n"
		 "zebra\r\nMAIL zebra\r\nXFORWARD zebra\r\nHELO zebra zebra\r\n"
		 "STARTTLS zebra\r\nHELP zebra\r\n");
	assert_int_equal(str_find_fold(buf_str(&c.out), S("zebra")), SIZE_MAX);
	close_session(&c);
}

static void
a_session_held_takes_no_command_until_released(void **state)
{
	struct session c;

	(void)state;
	open_session(&c, &trusting);
	smtp_hold(c.s);
	assert_int_equal(smtp_state(c.s), SMTP_HELD);
	assert_int_equal(smtp_feed(c.s, S("NOOP\r\n"), &c.out), 0);
	smtp_release(c.s);
	assert_int_equal(smtp_feed(c.s, S("NOOP\r\n"), &c.out), 6);
	close_session(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tls_forgets_everything_that_was_said_before),
		cmocka_unit_test(
			commands_injected_behind_starttls_end_the_session),
		cmocka_unit_test(lmtp_answers_for_each_recipient),
		cmocka_unit_test(xclient_makes_the_session_that_of_the_client),
		cmocka_unit_test(xforward_speaks_for_one_message_only),
		cmocka_unit_test(
			forwarded_attributes_that_make_no_sense_are_refused),
		cmocka_unit_test(a_stop_lets_the_message_under_way_finish),
		cmocka_unit_test(a_stop_ends_an_idle_session_and_a_timeout_any),
		cmocka_unit_test(no_reply_repeats_what_the_client_said),
		cmocka_unit_test(
			a_session_held_takes_no_command_until_released),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
