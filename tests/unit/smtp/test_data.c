/* test_data.c - what ends a message, what is in it, how large it may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "talk.h"

#include <string.h>

#define START "HELO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<r@here>\r\nDATA\r\n"
#define STARTED                                                                \
	"250 mx.example.net\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n"               \
	"354 End with a dot on a line of its own\r\n"
#define CALLS "mail<a@b> rcpt<r@here> begin<> "
#define OK "250 2.0.0 Ok\r\n"

/* The attacker's second message, which must stay part of the first. */
#define SMUGGLED "MAIL FROM:<evil@b>\r\nRCPT TO:<v@here>\r\nDATA\r\nboo\r\n"

static void
no_odd_dot_line_smuggles_a_second_message(void **state)
{
	static const struct {
		struct str ending;
		struct str kept; /* of it, after unstuffing */
	} rows[] = {
		{ STR("\n.\n"), STR("\n.\n") },
		{ STR("\n.\r\n"), STR("\n.\r\n") },
		{ STR("\r\n.\n"), STR("\r\n\n") },
		{ STR("\r\n.\r"), STR("\r\n\r") },
		{ STR("\r.\r"), STR("\r.\r") },
		{ STR("\r.\r\n"), STR("\r.\r\n") },
		{ STR("\r.\n"), STR("\r.\n") },
		{ STR("\n.\r"), STR("\n.\r") },
		{ STR("\r\n\0.\r\n"), STR("\r\n\0.\r\n") },
		{ STR("\r\n.\0\r\n"), STR("\r\n\0\r\n") },
		{ STR("\r\n.\r\r\n"), STR("\r\n\r\r\n") },
		{ STR("\r\n.\r\0\n"), STR("\r\n\r\0\n") },
		{ STR("\r\n. \r\n"), STR("\r\n \r\n") },
		{ STR("\r\n..\r\n"), STR("\r\n.\r\n") },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		static const size_t pieces[] = { SIZE_MAX, 1, 2, 5 };
		SCOPED_BUF client = BUF(1 << 16);
		SCOPED_BUF expected = BUF(1 << 16);
		struct talk t = { .client = { STR(START) } };

		(void)buf_addz(&client, "x");
		(void)buf_add(&client, rows[i].ending);
		(void)buf_addz(&client, SMUGGLED ".\r\n");
		(void)buf_addz(&expected, CALLS "body:x");
		(void)buf_add(&expected, rows[i].kept);
		(void)buf_addz(&expected, SMUGGLED " end<> ");
		t.client[1] = buf_str(&client);
		for (size_t k = 0; k < COUNT_OF(pieces); k++) {
			SCOPED_BUF replies = BUF(1 << 16);
			SCOPED_BUF events = BUF(1 << 16);
			enum smtp_state last;

			talk_play(&t, pieces[k], &replies, &events, &last);
			assert_string_equal(buf_c(&replies), STARTED OK);
			assert_int_equal(events.n, expected.n);
			assert_memory_equal(events.p, expected.p, events.n);
			assert_int_equal(last, SMTP_READY);
		}
	}
}

