/* probes.h - how each mail server of a domain was found at each address, look
 * after look. Comes in with control.h. */
#ifndef CONTROL_PROBES_H
#define CONTROL_PROBES_H

#include "control/control.h"

enum { CONTROL_PROBES_MAX = 64 /* of one look */ };

enum control_sight { /* for a sender that enforces */
		     CONTROL_NOT_SEEN,
		     CONTROL_RED,
		     CONTROL_GREEN
};

struct control_probe {
	struct str host;    /* as the MX record names it */
	struct str address; /* "" of a server that has none */
	enum control_sight sight;
	int64_t not_after; /* of its certificate; 0 not known */
	/* Given out only: looks in a row that were green, up to the last one,
	 * and when that was. */
	int64_t green, at;
};

/* By host, then by address. */
enum err control_probes(struct control *c, int64_t domain,
			enum err (*each)(void *ctx,
					 const struct control_probe *),
			void *ctx, struct diag *why) MUST_CHECK;

#endif
