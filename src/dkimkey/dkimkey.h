/* dkimkey.h - DKIM public keys in DNS: what a key record says and what is
 * wrong with it (RFC 6376 section 3.6.1, RFC 8301, RFC 8463), and new keys.
 *
 * Pure, but that a new key takes randomness from OpenSSL, which is the secret
 * of this room.
 */
#ifndef DKIMKEY_H
#define DKIMKEY_H

#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"

enum dkimkey_kind { DKIMKEY_RSA, DKIMKEY_ED25519, DKIMKEY_OTHER };

/* What keeps receivers from using the record, in the order of their looking.
 * Each has a finding: dkimkey_fault_code. */
enum dkimkey_fault {
	DKIMKEY_SOUND,
	DKIMKEY_NOT_DKIM,    /* another record, by a wildcard for instance */
	DKIMKEY_ESCAPED,     /* "\;" instead of ";" */
	DKIMKEY_SYNTAX,      /* `where` has the piece */
	DKIMKEY_VERSION,     /* v= is not DKIM1, or not first */
	DKIMKEY_NO_P,        /* no p= */
	DKIMKEY_REVOKED,     /* p= is empty */
	DKIMKEY_KIND,        /* k= is unknown */
	DKIMKEY_HASH,        /* h= lacks sha256 */
	DKIMKEY_SERVICE,     /* s= lacks email and * */
	DKIMKEY_BAD_KEY,     /* no base64, no key inside */
	DKIMKEY_CUT,         /* the key ends too early */
	DKIMKEY_BAD_EXPONENT /* RSA: even, or 1 */
};

struct dkimkey {
	enum dkimkey_fault fault;
	struct str where; /* the piece at fault; may be empty */
	enum dkimkey_kind kind;
	unsigned bits; /* of an RSA modulus; 256 for Ed25519; else 0 */
	struct str v, h, k, n, p, s, t, g; /* values, trimmed; p NULL: none */
	bool testing;                      /* t=y */
	bool no_subdomain;                 /* t=s */
	bool bare; /* RSAPublicKey without SubjectPublicKeyInfo */
};

enum { DKIMKEY_TEXT_MAX = 8192 };

/* Reads a key record; values are pieces of `text`. */
void dkimkey_parse(struct str text, struct dkimkey *out);
/* "dkim.revoked" and so on; NULL for DKIMKEY_SOUND. */
const char *dkimkey_fault_code(enum dkimkey_fault fault);

/* The key that a selector has. */
struct dkimkey_found {
	const struct facts_dns *answer;
	struct str text; /* the record that was read; empty: none */
	bool multiple;   /* more than one TXT record */
	bool there;      /* `key` is filled */
	struct dkimkey key;
};

/* Where a key is: SELECTOR._domainkey.DOMAIN. */
void dkimkey_name(struct str selector, struct str domain, struct buf *out);
/* False while facts are missing. `selector` is as in s=, `domain` folded. */
bool dkimkey_look(struct facts *f, struct str domain, struct str selector,
		  struct dkimkey_found *out);
/* One selector, which must have a key: findings dkim.*. */
bool dkimkey_check_one(struct facts *f, struct str domain, struct str selector,
		       struct finding_list *out);
/* All selectors of the subject, and some that are common: those only count
 * when they have a key. */
bool dkimkey_check(struct facts *f, const struct facts_subject *s,
		   struct finding_list *out);

struct dkimkey_pair {
	struct str private_pem; /* PKCS #8 */
	struct str record;      /* the TXT value, one piece */
};

/* A new key: RSA with 2048 bits, or Ed25519. Texts live in `mem`; the caller
 * wipes the private one when it is written (dkimkey_wipe). */
enum err dkimkey_generate(enum dkimkey_kind kind, struct arena *mem,
			  struct dkimkey_pair *out,
			  struct diag *why) MUST_CHECK;
void dkimkey_wipe(struct dkimkey_pair *pair);
/* The record as a zone file has it: quoted strings of at most 255 bytes. */
bool dkimkey_print_zone(struct str record, struct buf *out);

#endif
