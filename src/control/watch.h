/* watch.h - what the watching of domains saw: when to look again, findings
 * with their times, records with every change. Comes in with control.h. */
#ifndef CONTROL_WATCH_H
#define CONTROL_WATCH_H

#include "control/control.h"
#include "control/probes.h"

enum {
	CONTROL_WATCH_HOLD = 900, /* seconds until a look counts as lost */
	/* Findings that are over and values that were replaced stay this long.
	 */
	CONTROL_WATCH_KEEP = 2 * 365 * CIVIL_DAY,
	CONTROL_WATCH_MAX = 1000 /* findings of one look */
};

/* What is remembered of an MTA-STS policy; 0 and "" are not known. */
struct control_policy {
	struct str id; /* of the TXT record */
	int64_t id_seen;
	uint64_t id_body; /* hash of the file when that id came in */
	uint64_t body;    /* and at the last look */
	int64_t body_seen;
	int64_t testing_since;
};

struct control_watched {
	int64_t domain, owner; /* ids */
	struct str name;
	int64_t added_at;
	int64_t checked_at, due_at; /* 0 never */
	struct str parts;           /* JSON object, status by part; or "" */
	struct control_policy policy;
};

/* One thing that was found. `host` and `code` tell it from others of a look;
 * further places may change while it lasts. */
struct control_finding {
	int64_t id;
	struct str part, code, severity, host;
	struct str places; /* JSON object of texts */
	struct str evidence;
	struct str record_name, record_type, record_value;
	int64_t first_seen, last_seen, cleared_at; /* 0: not over */
};

/* A record set as it was seen: lines, sorted; "" means there is none. */
struct control_value {
	int64_t id;
	struct str name, type, value;
	struct str old;
	bool first; /* there is nothing to compare it with */
	int64_t seen_at;
};

/* The domains that are due, longest waiting first, `most` of them; they are
 * not given out again within CONTROL_WATCH_HOLD. */
enum err control_watch_take(struct control *c, int64_t now, unsigned most,
			    enum err (*each)(void *ctx,
					     const struct control_watched *),
			    void *ctx, struct diag *why) MUST_CHECK;

/* Everything that one look saw. */
struct control_look {
	int64_t domain;
	int64_t at, due_at; /* now, and when to look again */
	struct str parts;
	struct control_policy policy;
	const struct control_finding *finding;
	size_t findings;
	/* Parts that were seen to the end: what they do not say is over. */
	const struct str *settled;
	size_t settled_n;
	const struct control_value *value; /* only those that are known */
	size_t values;
	const struct control_probe *probe; /* of every mail server */
	size_t probes;
	bool probes_known; /* else what was there stays */
};

enum control_change_kind {
	CONTROL_APPEARED,
	CONTROL_CLEARED,
	CONTROL_RECORD /* also when first seen: `value->first` */
};
const char *control_change_name(enum control_change_kind kind);

struct control_change {
	enum control_change_kind kind;
	int64_t at, id;
	const struct control_finding *finding; /* of the first two */
	const struct control_value *value;     /* of the last */
};

/* Writes a look down and tells what it changed; the texts live during the
 * call of `each`. Whole or not at all. ERR_GONE "control.no_domain": it was
 * removed meanwhile. */
enum err
control_watch_settle(struct control *c, const struct control_look *look,
		     enum err (*each)(void *ctx, const struct control_change *),
		     void *ctx, struct diag *why) MUST_CHECK;

/* ---- for those who read ---- */

/* ERR_GONE "control.no_domain". Texts live in `mem`. */
enum err control_watch_state(struct control *c, int64_t owner, int64_t domain,
			     struct arena *mem, struct control_watched *out,
			     struct diag *why) MUST_CHECK;
/* Those that are not over, oldest first. */
enum err control_watch_findings(
	struct control *c, int64_t domain,
	enum err (*each)(void *ctx, const struct control_finding *), void *ctx,
	struct diag *why) MUST_CHECK;
/* The present values, by name. */
enum err control_watch_values(struct control *c, int64_t domain,
			      enum err (*each)(void *ctx,
					       const struct control_value *),
			      void *ctx, struct diag *why) MUST_CHECK;
/* What changed, newest first, at most `most`, older than `before` (only at,
 * kind and id are read; NULL: from the newest). */
enum err control_watch_history(struct control *c, int64_t domain,
			       const struct control_change *before,
			       unsigned most,
			       enum err (*each)(void *ctx,
						const struct control_change *),
			       void *ctx, struct diag *why) MUST_CHECK;
/* Makes it due. ERR_GONE "control.no_domain". */
enum err control_watch_hurry(struct control *c, int64_t owner, int64_t domain,
			     int64_t now, struct diag *why) MUST_CHECK;

#endif
