#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "reading.h"

#include "finding/finding.h"

#include <stdio.h>
#include <string.h>

static void
whoever_is_nobody_may_only_ask_for_the_version(void **state)
{
	struct heard h = { 0 };

	get_as(*state, API_GET, "/api/v1/query", "", &h);
	assert_int_equal(h.head.status, 401);
	assert_string_equal(h.type, "application/problem+json");
	assert_true(str_eq(node_text(&h, "code"), S("api.sign_in")));
	get_as(*state, API_GET, "/api/v1/query", "Bearer nonsense", &h);
	assert_int_equal(h.head.status, 401);
	get_as(*state, API_GET, "/api/v1/query",
	       ((struct reading *)*state)->uploader, &h);
	assert_int_equal(h.head.status, 403);
	get_as(*state, API_GET, "/api/v1/version", "", &h);
	assert_int_equal(h.head.status, 200);
	get_as(*state, API_DELETE, "/api/v1/version", "", &h);
	assert_int_equal(h.head.status, 405);
	get_as(*state, API_GET, "/api/v1/nothing", "", &h);
	assert_int_equal(h.head.status, 404);
	heard_free(&h);
}

static void
messages_by_source_add_up_to_their_total(void **state)
{
	struct heard h = { 0 };
	int64_t sum = 0;

	get(*state, "/api/v1/query?group=source&limit=1000&sorce=x", &h);
	assert_int_equal(h.head.status, 200);
	assert_true(
		str_eq(node_text(&h, "schema"), S("waxseal.report.query/1")));
	assert_true(str_eq(node_text(&h, "query.group"), S("source")));
	assert_true(str_eq(node_text(&h, "query.from"), S("2026-10-24")));
	assert_true(str_eq(node_text(&h, "query.to"), S("2026-11-22")));
	assert_true(str_eq(node_text(&h, "ignored.0"), S("sorce")));
	for (size_t i = 0; i < json_count(node(&h, "rows")); i++) {
		char way[64];

		snprintf(way, sizeof(way), "rows.%zu.messages", i);
		sum += node_number(&h, way);
	}
	assert_true(sum > 0);
	assert_int_equal(sum, node_number(&h, "totals.messages"));
	heard_free(&h);
}

static void
pages_continue_where_the_last_one_ended(void **state)
{
	struct heard h = { 0 };
	char path[1024];
	size_t rows = 0, all;

	get(*state, "/api/v1/query?group=source&limit=1000", &h);
	all = json_count(node(&h, "rows"));
	assert_true(all > 4);
	snprintf(path, sizeof(path), "/api/v1/query?group=source&limit=20");
	for (int page = 0; page < 100; page++) {
		get(*state, path, &h);
		rows += json_count(node(&h, "rows"));
		if (json_type(node(&h, "next")) == JSON_NULL)
			break;
		snprintf(path, sizeof(path),
			 "/api/v1/query?group=source&limit=20&cursor=%.*s",
			 STR_ARG(node_text(&h, "next")));
	}
	assert_int_equal(rows, all);
	heard_free(&h);
}

static void
bad_questions_are_told_with_their_code(void **state)
{
	static const struct {
		const char *path, *code;
	} table[] = {
		{ "/api/v1/query?range=x", "query.bad_value" },
		{ "/api/v1/query?group=planet", "query.bad_value" },
		{ "/api/v1/query?group=ip", "query.needs_domain" },
		{ "/api/v1/query?cursor=zzz", "query.bad_cursor" },
		{ "/api/v1/query?format=xlsx", "query.bad_value" },
		{ "/api/v1/rows", "query.needs_domain" },
		{ "/api/v1/tls?group=planet", "query.bad_value" },
		{ "/api/v1/reports?kind=planet", "query.bad_value" },
		{ "/api/v1/query?preset=planet", "query.bad_value" },
	};
	struct heard h = { 0 };

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		get(*state, table[i].path, &h);
		assert_int_equal(h.head.status, 400);
		assert_true(
			str_eq(node_text(&h, "code"), str_of(table[i].code)));
	}
	heard_free(&h);
}

