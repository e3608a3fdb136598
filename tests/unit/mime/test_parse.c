#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mime/mime.h"

#include <string.h>

enum { BIG = 64 << 20 };

static struct mime *
parse(struct str message)
{
	struct mime_limits limits = MIME_LIMITS;
	struct mime *m = NULL;
	struct diag why = { 0 };

	assert_int_equal(mime_parse(message, &limits, &m, &why), ERR_NONE);
	return m;
}

static void
is(struct str got, const char *wanted)
{
	SCOPED_BUF copy = BUF(BIG);

	buf_add(&copy, got);
	assert_string_equal(buf_c(&copy), wanted);
}

static void
content_is(struct mime *m, size_t i, const char *wanted)
{
	SCOPED_BUF out = BUF(BIG);
	struct diag why = { 0 };

	assert_int_equal(mime_content(m, i, &out, &why), ERR_NONE);
	is(buf_str(&out), wanted);
}

static void
text_is(struct mime *m, size_t i, const char *wanted)
{
	SCOPED_BUF out = BUF(BIG);
	struct diag why = { 0 };

	assert_int_equal(mime_text(m, i, &out, &why), ERR_NONE);
	is(buf_str(&out), wanted);
}

static void
header_is(struct str message, const char *name, const char *wanted)
{
	SCOPED_MIME m = parse(message);

	is(mime_header(m, 0, name), wanted);
}

/* Path, type and content of every part, one a line; "*" for those that have
 * parts themselves. */
static void
parts_are(struct mime *m, const char *wanted)
{
	SCOPED_BUF got = BUF(BIG);
	size_t count;
	const struct mime_part *parts = mime_parts(m, &count);

	for (size_t i = 0; i < count; i++) {
		SCOPED_BUF content = BUF(BIG);
		struct diag why = { 0 };

		assert_int_equal(mime_content(m, i, &content, &why), ERR_NONE);
		buf_add(&got, parts[i].path);
		buf_addc(&got, ' ');
		buf_add(&got, parts[i].type);
		buf_addc(&got, ' ');
		if (parts[i].multipart || parts[i].message)
			buf_addc(&got, '*');
		else
			buf_add_escaped(&got, buf_str(&content));
		buf_addc(&got, '\n');
		assert_true(parts[i].parent < (int)i);
	}
	assert_string_equal(buf_c(&got), wanted);
}

static const char NESTED[] =
	"From: reports@example.com\r\n"
	"Subject: Report Domain: example.net\r\n"
	"Content-Type: multipart/mixed; boundary=\"outer\"\r\n"
	"\r\n"
	"For readers of old mail programs.\r\n"
	"--outer\r\n"
	"Content-Type: multipart/alternative; boundary=outer-1\r\n"
	"\r\n"
	"--outer-1\r\n"
	"\r\n"
	"plain\r\n"
	"--outer-1\r\n"
	"Content-Type: text/html\r\n"
	"\r\n"
	"<p>html</p>\r\n"
	"--outer-1--\r\n"
	"\r\n"
	"--outer\r\n"
	"Content-Type: message/rfc822\r\n"
	"\r\n"
	"Subject: inner\r\n"
	"Content-Type: multipart/report; report-type=TLSRPT;\r\n"
	" boundary=inner\r\n"
	"\r\n"
	"--inner\r\n"
	"Content-Type: text/rfc822-headers\r\n"
	"\r\n"
	"Subject: no message\r\n"
	"\r\n"
	"--inner\r\n"
	"Content-Type: Application/GZip; name=\"a.xml.gz\"\r\n"
	"Content-Transfer-Encoding: BASE64\r\n"
	"\r\n"
	"Z3ppcA==\r\n"
	"--inner--\r\n"
	"--outer--\r\n"
	"Epilogue.\r\n";

