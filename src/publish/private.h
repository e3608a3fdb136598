/* private.h - what the files of this room share. */
#ifndef PUBLISH_PRIVATE_H
#define PUBLISH_PRIVATE_H

#include "publish/publish.h"

#include <ldns/ldns.h>

enum {
	PUBLISH_APPLY_MS = 60000, /* one application */
	PUBLISH_STEP_MS = 15000,  /* one question to a provider */
	PUBLISH_ANSWER_MAX = 8 << 20,
	PUBLISH_DETAIL_MAX = 120
};

/* One application under way. */
struct publish_task {
	const struct provider *provider;
	const struct dnsplan *plan;
	int64_t now;  /* UTC seconds */
	int64_t ends; /* ticks */
	struct arena *mem;
};
/* Milliseconds for the next question, 0 when the time is over. */
int64_t publish_left(const struct publish_task *t);
/* "publish.changed" about this change. */
enum err publish_is_changed(const struct dnsplan_change *c, const char *how,
			    struct diag *why);

/* Each applies the whole plan; errors as publish_apply has them. */
enum err publish_rfc2136(struct publish_task *t, struct diag *why) MUST_CHECK;
/* The same by the API of PowerDNS ... */
enum err publish_powerdns(struct publish_task *t, struct diag *why) MUST_CHECK;
/* ... Cloudflare ... */
enum err publish_cloudflare(struct publish_task *t,
			    struct diag *why) MUST_CHECK;
/* ... Amazon Route 53 ... */
enum err publish_route53(struct publish_task *t, struct diag *why) MUST_CHECK;
/* ... deSEC ... */
enum err publish_desec(struct publish_task *t, struct diag *why) MUST_CHECK;
/* ... Hetzner ... */
enum err publish_hetzner(struct publish_task *t, struct diag *why) MUST_CHECK;
/* ... Domeneshop. */
enum err publish_domeneshop(struct publish_task *t,
			    struct diag *why) MUST_CHECK;

/* ---- message.c: one UPDATE, and questions about what is there ---- */

/* The records at a name as the server has them, byte for byte. */
struct publish_set {
	ldns_rr_list *rr; /* owned */
};
void publish_set_free(struct publish_set *s);
bool publish_set_take(struct publish_set *s, const ldns_pkt *answer,
		      const struct dnsplan_change *c);
/* Whether they are the values of the plan. */
bool publish_set_is(const struct publish_set *s, const struct dnsplan_change *c,
		    struct arena *mem);
ldns_pkt *publish_question(const struct dnsplan_change *c);
/* `set` has one for each change of the plan. NULL: a value cannot be said. */
ldns_pkt *publish_update(const struct dnsplan *p,
			 const struct publish_set *set);

/* ---- exchange.c: there and back over TCP ---- */

/* A signed question and its answer (owned by the caller). Refusals are told
 * in `why`; `rcode` is set whenever there was an answer. */
enum err publish_exchange(struct publish_task *t, ldns_pkt *question,
			  ldns_pkt **answer, struct diag *why) MUST_CHECK;

/* ---- job.c: one plan under way ---- */

struct publish_job;

struct publish {
	struct loop *loop;
	struct inspect *inspect;
	struct publish_options o;
	struct control *control;
	struct loop_timer *timer;
	struct publish_job *jobs;
	unsigned busy;
};

/* Takes the plan on; its texts are copied. */
void publish_job_begin(struct publish *p, int64_t owner,
		       const struct control_plan *row);
/* All that are under way are given up. */
void publish_jobs_end(struct publish *p);
/* Soon after a job has ended: there may be more. */
void publish_again(struct publish *p);

/* ---- child.c: publish_apply in a process of its own ---- */

struct publish_child;
/* `done` is called once, later, unless it is ended before. NULL: it could not
 * be made. */
struct publish_child *publish_child_begin(struct loop *l,
					  const struct provider *provider,
					  const struct dnsplan *plan,
					  void (*done)(void *ctx, enum err err,
						       const struct diag *why),
					  void *ctx);
/* NULL is fine; also from within `done`. */
void publish_child_end(struct publish_child *c);

#endif
