/* direct.c - questions to one name server on sockets of our own: UDP, a few
 * times, each from another port; TCP when the answer was cut. */
#include "resolver/private.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	TRIES = 3,
	SHARES = 6, /* of the time: 1 for the first try, then 2, then 3 */
	DATAGRAM = 4096,
	LENGTH_BYTES = 2, /* before each message over TCP */
	V4_AT = 12        /* the IPv4 part of a netaddr */
};

struct resolver_direct {
	TAILQ_ENTRY(resolver_direct) entry;
	struct resolver *r;
	resolver_done done;
	void *ctx;
	struct netaddr server;
	uint16_t type;
	ldns_rdf *wire; /* the name */
	struct resolver_query query;
	struct loop_timer *timer;
	struct loop_watch *watch;
	struct loop_conn *conn;
	int fd; /* UDP, -1 none */
	int tries;
	bool no_edns;
	struct str name;
	char text[];
};

/* ---- the end ---- */

static void
hang_up(struct resolver_direct *d)
{
	loop_watch_free(d->watch);
	d->watch = NULL;
	if (d->fd >= 0)
		(void)close(d->fd);
	d->fd = -1;
	if (d->conn)
		loop_conn_close(d->conn, false);
	d->conn = NULL;
}

static void
destroy(struct resolver_direct *d)
{
	hang_up(d);
	loop_timer_free(d->timer);
	ldns_rdf_deep_free(d->wire);
	heap_free(d);
}

static void
leave(struct resolver_direct *d)
{
	struct resolver *r = d->r;

	TAILQ_REMOVE(&r->direct_open, d, entry);
	r->direct_n--;
	destroy(d);
	resolver_pump(r);
}

static void
finish(struct resolver_direct *d, struct facts_dns *answer)
{
	resolver_done done = d->done;

	/* So that cancelling from within finds nothing to do. */
	d->done = NULL;
	hang_up(d);
	done(d->ctx, answer);
	leave(d);
}

static struct facts_dns
blank(const struct resolver_direct *d)
{
	return (struct facts_dns){ .name = d->name,
				   .type = d->type,
				   .direct = true,
				   .server = d->server };
}

static void
fail(struct resolver_direct *d, enum facts_status status, const char *why)
{
	struct facts_dns answer = blank(d);

	answer.status = status;
	answer.why = str_of(why);
	finish(d, &answer);
}

/* ---- what came ---- */

static void ask_udp(struct resolver_direct *d);
static void ask_tcp(struct resolver_direct *d);

static void
take(struct resolver_direct *d, struct str packet, bool tcp)
{
	SCOPED_ARENA mem = NULL;
	struct facts_dns answer = blank(d);

	if (!d->no_edns && resolver_is_puzzled(packet)) {
		d->no_edns = true;
		d->tries = 0;
		ask_udp(d);
		return;
	}
	if (!tcp && resolver_is_truncated(packet)) {
		ask_tcp(d);
		return;
	}
	mem = arena_new(RESOLVER_MEM);
	resolver_read(packet, mem, &answer);
	finish(d, &answer);
}

static void
datagram(void *ctx)
{
	struct resolver_direct *d = ctx;
	char at[DATAGRAM];
	ssize_t n = recv(d->fd, at, sizeof at, MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0 && errno == ECONNREFUSED) {
		fail(d, FACTS_TIMEOUT, "nobody listens there");
		return;
	}
	if (n < 0 || (size_t)n > sizeof at)
		return;
	/* Whatever else comes to this port is somebody guessing. */
	if (resolver_query_fits(&d->query, (struct str){ at, (size_t)n }))
		take(d, (struct str){ at, (size_t)n }, false);
}

static void
too_late(void *ctx)
{
	struct resolver_direct *d = ctx;

	if (d->conn)
		fail(d, FACTS_TIMEOUT, "no answer over TCP in time");
	else if (d->tries < TRIES)
		ask_udp(d);
	else
		fail(d, FACTS_TIMEOUT, "no answer in time");
}

/* ---- sockets ---- */

/* A connected socket takes nothing from elsewhere, and the system gives it a
 * port of its own choice. -1: `errno`. */
static int
connect_to(const struct resolver_direct *d, int kind)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_port = htons(d->r->port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_port = htons(d->r->port) };
	bool is_v4 = netaddr_is_v4(&d->server);
	const void *to = is_v4 ? (const void *)&v4 : (const void *)&v6;
	socklen_t size = is_v4 ? sizeof v4 : sizeof v6;
	int cause, fd = socket(is_v4 ? AF_INET : AF_INET6,
			       kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(&v4.sin_addr, d->server.b + V4_AT, sizeof v4.sin_addr);
	memcpy(&v6.sin6_addr, d->server.b, sizeof v6.sin6_addr);
	if (fd < 0 || connect(fd, to, size) == 0 || errno == EINPROGRESS)
		return fd;
	cause = errno;
	(void)close(fd);
	errno = cause;
	return -1;
}

static bool
prepare(struct resolver_direct *d)
{
	uint16_t id;

	if (getrandom(&id, sizeof id, 0) != (ssize_t)sizeof id ||
	    !resolver_query_write(&d->query, d->wire, d->type, !d->no_edns))
		return false;
	resolver_query_number(&d->query, id);
	return true;
}

