/* gate.c - what each gate asks for and what there is. */
#include "stsmode/private.h"

static const struct {
	const char *code;
	bool hard, at_most;
} gates[STSMODE_GATES] = {
	[STSMODE_G_PROVEN] = { .code = "stsmode.gate_proven", .hard = true },
	[STSMODE_G_DELEGATED] = { .code = "stsmode.gate_delegated",
				  .hard = true },
	[STSMODE_G_DAYS] = { .code = "stsmode.gate_days", .hard = false },
	[STSMODE_G_REPORTERS] = { .code = "stsmode.gate_reporters",
				  .hard = false },
	[STSMODE_G_LARGE] = { .code = "stsmode.gate_large", .hard = false },
	[STSMODE_G_SESSIONS] = { .code = "stsmode.gate_sessions",
				 .hard = false },
	[STSMODE_G_FAILED] = { .code = "stsmode.gate_failed", .at_most = true },
	[STSMODE_G_COVERED] = { .code = "stsmode.gate_covered", .hard = true },
	[STSMODE_G_CERTIFICATE] = { .code = "stsmode.gate_certificate",
				    .hard = true },
	[STSMODE_G_DAYS_LEFT] = { .code = "stsmode.gate_days_left",
				  .hard = false },
	[STSMODE_G_PROBES] = { .code = "stsmode.gate_probes", .hard = false },
	[STSMODE_G_MX_SAME] = { .code = "stsmode.gate_mx_same", .hard = false },
	[STSMODE_G_REPORTS_OURS] = { .code = "stsmode.gate_reports_ours",
				     .hard = false },
	[STSMODE_G_SEEN] = { .code = "stsmode.gate_seen", .hard = false },
	[STSMODE_G_RETIRED] = { .code = "stsmode.gate_retired",
				.hard = true,
				.at_most = true },
};

static void
judge_number(struct stsmode_gate *g, int64_t value, int64_t threshold)
{
	bool met = g->at_most ? value <= threshold : value >= threshold;

	g->value = value < 0 ? STSMODE_NOT_KNOWN : value;
	g->threshold = threshold;
	if (value < 0)
		g->verdict = STSMODE_GATE_UNKNOWN;
	else
		g->verdict = met ? STSMODE_MET : STSMODE_NOT_MET;
}

static void
judge_fact(struct stsmode_gate *g, enum stsmode_fact fact)
{
	judge_number(g,
		     fact == STSMODE_UNKNOWN ? STSMODE_NOT_KNOWN
					     : fact == STSMODE_YES,
		     1);
}

/* ---- gates about mail servers: one of them shuts the gate for all ---- */

/* The gravest verdict stays, and the first server that gave it. */
static void
worse(struct stsmode_gate *g, enum stsmode_verdict verdict, struct str host)
{
	/* A server that is wrong matters more than one nobody could ask. */
	static const int grave[] = { [STSMODE_MET] = 0,
				     [STSMODE_GATE_UNKNOWN] = 1,
				     [STSMODE_NOT_MET] = 2 };

	if (grave[verdict] <= grave[g->verdict])
		return;
	g->verdict = verdict;
	g->about = host;
}

static enum stsmode_verdict
verdict_of(enum stsmode_fact fact)
{
	switch (fact) {
	case STSMODE_YES:
		return STSMODE_MET;
	case STSMODE_NO:
		return STSMODE_NOT_MET;
	default:
		return STSMODE_GATE_UNKNOWN;
	}
}

static void
count_facts(const struct stsmode_facts *f, struct stsmode_gate *g)
{
	g->threshold = (int64_t)f->mx_n;
	for (size_t i = 0; i < f->mx_n; i++) {
		const struct stsmode_mx *mx = &f->mx[i];
		enum stsmode_fact fact = g->id == STSMODE_G_COVERED
						 ? mx->covered
						 : mx->certificate;

		g->value += fact == STSMODE_YES;
		worse(g, verdict_of(fact), mx->host);
	}
}

