#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "asking.h"
#include "schema.h"

#include "finding/finding.h"

#define DMARC "/api/v1/generate/dmarc"
#define SPF "/api/v1/generate/spf"
#define DKIM "/api/v1/generate/dkim"
#define STS "/api/v1/generate/mta-sts"

static int
post(struct place *p, const char *path, const char *body)
{
	return asking(p, &p->viewer, API_POST, path, body);
}

static bool
is_made(struct place *p)
{
	bool yes = false;

	assert_true(json_bool(asking_member(p, "made"), &yes));
	return yes;
}

/* The place of a code in a list of findings, SIZE_MAX without it. */
static size_t
found(struct place *p, const char *list, const char *which)
{
	const struct json *all = asking_member(p, list);

	for (size_t i = 0; i < json_count(all); i++)
		if (str_eq(json_str(json_get(json_at(all, i), "code")),
			   str_of(which)))
			return i;
	return SIZE_MAX;
}

static void
a_wish_becomes_records(void **state)
{
	static const struct {
		const char *path, *body, *schema, *name, *value;
	} table[] = {
		{ DMARC,
		  "{\"wish\":{\"domain\":\"A.example\",\"policy\":\"reject\","
		  "\"rua\":[\"d@a.example\"]}}",
		  "waxseal.generate.dmarc/1", "_dmarc.a.example",
		  "v=DMARC1; p=reject; rua=mailto:d@a.example" },
		{ SPF,
		  "{\"domain\":\"a.example\",\"wish\":{\"send_mx\":true,"
		  "\"ip\":[\"192.0.2.7\"],\"all\":\"fail\"}}",
		  "waxseal.generate.spf/1", "a.example",
		  "v=spf1 mx ip4:192.0.2.7 -all" },
		{ "/api/v1/generate/tls-rpt",
		  "{\"wish\":{\"domain\":\"a.example\","
		  "\"rua\":\"t@a.example\"}}",
		  "waxseal.generate.tls_rpt/1", "_smtp._tls.a.example",
		  "v=TLSRPTv1; rua=mailto:t@a.example" },
		{ "/api/v1/generate/bimi",
		  "{\"wish\":{\"domain\":\"a.example\",\"decline\":true}}",
		  "waxseal.generate.bimi/1", "default._bimi.a.example",
		  "v=BIMI1; l=; a=;" },
		{ STS,
		  "{\"wish\":{\"domain\":\"a.example\",\"id\":\"7\","
		  "\"mx\":[\"mx.a.example\"]}}",
		  "waxseal.generate.mta_sts/1", "_mta-sts.a.example",
		  "v=STSv1; id=7;" },
	};
	struct place *p = *state;

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		assert_int_equal(post(p, table[i].path, table[i].body), 200);
		assert_string_equal(asking_text(p, "schema"), table[i].schema);
		assert_string_equal(asking_text(p, "domain"), "a.example");
		assert_true(is_made(p));
		assert_string_equal(asking_text(p, "records.0.name"),
				    table[i].name);
		assert_string_equal(asking_text(p, "records.0.value"),
				    table[i].value);
		assert_non_null(
			strstr(asking_text(p, "text.nsupdate"), table[i].name));
		assert_true(json_count(asking_member(p, "steps")) > 0);
	}
	assert_non_null(
		strstr(asking_text(p, "files.0.body"), "mx: mx.a.example\r\n"));
	assert_string_equal(asking_text(p, "files.0.url"),
			    "https://mta-sts.a.example/.well-known/"
			    "mta-sts.txt");
	assert_string_equal(asking_text(p, "steps.4.step"),
			    "generate.step.sts_txt");
}

static void
a_record_becomes_a_wish(void **state)
{
	struct place *p = *state;
	bool yes = false;

	assert_int_equal(
		post(p, DMARC,
		     "{\"domain\":\"a.example\",\"record\":\"v=DMARC1; "
		     "p=reject;"
		     " pct=50; rf=afrf; ri=3600; rua=mailto:d@a.example\"}"),
		200);
	assert_true(found(p, "given", "dmarc.obsolete_tags") != SIZE_MAX);
	assert_string_equal(asking_text(p, "wish.policy"), "reject");
	assert_true(json_bool(asking_member(p, "wish.testing"), &yes) && yes);
	assert_string_equal(asking_text(p, "records.0.value"),
			    "v=DMARC1; p=reject; t=y; rua=mailto:d@a.example");
	/* What older receivers make of t=y. */
	assert_true(found(p, "findings", "dmarc.test_mode") != SIZE_MAX);
	assert_non_null(strstr(asking_text(p, "text.nsupdate"), "pct=50"));
	/* Several become one, and what the form knows stays. */
	assert_int_equal(
		post(p, SPF,
		     "{\"wish\":{\"domain\":\"a.example\",\"ttl\":600},"
		     "\"record\":[\"v=spf1 mx -all\",\"v=spf1 "
		     "include:b.example ~all\"]}"),
		200);
	assert_string_equal(asking_text(p, "records.0.value"),
			    "v=spf1 mx include:b.example ~all");
	assert_int_equal(asking_number(p, "records.0.ttl"), 600);
	assert_int_equal(json_count(asking_member(p, "records")), 1);
	/* A policy file is read, too. */
	assert_int_equal(
		post(p, STS,
		     "{\"domain\":\"a.example\",\"record\":\"version: STSv1\\n"
		     "mode: enforce\\nmx: m.a.example\\nmax_age: 604800\\n\"}"),
		200);
	assert_string_equal(asking_text(p, "wish.mode"), "enforce");
	assert_int_equal(asking_number(p, "wish.max_age"), 604800);
	assert_string_equal(asking_text(p, "wish.mx.0"), "m.a.example");
}

