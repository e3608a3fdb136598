/* evidence.h - asks DNS for the names of the addresses that sent mail, and
 * whether the names lead back to them; and which addresses the domains' own
 * SPF records let send.
 *
 * Nothing waits for it: reports are counted with what is known, and counted
 * again when a name was found. Answers are kept in the store (store/hosts.h
 * says how long), so that nobody is asked twice.
 */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "inspect/inspect.h"
#include "store/store.h"

enum {
	EVIDENCE_RATE = 50,     /* addresses a second, unless said otherwise */
	EVIDENCE_AT_ONCE = 32,  /* looks under way */
	EVIDENCE_NAMES_MAX = 10 /* of one address that are followed back */
};

/* ---- one address, as a check: facts in, a name out ---- */

/* False while facts are missing, which have been asked for. `out->ip` is what
 * is looked for; the name lives as long as the facts. */
bool evidence_name(struct facts *f, struct store_host *out) MUST_CHECK;

/* ---- one domain: who its own SPF record lets send ---- */

/* More than the store takes, as they come before they are brought in order. */
enum { EVIDENCE_RANGES_MAX = 4000 };
struct evidence_own {
	enum store_own_state state;
	struct sender_range range[EVIDENCE_RANGES_MAX]; /* tidy */
	size_t n; /* at most STORE_OWN_RANGES_MAX */
};
/* False while facts are missing, which have been asked for. Ranges that are
 * too wide to tell who sends (wider than /8, of IPv6 /16) are left out. */
bool evidence_own(struct facts *f, struct str domain,
		  struct evidence_own *out) MUST_CHECK;

/* ---- many ---- */

struct evidence_speed {
	unsigned rate;    /* 0: EVIDENCE_RATE */
	unsigned at_once; /* 0: EVIDENCE_AT_ONCE */
};

struct evidence_work {
	struct evidence_speed speed;
	const struct netaddr *ips; /* borrowed */
	size_t count;
	/* Called for each, in any order; what it is shown is gone when it
	 * returns. */
	void (*found)(void *ctx, const struct store_host *host);
	void (*done)(void *ctx); /* once, behind them; may free the pass */
	void *ctx;
};

struct evidence_pass;
/* Copies `work`. Nothing is called from within this call. */
struct evidence_pass *evidence_pass_new(struct loop *l, struct inspect *in,
					const struct evidence_work *work);
/* When looks are under way: after the loop has ended, and `in` is gone. NULL
 * is fine. */
void evidence_pass_free(struct evidence_pass *p);

/* ---- the service ---- */

struct evidence_options {
	const char *data; /* directory of the store; borrowed */
	struct evidence_speed speed;
	/* Milliseconds of rest when nobody was due. 0: ten seconds. */
	int64_t rest_ms;
};

struct evidence;
/* Looks at whoever is due in the store, addresses and the SPF records of the
 * registered domains, hands what it finds to the writer over
 * its control socket, and so on. Reads the store, never writes it; waits when
 * there is none yet, and when the writer is away. */
struct evidence *evidence_start(struct loop *l, struct inspect *in,
				const struct evidence_options *options);
/* After the loop has ended, and `in` is gone. NULL is fine. */
void evidence_stop(struct evidence *e);

#endif
