/* conn.c - one connection: perhaps a look at its ClientHello, a handshake, one
 * request, one answer, the end. */
#include "policyhost/private.h"

#include "log/log.h"
#include "metrics/metrics.h"
#include "os/os.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	READ_MAX = 32 << 10,
	SILENT_MS = 10000, /* without a byte read, or written */
	ANSWER_MAX = HOSTED_POLICY_MAX + 1024
};

struct policyhost_conn {
	TAILQ_ENTRY(policyhost_conn) age;
	struct policyhost *host;
	struct loop_conn *io;     /* NULL while it is looked at */
	struct loop_watch *watch; /* only then */
	int fd;                   /* the same */
	int low_water;            /* bytes that are not enough, then */
	struct httpd *http;       /* NULL until a byte of a request came */
	int64_t began;            /* ticks */
	struct netaddr_port peer;
	uint16_t place; /* in the crowd */
	bool secure;
	bool challenge; /* the handshake was all that was wanted */
	uint8_t name_n;
	char name[POLICYHOST_NAME_ROOM]; /* of the handshake */
};

/* ---- the end ---- */

void
policyhost_conn_end(struct policyhost_conn *c, bool polite)
{
	struct policyhost *h = c->host;

	if (c->io)
		loop_conn_close(c->io, polite);
	loop_watch_free(c->watch);
	os_fd_cleanup(&c->fd);
	httpd_free(c->http);
	policyhost_crowd_leave(h->crowd, c->place);
	TAILQ_REMOVE(&h->conns, c, age);
	h->count--;
	heap_free(c);
}

static void
ended(void *ctx, enum loop_end how)
{
	struct policyhost_conn *c = ctx;

	(void)how;
	c->io = NULL; /* gone by itself */
	policyhost_conn_end(c, false);
}

void
policyhost_conn_look(struct policyhost *h, int64_t ticks)
{
	struct policyhost_conn *c;

	while ((c = TAILQ_FIRST(&h->conns)) &&
	       ticks - c->began >= h->o.connection_ms)
		policyhost_conn_end(c, false);
}

/* ---- the handshake ---- */

static struct tls_pair *
challenge_pair(struct policyhost *h, struct policyhost_conn *c,
	       const struct hosted_domain *d)
{
	struct diag why = { 0 };

	if (d->alpn_digest.n != HOSTED_DIGEST)
		return NULL;
	tls_pair_free(h->challenge);
	h->challenge = NULL;
	if (tls_pair_challenge((struct str){ c->name, c->name_n },
			       (const uint8_t *)d->alpn_digest.p, h->o.clock(),
			       &h->challenge, &why) != ERR_NONE)
		log_warn("bad_challenge", &why, log_text("domain", d->name));
	c->challenge = h->challenge != NULL;
	return h->challenge;
}

static struct tls_pair *
choose(struct policyhost *h, struct policyhost_conn *c,
       const struct tls_hello *hello)
{
	const uint8_t *key;
	struct hosted_domain d;
	struct str host;

	if (!policyhost_host(hello->name, c->name, &host) ||
	    host.n != hello->name.n || !policyhost_find(h, host, &d) ||
	    !(d.flags & (HOSTED_PROVEN | HOSTED_RETIRING | HOSTED_OWN)))
		return NULL;
	c->name_n = (uint8_t)host.n;
	if (hello->challenge)
		return challenge_pair(h, c, &d);
	/* Names of ours are served by others than us. */
	if (d.chain.n == 0 || d.key.n == 0 || d.flags & HOSTED_OWN)
		return NULL;
	key = h->o.key(h->o.ctx);
	return key ? policyhost_cache_get(h->cache, key, &d, h->epoch) : NULL;
}

struct tls_pair *
policyhost_choose(void *ctx, void *who, const struct tls_hello *hello)
{
	struct tls_pair *pair = choose(ctx, who, hello);

	if (!pair)
		metrics_add(METRICS_POLICY_UNKNOWN, 1);
	return pair;
}

static void
secured(void *ctx)
{
	struct policyhost_conn *c = ctx;

	if (!c->challenge)
		return;
	metrics_add(METRICS_POLICY_CHALLENGES, 1);
	policyhost_conn_end(c, true);
}

/* ---- the request ---- */

static void
log_fetch(const struct policyhost_conn *c, const struct policyhost_reply *reply,
	  const struct httpd_request *r, struct str domain)
{
	SCOPED_BUF tls = BUF(128);
	struct ssl_st *ssl = loop_conn_tls(c->io);
	struct str version, rest;

	if (ssl)
		tls_describe(ssl, &tls);
	rest = buf_str(&tls);
	if (!str_split(&rest, ' ', &version))
		version = S("");
	policyhost_log_add(
		c->host->log,
		&(struct policyhost_fetch){
			.time = c->host->o.clock(),
			.domain = domain,
			.client = c->peer.ip,
			.status = reply->status,
			.policy = reply->status == 200
					  ? policyhost_policy_id(reply->body)
					  : 0,
			.tls = version,
			.agent = httpd_field(r, S("User-Agent")),
		});
	if (reply->status == 200)
		metrics_add(METRICS_POLICY_SERVED, 1);
}

static struct policyhost_reply
reply_secure(struct policyhost_conn *c, const struct httpd_request *r)
{
	const struct str host = { c->name, c->name_n };
	struct policyhost_reply reply;
	struct hosted_domain d;
	struct str name = { 0 };
	bool known = policyhost_domain(host, &name) &&
		     policyhost_find(c->host, host, &d);

	reply = policyhost_reply(r, host, known ? &d : NULL);
	if (reply.asked)
		log_fetch(c, &reply, r, name);
	return reply;
}

