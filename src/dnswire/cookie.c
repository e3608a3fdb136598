/* cookie.c - DNS cookies (RFC 7873) as all servers of one secret make them
 * (RFC 9018): who has seen an answer of ours can say so. */
#include "dnswire/private.h"

#include <string.h>

enum {
	CLIENT = 8, /* octets that the client made up */
	SERVER_LEAST = 8,
	SERVER_MOST = 32,
	OURS = 16, /* version, three reserved, time, hash */
	VERSION = 1,
	HASH_AT = CLIENT + 8,
	OLD = 3600,   /* seconds that a cookie is good for */
	RENEW = 1800, /* then a new one is made */
	AHEAD = 300
};

_Static_assert(CLIENT + OURS == DNSWIRE_COOKIE, "the whole of both");

/* ---- SipHash-2-4 ---- */

static uint64_t
little(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | p[i];
	return v;
}

static uint64_t
turn(uint64_t v, unsigned bits)
{
	return v << bits | v >> (64 - bits);
}

static void
rounds(uint64_t v[4], unsigned n)
{
	while (n-- > 0) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = turn(v[1], 13) ^ v[0];
		v[3] = turn(v[3], 16) ^ v[2];
		v[0] = turn(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = turn(v[1], 17) ^ v[2];
		v[3] = turn(v[3], 21) ^ v[0];
		v[2] = turn(v[2], 32);
	}
}

/* Of whole blocks; the last one ends with the length of the text. */
static uint64_t
siphash(const uint8_t key[DNSWIRE_COOKIE_SECRET], const uint8_t *p,
	size_t blocks)
{
	const uint64_t k0 = little(key), k1 = little(key + 8);
	uint64_t v[4] = { k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du,
			  k0 ^ 0x6c7967656e657261u, k1 ^ 0x7465646279746573u };

	for (; blocks > 0; blocks--, p += 8) {
		uint64_t m = little(p);

		v[3] ^= m;
		rounds(v, 2);
		v[0] ^= m;
	}
	v[2] ^= 0xFF;
	rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- cookies ---- */

/* RFC 9018 section 4: the hash of everything before it and of the address. */
static void
put_hash(uint8_t cookie[DNSWIRE_COOKIE], const struct dnswire_ask *ask)
{
	uint8_t text[HASH_AT + NETADDR_BYTES + 8] = { 0 };
	bool four = netaddr_is_v4(ask->from);
	size_t n = four ? 4 : NETADDR_BYTES;
	uint64_t hash;

	memcpy(text, cookie, HASH_AT);
	memcpy(text + HASH_AT, ask->from->b + NETADDR_BYTES - n, n);
	n += HASH_AT;
	text[n / 8 * 8 + 7] = (uint8_t)n;
	hash = siphash(ask->secret, text, n / 8 + 1);
	for (size_t i = 0; i < 8; i++)
		cookie[HASH_AT + i] = (uint8_t)(hash >> 8 * i);
}

static void
make(uint8_t cookie[DNSWIRE_COOKIE], const struct dnswire_ask *ask)
{
	uint32_t now = (uint32_t)ask->now;

	cookie[CLIENT] = VERSION;
	memset(cookie + CLIENT + 1, 0, 3);
	for (size_t i = 0; i < 4; i++)
		cookie[CLIENT + 4 + i] = (uint8_t)(now >> (24 - 8 * i));
	put_hash(cookie, ask);
}

/* How old it is in seconds, by serial arithmetic (RFC 1982). */
static int32_t
age(const uint8_t *cookie, int64_t now)
{
	uint32_t at = 0;

	for (size_t i = 0; i < 4; i++)
		at = at << 8 | cookie[CLIENT + 4 + i];
	return (int32_t)((uint32_t)now - at);
}

static bool
is_ours(const uint8_t *cookie, const struct dnswire_ask *ask)
{
	uint8_t again[DNSWIRE_COOKIE];
	uint8_t differ = 0;
	int32_t old = age(cookie, ask->now);

	memcpy(again, cookie, HASH_AT);
	put_hash(again, ask);
	for (size_t i = HASH_AT; i < DNSWIRE_COOKIE; i++)
		differ |= (uint8_t)(again[i] ^ cookie[i]);
	return differ == 0 && cookie[CLIENT] == VERSION && old <= OLD &&
	       old >= -AHEAD;
}

static bool
is_length(size_t n)
{
	return n == CLIENT ||
	       (n >= CLIENT + SERVER_LEAST && n <= CLIENT + SERVER_MOST);
}

/* The first of the options that are (RFC 7873 section 5.2). */
static const uint8_t *
find(struct str options, size_t *n)
{
	struct reader r = { .p = (const uint8_t *)options.p, .n = options.n };

	while (r.at < r.n) {
		uint16_t code = dnswire_get16(&r), length = dnswire_get16(&r);
		const uint8_t *p = dnswire_take(&r, length);

		if (!p)
			return NULL;
		if (code == OPTION_COOKIE) {
			*n = length;
			return p;
		}
	}
	return NULL;
}

enum cookie
dnswire_cookie_read(const struct dnswire_ask *ask, struct str options,
		    uint8_t out[DNSWIRE_COOKIE])
{
	size_t n = 0;
	const uint8_t *p = ask->secret ? find(options, &n) : NULL;
	bool good;

	if (!p)
		return COOKIE_NONE;
	if (!is_length(n))
		return COOKIE_BAD;
	good = n == DNSWIRE_COOKIE && is_ours(p, ask);
	memcpy(out, p, good ? DNSWIRE_COOKIE : CLIENT);
	if (!good || age(p, ask->now) > RENEW)
		make(out, ask);
	return good ? COOKIE_GOOD : COOKIE_NEW;
}
