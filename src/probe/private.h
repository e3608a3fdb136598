/* private.h - what the files of this room share: one question on its way. */
#ifndef PROBE_PRIVATE_H
#define PROBE_PRIVATE_H

#include "probe/http.h"
#include "probe/probe.h"
#include "probe/reply.h"

#include <sys/queue.h>

enum job_phase {
	JOB_WAITS,
	JOB_CONNECTS,
	JOB_SHAKES_HANDS, /* TLS */
	JOB_TALKS,
	JOB_IS_OVER
};

struct job;
/* What differs between web and mail. */
struct job_kind {
	void (*connected)(struct job *j);
	void (*secured)(struct job *j);
	size_t (*read)(struct job *j, struct str bytes);
	/* The connection ended while talking; calls job_finish. */
	void (*closed)(struct job *j, bool clean);
	void (*report)(struct job *j);
	/* The same answer as `before`, which saw the same server. NULL: never
	 * the same. */
	void (*report_again)(struct job *j, const struct job *before);
	void (*fini)(struct job *j);
};

enum mail_turn { MAIL_BANNER, MAIL_EHLO, MAIL_STARTTLS, MAIL_EHLO_AGAIN };

struct web_job {
	struct http http;
	void (*done)(void *ctx, const struct facts_web *web);
};

struct mail_job {
	struct reply reply;
	enum mail_turn turn;
	bool injected;
	struct facts_mail facts;
	void (*done)(void *ctx, const struct facts_mail *mail);
};

TAILQ_HEAD(jobs, job);

struct job {
	TAILQ_ENTRY(job) link;
	struct probe *probe;
	const struct job_kind *kind;
	struct arena *mem; /* everything that is told */
	struct str host, path;
	struct netaddr address;
	uint16_t port;
	int64_t whole_ms, started;
	enum job_phase phase;
	struct loop_dial *dial;
	struct loop_conn *conn;
	struct ssl_st *ssl; /* conn's; NULL before TLS */
	struct loop_timer *timer;
	enum facts_stage stage; /* once it is over */
	struct str why;
	struct facts_tls tls;
	uint32_t ms;
	void *ctx; /* of the caller's done */
	union {
		struct web_job web;
		struct mail_job mail;
	};
};

/* Mail servers that were looked at: a ring of the latest, found by name. */
enum { KEEP_MAX = 512 };

struct kept {
	struct job *job;
	int64_t until; /* ticks */
};

struct keep {
	struct kept ring[KEEP_MAX];
	size_t next;
	struct map *where; /* key to place in the ring, may be outdated */
};

struct probe {
	struct keep keep;
	struct loop *loop;
	struct tls_trust *trust;
	struct probe_options options; /* its lists and texts are ours */
	struct netaddr_net *allow;
	struct buf ehlo, agent;
	struct jobs waiting, running, over;
	size_t running_n, busy;
};

/* Puts a question in the queue; `j->kind` is set. A host or a path that
 * cannot be asked for is answered so. */
struct job *job_new(struct probe *p, struct str host,
		    const struct netaddr *address, void *ctx);
void job_queue(struct job *j);
/* From now on TLS with `host` as SNI. */
void job_secure(struct job *j);
/* The end: `why` is escaped and copied, empty is fine; TLS's own reason goes
 * before it. Once. Never within probe_web or probe_mail. */
void job_finish(struct job *j, enum facts_stage stage, struct str why);
void job_free(struct job *j);

void keep_init(struct keep *k);
void keep_fini(struct keep *k);
/* Takes over `j`, which is told already. */
void keep_put(struct keep *k, struct job *j, int64_t until);
/* What was seen when the same was asked; NULL: ask anew. */
struct job *keep_find(const struct keep *k, const struct job *j, int64_t now);

/* A copy that a person may be shown, in the job's memory. */
struct str job_shown(struct job *j, struct str text);

#endif
