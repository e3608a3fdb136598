/* secret.c - making what lets somebody in, and what is kept of it. */
#include "control/inside.h"

static const char url_safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz0123456789-_";
/* Without l, o, 0 and 1, which people take for each other. */
static const char plain[] = "abcdefghijkmnpqrstuvwxyz23456789";

_Static_assert(sizeof(url_safe) == 65, "six bits a character");
_Static_assert(sizeof(plain) == 33, "five bits a character");

static void
fill(char *out, size_t n, const char *letters, unsigned mask)
{
	seal_random(out, n);
	for (size_t i = 0; i < n; i++)
		out[i] = letters[(unsigned char)out[i] & mask];
	out[n] = '\0';
}

void
control_secret(char *out, size_t n)
{
	fill(out, n, url_safe, 63);
}

void
control_token_text(char *out, size_t n)
{
	fill(out, n, plain, 31);
}

struct control_hash
control_hash_of(struct str secret)
{
	struct control_hash h;

	seal_hash_of(secret, h.b);
	return h;
}