static void
parts_are_found_in_document_order(void **state)
{
	SCOPED_MIME m = parse(S(NESTED));
	size_t count;
	const struct mime_part *parts = mime_parts(m, &count);

	(void)state;
	parts_are(m, " multipart/mixed *\n"
		     "1 multipart/alternative *\n"
		     "1.1 text/plain plain\n"
		     "1.2 text/html <p>html</p>\n"
		     "2 message/rfc822 *\n"
		     "2 multipart/report *\n"
		     "2.1 text/rfc822-headers Subject: no message\\u{d}\\n\n"
		     "2.2 application/gzip gzip\n");
	is(parts[5].report_type, "tlsrpt");
	is(parts[7].name, "a.xml.gz");
	assert_int_equal(parts[7].depth, 3);
	is(mime_header(m, 0, "Subject"), "Report Domain: example.net");
	is(mime_header(m, 4, "Subject"), "inner");
	is(mime_header(m, 5, "subject"), "inner");
	is(mime_header(m, 7, "Subject"), "");
	assert_int_equal(mime_notes(m)->longest_base64_line, 8);
	assert_int_equal(mime_notes(m)->longest_line, 53);
	assert_false(mime_notes(m)->bare_cr);
	assert_false(mime_notes(m)->base64_repaired);
}

static void
the_raw_message_inside_is_content(void **state)
{
	SCOPED_MIME m = parse(S("Content-Type: message/rfc822\n"
				"\n"
				"Subject: inner\n"
				"\n"
				"text\n"));

	(void)state;
	content_is(m, 0, "Subject: inner\n\ntext\n");
	parts_are(m, " message/rfc822 *\n1 text/plain text\\n\n");
	is(mime_header(m, 0, "Subject"), "inner");
}

static void
an_encoded_message_is_a_leaf(void **state)
{
	SCOPED_MIME m = parse(S("Content-Type: message/rfc822\n"
				"Content-Transfer-Encoding: base64\n"
				"\n"
				"U3ViamVjdDogYQoKYgo=\n"));

	(void)state;
	parts_are(m, " message/rfc822 Subject: a\\n\\nb\\n\n");
}

/* The same message with other line ends has the same parts. */
static void
line_ends_of_any_kind_are_taken(void **state)
{
	static const char *const ENDS[] = { "\n", "\r", "\r\r\n" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ENDS); i++) {
		SCOPED_BUF other = BUF(BIG);
		struct str rest = STR(NESTED);
		struct str line;

		while (str_split(&rest, '\n', &line)) {
			buf_add(&other, str_sub(line, 0, line.n - 1));
			buf_addz(&other, ENDS[i]);
		}

		SCOPED_MIME m = parse(buf_str(&other));
		size_t count;

		(void)mime_parts(m, &count);
		assert_int_equal(count, 8);
		content_is(m, 7, "gzip");
		is(mime_header(m, 4, "Subject"), "inner");
		assert_int_equal(mime_notes(m)->bare_cr, i > 0);
	}
}