static void
least_days(const struct stsmode_facts *f, struct stsmode_gate *g)
{
	g->threshold = STSMODE_CERT_DAYS;
	g->value = INT64_MAX;
	for (size_t i = 0; i < f->mx_n; i++) {
		int64_t days = f->mx[i].days_left;

		if (days >= 0 && days < g->value)
			g->value = days;
		if (days < 0)
			worse(g, STSMODE_GATE_UNKNOWN, f->mx[i].host);
		else if (days < STSMODE_CERT_DAYS)
			worse(g, STSMODE_NOT_MET, f->mx[i].host);
	}
	if (g->value == INT64_MAX)
		g->value = STSMODE_NOT_KNOWN;
}

static void
count_green(const struct stsmode_facts *f, struct stsmode_gate *g)
{
	for (size_t i = 0; i < f->mx_n; i++) {
		const struct stsmode_mx *mx = &f->mx[i];

		if (mx->addresses < 0 || mx->green < 0) {
			worse(g, STSMODE_GATE_UNKNOWN, mx->host);
			continue;
		}
		g->value += mx->green;
		g->threshold += mx->addresses;
		/* A server without an address was never seen to work. */
		if (mx->addresses == 0 || mx->green < mx->addresses)
			worse(g, STSMODE_NOT_MET, mx->host);
	}
}

static void
judge_servers(const struct stsmode_facts *f, struct stsmode_gate *g)
{
	if (!f->mx_known) {
		judge_number(g, STSMODE_NOT_KNOWN, 1);
		return;
	}
	if (f->mx_n == 0) { /* nothing that a policy could protect */
		judge_number(g, 0, 1);
		return;
	}
	g->verdict = STSMODE_MET;
	if (g->id == STSMODE_G_DAYS_LEFT)
		least_days(f, g);
	else if (g->id == STSMODE_G_PROBES)
		count_green(f, g);
	else
		count_facts(f, g);
}

/* ---- the others ---- */

/* Nobody failed where nobody came: that is not known, and not fine. */
static int64_t
failed(const struct stsmode_facts *f)
{
	return f->sessions > 0 ? f->failed : STSMODE_NOT_KNOWN;
}

static int64_t
seconds_left(const struct stsmode_facts *f)
{
	if (f->retired_end < 0)
		return STSMODE_NOT_KNOWN;
	return f->retired_end > f->now ? f->retired_end - f->now : 0;
}

void
stsmode_gate(const struct stsmode_facts *f, enum stsmode_gate_id id,
	     enum stsmode_state to, struct stsmode_gate *out)
{
	*out = (struct stsmode_gate){ .id = id,
				      .code = gates[id].code,
				      .hard = gates[id].hard,
				      .at_most = gates[id].at_most };
	switch (id) {
	case STSMODE_G_PROVEN:
		judge_fact(out, f->proven);
		break;
	case STSMODE_G_DELEGATED:
		judge_fact(out, f->delegated);
		break;
	case STSMODE_G_DAYS:
		judge_number(out, f->days,
			     to == STSMODE_ENFORCE_MONTH
				     ? STSMODE_ENFORCE_DAYS
				     : STSMODE_TESTING_DAYS);
		break;
	case STSMODE_G_REPORTERS:
		judge_number(out, f->reporters, STSMODE_MIN_REPORTERS);
		break;
	case STSMODE_G_LARGE:
		judge_number(out, f->large, STSMODE_MIN_LARGE);
		break;
	case STSMODE_G_SESSIONS:
		judge_number(out, f->sessions, STSMODE_MIN_SESSIONS);
		break;
	case STSMODE_G_FAILED:
		judge_number(out, failed(f), 0);
		break;
	case STSMODE_G_MX_SAME:
		judge_number(out, f->mx_days, STSMODE_MX_DAYS);
		break;
	case STSMODE_G_REPORTS_OURS:
		judge_fact(out, f->reports_ours);
		break;
	case STSMODE_G_SEEN:
		judge_fact(out, f->seen_outside);
		break;
	case STSMODE_G_RETIRED:
		judge_number(out, seconds_left(f), 0);
		break;
	default:
		judge_servers(f, out);
	}
}
