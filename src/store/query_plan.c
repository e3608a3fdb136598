/* Which table answers a question, and how its statement gets its values. */
#include "store/query_inside.h"

/* What the finest field of a question needs. */
enum need { NEED_SLIM, NEED_CUBE, NEED_ADDRESS, NEED_ROWS };

static enum need
need_of(enum store_field field)
{
	switch (field) {
	case STORE_F_SOURCE:
	case STORE_F_COUNTRY:
	case STORE_F_ASN:
	case STORE_F_TO_DOMAIN:
		return NEED_CUBE;
	case STORE_F_IP:
	case STORE_F_HOST:
		return NEED_ADDRESS;
	case STORE_F_SPF_RESULT:
	case STORE_F_DKIM_RESULT:
	case STORE_F_FROM_DOMAIN:
	case STORE_F_ENVELOPE_FROM:
	case STORE_F_SELECTOR:
	case STORE_F_TEXT:
	case STORE_F_REPORT:
		return NEED_ROWS;
	default:
		return NEED_SLIM;
	}
}

/* Detail is looked for in the rows of one domain, or of reports that are
 * named, only, so that no question reads the whole store. */
static bool
is_bounded(const struct store_query *q)
{
	size_t count = 0;

	if (store_names_reports(q))
		return true;

	for (size_t i = 0; i < q->filter_count; i++)
		count += q->filter[i].field == STORE_F_DOMAIN &&
			 !q->filter[i].not_it;
	return count == 1;
}

static bool
asks_for(const struct store_query *q, enum store_field field)
{
	for (size_t i = 0; i < q->filter_count; i++)
		if (q->filter[i].field == field)
			return true;
	return q->grouped && q->group == field;
}

static enum err
check_shape(const struct store_query *q, struct diag *why)
{
	if (q->filter_count > STORE_FILTERS_MAX)
		return diag_set(why, ERR_LIMIT, "query.too_many_filters", 0,
				"%d", STORE_FILTERS_MAX);
	if (q->grouped && !store_field_groups(q->group))
		return diag_set(why, ERR_SYNTAX, "query.bad_value", 0,
				"group: domain, day, source, reporter, ...");
	for (int i = 0; i < STORE_FIELDS; i++) {
		enum store_field field = (enum store_field)i;

		if (store_field_is_detail(field) && asks_for(q, field) &&
		    !is_bounded(q))
			return diag_set(why, ERR_SYNTAX, "query.needs_domain",
					0, "%s", store_field_name(field));
	}
	return ERR_NONE;
}

enum err
store_query_table(const struct store_query *q, enum store_table *out,
		  struct diag *why)
{
	enum err e = check_shape(q, why);
	/* Only the tables with sources can sort by their number. */
	enum need most = !q->sort_by_key && q->sort == STORE_M_SOURCES
				 ? NEED_CUBE
				 : NEED_SLIM;

	if (e != ERR_NONE)
		return e;
	for (int i = 0; i < STORE_FIELDS; i++) {
		enum need need = need_of((enum store_field)i);

		if (need > most && asks_for(q, (enum store_field)i))
			most = need;
	}
	if (most == NEED_ROWS)
		*out = STORE_T_ROWS;
	else if (most == NEED_ADDRESS)
		*out = STORE_T_ROLLUP;
	else if (!store_has_values(q, STORE_F_DOMAIN, false))
		*out = STORE_T_DAYS;
	else
		*out = most == NEED_CUBE ? STORE_T_CUBE : STORE_T_SLIM;
	return ERR_NONE;
}

bool
store_query_counts_reports(const struct store_query *q)
{
	for (int i = 0; i < STORE_FIELDS; i++) {
		switch ((enum store_field)i) {
		case STORE_F_DOMAIN:
		case STORE_F_DAY:
		case STORE_F_REPORTER:
		case STORE_F_REPORTER_FAMILY:
		case STORE_F_TRUST:
			break;
		default:
			if (asks_for(q, (enum store_field)i))
				return false;
		}
	}
	return true;
}

enum err
store_view_open(struct store *s, struct store_view *v, struct diag *why)
{
	enum err e;

	if (db_in_transaction(s->db))
		return ERR_NONE;
	e = db_begin_reading(s->db, why);
	if (e == ERR_NONE)
		v->db = s->db;
	return e;
}

void
store_view_close(struct store_view *v)
{
	if (v->db != NULL)
		db_rollback(v->db);
	v->db = NULL;
}

