#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "decode/decode.h"
#include "inflate/inflate.h"

enum { NOW = 1790000000 };

#define REPORT(rows)                                                           \
	"<?xml version=\"1.0\"?><feedback><report_metadata>"                   \
	"<org_name>example.net</org_name><email>d@example.net</email>"         \
	"<report_id>r1</report_id><date_range><begin>1700000000</begin>"       \
	"<end>1700086399</end></date_range></report_metadata>"                 \
	"<policy_published><domain>example.com</domain><p>none</p>"            \
	"</policy_published>" rows "</feedback>"
#define ROW(count, dkim)                                                       \
	"<record><row><source_ip>192.0.2.1</source_ip><count>" count           \
	"</count><policy_evaluated><disposition>none</disposition><dkim>" dkim \
	"</dkim><spf>fail</spf></policy_evaluated></row><identifiers>"         \
	"<header_from>example.com</header_from></identifiers><auth_results>"   \
	"<spf><domain>example.com</domain><result>fail</result></spf>"         \
	"</auth_results></record>"
#define TLS                                                                    \
	"{\"organization-name\":\"example.net\",\"date-range\":{"              \
	"\"start-datetime\":\"2024-01-01T00:00:00Z\",\"end-datetime\":"        \
	"\"2024-01-01T23:59:59Z\"},\"contact-info\":\"t@example.net\","        \
	"\"report-id\":\"t1\",\"policies\":[{\"policy\":{\"policy-type\":"     \
	"\"sts\",\"policy-domain\":\"example.com\"},\"summary\":{"             \
	"\"total-successful-session-count\":5,"                                \
	"\"total-failure-session-count\":1}}]}"

static const char one_row[] = REPORT(ROW("3", "pass"));

struct seen {
	unsigned ends, heads, rows, undone, tls, failures;
	uint64_t messages;
	enum decode_status status;
	enum decode_kind kind;
	char member[300], code[DIAG_CODE_MAX], repairs[2000];
	struct dmarc_totals totals;
	uint8_t hash[SEAL_HASH_BYTES];
	size_t raw;
	uint64_t line;
	bool complete, repacked;
	enum decode_media media;
};

static enum err
on_head(void *ctx, const struct dmarc_head *head)
{
	struct seen *s = ctx;

	assert_true(str_eq(head->domain, S("example.com")));
	s->heads++;
	return ERR_NONE;
}

static enum err
on_row(void *ctx, const struct dmarc_row *row)
{
	struct seen *s = ctx;

	s->rows++;
	s->messages += row->count;
	return ERR_NONE;
}

static enum err
on_tls(void *ctx, const struct tlsrpt_report *report)
{
	struct seen *s = ctx;

	s->messages += report->sessions;
	s->tls++;
	return ERR_NONE;
}

static enum err
on_failure(void *ctx, const struct failrpt_report *report)
{
	struct seen *s = ctx;

	s->messages += report->incidents;
	s->failures++;
	return ERR_NONE;
}

static enum err
on_undo(void *ctx)
{
	struct seen *s = ctx;

	s->undone++;
	s->heads = s->rows = 0;
	s->messages = 0;
	return ERR_NONE;
}

static enum err
on_end(void *ctx, const struct decode_end *end)
{
	struct seen *s = ctx;

	s->ends++;
	s->status = end->status;
	s->kind = end->kind;
	s->totals = end->totals;
	s->raw = end->raw.n;
	s->complete = end->complete;
	s->repacked = end->repacked;
	s->media = end->media;
	s->line = end->why.line;
	memcpy(s->hash, end->hash, sizeof s->hash);
	(void)snprintf(s->member, sizeof s->member, "%.*s",
		       STR_ARG(end->member));
	(void)snprintf(s->code, sizeof s->code, "%s", end->why.code);
	s->repairs[0] = '\0';
	for (size_t i = 0; i < end->repair_count; i++) {
		size_t n = strlen(s->repairs);

		(void)snprintf(s->repairs + n, sizeof s->repairs - n, "%s ",
			       end->repairs[i].code);
	}
	return ERR_NONE;
}

static struct decode_sink
sink_of(struct seen *s)
{
	return (struct decode_sink){ s,          on_head, on_row, on_tls,
				     on_failure, on_undo, on_end };
}

static struct seen
decoded(struct str bytes)
{
	struct seen s = { 0 };
	const struct decode_sink sink = sink_of(&s);

	decode_init();
	assert_int_equal(decode_document(bytes, NOW, &sink), ERR_NONE);
	return s;
}

