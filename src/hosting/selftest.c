/* selftest.c - port 80 as an authority would see it, blocking: for children
 * only. */
#include "hosting/order.h"
#include "os/os.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PORT = 80, WAIT_MS = 5000, ANSWER_MAX = 16 << 10 };

static bool
fail(struct diag *why, const char *at, const char *what)
{
	diag_clear(why);
	(void)diag_set(why, ERR_IO, "hosting.selftest", 0, "%s: %s", at, what);
	return false;
}

static int
open_to(const struct netaddr *address)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
				    .sin6_port = htons(PORT) };
	struct sockaddr_in four = { .sin_family = AF_INET,
				    .sin_port = htons(PORT) };
	bool is_v4 = netaddr_is_v4(address);
	const struct timeval wait = { WAIT_MS / 1000, 0 };
	SCOPED_FD fd = socket(is_v4 ? AF_INET : AF_INET6,
			      SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct sockaddr *to =
		is_v4 ? (const void *)&four : (const void *)&six;

	memcpy(&six.sin6_addr, address->b, sizeof(six.sin6_addr));
	memcpy(&four.sin_addr, address->b + 12, sizeof(four.sin_addr));
	/* On Linux the time of sending also bounds connect, socket(7). */
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) < 0 ||
	    connect(fd, to, is_v4 ? sizeof(four) : sizeof(six)) < 0)
		return -1;
	return os_fd_take(&fd);
}

static void
read_answer(int fd, struct buf *out)
{
	ssize_t n = 1;

	while (n > 0 && !out->full) {
		char *to = buf_reserve(out, 1024);

		n = to ? recv(fd, to, 1024, 0) : -1;
		if (n > 0)
			buf_commit(out, (size_t)n);
	}
}

bool
hosting_selftest(const struct netaddr *address, struct str host,
		 struct str path, struct str body, struct diag *why)
{
	SCOPED_BUF text = BUF(ANSWER_MAX);
	char at[NETADDR_PRINT_MAX];
	SCOPED_FD fd = open_to(address);
	struct str answer;
	size_t end;

	(void)netaddr_print(address, at);
	if (fd < 0)
		return fail(why, at, strerror(errno));
	buf_addf(&text,
		 "GET %.*s HTTP/1.1\r\nHost: %.*s\r\n"
		 "Connection: close\r\nUser-Agent: Waxseal\r\n\r\n",
		 STR_ARG(path), STR_ARG(host));
	if (!os_write_all(fd, buf_str(&text)))
		return fail(why, at, strerror(errno));
	buf_clear(&text);
	read_answer(fd, &text);
	answer = buf_str(&text);
	end = str_find(answer, S("\r\n\r\n"));
	if (end == SIZE_MAX || !str_starts(answer, S("HTTP/1.1 200")))
		return fail(why, at, "no answer with status 200");
	if (!str_eq(str_trim(str_sub(answer, end + 4, SIZE_MAX)), body))
		return fail(why, at, "another answer");
	return true;
}
