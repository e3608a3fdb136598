/* journey.h - the two halves of insight_ladder; private to insight. */
#ifndef INSIGHT_JOURNEY_H
#define INSIGHT_JOURNEY_H

#include "insight/private.h"

/* Where the policy stands, and what DNS says. */
enum err insight_journey_dns(const struct insight_asked *a,
			     struct insight_ladder *out,
			     struct diag *why) MUST_CHECK;

#endif
