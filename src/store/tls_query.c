/* Answers from TLS reports: sessions by result, reporter, domain and so on. */
#include "store/query_tally.h"

#include <stdlib.h>

enum group {
	BY_RESULT,
	BY_REPORTER,
	BY_DOMAIN,
	BY_MX,
	BY_DAY,
	BY_POLICY_TYPE,
	BY_SENDING_IP,
	GROUPS
};

/* How each group is named, read and shown: `field` tells how a number becomes
 * a key (a name, a day). */
static const struct {
	const char *name, *column;
	enum store_field field;
} groups[GROUPS] = {
	[BY_RESULT] = { "result", "t.result_type", STORE_F_TO_DOMAIN },
	[BY_REPORTER] = { "reporter", "t.reporter", STORE_F_REPORTER },
	[BY_DOMAIN] = { "domain", "t.domain", STORE_F_DOMAIN },
	[BY_MX] = { "mx", "t.mx", STORE_F_TO_DOMAIN },
	[BY_DAY] = { "day", "t.day", STORE_F_DAY },
	[BY_POLICY_TYPE] = { "policy_type", "t.type", STORE_F_TEXT },
	[BY_SENDING_IP] = { "sending_ip", "f.sending_ip", STORE_F_TO_DOMAIN },
};

struct asking {
	struct store *s;
	const struct store_query *q;
	enum group group;
	struct store_tally *tally;
};

enum column { C_KEY, C_DAY, C_GOOD, C_BAD, C_REPORTS, C_COUNTS, C_RESULT };

static enum err
check(const struct store_query *q, struct str group, enum group *out,
      struct diag *why)
{
	for (size_t i = 0; i < q->filter_count; i++)
		switch (q->filter[i].field) {
		case STORE_F_DOMAIN:
		case STORE_F_DAY:
		case STORE_F_REPORTER:
		case STORE_F_REPORTER_FAMILY:
		case STORE_F_TRUST:
			break;
		default:
			return diag_set(why, ERR_SYNTAX, "query.bad_value", 0,
					"domain, day, reporter, "
					"reporter_family, trust");
		}
	for (int i = 0; i < GROUPS; i++)
		if (str_eq(group, str_of(groups[i].name))) {
			*out = (enum group)i;
			return ERR_NONE;
		}
	return diag_set(why, ERR_SYNTAX, "query.bad_value", 0,
			"group: result, reporter, domain, mx, day, "
			"policy_type, sending_ip");
}

static enum err
put_conditions(const struct store_query *q, struct store_select *sql,
	       struct diag *why)
{
	static const enum store_field fields[] = { STORE_F_DOMAIN, STORE_F_DAY,
						   STORE_F_REPORTER,
						   STORE_F_REPORTER_FAMILY,
						   STORE_F_TRUST };
	enum err e = ERR_NONE;

	if (!store_has_values(q, STORE_F_TRUST, false) &&
	    !store_has_values(q, STORE_F_TRUST, true))
		buf_addf(&sql->text, " AND %s>=%d",
			 store_columns_of[sql->table].trust, STORE_OPERATOR);
	for (size_t i = 0; i < COUNT_OF(fields) && e == ERR_NONE; i++) {
		e = store_condition(q, fields[i], false, sql, why);
		if (e == ERR_NONE)
			e = store_condition(q, fields[i], true, sql, why);
	}
	return e;
}

/* `text` up to the days; the conditions follow. */
static enum err
prepare(struct asking *a, const char *text, struct store_select *sql,
	struct db_statement **st, struct diag *why)
{
	enum err e = store_select_resolve(a->s, a->q, sql, why);

	store_bind_head(sql, a->q);
	buf_addz(&sql->text, text);
	if (e == ERR_NONE)
		e = put_conditions(a->q, sql, why);
	if (e == ERR_NONE && sql->text.full)
		e = diag_set(why, ERR_LIMIT, "query.too_many_filters", 0, "%d",
			     STORE_FILTERS_MAX);
	if (e == ERR_NONE)
		e = store_select_prepare(a->s, sql, st, why);
	return e;
}

static bool
add_sessions(struct asking *a, struct db_statement *st, bool total)
{
	struct store_cell good = { .verdict = STORE_V_DKIM,
				   .day = db_i64(st, C_DAY),
				   .messages = db_i64(st, C_GOOD) };
	struct store_cell bad = { .day = good.day,
				  .messages = db_i64(st, C_BAD),
				  .rows = db_i64(st, C_REPORTS) };
	int64_t key = db_i64(st, C_KEY);

	good.class_number = bad.class_number = SENDER_CLASSES; /* none */
	if (total)
		return store_tally_add_total(a->tally, &good) &&
		       store_tally_add_total(a->tally, &bad);
	return store_tally_add(a->tally, key, &good) &&
	       store_tally_add(a->tally, key, &bad);
}

/* Sessions that sts and tlsa both tell of are counted where they count; only
 * side by side, by type, are both shown. Failures are told apart by result
 * and host, in lines of their own. */
static bool
add_line(struct asking *a, struct db_statement *st)
{
	bool counts = db_i64(st, C_COUNTS) != 0;
	bool summary = db_i64(st, C_RESULT) == 0;
	bool of_failures = a->group == BY_RESULT || a->group == BY_MX ||
			   a->group == BY_SENDING_IP;

	if (summary && counts && !add_sessions(a, st, true))
		return false;
	if (summary == of_failures)
		return true;
	if (!counts && a->group != BY_POLICY_TYPE)
		return true;
	return add_sessions(a, st, false);
}

