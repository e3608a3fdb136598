/* ask.c - questions through libunbound: their turn, their time, and what its
 * callback means. */
#include "resolver/private.h"

#include <string.h>
#include <unbound-event.h>
#include <unbound.h>

/* Given up, but still looked for by libunbound. Each has a socket: with the
 * open ones they must be less than its "outgoing-range". */
enum { LEFT_MAX = 256 };
/* The callback's `sec` (unbound-event.h). */
enum { INSECURE, BOGUS, SECURE };

struct resolver_ask {
	TAILQ_ENTRY(resolver_ask) entry;
	struct resolver *r;
	resolver_done done; /* NULL: nobody waits any more */
	void *ctx;
	struct loop_timer *timer;
	uint16_t type;
	bool held; /* by libunbound */
	/* After SERVFAIL: going along the CNAMEs one by one, because
	 * libunbound does not say whether they were a loop. */
	bool chasing;
	struct arena *mem;
	struct str chain[RESOLVER_CHAIN];
	size_t chain_n;
	struct str why; /* of the failure that is looked into */
	struct str name;
	char text[];
};

static void
destroy(struct resolver_ask *a)
{
	loop_timer_free(a->timer);
	arena_free(a->mem);
	heap_free(a);
}

/* Out of the open ones; stays while libunbound may still call. */
static void
leave(struct resolver_ask *a)
{
	struct resolver *r = a->r;

	TAILQ_REMOVE(&r->open, a, entry);
	r->open_n--;
	a->done = NULL;
	loop_timer_free(a->timer);
	a->timer = NULL;
	if (a->held) {
		TAILQ_INSERT_TAIL(&r->left, a, entry);
		r->left_n++;
	} else {
		destroy(a);
	}
	resolver_pump(r);
}

static void
finish(struct resolver_ask *a, struct facts_dns *answer)
{
	resolver_done done = a->done;
	void *ctx = a->ctx;

	/* Nothing of `a` is touched once `done` may have cancelled it. */
	a->done = NULL;
	if (done)
		done(ctx, answer);
	leave(a);
}

static void
fail(struct resolver_ask *a, enum facts_status status, struct str why)
{
	struct facts_dns answer = { .name = a->name,
				    .type = a->type,
				    .status = status,
				    .unproven = a->r->up.unproven,
				    .chain = a->chain,
				    .chain_n = a->chain_n,
				    .why = why };

	finish(a, &answer);
}

static void
too_late(void *ctx)
{
	fail(ctx, FACTS_TIMEOUT, S("no answer in time"));
}

/* ---- what came ---- */

static void put(struct resolver_ask *a, struct str name, uint16_t type);

/* One CNAME further on the way to where the failure is. */
static void
chase(struct resolver_ask *a, const struct facts_dns *hop)
{
	struct str target = { 0 };

	if (hop->status != FACTS_FOUND || hop->n == 0) {
		fail(a, FACTS_SERVFAIL, a->why);
		return;
	}
	if (a->chain_n == RESOLVER_CHAIN ||
	    !arena_dup(a->mem, hop->rr[0].data, &target)) {
		fail(a, FACTS_LOOP, S("too many CNAME records"));
		return;
	}
	a->chain[a->chain_n++] = target;
	for (size_t i = 0; i < a->chain_n; i++) {
		struct str seen = i == 0 ? a->name : a->chain[i - 1];

		if (str_eq(target, seen)) {
			fail(a, FACTS_LOOP, S("CNAME loop"));
			return;
		}
	}
	put(a, target, FACTS_CNAME);
}

static void
begin_chase(struct resolver_ask *a, struct str why)
{
	a->chasing = true;
	a->why = S("SERVFAIL");
	if (why.n > 0 && !arena_dup(a->mem, why, &a->why))
		a->why = S("SERVFAIL");
	put(a, a->name, FACTS_CNAME);
}

static void
conclude(struct resolver_ask *a, struct facts_dns *answer)
{
	if (a->chasing)
		chase(a, answer);
	else if (answer->status == FACTS_SERVFAIL && a->type != FACTS_CNAME)
		begin_chase(a, answer->why);
	else
		finish(a, answer);
}

static struct str
asked_last(const struct resolver_ask *a)
{
	return a->chain_n > 0 ? a->chain[a->chain_n - 1] : a->name;
}

struct reply {
	int rcode, sec;
	struct str packet, why;
};

