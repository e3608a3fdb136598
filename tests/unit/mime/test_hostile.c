#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mime/mime.h"

#include <string.h>

enum { BIG = 80 << 20 };

/* Everything a caller can ask of a message; returns how many octets came. */
static size_t
ask_everything(struct mime *m)
{
	size_t count;
	const struct mime_part *parts = mime_parts(m, &count);
	size_t octets = 0;

	for (size_t i = 0; i < count; i++) {
		SCOPED_BUF out = BUF(BIG);
		SCOPED_BUF text = BUF(BIG);
		struct diag why = { 0 };

		assert_int_equal(mime_content(m, i, &out, &why), ERR_NONE);
		assert_int_equal(mime_text(m, i, &text, &why), ERR_NONE);
		assert_true(str_is_utf8(buf_str(&text)));
		assert_true(str_is_utf8(parts[i].name));
		assert_true(str_is_utf8(mime_header(m, i, "Subject")));
		octets += out.n;
	}
	return octets;
}

static enum err
try(struct str message, struct mime_limits limits, struct diag *why)
{
	struct mime *m = NULL;
	enum err err;

	diag_clear(why);
	err = mime_parse(message, &limits, &m, why);
	if (!err)
		(void)ask_everything(m);
	assert_true(err == ERR_NONE || m == NULL);
	mime_free(m);
	return err;
}

static const char NESTED[] =
	"\xEF\xBB\xBF"
	"From a@example.com Mon Jan  5 10:00:00 2026\r\n"
	"Subject: =?utf-8?B?csOl?=\r\n"
	"ContentType: multipart/mixed; boundary=\"outer\"\r\n"
	"\r\n"
	"--outer\r\n"
	"Content-Type: message/rfc822\r\n"
	"\r\n"
	"Subject: inner\rfolded\r\n"
	"Content-Type: multipart/report; report-type=tlsrpt;\r\n"
	"boundary*0=in; boundary*1=ner\r\n"
	"\r\n"
	"--inner\r\n"
	"Content-Type: text/plain; charset=iso-2022-jp\r\n"
	"Content-Transfer-Encoding: quoted-printable\r\n"
	"\r\n"
	"=1B$BF|K\\=1B(B\r\n"
	"--inner\r\n"
	"Content-Type: application/gzip; name*=utf-8''a%C3%A5.gz\r\n"
	"Content-Transfer-Encoding: base64\r\n"
	"\r\n"
	"Z3p*pcA=\r\n"
	"--inner--\r\n"
	"--outer--\r\n";

static void
a_message_cut_at_any_byte_is_read_or_refused(void **state)
{
	struct str whole = STR(NESTED);
	size_t read = 0;

	(void)state;
	for (size_t n = 0; n <= whole.n; n++) {
		struct diag why;
		enum err err = try(str_sub(whole, 0, n), MIME_LIMITS, &why);

		read += err == ERR_NONE;
		if (err) {
			assert_int_equal(err, ERR_SYNTAX);
			assert_string_equal(why.code, "mime.syntax");
		}
	}
	/* Whatever has the first letters of a field with its colon. */
	assert_true(read > whole.n - 60);
}

static void
a_changed_byte_anywhere_does_no_harm(void **state)
{
	static const char CHANGES[] = "\r\n-\0=;\"\xFF";

	(void)state;
	for (size_t i = 0; i < sizeof NESTED - 1; i++)
		for (size_t k = 0; k < sizeof CHANGES; k++) {
			char text[sizeof NESTED];
			struct diag why;

			memcpy(text, NESTED, sizeof text);
			text[i] = CHANGES[k];
			(void)try((struct str){ text, sizeof NESTED - 1 },
				  MIME_LIMITS, &why);
		}
}

static void
limits_are_kept(void **state)
{
	static const struct {
		struct mime_limits limits;
		const char *code;
	} CASES[] = {
		{ { .bytes = 10, .depth = 9, .parts = 9 }, "mime.too_large" },
		{ { .bytes = 5000, .depth = 2, .parts = 9 }, "mime.too_deep" },
		{ { .bytes = 5000, .depth = 9, .parts = 4 },
		  "mime.too_many_parts" },
	};
	struct diag why;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		assert_int_equal(try(S(NESTED), CASES[i].limits, &why),
				 ERR_LIMIT);
		assert_string_equal(why.code, CASES[i].code);
	}
	assert_int_equal(try(S(NESTED),
			     (struct mime_limits){ sizeof NESTED, 3, 5 }, &why),
			 ERR_NONE);
}

