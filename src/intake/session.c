/* session.c - a connection: its bytes to the engine, the replies back, TLS,
 * patience. */
#include "intake/private.h"

#include "log/log.h"
#include "os/os.h"
#include "proxy/proxy.h"

enum {
	READ_MAX = 16 << 10,   /* unread bytes held */
	UNSENT_MAX = 64 << 10, /* replies nobody fetches: read no more */
	WRITE_MS = 60000,
	TLS_BYTES = 128
};

struct str
session_client(const struct session *s, char text[NETADDR_PRINT_MAX])
{
	struct smtp_facts facts = { 0 };

	if (s->smtp != NULL)
		facts = smtp_facts(s->smtp);
	if (facts.has_client)
		return str_of(netaddr_print(&facts.client, text));
	if (s->peer.local)
		return (struct str){ 0 };
	return str_of(netaddr_print(&s->peer.ip, text));
}

/* Without a word to the connection, which is ending or closed by now. */
static void
forget(struct session *s)
{
	message_forget(s);
	buf_free(&s->recipients);
	buf_free(&s->domain);
	buf_free(&s->tls);
	smtp_free(s->smtp);
	LIST_REMOVE(s, all);
	s->role->session_count--;
	heap_free(s);
}

void
session_end(struct session *s)
{
	loop_conn_close(s->conn, true);
	forget(s);
}

/* Sends what was said. False: the session is over, and gone. */
static bool
flush(struct session *s)
{
	struct buf *out = &s->role->out;

	loop_conn_write(s->conn, buf_str(out));
	buf_clear(out);
	if (smtp_state(s->smtp) != SMTP_OVER)
		return true;
	session_end(s);
	return false;
}

/* False: no room for one more of these, and it is gone. */
static bool
begin_smtp(struct session *s)
{
	const struct intake_options *o = &s->role->options;
	struct smtp_options options = {
		.host = o->host,
		.size_max = o->size_max,
		.lmtp = s->lmtp,
		.starttls = o->identity != NULL,
		.trusted = s->trusted,
	};

	if (!s->trusted && intake_is_crowded(s->role, &s->peer)) {
		intake_turn_away(s->role, s->conn, &s->peer);
		forget(s);
		return false;
	}
	s->smtp = smtp_new(&options, &message_owner, s);
	smtp_greet(s->smtp, &s->role->out);
	return flush(s);
}

/* Returns what it took; SIZE_MAX when the session is over. */
static size_t
take_proxy(struct session *s, struct str bytes)
{
	struct proxy_header header;
	char text[NETADDR_PRINT_MAX];

	switch (proxy_parse(bytes, &header)) {
	case PROXY_MORE:
		return 0;
	case PROXY_DONE:
		if (header.has_source) {
			s->peer = header.source;
			/* Trust was the balancer's. */
			s->trusted = false;
		}
		return begin_smtp(s) ? header.used : SIZE_MAX;
	case PROXY_BAD:
		break;
	}
	log_info("session.bad_proxy",
		 log_text("peer", session_client(s, text)));
	loop_conn_close(s->conn, false);
	forget(s);
	return SIZE_MAX;
}

static size_t
on_read(void *ctx, struct str bytes)
{
	struct session *s = ctx;
	enum smtp_state state;
	size_t taken = 0;

	s->heard = os_ticks();
	if (s->smtp == NULL) {
		taken = take_proxy(s, bytes);
		if (taken == SIZE_MAX || taken == 0)
			return 0;
	}
	while (taken < bytes.n && loop_conn_unsent(s->conn) < UNSENT_MAX) {
		size_t n = smtp_feed(s->smtp, str_sub(bytes, taken, SIZE_MAX),
				     &s->role->out);

		if (!flush(s))
			return 0;
		taken += n;
		if (n == 0)
			break;
	}
	state = smtp_state(s->smtp);
	if (state == SMTP_TLS)
		loop_conn_start_tls(s->conn, s->role->options.identity);
	/* Who waits for an answer gets it, even after saying that nothing more
	 * will come: the end is not read before. */
	else if (taken < bytes.n || state == SMTP_WAITING || state == SMTP_HELD)
		loop_conn_pause(s->conn);
	return taken;
}

