/* map.c - open addressing with linear probing; keys live in an arena. */
#include "base/base.h"

enum { FIRST_SLOTS = 64, KEY_BYTES_MAX = 1 << 30 };

struct slot {
	struct str key; /* p == NULL: free */
	uint64_t hash, value;
};

struct map {
	struct slot *slots;
	size_t room; /* a power of two */
	size_t count, max;
	struct arena *keys;
};

struct map *
map_new(size_t max)
{
	struct map *m = heap_new(sizeof *m);

	m->max = max;
	m->room = FIRST_SLOTS;
	m->slots = heap_new(m->room * sizeof *m->slots);
	m->keys = arena_new(KEY_BYTES_MAX);
	return m;
}

void
map_free(struct map *m)
{
	if (!m)
		return;
	arena_free(m->keys);
	heap_free(m->slots);
	heap_free(m);
}

void
map_clear(struct map *m)
{
	for (size_t i = 0; i < m->room; i++)
		m->slots[i] = (struct slot){ 0 };
	m->count = 0;
	arena_reset(m->keys);
}

size_t
map_count(const struct map *m)
{
	return m->count;
}

static struct slot *
find_slot(const struct map *m, struct str key, uint64_t hash)
{
	size_t at = hash & (m->room - 1);

	while (m->slots[at].key.p) {
		if (m->slots[at].hash == hash && str_eq(m->slots[at].key, key))
			break;
		at = (at + 1) & (m->room - 1);
	}
	return &m->slots[at];
}

static void
grow(struct map *m)
{
	struct map old = *m;

	m->room *= 2;
	m->slots = heap_new(m->room * sizeof *m->slots);
	for (size_t i = 0; i < old.room; i++)
		if (old.slots[i].key.p)
			*find_slot(m, old.slots[i].key, old.slots[i].hash) =
				old.slots[i];
	heap_free(old.slots);
}

bool
map_get(const struct map *m, struct str key, uint64_t *out)
{
	const struct slot *slot = find_slot(m, key, str_hash(key));

	if (!slot->key.p)
		return false;
	if (out)
		*out = slot->value;
	return true;
}

void
map_put(struct map *m, struct str key, uint64_t value)
{
	uint64_t hash = str_hash(key);
	struct slot *slot = find_slot(m, key, hash);
	struct str copy;

	if (slot->key.p) {
		slot->value = value;
		return;
	}
	if (m->count >= m->max || !arena_dup(m->keys, key, &copy)) {
		map_clear(m);
		if (m->max == 0 || !arena_dup(m->keys, key, &copy))
			return;
	}
	if (m->count >= m->room / 2)
		grow(m);
	*find_slot(m, copy, hash) =
		(struct slot){ .key = copy, .hash = hash, .value = value };
	m->count++;
}

void
map_each(const struct map *m,
	 bool (*visit)(void *ctx, struct str key, uint64_t value), void *ctx)
{
	for (size_t i = 0; i < m->room; i++)
		if (m->slots[i].key.p &&
		    !visit(ctx, m->slots[i].key, m->slots[i].value))
			return;
}