static void
judge(struct resolver_ask *a, const struct reply *reply)
{
	SCOPED_ARENA mem = arena_new(RESOLVER_MEM);
	struct facts_dns answer = { .name = asked_last(a),
				    .type = a->chasing ? FACTS_CNAME : a->type,
				    .unproven = a->r->up.unproven };

	if (reply->rcode == 0 && reply->packet.n > 0) {
		resolver_read(reply->packet, mem, &answer);
	} else {
		answer.status =
			reply->rcode == LDNS_RCODE_NXDOMAIN  ? FACTS_NXDOMAIN
			: reply->rcode == LDNS_RCODE_REFUSED ? FACTS_REFUSED
							     : FACTS_SERVFAIL;
		answer.why = reply->rcode ? S("SERVFAIL") : S("no answer");
	}
	answer.secure = reply->sec == SECURE && !answer.unproven;
	if (reply->sec == BOGUS) {
		/* Forged or broken: nothing in it counts. */
		answer.status = FACTS_BOGUS;
		answer.why = reply->why;
		answer.n = 0;
		answer.chain_n = 0;
	}
	conclude(a, &answer);
}

static void
came(void *ctx, int rcode, void *packet, int n, int sec, char *why, int limited)
{
	struct resolver_ask *a = ctx;
	struct reply reply = { rcode,
			       sec,
			       { packet, n > 0 && packet ? (size_t)n : 0 },
			       str_of(why) };

	(void)limited;
	a->held = false;
	if (a->done) {
		judge(a, &reply);
		return;
	}
	TAILQ_REMOVE(&a->r->left, a, entry);
	a->r->left_n--;
	resolver_pump(a->r);
	destroy(a);
}

/* ---- asking ---- */

static void
put(struct resolver_ask *a, struct str name, uint16_t type)
{
	SCOPED_BUF c = BUF(RESOLVER_NAME_ROOM);
	int rc;

	if (!a->r->up.ub) {
		fail(a, FACTS_SERVFAIL, S("the resolver does not start"));
		return;
	}
	(void)buf_add(&c, name);
	(void)buf_addc(&c, '.');
	a->held = true;
	/* May call back before it returns. */
	rc = ub_resolve_event(a->r->up.ub, name.n ? buf_c(&c) : ".", type,
			      LDNS_RR_CLASS_IN, a, came, NULL);
	if (rc != 0) {
		a->held = false;
		fail(a, FACTS_SERVFAIL, str_of(ub_strerror(rc)));
	}
}

static void
start(struct resolver_ask *a)
{
	struct resolver *r = a->r;
	ldns_rdf *name = NULL;

	TAILQ_REMOVE(&r->waiting, a, entry);
	TAILQ_INSERT_TAIL(&r->open, a, entry);
	r->open_n++;
	if (!resolver_name_read(a->name, &name)) {
		fail(a, FACTS_NXDOMAIN, S("not a domain name"));
		return;
	}
	ldns_rdf_deep_free(name);
	a->mem = arena_new(RESOLVER_MEM);
	a->timer = loop_timer_new(r->loop, too_late, a);
	loop_timer_set(a->timer, r->ms, false);
	put(a, a->name, a->type);
}

void
resolver_ask(struct resolver *r, struct str name, uint16_t type,
	     resolver_done done, void *ctx)
{
	struct resolver_ask *a = heap_new(sizeof *a + name.n + 1);

	a->r = r;
	a->type = type;
	a->done = done;
	a->ctx = ctx;
	a->name = resolver_name_copy(name, a->text);
	TAILQ_INSERT_TAIL(&r->waiting, a, entry);
	resolver_pump(r);
}

void
resolver_ask_cancel(struct resolver *r, const void *ctx)
{
	struct resolver_ask *a, *next;

	for (a = TAILQ_FIRST(&r->waiting); a; a = next) {
		next = TAILQ_NEXT(a, entry);
		if (a->ctx != ctx)
			continue;
		TAILQ_REMOVE(&r->waiting, a, entry);
		destroy(a);
	}
	for (a = TAILQ_FIRST(&r->open); a; a = next) {
		next = TAILQ_NEXT(a, entry);
		/* Without `done` it is being answered just now. */
		if (a->ctx == ctx && a->done)
			leave(a);
	}
}

static void
destroy_all(struct resolver_asks *list)
{
	struct resolver_ask *a;

	while ((a = TAILQ_FIRST(list))) {
		TAILQ_REMOVE(list, a, entry);
		destroy(a);
	}
}

/* libunbound looks for minutes for what we gave up after seconds, and only lets
 * go of it as a whole. */
static void
forget_left(struct resolver *r)
{
	resolver_upstream_renew(r);
	destroy_all(&r->left);
	r->left_n = 0;
	r->stale = false;
}

void
resolver_ask_pump(struct resolver *r)
{
	if (TAILQ_EMPTY(&r->waiting) ||
	    !resolver_upstream_ready(r, r->open_n == 0 && r->left_n == 0))
		return;
	if ((r->left_n >= LEFT_MAX || r->stale) && r->open_n == 0)
		forget_left(r);
	if (r->stale)
		return;
	while (!TAILQ_EMPTY(&r->waiting) && r->open_n < r->parallel &&
	       r->left_n < LEFT_MAX)
		start(TAILQ_FIRST(&r->waiting));
}

void
resolver_ask_close(struct resolver *r)
{
	destroy_all(&r->waiting);
	destroy_all(&r->open);
	destroy_all(&r->left);
}
