/* key.c - the public key inside p=: base64, then DER (RSA) or 32 bytes
 * (Ed25519, RFC 8463 section 4.2). */
#include "base/base.h"
#include "dkimkey/dkimkey.h"
#include "dkimkey/private.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

enum { DER_MAX = DKIMKEY_TEXT_MAX, ED25519_BYTES = 32 };

static void
fault(struct dkimkey *out, enum dkimkey_fault what)
{
	if (out->fault == DKIMKEY_SOUND)
		out->fault = what;
}

static int
digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Blanks may stand anywhere. False at a byte that is no base64. `odd`: the
 * digits do not make whole groups of four. */
static bool
decode(struct str text, uint8_t out[DER_MAX], size_t *n, bool *odd)
{
	uint32_t group = 0;
	size_t digits = 0, pads = 0;

	*n = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		int digit = digit_of(c);

		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		if (c == '=') {
			pads++;
			continue;
		}
		if (digit < 0 || pads > 0)
			return false;
		group = group << 6 | (uint32_t)digit;
		if (++digits % 4 == 0)
			for (int shift = 16; shift >= 0; shift -= 8)
				out[(*n)++] = (uint8_t)(group >> shift);
	}
	*odd = (digits + pads) % 4 != 0 || pads > 2;
	if (digits % 4 == 3) {
		out[(*n)++] = (uint8_t)(group >> 10);
		out[(*n)++] = (uint8_t)(group >> 2);
	} else if (digits % 4 == 2) {
		out[(*n)++] = (uint8_t)(group >> 4);
	}
	return true;
}

/* The DER says that more bytes follow than are there. */
static bool
ends_too_early(const uint8_t *der, size_t n)
{
	size_t length, head = 2;

	if (n < 2 || der[0] != 0x30)
		return false;
	length = der[1];
	if (length == 0x81 && n > 2) {
		length = der[2];
		head = 3;
	} else if (length == 0x82 && n > 3) {
		length = (size_t)der[2] << 8 | der[3];
		head = 4;
	} else if (length > 0x7f) {
		return false;
	}
	return head + length > n;
}

/* Usable by a verifier: odd, and above 1. */
static bool
exponent_is_good(const EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	bool good;

	if (!EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e))
		return false;
	good = BN_is_odd(e) && !BN_is_one(e);
	BN_free(e);
	return good;
}

static EVP_PKEY *
read_rsa(const uint8_t *der, size_t n, bool *bare)
{
	const unsigned char *at = der;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)n);

	if (!key) {
		at = der;
		key = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)n);
		*bare = key != NULL;
	}
	if (key &&
	    (at != der + n || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return key;
}

void
dkimkey_read_key(struct dkimkey *out)
{
	uint8_t der[DER_MAX];
	size_t n;
	bool odd;
	EVP_PKEY *key;

	if (out->p.n > DER_MAX || !decode(out->p, der, &n, &odd)) {
		fault(out, DKIMKEY_BAD_KEY);
		return;
	}
	if (out->kind == DKIMKEY_ED25519) {
		if (n != ED25519_BYTES || odd)
			fault(out, n < ED25519_BYTES ? DKIMKEY_CUT
						     : DKIMKEY_BAD_KEY);
		out->bits = ED25519_BYTES * 8;
		return;
	}
	key = odd ? NULL : read_rsa(der, n, &out->bare);
	if (!key) {
		fault(out,
		      ends_too_early(der, n) ? DKIMKEY_CUT : DKIMKEY_BAD_KEY);
		return;
	}
	out->bits = (unsigned)EVP_PKEY_get_bits(key);
	if (!exponent_is_good(key))
		fault(out, DKIMKEY_BAD_EXPONENT);
	EVP_PKEY_free(key);
}
