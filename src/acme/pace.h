/* pace.h - when a certificate is ordered: renewal, back-off and the limits of
 * an authority. Pure: the clock is handed in, the state is a value.
 *
 * Part of acme.h, for whom to include it.
 */
#ifndef ACME_PACE_H
#define ACME_PACE_H

#include "base/base.h"

/* When an authority wants a certificate renewed, UTC seconds; start == end:
 * it does not say. */
struct acme_window {
	int64_t start, end;
	int64_t ask_again; /* when to look for a changed window */
};

/* The moment to renew, the same at each call for the same name: within the
 * window, spread by name; else after two thirds of the life, less up to a
 * thirtieth of it by name. Can lie in the past: now, then. */
int64_t acme_renew_at(struct str name, int64_t not_before, int64_t not_after,
		      const struct acme_window *window);

/* When to try again after the `failures`th failure in a row (1, 2, ...) at
 * `now`: after 1, 2, 4, 8, 16, then every 24 hours, later by up to a tenth,
 * by name. */
int64_t acme_retry_at(struct str name, unsigned failures, int64_t now);

/* ---- limits ---- */

/* `count` in any span of `seconds`. */
struct acme_limit {
	unsigned count;
	int64_t seconds;
};

/* What an authority allows; 0: no such limit. Four fifths of each are used. */
struct acme_limits {
	struct acme_limit orders;     /* of the account */
	struct acme_limit registered; /* certificates under one domain */
	struct acme_limit same;       /* certificates for the same name */
	struct acme_limit failed;     /* failed authorisations of a name */
};

/* Let's Encrypt's: 300 in 3 h, 50 and 5 in 7 d, 5 in 1 h. */
struct acme_limits acme_limits_common(void);

/* In this order an authority's allowance is given out. */
enum acme_urgency {
	ACME_NEW,              /* has no certificate yet */
	ACME_TESTING_EXPIRING, /* serves a policy that nobody must follow */
	ACME_ENFORCE_EXPIRING  /* mail stops when it expires */
};

/* An order that somebody waits for. */
struct acme_due {
	struct str name;
	struct str registered; /* its registered domain (dnsname) */
	enum acme_urgency urgency;
	int64_t since; /* first come, first served among the equally urgent;
			* for renewals the end of the old certificate */
	int64_t at;    /* not before, UTC seconds */
	/* A renewal that tells what it replaces, at an authority with advice
	 * (RFC 9773): no limit counts it but that of failures. */
	bool exempt;
};

/* What was ordered at one authority by one account, for the longest of its
 * limits. */
struct acme_pace;
struct acme_pace *acme_pace_new(const struct acme_limits *limits);
void acme_pace_free(struct acme_pace *p); /* NULL is fine */

/* When the limits let `due` be ordered: `now` or later. The last fifth of the
 * account's orders is kept for what expires, and the last tenth of them for
 * what enforces. A clock that goes back frees nothing early. */
int64_t acme_pace_when(struct acme_pace *p, const struct acme_due *due,
		       int64_t now);
/* One was ordered: say so before it is sent, so that no crash forgets it.
 * Does nothing for what is exempt. */
void acme_pace_ordered(struct acme_pace *p, const struct acme_due *due,
		       int64_t now);
struct acme_trouble;
/* What came of an order that was told: further orders and failed proofs are
 * counted, and where there is no certificate none: an order that came to
 * nothing counts as no certificate. */
void acme_pace_ended(struct acme_pace *p, const struct acme_due *due,
		     const struct acme_trouble *t, int64_t now);

/* Whom to order for now: the most urgent that is due and let, or SIZE_MAX with
 * in `when` the moment to ask again (INT64_MAX: nobody waits). */
size_t acme_pace_next(struct acme_pace *p, const struct acme_due *due, size_t n,
		      int64_t now, int64_t *when);

/* The state as bytes, and back: 25 bytes for each order of the longest span.
 * Names are in it as hashes. Damaged bytes: ERR_SYNTAX "acme.bad_state", and
 * `p` stays as it was. */
bool acme_pace_print(const struct acme_pace *p, struct buf *out) MUST_CHECK;
enum err acme_pace_parse(struct acme_pace *p, struct str bytes,
			 struct diag *why) MUST_CHECK;

#endif
