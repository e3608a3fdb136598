#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "httpd/httpd.h"

static void
a_query_is_read_pair_by_pair(void **state)
{
	struct str rest = STR("a=1&&b&c=&=d&e=f=g"), name, value;
	const char *want[][2] = {
		{ "a", "1" }, { "b", "" },    { "c", "" },
		{ "", "d" },  { "e", "f=g" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		assert_true(httpd_query_next(&rest, &name, &value));
		assert_true(str_eq(name, str_of(want[i][0])));
		assert_true(str_eq(value, str_of(want[i][1])));
	}
	assert_false(httpd_query_next(&rest, &name, &value));
}

static void
percent_signs_are_decoded_or_refused(void **state)
{
	static const struct {
		const char *in;
		bool form;
		const char *out; /* NULL: refused */
	} table[] = {
		{ "a%20b+c", false, "a b+c" },
		{ "a%20b+c", true, "a b c" },
		{ "%2f%2F", false, "//" },
		{ "%C3%A5", false, "\xC3\xA5" },
		{ "%", false, NULL },
		{ "%4", false, NULL },
		{ "%4g", false, NULL },
		{ "%00", false, NULL },
		{ "%%41", false, NULL },
		{ "%41", false, "A" },
		{ "", true, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_BUF out = BUF(64);
		bool good =
			httpd_decode(str_of(table[i].in), table[i].form, &out);

		assert_int_equal(good, table[i].out != NULL);
		if (table[i].out)
			assert_string_equal(buf_c(&out), table[i].out);
	}
	SCOPED_BUF small = BUF(2);
	assert_false(httpd_decode(S("abc"), false, &small));
}

static void
gzip_is_sent_only_when_it_is_wanted(void **state)
{
	static const struct {
		const char *header;
		bool gzip;
	} table[] = {
		{ "gzip", true },
		{ "GZip", true },
		{ "deflate, gzip;q=0.5, br", true },
		{ "gzip;q=0", false },
		{ "gzip;q=0.000", false },
		{ "gzip; q=0.001", true },
		{ "gzip;q=1.0", true },
		{ "gzip;q=x", false },
		{ "*", true },
		{ "*;q=0", false },
		{ "gzip;q=0, *", false },
		{ "br, *;q=0.1", true },
		{ "identity", false },
		{ "xgzip", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		assert_int_equal(
			httpd_accepts(str_of(table[i].header), S("gzip")),
			table[i].gzip);
}

static void
cookies_are_found_by_their_whole_name(void **state)
{
	struct str value;
	struct str header = STR("xsid=1; sid=two; sid=3; q=\"a b\"; n; e=");

	(void)state;
	assert_true(httpd_cookie(header, S("sid"), &value));
	assert_true(str_eq(value, S("two")));
	assert_true(httpd_cookie(header, S("q"), &value));
	assert_true(str_eq(value, S("a b")));
	assert_true(httpd_cookie(header, S("e"), &value));
	assert_int_equal(value.n, 0);
	assert_false(httpd_cookie(header, S("id"), &value));
	assert_false(httpd_cookie(header, S("n"), &value));
	assert_false(httpd_cookie(header, S("SID"), &value));
}

static void
etags_are_compared_weakly(void **state)
{
	(void)state;
	assert_true(httpd_etag_in(S("\"a\""), S("\"a\"")));
	assert_true(httpd_etag_in(S("W/\"a\""), S("\"a\"")));
	assert_true(httpd_etag_in(S("\"x,y\", \"a\""), S("W/\"a\"")));
	assert_true(httpd_etag_in(S("*"), S("\"a\"")));
	assert_false(httpd_etag_in(S("\"b\", \"aa\""), S("\"a\"")));
	assert_false(httpd_etag_in(S("\"x,\"a\"\""), S("\"a\"")));
	assert_false(httpd_etag_in(S(""), S("\"a\"")));
	assert_false(httpd_etag_in(S("*"), S("")));
}

static void
fields_of_one_name_come_in_order(void **state)
{
	struct httpd *h = httpd_new();
	struct str in = STR("GET / HTTP/1.0\r\nA: 1\r\nB: 2\r\na: 3,4\r\n\r\n");
	struct str piece, value;
	size_t at = 0;

	(void)state;
	assert_int_equal(httpd_feed(h, &in, &piece), HTTPD_ASKED);
	const struct httpd_request *r = httpd_request(h);
	assert_int_equal(r->field_count, 3);
	assert_true(str_eq(httpd_field(r, S("b")), S("2")));
	assert_int_equal(httpd_field(r, S("c")).n, 0);
	assert_true(httpd_field_next(r, S("A"), &at, &value));
	assert_true(str_eq(value, S("1")));
	assert_true(httpd_field_next(r, S("A"), &at, &value));
	assert_true(httpd_list_next(&value, &piece));
	assert_true(str_eq(piece, S("3")));
	assert_false(httpd_field_next(r, S("A"), &at, &piece));
	httpd_free(h);
}

static void
answers_are_written_and_cannot_be_split(void **state)
{
	SCOPED_BUF out = BUF(4096);

	(void)state;
	httpd_answer(&out, 404, 784111777);
	assert_true(httpd_answer_field(&out, S("A"), S("b\tc")));
	assert_false(httpd_answer_field(&out, S("B"), S("x\r\nEvil: 1")));
	assert_false(httpd_answer_field(&out, S("B"), S("x\nEvil: 1")));
	assert_false(httpd_answer_field(&out, S("B: c\r\nD"), S("x")));
	assert_false(httpd_answer_field(&out, S(""), S("x")));
	httpd_answer_end(&out, HTTPD_SIZED, 5, true);
	assert_string_equal(buf_c(&out),
			    "HTTP/1.1 404 Not Found\r\n"
			    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
			    "A: b\tc\r\nContent-Length: 5\r\n\r\n");
}

static void
framing_is_said_once(void **state)
{
	static const struct {
		enum httpd_framing framing;
		bool keep;
		const char *text;
	} table[] = {
		{ HTTPD_SIZED, false,
		  "Content-Length: 7\r\nConnection: close\r\n\r\n" },
		{ HTTPD_IN_CHUNKS, true, "Transfer-Encoding: chunked\r\n\r\n" },
		{ HTTPD_BODILESS, true, "\r\n" },
		{ HTTPD_TO_THE_END, true, "Connection: close\r\n\r\n" },
	};
	SCOPED_BUF out = BUF(4096);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		buf_clear(&out);
		httpd_answer_end(&out, table[i].framing, 7, table[i].keep);
		assert_string_equal(buf_c(&out), table[i].text);
	}
	buf_clear(&out);
	httpd_chunk(&out, S("0123456789abcdefg"));
	httpd_chunk(&out, S(""));
	httpd_chunk_end(&out);
	assert_string_equal(buf_c(&out),
			    "11\r\n0123456789abcdefg\r\n0\r\n\r\n");
}

static void
dates_have_the_right_day(void **state)
{
	char date[HTTPD_DATE_SIZE];

	(void)state;
	assert_string_equal(httpd_date(0, date),
			    "Thu, 01 Jan 1970 00:00:00 GMT");
	assert_string_equal(httpd_date(1795348987, date),
			    "Sun, 22 Nov 2026 12:03:07 GMT");
	assert_string_equal(httpd_date(-1, date),
			    "Wed, 31 Dec 1969 23:59:59 GMT");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_is_read_pair_by_pair),
		cmocka_unit_test(percent_signs_are_decoded_or_refused),
		cmocka_unit_test(gzip_is_sent_only_when_it_is_wanted),
		cmocka_unit_test(cookies_are_found_by_their_whole_name),
		cmocka_unit_test(etags_are_compared_weakly),
		cmocka_unit_test(fields_of_one_name_come_in_order),
		cmocka_unit_test(answers_are_written_and_cannot_be_split),
		cmocka_unit_test(framing_is_said_once),
		cmocka_unit_test(dates_have_the_right_day),
	};

	return cmocka_run_group_tests_name("httpd values", tests, NULL, NULL);
}
