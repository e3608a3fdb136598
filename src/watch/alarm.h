/* alarm.h - notices out of the sums of reports, by the rules of rules.h. */
#ifndef WATCH_ALARM_H
#define WATCH_ALARM_H

#include "control/control.h"
#include "store/store.h"

struct watch_alarm {
	struct control *control;
	struct store *store;
	int64_t owner, now;
	unsigned channels; /* whom notices are for */
};

/* One domain: its own mail fails, others send in its name, a source is new.
 * What lasts is told once, what is over is noted. */
enum err watch_alarm_domain(const struct watch_alarm *a, struct str domain,
			    struct diag *why) MUST_CHECK;
/* Everybody who used to report: who fell silent while others did not. */
enum err watch_alarm_reporters(const struct watch_alarm *a,
			       struct diag *why) MUST_CHECK;

#endif
