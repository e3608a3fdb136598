/* upstream.c - whom libunbound asks and what it trusts: it is tried whether the
 * keys of the trust anchor can be proven, and if not we do without. */
#include "resolver/private.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unbound-event.h>
#include <unbound.h>

enum {
	PRIME_MS = 4000,
	RETRY_MS = 600000, /* between looks for a better way */
	SECURE = 2         /* the callback's `sec` */
};

/* In the order they are tried. */
enum way { FORWARD_PROVEN, ROOT_PROVEN, LAST_RESORT, WAYS };

static const struct {
	const char *name, *value;
} settings[] = {
	/* Tests and closed networks have their servers on loopback. */
	{ "do-not-query-localhost:", "no" },
	/* Private reverse zones, which closed networks do serve. */
	{ "unblock-lan-zones:", "yes" },
	/* A server that was down once is tried again soon, not for the next
	 * 15 minutes declared dead. */
	{ "infra-host-ttl:", "60" },
	{ "infra-keep-probing:", "yes" },
	/* The reason is asked for each time: it is not cached. */
	{ "val-bogus-ttl:", "0" },
	{ "trust-anchor-signaling:", "no" },
	{ "rrset-roundrobin:", "no" },
	/* A TTL above a day is a finding, not to be cut to one. */
	{ "cache-max-ttl:", "604800" },
	{ "outgoing-range:", "1024" },
	{ "num-queries-per-thread:", "1024" },
	{ "outgoing-num-tcp:", "32" },
	{ "msg-cache-size:", "4m" },
	{ "rrset-cache-size:", "8m" },
};

/* More zones that libunbound would answer by itself. */
static const char *const built_in[] = {
	"test.",
	"home.arpa.",
	"127.in-addr.arpa.",
};

static int64_t
monotonic_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- servers ---- */

/* Cuts ":PORT" off, where it cannot be part of an IPv6 address. */
static bool
cut_port(struct str *text, uint64_t *port)
{
	size_t colon = str_index(*text, ':'), close = str_index(*text, ']');

	*port = RESOLVER_PORT;
	if (close != SIZE_MAX)
		colon = close + 1 < text->n ? close + 1 : SIZE_MAX;
	else if (colon != SIZE_MAX &&
		 str_index(str_sub(*text, colon + 1, SIZE_MAX), ':') !=
			 SIZE_MAX)
		colon = SIZE_MAX;
	if (colon == SIZE_MAX)
		return true;
	if (text->p[colon] != ':' ||
	    !str_u64(str_sub(*text, colon + 1, SIZE_MAX), port) || *port == 0 ||
	    *port > UINT16_MAX)
		return false;
	*text = str_sub(*text, 0, colon);
	return true;
}

static bool
add_server(struct resolver_upstream *up, struct str text)
{
	char printed[NETADDR_PRINT_MAX];
	struct netaddr address;
	uint64_t port;

	if (up->servers_n == RESOLVER_SERVERS || !cut_port(&text, &port) ||
	    !netaddr_parse(text, &address))
		return false;
	(void)snprintf(up->servers[up->servers_n].at, sizeof up->servers[0].at,
		       "%s@%u", netaddr_print(&address, printed),
		       (unsigned)port);
	up->servers_n++;
	return true;
}

/* resolv.conf(5): "nameserver ADDR"; what we cannot use is passed over. */
static void
read_resolv_conf(struct resolver_upstream *up, const char *path)
{
	FILE *f = fopen(path, "re");
	char line[512];

	if (!f)
		return;
	while (fgets(line, sizeof line, f)) {
		struct str rest = str_trim(str_of(line));
		struct str key = S("nameserver");

		if (str_starts(rest, key) && rest.n > key.n)
			(void)add_server(
				up, str_trim(str_sub(rest, key.n, SIZE_MAX)));
	}
	(void)fclose(f);
}

/* ---- one way ---- */

static struct ub_ctx *
open_context(struct resolver *r, bool forward, bool proven)
{
	struct resolver_upstream *up = &r->up;
	struct ub_ctx *ub = ub_ctx_create_event(loop_base(r->loop));
	bool ok = ub != NULL;

	if (!ub)
		return NULL;
	(void)ub_ctx_debugout(ub, NULL);
	for (size_t i = 0; ok && i < COUNT_OF(settings); i++)
		ok = ub_ctx_set_option(ub, settings[i].name,
				       settings[i].value) == 0;
	for (size_t i = 0; ok && proven && i < up->anchors.n; i++)
		ok = ub_ctx_add_ta(ub, up->anchors.at[i].text) == 0;
	for (size_t i = 0; ok && forward && i < up->servers_n; i++)
		ok = ub_ctx_set_fwd(ub, up->servers[i].at) == 0;
	/* Last of all: no anchor is taken after this. */
	for (size_t i = 0; ok && i < COUNT_OF(built_in); i++)
		ok = ub_ctx_zone_remove(ub, built_in[i]) == 0;
	if (!ok) {
		ub_ctx_delete(ub);
		return NULL;
	}
	return ub;
}

