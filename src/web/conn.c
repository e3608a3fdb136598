/* conn.c - one connection: its states, its time limits, its end. */
#include "log/log.h"
#include "metrics/metrics.h"
#include "os/os.h"
#include "proxy/proxy.h"
#include "web/private.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	READ_MAX = 64 << 10, /* held while a request waits for its answer */
	WRITE_MS = 60000,    /* without one byte leaving */
	WAIT_MS = 30000      /* for a desk, before giving up */
};

void
web_conn_enter(struct web_conn *c, enum web_state state)
{
	c->state = state;
	c->since = os_ticks();
	c->moved = 0;
}

/* ---- the end ---- */

void
web_conn_end(struct web_conn *c, bool polite)
{
	if (c->state == CONN_DEAD)
		return;
	if (c->io)
		loop_conn_close(c->io, polite);
	loop_watch_free(c->watch);
	if (c->fd >= 0)
		(void)close(c->fd);
	c->io = NULL;
	c->watch = NULL;
	c->fd = -1;
	crew_drop(c->web->crew, &c->call);
	web_upload_leave(c);
	c->state = CONN_DEAD;
	c->web->count--;
	LIST_REMOVE(c, all);
	LIST_INSERT_HEAD(&c->web->dead, c, all);
	loop_defer(c->web->loop, web_conn_bury, c->web);
}

void
web_conn_bury(void *ctx)
{
	struct web *w = ctx;
	struct web_conn *c;

	while ((c = LIST_FIRST(&w->dead))) {
		LIST_REMOVE(c, all);
		httpd_free(c->http);
		buf_free(&c->body);
		heap_free(c);
	}
}

static void
ended(void *ctx, enum loop_end how)
{
	struct web_conn *c = ctx;

	(void)how;
	c->io = NULL; /* gone by itself */
	web_conn_end(c, false);
}

/* ---- requests ---- */

static void
log_request(const struct web_conn *c)
{
	const struct httpd_request *r = httpd_request(c->http);

	metrics_add(METRICS_HTTP_REQUESTS, 1);
	if (c->status >= 500)
		metrics_add(METRICS_HTTP_ERRORS, 1);
	log_info("request", log_text("method", r->method_name),
		 log_text("path", web_route_name(r->path)),
		 log_number("status", c->status),
		 log_number("ms", os_ticks() - c->began));
}

static void
next_request(struct web_conn *c)
{
	httpd_next(c->http);
	c->status = 0;
	c->whole = c->held = false;
	c->used = true;
	web_conn_enter(c, CONN_IDLE);
	if (!c->reading)
		loop_conn_resume(c->io);
}

void
web_conn_answered(struct web_conn *c)
{
	log_request(c);
	buf_free(&c->body);
	if (!c->keep) {
		web_conn_end(c, true);
	} else if (loop_conn_unsent(c->io) > WEB_UNSENT_MAX) {
		web_conn_enter(c, CONN_DRAIN);
		loop_conn_pause(c->io);
	} else {
		next_request(c);
	}
}

static void
drained(void *ctx)
{
	struct web_conn *c = ctx;

	if (c->state == CONN_DRAIN) {
		next_request(c);
	} else if (c->state == CONN_ASKED && c->held) {
		c->held = false;
		crew_go_on(&c->call);
	}
}

static void
take_piece(struct web_conn *c, struct str piece)
{
	c->moved += piece.n;
	if (c->state == CONN_SPOOL)
		web_upload_piece(c, piece);
	else if (!buf_add(&c->body, piece))
		web_problem(c, 413, "http.too_large");
}

static void
refuse(struct web_conn *c)
{
	int status = httpd_status(c->http);

	c->whole = false;
	c->began = os_ticks();
	web_problem(c, status,
		    status == 414 || status == 431 ? "http.head_too_large"
						   : "http.bad_request");
}

static bool
takes_input(const struct web_conn *c)
{
	return c->state == CONN_IDLE || c->state == CONN_BODY ||
	       c->state == CONN_SPOOL;
}

static void
whole(struct web_conn *c)
{
	c->whole = true;
	if (c->state == CONN_SPOOL)
		web_upload_whole(c);
	else
		web_route_whole(c);
}

/* False: more bytes are needed, or something else comes first. */
static bool
one_step(struct web_conn *c, struct str *in)
{
	struct str piece;
	bool fresh = c->state == CONN_IDLE && !httpd_begun(c->http);

	switch (httpd_feed(c->http, in, &piece)) {
	case HTTPD_WANT:
		if (fresh && httpd_begun(c->http))
			c->since = os_ticks();
		return false;
	case HTTPD_ASKED:
		c->began = os_ticks();
		web_route_head(c);
		break;
	case HTTPD_PIECE:
		take_piece(c, piece);
		break;
	case HTTPD_WHOLE:
		whole(c);
		break;
	case HTTPD_BAD:
		refuse(c);
		break;
	}
	return takes_input(c);
}

static size_t
came(void *ctx, struct str bytes)
{
	struct web_conn *c = ctx;
	struct str in = bytes;

	c->reading = true;
	if (takes_input(c))
		while (one_step(c, &in))
			;
	c->reading = false;
	if (c->io && !takes_input(c))
		loop_conn_pause(c->io);
	return bytes.n - in.n;
}

