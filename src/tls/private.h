/* private.h - what the files of this room share. */
#ifndef TLS_PRIVATE_H
#define TLS_PRIVATE_H

#include "tls/tls.h"

#include <openssl/ssl.h>

struct tls_identity {
	SSL_CTX *ctx;
};

struct tls_pair {
	X509 *leaf;
	STACK_OF(X509) * chain; /* behind the leaf; NULL: none */
	EVP_PKEY *key;
};

#define TLS_CHALLENGE "acme-tls/1"

/* What all our servers have in common. */
SSL_CTX *tls_server_context(void);
/* What tls_pair_new remembers. */
void tls_forget_issuers(void);
/* The host name in a server_name extension, empty when there is none. */
struct str tls_hello_name(struct str extension);
/* The list of protocols (without its length) is that of the challenge. */
bool tls_hello_challenge(struct str protocols);

/* What chains are held against. */
struct tls_trust {
	SSL_CTX *ctx;
	bool lists;       /* of what was revoked may be among the roots */
	struct map *seen; /* hash of a chain: enum facts_chain */
};

struct facts_cert;
/* The chain `sent`, leaf first, as plain values, held against the roots; dates
 * and names are not considered. False when `mem` is full. */
bool tls_cert_facts(STACK_OF(X509) * sent, struct tls_trust *trust,
		    struct arena *mem, struct facts_cert *out) MUST_CHECK;

/* Takes `file`'s fault out of OpenSSL's queue into "tls.bad_file". */
enum err tls_fault(const char *file, struct diag *why);

#endif