static void
gzip_of(struct str bytes, struct buf *out)
{
	struct inflate_packer *p = inflate_pack_new(out);

	assert_true(inflate_pack_add(p, bytes));
	assert_true(inflate_pack_end(p));
}

static void
base64_of(struct str bytes, struct buf *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < bytes.n; i += 3) {
		unsigned v = 0;
		size_t left = bytes.n - i < 3 ? bytes.n - i : 3;

		for (size_t k = 0; k < 3; k++)
			v = v << 8 |
			    (k < left ? (unsigned char)bytes.p[i + k] : 0u);
		for (size_t k = 0; k < 4; k++)
			buf_addc(out, k <= left ? digits[v >> (18 - 6 * k) & 63]
						: '=');
	}
}

static void
a_bare_document_is_read_and_kept_packed(void **state)
{
	struct seen s = decoded(str_of(one_row));
	uint8_t hash[SEAL_HASH_BYTES];

	(void)state;
	seal_hash_of(str_of(one_row), hash);
	assert_int_equal(s.ends, 1);
	assert_int_equal(s.status, DECODE_READ);
	assert_int_equal(s.kind, DECODE_DMARC);
	assert_int_equal(s.heads, 1);
	assert_int_equal(s.rows, 1);
	assert_int_equal(s.totals.messages, 3);
	assert_int_equal(s.totals.passed, 3);
	assert_memory_equal(s.hash, hash, sizeof hash);
	assert_true(s.complete && s.repacked && s.raw > 0);
	assert_int_equal(s.media, DECODE_AS_GZIP);
	assert_string_equal(s.member, "");
}

static void
a_packing_changes_neither_hash_nor_numbers(void **state)
{
	SCOPED_BUF once = BUF(1 << 20), twice = BUF(1 << 20);
	struct seen bare = decoded(str_of(one_row)), s;

	(void)state;
	gzip_of(str_of(one_row), &once);
	gzip_of(buf_str(&once), &twice);
	s = decoded(buf_str(&once));
	assert_int_equal(s.status, DECODE_READ);
	assert_memory_equal(s.hash, bare.hash, sizeof s.hash);
	assert_int_equal(s.raw, once.n);
	assert_false(s.repacked);
	s = decoded(buf_str(&twice));
	assert_int_equal(s.status, DECODE_READ);
	assert_memory_equal(s.hash, bare.hash, sizeof s.hash);
	assert_int_equal(s.raw, twice.n);
	assert_non_null(strstr(s.repairs, "inflate.double"));
}

static void
a_gzip_cut_anywhere_is_refused_and_gives_nothing(void **state)
{
	SCOPED_BUF packed = BUF(1 << 20);

	(void)state;
	gzip_of(str_of(one_row), &packed);
	for (size_t n = 20; n < packed.n; n++) {
		struct seen s = decoded(str_sub(buf_str(&packed), 0, n));

		assert_int_equal(s.ends, 1);
		assert_int_equal(s.status, DECODE_REJECTED);
		assert_int_equal(s.rows, 0);
	}
}

static void
a_mail_carries_its_report_in_one_line(void **state)
{
	SCOPED_BUF packed = BUF(1 << 20), mail = BUF(1 << 20);
	struct seen s;

	(void)state;
	gzip_of(S(REPORT(ROW("1", "pass") ROW("2", "fail"))), &packed);
	buf_addz(&mail, "From: d@example.net\r\nSubject: Report Domain\r\n"
			"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
			"boundary=x\r\n\r\n--x\r\n\r\nhello\r\n--x\r\n"
			"Content-Type: application/zip; name=\"r.zip\"\r\n"
			"Content-Transfer-Encoding: base64\r\n\r\n");
	base64_of(buf_str(&packed), &mail);
	buf_addz(&mail, "\r\n--x--\r\n");
	s = decoded(buf_str(&mail));
	assert_int_equal(s.ends, 1);
	assert_int_equal(s.status, DECODE_READ);
	assert_int_equal(s.totals.rows, 2);
	assert_int_equal(s.totals.passed, 1);
	assert_string_equal(s.member, "part/2/r.zip");
	assert_non_null(strstr(s.repairs, "mime.base64_line_over_76"));
	assert_null(strstr(s.repairs, "mail.line_over_998"));
	assert_int_equal(s.raw, packed.n);
}

