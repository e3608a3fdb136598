/* journey.c - the numbers of reports by which a DMARC policy may become
 * stronger. */
#include "insight/journey.h"

#include <string.h>

enum { FAMILIES_MAX = 1000, SUBDOMAINS_MAX = 200, CURSOR_MAX = 8192 };

struct gathering {
	const struct insight_asked *a;
	struct insight_ladder *out;
	struct ladder_source *source; /* INSIGHT_SOURCES_MAX */
	size_t source_n;
	struct map *by_slug;
	struct ladder_day *day; /* LADDER_HISTORY */
	size_t day_n;
	struct map *families;
	struct insight_subdomain *subdomain; /* SUBDOMAINS_MAX */
	size_t subdomain_n;
	bool full;
};

typedef enum err (*row_taker)(void *ctx, const struct store_answer_row *row);

static int64_t
first_of(const struct gathering *g, int64_t days)
{
	return civil_day(g->a->now) - days + 1;
}

static enum err
ask(struct gathering *g, struct store_query *q, row_taker row,
    struct store_answer_row *totals, struct diag *why)
{
	struct store_answer_row unused;
	SCOPED_BUF next = BUF(CURSOR_MAX);

	if (row)
		q->grouped = true;
	return store_ask(g->a->store, q, row, g, totals ? totals : &unused,
			 &next, why);
}

/* ---- sums ---- */

/* Messages of one class with one verdict, in the last LADDER_DAYS days. */
static enum err
sum_of(struct gathering *g, const char *class_name, enum store_field field,
       const char *value, int64_t *out, struct diag *why)
{
	struct store_answer_row totals;
	struct store_query q;
	enum err e;

	insight_about(g->a, first_of(g, LADDER_DAYS), &q);
	insight_filter(&q, STORE_F_CLASS, class_name);
	insight_filter(&q, field, value);
	e = ask(g, &q, NULL, &totals, why);
	if (e == ERR_NONE)
		*out = totals.m[STORE_M_MESSAGES];
	return e;
}

static enum err
read_sums(struct gathering *g, struct diag *why)
{
	struct ladder_facts *f = &g->out->facts;
	struct store_answer_row totals;
	struct store_query q;
	enum err e;

	insight_about(g->a, first_of(g, LADDER_DAYS), &q);
	e = ask(g, &q, NULL, &totals, why);
	if (e != ERR_NONE)
		return e;
	f->messages = totals.m[STORE_M_MESSAGES];
	f->own = totals.m[STORE_M_OWN];
	f->own_passed = totals.m[STORE_M_OWN_PASSED];
	f->forwarded = totals.m[STORE_M_FORWARDED];
	e = sum_of(g, "own", STORE_F_DKIM, "pass", &f->own_dkim, why);
	if (e != ERR_NONE)
		return e;
	return sum_of(g, "forwarded", STORE_F_RESULT, "fail",
		      &f->forwarded_failed, why);
}

/* Of all time: when the first report came. */
static enum err
read_first(struct gathering *g, struct diag *why)
{
	struct store_answer_row totals;
	struct store_query q;
	enum err e;

	insight_about(g->a, INT64_MIN, &q);
	e = ask(g, &q, NULL, &totals, why);
	if (e == ERR_NONE && totals.known[STORE_M_FIRST_SEEN] &&
	    totals.m[STORE_M_MESSAGES] > 0)
		g->out->facts.first_day =
			civil_day(totals.m[STORE_M_FIRST_SEEN]);
	return e;
}

/* ---- days ---- */

static enum err
take_day(void *ctx, const struct store_answer_row *row)
{
	struct gathering *g = ctx;
	int64_t at;

	if (g->day_n == LADDER_HISTORY || row->m[STORE_M_MESSAGES] == 0 ||
	    !civil_parse_date(row->key, &at))
		return ERR_NONE;
	g->day[g->day_n++] = (struct ladder_day){
		.day = civil_day(at),
		.own = row->m[STORE_M_OWN],
		.own_passed = row->m[STORE_M_OWN_PASSED],
	};
	return ERR_NONE;
}

static enum err
read_days(struct gathering *g, struct diag *why)
{
	struct store_query q;
	enum err e;

	insight_about(g->a, first_of(g, LADDER_HISTORY), &q);
	q.group = STORE_F_DAY;
	q.sort_by_key = q.ascending = q.brief = true;
	e = ask(g, &q, take_day, NULL, why);
	g->out->facts.day = g->day;
	g->out->facts.day_n = g->day_n;
	g->out->facts.days = (int64_t)g->day_n;
	return e;
}

