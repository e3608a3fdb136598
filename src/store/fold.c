/* The coarse roll-ups: names, places and classes folded in. What changes is
 * worked out in memory as differences, so that only that is written. */
#include "store/cells.h"
#include "store/segment.h"
#include "store/writer.h"

#include <string.h>

enum {
	CHUNK_DAYS = 512,    /* (domain, day) pairs of one transaction */
	RUN_MAX = 64,        /* days of one domain that are read at once */
	CELLS_MAX = 30000,   /* held in memory, of each table */
	JUDGED_MAX = 100000, /* judgements of the user that are remembered */
	INSIDE_MAX = 100000  /* addresses of one run */
};

/* Days of one domain that follow each other. */
struct run {
	int64_t domain, first, last;
};

/* Numbers of a key, in the order of the tables; `cube` has them all. */
enum {
	K_DOMAIN,
	K_DAY,
	K_REPORTER,
	K_SOURCE,
	K_ASN,
	K_COUNTRY, /* both letters in one number */
	K_TO_DOMAIN,
	K_VERDICT,
	K_OVERRIDES,
	K_CLASS,
	K_TRUST,
	K_COUNT,
	K_PART = K_COUNT, /* worked out from the domain */
	/* Behind the key and its sums, of roll-ups. */
	K_ENDPOINT = K_COUNT + 2,
	K_ADDRESS
};

/* A coarse table: which numbers of the key it has, what adds to a cell and
 * what takes empty ones away. */
struct target {
	enum store_sql add, sweep;
	size_t keys;
	int key[K_COUNT + 1];
	struct store_cells cells;
};

enum { CUBE, SLIM, DAYS, TARGETS };

struct fold {
	struct store *s;
	int64_t owner;
	size_t pairs, count;
	struct run run[CHUNK_DAYS];
	struct map *judged; /* source, domain -> triage */
	/* Of the domain of a run, and the addresses found in them. */
	struct store_ranges own;
	struct map *inside;
	struct target target[TARGETS];
};

static const struct target SHAPES[TARGETS] = {
	[CUBE] = { .add = SQL_CUBE_ADD,
		   .sweep = SQL_CUBE_SWEEP,
		   .keys = K_COUNT,
		   .key = { K_DOMAIN, K_DAY, K_REPORTER, K_SOURCE, K_ASN,
			    K_COUNTRY, K_TO_DOMAIN, K_VERDICT, K_OVERRIDES,
			    K_CLASS, K_TRUST } },
	[SLIM] = { .add = SQL_SLIM_ADD,
		   .sweep = SQL_SLIM_SWEEP,
		   .keys = 7,
		   .key = { K_DOMAIN, K_DAY, K_REPORTER, K_VERDICT, K_OVERRIDES,
			    K_CLASS, K_TRUST } },
	[DAYS] = { .keys = SEGMENT_CHANGE_KEYS, /* packed, see segment.h */
		   .key = { K_DAY, K_PART, K_DOMAIN, K_REPORTER, K_SOURCE,
			    K_ASN, K_COUNTRY, K_TO_DOMAIN, K_VERDICT,
			    K_OVERRIDES, K_CLASS, K_TRUST } },
};

/* ---- what to fold ---- */

static void
add_pair(struct fold *f, int64_t domain, int64_t day)
{
	struct run *last = f->count > 0 ? &f->run[f->count - 1] : NULL;

	f->pairs++;
	if (last != NULL && last->domain == domain && last->last + 1 == day &&
	    day - last->first < RUN_MAX)
		last->last = day;
	else
		f->run[f->count++] = (struct run){ domain, day, day };
}

static enum err
next_chunk(struct fold *f, struct diag *why)
{
	const int64_t values[2] = { f->owner, CHUNK_DAYS };
	struct db_statement *st;
	bool row = true;
	enum err e = store_kept(f->s, SQL_FOLD_NEXT, &st, why);

	f->pairs = f->count = 0;
	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, 2);
	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row)
			add_pair(f, db_i64(st, 0), db_i64(st, 1));
	}
	return e;
}

/* ---- the user's judgements ---- */

struct judged_key {
	int64_t source, domain; /* domain 0: all */
};

static enum err
load_judgements(struct fold *f, struct diag *why)
{
	struct db_statement *st;
	bool row = true;
	enum err e = store_kept(f->s, SQL_FOLD_TRIAGE, &st, why);

	map_clear(f->judged);
	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, f->owner);
	while (e == ERR_NONE && row) {
		struct judged_key key;

		e = db_step(st, &row, why);
		if (e != ERR_NONE || !row)
			break;
		key = (struct judged_key){ db_i64(st, 0), db_i64(st, 1) };
		map_put(f->judged,
			(struct str){ (const char *)&key, sizeof(key) },
			db_u64(st, 2));
	}
	return e;
}

