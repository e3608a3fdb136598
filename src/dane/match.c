/* match.c - a chain against a TLSA record: digests, and for usage 2 the path
 * from the certificate to the issuer that was named. */
#include "base/base.h"
#include "dane/dane.h"
#include "facts/facts.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

enum { CHAIN_MAX = 16, USAGE_TA = 2 };

static bool
is_named(const struct dane_tlsa *r, const struct facts_der *der)
{
	struct str bytes = r->selector == 0 ? der->cert : der->spki;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (r->match == 0)
		return str_eq(bytes, r->data);
	if (bytes.n == 0 ||
	    !EVP_Digest(bytes.p, bytes.n, digest, &n,
			r->match == 1 ? EVP_sha256() : EVP_sha512(), NULL)) {
		ERR_clear_error();
		return false;
	}
	return str_eq((struct str){ (const char *)digest, n }, r->data);
}

static X509 *
read_certificate(struct str der)
{
	const unsigned char *at = (const unsigned char *)der.p;

	return der.n > 0 ? d2i_X509(NULL, &at, (long)der.n) : NULL;
}

static void
free_chain(STACK_OF(X509) * chain)
{
	sk_X509_pop_free(chain, X509_free);
}

/* What was sent behind the leaf. */
static STACK_OF(X509) * read_rest(const struct facts_cert *cert)
{
	STACK_OF(X509) *rest = sk_X509_new_null();

	for (size_t i = 1; rest && i < cert->sent_n && i < CHAIN_MAX; i++) {
		X509 *x = read_certificate(cert->sent[i].cert);

		if (x && !sk_X509_push(rest, x))
			X509_free(x);
	}
	return rest;
}

static enum dane_match
verdict_of(int error)
{
	switch (error) {
	case X509_V_OK:
		return DANE_MATCHES;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return DANE_DATES;
	default:
		return DANE_CHAIN;
	}
}

struct path {
	X509 *leaf, *anchor;
	STACK_OF(X509) * rest;
	X509_STORE *store;
	X509_STORE_CTX *ctx;
};

static enum dane_match
verify(struct path *p, int64_t now)
{
	X509_VERIFY_PARAM *param;

	if (!p->leaf || !p->anchor || !p->rest || !p->store || !p->ctx ||
	    !X509_STORE_add_cert(p->store, p->anchor) ||
	    !X509_STORE_CTX_init(p->ctx, p->store, p->leaf, p->rest))
		return DANE_CHAIN;
	param = X509_STORE_CTX_get0_param(p->ctx);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN |
						   X509_V_FLAG_TRUSTED_FIRST);
	X509_VERIFY_PARAM_set_time(param, (time_t)now);
	if (X509_verify_cert(p->ctx) == 1)
		return DANE_MATCHES;
	return verdict_of(X509_STORE_CTX_get_error(p->ctx));
}

static enum dane_match
follow_path(const struct facts_cert *cert, struct str anchor, int64_t now)
{
	struct path p = { .leaf = read_certificate(cert->sent[0].cert),
			  .anchor = read_certificate(anchor),
			  .rest = read_rest(cert),
			  .store = X509_STORE_new(),
			  .ctx = X509_STORE_CTX_new() };
	enum dane_match result = verify(&p, now);

	X509_STORE_CTX_free(p.ctx);
	X509_STORE_free(p.store);
	free_chain(p.rest);
	X509_free(p.anchor);
	X509_free(p.leaf);
	ERR_clear_error();
	return result;
}

/* The issuer's certificate: one that was sent, or the record itself when it
 * holds all of it (RFC 7672 section 3.1.2). */
static struct str
find_anchor(const struct dane_tlsa *r, const struct facts_cert *cert)
{
	for (size_t i = 1; i < cert->sent_n && i < CHAIN_MAX; i++)
		if (is_named(r, &cert->sent[i]))
			return cert->sent[i].cert;
	return r->selector == 0 && r->match == 0 ? r->data : S("");
}

enum dane_match
dane_match(const struct dane_tlsa *r, const struct facts_cert *cert,
	   const struct dane_target *target)
{
	struct str anchor;
	enum dane_match result;

	if (!cert->there || cert->sent_n == 0)
		return DANE_MATCHES_NOT;
	if (r->usage != USAGE_TA)
		return is_named(r, &cert->sent[0]) ? DANE_MATCHES
						   : DANE_MATCHES_NOT;
	anchor = find_anchor(r, cert);
	if (anchor.n == 0)
		return DANE_MATCHES_NOT;
	result = follow_path(cert, anchor, target->now);
	if (result == DANE_MATCHES &&
	    facts_cert_covers(cert, target->host) != FACTS_COVERS &&
	    facts_cert_covers(cert, target->domain) != FACTS_COVERS)
		return DANE_NAME;
	return result;
}
