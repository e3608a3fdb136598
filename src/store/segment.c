/* Packed cells of a day: changing them, and holding them against the table
 * that they are a copy of. */
#include "store/segment.h"
#include "store/writer.h"

#include <string.h>

static void
put_u32(unsigned char *p, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(n >> (8 * i) & 255);
}

static void
write_cell(const struct store_segment_cell *c, struct buf *out)
{
	unsigned char p[SEGMENT_CELL] = { 0 };

	put_u32(p, (uint32_t)c->key[SEGMENT_DOMAIN]);
	put_u32(p + 4, (uint32_t)c->key[SEGMENT_REPORTER]);
	put_u32(p + 8, (uint32_t)c->key[SEGMENT_SOURCE]);
	put_u32(p + 12, (uint32_t)c->key[SEGMENT_ASN]);
	put_u32(p + 16, (uint32_t)c->key[SEGMENT_TO_DOMAIN]);
	put_u32(p + 20, (uint32_t)c->rows);
	put_u32(p + 24, (uint32_t)c->messages);
	put_u32(p + 28, (uint32_t)(c->messages >> 32));
	p[32] = (unsigned char)(c->key[SEGMENT_COUNTRY] & 255);
	p[33] = (unsigned char)(c->key[SEGMENT_COUNTRY] >> 8);
	p[34] = (unsigned char)c->key[SEGMENT_VERDICT];
	p[35] = (unsigned char)c->key[SEGMENT_OVERRIDES];
	p[36] = (unsigned char)c->key[SEGMENT_CLASS];
	p[37] = (unsigned char)c->key[SEGMENT_TRUST];
	buf_add(out, (struct str){ (const char *)p, SEGMENT_CELL });
}

/* Ids of 2^32 are further away than any disk. */
static bool
fits(const struct store_segment_cell *c)
{
	for (int i = 0; i < SEGMENT_KEYS; i++)
		if (c->key[i] < 0 || c->key[i] > UINT32_MAX)
			return false;
	return c->rows <= UINT32_MAX && c->key[SEGMENT_COUNTRY] <= UINT16_MAX &&
	       c->key[SEGMENT_VERDICT] <= UINT8_MAX &&
	       c->key[SEGMENT_OVERRIDES] <= UINT8_MAX &&
	       c->key[SEGMENT_CLASS] <= UINT8_MAX &&
	       c->key[SEGMENT_TRUST] <= UINT8_MAX;
}

static int
compare(const int64_t *a, const int64_t *b)
{
	for (int i = 0; i < SEGMENT_KEYS; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/* The changes of one part of one day. */
struct span {
	const struct store_cells *changes;
	size_t at, end;
	bool too_large;
};

static const int64_t *
change_key(const struct span *c)
{
	return store_cells_at(c->changes, c->at) + 2;
}

static void
add_change(struct span *c, struct store_segment_cell *cell)
{
	const int64_t *change = store_cells_at(c->changes, c->at++);

	memcpy(cell->key, change + 2, sizeof(cell->key));
	cell->messages += change[SEGMENT_CHANGE_KEYS];
	cell->rows += change[SEGMENT_CHANGE_KEYS + 1];
}

static void
keep(struct span *c, const struct store_segment_cell *cell, struct buf *out)
{
	if (cell->rows <= 0)
		return;
	c->too_large |= !fits(cell);
	write_cell(cell, out);
}

/* Both are sorted: one pass over the old cells and the changes. */
static void
merge(struct str old, struct span *c, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)old.p;

	for (size_t i = 0; i + SEGMENT_CELL <= old.n; i += SEGMENT_CELL) {
		struct store_segment_cell cell;

		store_segment_read(p + i, &cell);
		while (c->at < c->end && compare(change_key(c), cell.key) < 0) {
			struct store_segment_cell more = { 0 };

			add_change(c, &more);
			keep(c, &more, out);
		}
		if (c->at < c->end && compare(change_key(c), cell.key) == 0)
			add_change(c, &cell);
		keep(c, &cell, out);
	}
	while (c->at < c->end) {
		struct store_segment_cell more = { 0 };

		add_change(c, &more);
		keep(c, &more, out);
	}
}

static enum err
change_part(struct store *s, const int64_t place[3], struct span *c,
	    struct buf *cells, struct diag *why)
{
	struct db_statement *st;
	bool row = false;
	enum err e = store_kept(s, SQL_SEGMENT_GET, &st, why);

	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, place, 3);
	e = db_step(st, &row, why);
	if (e != ERR_NONE)
		return e;
	buf_clear(cells);
	merge(row ? db_blob(st, 0) : (struct str){ NULL, 0 }, c, cells);
	db_reset(st);
	if (cells->full || c->too_large)
		return diag_set(why, ERR_LIMIT, "store.failed", 0,
				"too many cells in a day");
	if (cells->n == 0)
		return store_do(s, SQL_SEGMENT_DROP, place, 3, why);
	e = store_kept(s, SQL_SEGMENT_PUT, &st, why);
	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, place, 3);
	db_bind_blob(st, 4, buf_str(cells));
	return db_do(st, why);
}

