/* watch.c - takes domains that are due, a few at once. */
#include "insight/insight.h"
#include "log/log.h"
#include "store/store.h"
#include "watch/alarm.h"
#include "watch/private.h"

enum {
	SELECTOR_DAYS = 30,
	SEEN_MEMORY = 16 << 10,
	ARRIVALS_MS = 3600 * 1000,
	ROUND_MS = 20, /* between two domains: looks go on meanwhile */
	ROUND_MEMORY = 8 << 20,
	ROUND_MAX = 20000 /* domains */
};

/* One pass over the sums of all domains. */
struct round {
	struct arena *mem;
	struct str *name;
	size_t n, at;
	struct store *store; /* NULL: none is under way */
	struct loop_timer *next;
};

struct one {
	struct one *next, **here;
	struct watch *w;
	struct watch_look *look;
};

struct watch {
	struct loop *loop;
	struct inspect *inspect;
	struct watch_options o;
	struct control *control;
	struct loop_timer *timer, *hourly;
	struct round round;
	struct one *ones;
	unsigned busy;
};

/* Well mixed: neighbours in number and time are none in the result. */
static uint64_t
mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

int64_t
watch_due(int64_t domain, int64_t now, bool uneasy)
{
	uint64_t some = mix((uint64_t)domain * UINT64_C(0x9e3779b97f4a7c15) +
			    (uint64_t)now);
	int64_t wait = uneasy ? WATCH_UNEASY : WATCH_CALM;
	int64_t jitter = uneasy ? WATCH_UNEASY / 6 : WATCH_JITTER_CALM;

	return now + wait - (int64_t)(some % (uint64_t)jitter);
}

static void
drop(struct one *o)
{
	*o->here = o->next;
	if (o->next)
		o->next->here = o->here;
	o->w->busy--;
	watch_look_free(o->look);
	heap_free(o);
}

/* ---- the end of a look ---- */

struct telling {
	struct one *one;
	struct diag *why;
	unsigned changes;
};

static enum err
tell_change(void *ctx, const struct control_change *change)
{
	struct telling *t = ctx;
	const struct watch *w = t->one->w;

	if (change->kind == CONTROL_RECORD && change->value->first)
		return ERR_NONE;
	t->changes++;
	/* The first look finds everything: that is no change. */
	if (w->o.channels == 0 || t->one->look->of.checked_at == 0)
		return ERR_NONE;
	return watch_tell(w->control, &t->one->look->of, change, w->o.channels,
			  t->why);
}

static void
settle(struct one *o)
{
	struct diag why = { 0 };
	struct telling t = { .one = o, .why = &why };
	struct control_watched *of = &o->look->of;
	struct watch *w = o->w;
	struct control_look look;
	enum err err;

	if (!watch_look_result(o->look, &look)) {
		log_warn("watch_too_large", NULL, log_text("domain", of->name));
		return;
	}
	err = control_watch_settle(w->control, &look, tell_change, &t, &why);
	if (err == ERR_NONE && t.changes > 0 && of->checked_at > 0)
		err = control_watch_hurry(w->control, of->owner, of->domain,
					  watch_due(of->domain, look.at, true),
					  &why);
	if (err != ERR_NONE && err != ERR_GONE)
		log_warn("watch_failed", &why, log_text("domain", of->name));
	log_event(LOG_DEBUG, "watched", NULL,
		  LOG_PAIRS(log_text("domain", of->name),
			    log_number("changes", t.changes)));
}

static bool
judge(void *ctx)
{
	struct one *o = ctx;

	return watch_look_judge(o->look);
}

static void fill(void *ctx);

static void
look_done(void *ctx, bool complete)
{
	struct one *o = ctx;
	struct watch *w = o->w;

	(void)complete;
	settle(o);
	drop(o);
	loop_defer(w->loop, fill, w);
}

/* ---- the beginning of a look ---- */

static enum err
take_selector(void *ctx, const struct store_answer_row *row)
{
	watch_look_selector(ctx, row->key);
	return ERR_NONE;
}

/* As it is now: it may be made, or put back, while domains are watched. NULL:
 * there are no reports. */
static struct store *
open_store(const struct watch *w)
{
	struct store *s = NULL;

	if (store_open(w->o.dir, STORE_READ, 0, &s, NULL) != ERR_NONE)
		return NULL;
	return s;
}