/* The judgement for the domain is before the one for all. */
static enum sender_triage
judgement_of(const struct fold *f, int64_t source, int64_t domain)
{
	struct judged_key key = { source, domain };
	const struct str k = { (const char *)&key, sizeof(key) };
	uint64_t triage = SENDER_NOT_TRIAGED;

	if (map_count(f->judged) == 0 || map_get(f->judged, k, &triage))
		return (enum sender_triage)triage;
	key.domain = 0;
	(void)map_get(f->judged, k, &triage);
	return (enum sender_triage)triage;
}

/* ---- writing ---- */

static int64_t
pack_country(struct str text)
{
	if (text.n != 2)
		return 0;
	return (int64_t)(unsigned char)text.p[0] << 8 |
	       (unsigned char)text.p[1];
}

/* Binds owner, key and, when `sums`, messages and rows. */
static void
bind_cell(struct db_statement *st, int64_t owner, const struct target *t,
	  const int64_t *cell, char country[2], bool sums)
{
	db_bind_i64(st, 1, owner);
	for (size_t i = 0; i < t->keys; i++) {
		int at = (int)i + 2;

		if (t->key[i] != K_COUNTRY) {
			db_bind_i64(st, at, cell[i]);
			continue;
		}
		country[0] = (char)(cell[i] >> 8);
		country[1] = (char)(cell[i] & 0xff);
		db_bind_text(st, at,
			     (struct str){ country, cell[i] != 0 ? 2 : 0 });
	}
	if (sums)
		store_bind(st, (int)t->keys + 2, cell + t->keys, 2);
}

static enum err
write_cell(struct fold *f, const struct target *t, const int64_t *cell,
	   struct diag *why)
{
	const int64_t messages = cell[t->keys], rows = cell[t->keys + 1];
	struct db_statement *st;
	char country[2];
	enum err e;

	if (messages == 0 && rows == 0)
		return ERR_NONE;
	e = store_kept(f->s, t->add, &st, why);
	if (e != ERR_NONE)
		return e;
	bind_cell(st, f->owner, t, cell, country, true);
	e = db_do(st, why);
	if (e != ERR_NONE || rows >= 0)
		return e;
	e = store_kept(f->s, t->sweep, &st, why);
	if (e != ERR_NONE)
		return e;
	bind_cell(st, f->owner, t, cell, country, false);
	return db_do(st, why);
}

static enum err
flush(struct fold *f, struct target *t, struct diag *why)
{
	enum err e = ERR_NONE;

	/* In the order of the table each page is visited once. */
	store_cells_sort(&t->cells);
	if (t == &f->target[DAYS])
		e = store_segments_change(f->s, f->owner, &t->cells, why);
	else
		for (size_t i = 0; e == ERR_NONE && i < t->cells.count; i++)
			e = write_cell(f, t, store_cells_at(&t->cells, i), why);
	store_cells_clear(&t->cells);
	return e;
}

/* A difference goes into every table. Memory may be full in the middle of a
 * day: what was there before is read first, so no cell falls below what it
 * really has. */
static enum err
add(struct fold *f, const int64_t key[K_COUNT], int64_t messages, int64_t rows,
    struct diag *why)
{
	enum err e = ERR_NONE;

	for (size_t i = 0; e == ERR_NONE && i < TARGETS; i++) {
		struct target *t = &f->target[i];
		int64_t own[K_COUNT + 1];

		for (size_t k = 0; k < t->keys; k++)
			own[k] = t->key[k] == K_PART
					 ? store_segment_part(key[K_DOMAIN])
					 : key[t->key[k]];
		if (store_cells_add(&t->cells, own, messages, rows))
			continue;
		e = flush(f, t, why);
		(void)store_cells_add(&t->cells, own, messages, rows);
	}
	return e;
}

/* ---- reading ---- */

/* Whether the row's address is in the domain's own SPF; it is noted, so that
 * questions about single addresses know it too. */
static enum err
is_inside(struct fold *f, struct db_statement *st, int64_t domain, bool *out,
	  struct diag *why)
{
	const int64_t values[2] = { domain, db_i64(st, K_ENDPOINT) };
	const struct str key = { (const char *)&values[1], sizeof(values[1]) };

	*out = store_ranges_have(&f->own, db_blob(st, K_ADDRESS));
	if (!*out || map_get(f->inside, key, NULL))
		return ERR_NONE;
	map_put(f->inside, key, 1);
	return store_do(f->s, SQL_OWN_ADDRESS_ADD, values, 2, why);
}

static enum err
find_class(struct fold *f, struct db_statement *st, int64_t key[K_COUNT],
	   struct diag *why)
{
	bool inside = false;
	enum err e = ERR_NONE;

