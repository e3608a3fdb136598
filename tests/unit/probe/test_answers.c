#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "feed.h"

#include <string.h>

struct wire {
	const char *bytes, *told;
};

static const size_t steps[] = { SIZE_MAX, 1, 2, 7 };

#define OK "HTTP/1.1 200 OK\r\n"

static const struct wire web_answers[] = {
	{ OK "Content-Length: 5\r\nContent-Type: a/b\r\n\r\nhello",
	  "200 type=a/b [hello]" },
	{ OK "Content-Length: 5\r\n\r\nhello and more", "200 [hello]" },
	{ OK "content-length:5\r\nCONTENT-TYPE:\r\n\r\nhell",
	  "200 type= [hell] cut" },
	{ OK "\r\nall of it", "200 [all of it]" },
	{ "HTTP/1.0 404\n\nno", "404 [no]" },
	{ OK "Server: a\r\nServer: b\r\nX: y\r\n folded\r\n\r\n",
	  "200 server=a []" },
	{ OK "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
	     "5\r\nhello\r\n3;x=y\r\n, w\r\n0\r\n\r\n",
	  "200 [hello, w]" },
	{ OK "Transfer-Encoding: CHUNKED\r\n\r\nA\r\n0123", "200 [0123] cut" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
	  "200 [a] a chunk longer than its size" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n\r\n",
	  "200 [] a chunk without its size" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n"
	     "fffffffffffffffff\r\nx",
	  "200 [] a chunk without its size" },
	{ OK "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n", "200 [a]" },
	{ OK "Transfer-Encoding: gzip, chunked\r\n\r\nx",
	  "200 [] a Transfer-Encoding that nobody asked for" },
	{ OK "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
	  "200 [] Content-Length is no number, or two that differ" },
	{ OK "Content-Length: -1\r\n\r\n",
	  "200 [] Content-Length is no number, or two that differ" },
	{ OK "Content-Length: 99999999999999999999\r\n\r\n",
	  "200 [] Content-Length is no number, or two that differ" },
	{ OK "Content-Length: 18446744073709551615\r\n\r\nabc",
	  "200 [abc] cut over" },
	{ "HTTP/1.1 103 Hints\r\nServer: x\r\nContent-Length: 9\r\n\r\n"
	  "HTTP/1.1 301 Moved\r\nLocation: /x\r\n\r\n",
	  "301 location=/x []" },
	{ "HTTP/1.1 101 Switching\r\n\r\n",
	  "101 [] an answer 1xx instead of the answer" },
	{ "HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n", "204 []" },
	{ "HTTP/1.1 200OK\r\n\r\n",
	  "0 [] the answer does not begin as HTTP/1.1 does" },
	{ "HTTP/2 200\r\n\r\n",
	  "0 [] the answer does not begin as HTTP/1.1 does" },
	{ "HTTP/1.1 999 Odd\r\n\r\n",
	  "0 [] the answer does not begin as HTTP/1.1 does" },
	{ "", "0 [] the connection ended without an answer" },
	{ OK "Content-Type: a/b\r\n",
	  "200 type=a/b [] the connection ended within the header "
	  "fields" },
};

static void
web_answers_are_read_whole_or_byte_by_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(web_answers) * COUNT_OF(steps); i++) {
		const struct wire *w = &web_answers[i / COUNT_OF(steps)];
		SCOPED_BUF out = BUF(1 << 17);

		feed_http(str_of(w->bytes), steps[i % COUNT_OF(steps)], true,
			  &out);
		assert_string_equal(buf_c(&out), w->told);
	}
}

static void
a_body_without_length_is_cut_by_a_broken_connection(void **state)
{
	SCOPED_BUF out = BUF(1 << 17);

	(void)state;
	feed_http(S(OK "\r\nhalf"), SIZE_MAX, false, &out);
	assert_string_equal(buf_c(&out), "200 [half] cut");
}

