/* The one compiler from questions to SQL (its conditions are in
 * query_where.c). Loops are written in the order in which they are to run
 * (CROSS JOIN), so that the plan does not hang on statistics. */
#include "store/query_inside.h"

static const char *const table_names[] = {
	[STORE_T_SLIM] = "cube_slim", [STORE_T_DAYS] = "cube_day",
	[STORE_T_CUBE] = "cube",      [STORE_T_ROLLUP] = "rollup",
	[STORE_T_ROWS] = "report",    [STORE_T_REPORTS] = "report",
};

static void
put(struct store_select *sql, const char *text)
{
	buf_addz(&sql->text, text);
}

static bool
is_of_reports(const struct store_select *sql)
{
	return sql->table == STORE_T_ROWS || sql->table == STORE_T_REPORTS;
}

/* Classes of single addresses hang on the user's judgement: query_class.c
 * works them out row by row, faster than SQL. */
static bool
classes_later(const struct store_select *sql)
{
	return sql->shape == STORE_S_TALLY &&
	       (sql->table == STORE_T_ROLLUP || sql->table == STORE_T_ROWS);
}

/* Whether the outermost loop is over domains: `d`, those that are named. */
static bool
goes_by_domain(const struct store_query *q, const struct store_select *sql)
{
	return sql->shape != STORE_S_DETAIL &&
	       sql->shape != STORE_S_REPORTS_OF &&
	       store_has_values(q, STORE_F_DOMAIN, false);
}

/* Whether the sums by day are enough to say how many reports there are. */
static bool
counts_by_day(const struct store_query *q, const struct store_select *sql)
{
	static const enum store_field finer[] = { STORE_F_DOMAIN,
						  STORE_F_REPORTER,
						  STORE_F_REPORTER_FAMILY };

	if (sql->shape != STORE_S_REPORTS || q->grouped ||
	    store_names_reports(q))
		return false;
	for (size_t i = 0; i < COUNT_OF(finer); i++)
		if (store_has_values(q, finer[i], false) ||
		    store_has_values(q, finer[i], true))
			return false;
	return true;
}

static enum err
put_domains(struct store_select *sql, const struct store_query *q,
	    struct diag *why)
{
	enum err e = ERR_NONE;

	if (!goes_by_domain(q, sql))
		return ERR_NONE;
	put(sql, "WITH d(id) AS MATERIALIZED"
		 " (SELECT id FROM name WHERE text IN (");
	e = store_domain_texts(q, sql, why);
	put(sql, ")) ");
	return e;
}

static void
put_columns(struct store_select *sql, const struct store_query *q)
{
	const struct store_columns *c = &store_columns_of[sql->table];
	bool later =
		q->grouped && q->group == STORE_F_CLASS && classes_later(sql);
	const char *key = q->grouped && !later
				  ? store_expression(sql->table, q->group)
				  : "0";

	if (sql->table == STORE_T_DAYS)
		put(sql, "SELECT t.day,t.cells FROM ");
	else if (sql->shape == STORE_S_TALLY)
		buf_addf(&sql->text, "SELECT %s,%s,%s,%s,%s,%s,%s FROM ", key,
			 classes_later(sql) ? "t.overrides" : c->class_name,
			 classes_later(sql) ? c->verdict : "t.verdict", c->day,
			 c->source, c->messages, c->rows);
	else if (counts_by_day(q, sql))
		put(sql, "SELECT 0,ifnull(sum(p.reports),0) FROM ");
	else if (sql->shape == STORE_S_REPORTS)
		buf_addf(&sql->text, "SELECT %s,%s FROM ", key,
			 goes_by_domain(q, sql) ? "1" : "count(*)");
	else if (sql->shape == STORE_S_REPORTS_OF)
		put(sql, "SELECT count(*) FROM ");
	else if (sql->shape == STORE_S_IDS)
		put(sql, "SELECT p.id FROM ");
	else if (sql->shape == STORE_S_USED)
		put(sql, "SELECT t.endpoint,t.auth,t.header_from,"
			 "t.envelope_from,t.envelope_to,t.comment,p.reporter"
			 " FROM ");
	else
		buf_addf(&sql->text,
			 "SELECT t.id,p.id,p.begin,p.reporter,p.domain,"
			 "t.header_from,t.envelope_from,t.envelope_to,"
			 "t.comment,coalesce(e.ptr,0),e.ip,e.country,e.asn,"
			 "n.label,s.slug,s.label,a.json,%s,t.verdict,"
			 "t.overrides,t.count,e.host FROM ",
			 c->class_name);
}

/* Address, SPF and DKIM, and the user's judgement of a row in `t`. */
static void
put_details(struct store_select *sql)
{
	put(sql, " LEFT JOIN endpoint e ON e.id=t.endpoint");
	if (!classes_later(sql))
		buf_addf(&sql->text,
			 " LEFT JOIN triage j ON j.owner=?1 AND "
			 "j.source=e.source"
			 " AND j.domain=%s LEFT JOIN triage k ON k.owner=?1"
			 " AND k.source=e.source AND k.domain=0",
			 store_columns_of[sql->table].domain);
	if (sql->table == STORE_T_ROWS)
		put(sql, " LEFT JOIN auth a ON a.id=t.auth");
	if (sql->shape == STORE_S_DETAIL)
		put(sql, " LEFT JOIN source s ON s.id=e.source"
			 " LEFT JOIN asn n ON n.asn=e.asn");
}

