/* cert.c - which certificate is ordered when. */
#include "dnsname/dnsname.h"
#include "hosting/cert.h"
#include "log/log.h"
#include "os/os.h"

enum { PACE_MAX = 16 << 20 };

/* ---- the pace ---- */

void
hosting_pace_save(struct hosting *h)
{
	SCOPED_BUF bytes = BUF(PACE_MAX);
	struct diag why = { 0 };

	if (!acme_pace_print(h->pace, &bytes) ||
	    control_pace_put(h->control, buf_str(&bytes), &why) != ERR_NONE)
		log_warn("hosting_failed", &why);
}

struct acme_pace *
hosting_pace(struct hosting *h)
{
	const struct acme_limits limits = acme_limits_common();
	SCOPED_BUF bytes = BUF(PACE_MAX);
	struct diag why = { 0 };

	if (h->pace)
		return h->pace;
	h->pace = acme_pace_new(&limits);
	if (control_pace_get(h->control, &bytes, &why) != ERR_NONE ||
	    (bytes.n > 0 &&
	     acme_pace_parse(h->pace, buf_str(&bytes), &why) != ERR_NONE))
		log_warn("hosting_failed", &why);
	return h->pace;
}

/* ---- pre-flight ---- */

static bool
judge(void *ctx)
{
	struct hosting_order *o = ctx;

	return hosting_preflight_judge(&o->preflight);
}

static void
preflight_done(void *ctx, bool complete)
{
	struct hosting_order *o = ctx;
	struct hosting *h = o->h;
	struct diag why = { 0 };

	if (complete && o->preflight.good) {
		/* Before it is sent, so that no crash forgets it. */
		acme_pace_ordered(hosting_pace(h), &o->due, h->o.clock());
		hosting_pace_save(h);
		os_step("cert.ordered");
		log_info("certificate_ordered", log_text("name", o->host));
		if (hosting_order_begin(o))
			return;
		(void)diag_set(&why, ERR_IO, "hosting.order_died", 0, "%.*s",
			       STR_ARG(o->host));
	} else if (o->preflight.why.code[0]) {
		why = o->preflight.why;
	} else {
		(void)diag_set(&why, ERR_IO, "hosting.name_trouble", 0, "%.*s",
			       STR_ARG(o->host));
	}
	hosting_order_fail_early(o, &why);
	hosting_order_free(o);
}

/* ---- what is ordered ---- */

static bool
name_domain(struct hosting_order *o, const struct control_hosted *row)
{
	o->id = row->id;
	o->owner = row->owner;
	return arena_dup(o->mem, row->name, &o->name) &&
	       arena_dup(o->mem, row->token, &o->preflight.token) &&
	       (o->host = hosting_policy_host(o->name, o->mem)).n > 0;
}

static bool
name_own(struct hosting_order *o, struct str host)
{
	o->own = true;
	o->owner = CONTROL_OWNER_SELF;
	return arena_dup(o->mem, host, &o->host) &&
	       (o->name = hosting_own_name(o->host, o->mem)).n > 0;
}

static enum acme_urgency
urgency_of(const struct control_hosted *row)
{
	return !row || stsmode_mode(row->mode) == MTASTS_ENFORCE
		       ? ACME_ENFORCE_EXPIRING
		       : ACME_TESTING_EXPIRING;
}

static struct hosting_order *
allocate(struct hosting *h, size_t slot)
{
	struct hosting_order *o = heap_new(sizeof(*o));

	*o = (struct hosting_order){ .h = h,
				     .slot = slot,
				     .mem = arena_new(HOSTING_ROW_MEMORY),
				     .fd = -1 };
	o->preflight.zone = &h->index.zone;
	h->order[slot] = o;
	return o;
}

