/* How a question would be answered: its SQL and the plan of it. */
#include "store/query_inside.h"

static enum err
explain(struct store *s, const struct store_query *q, struct store_select *sql,
	struct buf *plan, struct diag *why)
{
	SCOPED_BUF text = BUF(512 << 10);
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = store_select_resolve(s, q, sql, why);

	if (e == ERR_NONE)
		e = store_compile(q, sql, why);
	if (e != ERR_NONE)
		return e;
	buf_addz(&text, "EXPLAIN QUERY PLAN ");
	buf_add(&text, buf_str(&sql->text));
	buf_add(plan, buf_str(&sql->text));
	buf_addc(plan, '\n');
	e = db_prepare(s->db, buf_str(&text), &st, why);
	while (e == ERR_NONE) {
		e = db_step(st, &row, why);
		if (e != ERR_NONE || !row)
			break;
		buf_addz(plan, "  ");
		buf_add(plan, db_text(st, 3));
		buf_addc(plan, '\n');
	}
	return e;
}

enum err
store_explain(struct store *s, const struct store_query *query,
	      struct buf *plan, struct diag *why)
{
	SCOPED_SELECT sql = STORE_SELECT_INIT(STORE_T_SLIM, STORE_S_TALLY);
	SCOPED_SELECT reports =
		STORE_SELECT_INIT(STORE_T_REPORTS, STORE_S_REPORTS);
	enum err e = store_query_table(query, &sql.table, why);

	if (e == ERR_NONE)
		e = explain(s, query, &sql, plan, why);
	if (e != ERR_NONE || !store_query_counts_reports(query))
		return e;
	if (sql.table == STORE_T_DAYS && query->grouped &&
	    query->group == STORE_F_DOMAIN)
		reports.shape = STORE_S_REPORTS_OF;
	return explain(s, query, &reports, plan, why);
}
