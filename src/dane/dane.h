/* dane.h - TLSA records of mail servers, and whether the certificates that
 * they send fit them (RFC 7672, RFC 6698).
 *
 * Pure. OpenSSL, for digests and signatures, is the secret of this room.
 */
#ifndef DANE_H
#define DANE_H

#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"

struct dane_tlsa {
	uint8_t usage, selector, match;
	struct str data;
};

enum dane_use {
	DANE_USABLE,
	DANE_PKIX,     /* usage 0 or 1: not for SMTP (RFC 7672 section 3.1.3) */
	DANE_UNKNOWN,  /* usage, selector or matching type nobody knows */
	DANE_MALFORMED /* shorter than it says, or no certificate data */
};

/* False when there are less than three bytes; `data` is a piece of `rdata`. */
bool dane_parse(struct str rdata, struct dane_tlsa *out) MUST_CHECK;
enum dane_use dane_use_of(const struct dane_tlsa *r);

/* How a chain stands against one usable record. */
enum dane_match {
	DANE_MATCHES,
	DANE_MATCHES_NOT,
	DANE_NAME,  /* usage 2: the issuer fits, the name does not */
	DANE_DATES, /* usage 2: expired, or not valid yet */
	DANE_CHAIN  /* usage 2: the issuer was sent, but did not sign it */
};

/* What a certificate is held against. */
struct dane_target {
	struct str host;   /* TLSA base domain */
	struct str domain; /* next hop */
	int64_t now;       /* UTC seconds */
};

/* Only a usable record may be given; without a chain it matches not. */
enum dane_match dane_match(const struct dane_tlsa *r,
			   const struct facts_cert *cert,
			   const struct dane_target *target);

/* Findings dane.*: every mail server of the domain. */
bool dane_check(struct facts *f, const struct facts_subject *s,
		struct finding_list *out);
/* `*failing`: a sender that uses DANE cannot deliver to one of the servers,
 * and MTA-STS may not rescue it (RFC 8461 section 2). False while facts are
 * missing. */
bool dane_failing(struct facts *f, struct str domain, bool *failing);

/* "3 1 1 <hex>", as a zone file has it. False when `out` is full. */
bool dane_print(const struct dane_tlsa *r, struct buf *out);

#endif