void
web_conn_read_on(struct web_conn *c)
{
	struct str none = { 0 };

	/* An empty body is whole without another byte. */
	while (one_step(c, &none))
		;
	if (c->io && takes_input(c))
		loop_conn_resume(c->io);
}

/* ---- the beginning ---- */

static const struct loop_handler handler = { .read = came,
					     .drained = drained,
					     .ended = ended };

static void
open_io(struct web_conn *c)
{
	c->io = loop_conn_new(c->web->loop, c->fd, c->listener->identity,
			      &handler, c);
	c->fd = -1;
	loop_conn_read_max(c->io, READ_MAX);
	loop_conn_timeout(c->io, 0, WRITE_MS);
	web_conn_enter(c, CONN_IDLE);
}

/* Looked at without taking it, so that what comes behind the header, TLS
 * perhaps, stays where it is. */
static void
proxy_came(void *ctx)
{
	struct web_conn *c = ctx;
	char bytes[PROXY_MAX];
	struct proxy_header header;
	ssize_t n = recv(c->fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		web_conn_end(c, false);
		return;
	}
	switch (proxy_parse((struct str){ bytes, (size_t)n }, &header)) {
	case PROXY_MORE:
		return;
	case PROXY_BAD:
		web_conn_end(c, false);
		return;
	case PROXY_DONE:
		break;
	}
	if (recv(c->fd, bytes, header.used, 0) != (ssize_t)header.used) {
		web_conn_end(c, false);
		return;
	}
	if (header.has_source)
		c->peer = header.source;
	loop_watch_free(c->watch);
	c->watch = NULL;
	open_io(c);
}

/* Connections of one address; a proxy stands for many clients. */
static bool
too_many(const struct web *w, const struct netaddr_port *peer)
{
	const struct web_conn *c;
	unsigned same = 0;

	if (w->count >= w->o.connections)
		return true;
	if (web_client_trusted(peer, w->o.trusted, w->o.trusted_count))
		return false;
	LIST_FOREACH(c, &w->conns, all)
	same += !c->peer.local && netaddr_cmp(&c->peer.ip, &peer->ip) == 0;
	return same >= w->o.per_address;
}

void
web_conn_new(struct web_door *door, int fd, const struct netaddr_port *peer)
{
	struct web *w = door->web;
	struct web_conn *c;
	bool trusted =
		web_client_trusted(peer, w->o.trusted, w->o.trusted_count);

	if (too_many(w, peer) || (door->options->proxy && !trusted)) {
		(void)close(fd);
		return;
	}
	c = heap_new(sizeof *c);
	c->web = w;
	c->listener = door->options;
	c->peer = *peer;
	c->http = httpd_new();
	c->fd = fd;
	LIST_INSERT_HEAD(&w->conns, c, all);
	w->count++;
	if (!door->options->proxy) {
		open_io(c);
		return;
	}
	web_conn_enter(c, CONN_PROXY);
	c->watch = loop_watch_new(w->loop, fd, proxy_came, c);
}

/* ---- time limits ---- */

/* Bytes that moved since `since` are too few for the time. */
static bool
crawls(const struct web_conn *c, int64_t ticks)
{
	int64_t ms = ticks - c->since;

	return ms > c->web->o.slow_ms &&
	       c->moved * 1000 / (uint64_t)ms < c->web->o.least_rate;
}

static void
look_idle(struct web_conn *c, int64_t ticks)
{
	int64_t ms = ticks - c->since;
	const struct web_options *o = &c->web->o;

	if (httpd_begun(c->http) && ms > o->header_ms) {
		c->began = c->since;
		web_problem(c, 408, "http.too_slow");
	} else if (!httpd_begun(c->http) &&
		   ms > (c->used ? o->idle_ms : o->header_ms)) {
		web_conn_end(c, true);
	}
}

/* A client that hardly reads its answer holds a desk: since it was held, it
 * has read what was unsent then and is not any more. */
static void
look_asked(struct web_conn *c, int64_t ticks)
{
	size_t unsent = loop_conn_unsent(c->io);

	if (c->call.waiting && ticks - c->since > WAIT_MS) {
		crew_drop(c->web->crew, &c->call);
		web_problem(c, 503, "http.busy");
		return;
	}
	if (!c->held || ticks - c->since <= c->web->o.slow_ms)
		return;
	c->moved -= c->moved < unsent ? c->moved : unsent;
	if (crawls(c, ticks)) {
		log_info("slow_client", log_number("status", c->status));
		web_conn_end(c, false);
		return;
	}
	c->since = ticks;
	c->moved = unsent;
}

void
web_conn_look(struct web_conn *c, int64_t ticks)
{
	switch (c->state) {
	case CONN_PROXY:
		if (ticks - c->since > c->web->o.header_ms)
			web_conn_end(c, false);
		break;
	case CONN_IDLE:
		look_idle(c, ticks);
		break;
	case CONN_BODY:
	case CONN_SPOOL:
		if (crawls(c, ticks))
			web_problem(c, 408, "http.too_slow");
		break;
	case CONN_ASKED:
		look_asked(c, ticks);
		break;
	default:
		break;
	}
}
