#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "os/os.h"
#include "site.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GOOD "Host: h\r\nAuthorization: Bearer good\r\n"

static uint64_t
nothing_done(void *ctx, struct str segment)
{
	(void)ctx;
	(void)segment;
	return 0;
}

/* The messages in the spool: how many, and the octets and the name of the
 * last. */
static unsigned
look_into_spool(const struct site *site, struct buf *octets, struct buf *name)
{
	char dir[80];
	struct spool_reader *r;
	struct spool_entry e;
	unsigned count = 0;

	(void)snprintf(dir, sizeof dir, "%s/spool", site->dir);
	assert_int_equal(spool_reader_open(dir, nothing_done, NULL, &r, NULL),
			 ERR_NONE);
	while (spool_next(r, &e, NULL)) {
		char *to;

		count++;
		buf_clear(octets);
		buf_clear(name);
		(void)buf_add(name, e.envelope.name);
		to = buf_reserve(octets, (size_t)e.size);
		assert_non_null(to);
		assert_int_equal(os_read_all(e.fd, to, (size_t)e.size), e.size);
		buf_commit(octets, (size_t)e.size);
		(void)close(e.fd);
	}
	spool_reader_close(r);
	return count;
}

static void
fill_with(struct buf *out, size_t n)
{
	char *to = buf_reserve(out, n);
	uint32_t x = 1;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		to[i] = (char)(x >> 24);
	}
	buf_commit(out, n);
}

/* Waits a second at most for the byte that wakes the writer. */
static bool
bell_rang(const struct site *site)
{
	char byte;

	return read(site->bell, &byte, 1) == 1;
}

