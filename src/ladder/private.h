/* private.h - how one gate is judged. */
#ifndef LADDER_PRIVATE_H
#define LADDER_PRIVATE_H

#include "ladder/ladder.h"

/* `part` of `whole` in 1/10000, rounded down; `whole` above 0. */
int64_t ladder_share(int64_t part, int64_t whole);
/* What is too little to keep anybody: 10 messages, or a thousandth. */
int64_t ladder_noise(const struct ladder_facts *f);
/* The threshold that belongs to `to`, of those of quarantine with t=y,
 * quarantine, and reject. */
int64_t ladder_of(enum ladder_rung to, const int64_t of[3]);
/* Whether own mail through this source passes by SPF alone. */
bool ladder_spf_only(const struct ladder_facts *f,
		     const struct ladder_source *s);

/* Verdict, values and thresholds of one gate on the way to `to`. */
void ladder_gate(const struct ladder_facts *f, enum ladder_gate_id id,
		 enum ladder_rung to, struct ladder_gate *out);
/* The same of LADDER_G_STABLE. */
void ladder_gate_stable(const struct ladder_facts *f, enum ladder_rung to,
			struct ladder_gate *out);

#endif