/* ---- reporters ---- */

/* One large provider reports under several names. */
static enum err
take_reporter(void *ctx, const struct store_answer_row *row)
{
	struct gathering *g = ctx;
	SCOPED_BUF family = BUF(1024);

	sender_reporter_family(row->key, &family);
	if (map_count(g->families) < FAMILIES_MAX)
		map_put(g->families, buf_str(&family), 1);
	return ERR_NONE;
}

static enum err
read_reporters(struct gathering *g, struct diag *why)
{
	struct store_query q;
	enum err e;

	insight_about(g->a, first_of(g, LADDER_DAYS), &q);
	q.group = STORE_F_REPORTER;
	q.brief = true;
	e = ask(g, &q, take_reporter, NULL, why);
	g->out->facts.reporters = (int64_t)map_count(g->families);
	return e;
}

/* ---- sources ---- */

static struct ladder_source *
source_of(struct gathering *g, struct str slug)
{
	uint64_t at;

	return map_get(g->by_slug, slug, &at) ? &g->source[at] : NULL;
}

static enum err
take_source(void *ctx, const struct store_source *s)
{
	struct gathering *g = ctx;
	struct ladder_source *to = &g->source[g->source_n];

	if (g->source_n == INSIGHT_SOURCES_MAX) {
		g->full = true;
		return ERR_NONE;
	}
	*to = (struct ladder_source){
		.triaged = s->triage != SENDER_NOT_TRIAGED,
		.messages = s->m[STORE_M_MESSAGES],
		.own = s->m[STORE_M_OWN],
		.own_passed = s->m[STORE_M_OWN_PASSED],
		.failed = s->m[STORE_M_MESSAGES] - s->m[STORE_M_PASSED],
		.first_day = civil_day(s->m[STORE_M_FIRST_SEEN]),
	};
	if (!arena_dup(g->a->mem, s->slug, &to->slug) ||
	    !arena_dup(g->a->mem, s->label, &to->label)) {
		g->full = true;
		return ERR_NONE;
	}
	map_put(g->by_slug, to->slug, g->source_n++);
	return ERR_NONE;
}

static enum err
take_signed(void *ctx, const struct store_answer_row *row)
{
	struct ladder_source *s = source_of(ctx, row->key);

	if (s)
		s->own_dkim = row->m[STORE_M_MESSAGES];
	return ERR_NONE;
}

static enum err
take_forwarded(void *ctx, const struct store_answer_row *row)
{
	struct ladder_source *s = source_of(ctx, row->key);

	if (s)
		s->forwarded_failed = row->m[STORE_M_MESSAGES];
	return ERR_NONE;
}

static enum err
take_seen(void *ctx, const struct store_answer_row *row)
{
	struct ladder_source *s = source_of(ctx, row->key);

	if (s)
		s->first_day = civil_day(row->m[STORE_M_FIRST_SEEN]);
	return ERR_NONE;
}

/* The sources of one class with one verdict. */
static enum err
by_source(struct gathering *g, int64_t first, const char *class_name,
	  const struct store_filter *also, row_taker row, struct diag *why)
{
	struct store_query q;

	insight_about(g->a, first, &q);
	insight_filter(&q, STORE_F_CLASS, class_name);
	if (also)
		q.filter[q.filter_count++] = *also;
	q.group = STORE_F_SOURCE;
	q.brief = true;
	return ask(g, &q, row, NULL, why);
}

static enum err
read_sources(struct gathering *g, struct diag *why)
{
	const struct store_filter passed = { .field = STORE_F_DKIM,
					     .value = STR("pass") };
	const struct store_filter failed = { .field = STORE_F_RESULT,
					     .value = STR("fail") };
	int64_t first = first_of(g, LADDER_DAYS);
	struct store_query q;
	enum err e;

	insight_about(g->a, first, &q);
	e = store_sources(g->a->store, &q, take_source, g, why);
	if (e == ERR_NONE)
		e = by_source(g, first, "own", &passed, take_signed, why);
	if (e == ERR_NONE)
		e = by_source(g, first, "forwarded", &failed, take_forwarded,
			      why);
	if (e == ERR_NONE)
		e = by_source(g, INT64_MIN, "own", NULL, take_seen, why);
	g->out->facts.source = g->source;
	g->out->facts.source_n = g->source_n;
	g->out->facts.sources_known = e == ERR_NONE && !g->full;
	return e;
}

