#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "asking.h"
#include "schema.h"

#define HEALTH "/api/v1/domains/example.com/health"
#define HISTORY "/api/v1/domains/example.com/history"

#define DOMAIN "/api/v1/domains/example.com"

static int64_t
add(struct place *p, const char *name)
{
	struct control_domain d = { .name = str_of(name), .added_at = NOW };
	struct diag why = { 0 };

	must(control_domain_add(p->c, CONTROL_OWNER_SELF, &d, p->mem, &why),
	     &why);
	return d.id;
}

static void
look(struct place *p, int64_t domain, int64_t at, bool broken)
{
	const struct control_finding finding = {
		.part = STR("mta-sts"),
		.code = STR("mtasts.mx_not_covered"),
		.severity = STR("critical"),
		.host = STR("mx.example.com"),
		.places = STR("{\"domain\":\"example.com\","
			      "\"host\":\"mx.example.com\"}"),
		.record_name = STR("_mta-sts.example.com"),
		.record_type = STR("TXT"),
		.record_value = STR("v=STSv1; id=1;"),
	};
	const struct control_value value = {
		.name = STR("example.com"),
		.type = STR("MX"),
		.value = broken ? S("10 mx.example.com") : S("10 old.example"),
	};
	const struct str settled = STR("mta-sts");
	const struct control_look seen = {
		.domain = domain,
		.at = at,
		.due_at = at + DAY,
		.parts = broken ? S("{\"mta-sts\":\"critical\"}")
				: S("{\"mta-sts\":\"ok\"}"),
		.finding = &finding,
		.findings = broken,
		.settled = &settled,
		.settled_n = 1,
		.value = &value,
		.values = 1,
	};
	struct diag why = { 0 };

	must(control_watch_settle(p->c, &seen, NULL, NULL, &why), &why);
}

/* The answer is what the document says of it. */
static void
hold(struct place *p, const struct json *document, const char *path,
     const char *request)
{
	SCOPED_BUF fault = BUF(64 << 10);

	assert_int_equal(asking(p, &p->viewer, API_GET, request, NULL), 200);
	if (!schema_holds(document, schema_of_answer(document, path, "get"),
			  p->got.json, &fault))
		fail_msg("%s: %.2000s", request, buf_c(&fault));
}

static void
a_domain_not_looked_at_yet_says_so(void **state)
{
	struct place *p = *state;

	add(p, "example.com");
	assert_int_equal(asking(p, &p->viewer, API_GET, HEALTH, NULL), 200);
	assert_string_equal(asking_text(p, "schema"), "waxseal.health/1");
	assert_int_equal(json_type(asking_member(p, "checked_at")), JSON_NULL);
	assert_int_equal(asking_number(p, "due_at"), NOW);
	assert_int_equal(json_count(asking_member(p, "checks")), 0);
	assert_int_equal(asking(p, &p->viewer, API_GET,
				"/api/v1/domains/none.example/health", NULL),
			 404);
}

static void
health_has_findings_with_their_time_and_their_words(void **state)
{
	struct place *p = *state;
	int64_t id = add(p, "example.com");

	look(p, id, NOW, false);
	look(p, id, NOW + 10, true);
	look(p, id, NOW + 20, true);
	assert_int_equal(asking(p, &p->viewer, API_GET, HEALTH, NULL), 200);
	assert_int_equal(asking_number(p, "checked_at"), NOW + 20);
	assert_string_equal(asking_text(p, "checks.0.check"), "mta-sts");
	assert_string_equal(asking_text(p, "checks.0.status"), "critical");
	assert_int_equal(asking_number(p, "findings.0.since"), NOW + 10);
	assert_int_equal(asking_number(p, "findings.0.last_seen"), NOW + 20);
	assert_non_null(
		strstr(asking_text(p, "findings.0.title"), "mx.example.com"));
	assert_string_equal(asking_text(p, "findings.0.record.value"),
			    "v=STSv1; id=1;");
	assert_string_equal(asking_text(p, "records.0.value"),
			    "10 mx.example.com");
	assert_int_equal(asking_number(p, "records.0.since"), NOW + 10);
}