/* Whether it may read on now. */
static void
go_on(struct session *s)
{
	enum smtp_state state = smtp_state(s->smtp);

	if ((state == SMTP_READY || state == SMTP_BODY) &&
	    loop_conn_unsent(s->conn) < UNSENT_MAX)
		loop_conn_resume(s->conn);
}

static void
on_drained(void *ctx)
{
	struct session *s = ctx;

	if (s->smtp != NULL)
		go_on(s);
}

static void
on_secured(void *ctx)
{
	struct session *s = ctx;

	buf_clear(&s->tls);
	tls_describe(loop_conn_tls(s->conn), &s->tls);
	smtp_secured(s->smtp);
	loop_conn_resume(s->conn);
}

static void
on_ended(void *ctx, enum loop_end how)
{
	struct session *s = ctx;
	char text[NETADDR_PRINT_MAX];
	bool in_tls = s->smtp != NULL && smtp_state(s->smtp) == SMTP_TLS;

	if (how == LOOP_FAILED && in_tls)
		log_info("session.tls_failed",
			 log_text("peer", session_client(s, text)));
	forget(s);
}

static const struct loop_handler handler = {
	.read = on_read,
	.drained = on_drained,
	.secured = on_secured,
	.ended = on_ended,
};

static bool
is_trusted(const struct intake_options *o, const struct netaddr_port *peer)
{
	if (peer->local)
		return true;
	for (size_t i = 0; i < o->trusted_count; i++) {
		if (netaddr_in(&peer->ip, &o->trusted[i]))
			return true;
	}
	return false;
}

void
session_new(struct intake *role, int fd, const struct netaddr_port *peer,
	    const struct intake_listener *listener)
{
	struct session *s = heap_new(sizeof(*s));

	s->role = role;
	s->peer = *peer;
	s->lmtp = listener->lmtp;
	s->trusted = is_trusted(&role->options, peer);
	s->tls = (struct buf)BUF(TLS_BYTES);
	s->heard = s->useful = os_ticks();
	LIST_INSERT_HEAD(&role->sessions, s, all);
	role->session_count++;
	s->conn = loop_conn_new(role->loop, fd, NULL, &handler, s);
	loop_conn_read_max(s->conn, READ_MAX);
	loop_conn_timeout(s->conn, 0, WRITE_MS);
	if (!listener->proxy) {
		(void)begin_smtp(s);
	} else if (!s->trusted) {
		loop_conn_close(s->conn, false);
		forget(s);
	}
}

void
session_answer(struct session *s, enum smtp_answer answer, struct str id)
{
	s->heard = os_ticks();
	if (answer == SMTP_OK)
		s->useful = s->heard;
	smtp_answer(s->smtp, answer, id, &s->role->out);
	if (flush(s))
		go_on(s);
}

static void
stop(struct session *s, enum smtp_stop why)
{
	if (s->smtp == NULL) {
		loop_conn_close(s->conn, false);
		forget(s);
		return;
	}
	smtp_stop(s->smtp, why, &s->role->out);
	(void)flush(s);
}

void
session_stop(struct session *s)
{
	stop(s, SMTP_STOP_CLOSING);
}

void
session_tick(struct session *s, int64_t ticks)
{
	const struct intake_options *o = &s->role->options;
	enum smtp_state state =
		s->smtp != NULL ? smtp_state(s->smtp) : SMTP_READY;
	int64_t patience = state == SMTP_BODY ? o->data_ms : o->idle_ms;

	if (state == SMTP_WAITING)
		return;
	if (state == SMTP_HELD && ticks >= s->held_until) {
		smtp_release(s->smtp);
		loop_conn_resume(s->conn);
		return;
	}
	if (ticks - s->heard > patience || ticks - s->useful > o->session_ms)
		stop(s, SMTP_STOP_TIMEOUT);
}