/* The head may have 32 KiB and the body 64, a byte more is too much. */
static void
bounds_are_exact(void **state)
{
	(void)state;
	for (int more = 0; more < 2; more++) {
		SCOPED_BUF in = BUF(1 << 20);
		SCOPED_BUF out = BUF(1 << 20);

		(void)buf_addz(&in, OK "\r\n");
		for (int i = 0; i < FACTS_BODY_MAX + more; i++)
			(void)buf_addc(&in, 'x');
		feed_http(buf_str(&in), 4096, true, &out);
		assert_int_equal(out.n, strlen("200 []") + FACTS_BODY_MAX +
						(more ? strlen(" over") : 0));
	}
	for (size_t more = 0; more < 2; more++) {
		SCOPED_BUF in = BUF(1 << 20);
		SCOPED_BUF out = BUF(1 << 20);

		(void)buf_addz(&in, OK);
		while (in.n < HTTP_HEAD_MAX - 4 + more)
			(void)buf_addz(&in, in.n % 100 ? "x" : "\n");
		(void)buf_addz(&in, "x\n\r\n");
		feed_http(buf_str(&in), SIZE_MAX, true, &out);
		assert_string_equal(buf_c(&out),
				    more ? "200 [] header fields of more than "
					   "32 KiB, or a line of more than 8 "
					   "KiB"
					 : "200 []");
	}
}

static void
replies_are_read_whole_or_byte_by_byte(void **state)
{
	static const struct wire table[] = {
		{ "220 mx\r\n", "220 mx|" },
		{ "220-a\r\n220-b\r\n220 c\r\n250\r\n", "220 a\nb\nc|250 |" },
		{ "220 a\n250-\n250 x\n", "220 a|250 \nx|" },
		{ "220-a\r\n221 b\r\n", "!221 b" },
		{ "SSH-2.0-x\r\n", "!SSH-2.0-x" },
		{ "22\r\n", "!22" },
		{ "220x\r\n", "!220x" },
		{ "120 x\r\n", "!120 x" },
		{ "999 x\r\n", "!999 x" },
		{ "\r\n", "!" },
		{ "220 un", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table) * COUNT_OF(steps); i++) {
		const struct wire *w = &table[i / COUNT_OF(steps)];
		SCOPED_BUF out = BUF(1 << 17);

		feed_replies(str_of(w->bytes), steps[i % COUNT_OF(steps)],
			     &out);
		assert_string_equal(buf_c(&out), w->told);
	}
}

static void
keywords_are_whole_words_behind_the_first_line(void **state)
{
	static const struct {
		const char *reply, *word;
		bool offered;
	} table[] = {
		{ "250-mx\r\n250 STARTTLS\r\n", "STARTTLS", true },
		{ "250-mx\r\n250-starttls\r\n250 SIZE\r\n", "STARTTLS", true },
		{ "250-mx\r\n250 SIZE 1000\r\n", "SIZE", true },
		{ "250-mx\r\n250 SIZE=1000\r\n", "SIZE", true },
		{ "250-mx\r\n250 STARTTLSX\r\n", "STARTTLS", false },
		{ "250-mx\r\n250 X STARTTLS\r\n", "STARTTLS", false },
		{ "250 STARTTLS\r\n", "STARTTLS", false },
		{ "250-\r\n250 STARTTLS\r\n", "STARTTLS", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct reply r;

		reply_init(&r);
		(void)reply_feed(&r, str_of(table[i].reply));
		assert_true(r.whole);
		assert_int_equal(reply_offers(&r, str_of(table[i].word)),
				 table[i].offered);
		reply_fini(&r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(web_answers_are_read_whole_or_byte_by_byte),
		cmocka_unit_test(
			a_body_without_length_is_cut_by_a_broken_connection),
		cmocka_unit_test(bounds_are_exact),
		cmocka_unit_test(replies_are_read_whole_or_byte_by_byte),
		cmocka_unit_test(
			keywords_are_whole_words_behind_the_first_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
