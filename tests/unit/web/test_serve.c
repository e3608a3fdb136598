#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "inflate/inflate.h"
#include "os/os.h"
#include "site.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
health_is_told_with_every_protecting_header(void **state)
{
	static const char *const headers[][2] = {
		{ "Content-Security-Policy",
		  "default-src 'none'; script-src 'self'; style-src 'self'; "
		  "img-src 'self' data:; connect-src 'self'; font-src 'self'; "
		  "form-action 'self'; frame-ancestors 'none'; "
		  "base-uri 'none'" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "Strict-Transport-Security", "" },
	};
	static const struct {
		const char *path;
		int status;
	} paths[] = { { "/healthz", 200 },     { "/", 200 },
		      { "/d/a.example", 200 }, { "/assets/none.js", 404 },
		      { "/metrics", 404 },     { "/api/v1/echo", 200 },
		      { "/readyz", 503 } };
	struct site site;
	struct site_answer a;

	(void)state;
	site_start(&site, &(struct web_options){ 0 });
	for (size_t p = 0; p < COUNT_OF(paths); p++) {
		site_get(site.port, paths[p].path, "", &a);
		assert_int_equal(a.status, paths[p].status);
		assert_true(a.whole);
		for (size_t h = 0; h < COUNT_OF(headers); h++)
			assert_string_equal(site_header(&a, headers[h][0]),
					    headers[h][1]);
		site_forget(&a);
	}
	site_get(site.port, "/healthz", "", &a);
	assert_string_equal(buf_c(&a.body), "ok\n");
	site_forget(&a);
	/* There are no stores here. */
	site_get(site.port, "/readyz", "", &a);
	assert_string_equal(buf_c(&a.body), "stores\n");
	site_forget(&a);
	assert_int_equal(site_stop(&site), 0);
}

static void
metrics_are_told_on_their_own_door_only(void **state)
{
	struct site site;
	struct site_answer a;

	(void)state;
	site_start(&site, &(struct web_options){ 0 });
	assert_int_equal(site_get(site.port, "/healthz", "", &a), 200);
	site_forget(&a);
	assert_int_equal(site_get(site.metrics_port, "/metrics", "", &a), 200);
	assert_non_null(strstr(buf_c(&a.body), "waxseal_"));
	site_forget(&a);
	assert_int_equal(site_get(site.metrics_port, "/api/v1/echo", "", &a),
			 404);
	site_forget(&a);
	assert_int_equal(site_stop(&site), 0);
}

static void
a_desk_answers_what_the_client_asked(void **state)
{
	struct site site;
	struct site_answer a;

	(void)state;
	site_start(&site, &(struct web_options){ 0 });
	site_get(site.port, "/api/v1/echo?x=%20y",
		 "Cookie: s=1\r\nX-Forwarded-For: 6.6.6.6\r\n", &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(buf_c(&a.body),
			    "0|/api/v1/echo|x=%20y|127.0.0.1|0|s=1|");
	assert_string_equal(site_header(&a, "ETag"), "W/\"e\"");
	assert_string_equal(site_header(&a, "Set-Cookie"), "a=b; HttpOnly");
	assert_string_equal(site_header(&a, "Cache-Control"),
			    "private, no-cache");
	site_forget(&a);

	SCOPED_FD fd = site_connect(site.port);
	site_sendz(fd, "PATCH /api/v1/echo HTTP/1.1\r\nHost: h\r\n"
		       "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
		       "2\r\nde\r\n0\r\n\r\nHEAD /api/v1/echo HTTP/1.1\r\n"
		       "Host: h\r\n\r\nGET /healthz HTTP/1.1\r\nHost: h\r\n"
		       "Connection: close\r\n\r\n");
	site_answer(fd, &a);
	assert_string_equal(buf_c(&a.body),
			    "3|/api/v1/echo||127.0.0.1|0||abcde");
	site_forget(&a);
	char head[4096];
	ssize_t n = 0, got;
	while ((got = read(fd, head + n, sizeof head - 1 - (size_t)n)) > 0)
		n += got;
	head[n] = '\0';
	/* The head of the HEAD, and right behind it the last answer. */
	assert_non_null(strstr(head, "Content-Length: 29\r\n\r\nHTTP/1.1 200"));
	assert_non_null(strstr(head, "Connection: close\r\n\r\nok\n"));
	assert_int_equal(site_stop(&site), 0);
}

static enum err
collect(void *ctx, struct str piece)
{
	return buf_add(ctx, piece) ? ERR_NONE : ERR_LIMIT;
}

static void
long_answers_are_packed_when_the_client_takes_that(void **state)
{
	static const struct {
		const char *path;
		size_t n;
		bool packed, sized;
	} table[] = {
		{ "/api/v1/big?n=900", 900, false, true },
		{ "/api/v1/big?n=5000", 5000, true, true },
		{ "/api/v1/big?n=1000000", 1000000, true, false },
	};
	struct site site;

	(void)state;
	site_start(&site, &(struct web_options){ 0 });
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_BUF plain = BUF(4 << 20);
		struct site_answer a, b;

		site_get(site.port, table[i].path, "Accept-Encoding: gzip\r\n",
			 &a);
		site_get(site.port, table[i].path, "", &b);
		assert_true(a.whole && b.whole);
		assert_int_equal(b.body.n, table[i].n);
		assert_string_equal(site_header(&b, "Content-Encoding"), "");
		assert_string_equal(site_header(&b, "Vary"), "Accept-Encoding");
		assert_string_equal(site_header(&a, "Content-Encoding"),
				    table[i].packed ? "gzip" : "");
		assert_int_equal(*site_header(&a, "Content-Length") != '\0',
				 table[i].sized);
		if (table[i].packed)
			assert_int_equal(
				inflate_stream(buf_str(&a.body), INFLATE_GZIP,
					       &INFLATE_LIMITS, collect, &plain,
					       NULL, NULL),
				ERR_NONE);
		assert_true(str_eq(table[i].packed ? buf_str(&plain)
						   : buf_str(&a.body),
				   buf_str(&b.body)));
		site_forget(&a);
		site_forget(&b);
	}
	assert_int_equal(site_stop(&site), 0);
}