/* Wish into record into wish into record. */
static void
what_it_prints_it_reads_back(void **state)
{
	struct place *p = *state;
	SCOPED_BUF body = BUF(4096);
	char first[1024];

	assert_int_equal(
		post(p, DMARC,
		     "{\"wish\":{\"domain\":\"a.example\",\"policy\":"
		     "\"quarantine\",\"subdomains\":\"reject\",\"nonexistent\":"
		     "\"reject\",\"rua\":[\"d@a.example\",\"e@a.example\"],"
		     "\"dkim_alignment\":\"strict\",\"psd\":\"n\","
		     "\"ruf\":[\"f@a.example\"],\"fo\":[\"1\",\"d\"]}}"),
		200);
	snprintf(first, sizeof(first), "%s", asking_text(p, "records.0.value"));
	assert_non_null(strstr(first, "fo=1:d"));
	buf_addf(&body, "{\"domain\":\"a.example\",\"record\":\"%s\"}", first);
	assert_int_equal(post(p, DMARC, buf_c(&body)), 200);
	assert_string_equal(asking_text(p, "records.0.value"), first);
	assert_int_equal(json_count(asking_member(p, "given")), 0);
}

static void
what_cannot_be_made_says_why(void **state)
{
	static const struct {
		const char *path, *body, *why;
	} table[] = {
		{ DMARC, "{}", "generate.no_domain" },
		{ DMARC, "{\"wish\":null}", "generate.no_domain" },
		{ DMARC, "{\"wish\":{\"domain\":\"com\"}}",
		  "generate.no_domain" },
		{ DMARC,
		  "{\"wish\":{\"domain\":\"a.example\",\"policy\":\"x\"}}",
		  "generate.bad_value" },
		{ DMARC,
		  "{\"wish\":{\"domain\":\"a.example\",\"rua\":"
		  "[\"x; p=none\"]}}",
		  "generate.not_a_mailbox" },
		{ STS, "{\"wish\":{\"domain\":\"a.example\"}}",
		  "generate.sts_no_mx" },
		{ DKIM,
		  "{\"wish\":{\"domain\":\"a.example\",\"selector\":\"s\","
		  "\"public_key\":\"AAAA\"}}",
		  "generate.bad_key" },
		{ DKIM, "{\"wish\":{\"domain\":\"a.example\"}}",
		  "generate.bad_selector" },
	};
	struct place *p = *state;

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		assert_int_equal(post(p, table[i].path, table[i].body), 200);
		assert_false(is_made(p));
		assert_int_equal(json_count(asking_member(p, "records")), 0);
		assert_int_equal(json_count(asking_member(p, "files")), 0);
		if (found(p, "findings", table[i].why) == SIZE_MAX)
			fail_msg("%s: no %s in %s", table[i].body, table[i].why,
				 buf_c(&p->got.body));
	}
	assert_int_equal(json_type(asking_member(p, "text.zone")), JSON_NULL);
}

static void
hostile_bodies_are_refused(void **state)
{
	static const struct {
		const char *path, *body, *why;
		int status;
	} table[] = {
		{ "/api/v1/generate/dns", "{}", "api.no_page", 404 },
		{ "/api/v1/generate/mta_sts", "{}", "api.no_page", 404 },
		{ DMARC, "", "api.bad_body", 400 },
		{ DMARC, "[]", "api.bad_body", 400 },
		{ DMARC, "{\"wish\":[]}", "api.bad_body", 400 },
		{ DMARC, "{\"wish\":\"x\"}", "api.bad_body", 400 },
		{ DMARC,
		  "{\"wish\":{\"rua\":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]"
		  "]]]}}",
		  "api.bad_body", 400 },
		{ DMARC, "{\"record\":\"v=spf1 -all\"}", "api.not_a_record",
		  400 },
		{ SPF, "{\"record\":[\"v=spf1 mx\",\"hello\"]}",
		  "api.not_a_record", 400 },
		{ DKIM,
		  "{\"wish\":{\"public_key\":\"-----BEGIN RSA PRIVATE "
		  "KEY-----\\nMIIE\\n\"}}",
		  "api.private_key", 400 },
	};
	struct place *p = *state;

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		if (post(p, table[i].path, table[i].body) != table[i].status)
			fail_msg("%s: %d", table[i].body, p->got.head.status);
		assert_string_equal(code(p), table[i].why);
		assert_null(strstr(buf_c(&p->got.body), "MIIE"));
		assert_non_null(finding_find(str_of(table[i].why)));
	}
}

