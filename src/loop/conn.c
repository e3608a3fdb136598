/* conn.c - connections: what is read and shown, the events they wait for,
 * their end. */
#include "loop/private.h"
#include "os/os.h"

#include <assert.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	READ_MAX = 256 << 10, /* unless the owner says otherwise */
	HELD_LEAST = 4 << 10,
	HANDSHAKE_MS = 30000,
	CLOSE_MS = 5000,
	LINGER_MS = 2000
};

/* ---- events ---- */

static void
want(struct event *e, bool *on, bool wanted, int64_t ms)
{
	struct timeval tv;

	if (wanted == *on)
		return;
	*on = wanted;
	if (wanted)
		(void)event_add(e, loop_time(ms, &tv));
	else
		(void)event_del(e);
}

static int64_t
patience(const struct loop_conn *c, int64_t ms)
{
	if (c->half_closed)
		return LINGER_MS;
	if (c->closing)
		return CLOSE_MS;
	if (c->handshaking && (ms == 0 || ms > HANDSHAKE_MS))
		return HANDSHAKE_MS;
	return ms;
}

static void
ask_for_events(struct loop_conn *c)
{
	bool out = c->wants_out || (c->unsent && !c->handshaking);
	bool in = !c->over && (c->closing || c->handshaking ||
			       (!c->paused && !c->next_ssl && !c->full));

	want(&c->in, &c->in_on, in && !c->dead, patience(c, c->read_ms));
	want(&c->out, &c->out_on, out && !c->dead, patience(c, c->write_ms));
}

/* Waiting begins anew, with another patience. */
static void
renew_events(struct loop_conn *c)
{
	want(&c->in, &c->in_on, false, 0);
	want(&c->out, &c->out_on, false, 0);
	ask_for_events(c);
}

/* ---- life ---- */

static void
drop_held(struct loop_conn *c)
{
	heap_free(c->held);
	c->held = NULL;
	c->held_n = c->held_room = 0;
	c->full = false;
}

void
loop_conn_destroy(struct loop_conn *c)
{
	(void)event_del(&c->in);
	(void)event_del(&c->out);
	if (c->touched)
		TAILQ_REMOVE(&c->loop->touched, c, touch);
	LIST_REMOVE(c, all);
	drop_held(c);
	if (c->unsent)
		evbuffer_free(c->unsent);
	SSL_free(c->ssl);
	SSL_free(c->next_ssl);
	(void)close(c->fd);
	heap_free(c);
}

static void
enter(struct loop_conn *c)
{
	c->depth++;
}

/* Nobody uses `c` after this, unless further out. */
static void
leave(struct loop_conn *c)
{
	if (--c->depth > 0)
		return;
	if (c->dead)
		loop_conn_destroy(c);
	else
		ask_for_events(c);
}

void
loop_conn_finish(struct loop_conn *c, enum loop_end how)
{
	const struct loop_handler *handler = c->handler;

	if (c->dead || c->over)
		return;
	c->over = true;
	c->handler = NULL;
	c->broken = c->broken || how != LOOP_CLOSED;
	/* Who said all may still want to hear the answer. */
	if (how == LOOP_CLOSED && c->unsent && !c->closing && !c->handshaking) {
		c->closing = true;
		c->deadline = os_ticks() + CLOSE_MS;
	} else {
		c->dead = true;
	}
	if (handler)
		handler->ended(c->ctx, how);
	if (!c->dead)
		renew_events(c);
}

/* ---- reading ---- */

/* Room for what comes next: behind what is held, or the loop's scratch. */
static char *
reading_room(struct loop_conn *c, size_t *room)
{
	if (c->held_n == 0) {
		*room = c->read_max < LOOP_SCRATCH ? c->read_max : LOOP_SCRATCH;
		return c->loop->scratch;
	}
	if (c->held_n == c->held_room && c->held_room < c->read_max) {
		size_t more = c->held_room * 2;

		c->held_room = more < c->read_max ? more : c->read_max;
		c->held = heap_grow(c->held, c->held_room, 1);
	}
	*room = c->held_room - c->held_n;
	return c->held + c->held_n;
}

