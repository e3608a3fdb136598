#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "reading.h"

#include "control/control.h"
#include "ingest/ingest.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include "os/os.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
the_intake_page_lists_everything_that_arrived(void **state)
{
	struct heard h = { 0 };

	get(*state, "/api/v1/intake?limit=3", &h);
	assert_int_equal(h.head.status, 200);
	assert_int_equal(json_count(node(&h, "items")), 3);
	assert_true(node_text(&h, "next").n > 0);
	assert_true(str_eq(node_text(&h, "items.0.door"), S("file")));
	assert_true(node_number(&h, "items.0.report") > 0);
	assert_true(node_number(&h, "counts.imported") > 100);
	assert_int_equal(node_number(&h, "counts.rejected"), 0);
	/* No writer to ask: not known, which is not none. */
	assert_int_equal(json_type(node(&h, "waiting.messages")), JSON_NULL);
	assert_true(json_count(node(&h, "reporters")) > 2);
	assert_true(node_number(&h, "reporters.0.usual") >= DAY);
	get(*state, "/api/v1/intake?status=rejected", &h);
	assert_int_equal(json_count(node(&h, "items")), 0);
	get(*state, "/api/v1/intake?status=planet", &h);
	assert_int_equal(h.head.status, 400);
	heard_free(&h);
}

static void
changes_are_for_those_who_may_and_need_a_writer(void **state)
{
	static const struct {
		enum api_method method;
		const char *path;
	} table[] = {
		{ API_DELETE, "/api/v1/reports/1" },
		{ API_POST, "/api/v1/reports/1/reparse" },
		{ API_POST, "/api/v1/reports/reparse" },
		{ API_POST, "/api/v1/intake/1/retry" },
		{ API_POST, "/api/v1/intake/test" },
	};
	struct reading *r = *state;
	struct heard h = { 0 };

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		get_as(r, table[i].method, table[i].path, r->reader, &h);
		assert_int_equal(h.head.status, 403);
		get_as(r, table[i].method, table[i].path, r->admin, &h);
		assert_int_equal(h.head.status, 503);
		assert_true(
			str_eq(node_text(&h, "code"), S("ingest.no_server")));
	}
	heard_free(&h);
}

static volatile int stop_writer;
static pid_t writer;

static void
stop_soon(int signal)
{
	(void)signal;
	stop_writer = 1;
}

/* The writer of the fixture's directory, as a server has it. */
static pid_t
start_writer(struct reading *r)
{
	char spool[300];
	pid_t child;

	snprintf(spool, sizeof(spool), "%s/spool", r->dir);
	(void)mkdir(spool, 0700);
	child = fork();
	if (child == 0) {
		struct sigaction action = { .sa_handler = stop_soon };
		const struct ingest_serve_options options = {
			.data = r->dir,
			.bell = -1,
			.stop = &stop_writer,
			.keep = STORE_RETENTION,
		};
		struct diag why = { 0 };

		(void)sigaction(SIGTERM, &action, NULL);
		log_start(open("/dev/null", O_WRONLY), LOG_TEXT, LOG_ERROR,
			  "writer", os_now);
		_exit(ingest_serve(&options, &why) == ERR_NONE ? 0 : 1);
	}
	for (int i = 0; i < 500; i++) {
		SCOPED_BUF answer = BUF(INGEST_ANSWER_MAX);

		if (ingest_ask(r->dir, S("{\"op\":\"status\"}"), &answer,
			       NULL) == ERR_NONE)
			break;
		(void)usleep(10000);
	}
	return child;
}

static void
stop_it(void)
{
	int status = -1;

	(void)kill(writer, SIGTERM);
	assert_int_equal(waitpid(writer, &status, 0), writer);
	writer = 0;
	assert_int_equal(status, 0);
}

static void
put_triage(struct reading *r, const char *slug, const char *body,
	   struct heard *h)
{
	char path[400];
	const struct api_request request = {
		.method = API_PUT,
		.path = { path,
			  (size_t)snprintf(path, sizeof(path),
					   "/api/v1/sources/%s/triage", slug) },
		.content_type = STR("application/json"),
		.body = str_of(body),
		.authorization = str_of(r->admin),
	};

	get_whole(r, &request, h);
}

static void
a_judgement_is_kept_by_the_writer_and_can_be_undone(void **state)
{
	struct reading *r = *state;
	struct heard h = { 0 };
	char path[400], slug[200] = "";

	writer = start_writer(r);
	get(r, "/api/v1/intake?limit=1", &h);
	assert_int_equal(node_number(&h, "waiting.messages"), 0);
	get(r, "/api/v1/query?group=source&class=own&range=all", &h);
	for (size_t i = 0; slug[0] == '\0' || strchr(slug, '/'); i++) {
		snprintf(path, sizeof(path), "rows.%zu.key", i);
		assert_true(node_text(&h, path).n > 0);
		snprintf(slug, sizeof(slug), "%.*s",
			 STR_ARG(node_text(&h, path)));
	}
	put_triage(r, slug, "{\"triage\":\"forwarder\",\"note\":\"by us\"}",
		   &h);
	assert_int_equal(h.head.status, 200);
	assert_true(str_eq(node_text(&h, "slug"), str_of(slug)));
	assert_true(str_eq(node_text(&h, "triage"), S("forwarder")));
	assert_true(str_eq(node_text(&h, "note"), S("by us")));
	assert_true(node_number(&h, "forwarded") > 0);
	assert_int_equal(node_number(&h, "own"), 0);
	put_triage(r, slug, "{\"triage\":null}", &h);
	assert_int_equal(h.head.status, 200);
	assert_int_equal(json_type(node(&h, "triage")), JSON_NULL);
	assert_true(node_number(&h, "own") > 0);
	put_triage(r, slug, "{\"triage\":\"friend\"}", &h);
	assert_int_equal(h.head.status, 400);
	put_triage(r, "no-such-source", "{\"triage\":\"ours\"}", &h);
	assert_int_equal(h.head.status, 404);

	get(r, "/api/v1/reports?kind=dmarc&limit=1", &h);
	snprintf(path, sizeof(path), "/api/v1/reports/%lld",
		 (long long)node_number(&h, "reports.0.id"));
	get_as(r, API_DELETE, path, r->admin, &h);
	assert_int_equal(h.head.status, 200);
	get(r, path, &h);
	assert_int_equal(h.head.status, 404);
	get_as(r, API_DELETE, path, r->admin, &h);
	assert_int_equal(h.head.status, 404);
	stop_it();
	heard_free(&h);
}

