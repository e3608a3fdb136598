#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "asking.h"
#include "schema.h"
#include "seal/seal.h"

#define SELF CONTROL_OWNER_SELF
#define DOMAIN "/api/v1/domains/example.com"
#define STS DOMAIN "/mta-sts"

enum { BEGUN = NOW - 20 * DAY, SOMEBODY_ELSE = 7 };

static int64_t
add(struct place *p, const char *name, int64_t owner)
{
	struct control_domain d = { .name = str_of(name), .added_at = BEGUN };
	struct diag why = { 0 };

	must(control_domain_add(p->c, owner, &d, p->mem, &why), &why);
	return d.id;
}

/* Hosted, and since BEGUN proven, in testing, with a policy for mx1 that was
 * fetched. */
static void
host(struct place *p)
{
	struct control_hosted h = { .name = S("example.com"),
				    .added_at = BEGUN };
	const struct control_mode_change testing = { STSMODE_TESTING, S("anna"),
						     BEGUN, NULL };
	struct control_version v = {
		.mode = S("testing"),
		.max_age = DAY,
		.mx = S("mx1.example.com"),
		.body = S("version: STSv1\r\nmode: testing\r\n"
			  "mx: mx1.example.com\r\nmax_age: 86400\r\n"),
		.author = S("anna"),
		.made_at = BEGUN,
	};
	struct control_fetches f = { .day = NOW / DAY - 1,
				     .sender = S("192.0.2.9"),
				     .n = 3,
				     .first = NOW - DAY,
				     .last = NOW - DAY };
	struct control_proof_seen proof = { .proof = CONTROL_BY_DELEGATION,
					    .at = BEGUN,
					    .due_at = NOW };
	struct diag why = { 0 };

	must(control_hosted_add(p->c, SELF, &h, p->mem, &why), &why);
	proof.id = h.id;
	must(control_hosted_seen(p->c, &proof, &why), &why);
	must(control_hosted_mode(p->c, SELF, h.name, &testing, &why), &why);
	must(control_version_make(p->c, h.id, &v, p->mem, &why), &why);
	for (int e = CONTROL_PLACED; e <= CONTROL_ANNOUNCED; e++)
		must(control_version_set(p->c, v.id,
					 (enum control_version_event)e, BEGUN,
					 &why),
		     &why);
	f.sts_id = v.sts_id;
	must(control_fetches_add(p->c, h.name, &f, &why), &why);
}

/* A look at `at` that found the mail servers, all of them fine but `red`. */
static void
look(struct place *p, int64_t domain, int64_t at, const char *mx,
     const char *red)
{
	const struct control_value value = { .name = S("example.com"),
					     .type = S("MX"),
					     .value = str_of(mx) };
	struct control_probe probe[4];
	struct str rest = str_of(mx), line;
	struct control_look l = { .domain = domain,
				  .at = at,
				  .due_at = at + DAY,
				  .value = &value,
				  .values = 1,
				  .probe = probe,
				  .probes_known = true };
	struct diag why = { 0 };

	while (str_split(&rest, '\n', &line))
		probe[l.probes++] = (struct control_probe){
			.host = str_sub(line, 3, SIZE_MAX),
			.address = S("192.0.2.1"),
			.sight = str_eq(str_sub(line, 3, SIZE_MAX), str_of(red))
					 ? CONTROL_RED
					 : CONTROL_GREEN,
			.not_after = NOW + 60 * DAY,
		};
	must(control_watch_settle(p->c, &l, NULL, NULL, &why), &why);
}

