/* form.c - numbers, checksums and the head of the file. */
#include "hosted/private.h"

#include <string.h>

static const char magic[8] = "wxhost\0\1";

enum { NUMBERS = 13, SLOTS_MOST = 1 << 30, TABLE_ALIGNMENT = 16 };

uint64_t
hosted_get(const char *p, unsigned bytes)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < bytes; i++)
		n |= (uint64_t)(unsigned char)p[i] << 8 * i;
	return n;
}

void
hosted_put(char *p, unsigned bytes, uint64_t value)
{
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (char)(value >> 8 * i & 0xff);
}

/* Each step can be undone, so that one changed octet always shows. */
uint64_t
hosted_sum(struct str bytes, uint64_t seed)
{
	uint64_t h = seed ^ bytes.n * 0x9E3779B97F4A7C15u;
	size_t i = 0;

	for (; i + 8 <= bytes.n; i += 8) {
		h = (h ^ hosted_get8(bytes.p + i)) * 0xD6E8FEB86659FD93u;
		h ^= h >> 32;
	}
	if (i < bytes.n) {
		h ^= hosted_get(bytes.p + i, (unsigned)(bytes.n - i));
		h *= 0xD6E8FEB86659FD93u;
		h ^= h >> 32;
	}
	h *= 0xFF51AFD7ED558CCDu;
	return h ^ h >> 33;
}

/* ---- the head ---- */

static void
list_numbers(struct hosted_head *h, uint64_t *out[NUMBERS])
{
	uint64_t *const all[NUMBERS] = {
		&h->generation, &h->base,    &h->seed,     &h->size,
		&h->count,      &h->zone_at, &h->zone_n,   &h->names_at,
		&h->tokens_at,  &h->slots,   &h->zone_sum, &h->names_sum,
		&h->tokens_sum,
	};

	memcpy(out, all, sizeof all);
}

void
hosted_head_print(const struct hosted_head *head, char out[HOSTED_HEAD])
{
	struct hosted_head h = *head;
	uint64_t *numbers[NUMBERS];

	list_numbers(&h, numbers);
	memcpy(out, magic, sizeof magic);
	for (size_t i = 0; i < NUMBERS; i++)
		hosted_put(out + 8 + 8 * i, 8, *numbers[i]);
	hosted_put(out + HOSTED_HEAD - 8, 8,
		   hosted_sum((struct str){ out, HOSTED_HEAD - 8 }, 0));
}

/* Every place follows from the lengths, so that there is one way only. */
static bool
is_possible(const struct hosted_head *h, uint64_t size)
{
	uint64_t table = h->slots * HOSTED_SLOT;
	uint64_t zone_end;

	if (h->size != size || h->slots < HOSTED_SLOTS_LEAST ||
	    h->slots > SLOTS_MOST || (h->slots & (h->slots - 1)) != 0 ||
	    h->count > h->slots / 2)
		return false;
	if (h->zone_at < HOSTED_HEAD || h->zone_at > size ||
	    h->zone_n > HOSTED_ZONE_ROOM || h->generation == 0)
		return false;
	zone_end = h->zone_at + h->zone_n;
	return h->names_at == (zone_end + TABLE_ALIGNMENT - 1) /
				      TABLE_ALIGNMENT * TABLE_ALIGNMENT &&
	       h->tokens_at == h->names_at + table &&
	       size == h->tokens_at + table;
}

bool
hosted_head_parse(struct str file, struct hosted_head *out)
{
	uint64_t *numbers[NUMBERS];

	if (file.n < HOSTED_HEAD || memcmp(file.p, magic, sizeof magic) != 0 ||
	    hosted_sum(str_sub(file, 0, HOSTED_HEAD - 8), 0) !=
		    hosted_get(file.p + HOSTED_HEAD - 8, 8))
		return false;
	list_numbers(out, numbers);
	for (size_t i = 0; i < NUMBERS; i++)
		*numbers[i] = hosted_get(file.p + 8 + 8 * i, 8);
	return is_possible(out, file.n);
}
