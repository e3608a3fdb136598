#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "asking.h"
#include "schema.h"

static bool
yes(struct place *p, const char *path)
{
	bool value = false;

	assert_true(json_bool(asking_member(p, path), &value));
	return value;
}

static void
add(struct place *p, const char *domains, const char *purpose)
{
	char body[512];

	snprintf(body, sizeof(body), "{\"domains\":[%s],\"purpose\":\"%s\"}",
		 domains, purpose);
	assert_int_equal(
		asking(p, &p->admin, API_POST, "/api/v1/domains", body), 200);
}

static void
of_many_domains_the_good_ones_are_added(void **state)
{
	struct place *p = *state;

	add(p,
	    "\"Example.com\",\"blåbær.no\",\"co.uk\",\"not a name\","
	    "\"example.COM\"",
	    "systems");
	assert_string_equal(asking_text(p, "schema"), "waxseal.domains/1");
	assert_int_equal(json_count(asking_member(p, "added")), 2);
	assert_string_equal(asking_text(p, "added.0"), "example.com");
	assert_string_equal(asking_text(p, "added.1"), "xn--blbr-roah.no");
	assert_int_equal(json_count(asking_member(p, "refused")), 3);
	assert_string_equal(asking_text(p, "refused.0.domain"), "co.uk");
	assert_string_equal(asking_text(p, "refused.0.code"),
			    "control.public_suffix");
	assert_string_equal(asking_text(p, "refused.2.code"), "control.exists");
	assert_string_equal(asking_text(p, "refused.2.detail"), "example.com");
	assert_int_equal(json_count(asking_member(p, "domains")), 2);
	assert_string_equal(asking_text(p, "domains.0.domain"), "example.com");
	assert_string_equal(asking_text(p, "domains.0.purpose"), "systems");
	assert_int_equal(asking_number(p, "domains.0.added_at"), NOW);
}

/* The answer of a POST is as the document says. */
static void
hold_answer(struct place *p)
{
	const struct json_limits limits = { 1 << 20, 32 };
	SCOPED_BUF fault = BUF(64 << 10);
	SCOPED_BUF kept = BUF(1 << 20);
	SCOPED_JSON answer = NULL;
	SCOPED_JSON document = NULL;
	struct diag why = { 0 };
	bool repaired;

	buf_add(&kept, buf_str(&p->got.body));
	must(json_parse(buf_str(&kept), limits, &answer, &repaired, &why),
	     &why);
	assert_int_equal(
		asking(p, &p->admin, API_GET, "/api/v1/openapi.json", NULL),
		200);
	must(json_parse(buf_str(&p->got.body), limits, &document, &repaired,
			&why),
	     &why);
	if (!schema_holds(document,
			  schema_of_answer(document, "/api/v1/domains", "post"),
			  answer, &fault))
		fail_msg("%.2000s", buf_c(&fault));
}

static int
add_text(struct place *p, const char *text, const char *more)
{
	char body[1000];

	snprintf(body, sizeof(body), "{\"text\":\"%s\"%s}", text, more);
	return asking(p, &p->admin, API_POST, "/api/v1/domains", body);
}

static void
a_text_tells_what_came_of_each_name(void **state)
{
	static const char text[] =
		"domain;owner\\nexample.com;a\\nbl\xC3\xA5"
		"b\xC3\xA6r.no;b\\nno name;c\\nmail.example.org;d\\n"
		"github.io;e\\nexample.com;f";
	struct place *p = *state;

	assert_int_equal(add_text(p, text, ",\"dry_run\":true"), 200);
	assert_true(yes(p, "dry_run"));
	assert_string_equal(asking_text(p, "form"), "csv");
	assert_null(asking_member(p, "domains"));
	assert_int_equal(json_count(asking_member(p, "results")), 6);
	hold_answer(p);
	assert_int_equal(asking(p, &p->admin, API_GET, "/api/v1/domains", NULL),
			 200);
	assert_int_equal(json_count(asking_member(p, "domains")), 0);

	assert_int_equal(add_text(p, text, ",\"purpose\":\"parked\""), 200);
	assert_false(yes(p, "dry_run"));
	assert_int_equal(json_count(asking_member(p, "added")), 3);
	assert_int_equal(json_count(asking_member(p, "domains")), 3);
	assert_string_equal(asking_text(p, "results.0.result"), "added");
	assert_int_equal(asking_number(p, "results.0.line"), 2);
	assert_string_equal(asking_text(p, "results.1.domain"),
			    "xn--blbr-roah.no");
	assert_string_equal(asking_text(p, "results.1.shown"), "bl\xC3\xA5"
							       "b\xC3\xA6r.no");
	assert_string_equal(asking_text(p, "results.2.given"), "no name");
	assert_string_equal(asking_text(p, "results.2.result"), "refused");
	assert_string_equal(asking_text(p, "results.2.code"),
			    "control.bad_domain");
	assert_string_not_equal(asking_text(p, "results.2.title"), "");
	assert_string_equal(asking_text(p, "results.3.organisational"),
			    "example.org");
	assert_string_equal(asking_text(p, "results.4.code"),
			    "control.public_suffix");
	assert_string_equal(asking_text(p, "results.5.result"), "there");
	hold_answer(p);
	assert_int_equal(add_text(p, "$ORIGIN example.net.\\n@ SOA a b 1", ""),
			 200);
	assert_string_equal(asking_text(p, "form"), "zone");
	assert_string_equal(asking_text(p, "added.0"), "example.net");
}

