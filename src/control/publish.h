/* publish.h - changes of DNS: providers with their sealed secrets, plans from
 * the wish to the verified record, links for somebody without a login. Comes
 * in with control.h. */
#ifndef CONTROL_PUBLISH_H
#define CONTROL_PUBLISH_H

#include "control/control.h"
#include "seal/seal.h"

struct control_deed;

enum {
	CONTROL_SHARE_DAYS = 7,
	CONTROL_PLAN_MAX = 1 << 20, /* bytes of JSON */
	CONTROL_PROVIDER_SECRET_MAX = 8192
};

/* The file of the master key: `given`, or, where that is "" or NULL,
 * DIR.master-key beside DIR. False when the path is too long. */
bool control_key_path(const char *dir, const char *given, struct buf *out);

/* ---- providers ---- */

struct control_provider {
	int64_t id;
	struct str name;     /* the user's word for it */
	struct str kind;     /* "rfc2136", ... */
	struct str settings; /* JSON object, nothing secret in it */
	int64_t added_at, used_at;
};
/* Adds it and seals `secret` with `key`. ERR_GONE "control.provider_exists";
 * ERR_SYNTAX "control.bad_value" for a name that is none. */
enum err control_provider_add(struct control *c, int64_t owner,
			      struct control_provider *p, struct str secret,
			      const uint8_t key[SEAL_KEY_BYTES],
			      struct diag *why) MUST_CHECK;
/* By name. Texts live during the call of `each`. */
enum err control_providers(struct control *c, int64_t owner,
			   enum err (*each)(void *ctx,
					    const struct control_provider *),
			   void *ctx, struct diag *why) MUST_CHECK;
/* By id, or by name when the id is 0. ERR_GONE "control.no_provider". */
enum err control_provider_find(struct control *c, int64_t owner,
			       const struct control_provider *by,
			       struct arena *mem, struct control_provider *out,
			       struct diag *why) MUST_CHECK;
/* Appends the secret: wipe it after use. ERR_SYNTAX "control.sealed" when it
 * was sealed with another key. */
enum err control_provider_secret(struct control *c, int64_t owner, int64_t id,
				 const uint8_t key[SEAL_KEY_BYTES],
				 struct buf *out, struct diag *why) MUST_CHECK;
/* ERR_GONE "control.no_provider"; plans that wait for it fail. */
enum err control_provider_remove(struct control *c, int64_t owner, int64_t id,
				 struct diag *why) MUST_CHECK;

/* ---- plans ---- */

enum control_plan_state {
	CONTROL_PLAN_ASKED,     /* live is to be looked at */
	CONTROL_PLAN_READY,     /* made: to be confirmed */
	CONTROL_PLAN_CONFIRMED, /* to be applied */
	CONTROL_PLAN_APPLIED,   /* being verified */
	CONTROL_PLAN_VERIFIED,  /* everywhere, caches too */
	CONTROL_PLAN_CHANGED,   /* live was another; nothing was written */
	CONTROL_PLAN_FAILED,    /* `fault` says why */
	CONTROL_PLAN_STATES
};
const char *control_plan_state_name(enum control_plan_state state);

struct control_plan {
	int64_t id;
	struct str domain;
	enum control_plan_state state;
	struct str wish;  /* JSON of dnsplan_put_wish */
	struct str plan;  /* JSON of dnsplan_put; "" before READY */
	struct str check; /* JSON of dnsplan_put_check; "" before that */
	int64_t provider; /* 0: by hand, it is only verified */
	int64_t undoes;   /* id of the plan that this one takes back, or 0 */
	int64_t undone;   /* id of the plan that takes this one back, or 0 */
	struct str author, confirmer; /* as in the audit log */
	int64_t made_at, confirmed_at, applied_at, verified_at; /* 0: not */
	int64_t due_at;           /* when the executor looks at it; 0: never */
	int64_t looks;            /* of the verification */
	struct str fault, detail; /* of the last failure: code and words */
};

/* Adds `p` (ASKED, or READY with its plan); gives the id. */
enum err control_plan_add(struct control *c, int64_t owner,
			  struct control_plan *p, struct diag *why) MUST_CHECK;
/* ERR_GONE "control.no_plan". Texts live in `mem`. */
enum err control_plan_find(struct control *c, int64_t owner, int64_t id,
			   struct arena *mem, struct control_plan *out,
			   struct diag *why) MUST_CHECK;
/* Newest first, at most `most`, older than `before` (0: from the newest), of
 * one domain or of all (""). */
struct control_plan_range {
	struct str domain;
	int64_t before;
	unsigned most;
};
enum err control_plans(struct control *c, int64_t owner,
		       const struct control_plan_range *range,
		       enum err (*each)(void *ctx, const struct control_plan *),
		       void *ctx, struct diag *why) MUST_CHECK;
/* Writes state, plan, check, provider, confirmer, times, looks, fault and
 * detail of `p`, when its state is still `from`; else ERR_GONE
 * "control.plan_state" (somebody was faster) and nothing is written. With
 * `deed` the audit row comes in the same transaction. */
enum err control_plan_put(struct control *c, int64_t owner,
			  const struct control_plan *p,
			  enum control_plan_state from,
			  const struct control_deed *deed,
			  struct diag *why) MUST_CHECK;
/* Plans that are due, of any owner, longest waiting first; they are not given
 * out again within `hold` seconds. */
struct control_plan_due {
	int64_t now, hold;
	unsigned most;
};
enum err control_plan_take(struct control *c,
			   const struct control_plan_due *due,
			   enum err (*each)(void *ctx, int64_t owner,
					    const struct control_plan *),
			   void *ctx, struct diag *why) MUST_CHECK;
/* What was given out and not told of: whoever had it is gone. It is due now. */
enum err control_plan_release(struct control *c, int64_t now,
			      struct diag *why) MUST_CHECK;

/* ---- links ---- */

/* A link that shows the records of one plan to whoever has it: 256 random
 * bits, kept as their hash. */
enum err control_share_add(struct control *c, int64_t owner, int64_t plan,
			   int64_t now, char secret[CONTROL_SECRET_SIZE],
			   struct diag *why) MUST_CHECK;
/* ERR_GONE "control.no_share"; "control.share_over" when its days are over. */
struct control_share {
	int64_t owner, plan, expires_at;
};
enum err control_share_find(struct control *c, struct str secret, int64_t now,
			    struct control_share *out,
			    struct diag *why) MUST_CHECK;

#endif
