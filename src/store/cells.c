/* Sums in memory: open addressing over an array of cells. */
#include "store/cells.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64, FIRST_SLOTS = 256 };

static size_t
stride(const struct store_cells *c)
{
	return c->keys + 2;
}

void
store_cells_init(struct store_cells *c, size_t keys, size_t max)
{
	*c = (struct store_cells){ .keys = keys,
				   .max = max,
				   .slots = FIRST_SLOTS };
	assert(max < UINT32_MAX / 4);
	c->slot = heap_new(c->slots * sizeof(*c->slot));
}

void
store_cells_free(struct store_cells *c)
{
	heap_free(c->number);
	heap_free(c->slot);
	heap_free(c->used);
	*c = (struct store_cells){ 0 };
}

static uint64_t
hash_of(const struct store_cells *c, const int64_t *key)
{
	uint64_t h = 1;

	for (size_t i = 0; i < c->keys; i++) {
		h = (h ^ (uint64_t)key[i]) * 0x9E3779B97F4A7C15u;
		h ^= h >> 29;
	}
	return h;
}

/* The slot that knows this key, or the free one where it belongs. */
static size_t
slot_of(const struct store_cells *c, const int64_t *key)
{
	size_t at = hash_of(c, key) & (c->slots - 1);

	for (;; at = (at + 1) & (c->slots - 1)) {
		uint32_t known = c->slot[at];

		if (known == 0 || memcmp(&c->number[(known - 1) * stride(c)],
					 key, c->keys * sizeof(*key)) == 0)
			return at;
	}
}

static void
grow_slots(struct store_cells *c)
{
	heap_free(c->slot);
	c->slots *= 2;
	c->slot = heap_new(c->slots * sizeof(*c->slot));
	for (size_t i = 0; i < c->count; i++) {
		size_t at = slot_of(c, &c->number[i * stride(c)]);

		c->slot[at] = (uint32_t)(i + 1);
		c->used[i] = (uint32_t)at;
	}
}

static void
grow(struct store_cells *c)
{
	c->room = c->room == 0 ? FIRST_ROOM : c->room * 2;
	c->number =
		heap_grow(c->number, c->room, stride(c) * sizeof(*c->number));
	c->used = heap_grow(c->used, c->room, sizeof(*c->used));
}

bool
store_cells_add(struct store_cells *c, const int64_t *key, int64_t messages,
		int64_t rows)
{
	size_t at = slot_of(c, key);
	int64_t *cell;

	if (c->slot[at] != 0) {
		cell = &c->number[(c->slot[at] - 1) * stride(c) + c->keys];
		cell[0] += messages;
		cell[1] += rows;
		return true;
	}
	if (c->count >= c->max)
		return false;
	if (c->count >= c->room)
		grow(c);
	cell = &c->number[c->count * stride(c)];
	memcpy(cell, key, c->keys * sizeof(*key));
	cell[c->keys] = messages;
	cell[c->keys + 1] = rows;
	c->used[c->count++] = (uint32_t)at;
	c->slot[at] = (uint32_t)c->count;
	if (c->count > c->slots / 2)
		grow_slots(c);
	return true;
}

static int
by_key(const void *left, const void *right, void *ctx)
{
	const struct store_cells *c = ctx;
	const int64_t *a = left, *b = right;

	for (size_t i = 0; i < c->keys; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

void
store_cells_sort(struct store_cells *c)
{
	if (c->count > 1)
		qsort_r(c->number, c->count, stride(c) * sizeof(*c->number),
			by_key, c);
}

const int64_t *
store_cells_at(const struct store_cells *c, size_t i)
{
	return &c->number[i * stride(c)];
}

/* Costs what was in it, not what could be: most reports are small. */
void
store_cells_clear(struct store_cells *c)
{
	for (size_t i = 0; i < c->count; i++)
		c->slot[c->used[i]] = 0;
	c->count = 0;
}
