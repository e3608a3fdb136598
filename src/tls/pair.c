/* pair.c - certificates and keys from memory, and the one that answers a
 * challenge. */
#include "tls/private.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

enum {
	CHAIN_MOST = 10,
	ISSUERS = 64,
	LENGTH = 3,
	NAME_ROOM = 254,
	LIFE = CIVIL_DAY, /* of a challenge's answer, and before it */
	P256 = 32,        /* bytes of its numbers */
	P256_POINT = 65
};

/* RFC 8737 section 3: id-pe-acmeIdentifier. */
static const char acme_identifier[] = "1.3.6.1.5.5.7.1.31";

static enum err
bad_pair(const char *what, struct diag *why)
{
	unsigned long code = ERR_peek_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	(void)diag_set(why, ERR_SYNTAX, "tls.bad_pair", 0, "%s%s%s", what,
		       reason ? ": " : "", reason ? reason : "");
	ERR_clear_error();
	return ERR_SYNTAX;
}

/* ---- issuers ---- */

/* Thousands of leaves come with the same few: these are read once. Those of
 * the last ISSUERS places by hash. */
static X509 *issuers[ISSUERS];
static struct str issuer_texts[ISSUERS];

static X509 *
read_certificate(struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	X509 *cert = d2i_X509(NULL, &p, (long)der.n);

	if (cert && p != (const unsigned char *)der.p + der.n) {
		X509_free(cert);
		return NULL;
	}
	return cert;
}

static void
remember(size_t place, X509 *cert, struct str der)
{
	char *copy = heap_new(der.n);

	memcpy(copy, der.p, der.n);
	X509_free(issuers[place]);
	heap_free((void *)(uintptr_t)issuer_texts[place].p);
	(void)X509_up_ref(cert);
	issuers[place] = cert;
	issuer_texts[place] = (struct str){ copy, der.n };
}

static X509 *
read_issuer(struct str der)
{
	size_t place = str_hash(der) % ISSUERS;
	X509 *cert = issuers[place];

	if (cert && str_eq(issuer_texts[place], der)) {
		(void)X509_up_ref(cert);
		return cert;
	}
	cert = read_certificate(der);
	if (cert)
		remember(place, cert, der);
	return cert;
}

void
tls_forget_issuers(void)
{
	for (size_t i = 0; i < ISSUERS; i++) {
		X509_free(issuers[i]);
		heap_free((void *)(uintptr_t)issuer_texts[i].p);
		issuers[i] = NULL;
		issuer_texts[i] = (struct str){ 0 };
	}
}

/* ---- from the index ---- */

static bool
cut(struct str *rest, struct str *der)
{
	const unsigned char *p = (const unsigned char *)rest->p;
	size_t n;

	if (rest->n < LENGTH)
		return false;
	n = (size_t)p[0] << 16 | (size_t)p[1] << 8 | p[2];
	if (n == 0 || n > rest->n - LENGTH)
		return false;
	*der = str_sub(*rest, LENGTH, n);
	*rest = str_sub(*rest, LENGTH + n, SIZE_MAX);
	return true;
}

static bool
read_chain(struct tls_pair *pair, struct str chain)
{
	struct str der;

	if (!cut(&chain, &der))
		return false;
	pair->leaf = read_certificate(der);
	pair->chain = sk_X509_new_null();
	if (!pair->leaf || !pair->chain)
		return false;
	for (size_t i = 1; chain.n > 0; i++) {
		X509 *cert = i < CHAIN_MOST && cut(&chain, &der)
				     ? read_issuer(der)
				     : NULL;

		if (!cert)
			return false;
		if (sk_X509_push(pair->chain, cert) <= 0) {
			X509_free(cert);
			return false;
		}
	}
	return true;
}

/* The one form that P-256 keys have in PKCS #8 (RFC 5958, RFC 5915): what
 * stands before the private value, and between it and the point. */
static const struct str p256_head =
	STR("\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02"
	    "\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x04\x6d\x30\x6b\x02"
	    "\x01\x01\x04\x20");
static const struct str p256_between = STR("\xa1\x44\x03\x42\x00");

/* The library's own way to such a key takes longer than a handshake. NULL:
 * it is of another form. */
static EVP_PKEY *
read_p256(struct str der)
{
	unsigned char native[P256];
	char group[] = "prime256v1";
	size_t at = p256_head.n + P256 + p256_between.n;
	struct str secret = str_sub(der, p256_head.n, P256);
	struct str point = str_sub(der, at, SIZE_MAX);
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key = NULL;
	BIGNUM *n;

	if (der.n != at + P256_POINT || !str_starts(der, p256_head) ||
	    !str_eq(str_sub(der, p256_head.n + P256, p256_between.n),
		    p256_between))
		return NULL;
	n = BN_bin2bn((const unsigned char *)secret.p, P256, NULL);
	ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	if (n && ctx && BN_bn2nativepad(n, native, P256) == P256 &&
	    EVP_PKEY_fromdata_init(ctx) == 1) {
		OSSL_PARAM parts[] = {
			OSSL_PARAM_utf8_string("group", group,
					       sizeof group - 1),
			OSSL_PARAM_octet_string(
				"pub", (void *)(uintptr_t)point.p, point.n),
			OSSL_PARAM_BN("priv", native, P256),
			OSSL_PARAM_END,
		};

		(void)EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, parts);
	}
	OPENSSL_cleanse(native, sizeof native);
	BN_clear_free(n);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