/* Of a domain; of `own`, when `row` is NULL. */
static struct hosting_order *
new_order(struct hosting *h, const struct control_hosted *row, struct str own,
	  size_t slot)
{
	struct hosting_order *o = allocate(h, slot);
	struct control_cert cert = { 0 };
	struct diag why = { 0 };
	bool found = false;

	if (!(row ? name_domain(o, row) : name_own(o, own)) ||
	    control_cert_find(h->control, o->host, o->mem, &cert, &found,
			      &why) != ERR_NONE) {
		hosting_order_free(o);
		return NULL;
	}
	o->preflight.host = o->host;
	o->tries = cert.tries;
	o->not_after = cert.not_after;
	o->due = (struct acme_due){
		.name = o->host,
		.registered = dnsname_org(row ? o->name : o->host),
		.since = row ? row->mode_since : 0,
	};
	if (cert.not_after)
		o->due.since = cert.not_after;
	if (cert.chain.n > 0 || !row)
		o->due.urgency = urgency_of(row);
	return o;
}

/* ---- whose turn it is ---- */

struct choosing {
	struct hosting *h;
	size_t slot;
	int64_t now;
	bool taken;
};

static bool
is_under_way(const struct hosting *h, int64_t id)
{
	for (size_t i = 0; i < HOSTING_ORDERS; i++)
		if (h->order[i] && !h->order[i]->own && h->order[i]->id == id)
			return true;
	return false;
}

static bool
is_own_under_way(const struct hosting *h, struct str host)
{
	for (size_t i = 0; i < HOSTING_ORDERS; i++)
		if (h->order[i] && h->order[i]->own &&
		    str_eq(h->order[i]->host, host))
			return true;
	return false;
}

/* Unless the limits forbid it now. */
static void
take(struct choosing *c, struct hosting_order *o)
{
	c->taken = o && acme_pace_when(hosting_pace(c->h), &o->due, c->now) <=
				c->now;
	if (o && !c->taken)
		hosting_order_free(o);
}

/* They come most urgent first; the first that the limits let is taken. */
static enum err
choose(void *ctx, const struct control_hosted *row)
{
	struct choosing *c = ctx;

	if (c->taken || is_under_way(c->h, row->id) ||
	    !hosting_may_order(row, c->now))
		return ERR_NONE;
	take(c, new_order(c->h, row, S(""), c->slot));
	return ERR_NONE;
}

/* Without them nobody gets in: before all others. */
static void
choose_own(struct choosing *c, struct str host)
{
	SCOPED_ARENA mem = arena_new(HOSTING_ROW_MEMORY);
	struct control_cert cert = { 0 };
	struct diag why = { 0 };
	bool found = false;

	if (c->taken || is_own_under_way(c->h, host))
		return;
	if (control_cert_find(c->h->control, host, mem, &cert, &found, &why) !=
	    ERR_NONE)
		log_warn("hosting_failed", &why);
	else if (!found || cert.next_try <= c->now)
		take(c, new_order(c->h, NULL, host, c->slot));
}

static void
begin(struct hosting *h, size_t slot)
{
	struct choosing c = { .h = h, .slot = slot, .now = h->o.clock() };
	struct hosting_order *o;
	struct diag why = { 0 };

	for (size_t i = 0; i < h->index.zone.own_n; i++)
		choose_own(&c, h->index.zone.own[i]);
	if (!c.taken && control_cert_due(h->control, c.now, HOSTING_DUE, choose,
					 &c, &why) != ERR_NONE)
		log_warn("hosting_failed", &why);
	if (!c.taken)
		return;
	o = h->order[slot];
	o->preflight.facts = facts_new(HOSTING_FACTS, c.now);
	/* What stood in DNS before the domain was ours is of no use. */
	inspect_forget(h->inspect);
	inspect_run(h->inspect, o->preflight.facts, judge, preflight_done, o);
}

void
hosting_cert_turn(struct hosting *h)
{
	if (h->o.cas.n == 0)
		return;
	for (size_t i = 0; i < HOSTING_ORDERS; i++)
		if (!h->order[i])
			begin(h, i);
}

void
hosting_cert_stop(struct hosting *h)
{
	for (size_t i = 0; i < HOSTING_ORDERS; i++)
		if (h->order[i])
			hosting_order_free(h->order[i]);
	acme_pace_free(h->pace);
	h->pace = NULL;
}