void
store_select_fini(struct store_select *sql)
{
	for (size_t i = 0; i < sql->text_count; i++)
		for (int k = 0; k < STORE_IN_COUNT; k++)
			buf_free(&sql->found[i].ids[k]);
	buf_free(&sql->text);
	arena_free(sql->mem);
}

enum err
store_select_prepare(struct store *s, const struct store_select *sql,
		     struct db_statement **out, struct diag *why)
{
	enum err e = db_prepare(s->db, buf_str(&sql->text), out, why);

	if (e != ERR_NONE)
		return e;
	for (size_t i = 0; i < sql->bound_count; i++) {
		const struct store_bound *b = &sql->bound[i];
		int at = (int)i + 1;

		/* The reader of rows binds these itself. */
		if (sql->shape != STORE_S_DETAIL &&
		    (at == STORE_P_REPORT || at == STORE_P_AFTER))
			continue;
		if (b->kind == STORE_B_NUMBER)
			db_bind_i64(*out, at, b->number);
		else if (b->kind == STORE_B_TEXT)
			db_bind_text(*out, at, b->text);
		else
			db_bind_blob(*out, at, b->text);
	}
	return ERR_NONE;
}

/* The families a question asks for, or asks to leave out. */
static bool
is_in_family(const struct store_query *q, struct arena *mem, struct str name,
	     bool not_it)
{
	SCOPED_BUF family = BUF(4096);

	sender_reporter_family(name, &family);
	for (size_t i = 0; i < q->filter_count; i++) {
		struct str asked;

		if (q->filter[i].field != STORE_F_REPORTER_FAMILY ||
		    q->filter[i].not_it != not_it)
			continue;
		if (store_value_text(&q->filter[i], mem, &asked, NULL) ==
			    ERR_NONE &&
		    str_eq(asked, buf_str(&family)))
			return true;
	}
	return false;
}

static void
add_id(struct buf *ids, int64_t id)
{
	buf_addf(ids, "%c%lld", ids->n ? ',' : '[', (long long)id);
}

static enum err
close_ids(struct buf *ids, struct arena *mem, struct str *out, struct diag *why)
{
	if (ids->n == 0)
		buf_addc(ids, '[');
	if (buf_addc(ids, ']') && arena_dup(mem, buf_str(ids), out))
		return ERR_NONE;
	return diag_set(why, ERR_LIMIT, "query.too_many_groups", 0, "%d",
			STORE_GROUPS_MAX);
}

static enum err
find_families(struct store *s, const struct store_query *q,
	      struct store_select *sql, struct diag *why)
{
	/* Every reporter of the owner, one look-up each. */
	static const char text[] =
		"WITH RECURSIVE r(id) AS (SELECT min(reporter) FROM report"
		" WHERE owner=?1 UNION ALL SELECT (SELECT min(reporter)"
		" FROM report WHERE owner=?1 AND reporter>r.id) FROM r"
		" WHERE r.id IS NOT NULL)"
		" SELECT r.id, n.text FROM r CROSS JOIN name n ON n.id=r.id";
	SCOPED_BUF in = BUF(128 << 10);
	SCOPED_BUF out = BUF(128 << 10);
	SCOPED_ARENA mem = arena_new(64 << 20);
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e;

	if (!asks_for(q, STORE_F_REPORTER_FAMILY))
		return ERR_NONE;
	e = db_prepare(s->db, str_of(text), &st, why);
	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, q->owner);
	while ((e = db_step(st, &row, why)) == ERR_NONE && row) {
		arena_reset(mem);
		if (is_in_family(q, mem, db_text(st, 1), false))
			add_id(&in, db_i64(st, 0));
		arena_reset(mem);
		if (is_in_family(q, mem, db_text(st, 1), true))
			add_id(&out, db_i64(st, 0));
	}
	if (e == ERR_NONE)
		e = close_ids(&in, sql->mem, &sql->reporters, why);
	if (e == ERR_NONE)
		e = close_ids(&out, sql->mem, &sql->others, why);
	return e;
}

enum err
store_select_resolve(struct store *s, const struct store_query *q,
		     struct store_select *sql, struct diag *why)
{
	enum err e = find_families(s, q, sql, why);

	if (e == ERR_NONE && sql->table == STORE_T_ROWS)
		e = store_find_texts(s, q, sql, why);
	return e;
}