static void
pages_are_not_sent_again_to_who_has_them(void **state)
{
	struct site site;
	struct site_answer a, b;
	char field[128];

	(void)state;
	site_start(&site, &(struct web_options){ 0 });
	site_get(site.port, "/", "Accept-Encoding: gzip\r\n", &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(site_header(&a, "Content-Encoding"), "gzip");
	assert_string_equal(site_header(&a, "Cache-Control"), "no-cache");
	assert_string_equal(site_header(&a, "Content-Type"),
			    "text/html; charset=utf-8");
	(void)snprintf(field, sizeof field, "If-None-Match: %s\r\n",
		       site_header(&a, "ETag"));
	site_get(site.port, "/setup", field, &b);
	assert_int_equal(b.status, 304);
	assert_string_equal(site_header(&b, "Content-Length"), "");
	site_forget(&a);
	site_forget(&b);
	assert_int_equal(site_stop(&site), 0);
}

static void
health_does_not_wait_for_slow_questions(void **state)
{
	struct site site;
	struct site_answer a;
	int busy[12];
	int64_t worst = 0;

	(void)state;
	site_start(&site, &(struct web_options){ 0 });
	assert_int_equal(site_get(site.port, "/healthz", "", &a), 200);
	site_forget(&a);
	for (size_t i = 0; i < COUNT_OF(busy); i++) {
		busy[i] = site_connect(site.port);
		site_sendz(busy[i], "GET /api/v1/slow?ms=700 HTTP/1.1\r\n"
				    "Host: h\r\n\r\n");
	}
	for (int i = 0; i < 10; i++) {
		int64_t began = os_ticks();

		assert_int_equal(site_get(site.port, "/healthz", "", &a), 200);
		site_forget(&a);
		/* Nor do short questions: they have desks of their own. */
		assert_int_equal(site_get(site.port, "/api/v1/echo", "", &a),
				 200);
		site_forget(&a);
		if (os_ticks() - began > worst)
			worst = os_ticks() - began;
	}
	/* 50 ms each is the promise; a busy machine gets some more. */
	assert_in_range(worst, 0, 400);
	for (size_t i = 0; i < COUNT_OF(busy); i++) {
		site_answer(busy[i], &a);
		assert_int_equal(a.status, 200);
		site_forget(&a);
		(void)close(busy[i]);
	}
	assert_int_equal(site_stop(&site), 0);
}

static void
who_finds_the_queue_full_is_told_to_come_again(void **state)
{
	const struct web_options options = { .desks = 1,
					     .slow_desks = 1,
					     .queue = 1 };
	struct site site;
	struct site_answer a;
	int fd[3];

	(void)state;
	site_start(&site, &options);
	assert_int_equal(site_get(site.port, "/api/v1/echo", "", &a), 200);
	site_forget(&a);
	for (size_t i = 0; i < COUNT_OF(fd); i++) {
		fd[i] = site_connect(site.port);
		site_sendz(fd[i], "GET /api/v1/wait?ms=600 HTTP/1.1\r\n"
				  "Host: h\r\n\r\n");
		(void)usleep(100000);
	}
	site_answer(fd[2], &a);
	assert_int_equal(a.status, 503);
	assert_string_equal(site_header(&a, "Retry-After"), "5");
	site_forget(&a);
	/* Who gave up waiting leaves the queue. */
	(void)close(fd[2]);
	for (size_t i = 0; i < 2; i++) {
		site_answer(fd[i], &a);
		assert_int_equal(a.status, 200);
		site_forget(&a);
		(void)close(fd[i]);
	}
	assert_int_equal(site_stop(&site), 0);
}

static void
a_desk_that_dies_takes_only_its_own_question_along(void **state)
{
	const struct web_options options = { .desks = 1, .slow_desks = 1 };
	struct site site;
	struct site_answer a;

	(void)state;
	site_start(&site, &options);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(site_get(site.port, "/api/v1/die", "", &a),
				 503);
		assert_true(a.whole);
		site_forget(&a);
		/* Waits for the next desk, a second at most. */
		assert_int_equal(site_get(site.port, "/api/v1/echo", "", &a),
				 200);
		site_forget(&a);
	}
	assert_int_equal(site_stop(&site), 0);
}

