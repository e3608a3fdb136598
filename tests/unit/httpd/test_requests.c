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

static void
hold(const struct wire *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const size_t steps[] = { SIZE_MAX, 1, 2, 7 };

		for (size_t s = 0; s < COUNT_OF(steps); s++) {
			SCOPED_BUF out = BUF(1 << 16);

			feed_tell(str_of(table[i].bytes), steps[s], &out);
			if (strcmp(buf_c(&out), table[i].told) != 0)
				print_error("case %zu by %zu: %s\n", i,
					    steps[s], table[i].bytes);
			assert_string_equal(buf_c(&out), table[i].told);
		}
	}
}

#define H "Host: a.example\r\n"

static void
requests_are_read_whole_or_byte_by_byte(void **state)
{
	static const struct wire table[] = {
		{ "GET / HTTP/1.1\r\n" H "\r\n", "GET / @a.example ." },
		{ "GET /a/b?c=d&e HTTP/1.1\r\n" H "\r\n",
		  "GET /a/b?c=d&e @a.example ." },
		{ "GET /a? HTTP/1.1\r\n" H "\r\n", "GET /a @a.example ." },
		{ "GET /a?b?c HTTP/1.1\r\n" H "\r\n",
		  "GET /a?b?c @a.example ." },
		{ "GET / HTTP/1.0\r\n\r\n", "GET / close ." },
		{ "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
		  "GET / ." },
		{ "GET / HTTP/1.1\r\n" H "Connection: x, Close\r\n\r\n",
		  "GET / @a.example close ." },
		{ "GET / HTTP/1.2\r\n" H "\r\n", "GET / @a.example ." },
		{ "\r\nGET / HTTP/1.1\r\n" H "\r\n", "GET / @a.example ." },
		{ "OPTIONS * HTTP/1.1\r\n" H "\r\n", "OPTIONS * @a.example ." },
		{ "BREW /pot HTTP/1.1\r\n" H "\r\n", "BREW /pot @a.example ." },
		{ "GET http://b.example:80/x?y HTTP/1.1\r\n" H "\r\n",
		  "GET /x?y @b.example:80 ." },
		{ "GET https://b.example HTTP/1.1\r\n" H "\r\n",
		  "GET / @b.example ." },
		{ "GET http://b.example?q HTTP/1.1\r\n" H "\r\n",
		  "GET /?q @b.example ." },
		{ "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / ." },
		{ "GET / HTTP/1.1\r\n" H "X:\t v \t\r\nY: \xC3\xA5\r\n\r\n",
		  "GET / @a.example ." },
	};

	(void)state;
	hold(table, COUNT_OF(table));
}

static void
bodies_end_where_the_head_says(void **state)
{
	static const struct wire table[] = {
		{ "POST /p HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc",
		  "POST /p @a.example (3) 'abc' ." },
		{ "POST /p HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n",
		  "POST /p @a.example (0) ." },
		{ "POST /p HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nab",
		  "POST /p @a.example (3)" },
		{ "POST /p HTTP/1.1\r\n" H "Transfer-Encoding: Chunked\r\n\r\n"
		  "3\r\nabc\r\n00A;x=\"y\"\r\n0123456789\r\n0\r\n\r\n",
		  "POST /p @a.example (chunks) 'abc0123456789' ." },
		{ "POST /p HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
		  "0\r\nX-Sum: 1\r\nY: 2\r\n\r\n",
		  "POST /p @a.example (chunks) ." },
		{ "POST /p HTTP/1.1\r\n" H "Expect: 100-Continue\r\n"
		  "Content-Length: 1\r\n\r\n",
		  "POST /p @a.example (1) expects" },
		{ "GET / HTTP/1.1\r\n" H "Expect: 100-continue\r\n\r\n",
		  "GET / @a.example ." },
	};

	(void)state;
	hold(table, COUNT_OF(table));
}

static void
pipelined_requests_come_one_after_another(void **state)
{
	static const struct wire table[] = {
		{ "GET /1 HTTP/1.1\r\n" H "\r\nGET /2 HTTP/1.1\r\n" H "\r\n",
		  "GET /1 @a.example . GET /2 @a.example ." },
		{ "POST /1 HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nxy"
		  "POST /2 HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
		  "1\r\nz\r\n0\r\n\r\nGET /3 HTTP/1.1\r\n" H "\r\n",
		  "POST /1 @a.example (2) 'xy' . "
		  "POST /2 @a.example (chunks) 'z' . GET /3 @a.example ." },
		{ "GET /1 HTTP/1.1\r\n" H "\r\n\r\n\r\n",
		  "GET /1 @a.example . !400" },
	};

	(void)state;
	hold(table, COUNT_OF(table));
}

