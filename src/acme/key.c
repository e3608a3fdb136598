/* key.c - P-256 keys: account, certificate, signature, request. */
#include "acme/private.h"
#include "seal/seal.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

enum {
	SIDE = 32, /* bytes of a coordinate, and of r and s */
	NAME_ROOM = 300
};

static bool
add_der(unsigned char *der, int n, struct buf *out)
{
	bool ok = n > 0 &&
		  buf_add(out, (struct str){ (const char *)der, (size_t)n });

	if (n > 0)
		OPENSSL_clear_free(der, (size_t)n);
	return ok;
}

static bool
add_key(const EVP_PKEY *key, struct buf *out)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	unsigned char *der = NULL;
	int n = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : 0;

	PKCS8_PRIV_KEY_INFO_free(info);
	return add_der(der, n, out);
}

bool
acme_key_make(struct buf *out)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	bool ok = key && add_key(key, out);

	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok;
}

static bool
is_p256(const EVP_PKEY *key)
{
	char group[32];
	size_t n;

	return EVP_PKEY_is_a(key, "EC") &&
	       EVP_PKEY_get_group_name(key, group, sizeof group, &n) == 1 &&
	       strcmp(group, SN_X9_62_prime256v1) == 0;
}

EVP_PKEY *
acme_key_load(struct str der)
{
	const unsigned char *at = (const unsigned char *)der.p;
	PKCS8_PRIV_KEY_INFO *info;
	EVP_PKEY *key;

	if (der.n == 0 || der.n > ACME_KEY_MAX)
		return NULL;
	info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)der.n);
	key = info ? EVP_PKCS82PKEY(info) : NULL;
	PKCS8_PRIV_KEY_INFO_free(info);
	if (key && !is_p256(key)) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return key;
}

/* ---- JWK ---- */

static bool
add_side(const EVP_PKEY *key, const char *which, struct buf *out)
{
	unsigned char side[SIDE];
	BIGNUM *n = NULL;
	bool ok = EVP_PKEY_get_bn_param(key, which, &n) == 1 &&
		  BN_bn2binpad(n, side, SIDE) == SIDE &&
		  acme_base64url((struct str){ (const char *)side, SIDE }, out);

	BN_free(n);
	return ok;
}

bool
acme_jwk(const EVP_PKEY *key, struct buf *out)
{
	return buf_addz(out, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"") &&
	       add_side(key, OSSL_PKEY_PARAM_EC_PUB_X, out) &&
	       buf_addz(out, "\",\"y\":\"") &&
	       add_side(key, OSSL_PKEY_PARAM_EC_PUB_Y, out) &&
	       buf_addz(out, "\"}");
}

bool
acme_thumbprint(struct str key, char out[ACME_THUMBPRINT_SIZE])
{
	SCOPED_BUF jwk = BUF(512);
	SCOPED_BUF text = BUF(ACME_THUMBPRINT_SIZE - 1);
	uint8_t digest[SEAL_HASH_BYTES];
	EVP_PKEY *k = acme_key_load(key);
	bool ok = k && acme_jwk(k, &jwk);

	EVP_PKEY_free(k);
	if (!ok)
		return false;
	seal_hash_of(buf_str(&jwk), digest);
	if (!acme_base64url((struct str){ (char *)digest, sizeof digest },
			    &text))
		return false;
	(void)snprintf(out, ACME_THUMBPRINT_SIZE, "%s", buf_c(&text));
	return true;
}

/* ---- signatures ---- */

static bool
flatten(const unsigned char *der, size_t n, uint8_t out[2 * SIDE])
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);
	bool ok = sig &&
		  BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, SIDE) == SIDE &&
		  BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + SIDE, SIDE) == SIDE;

	ECDSA_SIG_free(sig);
	return ok;
}

bool
acme_sign(EVP_PKEY *key, struct str text, uint8_t out[64])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned char der[128];
	size_t n = sizeof der;
	bool ok = c &&
		  EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
		  EVP_DigestSign(c, der, &n, (const unsigned char *)text.p,
				 text.n) == 1 &&
		  flatten(der, n, out);

	EVP_MD_CTX_free(c);
	ERR_clear_error();
	return ok;
}

/* ---- certificate request ---- */

/* The name alone, in the extension: a common name holds 64 characters only,
 * and nobody reads it any more (RFC 9525). */
static bool
add_name(X509_REQ *req, struct str name)
{
	STACK_OF(X509_EXTENSION) *all = sk_X509_EXTENSION_new_null();
	char value[NAME_ROOM];
	X509_EXTENSION *one;
	bool ok;

	(void)snprintf(value, sizeof value, "DNS:%.*s", STR_ARG(name));
	one = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, value);
	ok = all && one && sk_X509_EXTENSION_push(all, one) > 0;
	if (!ok)
		X509_EXTENSION_free(one);
	ok = ok && X509_REQ_add_extensions(req, all) == 1;
	sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
	return ok;
}

bool
acme_csr(EVP_PKEY *key, struct str name, struct buf *out)
{
	X509_REQ *req = X509_REQ_new();
	unsigned char *der = NULL;
	bool ok = req && X509_REQ_set_version(req, X509_REQ_VERSION_1) == 1 &&
		  X509_REQ_set_pubkey(req, key) == 1 && add_name(req, name) &&
		  X509_REQ_sign(req, key, EVP_sha256()) > 0;
	int n = ok ? i2d_X509_REQ(req, &der) : 0;

	ok = add_der(der, n, out);
	X509_REQ_free(req);
	ERR_clear_error();
	return ok;
}