static bool
makes_sense(const struct resolver_upstream *up, unsigned way)
{
	if (way == FORWARD_PROVEN)
		return up->anchors.n > 0 && up->servers_n > 0;
	if (way == ROOT_PROVEN)
		return up->anchors.n > 0 && !up->servers_given;
	return true;
}

static void
settle(struct resolver *r)
{
	struct resolver_upstream *up = &r->up;

	up->state = RESOLVER_READY;
	up->settled = monotonic_ms();
	loop_timer_set(up->timer, -1, false);
	resolver_pump(r);
}

static void prime(struct resolver *r);

void
resolver_upstream_renew(struct resolver *r)
{
	struct resolver_upstream *up = &r->up;

	if (up->ub)
		ub_ctx_delete(up->ub);
	up->ub =
		open_context(r, up->way != ROOT_PROVEN, up->way != LAST_RESORT);
}

static void
take_way(struct resolver *r)
{
	struct resolver_upstream *up = &r->up;

	while (!makes_sense(up, up->way))
		up->way++;
	up->primed = 0;
	up->unproven = up->way == LAST_RESORT && up->anchors.n > 0;
	resolver_upstream_renew(r);
	if (up->way == LAST_RESORT || !up->ub)
		settle(r);
	else
		prime(r);
}

static void
next_way(void *ctx)
{
	struct resolver *r = ctx;

	r->up.way++;
	take_way(r);
}

/* Not at once: libunbound may be the caller. */
static void
give_up(void *ctx)
{
	struct resolver *r = ctx;

	if (r->up.state != RESOLVER_PRIMING)
		return;
	r->up.state = RESOLVER_CHANGING;
	loop_timer_set(r->up.timer, -1, false);
	loop_defer(r->loop, next_way, r);
}

static void
primed(void *ctx, int rcode, void *packet, int n, int sec, char *why,
       int limited)
{
	struct resolver *r = ctx;

	(void)packet;
	(void)n;
	(void)why;
	(void)limited;
	if (r->up.state != RESOLVER_PRIMING)
		return;
	if (rcode != 0 || sec != SECURE) {
		give_up(r);
		return;
	}
	r->up.primed++;
	prime(r);
}

/* Asks for the keys of the next anchor; all must be proven. */
static void
prime(struct resolver *r)
{
	struct resolver_upstream *up = &r->up;
	const struct resolver_anchor *a = up->anchors.at;
	size_t i = up->primed;

	/* Several keys of one name are proven at once. */
	while (i > 0 && i < up->anchors.n &&
	       strcmp(a[i].name, a[i - 1].name) == 0)
		i++;
	up->primed = i;
	if (i == up->anchors.n) {
		settle(r);
		return;
	}
	if (up->state != RESOLVER_PRIMING)
		loop_timer_set(up->timer, PRIME_MS, false);
	up->state = RESOLVER_PRIMING;
	if (ub_resolve_event(up->ub, a[i].name, LDNS_RR_TYPE_DNSKEY,
			     LDNS_RR_CLASS_IN, r, primed, NULL) != 0)
		give_up(r);
}

bool
resolver_upstream_ready(struct resolver *r, bool idle)
{
	struct resolver_upstream *up = &r->up;

	/* The network may have been down when we looked. */
	if (up->state == RESOLVER_READY && idle && up->unproven &&
	    monotonic_ms() - up->settled > RETRY_MS)
		up->state = RESOLVER_NEW;
	if (up->state == RESOLVER_NEW) {
		up->way = 0;
		take_way(r);
	}
	return up->state == RESOLVER_READY;
}

enum err
resolver_upstream_open(struct resolver *r, const struct resolver_options *o,
		       struct diag *why)
{
	struct resolver_upstream *up = &r->up;
	const char *path = o->resolv_conf ? o->resolv_conf : "/etc/resolv.conf";

	up->timer = loop_timer_new(r->loop, give_up, r);
	up->servers_given = o->server != NULL;
	if (!o->server)
		read_resolv_conf(up, path);
	else if (!add_server(up, str_of(o->server)))
		return diag_set(why, ERR_SYNTAX, "resolver.server", 0, "%s",
				o->server);
	return resolver_anchors_read(&up->anchors, o->anchor, why);
}

void
resolver_upstream_close(struct resolver *r)
{
	loop_timer_free(r->up.timer);
	if (r->up.ub)
		ub_ctx_delete(r->up.ub);
	heap_free(r->up.anchors.at);
}
