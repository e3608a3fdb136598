/* seal.c - XChaCha20-Poly1305 boxes over libsodium. */
#include "seal/seal.h"

#include <sodium.h>

enum {
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES
};

_Static_assert(SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
	       "XChaCha20");

bool
seal_init(void)
{
	return sodium_init() >= 0;
}

void
seal_key_make(uint8_t key[SEAL_KEY_BYTES])
{
	crypto_aead_xchacha20poly1305_ietf_keygen(key);
}

bool
seal_close(const uint8_t key[SEAL_KEY_BYTES], struct str plain, struct buf *out)
{
	unsigned char *to;

	if (plain.n > SIZE_MAX - NONCE - TAG)
		return false;
	to = (unsigned char *)buf_reserve(out, NONCE + plain.n + TAG);
	if (!to)
		return false;
	randombytes_buf(to, NONCE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
		to + NONCE, NULL, (const unsigned char *)plain.p, plain.n, NULL,
		0, NULL, to, key);
	buf_commit(out, NONCE + plain.n + TAG);
	return true;
}

bool
seal_open(const uint8_t key[SEAL_KEY_BYTES], struct str box, struct buf *out)
{
	const unsigned char *from = (const unsigned char *)box.p;
	unsigned char *to;

	if (box.n < NONCE + TAG)
		return false;
	to = (unsigned char *)buf_reserve(out, box.n - NONCE - TAG);
	if (!to || crypto_aead_xchacha20poly1305_ietf_decrypt(
			   to, NULL, NULL, from + NONCE, box.n - NONCE, NULL, 0,
			   from, key) != 0)
		return false;
	buf_commit(out, box.n - NONCE - TAG);
	return true;
}

void
seal_wipe(void *secret, size_t n)
{
	sodium_memzero(secret, n);
}

void
seal_random(void *out, size_t n)
{
	randombytes_buf(out, n);
}
