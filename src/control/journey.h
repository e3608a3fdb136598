/* journey.h - how far the DMARC policy of a domain has come: what was
 * advanced by whom, and whether to step back. Comes in with control.h. */
#ifndef CONTROL_JOURNEY_H
#define CONTROL_JOURNEY_H

#include "control/control.h"

enum { CONTROL_REASON_MAX = 500 /* characters of a reason */ };

struct control_journey {
	int64_t domain;  /* id */
	bool subdomains; /* somebody accepted that they are ruled, too */
	/* The last step that was taken; 0 and "" when there was none. Names
	 * as ladder.h has them. */
	int64_t advanced_at;
	struct str from, to, author, reason;
	bool step_back;     /* by itself, when own mail fails */
	int64_t step_limit; /* own messages; 0: the usual number */
	int64_t alarm_at;   /* own mail failed after that step; 0 */
};

/* What is not there is all zero. Texts live in `mem`. */
enum err control_journey_get(struct control *c, int64_t domain,
			     struct arena *mem, struct control_journey *out,
			     struct diag *why) MUST_CHECK;
/* All of it. ERR_SYNTAX "control.bad_value" for a reason that is too long. */
enum err control_journey_put(struct control *c, const struct control_journey *j,
			     struct diag *why) MUST_CHECK;
/* Those advanced since then, of all owners, with the domain's name. */
enum err control_journeys_since(
	struct control *c, int64_t since,
	enum err (*each)(void *ctx, int64_t owner, struct str name,
			 const struct control_journey *),
	void *ctx, struct diag *why) MUST_CHECK;

#endif
