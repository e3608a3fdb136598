/* Questions that name no domain: one sweep over the packed cells of the days,
 * each held against the filters of every question here. The values of the
 * filters become numbers in the same place as for SQL. */
#include "store/query_tally.h"
#include "store/segment.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BYTE = 256, LISTS_MAX = 16, DAY_KEY = -1 };

/* Numbers of one field to include or to exclude, sorted. */
struct list {
	int key; /* of a cell, or DAY_KEY */
	bool not_it;
	size_t count;
	int64_t *number;
};

/* Filters as tests: what is small is a table of what is wanted. */
struct tests {
	bool verdict[BYTE], overrides[BYTE], class_number[BYTE], trust[BYTE];
	size_t count;
	struct list list[LISTS_MAX];
	struct arena *mem;
};

struct sweep {
	struct store *s;
	const struct store_query *q;
	struct store_tally *tally;
	bool totals; /* are wanted */
	struct tests tests;
	struct diag *why;
};

/* ---- filters ---- */

/* A verdict is wanted when each of its parts is. */
static enum err
make_verdicts(struct sweep *w)
{
	static const enum store_field fields[] = {
		STORE_F_RESULT,      STORE_F_SPF,    STORE_F_DKIM,
		STORE_F_DISPOSITION, STORE_F_POLICY,
	};
	enum { PARTS = 4 };
	bool part[COUNT_OF(fields)][PARTS];
	enum err e = ERR_NONE;

	for (size_t i = 0; i < COUNT_OF(fields) && e == ERR_NONE; i++)
		e = store_value_table(w->q, fields[i], PARTS, part[i], w->why);
	for (int v = 0; v < STORE_V_END && e == ERR_NONE; v++) {
		w->tests.verdict[v] = true;
		for (size_t i = 0; i < COUNT_OF(fields); i++)
			w->tests.verdict[v] &=
				part[i][store_verdict_part(fields[i], v)];
	}
	return e;
}

static enum err
make_trust(struct sweep *w)
{
	if (store_has_values(w->q, STORE_F_TRUST, false) ||
	    store_has_values(w->q, STORE_F_TRUST, true))
		return store_value_table(w->q, STORE_F_TRUST,
					 STORE_VERIFIED + 1, w->tests.trust,
					 w->why);
	w->tests.trust[STORE_OPERATOR] = true;
	w->tests.trust[STORE_VERIFIED] = true;
	return ERR_NONE;
}

