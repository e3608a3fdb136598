/* repairs.h - what can be put right. */
#ifndef DMARC_REPAIRS_H
#define DMARC_REPAIRS_H

#include "dmarc/dmarc.h"

enum repair {
	R_NO_VERSION,
	R_ODD_VERSION,
	R_ORG_FROM_EMAIL,
	R_ID_MADE,
	R_DOMAIN_FROM_ROWS,
	R_BEGIN_FROM_END,
	R_END_FROM_BEGIN,
	R_DATE_FRACTION,
	R_DATE_MILLISECONDS,
	R_DATE_MICROSECONDS,
	R_DATE_TEXT,
	R_DATES_SWAPPED,
	R_DATE_TOO_EARLY,
	R_DATE_IN_FUTURE,
	R_SPAN_OVER_36H,
	R_SPAN_OVER_366D,
	R_REPEATED,
	R_HEAD_AFTER_ROWS,
	R_POLICY_UNKNOWN,
	R_SUBPOLICY_UNKNOWN,
	R_TAG_UNREADABLE,
	R_LETTER_CASE,
	R_TEXT_CUT,
	R_RECORD_CUT,
	R_RECORD_UNCLOSED,
	R_IDENTITIES,
	R_MISPLACED,
	R_BAD_IP,
	R_BAD_COUNT,
	R_COUNT_CAPPED,
	R_COUNT_FRACTION,
	R_NO_VERDICT,
	R_ODD_VERDICT,
	R_NO_DISPOSITION,
	R_ODD_DISPOSITION,
	R_REASON_TEXT,
	R_ODD_REASON,
	R_EMPTY_REASON,
	R_TOO_MANY_REASONS,
	R_NO_HEADER_FROM,
	R_BAD_HEADER_FROM,
	R_ADDRESS_FOR_DOMAIN,
	R_NO_AUTH_RESULTS,
	R_EMPTY_RESULT,
	R_NO_RESULT,
	R_ODD_RESULT,
	R_RESULT_WORD,
	R_NO_AUTH_DOMAIN,
	R_ODD_SCOPE,
	R_TOO_MANY_RESULTS,
	REPAIRS
};
_Static_assert((int)REPAIRS <= (int)DMARC_REPAIRS_MAX,
	       "all repairs can be told");

/* Counts one more of them. */
void repairs_note(struct dmarc *d, enum repair r);
/* For a record that may turn out to be cut: its repairs go with it. */
void repairs_save(struct dmarc *d);
void repairs_restore(struct dmarc *d);
/* The reason of a rejection; returns `err`. */
enum err repairs_refuse(struct diag *why, enum err err, const char *code,
			uint64_t line);

#endif