static void
what_strangers_sent_over_the_quota_is_counted(void **state)
{
	struct diag why = { 0 };
	struct heard h = { 0 };

	/* Without a server that counts nothing is known. */
	get(*state, "/api/v1/intake?limit=1", &h);
	assert_int_equal(json_type(node(&h, "unclaimed.dropped")), JSON_NULL);
	assert_int_equal(metrics_start(&why), ERR_NONE);
	metrics_set(METRICS_STARTED, 1);
	get(*state, "/api/v1/intake?limit=1", &h);
	assert_int_equal(json_type(node(&h, "unclaimed.dropped")), JSON_NUMBER);
	assert_int_equal(node_number(&h, "unclaimed.dropped"), 0);
	metrics_add(METRICS_DROPPED_UNCLAIMED, 3);
	get(*state, "/api/v1/intake?limit=1", &h);
	assert_int_equal(node_number(&h, "unclaimed.dropped"), 3);
	heard_free(&h);
}

/* Asks for a test report with `body`, NULL: none, and waits until its item
 * is on the intake page. */
static void
send_test(struct reading *r, const char *body, struct heard *h)
{
	const struct api_request request = {
		.method = API_POST,
		.path = STR("/api/v1/intake/test"),
		.content_type = str_of(body ? "application/json" : ""),
		.body = str_of(body ? body : ""),
		.authorization = str_of(r->admin),
	};
	char path[200];

	get_whole(r, &request, h);
	if (h->head.status != 201)
		return;
	assert_int_equal(node_text(h, "id").n, 32);
	snprintf(path, sizeof(path), "/api/v1/intake?upload=%.*s",
		 STR_ARG(node_text(h, "id")));
	for (int i = 0; i < 1500; i++) {
		get(r, path, h);
		if (json_count(node(h, "items")) > 0)
			return;
		(void)usleep(10000);
	}
	fail_msg("the test report did not arrive");
}

static void
check_test(struct reading *r, const char *domain, struct heard *h)
{
	char path[200];

	assert_true(str_eq(node_text(h, "items.0.outcome"), S("imported")));
	assert_true(str_eq(node_text(h, "items.0.door"), S("upload")));
	snprintf(path, sizeof(path), "/api/v1/reports/%lld",
		 (long long)node_number(h, "items.0.report"));
	get(r, path, h);
	assert_int_equal(h->head.status, 200);
	assert_true(str_find(buf_str(&h->body), S("\"Waxseal test\"")) !=
		    SIZE_MAX);
	assert_true(str_find(buf_str(&h->body), str_of(domain)) != SIZE_MAX);
}

static void
a_test_report_arrives_like_any_other(void **state)
{
	struct reading *r = *state;
	struct control_domain d = { .name = STR("registered.example") };
	struct control *c = NULL;
	SCOPED_ARENA mem = arena_new(16 << 10);
	struct diag why = { 0 };
	struct heard h = { 0 };

	writer = start_writer(r);
	send_test(r, NULL, &h);
	check_test(r, "\"test.example\"", &h);
	assert_int_equal(control_open(r->dir, &c, &why), ERR_NONE);
	assert_int_equal(
		control_domain_add(c, CONTROL_OWNER_SELF, &d, mem, &why),
		ERR_NONE);
	control_close(c);
	send_test(r, NULL, &h);
	check_test(r, "\"registered.example\"", &h);
	send_test(r, "{\"domain\":\"registered.example\"}", &h);
	check_test(r, "\"registered.example\"", &h);
	send_test(r, "{\"domain\":\"others.example\"}", &h);
	assert_int_equal(h.head.status, 404);
	assert_true(str_eq(node_text(&h, "code"), S("control.no_domain")));
	send_test(r, "[]", &h);
	assert_int_equal(h.head.status, 400);
	stop_it();
	heard_free(&h);
}

/* Also when the test failed half-way. */
static int
end(void **state)
{
	if (writer > 0)
		(void)kill(writer, SIGKILL);
	return reading_end(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_intake_page_lists_everything_that_arrived),
		cmocka_unit_test(
			changes_are_for_those_who_may_and_need_a_writer),
		cmocka_unit_test(
			a_judgement_is_kept_by_the_writer_and_can_be_undone),
		cmocka_unit_test(what_strangers_sent_over_the_quota_is_counted),
		cmocka_unit_test(a_test_report_arrives_like_any_other),
	};

	return cmocka_run_group_tests(tests, reading_begin, end);
}
