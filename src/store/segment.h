/* segment.h - the cells of a day over all domains, packed: what a question
 * that names no domain reads in one sweep. Rows of a table cost a database
 * some ten times as much as cells of an array. */
#ifndef STORE_SEGMENT_H
#define STORE_SEGMENT_H

#include "store/cells.h"
#include "store/inside.h"

/* Numbers of a cell's key, in the order of sorting. */
enum {
	SEGMENT_DOMAIN,
	SEGMENT_REPORTER,
	SEGMENT_SOURCE,
	SEGMENT_ASN,
	SEGMENT_COUNTRY, /* both letters in one number */
	SEGMENT_TO_DOMAIN,
	SEGMENT_VERDICT,
	SEGMENT_OVERRIDES,
	SEGMENT_CLASS,
	SEGMENT_TRUST,
	SEGMENT_KEYS
};

/* A day is in parts by domain, so that a report writes little. */
enum {
	SEGMENT_PARTS = 64,
	SEGMENT_CELL = 40, /* bytes */
	SEGMENT_BYTES_MAX = 1 << 30
};
static inline int64_t
store_segment_part(int64_t domain)
{
	return domain & (SEGMENT_PARTS - 1);
}

struct store_segment_cell {
	int64_t key[SEGMENT_KEYS];
	int64_t messages, rows;
};

/* Reads the cell at `p`, SEGMENT_CELL bytes: little-endian five 32-bit ids
 * (domain, reporter, source, asn, to_domain) and rows, 64-bit messages,
 * 16-bit country, a byte each for verdict, overrides, class and trust, two
 * of nothing. */
static inline uint32_t
store_segment_u32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static inline void
store_segment_read(const unsigned char *p, struct store_segment_cell *out)
{
	out->key[SEGMENT_DOMAIN] = store_segment_u32(p);
	out->key[SEGMENT_REPORTER] = store_segment_u32(p + 4);
	out->key[SEGMENT_SOURCE] = store_segment_u32(p + 8);
	out->key[SEGMENT_ASN] = store_segment_u32(p + 12);
	out->key[SEGMENT_TO_DOMAIN] = store_segment_u32(p + 16);
	out->rows = store_segment_u32(p + 20);
	out->messages = (int64_t)((uint64_t)store_segment_u32(p + 24) |
				  (uint64_t)store_segment_u32(p + 28) << 32);
	out->key[SEGMENT_COUNTRY] = p[32] | p[33] << 8;
	out->key[SEGMENT_VERDICT] = p[34];
	out->key[SEGMENT_OVERRIDES] = p[35];
	out->key[SEGMENT_CLASS] = p[36];
	out->key[SEGMENT_TRUST] = p[37];
}

/* Adds differences: cells whose key is day, part and then as above, sorted.
 * Cells that come to nothing go. */
enum { SEGMENT_CHANGE_KEYS = SEGMENT_KEYS + 2 };
enum err store_segments_change(struct store *s, int64_t owner,
			       const struct store_cells *changes,
			       struct diag *why) MUST_CHECK;
/* Tells each day on which the segments are not the cells of `cube`. */
enum err store_segments_check(struct store *s, int64_t owner,
			      void (*fault)(void *ctx, int64_t day), void *ctx,
			      struct diag *why) MUST_CHECK;

#endif
