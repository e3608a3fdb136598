#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "failrpt/failrpt.h"
#include "seal/seal.h"

#include <string.h>

enum { MEMORY = 8 << 20 };

static const int64_t received = 1772400000;

#define MAIL                                                                   \
	"From: DMARC <noreply@reporter.example>\n"                             \
	"To: ruf@example.org\n"                                                \
	"Subject: Report\n"                                                    \
	"Date: Sun, 1 Mar 2026 12:00:00 +0000\n"                               \
	"Message-ID: <report-1@reporter.example>\n"                            \
	"MIME-Version: 1.0\n"
#define REPORT                                                                 \
	"Content-Type: multipart/report; report-type=feedback-report;"         \
	" boundary=b\n\n"
#define PEOPLE                                                                 \
	"--b\nContent-Type: text/plain\n\n"                                    \
	"This is an authentication failure report for an email message\n"      \
	"received from IP 192.0.2.77 on Sun, 1 Mar 2026 11:00:00 +0000.\n\n"
#define FIELDS "--b\nContent-Type: message/feedback-report\n\n"
#define HEADER                                                                 \
	"From: Alice <alice@news.example.org>\n"                               \
	"To: bob@reporter.example\n"                                           \
	"Subject: =?utf-8?q?Gr=C3=B8t?=\n"                                     \
	"Message-ID: <original-1@example.org>\n"
#define QUOTED "\n--b\nContent-Type: text/rfc822-headers\n\n" HEADER "\n"
#define END "--b--\n"

struct read {
	struct arena *mem;
	struct failrpt_report report;
	enum err err;
	char code[DIAG_CODE_MAX];
};

static struct read
parse_in(struct str text, size_t memory)
{
	struct read out = { .mem = arena_new(memory), .report.incidents = 99 };
	struct diag why = { 0 };
	SCOPED_MIME m = NULL;

	assert_int_equal(mime_parse(text, &MIME_LIMITS, &m, &why), ERR_NONE);
	out.err = failrpt_parse(m, received, out.mem, &out.report, &why);
	memcpy(out.code, why.code, sizeof out.code);
	return out;
}

static struct read
parse(const char *text)
{
	struct read out = parse_in(str_of(text), MEMORY);

	if (out.err)
		fail_msg("%s: %s", out.code, text);
	return out;
}

static bool
is_report(const char *text)
{
	SCOPED_MIME m = NULL;

	assert_int_equal(mime_parse(str_of(text), &MIME_LIMITS, &m, NULL),
			 ERR_NONE);
	return failrpt_is(m);
}

static void
repairs_are(const struct failrpt_report *report, const char *expected)
{
	SCOPED_BUF list = BUF(2000);

	for (size_t i = 0; i < report->repair_count; i++) {
		if (i > 0)
			buf_addc(&list, ' ');
		assert_true(strncmp(report->repairs[i], "failrpt.", 8) == 0);
		buf_addz(&list, report->repairs[i] + 8);
	}
	assert_string_equal(buf_c(&list), expected);
}

static void
text_is(struct str actual, const char *expected)
{
	if (!str_eq(actual, str_of(expected)))
		fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(actual), expected);
}