static enum err
add_lines(struct asking *a, enum store_table table, const char *text,
	  struct diag *why)
{
	SCOPED_SELECT sql = STORE_SELECT_INIT(table, STORE_S_TALLY);
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = prepare(a, text, &sql, &st, why);

	while (e == ERR_NONE) {
		e = db_step(st, &row, why);
		if (e != ERR_NONE || !row)
			break;
		if (!add_line(a, st))
			e = diag_set(why, ERR_LIMIT, "query.too_many_groups", 0,
				     "%d", STORE_GROUPS_MAX);
	}
	return e;
}

static enum err
add_all(struct asking *a, struct diag *why)
{
	SCOPED_BUF text = BUF(1024);
	/* Addresses are in the rows only. */
	bool rows = a->group == BY_SENDING_IP;
	enum err e;

	buf_addf(&text,
		 "SELECT %s,t.day,t.successful,t.failed,t.reports,t.counts,"
		 "t.result_type FROM tls_rollup t WHERE t.owner=?1"
		 " AND t.day BETWEEN ?2 AND ?3%s",
		 rows ? "0" : groups[a->group].column,
		 rows ? " AND t.result_type=0" : "");
	e = add_lines(a, STORE_T_TLS, buf_c(&text), why);
	if (e != ERR_NONE || !rows)
		return e;
	return add_lines(a, STORE_T_TLS_ROWS,
			 "SELECT f.sending_ip,p.day,0,f.sessions,1,y.counts,1"
			 " FROM report p CROSS JOIN tls_policy y"
			 " CROSS JOIN tls_failure f WHERE p.owner=?1"
			 " AND p.day BETWEEN ?2 AND ?3 AND p.kind=2"
			 " AND p.state=0 AND y.report=p.id"
			 " AND f.report=p.id AND f.n=y.n",
			 why);
}

_Static_assert(DECODE_TLSRPT == 2 && STORE_IMPORTED == 0, "the text above");

static void
fill(const struct store_group *g, struct store_tls_row *out)
{
	bool seen = g->m[STORE_M_FIRST_SEEN] != INT64_MAX;

	*out = (struct store_tls_row){
		.key = g->key,
		.sessions = (uint64_t)g->m[STORE_M_MESSAGES],
		.successful = (uint64_t)g->m[STORE_M_PASSED],
		.failed = (uint64_t)(g->m[STORE_M_MESSAGES] -
				     g->m[STORE_M_PASSED]),
		.reports = (uint64_t)g->m[STORE_M_ROWS],
	};
	if (seen) {
		out->first_seen = g->m[STORE_M_FIRST_SEEN] * CIVIL_DAY;
		out->last_seen = g->m[STORE_M_LAST_SEEN] * CIVIL_DAY;
	}
}

static int
compare(const void *left, const void *right, void *ctx)
{
	const struct store_group *a = left, *b = right;
	const struct store_query *q = ((const struct asking *)ctx)->q;
	int64_t x = q->sort_by_key ? 0 : a->m[STORE_M_MESSAGES];
	int64_t y = q->sort_by_key ? 0 : b->m[STORE_M_MESSAGES];
	int order = (x > y) - (x < y);

	if (!q->ascending)
		order = -order;
	if (order != 0)
		return order;
	order = str_cmp(a->key, b->key);
	return q->sort_by_key && !q->ascending ? -order : order;
}

static enum err
give_rows(struct asking *a,
	  enum err (*row)(void *ctx, const struct store_tls_row *), void *ctx,
	  struct diag *why)
{
	uint64_t limit = a->q->limit ? a->q->limit : STORE_LIMIT_MAX;
	size_t count;
	struct store_group *all = store_tally_groups(a->tally, &count);
	enum err e =
		store_keys_resolve(a->s, groups[a->group].field, a->tally, why);

	for (size_t i = 0; i < count && a->group == BY_POLICY_TYPE; i++)
		all[i].key = str_of(
			tlsrpt_type_name((enum tlsrpt_type)all[i].number));
	qsort_r(all, count, sizeof(*all), compare, a);
	for (size_t i = 0; i < count && i < limit && e == ERR_NONE; i++) {
		struct store_tls_row out;

		fill(&all[i], &out);
		e = row(ctx, &out);
	}
	return e;
}

enum err
store_tls_ask(struct store *s, const struct store_query *query,
	      struct str group,
	      enum err (*row)(void *ctx, const struct store_tls_row *),
	      void *ctx, struct store_tls_row *totals, struct diag *why)
{
	struct asking a = { .s = s, .q = query };
	SCOPED_TALLY tally = NULL;
	SCOPED_VIEW view = { 0 };
	enum err e = check(query, group, &a.group, why);

	if (e == ERR_NONE)
		e = store_view_open(s, &view, why);
	if (e != ERR_NONE)
		return e;
	a.tally = tally = store_tally_new(false, false);
	e = add_all(&a, why);
	if (e == ERR_NONE)
		e = give_rows(&a, row, ctx, why);
	if (e == ERR_NONE)
		fill(store_tally_total(tally), totals);
	return e;
}
