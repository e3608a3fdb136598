/* certs.c - a small authority. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "certs.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "acme/acme.h"

void
certs_key(struct buf *out)
{
	assert_true(acme_key_make(out));
}

static EVP_PKEY *
load(struct str key)
{
	const unsigned char *p = (const unsigned char *)key.p;
	EVP_PKEY *k = d2i_AutoPrivateKey(NULL, &p, (long)key.n);

	assert_non_null(k);
	return k;
}

static void
extend(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *one = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(one);
	assert_int_equal(X509_add_ext(cert, one, -1), 1);
	X509_EXTENSION_free(one);
}

/* The key identifier alone, as it is; the text form would want an issuer. */
static void
add_authority(X509 *cert, const char *hex)
{
	AUTHORITY_KEYID *id = AUTHORITY_KEYID_new();
	long n = 0;
	unsigned char *bytes = OPENSSL_hexstr2buf(hex, &n);

	assert_non_null(bytes);
	id->keyid = ASN1_OCTET_STRING_new();
	assert_int_equal(ASN1_OCTET_STRING_set(id->keyid, bytes, (int)n), 1);
	assert_int_equal(
		X509_add1_ext_i2d(cert, NID_authority_key_identifier, id, 0, 0),
		1);
	OPENSSL_free(bytes);
	AUTHORITY_KEYID_free(id);
}

static X509 *
plain(const char *subject, EVP_PKEY *key, int64_t from, int64_t to)
{
	X509 *cert = X509_new();
	X509_NAME *name = X509_get_subject_name(cert);

	assert_int_equal(X509_set_version(cert, 2), 1);
	assert_int_equal(X509_NAME_add_entry_by_txt(
				 name, "CN", MBSTRING_ASC,
				 (const unsigned char *)subject, -1, -1, 0),
			 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)from));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)to));
	assert_int_equal(X509_set_pubkey(cert, key), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(cert), 1), 1);
	return cert;
}

static X509 *
make_leaf(const struct certs_wish *wish, EVP_PKEY *key)
{
	X509 *leaf = plain(wish->common_name_only ? wish->name : "leaf", key,
			   wish->from, wish->to);
	BIGNUM *serial = NULL;
	char names[300];

	(void)snprintf(names, sizeof names, "DNS:%s", wish->name);
	if (!wish->common_name_only)
		extend(leaf, NID_subject_alt_name, names);
	if (wish->authority)
		add_authority(leaf, wish->authority);
	if (wish->serial) {
		assert_true(BN_hex2bn(&serial, wish->serial) > 0);
		assert_non_null(BN_to_ASN1_INTEGER(
			serial, X509_get_serialNumber(leaf)));
		BN_free(serial);
	}
	return leaf;
}

void
certs_chain(const struct certs_wish *wish, struct buf *out)
{
	EVP_PKEY *root = EVP_EC_gen("P-256"), *other = EVP_EC_gen("P-256");
	EVP_PKEY *key = load(wish->key);
	X509 *issuer = plain("issuer", root, wish->from, wish->to);
	X509 *leaf = make_leaf(wish, key);
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;

	assert_int_equal(
		X509_set_issuer_name(issuer, X509_get_subject_name(issuer)), 1);
	assert_int_equal(
		X509_set_issuer_name(leaf, X509_get_subject_name(issuer)), 1);
	extend(issuer, NID_basic_constraints, "critical,CA:TRUE");
	assert_true(X509_sign(issuer, root, EVP_sha256()) > 0);
	assert_true(X509_sign(leaf, wish->by_stranger ? other : root,
			      EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509(bio, leaf), 1);
	if (!wish->without_issuer)
		assert_int_equal(PEM_write_bio_X509(bio, issuer), 1);
	size_t n = (size_t)BIO_get_mem_data(bio, &text);
	assert_true(buf_add(out, (struct str){ text, n }));
	(void)BIO_free(bio);
	X509_free(leaf);
	X509_free(issuer);
	EVP_PKEY_free(key);
	EVP_PKEY_free(root);
	EVP_PKEY_free(other);
}
