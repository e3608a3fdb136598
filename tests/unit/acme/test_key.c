/* test_key.c - keys, signatures and chains. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "acme/private.h"
#include "certs.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "json/json.h"

enum { NOW = 1800000000 };

/* The key of RFC 7515 appendix A.3. */
static const char known_key[] =
	"\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
	"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x04\x6d\x30\x6b\x02\x01\x01"
	"\x04\x20\x8e\x9b\x10\x9e\x71\x90\x98\xbf\x98\x04\x87\xdf\x1f\x5d\x77"
	"\xe9\xcb\x29\x60\x6e\xbe\xd2\x26\x3b\x5f\x57\xc2\x13\xdf\x84\xf4\xb2"
	"\xa1\x44\x03\x42\x00\x04\x7f\xcd\xce\x27\x70\xf6\xc4\x5d\x41\x83\xcb"
	"\xee\x6f\xdb\x4b\x7b\x58\x07\x33\x35\x7b\xe9\xef\x13\xba\xcf\x6e\x3c"
	"\x7b\xd1\x54\x45\xc7\xf1\x44\xcd\x1b\xbd\x9b\x7e\x87\x2c\xdf\xed\xb9"
	"\xee\xb9\xf4\xb3\x69\x5d\x6e\xa9\x0b\x24\xad\x8a\x46\x23\x28\x85\x88"
	"\xe5\xad";

static struct str
known(void)
{
	return (struct str){ known_key, sizeof known_key - 1 };
}

/* ---- base64url ---- */

static void
base64url_goes_both_ways(void **state)
{
	static const char *const texts[][2] = {
		{ "", "" },           { "f", "Zg" },
		{ "fo", "Zm8" },      { "foo", "Zm9v" },
		{ "foob", "Zm9vYg" }, { "\xfb\xff\xfe", "-__-" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		SCOPED_BUF there = BUF(64);
		SCOPED_BUF back = BUF(64);

		assert_true(acme_base64url(str_of(texts[i][0]), &there));
		assert_string_equal(buf_c(&there), texts[i][1]);
		assert_true(acme_base64url_decode(buf_str(&there), &back));
		assert_true(str_eq(buf_str(&back), str_of(texts[i][0])));
	}
}

static void
what_is_not_base64url_is_refused(void **state)
{
	static const char *const texts[] = { "Z", "Zg.", "Z g=", "Zm9vY" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		SCOPED_BUF out = BUF(64);

		assert_false(acme_base64url_decode(str_of(texts[i]), &out));
	}
}

/* ---- keys ---- */

static void
the_thumbprint_is_that_of_rfc_7638(void **state)
{
	char out[ACME_THUMBPRINT_SIZE];

	(void)state;
	assert_true(acme_thumbprint(known(), out));
	assert_string_equal(out, "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
}

static void
keys_are_made_anew_and_load_again(void **state)
{
	char a[ACME_THUMBPRINT_SIZE], b[ACME_THUMBPRINT_SIZE];
	SCOPED_BUF one = BUF(ACME_KEY_MAX);
	SCOPED_BUF two = BUF(ACME_KEY_MAX);

	(void)state;
	certs_key(&one);
	certs_key(&two);
	assert_true(acme_thumbprint(buf_str(&one), a));
	assert_true(acme_thumbprint(buf_str(&two), b));
	assert_string_not_equal(a, b);
}

static void
other_and_damaged_keys_are_refused(void **state)
{
	char out[ACME_THUMBPRINT_SIZE];
	EVP_PKEY *rsa = EVP_RSA_gen(2048), *big = EVP_EC_gen("P-384");
	EVP_PKEY *all[] = { rsa, big };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		unsigned char *der = NULL;
		PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(all[i]);
		int n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);

		assert_true(n > 0);
		assert_false(acme_thumbprint(
			(struct str){ (char *)der, (size_t)n }, out));
		OPENSSL_free(der);
		PKCS8_PRIV_KEY_INFO_free(info);
		EVP_PKEY_free(all[i]);
	}
	assert_false(acme_thumbprint(S(""), out));
	assert_false(acme_thumbprint(str_sub(known(), 0, 80), out));
}

/* ---- signatures ---- */

static bool
verifies(EVP_PKEY *key, struct str text, const uint8_t raw[64])
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned char *der = NULL;
	bool good;
	int n;

	assert_int_equal(ECDSA_SIG_set0(sig, BN_bin2bn(raw, 32, NULL),
					BN_bin2bn(raw + 32, 32, NULL)),
			 1);
	n = i2d_ECDSA_SIG(sig, &der);
	good = EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
	       EVP_DigestVerify(c, der, (size_t)n,
				(const unsigned char *)text.p, text.n) == 1;
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(c);
	return good;
}

static const struct json *
member(struct json *root, const char *key, struct buf *decoded,
       struct json **inner)
{
	bool repaired;
	const struct json_limits limits = { .bytes = 8192, .depth = 8 };