static void
twenty_megabytes_are_durable_before_they_are_told(void **state)
{
	enum { SIZE = 20 << 20 };
	SCOPED_BUF sent = BUF(SIZE), kept = BUF(SIZE), name = BUF(100);
	struct site site;
	struct site_answer a;

	(void)state;
	fill_with(&sent, SIZE);
	site_start(&site, &(struct web_options){ 0 });
	SCOPED_FD fd = site_connect(site.port);
	site_sendz(fd, "POST /api/v1/reports HTTP/1.1\r\n" GOOD
		       "X-File-Name: r.xml\r\nExpect: 100-continue\r\n"
		       "Content-Length: 20971520\r\n\r\n");
	site_answer(fd, &a);
	assert_int_equal(a.status, 100);
	site_forget(&a);
	site_send(fd, buf_str(&sent));
	site_answer(fd, &a);
	assert_int_equal(a.status, 201);
	assert_string_equal(buf_c(&a.body), "{\"id\":\"upload-1\"}\n");
	site_forget(&a);
	assert_true(bell_rang(&site));
	assert_int_equal(look_into_spool(&site, &kept, &name), 1);
	assert_true(str_eq(buf_str(&kept), buf_str(&sent)));
	assert_string_equal(buf_c(&name), "r.xml");
	/* The connection serves on. */
	site_sendz(fd, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
	site_answer(fd, &a);
	assert_int_equal(a.status, 200);
	site_forget(&a);
	assert_int_equal(site_stop(&site), 0);
}

static void
chunks_that_do_not_wait_for_leave_arrive_too(void **state)
{
	SCOPED_BUF kept = BUF(1 << 20), name = BUF(100);
	struct site site;
	struct site_answer a;

	(void)state;
	site_start(&site, &(struct web_options){ 0 });
	SCOPED_FD fd = site_connect(site.port);
	site_sendz(fd, "POST /api/v1/reports HTTP/1.1\r\n" GOOD
		       "Transfer-Encoding: chunked\r\n\r\n"
		       "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
		       "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
	site_answer(fd, &a);
	assert_int_equal(a.status, 201);
	site_forget(&a);
	site_answer(fd, &a);
	assert_int_equal(a.status, 200);
	site_forget(&a);
	assert_int_equal(look_into_spool(&site, &kept, &name), 1);
	assert_string_equal(buf_c(&kept), "hello world");
	assert_int_equal(site_stop(&site), 0);
}

static void
many_uploads_at_once_all_arrive(void **state)
{
	enum { MANY = 40 };
	SCOPED_BUF kept = BUF(1 << 20), name = BUF(100);
	struct site site;
	struct site_answer a;
	int fd[MANY];

	(void)state;
	site_start(&site, &(struct web_options){ 0 });
	for (int i = 0; i < MANY; i++) {
		fd[i] = site_connect(site.port);
		site_sendz(fd[i], "POST /api/v1/reports HTTP/1.1\r\n" GOOD
				  "Content-Length: 3\r\n\r\nabc");
	}
	for (int i = 0; i < MANY; i++) {
		site_answer(fd[i], &a);
		assert_int_equal(a.status, 201);
		site_forget(&a);
		(void)close(fd[i]);
	}
	assert_int_equal(look_into_spool(&site, &kept, &name), MANY);
	assert_int_equal(site_stop(&site), 0);
}

static void
what_is_refused_is_not_even_read(void **state)
{
	static const struct {
		const char *wire;
		int status;
	} table[] = {
		{ "POST /api/v1/reports HTTP/1.1\r\nHost: h\r\n"
		  "Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n",
		  401 },
		{ "POST /api/v1/reports HTTP/1.1\r\nHost: h\r\n"
		  "Content-Length: 1000\r\n\r\nabc",
		  401 },
		{ "POST /api/v1/reports?max=10 HTTP/1.1\r\n" GOOD
		  "Expect: 100-continue\r\nContent-Length: 11\r\n\r\n",
		  413 },
		{ "POST /api/v1/reports?max=10 HTTP/1.1\r\n" GOOD
		  "Transfer-Encoding: chunked\r\n\r\n"
		  "b\r\n01234567890\r\n",
		  413 },
	};
	SCOPED_BUF kept = BUF(1 << 20), name = BUF(100);
	struct site site;
	struct site_answer a;

	(void)state;
	site_start(&site, &(struct web_options){ 0 });
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_FD fd = site_connect(site.port);

		site_sendz(fd, table[i].wire);
		site_answer(fd, &a);
		assert_int_equal(a.status, table[i].status);
		assert_string_equal(site_header(&a, "Connection"), "close");
		assert_true(a.whole);
		site_forget(&a);
	}
	assert_int_equal(site_get(site.port, "/healthz", "X: y\r\n", &a), 200);
	site_forget(&a);
	assert_int_equal(look_into_spool(&site, &kept, &name), 0);
	assert_int_equal(site_stop(&site), 0);
}

static void
an_empty_upload_is_no_report_and_keeps_the_connection(void **state)
{
	struct site site;
	struct site_answer a;

	(void)state;
	site_start(&site, &(struct web_options){ 0 });
	SCOPED_FD fd = site_connect(site.port);
	site_sendz(fd, "POST /api/v1/reports HTTP/1.1\r\n" GOOD
		       "Content-Length: 0\r\n\r\n"
		       "POST /api/v1/reports HTTP/1.1\r\nHost: h\r\n\r\n"
		       "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
	site_answer(fd, &a);
	assert_int_equal(a.status, 400);
	assert_non_null(strstr(buf_c(&a.body), "http.empty_body"));
	site_forget(&a);
	site_answer(fd, &a);
	assert_int_equal(a.status, 401);
	site_forget(&a);
	site_answer(fd, &a);
	assert_int_equal(a.status, 200);
	site_forget(&a);
	assert_int_equal(site_stop(&site), 0);
}

static void
a_client_that_breaks_off_leaves_nothing_behind(void **state)
{
	SCOPED_BUF kept = BUF(1 << 20), name = BUF(100), half = BUF(1 << 20);
	struct site site;
	struct site_answer a;

	(void)state;
	fill_with(&half, 600000);
	site_start(&site, &(struct web_options){ 0 });
	for (int i = 0; i < 5; i++) {
		SCOPED_FD fd = site_connect(site.port);

		site_sendz(fd, "POST /api/v1/reports HTTP/1.1\r\n" GOOD
			       "Content-Length: 1000000\r\n\r\n");
		site_send(fd, buf_str(&half));
	}
	(void)usleep(200000);
	assert_int_equal(site_get(site.port, "/healthz", "", &a), 200);
	site_forget(&a);
	assert_int_equal(look_into_spool(&site, &kept, &name), 0);
	assert_int_equal(site_stop(&site), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			twenty_megabytes_are_durable_before_they_are_told),
		cmocka_unit_test(chunks_that_do_not_wait_for_leave_arrive_too),
		cmocka_unit_test(many_uploads_at_once_all_arrive),
		cmocka_unit_test(what_is_refused_is_not_even_read),
		cmocka_unit_test(
			an_empty_upload_is_no_report_and_keeps_the_connection),
		cmocka_unit_test(
			a_client_that_breaks_off_leaves_nothing_behind),
	};

	return cmocka_run_group_tests_name("web takes reports", tests, NULL,
					   NULL);
}
