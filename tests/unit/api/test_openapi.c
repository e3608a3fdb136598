#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "api/private.h"

#include "reading.h"
#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const methods[] = { "get", "post", "put", "patch",
				       "delete" };

static struct json *
document(struct reading *r)
{
	const struct json_limits limits = { 1 << 20, 32 };
	struct heard h = { 0 };
	struct json *root = NULL;
	bool repaired = false;

	get_as(r, API_GET, "/api/v1/openapi.json", "", &h);
	assert_int_equal(h.head.status, 200);
	assert_string_equal(h.type, "application/json");
	assert_int_equal(
		json_parse(buf_str(&h.body), limits, &root, &repaired, NULL),
		0);
	assert_false(repaired);
	heard_free(&h);
	return root;
}

static void
every_route_is_described(void **state)
{
	SCOPED_JSON root = document(*state);

	assert_true(str_starts(json_str(json_get(root, "openapi")), S("3.1")));
	for (const struct api_route *r = api_routes; r->path; r++) {
		const struct json *path =
			json_get(json_get(root, "paths"), r->path);
		const struct json *operation =
			json_get(path, methods[r->method]);

		if (!operation)
			fail_msg("%s %s is not in openapi.json",
				 methods[r->method], r->path);
		/* Open to anybody, or not, in both. */
		assert_int_equal(json_type(json_get(operation, "security")) ==
					 JSON_ARRAY,
				 r->needs == API_ANYBODY);
	}
}

static bool
check_operation(void *ctx, struct str method, const struct json *operation)
{
	const struct str *path = ctx;

	(void)operation;
	for (const struct api_route *r = api_routes; r->path; r++)
		if (str_eq(*path, str_of(r->path)) &&
		    str_eq(method, str_of(methods[r->method])))
			return true;
	fail_msg("%.*s %.*s is described, but not there", STR_ARG(method),
		 STR_ARG(*path));
	return false;
}

static bool
check_path(void *ctx, struct str path, const struct json *operations)
{
	(void)ctx;
	json_each(operations, check_operation, &path);
	return true;
}

static void
everything_described_is_there(void **state)
{
	SCOPED_JSON root = document(*state);

	json_each(json_get(root, "paths"), check_path, NULL);
}

static void
hold(const struct json *root, struct reading *r, const char *path,
     const char *request)
{
	const struct json *schema = schema_of_answer(root, path, "get");
	SCOPED_BUF fault = BUF(64 << 10);
	struct heard h = { 0 };

	get_as(r, API_GET, request, r->admin, &h);
	if (h.head.status != 200)
		fail_msg("%s: %d %.*s", request, h.head.status,
			 STR_ARG(buf_str(&h.body)));
	if (!schema_holds(root, schema, h.json, &fault))
		fail_msg("%s: %.2000s", request, buf_c(&fault));
	heard_free(&h);
}

static void
answers_are_what_the_document_says(void **state)
{
	static const struct {
		const char *path, *query;
	} table[] = {
		{ "version", "" },
		{ "query", "group=source" },
		{ "query", "group=day&range=all" },
		{ "query", "group=country&format=json" },
		{ "query", "group=to_domain&preset=microsoft" },
		{ "query", "group=none&nonsense=1" },
		{ "days", "range=all" },
		{ "days", "domain=fjordbakeri.example" },
		{ "rows", "domain=fjordbakeri.example&range=all" },
		{ "rows", "domain=sakura-ryokan.example&format=json" },
		{ "overview", "" },
		{ "overview", "domain=fjordbakeri.example&range=all" },
		{ "sources", "range=all" },
		{ "reports", "range=all" },
		{ "reports", "kind=tlsrpt&format=json" },
		{ "tls", "" },
		{ "tls", "group=mx&range=all" },
		{ "tls", "group=policy_type&format=json" },
		{ "failures", "" },
		{ "failures", "reveal=true" },
		{ "suggest", "q=n" },
		{ "intake", "limit=20" },
		{ "intake", "status=rejected&format=json" },
	};
	SCOPED_JSON root = document(*state);

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char path[100], request[400];

		snprintf(path, sizeof(path), "/api/v1/%s", table[i].path);
		snprintf(request, sizeof(request), "%s?%s", path,
			 table[i].query);
		hold(root, *state, path, request);
	}
}

/* A piece of a path, so that a network is one: "192.0.2.0%2F24". */
static void
encode(struct str text, char *out, size_t room)
{
	SCOPED_BUF to = BUF(room - 1);

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '/')
			buf_addz(&to, "%2F");
		else
			buf_addc(&to, text.p[i]);
	snprintf(out, room, "%s", buf_c(&to));
}

