/* Many plans of DNS changes at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "asking.h"
#include "dnsplan/dnsplan.h"
#include "schema.h"

enum { PLANS = 10 };
#define PATH "/api/v1/dns/plans/confirm"

static int64_t
provider(struct place *p)
{
	const uint8_t key[SEAL_KEY_BYTES] = { 1 };
	struct control_provider one = { .name = STR("knot"),
					.kind = STR("rfc2136"),
					.settings = STR("{}"),
					.added_at = NOW };
	struct diag why = { 0 };

	must(control_provider_add(p->c, CONTROL_OWNER_SELF, &one, S("secret"),
				  key, &why),
	     &why);
	return one.id;
}

/* A plan that is made and adds one record. */
static int64_t
plan(struct place *p, const char *domain, bool blocked)
{
	const struct str after[] = { STR(
		"v=TLSRPTv1; rua=mailto:a@b.example") };
	struct dnsplan made = {
		.mem = p->mem,
		.domain = str_of(domain),
		.zone = str_of(domain),
		.at = { { .name = str_of(domain),
			  .type = RECORDS_TXT,
			  .after = after,
			  .after_n = 1,
			  .after_ttl = 300 } },
		.n = 1,
		.blocked = blocked,
	};
	struct control_plan row = { .domain = str_of(domain),
				    .state = CONTROL_PLAN_READY,
				    .wish = STR("{}"),
				    .author = STR("anna"),
				    .made_at = NOW };
	SCOPED_BUF text = BUF(64 << 10);
	struct json_out j = JSON_OUT(&text);
	struct diag why = { 0 };

	finding_list_init(&made.found, p->mem);
	json_open_object(&j, NULL);
	dnsplan_put(&j, &made, FINDING_EN);
	json_close_object(&j);
	row.plan = buf_str(&text);
	must(control_plan_add(p->c, CONTROL_OWNER_SELF, &row, &why), &why);
	return row.id;
}

/* Ten plans: the fourth has a conflict, the last is a second one of the first
 * domain. */
static void
ten_plans(struct place *p, struct buf *ids)
{
	for (int i = 0; i < PLANS; i++) {
		char name[32];

		snprintf(name, sizeof(name), "d%d.example",
			 i == PLANS - 1 ? 0 : i);
		buf_addf(ids, "%s%lld", i > 0 ? "," : "",
			 (long long)plan(p, name, i == 3));
	}
}

static int
confirm(struct place *p, const struct asker *who, struct buf *ids,
	int64_t provider_id, const char *more)
{
	char body[512];

	snprintf(body, sizeof(body), "{\"plans\":[%s],\"provider\":%lld%s}",
		 buf_c(ids), (long long)provider_id, more);
	return asking(p, who, API_POST, PATH, body);
}

static void
of_ten_two_that_are_not_clear_are_skipped(void **state)
{
	struct place *p = *state;
	SCOPED_BUF ids = BUF(200);
	int64_t knot = provider(p);

	ten_plans(p, &ids);
	for (int dry = 1; dry >= 0; dry--) {
		assert_int_equal(confirm(p, &p->admin, &ids, knot,
					 dry ? ",\"dry_run\":true" : ""),
				 202);
		assert_int_equal(asking_number(p, "confirmed"), 8);
		assert_int_equal(asking_number(p, "skipped"), 2);
		assert_string_equal(asking_text(p, "results.0.result"),
				    "confirmed");
		assert_string_equal(asking_text(p, "results.0.state"),
				    dry ? "ready" : "confirmed");
		/* Each shows what it changes. */
		assert_string_equal(asking_text(p, "results.5.change.domain"),
				    "d5.example");
		assert_string_equal(asking_text(p, "results.3.result"),
				    "skipped");
		assert_string_equal(asking_text(p, "results.3.code"),
				    "publish.blocked");
		assert_string_equal(asking_text(p, "results.9.code"),
				    "publish.same_domain");
		assert_string_not_equal(asking_text(p, "results.9.title"), "");
	}
	/* Once more: they are under way. */
	assert_int_equal(confirm(p, &p->admin, &ids, knot, ""), 202);
	assert_string_equal(asking_text(p, "results.0.code"),
			    "control.plan_state");
}

static void
without_a_provider_nothing_is_confirmed(void **state)
{
	struct place *p = *state;
	SCOPED_BUF ids = BUF(200);

	buf_addf(&ids, "%lld,999", (long long)plan(p, "a.example", false));
	assert_int_equal(confirm(p, &p->admin, &ids, 0, ""), 202);
	assert_int_equal(asking_number(p, "confirmed"), 0);
	assert_string_equal(asking_text(p, "results.0.code"),
			    "publish.no_provider");
	assert_string_equal(asking_text(p, "results.1.code"),
			    "control.no_plan");
	assert_int_equal(confirm(p, &p->viewer, &ids, 0, ""), 403);
	assert_int_equal(confirm(p, &p->admin, &ids, 77, ""), 404);
	assert_int_equal(asking(p, &p->admin, API_POST, PATH, "{}"), 400);
}

static void
the_answer_is_as_described(void **state)
{
	const struct json_limits limits = { 1 << 20, 32 };
	struct place *p = *state;
	SCOPED_BUF ids = BUF(200);
	SCOPED_BUF fault = BUF(64 << 10);
	SCOPED_JSON document = NULL;
	struct diag why = { 0 };
	bool repaired;

	ten_plans(p, &ids);
	assert_int_equal(
		asking(p, &p->admin, API_GET, "/api/v1/openapi.json", NULL),
		200);
	must(json_parse(buf_str(&p->got.body), limits, &document, &repaired,
			&why),
	     &why);
	assert_int_equal(confirm(p, &p->admin, &ids, provider(p), ""), 202);
	if (!schema_holds(document, schema_of_answer(document, PATH, "post"),
			  p->got.json, &fault))
		fail_msg("%.2000s", buf_c(&fault));
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, asking_begin, asking_end)
	const struct CMUnitTest tests[] = {
		TEST(of_ten_two_that_are_not_clear_are_skipped),
		TEST(without_a_provider_nothing_is_confirmed),
		TEST(the_answer_is_as_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