static void
a_report_by_the_book_needs_no_repair(void **state)
{
	struct read out =
		parse(MAIL REPORT PEOPLE FIELDS
		      "Feedback-Type: auth-failure\n"
		      "Version: 1\n"
		      "User-Agent: Reporter/2.0\n"
		      "Original-Mail-From: <bounce@news.example.org>\n"
		      "Original-Rcpt-To: <bob@reporter.example>\n"
		      "Original-Rcpt-To: carol@reporter.example\n"
		      "Arrival-Date: Sun, 1 Mar 2026 13:00:00 +0200\n"
		      "Source-IP: 2001:db8::25\n"
		      "Reporting-MTA: dns; mx.reporter.example\n"
		      "Authentication-Results: mx.reporter.example;\n"
		      "\tdmarc=fail header.from=news.example.org;\n"
		      "    spf=fail smtp.mailfrom=bounce+7@news.example.org\n"
		      "Auth-Failure: DMARC\n"
		      "Delivery-Result: Reject\n"
		      "Identity-Alignment: none\n"
		      "DKIM-Domain: example.org\n"
		      "DKIM-Selector: s1\n"
		      "SPF-DNS: txt : example.org : \"v=spf1 -all\"\n"
		      "Reported-Domain: News.Example.Org\n"
		      "Incidents: 3\n" QUOTED END);
	const struct failrpt_report *r = &out.report;

	(void)state;
	repairs_are(r, "");
	text_is(r->org, "reporter.example");
	text_is(r->feedback_type, "auth-failure");
	text_is(r->auth_failure, "dmarc");
	text_is(r->reported_domain, "news.example.org");
	text_is(r->source_ip, "2001:db8::25");
	text_is(r->delivery_result, "reject");
	text_is(r->identity_alignment, "none");
	text_is(r->auth_results,
		"mx.reporter.example; dmarc=fail header.from=news.example.org; "
		"spf=fail smtp.mailfrom=b***@news.example.org");
	text_is(r->dkim_domain, "example.org");
	text_is(r->dkim_selector, "s1");
	text_is(r->spf_dns, "txt : example.org : \"v=spf1 -all\"");
	text_is(r->user_agent, "Reporter/2.0");
	text_is(r->reporting_mta, "mx.reporter.example");
	text_is(r->report_id, "report-1@reporter.example");
	assert_int_equal(r->arrival, 1772362800);
	assert_int_equal(r->incidents, 3);
	assert_false(r->text_only);
	text_is(r->mail_from, "bounce@news.example.org");
	text_is(r->rcpt_to, "bob@reporter.example, carol@reporter.example");
	text_is(r->header_from, "Alice <alice@news.example.org>");
	text_is(r->subject, "Gr\xC3\xB8t");
	text_is(r->message_id, "original-1@example.org");
	text_is(r->headers, HEADER);
	arena_free(out.mem);
}

