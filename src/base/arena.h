/* arena.h - memory of one message, request or query: allocated piece by
 * piece, freed at once, never more than its maximum. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/base.h"

struct arena;

/* `max` bytes at most (sum of all pieces). Never NULL: when the machine has
 * no memory left the process ends, as everywhere. */
struct arena *arena_new(size_t max);
void arena_free(struct arena *mem);
/* Forgets all pieces and keeps the first block for reuse. */
void arena_reset(struct arena *mem);
/* Zeroed, aligned for any type; NULL when the maximum would be exceeded:
 * answer ERR_LIMIT. `size` 0 gives a valid pointer. */
void *arena_alloc(struct arena *mem, size_t size) MUST_CHECK;
/* `count` elements, overflow checked. */
void *arena_array(struct arena *mem, size_t count, size_t size) MUST_CHECK;
/* Copies `s` (with a NUL behind it) into `out`; false when full. */
bool arena_dup(struct arena *mem, struct str s, struct str *out) MUST_CHECK;
size_t arena_used(const struct arena *mem);

void arena_cleanup(struct arena **mem);
#define SCOPED_ARENA __attribute__((cleanup(arena_cleanup))) struct arena *

/* For long-lived opaque objects only (style 3.2): zeroed, never NULL, the
 * process ends when there is no memory. */
void *heap_new(size_t size) MUST_CHECK;
void *heap_grow(void *old, size_t count, size_t size) MUST_CHECK;
void heap_free(void *object);

#endif