static void
a_domain_without_reports_has_no_numbers(void **state)
{
	static const char *const unknown[] = {
		"policy",       "policy_testing",
		"policy_seen",  "messages",
		"own",          "own_passed",
		"blocked",      "unrecognised",
		"tls_sessions", "tls_failed",
		"first_report", "last_report",
	};
	struct place *p = *state;

	add(p, "\"example.com\"", "people");
	assert_int_equal(asking(p, &p->viewer, API_GET,
				"/api/v1/domains/Example.COM", NULL),
			 200);
	assert_string_equal(asking_text(p, "domain"), "example.com");
	assert_true(yes(p, "registered"));
	for (size_t i = 0; i < COUNT_OF(unknown); i++)
		assert_int_equal(json_type(asking_member(p, unknown[i])),
				 JSON_NULL);
	assert_int_equal(json_count(asking_member(p, "spark")), 0);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	static const struct {
		enum api_method method;
		const char *path, *body;
		int status;
		const char *code;
	} cases[] = {
		{ API_POST, "/api/v1/domains", "{}", 400, "control.bad_value" },
		{ API_POST, "/api/v1/domains", "{\"domains\":[]}", 400,
		  "control.bad_value" },
		{ API_POST, "/api/v1/domains",
		  "{\"domains\":[\"a.example\"],\"purpose\":\"fun\"}", 400,
		  "control.bad_value" },
		{ API_POST, "/api/v1/domains", "{\"text\":\"\\n# none\"}", 400,
		  "control.no_names" },
		{ API_POST, "/api/v1/domains", "{\"text\":7}", 400,
		  "control.bad_value" },
		{ API_POST, "/api/v1/domains",
		  "{\"text\":\"a.example\",\"domains\":[\"b.example\"]}", 400,
		  "control.bad_value" },
		{ API_POST, "/api/v1/domains",
		  "{\"text\":\"a.example\",\"dry_run\":1}", 400,
		  "control.bad_value" },
		{ API_POST, "/api/v1/domains", "[", 400, "api.bad_body" },
		{ API_GET, "/api/v1/domains/none.example", NULL, 404,
		  "control.no_domain" },
		{ API_GET, "/api/v1/domains/none.example/records", NULL, 404,
		  "control.no_domain" },
		{ API_GET, "/api/v1/domains/a%20b", NULL, 404,
		  "control.no_domain" },
		{ API_PATCH, "/api/v1/domains/none.example",
		  "{\"purpose\":\"parked\"}", 404, "control.no_domain" },
		{ API_DELETE, "/api/v1/domains/none.example", NULL, 404,
		  "control.no_domain" },
	};
	struct place *p = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(asking(p, &p->admin, cases[i].method,
					cases[i].path, cases[i].body),
				 cases[i].status);
		assert_string_equal(code(p), cases[i].code);
	}
}

