/* private.h - how one gate is judged. */
#ifndef STSMODE_PRIVATE_H
#define STSMODE_PRIVATE_H

#include "stsmode/stsmode.h"

/* Verdict, value and threshold of one gate on the way to `to`. */
void stsmode_gate(const struct stsmode_facts *f, enum stsmode_gate_id id,
		  enum stsmode_state to, struct stsmode_gate *out);

#endif
