/* Searching for text in the rows of one domain. Texts are numbers in the
 * rows: each number that occurs there is looked up once, and those whose text
 * has the words in it become a condition on numbers. So the cost follows the
 * domain, not the store. */
#include "store/query_inside.h"

#include <string.h>

/* Numbers seen, as keys of a map. More than these are not searched. */
enum { SEEN_MAX = 1 << 22 };

struct search {
	struct store *s;
	const struct store_query *q;
	struct store_select *sql;
	struct map *names, *endpoints, *auths;
	struct db_statement *look; /* what `visit` asks */
	enum err failed;
	struct diag *why;
};

static void
note(struct map *seen, int64_t id)
{
	struct str key = { (const char *)&id, sizeof(id) };

	if (id != 0 && map_count(seen) < SEEN_MAX && !map_get(seen, key, NULL))
		map_put(seen, key, 1);
}

/* All numbers in the rows of the domain and the days. */
static enum err
gather(struct search *f, struct diag *why)
{
	SCOPED_SELECT sql = STORE_SELECT_INIT(STORE_T_ROWS, STORE_S_USED);
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = store_compile(f->q, &sql, why);

	if (e == ERR_NONE)
		e = store_select_prepare(f->s, &sql, &st, why);
	while (e == ERR_NONE) {
		e = db_step(st, &row, why);
		if (e != ERR_NONE || !row)
			break;
		note(f->endpoints, db_i64(st, 0));
		note(f->auths, db_i64(st, 1));
		for (int i = 2; i < 7; i++)
			note(f->names, db_i64(st, i));
	}
	return e;
}

static bool
has(struct str text, struct str wanted)
{
	return str_find_fold(text, wanted) != SIZE_MAX;
}

/* Any column of the row that `look` found: an address, or text. */
static bool
is_hit(struct search *f, struct str wanted, bool address)
{
	struct netaddr_net net;
	struct netaddr ip;
	char text[NETADDR_PRINT_MAX];
	struct str bytes;

	if (has(db_text(f->look, 0), wanted))
		return true;
	if (!address)
		return false;
	bytes = db_blob(f->look, 2);
	if (has(db_text(f->look, 1), wanted))
		return true;
	if (bytes.n != NETADDR_BYTES)
		return false;
	memcpy(ip.b, bytes.p, NETADDR_BYTES);
	return has(str_of(netaddr_print(&ip, text)), wanted) ||
	       (netaddr_parse_net(wanted, &net) && netaddr_in(&ip, &net));
}

/* Adds the number to the list of each text that it has. */
static void
judge(struct search *f, int64_t id, enum store_searched where)
{
	for (size_t i = 0; i < f->sql->text_count; i++) {
		struct store_found *t = &f->sql->found[i];

		if (!is_hit(f, t->wanted, where == STORE_IN_ENDPOINTS))
			continue;
		buf_addf(&t->ids[where], "%c%lld", t->ids[where].n ? ',' : '[',
			 (long long)id);
	}
}

struct visit {
	struct search *f;
	enum store_searched where;
};

static bool
visit(void *ctx, struct str key, uint64_t value)
{
	struct visit *v = ctx;
	struct search *f = v->f;
	bool row = false;
	int64_t id;

	(void)value;
	memcpy(&id, key.p, sizeof(id));
	db_reset(f->look);
	db_bind_i64(f->look, 1, id);
	f->failed = db_step(f->look, &row, f->why);
	if (f->failed == ERR_NONE && row)
		judge(f, id, v->where);
	return f->failed == ERR_NONE;
}

static enum err
look_up(struct search *f, enum store_searched where, struct diag *why)
{
	static const char *const texts[STORE_IN_COUNT] = {
		[STORE_IN_NAMES] = "SELECT text FROM name WHERE id=?1",
		[STORE_IN_AUTHS] = "SELECT json FROM auth WHERE id=?1",
		[STORE_IN_ENDPOINTS] =
			"SELECT n.text,s.label,e.ip FROM endpoint e"
			" LEFT JOIN name n ON n.id=e.ptr"
			" LEFT JOIN source s ON s.id=e.source WHERE e.id=?1",
	};
	struct map *seen[STORE_IN_COUNT] = {
		[STORE_IN_NAMES] = f->names,
		[STORE_IN_AUTHS] = f->auths,
		[STORE_IN_ENDPOINTS] = f->endpoints,
	};
	SCOPED_STATEMENT st = NULL;
	struct visit v = { f, where };
	enum err e = db_prepare(f->s->db, str_of(texts[where]), &st, why);

	if (e != ERR_NONE)
		return e;
	f->look = st;
	f->why = why;
	map_each(seen[where], visit, &v);
	f->look = NULL;
	return f->failed;
}

/* The words of the question, folded; told apart by include and exclude. */
static enum err
take_texts(struct search *f, struct diag *why)
{
	for (size_t i = 0; i < f->q->filter_count; i++) {
		const struct store_filter *filter = &f->q->filter[i];
		struct store_found *t = &f->sql->found[f->sql->text_count];
		enum err e;

		if (filter->field != STORE_F_TEXT)
			continue;
		if (f->sql->text_count == STORE_TEXTS_MAX)
			return diag_set(why, ERR_LIMIT,
					"query.too_many_filters", 0, "%d",
					STORE_TEXTS_MAX);
		e = store_value_text(filter, f->sql->mem, &t->wanted, why);
		if (e != ERR_NONE)
			return e;
		t->not_it = filter->not_it;
		for (int k = 0; k < STORE_IN_COUNT; k++)
			t->ids[k] = (struct buf)BUF(64 << 20);
		f->sql->text_count++;
	}
	return ERR_NONE;
}

static enum err
close_lists(struct store_select *sql, struct diag *why)
{
	for (size_t i = 0; i < sql->text_count; i++)
		for (int k = 0; k < STORE_IN_COUNT; k++) {
			struct buf *ids = &sql->found[i].ids[k];

			if (ids->n == 0)
				buf_addc(ids, '[');
			if (!buf_addc(ids, ']'))
				return diag_set(why, ERR_LIMIT,
						"query.too_many_groups", 0,
						"%d", STORE_GROUPS_MAX);
		}
	return ERR_NONE;
}

enum err
store_find_texts(struct store *s, const struct store_query *q,
		 struct store_select *sql, struct diag *why)
{
	struct search f = { .s = s, .q = q, .sql = sql };
	enum err e = take_texts(&f, why);

	if (e != ERR_NONE || sql->text_count == 0)
		return e;
	f.names = map_new(SEEN_MAX);
	f.auths = map_new(SEEN_MAX);
	f.endpoints = map_new(SEEN_MAX);
	e = gather(&f, why);
	for (int k = 0; k < STORE_IN_COUNT && e == ERR_NONE; k++)
		e = look_up(&f, (enum store_searched)k, why);
	map_free(f.names);
	map_free(f.auths);
	map_free(f.endpoints);
	return e == ERR_NONE ? close_lists(sql, why) : e;
}
