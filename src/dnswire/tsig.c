/* tsig.c - signatures of messages by a shared secret (RFC 8945). */
#include "dnswire/private.h"
#include "seal/seal.h"

#include <string.h>

enum {
	BLOCK = 64,     /* octets of SHA-256's block, RFC 2104 */
	MAC_LEAST = 16, /* RFC 8945 section 5.2.2.1 */
	FIXED = RECORD_HEAD + 13 + 6 + 2 + 2 + DNSWIRE_MAC + 2 + 2 + 2 + 6
};

static const struct dnswire_name sha256 = { "\013hmac-sha256", 13 };

/* HMAC, RFC 2104; secrets are never longer than a block. */
struct mac {
	struct seal_hash *hash;
	const struct dnswire_key *key;
};

_Static_assert((int)DNSWIRE_SECRET_MAX <= (int)BLOCK, "a secret fits a block");

static struct seal_hash *
padded(const struct dnswire_key *key, uint8_t pad)
{
	struct seal_hash *hash = seal_hash_new();
	uint8_t block[BLOCK];

	memset(block, pad, sizeof block);
	for (size_t i = 0; i < key->n; i++)
		block[i] ^= key->secret[i];
	seal_hash_add(hash, (struct str){ (const char *)block, sizeof block });
	seal_wipe(block, sizeof block);
	return hash;
}

static struct mac
mac_of(const struct dnswire_key *key)
{
	return (struct mac){ .hash = padded(key, 0x36), .key = key };
}

static void
mac_add(const struct mac *mac, const void *bytes, size_t n)
{
	seal_hash_add(mac->hash, (struct str){ bytes, n });
}

static void
mac_end(struct mac *mac, uint8_t out[DNSWIRE_MAC])
{
	struct seal_hash *outer = padded(mac->key, 0x5C);

	seal_hash_end(mac->hash, out);
	seal_hash_add(outer, (struct str){ (const char *)out, DNSWIRE_MAC });
	seal_hash_end(outer, out);
}

/* What of the record is signed besides the message. */
struct fields {
	const struct dnswire_name *key;
	uint64_t time;
	uint16_t fudge, error, id;
	bool has_clock; /* "other data", for BADTIME */
	uint64_t clock;
};

static void
put_times(struct writer *w, const struct fields *f)
{
	dnswire_put48(w, f->time);
	dnswire_put16(w, f->fudge);
}

static void
put_other(struct writer *w, const struct fields *f)
{
	dnswire_put16(w, f->has_clock ? 6 : 0);
	if (f->has_clock)
		dnswire_put48(w, f->clock);
}

/* RFC 8945 section 4.3.3. */
static void
mac_variables(const struct mac *mac, const struct fields *f, bool times_only)
{
	uint8_t room[DNSWIRE_NAME_MAX + FIXED];
	struct writer w = { .p = room, .room = sizeof room };

	if (!times_only) {
		dnswire_put_name(&w, dnswire_name_str(f->key), false);
		dnswire_put16(&w, CLASS_ANY);
		dnswire_put32(&w, 0);
		dnswire_put_name(&w, dnswire_name_str(&sha256), false);
	}
	put_times(&w, f);
	if (!times_only) {
		dnswire_put16(&w, f->error);
		put_other(&w, f);
	}
	mac_add(mac, w.p, w.n);
}

static void
mac_chain(const struct mac *mac, const uint8_t before[DNSWIRE_MAC])
{
	static const uint8_t length[2] = { 0, DNSWIRE_MAC };

	mac_add(mac, length, sizeof length);
	mac_add(mac, before, DNSWIRE_MAC);
}

/* The record itself, behind everything else, counted. */
static void
put_tsig(struct writer *w, const struct fields *f, struct str mac)
{
	size_t length = (size_t)sha256.n + 6 + 2 + 2 + mac.n + 2 + 2 + 2 +
			(f->has_clock ? 6 : 0);

	dnswire_put_name(w, dnswire_name_str(f->key), false);
	dnswire_put16(w, DNSWIRE_TSIG);
	dnswire_put16(w, CLASS_ANY);
	dnswire_put32(w, 0);
	dnswire_put16(w, (unsigned)length);
	dnswire_put_name(w, dnswire_name_str(&sha256), false);
	put_times(w, f);
	dnswire_put16(w, (unsigned)mac.n);
	dnswire_put(w, mac.p, mac.n);
	dnswire_put16(w, f->id);
	dnswire_put16(w, f->error);
	put_other(w, f);
	if (!w->full)
		dnswire_set16(w, 10, (unsigned)(w->p[10] << 8 | w->p[11]) + 1);
}

size_t
dnswire_sign_room(const struct dnswire_name *key)
{
	return (size_t)key->n + FIXED;
}

