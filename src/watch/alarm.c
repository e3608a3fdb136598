/* alarm.c - looks at the sums of reports, domain by domain, and tells what
 * the rules make of them. */
#include "watch/alarm.h"

#include "json/json.h"
#include "watch/rules.h"

enum {
	WHAT_MAX = 1024,
	PATH_MAX_BYTES = 4096,
	PLACES_MAX = 4096,
	SOURCES_MAX = 10, /* of one domain that are told of at once */
	HISTORY = 90,     /* days in which a source that is new was not seen */
	CURSOR_MAX = 8192,
	FORGET = 60 * CIVIL_DAY /* a notice that nothing ended */
};

#define NEW_SOURCE "new source"
#define SILENT "reporter silent"

/* One thing to tell, of a domain or of a reporter. */
struct event {
	const char *kind, *code, *severity;
	struct str domain; /* may be empty */
	struct str whom;   /* source or reporter; may be empty */
	const char *filters;
	int64_t first, last; /* days shown */
	struct rules_say say;
};

/* ---- the notice ---- */

/* The rows that it is about, as the page of reports filters them. */
static void
put_path(struct buf *out, const struct event *e)
{
	char first[CIVIL_DATE_SIZE], last[CIVIL_DATE_SIZE];

	buf_addf(out, "/reports/dmarc?from=%s&to=%s",
		 civil_print_date(e->first * CIVIL_DAY, first),
		 civil_print_date(e->last * CIVIL_DAY, last));
	if (e->domain.n > 0) {
		buf_addz(out, "&domain=");
		buf_add_url(out, e->domain);
	}
	buf_addz(out, e->filters);
	buf_add_url(out, e->whom);
}

static void
put_places(struct buf *out, const struct event *e)
{
	struct json_out j = JSON_OUT(out);
	SCOPED_BUF number = BUF(32);

	json_open_object(&j, NULL);
	json_put_known(&j, "domain", e->domain);
	json_put_known(&j, "host", str_sub(e->whom, 0, 300));
	buf_addf(&number, "%llu", (unsigned long long)e->say.now);
	json_put_str(&j, "count", buf_str(&number));
	buf_clear(&number);
	buf_addf(&number, "%llu", (unsigned long long)e->say.before);
	json_put_str(&j, "before", buf_str(&number));
	json_close_object(&j);
}

static void
put_what(struct buf *out, const struct event *e)
{
	buf_addf(out, "%s %.*s %.*s", e->kind, STR_ARG(e->domain),
		 STR_ARG(str_sub(e->whom, 0, 300)));
}

static enum err
lasts(const struct watch_alarm *a, const struct event *e, bool *out,
      struct diag *why)
{
	SCOPED_BUF what = BUF(WHAT_MAX);

	put_what(&what, e);
	return control_notice_lasts(a->control, a->owner, buf_str(&what), out,
				    why);
}

static enum err
tell(const struct watch_alarm *a, const struct event *e, struct diag *why)
{
	SCOPED_BUF what = BUF(WHAT_MAX);
	SCOPED_BUF path = BUF(PATH_MAX_BYTES);
	SCOPED_BUF places = BUF(PLACES_MAX);
	struct control_notice n = {
		.owner = a->owner,
		.code = str_of(e->code),
		.severity = str_of(e->severity),
		.domain = e->domain,
		.since = a->now,
		.left_over = a->channels,
	};

	put_what(&what, e);
	if (e->say.what == RULES_ENDS)
		return control_notice_over(a->control, a->owner, buf_str(&what),
					   a->now, why);
	if (e->say.what != RULES_BEGINS)
		return ERR_NONE;
	put_path(&path, e);
	put_places(&places, e);
	n.what = buf_str(&what);
	n.path = buf_str(&path);
	n.places = buf_str(&places);
	return control_notice_put(a->control, &n, why);
}

/* ---- sums of a domain ---- */

struct gathering {
	struct rules_days days;
	int64_t today;
};

