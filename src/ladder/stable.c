/* stable.c - whether own mail has been passing as before, and through the
 * same sources. */
#include "ladder/private.h"

enum {
	MEAN = 7,      /* days */
	DROP_MAX = 200 /* 2 percentage points */
};

struct week {
	int64_t own, passed;
};

/* The MEAN days that end with `last`. */
static struct week
week_until(const struct ladder_facts *f, int64_t last)
{
	struct week w = { 0 };

	for (size_t i = 0; i < f->day_n; i++) {
		const struct ladder_day *d = &f->day[i];

		if (d->day > last - MEAN && d->day <= last) {
			w.own += d->own;
			w.passed += d->own_passed;
		}
	}
	return w;
}

/* The greatest fall of the mean from one week to the next, for weeks that end
 * within the last `days`; LADDER_NOT_KNOWN when no two can be compared. */
static int64_t
greatest_drop(const struct ladder_facts *f, int64_t days)
{
	int64_t greatest = LADDER_NOT_KNOWN;

	for (int64_t last = f->today - days + 1; last <= f->today; last++) {
		struct week now = week_until(f, last);
		struct week before = week_until(f, last - MEAN);
		int64_t drop;

		if (now.own <= 0 || before.own <= 0)
			continue;
		drop = ladder_share(before.passed, before.own) -
		       ladder_share(now.passed, now.own);
		if (drop < 0)
			drop = 0;
		if (drop > greatest)
			greatest = drop;
	}
	return greatest;
}

static int64_t
count_new(const struct ladder_facts *f, int64_t days, struct str *about)
{
	int64_t count = 0, most = 0;

	for (size_t i = 0; i < f->source_n; i++) {
		const struct ladder_source *s = &f->source[i];

		if (s->own <= ladder_noise(f) ||
		    s->first_day <= f->today - days)
			continue;
		count++;
		if (s->own > most) {
			most = s->own;
			*about = s->slug;
		}
	}
	return count;
}

void
ladder_gate_stable(const struct ladder_facts *f, enum ladder_rung to,
		   struct ladder_gate *g)
{
	static const int64_t windows[3] = { 7, 14, 14 };
	int64_t days = ladder_of(to, windows);

	g->share = true;
	g->at_most = true;
	g->threshold = DROP_MAX;
	g->threshold2 = 0;
	g->value = greatest_drop(f, days);
	g->value2 = f->sources_known ? count_new(f, days, &g->about)
				     : LADDER_NOT_KNOWN;
	if (g->value > DROP_MAX || g->value2 > 0)
		g->verdict = LADDER_NOT_MET;
	else if (g->value < 0 || g->value2 < 0)
		g->verdict = LADDER_GATE_UNKNOWN;
	else
		g->verdict = LADDER_MET;
}
