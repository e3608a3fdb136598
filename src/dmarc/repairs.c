/* repairs.c - codes of what was put right, and how often it was. */
#include "dmarc/private.h"

#include <string.h>

static const char *const codes[REPAIRS] = {
	[R_NO_VERSION] = "dmarc.no_version",
	[R_ODD_VERSION] = "dmarc.odd_version",
	[R_ORG_FROM_EMAIL] = "dmarc.org_from_email",
	[R_ID_MADE] = "dmarc.id_made",
	[R_DOMAIN_FROM_ROWS] = "dmarc.domain_from_rows",
	[R_BEGIN_FROM_END] = "dmarc.begin_from_end",
	[R_END_FROM_BEGIN] = "dmarc.end_from_begin",
	[R_DATE_FRACTION] = "dmarc.date_fraction",
	[R_DATE_MILLISECONDS] = "dmarc.date_milliseconds",
	[R_DATE_MICROSECONDS] = "dmarc.date_microseconds",
	[R_DATE_TEXT] = "dmarc.date_as_text",
	[R_DATES_SWAPPED] = "dmarc.dates_swapped",
	[R_DATE_TOO_EARLY] = "dmarc.date_too_early",
	[R_DATE_IN_FUTURE] = "dmarc.date_in_future",
	[R_SPAN_OVER_36H] = "dmarc.span_over_36h",
	[R_SPAN_OVER_366D] = "dmarc.span_over_366d",
	[R_REPEATED] = "dmarc.repeated_element",
	[R_HEAD_AFTER_ROWS] = "dmarc.head_after_rows",
	[R_POLICY_UNKNOWN] = "dmarc.policy_unknown",
	[R_SUBPOLICY_UNKNOWN] = "dmarc.subpolicy_unknown",
	[R_TAG_UNREADABLE] = "dmarc.tag_unreadable",
	[R_LETTER_CASE] = "dmarc.letter_case",
	[R_TEXT_CUT] = "dmarc.text_cut",
	[R_RECORD_CUT] = "dmarc.record_cut",
	[R_RECORD_UNCLOSED] = "dmarc.record_unclosed",
	[R_IDENTITIES] = "dmarc.identities",
	[R_MISPLACED] = "dmarc.misplaced_element",
	[R_BAD_IP] = "dmarc.bad_ip",
	[R_BAD_COUNT] = "dmarc.bad_count",
	[R_COUNT_CAPPED] = "dmarc.count_capped",
	[R_COUNT_FRACTION] = "dmarc.count_fraction",
	[R_NO_VERDICT] = "dmarc.no_verdict",
	[R_ODD_VERDICT] = "dmarc.odd_verdict",
	[R_NO_DISPOSITION] = "dmarc.no_disposition",
	[R_ODD_DISPOSITION] = "dmarc.odd_disposition",
	[R_REASON_TEXT] = "dmarc.reason_as_text",
	[R_ODD_REASON] = "dmarc.odd_reason",
	[R_EMPTY_REASON] = "dmarc.empty_reason",
	[R_TOO_MANY_REASONS] = "dmarc.too_many_reasons",
	[R_NO_HEADER_FROM] = "dmarc.no_header_from",
	[R_BAD_HEADER_FROM] = "dmarc.bad_header_from",
	[R_ADDRESS_FOR_DOMAIN] = "dmarc.address_for_domain",
	[R_NO_AUTH_RESULTS] = "dmarc.no_auth_results",
	[R_EMPTY_RESULT] = "dmarc.empty_result",
	[R_NO_RESULT] = "dmarc.no_result",
	[R_ODD_RESULT] = "dmarc.odd_result",
	[R_RESULT_WORD] = "dmarc.result_word",
	[R_NO_AUTH_DOMAIN] = "dmarc.no_auth_domain",
	[R_ODD_SCOPE] = "dmarc.odd_scope",
	[R_TOO_MANY_RESULTS] = "dmarc.too_many_results",
};

void
repairs_note(struct dmarc *d, enum repair r)
{
	if (d->repair_at[r] == 0) {
		d->repairs[d->repair_count] =
			(struct dmarc_repair){ codes[r], 0 };
		d->repair_at[r] = (uint8_t)++d->repair_count;
	}
	d->repairs[d->repair_at[r] - 1].count++;
}

void
repairs_save(struct dmarc *d)
{
	d->saved_count = d->repair_count;
	memcpy(d->saved, d->repairs, d->repair_count * sizeof d->repairs[0]);
}

void
repairs_restore(struct dmarc *d)
{
	for (unsigned i = 0; i < REPAIRS; i++)
		if (d->repair_at[i] > d->saved_count)
			d->repair_at[i] = 0;
	d->repair_count = d->saved_count;
	memcpy(d->repairs, d->saved, d->saved_count * sizeof d->repairs[0]);
}

const struct dmarc_repair *
dmarc_repairs_of(const struct dmarc *d, size_t *n)
{
	*n = d->repair_count;
	return d->repairs;
}

enum err
repairs_refuse(struct diag *why, enum err err, const char *code, uint64_t line)
{
	return diag_set(why, err, code, line, "%s", "");
}