/* The page of each thing in a list. */
static void
hold_each(struct reading *r, const char *list, const char *member,
	  const char *key, const char *path)
{
	SCOPED_JSON root = document(r);
	struct heard h = { 0 };

	get_as(r, API_GET, list, r->admin, &h);
	assert_int_equal(h.head.status, 200);
	for (size_t i = 0; i < json_count(node(&h, member)); i++) {
		char way[100], request[600], value[200];
		int64_t id;

		snprintf(way, sizeof(way), "%s.%zu.%s", member, i, key);
		if (json_i64(node(&h, way), &id))
			snprintf(value, sizeof(value), "%lld", (long long)id);
		else
			encode(node_text(&h, way), value, sizeof(value));
		snprintf(request, sizeof(request), "%.*s%s?range=all",
			 (int)(strchr(path, '{') - path), path, value);
		hold(root, r, path, request);
	}
	heard_free(&h);
}

static void
pages_of_one_thing_are_what_the_document_says(void **state)
{
	hold_each(*state, "/api/v1/sources?range=all&limit=12", "sources",
		  "slug", "/api/v1/sources/{slug}");
	hold_each(*state, "/api/v1/reports?kind=dmarc&limit=3", "reports", "id",
		  "/api/v1/reports/{id}");
	hold_each(*state, "/api/v1/reports?kind=tlsrpt", "reports", "id",
		  "/api/v1/reports/{id}");
	hold_each(*state, "/api/v1/failures?limit=3", "failures", "id",
		  "/api/v1/failures/{id}");
}

static void
problems_are_what_the_document_says(void **state)
{
	static const char *const requests[] = {
		"/api/v1/nothing",        "/api/v1/query?group=planet",
		"/api/v1/reports/0",      "/api/v1/reports/123456789",
		"/api/v1/sources/nobody", "/api/v1/rows",
		"/api/v1/openapi.json/",
	};
	SCOPED_JSON root = document(*state);
	const struct json *schema = json_get(
		json_get(json_get(root, "components"), "schemas"), "Problem");
	struct reading *r = *state;
	struct heard h = { 0 };

	for (size_t i = 0; i < COUNT_OF(requests); i++) {
		SCOPED_BUF fault = BUF(4096);

		get(r, requests[i], &h);
		assert_in_range(h.head.status, 400, 404);
		assert_string_equal(h.type, "application/problem+json");
		if (!schema_holds(root, schema, h.json, &fault))
			fail_msg("%s: %s", requests[i], buf_c(&fault));
		assert_non_null(finding_find(node_text(&h, "code")));
	}
	heard_free(&h);
}

static void
the_validator_finds_what_is_wrong(void **state)
{
	static const struct {
		const char *value;
		bool holds;
	} table[] = {
		{ "{\"a\":1,\"b\":null}", true },
		{ "{\"a\":1,\"b\":\"x\"}", true },
		{ "{\"a\":1,\"b\":\"z\"}", false },
		{ "{\"a\":\"1\",\"b\":null}", false },
		{ "{\"a\":null,\"b\":null}", false },
		{ "{\"b\":null}", false },
		{ "{\"a\":1,\"b\":null,\"c\":1}", false },
		{ "{\"a\":1,\"b\":null,\"d\":[{\"e\":true},{}]}", true },
		{ "{\"a\":1,\"b\":null,\"d\":[{\"e\":1}]}", false },
		{ "{\"a\":1,\"b\":null,\"d\":{}}", false },
		{ "[]", false },
	};
	static const char schema_text[] =
		"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":"
		"\"integer\"},\"b\":{\"type\":[\"string\",\"null\"],\"enum\":"
		"[\"x\",\"y\",null]},\"d\":{\"type\":\"array\",\"items\":"
		"{\"type\":\"object\",\"properties\":{\"e\":{\"type\":"
		"\"boolean\"}}}}},\"required\":[\"a\",\"b\"]}";
	const struct json_limits limits = { 4096, 16 };
	SCOPED_JSON schema = NULL;
	bool repaired;

	(void)state;
	assert_int_equal(
		json_parse(S(schema_text), limits, &schema, &repaired, NULL),
		0);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_JSON value = NULL;

		assert_int_equal(json_parse(str_of(table[i].value), limits,
					    &value, &repaired, NULL),
				 0);
		assert_int_equal(schema_holds(schema, schema, value, NULL),
				 table[i].holds);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_validator_finds_what_is_wrong),
		cmocka_unit_test(every_route_is_described),
		cmocka_unit_test(everything_described_is_there),
		cmocka_unit_test(answers_are_what_the_document_says),
		cmocka_unit_test(pages_of_one_thing_are_what_the_document_says),
		cmocka_unit_test(problems_are_what_the_document_says),
	};

	return cmocka_run_group_tests(tests, reading_begin, reading_end);
}