	if (f->own.n > 0)
		e = is_inside(f, st, key[K_DOMAIN], &inside, why);
	key[K_CLASS] =
		store_class_of(key[K_VERDICT] | (inside ? STORE_V_INSIDE : 0),
			       key[K_OVERRIDES],
			       judgement_of(f, key[K_SOURCE], key[K_DOMAIN]));
	return e;
}

/* The cells of a run: those that are there now, taken away, or those that
 * the roll-ups make, judged and added. */
static enum err
read_cells(struct fold *f, const struct run *run, enum store_sql which,
	   struct diag *why)
{
	const int64_t values[4] = { f->owner, run->domain, run->first,
				    run->last };
	const int64_t sign = which == SQL_FOLD_OLD ? -1 : 1;
	struct db_statement *st;
	bool row = true;
	enum err e = store_kept(f->s, which, &st, why);

	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, 4);
	while (e == ERR_NONE && row) {
		int64_t key[K_COUNT] = { run->domain };

		e = db_step(st, &row, why);
		if (e != ERR_NONE || !row)
			break;
		for (int k = K_DAY; k < K_COUNT; k++)
			key[k] = k == K_COUNTRY ? pack_country(db_text(st, k))
						: db_i64(st, k);
		if (which == SQL_FOLD_NEW)
			e = find_class(f, st, key, why);
		if (e == ERR_NONE)
			e = add(f, key, sign * db_i64(st, K_COUNT),
				sign * db_i64(st, K_COUNT + 1), why);
	}
	db_reset(st);
	return e;
}

static enum err
fold_run(struct fold *f, const struct run *run, struct diag *why)
{
	const int64_t values[4] = { f->owner, run->domain, run->first,
				    run->last };
	enum err e = read_cells(f, run, SQL_FOLD_OLD, why);

	map_clear(f->inside);
	if (e == ERR_NONE)
		e = store_ranges_load(f->s, f->owner, run->domain, &f->own,
				      why);
	if (e == ERR_NONE)
		e = read_cells(f, run, SQL_FOLD_NEW, why);
	if (e == ERR_NONE)
		e = store_do(f->s, SQL_FOLD_DONE, values, 4, why);
	return e;
}

/* ---- the call ---- */

static enum err
fold_days(struct fold *f, struct diag *why)
{
	enum err e = store_do(f->s, SQL_FOLD_EARLY, &f->owner, 1, why);

	if (e == ERR_NONE)
		e = load_judgements(f, why);
	if (e == ERR_NONE)
		e = next_chunk(f, why);
	for (size_t i = 0; e == ERR_NONE && i < f->count; i++)
		e = fold_run(f, &f->run[i], why);
	for (size_t i = 0; e == ERR_NONE && i < TARGETS; i++)
		e = flush(f, &f->target[i], why);
	return e;
}

static enum err
fold_chunk(struct fold *f, struct diag *why)
{
	struct diag own = { 0 };
	enum err e = store_begin(f->s, why);

	if (e != ERR_NONE)
		return e;
	e = fold_days(f, &own);
	(void)store_guard(f->s, e, &own);
	for (size_t i = 0; e != ERR_NONE && i < TARGETS; i++)
		store_cells_clear(&f->target[i].cells);
	return store_commit(f->s, why);
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

static struct fold *
fold_new(struct store *s, int64_t owner)
{
	struct fold *f = heap_new(sizeof(*f));

	f->s = s;
	f->owner = owner;
	f->judged = map_new(JUDGED_MAX);
	f->inside = map_new(INSIDE_MAX);
	for (size_t i = 0; i < TARGETS; i++) {
		f->target[i] = SHAPES[i];
		store_cells_init(&f->target[i].cells, SHAPES[i].keys,
				 CELLS_MAX);
	}
	return f;
}

static void
fold_free(struct fold *f)
{
	for (size_t i = 0; i < TARGETS; i++)
		store_cells_free(&f->target[i].cells);
	map_free(f->judged);
	map_free(f->inside);
	store_ranges_free(&f->own);
	heap_free(f);
}

enum err
store_fold(struct store *s, int64_t owner,
	   void (*progress)(void *ctx, uint64_t done, uint64_t all), void *ctx,
	   struct diag *why)
{
	struct fold *f;
	uint64_t done = 0, all = 0;
	enum err e = count_stale(s, owner, &all, why);

	if (e != ERR_NONE || all == 0)
		return e;
	/* Two large tables need not be in memory at once. */
	store_caches_drop(s);
	f = fold_new(s, owner);
	while (e == ERR_NONE && done < all) {
		e = fold_chunk(f, why);
		if (e != ERR_NONE || f->pairs == 0)
			break;
		done += f->pairs;
		if (progress != NULL)
			progress(ctx, done < all ? done : all, all);
	}
	fold_free(f);
	return e;
}
