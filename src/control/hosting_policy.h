/* hosting_policy.h - versions of a hosted policy, and who fetched it. Comes in
 * with control.h.
 *
 * A version never changes; what happened to it does. The order is fixed (RFC
 * 8461 section 8.1): made, placed (its body is in the index, with the id of
 * the version before), served (its body was seen over HTTPS), announced (its
 * id is what the index has). Whoever goes on after a crash finds the place.
 */
#ifndef CONTROL_HOSTING_POLICY_H
#define CONTROL_HOSTING_POLICY_H

#include "control/control.h"

struct control_version {
	int64_t id, hosted;
	int64_t number;    /* from 1, of this hosting */
	struct str mode;   /* "testing", "enforce", "none" */
	int64_t max_age;   /* seconds */
	struct str mx;     /* patterns, one a line */
	struct str body;   /* as it is served */
	struct str sts_id; /* letters and digits */
	struct str author;
	int64_t made_at, placed_at, served_at, announced_at;
	/* A newer body was placed: from then on nobody fetches it. */
	int64_t superseded_at;
};

/* Adds `v` (mode, max_age, mx, body, author, made_at); id, number and sts_id
 * are made: the second of made_at, or the next one that is greater than every
 * id that this name ever had, whoever hosted it. The texts of `v` then live
 * in `mem`. */
enum err control_version_make(struct control *c, int64_t hosted,
			      struct control_version *v, struct arena *mem,
			      struct diag *why) MUST_CHECK;
/* Newest first. */
enum err control_versions(struct control *c, int64_t hosted,
			  enum err (*each)(void *ctx,
					   const struct control_version *),
			  void *ctx, struct diag *why) MUST_CHECK;
/* The newest, and the newest that was announced; id 0: there is none. */
enum err control_versions_now(struct control *c, int64_t hosted,
			      struct arena *mem, struct control_version *newest,
			      struct control_version *announced,
			      struct diag *why) MUST_CHECK;
/* Each only after the one before it and only of the newest version:
 * ERR_GONE "hosting.order" otherwise, and nothing is changed. Placing
 * supersedes all versions before. */
enum control_version_event {
	CONTROL_PLACED,
	CONTROL_SERVED,
	CONTROL_ANNOUNCED
};
enum err control_version_set(struct control *c, int64_t version,
			     enum control_version_event event, int64_t at,
			     struct diag *why) MUST_CHECK;
/* When no sender has a policy other than `none` of this name cached any more,
 * whoever hosted it: over all versions that were placed, superseded_at (now
 * while it is served) and its max_age. 0: there never was one. */
enum err control_versions_over(struct control *c, struct str name, int64_t now,
			       int64_t *at, struct diag *why) MUST_CHECK;

/* ---- who fetched it ---- */

struct control_fetches {
	int64_t hosted;
	int64_t day;       /* civil_day */
	struct str sender; /* who it was, as the policy host names it */
	uint64_t n;
	int64_t first, last; /* UTC seconds */
	struct str sts_id;   /* of the version that was fetched last */
};
/* Adds to what is there. `name` of the domain instead of `hosted`. */
enum err control_fetches_add(struct control *c, struct str name,
			     const struct control_fetches *f,
			     struct diag *why) MUST_CHECK;
/* How far the policy host's log was counted; zero at first. */
enum err control_place_get(struct control *c, uint64_t *file, uint64_t *offset,
			   struct diag *why) MUST_CHECK;
enum err control_place_put(struct control *c, uint64_t file, uint64_t offset,
			   struct diag *why) MUST_CHECK;
/* Since that day, newest day first. */
enum err control_fetches(struct control *c, int64_t hosted, int64_t since,
			 enum err (*each)(void *ctx,
					  const struct control_fetches *),
			 void *ctx, struct diag *why) MUST_CHECK;

/* ---- what was done and what happened ---- */

/* One line of a hosted domain's history: `what` a fixed word
 * ("mode", "proof", "policy", "cert"). */
struct control_hosting_event {
	int64_t id, at;
	struct str author; /* "" the program itself */
	struct str what, detail;
};
/* Newest first, at most `most`. */
enum err control_hosting_history(
	struct control *c, int64_t hosted, unsigned most,
	enum err (*each)(void *ctx, const struct control_hosting_event *),
	void *ctx, struct diag *why) MUST_CHECK;

#endif