static void
what_two_readers_could_take_differently_is_refused(void **state)
{
	static const char *const fields[] = {
		"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
		"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
		"Content-Length: 3\r\nContent-Length: 3\r\n",
		"Content-Length: 3\r\nContent-Length: 4\r\n",
		"Content-Length: 3, 3\r\n",
		"Content-Length: +3\r\n",
		"Content-Length: -3\r\n",
		"Content-Length: 0x3\r\n",
		"Content-Length: 3 3\r\n",
		"Content-Length:\r\n",
		"Content-Length: 18446744073709551616\r\n",
		"Content-Length : 3\r\n",
		"Content-Length\t: 3\r\n",
		" Content-Length: 3\r\n",
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
		"Transfer-Encoding : chunked\r\n",
		"Transfer-Encoding\x0b: chunked\r\n",
		"X: a\r\n b\r\n",
		"X: a\r\n\tTransfer-Encoding: chunked\r\n",
		"X: a\nContent-Length: 3\r\n",
		"X: a\rContent-Length: 3\r\n",
		"X: a\x01\r\n",
		"X\r\n",
		": x\r\n",
		"X Y: z\r\n",
		"Host: b.example\r\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		SCOPED_BUF wire = BUF(1 << 12);

		(void)buf_addf(&wire, "POST / HTTP/1.1\r\n" H "%s\r\nabc",
			       fields[i]);
		const struct wire one = { buf_c(&wire), "!400" };
		hold(&one, 1);
	}
}

static void
other_faults_have_their_status(void **state)
{
	static const struct wire table[] = {
		{ "GET / HTTP/1.1\r\n\r\n", "!400" },
		{ "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", "!400" },
		{ "GET /\r\n\r\n", "!400" },
		{ "GET  / HTTP/1.1\r\n" H "\r\n", "!400" },
		{ "GET / x HTTP/1.1\r\n" H "\r\n", "!400" },
		{ "GET / HTTP/1.1 \r\n" H "\r\n", "!400" },
		{ " GET / HTTP/1.1\r\n" H "\r\n", "!400" },
		{ "GET /#a HTTP/1.1\r\n" H "\r\n", "!400" },
		{ "GET /\xC3\xA5 HTTP/1.1\r\n" H "\r\n", "!400" },
		{ "GET * HTTP/1.1\r\n" H "\r\n", "!400" },
		{ "GET a.example:80 HTTP/1.1\r\n" H "\r\n", "!400" },
		{ "GET http:///x HTTP/1.1\r\n" H "\r\n", "!400" },
		{ "GET http://u@h/x HTTP/1.1\r\n" H "\r\n", "!400" },
		{ "GET / http/1.1\r\n" H "\r\n", "!400" },
		{ "GET / HTTP/1.10\r\n" H "\r\n", "!400" },
		{ "GET / HTTP/2.0\r\n" H "\r\n", "!505" },
		{ "GET / HTTP/1.1\n" H "\r\n", "!400" },
		{ "GE(T / HTTP/1.1\r\n" H "\r\n", "!400" },
		{ "\x16\x03\x01", "!400" },
		{ "\nGET / HTTP/1.1\r\n", "!400" },
		{ "POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip\r\n\r\n",
		  "!501" },
		{ "POST / HTTP/1.1\r\n" H
		  "Transfer-Encoding: gzip, chunked\r\n\r\n",
		  "!501" },
		{ "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
		  "!400" },
		{ "POST / HTTP/1.1\r\n" H "Expect: tea\r\n"
		  "Content-Length: 1\r\n\r\n",
		  "!417" },
	};

	(void)state;
	hold(table, COUNT_OF(table));
}

static void
chunks_must_be_exact(void **state)
{
	static const char *const bodies[] = {
		"\r\n",          "g\r\n",
		"3 \r\nabc\r\n", "3\nabc\r\n",
		"0x3\r\nabc",    "-1\r\n",
		"+1\r\n",        "3;\x01\r\nabc",
		" 3\r\nabc",     "1234567890123456\r\n",
		"0\r\nbad\r\n",  "0\r\nX : y\r\n\r\n",
		"0\r\n y\r\n",   "3;a\rb\r\nabc",
		"0\r\n\n",
	};
	static const char *const ends[] = { "3\r\nabcd\r\n", "3\r\nabc\n",
					    "3\r\nabc\r\r\n", "3\r\nabc0" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies) + COUNT_OF(ends); i++) {
		SCOPED_BUF wire = BUF(1 << 12);
		const char *body = i < COUNT_OF(bodies)
					   ? bodies[i]
					   : ends[i - COUNT_OF(bodies)];

		(void)buf_addf(&wire,
			       "POST / HTTP/1.1\r\n" H
			       "Transfer-Encoding: chunked\r\n\r\n%s",
			       body);
		const struct wire one = { buf_c(&wire),
					  "POST / @a.example (chunks) !400" };
		hold(&one, 1);
	}
}

