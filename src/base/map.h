/* map.h - text to 64-bit number; a cache or a set with a bound. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/base.h"

struct map;

/* Holds at most `max` keys (their bytes are copied). */
struct map *map_new(size_t max);
void map_free(struct map *m);
void map_clear(struct map *m);
size_t map_count(const struct map *m);
/* False when `key` is not in it; `out` is then untouched (may be NULL). */
bool map_get(const struct map *m, struct str key, uint64_t *out);
/* Adds or replaces. A full map forgets everything first: callers treat it as
 * a cache, or check map_count before. */
void map_put(struct map *m, struct str key, uint64_t value);
/* Visits every pair in no order; stops when `visit` returns false. */
void map_each(const struct map *m,
	      bool (*visit)(void *ctx, struct str key, uint64_t value),
	      void *ctx);

#endif
