/* identity.c - a certificate ready to serve, and what connections make of
 * it. */
#include "base/base.h"
#include "tls/private.h"

#include <openssl/err.h>
#include <stdlib.h>

enum err
tls_fault(const char *file, struct diag *why)
{
	unsigned long code = ERR_peek_error();
	const char *reason = ERR_reason_error_string(code);

	(void)diag_set(why, ERR_SYNTAX, "tls.bad_file", 0, "%s: %s", file,
		       reason ? reason : "?");
	ERR_clear_error();
	return ERR_SYNTAX;
}

SSL_CTX *
tls_server_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (!ctx || SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1)
		abort(); /* no memory */
	/* Renegotiation makes a peer's cheap request dear for us. */
	(void)SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION |
					       SSL_OP_NO_COMPRESSION |
					       SSL_OP_CIPHER_SERVER_PREFERENCE);
	/* Idle connections hold no buffers; the others may move theirs. */
	(void)SSL_CTX_set_mode(
		ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
			     SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	return ctx;
}

enum err
tls_load(const char *chain, const char *key, struct tls_identity **out,
	 struct diag *why)
{
	struct tls_identity *identity = heap_new(sizeof *identity);
	const char *at = NULL;

	ERR_clear_error();
	identity->ctx = tls_server_context();
	if (SSL_CTX_use_certificate_chain_file(identity->ctx, chain) != 1)
		at = chain;
	else if (SSL_CTX_use_PrivateKey_file(identity->ctx, key,
					     SSL_FILETYPE_PEM) != 1 ||
		 SSL_CTX_check_private_key(identity->ctx) != 1)
		at = key;
	if (at) {
		tls_free(identity);
		return tls_fault(at, why);
	}
	*out = identity;
	return ERR_NONE;
}

enum err
tls_replace(struct tls_identity *identity, struct str chain, struct str key,
	    struct diag *why)
{
	struct tls_pair *pair = NULL;
	SSL_CTX *ctx;
	enum err err = tls_pair_new(chain, key, &pair, why);

	if (err != ERR_NONE)
		return err;
	ctx = tls_server_context();
	if (SSL_CTX_use_cert_and_key(ctx, pair->leaf, pair->key, pair->chain,
				     1) == 1) {
		SSL_CTX_free(identity->ctx);
		identity->ctx = ctx;
	} else {
		SSL_CTX_free(ctx);
		ERR_clear_error();
		err = diag_set(why, ERR_SYNTAX, "tls.bad_pair", 0, "%s", "");
	}
	tls_pair_free(pair);
	return err;
}

void
tls_free(struct tls_identity *identity)
{
	if (!identity)
		return;
	SSL_CTX_free(identity->ctx);
	heap_free(identity);
}

struct ssl_st *
tls_accept(struct tls_identity *identity)
{
	SSL *ssl = SSL_new(identity->ctx);

	if (!ssl)
		abort(); /* no memory */
	SSL_set_accept_state(ssl);
	return ssl;
}

void
tls_describe(struct ssl_st *ssl, struct buf *out)
{
	buf_addf(out, "%s %s", SSL_get_version(ssl), SSL_get_cipher_name(ssl));
}
