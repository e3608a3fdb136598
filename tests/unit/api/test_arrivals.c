#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "reading.h"

#include "ingest/ingest.h"
#include "log/log.h"
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
	int status = -1;

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
	(void)kill(writer, SIGTERM);
	assert_int_equal(waitpid(writer, &status, 0), writer);
	writer = 0;
	assert_int_equal(status, 0);
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
	};

	return cmocka_run_group_tests(tests, reading_begin, end);
}
