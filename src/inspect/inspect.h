/* inspect.h - looks at domains: finds the facts that the checks ask for, runs
 * the checks, tells what they found.
 *
 * The only place where questions of the checks (facts.h) meet the world
 * (resolver, probe). It never connects to an address that probe_allowed
 * refuses.
 */
#ifndef INSPECT_H
#define INSPECT_H

#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "inspect/lookup.h"
#include "json/json.h"
#include "loop/loop.h"
#include "probe/probe.h"
#include "resolver/resolver.h"

enum {
	INSPECT_MS = 30000,       /* one look, unless said otherwise */
	INSPECT_MEMORY = 4 << 20, /* facts and findings of one look */
	INSPECT_ROUNDS = 64       /* of asking: the longest chain of rules */
};

struct inspect_options {
	struct resolver_options dns; /* its guard is ours */
	struct probe_options net;
	int64_t ms; /* a look, 0: INSPECT_MS */
};

struct inspect;

/* Copies `options`; the texts in them must outlive it. */
enum err inspect_new(struct loop *l, const struct inspect_options *options,
		     struct inspect **out, struct diag *why) MUST_CHECK;
/* No look may be under way. NULL is fine. */
void inspect_free(struct inspect *in);

/* Looks that begin from now on see the world as it is, not as it was kept. */
void inspect_forget(struct inspect *in);

/* Runs `judge`, answers what it asked of `f`, and again, until it is true,
 * asks nothing new, or the time is over. `done` is called once, later, from
 * the loop: `complete` is what `judge` said last. After that `f` may be freed;
 * `judge` is not called any more. */
void inspect_run(struct inspect *in, struct facts *f, bool (*judge)(void *ctx),
		 void (*done)(void *ctx, bool complete), void *ctx);
/* The same for a program that has nothing else to do: returns when done. */
enum err inspect_wait(const struct inspect_options *options, struct facts *f,
		      bool (*judge)(void *ctx), void *ctx, bool *complete,
		      struct diag *why) MUST_CHECK;

/* ---- everything about a domain ---- */

enum inspect_part {
	INSPECT_NS,
	INSPECT_MX,
	INSPECT_MX_TLS,
	INSPECT_RDNS,
	INSPECT_SPF,
	INSPECT_DKIM,
	INSPECT_DMARC,
	INSPECT_MTA_STS,
	INSPECT_TLS_RPT,
	INSPECT_DANE,
	INSPECT_BIMI,
	INSPECT_CAA,
	INSPECT_PARTS
};

/* "ns", "mx", "mx-tls", ... as in JSON and on the command line. */
const char *inspect_part_name(enum inspect_part part);

struct inspect_report {
	struct str domain; /* folded */
	int64_t checked_at;
	bool under_way; /* what is not complete yet is "waiting" */
	struct {
		bool wanted;
		bool complete; /* false: unknown, `found` is empty */
		struct finding_list found;
	} part[INSPECT_PARTS];
};

/* A look at `s->domain` in `f`; `wanted` is a set of 1 << enum inspect_part,
 * 0: all. Texts of `s` must outlive it. */
struct inspect_look;
struct inspect_look *inspect_look_new(struct facts *f,
				      const struct facts_subject *s,
				      unsigned wanted);
void inspect_look_free(struct inspect_look *look);
/* A `judge` of inspect_run: `ctx` is the look. */
bool inspect_look_judge(void *ctx);
/* What it knows now; lives as long as the look. */
const struct inspect_report *inspect_look_report(struct inspect_look *look);

/* The gravest of a part; FINDING_OK when there is nothing but praise. */
enum finding_severity inspect_status(const struct inspect_report *report,
				     enum inspect_part part);
/* "ok", "info", ...; "unknown" or "waiting" of a part that is not
 * complete. */
const char *inspect_status_name(const struct inspect_report *report,
				enum inspect_part part);
/* checks and findings of waxseal.check/1 (contracts section 7), into an open
 * object. */
void inspect_put_report(struct json_out *j, const struct inspect_report *report,
			enum finding_lang lang);

/* ---- for other processes ---- */

#include "inspect/server.h"

#endif
