#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tlsrpt/tlsrpt.h"

#include <string.h>

enum { MEMORY = 8 << 20 };

#define HEAD                                                                   \
	"{\"organization-name\":\"Sender Co\","                                \
	"\"contact-info\":\"tls@sender.example\",\"report-id\":\"r-1\","       \
	"\"date-range\":{\"start-datetime\":\"2026-03-01T00:00:00Z\","         \
	"\"end-datetime\":\"2026-03-01T23:59:59Z\"},\"policies\":"
#define SUMMARY(good, bad)                                                     \
	"\"summary\":{\"total-successful-session-count\":" #good               \
	",\"total-failure-session-count\":" #bad "}"
#define POLICY(type, domain)                                                   \
	"\"policy\":{\"policy-type\":\"" type "\",\"policy-domain\":\"" domain \
	"\"},"
#define ENTRY(type, domain, good, bad)                                         \
	"{" POLICY(type, domain) SUMMARY(good, bad) "}"

static struct tlsrpt_report
parse(const char *text, struct arena *mem)
{
	struct tlsrpt_report report = { 0 };
	struct diag why = { 0 };

	if (tlsrpt_parse(str_of(text), mem, &report, &why))
		fail_msg("%s %s: %s", why.code, why.detail, text);
	return report;
}

static void
repairs_are(const struct tlsrpt_report *report, const char *expected)
{
	SCOPED_BUF list = BUF(2000);

	for (size_t i = 0; i < report->repair_count; i++) {
		if (i > 0)
			buf_addc(&list, ' ');
		assert_true(strncmp(report->repairs[i], "tlsrpt.", 7) == 0);
		buf_addz(&list, report->repairs[i] + 7);
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
	static const char text[] = HEAD
		"[{\"policy\":{\"policy-type\":\"sts\",\"policy-string\":["
		"\"version: STSv1\",\"mode: testing\",\"mx: *.example.net\","
		"\"max_age: 86400\"],\"policy-domain\":\"example.org\","
		"\"mx-host\":[\"*.example.net\"]}," SUMMARY(
			53, 3) ","
			       "\"failure-details\":[{\"result-type\":"
			       "\"certificate-expired\","
			       "\"sending-mta-ip\":\"2001:db8::1\","
			       "\"receiving-ip\":\"203.0.113.5\","
			       "\"receiving-mx-hostname\":\"mx1.example.net\","
			       "\"receiving-mx-helo\":\"mx1\","
			       "\"failed-session-count\":2,"
			       "\"additional-information\":\"https://"
			       "sender.example/i\","
			       "\"failure-reason-code\":\"X509 10\"},"
			       "{\"result-type\":\"starttls-not-supported\","
			       "\"failed-session-count\":1}]}]}";
	SCOPED_ARENA mem = arena_new(MEMORY);
	struct tlsrpt_report r = parse(text, mem);
	const struct tlsrpt_policy *p = r.policies;

	(void)state;
	repairs_are(&r, "");
	text_is(r.org_name, "Sender Co");
	text_is(r.contact, "tls@sender.example");
	text_is(r.report_id, "r-1");
	assert_int_equal(r.begin, 1772323200);
	assert_int_equal(r.end, 1772409599);
	text_is(r.domain, "example.org");
	text_is(r.domains, "example.org");
	assert_int_equal(r.policy_count, 1);
	assert_int_equal(r.sessions, 56);
	assert_int_equal(r.successful, 53);
	assert_int_equal(p->type, TLSRPT_STS);
	assert_int_equal(p->string_count, 4);
	text_is(p->strings[1], "mode: testing");
	assert_int_equal(p->mx_count, 1);
	text_is(p->mx[0], "*.example.net");
	assert_true(p->counts);
	assert_int_equal(p->failure_count, 2);
	text_is(p->failures[0].result_type, "certificate-expired");
	text_is(p->failures[0].sending_ip, "2001:db8::1");
	text_is(p->failures[0].receiving_ip, "203.0.113.5");
	text_is(p->failures[0].mx, "mx1.example.net");
	text_is(p->failures[0].helo, "mx1");
	text_is(p->failures[0].reason, "X509 10");
	text_is(p->failures[0].information, "https://sender.example/i");
	assert_int_equal(p->failures[0].sessions, 2);
	text_is(p->failures[1].mx, "");
	assert_int_equal(p->failures[1].sessions, 1);
}

/* What real reporters send: the whole report, what it sums up to, and what
 * was put right. */
static void
each_quirk_is_read_and_named(void **state)
{
	static const struct {
		const char *text, *repairs, *domains;
		uint64_t sessions, successful;
	} table[] = {
		/* TLSA records as one string that holds a JSON array */
		{ HEAD
		  "[{\"policy\":{\"policy-type\":\"tlsa\","
		  "\"policy-string\":[\"[\\\"3 1 1 AB\\\",\\\"2 1 1 CD\\\"]"
		  "\"],\"policy-domain\":\"example.org\"}," SUMMARY(2, 0) "}]}",
		  "packed_strings", "example.org", 2, 2 },
		/* sts and tlsa of the same sessions */
		{ HEAD "[" ENTRY("sts", "example.org", 2,
				 1) "," ENTRY("tlsa", "example.org", 2, 0) "]}",
		  "same_sessions", "example.org", 2, 2 },
		/* no policy domain, an invented type, no failure count */
		{ HEAD "[{\"policy\":{\"policy-type\":\"no-policy-found\"},"
		       "\"summary\":{\"total-successful-session-count\":1}},"
		       "{\"policy\":{\"policy-type\":\"odd-policy\"},"
		       "\"summary\":{\"total-successful-session-count\":1}}]}",
		  "unknown_policy_type no_policy_domain no_count", "", 2, 2 },
		/* a failure without addresses and MX */
		{ HEAD "[{" POLICY("sts", "example.org")
			  SUMMARY(0, 3) ","
					"\"failure-details\":[{\"result-type\":"
					"\"sts-policy-fetch-error\",\"failed-"
					"session-count\":3}"
					"]}]}",
		  "", "example.org", 3, 0 },
		/* empty lists and nulls */
		{ HEAD "[{\"policy\":{\"policy-type\":\"no-policy-found\","
		       "\"policy-string\":[],\"mx-host\":[],"
		       "\"policy-domain\":\"example.org\"}," SUMMARY(
			       1, 0) ",\"failure-details\":null}]}",
		  "", "example.org", 1, 1 },
		/* mx-host and policy-string as strings */
		{ HEAD
		  "[{\"policy\":{\"policy-type\":\"sts\","
		  "\"policy-string\":\"version: STSv1\","
		  "\"mx-host\":\"*.example.net\","
		  "\"policy-domain\":\"example.org\"}," SUMMARY(1, 0) "}]}",
		  "not_an_array", "example.org", 1, 1 },
		/* policies as one object, failures as one object */
		{ HEAD "{" POLICY("sts", "example.org")
			  SUMMARY(1, 2) ","
					"\"failure-details\":{\"result-type\":"
					"\"validation-failure\",\"failed-"
					"session-count\":2}}}",
		  "not_an_array", "example.org", 3, 1 },
		/* the policy's fields beside the summary */
		{ HEAD "[{\"policy-type\":\"sts\",\"policy-domain\":"
		       "\"example.org\"," SUMMARY(4, 0) "}]}",
		  "policy_not_nested", "example.org", 4, 4 },
		/* capitals, the dot at the end, a U-label */
		{ HEAD "[" ENTRY("STS", "Example.ORG.", 1,
				 0) "," ENTRY("tlsa",
					      "b\xC3\xBC"
					      "cher.example",
					      1, 0) "]}",
		  "policy_type_case", "example.org,xn--bcher-kva.example", 2,
		  2 },
		/* counts as text, as 3.0, negative, absurd, missing */
		{ HEAD "[" ENTRY("sts", "a.example", "42", 3.0) "]}",
		  "count_as_text", "a.example", 45, 42 },
		{ HEAD "[" ENTRY("sts", "a.example", -1, 3) "]}",
		  "no_count bad_count", "a.example", 3, 0 },
		{ HEAD
		  "[" ENTRY("sts", "a.example", 9223372036854775807, 3) "]}",
		  "no_count bad_count", "a.example", 3, 0 },
		{ HEAD "[" ENTRY("sts", "a.example", null, "many") "]}",
		  "no_count bad_count", "a.example", 0, 0 },
		{ HEAD
		  "[{" POLICY("sts",
			      "a.example") "\"failure-details\":[{\"result-"
					   "type\":\"x\","
					   "\"failed-session-count\":\"5\"},"
					   "{\"failed-session-count\":2}]}]}",
		  "no_count count_as_text no_result_type", "a.example", 7, 0 },
		/* names that are none */
		{ HEAD "[" ENTRY("sts", "a b", 1, 0) "," ENTRY("sts", "", 1,
							       0) ",17]}",
		  "bad_policy no_policy_domain bad_policy_domain", "", 2, 2 },
		{ HEAD "[{" SUMMARY(1, 0) "}]}",
		  "policy_not_nested no_policy_type no_policy_domain", "", 1,
		  1 },
		/* a document that is JSON only nearly */
		{ HEAD "[{" POLICY("sts", "a.example") SUMMARY(
			  1,
			  1) ","
			     "\"failure-details\":[{\"result-type\":\"X\","
			     "\"failed-session-count\":1,\"receiving-mx-helo\":"
			     "\"250-mx\r\n250 SIZE \xE9\",}],}]}",
		  "json_repaired", "a.example", 2, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_ARENA mem = arena_new(MEMORY);
		struct tlsrpt_report r = parse(table[i].text, mem);

		repairs_are(&r, table[i].repairs);
		text_is(r.domains, table[i].domains);
		assert_int_equal(r.sessions, table[i].sessions);
		assert_int_equal(r.successful, table[i].successful);
	}
}

static void
packed_and_prefixed_strings_come_out_clean(void **state)
{
	static const char text[] = HEAD
		"[{\"policy\":{\"policy-type\":\"tlsa\",\"policy-string\":["
		"\"[\\\"3 1 1 AB\\\",7,\\\"2 1 1 CD\\\"]\",9,\"3 1 1 EF\","
		"\"[not json]\"],\"policy-domain\":\"example.org\","
		"\"mx-host\":[\"mx: a.example\",\"b.example\",\"MX:c.example\"]"
		"}," SUMMARY(1, 0) "}]}";
	SCOPED_ARENA mem = arena_new(MEMORY);
	struct tlsrpt_report r = parse(text, mem);
	const struct tlsrpt_policy *p = r.policies;

	(void)state;
	repairs_are(&r, "packed_strings mx_prefix");
	assert_int_equal(p->string_count, 4);
	text_is(p->strings[0], "3 1 1 AB");
	text_is(p->strings[1], "2 1 1 CD");
	text_is(p->strings[2], "3 1 1 EF");
	text_is(p->strings[3], "[not json]");
	assert_int_equal(p->mx_count, 3);
	text_is(p->mx[0], "a.example");
	text_is(p->mx[1], "b.example");
	text_is(p->mx[2], "c.example");
}

static void
dates_are_read_in_every_dress(void **state)
{
	static const struct {
		const char *range, *repairs;
		int64_t begin, end;
	} table[] = {
		{ "\"start-datetime\":\"2026-03-01T00:00:00\","
		  "\"end-datetime\":\"2026-03-01T23:59:59\"",
		  "no_zone", 1772323200, 1772409599 },
		{ "\"start-datetime\":\"2026-03-01T02:00:00+02:00\","
		  "\"end-datetime\":\"2026-03-02T00:00:00.000Z\"",
		  "", 1772323200, 1772409600 },
		{ "\"start-datetime\":1772323200,"
		  "\"end-datetime\":\"1772409599000\"",
		  "epoch_date", 1772323200, 1772409599 },
		{ "\"start-datetime\":\"2026-03-01\","
		  "\"end-datetime\":\"2026-03-01\"",
		  "date_only", 1772323200, 1772409599 },
		{ "\"start-datetime\":\"2026-03-01T00:00:00Z\"", "no_end",
		  1772323200, 1772409599 },
		{ "\"start-datetime\":null,"
		  "\"end-datetime\":\"2026-03-01T23:59:59Z\"",
		  "no_begin", 1772323200, 1772409599 },
		{ "\"end-datetime\":\"2026-03-01T00:00:00Z\","
		  "\"start-datetime\":\"2026-03-01T23:59:59Z\"",
		  "dates_swapped", 1772323200, 1772409599 },
		{ "\"start-datetime\":\"2026-03-01T00:00:00Z\","
		  "\"end-datetime\":\"2026-03-07T23:59:59Z\"",
		  "span_over_36h", 1772323200, 1772927999 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_ARENA mem = arena_new(MEMORY);
		SCOPED_BUF text = BUF(4000);

		buf_addf(&text,
			 "{\"organization-name\":\"Sender\",\"report-id\":7,"
			 "\"contact-info\":\"a@b.example\",\"date-range\":{%s},"
			 "\"policies\":[%s]}",
			 table[i].range, ENTRY("sts", "a.example", 1, 0));

		struct tlsrpt_report r = parse(buf_c(&text), mem);

		repairs_are(&r, table[i].repairs);
		assert_int_equal(r.begin, table[i].begin);
		assert_int_equal(r.end, table[i].end);
		text_is(r.report_id, "7");
	}
}

#define DATES                                                                  \
	"\"date-range\":{\"start-datetime\":\"2026-03-01T00:00:00Z\","         \
	"\"end-datetime\":\"2026-03-01T23:59:59Z\"}"

static void
a_missing_reporter_is_named_after_its_contact(void **state)
{
	SCOPED_ARENA mem = arena_new(MEMORY);
	struct tlsrpt_report r =
		parse("{\"contact-info\":\"TLS <tls@Sender.example>\"," DATES
		      ",\"policies\":[" ENTRY("sts", "a.example", 1, 0) "]}",
		      mem);

	(void)state;
	text_is(r.org_name, "sender.example");
	repairs_are(&r, "no_organization no_report_id");

	r = parse("{\"contact-info\":null," DATES
		  ",\"policies\":[" ENTRY("sts", "a.example", 1, 0) "]}",
		  mem);
	text_is(r.org_name, "");
	repairs_are(&r, "no_organization no_contact no_report_id");

	r = parse("{\"organization-name\":\"Sender\"," DATES "}", mem);
	assert_int_equal(r.policy_count, 0);
	assert_int_equal(r.sessions, 0);
	text_is(r.domain, "");
	repairs_are(&r, "no_contact no_report_id");
}

static void
sessions_of_sts_and_tlsa_are_never_added(void **state)
{
	static const struct {
		const char *policies;
		uint64_t sessions, successful;
		const char *counts;
	} table[] = {
		{ ENTRY("sts", "a.example", 5, 1) "," ENTRY("tlsa", "a.example",
							    5, 0),
		  5, 5, "01" },
		{ ENTRY("tlsa", "A.example", 3, 1) "," ENTRY("sts", "a.example",
							     4, 0),
		  4, 3, "10" },
		/* without sessions it did not apply */
		{ ENTRY("sts", "a.example", 5, 1) "," ENTRY("tlsa", "a.example",
							    0, 0),
		  6, 5, "11" },
		/* one does not tell its domain */
		{ ENTRY("sts", "", 5, 0) "," ENTRY("tlsa", "a.example", 4, 0),
		  4, 4, "01" },
		{ ENTRY("sts", "a.example", 5, 0) "," ENTRY("tlsa", "", 4, 0),
		  4, 4, "01" },
		/* the TLSA base domain is a host of the domain */
		{ ENTRY("sts", "a.example", 5,
			0) "," ENTRY("tlsa", "mx.a.example", 4, 0),
		  4, 4, "01" },
		/* or one of the hosts that the policy lists */
		{ "{\"policy\":{\"policy-type\":\"sts\",\"mx-host\":"
		  "[\"*.host.example\"],\"policy-domain\":\"a.example\"}"
		  "," SUMMARY(5, 0) "}," ENTRY("tlsa", "mx.host.example", 4, 0),
		  4, 4, "01" },
		{ "{\"policy\":{\"policy-type\":\"sts\",\"policy-string\":"
		  "[\"mx: "
		  "mx.host.example\"],\"policy-domain\":\"a.example\"}"
		  "," SUMMARY(5, 0) "}," ENTRY("tlsa", "mx.host.example", 4, 0),
		  4, 4, "01" },
		{ "{\"policy\":{\"policy-type\":\"sts\",\"mx-host\":"
		  "[\"*.host.example\"],\"policy-domain\":\"a.example\"}"
		  "," SUMMARY(5, 0) "}," ENTRY("tlsa", "a.mx.host.example", 4,
					       0),
		  9, 9, "11" },
		/* other domains are other sessions */
		{ ENTRY("sts", "a.example", 5, 0) "," ENTRY("tlsa", "b.example",
							    4, 0),
		  9, 9, "11" },
		{ ENTRY("sts", "a.example", 5, 0) "," ENTRY("tlsa",
							    "ba.example", 4, 0),
		  9, 9, "11" },
		/* sent without any policy: sessions of their own */
		{ ENTRY("no-policy-found", "a.example", 5,
			0) "," ENTRY("tlsa", "a.example", 4,
				     0) "," ENTRY("sts", "a.example", 4, 0),
		  9, 9, "110" },
		{ ENTRY("sts", "a.example", 5, 0) "," ENTRY("sts", "a.example",
							    4, 2),
		  11, 9, "11" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_ARENA mem = arena_new(MEMORY);
		SCOPED_BUF text = BUF(4000);

		buf_addf(&text, HEAD "[%s]}", table[i].policies);

		struct tlsrpt_report r = parse(buf_c(&text), mem);

		assert_int_equal(r.sessions, table[i].sessions);
		assert_int_equal(r.successful, table[i].successful);
		assert_int_equal(r.policy_count, strlen(table[i].counts));
		for (size_t k = 0; k < r.policy_count; k++)
			if (r.policies[k].counts != (table[i].counts[k] == '1'))
				fail_msg("row %zu policy %zu", i, k);
	}
}

static void
domains_are_sorted_and_named_once(void **state)
{
	SCOPED_ARENA mem = arena_new(MEMORY);
	struct tlsrpt_report r =
		parse(HEAD "[" ENTRY("sts", "", 1, 0) "," ENTRY(
			      "sts", "c.example", 1,
			      0) "," ENTRY("sts", "a.example", 1,
					   0) "," ENTRY("sts", "C.example.", 1,
							0) "]}",
		      mem);

	(void)state;
	text_is(r.domain, "c.example");
	text_is(r.domains, "a.example,c.example");
}

static void
what_is_no_report_is_refused_with_its_reason(void **state)
{
	static const struct {
		const char *text, *code;
	} table[] = {
		{ "", "json.syntax" },
		{ "{\"organization-name\":\"x\",\n", "json.syntax" },
		{ "{}", "tlsrpt.not_a_report" },
		{ "[1,2,3]", "tlsrpt.not_a_report" },
		{ "null", "tlsrpt.not_a_report" },
		{ "{\"policies\":[]," DATES "}", "tlsrpt.not_a_report" },
		{ "{\"organization-name\":\"x\"}", "tlsrpt.no_dates" },
		{ "{\"organization-name\":\"x\",\"date-range\":{"
		  "\"start-datetime\":\"yesterday\",\"end-datetime\":-5},"
		  "\"policies\":[" ENTRY("sts", "a.example", 1, 0) "]}",
		  "tlsrpt.no_dates" },
		{ "{\"organization-name\":\"x\",\"date-range\":{"
		  "\"start-datetime\":9223372036854775807}}",
		  "tlsrpt.no_dates" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_ARENA mem = arena_new(MEMORY);
		struct tlsrpt_report r = { .sessions = 99 };
		struct diag why = { 0 };

		assert_int_equal(
			tlsrpt_parse(str_of(table[i].text), mem, &r, &why),
			ERR_SYNTAX);
		assert_string_equal(why.code, table[i].code);
		assert_int_equal(r.sessions, 99);
	}
}

static enum err
parse_many(size_t policies, size_t failures, size_t memory, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(memory);
	SCOPED_BUF text = BUF(8 << 20);
	struct tlsrpt_report r;

	buf_addz(&text, HEAD "[");
	for (size_t i = 0; i < policies; i++) {
		buf_addz(&text, i > 0 ? ",{" : "{");
		buf_addz(&text, POLICY("sts", "a.example") SUMMARY(1, 0));
		buf_addz(&text, ",\"failure-details\":[");
		for (size_t k = 0; k < failures; k++)
			buf_addz(&text, k > 0 ? ",{\"result-type\":\"x\"}"
					      : "{\"result-type\":\"x\"}");
		buf_addz(&text, "]}");
	}
	buf_addz(&text, "]}");
	diag_clear(why);
	return tlsrpt_parse(buf_str(&text), mem, &r, why);
}

static void
policies_failures_and_memory_are_bounded(void **state)
{
	struct diag why;

	(void)state;
	assert_int_equal(parse_many(TLSRPT_POLICIES_MAX, 0, MEMORY, &why),
			 ERR_NONE);
	assert_int_equal(parse_many(TLSRPT_POLICIES_MAX + 1, 0, MEMORY, &why),
			 ERR_LIMIT);
	assert_string_equal(why.code, "tlsrpt.too_many_policies");
	assert_int_equal(parse_many(10, TLSRPT_FAILURES_MAX / 10, MEMORY, &why),
			 ERR_NONE);
	assert_int_equal(
		parse_many(10, TLSRPT_FAILURES_MAX / 10 + 1, MEMORY, &why),
		ERR_LIMIT);
	assert_string_equal(why.code, "tlsrpt.too_many_failures");
	for (size_t memory = 0; memory < 8192; memory += 16) {
		enum err err = parse_many(3, 3, memory, &why);

		if (err != ERR_NONE)
			assert_string_equal(why.code, "tlsrpt.too_large");
	}
	assert_int_equal(parse_many(3, 3, 0, &why), ERR_LIMIT);
	assert_int_equal(parse_many(3, 3, 8192, &why), ERR_NONE);
}

static void
long_texts_are_cut_between_characters(void **state)
{
	SCOPED_ARENA mem = arena_new(MEMORY);
	SCOPED_BUF text = BUF(1 << 20);

	(void)state;
	buf_addz(&text, "{\"organization-name\":\"x");
	for (size_t i = 0; i < TLSRPT_TEXT_MAX; i++)
		buf_addz(&text, "\xC3\xB8");
	buf_addz(&text, "\",\"contact-info\":\"a@b.example\","
			"\"report-id\":\"1\"," DATES "}");

	struct tlsrpt_report r = parse(buf_c(&text), mem);

	repairs_are(&r, "text_cut");
	assert_int_equal(r.org_name.n, TLSRPT_TEXT_MAX - 1);
	assert_true(str_is_utf8(r.org_name));
}

static void
types_have_their_names(void **state)
{
	(void)state;
	assert_string_equal(tlsrpt_type_name(TLSRPT_NO_POLICY),
			    "no-policy-found");
	assert_string_equal(tlsrpt_type_name(TLSRPT_STS), "sts");
	assert_string_equal(tlsrpt_type_name(TLSRPT_TLSA), "tlsa");
	assert_string_equal(tlsrpt_type_name(TLSRPT_OTHER), "other");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_by_the_book_needs_no_repair),
		cmocka_unit_test(each_quirk_is_read_and_named),
		cmocka_unit_test(packed_and_prefixed_strings_come_out_clean),
		cmocka_unit_test(dates_are_read_in_every_dress),
		cmocka_unit_test(a_missing_reporter_is_named_after_its_contact),
		cmocka_unit_test(sessions_of_sts_and_tlsa_are_never_added),
		cmocka_unit_test(domains_are_sorted_and_named_once),
		cmocka_unit_test(what_is_no_report_is_refused_with_its_reason),
		cmocka_unit_test(policies_failures_and_memory_are_bounded),
		cmocka_unit_test(long_texts_are_cut_between_characters),
		cmocka_unit_test(types_have_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
