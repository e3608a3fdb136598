/* See material.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "material.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

/* As the index has them: each behind its length in three bytes. */
static void
add_der(struct buf *chain, X509 *cert)
{
	unsigned char *der = NULL;
	int n = i2d_X509(cert, &der);

	assert_true(n > 0);
	buf_addc(chain, (char)(n >> 16));
	buf_addc(chain, (char)(n >> 8 & 0xff));
	buf_addc(chain, (char)(n & 0xff));
	buf_add(chain, (struct str){ (const char *)der, (size_t)n });
	OPENSSL_free(der);
}

static X509 *
new_certificate(EVP_PKEY *key, const char *name)
{
	X509 *cert = X509_new();
	X509_NAME *who = X509_get_subject_name(cert);

	assert_int_equal(X509_set_version(cert, 2), 1);
	assert_int_equal(X509_NAME_add_entry_by_txt(who, "CN", MBSTRING_ASC,
						    (const unsigned char *)name,
						    -1, -1, 0),
			 1);
	assert_int_equal(X509_set_issuer_name(cert, who), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(cert), -60));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(cert), 3600));
	assert_int_equal(X509_set_pubkey(cert, key), 1);
	assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
	return cert;
}

static void
add_key(struct buf *out, EVP_PKEY *key)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	unsigned char *der = NULL;
	int n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);

	assert_true(n > 0);
	buf_add(out, (struct str){ (const char *)der, (size_t)n });
	OPENSSL_free(der);
	PKCS8_PRIV_KEY_INFO_free(info);
}

struct material
make_material(const char *name, const char *kind)
{
	struct material m = { BUF(DER_MAX), BUF(DER_MAX) };
	EVP_PKEY *key =
		strcmp(kind, "RSA") == 0 ? EVP_RSA_gen(2048) : EVP_EC_gen(kind);
	EVP_PKEY *other = EVP_EC_gen("P-256");
	X509 *leaf = new_certificate(key, name);
	X509 *issuer = new_certificate(other, "issuer");

	add_der(&m.chain, leaf);
	add_der(&m.chain, issuer);
	add_key(&m.key, key);
	X509_free(leaf);
	X509_free(issuer);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
	return m;
}

void
free_material(struct material *m)
{
	buf_free(&m->chain);
	buf_free(&m->key);
}
