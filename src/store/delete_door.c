/* Taking out again what came through one door: sample data. */
#include "store/item.h"

enum { CHUNK = 100 /* entries of one transaction */ };

struct entry {
	int64_t id, report, outcome;
};

/* Entries of the door and, when they brought one in, their report. */
static const char ENTRIES[] =
	"SELECT i.id, i.report, i.outcome FROM intake AS i"
	" WHERE i.owner = ?1 AND i.door = ?2 LIMIT ?3";
/* Whether a report also came another way; the one that brings it lives on. */
static const char OTHERS[] =
	"SELECT 1 FROM intake WHERE report = ?1 AND door <> ?2";

static enum err
list_entries(struct store *s, int64_t owner, struct str door,
	     struct entry entry[CHUNK], size_t *count, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = db_prepare(s->db, str_of(ENTRIES), &st, why);

	*count = 0;
	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	db_bind_text(st, 2, door);
	db_bind_i64(st, 3, CHUNK);
	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row && *count < CHUNK)
			entry[(*count)++] =
				(struct entry){ db_i64(st, 0), db_i64(st, 1),
						db_i64(st, 2) };
	}
	return e;
}

static enum err
came_otherwise(struct store *s, int64_t report, struct str door, bool *out,
	       struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = db_prepare(s->db, str_of(OTHERS), &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, report);
	db_bind_text(st, 2, door);
	return db_step(st, out, why);
}

static enum err
run_for(struct store *s, const char *sql, int64_t a, int64_t b,
	struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = db_prepare(s->db, str_of(sql), &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, a);
	if (b != 0)
		db_bind_i64(st, 2, b);
	return db_do(st, why);
}

/* The entry that brought it in goes: the first of the others stands for it. */
static enum err
hand_over(struct store *s, int64_t report, struct str door, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = db_prepare(s->db,
				S("UPDATE intake SET outcome = (SELECT state"
				  " FROM report WHERE id = ?1) WHERE id ="
				  " (SELECT min(id) FROM intake"
				  " WHERE report = ?1 AND door <> ?2)"),
				&st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, report);
	db_bind_text(st, 2, door);
	return db_do(st, why);
}

/* The report goes with its share of every sum; who had its identity, too, may
 * count now. */
static enum err
drop_report(struct store *s, int64_t owner, int64_t report, struct diag *why)
{
	struct store_known r;
	enum err e = store_known(s, report, &r, why);

	if (e != ERR_NONE || !r.found || r.owner != owner)
		return e;
	e = run_for(s,
		    "INSERT OR IGNORE INTO temp.door_endpoint SELECT DISTINCT"
		    " endpoint FROM row WHERE id >= ?1 AND id < ?2",
		    store_row_first(report), store_row_first(report + 1), why);
	if (e == ERR_NONE)
		e = store_remove(s, report, false, why);
	if (e == ERR_NONE)
		e = store_elect(s, owner,
				(struct str){ r.identity, sizeof(r.identity) },
				why);
	return e;
}

static enum err
drop_entry(struct store *s, int64_t owner, struct str door,
	   const struct entry *it, uint64_t *reports, struct diag *why)
{
	bool brought = it->report != 0 && it->outcome != STORE_DUPLICATE;
	bool others = false;
	enum err e = ERR_NONE;

	if (brought)
		e = came_otherwise(s, it->report, door, &others, why);
	if (e == ERR_NONE && others)
		e = hand_over(s, it->report, door, why);
	if (e == ERR_NONE && brought && !others) {
		e = drop_report(s, owner, it->report, why);
		++*reports;
	}
	if (e == ERR_NONE)
		e = run_for(s, "DELETE FROM intake_raw WHERE intake = ?1",
			    it->id, 0, why);
	if (e == ERR_NONE)
		e = run_for(s, "DELETE FROM intake WHERE id = ?1", it->id, 0,
			    why);
	return e;
}

/* ---- what is left over when all reports are gone ---- */

/* Nothing is known any more of an address (s) at a domain. Between the days
 * of its span: outside them it never was. */
#define NOTHING_OF_ADDRESS                                                     \
	" NOT EXISTS (SELECT 1 FROM rollup AS r WHERE r.owner = ?1"            \
	" AND r.domain = s.domain AND r.day BETWEEN s.first_day"               \
	" AND s.last_day AND r.endpoint = s.endpoint)"

