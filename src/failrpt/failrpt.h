/* failrpt.h - failure reports: RFC 6591 and 9991 on RFC 5965, and the
 * text-only forms that are in the wild. Pure.
 *
 * They quote somebody's mail: what is personal is kept apart from the rest,
 * so that the store can seal it.
 */
#ifndef FAILRPT_H
#define FAILRPT_H

#include "base/base.h"
#include "mime/mime.h"

struct failrpt_report {
	struct str org;             /* domain of the reporter, may be empty */
	struct str feedback_type;   /* "auth-failure", "abuse" ... */
	struct str auth_failure;    /* "dmarc", "spf" ... lower case */
	struct str reported_domain; /* folded; from header or field */
	struct str source_ip;       /* an address; else as sent; may be empty */
	struct str delivery_result, identity_alignment, auth_results;
	struct str dkim_domain, dkim_selector, spf_dns;
	struct str user_agent, reporting_mta;
	struct str report_id; /* Message-ID of the report, or a hash */
	int64_t arrival;      /* UTC seconds, 0 unknown */
	uint64_t incidents;   /* at least 1 */
	bool text_only;       /* no feedback-report part */
	/* Personal: addresses, subject, header of the message. */
	struct str mail_from, rcpt_to, header_from, subject, message_id;
	struct str headers; /* of the message, at most 64 KiB */
	size_t repair_count;
	const char *const *repairs; /* "failrpt.<name>" */
};

/* Whether the message is one: a multipart/report of type feedback-report, a
 * message/feedback-report part, or one of the known text-only forms. Bounces
 * and messages inside this one do not count: ask again with those. */
bool failrpt_is(struct mime *m);
/* `out` lives in `mem`. `received` stands in for a missing date. ERR_SYNTAX:
 * "failrpt.unreadable"; ERR_LIMIT: "failrpt.too_large" (`mem` is full). On
 * failure `out` is untouched. */
enum err failrpt_parse(struct mime *m, int64_t received, struct arena *mem,
		       struct failrpt_report *out, struct diag *why) MUST_CHECK;
/* "alice@example.com" as "a***@example.com" (RFC 6590 in spirit); other text
 * keeps its first character of each word at most. For showing. */
void failrpt_redact(struct str text, struct buf *out);

#endif