static enum err
take_day(void *ctx, const struct store_answer_row *row)
{
	struct gathering *g = ctx;
	int64_t age = g->today - civil_day(row->m[STORE_M_FIRST_SEEN]);
	struct rules_count *to;

	if (age < 0 || age >= RULES_DAYS)
		return ERR_NONE;
	to = &g->days.day[age];
	to->all += (uint64_t)row->m[STORE_M_MESSAGES];
	to->own += (uint64_t)row->m[STORE_M_OWN];
	to->own_failed +=
		(uint64_t)(row->m[STORE_M_OWN] - row->m[STORE_M_OWN_PASSED]);
	to->others_failed += (uint64_t)(row->m[STORE_M_UNRECOGNISED] +
					row->m[STORE_M_BLOCKED]);
	return ERR_NONE;
}

static struct store_query
question(const struct watch_alarm *a, struct str domain)
{
	return (struct store_query){
		.owner = a->owner,
		.first_day = civil_day(a->now) - RULES_DAYS + 1,
		.last_day = civil_day(a->now),
		.filter_count = 1,
		.filter[0] = { STORE_F_DOMAIN, domain, false },
		.grouped = true,
		.group = STORE_F_DAY,
		.sort = STORE_M_MESSAGES,
		.brief = true,
	};
}

static enum err
gather(const struct watch_alarm *a, struct str domain, struct gathering *out,
       struct diag *why)
{
	struct store_query q = question(a, domain);
	struct store_answer_row totals;
	SCOPED_BUF next = BUF(CURSOR_MAX);

	*out = (struct gathering){ .today = civil_day(a->now) };
	return store_ask(a->store, &q, take_day, out, &totals, &next, why);
}

/* ---- the rules, one by one ---- */

static enum err
look_at_failing(const struct watch_alarm *a, struct event e,
		const struct rules_days *days, struct diag *why)
{
	bool on = false;
	enum err err;

	e.kind = "own failing";
	e.code = "change.own_failing";
	e.severity = "fail";
	e.filters = "&class=own&result=fail&group=source";
	err = lasts(a, &e, &on, why);
	if (err != ERR_NONE)
		return err;
	e.say = rules_failing(days, on);
	return tell(a, &e, why);
}

static enum err
look_at_spoofing(const struct watch_alarm *a, struct event e,
		 const struct rules_days *days, struct diag *why)
{
	bool on = false;
	enum err err;

	e.kind = "spoofing";
	e.code = "change.spoofing";
	e.severity = "warn";
	e.filters = "&class=unrecognised&class=blocked&result=fail"
		    "&group=source";
	err = lasts(a, &e, &on, why);
	if (err != ERR_NONE)
		return err;
	e.say = rules_spoofing(days, on);
	return tell(a, &e, why);
}

/* Sources that send most, unrecognised. */
struct sources {
	struct arena *mem;
	struct str slug[SOURCES_MAX];
	uint64_t messages[SOURCES_MAX];
	size_t n;
};

static enum err
take_source(void *ctx, const struct store_answer_row *row)
{
	struct sources *s = ctx;
	uint64_t messages = (uint64_t)row->m[STORE_M_MESSAGES];

	if (s->n == SOURCES_MAX || !rules_new_source(messages, 0))
		return ERR_STOP;
	if (row->key.n == 0)
		return ERR_NONE;
	if (!arena_dup(s->mem, row->key, &s->slug[s->n]))
		return ERR_STOP;
	s->messages[s->n++] = messages;
	return ERR_NONE;
}

static enum err
messages_before(const struct watch_alarm *a, const struct event *e,
		uint64_t *out, struct diag *why)
{
	struct store_query q = question(a, e->domain);
	struct store_answer_row totals = { 0 };
	SCOPED_BUF next = BUF(CURSOR_MAX);
	enum err err;

	q.grouped = false;
	q.first_day = e->first - HISTORY;
	q.last_day = e->first - 1;
	q.filter[q.filter_count++] =
		(struct store_filter){ STORE_F_SOURCE, e->whom, false };
	err = store_ask(a->store, &q, NULL, NULL, &totals, &next, why);
	*out = (uint64_t)totals.m[STORE_M_MESSAGES];
	return err;
}

static enum err
look_at_source(const struct watch_alarm *a, const struct event *e,
	       uint64_t messages, struct diag *why)
{
	struct event one = *e;
	bool on = false;
	uint64_t before = 0;
	enum err err = lasts(a, &one, &on, why);

	/* A source is new only once. */
	if (err != ERR_NONE || on)
		return err;
	err = messages_before(a, &one, &before, why);
	if (err != ERR_NONE || !rules_new_source(messages, before))
		return err;
	one.say = (struct rules_say){ RULES_BEGINS, messages, before };
	return tell(a, &one, why);
}