/* Keeps what the owner left of `bytes`, which are the held ones or scratch. */
static void
keep(struct loop_conn *c, struct str bytes, size_t took)
{
	size_t left = bytes.n - took;

	if (left == 0) {
		drop_held(c);
		return;
	}
	if (bytes.p != c->held) {
		c->held_room = left > HELD_LEAST ? left : HELD_LEAST;
		c->held = heap_grow(c->held, c->held_room, 1);
		memcpy(c->held, bytes.p + took, left);
	} else if (took > 0) {
		memmove(c->held, c->held + took, left);
	}
	c->held_n = left;
	c->full = left >= c->read_max;
	if (c->full && !c->paused && took == 0)
		loop_conn_finish(c, LOOP_FAILED);
}

static void
show(struct loop_conn *c, struct str bytes)
{
	size_t took;

	c->discard = false;
	took = c->handler->read(c->ctx, bytes);
	assert(took <= bytes.n);
	if (c->over || c->closing || c->dead)
		return;
	if (c->discard)
		drop_held(c);
	else
		keep(c, bytes, took);
}

static bool
readable(const struct loop_conn *c)
{
	return !c->over && !c->dead && !c->paused && !c->next_ssl &&
	       !c->handshaking && !c->full && !c->closing;
}

/* One gulp; false when there is nothing more now. */
static bool
read_once(struct loop_conn *c)
{
	size_t room, n = 0;
	char *to = reading_room(c, &room);
	bool more = loop_conn_receive(c, to, room, &n);

	if (n == 0)
		return false;
	if (to == c->loop->scratch) {
		show(c, (struct str){ to, n });
	} else {
		c->held_n += n;
		show(c, (struct str){ c->held, c->held_n });
	}
	return more;
}

static void
read_some(struct loop_conn *c)
{
	while (readable(c) && read_once(c))
		; /* TLS still holds bytes that no event would tell of */
}

/* What comes after the end is of no use, but must be read: a socket closed
 * with unread bytes resets the connection, and the last answer is lost. */
static void
drain_after_end(struct loop_conn *c)
{
	ssize_t n;

	if (os_ticks() > c->deadline) {
		c->dead = true;
		return;
	}
	n = recv(c->fd, c->loop->scratch, LOOP_SCRATCH, 0);
	if (n == 0 && c->unsent)
		c->over = true; /* stops reading */
	else if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		c->dead = true;
}

/* ---- what the loop calls ---- */

static void
drained(struct loop_conn *c)
{
	if (c->closing && c->over) {
		c->dead = true;
	} else if (c->closing && !c->half_closed) {
		c->half_closed = true;
		c->deadline = os_ticks() + LINGER_MS;
		loop_conn_half_close(c);
		renew_events(c);
	} else if (c->next_ssl) {
		c->ssl = c->next_ssl;
		c->next_ssl = NULL;
		c->handshaking = true;
		/* A client has the first word. */
		c->wants_out = !SSL_is_server(c->ssl);
		c->deadline = os_ticks() + HANDSHAKE_MS;
		renew_events(c);
	}
	if (c->handler && c->handler->drained && !c->dead)
		c->handler->drained(c->ctx);
}

static void
send_out(struct loop_conn *c)
{
	if (!c->unsent || c->dead || c->handshaking)
		return;
	if (c->closing && os_ticks() > c->deadline)
		c->dead = true;
	else if (loop_conn_send(c))
		drained(c);
}

static void
shake(struct loop_conn *c)
{
	if (os_ticks() > c->deadline) {
		loop_conn_finish(c, LOOP_TIMEOUT);
		return;
	}
	if (!loop_conn_handshake(c))
		return;
	c->handshaking = false;
	renew_events(c);
	if (c->handler && c->handler->secured)
		c->handler->secured(c->ctx);
	send_out(c);
	read_some(c);
}

static void
came(int fd, short what, void *ctx)
{
	struct loop_conn *c = ctx;

	(void)fd;
	enter(c);
	if (what & EV_TIMEOUT && c->closing)
		c->dead = true;
	else if (what & EV_TIMEOUT)
		loop_conn_finish(c, LOOP_TIMEOUT);
	else if (c->handshaking)
		shake(c);
	else if (c->closing && what & EV_READ)
		drain_after_end(c);
	else if (what & EV_READ)
		read_some(c);
	/* Also after reading: TLS may have waited for that. */
	if (what & (EV_WRITE | EV_READ))
		send_out(c);
	leave(c);
}

/* What the owner left before it paused. */
static void
show_again(struct loop_conn *c)
{
	c->again = false;
	if (c->held_n > 0 && !c->paused && !c->next_ssl && !c->handshaking &&
	    c->handler)
		show(c, (struct str){ c->held, c->held_n });
	if (c->ssl && !c->handshaking && SSL_pending(c->ssl) > 0)
		read_some(c);
}

