/* web.h - the role that serves browsers and programs: pages, the API, reports
 * handed in over HTTP.
 *
 * One event loop for all connections, and a few processes ("desks") that
 * answer questions with api_answer, so that no slow question holds up another
 * connection. Report bodies go into the spool, and are acknowledged when they
 * are durable.
 */
#ifndef WEB_H
#define WEB_H

#include "api/api.h"
#include "base/base.h"
#include "netaddr/netaddr.h"
#include "spool/spool.h"
#include "tls/tls.h"

struct web_listener {
	int fd;                        /* listening; stays the caller's */
	struct tls_identity *identity; /* NULL: plain */
	bool proxy; /* every connection begins with a PROXY header */
};

/* Connections that another role accepted for us: descriptors over a Unix
 * socket (os_send_fd), each with its peer's address (16 octets) and port (two,
 * big-endian). */
struct web_handed {
	int fd; /* not blocking; stays the caller's */
	struct tls_identity *identity;
};

struct web_options {
	const struct api_options *api; /* also names the data directory */
	const struct web_listener *listeners;
	size_t listener_count;
	int metrics_fd; /* listening, for /metrics alone; -1 none */
	const struct web_handed *handed; /* NULL: none */
	/* Peers whose X-Forwarded-For, Forwarded and PROXY headers count.
	 * Peers on a Unix socket are trusted anyhow. */
	const struct netaddr_net *trusted;
	size_t trusted_count;
	/* Where reports go; `name` is ours ("web"). After a sync a byte is
	 * written to `bell`, which wakes the writer; -1 none. */
	struct spool_options spool;
	int bell;
	/* Everything below: 0 takes what stands behind it. */
	unsigned desks;      /* for short questions: 3 */
	unsigned slow_desks; /* for slow ones: 2 */
	unsigned queue;      /* questions that wait for a desk: 64 */
	unsigned connections, per_address; /* 2000, 100 */
	unsigned rate, burst; /* API requests per second and address: 50, 300 */
	uint64_t backlog_max; /* messages in the spool, for /readyz: 100000 */
	int64_t header_ms, idle_ms; /* 10 s, 60 s */
	/* Bytes a second that a body, or an answer its client is slow to
	 * read, must move, after `slow_ms`: 500, 20 s. */
	uint64_t least_rate;
	int64_t slow_ms;
	/* A desk that long without a sign is replaced: 30 s, slow 10 min. */
	int64_t desk_ms, slow_desk_ms;
	/* Called in the loop once it serves, then every second while it does.
	 * May be NULL. */
	void (*alive)(void *ctx);
	void *ctx;
};

/* Serves until SIGTERM or SIGINT, then finishes what is being answered (10
 * seconds at most). Forks. Returns an exit status: 0 when it was asked to
 * stop, 1 when it could not begin (told in the log). */
int web_run(const struct web_options *options);

#endif
