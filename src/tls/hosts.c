/* hosts.c - a server whose certificate is chosen by the name in the
 * ClientHello, before anything else is decided. */
#include "tls/private.h"

#include <openssl/err.h>
#include <stdlib.h>

struct tls_hosts {
	SSL_CTX *ctx;
	struct tls_pair *(*choose)(void *ctx, void *who,
				   const struct tls_hello *hello);
	void *choose_ctx;
};

/* Forward secrecy and authenticated encryption only. */
static const char ciphers[] =
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
static const char suites[] = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
			     "TLS_CHACHA20_POLY1305_SHA256";

static struct str
extension_of(SSL *ssl, unsigned type)
{
	const unsigned char *p = NULL;
	size_t n = 0;

	if (SSL_client_hello_get0_ext(ssl, type, &p, &n) != 1)
		return (struct str){ 0 };
	return (struct str){ (const char *)p, n };
}

static int
choose(SSL *ssl, int *alert, void *ctx)
{
	struct tls_hosts *h = ctx;
	struct str protocols = extension_of(
		ssl, TLSEXT_TYPE_application_layer_protocol_negotiation);
	const struct tls_hello hello = {
		.name = tls_hello_name(
			extension_of(ssl, TLSEXT_TYPE_server_name)),
		.challenge =
			tls_hello_challenge(str_sub(protocols, 2, SIZE_MAX)),
	};
	struct tls_pair *pair =
		h->choose(h->choose_ctx, SSL_get_app_data(ssl), &hello);

	if (!pair) {
		*alert = SSL_AD_UNRECOGNIZED_NAME;
		return SSL_CLIENT_HELLO_ERROR;
	}
	if (SSL_use_cert_and_key(ssl, pair->leaf, pair->key, pair->chain, 1) !=
	    1) {
		*alert = SSL_AD_INTERNAL_ERROR;
		return SSL_CLIENT_HELLO_ERROR;
	}
	return SSL_CLIENT_HELLO_SUCCESS;
}

/* RFC 7301 section 3.2: no protocol in common ends the handshake. */
static int
choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_n,
		const unsigned char *in, unsigned in_n, void *ctx)
{
	static const unsigned char http[] = "\10http/1.1";
	static const unsigned char challenge[] = "\12" TLS_CHALLENGE;
	bool asked =
		tls_hello_challenge((struct str){ (const char *)in, in_n });
	unsigned char *chosen = NULL;

	(void)ssl;
	(void)ctx;
	if (SSL_select_next_proto(&chosen, out_n, asked ? challenge : http,
				  asked ? sizeof challenge - 1
					: sizeof http - 1,
				  in, in_n) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

struct tls_hosts *
tls_hosts_new(struct tls_pair *(*choose_pair)(void *ctx, void *who,
					      const struct tls_hello *hello),
	      void *ctx)
{
	struct tls_hosts *h = heap_new(sizeof *h);
	char groups[] = "X25519:P-256:P-384"; /* not const: a macro's cast */

	h->ctx = tls_server_context();
	h->choose = choose_pair;
	h->choose_ctx = ctx;
	if (SSL_CTX_set_cipher_list(h->ctx, ciphers) != 1 ||
	    SSL_CTX_set_ciphersuites(h->ctx, suites) != 1 ||
	    SSL_CTX_set1_groups_list(h->ctx, groups) != 1)
		abort(); /* no memory, or another library than was built for */
	/* Nothing of one name's sessions may serve another's. */
	(void)SSL_CTX_set_options(h->ctx, SSL_OP_NO_TICKET);
	(void)SSL_CTX_set_num_tickets(h->ctx, 0);
	SSL_CTX_set_client_hello_cb(h->ctx, choose, h);
	SSL_CTX_set_alpn_select_cb(h->ctx, choose_protocol, NULL);
	return h;
}

void
tls_hosts_free(struct tls_hosts *hosts)
{
	if (!hosts)
		return;
	SSL_CTX_free(hosts->ctx);
	heap_free(hosts);
	tls_forget_issuers();
}

struct ssl_st *
tls_hosts_accept(struct tls_hosts *hosts, void *who)
{
	SSL *ssl = SSL_new(hosts->ctx);

	if (!ssl || SSL_set_app_data(ssl, who) != 1)
		abort(); /* no memory */
	SSL_set_accept_state(ssl);
	return ssl;
}
