/* publish.h - changes DNS as a confirmed plan says: through the providers of
 * DNS, and looks whether it has arrived.
 *
 * A plan (dnsplan.h) is applied whole or not at all where the provider can do
 * that, after live has been held against it once more. Secrets come out of
 * the control store sealed, live in memory for one application, and stand in
 * no log, argument or error.
 */
#ifndef PUBLISH_H
#define PUBLISH_H

#include "base/base.h"
#include "control/control.h"
#include "dnsplan/dnsplan.h"
#include "inspect/inspect.h"
#include "loop/loop.h"
#include "provider/provider.h"

/* ---- one application ---- */

/* Does what the plan says, and waits for it (a minute at most): blocking.
 * Errors: ERR_SYNTAX "publish.changed" what is there is not what the plan
 * saw, nothing was written; "publish.refused" with the provider's words (wrong
 * key, no right, no such zone); ERR_IO "publish.unreachable" (retry);
 * "publish.incomplete" when a part was written and could not be taken back. */
enum err publish_apply(const struct provider *p, const struct dnsplan *plan,
		       int64_t now, struct diag *why) MUST_CHECK;

/* ---- plans of the control store ---- */

/* What is kept of a plan, as it was. ERR_SYNTAX "control.no_plan" when it
 * cannot be read (it was not made yet). Lives in `mem`. */
enum err publish_plan_of(const struct control_plan *row, struct arena *mem,
			 struct dnsplan *out, struct diag *why) MUST_CHECK;
/* As JSON texts in `mem`; empty when that is full. */
struct str publish_wish_text(const struct dnsplan_wish *wish,
			     struct arena *mem);
struct str publish_plan_text(const struct dnsplan *plan, struct arena *mem);
struct str publish_check_text(const struct dnsplan *plan,
			      const struct dnsplan_check *check,
			      struct arena *mem);
/* The provider with its secret, which lives in `secret`: wipe it. Settings
 * live in `mem`. */
struct publish_which {
	int64_t owner, id;
	const char *key_file;
	struct arena *mem;
};
enum err publish_provider_open(struct control *c,
			       const struct publish_which *which,
			       struct buf *secret, struct provider *out,
			       struct diag *why) MUST_CHECK;
/* The row after a look: VERIFIED, or APPLIED and due again. Texts live in
 * `mem`. */
void publish_note_check(struct control_plan *row, const struct dnsplan *plan,
			const struct dnsplan_check *check, int64_t now,
			struct arena *mem);

/* ---- the executor: works off the plans of the control store ---- */

enum {
	PUBLISH_POLL_MS = 500,
	PUBLISH_HOLD = 180, /* seconds until an application counts as lost */
	PUBLISH_AT_ONCE = 4
};

struct publish_options {
	const char *dir;        /* data directory */
	const char *key_file;   /* of the master key (control/hosting.h) */
	int64_t (*clock)(void); /* UTC seconds */
	int64_t poll_ms;        /* 0: PUBLISH_POLL_MS */
	/* Whom notices of failures are for, as bits (notify.h); 0: nobody. */
	unsigned channels;
};

struct publish;

/* Makes plans that were asked for, applies those that were confirmed (in a
 * process of its own for each), and verifies until caches have it too. Copies
 * `options`; its texts must outlive it. */
enum err publish_start(struct loop *l, struct inspect *in,
		       const struct publish_options *options,
		       struct publish **out, struct diag *why) MUST_CHECK;
/* After inspect_free: what was under way is taken up by whoever starts next.
 * NULL is fine. */
void publish_stop(struct publish *p);

#endif
