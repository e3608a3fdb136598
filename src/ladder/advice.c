/* advice.c - where to go next, and what would have happened to mail there. */
#include "ladder/private.h"

static int64_t
known(int64_t number)
{
	return number > 0 ? number : 0;
}

static void
count(const struct ladder_facts *f, struct ladder_advice *a)
{
	a->forwarded = known(f->forwarded_failed);
	a->to_fix = known(f->own) - known(f->own_passed);
	a->considered = known(f->own) + a->forwarded;
	a->passing = known(f->own_passed);
	a->affected = a->to_fix + a->forwarded;
	a->share = a->considered > 0 ? ladder_share(a->passing, a->considered)
				     : LADDER_NOT_KNOWN;
}

static void
first_shut(const struct ladder_step *step, struct ladder_gate *out)
{
	for (size_t i = LADDER_GATES; i-- > 0;) {
		enum ladder_verdict v = step->gate[i].verdict;

		if (v == LADDER_NOT_MET || v == LADDER_GATE_UNKNOWN)
			*out = step->gate[i];
	}
}

static void
advise_step(const struct ladder_facts *f, struct ladder_advice *a)
{
	struct ladder_step step;

	a->to = f->at + 1;
	ladder_judge(f, a->to, &step);
	if (step.open) {
		a->code = a->to <= LADDER_QUARANTINE ? "ladder.ready_quarantine"
						     : "ladder.ready_reject";
		return;
	}
	a->code = "ladder.not_yet";
	first_shut(&step, &a->first_shut);
}

void
ladder_advise(const struct ladder_facts *f, struct ladder_advice *out)
{
	*out = (struct ladder_advice){ .to = f->at };
	count(f, out);
	if (f->at >= ladder_end(f->purpose)) {
		out->code = "ladder.at_end";
	} else if (f->purpose == LADDER_PARKED) {
		out->to = LADDER_REJECT;
		out->code = known(f->own_passed) > ladder_noise(f)
				    ? "ladder.parked_sends"
				    : "ladder.parked";
	} else if (f->at == LADDER_NO_RECORD) {
		out->to = LADDER_NONE;
		out->code = "ladder.begin";
	} else if (out->considered == 0) {
		out->code = "ladder.no_data";
	} else {
		advise_step(f, out);
	}
}
