/* The user's judgement of a source, and the days it changes. */
#include "store/writer.h"

static enum err
find_source(struct store *s, int64_t owner, struct str slug, int64_t *id,
	    struct diag *why)
{
	struct db_statement *st;
	bool found = false;
	enum err e = store_kept(s, SQL_SOURCE_GET, &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	db_bind_text(st, 2, slug);
	e = db_step(st, &found, why);
	if (e == ERR_NONE && !found)
		return diag_set(why, ERR_GONE, "store.no_source", 0, "%.*s",
				STR_ARG(slug));
	if (e == ERR_NONE)
		*id = db_i64(st, 0);
	db_reset(st);
	return e;
}

static enum err
mark_days(struct store *s, int64_t owner, int64_t source, int64_t domain,
	  struct diag *why)
{
	const int64_t values[3] = { owner, source, domain };
	struct db_statement *st;
	bool row = true;
	enum err e = store_kept(s, SQL_SPANS_OF_SOURCE, &st, why);

	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, 3);
	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row)
			e = store_stale_range(s, owner, db_i64(st, 0),
					      db_i64(st, 1), db_i64(st, 2),
					      why);
	}
	db_reset(st);
	return e;
}

static enum err
set(struct store *s, const int64_t values[5], struct str note, struct diag *why)
{
	struct db_statement *st;
	enum err e = store_kept(s, SQL_TRIAGE_SET, &st, why);

	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, 5);
	db_bind_text(st, 6, note);
	e = db_do(st, why);
	if (e == ERR_NONE)
		e = mark_days(s, values[0], values[1], values[2], why);
	return e;
}

enum err
store_triage_set(struct store *s, int64_t owner,
		 const struct store_triage *judgement, struct diag *why)
{
	int64_t values[5] = { owner, 0, 0, judgement->triage,
			      judgement->set_at };
	struct diag own = { 0 };
	enum err e = store_begin(s, why);

	if (e != ERR_NONE)
		return e;
	e = find_source(s, owner, judgement->source, &values[1], &own);
	if (e == ERR_NONE)
		e = store_name(s, judgement->domain, &values[2], &own);
	if (e == ERR_NONE)
		e = set(s, values, judgement->note, &own);
	(void)store_guard(s, e, &own);
	return store_commit(s, why);
}