static int
compare_numbers(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static enum err
add_number(struct sweep *w, struct list *l, int64_t number)
{
	if (l->count == 0 || (l->count & (l->count - 1)) == 0) {
		size_t room = l->count == 0 ? 1 : l->count * 2;
		int64_t *more = arena_array(w->tests.mem, room, sizeof(*more));

		if (more == NULL)
			return diag_set(w->why, ERR_LIMIT,
					"query.too_many_filters", 0, "%d",
					STORE_FILTERS_MAX);
		if (l->count > 0)
			memcpy(more, l->number, l->count * sizeof(*more));
		l->number = more;
	}
	l->number[l->count++] = number;
	return ERR_NONE;
}

/* Days, networks and countries are in the values themselves. */
static enum err
number_of(struct sweep *w, const struct store_filter *f, int64_t *out)
{
	struct str code;
	enum err e;

	if (f->field != STORE_F_COUNTRY)
		return store_value_number(f, out, w->why);
	e = store_value_text(f, w->tests.mem, &code, w->why);
	*out = 0;
	if (e == ERR_NONE && code.n == 2)
		*out = (unsigned char)code.p[0] << 8 | (unsigned char)code.p[1];
	return e;
}

static enum err
read_values(struct sweep *w, enum store_field field, struct list *l)
{
	enum err e = ERR_NONE;

	for (size_t i = 0; i < w->q->filter_count && e == ERR_NONE; i++) {
		const struct store_filter *f = &w->q->filter[i];
		int64_t number;

		if (f->field != field || f->not_it != l->not_it)
			continue;
		e = number_of(w, f, &number);
		if (e == ERR_NONE)
			e = add_number(w, l, number);
	}
	return e;
}

/* Names, sources and families are looked up. */
static enum err
read_set(struct sweep *w, enum store_field field, struct list *l)
{
	SCOPED_SELECT sql = STORE_SELECT_INIT(STORE_T_DAYS, STORE_S_TALLY);
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = store_select_resolve(w->s, w->q, &sql, w->why);

	store_bind_head(&sql, w->q);
	if (e == ERR_NONE)
		e = store_put_set(w->q, field, l->not_it, &sql, w->why);
	if (e == ERR_NONE)
		e = store_select_prepare(w->s, &sql, &st, w->why);
	while (e == ERR_NONE) {
		e = db_step(st, &row, w->why);
		if (e != ERR_NONE || !row)
			break;
		e = add_number(w, l, db_i64(st, 0));
	}
	return e;
}

static enum err
make_list(struct sweep *w, enum store_field field, int key, bool not_it)
{
	struct list *l = &w->tests.list[w->tests.count];
	bool direct =
		key == DAY_KEY || key == SEGMENT_ASN || key == SEGMENT_COUNTRY;
	enum err e;

	if (!store_has_values(w->q, field, not_it))
		return ERR_NONE;
	*l = (struct list){ .key = key, .not_it = not_it };
	w->tests.count++;
	e = direct ? read_values(w, field, l) : read_set(w, field, l);
	if (e == ERR_NONE && l->count > 1)
		qsort(l->number, l->count, sizeof(*l->number), compare_numbers);
	return e;
}

static enum err
make_tests(struct sweep *w)
{
	static const struct {
		enum store_field field;
		int key;
	} keys[] = {
		{ STORE_F_DAY, DAY_KEY },
		{ STORE_F_DOMAIN, SEGMENT_DOMAIN },
		{ STORE_F_REPORTER, SEGMENT_REPORTER },
		{ STORE_F_REPORTER_FAMILY, SEGMENT_REPORTER },
		{ STORE_F_SOURCE, SEGMENT_SOURCE },
		{ STORE_F_ASN, SEGMENT_ASN },
		{ STORE_F_COUNTRY, SEGMENT_COUNTRY },
		{ STORE_F_TO_DOMAIN, SEGMENT_TO_DOMAIN },
	};
	enum err e = make_verdicts(w);

	_Static_assert(COUNT_OF(keys) * 2 <= LISTS_MAX, "room for all");
	if (e == ERR_NONE)
		e = store_value_table(w->q, STORE_F_OVERRIDE, STORE_V_END,
				      w->tests.overrides, w->why);
	if (e == ERR_NONE)
		e = store_value_table(w->q, STORE_F_CLASS, SENDER_CLASSES,
				      w->tests.class_number, w->why);
	if (e == ERR_NONE)
		e = make_trust(w);
	for (size_t i = 0; i < COUNT_OF(keys) && e == ERR_NONE; i++) {
		e = make_list(w, keys[i].field, keys[i].key, false);
		if (e == ERR_NONE)
			e = make_list(w, keys[i].field, keys[i].key, true);
	}
	return e;
}

static bool
is_in(const struct list *l, int64_t number)
{
	size_t low = 0;
	size_t high = l->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->number[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < l->count && l->number[low] == number;
}

static bool
is_wanted(const struct tests *t, int64_t day,
	  const struct store_segment_cell *c)
{
	if (!t->verdict[c->key[SEGMENT_VERDICT]] ||
	    !t->trust[c->key[SEGMENT_TRUST]] ||
	    !t->class_number[c->key[SEGMENT_CLASS]] ||
	    !t->overrides[c->key[SEGMENT_OVERRIDES]])
		return false;
	for (size_t i = 0; i < t->count; i++) {
		const struct list *l = &t->list[i];

		if (is_in(l, l->key == DAY_KEY ? day : c->key[l->key]) ==
		    l->not_it)
			return false;
	}
	return true;
}

/* ---- the sweep ---- */

static int64_t
group_of(enum store_field field, int64_t day,
	 const struct store_segment_cell *c)
{
	switch (field) {
	case STORE_F_DOMAIN:
		return c->key[SEGMENT_DOMAIN];
	case STORE_F_DAY:
		return day;
	case STORE_F_REPORTER:
		return c->key[SEGMENT_REPORTER];
	case STORE_F_SOURCE:
		return c->key[SEGMENT_SOURCE];
	case STORE_F_ASN:
		return c->key[SEGMENT_ASN];
	case STORE_F_COUNTRY:
		return c->key[SEGMENT_COUNTRY];
	case STORE_F_TO_DOMAIN:
		return c->key[SEGMENT_TO_DOMAIN];
	case STORE_F_CLASS:
		return c->key[SEGMENT_CLASS];
	case STORE_F_TRUST:
		return c->key[SEGMENT_TRUST];
	default:
		return store_verdict_part(field, c->key[SEGMENT_VERDICT]);
	}
}

static bool
add_cell(struct sweep *w, int64_t day, const struct store_segment_cell *c)
{
	const struct store_cell cell = {
		.class_number = c->key[SEGMENT_CLASS],
		.verdict = c->key[SEGMENT_VERDICT],
		.day = day,
		.source = c->key[SEGMENT_SOURCE],
		.messages = c->messages,
		.rows = c->rows,
	};

	if (!is_wanted(&w->tests, day, c))
		return true;
	return (!w->totals || store_tally_add_total(w->tally, &cell)) &&
	       (!w->q->grouped ||
		store_tally_add(w->tally, group_of(w->q->group, day, c),
				&cell));
}

static bool
add_cells(struct sweep *w, size_t count, int64_t day, struct str cells)
{
	const unsigned char *p = (const unsigned char *)cells.p;
	bool fits = true;

	for (size_t i = 0; fits && i + SEGMENT_CELL <= cells.n;
	     i += SEGMENT_CELL) {
		struct store_segment_cell c;

		store_segment_read(p + i, &c);
		for (size_t k = 0; fits && k < count; k++)
			fits = add_cell(&w[k], day, &c);
	}
	return fits;
}

static enum err
sweep(struct sweep *w, size_t count, struct diag *why)
{
	SCOPED_SELECT sql = STORE_SELECT_INIT(STORE_T_DAYS, STORE_S_TALLY);
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = store_compile(w->q, &sql, why);

	if (e == ERR_NONE)
		e = store_select_prepare(w->s, &sql, &st, why);
	while (e == ERR_NONE) {
		e = db_step(st, &row, why);
		if (e != ERR_NONE || !row)
			break;
		if (!add_cells(w, count, db_i64(st, 0), db_blob(st, 1)))
			e = diag_set(why, ERR_LIMIT, "query.too_many_groups", 0,
				     "%d", STORE_GROUPS_MAX);
	}
	return e;
}

enum err
store_tally_cells(struct store *s, const struct store_tallying *each,
		  size_t count, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(64 << 20);
	struct sweep w[STORE_TOGETHER_MAX];
	enum err e = ERR_NONE;

	assert(count > 0 && count <= STORE_TOGETHER_MAX);
	for (size_t i = 0; i < count && e == ERR_NONE; i++) {
		w[i] = (struct sweep){ .s = s,
				       .q = each[i].q,
				       .tally = each[i].tally,
				       .totals = each[i].totals,
				       .why = why };
		w[i].tests.mem = mem;
		e = make_tests(&w[i]);
	}
	return e == ERR_NONE ? sweep(w, count, why) : e;
}
