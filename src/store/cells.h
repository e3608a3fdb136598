/* cells.h - sums by a key of several numbers, gathered before they are
 * written; of bounded size. */
#ifndef STORE_CELLS_H
#define STORE_CELLS_H

#include "base/base.h"

struct store_cells {
	size_t keys; /* numbers of a key */
	size_t count, room, max;
	int64_t *number; /* of each cell: its key, then messages and rows */
	uint32_t *slot;  /* index of a cell + 1, 0 free */
	uint32_t *used;  /* the slots that are not free */
	size_t slots;    /* a power of two above twice `max` */
};

/* At most `max` cells; memory is taken as they come. */
void store_cells_init(struct store_cells *c, size_t keys, size_t max);
void store_cells_free(struct store_cells *c);
/* Adds to the cell with this key. False when there is no room for one more:
 * write out what is there and clear it. */
bool store_cells_add(struct store_cells *c, const int64_t *key,
		     int64_t messages, int64_t rows);
/* By key, as tables are sorted. Then only store_cells_at and _clear. */
void store_cells_sort(struct store_cells *c);
/* The key, and behind it messages and rows. */
const int64_t *store_cells_at(const struct store_cells *c, size_t i);
void store_cells_clear(struct store_cells *c);

#endif
