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
