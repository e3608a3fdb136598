/* rules.c - when numbers of reports are worth a word to people. */
#include "watch/rules.h"

/* Sums of recent days and of those before. */
struct sums {
	struct rules_count now, before;
	unsigned known; /* days before that have data */
};

static void
add(struct rules_count *to, const struct rules_count *day)
{
	to->all += day->all;
	to->own += day->own;
	to->own_failed += day->own_failed;
	to->others_failed += day->others_failed;
}

static struct sums
sum(const struct rules_days *d)
{
	struct sums s = { .known = 0 };

	for (size_t i = 0; i < RULES_DAYS; i++) {
		add(i < RULES_RECENT ? &s.now : &s.before, &d->day[i]);
		s.known += i >= RULES_RECENT && d->day[i].all > 0;
	}
	return s;
}

/* What the days before lead to expect of the recent ones, times `factor`. */
static bool
is_above(uint64_t now, uint64_t before, uint64_t factor)
{
	return now * RULES_BEFORE > before * RULES_RECENT_WHOLE * factor;
}

/* In hundredths. */
static uint64_t
share(uint64_t part, uint64_t all)
{
	return all > 0 ? part * 100 / all : 0;
}

static struct rules_say
say(bool begins, bool ends, uint64_t now, uint64_t before)
{
	return (struct rules_say){
		.what = begins ? RULES_BEGINS
			: ends ? RULES_ENDS
			       : RULES_NOTHING,
		.now = now,
		.before = before * RULES_RECENT_WHOLE / RULES_BEFORE,
	};
}

struct rules_say
rules_failing(const struct rules_days *d, bool lasts)
{
	struct sums s = sum(d);
	uint64_t now = s.now.own_failed, before = s.before.own_failed;
	uint64_t rate = share(now, s.now.own);
	uint64_t usual = share(before, s.before.own);
	bool begins = s.known >= RULES_KNOWN && now >= RULES_FAILING &&
		      is_above(now, before, 3) && rate >= usual + 10;
	bool ends = now < RULES_FAILING / 2 || rate < usual + 5;

	return say(!lasts && begins, lasts && ends, now, before);
}

struct rules_say
rules_spoofing(const struct rules_days *d, bool lasts)
{
	struct sums s = sum(d);
	uint64_t now = s.now.others_failed, before = s.before.others_failed;
	bool begins = s.known >= RULES_KNOWN && now >= RULES_SPOOFING &&
		      is_above(now, before, 5);
	bool ends = now < RULES_SPOOFING / 2 || !is_above(now, before, 2);

	return say(!lasts && begins, lasts && ends, now, before);
}

bool
rules_known(const struct rules_days *d)
{
	return sum(d).known >= RULES_KNOWN;
}

bool
rules_new_source(uint64_t now, uint64_t before)
{
	return now >= RULES_SOURCE && before == 0;
}

struct rules_say
rules_silent(const struct rules_reporter *r, bool lasts)
{
	int64_t silent = r->today - r->last_day;
	bool begins = r->days >= RULES_REPORTED && silent >= RULES_SILENT;

	return (struct rules_say){
		.what = !lasts && begins                     ? RULES_BEGINS
			: lasts && silent < RULES_SILENT - 2 ? RULES_ENDS
							     : RULES_NOTHING,
		.now = silent > 0 ? (uint64_t)silent : 0,
		.before = r->days,
	};
}