	assert_true(
		acme_base64url_decode(json_str(json_get(root, key)), decoded));
	assert_int_equal(
		json_parse(buf_str(decoded), limits, inner, &repaired, NULL),
		ERR_NONE);
	return *inner;
}

/* An envelope as an authority reads it: the signature over the first two
 * members, with the leading zeros of r and s in place. */
static void
check_envelope(EVP_PKEY *key, struct str text, bool with_kid)
{
	const struct json_limits limits = { .bytes = 8192, .depth = 8 };
	SCOPED_JSON root = NULL;
	SCOPED_JSON head = NULL;
	SCOPED_BUF bytes = BUF(4096);
	SCOPED_BUF sig = BUF(256);
	SCOPED_BUF input = BUF(8192);
	const struct json *h;
	bool repaired;

	assert_int_equal(json_parse(text, limits, &root, &repaired, NULL),
			 ERR_NONE);
	h = member(root, "protected", &bytes, &head);
	assert_true(str_eq(json_str(json_get(h, "alg")), S("ES256")));
	assert_true(str_eq(json_str(json_get(h, "nonce")), S("abc")));
	assert_true(str_eq(json_str(json_get(h, "url")), S("https://a/x")));
	assert_int_equal(json_type(json_get(h, "kid")) == JSON_STRING,
			 with_kid);
	assert_int_equal(json_type(json_get(h, "jwk")) == JSON_OBJECT,
			 !with_kid);
	assert_true(acme_base64url_decode(json_str(json_get(root, "signature")),
					  &sig));
	assert_int_equal(sig.n, 64);
	buf_add(&input, json_str(json_get(root, "protected")));
	buf_addc(&input, '.');
	buf_add(&input, json_str(json_get(root, "payload")));
	assert_true(verifies(key, buf_str(&input), (const uint8_t *)sig.p));
}

static void
requests_are_signed_so_that_others_can_verify_it(void **state)
{
	EVP_PKEY *key = acme_key_load(known());

	(void)state;
	/* Enough of them for an r or s that is shorter than 32 bytes. */
	for (size_t i = 0; i < 300; i++) {
		struct acme_envelope e = { .key = key,
					   .kid = i % 2 ? S("https://a/1")
							: S(""),
					   .nonce = S("abc"),
					   .url = S("https://a/x"),
					   .payload = i % 3 ? S("{}") : S("") };
		SCOPED_BUF out = BUF(8192);

		assert_true(acme_jws(&e, &out));
		check_envelope(key, buf_str(&out), i % 2 == 1);
	}
	EVP_PKEY_free(key);
}

/* Computed by Python's hmac from the same inputs. */
static void
a_binding_is_signed_with_the_secret(void **state)
{
	const struct acme_ca ca = { .eab_kid = S("kid-1"),
				    .eab_hmac = S("c2VjcmV0") };
	const struct acme_ca bad = { .eab_kid = S("kid-1"),
				     .eab_hmac = S("!") };
	SCOPED_BUF out = BUF(4096);

	(void)state;
	assert_true(acme_jws_binding(&ca, S("{\"kty\":\"EC\"}"),
				     S("https://a/new"), &out));
	assert_true(
		str_find(buf_str(&out),
			 S("sfLGwexrFEhxcNfCILVXp0ejxsLjXoVaSxhII5tCTC4")) !=
		SIZE_MAX);
	assert_false(acme_jws_binding(&bad, S("{}"), S("https://a/"), &out));
}

static void
a_request_names_one_host_and_nothing_else(void **state)
{
	EVP_PKEY *key = acme_key_load(known());
	SCOPED_BUF der = BUF(4096);
	const unsigned char *p;
	STACK_OF(X509_EXTENSION) * all;
	GENERAL_NAMES *names;
	X509_REQ *req;

	(void)state;
	assert_true(acme_csr(key, S("mta-sts.a.example"), &der));
	p = (const unsigned char *)der.p;
	req = d2i_X509_REQ(NULL, &p, (long)der.n);
	assert_non_null(req);
	assert_int_equal(X509_REQ_verify(req, key), 1);
	assert_int_equal(X509_NAME_entry_count(X509_REQ_get_subject_name(req)),
			 0);
	all = X509_REQ_get_extensions(req);
	assert_int_equal(sk_X509_EXTENSION_num(all), 1);
	names = X509V3_get_d2i(all, NID_subject_alt_name, NULL, NULL);
	assert_int_equal(sk_GENERAL_NAME_num(names), 1);
	GENERAL_NAMES_free(names);
	sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
	X509_REQ_free(req);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64url_goes_both_ways),
		cmocka_unit_test(what_is_not_base64url_is_refused),
		cmocka_unit_test(the_thumbprint_is_that_of_rfc_7638),
		cmocka_unit_test(keys_are_made_anew_and_load_again),
		cmocka_unit_test(other_and_damaged_keys_are_refused),
		cmocka_unit_test(
			requests_are_signed_so_that_others_can_verify_it),
		cmocka_unit_test(a_binding_is_signed_with_the_secret),
		cmocka_unit_test(a_request_names_one_host_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