static void
history_comes_page_by_page_newest_first(void **state)
{
	static const char *const kinds[] = { "record", "cleared", "record",
					     "appeared", "record" };
	struct place *p = *state;
	int64_t id = add(p, "example.com");
	char path[256] = HISTORY "?limit=1";

	look(p, id, NOW, false);
	look(p, id, NOW + 10, true);
	look(p, id, NOW + 20, false);
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		assert_int_equal(asking(p, &p->viewer, API_GET, path, NULL),
				 200);
		assert_int_equal(json_count(asking_member(p, "changes")), 1);
		assert_string_equal(asking_text(p, "changes.0.kind"), kinds[i]);
		snprintf(path, sizeof path, HISTORY "?limit=1&cursor=%s",
			 asking_text(p, "next"));
	}
	assert_int_equal(json_type(asking_member(p, "next")), JSON_NULL);
	assert_int_equal(
		asking(p, &p->viewer, API_GET, HISTORY "?cursor=x", NULL), 400);
	assert_string_equal(code(p), "query.bad_cursor");
}

static void
a_check_is_due_at_once_and_only_for_who_may(void **state)
{
	struct place *p = *state;
	int64_t id = add(p, "example.com");
	const char *path = "/api/v1/domains/example.com/check";

	look(p, id, NOW, false);
	assert_int_equal(asking(p, &p->viewer, API_POST, path, "{}"), 403);
	assert_int_equal(asking(p, &p->admin, API_POST, path, "{}"), 200);
	assert_int_equal(asking_number(p, "due_at"), asking_clock());
}

static void
answers_are_as_described(void **state)
{
	const struct json_limits limits = { 1 << 20, 32 };
	struct place *p = *state;
	int64_t id = add(p, "example.com");
	SCOPED_JSON document = NULL;
	bool repaired;

	look(p, id, NOW, false);
	look(p, id, NOW + 10, true);
	assert_int_equal(asking(p, NULL, API_GET, "/api/v1/openapi.json", NULL),
			 200);
	assert_int_equal(json_parse(buf_str(&p->got.body), limits, &document,
				    &repaired, NULL),
			 ERR_NONE);
	hold(p, document, "/api/v1/domains/{domain}/health", HEALTH);
	hold(p, document, "/api/v1/domains/{domain}/history", HISTORY);
}

static void
setting_up_goes_on_in_any_browser(void **state)
{
	struct place *p = *state;

	add(p, "example.com");
	assert_int_equal(asking(p, &p->viewer, API_PUT, DOMAIN "/onboarding",
				"{\"step\":\"scan\"}"),
			 403);
	assert_int_equal(asking(p, &p->admin, API_PUT, DOMAIN "/onboarding",
				"{\"step\":\"elsewhere\"}"),
			 400);
	assert_int_equal(asking(p, &p->admin, API_PUT, DOMAIN "/onboarding",
				"{\"step\":\"plan\",\"delegated\":[\"mx\"]}"),
			 400);
	assert_int_equal(asking(p, &p->admin, API_PUT, DOMAIN "/onboarding",
				"{\"step\":\"verify\",\"delegated\":"
				"[\"sts\",\"dmarc\",\"sts\"],\"plan\":12}"),
			 200);
	assert_int_equal(
		asking(p, &p->viewer, API_GET, "/api/v1/domains", NULL), 200);
	assert_string_equal(asking_text(p, "domains.0.onboarding.step"),
			    "verify");
	assert_string_equal(asking_text(p, "domains.0.onboarding.delegated.1"),
			    "dmarc");
	assert_int_equal(asking_number(p, "domains.0.onboarding.plan"), 12);
	assert_int_equal(
		asking(p, &p->admin, API_DELETE, DOMAIN "/onboarding", NULL),
		200);
	assert_int_equal(json_type(asking_member(p, "onboarding")), JSON_NULL);
	/* Nothing leads into a zone that is not there. */
	assert_int_equal(asking(p, &p->admin, API_POST, DOMAIN "/plans",
				"{\"delegated\":[\"sts\"]}"),
			 404);
	assert_string_equal(code(p), "control.not_hosted");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, asking_begin, asking_end)
		TEST(setting_up_goes_on_in_any_browser),
		TEST(a_domain_not_looked_at_yet_says_so),
		TEST(health_has_findings_with_their_time_and_their_words),
		TEST(history_comes_page_by_page_newest_first),
		TEST(a_check_is_due_at_once_and_only_for_who_may),
		TEST(answers_are_as_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
