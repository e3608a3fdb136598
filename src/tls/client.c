/* client.c - connections to servers that are looked at: nothing ends them but
 * the server, and what it did is remembered. */
#include "base/base.h"
#include "facts/facts.h"
#include "tls/private.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { HOST_ROOM = 256, WHY_ROOM = 128, CHAINS_MAX = 4096 };

/* Belongs to its SSL and goes with it. */
struct watch {
	struct tls_trust *trust;
	int alert;
	bool client_asked, agreed;
	char why[WHY_ROOM];
	STACK_OF(X509) * sent;
};

static int slot = -1;

static void
drop_watch(void *parent, void *at, CRYPTO_EX_DATA *ad, int index, long argl,
	   void *argp)
{
	struct watch *w = at;

	(void)parent;
	(void)ad;
	(void)index;
	(void)argl;
	(void)argp;
	if (!w)
		return;
	sk_X509_pop_free(w->sent, X509_free);
	heap_free(w);
}

static struct watch *
watch_of(const SSL *ssl)
{
	return SSL_get_ex_data(ssl, slot);
}

/* ---- what OpenSSL tells ---- */

/* In place of its own verification, before anything can fail after it. */
static int
keep_chain(X509_STORE_CTX *store, void *arg)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
		store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct watch *w = watch_of(ssl);

	(void)arg;
	if (!w->sent)
		w->sent =
			X509_chain_up_ref(X509_STORE_CTX_get0_untrusted(store));
	w->agreed = true;
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return 1;
}

static int
no_certificate(SSL *ssl, X509 **cert, EVP_PKEY **key)
{
	(void)cert;
	(void)key;
	watch_of(ssl)->client_asked = true;
	return 0;
}

static void
note(const SSL *ssl, int where, int result)
{
	struct watch *w = watch_of(ssl);
	unsigned long code = ERR_peek_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	if (!w)
		return;
	/* A warning ends nothing. */
	if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT &&
	    result >> 8 == SSL3_AL_FATAL)
		w->alert = result & 0xff;
	if (where & SSL_CB_HANDSHAKE_DONE)
		w->agreed = true;
	if (where & SSL_CB_EXIT && result <= 0 && reason && !w->why[0])
		(void)snprintf(w->why, sizeof w->why, "%s", reason);
}

/* ---- a context ---- */

/* In one piece, where the system has it so: the directory of single files
 * may be out of reach later. */
static bool
load_system_roots(struct tls_trust *trust)
{
	static const char *const bundles[] = {
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"
	};

	for (size_t i = 0; i < COUNT_OF(bundles); i++)
		if (access(bundles[i], R_OK) == 0 &&
		    SSL_CTX_load_verify_file(trust->ctx, bundles[i]) == 1)
			return true;
	trust->lists = true; /* they would be found when they are wanted */
	return SSL_CTX_set_default_verify_paths(trust->ctx) == 1;
}

/* Whether a list of what was revoked came with the roots. */
static bool
has_lists(const struct tls_trust *trust)
{
	STACK_OF(X509_OBJECT) *all =
		X509_STORE_get0_objects(SSL_CTX_get_cert_store(trust->ctx));

	for (int i = 0; i < sk_X509_OBJECT_num(all); i++)
		if (X509_OBJECT_get_type(sk_X509_OBJECT_value(all, i)) ==
		    X509_LU_CRL)
			return true;
	return false;
}

/* Old servers are to be named, not to be passed over: everything that OpenSSL
 * can still speak. */
static SSL_CTX *
new_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (!ctx)
		abort(); /* no memory */
	SSL_CTX_set_security_level(ctx, 0);
	(void)SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	(void)SSL_CTX_set_max_proto_version(ctx, 0);
	(void)SSL_CTX_set_cipher_list(ctx, "DEFAULT:@SECLEVEL=0");
	(void)SSL_CTX_set_options(ctx, SSL_OP_LEGACY_SERVER_CONNECT |
					       SSL_OP_NO_RENEGOTIATION |
					       SSL_OP_NO_COMPRESSION);
	/* A look is short and there are few at a time: buffers stay. */
	(void)SSL_CTX_set_mode(ctx,
			       SSL_MODE_ENABLE_PARTIAL_WRITE |
				       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* Tickets without end must not keep us within one read. */
	(void)SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, keep_chain, NULL);
	SSL_CTX_set_client_cert_cb(ctx, no_certificate);
	SSL_CTX_set_info_callback(ctx, note);
	return ctx;
}

enum err
tls_trust_load(const char *ca_file, struct tls_trust **out, struct diag *why)
{
	struct tls_trust *trust = heap_new(sizeof *trust);
	bool ok;

	if (slot < 0)
		slot = SSL_get_ex_new_index(0, NULL, NULL, NULL, drop_watch);
	ERR_clear_error();
	trust->ctx = new_context();
	trust->seen = map_new(CHAINS_MAX);
	ok = ca_file ? SSL_CTX_load_verify_file(trust->ctx, ca_file) == 1
		     : load_system_roots(trust);
	if (!ok) {
		tls_trust_free(trust);
		return tls_fault(ca_file ? ca_file : "/etc/ssl/certs", why);
	}
	trust->lists = trust->lists || has_lists(trust);
	ERR_clear_error();
	*out = trust;
	return ERR_NONE;
}

void
tls_trust_free(struct tls_trust *trust)
{
	if (!trust)
		return;
	SSL_CTX_free(trust->ctx);
	map_free(trust->seen);
	heap_free(trust);
}

struct ssl_st *
tls_connect(struct tls_trust *trust, struct str host)
{
	SSL *ssl = SSL_new(trust->ctx);
	struct watch *w = heap_new(sizeof *w);
	struct netaddr literal;
	char name[HOST_ROOM];

	w->trust = trust;
	w->alert = -1;
	if (!ssl || SSL_set_ex_data(ssl, slot, w) != 1)
		abort(); /* no memory */
	/* RFC 6066 section 3: no addresses. */
	if (host.n > 0 && host.n < HOST_ROOM &&
	    !netaddr_parse(host, &literal)) {
		(void)snprintf(name, sizeof name, "%.*s", STR_ARG(host));
		(void)SSL_set_tlsext_host_name(ssl, name);
	}
	SSL_set_connect_state(ssl);
	return ssl;
}

void
tls_last_words(struct ssl_st *ssl)
{
	char byte;

	ERR_clear_error();
	(void)SSL_read(ssl, &byte, 1);
	ERR_clear_error();
}

bool
tls_seen(struct ssl_st *ssl, struct arena *mem, struct facts_tls *out,
	 struct str *why)
{
	const struct watch *w = watch_of(ssl);
	const SSL_CIPHER *cipher = NULL;

	*out = (struct facts_tls){ .alert = w->alert,
				   .client_asked = w->client_asked };
	if (w->agreed) {
		out->version = SSL_version(ssl);
		cipher = SSL_get_current_cipher(ssl);
	}
	return arena_dup(mem, str_of(w->why), why) &&
	       arena_dup(mem,
			 str_of(cipher ? SSL_CIPHER_get_name(cipher) : NULL),
			 &out->cipher) &&
	       (!w->sent || tls_cert_facts(w->sent, w->trust, mem, &out->cert));
}
