/* list.h - reports, sources, TLS and failure reports. Comes in with query.h. */
#ifndef STORE_LIST_H
#define STORE_LIST_H

#include "store/store.h"

struct store_report {
	int64_t id;
	enum decode_kind kind;
	enum store_outcome
		outcome; /* imported, superseded; rejected, ignored */
	struct str org, reporter, report_id, domain, email, policy_json;
	int64_t begin, end, received_at;
	uint64_t records, messages, passed;
	enum store_trust trust;
	struct str repairs; /* "code=2,code" */
	struct str path, member;
	struct diag why; /* of the rejected */
	bool raw_kept;
};
struct store_list {
	int64_t owner;
	enum decode_kind kind; /* DECODE_NONE: all */
	bool rejected;         /* the intake log's refusals instead */
	struct str domain, reporter;
	int64_t first_day, last_day;
	uint64_t limit;
	struct str cursor;
};
enum err store_reports(struct store *s, const struct store_list *list,
		       enum err (*row)(void *ctx, const struct store_report *),
		       void *ctx, struct buf *next,
		       struct diag *why) MUST_CHECK;
/* ERR_GONE "store.no_report". */
enum err store_report_get(struct store *s, int64_t owner, int64_t id,
			  enum err (*row)(void *ctx,
					  const struct store_report *),
			  void *ctx, struct diag *why) MUST_CHECK;
/* The attachment as it was received; "store.raw_gone" after retention. */
enum err store_raw(struct store *s, int64_t owner, int64_t id, struct buf *out,
		   enum decode_media *media, struct diag *why) MUST_CHECK;

struct store_source {
	struct str slug, label, kind; /* "service", "as", "network" */
	enum sender_triage triage;
	struct str triage_domain, note;
	struct str evidence; /* in words for machines: "dkim:amazonses.com" */
	int64_t m[STORE_MEASURES];
	bool known[STORE_MEASURES];
};
/* Sources seen in the query's time, with their triage; `group` is ignored. */
enum err store_sources(struct store *s, const struct store_query *query,
		       enum err (*row)(void *ctx, const struct store_source *),
		       void *ctx, struct diag *why) MUST_CHECK;

/* TLS reports by one of: "result", "reporter", "domain", "mx", "day",
 * "policy_type", "sending_ip". Sessions of sts and tlsa are never added. */
struct store_tls_row {
	struct str key;
	uint64_t sessions, successful, failed, reports;
	int64_t first_seen, last_seen;
};
enum err store_tls_ask(struct store *s, const struct store_query *query,
		       struct str group,
		       enum err (*row)(void *ctx, const struct store_tls_row *),
		       void *ctx, struct store_tls_row *totals,
		       struct diag *why) MUST_CHECK;

/* The policies of one TLS report, as it told them; none of another's or of
 * one of another kind. */
enum err store_tls_policies(struct store *s, int64_t owner, int64_t report,
			    enum err (*row)(void *ctx,
					    const struct tlsrpt_policy *),
			    void *ctx, struct diag *why) MUST_CHECK;

struct store_failure_row {
	int64_t id;
	struct str org, feedback_type, auth_failure, domain, source_ip;
	struct str delivery_result, auth_results, user_agent;
	int64_t arrival, received_at;
	uint64_t incidents;
	/* Opened with the store's key; show them redacted unless asked. */
	struct str mail_from, rcpt_to, header_from, subject, message_id;
	struct str headers;
};
enum err
store_failures(struct store *s, const struct store_list *list,
	       int64_t only_id, /* 0: all */
	       enum err (*row)(void *ctx, const struct store_failure_row *),
	       void *ctx, struct buf *next, struct diag *why) MUST_CHECK;

#include "store/intake.h"

#endif
