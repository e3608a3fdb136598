/* watch.h - looks at every registered domain day and night, and keeps what
 * changed.
 *
 * Takes domains that are due from the control store, a few at once, looks at
 * them with an inspect, writes down what was found and when to look again: a
 * day later, an hour later while something fails or has just changed. The
 * report store, where there is one, tells which DKIM selectors are in use.
 */
#ifndef WATCH_H
#define WATCH_H

#include "base/base.h"
#include "control/control.h"
#include "inspect/inspect.h"
#include "loop/loop.h"

enum {
	WATCH_AT_ONCE = 8,
	WATCH_POLL_MS = 2000,    /* between two looks for what is due */
	WATCH_CALM = CIVIL_DAY,  /* seconds until the next look */
	WATCH_UNEASY = 3600,     /* while something fails or just changed */
	WATCH_JITTER_CALM = 7200 /* seconds, spread before the day is over */
};

struct watch_options {
	const char *dir;        /* data directory */
	int64_t (*clock)(void); /* UTC seconds */
	unsigned at_once;       /* 0: WATCH_AT_ONCE */
	int64_t poll_ms;        /* 0: WATCH_POLL_MS */
	/* Whom notices of what changed are for, as bits (notify.h); 0: nobody,
	 * and none are written. */
	unsigned channels;
};

struct watch;

/* Copies `options`; its texts must outlive it. What the control store says
 * when it cannot be opened. */
enum err watch_start(struct loop *l, struct inspect *in,
		     const struct watch_options *options, struct watch **out,
		     struct diag *why) MUST_CHECK;
/* After inspect_free: looks that were under way are dropped and made again by
 * whoever watches next. NULL is fine. */
void watch_stop(struct watch *w);
/* Looks under way. */
unsigned watch_busy(const struct watch *w);

/* When to look again: `uneasy` while something fails or changed. Differs from
 * domain to domain and from look to look, so that the looks spread. */
int64_t watch_due(int64_t domain, int64_t now, bool uneasy);

#endif