/* `times` repetitions of `piece` behind `head`. */
static void
repeat(struct buf *out, const char *head, const char *piece, size_t times)
{
	buf_addz(out, head);
	for (size_t i = 0; i < times; i++)
		buf_addz(out, piece);
}

/* Each takes very long, or gigabytes, when something grows with the square of
 * the input or nests without end. */
static void
messages_made_to_exhaust_are_bounded(void **state)
{
	static const struct {
		const char *head;
		const char *piece;
		size_t times;
		const char *code; /* NULL: read */
	} CASES[] = {
		{ "Content-Type: message/rfc822\n\n",
		  "Content-Type: message/rfc822\n\n", 100000, "mime.too_deep" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n",
		  100000, "mime.too_many_parts" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n", "--bx\n",
		  500000, NULL },
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b--\n",
		  "--b\n", 100000, NULL },
		{ "", "a:\n", 1000000, "mime.header_too_large" },
		{ "Subject: x\n", " fold\n", 1000000, "mime.header_too_large" },
		{ "Subject: x\n", "stray\n", 100000, NULL },
		{ "Subject: x\r\r", "cr only\r", 1000000, NULL },
		{ "Content-Type: text/plain", "; a=b", 150000, NULL },
		{ "Content-Disposition: x", "; filename*1*=utf-8''%41", 40000,
		  NULL },
		{ "Content-Disposition: x", ";;;;", 100000, NULL },
		{ "Content-Type: ", "((((", 100000, NULL },
		{ "Subject: ", "=?utf-8?Q?a?= ", 60000, NULL },
		{ "Subject: ", "=?", 400000, NULL },
		{ "Subject: ", "=?x-no?Q?=FF?=", 60000, NULL },
		{ "\n", "\n", 500000, "mime.syntax" },
		{ "", "From \n\n", 500000, "mime.syntax" },
		{ "", "\xEF\xBB\xBF\n\n\n", 500000, "mime.syntax" },
		{ "Content-Transfer-Encoding: base64\n\n", "A", 1000000, NULL },
		{ "Content-Transfer-Encoding: base64\n\n", "=", 1000000, NULL },
		{ "Content-Transfer-Encoding: quoted-printable\n\n", "=",
		  1000000, NULL },
		{ "Content-Type: text/plain; charset=utf-16\n\n", "\xD8",
		  100000, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		SCOPED_BUF text = BUF(BIG);
		struct diag why;
		enum err err;

		repeat(&text, CASES[i].head, CASES[i].piece, CASES[i].times);
		err = try(buf_str(&text), MIME_LIMITS, &why);
		assert_string_equal(why.code,
				    CASES[i].code ? CASES[i].code : "");
		assert_int_equal(err != ERR_NONE, CASES[i].code != NULL);
	}
}

static void
content_stops_at_the_callers_maximum(void **state)
{
	struct mime_limits limits = MIME_LIMITS;
	SCOPED_MIME m = NULL;
	struct diag why = { 0 };

	(void)state;
	assert_int_equal(mime_parse(S("Content-Transfer-Encoding: base64\n\n"
				      "QUJDREVGR0g=\n"),
				    &limits, &m, &why),
			 ERR_NONE);
	for (size_t max = 0; max < 10; max++) {
		SCOPED_BUF out = BUF(max);

		diag_clear(&why);
		assert_int_equal(mime_content(m, 0, &out, &why),
				 max < 8 ? ERR_LIMIT : ERR_NONE);
		assert_string_equal(why.code, max < 8 ? "mime.too_large" : "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_cut_at_any_byte_is_read_or_refused),
		cmocka_unit_test(a_changed_byte_anywhere_does_no_harm),
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(messages_made_to_exhaust_are_bounded),
		cmocka_unit_test(content_stops_at_the_callers_maximum),
	};

	mime_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
