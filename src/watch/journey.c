/* journey.c - after a DMARC policy became stronger: own mail that fails rings,
 * and steps back where that was chosen. */
#include "insight/insight.h"
#include "json/json.h"
#include "watch/private.h"

enum { JOURNEYS_MAX = 1000, MEMORY = 16 << 20, TEXT_MAX = 1024 };

struct advanced {
	int64_t owner;
	struct str name;
	struct control_journey journey;
};

struct journeys {
	const struct watch_journeys *in;
	struct arena *mem;
	struct advanced *at;
	size_t n;
};

static enum err
take(void *ctx, int64_t owner, struct str name, const struct control_journey *j)
{
	struct journeys *all = ctx;
	struct advanced *to = &all->at[all->n];

	*to = (struct advanced){ .owner = owner, .journey = *j };
	if (all->n < JOURNEYS_MAX && arena_dup(all->mem, name, &to->name) &&
	    arena_dup(all->mem, j->from, &to->journey.from) &&
	    arena_dup(all->mem, j->to, &to->journey.to) &&
	    arena_dup(all->mem, j->author, &to->journey.author) &&
	    arena_dup(all->mem, j->reason, &to->journey.reason))
		all->n++;
	return ERR_NONE;
}

static enum err
tell(const struct journeys *all, const struct advanced *a, int64_t failed,
     struct diag *why)
{
	SCOPED_BUF what = BUF(TEXT_MAX);
	SCOPED_BUF path = BUF(TEXT_MAX);
	SCOPED_BUF places = BUF(TEXT_MAX);
	struct control_notice n = {
		.owner = a->owner,
		.code = STR(LADDER_ALARM_CODE),
		.severity = STR("critical"),
		.domain = a->name,
		.since = all->in->now,
		.over_at = all->in->now,
		.left_over = all->in->channels,
	};

	buf_addf(&what, "journey %.*s", STR_ARG(a->name));
	buf_addf(&path, "/d/%.*s/policy", STR_ARG(a->name));
	buf_addf(&places, "{\"count\":\"%lld\"}", (long long)failed);
	n.what = buf_str(&what);
	n.path = buf_str(&path);
	n.places = buf_str(&places);
	return all->in->channels == 0
		       ? ERR_NONE
		       : control_notice_put(all->in->control, &n, why);
}

/* ---- stepping back ---- */

static enum err
audit(const struct journeys *all, const struct advanced *a,
      enum ladder_rung back, struct diag *why)
{
	SCOPED_BUF object = BUF(TEXT_MAX);
	const struct control_deed deed = { S("waxseal"), "journey.step_back",
					   S(""), all->in->now };
	struct control_deed written = deed;

	buf_addf(&object, "%.*s %.*s -> %s", STR_ARG(a->name),
		 STR_ARG(a->journey.to), ladder_name(back));
	written.object = buf_str(&object);
	return control_audit(all->in->control, a->owner, &written, why);
}

/* Only what is hosted can be changed from here; for the others the way back
 * is offered. */
static enum err
step_back(const struct journeys *all, struct advanced *a,
	  const struct control_hosted *h, enum ladder_rung back,
	  struct diag *why)
{
	struct str record;
	const struct control_hosted_texts texts = { .dmarc = &record };
	enum err e =
		insight_ladder_record(h->dmarc, back, all->mem, &record, why);

	if (e == ERR_NONE)
		e = control_hosted_texts(all->in->control, a->owner, a->name,
					 &texts, why);
	if (e == ERR_NONE)
		e = audit(all, a, back, why);
	if (e != ERR_NONE)
		return e;
	a->journey.from = a->journey.to;
	a->journey.to = str_of(ladder_name(back));
	a->journey.author = S("");
	a->journey.reason = S("");
	a->journey.step_back = false;
	a->journey.advanced_at = all->in->now;
	return ERR_NONE;
}

static enum err
ring(const struct journeys *all, struct advanced *a,
     const struct ladder_watched *w, const struct control_hosted *h,
     struct diag *why)
{
	enum ladder_rung back;
	enum ladder_alarm alarm = ladder_watch(w, &back);
	enum err e;

	if (alarm == LADDER_QUIET)
		return ERR_NONE;
	e = tell(all, a, w->failed, why);
	if (e == ERR_NONE && alarm == LADDER_BACK && h->dmarc.n > 0)
		e = step_back(all, a, h, back, why);
	else if (a->journey.alarm_at > 0)
		return e;
	a->journey.alarm_at = all->in->now;
	return e == ERR_NONE
		       ? control_journey_put(all->in->control, &a->journey, why)
		       : e;
}

/* ---- all of them ---- */

static enum err
look_at(const struct journeys *all, struct advanced *a, struct diag *why)
{
	struct control *c = all->in->control;
	struct control_domain by = { .name = a->name }, domain;
	struct control_hosted h = { 0 };
	struct ladder_watched w = { .wanted = a->journey.step_back,
				    .advanced_at = a->journey.advanced_at,
				    .now = all->in->now,
				    .limit = a->journey.step_limit };
	struct insight_asked asked = { .store = all->in->store,
				       .control = c,
				       .owner = a->owner,
				       .now = all->in->now,
				       .domain = &domain,
				       .mem = all->mem };
	struct diag none = { 0 };
	int64_t owner;
	enum err e =
		control_domain_find(c, &by, all->mem, &owner, &domain, why);

	if (e != ERR_NONE)
		return e;
	e = control_hosted_find(c, a->owner, a->name, all->mem, &h, &none);
	if (e != ERR_NONE && e != ERR_GONE)
		return diag_set(why, e, none.code, 0, "%s", none.detail);
	if (!ladder_parse(a->journey.to, &w.at))
		return ERR_NONE;
	e = insight_own_failed(&asked, w.advanced_at, &w.failed, why);
	return e == ERR_NONE ? ring(all, a, &w, &h, why) : e;
}

enum err
watch_look_at_journeys(const struct watch_journeys *in, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(MEMORY);
	struct journeys all = { .in = in,
				.mem = mem,
				.at = arena_array(mem, JOURNEYS_MAX + 1,
						  sizeof(struct advanced)) };
	int64_t window = (int64_t)LADDER_WATCH_HOURS * 3600;
	enum err e;

	if (!all.at)
		return diag_set(why, ERR_LIMIT, "control.too_large", 0, "%s",
				"");
	e = control_journeys_since(in->control, in->now - window, take, &all,
				   why);
	for (size_t i = 0; e == ERR_NONE && i < all.n; i++)
		e = look_at(&all, &all.at[i], why);
	return e;
}
