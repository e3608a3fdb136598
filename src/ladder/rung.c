/* rung.c - the rungs by name, where to end, and the way back. */
#include "ladder/ladder.h"

static const char *const names[LADDER_RUNGS] = {
	[LADDER_NO_RECORD] = "no_record",
	[LADDER_NONE] = "none",
	[LADDER_QUARANTINE_TEST] = "quarantine_test",
	[LADDER_QUARANTINE] = "quarantine",
	[LADDER_REJECT_TEST] = "reject_test",
	[LADDER_REJECT] = "reject",
};

const char *
ladder_name(enum ladder_rung rung)
{
	return (size_t)rung < LADDER_RUNGS ? names[rung] : "";
}

bool
ladder_parse(struct str name, enum ladder_rung *out)
{
	for (size_t i = 0; i < LADDER_RUNGS; i++)
		if (str_eq(name, str_of(names[i]))) {
			*out = (enum ladder_rung)i;
			return true;
		}
	return false;
}

enum ladder_rung
ladder_end(enum ladder_purpose purpose)
{
	/* Lists and forwarders that people use break reject first. */
	return purpose == LADDER_PEOPLE ? LADDER_QUARANTINE : LADDER_REJECT;
}

enum ladder_rung
ladder_back(enum ladder_rung at)
{
	switch (at) {
	case LADDER_REJECT:
	case LADDER_REJECT_TEST:
		return LADDER_QUARANTINE;
	case LADDER_QUARANTINE:
	case LADDER_QUARANTINE_TEST:
		return LADDER_NONE;
	default:
		return at;
	}
}

enum ladder_alarm
ladder_watch(const struct ladder_watched *w, enum ladder_rung *back)
{
	int64_t limit = w->limit > 0 ? w->limit : LADDER_WATCH_FAILURES;
	int64_t window = (int64_t)LADDER_WATCH_HOURS * 3600;

	*back = ladder_back(w->at);
	if (*back == w->at || w->advanced_at <= 0 || w->failed <= limit)
		return LADDER_QUIET;
	/* A clock that was set back does not end the watch. */
	if (w->now > w->advanced_at && w->now - w->advanced_at > window)
		return LADDER_QUIET;
	return w->wanted ? LADDER_BACK : LADDER_ALARM;
}