static void
sign(struct writer *w, const struct fields *f, const struct signing *s)
{
	struct dnswire_chain *chain = s->chain;
	struct mac mac = mac_of(chain->key);

	if (!s->alone)
		mac_chain(&mac, chain->mac);
	mac_add(&mac, w->p, w->n);
	mac_variables(&mac, f, !s->first);
	mac_end(&mac, chain->mac);
	put_tsig(w, f, (struct str){ (const char *)chain->mac, DNSWIRE_MAC });
}

void
dnswire_sign(struct writer *w, const struct signing *s)
{
	const struct fields f = { .key = &s->chain->key->name,
				  .time = (uint64_t)s->now,
				  .fudge = DNSWIRE_FUDGE,
				  .id = s->id };

	sign(w, &f, s);
}

void
dnswire_tsig_refuse(struct writer *w, const struct tsig *t,
		    enum tsig_error error, struct dnswire_chain *chain,
		    int64_t now)
{
	const struct fields f = { .key = &t->key,
				  .time = t->time,
				  .fudge = t->fudge,
				  .error = (uint16_t)error,
				  .id = t->id,
				  .has_clock = error == TSIG_BADTIME,
				  .clock = (uint64_t)now };
	const struct signing s = { .chain = chain, .first = true };

	if (error == TSIG_BADTIME)
		sign(w, &f, &s);
	else
		put_tsig(w, &f, S(""));
}

bool
dnswire_tsig_read(struct str message, const struct question *q,
		  struct tsig *out)
{
	struct reader r = { .p = (const uint8_t *)message.p,
			    .n = q->tsig.data + q->tsig.n,
			    .at = q->tsig.at };
	uint32_t class, ttl;

	dnswire_get_name(&r, true, &out->key);
	(void)dnswire_get16(&r);
	class = dnswire_get16(&r);
	ttl = dnswire_get32(&r);
	(void)dnswire_get16(&r);
	dnswire_get_name(&r, true, &out->algorithm);
	out->time = dnswire_get48(&r);
	out->fudge = dnswire_get16(&r);
	out->mac.n = dnswire_get16(&r);
	out->mac.p = (const char *)dnswire_take(&r, out->mac.n);
	out->id = dnswire_get16(&r);
	out->error = dnswire_get16(&r);
	(void)dnswire_take(&r, dnswire_get16(&r));
	return !r.bad && r.at == r.n && class == CLASS_ANY && ttl == 0 &&
	       out->mac.n >= MAC_LEAST && out->mac.n <= DNSWIRE_MAC;
}

static const struct dnswire_key *
find_key(const struct dnswire_ask *ask, const struct tsig *t)
{
	if (!str_eq(dnswire_name_str(&t->algorithm), dnswire_name_str(&sha256)))
		return NULL;
	for (size_t i = 0; i < ask->key_n; i++)
		if (str_eq(dnswire_name_str(&t->key),
			   dnswire_name_str(&ask->keys[i].name)))
			return &ask->keys[i];
	return NULL;
}

/* As it was before the record was added. */
static void
mac_question(const struct mac *mac, struct str query, const struct question *q,
	     const struct tsig *t)
{
	uint8_t head[HEADER];
	struct writer w = { .p = head, .room = sizeof head };

	dnswire_put(&w, query.p, HEADER);
	dnswire_set16(&w, 0, t->id);
	dnswire_set16(&w, 10, q->additional - 1U);
	mac_add(mac, head, sizeof head);
	mac_add(mac, query.p + HEADER, q->tsig.at - HEADER);
}

enum tsig_error
dnswire_tsig_check(const struct dnswire_ask *ask, const struct question *q,
		   const struct tsig *t, struct dnswire_chain *chain)
{
	const struct dnswire_key *key = find_key(ask, t);
	const struct fields f = { .key = &t->key,
				  .time = t->time,
				  .fudge = t->fudge,
				  .error = t->error };
	uint64_t now = (uint64_t)ask->now;
	uint64_t apart = now > t->time ? now - t->time : t->time - now;
	struct mac mac;

	if (!key)
		return TSIG_BADKEY;
	if (t->mac.n != DNSWIRE_MAC)
		return TSIG_BADTRUNC;
	mac = mac_of(key);
	mac_question(&mac, ask->query, q, t);
	mac_variables(&mac, &f, false);
	mac_end(&mac, chain->mac);
	if (!seal_equal((struct str){ (const char *)chain->mac, DNSWIRE_MAC },
			t->mac))
		return TSIG_BADSIG;
	chain->key = key;
	return apart > t->fudge || apart > DNSWIRE_FUDGE ? TSIG_BADTIME
							 : TSIG_FINE;
}
