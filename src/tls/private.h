/* private.h - what the files of this room share. */
#ifndef TLS_PRIVATE_H
#define TLS_PRIVATE_H

#include "tls/tls.h"

#include <openssl/ssl.h>

struct tls_identity {
	SSL_CTX *ctx;
};

/* Takes `file`'s fault out of OpenSSL's queue into "tls.bad_file". */
enum err tls_fault(const char *file, struct diag *why);

#endif