static void
dots_are_unstuffed_and_octets_kept(void **state)
{
	static const struct talk talks[] = {
		{ .client = { STR(START "..a\r\n.b\r\n...\r\nc.\r\n\xff\x80"
					"\r\n.\r\n") },
		  .replies = STARTED OK,
		  .events = CALLS "body:.a\r\nb\r\n..\r\nc.\r\n\xff\x80\r\n"
				  " end<> " },
		{ .client = { STR(START ".\r\nNOOP\r\n") },
		  .replies = STARTED OK OK,
		  .events = CALLS " end<> " },
		{ .client = { STR(START "\r\n\r\n\r\r\n\n.\n\r\n.\r\n") },
		  .replies = STARTED OK,
		  .events = CALLS "body:\r\n\r\n\r\r\n\n.\n\r\n end<> " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(talks); i++)
		talk_check(&talks[i]);
}

static void
a_line_of_any_length_is_taken(void **state)
{
	static char line[300 << 10];
	SCOPED_BUF client = BUF(1 << 20);
	SCOPED_BUF replies = BUF(1 << 16);
	SCOPED_BUF events = BUF(1 << 20);
	enum smtp_state last;
	struct talk t = { .options = { .size_max = 1 << 20 } };

	(void)state;
	memset(line, 'A', sizeof(line));
	(void)buf_addz(&client, START);
	(void)buf_add(&client, (struct str){ line, sizeof(line) });
	(void)buf_addz(&client, "\r\n.\r\n");
	t.client[0] = buf_str(&client);
	talk_play(&t, 4000, &replies, &events, &last);
	assert_string_equal(buf_c(&replies), STARTED OK);
	assert_int_equal(events.n,
			 strlen(CALLS "body:\r\n end<> ") + sizeof(line));
}

static void
a_message_over_the_limit_is_swallowed_and_refused(void **state)
{
	static const struct talk talks[] = {
		{ .client = { STR(START "12345678\r\n.\r\nNOOP\r\n") },
		  .options = { .size_max = 10 },
		  .replies = STARTED OK OK,
		  .events = CALLS "body:12345678\r\n end<> " },
		{ .client = { STR(START "123456789\r\n.\r\nNOOP\r\n") },
		  .options = { .size_max = 10 },
		  .replies = STARTED "552 5.3.4 Message too large\r\n" OK },
		{ .client = { STR(START "1234567890123456789012345\r\n") },
		  .options = { .size_max = 10 },
		  .replies = STARTED "421 4.3.2 Far too large, closing\r\n",
		  .last = SMTP_OVER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(talks); i++)
		talk_check(&talks[i]);
}

static void
trouble_in_the_middle_is_told_at_the_end(void **state)
{
	static const struct talk t = {
		.client = { STR(START "x\r\n.\r\nNOOP\r\n") },
		.body = SMTP_FULL,
		.replies = STARTED "452 4.3.1 No room just now, please try "
				   "again later\r\n" OK,
	};
	SCOPED_BUF replies = BUF(1 << 16);
	SCOPED_BUF events = BUF(1 << 16);
	enum smtp_state last;

	(void)state;
	talk_check(&t);
	talk_play(&t, SIZE_MAX, &replies, &events, &last);
	assert_string_equal(buf_c(&events), CALLS "body:x\r\ndrop<full> ");
}

static void
hops(struct buf *to, size_t n, const char *field)
{
	buf_clear(to);
	(void)buf_addz(to, START "Subject: x\r\n");
	for (size_t i = 0; i < n; i++)
		(void)buf_addz(to, field);
	(void)buf_addz(to, "\r\n");
	for (size_t i = 0; i < 200; i++)
		(void)buf_addz(to, "Received: in the body\r\n");
	(void)buf_addz(to, ".\r\n");
}

static void
more_than_a_hundred_received_fields_are_a_loop(void **state)
{
	static const struct {
		const char *field;
		size_t n;
		bool loop;
	} rows[] = {
		{ "Received: x\r\n", 100, false },
		{ "Received: x\r\n", 101, true },
		{ "RECEIVED :\r\n\tfrom x\r\n", 101, true },
		{ "received:x\n", 101, true },
		{ "Received-SPF: x\r\n", 300, false },
		{ "X-Received: x\r\n", 300, false },
		{ " Received: x\r\n", 300, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		SCOPED_BUF client = BUF(1 << 20);
		struct talk t = { .options = { .size_max = 1 << 20 } };

		hops(&client, rows[i].n, rows[i].field);
		t.client[0] = buf_str(&client);
		t.replies = rows[i].loop ? STARTED "554 5.4.6 Too many hops, "
						   "this is a mail loop\r\n"
					 : STARTED OK;
		talk_check(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_odd_dot_line_smuggles_a_second_message),
		cmocka_unit_test(dots_are_unstuffed_and_octets_kept),
		cmocka_unit_test(a_line_of_any_length_is_taken),
		cmocka_unit_test(
			a_message_over_the_limit_is_swallowed_and_refused),
		cmocka_unit_test(trouble_in_the_middle_is_told_at_the_end),
		cmocka_unit_test(
			more_than_a_hundred_received_fields_are_a_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
