/* tls.h - certificates and what a server or client does with them (OpenSSL
 * inside).
 *
 * As a server TLS 1.2 and later only. As a client that looks at others
 * whatever they speak: it judges nothing and remembers what it saw.
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
/* One of our own making that is in no file. */
enum err tls_self_fresh(struct str host, int64_t now, struct tls_identity **out,
			struct diag *why) MUST_CHECK;
/* From now on `identity` is this certificate, as tls_pair_new takes it;
 * connections that are there keep theirs. "tls.bad_pair": nothing changed. */
enum err tls_replace(struct tls_identity *identity, struct str chain,
		     struct str key, struct diag *why) MUST_CHECK;
void tls_free(struct tls_identity *identity); /* NULL is fine */

struct ssl_st;
/* A new server side of a connection, owned by the caller (loop). */
struct ssl_st *tls_accept(struct tls_identity *identity);
/* "TLSv1.3 TLS_AES_256_GCM_SHA384" of an established connection. */
void tls_describe(struct ssl_st *ssl, struct buf *out);

/* ---- many names behind one address ---- */

/* A certificate with its key, held in memory. Connections that use it keep
 * what they need. */
struct tls_pair;
/* Certificates in DER, leaf first, each behind its length in three bytes,
 * big-endian; the key as PKCS #8 in DER. "tls.bad_pair". */
enum err tls_pair_new(struct str chain, struct str key, struct tls_pair **out,
		      struct diag *why) MUST_CHECK;
/* What answers tls-alpn-01 (RFC 8737 section 3): self-signed, for `name`, with
 * the SHA-256 of the key authorisation. `now` in UTC seconds. */
enum err tls_pair_challenge(struct str name, const uint8_t digest[32],
			    int64_t now, struct tls_pair **out,
			    struct diag *why) MUST_CHECK;
void tls_pair_free(struct tls_pair *pair); /* NULL is fine */

/* What a ClientHello asks for. */
struct tls_hello {
	struct str name; /* as it was sent; empty: none */
	bool challenge;  /* by ALPN: acme-tls/1 and nothing else */
};

struct tls_hosts;
/* `choose` is asked in each handshake; `who` is that of tls_hosts_accept. The
 * pair has to live until the next call of anything here. NULL ends it with
 * the alert unrecognized_name (RFC 6066 section 3). */
struct tls_hosts *
tls_hosts_new(struct tls_pair *(*choose)(void *ctx, void *who,
					 const struct tls_hello *hello),
	      void *ctx);
void tls_hosts_free(struct tls_hosts *hosts); /* NULL is fine */
/* A new server side, owned by the caller (loop). ALPN is http/1.1, or that of
 * the challenge; sessions are not resumed. */
struct ssl_st *tls_hosts_accept(struct tls_hosts *hosts, void *who);

enum tls_peek {
	TLS_PEEK_MORE, /* not all of it is there yet */
	TLS_PEEK_BAD,  /* no ClientHello; a handshake will say why */
	TLS_PEEK_DONE
};
enum { TLS_PEEK_MAX = 16 << 10 /* bytes; larger ones are bad */ };
/* Reads a ClientHello before anybody has taken it. Pure; `out` is a piece of
 * `bytes`, in which records are joined. */
enum tls_peek tls_peek(char *bytes, size_t n, struct tls_hello *out);

/* ---- looking at servers ---- */

/* The roots that a server's chain is held against. */
struct tls_trust;
/* From a PEM file ("tls.bad_file"), or with NULL the system's. */
enum err tls_trust_load(const char *ca_file, struct tls_trust **out,
			struct diag *why) MUST_CHECK;
void tls_trust_free(struct tls_trust *trust); /* NULL is fine */

/* A new client side, owned by the caller (loop), with `host` as SNI unless it
 * is an address. No certificate ends it. Reads `trust` as long as it lives. */
struct ssl_st *tls_connect(struct tls_trust *trust, struct str host);

/* When a write failed: whether the server had said why (a TLS 1.3 server
 * refuses a client that thinks all is well and writes). Nothing else may be
 * done with `ssl` then but to look at it. */
void tls_last_words(struct ssl_st *ssl);

struct facts_tls;
/* What such a client saw up to now, also when it failed: fills `out` with
 * texts in `mem`, and `why` (empty: nothing went wrong) in English. False when
 * `mem` is full. */
bool tls_seen(struct ssl_st *ssl, struct arena *mem, struct facts_tls *out,
	      struct str *why) MUST_CHECK;

#endif
