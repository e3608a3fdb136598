/* private.h - what the files of this room share. */
#ifndef TLS_PRIVATE_H
#define TLS_PRIVATE_H

#include "tls/tls.h"

#include <openssl/ssl.h>

struct tls_identity {
	SSL_CTX *ctx;
};

struct facts_cert;
/* The chain `sent`, leaf first, as plain values, held against `roots`; dates
 * and names are not considered. False when `mem` is full. */
bool tls_cert_facts(STACK_OF(X509) * sent, X509_STORE *roots, struct arena *mem,
		    struct facts_cert *out) MUST_CHECK;

/* Takes `file`'s fault out of OpenSSL's queue into "tls.bad_file". */
enum err tls_fault(const char *file, struct diag *why);

#endif
