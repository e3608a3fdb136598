#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mime/mime.h"

#include <string.h>

enum { BIG = 64 << 20 };

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz"
			       "0123456789+/";

/* RFC 4648 section 4, in lines of `width` characters (0: one line). */
static void
add_base64(struct buf *out, struct str plain, size_t width)
{
	size_t column = 0;

	for (size_t i = 0; i < plain.n; i += 3) {
		struct str group = str_sub(plain, i, 3);
		uint32_t bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 |
			       (k < group.n ? (unsigned char)group.p[k] : 0);
		for (size_t k = 0; k < 4; k++) {
			char c = ALPHABET[bits >> (18 - 6 * k) & 63];

			buf_addc(out, k <= group.n ? c : '=');
			if (++column == width) {
				buf_addz(out, "\r\n");
				column = 0;
			}
		}
	}
}

static void
decodes_to(struct str body, struct str wanted, bool repaired)
{
	struct mime_limits limits = MIME_LIMITS;
	SCOPED_BUF text = BUF(BIG);
	SCOPED_BUF out = BUF(BIG);
	SCOPED_MIME m = NULL;
	struct diag why = { 0 };

	buf_addz(&text, "Content-Transfer-Encoding: base64\r\n\r\n");
	buf_add(&text, body);
	assert_int_equal(mime_parse(buf_str(&text), &limits, &m, &why),
			 ERR_NONE);
	assert_int_equal(mime_content(m, 0, &out, &why), ERR_NONE);
	assert_int_equal(out.n, wanted.n);
	assert_true(str_eq(buf_str(&out), wanted));
	assert_int_equal(mime_notes(m)->base64_repaired, repaired);
}

static void
base64_of_any_size_and_width_comes_back(void **state)
{
	static const size_t SIZES[] = { 0,     1,     2,      3,    4,
					57,    58,    9215,   9216, 9217,
					12288, 70001, 2000000 };
	static const size_t WIDTHS[] = { 0, 1, 5, 76, 80, 1000 };
	SCOPED_BUF plain = BUF(BIG);

	(void)state;
	for (uint32_t i = 0, x = 1; i < 2000000; i++) {
		x = x * 1664525 + 1013904223;
		buf_addc(&plain, (char)(unsigned char)(x >> 24));
	}
	for (size_t i = 0; i < COUNT_OF(SIZES); i++)
		for (size_t k = 0; k < COUNT_OF(WIDTHS); k++) {
			struct str part = str_sub(buf_str(&plain), 0, SIZES[i]);
			SCOPED_BUF body = BUF(BIG);

			add_base64(&body, part, WIDTHS[k]);
			decodes_to(buf_str(&body), part, false);
		}
}

static void
damaged_base64_gives_all_that_is_left(void **state)
{
	static const struct {
		const char *body;
		const char *content;
		bool repaired;
	} CASES[] = {
		{ "QUJD", "ABC", false },
		{ " Q U\tJ\r\n\r\nD \r\n", "ABC", false },
		{ "QUI=", "AB", false },
		{ "QQ==", "A", false },
		{ "QUI", "AB", true },
		{ "QQ", "A", true },
		{ "QQ=", "A", true },
		{ "QUJDR", "ABC", true },
		{ "QUI==", "AB", true },
		{ "QUJD====", "ABC", true },
		{ "QU*JD", "ABC", true },
		{ "QU\xEF\xBB\xBFJD", "ABC", true },
		{ "QQ==QUI=QUJD", "AABABC", true },
		{ "QUI=\r\nQUI=\r\n", "ABAB", true },
		{ "====", "", true },
		{ "", "", false },
		{ "\r\n", "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		decodes_to(str_of(CASES[i].body), str_of(CASES[i].content),
			   CASES[i].repaired);
}

static void
longest_lines_are_measured_without_their_ends(void **state)
{
	static const size_t LENGTHS[] = { 76, 77, 998, 999, 100000 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(LENGTHS); i++) {
		struct mime_limits limits = MIME_LIMITS;
		SCOPED_BUF text = BUF(BIG);
		SCOPED_MIME m = NULL;
		struct diag why = { 0 };

		buf_addz(&text, "Content-Transfer-Encoding: base64\r\n\r\n");
		for (size_t k = 0; k < LENGTHS[i]; k++)
			buf_addc(&text, 'A');
		buf_addz(&text, "\r\nAAAA\r\n");
		assert_int_equal(mime_parse(buf_str(&text), &limits, &m, &why),
				 ERR_NONE);
		assert_int_equal(mime_notes(m)->longest_base64_line,
				 LENGTHS[i]);
		assert_int_equal(mime_notes(m)->longest_line, LENGTHS[i]);
	}
}

static void
long_headers_count_as_lines_but_not_as_base64(void **state)
{
	struct mime_limits limits = MIME_LIMITS;
	SCOPED_BUF text = BUF(BIG);
	SCOPED_MIME m = NULL;
	struct diag why = { 0 };

	(void)state;
	buf_addz(&text, "Subject: ");
	for (size_t k = 0; k < 1200; k++)
		buf_addc(&text, 'x');
	buf_addz(&text, "\r\n\r\nshort\r\n");
	assert_int_equal(mime_parse(buf_str(&text), &limits, &m, &why),
			 ERR_NONE);
	assert_int_equal(mime_notes(m)->longest_line, 1209);
	assert_int_equal(mime_notes(m)->longest_base64_line, 0);
	assert_int_equal(mime_header(m, 0, "Subject").n, 1200);
}

static void
mail_is_told_from_everything_else(void **state)
{
	static const struct {
		const char *bytes;
		bool mail;
	} CASES[] = {
		{ "Return-Path: <a@example.com>\r\n", true },
		{ "From a@example.com Mon Jan  5 10:00:00 2026\nTo: b\n\n",
		  true },
		{ ">From a@example.com Mon Jan  5 10:00:00 2026\nTo: b\n\n",
		  true },
		{ "\xEF\xBB\xBF"
		  "Subject: x\n\n",
		  true },
		{ "\r\n\r\nReceived: from x by y\r\n", true },
		{ "X-Odd: 1\nUser-Agent: y\n\n", true },
		{ "Errors-To: a@example.com\nfolded\n more\nDate: x\n", true },
		{ "ContentType: text/xml\n\n", true },
		{ "Subject: bare CR\rTo: a@example.com\r\r", true },
		{ "", false },
		{ "A text file\nwith lines\n", false },
		{ "Note: buy milk\nPrice: 3\n", false },
		{ "Note: a text\n\nSubject: quoted in it\n", false },
		{ "From here on there is text\nand more text\n", false },
		{ "<?xml version=\"1.0\"?>\n<feedback/>", false },
		{ "\xEF\xBB\xBF<feedback xmlns:a=\"b\">", false },
		{ "<Subject: x\n", false },
		{ "{\"Subject\": \"x\",\n\"Date\": 1}", false },
		{ "{\n  \"organization-name\": \"Example\"\n}", false },
		{ "PK\003\004Subject: x\n", false },
		{ "\x1f\x8b\010\nSubject: x\n", false },
		{ "\n\n\n", false },
		{ " Subject: x\n", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		if (mime_sniff(str_of(CASES[i].bytes)) != CASES[i].mail)
			fail_msg("case %zu: %s", i, CASES[i].bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_of_any_size_and_width_comes_back),
		cmocka_unit_test(damaged_base64_gives_all_that_is_left),
		cmocka_unit_test(longest_lines_are_measured_without_their_ends),
		cmocka_unit_test(long_headers_count_as_lines_but_not_as_base64),
		cmocka_unit_test(mail_is_told_from_everything_else),
	};

	mime_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
