/* listen.c - sockets that others connect to. */
#include "loop/private.h"
#include "os/os.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ACCEPT_TURN = 64, SHORT_MS = 100, BACKLOG = 1024, TEXT_MAX = 128 };

struct loop_listener {
	struct event event;
	struct loop_timer *again;
	void (*accept)(void *ctx, int fd, const struct netaddr_port *peer);
	void *ctx;
	int fd;
	bool inside, gone;
};

static struct netaddr_port
port_of(const struct sockaddr_storage *from)
{
	struct netaddr_port port = { 0 };

	if (from->ss_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const void *)from;

		memcpy(port.ip.b, &six->sin6_addr, NETADDR_BYTES);
		port.port = ntohs(six->sin6_port);
	} else if (from->ss_family == AF_INET) {
		const struct sockaddr_in *four = (const void *)from;

		port.ip.b[10] = port.ip.b[11] = 0xFF;
		memcpy(port.ip.b + 12, &four->sin_addr, 4);
		port.port = ntohs(four->sin_port);
	} else {
		port.local = true;
	}
	return port;
}

static bool
is_short(int cause)
{
	return cause == EMFILE || cause == ENFILE || cause == ENOBUFS ||
	       cause == ENOMEM;
}

static void
accept_again(void *ctx)
{
	struct loop_listener *listener = ctx;

	(void)event_add(&listener->event, NULL);
}

static void
free_listener(struct loop_listener *listener)
{
	(void)event_del(&listener->event);
	loop_timer_free(listener->again);
	heap_free(listener);
}

static void
somebody_came(int fd, short what, void *ctx)
{
	struct loop_listener *listener = ctx;

	(void)what;
	listener->inside = true;
	for (int i = 0; i < ACCEPT_TURN && !listener->gone; i++) {
		struct sockaddr_storage from = { 0 };
		socklen_t size = sizeof from;
		int one = accept4(fd, (struct sockaddr *)&from, &size,
				  SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct netaddr_port peer;

		if (one < 0 && is_short(errno)) {
			/* The event would come again at once, for nothing. */
			(void)event_del(&listener->event);
			loop_timer_set(listener->again, SHORT_MS, false);
		}
		if (one < 0 && (errno == ECONNABORTED || errno == EINTR))
			continue;
		if (one < 0)
			break;
		peer = port_of(&from);
		listener->accept(listener->ctx, one, &peer);
	}
	listener->inside = false;
	if (listener->gone)
		free_listener(listener);
}

struct loop_listener *
loop_listen(struct loop *l, int fd,
	    void (*accept)(void *ctx, int fd, const struct netaddr_port *peer),
	    void *ctx)
{
	struct loop_listener *listener = heap_new(sizeof *listener);

	listener->accept = accept;
	listener->ctx = ctx;
	listener->fd = fd;
	listener->again = loop_timer_new(l, accept_again, listener);
	(void)evutil_make_socket_nonblocking(fd);
	(void)event_assign(&listener->event, l->base, fd, EV_READ | EV_PERSIST,
			   somebody_came, listener);
	(void)event_add(&listener->event, NULL);
	return listener;
}

void
loop_listener_free(struct loop_listener *listener)
{
	if (!listener)
		return;
	listener->gone = true;
	if (!listener->inside)
		free_listener(listener);
}

/* ---- opening ---- */

struct address {
	struct sockaddr_storage any;
	socklen_t size;
	bool both; /* IPv6 and IPv4 */
};

static bool
parse_unix(struct str text, struct address *out)
{
	struct sockaddr_un *un = (void *)&out->any;

	if (text.n >= sizeof un->sun_path)
		return false;
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, text.p, text.n);
	out->size = sizeof *un;
	return true;
}

static void
four_of(const struct netaddr *ip, uint16_t port, struct address *out)
{
	struct sockaddr_in *four = (void *)&out->any;

	four->sin_family = AF_INET;
	four->sin_port = htons(port);
	memcpy(&four->sin_addr, ip->b + 12, 4);
	out->size = sizeof *four;
}