static void
a_viewer_changes_no_domain(void **state)
{
	static const struct {
		enum api_method method;
		const char *path;
	} writes[] = {
		{ API_POST, "/api/v1/domains" },
		{ API_PATCH, "/api/v1/domains/example.com" },
		{ API_DELETE, "/api/v1/domains/example.com?data=true" },
		{ API_POST, "/api/v1/sample" },
		{ API_DELETE, "/api/v1/sample" },
		{ API_POST, "/api/v1/reports" },
	};
	struct place *p = *state;

	add(p, "\"example.com\"", "people");
	for (size_t i = 0; i < COUNT_OF(writes); i++) {
		assert_int_equal(asking(p, &p->viewer, writes[i].method,
					writes[i].path, "{}"),
				 403);
		assert_string_equal(code(p), "api.not_allowed");
		assert_int_equal(
			asking(p, NULL, writes[i].method, writes[i].path, "{}"),
			401);
	}
	assert_int_equal(asking(p, &p->viewer, API_GET,
				"/api/v1/domains/example.com", NULL),
			 200);
}

static void
a_domain_changes_its_purpose_and_goes(void **state)
{
	struct place *p = *state;

	add(p, "\"example.com\"", "people");
	assert_int_equal(asking(p, &p->admin, API_PATCH,
				"/api/v1/domains/example.com",
				"{\"purpose\":\"parked\"}"),
			 200);
	assert_string_equal(asking_text(p, "purpose"), "parked");
	assert_int_equal(asking(p, &p->admin, API_PATCH,
				"/api/v1/domains/example.com",
				"{\"purpose\":7}"),
			 400);
	/* Without a writer its reports cannot be taken away, so nothing is. */
	assert_int_equal(asking(p, &p->admin, API_DELETE,
				"/api/v1/domains/example.com?data=true", NULL),
			 503);
	assert_string_equal(code(p), "ingest.no_server");
	assert_int_equal(asking(p, &p->admin, API_DELETE,
				"/api/v1/domains/example.com", NULL),
			 204);
	assert_int_equal(asking(p, &p->admin, API_GET,
				"/api/v1/domains/example.com", NULL),
			 404);
}

static void
records_name_the_address_and_the_path(void **state)
{
	struct place *p = *state;
	const struct control_domain by = { .name = STR("example.com") };
	struct control_domain d;
	struct diag why = { 0 };
	char want[600];

	add(p, "\"example.com\"", "people");
	must(control_domain_find(p->c, &by, p->mem, NULL, &d, &why), &why);
	assert_int_equal(asking(p, &p->viewer, API_GET,
				"/api/v1/domains/example.com/records", NULL),
			 200);
	assert_string_equal(asking_text(p, "schema"), "waxseal.records/1");
	snprintf(want, sizeof(want), "%.*s@reports.example.net",
		 STR_ARG(d.mail_token));
	assert_string_equal(asking_text(p, "address"), want);
	snprintf(want, sizeof(want),
		 "v=TLSRPTv1; rua=mailto:%.*s@reports.example.net,"
		 "https://waxseal.example.net/api/v1/tlsrpt/%.*s",
		 STR_ARG(d.mail_token), STR_ARG(d.post_token));
	assert_string_equal(asking_text(p, "records.1.value"), want);
	assert_string_equal(asking_text(p, "records.1.purpose"), "tls_rpt");
	assert_string_equal(asking_text(p, "records.0.host"), "_dmarc");
	assert_string_equal(asking_text(p, "records.0.type"), "TXT");
	assert_string_equal(asking_text(p, "records.2.name"),
			    "example.com._report._dmarc.reports.example.net");
	assert_int_equal(asking_number(p, "records.2.ttl"), 3600);
}

/* ---- reports over HTTP ---- */

