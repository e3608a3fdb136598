/* notice.h - what people are told of: written down with what it is about,
 * given out until every channel has it. Comes in with control.h. */
#ifndef CONTROL_NOTICE_H
#define CONTROL_NOTICE_H

#include "control/control.h"

enum {
	CONTROL_NOTICE_QUIET = CIVIL_DAY,      /* the same again: not sooner */
	CONTROL_NOTICE_GIVE_UP = 3 * CIVIL_DAY /* what cannot be delivered */
};

struct control_notice {
	int64_t id, owner;
	struct str what; /* kind, subject and code: one notice of each */
	struct str code; /* of the catalogue */
	struct str severity;
	struct str domain;
	struct str places; /* JSON object of texts */
	struct str path;   /* of the page to go to */
	int64_t since;
	int64_t over_at;    /* 0: it still is so */
	unsigned left_over; /* channels that were not told yet, bits */
	unsigned tries;
};

/* Begins one. Nothing happens while the same `what` lasts, nor when it was
 * over for less than CONTROL_NOTICE_QUIET. May be called inside a callback of
 * control_watch_settle: then it counts with it. */
enum err control_notice_put(struct control *c, const struct control_notice *n,
			    struct diag *why) MUST_CHECK;
/* It is over; fine when there is none. */
enum err control_notice_over(struct control *c, int64_t owner, struct str what,
			     int64_t now, struct diag *why) MUST_CHECK;
/* Whether it began and is not over. */
enum err control_notice_lasts(struct control *c, int64_t owner, struct str what,
			      bool *lasts, struct diag *why) MUST_CHECK;
/* Whatever began before `since`, of which nobody ever says that it is over,
 * is: those whose `what` begins with `kind`. */
struct control_notice_old {
	int64_t owner;
	struct str kind;
	int64_t since, now;
};
enum err control_notice_forget(struct control *c,
			       const struct control_notice_old *old,
			       struct diag *why) MUST_CHECK;
/* Those that somebody has to be told of now, oldest first; what failed waits
 * longer each time. Forgets what is long over. */
enum err control_notices_due(struct control *c, int64_t now, unsigned most,
			     enum err (*each)(void *ctx,
					      const struct control_notice *),
			     void *ctx, struct diag *why) MUST_CHECK;
/* After a try: `told` are the channels that have it; `fault` the code of what
 * went wrong, or "". */
enum err control_notice_tried(struct control *c, int64_t id, int64_t now,
			      unsigned told, struct str fault,
			      struct diag *why) MUST_CHECK;

#endif
