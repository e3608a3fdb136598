/* judge.c - all gates before one rung. */
#include "ladder/private.h"

static bool
is_open(const struct ladder_gate *g)
{
	switch (g->verdict) {
	case LADDER_MET:
	case LADDER_WARN:
	case LADDER_WAIVED:
	case LADDER_NOT_ASKED:
		return true;
	default:
		return false;
	}
}

void
ladder_judge(const struct ladder_facts *f, enum ladder_rung to,
	     struct ladder_step *out)
{
	*out = (struct ladder_step){ .from = f->at, .to = to, .open = true };
	for (size_t i = 0; i < LADDER_GATES; i++) {
		ladder_gate(f, (enum ladder_gate_id)i, to, &out->gate[i]);
		if (!is_open(&out->gate[i]))
			out->open = false;
	}
}

const char *
ladder_refusal(const struct ladder_step *step, struct str reason)
{
	if (step->from == step->to)
		return "ladder.no_step";
	if (!step->open && str_trim(reason).n == 0)
		return "ladder.needs_reason";
	return NULL;
}

const char *
ladder_verdict_name(enum ladder_verdict verdict)
{
	static const char *const names[] = {
		"unknown", "not_met", "warn", "waived", "met", "not_asked"
	};

	return (size_t)verdict < COUNT_OF(names) ? names[verdict] : "";
}
