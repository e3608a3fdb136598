/* session.h - one authority being talked to: private to this room. */
#ifndef ACME_SESSION_H
#define ACME_SESSION_H

#include "acme/private.h"

/* ---- http.c: one exchange ---- */

enum acme_method { ACME_GET, ACME_HEAD, ACME_POST };

struct acme_reply {
	long status;
	struct buf body; /* free it */
	char nonce[ACME_NONCE_SIZE], location[ACME_URL_SIZE];
	char retry_after[64];
};

struct acme_http;
/* `ca_file` is read at the first connection and must stay. */
struct acme_http *acme_http_new(const char *ca_file);
void acme_http_free(struct acme_http *h); /* NULL is fine */
/* Connections are kept. No redirect is followed, the peer's name must be in
 * its certificate's alternative names. Whatever status comes is ERR_NONE;
 * ERR_IO "acme.unreachable" when none comes. */
enum err acme_http_ask(struct acme_http *h, enum acme_method method,
		       const char *url, struct str body,
		       struct acme_reply *reply, struct diag *why) MUST_CHECK;

/* ---- session.c: signed requests ---- */

struct acme_session {
	const struct acme_options *o;
	const struct acme_ca *ca;
	size_t index;              /* of `ca` */
	char place[ACME_URL_SIZE]; /* its directory */
	struct acme_trouble *trouble;
	struct acme_http *http;
	EVP_PKEY *key; /* borrowed */
	struct acme_directory directory;
	char nonce[ACME_NONCE_SIZE]; /* empty: fetch one */
	char kid[ACME_URL_SIZE];     /* empty: no account yet */
	uint64_t waited;             /* milliseconds, of the patience */
	int64_t began;               /* os_ticks */
	bool no_account; /* the last request: the account is unknown there */
	struct acme_reply reply; /* of the last request */
};

/* Fetches the directory. End it in any case. */
enum acme_fault acme_session_begin(struct acme_session *s,
				   const struct acme_options *o, size_t ca,
				   EVP_PKEY *key,
				   struct acme_trouble *trouble) MUST_CHECK;
void acme_session_end(struct acme_session *s);

/* Notes why, the first reason stays, and returns `fault`. */
enum acme_fault acme_fail(struct acme_session *s, enum acme_fault fault,
			  const char *code, const char *detail);

/* Posts `payload`, signed by the account or, without one, by the bare key;
 * repeats it while nonces are refused. An answer below 300 is in `reply`;
 * any other is a fault, judged by acme_problem_fault. A payload without
 * bytes is a POST-as-GET (RFC 8555 section 6.3). */
enum acme_fault acme_post(struct acme_session *s, const char *url,
			  struct str payload) MUST_CHECK;
/* The same, signed by `key` itself: revocation by a certificate's key. */
enum acme_fault acme_post_by(struct acme_session *s, EVP_PKEY *key,
			     const char *url, struct str payload) MUST_CHECK;
/* Fetches without a signature: directory, renewal advice. */
enum acme_fault acme_get(struct acme_session *s, const char *url) MUST_CHECK;

/* Waits between two looks: as the last reply asks, a minute at most, else a
 * little longer each `round` (0, 1, ...). ACME_CA when the patience is at its
 * end. */
enum acme_fault acme_wait(struct acme_session *s, unsigned round) MUST_CHECK;
int64_t acme_clock(const struct acme_session *s);

/* ---- problem.c: what went wrong, and whose it is ---- */

/* For a refused request; `status` is HTTP's. */
enum acme_fault acme_problem_fault(struct acme_session *s, long status,
				   const struct acme_problem *p);
/* For a challenge or an order that became invalid. */
enum acme_fault acme_proof_fault(struct acme_session *s,
				 const struct acme_problem *p);
/* What was wrong is tried in another way now; the counts stay. */
void acme_forget(struct acme_trouble *t);
/* Whether the domain may fare better when asked in another way. */
bool acme_other_way(const struct acme_trouble *t);
/* Whether another authority may do what this one did not. */
bool acme_other_ca(const struct acme_trouble *t);

/* What a call answers whose trouble this is. */
enum err acme_err(const struct acme_trouble *t);
/* What was handed in cannot be used: ACME_OURS. */
enum err acme_bad_call(struct acme_trouble *t, const char *code);

/* ---- account.c, prove.c, advice.c ---- */

/* Asks when `chain` is to be renewed; ACME_CA without a reason when the
 * authority has no advice. */
enum acme_fault acme_window_ask(struct acme_session *s, struct str chain,
				struct acme_window *out) MUST_CHECK;

/* Finds or makes the account, unless there is one. */
enum acme_fault acme_account_open(struct acme_session *s) MUST_CHECK;
/* Shows the authority that the name is ours, with the best of the wanted
 * types from index `*from` on; `*from` then is the one after it. */
enum acme_fault acme_prove(struct acme_session *s, const struct acme_wanted *w,
			   const char *url, size_t *from) MUST_CHECK;

#endif
