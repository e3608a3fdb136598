/* The whole role in a process of its own, with patience of milliseconds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dnswire/private.h"
#include "nameserver/private.h"
#include "os/os.h"
#include "seal/seal.h"

#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	DOMAINS = 12000, /* their transfer fills every buffer on the way */
	RECORDS = DOMAINS + 3, /* one each, NS, the SOA twice */
	IDLE_MS = 2000, /* longer than a busy machine lets a reader wait */
	PATIENCE_S = 20,
	ID = 7
};

static struct dnswire_key key;

struct lab {
	char dir[64];
	int udp, tcp;
	pid_t role;
};

/* ---- the role ---- */

static void
publish(const char *dir)
{
	const struct hosted_zone zone = { .name = S("host.example"),
					  .serial = 1,
					  .ns = { { .name = S("ns.test") } },
					  .ns_n = 1 };
	struct hosted_writer *w = NULL;
	struct diag why = { 0 };

	assert_int_equal(hosted_begin(dir, true, &zone, &w, &why), ERR_NONE);
	for (unsigned i = 0; i < DOMAINS; i++) {
		char name[64], token[32];
		static char text[400];
		struct hosted_domain d = { .flags = HOSTED_PROVEN };

		memset(text, 'x', sizeof text);
		(void)snprintf(name, sizeof name, "d%u.example", i);
		(void)snprintf(token, sizeof token, "t%u", i);
		d.name = str_of(name);
		d.token = str_of(token);
		d.dmarc = (struct str){ text, sizeof text };
		assert_int_equal(hosted_add(w, &d, &why), ERR_NONE);
	}
	assert_int_equal(hosted_commit(w, &why), ERR_NONE);
}

static int
open_lab(void **state)
{
	struct lab *lab = heap_new(sizeof *lab);
	struct diag why = { 0 };

	(void)snprintf(lab->dir, sizeof lab->dir, "/tmp/nameserver.XXXXXX");
	assert_non_null(mkdtemp(lab->dir));
	publish(lab->dir);
	assert_int_equal(loop_listen_open(S("127.0.0.1:0"), &lab->tcp, &why),
			 ERR_NONE);
	assert_int_equal(loop_datagram_open(S("127.0.0.1:0"), &lab->udp, &why),
			 ERR_NONE);
	*state = lab;
	return 0;
}

static void
start(struct lab *lab, struct nameserver_options o)
{
	o.dir = lab->dir;
	o.udp = &lab->udp;
	o.tcp = &lab->tcp;
	o.udp_n = o.tcp_n = 1;
	o.keys = &key;
	o.key_n = 1;
	lab->role = fork();
	if (lab->role == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(nameserver_run(&o));
	}
}

static int
stop(struct lab *lab)
{
	int status = -1;

	(void)kill(lab->role, SIGTERM);
	assert_int_equal(waitpid(lab->role, &status, 0), lab->role);
	lab->role = 0;
	return status;
}

static int
close_lab(void **state)
{
	struct lab *lab = *state;
	DIR *dir = opendir(lab->dir);
	const struct dirent *one;

	if (lab->role > 0) /* the test ended early */
		(void)kill(lab->role, SIGKILL);
	while (dir && (one = readdir(dir)))
		(void)unlinkat(dirfd(dir), one->d_name, 0);
	(void)closedir(dir);
	(void)rmdir(lab->dir);
	(void)close(lab->udp);
	(void)close(lab->tcp);
	heap_free(lab);
	return 0;
}

/* ---- its clients ---- */

static int
connect_to(int listening)
{
	struct sockaddr_in at;
	socklen_t size = sizeof at;
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(getsockname(listening, (void *)&at, &size), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
				    sizeof patience),
			 0);
	assert_int_equal(connect(fd, (const void *)&at, sizeof at), 0);
	return fd;
}

