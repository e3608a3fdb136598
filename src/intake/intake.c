/* intake.c - the role: listeners, limits, signals, its beginning and end. */
#include "intake/private.h"

#include "log/log.h"
#include "metrics/metrics.h"
#include "os/os.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>

enum {
	SECOND_MS = 1000,
	FLUSH_MS = 300, /* the last replies on their way */
	IPV6_SITE = 64  /* bits of an address that are one customer's */
};

/* A listener with the role it belongs to. */
struct door {
	struct intake *role;
	const struct intake_listener *from;
	struct loop_listener *listener;
};

struct service {
	struct intake role;
	struct door *doors;
	size_t door_count;
};

static int64_t
or_else(int64_t value, int64_t usual)
{
	return value != 0 ? value : usual;
}

static void
fill_in(struct intake_options *o)
{
	if (o->size_max == 0 || o->size_max > SPOOL_MESSAGE_MAX)
		o->size_max = SPOOL_MESSAGE_MAX;
	if (o->connections == 0)
		o->connections = 2000;
	if (o->per_address == 0)
		o->per_address = 50;
	if (o->messages == 0)
		o->messages = 200;
	o->idle_ms = or_else(o->idle_ms, 300 * SECOND_MS);
	o->data_ms = or_else(o->data_ms, 180 * SECOND_MS);
	o->session_ms = or_else(o->session_ms, 3600 * SECOND_MS);
	o->delay_ms = or_else(o->delay_ms, 2 * SECOND_MS);
	o->grace_ms = or_else(o->grace_ms, 20 * SECOND_MS);
}

/* ---- new connections ---- */

static bool
is_near(const struct netaddr *a, const struct netaddr *b)
{
	struct netaddr_net site = { .first = *a, .bits = IPV6_SITE };

	if (netaddr_is_v4(a) || netaddr_is_v4(b))
		return netaddr_cmp(a, b) == 0;
	memset(site.first.b + IPV6_SITE / 8, 0, NETADDR_BYTES - IPV6_SITE / 8);
	return netaddr_in(b, &site);
}

/* Walks all sessions: they are some thousand at most, and the answer is
 * exact. */
bool
intake_is_crowded(const struct intake *role, const struct netaddr_port *peer)
{
	const struct session *s;
	unsigned near = 0;

	LIST_FOREACH(s, &role->sessions, all)
	near += !s->peer.local && is_near(&s->peer.ip, &peer->ip);
	return near > role->options.per_address;
}

void
intake_turn_away(struct intake *role, struct loop_conn *conn,
		 const struct netaddr_port *peer)
{
	char text[NETADDR_PRINT_MAX];

	metrics_add(METRICS_SMTP_REFUSED, 1);
	log_info("session.refused",
		 log_text("peer", str_of(netaddr_print(&peer->ip, text))),
		 log_number("sessions", role->session_count));
	smtp_refuse(role->options.host, &role->out);
	loop_conn_write(conn, buf_str(&role->out));
	buf_clear(&role->out);
	loop_conn_close(conn, true);
}

static void
on_accept(void *ctx, int fd, const struct netaddr_port *peer)
{
	static const struct loop_handler nobody = { 0 };
	struct door *door = ctx;
	struct intake *role = door->role;

	metrics_add(METRICS_SMTP_CONNECTIONS, 1);
	if (role->session_count < role->options.connections) {
		session_new(role, fd, peer, door->from);
		return;
	}
	/* Closed before it reads: the handler is never asked. */
	intake_turn_away(
		role, loop_conn_new(role->loop, fd, NULL, &nobody, NULL), peer);
}

/* ---- its life ---- */

static void
no_more_doors(struct service *v)
{
	for (size_t i = 0; i < v->door_count; i++) {
		loop_listener_free(v->doors[i].listener);
		v->doors[i].listener = NULL;
	}
}

static void
leave_loop(void *ctx)
{
	struct service *v = ctx;

	loop_stop(v->role.loop);
}

