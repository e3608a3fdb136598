/* intake.h - the role that takes reports in by SMTP and LMTP.
 *
 * One event loop. A message goes into the spool as it came, with what is
 * known of its sender, and is answered 250 once it is durable; messages that
 * end in the same turn of the loop share one sync. Who may receive stands in
 * an index file that others write: this role opens no database and resolves
 * no name.
 */
#ifndef INTAKE_H
#define INTAKE_H

#include "base/base.h"
#include "netaddr/netaddr.h"
#include "spool/spool.h"
#include "tls/tls.h"

struct intake_listener {
	int fd;     /* listening; stays the caller's */
	bool lmtp;  /* else SMTP */
	bool proxy; /* every connection begins with a PROXY header */
};

struct intake_options {
	const char *dir; /* of the index "recipients" */
	struct str host; /* greeting, and served with "localhost" */
	/* Further served host names. */
	const struct str *hosts;
	size_t host_count;
	const struct intake_listener *listeners;
	size_t listener_count;
	struct tls_identity *identity; /* for STARTTLS; NULL: not offered */
	/* Peers whose XCLIENT, XFORWARD and PROXY headers count, and that
	 * have no limit of their own. Peers on a Unix socket are trusted
	 * anyhow. */
	const struct netaddr_net *trusted;
	size_t trusted_count;
	struct spool_options spool; /* `name` is ours ("smtp") */
	/* Written to after a sync, which wakes the writer: a pipe or an
	 * eventfd, made non-blocking; -1 none. */
	int bell;
	/* Everything below: 0 takes what stands behind it. */
	uint64_t size_max; /* octets of a message: SPOOL_MESSAGE_MAX */
	unsigned connections, per_address; /* 2000, 50; IPv6 by /64 */
	/* Messages coming in at a time; each may hold SPOOL_HELD_MAX. Further
	 * ones are told 451. 200. */
	unsigned messages;
	int64_t idle_ms, data_ms; /* without a byte: 5 min, 3 min */
	int64_t session_ms;       /* without a message accepted: 1 h */
	/* After some unknown recipients each further one costs that: 2 s. */
	int64_t delay_ms;
	int64_t grace_ms; /* for messages under way at a stop: 20 s */
	/* Called in the loop once it serves, then every second while it does.
	 * May be NULL. */
	void (*alive)(void *ctx);
	void *ctx;
};

/* Serves until SIGTERM or SIGINT; messages under way may finish, everybody
 * else is told 421. SIGHUP reads the recipients again, which also happens by
 * itself within a second of a change. Returns an exit status: 0 when it was
 * asked to stop, 1 when it could not begin (told in the log). */
int intake_run(const struct intake_options *options);

/* ---- the index of recipients ---- */

/* Mail to TOKEN@, reports+TOKEN@, tlsrpt+TOKEN@ and dmarc+TOKEN@ each served
 * host is for `domain`. Always there: postmaster, abuse, reports, tlsrpt. */
struct intake_recipient {
	struct str token;  /* [A-Za-z0-9._-], case does not count */
	struct str domain; /* folded */
};

/* Replaces DIR/recipients, whole or not at all. ERR_SYNTAX "intake.recipient"
 * for a token or a domain that cannot stand in it. */
enum err intake_recipients_write(const char *dir,
				 const struct intake_recipient *list,
				 size_t count, struct diag *why) MUST_CHECK;

#endif