static void
ask(int fd, unsigned type, bool sign)
{
	uint8_t bytes[512];
	struct writer w = { .p = bytes, .room = sizeof bytes };
	struct dnswire_chain chain = { .key = &key };
	const struct signing how = { .chain = &chain,
				     .now = os_now(),
				     .first = true,
				     .alone = true,
				     .id = ID };
	struct dnswire_name name;
	uint8_t length[2];

	assert_true(dnswire_name_of(S("host.example"), &name));
	dnswire_put16(&w, ID);
	dnswire_put16(&w, 0);
	dnswire_put16(&w, 1);
	dnswire_put48(&w, 0);
	dnswire_put_name(&w, dnswire_name_str(&name), false);
	dnswire_put16(&w, type);
	dnswire_put16(&w, CLASS_IN);
	if (sign)
		dnswire_sign(&w, &how);
	length[0] = (uint8_t)(w.n >> 8);
	length[1] = (uint8_t)w.n;
	assert_int_equal(send(fd, length, 2, MSG_NOSIGNAL), 2);
	assert_int_equal(send(fd, bytes, w.n, MSG_NOSIGNAL), (ssize_t)w.n);
}

/* Octets of the next message, 0 at the end. */
static size_t
next_message(int fd, uint8_t out[DNSWIRE_TCP_MAX])
{
	uint8_t length[2];
	size_t n;

	if (os_read_all(fd, (char *)length, 2) != 2)
		return 0;
	n = (size_t)length[0] << 8 | length[1];
	return os_read_all(fd, (char *)out, n) == n ? n : 0;
}

/* Until all of them have come, or no more do. */
static size_t
records_of_transfer(int fd)
{
	static uint8_t message[DNSWIRE_TCP_MAX];
	size_t records = 0, n;

	while ((n = next_message(fd, message)) > HEADER) {
		struct reader r = { .p = message, .n = n, .at = 6 };
		unsigned in_this = dnswire_get16(&r);

		records += in_this;
		if (in_this == 0 || records >= RECORDS)
			break;
	}
	return records;
}

static bool
has_ended(int fd)
{
	char c;
	ssize_t n;

	while ((n = recv(fd, &c, 1, 0)) > 0)
		;
	return n == 0 || errno == ECONNRESET;
}

/* ---- tests ---- */

static void
a_connection_without_questions_ends(void **state)
{
	struct lab *lab = *state;
	SCOPED_FD silent = -1;
	SCOPED_FD slow = -1;

	start(lab, (struct nameserver_options){ .idle_ms = IDLE_MS });
	silent = connect_to(lab->tcp);
	slow = connect_to(lab->tcp);
	assert_int_equal(send(slow, "\0\50half", 6, 0), 6);
	assert_true(has_ended(silent));
	assert_true(has_ended(slow));
	assert_int_equal(stop(lab), 0);
}

static void
who_waits_for_a_transfer_has_its_turn(void **state)
{
	static uint8_t message[DNSWIRE_TCP_MAX];
	struct lab *lab = *state;
	int fd[3];

	start(lab, (struct nameserver_options){ .transfers = 1 });
	for (size_t i = 0; i < COUNT_OF(fd); i++) {
		fd[i] = connect_to(lab->tcp);
		ask(fd[i], DNSWIRE_AXFR, true);
		/* Behind it, and answered behind it. */
		ask(fd[i], DNSWIRE_SOA, false);
	}
	for (size_t i = 0; i < COUNT_OF(fd); i++) {
		assert_int_equal(records_of_transfer(fd[i]), RECORDS);
		assert_true(next_message(fd[i], message) > HEADER);
		(void)close(fd[i]);
	}
	assert_int_equal(stop(lab), 0);
}

static void
who_does_not_read_gives_way(void **state)
{
	struct lab *lab = *state;
	SCOPED_FD stuck = -1;
	SCOPED_FD other = -1;

	start(lab, (struct nameserver_options){ .transfers = 1,
						.idle_ms = IDLE_MS });
	stuck = connect_to(lab->tcp);
	ask(stuck, DNSWIRE_AXFR, true);
	other = connect_to(lab->tcp);
	ask(other, DNSWIRE_AXFR, true);
	assert_int_equal(records_of_transfer(other), RECORDS);
	/* A part, and then the end. */
	assert_true(records_of_transfer(stuck) < RECORDS);
	assert_int_equal(stop(lab), 0);
}