static bool
parse_address(struct str text, struct address *out)
{
	struct sockaddr_in6 *six = (void *)&out->any;
	struct netaddr ip = { 0 };
	size_t colon = SIZE_MAX;
	struct str host;
	uint64_t port;

	*out = (struct address){ 0 };
	if (str_starts(text, S("/")))
		return parse_unix(text, out);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == ':')
			colon = i;
	if (colon == SIZE_MAX ||
	    !str_u64(str_sub(text, colon + 1, SIZE_MAX), &port) ||
	    port > UINT16_MAX)
		return false;
	host = str_sub(text, 0, colon);
	out->both = host.n == 0;
	/* "::1:25" could be read in two ways. */
	if (host.n > 0 && (!netaddr_parse(host, &ip) ||
			   (!netaddr_is_v4(&ip) && host.p[0] != '[')))
		return false;
	if (host.n > 0 && netaddr_is_v4(&ip)) {
		four_of(&ip, (uint16_t)port, out);
		return true;
	}
	six->sin6_family = AF_INET6;
	six->sin6_port = htons((uint16_t)port);
	memcpy(&six->sin6_addr, ip.b, NETADDR_BYTES);
	out->size = sizeof *six;
	return true;
}

bool
loop_is_address(struct str address)
{
	struct address a;

	return parse_address(address, &a);
}

/* A socket that nobody listens on any more, after a crash. */
static void
remove_stale(const struct address *a)
{
	const struct sockaddr_un *un = (const void *)&a->any;
	SCOPED_FD fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (const void *)&a->any, a->size) < 0 &&
	    errno == ECONNREFUSED)
		(void)unlink(un->sun_path);
}

static bool
set_up(int fd, const struct address *a)
{
	int on = 1, six_only = a->both ? 0 : 1;
	int family = a->any.ss_family;

	if (family != AF_UNIX) {
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	}
	if (family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &six_only,
				 sizeof six_only);
	return bind(fd, (const void *)&a->any, a->size) == 0 &&
	       listen(fd, BACKLOG) == 0;
}

/* A socket for it; IPv4 alone where IPv6 does not exist. */
static int
make_socket(struct address *a, int kind)
{
	const struct sockaddr_in6 *six = (const void *)&a->any;
	const struct netaddr all = { 0 };
	int fd;

	kind |= SOCK_CLOEXEC | SOCK_NONBLOCK;
	fd = socket(a->any.ss_family, kind, 0);
	if (fd < 0 && errno == EAFNOSUPPORT && a->both) {
		uint16_t port = ntohs(six->sin6_port);

		*a = (struct address){ 0 };
		four_of(&all, port, a);
		fd = socket(AF_INET, kind, 0);
	}
	return fd;
}

static enum err
cannot(struct str address, struct diag *why)
{
	return diag_set(why, ERR_IO, "serve.listen", 0, "%.*s: %s",
			STR_ARG(address), strerror(errno));
}

enum err
loop_listen_open(struct str address, int *out, struct diag *why)
{
	struct address a;
	SCOPED_FD fd = -1;

	if (!parse_address(address, &a))
		return diag_set(why, ERR_SYNTAX, "serve.listen", 0, "%.*s",
				STR_ARG(address));
	if (a.any.ss_family == AF_UNIX)
		remove_stale(&a);
	fd = make_socket(&a, SOCK_STREAM);
	if (fd < 0 || !set_up(fd, &a))
		return cannot(address, why);
	*out = os_fd_take(&fd);
	return ERR_NONE;
}

/* Answers have to leave from the address that was asked. */
static bool
set_up_datagrams(int fd, const struct address *a)
{
	const struct sockaddr_in *four = (const void *)&a->any;
	int on = 1, six_only = a->both ? 0 : 1;
	bool six = a->any.ss_family == AF_INET6;

	if (six)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &six_only,
				 sizeof six_only);
	if (six && a->both &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on) < 0)
		return false;
	if (!six && four->sin_addr.s_addr == INADDR_ANY &&
	    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) < 0)
		return false;
	return bind(fd, (const void *)&a->any, a->size) == 0;
}

enum err
loop_datagram_open(struct str address, int *out, struct diag *why)
{
	struct address a;
	SCOPED_FD fd = -1;

	if (!parse_address(address, &a) || a.any.ss_family == AF_UNIX)
		return diag_set(why, ERR_SYNTAX, "serve.listen", 0, "%.*s",
				STR_ARG(address));
	fd = make_socket(&a, SOCK_DGRAM);
	if (fd < 0 || !set_up_datagrams(fd, &a))
		return cannot(address, why);
	*out = os_fd_take(&fd);
	return ERR_NONE;
}