/* ---- sub-domains ---- */

static enum err
take_from(void *ctx, const struct store_answer_row *row)
{
	struct gathering *g = ctx;
	struct insight_subdomain *s = &g->subdomain[g->subdomain_n];

	if (row->key.n == 0 || str_eq(row->key, g->a->domain->name) ||
	    g->subdomain_n == SUBDOMAINS_MAX)
		return ERR_NONE;
	if (!arena_dup(g->a->mem, row->key, &s->name))
		return ERR_NONE;
	s->messages = row->m[STORE_M_MESSAGES];
	g->subdomain_n++;
	return ERR_NONE;
}

static enum err
read_subdomains(struct gathering *g, struct diag *why)
{
	struct store_query q;
	enum err e;

	insight_about(g->a, first_of(g, LADDER_DAYS), &q);
	q.group = STORE_F_FROM_DOMAIN;
	q.brief = true;
	e = ask(g, &q, take_from, NULL, why);
	g->out->subdomain = g->subdomain;
	g->out->subdomain_n = g->subdomain_n;
	g->out->facts.subdomains = (int64_t)g->subdomain_n;
	return e;
}

/* ---- all of it ---- */

static enum ladder_purpose
purpose_of(enum control_purpose purpose)
{
	switch (purpose) {
	case CONTROL_PARKED:
		return LADDER_PARKED;
	case CONTROL_SYSTEMS:
		return LADDER_SYSTEMS;
	default:
		return LADDER_PEOPLE;
	}
}

static enum err
read_all(struct gathering *g, struct diag *why)
{
	enum err e = insight_journey_dns(g->a, g->out, why);

	if (e == ERR_NONE)
		e = control_journey_get(g->a->control, g->a->domain->id,
					g->a->mem, &g->out->journey, why);
	g->out->facts.subdomains_accepted = g->out->journey.subdomains;
	if (e == ERR_NONE)
		e = read_first(g, why);
	if (e == ERR_NONE)
		e = read_sums(g, why);
	if (e == ERR_NONE)
		e = read_days(g, why);
	if (e == ERR_NONE)
		e = read_reporters(g, why);
	if (e == ERR_NONE)
		e = read_sources(g, why);
	return e == ERR_NONE ? read_subdomains(g, why) : e;
}

enum err
insight_ladder(const struct insight_asked *a, struct insight_ladder *out,
	       struct diag *why)
{
	struct gathering g = {
		.a = a,
		.out = out,
		.source = arena_array(a->mem, INSIGHT_SOURCES_MAX + 1,
				      sizeof(struct ladder_source)),
		.day = arena_array(a->mem, LADDER_HISTORY,
				   sizeof(struct ladder_day)),
		.subdomain = arena_array(a->mem, SUBDOMAINS_MAX,
					 sizeof(struct insight_subdomain)),
	};
	enum err e;

	*out = (struct insight_ladder){
		.facts = { .purpose = purpose_of(a->domain->purpose),
			   .today = civil_day(a->now),
			   .first_day = LADDER_NOT_KNOWN },
	};
	if (!g.source || !g.day || !g.subdomain)
		return diag_set(why, ERR_LIMIT, "control.too_large", 0, "%s",
				"");
	g.by_slug = map_new(INSIGHT_SOURCES_MAX + 1);
	g.families = map_new(FAMILIES_MAX);
	e = read_all(&g, why);
	map_free(g.by_slug);
	map_free(g.families);
	return e;
}

enum err
insight_own_failed(const struct insight_asked *a, int64_t since, int64_t *out,
		   struct diag *why)
{
	struct store_answer_row totals;
	struct store_query q;
	SCOPED_BUF next = BUF(CURSOR_MAX);
	enum err e;

	insight_about(a, civil_day(since), &q);
	e = store_ask(a->store, &q, NULL, NULL, &totals, &next, why);
	if (e != ERR_NONE)
		return e;
	*out = totals.m[STORE_M_MESSAGES] > 0
		       ? totals.m[STORE_M_OWN] - totals.m[STORE_M_OWN_PASSED]
		       : LADDER_NOT_KNOWN;
	return ERR_NONE;
}

void
insight_affected_url(struct str domain, struct buf *out)
{
	buf_addf(out,
		 "/reports/dmarc?domain=%.*s&class=own&class=forwarded"
		 "&result=fail&range=%dd",
		 STR_ARG(domain), LADDER_DAYS);
}
