/* Words for the enumerations of store.h, as they stand in JSON and URLs. */
#include "store/store.h"

static const char *const OUTCOMES[] = {
	[STORE_IMPORTED] = "imported",     [STORE_DUPLICATE] = "duplicate",
	[STORE_SUPERSEDED] = "superseded", [STORE_REJECTED] = "rejected",
	[STORE_IGNORED] = "ignored",       [STORE_UNCLAIMED] = "unclaimed",
};

static const char *const TRUSTS[] = {
	[STORE_UNVERIFIED] = "unverified",
	[STORE_OPERATOR] = "operator",
	[STORE_VERIFIED] = "verified",
};

static const char *const HOSTS[] = {
	[STORE_HOST_UNASKED] = "unasked",
	[STORE_HOST_NONE] = "none",
	[STORE_HOST_UNCONFIRMED] = "unconfirmed",
	[STORE_HOST_CONFIRMED] = "confirmed",
	[STORE_HOST_FAILED] = "failed",
};

const char *
store_host_word(enum store_host_state state)
{
	return (size_t)state < COUNT_OF(HOSTS) ? HOSTS[state] : "";
}

bool
store_host_parse(struct str word, enum store_host_state *out)
{
	for (size_t i = 0; i < COUNT_OF(HOSTS); i++) {
		if (!str_eq(word, str_of(HOSTS[i])))
			continue;
		*out = (enum store_host_state)i;
		return true;
	}
	return false;
}

const char *
store_outcome_name(enum store_outcome outcome)
{
	return (size_t)outcome < COUNT_OF(OUTCOMES) ? OUTCOMES[outcome] : "";
}

const char *
store_trust_name(enum store_trust trust)
{
	return (size_t)trust < COUNT_OF(TRUSTS) ? TRUSTS[trust] : "";
}