static const char *const SWEEPS[] = {
	/* Also what an earlier call left that was interrupted. */
	"INSERT OR IGNORE INTO temp.door_endpoint SELECT s.endpoint"
	" FROM endpoint_span AS s JOIN endpoint AS e ON e.id = s.endpoint"
	" WHERE e.owner = ?1 AND NOT EXISTS (SELECT 1 FROM rollup AS r"
	" WHERE r.owner = ?1 AND r.domain = s.domain)",
	"DELETE FROM endpoint_span AS s WHERE endpoint IN"
	" (SELECT id FROM temp.door_endpoint) AND" NOTHING_OF_ADDRESS,
	/* Their sources may be nobody's soon. */
	"INSERT OR IGNORE INTO temp.door_source SELECT source FROM endpoint"
	" WHERE owner = ?1 AND id IN (SELECT id FROM temp.door_endpoint)",
	"DELETE FROM endpoint WHERE owner = ?1 AND id IN"
	" (SELECT id FROM temp.door_endpoint) AND NOT EXISTS"
	" (SELECT 1 FROM endpoint_span AS s WHERE s.endpoint = endpoint.id)",
	"DELETE FROM triage WHERE owner = ?1 AND domain <> 0 AND source IN"
	" (SELECT id FROM temp.door_source) AND NOT EXISTS"
	" (SELECT 1 FROM rollup AS r WHERE r.owner = ?1"
	" AND r.domain = triage.domain)",
	"DELETE FROM temp.door_source WHERE id IN"
	" (SELECT source FROM endpoint WHERE owner = ?1)",
	"DELETE FROM triage WHERE owner = ?1 AND source IN"
	" (SELECT id FROM temp.door_source)",
	"DELETE FROM source WHERE owner = ?1 AND id IN"
	" (SELECT id FROM temp.door_source)",
};

static enum err
sweep(struct store *s, int64_t owner, struct diag *why)
{
	struct diag own = { 0 };
	enum err e = store_begin(s, why);

	if (e != ERR_NONE)
		return e;
	for (size_t i = 0; e == ERR_NONE && i < COUNT_OF(SWEEPS); i++)
		e = run_for(s, SWEEPS[i], owner, 0, &own);
	(void)store_guard(s, e, &own);
	/* Addresses are gone that the caches still know. */
	store_caches_drop(s);
	return store_commit(s, why);
}

static enum err
drop_chunk(struct store *s, int64_t owner, struct str door, uint64_t *reports,
	   size_t *count, struct diag *why)
{
	struct entry entry[CHUNK];
	struct diag own = { 0 };
	enum err e = store_begin(s, why);

	*count = 0;
	if (e != ERR_NONE)
		return e;
	e = list_entries(s, owner, door, entry, count, &own);
	for (size_t i = 0; e == ERR_NONE && i < *count; i++)
		e = drop_entry(s, owner, door, &entry[i], reports, &own);
	(void)store_guard(s, e, &own);
	return store_commit(s, why);
}

enum err
store_delete_door(struct store *s, int64_t owner, struct str door,
		  uint64_t *reports, bool *more, struct diag *why)
{
	size_t count = 0;
	enum err e = db_run(s->db,
			    "CREATE TEMP TABLE IF NOT EXISTS door_endpoint"
			    " (id INTEGER PRIMARY KEY);"
			    "CREATE TEMP TABLE IF NOT EXISTS door_source"
			    " (id INTEGER PRIMARY KEY);",
			    why);

	*more = false;
	*reports = 0;
	if (e == ERR_NONE)
		e = drop_chunk(s, owner, door, reports, &count, why);
	*more = e == ERR_NONE && count > 0;
	if (e != ERR_NONE || *more)
		return e;
	e = sweep(s, owner, why);
	if (e == ERR_NONE)
		e = store_fold(s, owner, NULL, NULL, why);
	if (e == ERR_NONE)
		e = db_run(s->db,
			   "DELETE FROM temp.door_endpoint;"
			   "DELETE FROM temp.door_source;",
			   why);
	return e;
}
