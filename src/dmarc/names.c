/* names.c - which element means what under which parent. */
#include "dmarc/private.h"

#include <string.h>

enum element {
	E_OTHER,
	E_FEEDBACK,
	E_VERSION,
	E_REPORT_METADATA,
	E_ORG_NAME,
	E_EMAIL,
	E_EXTRA_CONTACT_INFO,
	E_REPORT_ID,
	E_DATE_RANGE,
	E_BEGIN,
	E_END,
	E_ERROR,
	E_GENERATOR,
	E_POLICY_PUBLISHED,
	E_DOMAIN,
	E_P,
	E_SP,
	E_NP,
	E_ADKIM,
	E_ASPF,
	E_PCT,
	E_FO,
	E_TESTING,
	E_DISCOVERY_METHOD,
	E_RECORD,
	E_ROW,
	E_SOURCE_IP,
	E_COUNT,
	E_POLICY_EVALUATED,
	E_DISPOSITION,
	E_DKIM,
	E_SPF,
	E_REASON,
	E_TYPE,
	E_COMMENT,
	E_IDENTIFIERS,
	E_IDENTITIES,
	E_HEADER_FROM,
	E_ENVELOPE_FROM,
	E_ENVELOPE_TO,
	E_AUTH_RESULTS,
	E_SELECTOR,
	E_RESULT,
	E_HUMAN_RESULT,
	E_SCOPE,
	ELEMENTS
};

enum { SLOTS = 128, NAME_LENGTH_MAX = 18 };

/* By slot_of: no two of our names share a slot. */
static const struct slot {
	struct str name;
	uint8_t element;
} slots[SLOTS] = {
	[0] = { STR("version"), E_VERSION },
	[3] = { STR("org_name"), E_ORG_NAME },
	[8] = { STR("type"), E_TYPE },
	[12] = { STR("report_id"), E_REPORT_ID },
	[17] = { STR("spf"), E_SPF },
	[18] = { STR("fo"), E_FO },
	[19] = { STR("envelope_to"), E_ENVELOPE_TO },
	[20] = { STR("dkim"), E_DKIM },
	[25] = { STR("count"), E_COUNT },
	[26] = { STR("result"), E_RESULT },
	[27] = { STR("adkim"), E_ADKIM },
	[29] = { STR("identities"), E_IDENTITIES },
	[31] = { STR("identifiers"), E_IDENTIFIERS },
	[39] = { STR("sp"), E_SP },
	[40] = { STR("human_result"), E_HUMAN_RESULT },
	[41] = { STR("auth_results"), E_AUTH_RESULTS },
	[43] = { STR("email"), E_EMAIL },
	[45] = { STR("extra_contact_info"), E_EXTRA_CONTACT_INFO },
	[47] = { STR("error"), E_ERROR },
	[50] = { STR("record"), E_RECORD },
	[51] = { STR("end"), E_END },
	[54] = { STR("testing"), E_TESTING },
	[56] = { STR("report_metadata"), E_REPORT_METADATA },
	[58] = { STR("reason"), E_REASON },
	[60] = { STR("date_range"), E_DATE_RANGE },
	[61] = { STR("comment"), E_COMMENT },
	[64] = { STR("row"), E_ROW },
	[66] = { STR("feedback"), E_FEEDBACK },
	[73] = { STR("source_ip"), E_SOURCE_IP },
	[76] = { STR("policy_published"), E_POLICY_PUBLISHED },
	[82] = { STR("np"), E_NP },
	[84] = { STR("domain"), E_DOMAIN },
	[86] = { STR("disposition"), E_DISPOSITION },
	[88] = { STR("begin"), E_BEGIN },
	[89] = { STR("generator"), E_GENERATOR },
	[93] = { STR("scope"), E_SCOPE },
	[97] = { STR("aspf"), E_ASPF },
	[98] = { STR("header_from"), E_HEADER_FROM },
	[104] = { STR("policy_evaluated"), E_POLICY_EVALUATED },
	[112] = { STR("discovery_method"), E_DISCOVERY_METHOD },
	[114] = { STR("p"), E_P },
	[122] = { STR("pct"), E_PCT },
	[123] = { STR("envelope_from"), E_ENVELOPE_FROM },
	[127] = { STR("selector"), E_SELECTOR },
};

static unsigned
slot_of(struct str name)
{
	unsigned n = (unsigned)name.n;
	unsigned first = (unsigned char)name.p[0];
	unsigned middle = (unsigned char)name.p[n / 2];
	unsigned last = (unsigned char)name.p[n - 1];

	return (n * 2 + first * 17 + last * 28 + middle * 28) % SLOTS;
}

static enum element
element_of(struct str name)
{
	const struct slot *slot;

	if (name.n == 0 || name.n > NAME_LENGTH_MAX)
		return E_OTHER;
	slot = &slots[slot_of(name)];
	return slot->name.n == name.n &&
			       memcmp(slot->name.p, name.p, name.n) == 0
		       ? slot->element
		       : E_OTHER;
}

/* Zero is N_SKIP. Besides the places of the two schemas there are those where
 * an element ends up when the one before it was never closed. */
