/* password.c - argon2id for what people choose, and comparing secrets. */
#include "seal/seal.h"

#include <sodium.h>

_Static_assert(SEAL_PASSWORD_SIZE == crypto_pwhash_STRBYTES, "argon2id");

/* Of no password: random bytes in the form of a hash with the limits that
 * seal_password_hash uses, so that looking takes as long. */
static const char nobody[] =
	"$argon2id$v=19$m=65536,t=2,p=1$oEGs9Qrh/fcBnYk5Pn3cIA$"
	"qL7sQv3Jx0m2wX5bTn8RkZc1uYfEo4HdGi6VaNpKlMU";

bool
seal_equal(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}

bool
seal_password_hash(struct str password, char out[SEAL_PASSWORD_SIZE])
{
	return crypto_pwhash_str(out, password.p, password.n,
				 crypto_pwhash_OPSLIMIT_INTERACTIVE,
				 crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0;
}

bool
seal_password_verify(const char *hash, struct str password)
{
	bool same = crypto_pwhash_str_verify(hash ? hash : nobody, password.p,
					     password.n) == 0;

	return hash && same;
}
