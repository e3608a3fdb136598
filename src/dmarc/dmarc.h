/* dmarc.h - DMARC aggregate reports: RFC 7489 appendix C, RFC 9990.
 *
 * Takes XML events and gives one head and a stream of rows, never a tree.
 * Reads by name, whatever the namespace or the order. What reporters get
 * wrong is put right and recorded as a repair; an unknown verdict is never a
 * pass. Pure.
 */
#ifndef DMARC_H
#define DMARC_H

#include "base/base.h"

enum dmarc_policy {
	DMARC_POLICY_UNKNOWN, /* absent or unreadable */
	DMARC_POLICY_NONE,
	DMARC_POLICY_QUARANTINE,
	DMARC_POLICY_REJECT
};

/* What was done with the messages; "pass" (RFC 9990) counts as none. */
enum dmarc_disposition {
	DMARC_DELIVERED_NONE,
	DMARC_QUARANTINED,
	DMARC_REJECTED
};

/* Raw results of DKIM and SPF (RFC 8601 section 2.7). */
enum dmarc_result {
	DMARC_RESULT_ABSENT, /* the mechanism was not reported */
	DMARC_RESULT_NONE,
	DMARC_RESULT_PASS,
	DMARC_RESULT_FAIL,
	DMARC_RESULT_SOFTFAIL,
	DMARC_RESULT_NEUTRAL,
	DMARC_RESULT_POLICY,
	DMARC_RESULT_TEMPERROR,
	DMARC_RESULT_PERMERROR
};

/* Override reasons, as a set (a row may have several). */
enum dmarc_override {
	DMARC_OVERRIDE_FORWARDED = 1,
	DMARC_OVERRIDE_SAMPLED_OUT = 2,
	DMARC_OVERRIDE_TRUSTED_FORWARDER = 4,
	DMARC_OVERRIDE_MAILING_LIST = 8,
	DMARC_OVERRIDE_LOCAL_POLICY = 16,
	DMARC_OVERRIDE_POLICY_TEST_MODE = 32,
	DMARC_OVERRIDE_OTHER = 64 /* also any unknown word */
};

enum {
	DMARC_AUTH_MAX = 100, /* signatures of a row, RFC 9990 3.1.3 */
	DMARC_REASONS_MAX = 16,
	DMARC_TEXT_MAX = 1024, /* bytes of one value; longer is cut */
	DMARC_NAME_MAX = 320,
	DMARC_ROWS_MAX = 2000000
};

/* Head of a report. Text is UTF-8, trimmed; empty when not sent. */
struct dmarc_head {
	struct str org_name, email, extra_contact, report_id, error, generator;
	struct str version;
	struct str domain; /* policy domain, folded A-labels */
	struct str fo, discovery_method;
	int64_t begin, end;          /* UTC seconds */
	enum dmarc_policy p, sp, np; /* sp falls back to p, np to sp */
	char adkim, aspf;            /* 'r' or 's' */
	int pct;                     /* 0-100, -1 not sent */
	char testing;                /* 'y', 'n', or 0 not sent */
	bool rfc9990;                /* told by namespace or elements */
};

struct dmarc_auth {
	struct str domain;   /* folded; as sent when it is no name */
	struct str selector; /* DKIM */
	struct str scope;    /* SPF: "mfrom", "helo" or empty */
	struct str human;    /* human_result */
	enum dmarc_result result;
};

struct dmarc_row {
	uint8_t ip[16]; /* netaddr; all zero when it was not readable */
	bool ip_known;
	uint64_t count; /* messages */
	enum dmarc_disposition disposition;
	bool dkim_aligned, spf_aligned; /* policy_evaluated: pass */
	unsigned overrides;             /* enum dmarc_override */
	struct str override_comment;
	struct str header_from; /* folded; the policy domain when absent */
	struct str envelope_from, envelope_to;
	size_t dkim_count, spf_count;
	const struct dmarc_auth *dkim, *spf;
};

/* Stable codes of what was put right, each counted: "dmarc.no_version" ...
 * All are entries of the finding catalogue. */
enum { DMARC_REPAIRS_MAX = 64 };
struct dmarc_repair {
	const char *code;
	uint64_t count;
};

/* Totals over the rows that were given out. */
struct dmarc_totals {
	uint64_t rows, messages, passed; /* passed: DKIM or SPF aligned */
};

/* `head` comes before the first row, once; strings live during the call. A
 * return other than ERR_NONE ends the parse and is returned unchanged. */
struct dmarc_sink {
	void *ctx;
	enum err (*head)(void *ctx, const struct dmarc_head *head);
	enum err (*row)(void *ctx, const struct dmarc_row *row);
};

struct dmarc;

/* `known` primes the parser with the head of an earlier pass over the same
 * document (see dmarc_late_head), NULL otherwise; it must outlive the parser.
 * `now` (UTC seconds) tells absurd dates. */
struct dmarc *dmarc_new(const struct dmarc_head *known, int64_t now,
			const struct dmarc_sink *sink);
void dmarc_free(struct dmarc *d);

/* To be called from the handler of xml.h. */
enum err dmarc_start(struct dmarc *d, struct str name, uint64_t line,
		     struct diag *why) MUST_CHECK;
enum err dmarc_text(struct dmarc *d, struct str text,
		    struct diag *why) MUST_CHECK;
enum err dmarc_end(struct dmarc *d, struct str name,
		   struct diag *why) MUST_CHECK;
/* After the last event. `open` is how many elements xml had to close at the
 * end: a record that was still open is dropped. ERR_SYNTAX:
 * "dmarc.not_a_report" (another root element), "dmarc.no_domain",
 * "dmarc.no_dates", "dmarc.no_org", "dmarc.cut" (and no whole row, or no id,
 * is left). The head is complete now. */
enum err dmarc_finish(struct dmarc *d, unsigned open,
		      struct diag *why) MUST_CHECK;

/* True when rows came before the head was complete, so nothing was given to
 * the sink: parse the document once more with `known` = dmarc_head_of. */
bool dmarc_late_head(const struct dmarc *d);
const struct dmarc_head *dmarc_head_of(const struct dmarc *d);
const struct dmarc_totals *dmarc_totals_of(const struct dmarc *d);
const struct dmarc_repair *dmarc_repairs_of(const struct dmarc *d, size_t *n);

/* Effective policy for mail from `header_from` under this head: p, or sp
 * below the policy domain (reports do not say which names exist: np never). */
enum dmarc_policy dmarc_policy_for(const struct dmarc_head *head,
				   struct str header_from);

const char *dmarc_policy_name(enum dmarc_policy p);
const char *dmarc_disposition_name(enum dmarc_disposition d);
const char *dmarc_result_name(enum dmarc_result r);
bool dmarc_result_parse(struct str name, enum dmarc_result *out);
/* The single best result of several signatures: pass before all others. */
enum dmarc_result dmarc_best(const struct dmarc_auth *auth, size_t n);

#endif
