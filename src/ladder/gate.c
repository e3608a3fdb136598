/* gate.c - what each gate asks for and what there is. */
#include "ladder/private.h"

enum {
	NOISE = 10,           /* messages */
	NOISE_DIVISOR = 1000, /* 0.1 % */
	WHOLE = 10000,
	DKIM_WARN = 8000,
	DKIM_REJECT = 9500,
	DNS_FACTS = 4
};

int64_t
ladder_share(int64_t part, int64_t whole)
{
	/* Beyond this much mail four digits do not change. */
	while (whole > INT64_MAX / WHOLE) {
		whole /= 10;
		part /= 10;
	}
	if (part >= whole)
		return WHOLE;
	return part > 0 ? part * WHOLE / whole : 0;
}

int64_t
ladder_noise(const struct ladder_facts *f)
{
	int64_t share = f->messages / NOISE_DIVISOR;

	return share > NOISE ? share : NOISE;
}

int64_t
ladder_of(enum ladder_rung to, const int64_t of[3])
{
	if (to >= LADDER_REJECT_TEST)
		return of[2];
	return of[to == LADDER_QUARANTINE];
}

bool
ladder_spf_only(const struct ladder_facts *f, const struct ladder_source *s)
{
	return s->own_passed > ladder_noise(f) && s->own_dkim == 0;
}

static void
judge_number(struct ladder_gate *g, int64_t value, int64_t threshold)
{
	bool met = g->at_most ? value <= threshold : value >= threshold;

	g->value = value < 0 ? LADDER_NOT_KNOWN : value;
	g->threshold = threshold;
	if (value < 0)
		g->verdict = LADDER_GATE_UNKNOWN;
	else
		g->verdict = met ? LADDER_MET : LADDER_NOT_MET;
}

/* G1 */
static void
judge_data(const struct ladder_facts *f, enum ladder_rung to,
	   struct ladder_gate *g)
{
	static const int64_t days[3] = { 14, 21, 30 };
	static const int64_t reporters[3] = { 2, 3, 3 };

	judge_number(g, f->days, ladder_of(to, days));
	g->value2 = f->reporters < 0 ? LADDER_NOT_KNOWN : f->reporters;
	g->threshold2 = ladder_of(to, reporters);
	if (g->verdict != LADDER_MET)
		return;
	if (f->reporters < 0)
		g->verdict = LADDER_GATE_UNKNOWN;
	else if (f->reporters < g->threshold2)
		g->verdict = LADDER_NOT_MET;
}

/* G2: a domain that sends little will never have much. */
static void
judge_volume(const struct ladder_facts *f, enum ladder_rung to,
	     struct ladder_gate *g)
{
	static const int64_t messages[3] = { 200, 500, 1000 };

	judge_number(g, f->own, ladder_of(to, messages));
	if (g->verdict == LADDER_NOT_MET && f->own > 0 && f->first_day >= 0 &&
	    f->today - f->first_day >= LADDER_DAYS)
		g->verdict = LADDER_WAIVED;
}

/* G3 */
static void
judge_pass(const struct ladder_facts *f, enum ladder_rung to,
	   struct ladder_gate *g)
{
	static const int64_t share[3] = { 9700, 9900, 9950 };

	g->share = true;
	judge_number(g,
		     f->own > 0 && f->own_passed >= 0
			     ? ladder_share(f->own_passed, f->own)
			     : LADDER_NOT_KNOWN,
		     ladder_of(to, share));
}

/* G4 */
static void
judge_untriaged(const struct ladder_facts *f, enum ladder_rung to,
		struct ladder_gate *g)
{
	static const int64_t sources[3] = { 2, 0, 0 };
	int64_t count = 0, most = 0;

	g->at_most = true;
	for (size_t i = 0; i < f->source_n; i++) {
		const struct ladder_source *s = &f->source[i];

		if (s->triaged || s->failed <= ladder_noise(f))
			continue;
		count++;
		if (s->failed > most) {
			most = s->failed;
			g->about = s->slug;
		}
	}
	judge_number(g, f->sources_known ? count : LADDER_NOT_KNOWN,
		     ladder_of(to, sources));
}

/* G5 */
static void
judge_spf_only(const struct ladder_facts *f, struct ladder_gate *g)
{
	int64_t most = 0;

	g->threshold2 = 0;
	g->value2 = 0;
	for (size_t i = 0; i < f->source_n; i++) {
		const struct ladder_source *s = &f->source[i];

		if (!ladder_spf_only(f, s))
			continue;
		g->value2++;
		if (s->own_passed > most) {
			most = s->own_passed;
			g->about = s->slug;
		}
	}
	if (g->value2 > 0)
		g->verdict = LADDER_NOT_MET;
	else if (!f->sources_known && g->verdict == LADDER_MET)
		g->verdict = LADDER_GATE_UNKNOWN;
	if (!f->sources_known)
		g->value2 = LADDER_NOT_KNOWN;
}