static void
a_desk_that_hangs_is_replaced(void **state)
{
	const struct web_options options = { .desks = 1,
					     .slow_desks = 1,
					     .desk_ms = 500 };
	struct site site;
	struct site_answer a;

	(void)state;
	site_start(&site, &options);
	assert_int_equal(site_get(site.port, "/api/v1/wait?ms=15000", "", &a),
			 503);
	site_forget(&a);
	assert_int_equal(site_get(site.port, "/api/v1/echo", "", &a), 200);
	site_forget(&a);
	assert_int_equal(site_stop(&site), 0);
}

static void
a_slow_reader_gets_everything_and_holds_nobody_up(void **state)
{
	enum { SIZE = 30000000 };
	struct site site;
	struct site_answer a;

	(void)state;
	site_start(&site, &(struct web_options){ 0 });
	SCOPED_FD fd = site_connect(site.port);
	site_sendz(fd, "GET /api/v1/big?n=30000000 HTTP/1.1\r\nHost: h\r\n"
		       "\r\n");
	(void)usleep(300000);
	assert_int_equal(site_get(site.port, "/api/v1/echo", "", &a), 200);
	site_forget(&a);
	assert_int_equal(site_get(site.port, "/api/v1/slow?ms=1", "", &a), 200);
	site_forget(&a);
	site_answer(fd, &a);
	assert_true(a.whole);
	assert_int_equal(a.body.n, SIZE);
	site_forget(&a);
	assert_int_equal(site_stop(&site), 0);
}

static void
who_reads_nothing_does_not_hold_a_desk_for_ever(void **state)
{
	const struct web_options options = { .slow_desks = 1,
					     .slow_ms = 1000,
					     .least_rate = 100000 };
	struct site site;
	struct site_answer a;

	(void)state;
	site_start(&site, &options);
	SCOPED_FD fd = site_connect(site.port);
	site_sendz(fd, "GET /api/v1/big?n=30000000 HTTP/1.1\r\nHost: h\r\n"
		       "\r\n");
	(void)usleep(100000);
	/* Waits until the only desk is free again. */
	assert_int_equal(site_get(site.port, "/api/v1/slow?ms=1", "", &a), 200);
	site_forget(&a);
	site_answer(fd, &a);
	assert_false(a.whole);
	site_forget(&a);
	assert_int_equal(site_stop(&site), 0);
}

static void
what_is_being_answered_is_finished_before_the_end(void **state)
{
	struct site site;
	struct site_answer a;

	(void)state;
	site_start(&site, &(struct web_options){ 0 });
	assert_int_equal(site_get(site.port, "/healthz", "", &a), 200);
	site_forget(&a);
	SCOPED_FD idle = site_connect(site.port);
	SCOPED_FD fd = site_connect(site.port);
	site_sendz(fd, "GET /api/v1/wait?ms=800 HTTP/1.1\r\nHost: h\r\n\r\n");
	(void)usleep(200000);
	int64_t began = os_ticks();
	assert_int_equal(site_stop(&site), 0);
	assert_in_range(os_ticks() - began, 0, 5000);
	site_answer(fd, &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(site_header(&a, "Connection"), "close");
	assert_true(a.whole);
	site_forget(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(health_is_told_with_every_protecting_header),
		cmocka_unit_test(metrics_are_told_on_their_own_door_only),
		cmocka_unit_test(a_desk_answers_what_the_client_asked),
		cmocka_unit_test(
			long_answers_are_packed_when_the_client_takes_that),
		cmocka_unit_test(pages_are_not_sent_again_to_who_has_them),
		cmocka_unit_test(health_does_not_wait_for_slow_questions),
		cmocka_unit_test(
			who_finds_the_queue_full_is_told_to_come_again),
		cmocka_unit_test(
			a_desk_that_dies_takes_only_its_own_question_along),
		cmocka_unit_test(a_desk_that_hangs_is_replaced),
		cmocka_unit_test(
			a_slow_reader_gets_everything_and_holds_nobody_up),
		cmocka_unit_test(
			who_reads_nothing_does_not_hold_a_desk_for_ever),
		cmocka_unit_test(
			what_is_being_answered_is_finished_before_the_end),
	};

	return cmocka_run_group_tests_name("web serves", tests, NULL, NULL);
}
