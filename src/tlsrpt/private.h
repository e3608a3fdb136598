/* private.h - what the files of this room share: one report being read. */
#ifndef TLSRPT_PRIVATE_H
#define TLSRPT_PRIVATE_H

#include "dnsname/dnsname.h"
#include "json/json.h"
#include "tlsrpt/tlsrpt.h"

/* What was put right. The order is that of the codes in field.c. */
enum tlsrpt_repair {
	REPAIR_JSON,
	REPAIR_NO_ORGANIZATION,
	REPAIR_NO_CONTACT,
	REPAIR_NO_REPORT_ID,
	REPAIR_NO_ZONE,
	REPAIR_EPOCH_DATE,
	REPAIR_DATE_ONLY,
	REPAIR_NO_BEGIN,
	REPAIR_NO_END,
	REPAIR_DATES_SWAPPED,
	REPAIR_SPAN_OVER_36H,
	REPAIR_NOT_AN_ARRAY,
	REPAIR_BAD_POLICY,
	REPAIR_POLICY_NOT_NESTED,
	REPAIR_NO_POLICY_TYPE,
	REPAIR_POLICY_TYPE_CASE,
	REPAIR_UNKNOWN_POLICY_TYPE,
	REPAIR_NO_POLICY_DOMAIN,
	REPAIR_BAD_POLICY_DOMAIN,
	REPAIR_PACKED_STRINGS,
	REPAIR_MX_PREFIX,
	REPAIR_NO_COUNT,
	REPAIR_COUNT_AS_TEXT,
	REPAIR_BAD_COUNT,
	REPAIR_NO_RESULT_TYPE,
	REPAIR_SAME_SESSIONS,
	REPAIR_TEXT_CUT,
	REPAIRS
};

struct reader {
	struct arena *mem;
	struct diag *why;
	uint32_t repairs; /* bits by enum tlsrpt_repair */
	size_t failures;  /* of all policies, for the limit */
	bool full;        /* `mem` had no room left */
};

void tlsrpt_repaired(struct reader *r, enum tlsrpt_repair repair);
/* Copies the codes of what was put right into `out`. */
void tlsrpt_list_repairs(struct reader *r, struct tlsrpt_report *out);

/* Text of a string or whole number, trimmed, copied, cut at the maximum;
 * empty for anything else. */
struct str tlsrpt_take_text(struct reader *r, const struct json *node);
struct str tlsrpt_take_lower(struct reader *r, const struct json *node);
/* An array of strings; a single string counts as one. Strings that hold a
 * JSON array themselves are unpacked. */
const struct str *tlsrpt_take_list(struct reader *r, const struct json *node,
				   size_t *count);
/* False when absent or no count; nothing is recorded for an absent one. */
bool tlsrpt_take_count(struct reader *r, const struct json *node,
		       uint64_t *out);
/* Begin or end of a range, with `last` for a bare day's last second. */
bool tlsrpt_take_date(struct reader *r, const struct json *node, bool last,
		      int64_t *out);

/* The members of an array that are objects, or the one object that stands in
 * its place; NULL past the end. */
size_t tlsrpt_object_count(struct reader *r, const struct json *node);
const struct json *tlsrpt_object_at(const struct json *node, size_t i);

enum err tlsrpt_read_policies(struct reader *r, const struct json *node,
			      struct tlsrpt_report *out);
/* Decides which policies count and adds their sessions up. */
void tlsrpt_count_sessions(struct reader *r, struct tlsrpt_report *out,
			   struct tlsrpt_policy *policies);

#endif