void
loop_conn_settle(struct loop_conn *c)
{
	enter(c);
	send_out(c);
	if (c->again && !c->dead)
		show_again(c);
	leave(c);
}

/* ---- what the owner calls ---- */

struct loop_conn *
loop_conn_new_tls(struct loop *l, int fd, struct ssl_st *ssl,
		  const struct loop_handler *handler, void *ctx)
{
	struct loop_conn *c = heap_new(sizeof *c);

	c->loop = l;
	c->fd = fd;
	c->handler = handler;
	c->ctx = ctx;
	c->read_max = READ_MAX;
	(void)evutil_make_socket_nonblocking(fd);
	(void)event_assign(&c->in, l->base, fd, EV_READ | EV_PERSIST, came, c);
	(void)event_assign(&c->out, l->base, fd, EV_WRITE | EV_PERSIST, came,
			   c);
	LIST_INSERT_HEAD(&l->conns, c, all);
	if (ssl) {
		c->ssl = ssl;
		(void)SSL_set_fd(c->ssl, fd);
		c->handshaking = true;
		c->deadline = os_ticks() + HANDSHAKE_MS;
	}
	/* Not yet, so that the owner may say how long it waits. */
	loop_touch(c);
	return c;
}

struct loop_conn *
loop_conn_new(struct loop *l, int fd, struct tls_identity *identity,
	      const struct loop_handler *handler, void *ctx)
{
	return loop_conn_new_tls(l, fd, identity ? tls_accept(identity) : NULL,
				 handler, ctx);
}

void
loop_conn_write(struct loop_conn *c, struct str bytes)
{
	if (c->over || c->closing || c->dead || bytes.n == 0)
		return;
	if (!c->unsent)
		c->unsent = evbuffer_new();
	if (!c->unsent || evbuffer_add(c->unsent, bytes.p, bytes.n) < 0)
		abort(); /* no memory: as everywhere */
	loop_touch(c);
}

size_t
loop_conn_unsent(const struct loop_conn *c)
{
	return c->unsent ? evbuffer_get_length(c->unsent) : 0;
}

void
loop_conn_pause(struct loop_conn *c)
{
	c->paused = true;
	if (c->depth == 0)
		ask_for_events(c);
}

void
loop_conn_resume(struct loop_conn *c)
{
	if (!c->paused)
		return;
	c->paused = false;
	c->again = true;
	loop_touch(c);
}

void
loop_conn_timeout(struct loop_conn *c, int64_t read, int64_t write)
{
	if (c->read_ms == read && c->write_ms == write)
		return;
	c->read_ms = read;
	c->write_ms = write;
	want(&c->in, &c->in_on, false, 0);
	want(&c->out, &c->out_on, false, 0);
	loop_touch(c);
}

void
loop_conn_read_max(struct loop_conn *c, size_t max)
{
	c->read_max = max > 0 ? max : 1;
}

static bool
may_start_tls(const struct loop_conn *c)
{
	return !c->ssl && !c->next_ssl && !c->over && !c->closing && !c->dead;
}

static void
start_tls(struct loop_conn *c, struct ssl_st *ssl)
{
	c->next_ssl = ssl;
	(void)SSL_set_fd(c->next_ssl, c->fd);
	c->discard = true;
	drop_held(c);
	if (!c->unsent)
		drained(c);
}

void
loop_conn_start_tls(struct loop_conn *c, struct tls_identity *identity)
{
	if (may_start_tls(c))
		start_tls(c, tls_accept(identity));
}

void
loop_conn_start_tls_client(struct loop_conn *c, struct ssl_st *ssl)
{
	if (may_start_tls(c))
		start_tls(c, ssl);
	else
		SSL_free(ssl);
}

struct ssl_st *
loop_conn_tls(struct loop_conn *c)
{
	return c->handshaking ? NULL : c->ssl;
}

void
loop_conn_close(struct loop_conn *c, bool polite)
{
	if (c->over || c->closing || c->dead)
		return; /* it is ending already */
	c->handler = NULL;
	if (!polite || c->handshaking || c->broken) {
		c->dead = true;
	} else {
		c->closing = true;
		c->deadline = os_ticks() + CLOSE_MS;
		renew_events(c);
	}
	enter(c);
	if (!c->dead && !c->unsent)
		drained(c);
	leave(c);
}