/* A report of `org` on yesterday. */
static void
report(struct place *p, const char *org, uint64_t good, uint64_t bad)
{
	const struct store_origin origin = { .owner = SELF,
					     .trust = STORE_OPERATOR,
					     .received_at = NOW,
					     .path = S("a.json") };
	const struct tlsrpt_policy policies[] = {
		{ .type = TLSRPT_STS,
		  .domain = S("example.com"),
		  .successful = good,
		  .failed = bad,
		  .counts = false },
		/* The same sessions once more, and failures of another kind. */
		{ .type = TLSRPT_TLSA,
		  .domain = S("example.com"),
		  .successful = good,
		  .failed = 9,
		  .counts = true },
	};
	const struct tlsrpt_report r = { .org_name = str_of(org),
					 .report_id = str_of(org),
					 .begin = NOW - DAY,
					 .end = NOW - 1,
					 .domain = S("example.com"),
					 .domains = S("example.com"),
					 .policy_count = COUNT_OF(policies),
					 .policies = policies };
	struct decode_end end = { .status = DECODE_READ,
				  .kind = DECODE_TLSRPT,
				  .complete = true,
				  .raw = S("{}"),
				  .media = DECODE_AS_JSON };
	struct store_item item;
	struct diag why = { 0 };
	struct store *s;

	seal_hash_of(str_of(org), end.hash);
	must(store_open(p->dir, STORE_WRITE, 1000, &s, &why), &why);
	must(store_begin(s, &why), &why);
	must(store_tls(s, &origin, &r, &end, &item, &why), &why);
	must(store_commit(s, &why), &why);
	store_close(s);
	assert_int_equal(item.outcome, STORE_IMPORTED);
}

static void
ready(struct place *p, int64_t domain)
{
	host(p);
	for (int i = 10; i >= 0; i--)
		look(p, domain, NOW - i * DAY - 60, "10 mx1.example.com", "");
	report(p, "Google Inc.", 40, 0);
	report(p, "Example Mail", 20, 0);
}

static const char *
verdict(struct place *p, const char *to, const char *gate)
{
	char path[64];

	for (int i = 0; i < 8; i++) {
		snprintf(path, sizeof(path), "steps.%d.to", i);
		if (strcmp(asking_text(p, path), to) != 0)
			continue;
		for (int k = 0; k < 20; k++) {
			snprintf(path, sizeof(path), "steps.%d.gates.%d.gate",
				 i, k);
			if (strcmp(asking_text(p, path), gate) != 0)
				continue;
			snprintf(path, sizeof(path),
				 "steps.%d.gates.%d.verdict", i, k);
			return asking_text(p, path);
		}
	}
	return "";
}

/* ---- tests ---- */

static void
only_admins_change_and_nobody_sees_the_domains_of_others(void **state)
{
	static const struct {
		enum api_method method;
		const char *path, *body;
	} table[] = {
		{ API_GET, "/hosting", NULL },
		{ API_GET, "/mta-sts", NULL },
		{ API_GET, "/mta-sts/versions", NULL },
		{ API_GET, "/journey", NULL },
		{ API_POST, "/hosting", "{}" },
		{ API_DELETE, "/hosting", "{}" },
		{ API_POST, "/mta-sts/mode", "{\"to\":\"testing\"}" },
		{ API_POST, "/mta-sts/emergency", "{}" },
		{ API_POST, "/mta-sts/retire", "{}" },
		{ API_POST, "/mta-sts/mail-servers",
		  "{\"host\":\"mx2.example.com\"}" },
		{ API_POST, "/journey", "{\"to\":\"none\"}" },
	};
	struct place *p = *state;

	ready(p, add(p, "example.com", SELF));
	add(p, "other.example", SOMEBODY_ELSE);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		bool reads = table[i].method == API_GET;
		char path[128];

		snprintf(path, sizeof(path), DOMAIN "%s", table[i].path);
		assert_int_equal(
			asking(p, NULL, table[i].method, path, table[i].body),
			401);
		if (asking(p, &p->viewer, table[i].method, path,
			   table[i].body) != (reads ? 200 : 403))
			fail_msg("%s: %d %s", path, p->got.head.status,
				 code(p));
		snprintf(path, sizeof(path), "/api/v1/domains/other.example%s",
			 table[i].path);
		if (asking(p, &p->admin, table[i].method, path,
			   table[i].body) != 404)
			fail_msg("%s: %d", path, p->got.head.status);
		assert_string_equal(code(p), "control.no_domain");
	}
}

