/* order.h - a certificate ordered by a child, and what it says to its parent.
 */
#ifndef HOSTING_ORDER_H
#define HOSTING_ORDER_H

#include "hosting/private.h"

/* What a child that orders is told, and what it tells. Both ends are this
 * program; `master` closes the key before it leaves the child. */
struct hosting_order_in {
	struct str host; /* "mta-sts.example.com" */
	struct acme_ca ca[HOSTING_CAS_MAX];
	size_t ca_n;
	struct str account_key, previous, previous_directory;
	const struct hosted_zone *zone;
	const uint8_t *master;
};
/* Runs in the child: orders over `fd` (SOCK_SEQPACKET) and ends it. */
__attribute__((noreturn)) void
hosting_order_child(const struct hosting_order_in *in, int fd);

enum hosting_word {
	HOSTING_SHOW,
	HOSTING_HIDE,
	HOSTING_ISSUED,
	HOSTING_FAILED
};
/* Head of a message from the child; texts behind it in this order. */
struct hosting_message {
	enum hosting_word word;
	uint32_t token_n, answer_n, digest_n; /* HOSTING_SHOW */
	uint32_t chain_n, key_n;              /* HOSTING_ISSUED, key sealed */
	int64_t not_before, not_after;
	struct acme_window window;
	uint32_t ca;
	char kid[ACME_URL_SIZE];
	/* HOSTING_FAILED */
	enum acme_fault fault;
	struct diag why;
	int64_t until;
	uint32_t orders, failed_proofs;
};

/* ---- selftest.c ---- */

/* Blocking: fetches http://HOST/PATH at the address, port 80; whether the body
 * is `body`. */
bool hosting_selftest(const struct netaddr *address, struct str host,
		      struct str path, struct str body, struct diag *why);

/* ---- preflight.c ---- */

struct hosting_preflight {
	struct facts *facts;
	const struct hosted_zone *zone;
	struct str host;
	struct str token; /* it leads to TOKEN.p; "": a name of ours */
	bool good;
	struct diag why;
};
/* Form of a judge of inspect_run. */
bool hosting_preflight_judge(void *preflight);

#endif
