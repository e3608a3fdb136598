/* private.h - what the files of this room share. */
#ifndef ACME_PRIVATE_H
#define ACME_PRIVATE_H

#include "acme/acme.h"

#include <openssl/types.h>

enum {
	ACME_BODY_MAX = 128 << 10, /* of any answer; chains are the largest */
	ACME_NONCE_SIZE = 256,
	ACME_TOKEN_SIZE = 129, /* text with NUL */
	ACME_PROOFS_MAX = 4,   /* authorisations of an order; one is usual */
	ACME_CHAIN_CERTS = 8,
	ACME_ID_SIZE = 128, /* RFC 9773 section 4.1, text with NUL */
	ACME_AUTHORIZATION_SIZE = ACME_TOKEN_SIZE + ACME_THUMBPRINT_SIZE
};

/* ---- url.c: where an authority may send us ---- */

/* An https URL of printable ASCII without user, fragment or surplus length;
 * with `plain_loopback` also http at a loopback address. */
bool acme_url_allowed(struct str url, bool plain_loopback);
/* Whether both have the same scheme, host and port. */
bool acme_url_same_place(struct str a, struct str b);
/* Host without port or brackets. */
struct str acme_url_host(struct str url);

/* ---- answer.c: documents of an authority, from hostile bytes ---- */

struct acme_problem {
	char type[ACME_PROBLEM_SIZE]; /* without "urn:...:error:" */
	char words[DIAG_DETAIL_MAX];  /* escaped */
};

struct acme_directory {
	char nonce[ACME_URL_SIZE], account[ACME_URL_SIZE], order[ACME_URL_SIZE];
	char revoke[ACME_URL_SIZE], renewal[ACME_URL_SIZE]; /* may be empty */
	bool has_terms, binding_required;
	bool profile_known; /* the one that was asked for is offered */
};

enum acme_status {
	ACME_PENDING,
	ACME_READY,
	ACME_PROCESSING,
	ACME_VALID,
	ACME_INVALID,
	ACME_OVER /* expired, deactivated, revoked */
};

struct acme_order_state {
	enum acme_status status;
	char proofs[ACME_PROOFS_MAX][ACME_URL_SIZE];
	size_t proof_n;
	char finalize[ACME_URL_SIZE], certificate[ACME_URL_SIZE];
	struct acme_problem problem; /* empty type: none */
};

struct acme_offer { /* a challenge */
	bool offered;
	enum acme_status status;
	char url[ACME_URL_SIZE], token[ACME_TOKEN_SIZE];
	struct acme_problem problem;
};

struct acme_proof { /* an authorisation */
	enum acme_status status;
	char name[ACME_NAME_MAX + 1];
	struct acme_offer offers[ACME_TYPES];
};

/* Each fills `out` or answers ERR_SYNTAX "acme.bad_answer" with what is wrong
 * as the detail. URLs are copied, not judged. */
enum err acme_read_directory(struct str body, struct str profile,
			     struct acme_directory *out,
			     struct diag *why) MUST_CHECK;
enum err acme_read_order(struct str body, struct acme_order_state *out,
			 struct diag *why) MUST_CHECK;
enum err acme_read_proof(struct str body, struct acme_proof *out,
			 struct diag *why) MUST_CHECK;
/* Whether an account document says that the account may be used. */
enum err acme_read_account(struct str body, bool *usable,
			   struct diag *why) MUST_CHECK;
enum err acme_read_window(struct str body, struct acme_window *out,
			  struct diag *why) MUST_CHECK;
/* Never fails: what is no problem document has an empty type. */
void acme_read_problem(struct str body, struct acme_problem *out);
/* Seconds from `now` on that a Retry-After header asks for; 0: none or in
 * the past. At most 30 days. */
int64_t acme_read_retry_after(struct str value, int64_t now);
bool acme_is_base64url(struct str s);
/* Somebody else's words: escaped, cut to what a diag holds. */
void acme_words(struct str words, char out[DIAG_DETAIL_MAX]);

/* ---- key.c ---- */

/* NULL when it is no P-256 key. Free with EVP_PKEY_free. */
EVP_PKEY *acme_key_load(struct str der);
/* Appends the public key as a JWK with its members in the order of RFC 7638
 * section 3. */
bool acme_jwk(const EVP_PKEY *key, struct buf *out) MUST_CHECK;
/* ES256: r and s, 32 bytes each (RFC 7518 section 3.4). */
bool acme_sign(EVP_PKEY *key, struct str text, uint8_t out[64]) MUST_CHECK;
/* A request for `name` alone, in DER. */
bool acme_csr(EVP_PKEY *key, struct str name, struct buf *out) MUST_CHECK;

/* ---- jws.c ---- */

/* RFC 4648 section 5 without padding, appended. */
bool acme_base64url(struct str bytes, struct buf *out);
/* Appends what `text` stands for; padding at its end is allowed. */
bool acme_base64url_decode(struct str text, struct buf *out) MUST_CHECK;

struct acme_envelope {
	EVP_PKEY *key;
	struct str kid; /* empty: the public key itself goes along */
	struct str nonce, url, payload;
};
/* RFC 8555 section 6.2, flattened JSON. False when it gets too large. */
bool acme_jws(const struct acme_envelope *e, struct buf *out) MUST_CHECK;
/* RFC 8555 section 7.3.4: `jwk` signed with the authority's secret. */
bool acme_jws_binding(const struct acme_ca *ca, struct str jwk, struct str url,
		      struct buf *out) MUST_CHECK;

/* ---- chain.c ---- */

/* Whether the leaf is for this key and this name and lasts beyond `now`. */
enum err acme_chain_check(struct str chain, EVP_PKEY *key, struct str name,
			  int64_t now, struct diag *why) MUST_CHECK;
/* RFC 9773 section 4.1: what names the leaf. False when it has no authority
 * key identifier. */
bool acme_chain_id(struct str chain, char out[ACME_ID_SIZE]) MUST_CHECK;
/* The first certificate; empty when damaged. */
struct str acme_chain_leaf(struct str chain);

#endif
