#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "loop/loop.h"
#include "os/os.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct notes {
	struct loop *loop;
	struct loop_timer *timer;
	struct loop_listener *listener;
	char text[64];
	int left;
	int fd[8];
	size_t fds;
	struct netaddr_port peer;
};

static void
note(struct notes *n, char what)
{
	size_t at = strlen(n->text);

	assert_true(at + 1 < sizeof n->text);
	n->text[at] = what;
}

static void
note_sync(void *ctx)
{
	note(ctx, 's');
}

static void
note_message(void *ctx)
{
	struct notes *n = ctx;

	note(n, 'm');
	loop_defer(n->loop, note_sync, n);
}

static void
stop(void *ctx)
{
	loop_stop(((struct notes *)ctx)->loop);
}

static void
one_sync_serves_what_came_together(void **state)
{
	struct notes n = { .loop = loop_new() };
	struct loop_timer *t[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		t[i] = loop_timer_new(n.loop, note_message, &n);
		loop_timer_set(t[i], 0, false);
	}
	n.timer = loop_timer_new(n.loop, stop, &n);
	loop_timer_set(n.timer, 20, false);
	loop_run(n.loop);
	assert_string_equal(n.text, "mmms");
	for (size_t i = 0; i < 3; i++)
		loop_timer_free(t[i]);
	loop_timer_free(n.timer);
	loop_free(n.loop);
}

static void
again(void *ctx)
{
	struct notes *n = ctx;

	note(n, '.');
	if (n->left-- > 0)
		loop_defer(n->loop, again, n);
}

static void
what_defers_itself_keeps_no_event_waiting(void **state)
{
	struct notes n = { .loop = loop_new(), .left = 1000 };

	(void)state;
	n.timer = loop_timer_new(n.loop, stop, &n);
	n.left = 20;
	loop_timer_set(n.timer, 0, false);
	loop_defer(n.loop, again, &n);
	loop_run(n.loop);
	assert_true(strlen(n.text) <= 2);
	loop_timer_free(n.timer);
	loop_free(n.loop);
}

static void
what_is_forgotten_does_not_run(void **state)
{
	struct notes n = { .loop = loop_new() };

	(void)state;
	loop_defer(n.loop, note_sync, &n);
	loop_forget(n.loop, &n);
	loop_run(n.loop); /* nothing to wait for */
	assert_string_equal(n.text, "");
	loop_free(n.loop);
}

static void
tick(void *ctx)
{
	struct notes *n = ctx;

	note(n, 't');
	if (--n->left > 0)
		return;
	loop_timer_free(n->timer); /* in its own callback */
	loop_stop(n->loop);
}

static void
a_timer_repeats_until_freed(void **state)
{
	struct notes n = { .loop = loop_new(), .left = 3 };
	int64_t began = os_ticks();

	(void)state;
	n.timer = loop_timer_new(n.loop, tick, &n);
	loop_timer_set(n.timer, 20, true);
	loop_run(n.loop);
	assert_string_equal(n.text, "ttt");
	assert_in_range(os_ticks() - began, 55, 1000);
	loop_free(n.loop);
}

static void
got_signal(void *ctx, int signal)
{
	struct notes *n = ctx;

	note(n, signal == SIGUSR1 ? '1' : '?');
	loop_stop(n->loop);
}

static void
a_signal_arrives_in_the_loop(void **state)
{
	struct notes n = { .loop = loop_new() };

	(void)state;
	loop_on_signal(n.loop, SIGUSR1, got_signal, &n);
	assert_int_equal(raise(SIGUSR1), 0);
	assert_string_equal(n.text, "");
	loop_run(n.loop);
	assert_string_equal(n.text, "1");
	loop_free(n.loop);
}

static void
ready(void *ctx)
{
	struct notes *n = ctx;
	char c;

	assert_int_equal(read(n->fd[0], &c, 1), 1);
	note(n, c);
	if (c == 'z')
		loop_stop(n->loop);
}