static void
a_forwarded_mail_is_opened(void **state)
{
	SCOPED_BUF mail = BUF(1 << 20);
	struct seen s;

	(void)state;
	buf_addz(&mail, "From: admin@example.org\nMIME-Version: 1.0\n"
			"Content-Type: multipart/mixed; boundary=o\n\n--o\n"
			"Content-Type: message/rfc822\n\n"
			"From: d@example.net\nContent-Type: text/xml\n\n");
	buf_addz(&mail, one_row);
	buf_addz(&mail, "\n--o--\n");
	s = decoded(buf_str(&mail));
	assert_int_equal(s.ends, 1);
	assert_int_equal(s.status, DECODE_READ);
	assert_int_equal(s.totals.messages, 3);
}

static void
mail_without_a_report_is_ignored(void **state)
{
	static const struct str mails[] = {
		STR("From: a@example.net\nSubject: Hi\n\nHello there\n"),
		STR("From: a@example.net\nContent-Type: text/html\n\n"
		    "<html>your feedback matters</html>\n"),
		STR("From: y@example.net\nContent-Type: application/gzip\n\n"
		    "unused"),
		STR("From: a@example.net\nContent-Type: application/json\n\n"
		    "{\"a\":1}"),
		STR("From: <>\nContent-Type: multipart/report; "
		    "report-type=delivery-status; boundary=b\n\n--b\n\nfailed\n"
		    "--b\nContent-Type: message/delivery-status\n\nAction: "
		    "failed\n\n--b\nContent-Type: message/rfc822\n\nFrom: x@"
		    "example.com\nSubject: hello\n\nhi\n--b--\n"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(mails); i++) {
		struct seen s = decoded(mails[i]);

		assert_int_equal(s.ends, 1);
		assert_int_equal(s.status, DECODE_IGNORED);
		assert_int_equal(s.kind, DECODE_NONE);
		assert_string_equal(s.code, "decode.no_report");
	}
}

static void
a_placeholder_instead_of_a_report_is_ignored(void **state)
{
	struct seen s = decoded(S("unused"));

	(void)state;
	assert_int_equal(s.ends, 1);
	assert_int_equal(s.status, DECODE_IGNORED);
	assert_string_equal(s.code, "decode.no_report");
	s = decoded(S("unused\r\n"));
	assert_int_equal(s.status, DECODE_IGNORED);
	s = decoded(S("unused reports\n"));
	assert_int_equal(s.status, DECODE_REJECTED);
}

static void
files_that_are_nothing_are_refused_with_a_reason(void **state)
{
	static const struct {
		struct str bytes;
		const char *code;
	} cases[] = {
		{ STR(""), "decode.empty" },
		{ STR("A text file\n"), "decode.unrecognised" },
		{ STR("<root><a/></root>"), "dmarc.not_a_report" },
		{ STR("{\"a\":1}"), "tlsrpt.not_a_report" },
		{ STR("<!DOCTYPE feedback [<!ENTITY a \"b\">]><feedback/>"),
		  "xml.doctype" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct seen s = decoded(cases[i].bytes);

		assert_int_equal(s.ends, 1);
		assert_int_equal(s.status, DECODE_REJECTED);
		assert_string_equal(s.code, cases[i].code);
	}
}

static void
rows_before_the_head_are_given_once_it_is_known(void **state)
{
	struct seen s = decoded(S("<feedback>" ROW(
		"7",
		"pass") "<report_metadata><org_name>o"
			"</org_name><report_id>r</report_id><date_range><begin>"
			"1700000000</begin><end>1700086399</end></date_range>"
			"</"
			"report_metadata><policy_published><domain>example.com"
			"</domain><p>reject</p></policy_published></"
			"feedback>"));

	(void)state;
	assert_int_equal(s.status, DECODE_READ);
	assert_int_equal(s.heads, 1);
	assert_int_equal(s.rows, 1);
	assert_int_equal(s.messages, 7);
	assert_int_equal(s.totals.messages, 7);
}

static void
a_cut_document_keeps_its_whole_rows(void **state)
{
	static const char whole[] =
		REPORT(ROW("1", "pass") ROW("2", "pass") ROW("4", "pass"));
	size_t cut = (size_t)(strstr(whole, "<count>4") - whole);
	struct seen s = decoded((struct str){ whole, cut });

	(void)state;
	assert_int_equal(s.status, DECODE_READ);
	assert_int_equal(s.undone, 1);
	assert_int_equal(s.rows, 2);
	assert_int_equal(s.totals.messages, 3);
	assert_false(s.complete);
	assert_non_null(strstr(s.repairs, "xml.closed_at_end"));
}

static void
a_tls_report_is_told_by_its_content(void **state)
{
	SCOPED_BUF packed = BUF(1 << 20);
	struct seen s = decoded(S(TLS));

	(void)state;
	assert_int_equal(s.status, DECODE_READ);
	assert_int_equal(s.kind, DECODE_TLSRPT);
	assert_int_equal(s.messages, 6);
	gzip_of(S(TLS), &packed);
	s = decoded(buf_str(&packed));
	assert_int_equal(s.kind, DECODE_TLSRPT);
	assert_int_equal(s.raw, packed.n);
}

struct spool {
	struct str bytes;
	size_t at;
};

static size_t
spool_read(void *ctx, char *to, size_t n)
{
	struct spool *s = ctx;
	struct str piece = str_sub(s->bytes, s->at, n < 777 ? n : 777);

	memcpy(to, piece.p, piece.n);
	s->at += piece.n;
	return piece.n;
}

static bool
spool_rewind(void *ctx)
{
	struct spool *s = ctx;

	s->at = 0;
	return true;
}

static void
a_streamed_document_gives_what_a_whole_one_gives(void **state)
{
	SCOPED_BUF big = BUF(8 << 20);
	struct seen streamed = { 0 }, whole;
	const struct decode_sink sink = sink_of(&streamed);
	struct spool spool = { 0 };
	const struct decode_source source = { &spool, spool_read,
					      spool_rewind };

	(void)state;
	buf_addz(&big, "<feedback>");
	for (int i = 0; i < 4000; i++)
		buf_addz(&big, ROW("2", "pass"));
	buf_addz(&big, "<report_metadata><org_name>o</org_name><report_id>r"
		       "</report_id><date_range><begin>1700000000</begin><end>"
		       "1700086399</end></date_range></report_metadata>"
		       "<policy_published><domain>example.com</domain><p>none"
		       "</p></policy_published></feedback>");
	spool.bytes = buf_str(&big);
	assert_int_equal(decode_stream(&source, NOW, &sink), ERR_NONE);
	whole = decoded(buf_str(&big));
	assert_int_equal(streamed.status, DECODE_READ);
	assert_int_equal(streamed.rows, 4000);
	assert_int_equal(whole.rows, 4000);
	assert_memory_equal(streamed.hash, whole.hash, sizeof whole.hash);
	assert_int_equal(streamed.raw, whole.raw);
}

static void
any_cut_of_a_mail_ends_in_exactly_one_verdict(void **state)
{
	SCOPED_BUF packed = BUF(1 << 20), mail = BUF(1 << 20);

	(void)state;
	gzip_of(str_of(one_row), &packed);
	buf_addz(&mail, "From: d@example.net\nMIME-Version: 1.0\nContent-Type: "
			"multipart/mixed; boundary=x\n\n--x\nContent-Type: "
			"application/gzip\nContent-Transfer-Encoding: base64"
			"\n\n");
	base64_of(buf_str(&packed), &mail);
	buf_addz(&mail, "\n--x--\n");
	for (size_t n = 30; n < mail.n; n += 3) {
		struct seen s = decoded(str_sub(buf_str(&mail), 0, n));

		assert_int_equal(s.ends, 1);
		assert_true(s.status == DECODE_READ || s.rows == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bare_document_is_read_and_kept_packed),
		cmocka_unit_test(a_packing_changes_neither_hash_nor_numbers),
		cmocka_unit_test(
			a_gzip_cut_anywhere_is_refused_and_gives_nothing),
		cmocka_unit_test(a_mail_carries_its_report_in_one_line),
		cmocka_unit_test(a_forwarded_mail_is_opened),
		cmocka_unit_test(mail_without_a_report_is_ignored),
		cmocka_unit_test(a_placeholder_instead_of_a_report_is_ignored),
		cmocka_unit_test(
			files_that_are_nothing_are_refused_with_a_reason),
		cmocka_unit_test(
			rows_before_the_head_are_given_once_it_is_known),
		cmocka_unit_test(a_cut_document_keeps_its_whole_rows),
		cmocka_unit_test(a_tls_report_is_told_by_its_content),
		cmocka_unit_test(
			a_streamed_document_gives_what_a_whole_one_gives),
		cmocka_unit_test(any_cut_of_a_mail_ends_in_exactly_one_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