static void
hosting_begins_with_names_and_a_proof(void **state)
{
	struct place *p = *state;

	add(p, "example.com", SELF);
	assert_int_equal(
		asking(p, &p->viewer, API_GET, DOMAIN "/hosting", NULL), 200);
	assert_int_equal(json_type(asking_member(p, "token")), JSON_NULL);
	assert_int_equal(asking(p, &p->admin, API_POST, STS "/mode",
				"{\"to\":\"testing\"}"),
			 404);
	assert_string_equal(code(p), "control.not_hosted");
	assert_int_equal(asking(p, &p->admin, API_POST, DOMAIN "/hosting",
				"{\"check\":true}"),
			 200);
	assert_int_equal(strlen(asking_text(p, "token")),
			 CONTROL_TOKEN_LETTERS);
	assert_string_equal(asking_text(p, "state"), "off");
	assert_string_equal(asking_text(p, "proof.records.0.name"),
			    "_waxseal-proof.example.com");
	assert_true(str_starts(str_of(asking_text(p, "proof.records.0.value")),
			       S("waxseal-proof=")));
	/* What is not proven is not served. */
	assert_int_equal(asking(p, &p->admin, API_POST, STS "/mode",
				"{\"to\":\"testing\",\"reason\":\"mine\"}"),
			 409);
	assert_string_equal(code(p), "stsmode.gate_proven");
	assert_int_equal(asking(p, &p->admin, API_POST, DOMAIN "/hosting",
				"{\"dmarc\":\"p=reject\"}"),
			 400);
	assert_int_equal(asking(p, &p->admin, API_POST, DOMAIN "/hosting",
				"{\"dmarc\":\"v=DMARC1; p=none\"}"),
			 200);
	assert_string_equal(asking_text(p, "dmarc"), "v=DMARC1; p=none");
}

static void
the_gates_have_the_values_of_reports_and_looks(void **state)
{
	struct place *p = *state;

	ready(p, add(p, "example.com", SELF));
	assert_int_equal(asking(p, &p->viewer, API_GET, STS, NULL), 200);
	assert_string_equal(asking_text(p, "state"), "testing");
	assert_string_equal(asking_text(p, "next"), "enforce_week");
	assert_int_equal(json_type(asking_member(p, "retired_end")), JSON_NULL);
	/* Of type sts alone: failures of tlsa are none of it. */
	assert_int_equal(asking_number(p, "sessions"), 60);
	assert_int_equal(asking_number(p, "failed"), 0);
	assert_int_equal(asking_number(p, "servers.0.green"), 1);
	assert_int_equal(asking_number(p, "servers.0.days_left"), 60);
	assert_string_equal(asking_text(p, "fetches.0.sender"), "192.0.2.9");
	assert_string_equal(verdict(p, "enforce_week", "days"), "met");
	assert_string_equal(verdict(p, "enforce_week", "reporters"), "met");
	assert_string_equal(verdict(p, "enforce_week", "large"), "met");
	assert_string_equal(verdict(p, "enforce_week", "sessions"), "met");
	assert_string_equal(verdict(p, "enforce_week", "failed"), "met");
	assert_string_equal(verdict(p, "enforce_week", "covered"), "met");
	assert_string_equal(verdict(p, "enforce_week", "certificate"), "met");
	assert_string_equal(verdict(p, "enforce_week", "probes"), "met");
	assert_string_equal(verdict(p, "enforce_week", "mx_same"), "met");
	assert_string_equal(verdict(p, "enforce_week", "seen"), "met");
	/* Nobody looked at _smtp._tls. */
	assert_string_equal(verdict(p, "enforce_week", "reports_ours"),
			    "unknown");
	assert_string_equal(asking_text(p, "advice.code"), "stsmode.wait");
	assert_string_equal(asking_text(p, "newest.mode"), "testing");
	/* What was seen days ago says nothing of now. */
	asking_set_clock(NOW + 4 * DAY);
	assert_int_equal(asking(p, &p->viewer, API_GET, STS, NULL), 200);
	assert_string_equal(verdict(p, "enforce_week", "covered"), "unknown");
	assert_string_equal(verdict(p, "enforce_week", "probes"), "unknown");
	assert_string_equal(asking_text(p, "advice.code"), "stsmode.blocked");
}

