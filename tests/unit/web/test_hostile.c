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

/* Everything until the connection ends; NUL-terminated. */
static size_t
read_all(int fd, char *to, size_t room)
{
	size_t n = 0;
	ssize_t got;

	while (n + 1 < room && (got = recv(fd, to + n, room - 1 - n, 0)) > 0)
		n += (size_t)got;
	to[n] = '\0';
	return n;
}

static void
smuggled_requests_are_never_answered(void **state)
{
	static const char *const requests[] = {
		"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
		"Content-Length: 0\r\nContent-Length: 40\r\n\r\n",
		"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
		"X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"Transfer-Encoding: chunked\r\n\r\n0;\n\r\n\r\n",
		"Transfer-Encoding: chunked\r\n\r\n0\n\r\n",
	};
	struct site site;

	(void)state;
	site_start(&site, &(struct web_options){ 0 });
	for (size_t i = 0; i < COUNT_OF(requests); i++) {
		SCOPED_FD fd = site_connect(site.port);
		SCOPED_BUF wire = BUF(4096);
		char all[8192];

		(void)buf_addf(&wire,
			       "POST /api/v1/echo HTTP/1.1\r\nHost: h\r\n%s"
			       "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
			       requests[i]);
		site_send(fd, buf_str(&wire));
		(void)read_all(fd, all, sizeof all);
		assert_true(strncmp(all, "HTTP/1.1 400", 12) == 0 ||
			    strncmp(all, "HTTP/1.1 501", 12) == 0);
		assert_non_null(strstr(all, "Connection: close"));
		assert_null(strstr(all, "ok\n"));
		assert_null(strstr(all + 12, "HTTP/1.1"));
	}
	assert_int_equal(site_stop(&site), 0);
}

static void
odd_requests_have_their_status(void **state)
{
	static const struct {
		const char *wire;
		int status;
		const char *header, *value;
	} table[] = {
		{ "\x16\x03\x01\x02", 400, "Connection", "close" },
		{ "BREW / HTTP/1.1\r\nHost: h\r\n\r\n", 405, "Allow",
		  "GET, HEAD" },
		{ "POST /healthz HTTP/1.1\r\nHost: h\r\n"
		  "Content-Length: 1\r\n\r\nx",
		  405, "Connection", "close" },
		{ "OPTIONS /api/v1/echo HTTP/1.1\r\nHost: h\r\n\r\n", 405,
		  "Connection", "" },
		{ "PUT /api/v1/echo HTTP/1.1\r\nHost: h\r\n"
		  "Content-Length: 1048577\r\n\r\n",
		  413, "Connection", "close" },
		{ "PUT /api/v1/echo HTTP/1.1\r\nHost: h\r\nExpect: x\r\n"
		  "Content-Length: 1\r\n\r\n",
		  417, "Connection", "close" },
		{ "GET /healthz HTTP/1.0\r\n\r\n", 200, "Connection", "close" },
		{ "GET /healthz HTTP/3.0\r\n\r\n", 505, "Connection", "close" },
	};
	struct site site;
	struct site_answer a;

	(void)state;
	site_start(&site, &(struct web_options){ 0 });
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_FD fd = site_connect(site.port);

		site_sendz(fd, table[i].wire);
		site_answer(fd, &a);
		assert_int_equal(a.status, table[i].status);
		assert_string_equal(site_header(&a, table[i].header),
				    table[i].value);
		assert_true(a.whole);
		site_forget(&a);
	}
	assert_int_equal(site_stop(&site), 0);
}

static void
a_body_beyond_its_limit_in_chunks_is_refused(void **state)
{
	struct site site;
	struct site_answer a;
	char chunk[10001];

	(void)state;
	memset(chunk, 'x', sizeof chunk);
	site_start(&site, &(struct web_options){ 0 });
	SCOPED_FD fd = site_connect(site.port);
	site_sendz(fd, "PUT /api/v1/echo HTTP/1.1\r\nHost: h\r\n"
		       "Transfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 120; i++) {
		site_sendz(fd, "2710\r\n");
		site_send(fd, (struct str){ chunk, 10000 });
		site_sendz(fd, "\r\n");
	}
	site_answer(fd, &a);
	assert_int_equal(a.status, 413);
	assert_string_equal(site_header(&a, "Connection"), "close");
	site_forget(&a);
	assert_int_equal(site_stop(&site), 0);
}