static void
days_are_all_there_and_their_kinds_add_up(void **state)
{
	static const char *const kinds[] = { "own_passed",  "own_failed",
					     "forwarded",   "unrecognised",
					     "quarantined", "rejected" };
	struct heard h = { 0 };
	int64_t all = 0, blocked = 0;

	get(*state, "/api/v1/days?range=30d", &h);
	assert_int_equal(h.head.status, 200);
	assert_int_equal(json_count(node(&h, "days")), 30);
	for (size_t i = 0; i < 30; i++) {
		int64_t sum = 0;
		char way[64];

		for (size_t k = 0; k < COUNT_OF(kinds); k++) {
			snprintf(way, sizeof(way), "days.%zu.%s", i, kinds[k]);
			assert_true(node_number(&h, way) >= 0);
			sum += node_number(&h, way);
			if (k > 3)
				blocked += node_number(&h, way);
		}
		snprintf(way, sizeof(way), "days.%zu.messages", i);
		assert_int_equal(sum, node_number(&h, way));
		all += sum;
	}
	get(*state, "/api/v1/query?range=30d&group=class", &h);
	assert_int_equal(all, node_number(&h, "totals.messages"));
	assert_int_equal(blocked, node_number(&h, "totals.blocked"));
	assert_true(blocked > 0);
	get(*state, "/api/v1/days?from=2020-01-01&to=2020-01-03", &h);
	assert_int_equal(json_count(node(&h, "days")), 3);
	assert_int_equal(node_number(&h, "days.1.messages"), 0);
	get(*state, "/api/v1/days?range=all", &h);
	assert_in_range(json_count(node(&h, "days")), 39, 42);
	heard_free(&h);
}

/* The domain with most messages. */
static void
largest_domain(struct reading *f, char out[300])
{
	struct heard h = { 0 };

	get(f, "/api/v1/query?group=domain&range=all", &h);
	snprintf(out, 300, "%.*s", STR_ARG(node_text(&h, "rows.0.key")));
	heard_free(&h);
}

static void
the_detailed_view_has_every_message(void **state)
{
	struct heard h = { 0 };
	char domain[300], path[2048], cursor[1024] = "";
	int64_t sum = 0, wanted;

	largest_domain(*state, domain);
	snprintf(path, sizeof(path), "/api/v1/query?domain=%s&range=7d",
		 domain);
	get(*state, path, &h);
	wanted = node_number(&h, "totals.messages");
	for (int page = 0; page < 1000; page++) {
		snprintf(path, sizeof(path),
			 "/api/v1/rows?domain=%s&range=7d&limit=50%s", domain,
			 cursor);
		get(*state, path, &h);
		assert_int_equal(h.head.status, 200);
		for (size_t i = 0; i < json_count(node(&h, "rows")); i++) {
			snprintf(path, sizeof(path), "rows.%zu.count", i);
			sum += node_number(&h, path);
		}
		if (json_type(node(&h, "next")) == JSON_NULL)
			break;
		snprintf(cursor, sizeof(cursor), "&cursor=%.*s",
			 STR_ARG(node_text(&h, "next")));
	}
	assert_true(wanted > 0);
	assert_int_equal(sum, wanted);
	heard_free(&h);
}

static size_t
count_lines(struct str all)
{
	size_t lines = 0;

	for (size_t i = 0; i < all.n; i++)
		lines += all.p[i] == '\n';
	return lines;
}

static void
a_file_has_the_rows_of_the_screen_and_all_of_them(void **state)
{
	static const char *const paths[] = {
		"/api/v1/query?group=source", "/api/v1/query?group=day",
		"/api/v1/sources?x=",         "/api/v1/reports?kind=dmarc",
		"/api/v1/tls?group=reporter", "/api/v1/failures?x="
	};
	static const char *const members[] = { "rows",    "rows", "sources",
					       "reports", "rows", "failures" };
	struct heard h = { 0 };
	char path[256];

	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		size_t rows;

		snprintf(path, sizeof(path), "%s&format=json", paths[i]);
		get(*state, path, &h);
		assert_int_equal(h.head.status, 200);
		assert_int_equal(node_number(&h, "generated_at"), NOW);
		assert_non_null(strstr(h.disposition, ".json\""));
		assert_int_equal(h.head.etag.n, 0);
		rows = json_count(node(&h, members[i]));
		assert_true(rows > 0);
		snprintf(path, sizeof(path), "%s&format=csv", paths[i]);
		get(*state, path, &h);
		assert_string_equal(h.type,
				    "text/csv; charset=utf-8; header=present");
		assert_non_null(strstr(h.disposition, ".csv\""));
		assert_int_equal(count_lines(buf_str(&h.body)), rows + 1);
		snprintf(path, sizeof(path), "%s&limit=10000", paths[i]);
		get(*state, path, &h);
		assert_int_equal(json_count(node(&h, members[i])), rows);
	}
	heard_free(&h);
}