static struct policyhost_reply
reply_plain(struct policyhost_conn *c, const struct httpd_request *r)
{
	const struct policyhost_options *o = &c->host->o;
	char room[POLICYHOST_NAME_ROOM];
	struct policyhost_reply reply;
	struct hosted_domain d;
	struct str host;
	bool known = policyhost_challenged(r, room, &host) &&
		     policyhost_find(c->host, host, &d);

	reply = policyhost_challenge_reply(r, known ? &d : NULL);
	if (reply.answered)
		metrics_add(METRICS_POLICY_CHALLENGES, 1);
	else
		reply = policyhost_redirect(r, o->dashboard, o->dashboard_url);
	return reply;
}

/* The connection ends behind it: who asks once a day needs no other. */
static void
answer(struct policyhost_conn *c, const struct policyhost_reply *reply,
       bool head)
{
	SCOPED_BUF out = BUF(ANSWER_MAX);

	policyhost_print(reply, head, c->host->o.clock(), &out);
	loop_conn_write(c->io, buf_str(&out));
	policyhost_conn_end(c, true);
}

static size_t
came(void *ctx, struct str bytes)
{
	struct policyhost_conn *c = ctx;
	const struct httpd_request *r;
	struct policyhost_reply reply = { 0 };
	struct str in = bytes, piece;

	if (!c->http)
		c->http = httpd_new();
	switch (httpd_feed(c->http, &in, &piece)) {
	case HTTPD_ASKED:
		r = httpd_request(c->http);
		reply = c->secure ? reply_secure(c, r) : reply_plain(c, r);
		answer(c, &reply, r->method == HTTPD_HEAD);
		return bytes.n;
	case HTTPD_BAD:
		reply.status = httpd_status(c->http);
		answer(c, &reply, false);
		return bytes.n;
	default:
		return bytes.n - in.n;
	}
}

/* ---- the beginning ---- */

static const struct loop_handler handler = { .read = came,
					     .secured = secured,
					     .ended = ended };

static void
open_io(struct policyhost_conn *c)
{
	struct policyhost *h = c->host;
	struct ssl_st *ssl = c->secure ? tls_hosts_accept(h->tls, c) : NULL;

	c->io = loop_conn_new_tls(h->loop, c->fd, ssl, &handler, c);
	c->fd = -1;
	loop_conn_read_max(c->io, READ_MAX);
	loop_conn_timeout(c->io, SILENT_MS, SILENT_MS);
}

/* The event comes again when there is more than `n`. */
static void
wait_for_more(struct policyhost_conn *c, int n)
{
	c->low_water = n;
	n++;
	if (setsockopt(c->fd, SOL_SOCKET, SO_RCVLOWAT, &n, sizeof n) < 0)
		policyhost_conn_end(c, false);
}

static void
hand_over(struct policyhost_conn *c)
{
	char peer[NETADDR_BYTES + 2];

	memcpy(peer, c->peer.ip.b, NETADDR_BYTES);
	peer[NETADDR_BYTES] = (char)(c->peer.port >> 8);
	peer[NETADDR_BYTES + 1] = (char)(c->peer.port & 0xff);
	if (os_send_fd(c->host->o.dashboard_fd, c->fd,
		       (struct str){ peer, sizeof peer }))
		metrics_add(METRICS_POLICY_HANDED, 1);
	else
		metrics_add(METRICS_POLICY_REFUSED, 1);
	policyhost_conn_end(c, false);
}

static void
decide(struct policyhost_conn *c, const struct tls_hello *hello)
{
	int one = 1;

	loop_watch_free(c->watch);
	c->watch = NULL;
	(void)setsockopt(c->fd, SOL_SOCKET, SO_RCVLOWAT, &one, sizeof one);
	if (str_eq_fold(hello->name, c->host->o.dashboard) && !hello->challenge)
		hand_over(c);
	else
		open_io(c);
}

/* Without taking it: whoever serves the name reads it. */
static void
hello_came(void *ctx)
{
	struct policyhost_conn *c = ctx;
	char *peeked = c->host->peeked;
	struct tls_hello hello;
	ssize_t n = recv(c->fd, peeked, TLS_PEEK_MAX, MSG_PEEK | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* No more than before: that was all. */
	if (n <= c->low_water) {
		policyhost_conn_end(c, false);
		return;
	}
	if (tls_peek(peeked, (size_t)n, &hello) == TLS_PEEK_MORE &&
	    n < TLS_PEEK_MAX)
		wait_for_more(c, (int)n);
	else
		decide(c, &hello);
}

void
policyhost_conn_new(struct policyhost_door *door, int fd,
		    const struct netaddr_port *peer)
{
	struct policyhost *h = door->host;
	struct policyhost_conn *c;
	uint16_t place;

	if (h->count >= h->o.connections ||
	    !policyhost_crowd_enter(h->crowd, &peer->ip, &place)) {
		metrics_add(METRICS_POLICY_REFUSED, 1);
		(void)close(fd);
		return;
	}
	metrics_add(METRICS_POLICY_CONNECTIONS, 1);
	c = heap_new(sizeof *c);
	c->host = h;
	c->fd = fd;
	c->peer = *peer;
	c->place = place;
	c->secure = door->secure;
	c->began = os_ticks();
	TAILQ_INSERT_TAIL(&h->conns, c, age);
	h->count++;
	if (c->secure && h->o.dashboard.n > 0)
		c->watch = loop_watch_new(h->loop, fd, hello_came, c);
	else
		open_io(c);
}