static const uint8_t meaning[N_PARENTS][ELEMENTS] = {
	[N_OUTSIDE] = {
		[E_FEEDBACK] = N_FEEDBACK,
	},
	[N_FEEDBACK] = {
		[E_VERSION] = F_VERSION,
		[E_REPORT_METADATA] = N_METADATA,
		[E_POLICY_PUBLISHED] = N_POLICY,
		[E_RECORD] = N_RECORD,
	},
	[N_METADATA] = {
		[E_ORG_NAME] = F_ORG,
		[E_EMAIL] = F_EMAIL,
		[E_EXTRA_CONTACT_INFO] = F_EXTRA,
		[E_REPORT_ID] = F_ID,
		[E_ERROR] = F_ERROR,
		[E_GENERATOR] = F_GENERATOR,
		[E_DATE_RANGE] = N_DATES,
		[E_BEGIN] = F_BEGIN,
		[E_END] = F_END,
		[E_POLICY_PUBLISHED] = N_POLICY,
		[E_RECORD] = N_RECORD,
		[E_VERSION] = F_VERSION,
	},
	[N_DATES] = {
		[E_BEGIN] = F_BEGIN,
		[E_END] = F_END,
		[E_ORG_NAME] = F_ORG,
		[E_EMAIL] = F_EMAIL,
		[E_REPORT_ID] = F_ID,
		[E_POLICY_PUBLISHED] = N_POLICY,
		[E_RECORD] = N_RECORD,
	},
	[N_POLICY] = {
		[E_DOMAIN] = F_DOMAIN,
		[E_P] = F_P,
		[E_SP] = F_SP,
		[E_NP] = F_NP,
		[E_ADKIM] = F_ADKIM,
		[E_ASPF] = F_ASPF,
		[E_PCT] = F_PCT,
		[E_FO] = F_FO,
		[E_TESTING] = F_TESTING,
		[E_DISCOVERY_METHOD] = F_DISCOVERY,
		[E_RECORD] = N_RECORD,
		[E_REPORT_METADATA] = N_METADATA,
	},
	[N_RECORD] = {
		[E_ROW] = N_ROW,
		[E_IDENTIFIERS] = N_IDENTIFIERS,
		[E_IDENTITIES] = N_IDENTIFIERS,
		[E_AUTH_RESULTS] = N_AUTH,
		[E_POLICY_EVALUATED] = N_EVALUATED,
		[E_SOURCE_IP] = F_IP,
		[E_COUNT] = F_COUNT,
		[E_RECORD] = N_RECORD,
	},
	[N_ROW] = {
		[E_SOURCE_IP] = F_IP,
		[E_COUNT] = F_COUNT,
		[E_POLICY_EVALUATED] = N_EVALUATED,
		[E_IDENTIFIERS] = N_IDENTIFIERS,
		[E_IDENTITIES] = N_IDENTIFIERS,
		[E_AUTH_RESULTS] = N_AUTH,
		[E_RECORD] = N_RECORD,
	},
	[N_EVALUATED] = {
		[E_DISPOSITION] = F_DISPOSITION,
		[E_DKIM] = F_DKIM,
		[E_SPF] = F_SPF,
		[E_REASON] = N_REASON,
		[E_IDENTIFIERS] = N_IDENTIFIERS,
		[E_IDENTITIES] = N_IDENTIFIERS,
		[E_AUTH_RESULTS] = N_AUTH,
		[E_RECORD] = N_RECORD,
	},
	[N_REASON] = {
		[E_TYPE] = F_REASON_TYPE,
		[E_COMMENT] = F_REASON_COMMENT,
		[E_REASON] = N_REASON,
		[E_DKIM] = F_DKIM,
		[E_SPF] = F_SPF,
		[E_DISPOSITION] = F_DISPOSITION,
		[E_IDENTIFIERS] = N_IDENTIFIERS,
		[E_AUTH_RESULTS] = N_AUTH,
		[E_RECORD] = N_RECORD,
	},
	[N_IDENTIFIERS] = {
		[E_HEADER_FROM] = F_HEADER_FROM,
		[E_ENVELOPE_FROM] = F_ENVELOPE_FROM,
		[E_ENVELOPE_TO] = F_ENVELOPE_TO,
		[E_AUTH_RESULTS] = N_AUTH,
		[E_RECORD] = N_RECORD,
	},
	[N_AUTH] = {
		[E_DKIM] = N_DKIM,
		[E_SPF] = N_SPF,
		[E_RECORD] = N_RECORD,
		[E_IDENTIFIERS] = N_IDENTIFIERS,
	},
	[N_DKIM] = {
		[E_DOMAIN] = F_AUTH_DOMAIN,
		[E_SELECTOR] = F_AUTH_SELECTOR,
		[E_RESULT] = F_AUTH_RESULT,
		[E_HUMAN_RESULT] = F_AUTH_HUMAN,
		[E_DKIM] = N_DKIM,
		[E_SPF] = N_SPF,
		[E_RECORD] = N_RECORD,
	},
	[N_SPF] = {
		[E_DOMAIN] = F_AUTH_DOMAIN,
		[E_SCOPE] = F_AUTH_SCOPE,
		[E_RESULT] = F_AUTH_RESULT,
		[E_HUMAN_RESULT] = F_AUTH_HUMAN,
		[E_DKIM] = N_DKIM,
		[E_SPF] = N_SPF,
		[E_RECORD] = N_RECORD,
	},
};

enum node
names_enter(enum node parent, struct str name, enum oddity *odd)
{
	enum element element = element_of(name);
	enum node node = (enum node)meaning[parent][element];

	*odd = NOT_ODD;
	if (parent == N_OUTSIDE && node == N_SKIP)
		return N_OUTSIDE;
	if (node == N_SKIP && parent != N_SKIP && element != E_OTHER)
		*odd = MISPLACED;
	else if (element == E_IDENTITIES && node != N_SKIP)
		*odd = OLD_NAME;
	return node;
}
