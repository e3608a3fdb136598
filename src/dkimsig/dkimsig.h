/* dkimsig.h - DKIM signatures of a message (RFC 6376, RFC 8301, RFC 8463).
 *
 * In two halves, for two processes. dkimsig_read looks at the octets of a
 * message, which strangers wrote, and leaves of each signature only names,
 * numbers, a digest and the signature's own bytes. dkimsig_verify holds those
 * against the key, wherever that was found. Both are pure; OpenSSL is the
 * secret of the second.
 */
#ifndef DKIMSIG_H
#define DKIMSIG_H

#include "base/base.h"
#include "dkimkey/dkimkey.h"
#include "json/json.h"

enum {
	DKIMSIG_MAX = 16,           /* signatures of a message; more are left */
	DKIMSIG_HEADERS_MAX = 4000, /* fields; of more nothing is read */
	DKIMSIG_FIELD_MAX = 64 << 10, /* bytes of a signature's field */
	DKIMSIG_VALUE_MAX = 2048,     /* base64 digits of b=: 12,000 bits */
	DKIMSIG_DIGEST = 32,
	DKIMSIG_RSA_LEAST = 1024, /* bits; RFC 8301 section 3.2 */
	DKIMSIG_RSA_MOST = 8192
};

/* What was found before any key was looked at. */
enum dkimsig_fault {
	DKIMSIG_SOUND,
	DKIMSIG_SYNTAX,    /* a tag is missing, twice or unreadable */
	DKIMSIG_ALGORITHM, /* a= or c= or q= that nobody defined */
	DKIMSIG_SHA1,      /* rsa-sha1: RFC 8301 section 3.1 */
	DKIMSIG_LENGTH,    /* l= says more than there is */
	DKIMSIG_BODY,      /* the body is not the one that was signed */
	DKIMSIG_TOO_MUCH   /* bodies of too many forms would be hashed */
};

struct dkimsig {
	enum dkimsig_fault fault;
	struct str domain;   /* d=, folded; may be empty with a fault */
	struct str selector; /* s=, folded */
	struct str identity; /* domain of i=, folded; d= without it */
	bool ed25519;        /* else rsa; both with sha256 */
	bool length;         /* l= is there */
	bool partly;         /* and leaves a part of the body unsigned */
	int64_t expires;     /* x=, UTC seconds; 0: never */
	uint8_t digest[DKIMSIG_DIGEST]; /* of the header fields */
	struct str value;               /* b=, base64 without blanks */
};

struct dkimsig_mail {
	struct str author; /* domain of From, folded; empty: none or several */
	struct dkimsig sig[DKIMSIG_MAX];
	size_t n;
	bool more; /* there were more signatures */
};

/* Reads a whole message; lines may end in LF alone and be of any length.
 * Texts live in `mem`. False when `mem` is full. */
bool dkimsig_read(struct str message, struct arena *mem,
		  struct dkimsig_mail *out) MUST_CHECK;
/* As an object, and back. What is read may be anybody's: false when it is not
 * what dkimsig_print writes. */
void dkimsig_print(struct json_out *j, const char *key,
		   const struct dkimsig_mail *mail);
bool dkimsig_parse(const struct json *json, struct arena *mem,
		   struct dkimsig_mail *out) MUST_CHECK;

enum dkimsig_result {
	DKIMSIG_PASS,
	DKIMSIG_FAULTY,   /* sig.fault says why */
	DKIMSIG_EXPIRED,  /* when the message came */
	DKIMSIG_BAD_KEY,  /* key.fault, or it is of another kind */
	DKIMSIG_WEAK_KEY, /* RSA below 1024 bits, or absurdly large */
	DKIMSIG_IDENTITY, /* the key is not for names below its domain */
	DKIMSIG_MISMATCH  /* key and signature do not belong together */
};
/* `when` the message came, UTC seconds. A key that is for TLS reports only
 * (s=tlsrpt) counts when `tlsrpt` asks for it. */
enum dkimsig_result dkimsig_verify(const struct dkimsig *sig,
				   const struct dkimkey *key, int64_t when,
				   bool tlsrpt);

#endif
