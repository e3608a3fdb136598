/* cert.h - a server's certificate as plain values, and whom it is good for.
 * Part of facts.h. */
#ifndef FACTS_CERT_H
#define FACTS_CERT_H

#include "base/base.h"

enum facts_chain {
	FACTS_CHAIN_UNKNOWN, /* not verified: no certificate, or no roots */
	FACTS_CHAIN_TRUSTED,
	FACTS_CHAIN_SELF_SIGNED,
	FACTS_CHAIN_UNTRUSTED_ROOT,
	FACTS_CHAIN_INCOMPLETE, /* an intermediate certificate is missing */
	FACTS_CHAIN_REVOKED,
	FACTS_CHAIN_BROKEN /* a signature or constraint does not hold */
};

/* One certificate of the chain that was sent, for DANE. */
struct facts_der {
	struct str cert; /* DER of the whole certificate */
	struct str spki; /* DER of its SubjectPublicKeyInfo */
};

struct facts_cert {
	bool there;
	int64_t not_before, not_after; /* UTC seconds */
	const struct str *names;       /* SAN dNSName, lower case */
	size_t names_n;
	struct str common_name, issuer; /* for showing only */
	enum facts_chain chain;         /* dates and names not considered */
	bool weak; /* SHA-1 or older, RSA below 2048, EC below 224 */
	unsigned key_bits;
	struct str key_type;          /* "RSA", "EC", "ED25519" */
	const struct facts_der *sent; /* leaf first, as it was sent */
	size_t sent_n;
};

enum facts_cover {
	FACTS_COVERS,
	FACTS_COVERS_NOT,
	/* "*.example.net" was meant to cover more than one label (RFC 6125
	 * section 6.4.3) */
	FACTS_COVERS_TOO_DEEP
};

/* Whether a SAN of `cert` names `host`: never the common name; "*" only as
 * the whole left-most label, for exactly one label. */
enum facts_cover facts_cert_covers(const struct facts_cert *cert,
				   struct str host);
/* Whether a careful client takes it for `host` at `now` (UTC seconds): chain,
 * dates and names. */
bool facts_cert_holds(const struct facts_cert *cert, struct str host,
		      int64_t now);

#endif