static void
questions_are_answered_during_a_transfer(void **state)
{
	static uint8_t message[DNSWIRE_TCP_MAX];
	struct lab *lab = *state;
	SCOPED_FD slow = -1;
	SCOPED_FD other = -1;

	start(lab, (struct nameserver_options){ 0 });
	slow = connect_to(lab->tcp);
	ask(slow, DNSWIRE_AXFR, true);
	assert_true(next_message(slow, message) > HEADER);
	other = connect_to(lab->tcp);
	ask(other, DNSWIRE_SOA, false);
	assert_true(next_message(other, message) > HEADER);
	/* Asked to end, it does, and so does what it began. */
	assert_int_equal(stop(lab), 0);
	assert_true(has_ended(slow));
}

static void
one_more_than_there_may_be_is_turned_away(void **state)
{
	static uint8_t message[DNSWIRE_TCP_MAX];
	struct lab *lab = *state;
	SCOPED_FD one = -1;
	SCOPED_FD more = -1;

	start(lab, (struct nameserver_options){ .connections = 1 });
	one = connect_to(lab->tcp);
	ask(one, DNSWIRE_SOA, false);
	assert_true(next_message(one, message) > HEADER);
	more = connect_to(lab->tcp);
	assert_true(has_ended(more));
	ask(one, DNSWIRE_SOA, false);
	assert_true(next_message(one, message) > HEADER);
	assert_int_equal(stop(lab), 0);
}

/* What the secondary hears until it answers. */
static void
a_secondary_is_told_until_it_has_heard(void **state)
{
	struct lab *lab = *state;
	struct nameserver_secondary to = { .key = &key };
	struct sockaddr_in at;
	socklen_t size = sizeof at;
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	const struct timeval quiet = { .tv_usec = 500000 };
	uint8_t bytes[DNSWIRE_NOTIFY_MAX];
	struct diag why = { 0 };
	SCOPED_FD fd = -1;
	ssize_t n = 0;

	assert_int_equal(loop_datagram_open(S("127.0.0.1:0"), &fd, &why),
			 ERR_NONE);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			 sizeof patience);
	assert_int_equal(getsockname(fd, (void *)&at, &size), 0);
	assert_true(netaddr_parse(S("127.0.0.1"), &to.at.ip));
	to.at.port = ntohs(at.sin_port);
	start(lab, (struct nameserver_options){ .secondaries = &to,
						.secondary_n = 1,
						.notify_ms = 20 });
	/* The socket does not wait by itself. */
	for (int heard = 0; heard < 3;) {
		size = sizeof at;
		n = recvfrom(fd, bytes, sizeof bytes, 0, (void *)&at, &size);
		if (n > 0)
			heard++;
		else
			(void)usleep(1000);
	}
	assert_int_equal(bytes[2] >> 3, 4);
	bytes[2] |= 0x80;
	assert_int_equal(
		sendto(fd, bytes, (size_t)n, 0, (const void *)&at, size), n);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &quiet, sizeof quiet);
	(void)usleep(300000);
	for (n = 0; recv(fd, bytes, sizeof bytes, 0) > 0;)
		n++;
	/* One may have been on its way. */
	assert_in_range(n, 0, 1);
	assert_int_equal(stop(lab), 0);
}

#define IN_LAB(test) cmocka_unit_test_setup_teardown(test, open_lab, close_lab)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_LAB(a_connection_without_questions_ends),
		IN_LAB(who_waits_for_a_transfer_has_its_turn),
		IN_LAB(who_does_not_read_gives_way),
		IN_LAB(questions_are_answered_during_a_transfer),
		IN_LAB(one_more_than_there_may_be_is_turned_away),
		IN_LAB(a_secondary_is_told_until_it_has_heard),
	};

	if (!seal_init() ||
	    !dnswire_key_parse(S("k.test c2VjcmV0IHNlY3JldA=="), &key))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
