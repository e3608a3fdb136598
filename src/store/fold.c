/* The coarse roll-ups: names, places and classes folded in, day by day. */
#include "store/writer.h"

enum {
	CHUNK_DAYS = 512, /* (domain, day) pairs of one transaction */
	RUN_MAX = 64      /* days of one domain that are folded at once */
};

/* Days of one domain that follow each other. */
struct run {
	int64_t domain, first, last;
};

struct chunk {
	size_t pairs, count;
	struct run run[CHUNK_DAYS];
};

static void
add_pair(struct chunk *c, int64_t domain, int64_t day)
{
	struct run *last = c->count > 0 ? &c->run[c->count - 1] : NULL;

	c->pairs++;
	if (last != NULL && last->domain == domain && last->last + 1 == day &&
	    day - last->first < RUN_MAX)
		last->last = day;
	else
		c->run[c->count++] = (struct run){ domain, day, day };
}

static enum err
next_chunk(struct store *s, int64_t owner, struct chunk *c, struct diag *why)
{
	const int64_t values[2] = { owner, CHUNK_DAYS };
	struct db_statement *st;
	bool row = true;
	enum err e = store_kept(s, SQL_FOLD_NEXT, &st, why);

	c->pairs = c->count = 0;
	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, 2);
	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row)
			add_pair(c, db_i64(st, 0), db_i64(st, 1));
	}
	return e;
}

static enum err
fold_run(struct store *s, int64_t owner, const struct run *run,
	 struct diag *why)
{
	/* What the old cells gave to the sums over all domains is taken back
	 * before they go. */
	static const enum store_sql STEPS[] = {
		SQL_CUBE_ALL_TAKE, SQL_CUBE_DROP, SQL_SLIM_DROP,
		SQL_CUBE_ADD,      SQL_SLIM_ADD,  SQL_CUBE_ALL_ADD,
		SQL_FOLD_DONE
	};
	const int64_t values[4] = { owner, run->domain, run->first, run->last };
	enum err e = ERR_NONE;

	for (size_t i = 0; e == ERR_NONE && i < COUNT_OF(STEPS); i++)
		e = store_do(s, STEPS[i], values, 4, why);
	return e;
}

/* Cells over all domains to which nobody gives any more. */
static enum err
sweep(struct store *s, int64_t owner, const struct chunk *c, struct diag *why)
{
	struct map *seen = map_new(CHUNK_DAYS);
	enum err e = ERR_NONE;

	for (size_t i = 0; i < c->count; i++) {
		int64_t day = c->run[i].first;

		for (; e == ERR_NONE && day <= c->run[i].last; day++) {
			const int64_t values[2] = { owner, day };
			struct str key = { (const char *)&day, sizeof(day) };

			if (map_get(seen, key, NULL))
				continue;
			map_put(seen, key, 1);
			e = store_do(s, SQL_CUBE_ALL_SWEEP, values, 2, why);
		}
	}
	map_free(seen);
	return e;
}

static enum err
fold_chunk(struct store *s, int64_t owner, struct chunk *c, struct diag *why)
{
	struct diag own = { 0 };
	enum err e = store_begin(s, why);

	if (e != ERR_NONE)
		return e;
	e = store_do(s, SQL_FOLD_EARLY, &owner, 1, &own);
	if (e == ERR_NONE)
		e = next_chunk(s, owner, c, &own);
	for (size_t i = 0; e == ERR_NONE && i < c->count; i++)
		e = fold_run(s, owner, &c->run[i], &own);
	if (e == ERR_NONE)
		e = sweep(s, owner, c, &own);
	(void)store_guard(s, e, &own);
	return store_commit(s, why);
}

static enum err
count_stale(struct store *s, int64_t owner, uint64_t *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(
		s->db, S("SELECT count(*) FROM stale_day WHERE owner = ?1"),
		&st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	e = db_step(st, &row, why);
	*out = e == ERR_NONE && row ? db_u64(st, 0) : 0;
	return e;
}

enum err
store_fold(struct store *s, int64_t owner,
	   void (*progress)(void *ctx, uint64_t done, uint64_t all), void *ctx,
	   struct diag *why)
{
	struct chunk *c = heap_new(sizeof(*c));
	uint64_t done = 0, all = 0;
	enum err e = count_stale(s, owner, &all, why);

	while (e == ERR_NONE && done < all) {
		e = fold_chunk(s, owner, c, why);
		if (e != ERR_NONE || c->pairs == 0)
			break;
		done += c->pairs;
		if (progress != NULL)
			progress(ctx, done < all ? done : all, all);
	}
	heap_free(c);
	return e;
}