static void
what_lies_before_the_first_header_is_skipped(void **state)
{
	static const struct {
		const char *before;
		bool bom, from_line;
	} CASES[] = {
		{ "\xEF\xBB\xBF", true, false },
		{ "From a@example.com Mon Jan  5 10:00:00 2026\n", false,
		  true },
		{ ">From a@example.com Mon Jan  5 10:00:00 2026\r\n", false,
		  true },
		{ "\xEF\xBB\xBF"
		  "From a@example.com Mon Jan  5 10:00:00 2026\n",
		  true, true },
		{ "\r\n\n", false, false },
		{ "\n\nFrom a@example.com Mon Jan  5 10:00:00 2026\n\n", false,
		  true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		SCOPED_BUF text = BUF(BIG);

		buf_addz(&text, CASES[i].before);
		buf_addz(&text, "Subject: first\nTo: b@example.net\n\nbody");
		assert_true(mime_sniff(buf_str(&text)));

		SCOPED_MIME m = parse(buf_str(&text));

		is(mime_header(m, 0, "Subject"), "first");
		content_is(m, 0, "body");
		assert_int_equal(mime_notes(m)->bom, CASES[i].bom);
		assert_int_equal(mime_notes(m)->from_line, CASES[i].from_line);
	}
}

static void
a_header_name_without_hyphen_is_understood(void **state)
{
	SCOPED_MIME m = parse(S("Subject: x\n"
				"ContentType: application/zip; name=\"a.zip\"\n"
				"Content-Transfer-Encoding: base64\n"
				"\n"
				"emlw\n"));
	size_t count;
	const struct mime_part *parts = mime_parts(m, &count);

	(void)state;
	parts_are(m, " application/zip zip\n");
	is(parts[0].name, "a.zip");
	assert_true(mime_notes(m)->header_name_repaired);
}

static void
the_right_name_wins_over_the_wrong_one(void **state)
{
	SCOPED_MIME m = parse(S("ContentType: application/zip\n"
				"Content-Type: application/gzip\n"
				"\n"
				"x"));

	(void)state;
	parts_are(m, " application/gzip x\n");
	assert_false(mime_notes(m)->header_name_repaired);
}

static void
a_fold_without_its_blank_loses_nothing(void **state)
{
	SCOPED_MIME m = parse(S("Subject: Report Domain: example.com\r\n"
				"Submitter of nothing\r\n"
				"Content-Type: application/gzip;\r\n"
				"name=\"a.xml.gz\"\r\n"
				"Content-Transfer-Encoding: base64\r\n"
				"X-Last: one\r\n"
				"two\r\n"
				"\r\n"
				"Z3ppcA==\r\n"));
	size_t count;
	const struct mime_part *parts = mime_parts(m, &count);

	(void)state;
	parts_are(m, " application/gzip gzip\n");
	is(parts[0].name, "a.xml.gz");
	is(mime_header(m, 0, "Subject"),
	   "Report Domain: example.com Submitter of nothing");
	is(mime_header(m, 0, "X-Last"), "one two");
	assert_true(mime_notes(m)->header_fold_repaired);
}

static void
content_without_an_empty_line_before_it_is_found(void **state)
{
	static const struct {
		const char *message;
		const char *parts;
	} CASES[] = {
		{ "Subject: x\nContent-Type: text/xml\n<?xml version='1.0'?>\n"
		  "<a xmlns:b='c'/>",
		  " text/xml <?xml version='1.0'?>\\n<a xmlns:b='c'/>\n" },
		{ "Subject: x\nContent-Type: application/json\n{\"a\": 1}",
		  " application/json {\"a\": 1}\n" },
		{ "Subject: x\nContent-Type: multipart/mixed; boundary=b\n"
		  "--b\nContent-Type: text/xml\n\n<a/>\n--b--\n",
		  " multipart/mixed *\n1 text/xml <a/>\n" },
		{ "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n"
		  "--b\n<a/>\n--b--\n",
		  " multipart/mixed *\n1 text/plain <a/>\n" },
		{ "Subject: x\nContent-Transfer-Encoding: base64\n"
		  "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=\n\n",
		  " text/plain ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		SCOPED_MIME m = parse(str_of(CASES[i].message));

		parts_are(m, CASES[i].parts);
	}
}

static void
broken_multiparts_keep_their_content(void **state)
{
	static const struct {
		const char *message;
		const char *parts;
	} CASES[] = {
		/* No closing boundary. */
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n"
		  "--b\n\ntwo\n",
		  " multipart/mixed *\n1 text/plain one\n2 text/plain "
		  "two\\n\n" },
		/* No boundary parameter, but the body begins with one. */
		{ "Content-Type: multipart/mixed\n\n\n--b\n\none\n--b--\n",
		  " multipart/mixed *\n1 text/plain one\n" },
		/* None at all. */
		{ "Content-Type: multipart/mixed\n\n<a/>\n",
		  " multipart/mixed <a/>\\n\n" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n<a/>\n",
		  " multipart/mixed <a/>\\n\n" },
		/* Cut inside the inner one, then the outer one goes on. */
		{ "Content-Type: multipart/mixed; boundary=a\n\n--a\n"
		  "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n"
		  "--a\n\ntwo\n--a--\n",
		  " multipart/mixed *\n1 multipart/mixed *\n"
		  "1.1 text/plain one\n2 text/plain two\n" },
		/* White space behind boundaries, and a longer one. */
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b \t\n\n"
		  "--bb\n--b--x\n--b-- \n",
		  " multipart/mixed *\n1 text/plain --bb\\n--b--x\n" },
		/* A part of nothing. */
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n"
		  "--b--\n",
		  " multipart/mixed *\n1 text/plain \n2 text/plain \n" },
		{ "Content-Type: multipart/digest; boundary=b\n\n--b\n\n"
		  "Subject: x\n\ny\n--b--\n",
		  " multipart/digest *\n1 message/rfc822 *\n"
		  "1.1 text/plain y\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		SCOPED_MIME m = parse(str_of(CASES[i].message));

		parts_are(m, CASES[i].parts);
	}
}

