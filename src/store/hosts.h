/* hosts.h - names of addresses, as DNS gives them. Comes in with store.h. */
#ifndef STORE_HOSTS_H
#define STORE_HOSTS_H

#include "store/store.h"

enum store_host_state {
	STORE_HOST_UNASKED,
	STORE_HOST_NONE,        /* the address has no name */
	STORE_HOST_UNCONFIRMED, /* it has one that does not lead back to it */
	STORE_HOST_CONFIRMED,
	STORE_HOST_FAILED /* DNS did not answer: unknown */
};

/* "unasked", "none", ... as in JSON. */
const char *store_host_word(enum store_host_state state);
bool store_host_parse(struct str word, enum store_host_state *out);

/* What a look found. A failure may have a `name` that could not be followed
 * back. */
struct store_host {
	struct netaddr ip;
	enum store_host_state state;
	struct str name;
};

/* Seconds until an address is asked for again. */
enum {
	STORE_HOST_AGAIN = 30 * 86400, /* after an answer, also "none" */
	STORE_HOST_RETRY = 3600,       /* after a failure, then twice that.. */
	STORE_HOST_RETRY_MAX = 128 * 3600
};

/* Addresses that are due at `now`, at most `limit`; when there are many, those
 * that sent most of late first. Only reads. */
struct store_due {
	int64_t owner, now;
	size_t limit;
};
enum err store_hosts_due(struct store *s, const struct store_due *who,
			 void (*each)(void *ctx, const struct netaddr *ip),
			 void *ctx, struct diag *why) MUST_CHECK;
/* Notes what was found; addresses that are not there any more are
 * passed over. `renamed` (may be NULL) says whether store_enrich and
 * store_fold have something to do now. A failure never takes away what was
 * known. */
struct store_hosts {
	int64_t owner, now;
	const struct store_host *at;
	size_t n;
};
enum err store_hosts_put(struct store *s, const struct store_hosts *hosts,
			 bool *renamed, struct diag *why) MUST_CHECK;

#endif