static size_t
count_cells(struct str line)
{
	size_t cells = 1;
	bool quoted = false;

	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '"')
			quoted = !quoted;
		cells += !quoted && line.p[i] == ',';
	}
	return cells;
}

static void
every_line_of_a_file_has_as_many_cells_as_its_head(void **state)
{
	struct heard h = { 0 };
	char domain[300], path[600];
	const char *const paths[] = { "/api/v1/query?format=csv",
				      "/api/v1/sources?format=csv",
				      "/api/v1/reports?format=csv",
				      "/api/v1/tls?format=csv",
				      "/api/v1/tls?format=csv&group=mx",
				      "/api/v1/failures?format=csv",
				      path };

	largest_domain(*state, domain);
	snprintf(path, sizeof(path), "/api/v1/rows?format=csv&domain=%s",
		 domain);
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		struct str rest, line;
		size_t head;

		get(*state, paths[i], &h);
		assert_int_equal(h.head.status, 200);
		rest = buf_str(&h.body);
		assert_true(str_split(&rest, '\n', &line));
		head = count_cells(line);
		assert_true(head > 5 && rest.n > 0);
		while (str_split(&rest, '\n', &line))
			if (line.n > 0)
				assert_int_equal(count_cells(line), head);
	}
	heard_free(&h);
}

static void
a_source_tells_its_evidence_and_how_to_pass(void **state)
{
	struct heard h = { 0 };
	char path[600], slug[200];
	size_t i = 0;

	get(*state, "/api/v1/sources?range=all", &h);
	for (; i < json_count(node(&h, "sources")); i++) {
		snprintf(path, sizeof(path), "sources.%zu.kind", i);
		if (str_eq(node_text(&h, path), S("service")))
			break;
	}
	snprintf(path, sizeof(path), "sources.%zu.slug", i);
	snprintf(slug, sizeof(slug), "%.*s", STR_ARG(node_text(&h, path)));
	snprintf(path, sizeof(path), "/api/v1/sources/%s?range=all", slug);
	get(*state, path, &h);
	assert_int_equal(h.head.status, 200);
	assert_true(str_eq(node_text(&h, "source.slug"), str_of(slug)));
	assert_true(node_text(&h, "source.evidence").n > 0);
	assert_true(str_starts(node_text(&h, "fix.code"), S("sender.fix.")));
	assert_true(json_count(node(&h, "domains")) > 0);
	assert_int_equal(json_count(node(&h, "ips")), 0);
	assert_int_equal(json_type(node(&h, "findings")), JSON_ARRAY);
	get(*state, "/api/v1/sources/no-such-source", &h);
	assert_int_equal(h.head.status, 404);
	heard_free(&h);
}

static void
reports_are_shown_with_their_attachment(void **state)
{
	struct heard h = { 0 };
	char path[200];

	get(*state, "/api/v1/reports?kind=dmarc&limit=1", &h);
	assert_int_equal(json_count(node(&h, "reports")), 1);
	assert_true(node_text(&h, "next").n > 0);
	int64_t id = node_number(&h, "reports.0.id");

	snprintf(path, sizeof(path), "/api/v1/reports/%lld", (long long)id);
	get(*state, path, &h);
	assert_int_equal(h.head.status, 200);
	assert_int_equal(node_number(&h, "report.id"), id);
	assert_true(node_text(&h, "policy.p").n > 0);
	assert_int_equal(json_count(node(&h, "tls")), 0);
	snprintf(path, sizeof(path), "/api/v1/reports/%lld/raw", (long long)id);
	get(*state, path, &h);
	assert_int_equal(h.head.status, 200);
	assert_non_null(strstr(h.disposition, "attachment; filename="));
	assert_true(h.body.n > 100);
	snprintf(path, sizeof(path), "/api/v1/rows?report=%lld", (long long)id);
	get(*state, path, &h);
	assert_int_equal(node_number(&h, "rows.0.report"), id);
	get(*state, "/api/v1/reports/99999999", &h);
	assert_int_equal(h.head.status, 404);
	get(*state, "/api/v1/reports/x", &h);
	assert_int_equal(h.head.status, 404);
	heard_free(&h);
}