/* Members by the thousand, of every type, with bytes of every kind. */
static void
large_bodies_are_bounded(void **state)
{
	static const char *const fields[] = { "rua", "ruf", "fo", "current" };
	struct place *p = *state;
	SCOPED_BUF body = BUF(API_BODY_MAX);

	buf_addz(&body, "{\"wish\":{\"domain\":\"a.example\"");
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		buf_addf(&body, ",\"%s\":[\"1\"", fields[i]);
		for (int k = 0; k < 5000; k++)
			buf_addf(&body, ",\"x%d@a.example\",%d,null,{}", k, k);
		buf_addc(&body, ']');
	}
	buf_addz(&body, "}}");
	assert_false(body.full);
	assert_int_equal(post(p, DMARC, buf_c(&body)), 200);
	assert_false(is_made(p));
	buf_clear(&body);
	buf_addz(&body, "{\"record\":[\"\"");
	for (int k = 0; k < 5000; k++)
		buf_addz(&body, ",\"v=spf1 mx\"");
	buf_addz(&body, "]}");
	assert_int_equal(post(p, SPF, buf_c(&body)), 422);
	assert_string_equal(code(p), "generate.too_much");
	buf_clear(&body);
	buf_addz(&body, "{\"record\":\"v=DMARC1; p=none; rua=");
	for (int k = 0; k < 60000; k++)
		buf_addz(&body, "mailto:a@b,");
	buf_addz(&body, "\"}");
	assert_int_equal(post(p, DMARC, buf_c(&body)), 400);
	assert_string_equal(code(p), "api.not_a_record");
}

static void
who_may_read_may_ask(void **state)
{
	static const char body[] = "{\"wish\":{\"domain\":\"a.example\"}}";
	const struct api_options options = {
		.data = ((struct place *)*state)->dir,
		.clock = asking_clock,
		.public_checks = true,
	};
	struct place *p = *state;
	struct asker program, no_csrf = p->viewer;
	struct diag why = { 0 };

	asking_token(p, &program, CONTROL_SCOPE_UPLOAD);
	no_csrf.csrf[0] = '\0';
	assert_int_equal(asking(p, NULL, API_POST, DMARC, body), 401);
	assert_int_equal(asking(p, &program, API_POST, DMARC, body), 403);
	assert_int_equal(asking(p, &no_csrf, API_POST, DMARC, body), 403);
	assert_int_equal(post(p, DMARC, body), 200);
	assert_int_equal(asking(p, &p->viewer, API_GET, DMARC, NULL), 405);
	api_close(p->api);
	must(api_open(&options, &p->api, &why), &why);
	assert_int_equal(asking(p, NULL, API_POST, DMARC, body), 200);
	assert_int_equal(asking(p, NULL, API_GET, "/api/v1/overview", NULL),
			 401);
}

static void
answers_are_what_the_document_says(void **state)
{
	static const struct {
		const char *path, *body;
	} table[] = {
		{ DMARC, "{}" },
		{ DMARC, "{\"domain\":\"a.example\",\"record\":\"v=DMARC1; "
			 "p=none; pct=10; rua=mailto:d@b.example\"}" },
		{ DMARC,
		  "{\"wish\":{\"domain\":\"a.example\",\"ttl\":\"x\"}}" },
		{ SPF, "{\"wish\":{\"domain\":\"a.example\"}}" },
		{ DKIM, "{\"wish\":{\"domain\":\"a.example\"}}" },
		{ STS, "{\"wish\":{\"domain\":\"a.example\",\"addresses\":"
		       "[\"192.0.2.1\",\"2001:db8::1\"],"
		       "\"mx\":[\"m.a.example\"]}}" },
		{ "/api/v1/generate/tls-rpt", "{}" },
		{ "/api/v1/generate/bimi", "{}" },
	};
	struct place *p = *state;
	const struct json_limits limits = { 1 << 20, 32 };
	SCOPED_JSON root = NULL;
	struct diag why = { 0 };
	const struct json *schema;
	bool repaired = false;

	assert_int_equal(asking(p, NULL, API_GET, "/api/v1/openapi.json", NULL),
			 200);
	must(json_parse(buf_str(&p->got.body), limits, &root, &repaired, &why),
	     &why);
	schema = schema_of_answer(root, "/api/v1/generate/{kind}", "post");
	assert_non_null(schema);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_BUF fault = BUF(64 << 10);

		assert_int_equal(post(p, table[i].path, table[i].body), 200);
		if (!schema_holds(root, schema, p->got.json, &fault))
			fail_msg("%s: %.2000s", table[i].body, buf_c(&fault));
	}
}

#define CASE(name)                                                             \
	cmocka_unit_test_setup_teardown(name, asking_begin, asking_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_wish_becomes_records),
		CASE(a_record_becomes_a_wish),
		CASE(what_it_prints_it_reads_back),
		CASE(what_cannot_be_made_says_why),
		CASE(hostile_bodies_are_refused),
		CASE(large_bodies_are_bounded),
		CASE(who_may_read_may_ask),
		CASE(answers_are_what_the_document_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