static void
a_watch_tells_of_every_byte(void **state)
{
	struct notes n = { .loop = loop_new() };
	struct loop_watch *w;

	(void)state;
	assert_int_equal(pipe(n.fd), 0);
	w = loop_watch_new(n.loop, n.fd[0], ready, &n);
	assert_int_equal(write(n.fd[1], "abz", 3), 3);
	loop_run(n.loop);
	assert_string_equal(n.text, "abz");
	loop_watch_free(w);
	(void)close(n.fd[0]);
	(void)close(n.fd[1]);
	loop_free(n.loop);
}

/* ---- listening ---- */

static void
came(void *ctx, int fd, const struct netaddr_port *peer)
{
	struct notes *n = ctx;

	n->fd[n->fds++] = fd;
	n->peer = *peer;
	if (--n->left == 0)
		loop_stop(n->loop);
}

static int
connect_to(int listening)
{
	struct sockaddr_storage at;
	socklen_t size = sizeof at;
	int fd;

	assert_int_equal(getsockname(listening, (void *)&at, &size), 0);
	fd = socket(at.ss_family, SOCK_STREAM, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (void *)&at, size), 0);
	return fd;
}

static void
an_accepted_socket_has_its_owner_and_no_delay(void **state)
{
	static const struct {
		const char *listen, *peer;
	} cases[] = {
		{ "127.0.0.1:0", "127.0.0.1" },
		{ "[::1]:0", "::1" },
		{ ":0", "::1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct notes n = { .loop = loop_new(), .left = 1 };
		char text[NETADDR_PRINT_MAX];
		int fd, client, on = 0;
		socklen_t size = sizeof on;

		assert_int_equal(
			loop_listen_open(str_of(cases[i].listen), &fd, NULL),
			ERR_NONE);
		n.listener = loop_listen(n.loop, fd, came, &n);
		client = connect_to(fd);
		loop_run(n.loop);
		assert_string_equal(netaddr_print(&n.peer.ip, text),
				    cases[i].peer);
		assert_false(n.peer.local);
		assert_int_not_equal(n.peer.port, 0);
		assert_int_equal(getsockopt(n.fd[0], IPPROTO_TCP, TCP_NODELAY,
					    &on, &size),
				 0);
		assert_int_not_equal(on, 0);
		(void)close(n.fd[0]);
		(void)close(client);
		loop_listener_free(n.listener);
		(void)close(fd);
		loop_free(n.loop);
	}
}

static void
every_address_takes_ipv4_too(void **state)
{
	struct notes n = { .loop = loop_new(), .left = 1 };
	struct sockaddr_in6 six;
	struct sockaddr_in four = { .sin_family = AF_INET };
	socklen_t size = sizeof six;
	char text[NETADDR_PRINT_MAX];
	int fd, client;

	(void)state;
	assert_int_equal(loop_listen_open(S(":0"), &fd, NULL), ERR_NONE);
	assert_int_equal(getsockname(fd, (void *)&six, &size), 0);
	four.sin_port = six.sin6_port;
	four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(client, (void *)&four, sizeof four), 0);
	n.listener = loop_listen(n.loop, fd, came, &n);
	loop_run(n.loop);
	assert_string_equal(netaddr_print(&n.peer.ip, text), "127.0.0.1");
	(void)close(n.fd[0]);
	(void)close(client);
	loop_listener_free(n.listener);
	(void)close(fd);
	loop_free(n.loop);
}

