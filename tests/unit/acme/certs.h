/* certs.h - certificates for the tests of this room. */
#ifndef TEST_ACME_CERTS_H
#define TEST_ACME_CERTS_H

#include "base/base.h"

/* A key as PKCS #8 in DER; fails the test when there is none. */
void certs_key(struct buf *out);

struct certs_wish {
	const char *name;      /* of the leaf */
	struct str key;        /* the leaf's */
	int64_t from, to;      /* UTC seconds */
	const char *serial;    /* hexadecimal; NULL: 1 */
	const char *authority; /* hexadecimal, with colons; NULL: none */
	bool by_stranger;      /* signed by a key that is not the issuer's */
	bool without_issuer;   /* the leaf alone */
	bool common_name_only; /* the name in the subject instead */
};

/* Leaf and issuer as PEM; fails the test when it cannot be made. */
void certs_chain(const struct certs_wish *wish, struct buf *out);

#endif