/* Those that mail was signed with lately. Without them the common ones are
 * looked at, so a failure here is none of the look. */
static void
add_selectors(struct store *s, struct watch_look *l)
{
	struct store_answer_row totals = { 0 };
	SCOPED_BUF next = BUF(4096);
	struct store_query q = {
		.owner = l->of.owner,
		.first_day = civil_day(facts_now(l->facts)) - SELECTOR_DAYS,
		.last_day = INT64_MAX,
		.filter_count = 1,
		.filter[0] = { STORE_F_DOMAIN, l->of.name, false },
		.grouped = true,
		.group = STORE_F_SELECTOR,
		.sort = STORE_M_MESSAGES,
		.brief = true,
		.limit = WATCH_SELECTORS_MAX,
	};

	(void)!store_ask(s, &q, take_selector, l, &totals, &next, NULL);
}

static enum err
take_value(void *ctx, const struct control_value *v)
{
	struct watch_reports *r = ctx;

	if (str_eq(v->type, S("TXT")) &&
	    str_starts(v->name, S("_smtp._tls.")) && v->value.n > 0)
		r->record_since = v->seen_at;
	return ERR_NONE;
}

/* What TLS reports said lately. What cannot be read is not known. */
static void
add_reports(struct watch *w, struct store *s, struct watch_look *l)
{
	int64_t testing = civil_day(l->of.policy.testing_since);
	struct watch_reports r = { 0 };
	struct store_latest_tls tls;

	if (store_latest_tls(s, l->of.owner, l->of.name, testing, &tls, NULL) !=
		    ERR_NONE ||
	    tls.last_day == INT64_MIN)
		return;
	(void)!control_watch_values(w->control, l->of.domain, take_value, &r,
				    NULL);
	r.last = (tls.last_day + 1) * CIVIL_DAY;
	r.clean = l->of.policy.testing_since > 0 && tls.last_day >= testing &&
		  tls.failed == 0;
	watch_look_reports(l, &r);
}

/* How its mail does. What cannot be read is not known. */
static void
add_seen(struct store *s, struct watch_look *l)
{
	const struct insight_mail of = { l->of.owner, facts_now(l->facts),
					 l->of.name };
	SCOPED_ARENA mem = arena_new(SEEN_MEMORY);
	struct facts_seen seen;

	if (insight_seen(s, &of, mem, &seen, NULL) == ERR_NONE)
		watch_look_seen(l, &seen);
}

static enum err
begin(void *ctx, const struct control_watched *of)
{
	struct watch *w = ctx;
	struct one *o = heap_new(sizeof *o);

	*o = (struct one){ .next = w->ones, .here = &w->ones, .w = w };
	if (o->next)
		o->next->here = &o->next;
	w->ones = o;
	w->busy++;
	o->look = watch_look_new(of, w->o.clock());
	return ERR_NONE;
}

static void
fill(void *ctx)
{
	struct watch *w = ctx;
	struct one *had = w->ones;
	SCOPED_STORE s = NULL;
	struct diag why = { 0 };
	enum err err;

	if (w->busy >= w->o.at_once)
		return;
	err = control_watch_take(w->control, w->o.clock(),
				 w->o.at_once - w->busy, begin, w, &why);
	if (err != ERR_NONE)
		log_warn("watch_failed", &why);
	if (w->ones != had)
		s = open_store(w);
	/* Outside of the transaction: the new ones stand before the others. */
	for (struct one *o = w->ones; o != had; o = o->next) {
		if (s) {
			add_selectors(s, o->look);
			add_seen(s, o->look);
			add_reports(w, s, o->look);
		}
		inspect_run(w->inspect, o->look->facts, judge, look_done, o);
	}
}

/* ---- reports ---- */

static enum err
take_name(void *ctx, const struct control_domain *domain)
{
	struct round *r = ctx;

	if (r->n == ROUND_MAX ||
	    !arena_dup(r->mem, domain->name, &r->name[r->n]))
		return ERR_STOP;
	r->n++;
	return ERR_NONE;
}

static void
end_round(struct round *r)
{
	store_close(r->store);
	r->store = NULL;
	r->n = r->at = 0;
	arena_reset(r->mem);
}

static struct watch_alarm
alarm_of(const struct watch *w, struct store *s)
{
	return (struct watch_alarm){ .control = w->control,
				     .store = s,
				     .owner = CONTROL_OWNER_SELF,
				     .now = w->o.clock(),
				     .channels = w->o.channels };
}

