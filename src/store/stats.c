/* What is in the store, in numbers. */
#include "store/inside.h"

/* A number for one owner, from SQL whose only place is the owner. */
static enum err
ask(struct store *s, const char *sql, int64_t owner, int64_t none, int64_t *out,
    struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(s->db, str_of(sql), &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	e = db_step(st, &row, why);
	*out = e == ERR_NONE && row && !db_is_null(st, 0) ? db_i64(st, 0)
							  : none;
	return e;
}

#define COUNTED " WHERE owner = ?1 AND state = 0 AND kind = "
#define LOGGED "SELECT count(*) FROM intake WHERE owner = ?1 AND outcome = "

static enum err
ask_counts(struct store *s, int64_t owner, struct store_stats *out,
	   struct diag *why)
{
	const struct {
		const char *sql;
		uint64_t *to;
	} questions[] = {
		{ "SELECT count(*) FROM report" COUNTED "1", &out->reports },
		{ "SELECT sum(records) FROM report WHERE owner = ?1"
		  " AND kind = 1 AND rows_kept",
		  &out->rows },
		{ "SELECT sum(messages) FROM report" COUNTED "1",
		  &out->messages },
		{ "SELECT count(*) FROM report" COUNTED "2",
		  &out->tls_reports },
		{ "SELECT count(*) FROM report" COUNTED "3", &out->failures },
		{ LOGGED "3", &out->rejected },
		{ LOGGED "4", &out->ignored },
		{ "SELECT count(*) FROM report WHERE owner = ?1 AND state = 2",
		  &out->superseded },
		{ "SELECT count(DISTINCT domain) FROM report" COUNTED "1",
		  &out->domains },
		{ "SELECT count(*) FROM source WHERE owner = ?1",
		  &out->sources },
		{ "SELECT count(*) FROM endpoint WHERE owner = ?1",
		  &out->endpoints },
		{ "SELECT count(*) FROM stale_day WHERE owner = ?1",
		  &out->days_to_fold },
		{ "SELECT sum(length(w.bytes)) FROM raw AS w JOIN report AS r"
		  " ON r.id = w.report WHERE r.owner = ?1",
		  &out->raw_bytes },
	};
	enum err e = ERR_NONE;

	for (size_t i = 0; e == ERR_NONE && i < COUNT_OF(questions); i++) {
		int64_t n = 0;

		e = ask(s, questions[i].sql, owner, 0, &n, why);
		*questions[i].to = n > 0 ? (uint64_t)n : 0;
	}
	return e;
}

static enum err
ask_times(struct store *s, int64_t owner, struct store_stats *out,
	  struct diag *why)
{
	const struct {
		const char *sql;
		int64_t *to;
	} questions[] = {
		{ "SELECT min(day) FROM report" COUNTED "1", &out->first_day },
		{ "SELECT max(day) FROM report" COUNTED "1", &out->last_day },
		{ "SELECT max(received_at) FROM intake WHERE owner = ?1",
		  &out->last_received },
	};
	enum err e = ERR_NONE;

	for (size_t i = 0; e == ERR_NONE && i < COUNT_OF(questions); i++)
		e = ask(s, questions[i].sql, owner, INT64_MIN, questions[i].to,
			why);
	return e;
}

enum err
store_stats_get(struct store *s, int64_t owner, struct store_stats *out,
		struct diag *why)
{
	uint64_t unused;
	int64_t version = 0;
	enum err e;

	*out = (struct store_stats){ 0 };
	/* One view for all questions, so that the numbers fit each other. */
	e = db_begin_reading(s->db, why);
	if (e == ERR_NONE)
		e = ask_counts(s, owner, out, why);
	if (e == ERR_NONE)
		e = ask_times(s, owner, out, why);
	if (e == ERR_NONE)
		e = db_version(s->db, &version, why);
	db_rollback(s->db);
	if (e == ERR_NONE)
		e = db_size(s->db, &out->file_bytes, &unused, why);
	out->schema = (uint64_t)version;
	return e;
}
