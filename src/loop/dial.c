/* dial.c - connections that we open. */
#include "loop/private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct loop_dial {
	struct event event;
	int fd;    /* -1: there is none */
	int cause; /* of a failure at once, 0 none */
	void (*done)(void *ctx, int fd, int cause);
	void *ctx;
};

enum { V4_AT = 12 /* of the 16 bytes, RFC 4291 section 2.5.5.2 */ };

static socklen_t
socket_address(const struct netaddr_port *to, struct sockaddr_storage *out)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
				    .sin6_port = htons(to->port) };
	struct sockaddr_in four = { .sin_family = AF_INET,
				    .sin_port = htons(to->port) };

	memset(out, 0, sizeof *out);
	if (netaddr_is_v4(&to->ip)) {
		memcpy(&four.sin_addr, to->ip.b + V4_AT, sizeof four.sin_addr);
		memcpy(out, &four, sizeof four);
		return sizeof four;
	}
	memcpy(&six.sin6_addr, to->ip.b, sizeof six.sin6_addr);
	memcpy(out, &six, sizeof six);
	return sizeof six;
}

/* 0 or errno; a connection that is on its way is none. */
static int
begin(struct loop_dial *d, const struct netaddr_port *to)
{
	struct sockaddr_storage at;
	socklen_t size = socket_address(to, &at);
	int on = 1;

	d->fd = socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       0);
	if (d->fd < 0)
		return errno;
	(void)setsockopt(d->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(d->fd, (struct sockaddr *)&at, size) < 0 &&
	    errno != EINPROGRESS && errno != EINTR)
		return errno;
	return 0;
}

static int
outcome(const struct loop_dial *d, short what)
{
	int cause = 0;
	socklen_t size = sizeof cause;

	if (d->cause)
		return d->cause;
	if (what & EV_TIMEOUT)
		return ETIMEDOUT;
	if (getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &cause, &size) < 0)
		return errno;
	return cause;
}

static void
settled(int fd, short what, void *ctx)
{
	struct loop_dial *d = ctx;
	int cause = outcome(d, what);

	(void)fd;
	fd = cause ? -1 : d->fd;
	if (cause && d->fd >= 0)
		(void)close(d->fd);
	d->fd = -1;
	d->done(d->ctx, fd, cause);
}

struct loop_dial *
loop_dial(struct loop *l, const struct netaddr_port *to, int64_t ms,
	  void (*done)(void *ctx, int fd, int cause), void *ctx)
{
	struct loop_dial *d = heap_new(sizeof *d);
	struct timeval now = { 0 }, tv;

	d->done = done;
	d->ctx = ctx;
	d->cause = begin(d, to);
	(void)event_assign(&d->event, l->base, d->cause ? -1 : d->fd,
			   d->cause ? 0 : EV_WRITE, settled, d);
	(void)event_add(&d->event, d->cause ? &now : loop_time(ms, &tv));
	return d;
}

void
loop_dial_free(struct loop_dial *d)
{
	if (!d)
		return;
	(void)event_del(&d->event);
	if (d->fd >= 0)
		(void)close(d->fd);
	heap_free(d);
}
