/* metrics.h - counters that all processes of one instance share.
 *
 * Memory shared between the supervisor and its roles: a counter survives the
 * role that counted. Printed in Prometheus' text format.
 */
#ifndef METRICS_H
#define METRICS_H

#include "base/base.h"

/* Name, labels and help of each stand in one table, metrics.c. */
enum metrics_id {
	METRICS_SMTP_CONNECTIONS,
	METRICS_SMTP_REFUSED,  /* connections, over a limit */
	METRICS_SMTP_ACCEPTED, /* messages */
	METRICS_SMTP_REJECTED, /* messages answered 5xx */
	METRICS_SMTP_DEFERRED, /* messages answered 4xx */
	METRICS_HTTP_REQUESTS,
	METRICS_HTTP_ERRORS,    /* answered 5xx */
	METRICS_HTTP_POSTED,    /* reports taken by POST or upload */
	METRICS_SPOOL_MESSAGES, /* gauge: durable, not yet in the store */
	METRICS_SPOOL_BYTES,    /* gauge */
	METRICS_REPORTS_IMPORTED,
	METRICS_REPORTS_DUPLICATE,
	METRICS_REPORTS_SUPERSEDED,
	METRICS_REPORTS_REJECTED,
	METRICS_REPORTS_IGNORED,
	METRICS_SIDELINED,         /* killed the parser twice */
	METRICS_DROPPED_UNCLAIMED, /* over the quota, not kept */
	METRICS_DROPPED_SIDELINED,
	METRICS_MAILBOX_FETCHED,
	METRICS_MAILBOX_ERRORS,
	METRICS_DNS_UDP,       /* questions, by datagram */
	METRICS_DNS_TCP,       /* and over connections */
	METRICS_DNS_REFUSED,   /* for what is not hosted here */
	METRICS_DNS_LIMITED,   /* answers held back or cut */
	METRICS_DNS_TRANSFERS, /* of the zone, begun */
	METRICS_ROLE_RESTARTS,
	METRICS_HOSTED_DOMAINS,     /* gauge: in the index of the policy host */
	METRICS_POLICY_CONNECTIONS, /* taken, of the policy host */
	METRICS_POLICY_REFUSED,     /* connections, over a limit */
	METRICS_POLICY_HANDED,      /* connections, to the dashboard */
	METRICS_POLICY_UNKNOWN,     /* handshakes for no name of ours */
	METRICS_POLICY_SERVED,      /* policies */
	METRICS_POLICY_CHALLENGES,  /* of a CA, answered */
	METRICS_POLICY_UNLOGGED,    /* fetches that the log has lost */
	METRICS_LAST_REPORT,        /* gauge: UTC seconds */
	METRICS_STARTED,            /* gauge: UTC seconds */
	METRICS_IDS
};

/* Makes the shared memory, before the first fork. Until it is called the
 * other calls do nothing. */
enum err metrics_start(struct diag *why) MUST_CHECK;
void metrics_add(enum metrics_id id, uint64_t n);
void metrics_set(enum metrics_id id, uint64_t value);
uint64_t metrics_get(enum metrics_id id);
/* Everything, as Prometheus reads it. */
void metrics_print(struct buf *out);

#endif
