/* arena.c - memory in blocks, freed at once. */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 16 << 10, ALIGNMENT = 16 };

struct block {
	struct block *next;
	size_t size, used;
	_Alignas(ALIGNMENT) char bytes[];
};

struct arena {
	struct block *first, *last;
	size_t used, max;
};

void *
heap_new(size_t size)
{
	void *object = calloc(1, size ? size : 1);

	if (!object)
		abort();
	return object;
}

void *
heap_grow(void *old, size_t count, size_t size)
{
	void *grown = reallocarray(old, count ? count : 1, size);

	if (!grown)
		abort();
	return grown;
}

void
heap_free(void *object)
{
	free(object);
}

struct arena *
arena_new(size_t max)
{
	struct arena *mem = heap_new(sizeof *mem);

	mem->max = max;
	return mem;
}

static void
free_blocks(struct block *block)
{
	while (block) {
		struct block *next = block->next;

		heap_free(block);
		block = next;
	}
}

void
arena_free(struct arena *mem)
{
	if (!mem)
		return;
	free_blocks(mem->first);
	heap_free(mem);
}

void
arena_cleanup(struct arena **mem)
{
	arena_free(*mem);
}

void
arena_reset(struct arena *mem)
{
	mem->used = 0;
	if (!mem->first)
		return;
	free_blocks(mem->first->next);
	mem->first->next = NULL;
	mem->first->used = 0;
	mem->last = mem->first;
}

/* Blocks are not zeroed when made: each piece is, when handed out. */
static struct block *
add_block(struct arena *mem, size_t least)
{
	size_t size = least > BLOCK_SIZE ? least : BLOCK_SIZE;
	struct block *block = heap_grow(NULL, 1, sizeof *block + size);

	*block = (struct block){ .size = size };
	if (mem->last)
		mem->last->next = block;
	else
		mem->first = block;
	mem->last = block;
	return block;
}

void *
arena_alloc(struct arena *mem, size_t size)
{
	struct block *block = mem->last;
	size_t rounded;

	if (size > SIZE_MAX - ALIGNMENT)
		return NULL;
	rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (rounded > mem->max - mem->used)
		return NULL;
	if (!block || rounded > block->size - block->used)
		block = add_block(mem, rounded);

	void *piece = block->bytes + block->used;

	block->used += rounded;
	mem->used += rounded;
	return memset(piece, 0, rounded);
}

void *
arena_array(struct arena *mem, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	return arena_alloc(mem, bytes);
}

bool
arena_dup(struct arena *mem, struct str s, struct str *out)
{
	char *copy = arena_alloc(mem, s.n + 1);

	if (!copy)
		return false;
	if (s.n)
		memcpy(copy, s.p, s.n);
	*out = (struct str){ copy, s.n };
	return true;
}

size_t
arena_used(const struct arena *mem)
{
	return mem->used;
}
