/* serve.h - the writer role, and how others ask it. Comes with ingest.h. */
#ifndef INGEST_SERVE_H
#define INGEST_SERVE_H

#include "ingest/ingest.h"

/* ---- the writer: the only process that writes the report store ---- */

struct ingest_serve_options {
	const char *data;         /* directory of both stores, spool, socket */
	const struct geo *geo;    /* may be NULL */
	int bell;                 /* readable when the spool grew; or -1 */
	const volatile int *stop; /* finish the batch and come back */
	struct store_retention keep;
	/* Bytes of what strangers have us keep; 0: no limit. */
	uint64_t unclaimed_max, sidelined_max;
	/* Makes sample mail: `mail` for each message. NULL: not offered. */
	enum err (*sample)(void *ctx, unsigned domains, unsigned days,
			   enum err (*mail)(void *ctx, struct str name,
					    struct str message),
			   void *mail_ctx, struct diag *why);
	void *sample_ctx;
	/* Called when the work can begin: stores open, socket listening. */
	void (*ready)(void *ctx);
	void (*alive)(void *ctx); /* at least once a second while all is well */
	void *ctx;
	/* For tests: a document with this text in it kills the parser. */
	const char *die_on;
};
#define INGEST_UNCLAIMED_MAX ((uint64_t)1 << 30)
#define INGEST_SIDELINED_MAX ((uint64_t)1 << 30)

/* Takes what the spool has, in order, and what is asked for at the control
 * socket, DIR/control.sock, until `stop`. A report is in the store together
 * with its position in the spool, so it is there exactly once whatever is
 * killed. Trouble with the disk is waited out. Comes back only when stopped
 * (ERR_NONE) or when it cannot begin. */
enum err ingest_serve(const struct ingest_serve_options *options,
		      struct diag *why) MUST_CHECK;

/* ---- for everybody else ---- */

/* Asks the running server of a data directory; `answer` gets one JSON object.
 * ERR_GONE "ingest.no_server". Requests, {"op": ...} with:
 *   triage         source, domain ("" all), triage, note
 *   delete_report  id
 *   delete_domain  domain                      -> {"deleted": n}
 *   reparse        report | intake | all: true -> totals; items: true also
 *                  tells each item
 *   claim          domain                      -> totals
 *   test           domain, id: a made-up report into the spool -> {"id"}
 *   hosts          hosts: as ingest_put_hosts makes it
 *   own_spf        domain, state, ranges: as ingest_put_own makes it
 *   settle, status -> {"messages", "bytes", "oldest", "working", ...}
 *   judge_next     busy: ids to be left out; most ->
 *                  {"mails":[{"id","tries","received_at","client","helo",
 *                  "mail_from","read": as dkimsig_print}]}, those that are due
 *   judge_done     id, dmarc, tls (passed), again (UTC seconds; 0 final),
 *                  verdict: as carrier_print
 *   sample_load    domains, days -> totals;    sample_remove -> {"deleted"}
 * Totals: {"files","imported","duplicates","superseded","rejected",
 * "ignored","unclaimed","records","messages"}. A failure comes as it was
 * there, code and detail. ERR_BUSY "ingest.busy": a long work of another. */
enum { INGEST_REQUEST_MAX = 64 << 10, INGEST_ANSWER_MAX = 1 << 20 };
enum err ingest_ask(const char *dir, struct str request, struct buf *answer,
		    struct diag *why) MUST_CHECK;
/* The same for who must not wait: the answer is taken from `fd` (the caller's)
 * whenever it is readable, until `over`. */
enum err ingest_ask_begin(const char *dir, struct str request, int *fd,
			  struct diag *why) MUST_CHECK;
enum err ingest_ask_more(int fd, struct buf *answer, bool *over,
			 struct diag *why) MUST_CHECK;
/* Looked-up names as the request "hosts": so many fit in one. */
enum { INGEST_HOSTS_MAX = 100 };
void ingest_put_hosts(struct buf *request, const struct store_host *hosts,
		      size_t count);
/* What a look at a domain's own SPF found as the request "own_spf"; its `now`
 * is the time at which it comes in. */
void ingest_put_own(struct buf *request, const struct store_own *own);
/* ingest_run in the running server: paths are opened here and handed over.
 * Of the options item, progress, ctx and stop count. */
enum err ingest_run_there(const char *dir, const char *const *paths,
			  size_t count, const struct ingest_options *options,
			  struct ingest_totals *out,
			  struct diag *why) MUST_CHECK;
/* ingest_reparse there; of the options item, progress, ctx and stop count. */
enum err ingest_reparse_there(const char *dir, int64_t only_report,
			      const struct ingest_options *options,
			      struct ingest_totals *out,
			      struct diag *why) MUST_CHECK;

#endif
