/* onboarding.h - how far somebody has come with a domain that is being set
 * up, so that it goes on in any browser. Comes in with control.h. */
#ifndef CONTROL_ONBOARDING_H
#define CONTROL_ONBOARDING_H

#include "control/control.h"

struct control_onboarding {
	int64_t domain;       /* control_domain's id */
	struct str name;      /* given out only: the domain's */
	struct str step;      /* "scan" */
	struct str delegated; /* "dmarc tls_rpt": what leads to our zone */
	int64_t plan;         /* control_plan's id; 0: none yet */
	int64_t at;           /* of the last change */
};

/* Begins or goes on. */
enum err control_onboarding_put(struct control *c,
				const struct control_onboarding *o,
				struct diag *why) MUST_CHECK;
/* It is set up; fine when it was before. */
enum err control_onboarding_end(struct control *c, int64_t domain,
				struct diag *why) MUST_CHECK;
/* Those that are under way, by name. */
enum err control_onboardings(
	struct control *c, int64_t owner,
	enum err (*each)(void *ctx, const struct control_onboarding *),
	void *ctx, struct diag *why) MUST_CHECK;

#endif
