/* state.c - the states of a policy, by name, and what is served in each. */
#include "stsmode/stsmode.h"

static const struct {
	const char *name;
	enum mtasts_mode mode;
	uint32_t days; /* max_age */
} states[STSMODE_STATES] = {
	[STSMODE_OFF] = { "off", MTASTS_NO_MODE, 0 },
	[STSMODE_TLSRPT] = { "tls_rpt", MTASTS_NO_MODE, 0 },
	[STSMODE_TESTING] = { "testing", MTASTS_TESTING, 1 },
	[STSMODE_ENFORCE_WEEK] = { "enforce_week", MTASTS_ENFORCE, 7 },
	[STSMODE_ENFORCE_MONTH] = { "enforce_month", MTASTS_ENFORCE, 30 },
	[STSMODE_NONE] = { "none", MTASTS_OFF, 1 },
	[STSMODE_REMOVED] = { "removed", MTASTS_NO_MODE, 0 },
};

const char *
stsmode_name(enum stsmode_state state)
{
	return (size_t)state < STSMODE_STATES ? states[state].name : "";
}

bool
stsmode_parse(struct str name, enum stsmode_state *out)
{
	for (size_t i = 0; i < STSMODE_STATES; i++)
		if (str_eq(name, str_of(states[i].name))) {
			*out = (enum stsmode_state)i;
			return true;
		}
	return false;
}

enum mtasts_mode
stsmode_mode(enum stsmode_state state)
{
	return (size_t)state < STSMODE_STATES ? states[state].mode
					      : MTASTS_NO_MODE;
}

uint32_t
stsmode_max_age(enum stsmode_state state)
{
	return (size_t)state < STSMODE_STATES ? states[state].days * CIVIL_DAY
					      : 0;
}

bool
stsmode_next(enum stsmode_state state, enum stsmode_state *out)
{
	switch (state) {
	case STSMODE_OFF:
	case STSMODE_REMOVED:
		*out = STSMODE_TLSRPT;
		return true;
	case STSMODE_TLSRPT:
		*out = STSMODE_TESTING;
		return true;
	case STSMODE_TESTING:
		*out = STSMODE_ENFORCE_WEEK;
		return true;
	case STSMODE_ENFORCE_WEEK:
		*out = STSMODE_ENFORCE_MONTH;
		return true;
	default:
		return false;
	}
}

bool
stsmode_retired_end(const struct stsmode_version *version, size_t n,
		    int64_t *out)
{
	int64_t latest = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t end;

		/* Who has `none` cached holds nothing against anybody. */
		if (version[i].mode == MTASTS_OFF ||
		    version[i].mode == MTASTS_NO_MODE)
			continue;
		if (version[i].superseded_at == 0)
			return false;
		if (__builtin_add_overflow(version[i].superseded_at,
					   version[i].max_age, &end))
			return false;
		if (end > latest)
			latest = end;
	}
	*out = latest;
	return true;
}
