/* seal.h - content hashes (OpenSSL inside) and sealed personal data
 * (libsodium inside).
 *
 * Randomness comes from the library; call seal_init once at start.
 */
#ifndef SEAL_H
#define SEAL_H

#include "base/base.h"

enum { SEAL_HASH_BYTES = 32, SEAL_KEY_BYTES = 32 };

/* False when the library cannot start: end the program. */
bool seal_init(void) MUST_CHECK;

/* SHA-256 over pieces: seal_hash_new, _add any number of times, then _end,
 * which frees. */
struct seal_hash;
struct seal_hash *seal_hash_new(void);
void seal_hash_add(struct seal_hash *h, struct str bytes);
void seal_hash_end(struct seal_hash *h, uint8_t out[SEAL_HASH_BYTES]);
void seal_hash_of(struct str bytes, uint8_t out[SEAL_HASH_BYTES]);

void seal_key_make(uint8_t key[SEAL_KEY_BYTES]);
/* Appends nonce and box (authenticated) to `out`; false when `out` is full. */
bool seal_close(const uint8_t key[SEAL_KEY_BYTES], struct str plain,
		struct buf *out) MUST_CHECK;
/* Appends the plain text; false when the box was not closed with `key`, or
 * was changed, or `out` is full. */
bool seal_open(const uint8_t key[SEAL_KEY_BYTES], struct str box,
	       struct buf *out) MUST_CHECK;
void seal_wipe(void *secret, size_t n);
/* `n` random bytes, for ids and tests. */
void seal_random(void *out, size_t n);
/* Compares in a time that tells nothing but the lengths. */
bool seal_equal(struct str a, struct str b);

enum { SEAL_PASSWORD_SIZE = 128 };
/* argon2id with a salt of its own, 64 MiB, as NUL-terminated text. Takes some
 * tenths of a second. False when the memory cannot be had. */
bool seal_password_hash(struct str password,
			char out[SEAL_PASSWORD_SIZE]) MUST_CHECK;
/* Whether it is the password of `hash`. NULL is the hash of nobody: false,
 * in the same time. */
bool seal_password_verify(const char *hash, struct str password) MUST_CHECK;

#endif
