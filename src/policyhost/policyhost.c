/* policyhost.c - the role: doors, the index, the clock, the end. */
#include "policyhost/private.h"

#include "log/log.h"
#include "metrics/metrics.h"
#include "os/os.h"

#include <signal.h>

enum {
	TICK_MS = 200, /* a new index is seen within */
	SECOND = 5,    /* ticks */
	STOP_MS = 5000
};

static void
fill_defaults(struct policyhost_options *o)
{
	if (o->cached == 0)
		o->cached = 32768;
	if (o->connections == 0)
		o->connections = 20000;
	if (o->per_address == 0)
		o->per_address = 100;
	if (o->connection_ms == 0)
		o->connection_ms = 30000;
	if (o->log_max == 0)
		o->log_max = 16 << 20;
	if (o->dashboard_fd < 0)
		o->dashboard = (struct str){ 0 };
}

/* ---- the index ---- */

static void
tell_index(struct policyhost *h)
{
	h->epoch++;
	metrics_set(METRICS_HOSTED_DOMAINS, hosted_count(h->index));
	log_info("index",
		 log_number("domains", (int64_t)hosted_count(h->index)));
}

static void
open_index(struct policyhost *h)
{
	struct diag why = { 0 };

	if (hosted_open(h->o.data, &h->index, &why) == ERR_NONE)
		tell_index(h);
	else
		log_error("no_index", &why);
}

void
policyhost_refresh(struct policyhost *h)
{
	const struct diag *before;

	if (!h->index)
		return;
	before = hosted_trouble(h->index);
	if (hosted_refresh(h->index))
		tell_index(h);
	else if (!before && hosted_trouble(h->index))
		log_error("bad_index", hosted_trouble(h->index));
}

static bool
find(const struct policyhost *h, struct str host, struct hosted_domain *out)
{
	struct str name;

	return policyhost_domain(host, &name)
		       ? hosted_by_name(h->index, name, out)
		       : hosted_own(h->index, host, out);
}

bool
policyhost_find(struct policyhost *h, struct str host,
		struct hosted_domain *out)
{
	if (!h->index)
		return false;
	if (find(h, host, out))
		return true;
	policyhost_refresh(h);
	return find(h, host, out);
}

/* ---- doors ---- */

static void
somebody_came(void *ctx, int fd, const struct netaddr_port *peer)
{
	policyhost_conn_new(ctx, fd, peer);
}

static void
open_doors(struct policyhost *h, const int *fds, size_t n, bool secure)
{
	for (size_t i = 0; i < n; i++) {
		struct policyhost_door *door = &h->doors[h->door_count++];

		door->host = h;
		door->secure = secure;
		door->listener =
			loop_listen(h->loop, fds[i], somebody_came, door);
	}
}

static void
close_doors(struct policyhost *h)
{
	for (size_t i = 0; i < h->door_count; i++)
		loop_listener_free(h->doors[i].listener);
	h->door_count = 0;
}

/* ---- the clock ---- */

static void
tick(void *ctx)
{
	struct policyhost *h = ctx;
	int64_t now = os_ticks();

	policyhost_refresh(h);
	if (h->stop_at && (h->count == 0 || now > h->stop_at))
		loop_stop(h->loop);
	if (++h->ticks % SECOND != 0)
		return;
	if (!h->index)
		open_index(h);
	policyhost_conn_look(h, now);
	policyhost_log_flush(h->log);
	if (h->o.alive)
		h->o.alive(h->o.ctx);
}

static void
asked_to_stop(void *ctx, int number)
{
	struct policyhost *h = ctx;

	(void)number;
	if (h->stop_at)
		return;
	log_info("stopping", log_number("connections", h->count));
	h->stop_at = os_ticks() + STOP_MS;
	close_doors(h);
}

/* ---- beginning and end ---- */

static void
start(struct policyhost *h)
{
	const struct policyhost_options *o = &h->o;

	h->loop = loop_new();
	h->tls = tls_hosts_new(policyhost_choose, h);
	h->cache = policyhost_cache_new(o->cached);
	h->crowd = policyhost_crowd_new(o->per_address);
	h->log = policyhost_log_new(o->data, o->log_max);
	h->doors = heap_grow(NULL, o->tls_n + o->plain_n + 1, sizeof *h->doors);
	open_index(h);
	loop_on_signal(h->loop, SIGTERM, asked_to_stop, h);
	loop_on_signal(h->loop, SIGINT, asked_to_stop, h);
	open_doors(h, o->tls_fds, o->tls_n, true);
	open_doors(h, o->plain_fds, o->plain_n, false);
	h->tick = loop_timer_new(h->loop, tick, h);
	loop_timer_set(h->tick, TICK_MS, true);
}

static void
finish(struct policyhost *h)
{
	while (!TAILQ_EMPTY(&h->conns))
		policyhost_conn_end(TAILQ_FIRST(&h->conns), false);
	close_doors(h);
	loop_timer_free(h->tick);
	loop_free(h->loop);
	policyhost_log_free(h->log);
	tls_pair_free(h->challenge);
	policyhost_cache_free(h->cache);
	tls_hosts_free(h->tls);
	policyhost_crowd_free(h->crowd);
	hosted_close(h->index);
	heap_free(h->doors);
	heap_free(h);
}

int
policyhost_run(const struct policyhost_options *options)
{
	struct policyhost *h = heap_new(sizeof *h);

	h->o = *options;
	fill_defaults(&h->o);
	TAILQ_INIT(&h->conns);
	start(h);
	log_info("serving", log_number("listeners", (int64_t)h->door_count));
	if (h->o.alive)
		h->o.alive(h->o.ctx);
	loop_run(h->loop);
	log_info("stopped");
	finish(h);
	return 0;
}
