/* web.c - the role: doors, desks, the clock, the end. */
#include "log/log.h"
#include "os/os.h"
#include "web/private.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

enum {
	TICK_MS = 1000,
	STOP_MS = 10000,
	RARELY_MS = 4000,
	RARELY_BURST = 20,
	HANDED_TURN = 64
};

static void
fill(unsigned *n, unsigned otherwise)
{
	if (*n == 0)
		*n = otherwise;
}

static void
fill_ms(int64_t *ms, int64_t otherwise)
{
	if (*ms == 0)
		*ms = otherwise;
}

static void
fill_defaults(struct web_options *o)
{
	fill(&o->desks, 3);
	fill(&o->slow_desks, 2);
	fill(&o->queue, 64);
	fill(&o->connections, 2000);
	fill(&o->per_address, 100);
	fill(&o->rate, 50);
	fill(&o->burst, 300);
	fill_ms(&o->header_ms, 10000);
	fill_ms(&o->idle_ms, 60000);
	fill_ms(&o->slow_ms, 20000);
	fill_ms(&o->desk_ms, 30000);
	fill_ms(&o->slow_desk_ms, 600000);
	if (o->backlog_max == 0)
		o->backlog_max = 100000;
	if (o->least_rate == 0)
		o->least_rate = 500;
}

/* ---- doors ---- */

static void
somebody_came(void *ctx, int fd, const struct netaddr_port *peer)
{
	web_conn_new(ctx, fd, peer);
}

static void
open_door(struct web *w, const struct web_listener *options)
{
	struct web_door *door = &w->doors[w->door_count++];

	door->web = w;
	door->options = options;
	door->listener = loop_listen(w->loop, options->fd, somebody_came, door);
}

/* One connection for each message. */
static void
somebody_was_handed(void *ctx)
{
	struct web *w = ctx;

	for (unsigned i = 0; i < HANDED_TURN; i++) {
		struct netaddr_port peer = { 0 };
		unsigned char who[NETADDR_BYTES + 2] = { 0 };
		int fd;
		ssize_t n = os_take_fd(w->o.handed->fd, &fd, (char *)who,
				       sizeof who);

		if (fd >= 0 && n == (ssize_t)sizeof who) {
			memcpy(peer.ip.b, who, NETADDR_BYTES);
			peer.port = (uint16_t)(who[NETADDR_BYTES] << 8 |
					       who[NETADDR_BYTES + 1]);
			web_conn_new(&w->handed_door, fd, &peer);
		} else {
			os_fd_cleanup(&fd);
		}
		if (n <= 0)
			break;
	}
}

static void
open_handed(struct web *w)
{
	if (!w->o.handed)
		return;
	w->handed_listener.identity = w->o.handed->identity;
	w->handed_door.web = w;
	w->handed_door.options = &w->handed_listener;
	w->handed = loop_watch_new(w->loop, w->o.handed->fd,
				   somebody_was_handed, w);
}

static void
open_doors(struct web *w)
{
	size_t count = w->o.listener_count;

	w->doors = heap_grow(NULL, count + 1, sizeof *w->doors);
	for (size_t i = 0; i < count; i++)
		open_door(w, &w->o.listeners[i]);
	w->metrics = (struct web_listener){ .fd = w->o.metrics_fd };
	if (w->metrics.fd >= 0)
		open_door(w, &w->metrics);
	open_handed(w);
}

static void
close_doors(struct web *w)
{
	for (size_t i = 0; i < w->door_count; i++)
		loop_listener_free(w->doors[i].listener);
	w->door_count = 0;
	loop_watch_free(w->handed);
	w->handed = NULL;
}

/* ---- the clock ---- */

static void
look_at_all(struct web *w)
{
	int64_t now = os_ticks();
	struct web_conn *c, *next;

	for (c = LIST_FIRST(&w->conns); c; c = next) {
		next = LIST_NEXT(c, all);
		/* Only `c` itself can leave the list here. */
		if (w->stop_at && c->state == CONN_IDLE &&
		    !httpd_begun(c->http))
			web_conn_end(c, true);
		else
			web_conn_look(c, now);
	}
	crew_look(w->crew, now);
	if (w->stop_at && (w->count == 0 || now > w->stop_at))
		loop_stop(w->loop);
}

static void
tick(void *ctx)
{
	struct web *w = ctx;

	look_at_all(w);
	if (w->o.alive)
		w->o.alive(w->o.ctx);
}

static void
asked_to_stop(void *ctx, int number)
{
	struct web *w = ctx;

	(void)number;
	if (w->stop_at)
		return;
	log_info("stopping", log_number("connections", w->count));
	w->stop_at = os_ticks() + STOP_MS;
	close_doors(w);
	look_at_all(w);
	loop_timer_set(w->tick, TICK_MS / 10, true);
}

/* ---- beginning and end ---- */

static void
start(struct web *w)
{
	struct diag why = { 0 };

	/* Before there is a connection that a desk could inherit. */
	w->crew_options = (struct crew_options){
		.api = w->o.api,
		.desks = w->o.desks,
		.slow_desks = w->o.slow_desks,
		.queue = w->o.queue,
		.desk_ms = w->o.desk_ms,
		.slow_desk_ms = w->o.slow_desk_ms,
	};
	w->crew = crew_new(w->loop, &w->crew_options);
	web_limit_init(&w->limit, w->o.rate, w->o.burst);
	web_limit_rarely(&w->rarely, RARELY_MS, RARELY_BURST);
	/* Without it pages still work, and /readyz says so. */
	if (spool_writer_open(&w->o.spool, &w->spool, &why) != ERR_NONE) {
		log_error("no_spool", &why);
		w->spool = NULL;
	}
	loop_on_signal(w->loop, SIGTERM, asked_to_stop, w);
	loop_on_signal(w->loop, SIGINT, asked_to_stop, w);
	open_doors(w);
	w->tick = loop_timer_new(w->loop, tick, w);
	loop_timer_set(w->tick, TICK_MS, true);
}

static void
finish(struct web *w)
{
	while (!LIST_EMPTY(&w->conns))
		web_conn_end(LIST_FIRST(&w->conns), false);
	close_doors(w);
	loop_timer_free(w->tick);
	crew_free(w->crew);
	if (w->spool)
		(void)spool_sync(w->spool);
	web_conn_bury(w);
	spool_writer_close(w->spool);
	web_limit_fini(&w->limit);
	web_limit_fini(&w->rarely);
	heap_free(w->doors);
	loop_free(w->loop);
	heap_free(w);
}

int
web_run(const struct web_options *options)
{
	struct web *w = heap_new(sizeof *w);

	w->o = *options;
	fill_defaults(&w->o);
	LIST_INIT(&w->conns);
	LIST_INIT(&w->dead);
	w->loop = loop_new();
	start(w);
	log_info("serving",
		 log_number("listeners", (int64_t)w->o.listener_count));
	if (w->o.alive)
		w->o.alive(w->o.ctx);
	loop_run(w->loop);
	log_info("stopped");
	finish(w);
	return 0;
}
