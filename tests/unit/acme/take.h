/* take.h - reads any bytes as a document of an authority and asserts what
 * holds for whatever is taken from them; for the fuzzer. */
#ifndef TEST_ACME_TAKE_H
#define TEST_ACME_TAKE_H

#include "acme/private.h"

#include <assert.h>
#include <string.h>

enum take_kind {
	TAKE_DIRECTORY,
	TAKE_ORDER,
	TAKE_PROOF,
	TAKE_ACCOUNT,
	TAKE_WINDOW,
	TAKE_PROBLEM,
	TAKE_WAIT,
	TAKE_URL,
	TAKE_KINDS
};

static inline void
take_words(const struct acme_problem *p)
{
	struct str words = str_of(p->words);

	assert(words.n < DIAG_DETAIL_MAX && str_is_utf8(words));
	for (size_t i = 0; i < words.n; i++)
		assert((unsigned char)words.p[i] >= ' ' && words.p[i] != 127);
	assert(strspn(p->type, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRS"
			       "TUVWXYZ0123456789") == strlen(p->type));
}

static inline void
take_proof(struct str body)
{
	struct acme_proof p;

	if (acme_read_proof(body, &p, NULL) != ERR_NONE)
		return;
	for (size_t t = 0; t < ACME_TYPES; t++) {
		assert(!p.offers[t].offered ||
		       acme_is_base64url(str_of(p.offers[t].token)));
		take_words(&p.offers[t].problem);
	}
}

static inline void
take_url(struct str url)
{
	struct str host = acme_url_host(url);

	if (!acme_url_allowed(url, true))
		return;
	assert(host.n > 0 && url.n < ACME_URL_SIZE);
	assert(!memchr(host.p, '@', host.n) && !memchr(host.p, '/', host.n));
	assert(acme_url_same_place(url, url));
	assert(acme_url_allowed(url, false) || host.p[0] == '1' ||
	       host.p[0] == ':');
}

static inline void
take_small(enum take_kind kind, struct str body)
{
	struct acme_window window;
	struct acme_problem problem;
	bool usable;

	if (kind == TAKE_ACCOUNT &&
	    acme_read_account(body, &usable, NULL) != ERR_NONE)
		assert(!usable);
	if (kind == TAKE_WINDOW &&
	    acme_read_window(body, &window, NULL) == ERR_NONE)
		assert(window.end > window.start);
	acme_read_problem(body, &problem);
	take_words(&problem);
	assert(acme_read_retry_after(body, 1800000000) <= 30 * CIVIL_DAY);
	assert(acme_read_retry_after(body, 1800000000) >= 0);
}

static inline void
take(enum take_kind kind, struct str body)
{
	struct acme_directory directory;
	struct acme_order_state order;

	if (kind == TAKE_DIRECTORY) {
		if (acme_read_directory(body, S("tlsserver"), &directory,
					NULL) == ERR_NONE)
			assert(directory.order[0]);
	} else if (kind == TAKE_ORDER) {
		if (acme_read_order(body, &order, NULL) == ERR_NONE)
			assert(order.proof_n > 0 &&
			       order.proof_n <= ACME_PROOFS_MAX);
	} else if (kind == TAKE_PROOF) {
		take_proof(body);
	} else if (kind == TAKE_URL) {
		take_url(body);
	} else {
		take_small(kind, body);
	}
}

#endif