/* `n` times `unit` between `before` and `after`; tells it in one feed and in
 * pieces of 100 bytes, and expects `told`. */
static void
hold_long(const char *before, const char *unit, size_t n, const char *after,
	  const char *told)
{
	const size_t steps[] = { SIZE_MAX, 100 };
	SCOPED_BUF wire = BUF(1 << 20);

	(void)buf_addz(&wire, before);
	for (size_t i = 0; i < n; i++)
		(void)buf_addz(&wire, unit);
	(void)buf_addz(&wire, after);
	assert_false(wire.full);
	for (size_t s = 0; s < COUNT_OF(steps); s++) {
		SCOPED_BUF out = BUF(1 << 20);

		feed_tell(buf_str(&wire), steps[s], &out);
		/* Paths of 8 KB are not compared letter by letter. */
		assert_true(str_ends(buf_str(&out), str_of(told)));
	}
}

static void
heads_are_bounded(void **state)
{
	const char *first = "GET / HTTP/1.1\r\n" H;

	(void)state;
	hold_long("GET /", "a", 8 << 10, "", "!414");
	hold_long("GET /", "a", 8000, " HTTP/1.1\r\n" H "\r\n", "@a.example .");
	hold_long("GET / HTTP/1.1\r\n" H "X: ", "a", 8189, "\r\n\r\n",
		  "@a.example .");
	hold_long("GET / HTTP/1.1\r\n" H "X: ", "a", 8190, "\r\n\r\n", "!431");
	hold_long(first, "X: y\r\n", 99, "\r\n", "@a.example .");
	hold_long(first, "X: y\r\n", 100, "\r\n", "!431");
	hold_long(first,
		  "X:                                                 "
		  "                                                  "
		  "                                                  "
		  "                                                  "
		  "                                                  "
		  "                                                  "
		  "                                                  "
		  "                                                  "
		  "                                                  \r\n",
		  90, "\r\n", "!431");
}

static void
wrapping_of_chunks_is_bounded(void **state)
{
	const char *first =
		"POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n";

	(void)state;
	hold_long(first, "1;aaaaaaaaaaaaaaaaaaaa\r\nx\r\n", 400, "",
		  "(chunks)");
	hold_long(first, "1;aaaaaaaaaaaaaaaaaaaa\r\nx\r\n", 4000, "", "!400");
	hold_long(first, "1\r\nx\r\n", 4000, "0\r\n\r\n", "x' .");
	hold_long("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
		  "0\r\n",
		  "X: y\r\n", 9000, "\r\n", "!431");
}

static void
nothing_is_taken_behind_a_request_until_the_next(void **state)
{
	struct httpd *h = httpd_new();
	struct str in = STR("GET / HTTP/1.0\r\n\r\nGET /2 HTTP/1.0\r\n\r\n");
	struct str piece;

	(void)state;
	assert_false(httpd_begun(h));
	assert_int_equal(httpd_feed(h, &in, &piece), HTTPD_ASKED);
	assert_int_equal(httpd_feed(h, &in, &piece), HTTPD_WHOLE);
	assert_int_equal(httpd_feed(h, &in, &piece), HTTPD_WANT);
	assert_int_equal(in.n, strlen("GET /2 HTTP/1.0\r\n\r\n"));
	assert_true(str_eq(httpd_request(h)->path, S("/")));
	httpd_next(h);
	in.n = 5;
	assert_int_equal(httpd_feed(h, &in, &piece), HTTPD_WANT);
	assert_int_equal(in.n, 0);
	assert_true(httpd_begun(h));
	httpd_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_read_whole_or_byte_by_byte),
		cmocka_unit_test(bodies_end_where_the_head_says),
		cmocka_unit_test(pipelined_requests_come_one_after_another),
		cmocka_unit_test(
			what_two_readers_could_take_differently_is_refused),
		cmocka_unit_test(other_faults_have_their_status),
		cmocka_unit_test(chunks_must_be_exact),
		cmocka_unit_test(heads_are_bounded),
		cmocka_unit_test(wrapping_of_chunks_is_bounded),
		cmocka_unit_test(
			nothing_is_taken_behind_a_request_until_the_next),
	};

	return cmocka_run_group_tests_name("httpd requests", tests, NULL, NULL);
}