_Static_assert(STORE_ROW_BITS == 21, "ids of rows in the texts below");

static void
put_tables(struct store_select *sql, const struct store_query *q)
{
	const char *t = is_of_reports(sql) ? "p" : "t";

	if (goes_by_domain(q, sql))
		put(sql, "d CROSS JOIN ");
	buf_addf(&sql->text, "%s %s",
		 counts_by_day(q, sql) ? "report_count"
				       : table_names[sql->table],
		 t);
	if (sql->table == STORE_T_ROWS)
		put(sql, " CROSS JOIN row t");
	if ((sql->table == STORE_T_ROWS || sql->table == STORE_T_ROLLUP) &&
	    sql->shape != STORE_S_USED)
		put_details(sql);
	buf_addf(&sql->text, " WHERE %s.owner=?1", t);
	if (goes_by_domain(q, sql))
		buf_addf(&sql->text, " AND %s.domain=d.id", t);
	buf_addf(&sql->text, " AND %s.day BETWEEN ?2 AND ?3", t);
	if (sql->shape == STORE_S_DETAIL)
		put(sql, " AND p.id=?4 AND t.id>max(?5,(p.id<<21)-1)"
			 " AND t.id<(p.id+1)<<21");
	else if (sql->table == STORE_T_ROWS)
		put(sql, " AND t.id>=p.id<<21 AND t.id<(p.id+1)<<21");
	if (sql->shape == STORE_S_IDS)
		put(sql, " AND p.id>=?4");
	if (sql->shape == STORE_S_REPORTS_OF)
		put(sql, " AND p.domain=?4");
	if (is_of_reports(sql))
		buf_addf(&sql->text, " AND +p.kind=%d", DECODE_DMARC);
	if (is_of_reports(sql) && !store_names_reports(q))
		buf_addf(&sql->text, " AND +p.state=%d", STORE_IMPORTED);
}

/* Fields that a statement over reports alone can judge; one that only looks
 * around does so too. */
static bool
is_known(const struct store_select *sql, enum store_field field)
{
	bool looks_around = sql->shape == STORE_S_USED;

	if (sql->table != STORE_T_REPORTS && !looks_around)
		return true;
	if (field == STORE_F_REPORTER_FAMILY)
		return !looks_around;
	return field == STORE_F_DOMAIN || field == STORE_F_DAY ||
	       field == STORE_F_REPORTER || field == STORE_F_TRUST ||
	       field == STORE_F_REPORT;
}

static enum err
put_conditions(struct store_select *sql, const struct store_query *q,
	       struct diag *why)
{
	enum err e = ERR_NONE;

	if (sql->table == STORE_T_DAYS) /* query_cells.c */
		return ERR_NONE;
	if (!store_has_values(q, STORE_F_TRUST, false) &&
	    !store_has_values(q, STORE_F_TRUST, true) &&
	    !store_names_reports(q))
		buf_addf(&sql->text, " AND %s>=%d",
			 store_columns_of[sql->table].trust, STORE_OPERATOR);
	for (int i = 0; i < STORE_FIELDS && e == ERR_NONE; i++) {
		enum store_field field = (enum store_field)i;
		bool done = field == STORE_F_DOMAIN && goes_by_domain(q, sql);

		if (!is_known(sql, field) ||
		    (field == STORE_F_CLASS && classes_later(sql)))
			continue;
		if (!done)
			e = store_condition(q, field, false, sql, why);
		if (e == ERR_NONE)
			e = store_condition(q, field, true, sql, why);
	}
	return e;
}

/* Orders that an index has already: nothing is sorted. */
static void
put_order(struct store_select *sql, const struct store_query *q)
{
	if (sql->shape == STORE_S_IDS)
		put(sql, " ORDER BY p.id");
	if (sql->shape == STORE_S_REPORTS && q->grouped &&
	    !goes_by_domain(q, sql))
		put(sql, " GROUP BY p.day,p.kind,p.state,p.trust,p.reporter");
}

enum err
store_compile(const struct store_query *q, struct store_select *sql,
	      struct diag *why)
{
	enum err e;

	store_bind_head(sql, q);
	e = put_domains(sql, q, why);
	if (e != ERR_NONE)
		return e;
	put_columns(sql, q);
	put_tables(sql, q);
	e = put_conditions(sql, q, why);
	if (e == ERR_NONE)
		put_order(sql, q);
	if (e == ERR_NONE && sql->text.full)
		e = diag_set(why, ERR_LIMIT, "query.too_many_filters", 0, "%d",
			     STORE_FILTERS_MAX);
	return e;
}