/* Nothing may refer to a session across a call that can end it. */
static void
each_session(struct intake *role, void (*visit)(struct session *, int64_t),
	     int64_t ticks)
{
	struct session *next;

	for (struct session *s = LIST_FIRST(&role->sessions); s != NULL;
	     s = next) {
		next = LIST_NEXT(s, all);
		visit(s, ticks);
	}
}

static void
stop_one(struct session *s, int64_t ticks)
{
	(void)ticks;
	session_stop(s);
}

static void
end_one(struct session *s, int64_t ticks)
{
	(void)ticks;
	session_end(s);
}

/* While stopping: nobody left, or no patience left. */
static void
look_for_end(struct service *v, int64_t ticks)
{
	struct intake *role = &v->role;

	if (ticks > role->stop_at)
		each_session(role, end_one, ticks);
	if (role->session_count == 0)
		loop_timer_set(role->every_second, FLUSH_MS, false);
	else
		loop_timer_set(role->every_second, SECOND_MS / 10, false);
}

static void
on_second(void *ctx)
{
	struct service *v = ctx;
	struct intake *role = &v->role;
	int64_t ticks = os_ticks();

	if (role->stopping && role->session_count == 0) {
		leave_loop(v);
		return;
	}
	each_session(role, session_tick, ticks);
	if (role->options.alive != NULL)
		role->options.alive(role->options.ctx);
	if (role->stopping)
		look_for_end(v, ticks);
}

static void
on_signal(void *ctx, int number)
{
	struct service *v = ctx;
	struct intake *role = &v->role;

	if (number == SIGHUP) {
		recipients_refresh(role->recipients, 0);
		return;
	}
	if (role->stopping)
		return;
	log_info("stopping", log_number("sessions", role->session_count));
	role->stopping = true;
	role->stop_at = os_ticks() + role->options.grace_ms;
	no_more_doors(v);
	each_session(role, stop_one, 0);
	look_for_end(v, os_ticks());
}

static void
open_doors(struct service *v)
{
	const struct intake_options *o = &v->role.options;

	v->door_count = o->listener_count;
	v->doors = heap_grow(NULL, o->listener_count + 1, sizeof(*v->doors));
	for (size_t i = 0; i < v->door_count; i++) {
		struct door *door = &v->doors[i];

		*door = (struct door){ .role = &v->role,
				       .from = &o->listeners[i] };
		door->listener = loop_listen(v->role.loop, door->from->fd,
					     on_accept, door);
	}
}

static void
begin(struct service *v)
{
	struct intake *role = &v->role;
	int bell = role->options.bell;

	role->loop = loop_new();
	role->recipients = recipients_new(&role->options);
	role->every_second = loop_timer_new(role->loop, on_second, v);
	if (bell >= 0)
		(void)fcntl(bell, F_SETFL, fcntl(bell, F_GETFL) | O_NONBLOCK);
	loop_on_signal(role->loop, SIGTERM, on_signal, v);
	loop_on_signal(role->loop, SIGINT, on_signal, v);
	loop_on_signal(role->loop, SIGHUP, on_signal, v);
	open_doors(v);
	loop_timer_set(role->every_second, SECOND_MS, true);
	log_info("serving", log_text("host", role->options.host));
	if (role->options.alive != NULL)
		role->options.alive(role->options.ctx);
}

static void
end(struct service *v)
{
	struct intake *role = &v->role;

	no_more_doors(v);
	loop_timer_free(role->every_second);
	loop_timer_free(role->commit.timer);
	each_session(role, end_one, 0);
	spool_writer_close(role->spool);
	loop_free(role->loop);
	recipients_free(role->recipients);
	buf_free(&role->out);
	heap_free(v->doors);
}

int
intake_run(const struct intake_options *options)
{
	struct service v = { .role = { .options = *options,
				       .out = BUF(4 * SMTP_ANSWER_ROOM) } };
	struct diag why = { 0 };

	fill_in(&v.role.options);
	LIST_INIT(&v.role.sessions);
	if (spool_writer_open(&v.role.options.spool, &v.role.spool, &why) !=
	    ERR_NONE) {
		log_error("no_spool", &why);
		return 1;
	}
	begin(&v);
	loop_run(v.role.loop);
	end(&v);
	log_info("stopped");
	return 0;
}
