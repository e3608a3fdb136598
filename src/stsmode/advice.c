/* advice.c - what to do next, in one code. */
#include "stsmode/private.h"

static enum stsmode_verdict
verdict(const struct stsmode_facts *f, enum stsmode_gate_id id)
{
	struct stsmode_gate g;

	stsmode_gate(f, id, STSMODE_ENFORCE_WEEK, &g);
	return g.verdict;
}

/* Senders may be refusing mail now. */
static bool
in_danger(const struct stsmode_facts *f)
{
	return verdict(f, STSMODE_G_COVERED) == STSMODE_NOT_MET ||
	       verdict(f, STSMODE_G_CERTIFICATE) == STSMODE_NOT_MET;
}

static const char *
advise_enforcing(const struct stsmode_facts *f)
{
	if (in_danger(f))
		return "stsmode.danger";
	if (verdict(f, STSMODE_G_FAILED) == STSMODE_NOT_MET)
		return "stsmode.failing";
	return NULL;
}

static const char *
advise_step(const struct stsmode_facts *f, enum stsmode_state to,
	    const char *ready)
{
	struct stsmode_step step;

	stsmode_judge(f, to, &step);
	if (step.answer == STSMODE_ALLOWED)
		return ready;
	return step.answer == STSMODE_REFUSED ? "stsmode.blocked"
					      : "stsmode.wait";
}

static const char *
advise_week(const struct stsmode_facts *f)
{
	const char *trouble = advise_enforcing(f);

	return trouble ? trouble
		       : advise_step(f, STSMODE_ENFORCE_MONTH,
				     "stsmode.ready_enforce_month");
}

static const char *
advise_month(const struct stsmode_facts *f)
{
	const char *trouble = advise_enforcing(f);

	return trouble ? trouble : "stsmode.at_end";
}

static const char *
advise_retiring(const struct stsmode_facts *f)
{
	return verdict(f, STSMODE_G_RETIRED) == STSMODE_MET
		       ? "stsmode.ready_remove"
		       : "stsmode.retiring";
}

const char *
stsmode_advice(const struct stsmode_facts *f)
{
	switch (f->state) {
	case STSMODE_TLSRPT:
		return "stsmode.begin_testing";
	case STSMODE_TESTING:
		return advise_step(f, STSMODE_ENFORCE_WEEK,
				   "stsmode.ready_enforce_week");
	case STSMODE_ENFORCE_WEEK:
		return advise_week(f);
	case STSMODE_ENFORCE_MONTH:
		return advise_month(f);
	case STSMODE_NONE:
		return advise_retiring(f);
	default:
		return "stsmode.begin";
	}
}
