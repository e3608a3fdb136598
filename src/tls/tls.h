/* tls.h - certificates and what a server or client does with them (OpenSSL
 * inside).
 *
 * TLS 1.2 and later only.
 */
#ifndef TLS_H
#define TLS_H

#include "base/base.h"

/* A certificate with its key, ready to serve. */
struct tls_identity;

/* The one in `dir` ("self.pem", "self.key", mode 0600) for `host`, made by
 * ourselves (P-256, ten years) when it is absent, for another host or near
 * its end. For mail servers, whose peers do not check. `now` in UTC seconds. */
enum err tls_self_made(const char *dir, struct str host, int64_t now,
		       struct tls_identity **out, struct diag *why) MUST_CHECK;
/* PEM files: the chain with its leaf first, and the key. "tls.bad_file" names
 * the file and what is wrong with it. */
enum err tls_load(const char *chain, const char *key, struct tls_identity **out,
		  struct diag *why) MUST_CHECK;
void tls_free(struct tls_identity *identity); /* NULL is fine */

struct ssl_st;
/* A new server side of a connection, owned by the caller (loop). */
struct ssl_st *tls_accept(struct tls_identity *identity);
/* "TLSv1.3 TLS_AES_256_GCM_SHA384" of an established connection. */
void tls_describe(struct ssl_st *ssl, struct buf *out);

#endif