static void
tls_results_say_what_they_mean(void **state)
{
	struct heard h = { 0 };
	char path[200];
	int64_t failed = 0, all;

	get(*state, "/api/v1/tls?range=all", &h);
	assert_int_equal(h.head.status, 200);
	all = node_number(&h, "totals.sessions");
	assert_int_equal(all, node_number(&h, "totals.successful") +
				      node_number(&h, "totals.failed"));
	for (size_t i = 0; i < json_count(node(&h, "rows")); i++) {
		snprintf(path, sizeof(path), "rows.%zu.code", i);
		assert_true(str_starts(node_text(&h, path), S("tls.")));
		snprintf(path, sizeof(path), "rows.%zu.failed", i);
		failed += node_number(&h, path);
	}
	assert_true(failed > 0);
	get(*state, "/api/v1/reports?kind=tlsrpt&limit=1", &h);
	snprintf(path, sizeof(path), "/api/v1/reports/%lld",
		 (long long)node_number(&h, "reports.0.id"));
	get(*state, path, &h);
	assert_true(json_count(node(&h, "tls")) > 0);
	assert_true(node_text(&h, "tls.0.domain").n > 0);
	assert_int_equal(node_number(&h, "tls.0.successful") +
				 node_number(&h, "tls.0.failed"),
			 node_number(&h, "report.messages"));
	heard_free(&h);
}

static void
personal_parts_are_only_for_whoever_may_and_asks(void **state)
{
	struct reading *f = *state;
	struct heard h = { 0 };

	get(f, "/api/v1/failures?limit=5", &h);
	assert_int_equal(h.head.status, 200);
	assert_true(json_count(node(&h, "failures")) > 0);
	assert_true(str_find(node_text(&h, "failures.0.header_from"),
			     S("***")) != SIZE_MAX);
	assert_int_equal(json_type(node(&h, "failures.0.headers")), JSON_NULL);
	get(f, "/api/v1/failures?reveal=true", &h);
	assert_int_equal(h.head.status, 403);
	get_as(f, API_GET, "/api/v1/failures?limit=1&reveal=true", f->admin,
	       &h);
	assert_int_equal(h.head.status, 200);
	assert_true(str_find(node_text(&h, "failures.0.header_from"),
			     S("***")) == SIZE_MAX);
	heard_free(&h);
}

/* The original of a failure report holds all that is redacted elsewhere. */
static void
the_original_of_a_failure_report_is_not_for_viewers(void **state)
{
	struct reading *f = *state;
	struct heard h = { 0 };
	char path[64];

	get(f, "/api/v1/reports?kind=failure&limit=1", &h);
	snprintf(path, sizeof path, "/api/v1/reports/%lld/raw",
		 (long long)node_number(&h, "reports.0.id"));
	get(f, path, &h);
	assert_int_equal(h.head.status, 403);
	get_as(f, API_GET, path, f->admin, &h);
	assert_int_equal(h.head.status, 200);
	heard_free(&h);
}

static void
one_click_asks_what_microsoft_recipients_see(void **state)
{
	struct heard h = { 0 };
	char path[600], domain[300];
	int64_t all;

	get(*state, "/api/v1/query?range=all", &h);
	all = node_number(&h, "totals.messages");
	get(*state, "/api/v1/query?range=all&preset=microsoft", &h);
	assert_int_equal(h.head.status, 200);
	assert_true(node_text(&h, "query.preset_by").n > 0);
	assert_true(node_number(&h, "totals.messages") < all);
	/* Nobody tells whom mail was for: then by the family of reporters. */
	largest_domain(*state, domain);
	snprintf(path, sizeof(path),
		 "/api/v1/query?range=all&to_domain=unknown&domain=%s"
		 "&preset=microsoft&group=reporter",
		 domain);
	get(*state, path, &h);
	assert_true(
		str_eq(node_text(&h, "query.preset_by"), S("reporter_family")));
	heard_free(&h);
}

