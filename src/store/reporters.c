/* How regularly reporters write, read from an index of days alone. */
#include "store/query_tally.h"

#include <stdlib.h>

enum {
	WINDOW = 60,           /* days */
	REPORTERS_MAX = 20000, /* told */
	REPORTS_MAX = 2000000  /* looked at, the newest days first */
};

struct reporter {
	int64_t name, newest; /* ids of the name and of a report */
	uint64_t days;        /* bit n: n days ago */
};

struct reading {
	struct store *s;
	struct arena *mem; /* of what is asked for */
	struct map *place; /* name -> index */
	struct reporter *all;
	size_t count;
};

static struct reporter *
reporter_of(struct reading *r, int64_t name)
{
	const struct str key = { (const char *)&name, sizeof(name) };
	uint64_t at;

	if (map_get(r->place, key, &at))
		return &r->all[at];
	if (r->count == REPORTERS_MAX)
		return NULL;
	map_put(r->place, key, r->count);
	r->all[r->count] = (struct reporter){ .name = name };
	return &r->all[r->count++];
}

static enum err
prepare(struct reading *r, const struct store_list *list, int64_t today,
	struct db_statement **st, struct diag *why)
{
	const struct store_filter domain = { .field = STORE_F_DOMAIN,
					     .value = list->domain };
	SCOPED_BUF sql = BUF(1024);
	struct str text = S("");
	enum err e = ERR_NONE;

	if (list->domain.n > 0)
		e = store_value_text(&domain, r->mem, &text, why);
	buf_addz(&sql, "SELECT reporter,day,id FROM report WHERE owner=?1"
		       " AND day BETWEEN ?2 AND ?3");
	if (text.n > 0)
		buf_addz(&sql, " AND domain="
			       "(SELECT id FROM name WHERE text=?6)");
	buf_addz(&sql, " AND +kind=?4 ORDER BY day DESC LIMIT ?5");
	if (e == ERR_NONE)
		e = db_prepare(r->s->db, buf_str(&sql), st, why);
	if (e != ERR_NONE)
		return e;
	db_bind_i64(*st, 1, list->owner);
	db_bind_i64(*st, 2, today - WINDOW + 1);
	db_bind_i64(*st, 3, today);
	db_bind_i64(*st, 4, list->kind);
	db_bind_i64(*st, 5, REPORTS_MAX);
	if (text.n > 0)
		db_bind_text(*st, 6, text);
	return ERR_NONE;
}

static enum err
read_days(struct reading *r, const struct store_list *list, int64_t today,
	  struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = prepare(r, list, today, &st, why);

	while (e == ERR_NONE) {
		struct reporter *one;

		e = db_step(st, &row, why);
		if (e != ERR_NONE || !row)
			break;
		one = reporter_of(r, db_i64(st, 0));
		if (one == NULL)
			continue;
		one->days |= (uint64_t)1 << (today - db_i64(st, 1));
		if (db_i64(st, 2) > one->newest)
			one->newest = db_i64(st, 2);
	}
	return e;
}

static unsigned
count_days(const struct reporter *r)
{
	return (unsigned)__builtin_popcountll(r->days);
}

/* The lower of the two in the middle: silence is told late, not early, by
 * whoever multiplies it. */
static int64_t
median_gap(const struct reporter *r)
{
	unsigned of[WINDOW + 1] = { 0 };
	unsigned before = 0, seen = 0, gaps = 0;

	for (unsigned day = 0; day < WINDOW; day++) {
		if ((r->days >> day & 1) == 0)
			continue;
		if (gaps++ > 0)
			of[day - before]++;
		before = day;
	}
	if (gaps < 2)
		return 0;
	for (unsigned gap = 1; gap <= WINDOW; gap++) {
		seen += of[gap];
		if (2 * seen >= gaps - 1)
			return (int64_t)gap * CIVIL_DAY;
	}
	return 0;
}

static int
most_days_first(const void *a, const void *b)
{
	const struct reporter *left = a, *right = b;
	unsigned l = count_days(left), r = count_days(right);

	if (l != r)
		return l < r ? 1 : -1;
	return left->newest < right->newest ? 1 : -1;
}

static enum err
tell(struct reading *r,
     enum err (*row)(void *ctx, const struct store_reporter *), void *ctx,
     struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = db_prepare(r->s->db,
				S("SELECT n.text,p.received_at FROM report p"
				  " JOIN name n ON n.id=p.reporter"
				  " WHERE p.id=?1"),
				&st, why);

	for (size_t i = 0; e == ERR_NONE && i < r->count; i++) {
		struct store_reporter out = { .gap = median_gap(&r->all[i]),
					      .days = count_days(&r->all[i]) };
		bool found = false;

		db_reset(st);
		db_bind_i64(st, 1, r->all[i].newest);
		e = db_step(st, &found, why);
		if (e != ERR_NONE || !found)
			continue;
		out.reporter = db_text(st, 0);
		out.last_received = db_i64(st, 1);
		e = row(ctx, &out);
	}
	return e;
}

enum err
store_reporters(struct store *s, const struct store_list *list, int64_t now,
		enum err (*row)(void *ctx, const struct store_reporter *),
		void *ctx, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(64 << 10);
	SCOPED_VIEW view = { 0 };
	struct reading r = {
		.s = s,
		.mem = mem,
		.place = map_new(REPORTERS_MAX + 1),
		.all = heap_new(REPORTERS_MAX * sizeof(struct reporter)),
	};
	enum err e = store_view_open(s, &view, why);

	if (e == ERR_NONE)
		e = read_days(&r, list, civil_day(now), why);
	if (r.count > 1)
		qsort(r.all, r.count, sizeof(*r.all), most_days_first);
	if (e == ERR_NONE)
		e = tell(&r, row, ctx, why);
	map_free(r.place);
	heap_free(r.all);
	return e;
}