read_key(struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	EVP_PKEY *key = read_p256(der);
	PKCS8_PRIV_KEY_INFO *info;

	if (key)
		return key;
	info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)der.n);
	key = info ? EVP_PKCS82PKEY(info) : NULL;
	PKCS8_PRIV_KEY_INFO_free(info);
	return key;
}

enum err
tls_pair_new(struct str chain, struct str key, struct tls_pair **out,
	     struct diag *why)
{
	struct tls_pair *pair = heap_new(sizeof *pair);
	const char *bad = NULL;
	enum err err;

	ERR_clear_error();
	if (!read_chain(pair, chain))
		bad = "certificate";
	else if (!(pair->key = read_key(key)))
		bad = "key";
	else if (X509_check_private_key(pair->leaf, pair->key) != 1)
		bad = "key and certificate";
	if (!bad) {
		*out = pair;
		return ERR_NONE;
	}
	err = bad_pair(bad, why);
	tls_pair_free(pair);
	return err;
}

void
tls_pair_free(struct tls_pair *pair)
{
	if (!pair)
		return;
	X509_free(pair->leaf);
	sk_X509_pop_free(pair->chain, X509_free);
	EVP_PKEY_free(pair->key);
	heap_free(pair);
}

/* ---- for a challenge ---- */

static bool
add_names(X509 *cert, const char *name)
{
	char text[NAME_ROOM + 8];
	X509_EXTENSION *one;
	bool ok;

	(void)snprintf(text, sizeof text, "DNS:%s", name);
	one = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, text);
	ok = one && X509_add_ext(cert, one, -1) == 1;
	X509_EXTENSION_free(one);
	return ok;
}

/* Critical: an OCTET STRING of 32 octets, in the extension's own. */
static bool
add_digest(X509 *cert, const uint8_t digest[32])
{
	unsigned char der[34] = { V_ASN1_OCTET_STRING, 32 };
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	ASN1_OBJECT *id = OBJ_txt2obj(acme_identifier, 1);
	X509_EXTENSION *one = NULL;
	bool ok;

	memcpy(der + 2, digest, 32);
	if (value && id && ASN1_OCTET_STRING_set(value, der, sizeof der) == 1)
		one = X509_EXTENSION_create_by_OBJ(NULL, id, 1, value);
	ok = one && X509_add_ext(cert, one, -1) == 1;
	X509_EXTENSION_free(one);
	ASN1_OBJECT_free(id);
	ASN1_OCTET_STRING_free(value);
	return ok;
}

static bool
fill(X509 *cert, EVP_PKEY *key, const char *name, const uint8_t digest[32],
     int64_t now)
{
	static const unsigned char subject[] = "challenge";
	time_t from = (time_t)now;
	uint64_t serial = 0;
	X509_NAME *who = X509_get_subject_name(cert);

	return RAND_bytes((unsigned char *)&serial, sizeof serial) == 1 &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert),
				       serial >> 1 | 1) == 1 &&
	       X509_set_version(cert, 2) == 1 &&
	       X509_time_adj_ex(X509_getm_notBefore(cert), 0, -LIFE, &from) &&
	       X509_time_adj_ex(X509_getm_notAfter(cert), 0, LIFE, &from) &&
	       X509_NAME_add_entry_by_txt(who, "CN", MBSTRING_ASC, subject, -1,
					  -1, 0) == 1 &&
	       X509_set_issuer_name(cert, who) == 1 &&
	       X509_set_pubkey(cert, key) == 1 && add_names(cert, name) &&
	       add_digest(cert, digest) &&
	       X509_sign(cert, key, EVP_sha256()) > 0;
}

/* No name that could say something else to the parser of extensions. */
static bool
is_plain(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' &&
		    c != '-' && c != '_')
			return false;
	}
	return name.n > 0 && name.n < NAME_ROOM;
}

enum err
tls_pair_challenge(struct str name, const uint8_t digest[32], int64_t now,
		   struct tls_pair **out, struct diag *why)
{
	struct tls_pair *pair;
	char text[NAME_ROOM];
	enum err err;

	ERR_clear_error();
	if (!is_plain(name))
		return bad_pair("name", why);
	(void)snprintf(text, sizeof text, "%.*s", STR_ARG(name));
	pair = heap_new(sizeof *pair);
	pair->key = EVP_EC_gen("P-256");
	pair->leaf = X509_new();
	if (pair->key && pair->leaf &&
	    fill(pair->leaf, pair->key, text, digest, now)) {
		*out = pair;
		return ERR_NONE;
	}
	err = bad_pair("challenge", why);
	tls_pair_free(pair);
	return err;
}
