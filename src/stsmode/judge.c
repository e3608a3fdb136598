/* judge.c - which steps there are, which gates stand before each, and what
 * comes of it. */
#include "stsmode/private.h"

#define GATE(name) (1u << STSMODE_G_##name)

enum {
	NO_STEP = 1u << 30, /* there is no such step */
	FREE = 0,           /* nothing is asked for */
	OURS = GATE(PROVEN),
	/* What senders would trip over. */
	ENFORCE = GATE(PROVEN) | GATE(DELEGATED) | GATE(DAYS) |
		  GATE(REPORTERS) | GATE(LARGE) | GATE(SESSIONS) |
		  GATE(FAILED) | GATE(COVERED) | GATE(CERTIFICATE) |
		  GATE(DAYS_LEFT) | GATE(PROBES) | GATE(MX_SAME) |
		  GATE(REPORTS_OURS) | GATE(SEEN)
};

_Static_assert(STSMODE_GATES < 30, "gates are bits");

/* The gates of a step as bits. A policy that senders may hold goes away only
 * through none, and enforce begins with a week. */
static unsigned
gates_of(enum stsmode_state from, enum stsmode_state to)
{
	bool held = from == STSMODE_TESTING || from == STSMODE_ENFORCE_WEEK ||
		    from == STSMODE_ENFORCE_MONTH;

	if (from == to)
		return NO_STEP;
	switch (to) {
	case STSMODE_OFF:
		return from == STSMODE_TLSRPT ? FREE : NO_STEP;
	case STSMODE_TLSRPT:
		return held || from == STSMODE_NONE ? NO_STEP : OURS;
	case STSMODE_TESTING:
		return held ? FREE : OURS;
	case STSMODE_ENFORCE_WEEK:
		if (from == STSMODE_ENFORCE_MONTH)
			return OURS;
		return from == STSMODE_TESTING ? ENFORCE : NO_STEP;
	case STSMODE_ENFORCE_MONTH:
		return from == STSMODE_ENFORCE_WEEK ? ENFORCE : NO_STEP;
	case STSMODE_NONE:
		return held ? FREE : NO_STEP;
	case STSMODE_REMOVED:
		return from == STSMODE_NONE ? GATE(RETIRED) : NO_STEP;
	default:
		return NO_STEP;
	}
}

static void
conclude(struct stsmode_step *s)
{
	s->answer = STSMODE_ALLOWED;
	for (size_t i = 0; i < s->n; i++) {
		const struct stsmode_gate *g = &s->gate[i];

		if (g->verdict == STSMODE_MET)
			continue;
		if (g->hard) {
			s->answer = STSMODE_REFUSED;
			s->refusal = g->code;
			return;
		}
		s->answer = STSMODE_WITH_REASON;
	}
}

void
stsmode_judge(const struct stsmode_facts *f, enum stsmode_state to,
	      struct stsmode_step *out)
{
	unsigned asked = gates_of(f->state, to);

	*out = (struct stsmode_step){ .from = f->state, .to = to };
	if (asked & NO_STEP) {
		out->answer = STSMODE_REFUSED;
		out->refusal = "stsmode.no_such_step";
		return;
	}
	for (unsigned id = 0; id < STSMODE_GATES; id++)
		if (asked & 1u << id)
			stsmode_gate(f, (enum stsmode_gate_id)id, to,
				     &out->gate[out->n++]);
	conclude(out);
}

const char *
stsmode_refusal(const struct stsmode_step *step, struct str reason)
{
	if (step->answer == STSMODE_REFUSED)
		return step->refusal;
	if (step->answer == STSMODE_WITH_REASON && str_trim(reason).n == 0)
		return "stsmode.needs_reason";
	return NULL;
}

const char *
stsmode_verdict_name(enum stsmode_verdict verdict)
{
	static const char *const names[] = { "unknown", "not_met", "met" };

	return (size_t)verdict < COUNT_OF(names) ? names[verdict] : "";
}

const char *
stsmode_answer_name(enum stsmode_answer answer)
{
	static const char *const names[] = { "refused", "with_reason",
					     "allowed" };

	return (size_t)answer < COUNT_OF(names) ? names[answer] : "";
}