enum err
store_segments_change(struct store *s, int64_t owner,
		      const struct store_cells *changes, struct diag *why)
{
	SCOPED_BUF cells = BUF(SEGMENT_BYTES_MAX);
	struct span c = { .changes = changes };
	enum err e = ERR_NONE;

	while (c.end < changes->count && e == ERR_NONE) {
		const int64_t *first = store_cells_at(changes, c.end);
		const int64_t place[3] = { owner, first[0], first[1] };

		c.at = c.end;
		while (c.end < changes->count &&
		       memcmp(store_cells_at(changes, c.end), first,
			      2 * sizeof(*first)) == 0)
			c.end++;
		e = change_part(s, place, &c, &cells, why);
	}
	return e;
}

/* ---- checking ---- */

/* A number that changes with every change of the cell. */
static uint64_t
mark_of(const struct store_segment_cell *c)
{
	uint64_t h =
		(uint64_t)c->messages * 0x9E3779B97F4A7C15u ^ (uint64_t)c->rows;

	for (int i = 0; i < SEGMENT_KEYS; i++) {
		h = (h ^ (uint64_t)c->key[i]) * 0xD6E8FEB86659FD93u;
		h ^= h >> 31;
	}
	return h;
}

/* Sums of marks by day: of the table added, of the segments taken away. */
static void
add_mark(struct map *days, int64_t day, uint64_t mark)
{
	const struct str key = { (const char *)&day, sizeof(day) };
	uint64_t sum = 0;

	(void)map_get(days, key, &sum);
	map_put(days, key, sum + mark);
}

static enum err
mark_table(struct store *s, int64_t owner, struct map *days, struct diag *why)
{
	static const char sql[] =
		"SELECT domain, reporter, source, asn, country, to_domain,"
		" verdict, overrides, class, trust, messages, rows, day"
		" FROM cube WHERE owner = ?1";
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(s->db, S(sql), &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	while ((e = db_step(st, &row, why)) == ERR_NONE && row) {
		struct store_segment_cell c;
		struct str country = db_text(st, SEGMENT_COUNTRY);

		for (int i = 0; i < SEGMENT_KEYS; i++)
			c.key[i] = i == SEGMENT_COUNTRY ? 0 : db_i64(st, i);
		if (country.n == 2)
			c.key[SEGMENT_COUNTRY] = (unsigned char)country.p[0]
							 << 8 |
						 (unsigned char)country.p[1];
		c.messages = db_i64(st, SEGMENT_KEYS);
		c.rows = db_i64(st, SEGMENT_KEYS + 1);
		add_mark(days, db_i64(st, SEGMENT_KEYS + 2), mark_of(&c));
	}
	return e;
}

static enum err
mark_segments(struct store *s, int64_t owner, struct map *days,
	      struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(
		s->db, S("SELECT day, cells FROM cube_day WHERE owner = ?1"),
		&st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	while ((e = db_step(st, &row, why)) == ERR_NONE && row) {
		int64_t day = db_i64(st, 0);
		struct str all = db_blob(st, 1);
		const unsigned char *p = (const unsigned char *)all.p;

		/* Bytes left over are a fault as well. */
		add_mark(days, day, all.n % SEGMENT_CELL);
		for (size_t i = 0; i + SEGMENT_CELL <= all.n;
		     i += SEGMENT_CELL) {
			struct store_segment_cell c;

			store_segment_read(p + i, &c);
			add_mark(days, day, 0 - mark_of(&c));
		}
	}
	return e;
}

struct telling {
	void (*fault)(void *ctx, int64_t day);
	void *ctx;
};

static bool
tell(void *ctx, struct str key, uint64_t sum)
{
	const struct telling *t = ctx;
	int64_t day;

	memcpy(&day, key.p, sizeof(day));
	if (sum != 0)
		t->fault(t->ctx, day);
	return true;
}

enum err
store_segments_check(struct store *s, int64_t owner,
		     void (*fault)(void *ctx, int64_t day), void *ctx,
		     struct diag *why)
{
	struct telling t = { fault, ctx };
	struct map *days = map_new(1 << 24);
	enum err e = mark_table(s, owner, days, why);

	if (e == ERR_NONE)
		e = mark_segments(s, owner, days, why);
	if (e == ERR_NONE)
		map_each(days, tell, &t);
	map_free(days);
	return e;
}
