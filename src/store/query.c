/* Asking: one statement, one pass over its rows, groups summed, sorted and
 * cut into pages here. */
#include "store/query_tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct asking {
	struct store *s;
	const struct store_query *q;
	enum store_table table;
	struct store_tally *tally;
	struct store_classes *classes; /* NULL: the table has them */
	bool totals;                   /* are wanted */
};

static enum err
too_many(struct diag *why)
{
	return diag_set(why, ERR_LIMIT, "query.too_many_groups", 0, "%d",
			STORE_GROUPS_MAX);
}

/* `sql` keeps the values that `st` borrows. */
static enum err
prepare(struct asking *a, struct store_select *sql, struct db_statement **st,
	struct diag *why)
{
	enum err e = store_select_resolve(a->s, a->q, sql, why);

	if (e == ERR_NONE)
		e = store_compile(a->q, sql, why);
	if (e == ERR_NONE)
		e = store_select_prepare(a->s, sql, st, why);
	return e;
}

/* Whether `one`, a piece of `all`, stands in it once more further left. */
static bool
is_repeated(struct str all, struct str one)
{
	struct str before = { all.p, (size_t)(one.p - all.p) };
	struct str earlier;

	while (str_split(&before, ' ', &earlier))
		if (str_eq(earlier, one))
			return true;
	return false;
}

/* " s1 s2 ": a row belongs to the group of each of its selectors, once. */
static bool
add_selectors(struct asking *a, struct str all, const struct store_cell *cell)
{
	struct str rest = str_trim(all);
	struct str one;
	bool fits = true;

	all = rest;
	if (rest.n == 0)
		return store_tally_add(
			a->tally, store_tally_intern(a->tally, rest), cell);
	while (fits && str_split(&rest, ' ', &one)) {
		int64_t number;

		if (one.n == 0 || is_repeated(all, one))
			continue;
		number = store_tally_intern(a->tally, one);
		fits = number >= 0 && store_tally_add(a->tally, number, cell);
	}
	return fits;
}

static bool
add_row(struct asking *a, struct db_statement *st)
{
	struct store_cell cell = {
		.class_number = db_i64(st, STORE_C_CLASS),
		.verdict = db_i64(st, STORE_C_VERDICT),
		.day = db_i64(st, STORE_C_DAY),
		.source = db_i64(st, STORE_C_SOURCE),
		.messages = db_i64(st, STORE_C_MESSAGES),
		.rows = db_i64(st, STORE_C_ROWS),
	};

	if (a->classes != NULL &&
	    !store_classes_judge(a->classes, &cell, cell.class_number))
		return true;
	if (!store_tally_add_total(a->tally, &cell))
		return false;
	if (!a->q->grouped)
		return true;
	if (a->q->group == STORE_F_SELECTOR)
		return add_selectors(a, db_text(st, STORE_C_KEY), &cell);
	return store_tally_add(a->tally,
			       a->classes && a->q->group == STORE_F_CLASS
				       ? cell.class_number
				       : store_key_number(a->q->group, st),
			       &cell);
}

static enum err
add_rows(struct asking *a, struct diag *why)
{
	SCOPED_SELECT sql = STORE_SELECT_INIT(a->table, STORE_S_TALLY);
	SCOPED_STATEMENT st = NULL;
	SCOPED_CLASSES classes = NULL;
	bool row = false;
	enum err e = ERR_NONE;

	if (a->table == STORE_T_DAYS)
		return store_tally_cells(
			a->s,
			&(struct store_tallying){ a->q, a->tally, a->totals },
			1, why);
	if (a->table == STORE_T_ROLLUP || a->table == STORE_T_ROWS)
		e = store_classes_load(a->s, a->q, &classes, why);
	a->classes = classes;
	if (e == ERR_NONE)
		e = prepare(a, &sql, &st, why);
	while (e == ERR_NONE) {
		e = db_step(st, &row, why);
		if (e != ERR_NONE || !row)
			break;
		if (!add_row(a, st))
			e = too_many(why);
	}
	return e;
}

/* Of each domain there is, by an index that is in that order. */
static enum err
add_reports_by_domain(struct asking *a, struct diag *why)
{
	SCOPED_SELECT sql =
		STORE_SELECT_INIT(STORE_T_REPORTS, STORE_S_REPORTS_OF);
	SCOPED_STATEMENT st = NULL;
	size_t count;
	const struct store_group *groups = store_tally_groups(a->tally, &count);
	enum err e = prepare(a, &sql, &st, why);

	for (size_t i = 0; i < count && e == ERR_NONE; i++) {
		bool row = false;

		db_reset(st);
		db_bind_i64(st, STORE_P_REPORT, groups[i].number);
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row)
			store_tally_report(a->tally, groups[i].number,
					   db_i64(st, 0));
	}
	return e;
}