/* Fields of the feedback part, and what is made of them. */
static void
missing_and_odd_fields_never_cost_the_report(void **state)
{
	static const struct {
		const char *fields;
		const char *repairs, *type, *failure, *domain, *ip;
		int64_t arrival;
	} table[] = {
		/* nothing but the type */
		{ "Feedback-Type: auth-failure\n",
		  "no_auth_failure no_arrival no_reported_domain no_source_ip",
		  "auth-failure", "", "news.example.org", "192.0.2.77",
		  1772366400 },
		/* a complaint is taken as what it is */
		{ "Feedback-Type: abuse\nSource-IP: 192.0.2.1\n"
		  "Received-Date: Sun, 01 Mar 2026 11:00:00 -0000 (UTC)\n"
		  "Reported-Domain: example.org\nReported-Domain: b.example\n",
		  "", "abuse", "", "example.org", "192.0.2.1", 1772362800 },
		/* "ip (host)", "[ip]" */
		{ "Feedback-Type: auth-failure\nAuth-Failure: spf\n"
		  "Source-IP: 192.0.2.1 (mx.example.net)\n"
		  "Arrival-Date: 2026-03-01T11:00:00Z\n"
		  "Reported-Domain: example.org\n",
		  "source_ip_cleaned", "auth-failure", "spf", "example.org",
		  "192.0.2.1", 1772362800 },
		{ "Feedback-Type: auth-failure\nAuth-Failure: spf\n"
		  "Source-IP: [IPv6:2001:db8::1]\n"
		  "Arrival-Date: Sun, 1 Mar 2026 11:00:00 GMT\n"
		  "Reported-Domain: example.org\n",
		  "source_ip_cleaned", "auth-failure", "spf", "example.org",
		  "2001:db8::1", 1772362800 },
		/* no address at all, dates that are none */
		{ "Feedback-Type: auth-failure\nAuth-Failure: spf\n"
		  "Source-IP: unknown\nIncidents: many\n"
		  "Arrival-Date: yesterday\nReported-Domain: a b\n",
		  "no_arrival no_reported_domain bad_source_ip bad_incidents",
		  "auth-failure", "spf", "news.example.org", "unknown",
		  1772366400 },
		/* the domain from Authentication-Results, the type from what
		 * else was told, names in any case, a blank line between */
		{ "AUTH-RESULTS: x\nauthentication-results: mx.example;"
		  " dmarc=fail header.from=Al@Sub.Example.Org; spf=none\n\n"
		  "source-ip: 192.0.2.9\n"
		  "arrival-date: Sun, 1 Mar 2026 11:00:00 +0000\n",
		  "no_feedback_type no_auth_failure no_reported_domain",
		  "auth-failure", "dmarc", "sub.example.org", "192.0.2.9",
		  1772362800 },
		{ "Version: 1\nSource-IP: 192.0.2.9\nReported-Domain: a.example"
		  "\nArrival-Date: Sun, 1 Mar 2026 11:00:00 +0000\n",
		  "no_feedback_type no_auth_failure", "auth-failure", "",
		  "a.example", "192.0.2.9", 1772362800 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_BUF text = BUF(10000);

		buf_addz(&text, MAIL REPORT PEOPLE FIELDS);
		buf_addz(&text, table[i].fields);
		buf_addz(&text, QUOTED END);

		struct read out = parse(buf_c(&text));

		repairs_are(&out.report, table[i].repairs);
		text_is(out.report.feedback_type, table[i].type);
		text_is(out.report.auth_failure, table[i].failure);
		text_is(out.report.reported_domain, table[i].domain);
		text_is(out.report.source_ip, table[i].ip);
		assert_int_equal(out.report.arrival, table[i].arrival);
		assert_int_equal(out.report.incidents, 1);
		text_is(out.report.subject, "Gr\xC3\xB8t");
		arena_free(out.mem);
	}
}

#define GOOD_FIELDS                                                            \
	"Feedback-Type: auth-failure\nVersion: 1\nUser-Agent: R/1\n"           \
	"Auth-Failure: dmarc\nSource-IP: 192.0.2.1\n"                          \
	"Arrival-Date: Sun, 1 Mar 2026 11:00:00 +0000\n"                       \
	"Reported-Domain: example.org\n"

/* GOOD_FIELDS in base64 */
#define BASE64_FIELDS                                                          \
	"RmVlZGJhY2stVHlwZTogYXV0aC1mYWlsdXJlClZlcnNpb246IDEKVXNlci1BZ2VudDog" \
	"Ui8xCkF1dGgt\nRmFpbHVyZTogZG1hcmMKU291cmNlLUlQOiAxOTIuMC4yLjEKQXJyaX" \
	"ZhbC1EYXRlOiBTdW4sIDEgTWFy\nIDIwMjYgMTE6MDA6MDAgKzAwMDAKUmVwb3J0ZWQt" \
	"RG9tYWluOiBleGFtcGxlLm9yZwo=\n"

static void
parts_are_found_in_every_wrapping(void **state)
{
	static const struct {
		const char *text, *repairs, *org, *from;
	} table[] = {
		/* a whole message instead of its header */
		{ MAIL REPORT FIELDS GOOD_FIELDS
		  "\n--b\nContent-Type: message/rfc822\n\n" HEADER
		  "\nbody\n" END,
		  "", "reporter.example", "Alice <alice@news.example.org>" },
		/* other spellings of the header part */
		{ MAIL REPORT FIELDS GOOD_FIELDS
		  "\n--b\nContent-Type: message/rfc822-headers\n\n" HEADER
		  "\n" END,
		  "", "reporter.example", "Alice <alice@news.example.org>" },
		{ MAIL REPORT FIELDS GOOD_FIELDS
		  "\n--b\nContent-Type: text/rfc822-header\n\n\n" HEADER
		  "\n" END,
		  "", "reporter.example", "Alice <alice@news.example.org>" },
		/* base64, in a multipart/mixed, with blanks in front */
		{ MAIL
		  "Content-Type: multipart/mixed; boundary=b\n\n" PEOPLE
		  "--b\nContent-Type: message/feedback-report;"
		  " name=\"ATT00001\"\n"
		  "Content-Transfer-Encoding: base64\n\n\n" BASE64_FIELDS QUOTED
			  END,
		  "encoded_part", "reporter.example",
		  "Alice <alice@news.example.org>" },
		/* the fields labelled as text by something on the way */
		{ MAIL REPORT PEOPLE
		  "--b\nContent-Type: text/plain\n\n" GOOD_FIELDS QUOTED END,
		  "part_type", "reporter.example",
		  "Alice <alice@news.example.org>" },
		/* nothing quoted */
		{ MAIL REPORT PEOPLE FIELDS GOOD_FIELDS END, "no_headers",
		  "reporter.example", "" },
		/* the part alone */
		{ MAIL "Content-Type: message/feedback-report\n\n" GOOD_FIELDS,
		  "no_headers", "reporter.example", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct read out = parse(table[i].text);

		assert_true(is_report(table[i].text));
		repairs_are(&out.report, table[i].repairs);
		text_is(out.report.org, table[i].org);
		text_is(out.report.header_from, table[i].from);
		text_is(out.report.reported_domain, "example.org");
		text_is(out.report.report_id, "report-1@reporter.example");
		assert_false(out.report.text_only);
		arena_free(out.mem);
	}
}

#define CLAIMING                                                               \
	"A message claiming to be from you has failed the published DMARC\n"   \
	"policy for your domain.\n\n"                                          \
	"  Sender Domain: Example.org\n"                                       \
	"  Sender IP Address: 203.0.113.9\n"                                   \
	"  Received date: Sun, 01 Mar 2026 12:00:00 +0100\n"                   \
	"  SPF Alignment: no\n"                                                \
	"  DKIM Alignment: no\n"                                               \
	"  DMARC Results: None, Accept\n\n"                                    \
	"------ This is a copy of the headers that were received before the"   \
	" error was detected.\n\n" HEADER

static void
text_only_forms_are_read(void **state)
{
	static const struct {
		const char *text;
		const char *domain, *ip, *alignment, *delivery, *repairs;
		const char *subject;
		int64_t arrival;
	} table[] = {
		/* Exim: multipart/report without a type */
		{ MAIL "Content-Type: multipart/report; boundary=b\n\n"
		       "--b\nContent-Type: text/plain\n\n" CLAIMING END,
		  "example.org", "203.0.113.9", "none", "delivered",
		  "text_only", "Gr\xC3\xB8t", 1772362800 },
		/* the same as a plain mail */
		{ MAIL "\n" CLAIMING, "example.org", "203.0.113.9", "none",
		  "delivered", "text_only", "Gr\xC3\xB8t", 1772362800 },
		{ MAIL "\nA message claiming to be from you has failed the\n"
		       "published DMARC policy for your domain.\n"
		       "Sender IP Address: [203.0.113.9]\nSPF Alignment: yes\n"
		       "DKIM Alignment: no\nDMARC Results: Reject, Reject\n",
		  "", "203.0.113.9", "spf", "reject",
		  "text_only no_arrival no_reported_domain no_headers", "",
		  1772366400 },
		/* NetEase, its fields lost on the way */
		{ MAIL "\nThis is a spf/dkim authentication-failure report for"
		       " an email message received from IP 203.0.113.9 on Sun,"
		       " 1 Mar 2026 11:00:00 +0800.\n"
		       " 1. SPF-authenticated Identifiers: mail.example;\n"
		       " 3. DMARC Mechanism Check Result: Identifier"
		       " non-aligned, DMARC mechanism check failures;\n",
		  "", "203.0.113.9", "none", "",
		  "text_only no_arrival no_reported_domain no_headers", "",
		  1772366400 },
		/* a real report that a list turned into text */
		{ MAIL "\nThis is an email abuse report.\n\n"
		       "Feedback-Type: auth-failure\nVersion: 1\n"
		       "Auth-Failure: dmarc\nSource-IP: 203.0.113.9\n"
		       "Delivery-Result: delivered\nReported-Domain: a.example"
		       "\nArrival-Date: Sun, 1 Mar 2026 11:00:00 +0000\n",
		  "a.example", "203.0.113.9", "", "delivered",
		  "text_only no_headers", "", 1772362800 },
		/* the multipart/report with its fields cut out */
		{ MAIL REPORT
		  "--b\nContent-Type: text/plain\n\nThis is an email abuse"
		  " report for an email\nmessage received from IP 203.0.113.9"
		  " on Sun.\nThe message below did not meet the sending\n"
		  "domain's dmarc policy.\n" QUOTED END,
		  "news.example.org", "203.0.113.9", "", "",
		  "text_only no_arrival no_reported_domain", "Gr\xC3\xB8t",
		  1772366400 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct read out = parse(table[i].text);
		const struct failrpt_report *r = &out.report;

		assert_true(is_report(table[i].text));
		assert_true(r->text_only);
		text_is(r->feedback_type, "auth-failure");
		text_is(r->auth_failure, "dmarc");
		text_is(r->reported_domain, table[i].domain);
		text_is(r->source_ip, table[i].ip);
		text_is(r->identity_alignment, table[i].alignment);
		text_is(r->delivery_result, table[i].delivery);
		text_is(r->subject, table[i].subject);
		assert_int_equal(r->arrival, table[i].arrival);
		repairs_are(r, table[i].repairs);
		arena_free(out.mem);
	}
}

static void
with_line_ends(const char *text, const char *end, struct buf *out)
{
	for (; *text; text++)
		if (*text == '\n')
			buf_addz(out, end);
		else
			buf_addc(out, *text);
}

static void
line_ends_make_no_difference(void **state)
{
	static const char *const mails[] = {
		MAIL REPORT PEOPLE FIELDS GOOD_FIELDS
		"Authentication-Results: mx.example;\n\tdmarc=fail\n" QUOTED
			END,
		MAIL "Content-Type: multipart/report; boundary=b\n\n"
		     "--b\nContent-Type: text/plain\n\n" CLAIMING END,
	};
	static const char *const ends[] = { "\n", "\r\n", "\r" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(mails) * COUNT_OF(ends); i++) {
		SCOPED_BUF text = BUF(10000);
		struct read plain = parse(mails[i / COUNT_OF(ends)]);

		with_line_ends(mails[i / COUNT_OF(ends)],
			       ends[i % COUNT_OF(ends)], &text);

		struct read out = parse(buf_c(&text));
		const struct failrpt_report *a = &plain.report;
		const struct failrpt_report *b = &out.report;

		assert_true(str_eq(a->auth_results, b->auth_results));
		assert_true(str_eq(a->source_ip, b->source_ip));
		assert_true(str_eq(a->reported_domain, b->reported_domain));
		assert_true(str_eq(a->header_from, b->header_from));
		assert_true(str_eq(a->subject, b->subject));
		assert_true(
			str_eq(a->identity_alignment, b->identity_alignment));
		assert_int_equal(a->arrival, b->arrival);
		assert_int_equal(a->repair_count, b->repair_count);
		arena_free(plain.mem);
		arena_free(out.mem);
	}
}

static void
other_mail_is_no_failure_report(void **state)
{
	static const char *const table[] = {
		MAIL "\nHello,\nhere is our newsletter.\n",
		/* a bounce */
		MAIL "Content-Type: multipart/report;"
		     " report-type=delivery-status; boundary=b\n\n"
		     "--b\nContent-Type: text/plain\n\nIt failed.\n"
		     "--b\nContent-Type: message/delivery-status\n\n"
		     "Reporting-MTA: dns; mx.example\n\nAction: failed\n" END,
		/* a bounce of a failure report */
		MAIL "Content-Type: multipart/report;"
		     " report-type=delivery-status; boundary=o\n\n"
		     "--o\nContent-Type: text/plain\n\nIt failed.\n"
		     "--o\nContent-Type: message/rfc822\n\n" MAIL REPORT PEOPLE
			     FIELDS GOOD_FIELDS QUOTED END "--o--\n",
		MAIL "Content-Type: multipart/report;"
		     " report-type=delivery-status; boundary=o\n\n"
		     "--o\nContent-Type: message/rfc822\n\n" MAIL "\n" CLAIMING
		     "--o--\n",
		/* forwarded as an attachment: the message inside is one */
		"From: admin@example.org\nMIME-Version: 1.0\n"
		"Content-Type: multipart/mixed; boundary=o\n\n"
		"--o\nContent-Type: text/plain\n\nsee below\n"
		"--o\nContent-Type: message/rfc822\n\n" MAIL REPORT PEOPLE
			FIELDS GOOD_FIELDS QUOTED END "--o--\n",
		/* a receipt */
		MAIL "Content-Type: multipart/report;"
		     " report-type=disposition-notification; boundary=b\n\n"
		     "--b\nContent-Type: text/plain\n\n" CLAIMING END,
		/* somebody asking about one */
		MAIL "\nWhat is this?\n> A message claiming to be from you has"
		     " failed\n> Sender IP Address: 192.0.2.1\n",
		MAIL "\nWhy do I get \"A message claiming to be from you has"
		     " failed\"?\n",
		"From: a@example.org\nSubject: Re: DMARC report\n\n" CLAIMING,
		/* a complaint without any of the forms */
		MAIL "Content-Type: multipart/mixed; boundary=b\n\n"
		     "--b\nContent-Type: message/rfc822\n\n" HEADER
		     "\nbody\n" END,
		/* an aggregate report's cover letter */
		MAIL "\nThis is an aggregate report from reporter.example.\n"
		     "Version: 1\nSource-IP: 192.0.2.1\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (is_report(table[i]))
			fail_msg("taken: %s", table[i]);
}

static void
a_report_without_content_is_refused(void **state)
{
	static const char text[] =
		MAIL REPORT "--b\nContent-Type: text/plain\n\nHello\n" END;
	struct read out = parse_in(str_of(text), MEMORY);

	(void)state;
	assert_true(is_report(text));
	assert_int_equal(out.err, ERR_SYNTAX);
	assert_string_equal(out.code, "failrpt.unreadable");
	assert_int_equal(out.report.incidents, 99);
	arena_free(out.mem);
}

static void
what_the_mail_lacks_is_made_up_for(void **state)
{
	static const char nameless[] =
		"Subject: x\nMIME-Version: 1.0\n" REPORT FIELDS
		"Reporting-MTA: dns; mx.Reporter.example\n" GOOD_FIELDS QUOTED
			END;
	struct read one = parse(nameless);
	struct read two = parse(nameless);
	struct read other = parse(
		"Subject: x\nMIME-Version: 1.0\n" REPORT FIELDS
		"Feedback-Type: abuse\nSource-IP: 192.0.2.9\n" QUOTED END);

	(void)state;
	repairs_are(&one.report, "no_reporter no_message_id");
	text_is(one.report.org, "mx.reporter.example");
	assert_int_equal(one.report.report_id.n, 32);
	assert_true(str_eq(one.report.report_id, two.report.report_id));
	assert_false(str_eq(one.report.report_id, other.report.report_id));
	text_is(other.report.org, "");
	assert_int_equal(other.report.arrival, received);
	arena_free(one.mem);
	arena_free(two.mem);
	arena_free(other.mem);
}

static void
hostile_sizes_are_bounded(void **state)
{
	SCOPED_BUF text = BUF(4 << 20);
	struct read out;

	(void)state;
	buf_addz(&text, MAIL REPORT FIELDS GOOD_FIELDS "DKIM-Domain: ");
	for (int i = 0; i < 3000; i++)
		buf_addz(&text, "\xC3\xB8\xFF");
	for (int i = 0; i < 2000; i++)
		buf_addz(&text, "\nX: y");
	buf_addz(&text, "\n--b\nContent-Type: text/rfc822-headers\n\n" HEADER);
	for (int i = 0; i < 20000; i++)
		buf_addz(&text, "X-Long: header\n");
	buf_addz(&text, "\n" END);
	out = parse_in(buf_str(&text), MEMORY);
	assert_int_equal(out.err, ERR_NONE);
	repairs_are(&out.report, "headers_cut text_cut");
	assert_true(out.report.dkim_domain.n <= 4096);
	assert_true(str_is_utf8(out.report.dkim_domain));
	assert_int_equal(out.report.headers.n, 64 << 10);
	text_is(out.report.subject, "Gr\xC3\xB8t");
	arena_free(out.mem);

	for (size_t memory = 0; memory < 100000; memory += 4096) {
		out = parse_in(buf_str(&text), memory);
		if (out.err) {
			assert_int_equal(out.err, ERR_LIMIT);
			assert_string_equal(out.code, "failrpt.too_large");
		}
		arena_free(out.mem);
	}
}

static int
start(void **state)
{
	(void)state;
	mime_init();
	return seal_init() ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_by_the_book_needs_no_repair),
		cmocka_unit_test(missing_and_odd_fields_never_cost_the_report),
		cmocka_unit_test(parts_are_found_in_every_wrapping),
		cmocka_unit_test(text_only_forms_are_read),
		cmocka_unit_test(line_ends_make_no_difference),
		cmocka_unit_test(other_mail_is_no_failure_report),
		cmocka_unit_test(a_report_without_content_is_refused),
		cmocka_unit_test(what_the_mail_lacks_is_made_up_for),
		cmocka_unit_test(hostile_sizes_are_bounded),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
