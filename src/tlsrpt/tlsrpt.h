/* tlsrpt.h - SMTP TLS reports, RFC 8460 section 4.4. Pure. */
#ifndef TLSRPT_H
#define TLSRPT_H

#include "base/base.h"

enum tlsrpt_type {
	TLSRPT_NO_POLICY, /* no-policy-found */
	TLSRPT_STS,
	TLSRPT_TLSA,
	TLSRPT_OTHER /* a word we do not know; kept in type_text */
};

struct tlsrpt_failure {
	struct str result_type;              /* verbatim, lower case */
	struct str sending_ip, receiving_ip; /* as sent, may be empty */
	struct str mx, helo, reason, information;
	uint64_t sessions;
};

struct tlsrpt_policy {
	enum tlsrpt_type type;
	struct str type_text;
	struct str domain; /* folded; may be empty */
	size_t string_count, mx_count, failure_count;
	const struct str *strings, *mx;
	const struct tlsrpt_failure *failures;
	uint64_t successful, failed; /* sessions of the summary */
	/* Whether its sessions count: with both sts and tlsa for one domain,
	 * or for a host among its MX, they are the same sessions, and tlsa,
	 * which rules (RFC 8461 section 2), is the one that counts if it has
	 * any. */
	bool counts;
};

struct tlsrpt_report {
	/* Any may be empty; `org_name` is the contact's domain when no name
	 * was sent. */
	struct str org_name, contact, report_id;
	int64_t begin, end; /* UTC seconds */
	struct str domain;  /* first policy domain */
	struct str domains; /* all, folded, sorted, ","-joined: identity */
	size_t policy_count;
	const struct tlsrpt_policy *policies;
	uint64_t sessions, successful; /* of the policies that count */
	size_t repair_count;
	const char *const *repairs; /* catalogue codes, "tlsrpt.<name>" */
};

enum {
	TLSRPT_BYTES_MAX = 20 << 20, /* of the JSON text */
	TLSRPT_POLICIES_MAX = 1000,
	TLSRPT_FAILURES_MAX = 10000,
	TLSRPT_TEXT_MAX = 4096
};

/* Parses a report. ERR_SYNTAX: "tlsrpt.not_a_report" (neither policies nor an
 * organisation), "tlsrpt.no_dates" (neither readable), or json's reason.
 * ERR_LIMIT: "tlsrpt.too_many_policies", "tlsrpt.too_many_failures",
 * "tlsrpt.too_large", or json's reason. `out` lives in `mem`, and is untouched
 * on failure. Single bad fields never cost the report. */
enum err tlsrpt_parse(struct str text, struct arena *mem,
		      struct tlsrpt_report *out, struct diag *why) MUST_CHECK;
const char *tlsrpt_type_name(enum tlsrpt_type type);

#endif