static void
enforce_waits_for_a_reason_and_never_passes_a_server(void **state)
{
	struct place *p = *state;
	int64_t id = add(p, "example.com", SELF);
	static const char step[] = "{\"to\":\"enforce_week\"}";
	static const char reason[] =
		"{\"to\":\"enforce_week\",\"reason\":\"audit on Monday\"}";

	ready(p, id);
	assert_int_equal(asking(p, &p->admin, API_POST, STS "/mode", step),
			 409);
	assert_string_equal(code(p), "stsmode.needs_reason");
	/* A new server that the policy does not name. */
	look(p, id, NOW - 1, "10 mx1.example.com\n20 mx2.example.com", "");
	assert_int_equal(asking(p, &p->admin, API_POST, STS "/mode", reason),
			 409);
	assert_string_equal(code(p), "stsmode.gate_covered");
	assert_string_equal(asking_text(p, "detail"), "mx2.example.com");
	look(p, id, NOW, "10 mx1.example.com", "mx1.example.com");
	assert_int_equal(asking(p, &p->admin, API_POST, STS "/mode", reason),
			 409);
	assert_string_equal(code(p), "stsmode.gate_certificate");
	assert_string_equal(asking_text(p, "detail"), "mx1.example.com");
	look(p, id, NOW, "10 mx1.example.com", "");
	assert_int_equal(asking(p, &p->admin, API_POST, STS "/mode",
				"{\"to\":\"enforce_month\"}"),
			 409);
	assert_string_equal(code(p), "stsmode.no_such_step");
	assert_int_equal(asking(p, &p->admin, API_POST, STS "/mode", reason),
			 200);
	assert_string_equal(asking_text(p, "state"), "enforce_week");
	assert_string_equal(asking_text(p, "author"), "anna");
}

/* The newest version names the new server, and senders hold the one before. */
static void
a_server_is_covered_when_senders_know_it(void **state)
{
	struct place *p = *state;
	int64_t id = add(p, "example.com", SELF);
	struct control_hosted h;
	struct control_version v = {
		.mode = S("testing"),
		.max_age = DAY,
		.mx = S("mx1.example.com\nmx2.example.com"),
		.body = S("version: STSv1\r\nmode: testing\r\n"
			  "mx: mx1.example.com\r\nmx: mx2.example.com\r\n"
			  "max_age: 86400\r\n"),
		.author = S("anna"),
		.made_at = NOW - DAY,
	};
	struct diag why = { 0 };

	ready(p, id);
	assert_int_equal(asking(p, &p->admin, API_POST, STS "/mail-servers",
				"{\"host\":\"mx2.example.com\"}"),
			 200);
	assert_string_equal(asking_text(p, "adding.0.step"), "policy");
	must(control_hosted_find(p->c, SELF, S("example.com"), p->mem, &h,
				 &why),
	     &why);
	must(control_version_make(p->c, h.id, &v, p->mem, &why), &why);
	assert_int_equal(asking(p, &p->viewer, API_GET, STS, NULL), 200);
	assert_string_equal(asking_text(p, "adding.0.step"), "serve");
	must(control_version_set(p->c, v.id, CONTROL_PLACED, NOW - 400, &why),
	     &why);
	must(control_version_set(p->c, v.id, CONTROL_SERVED, NOW - 350, &why),
	     &why);
	look(p, id, NOW, "10 mx1.example.com\n20 mx2.example.com", "");
	assert_int_equal(asking(p, &p->viewer, API_GET, STS, NULL), 200);
	assert_string_equal(asking_text(p, "adding.0.step"), "id");
	assert_string_equal(verdict(p, "enforce_week", "covered"), "not_met");
	must(control_version_set(p->c, v.id, CONTROL_ANNOUNCED, NOW - 299,
				 &why),
	     &why);
	look(p, id, NOW, "10 mx1.example.com", "");
	assert_int_equal(asking(p, &p->viewer, API_GET, STS, NULL), 200);
	assert_string_equal(asking_text(p, "adding.0.step"), "wait");
	asking_set_clock(NOW + 1);
	assert_int_equal(asking(p, &p->viewer, API_GET, STS, NULL), 200);
	assert_string_equal(asking_text(p, "adding.0.step"), "mx");
	look(p, id, NOW, "10 mx1.example.com\n20 mx2.example.com", "");
	assert_int_equal(asking(p, &p->viewer, API_GET, STS, NULL), 200);
	assert_string_equal(asking_text(p, "adding.0.step"), "done");
	assert_string_equal(verdict(p, "enforce_week", "covered"), "met");
	assert_int_equal(asking(p, &p->viewer, API_GET, STS "/versions", NULL),
			 200);
	assert_int_equal(asking_number(p, "versions.0.number"), 2);
	assert_int_equal(asking_number(p, "versions.1.superseded_at"),
			 NOW - 400);
}