static enum err
look_at_sources(const struct watch_alarm *a, struct event e, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(64 << 10);
	SCOPED_BUF next = BUF(CURSOR_MAX);
	struct sources all = { .mem = mem };
	struct store_query q = question(a, e.domain);
	struct store_answer_row totals;
	enum err err;

	e.kind = NEW_SOURCE;
	e.code = "change.new_source";
	e.severity = "warn";
	e.filters = "&class=unrecognised&source=";
	e.first = e.last - RULES_NEW + 1;
	q.first_day = e.first;
	q.group = STORE_F_SOURCE;
	q.limit = SOURCES_MAX;
	q.filter[q.filter_count++] =
		(struct store_filter){ STORE_F_CLASS, S("unrecognised"),
				       false };
	err = store_ask(a->store, &q, take_source, &all, &totals, &next, why);
	if (err == ERR_STOP)
		err = ERR_NONE;
	for (size_t i = 0; err == ERR_NONE && i < all.n; i++) {
		e.whom = all.slug[i];
		err = look_at_source(a, &e, all.messages[i], why);
	}
	return err;
}

enum err
watch_alarm_domain(const struct watch_alarm *a, struct str domain,
		   struct diag *why)
{
	int64_t today = civil_day(a->now);
	const struct event e = { .domain = domain,
				 .first = today - RULES_RECENT + 1,
				 .last = today };
	struct gathering g;
	enum err err = gather(a, domain, &g, why);

	if (err == ERR_NONE)
		err = look_at_failing(a, e, &g.days, why);
	if (err == ERR_NONE)
		err = look_at_spoofing(a, e, &g.days, why);
	if (err == ERR_NONE && rules_known(&g.days))
		err = look_at_sources(a, e, why);
	return err;
}

/* ---- reporters ---- */

struct reporters {
	const struct watch_alarm *alarm;
	struct diag *why;
};

static enum err
look_at_reporter(void *ctx, const struct store_latest_reporter *r)
{
	struct reporters *all = ctx;
	int64_t today = civil_day(all->alarm->now);
	struct event e = { .kind = SILENT,
			   .code = "change.reporter_silent",
			   .severity = "warn",
			   .whom = r->reporter,
			   .filters = "&reporter=",
			   .first = today - RULES_WINDOW + 1,
			   .last = today };
	const struct rules_reporter one = { r->days, r->last_day, today };
	bool on = false;
	enum err err;

	/* Most report now and then, and did lately. */
	if (r->days < RULES_REPORTED && today - r->last_day >= RULES_SILENT)
		return ERR_NONE;
	err = lasts(all->alarm, &e, &on, all->why);
	if (err != ERR_NONE)
		return err;
	e.say = rules_silent(&one, on);
	return tell(all->alarm, &e, all->why);
}

/* What is told only when it begins: a source that is new, a reporter that
 * never comes back. */
static enum err
forget(const struct watch_alarm *a, struct diag *why)
{
	struct control_notice_old old = { .owner = a->owner,
					  .since = a->now - FORGET,
					  .now = a->now };
	enum err err;

	old.kind = S(NEW_SOURCE " ");
	err = control_notice_forget(a->control, &old, why);
	old.kind = S(SILENT " ");
	return err == ERR_NONE ? control_notice_forget(a->control, &old, why)
			       : err;
}

enum err
watch_alarm_reporters(const struct watch_alarm *a, struct diag *why)
{
	struct reporters all = { a, why };
	int64_t last = 0;
	enum err err = forget(a, why);

	if (err == ERR_NONE)
		err = store_latest(a->store, a->owner, &last, why);
	/* When nobody is heard, that is told of as one thing. */
	if (err != ERR_NONE || a->now - last >= RULES_SILENT * CIVIL_DAY / 2)
		return err;
	return store_latest_reporters(a->store, a->owner,
				      civil_day(a->now) - RULES_WINDOW + 1,
				      look_at_reporter, &all, why);
}
