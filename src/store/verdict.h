/* verdict.h - messages that wait for somebody to judge whether they are
 * authentic, and what comes of it. Comes in with admin.h. */
#ifndef STORE_VERDICT_H
#define STORE_VERDICT_H

#include "store/store.h"

struct store_unjudged {
	int64_t id; /* of the message */
	int64_t received_at;
	uint64_t tries;
	struct str envelope; /* JSON object, see write.h */
	struct str message;  /* its octets; p NULL: see `trouble` */
	/* ERR_NONE; ERR_GONE: the octets are no more; else what stood in the
	 * way this time. */
	enum err trouble;
};
/* Those that are due, the longest waiting first. `each` may write. */
struct store_unjudged_asked {
	int64_t now;
	uint64_t limit;
	const int64_t *busy; /* that somebody is at already: left out */
	size_t busy_n;
};
enum err
store_each_unjudged(struct store *s, const struct store_unjudged_asked *asked,
		    enum err (*each)(void *ctx, const struct store_unjudged *),
		    void *ctx, struct diag *why) MUST_CHECK;

struct store_verdict {
	int64_t mail;    /* store_unjudged.id */
	bool dmarc, tls; /* it passed for reports of the kind */
	/* Domain of its From, folded: it vouches for reports of that
	 * organisation only. Empty: for none. */
	struct str author;
	int64_t again;   /* UTC seconds: to be tried once more; 0: final */
	struct str json; /* what the log shows; empty: as it was */
};
/* Within a batch. A message that passed makes what it brought verified, also
 * while something else of it is still unknown: reports count as such, and
 * those they outdo no more. One that is judged already, or gone, changes
 * nothing. `raised` is added to. */
enum err store_judged(struct store *s, const struct store_verdict *verdict,
		      uint64_t *raised, struct diag *why) MUST_CHECK;

#endif
