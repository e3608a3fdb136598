/* tcp.c - questions over connections: several on one, answered in their order
 * (RFC 7766). */
#include "metrics/metrics.h"
#include "nameserver/private.h"
#include "os/os.h"

#include <string.h>
#include <unistd.h>

enum {
	LENGTH = 2,
	UNSENT_MAX = 256 << 10, /* bytes, before more is read */
	SITE = 64 / 8           /* octets of an IPv6 address, one customer's */
};

void
nameserver_session_end(struct nameserver_session *s)
{
	nameserver_stream_stop(s);
	LIST_REMOVE(s, all);
	s->role->session_count--;
	heap_free(s);
}

static void
hang_up(struct nameserver_session *s)
{
	loop_conn_close(s->conn, true);
	nameserver_session_end(s);
}

static void
on_end(void *ctx, enum loop_end how)
{
	(void)how;
	nameserver_session_end(ctx);
}

static void
send_answer(struct nameserver_session *s, const uint8_t *message, size_t n)
{
	const uint8_t length[LENGTH] = { (uint8_t)(n >> 8), (uint8_t)n };

	loop_conn_write(s->conn, (struct str){ (const char *)length, LENGTH });
	loop_conn_write(s->conn, (struct str){ (const char *)message, n });
}

/* False: nothing worth an answer, and nothing more will be. */
static bool
take_query(struct nameserver_session *s, struct str query)
{
	static uint8_t answer[DNSWIRE_TCP_MAX];
	const struct nameserver *role = s->role;
	const struct dnswire_ask ask = { .query = query,
					 .tcp = true,
					 .now = os_now(),
					 .keys = role->options.keys,
					 .key_n = role->options.key_n,
					 .from = &s->peer.ip,
					 .secret = role->secret };
	struct dnswire_reply reply = { .p = answer, .room = sizeof answer };

	metrics_add(METRICS_DNS_TCP, 1);
	switch (dnswire_answer(nameserver_zone_wire(role->zone), &ask,
			       &reply)) {
	case DNSWIRE_SEND:
		metrics_add(METRICS_DNS_REFUSED,
			    reply.rcode == DNSWIRE_REFUSED);
		send_answer(s, answer, reply.n);
		return true;
	case DNSWIRE_STREAM:
		return nameserver_stream_start(s, query, &reply.chain);
	case DNSWIRE_SILENCE:
		break;
	}
	return false;
}

static bool
is_busy(const struct nameserver_session *s)
{
	return s->stream || loop_conn_unsent(s->conn) >= UNSENT_MAX;
}

static size_t
on_read(void *ctx, struct str bytes)
{
	struct nameserver_session *s = ctx;
	size_t at = 0;

	while (!is_busy(s) && bytes.n - at >= LENGTH) {
		const uint8_t *p = (const uint8_t *)bytes.p + at;
		size_t n = (size_t)p[0] << 8 | p[1];

		if (bytes.n - at - LENGTH < n)
			return at;
		if (!take_query(s, str_sub(bytes, at + LENGTH, n))) {
			hang_up(s);
			return bytes.n;
		}
		at += LENGTH + n;
	}
	if (is_busy(s))
		loop_conn_pause(s->conn);
	return at;
}

static void
on_drained(void *ctx)
{
	struct nameserver_session *s = ctx;

	if (s->stream)
		nameserver_stream_go_on(s);
	else
		loop_conn_resume(s->conn);
}

static bool
is_near(const struct netaddr *a, const struct netaddr *b)
{
	if (netaddr_is_v4(a) || netaddr_is_v4(b))
		return netaddr_cmp(a, b) == 0;
	return memcmp(a->b, b->b, SITE) == 0;
}

/* Walks all sessions: they are a thousand at most, and the answer is exact. */
static bool
is_crowded(const struct nameserver *role, const struct netaddr_port *peer)
{
	const struct nameserver_session *s;
	unsigned near = 0;

	if (role->session_count >= role->options.connections)
		return true;
	LIST_FOREACH(s, &role->sessions, all)
	near += is_near(&s->peer.ip, &peer->ip);
	return near >= role->options.per_address;
}

void
nameserver_session_new(struct nameserver *role, int fd,
		       const struct netaddr_port *peer)
{
	static const struct loop_handler handler = { .read = on_read,
						     .drained = on_drained,
						     .ended = on_end };
	struct nameserver_session *s;

	if (is_crowded(role, peer)) {
		(void)close(fd);
		return;
	}
	s = heap_new(sizeof *s);
	s->role = role;
	s->peer = *peer;
	s->conn = loop_conn_new(role->loop, fd, NULL, &handler, s);
	loop_conn_timeout(s->conn, role->options.idle_ms,
			  role->options.idle_ms);
	LIST_INSERT_HEAD(&role->sessions, s, all);
	role->session_count++;
}
