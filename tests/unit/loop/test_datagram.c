#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "loop/loop.h"
#include "os/os.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static uint16_t
port_of(int fd)
{
	struct sockaddr_storage at;
	socklen_t size = sizeof at;
	const struct sockaddr_in *four = (const void *)&at;
	const struct sockaddr_in6 *six = (const void *)&at;

	assert_int_equal(getsockname(fd, (void *)&at, &size), 0);
	return at.ss_family == AF_INET6 ? six->sin6_port : four->sin_port;
}

/* Sends a datagram to that address and returns what came with it. */
static struct msghdr
receive(int fd, const char *to, char *control, size_t room)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = port_of(fd) };
	static char bytes[16];
	static struct iovec in = { bytes, sizeof bytes };
	struct msghdr m = { .msg_iov = &in,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = room };
	SCOPED_FD sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(inet_pton(AF_INET, to, &at.sin_addr), 1);
	assert_int_equal(
		sendto(sender, "ask", 3, 0, (const void *)&at, sizeof at), 3);
	assert_int_equal(recvmsg(fd, &m, 0), 3);
	return m;
}

static void
a_socket_of_every_address_says_which_was_meant(void **state)
{
	_Alignas(struct cmsghdr) char control[128];
	SCOPED_FD fd = -1;
	struct diag why = { 0 };
	struct msghdr m;
	const struct cmsghdr *c;
	const uint8_t *end;

	(void)state;
	assert_int_equal(loop_datagram_open(S(":0"), &fd, &why), ERR_NONE);
	m = receive(fd, "127.3.2.1", control, sizeof control);
	c = CMSG_FIRSTHDR(&m);
	assert_non_null(c);
	if (c->cmsg_level == IPPROTO_IPV6) {
		struct in6_pktinfo info;

		assert_int_equal(c->cmsg_type, IPV6_PKTINFO);
		memcpy(&info, CMSG_DATA(c), sizeof info);
		end = info.ipi6_addr.s6_addr + 12;
		assert_memory_equal(end, "\177\3\2\1", 4);
	} else {
		struct in_pktinfo info;

		assert_int_equal(c->cmsg_type, IP_PKTINFO);
		memcpy(&info, CMSG_DATA(c), sizeof info);
		assert_memory_equal(&info.ipi_addr, "\177\3\2\1", 4);
	}
}

static void
a_socket_of_one_address_has_nothing_to_say(void **state)
{
	_Alignas(struct cmsghdr) char control[128];
	SCOPED_FD fd = -1;
	struct diag why = { 0 };
	struct msghdr m;

	(void)state;
	assert_int_equal(loop_datagram_open(S("127.0.0.1:0"), &fd, &why),
			 ERR_NONE);
	m = receive(fd, "127.0.0.1", control, sizeof control);
	assert_null(CMSG_FIRSTHDR(&m));
}

static void
what_is_no_address_or_taken_is_told(void **state)
{
	static const char *const bad[] = {
		"",       "127.0.0.1",     "/run/a.sock", "127.0.0.1:70000",
		"::1:53", "192.0.2.1:5353"
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct diag why = { 0 };
		int fd = -1;

		assert_int_not_equal(
			loop_datagram_open(str_of(bad[i]), &fd, &why),
			ERR_NONE);
		assert_string_equal(why.code, "serve.listen");
		assert_int_equal(fd, -1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_socket_of_every_address_says_which_was_meant),
		cmocka_unit_test(a_socket_of_one_address_has_nothing_to_say),
		cmocka_unit_test(what_is_no_address_or_taken_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