static void
next_of_round(void *ctx)
{
	struct watch *w = ctx;
	struct round *r = &w->round;
	const struct watch_alarm a = alarm_of(w, r->store);
	struct diag why = { 0 };

	if (r->at == r->n) {
		end_round(r);
		return;
	}
	if (watch_alarm_domain(&a, r->name[r->at], &why) != ERR_NONE)
		log_warn("watch_failed", &why,
			 log_text("domain", r->name[r->at]));
	r->at++;
	loop_timer_set(r->next, ROUND_MS, false);
}

static enum err
begin_round(struct watch *w, struct diag *why)
{
	struct round *r = &w->round;
	enum err err;

	if (r->store)
		return ERR_NONE;
	r->name = arena_array(r->mem, ROUND_MAX, sizeof *r->name);
	r->store = open_store(w);
	if (!r->name || !r->store) {
		end_round(r);
		return ERR_NONE;
	}
	err = control_domains(w->control, CONTROL_OWNER_SELF, take_name, r,
			      why);
	if (err == ERR_NONE || err == ERR_STOP) {
		loop_timer_set(r->next, 0, false);
		return ERR_NONE;
	}
	end_round(r);
	return err;
}

static void
look_at_arrivals(void *ctx)
{
	struct watch *w = ctx;
	struct watch_arrivals a = { .owner = CONTROL_OWNER_SELF,
				    .now = w->o.clock() };
	SCOPED_STORE s = NULL;
	struct watch_alarm alarm;
	struct diag why = { 0 };
	enum err err;

	if (w->o.channels == 0)
		return;
	s = open_store(w);
	if (!s)
		return;
	alarm = alarm_of(w, s);
	err = store_latest(s, a.owner, &a.last, &why);
	if (err == ERR_NONE)
		err = watch_tell_silence(w->control, &a, w->o.channels, &why);
	if (err == ERR_NONE)
		err = watch_alarm_reporters(&alarm, &why);
	if (err == ERR_NONE)
		err = begin_round(w, &why);
	if (err != ERR_NONE)
		log_warn("watch_failed", &why);
}

/* What nobody is told of steps back, too. */
static void
look_at_journeys(void *ctx)
{
	struct watch *w = ctx;
	SCOPED_STORE s = open_store(w);
	const struct watch_journeys in = { .control = w->control,
					   .store = s,
					   .now = w->o.clock(),
					   .channels = w->o.channels };
	struct diag why = { 0 };

	if (s && watch_look_at_journeys(&in, &why) != ERR_NONE)
		log_warn("watch_failed", &why);
}

static void
look_hourly(void *ctx)
{
	look_at_journeys(ctx);
	look_at_arrivals(ctx);
}

/* ---- the whole ---- */

enum err
watch_start(struct loop *l, struct inspect *in,
	    const struct watch_options *options, struct watch **out,
	    struct diag *why)
{
	struct watch *w = heap_new(sizeof *w);
	enum err err;

	w->loop = l;
	w->inspect = in;
	w->o = *options;
	if (w->o.at_once == 0)
		w->o.at_once = WATCH_AT_ONCE;
	if (w->o.poll_ms == 0)
		w->o.poll_ms = WATCH_POLL_MS;
	err = control_open(w->o.dir, &w->control, why);
	if (err != ERR_NONE) {
		watch_stop(w);
		return err;
	}
	w->timer = loop_timer_new(l, fill, w);
	loop_timer_set(w->timer, w->o.poll_ms, true);
	w->round.mem = arena_new(ROUND_MEMORY);
	w->round.next = loop_timer_new(l, next_of_round, w);
	w->hourly = loop_timer_new(l, look_hourly, w);
	loop_timer_set(w->hourly, ARRIVALS_MS, true);
	loop_defer(l, look_hourly, w);
	loop_defer(l, fill, w);
	*out = w;
	return ERR_NONE;
}

void
watch_stop(struct watch *w)
{
	if (!w)
		return;
	loop_forget(w->loop, w);
	loop_timer_free(w->timer);
	loop_timer_free(w->hourly);
	loop_timer_free(w->round.next);
	store_close(w->round.store);
	arena_free(w->round.mem);
	while (w->ones)
		drop(w->ones);
	control_close(w->control);
	heap_free(w);
}

unsigned
watch_busy(const struct watch *w)
{
	return w->busy;
}
