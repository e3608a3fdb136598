/* verify.c - a signature held against its key (RFC 6376 section 6.1). */
#include "dkimsig/private.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

enum { BYTES_MAX = DKIMKEY_TEXT_MAX };

size_t
dkimsig_base64(struct str digits, uint8_t *out)
{
	size_t pads = 0;
	int n;

	while (pads < 2 && pads < digits.n &&
	       digits.p[digits.n - 1 - pads] == '=')
		pads++;
	if (digits.n == 0 || digits.n % 4 != 0 || digits.n > BYTES_MAX)
		return SIZE_MAX;
	n = EVP_DecodeBlock(out, (const unsigned char *)digits.p,
			    (int)digits.n);
	ERR_clear_error();
	return n < (int)pads ? SIZE_MAX : (size_t)n - pads;
}

static EVP_PKEY *
load(const struct dkimkey *key)
{
	SCOPED_ARENA mem = arena_new(BYTES_MAX + 1);
	uint8_t bytes[BYTES_MAX];
	const unsigned char *at = bytes;
	struct str digits;
	size_t n;

	if (key->p.n > BYTES_MAX || !dkimsig_tight(key->p, mem, &digits))
		return NULL;
	n = dkimsig_base64(digits, bytes);
	if (n == SIZE_MAX)
		return NULL;
	if (key->kind == DKIMKEY_ED25519)
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
						   bytes, n);
	return key->bare ? d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)n)
			 : d2i_PUBKEY(NULL, &at, (long)n);
}

static bool
verify_rsa(EVP_PKEY *key, const uint8_t *sig, size_t n,
	   const uint8_t digest[DKIMSIG_DIGEST])
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);
	bool good = c && EVP_PKEY_verify_init(c) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_signature_md(c, EVP_sha256()) == 1 &&
		    EVP_PKEY_verify(c, sig, n, digest, DKIMSIG_DIGEST) == 1;

	EVP_PKEY_CTX_free(c);
	return good;
}

/* The digest is the message that is signed (RFC 8463 section 3). */
static bool
verify_ed25519(EVP_PKEY *key, const uint8_t *sig, size_t n,
	       const uint8_t digest[DKIMSIG_DIGEST])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool good = c && EVP_DigestVerifyInit(c, NULL, NULL, NULL, key) == 1 &&
		    EVP_DigestVerify(c, sig, n, digest, DKIMSIG_DIGEST) == 1;

	EVP_MD_CTX_free(c);
	return good;
}

static bool
matches(const struct dkimsig *sig, const struct dkimkey *key)
{
	uint8_t bytes[DKIMSIG_VALUE_MAX];
	size_t n = sig->value.n > DKIMSIG_VALUE_MAX
			   ? SIZE_MAX
			   : dkimsig_base64(sig->value, bytes);
	EVP_PKEY *k = n == SIZE_MAX ? NULL : load(key);
	bool good =
		k && (sig->ed25519 ? verify_ed25519(k, bytes, n, sig->digest)
				   : verify_rsa(k, bytes, n, sig->digest));

	EVP_PKEY_free(k);
	ERR_clear_error();
	return good;
}

static bool
is_for_tlsrpt(struct str services)
{
	struct str word;

	while (str_split(&services, ':', &word))
		if (str_eq(str_trim(word), S("tlsrpt")))
			return true;
	return false;
}

enum dkimsig_result
dkimsig_verify(const struct dkimsig *sig, const struct dkimkey *key,
	       int64_t when, bool tlsrpt)
{
	bool usable = key->fault == DKIMKEY_SOUND ||
		      (tlsrpt && key->fault == DKIMKEY_SERVICE &&
		       is_for_tlsrpt(key->s));

	if (sig->fault != DKIMSIG_SOUND)
		return DKIMSIG_FAULTY;
	if (sig->expires != 0 && sig->expires < when)
		return DKIMSIG_EXPIRED;
	if (!usable ||
	    key->kind != (sig->ed25519 ? DKIMKEY_ED25519 : DKIMKEY_RSA))
		return DKIMSIG_BAD_KEY;
	if (key->kind == DKIMKEY_RSA &&
	    (key->bits < DKIMSIG_RSA_LEAST || key->bits > DKIMSIG_RSA_MOST))
		return DKIMSIG_WEAK_KEY;
	if (key->no_subdomain && !str_eq(sig->identity, sig->domain))
		return DKIMSIG_IDENTITY;
	return matches(sig, key) ? DKIMSIG_PASS : DKIMSIG_MISMATCH;
}