static void
judge_dkim(const struct ladder_facts *f, enum ladder_rung to,
	   struct ladder_gate *g)
{
	bool known = f->own > 0 && f->own_dkim >= 0;

	g->share = true;
	judge_number(
		g, known ? ladder_share(f->own_dkim, f->own) : LADDER_NOT_KNOWN,
		to >= LADDER_REJECT_TEST ? DKIM_REJECT : DKIM_WARN);
	if (to >= LADDER_REJECT_TEST)
		judge_spf_only(f, g);
	else if (to < LADDER_QUARANTINE)
		g->verdict = LADDER_NOT_ASKED;
	else if (g->verdict != LADDER_MET)
		g->verdict = LADDER_WARN;
}

/* G7 */
static void
judge_dns(const struct ladder_facts *f, struct ladder_gate *g)
{
	/* Where there is no record yet, there is not a wrong one either. */
	const struct {
		enum ladder_fact fact;
		struct str name;
	} all[DNS_FACTS] = {
		{ f->at == LADDER_NO_RECORD ? LADDER_YES : f->one_record,
		  S("record") },
		{ f->no_cname, S("cname") },
		{ f->rua_allowed, S("rua") },
		{ f->spf_fits, S("spf") },
	};
	bool unknown = false, wrong = false;

	g->threshold = DNS_FACTS;
	for (size_t i = 0; i < DNS_FACTS; i++) {
		g->value += all[i].fact == LADDER_YES;
		if (all[i].fact == LADDER_NO && !wrong) {
			wrong = true;
			g->about = all[i].name;
		} else if (all[i].fact == LADDER_UNKNOWN && !unknown) {
			unknown = true;
			if (!wrong)
				g->about = all[i].name;
		}
	}
	g->verdict = wrong     ? LADDER_NOT_MET
		     : unknown ? LADDER_GATE_UNKNOWN
			       : LADDER_MET;
}

/* G8 */
static void
judge_subdomains(const struct ladder_facts *f, struct ladder_gate *g)
{
	g->at_most = true;
	judge_number(g, f->subdomains, 0);
	if (f->subdomains > 0 && f->subdomains_accepted)
		g->verdict = LADDER_MET;
}

static bool
asked(const struct ladder_facts *f, enum ladder_gate_id id, enum ladder_rung to)
{
	if (to <= f->at)
		return false;
	if (to == LADDER_NONE)
		return id == LADDER_G_DNS;
	/* A domain that sends nothing has no mail to wait for. */
	return f->purpose != LADDER_PARKED || id == LADDER_G_DNS ||
	       id == LADDER_G_SUBDOMAINS;
}

void
ladder_gate(const struct ladder_facts *f, enum ladder_gate_id id,
	    enum ladder_rung to, struct ladder_gate *out)
{
	static const char *const codes[LADDER_GATES] = {
		[LADDER_G_DATA] = "ladder.gate_data",
		[LADDER_G_VOLUME] = "ladder.gate_volume",
		[LADDER_G_OWN_PASS] = "ladder.gate_own_pass",
		[LADDER_G_UNTRIAGED] = "ladder.gate_untriaged",
		[LADDER_G_DKIM] = "ladder.gate_dkim",
		[LADDER_G_STABLE] = "ladder.gate_stable",
		[LADDER_G_DNS] = "ladder.gate_dns",
		[LADDER_G_SUBDOMAINS] = "ladder.gate_subdomains",
	};

	*out = (struct ladder_gate){ .id = id,
				     .code = codes[id],
				     .value2 = LADDER_NOT_KNOWN,
				     .threshold2 = LADDER_NOT_KNOWN };
	switch (id) {
	case LADDER_G_DATA:
		judge_data(f, to, out);
		break;
	case LADDER_G_VOLUME:
		judge_volume(f, to, out);
		break;
	case LADDER_G_OWN_PASS:
		judge_pass(f, to, out);
		break;
	case LADDER_G_UNTRIAGED:
		judge_untriaged(f, to, out);
		break;
	case LADDER_G_DKIM:
		judge_dkim(f, to, out);
		break;
	case LADDER_G_STABLE:
		ladder_gate_stable(f, to, out);
		break;
	case LADDER_G_DNS:
		judge_dns(f, out);
		break;
	default:
		judge_subdomains(f, out);
	}
	if (!asked(f, id, to))
		out->verdict = LADDER_NOT_ASKED;
}