static enum err
take_deed(void *ctx, const struct control_deed *deed)
{
	struct buf *all = ctx;

	buf_addf(all, "%.*s %s %.*s\n", STR_ARG(deed->actor), deed->action,
		 STR_ARG(deed->object));
	return ERR_NONE;
}

static void
steps_are_in_the_log_with_their_reason(void **state)
{
	struct place *p = *state;
	SCOPED_BUF all = BUF(4096);
	struct diag why = { 0 };

	ready(p, add(p, "example.com", SELF));
	assert_int_equal(
		asking(p, &p->admin, API_POST, STS "/mode",
		       "{\"to\":\"enforce_week\",\"reason\":\"audit\"}"),
		200);
	assert_int_equal(asking(p, &p->admin, API_POST, STS "/emergency", "{}"),
			 200);
	assert_string_equal(asking_text(p, "state"), "testing");
	assert_int_equal(asking(p, &p->admin, API_POST, STS "/mail-servers",
				"{\"host\":\"MX2.example.com.\"}"),
			 200);
	assert_string_equal(asking_text(p, "adding.0.host"), "mx2.example.com");
	assert_string_equal(asking_text(p, "adding.0.step"), "policy");
	assert_int_equal(asking(p, &p->admin, API_POST, STS "/mail-servers",
				"{\"host\":\"no host\"}"),
			 400);
	assert_int_equal(asking(p, &p->admin, API_POST, STS "/retire", "{}"),
			 200);
	assert_string_equal(asking_text(p, "state"), "none");
	/* A day of max_age from now, as long as it is still served. */
	assert_int_equal(asking_number(p, "retired_end"), NOW + DAY);
	assert_int_equal(asking(p, &p->admin, API_POST, STS "/mode",
				"{\"to\":\"removed\",\"reason\":\"now\"}"),
			 409);
	assert_string_equal(code(p), "stsmode.gate_retired");
	/* Hosting may end; what was cached is told all the same. */
	must(control_hosted_remove(p->c, SELF, S("example.com"), NOW, &why),
	     &why);
	assert_int_equal(asking(p, &p->viewer, API_GET, STS, NULL), 200);
	assert_string_equal(asking_text(p, "state"), "off");
	assert_int_equal(asking_number(p, "retired_end"), NOW + DAY);
	must(control_deeds(p->c, SELF, 10, take_deed, &all, &why), &why);
	assert_string_equal(
		buf_c(&all),
		"anna mta_sts.mode example.com testing -> none\n"
		"anna mta_sts.mail_servers example.com + mx: mx2.example.com\n"
		"anna mta_sts.mode example.com enforce_week -> testing\n"
		"anna mta_sts.mode example.com testing -> enforce_week "
		"(override): audit\n");
}

