#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "facts/facts.h"
#include "loop/loop.h"

#include "peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* Both ends in one loop. */
struct both {
	struct loop *loop;
	struct loop_conn *server, *client;
	struct ssl_st *ssl;
	struct tls_trust *trust;
	struct facts_tls tls;
	struct arena *mem;
	struct buf heard;
	bool tls_first, tls_later;
	int fd, cause, dials;
};

static size_t
server_read(void *ctx, struct str bytes)
{
	struct both *b = ctx;

	if (b->tls_later && str_eq(bytes, S("tls?"))) {
		loop_conn_write(b->server, S("yes.injected"));
		loop_conn_start_tls(b->server, peer_identity());
	} else {
		loop_conn_write(b->server, bytes);
	}
	return bytes.n;
}

static void
gone(void *ctx, enum loop_end how)
{
	(void)ctx;
	(void)how;
}

static size_t
client_read(void *ctx, struct str bytes)
{
	struct both *b = ctx;
	struct str why;

	if (b->tls_later && !b->ssl) {
		assert_true(str_starts(bytes, S("yes.")));
		b->ssl = tls_connect(b->trust, S("mx.example.net"));
		loop_conn_start_tls_client(b->client, b->ssl);
		return 0;
	}
	(void)buf_add(&b->heard, bytes);
	if (b->ssl)
		assert_true(tls_seen(b->ssl, b->mem, &b->tls, &why));
	loop_stop(b->loop);
	return bytes.n;
}

static void
client_secured(void *ctx)
{
	struct both *b = ctx;

	loop_conn_write(b->client, S("hello"));
}

static const struct loop_handler server_side = { .read = server_read,
						 .ended = gone };
static const struct loop_handler client_side = { .read = client_read,
						 .secured = client_secured,
						 .ended = gone };

static void
accepted(void *ctx, int fd, const struct netaddr_port *peer)
{
	struct both *b = ctx;

	(void)peer;
	b->server = loop_conn_new(b->loop, fd,
				  b->tls_first ? peer_identity() : NULL,
				  &server_side, b);
}

static void
dialled(void *ctx, int fd, int cause)
{
	struct both *b = ctx;

	b->dials++;
	b->fd = fd;
	b->cause = cause;
	if (fd < 0) {
		loop_stop(b->loop);
		return;
	}
	b->client = loop_conn_new(b->loop, fd, NULL, &client_side, b);
	if (b->tls_first) {
		b->ssl = tls_connect(b->trust, S("mx.example.net"));
		loop_conn_start_tls_client(b->client, b->ssl);
	} else {
		loop_conn_write(b->client,
				b->tls_later ? S("tls?") : S("hello"));
	}
}

static struct netaddr_port
port_of(int fd, const char *ip)
{
	struct sockaddr_in6 at = { 0 };
	socklen_t size = sizeof at;
	struct netaddr_port to = { 0 };

	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	to.port = ntohs(at.sin6_port); /* where IPv4 has it, too */
	assert_true(netaddr_parse(str_of(ip), &to.ip));
	return to;
}

static void
talk(struct both *b, const char *listen, const char *ip)
{
	struct loop_listener *listener;
	struct netaddr_port to;
	struct loop_dial *dial;
	struct diag why = { 0 };
	int fd = -1;

	b->loop = loop_new();
	b->mem = arena_new(1 << 20);
	b->heard = (struct buf)BUF(100);
	assert_int_equal(tls_trust_load(NULL, &b->trust, &why), ERR_NONE);
	assert_int_equal(loop_listen_open(str_of(listen), &fd, &why), ERR_NONE);
	listener = loop_listen(b->loop, fd, accepted, b);
	to = port_of(fd, ip);
	dial = loop_dial(b->loop, &to, 5000, dialled, b);
	loop_run(b->loop);
	loop_dial_free(dial);
	loop_listener_free(listener);
	(void)close(fd);
	loop_free(b->loop);
	tls_trust_free(b->trust);
	assert_int_equal(b->dials, 1);
	assert_string_equal(buf_c(&b->heard), "hello");
	buf_free(&b->heard);
}

static void
both_families_are_reached(void **state)
{
	struct both four = { 0 }, six = { 0 };

	(void)state;
	talk(&four, "127.0.0.1:0", "127.0.0.1");
	arena_free(four.mem);
	talk(&six, "[::1]:0", "::1");
	arena_free(six.mem);
}

static void
a_client_of_tls_speaks_first_and_remembers_what_it_saw(void **state)
{
	struct both b = { .tls_first = true };

	(void)state;
	talk(&b, "127.0.0.1:0", "127.0.0.1");
	assert_int_equal(b.tls.version, 0x0304);
	assert_int_equal(b.tls.alert, -1);
	assert_false(b.tls.client_asked);
	assert_true(b.tls.cert.there);
	assert_int_equal(b.tls.cert.chain, FACTS_CHAIN_SELF_SIGNED);
	assert_true(str_eq(b.tls.cert.key_type, S("EC")));
	assert_int_equal(b.tls.cert.key_bits, 256);
	assert_false(b.tls.cert.weak);
	assert_int_equal(b.tls.cert.sent_n, 1);
	arena_free(b.mem);
}

static void
a_client_upgrades_and_forgets_what_came_before(void **state)
{
	struct both b = { .tls_later = true };

	(void)state;
	talk(&b, "127.0.0.1:0", "127.0.0.1");
	assert_int_equal(b.tls.version, 0x0304);
	arena_free(b.mem);
}

static void
what_fails_is_told_once_with_its_cause(void **state)
{
	struct both b = { .loop = loop_new() };
	struct netaddr_port to = { 0 };
	struct loop_dial *dial;
	struct diag why = { 0 };
	int fd = -1;

	(void)state;
	assert_int_equal(loop_listen_open(S("127.0.0.1:0"), &fd, &why),
			 ERR_NONE);
	to = port_of(fd, "127.0.0.1");
	(void)close(fd);
	dial = loop_dial(b.loop, &to, 5000, dialled, &b);
	assert_int_equal(b.dials, 0);
	loop_run(b.loop);
	assert_int_equal(b.dials, 1);
	assert_int_equal(b.fd, -1);
	assert_int_equal(b.cause, ECONNREFUSED);
	loop_dial_free(dial);
	/* Fails within the call, is told later all the same. */
	assert_true(netaddr_parse(S("255.255.255.255"), &to.ip));
	dial = loop_dial(b.loop, &to, 5000, dialled, &b);
	assert_int_equal(b.dials, 1);
	loop_run(b.loop);
	assert_int_equal(b.dials, 2);
	assert_true(b.cause != 0 && b.fd == -1);
	loop_dial_free(dial);
	loop_dial_free(NULL);
	loop_free(b.loop);
}

static int
forget(void **state)
{
	(void)state;
	peer_forget_identity();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_families_are_reached),
		cmocka_unit_test(
			a_client_of_tls_speaks_first_and_remembers_what_it_saw),
		cmocka_unit_test(
			a_client_upgrades_and_forgets_what_came_before),
		cmocka_unit_test(what_fails_is_told_once_with_its_cause),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