static void
names_are_decoded_wherever_they_stand(void **state)
{
	static const struct {
		const char *header;
		const char *name;
	} CASES[] = {
		{ "Content-Disposition: attachment; filename=\"a b.zip\"",
		  "a b.zip" },
		{ "Content-Disposition: attachment;\n filename*0=\"example.com"
		  "!example.net!\";\n filename*1=\"1!2.xml.gz\"",
		  "example.com!example.net!1!2.xml.gz" },
		{ "Content-Disposition: attachment;\n"
		  " filename*=utf-8''r%C3%A5%21.xml",
		  "r\xC3\xA5!.xml" },
		{ "Content-Type: application/zip; name=\"t.zip\"", "t.zip" },
		{ "Content-Type: application/zip; name=\"t.zip\"\n"
		  "Content-Disposition: inline",
		  "t.zip" },
		{ "Content-Type: application/zip; name=\"t.zip\"\n"
		  "Content-Disposition: inline; filename=\"d.zip\"",
		  "d.zip" },
		{ "Content-Disposition: attachment;\n"
		  " filename=\"=?utf-8?B?csOlLnhtbA==?=\"",
		  "r\xC3\xA5.xml" },
		{ "Content-Type: application/zip", "" },
		{ "Content-Disposition: attachment; filename=\"\"", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		SCOPED_BUF text = BUF(BIG);
		size_t count;

		buf_addf(&text, "%s\n\nx", CASES[i].header);

		SCOPED_MIME m = parse(buf_str(&text));

		is(mime_parts(m, &count)[0].name, CASES[i].name);
	}
}

static void
headers_of_any_character_set_are_utf8(void **state)
{
	(void)state;
	header_is(S("Subject: =?iso-8859-1?Q?caf=E9?=\n\n"), "Subject",
		  "caf\xC3\xA9");
	header_is(S("Subject: =?UTF-8?B?5pel5pys?=\r\n =?UTF-8?B?6Kqe?=\n\n"),
		  "Subject", "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E");
	header_is(S("Subject: =?iso-2022-jp?B?GyRCRnxLXBsoQg==?=\n\n"),
		  "Subject", "\xE6\x97\xA5\xE6\x9C\xAC");
	header_is(S("Subject:\n\n"), "Subject", "");
	header_is(S("Subject: a\n\n"), "From", "");
	header_is(S("Subject : spaced\n\n"), "Subject", "spaced");
	header_is(S("Subject: a\r\n\tb\r\n   c\r\n\r\n"), "Subject", "a b   c");
}

/* Nobody promises which characters come out, only that it is UTF-8. */
static void
unreadable_headers_are_still_utf8(void **state)
{
	static const char *const SUBJECTS[] = {
		"=?no-such-charset?B?gIGC?=",
		"=?utf-8?B?gIGC?=",
		"=?utf-8?B?",
		"=?utf-8?Q?=8?=",
		"=?\?\?\?\?=",
		"=?utf-16?B?2AA=?=",
		"raw \xE9\xFF\x80 bytes",
		"=?utf-7?Q?+AAA?=",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(SUBJECTS); i++) {
		SCOPED_BUF text = BUF(BIG);

		buf_addf(&text, "Subject: %s\nTo: c@example.com\n\nx",
			 SUBJECTS[i]);

		SCOPED_MIME m = parse(buf_str(&text));
		struct str subject = mime_header(m, 0, "Subject");

		assert_true(subject.n > 0);
		assert_true(str_is_utf8(subject));
		is(mime_header(m, 0, "To"), "c@example.com");
	}
}

static void
text_of_any_character_set_is_utf8(void **state)
{
	static const struct {
		const char *charset;
		const char *bytes;
		const char *text;
	} CASES[] = {
		{ "utf-8", "caf\xC3\xA9", "caf\xC3\xA9" },
		{ "utf-8", "caf\xE9!", "caf\xEF\xBF\xBD!" },
		{ "iso-8859-1", "caf\xE9", "caf\xC3\xA9" },
		{ "windows-1252", "\x80", "\xE2\x82\xAC" },
		{ "shift_jis", "\x93\xFA\x96\x7B", "\xE6\x97\xA5\xE6\x9C\xAC" },
		{ "us-ascii", "caf\xC3\xA9", "caf\xC3\xA9" },
		{ "us-ascii", "caf\xE9", "caf\xC3\xA9" },
		{ "no-such-charset", "caf\xE9", "caf\xC3\xA9" },
		{ "../../etc/x", "plain", "plain" },
		{ "euc-jp",
		  "a\xFF"
		  "b\xC6",
		  "a\xEF\xBF\xBD"
		  "b\xEF\xBF\xBD" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		SCOPED_BUF text = BUF(BIG);

		buf_addf(&text,
			 "Content-Type: text/plain; charset=\"%s\"\n\n%s",
			 CASES[i].charset, CASES[i].bytes);

		SCOPED_MIME m = parse(buf_str(&text));

		text_is(m, 0, CASES[i].text);
		content_is(m, 0, CASES[i].bytes);
	}
}

static void
transfer_encodings_are_undone(void **state)
{
	static const struct {
		const char *coding;
		const char *body;
		const char *content;
	} CASES[] = {
		{ "quoted-printable", "a=3Db=\r\nc=\r\n", "a=bc" },
		{ "Quoted-Printable ", "caf=C3=A9=ZZ.", "caf\xC3\xA9=ZZ." },
		{ "base64;", "QUI=", "AB" },
		{ "\"base64\"", "QUI=", "AB" },
		{ "base64 (rubbish)", "QUI=", "AB" },
		{ "x-uuencode", "begin 644 a\n#0V%T\n`\nend\n", "Cat" },
		{ "x-unknown", "as it is", "as it is" },
		{ "", "as it is", "as it is" },
		{ "8bit", "as\r\nit is\r\n", "as\r\nit is\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		SCOPED_BUF text = BUF(BIG);

		buf_addf(&text, "Content-Transfer-Encoding: %s\n\n%s",
			 CASES[i].coding, CASES[i].body);

		SCOPED_MIME m = parse(buf_str(&text));

		content_is(m, 0, CASES[i].content);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_found_in_document_order),
		cmocka_unit_test(the_raw_message_inside_is_content),
		cmocka_unit_test(an_encoded_message_is_a_leaf),
		cmocka_unit_test(line_ends_of_any_kind_are_taken),
		cmocka_unit_test(what_lies_before_the_first_header_is_skipped),
		cmocka_unit_test(a_header_name_without_hyphen_is_understood),
		cmocka_unit_test(the_right_name_wins_over_the_wrong_one),
		cmocka_unit_test(a_fold_without_its_blank_loses_nothing),
		cmocka_unit_test(
			content_without_an_empty_line_before_it_is_found),
		cmocka_unit_test(broken_multiparts_keep_their_content),
		cmocka_unit_test(names_are_decoded_wherever_they_stand),
		cmocka_unit_test(headers_of_any_character_set_are_utf8),
		cmocka_unit_test(unreadable_headers_are_still_utf8),
		cmocka_unit_test(text_of_any_character_set_is_utf8),
		cmocka_unit_test(transfer_encodings_are_undone),
	};

	mime_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
