#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "asking.h"
#include "schema.h"

#define VIEW "/api/v1/report/view"

static const char dmarc[] =
	"<feedback><report_metadata><org_name>Org</org_name>"
	"<email>a@org.example</email><report_id>7</report_id><date_range>"
	"<begin>1763900000</begin><end>1763986399</end></date_range>"
	"</report_metadata><policy_published><domain>a.example</domain>"
	"<p>reject</p><pct>100</pct></policy_published><record><row>"
	"<source_ip>192.0.2.7</source_ip><count>3</count><policy_evaluated>"
	"<disposition>none</disposition><dkim>pass</dkim><spf>fail</spf>"
	"</policy_evaluated></row><identifiers><header_from>a.example"
	"</header_from></identifiers><auth_results><dkim><domain>a.example"
	"</domain><selector>s1</selector><result>pass</result></dkim>"
	"</auth_results></record></feedback>";

static const char tls[] =
	"{\"organization-name\":\"Org\",\"date-range\":{\"start-datetime\":"
	"\"2025-11-20T00:00:00Z\",\"end-datetime\":\"2025-11-20T23:59:59Z\"},"
	"\"contact-info\":\"t@org.example\",\"report-id\":\"8\",\"policies\":"
	"[{\"policy\":{\"policy-type\":\"sts\",\"policy-domain\":"
	"\"a.example\"},\"summary\":{\"total-successful-session-count\":5,"
	"\"total-failure-session-count\":2},\"failure-details\":[{"
	"\"result-type\":\"certificate-expired\","
	"\"failed-session-count\":2}]}]}";

#define FAILURE                                                                \
	"From: r@org.example\r\nSubject: FW\r\nMIME-Version: 1.0\r\n"          \
	"Content-Type: multipart/report; report-type=feedback-report;"         \
	" boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b\r\n"                          \
	"Content-Type: message/feedback-report\r\n\r\n"                        \
	"Feedback-Type: auth-failure\r\nSource-IP: 192.0.2.9\r\n"              \
	"Auth-Failure: dmarc\r\nReported-Domain: a.example\r\n\r\n"            \
	"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"                     \
	"From: x@a.example\r\nSubject: s\r\n\r\n--b--\r\n"

static void
answers_hold_to_their_schema(void **state)
{
	const char *const bodies[] = { dmarc, tls, "hello", FAILURE };
	const struct json_limits limits = { 1 << 20, 32 };
	struct place *p = *state;
	SCOPED_JSON root = NULL;
	struct diag why = { 0 };
	bool repaired;

	assert_int_equal(asking(p, NULL, API_GET, "/api/v1/openapi.json", NULL),
			 200);
	must(json_parse(buf_str(&p->got.body), limits, &root, &repaired, &why),
	     &why);
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		SCOPED_BUF fault = BUF(64 << 10);

		assert_int_equal(
			asking(p, &p->viewer, API_POST, VIEW, bodies[i]), 200);
		if (!schema_holds(root, schema_of_answer(root, VIEW, "post"),
				  p->got.json, &fault))
			fail_msg("%zu: %.2000s", i, buf_c(&fault));
	}
	assert_string_equal(asking_text(p, "documents.0.kind"), "failure");
	assert_string_equal(asking_text(p, "documents.0.failure.source_ip"),
			    "192.0.2.9");
}

static void
a_dmarc_report_is_shown_row_by_row(void **state)
{
	struct place *p = *state;

	assert_int_equal(asking(p, &p->viewer, API_POST, VIEW, dmarc), 200);
	assert_string_equal(asking_text(p, "documents.0.kind"), "dmarc");
	assert_string_equal(asking_text(p, "documents.0.status"), "read");
	assert_string_equal(asking_text(p, "documents.0.head.org"), "Org");
	assert_string_equal(asking_text(p, "documents.0.head.policy.p"),
			    "reject");
	assert_int_equal(asking_number(p, "documents.0.totals.messages"), 3);
	assert_string_equal(asking_text(p, "documents.0.rows.0.ip"),
			    "192.0.2.7");
	assert_string_equal(asking_text(p, "documents.0.rows.0.dkim.0.result"),
			    "pass");
}

static void
a_tls_report_is_shown_with_its_failures(void **state)
{
	struct place *p = *state;

	assert_int_equal(asking(p, &p->viewer, API_POST, VIEW, tls), 200);
	assert_string_equal(asking_text(p, "documents.0.kind"), "tlsrpt");
	assert_int_equal(asking_number(p, "documents.0.tls.sessions"), 7);
	assert_string_equal(asking_text(p,
					"documents.0.tls.policies.0.failures.0"
					".result_type"),
			    "certificate-expired");
}

static void
what_is_no_report_says_why(void **state)
{
	static const char *const others[] = {
		"hello",
		"<feedback><report_metadata>",
		"{\"policies\":",
		"From: a@a.example\r\nSubject: hi\r\n\r\nno report\r\n",
		"PK\3",
	};
	struct place *p = *state;

	for (size_t i = 0; i < COUNT_OF(others); i++) {
		assert_int_equal(
			asking(p, &p->viewer, API_POST, VIEW, others[i]), 200);
		assert_string_not_equal(asking_text(p, "documents.0.status"),
					"read");
		assert_string_not_equal(
			asking_text(p, "documents.0.findings.0.code"), "");
	}
	assert_int_equal(asking(p, &p->viewer, API_POST, VIEW, ""), 400);
}

static void
nothing_of_it_is_kept(void **state)
{
	struct place *p = *state;

	assert_int_equal(asking(p, &p->viewer, API_POST, VIEW, dmarc), 200);
	assert_int_equal(
		asking(p, &p->viewer, API_GET, "/api/v1/reports", NULL), 200);
	assert_int_equal(json_count(asking_member(p, "reports")), 0);
	assert_int_equal(asking(p, &p->viewer, API_GET, "/api/v1/intake", NULL),
			 200);
	assert_int_equal(json_count(asking_member(p, "items")), 0);
}

static void
strangers_look_only_where_it_is_public(void **state)
{
	struct place *p = *state;
	const struct api_options options = { .data = p->dir,
					     .clock = asking_clock,
					     .public_checks = true };
	struct diag why = { 0 };

	assert_int_equal(asking(p, NULL, API_POST, VIEW, dmarc), 401);
	api_close(p->api);
	must(api_open(&options, &p->api, &why), &why);
	assert_int_equal(asking(p, NULL, API_POST, VIEW, dmarc), 200);
	assert_true(api_is_large(API_POST, S(VIEW)));
	assert_true(api_is_slow(API_POST, S(VIEW), S("")));
	assert_false(api_is_large(API_POST, S("/api/v1/reports")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_hold_to_their_schema,
						asking_begin, asking_end),
		cmocka_unit_test_setup_teardown(
			a_dmarc_report_is_shown_row_by_row, asking_begin,
			asking_end),
		cmocka_unit_test_setup_teardown(
			a_tls_report_is_shown_with_its_failures, asking_begin,
			asking_end),
		cmocka_unit_test_setup_teardown(what_is_no_report_says_why,
						asking_begin, asking_end),
		cmocka_unit_test_setup_teardown(nothing_of_it_is_kept,
						asking_begin, asking_end),
		cmocka_unit_test_setup_teardown(
			strangers_look_only_where_it_is_public, asking_begin,
			asking_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