static void
the_first_page_ranks_what_needs_somebody(void **state)
{
	static const char *const severities[] = { "critical", "fail", "warn",
						  "info" };
	struct heard h = { 0 };
	size_t last = 0;

	get(*state, "/api/v1/overview", &h);
	assert_int_equal(h.head.status, 200);
	assert_int_equal(node_number(&h, "domains"), 3);
	assert_int_equal(node_number(&h, "policies.none") +
				 node_number(&h, "policies.quarantine") +
				 node_number(&h, "policies.reject") +
				 node_number(&h, "policies.unknown"),
			 3);
	assert_int_equal(node_number(&h, "last_report"), NOW);
	assert_int_equal(node_number(&h, "unverified.reports"), 0);
	assert_in_range(json_count(node(&h, "attention")), 1, 7);
	for (size_t i = 0; i < json_count(node(&h, "attention")); i++) {
		char way[64];
		size_t rank = 0;

		snprintf(way, sizeof(way), "attention.%zu.severity", i);
		while (!str_eq(node_text(&h, way), str_of(severities[rank])))
			assert_true(++rank < COUNT_OF(severities));
		assert_true(rank >= last);
		last = rank;
		snprintf(way, sizeof(way), "attention.%zu.url", i);
		assert_true(str_starts(node_text(&h, way), S("/")));
		snprintf(way, sizeof(way), "attention.%zu.code", i);
		assert_non_null(finding_find(node_text(&h, way)));
	}
	/* The time before is as long and ends where this begins. */
	int64_t before = node_number(&h, "previous.messages");

	get(*state, "/api/v1/query?from=2026-09-24&to=2026-10-23", &h);
	assert_int_equal(node_number(&h, "totals.messages"), before);
	heard_free(&h);
}

static void
the_search_bar_offers_by_kind_whatever_the_width(void **state)
{
	static const struct {
		const char *typed, *language, *kind, *value;
	} table[] = {
		{ "%EF%BD%87%EF%BD%8F%EF%BD%8F%EF%BD%87", "en", "reporter",
		  "google.com" },
		{ "GOOGLE", "en", "reporter", "google.com" },
		{ "norge", "nb", "country", "NO" },
		{ "%E3%83%8E%E3%83%AB", "ja", "country", "NO" },
		{ "192.0.2.77", "en", "ip", "192.0.2.77" },
		{ "192.0.2.77%2F24", "en", "ip", "192.0.2.0/24" },
		{ "2001:DB8::0:1", "en", "ip", "2001:db8::1" },
		{ "fjord", "en", "domain", "fjordbakeri.example" },
		{ "FJORDBAKERI.EXAMPLE.", "en", "domain",
		  "fjordbakeri.example" },
	};
	struct reading *r = *state;
	struct heard h = { 0 };

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char query[200];
		const struct api_request request = {
			.path = STR("/api/v1/suggest"),
			.query = { query,
				   (size_t)snprintf(query, sizeof(query),
						    "q=%s", table[i].typed) },
			.authorization = str_of(r->reader),
			.accept_language = str_of(table[i].language),
		};

		get_whole(r, &request, &h);
		assert_int_equal(h.head.status, 200);
		assert_true(str_eq(node_text(&h, "suggestions.0.kind"),
				   str_of(table[i].kind)));
		assert_true(str_eq(node_text(&h, "suggestions.0.value"),
				   str_of(table[i].value)));
		assert_true(str_eq(node_text(&h, "suggestions.0.filter.value"),
				   str_of(table[i].value)));
	}
	get(r, "/api/v1/suggest?q=", &h);
	assert_int_equal(json_count(node(&h, "suggestions")), 0);
	heard_free(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			whoever_is_nobody_may_only_ask_for_the_version),
		cmocka_unit_test(messages_by_source_add_up_to_their_total),
		cmocka_unit_test(pages_continue_where_the_last_one_ended),
		cmocka_unit_test(bad_questions_are_told_with_their_code),
		cmocka_unit_test(days_are_all_there_and_their_kinds_add_up),
		cmocka_unit_test(the_detailed_view_has_every_message),
		cmocka_unit_test(
			a_file_has_the_rows_of_the_screen_and_all_of_them),
		cmocka_unit_test(
			every_line_of_a_file_has_as_many_cells_as_its_head),
		cmocka_unit_test(a_source_tells_its_evidence_and_how_to_pass),
		cmocka_unit_test(reports_are_shown_with_their_attachment),
		cmocka_unit_test(tls_results_say_what_they_mean),
		cmocka_unit_test(
			personal_parts_are_only_for_whoever_may_and_asks),
		cmocka_unit_test(
			the_original_of_a_failure_report_is_not_for_viewers),
		cmocka_unit_test(one_click_asks_what_microsoft_recipients_see),
		cmocka_unit_test(the_first_page_ranks_what_needs_somebody),
		cmocka_unit_test(
			the_search_bar_offers_by_kind_whatever_the_width),
	};

	return cmocka_run_group_tests(tests, reading_begin, reading_end);
}
