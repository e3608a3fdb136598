/* own_spf.h - the SPF records of the domains themselves, as DNS gives them.
 * Comes in with store.h. */
#ifndef STORE_OWN_SPF_H
#define STORE_OWN_SPF_H

#include "sender/sender.h"
#include "store/store.h"

enum store_own_state {
	STORE_OWN_FOUND,
	STORE_OWN_NONE,   /* the domain has no record */
	STORE_OWN_GONE,   /* there is no such domain */
	STORE_OWN_FAILED, /* DNS did not answer for all of it: unknown */
	STORE_OWN_STATES
};
/* "found", "none", "gone", "failed". */
const char *store_own_word(enum store_own_state state);
bool store_own_parse(struct str word, enum store_own_state *out);

/* Seconds until a record is looked at again. */
enum {
	STORE_OWN_AGAIN = 86400, /* less up to the jitter */
	STORE_OWN_JITTER = 7200, /* differs by domain and look */
	STORE_OWN_GONE_AGAIN = 3 * 86400,
	STORE_OWN_RETRY = 600, /* after a failure, then twice that.. */
	STORE_OWN_RETRY_MAX = 64 * 600,
	STORE_OWN_RANGES_MAX = 600 /* of one domain; more are left out */
};

/* Every domain whose record was looked for, and when it is due again. Only
 * reads; `domain` lives during the call. */
struct store_own_due {
	struct str domain;
	int64_t next;
};
enum err store_own_each(struct store *s, int64_t owner,
			void (*each)(void *ctx, const struct store_own_due *),
			void *ctx, struct diag *why) MUST_CHECK;

/* Notes what a look found; `range` tidy (sender.h). A failure never takes
 * away what was known. `changed` (may be NULL) says whether store_fold has
 * something to do now: classes of addresses that are in the record now, or no
 * more. */
struct store_own {
	struct str domain;
	enum store_own_state state;
	int64_t now;
	const struct sender_range *range;
	size_t n;
};
enum err store_own_put(struct store *s, int64_t owner,
		       const struct store_own *own, bool *changed,
		       struct diag *why) MUST_CHECK;
/* Forgets the record of a domain that is looked at no more, and with it which
 * addresses are in it. `changed` as above. */
enum err store_own_drop(struct store *s, int64_t owner, struct str domain,
			bool *changed, struct diag *why) MUST_CHECK;

#endif
