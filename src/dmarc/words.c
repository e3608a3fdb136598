/* words.c - the words of the enumerations, both ways. */
#include "dmarc/private.h"

struct str
words_fold(struct dmarc *d, struct str value, char room[WORD_MAX])
{
	bool changed = false;

	if (value.n > WORD_MAX)
		return (struct str){ room, 0 };
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		room[i] = c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
		changed |= room[i] != c;
	}
	if (changed)
		repairs_note(d, R_LETTER_CASE);
	return (struct str){ room, value.n };
}

static const struct str policies[] = {
	[DMARC_POLICY_UNKNOWN] = STR("unknown"),
	[DMARC_POLICY_NONE] = STR("none"),
	[DMARC_POLICY_QUARANTINE] = STR("quarantine"),
	[DMARC_POLICY_REJECT] = STR("reject"),
};

const char *
dmarc_policy_name(enum dmarc_policy p)
{
	return policies[p].p;
}

bool
words_policy(struct str word, enum dmarc_policy *out)
{
	for (unsigned i = DMARC_POLICY_NONE; i < COUNT_OF(policies); i++)
		if (str_eq(word, policies[i])) {
			*out = (enum dmarc_policy)i;
			return true;
		}
	return false;
}

const char *
dmarc_disposition_name(enum dmarc_disposition d)
{
	return d == DMARC_REJECTED      ? "reject"
	       : d == DMARC_QUARANTINED ? "quarantine"
					: "none";
}

bool
words_disposition(struct str word, enum dmarc_disposition *out)
{
	enum dmarc_policy as_policy;

	if (str_eq(word, S("pass"))) {
		*out = DMARC_DELIVERED_NONE;
		return true;
	}
	if (!words_policy(word, &as_policy))
		return false;
	*out = as_policy == DMARC_POLICY_REJECT       ? DMARC_REJECTED
	       : as_policy == DMARC_POLICY_QUARANTINE ? DMARC_QUARANTINED
						      : DMARC_DELIVERED_NONE;
	return true;
}

static const struct str results[] = {
	[DMARC_RESULT_ABSENT] = STR("absent"),
	[DMARC_RESULT_NONE] = STR("none"),
	[DMARC_RESULT_PASS] = STR("pass"),
	[DMARC_RESULT_FAIL] = STR("fail"),
	[DMARC_RESULT_SOFTFAIL] = STR("softfail"),
	[DMARC_RESULT_NEUTRAL] = STR("neutral"),
	[DMARC_RESULT_POLICY] = STR("policy"),
	[DMARC_RESULT_TEMPERROR] = STR("temperror"),
	[DMARC_RESULT_PERMERROR] = STR("permerror"),
};

const char *
dmarc_result_name(enum dmarc_result r)
{
	return results[r].p;
}

bool
dmarc_result_parse(struct str name, enum dmarc_result *out)
{
	for (unsigned i = 0; i < COUNT_OF(results); i++)
		if (str_eq_fold(name, results[i])) {
			*out = (enum dmarc_result)i;
			return true;
		}
	return false;
}

/* "unknown" was temperror in the schema of RFC 7489; "error" and "hardfail"
 * are of the time before RFC 7208. */
bool
words_result(struct str word, enum dmarc_result *out, bool *odd)
{
	static const struct {
		struct str word;
		enum dmarc_result result;
	} old[] = { { STR("hardfail"), DMARC_RESULT_FAIL },
		    { STR("unknown"), DMARC_RESULT_TEMPERROR },
		    { STR("error"), DMARC_RESULT_PERMERROR },
		    { STR("invalid"), DMARC_RESULT_PERMERROR } };

	*odd = false;
	for (unsigned i = DMARC_RESULT_NONE; i < COUNT_OF(results); i++)
		if (str_eq(word, results[i])) {
			*out = (enum dmarc_result)i;
			return true;
		}
	*odd = true;
	for (size_t i = 0; i < COUNT_OF(old); i++)
		if (str_eq(word, old[i].word)) {
			*out = old[i].result;
			return true;
		}
	return false;
}

unsigned
words_override(struct str word)
{
	static const struct {
		struct str word;
		enum dmarc_override reason;
	} known[] = {
		{ STR("forwarded"), DMARC_OVERRIDE_FORWARDED },
		{ STR("sampled_out"), DMARC_OVERRIDE_SAMPLED_OUT },
		{ STR("trusted_forwarder"), DMARC_OVERRIDE_TRUSTED_FORWARDER },
		{ STR("mailing_list"), DMARC_OVERRIDE_MAILING_LIST },
		{ STR("local_policy"), DMARC_OVERRIDE_LOCAL_POLICY },
		{ STR("policy_test_mode"), DMARC_OVERRIDE_POLICY_TEST_MODE },
		{ STR("other"), DMARC_OVERRIDE_OTHER },
	};

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(word, known[i].word))
			return known[i].reason;
	return 0;
}

/* From the most to the least telling. */
enum dmarc_result
dmarc_best(const struct dmarc_auth *auth, size_t n)
{
	static const uint8_t rank[] = {
		[DMARC_RESULT_ABSENT] = 0,    [DMARC_RESULT_NONE] = 1,
		[DMARC_RESULT_PERMERROR] = 2, [DMARC_RESULT_TEMPERROR] = 3,
		[DMARC_RESULT_POLICY] = 4,    [DMARC_RESULT_NEUTRAL] = 5,
		[DMARC_RESULT_FAIL] = 6,      [DMARC_RESULT_SOFTFAIL] = 7,
		[DMARC_RESULT_PASS] = 8,
	};
	enum dmarc_result best = DMARC_RESULT_ABSENT;

	for (size_t i = 0; i < n; i++)
		if (rank[auth[i].result] > rank[best])
			best = auth[i].result;
	return best;
}
