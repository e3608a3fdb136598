/* nameserver.c - the role: its sockets, its turns, its beginning and end. */
#include "nameserver/private.h"

#include "log/log.h"
#include "metrics/metrics.h"
#include "os/os.h"
#include "seal/seal.h"

#include <signal.h>
#include <sys/socket.h>

enum {
	SECOND_MS = 1000,
	LIMIT_PLACES = 1 << 16,
	RECEIVE_ROOM = 4 << 20 /* bytes that may wait in a datagram socket */
};

static int64_t
or_else(int64_t value, int64_t usual)
{
	return value != 0 ? value : usual;
}

static void
fill_in(struct nameserver_options *o)
{
	if (o->connections == 0)
		o->connections = 1000;
	if (o->per_address == 0)
		o->per_address = 20;
	if (o->transfers == 0)
		o->transfers = 4;
	o->idle_ms = or_else(o->idle_ms, 15 * SECOND_MS);
	o->refresh_ms = or_else(o->refresh_ms, SECOND_MS / 2);
	o->notify_ms = or_else(o->notify_ms, 5 * SECOND_MS);
}

/* ---- the index ---- */

static void
tell_secondaries(struct nameserver *role)
{
	const struct dnswire_zone *zone = nameserver_zone_wire(role->zone);

	if (zone->apex.n == 0 || zone->serial == role->serial)
		return;
	role->serial = zone->serial;
	nameserver_notify_all(role->notify);
}

/* Told once, not with every look. */
static void
tell_trouble(struct nameserver *role)
{
	const struct diag *why = hosted_trouble(role->index);

	if (why && !role->troubled)
		log_event(LOG_ERROR, "index", why, LOG_PAIRS());
	role->troubled = why;
}

static void
on_refresh(void *ctx)
{
	struct nameserver *role = ctx;
	bool changed = hosted_refresh(role->index);

	tell_trouble(role);
	if (!changed)
		return;
	nameserver_zone_load(role->zone);
	tell_secondaries(role);
	log_info("index",
		 log_number("domains", (int64_t)hosted_count(role->index)),
		 log_number("serial", role->serial));
}

/* ---- its life ---- */

static void
on_accept(void *ctx, int fd, const struct netaddr_port *peer)
{
	nameserver_session_new(ctx, fd, peer);
}

static void
on_second(void *ctx)
{
	struct nameserver *role = ctx;

	if (role->options.alive)
		role->options.alive(role->options.ctx);
}

static void
on_signal(void *ctx, int number)
{
	struct nameserver *role = ctx;

	(void)number;
	loop_stop(role->loop);
}

static void
open_doors(struct nameserver *role)
{
	const struct nameserver_options *o = &role->options;
	const int room = RECEIVE_ROOM;

	role->udp = heap_grow(NULL, o->udp_n + 1, sizeof *role->udp);
	for (size_t i = 0; i < o->udp_n; i++) {
		struct nameserver_udp *udp = &role->udp[i];

		(void)setsockopt(o->udp[i], SOL_SOCKET, SO_RCVBUF, &room,
				 sizeof room);
		*udp = (struct nameserver_udp){ .role = role, .fd = o->udp[i] };
		udp->watch = loop_watch_new(role->loop, udp->fd,
					    nameserver_udp_ready, udp);
	}
	role->tcp = heap_grow(NULL, o->tcp_n + 1, sizeof *role->tcp);
	for (size_t i = 0; i < o->tcp_n; i++)
		role->tcp[i].listener =
			loop_listen(role->loop, o->tcp[i], on_accept, role);
}

static void
begin(struct nameserver *role)
{
	uint64_t seed;

	seal_random(&seed, sizeof seed);
	seal_random(role->secret, sizeof role->secret);
	role->loop = loop_new();
	role->zone = nameserver_zone_new(role->index);
	role->limit = dnswire_limit_new(LIMIT_PLACES, role->options.rate, seed);
	role->notify = nameserver_notify_new(role);
	role->refresh = loop_timer_new(role->loop, on_refresh, role);
	role->second = loop_timer_new(role->loop, on_second, role);
	loop_on_signal(role->loop, SIGTERM, on_signal, role);
	loop_on_signal(role->loop, SIGINT, on_signal, role);
	open_doors(role);
	loop_timer_set(role->refresh, role->options.refresh_ms, true);
	loop_timer_set(role->second, SECOND_MS, true);
	/* Somebody may have missed the last change. */
	tell_secondaries(role);
	log_info("serving",
		 log_number("domains", (int64_t)hosted_count(role->index)),
		 log_number("serial", role->serial));
	on_second(role);
}

static void
end(struct nameserver *role)
{
	role->options.transfers = 0; /* nobody's turn comes any more */
	while (!LIST_EMPTY(&role->sessions)) {
		struct nameserver_session *s = LIST_FIRST(&role->sessions);

		loop_conn_close(s->conn, false);
		nameserver_session_end(s);
	}
	for (size_t i = 0; i < role->options.tcp_n; i++)
		loop_listener_free(role->tcp[i].listener);
	for (size_t i = 0; i < role->options.udp_n; i++)
		loop_watch_free(role->udp[i].watch);
	heap_free(role->tcp);
	heap_free(role->udp);
	nameserver_notify_free(role->notify);
	loop_timer_free(role->refresh);
	loop_timer_free(role->second);
	loop_free(role->loop);
	dnswire_limit_free(role->limit);
	nameserver_zone_free(role->zone);
	hosted_close(role->index);
}

int
nameserver_run(const struct nameserver_options *options)
{
	struct nameserver role = { .options = *options };
	struct diag why = { 0 };

	fill_in(&role.options);
	LIST_INIT(&role.sessions);
	if (!seal_init() ||
	    hosted_open(options->dir, &role.index, &why) != ERR_NONE) {
		log_error("no_index", &why);
		return 1;
	}
	begin(&role);
	loop_run(role.loop);
	end(&role);
	log_info("stopped");
	return 0;
}