static void
a_stale_unix_socket_is_replaced_a_live_one_is_not(void **state)
{
	char dir[] = "/tmp/waxseal-loop-XXXXXX", path[64];
	struct notes n = { .loop = loop_new(), .left = 1 };
	struct diag why = { 0 };
	int fd, other, client;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/x.sock", dir);
	assert_int_equal(loop_listen_open(str_of(path), &fd, NULL), ERR_NONE);
	assert_int_equal(loop_listen_open(str_of(path), &other, &why), ERR_IO);
	assert_string_equal(why.code, "serve.listen");
	assert_non_null(strstr(why.detail, path));
	(void)close(fd); /* the file stays */
	assert_int_equal(loop_listen_open(str_of(path), &fd, NULL), ERR_NONE);
	client = connect_to(fd);
	n.listener = loop_listen(n.loop, fd, came, &n);
	loop_run(n.loop);
	assert_true(n.peer.local);
	(void)close(n.fd[0]);
	(void)close(client);
	loop_listener_free(n.listener);
	(void)close(fd);
	loop_free(n.loop);
	(void)unlink(path);
	(void)rmdir(dir);
}

static void
what_is_no_address_is_told(void **state)
{
	static const char *const bad[] = {
		"",        "25",         "localhost:25",   "::1:25",
		"[::1]",   "1.2.3.4:",   "1.2.3.4:65536",  "1.2.3.4:-1",
		"1.2.3:9", "[1.2.3.4:9", "1.2.3.4:25 more"
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct diag why = { 0 };
		int fd = -1;

		assert_int_equal(loop_listen_open(str_of(bad[i]), &fd, &why),
				 ERR_SYNTAX);
		assert_string_equal(why.code, "serve.listen");
		assert_string_equal(why.detail, bad[i]);
	}
}

static void
a_port_in_use_is_told_with_the_reason(void **state)
{
	struct diag why = { 0 };
	struct sockaddr_in at;
	socklen_t size = sizeof at;
	char text[64];
	int fd, other = -1;

	(void)state;
	assert_int_equal(loop_listen_open(S("127.0.0.1:0"), &fd, NULL),
			 ERR_NONE);
	assert_int_equal(getsockname(fd, (void *)&at, &size), 0);
	(void)snprintf(text, sizeof text, "127.0.0.1:%u", ntohs(at.sin_port));
	assert_int_equal(loop_listen_open(str_of(text), &other, &why), ERR_IO);
	assert_non_null(strstr(why.detail, "in use"));
	(void)close(fd);
}

static void
give_back(void *ctx)
{
	struct notes *n = ctx;
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max < 256 ? limit.rlim_max : 256;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	n->text[0] = n->fds == 0 ? 'y' : 'n';
}

static void
accepting_waits_while_descriptors_are_short(void **state)
{
	struct notes n = { .loop = loop_new(), .left = 1 };
	struct rlimit limit;
	int fd, client;

	(void)state;
	assert_int_equal(loop_listen_open(S("127.0.0.1:0"), &fd, NULL),
			 ERR_NONE);
	n.listener = loop_listen(n.loop, fd, came, &n);
	client = connect_to(fd);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = (rlim_t)client + 1; /* all of them are taken */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	n.timer = loop_timer_new(n.loop, give_back, &n);
	loop_timer_set(n.timer, 150, false);
	loop_run(n.loop);
	assert_string_equal(n.text, "y");
	assert_int_equal(n.fds, 1);
	(void)close(n.fd[0]);
	(void)close(client);
	loop_timer_free(n.timer);
	loop_listener_free(n.listener);
	(void)close(fd);
	loop_free(n.loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_sync_serves_what_came_together),
		cmocka_unit_test(what_defers_itself_keeps_no_event_waiting),
		cmocka_unit_test(what_is_forgotten_does_not_run),
		cmocka_unit_test(a_timer_repeats_until_freed),
		cmocka_unit_test(a_signal_arrives_in_the_loop),
		cmocka_unit_test(a_watch_tells_of_every_byte),
		cmocka_unit_test(an_accepted_socket_has_its_owner_and_no_delay),
		cmocka_unit_test(every_address_takes_ipv4_too),
		cmocka_unit_test(
			a_stale_unix_socket_is_replaced_a_live_one_is_not),
		cmocka_unit_test(what_is_no_address_is_told),
		cmocka_unit_test(a_port_in_use_is_told_with_the_reason),
		cmocka_unit_test(accepting_waits_while_descriptors_are_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