static void
an_upload_is_agreed_to_and_named(void **state)
{
	struct place *p = *state;
	struct asker page = p->admin, program;
	char first[128];

	page.file_name = "C%3A%5Ctmp%5Crapport%20%C3%A5.xml.gz";
	page.idempotency_key = "one";
	page.type = "application/gzip";
	assert_int_equal(asking(p, &page, API_POST, "/api/v1/reports", ""),
			 201);
	assert_true(p->got.head.to_spool);
	assert_true(p->got.head.body_max == SPOOL_MESSAGE_MAX);
	assert_int_equal(p->got.head.envelope.door, SPOOL_UPLOAD);
	assert_int_equal(p->got.head.envelope.owner, CONTROL_OWNER_SELF);
	assert_int_equal(p->got.head.envelope.received_at, NOW);
	assert_string_equal(p->got.name, "rapport å.xml.gz");
	snprintf(first, sizeof(first), "%s", p->got.id);
	assert_int_equal(strlen(first), 32);
	assert_string_equal(asking_text(p, "id"), first);
	/* The same key: the same id, and the bytes are taken once more. */
	assert_int_equal(asking(p, &page, API_POST, "/api/v1/reports", ""),
			 201);
	assert_true(p->got.head.to_spool);
	assert_string_equal(p->got.id, first);
	page.idempotency_key = "two";
	assert_int_equal(asking(p, &page, API_POST, "/api/v1/reports", ""),
			 201);
	assert_string_not_equal(p->got.id, first);
	page.csrf[0] = '\0';
	assert_int_equal(asking(p, &page, API_POST, "/api/v1/reports", ""),
			 403);
	assert_false(p->got.head.to_spool);
	asking_token(p, &program, CONTROL_SCOPE_UPLOAD);
	assert_int_equal(asking(p, &program, API_POST, "/api/v1/reports", ""),
			 201);
	assert_true(p->got.head.to_spool);
	asking_token(p, &program, CONTROL_SCOPE_READ);
	assert_int_equal(asking(p, &program, API_POST, "/api/v1/reports", ""),
			 403);
	assert_true(api_takes_report(API_POST, S("/api/v1/reports")));
	assert_false(api_takes_report(API_GET, S("/api/v1/reports")));
}

static void
a_tls_report_is_taken_by_whoever_knows_the_path(void **state)
{
	struct place *p = *state;
	const struct control_domain by = { .name = STR("example.com") };
	const struct asker stranger = { .type = "application/tlsrpt+gzip",
					.client = "198.51.100.9" };
	struct control_domain d;
	struct diag why = { 0 };
	char path[200];

	add(p, "\"example.com\"", "people");
	must(control_domain_find(p->c, &by, p->mem, NULL, &d, &why), &why);
	snprintf(path, sizeof(path), "/api/v1/tlsrpt/%.*s",
		 STR_ARG(d.post_token));
	assert_int_equal(asking(p, &stranger, API_POST, path, ""), 201);
	assert_true(p->got.head.to_spool);
	assert_int_equal(p->got.head.body_max, 5 << 20);
	assert_int_equal(p->got.head.envelope.door, SPOOL_POST);
	assert_string_equal(p->got.domain, "example.com");
	assert_true(api_takes_report(API_POST, str_of(path)));
	/* Also with a cookie and without its csrf: nobody is asked. */
	struct asker browser = p->admin;

	browser.csrf[0] = '\0';
	assert_int_equal(asking(p, &browser, API_POST, path, ""), 201);
	/* The address of the mail is public, so it opens nothing. */
	snprintf(path, sizeof(path), "/api/v1/tlsrpt/%.*s",
		 STR_ARG(d.mail_token));
	assert_int_equal(asking(p, &stranger, API_POST, path, ""), 404);
	assert_string_equal(code(p), "api.no_page");
	assert_false(p->got.head.to_spool);
}

static void
the_page_of_thanks_needs_no_session(void **state)
{
	struct place *p = *state;

	assert_int_equal(asking(p, NULL, API_GET, "/api/v1/attribution", NULL),
			 200);
	assert_non_null(strstr(asking_text(p, "markdown"), "DB-IP"));
}

static void
without_a_writer_there_is_no_sample(void **state)
{
	struct place *p = *state;

	assert_int_equal(asking(p, &p->admin, API_POST, "/api/v1/sample", NULL),
			 503);
	assert_string_equal(code(p), "ingest.no_server");
	assert_int_equal(asking(p, &p->viewer, API_GET, "/api/v1/sample", NULL),
			 200);
	assert_false(yes(p, "loaded"));
	assert_false(yes(p, "working"));
	assert_int_equal(json_count(asking_member(p, "domains")), 0);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, asking_begin, asking_end)
	const struct CMUnitTest tests[] = {
		TEST(of_many_domains_the_good_ones_are_added),
		TEST(a_text_tells_what_came_of_each_name),
		TEST(a_domain_without_reports_has_no_numbers),
		TEST(what_makes_no_sense_is_refused),
		TEST(a_viewer_changes_no_domain),
		TEST(a_domain_changes_its_purpose_and_goes),
		TEST(records_name_the_address_and_the_path),
		TEST(an_upload_is_agreed_to_and_named),
		TEST(a_tls_report_is_taken_by_whoever_knows_the_path),
		TEST(the_page_of_thanks_needs_no_session),
		TEST(without_a_writer_there_is_no_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