static void
templates_are_applied_to_many_each_with_its_own_token(void **state)
{
	static const char path[] = "/api/v1/templates/Shops";
	struct place *p = *state;
	char first[64];

	(void)add(p, "example.com", SELF);
	(void)add(p, "example.org", SELF);
	assert_int_equal(
		asking(p, &p->viewer, API_GET, "/api/v1/templates", NULL), 200);
	assert_string_equal(asking_text(p, "templates.0.name"), "parked");
	assert_int_equal(asking(p, &p->viewer, API_PUT, path, "{}"), 403);
	assert_int_equal(asking(p, &p->admin, API_PUT, path,
				"{\"mode\":\"enforce_week\"}"),
			 400);
	assert_int_equal(asking(p, &p->admin, API_PUT, path,
				"{\"dmarc\":\"v=spf1 -all\"}"),
			 400);
	assert_int_equal(asking(p, &p->admin, API_PUT, path,
				"{\"purpose\":\"systems\",\"mode\":\"testing\","
				"\"dmarc\":\"v=DMARC1; p=none;"
				" rua=mailto:{address}\","
				"\"mx\":[\"*.Backup.example\"]}"),
			 200);
	assert_string_equal(asking_text(p, "templates.0.name"), "Shops");
	assert_string_equal(asking_text(p, "templates.0.mx.0"),
			    "*.backup.example");
	assert_int_equal(asking(p, &p->admin, API_POST,
				"/api/v1/templates/shops/apply",
				"{\"domains\":[\"example.com\",\"example.org\","
				"\"example.net\"]}"),
			 200);
	assert_string_equal(asking_text(p, "results.0.result"), "applied");
	assert_string_equal(asking_text(p, "results.2.result"), "refused");
	assert_string_equal(asking_text(p, "results.2.code"),
			    "control.no_domain");
	snprintf(first, sizeof(first), "%s", asking_text(p, "results.0.token"));
	assert_string_not_equal(first, "");
	assert_string_not_equal(first, asking_text(p, "results.1.token"));
	assert_int_equal(asking(p, &p->admin, API_DELETE, path, NULL), 200);
	assert_int_equal(asking(p, &p->admin, API_POST,
				"/api/v1/templates/shops/apply",
				"{\"domains\":[\"example.com\"]}"),
			 404);
	assert_string_equal(code(p), "control.no_template");
}

static void
answers_are_as_described(void **state)
{
	static const struct {
		enum api_method method;
		const char *name, *path, *body;
	} table[] = {
		{ API_GET, "get", "/hosting", NULL },
		{ API_GET, "get", "/mta-sts", NULL },
		{ API_GET, "get", "/mta-sts/versions", NULL },
		{ API_GET, "get", "/journey", NULL },
		{ API_POST, "post", "/journey",
		  "{\"to\":\"reject\",\"reason\":\"a\"}" },
		{ API_GET, "get", "/journey", NULL },
		{ API_PUT, "put", "/onboarding", "{\"step\":\"plan\"}" },
		{ API_DELETE, "delete", "/onboarding", NULL },
		{ API_POST, "post", "/hosting", "{\"check\":true}" },
		{ API_POST, "post", "/mta-sts/mail-servers",
		  "{\"host\":\"mx2.example.com\"}" },
		{ API_POST, "post", "/mta-sts/mode",
		  "{\"to\":\"enforce_week\",\"reason\":\"a\"}" },
		{ API_POST, "post", "/mta-sts/emergency", "{}" },
		{ API_POST, "post", "/mta-sts/retire", "{}" },
		{ API_DELETE, "delete", "/hosting", "{}" },
		{ API_GET, "get", "/mta-sts", NULL },
	};
	const struct json_limits limits = { 1 << 20, 32 };
	struct place *p = *state;
	SCOPED_JSON document = NULL;
	struct diag why = { 0 };
	bool repaired;

	ready(p, add(p, "example.com", SELF));
	assert_int_equal(
		asking(p, &p->admin, API_GET, "/api/v1/openapi.json", NULL),
		200);
	must(json_parse(buf_str(&p->got.body), limits, &document, &repaired,
			&why),
	     &why);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_BUF fault = BUF(64 << 10);
		char path[128], described[128];
		const struct json *schema;

		snprintf(path, sizeof(path), DOMAIN "%s", table[i].path);
		snprintf(described, sizeof(described),
			 "/api/v1/domains/{domain}%s", table[i].path);
		if (asking(p, &p->admin, table[i].method, path,
			   table[i].body) != 200)
			fail_msg("%s: %s", path, code(p));
		schema = schema_of_answer(document, described, table[i].name);
		if (!schema_holds(document, schema, p->got.json, &fault))
			fail_msg("%s: %.2000s", path, buf_c(&fault));
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, asking_begin, asking_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_admins_change_and_nobody_sees_the_domains_of_others),
		TEST(hosting_begins_with_names_and_a_proof),
		TEST(the_gates_have_the_values_of_reports_and_looks),
		TEST(enforce_waits_for_a_reason_and_never_passes_a_server),
		TEST(a_server_is_covered_when_senders_know_it),
		TEST(steps_are_in_the_log_with_their_reason),
		TEST(templates_are_applied_to_many_each_with_its_own_token),
		TEST(answers_are_as_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