static void
ask_udp(struct resolver_direct *d)
{
	hang_up(d);
	d->tries++;
	if (!prepare(d)) {
		fail(d, FACTS_SERVFAIL, "the question cannot be written");
		return;
	}
	d->fd = connect_to(d, SOCK_DGRAM);
	if (d->fd < 0) {
		fail(d, FACTS_TIMEOUT, strerror(errno));
		return;
	}
	d->watch = loop_watch_new(d->r->loop, d->fd, datagram, d);
	loop_timer_set(d->timer, d->r->direct_ms * d->tries / SHARES, false);
	/* What does not leave is asked again like what is lost. */
	(void)send(d->fd, d->query.at, d->query.n, 0);
}

/* ---- TCP ---- */

static size_t
segment(void *ctx, struct str bytes)
{
	struct resolver_direct *d = ctx;
	const uint8_t *p = (const uint8_t *)bytes.p;
	size_t n;
	struct str packet;

	if (bytes.n < LENGTH_BYTES)
		return 0;
	n = (size_t)p[0] << 8 | p[1];
	if (bytes.n < LENGTH_BYTES + n)
		return 0;
	packet = str_sub(bytes, LENGTH_BYTES, n);
	if (resolver_query_fits(&d->query, packet))
		take(d, packet, true);
	else
		fail(d, FACTS_SERVFAIL, "the answer is to another question");
	return bytes.n;
}

static void
broken(void *ctx, enum loop_end how)
{
	struct resolver_direct *d = ctx;

	(void)how;
	d->conn = NULL;
	fail(d, FACTS_TIMEOUT, "cut over UDP, and no answer over TCP");
}

static void
ask_tcp(struct resolver_direct *d)
{
	static const struct loop_handler handler = { .read = segment,
						     .ended = broken };
	uint8_t length[LENGTH_BYTES];
	int fd;

	hang_up(d);
	fd = connect_to(d, SOCK_STREAM);
	if (fd < 0 || !prepare(d)) {
		if (fd >= 0)
			(void)close(fd);
		fail(d, FACTS_TIMEOUT, "cut over UDP, and no TCP");
		return;
	}
	length[0] = (uint8_t)(d->query.n >> 8);
	length[1] = (uint8_t)d->query.n;
	d->conn = loop_conn_new(d->r->loop, fd, NULL, &handler, d);
	loop_conn_write(d->conn,
			(struct str){ (const char *)length, LENGTH_BYTES });
	loop_conn_write(d->conn,
			(struct str){ (const char *)d->query.at, d->query.n });
	loop_timer_set(d->timer, d->r->direct_ms / 2, false);
}

/* ---- asking ---- */

static bool
may_ask(const struct resolver *r, const struct netaddr *server)
{
	return r->allow_private || (r->may_ask && r->may_ask(r->guard, server));
}

static void
start(struct resolver_direct *d)
{
	struct resolver *r = d->r;

	TAILQ_REMOVE(&r->direct_waiting, d, entry);
	TAILQ_INSERT_TAIL(&r->direct_open, d, entry);
	r->direct_n++;
	d->timer = loop_timer_new(r->loop, too_late, d);
	if (!may_ask(r, &d->server))
		fail(d, FACTS_TIMEOUT, "not asked: not a public address");
	else if (!resolver_name_read(d->name, &d->wire))
		fail(d, FACTS_NXDOMAIN, "not a domain name");
	else
		ask_udp(d);
}

void
resolver_direct_pump(struct resolver *r)
{
	while (!TAILQ_EMPTY(&r->direct_waiting) && r->direct_n < r->parallel)
		start(TAILQ_FIRST(&r->direct_waiting));
}

void
resolver_ask_at(struct resolver *r, const struct netaddr *server,
		struct str name, uint16_t type, resolver_done done, void *ctx)
{
	struct resolver_direct *d = heap_new(sizeof *d + name.n + 1);

	d->r = r;
	d->server = *server;
	d->type = type;
	d->done = done;
	d->ctx = ctx;
	d->fd = -1;
	d->name = resolver_name_copy(name, d->text);
	TAILQ_INSERT_TAIL(&r->direct_waiting, d, entry);
	resolver_pump(r);
}

void
resolver_direct_cancel(struct resolver *r, const void *ctx)
{
	struct resolver_direct *d, *next;

	for (d = TAILQ_FIRST(&r->direct_waiting); d; d = next) {
		next = TAILQ_NEXT(d, entry);
		if (d->ctx != ctx)
			continue;
		TAILQ_REMOVE(&r->direct_waiting, d, entry);
		destroy(d);
	}
	for (d = TAILQ_FIRST(&r->direct_open); d; d = next) {
		next = TAILQ_NEXT(d, entry);
		/* Without `done` it is being answered just now. */
		if (d->ctx == ctx && d->done)
			leave(d);
	}
}

static void
destroy_all(struct resolver_directs *list)
{
	struct resolver_direct *d;

	while ((d = TAILQ_FIRST(list))) {
		TAILQ_REMOVE(list, d, entry);
		destroy(d);
	}
}

void
resolver_direct_close(struct resolver *r)
{
	destroy_all(&r->direct_waiting);
	destroy_all(&r->direct_open);
}