static enum err
add_reports(struct asking *a, struct diag *why)
{
	SCOPED_SELECT sql = STORE_SELECT_INIT(STORE_T_REPORTS, STORE_S_REPORTS);
	struct store_query q = *a->q;
	struct asking all = { a->s, &q, a->table, a->tally, NULL, true };
	SCOPED_STATEMENT st = NULL;
	bool each_domain = a->table == STORE_T_DAYS && q.grouped &&
			   q.group == STORE_F_DOMAIN;
	bool row = false;
	enum err e = ERR_NONE;

	if (!store_query_counts_reports(a->q))
		return ERR_NONE;
	if (each_domain || q.brief)
		q.grouped = false;
	if (each_domain && !q.brief)
		e = add_reports_by_domain(a, why);
	if (e == ERR_NONE)
		e = prepare(&all, &sql, &st, why);
	while (e == ERR_NONE) {
		e = db_step(st, &row, why);
		if (e != ERR_NONE || !row)
			break;
		store_tally_report_total(a->tally, db_i64(st, 1));
		if (q.grouped)
			store_tally_report(a->tally, db_i64(st, 0),
					   db_i64(st, 1));
	}
	return e;
}

/* ---- order and pages ---- */

static int64_t
value_of(const struct store_query *q, const struct store_group *g)
{
	return q->sort_by_key ? 0 : g->m[q->sort];
}

/* By value, then by key; where a cursor stands is compared the same way. */
static int
compare(const struct store_query *q, const struct store_cursor *a,
	const struct store_cursor *b)
{
	int order = (a->value > b->value) - (a->value < b->value);

	if (!q->ascending)
		order = -order;
	if (order == 0) {
		order = str_cmp(a->key, b->key);
		if (q->sort_by_key && !q->ascending)
			order = -order;
	}
	return order;
}

static int
compare_groups(const void *left, const void *right, void *ctx)
{
	const struct store_query *q = ((const struct asking *)ctx)->q;
	const struct store_group *const *a = left;
	const struct store_group *const *b = right;
	const struct store_cursor x = { value_of(q, *a), (*a)->key };
	const struct store_cursor y = { value_of(q, *b), (*b)->key };

	return compare(q, &x, &y);
}

static void
fill_measures(const struct asking *a, const struct store_group *g,
	      struct store_answer_row *out)
{
	bool brief = a->q->brief && g != store_tally_total(a->tally);
	bool seen = g->m[STORE_M_FIRST_SEEN] != INT64_MAX;

	for (int i = 0; i < STORE_MEASURES; i++) {
		out->m[i] = g->m[i];
		out->known[i] = true;
	}
	memcpy(out->policy, g->policy, sizeof(out->policy));
	out->known[STORE_M_REPORTS] =
		!brief && store_query_counts_reports(a->q);
	out->known[STORE_M_SOURCES] = !brief && a->table != STORE_T_SLIM;
	out->known[STORE_M_FIRST_SEEN] = seen;
	out->known[STORE_M_LAST_SEEN] = seen;
	if (seen) {
		out->m[STORE_M_FIRST_SEEN] *= CIVIL_DAY;
		out->m[STORE_M_LAST_SEEN] *= CIVIL_DAY;
	}
	for (int i = 0; i < STORE_MEASURES; i++)
		if (!out->known[i])
			out->m[i] = 0;
}

/* Pointers to the groups in the order of the answer. */
static struct store_group **
sorted(struct asking *a, size_t *count)
{
	struct store_group *groups = store_tally_groups(a->tally, count);
	struct store_group **all =
		heap_new(*count * sizeof(struct store_group *) + 1);

	for (size_t i = 0; i < *count; i++)
		all[i] = &groups[i];
	qsort_r(all, *count, sizeof(struct store_group *), compare_groups, a);
	return all;
}

