/* rules.h - when numbers of reports are worth a word to people.
 *
 * Pure: numbers and the day come in, nothing is read. Each rule begins above
 * one bound and ends below another, so that what lies between them neither
 * begins nor ends anything and no notice flaps.
 */
#ifndef WATCH_RULES_H
#define WATCH_RULES_H

#include "base/base.h"

enum {
	/* Days that count as now: the last three whole ones, and today, of
	 * which reports hardly tell yet. */
	RULES_RECENT = 4,
	RULES_RECENT_WHOLE = 3,
	RULES_BEFORE = 21, /* days that they are held against */
	RULES_DAYS = RULES_RECENT + RULES_BEFORE,
	/* Of the days before, so many must have data: else all is new. */
	RULES_KNOWN = 7,

	RULES_FAILING = 20,   /* own messages that failed */
	RULES_SPOOFING = 100, /* messages of others that failed */
	RULES_SOURCE = 50,    /* messages of a source, within RULES_NEW days */
	RULES_NEW = 7,
	RULES_REPORTED = 14, /* days that a steady reporter reported on .. */
	RULES_WINDOW = 28,   /* .. of so many */
	RULES_SILENT = 5     /* days after the last that it told of */
};

/* Messages of one day. */
struct rules_count {
	uint64_t all, own, own_failed;
	uint64_t others_failed; /* unrecognised and blocked */
};
/* day[0] is today, day[1] yesterday, ... */
struct rules_days {
	struct rules_count day[RULES_DAYS];
};

/* What a rule says, with the numbers it went by: of the recent days, and what
 * the days before would have led to expect. */
struct rules_say {
	enum { RULES_NOTHING, RULES_BEGINS, RULES_ENDS } what;
	uint64_t now, before;
};

/* Own mail fails more than it did: at least RULES_FAILING messages, three
 * times the usual, a tenth of all more than usual. `lasts`: it began and did
 * not end. */
struct rules_say rules_failing(const struct rules_days *d, bool lasts);
/* Others send in the name of the domain: at least RULES_SPOOFING messages,
 * five times the usual. */
struct rules_say rules_spoofing(const struct rules_days *d, bool lasts);
/* Whether the domain is known long enough to call a source new. */
bool rules_known(const struct rules_days *d);
/* A source nobody recognised: `now` its messages of the last RULES_NEW days,
 * `before` those of the time before. */
bool rules_new_source(uint64_t now, uint64_t before);

/* One reporter in RULES_WINDOW days. */
struct rules_reporter {
	uint64_t days;
	int64_t last_day, today;
};
struct rules_say rules_silent(const struct rules_reporter *r, bool lasts);

#endif