static void
who_dawdles_is_sent_away(void **state)
{
	const struct web_options options = { .header_ms = 600,
					     .idle_ms = 1500,
					     .slow_ms = 600 };
	struct site site;
	struct site_answer a;
	char rest[4096];

	(void)state;
	site_start(&site, &options);
	SCOPED_FD mute = site_connect(site.port);
	SCOPED_FD head = site_connect(site.port);
	SCOPED_FD body = site_connect(site.port);
	SCOPED_FD kept = site_connect(site.port);
	site_sendz(head, "GET / HTTP/1.1\r\nHos");
	site_sendz(body, "PUT /api/v1/echo HTTP/1.1\r\nHost: h\r\n"
			 "Content-Length: 1000\r\n\r\nabc");
	site_sendz(kept, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
	site_answer(kept, &a);
	assert_int_equal(a.status, 200);
	site_forget(&a);
	assert_int_equal(read_all(mute, rest, sizeof rest), 0);
	site_answer(head, &a);
	assert_int_equal(a.status, 408);
	site_forget(&a);
	site_answer(body, &a);
	assert_int_equal(a.status, 408);
	site_forget(&a);
	assert_int_equal(read_all(kept, rest, sizeof rest), 0);
	assert_int_equal(site_stop(&site), 0);
}

static void
one_address_has_so_many_connections_and_requests(void **state)
{
	const struct web_options options = { .per_address = 3,
					     .rate = 1,
					     .burst = 4 };
	struct site site;
	struct site_answer a;
	char rest[64];
	int fd[4];

	(void)state;
	site_start(&site, &options);
	for (size_t i = 0; i < COUNT_OF(fd); i++)
		fd[i] = site_connect(site.port);
	assert_int_equal(read_all(fd[3], rest, sizeof rest), 0);
	for (int i = 0; i < 5; i++) {
		site_sendz(fd[0], "GET /api/v1/echo HTTP/1.1\r\nHost: h\r\n"
				  "\r\n");
		site_answer(fd[0], &a);
		assert_int_equal(a.status, i < 4 ? 200 : 429);
		assert_string_equal(site_header(&a, "Retry-After"),
				    i < 4 ? "" : "1");
		site_forget(&a);
	}
	/* Pages and health are not counted, and the connection lives on. */
	site_sendz(fd[0], "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
	site_answer(fd[0], &a);
	assert_int_equal(a.status, 200);
	site_forget(&a);
	for (size_t i = 0; i < COUNT_OF(fd); i++)
		(void)close(fd[i]);
	assert_int_equal(site_stop(&site), 0);
}

static void
a_trusted_proxy_says_who_asks(void **state)
{
	struct netaddr_net local;
	struct web_options options = { .trusted = &local, .trusted_count = 1 };
	struct site site;
	struct site_answer a;

	(void)state;
	assert_true(netaddr_parse_net(S("127.0.0.0/8"), &local));
	site_start(&site, &options);
	site_get(site.port, "/api/v1/echo",
		 "X-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n"
		 "X-Forwarded-Proto: https\r\n",
		 &a);
	assert_string_equal(buf_c(&a.body), "0|/api/v1/echo||192.0.2.7|1||");
	assert_string_equal(site_header(&a, "Strict-Transport-Security"),
			    "max-age=31536000");
	site_forget(&a);
	assert_int_equal(site_stop(&site), 0);
}

static void
a_balancer_introduces_its_clients(void **state)
{
	struct netaddr_net local;
	const struct web_listener listener = { .proxy = true };
	struct web_options options = { .trusted = &local,
				       .trusted_count = 1,
				       .listeners = &listener,
				       .listener_count = 1 };
	struct site site;
	struct site_answer a;
	char rest[64];

	(void)state;
	assert_true(netaddr_parse_net(S("127.0.0.0/8"), &local));
	site_start(&site, &options);
	SCOPED_FD fd = site_connect(site.port);
	site_sendz(fd, "PROXY TCP4 192.0.2.9 192.0");
	(void)usleep(20000);
	site_sendz(fd, ".2.1 4711 80\r\nGET /api/v1/echo HTTP/1.1\r\n"
		       "Host: h\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n");
	site_answer(fd, &a);
	assert_string_equal(buf_c(&a.body), "0|/api/v1/echo||192.0.2.9|0||");
	site_forget(&a);
	SCOPED_FD bare = site_connect(site.port);
	site_sendz(bare, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_int_equal(read_all(bare, rest, sizeof rest), 0);
	assert_int_equal(site_stop(&site), 0);
}

static void
a_thousand_pipelined_pages_do_not_fill_the_memory(void **state)
{
	struct site site;
	struct site_answer a;
	SCOPED_BUF wire = BUF(1 << 20);

	(void)state;
	site_start(&site, &(struct web_options){ 0 });
	SCOPED_FD fd = site_connect(site.port);
	for (int i = 0; i < 1000; i++)
		(void)buf_addz(&wire, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	site_send(fd, buf_str(&wire));
	for (int i = 0; i < 1000; i++) {
		site_answer(fd, &a);
		assert_int_equal(a.status, 200);
		assert_true(a.whole);
		site_forget(&a);
	}
	assert_int_equal(site_stop(&site), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(smuggled_requests_are_never_answered),
		cmocka_unit_test(odd_requests_have_their_status),
		cmocka_unit_test(a_body_beyond_its_limit_in_chunks_is_refused),
		cmocka_unit_test(who_dawdles_is_sent_away),
		cmocka_unit_test(
			one_address_has_so_many_connections_and_requests),
		cmocka_unit_test(a_trusted_proxy_says_who_asks),
		cmocka_unit_test(a_balancer_introduces_its_clients),
		cmocka_unit_test(
			a_thousand_pipelined_pages_do_not_fill_the_memory),
	};

	return cmocka_run_group_tests_name("web, hostile", tests, NULL, NULL);
}