/* Index of the first group behind the cursor. */
static size_t
first_after(const struct asking *a, struct store_group *const *all,
	    size_t count, const struct store_cursor *after)
{
	size_t low = 0;
	size_t high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct store_cursor here = { value_of(a->q, all[middle]),
						   all[middle]->key };

		if (compare(a->q, &here, after) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct page {
	struct store_group *const *all;
	size_t first, end, count;
};

/* "none" is for addresses that have no name. */
static bool
is_named(const struct asking *a, const struct store_answer_row *row)
{
	if (a->q->group == STORE_F_HOST)
		return row->key.n > 0 && !str_eq(row->key, S("none"));
	return a->q->group == STORE_F_IP && !str_eq(row->label, row->key);
}

static enum err
give_page(struct asking *a, const struct page *p,
	  enum err (*row)(void *ctx, const struct store_answer_row *),
	  void *ctx, struct diag *why)
{
	SCOPED_BUF label = BUF(64 << 10);
	struct map *confirmed = map_new(STORE_LIMIT_MAX);
	enum err e = store_key_confirmed(a->s, a->q, p->all + p->first,
					 p->end - p->first, confirmed, why);

	for (size_t i = p->first; i < p->end && e == ERR_NONE; i++) {
		struct store_answer_row out = { .key = p->all[i]->key };

		buf_clear(&label);
		fill_measures(a, p->all[i], &out);
		e = store_key_label(a->s, a->q, p->all[i], &label, why);
		out.label = buf_str(&label);
		out.named = is_named(a, &out);
		out.confirmed =
			out.named &&
			map_get(confirmed,
				(struct str){ (const char *)&p->all[i]->number,
					      sizeof(p->all[i]->number) },
				NULL);
		if (e == ERR_NONE)
			e = row(ctx, &out);
	}
	map_free(confirmed);
	return e;
}

static enum err
give_next(struct asking *a, const struct page *p, struct buf *next)
{
	struct store_cursor last;

	if (p->end == p->count || p->end == p->first)
		return ERR_NONE;
	last.value = value_of(a->q, p->all[p->end - 1]);
	last.key = p->all[p->end - 1]->key;
	return store_cursor_print(store_cursor_question(a->q), &last, next)
		       ? ERR_NONE
		       : ERR_LIMIT;
}

static void
free_list(struct store_group ***all)
{
	heap_free(*all);
}

static enum err
give_rows(struct asking *a,
	  enum err (*row)(void *ctx, const struct store_answer_row *),
	  void *ctx, struct buf *next, struct diag *why)
{
	__attribute__((cleanup(free_list))) struct store_group **all = NULL;
	uint64_t limit = a->q->limit ? a->q->limit : STORE_LIMIT_MAX;
	struct store_cursor after;
	struct page p = { 0 };
	enum err e = store_keys_resolve(a->s, a->q->group, a->tally, why);

	if (e == ERR_NONE && a->q->cursor.n > 0)
		e = store_cursor_parse(
			a->q->cursor, store_cursor_question(a->q),
			store_tally_memory(a->tally), &after, why);
	if (e != ERR_NONE)
		return e;
	all = sorted(a, &p.count);
	p.all = all;
	if (a->q->cursor.n > 0)
		p.first = first_after(a, all, p.count, &after);
	p.end = p.count - p.first > limit ? p.first + (size_t)limit : p.count;
	e = give_page(a, &p, row, ctx, why);
	return e == ERR_NONE ? give_next(a, &p, next) : e;
}

static bool
is_one_pass(const struct asking *a, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (a[i].table != STORE_T_DAYS ||
		    a[i].q->owner != a->q->owner ||
		    a[i].q->first_day != a->q->first_day ||
		    a[i].q->last_day != a->q->last_day)
			return false;
	return count > 1;
}

static enum err
add_all_rows(struct asking *a, size_t count, struct diag *why)
{
	struct store_tallying each[STORE_TOGETHER_MAX];
	enum err e = ERR_NONE;

	for (size_t i = 0; i < count; i++)
		each[i] = (struct store_tallying){ a[i].q, a[i].tally,
						   a[i].totals };
	if (is_one_pass(a, count))
		return store_tally_cells(a->s, each, count, why);
	for (size_t i = 0; i < count && e == ERR_NONE; i++)
		e = add_rows(&a[i], why);
	return e;
}

static enum err
give(struct asking *a, const struct store_asked *to, struct diag *why)
{
	enum err e = ERR_NONE;

	if (a->totals || !a->q->brief)
		e = add_reports(a, why);
	if (e == ERR_NONE && a->q->grouped)
		e = give_rows(a, to->row, to->ctx, to->next, why);
	if (e != ERR_NONE || !a->totals)
		return e;
	*to->totals = (struct store_answer_row){ 0 };
	fill_measures(a, store_tally_total(a->tally), to->totals);
	return ERR_NONE;
}

enum err
store_ask_together(struct store *s, const struct store_asked *each,
		   size_t count, struct diag *why)
{
	struct asking a[STORE_TOGETHER_MAX] = { 0 };
	SCOPED_VIEW view = { 0 };
	enum err e = ERR_NONE;

	assert(count > 0 && count <= STORE_TOGETHER_MAX);
	for (size_t i = 0; i < count && e == ERR_NONE; i++) {
		a[i] = (struct asking){ .s = s,
					.q = each[i].q,
					.totals = each[i].totals != NULL };
		e = store_query_table(a[i].q, &a[i].table, why);
	}
	if (e == ERR_NONE)
		e = store_view_open(s, &view, why);
	for (size_t i = 0; i < count && e == ERR_NONE; i++)
		a[i].tally = store_tally_new(a[i].table != STORE_T_SLIM,
					     !a[i].q->brief);
	if (e == ERR_NONE)
		e = add_all_rows(a, count, why);
	for (size_t i = 0; i < count && e == ERR_NONE; i++)
		e = give(&a[i], &each[i], why);
	for (size_t i = 0; i < count; i++)
		store_tally_free(a[i].tally);
	return e;
}

enum err
store_ask(struct store *s, const struct store_query *query,
	  enum err (*row)(void *ctx, const struct store_answer_row *),
	  void *ctx, struct store_answer_row *totals, struct buf *next,
	  struct diag *why)
{
	const struct store_asked one = { query, row, ctx, totals, next };

	return store_ask_together(s, &one, 1, why);
}
