/* What grew old goes: raw bytes, rows, failure reports, each after its own
 * time since receipt. Roll-ups stay for ever. */
#include "store/writer.h"

#include <limits.h>

enum { CHUNK = 200 /* reports of one transaction */ };

struct prune {
	struct store *s;
	int64_t owner, before; /* received earlier than this, UTC seconds */
	struct store_pruned *out;
	unsigned *bites; /* transactions that are left */
};

#define OLD " WHERE owner = ?1 AND received_at < ?2"
#define OLD_RAW " FROM raw WHERE report IN (SELECT id FROM report" OLD ")"
#define OLD_REFUSED                                                            \
	" FROM intake_raw WHERE intake IN (SELECT id FROM intake" OLD ")"
#define SOME " LIMIT 200"

static enum err
prepare(const struct prune *p, const char *sql, struct db_statement **st,
	struct diag *why)
{
	enum err e = db_prepare(p->s->db, str_of(sql), st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(*st, 1, p->owner);
	db_bind_i64(*st, 2, p->before);
	return ERR_NONE;
}

/* Adds the first two columns of the answer to `count` and `bytes`. */
static enum err
tally(const struct prune *p, const char *sql, uint64_t *count, uint64_t *bytes,
      struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = prepare(p, sql, &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE || !row)
		return e;
	*count += db_u64(st, 0);
	*bytes += db_u64(st, 1);
	return ERR_NONE;
}

/* A transaction took something away: false when it was the last one that is
 * allowed. */
static bool
bite(const struct prune *p)
{
	p->out->more = --*p->bites == 0;
	return !p->out->more;
}

/* Runs a statement that takes a bounded number away, until it takes none. */
static enum err
repeat(const struct prune *p, const char *sql, struct diag *why)
{
	int64_t changed = 1;
	enum err e = ERR_NONE;

	while (e == ERR_NONE && changed > 0) {
		SCOPED_STATEMENT st = NULL;

		e = store_begin(p->s, why);
		if (e != ERR_NONE)
			return e;
		e = prepare(p, sql, &st, why);
		if (e == ERR_NONE)
			e = db_do(st, why);
		changed = e == ERR_NONE ? db_changes(p->s->db) : 0;
		(void)store_guard(p->s, e, why);
		if (e == ERR_NONE)
			e = store_commit(p->s, why);
		else
			store_rollback(p->s);
		if (changed > 0 && !bite(p))
			break;
	}
	return e;
}

static enum err
prune_raw(const struct prune *p, bool dry_run, struct diag *why)
{
	enum err e = tally(p, "SELECT count(*), sum(length(bytes))" OLD_RAW,
			   &p->out->raw, &p->out->bytes, why);

	if (e == ERR_NONE)
		e = tally(p, "SELECT count(*), sum(length(bytes))" OLD_REFUSED,
			  &p->out->raw, &p->out->bytes, why);
	if (e != ERR_NONE || dry_run)
		return e;
	e = repeat(p,
		   "DELETE FROM raw WHERE report IN"
		   " (SELECT report" OLD_RAW SOME ")",
		   why);
	if (e == ERR_NONE && !p->out->more)
		e = repeat(p,
			   "DELETE FROM intake_raw WHERE intake IN"
			   " (SELECT intake" OLD_REFUSED SOME ")",
			   why);
	if (e == ERR_NONE && !p->out->more)
		e = repeat(p,
			   "DELETE FROM mail WHERE id IN"
			   " (SELECT id FROM mail" OLD SOME ")",
			   why);
	return e;
}

/* What strangers left and nobody asked for: without its bytes an entry of the
 * bin is nothing any more, and lines about junk are no history. */
static enum err
prune_strangers(const struct prune *p, bool dry_run, struct diag *why)
{
	if (dry_run)
		return ERR_NONE;
	return repeat(
		p,
		"DELETE FROM intake WHERE id IN (SELECT id FROM intake" OLD
		" AND trust = 0 AND outcome IN (3, 4, 5)" SOME ")",
		why);
}

/* ---- rows and failure reports: report by report ---- */

static enum err
drop_rows(struct store *s, int64_t id, struct diag *why)
{
	const int64_t rows[2] = { store_row_first(id),
				  store_row_first(id + 1) };
	SCOPED_STATEMENT st = NULL;
	enum err e = store_do(s, SQL_DROP_ROWS, rows, 2, why);

	if (e == ERR_NONE)
		e = store_do(s, SQL_DROP_TLS_POLICIES, &id, 1, why);
	if (e == ERR_NONE)
		e = store_do(s, SQL_DROP_TLS_FAILURES, &id, 1, why);
	if (e == ERR_NONE)
		e = db_prepare(
			s->db,
			S("UPDATE report SET rows_kept = 0 WHERE id = ?1"), &st,
			why);
	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, id);
	return db_do(st, why);
}

/* The line of the intake log goes too: it may quote the subject. */
static enum err
drop_failure(struct store *s, int64_t id, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = store_do(s, SQL_DROP_FAILURE, &id, 1, why);

	if (e == ERR_NONE)
		e = store_do(s, SQL_DROP_RAW, &id, 1, why);
	if (e == ERR_NONE)
		e = store_do(s, SQL_DROP_MAIL, &id, 1, why);
	if (e == ERR_NONE)
		e = store_do(s, SQL_DROP_REPORT, &id, 1, why);
	if (e == ERR_NONE)
		e = db_prepare(s->db, S("DELETE FROM intake WHERE report = ?1"),
			       &st, why);
	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, id);
	return db_do(st, why);
}

typedef enum err (*drop_fn)(struct store *s, int64_t id, struct diag *why);

static enum err
next_ids(const struct prune *p, const char *sql, int64_t ids[CHUNK],
	 size_t *count, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = prepare(p, sql, &st, why);

	*count = 0;
	while (e == ERR_NONE && row && *count < CHUNK) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row)
			ids[(*count)++] = db_i64(st, 0);
	}
	return e;
}

static enum err
drop_chunk(const struct prune *p, const char *sql, drop_fn drop, size_t *count,
	   struct diag *why)
{
	int64_t ids[CHUNK];
	struct diag own = { 0 };
	enum err e = store_begin(p->s, why);

	*count = 0;
	if (e != ERR_NONE)
		return e;
	e = next_ids(p, sql, ids, count, &own);
	for (size_t i = 0; e == ERR_NONE && i < *count; i++)
		e = drop(p->s, ids[i], &own);
	(void)store_guard(p->s, e, &own);
	return store_commit(p->s, why);
}

static enum err
drop_all(const struct prune *p, const char *sql, drop_fn drop, struct diag *why)
{
	size_t count = 0;
	enum err e;

	do
		e = drop_chunk(p, sql, drop, &count, why);
	while (e == ERR_NONE && count > 0 && bite(p));
	return e;
}

static enum err
prune_rows(const struct prune *p, bool dry_run, struct diag *why)
{
	uint64_t ignored = 0;
	enum err e = tally(p,
			   "SELECT sum(records), 0 FROM report" OLD
			   " AND kind IN (1, 2) AND rows_kept",
			   &p->out->rows, &ignored, why);

	if (e != ERR_NONE || dry_run)
		return e;
	return drop_all(p,
			"SELECT id FROM report" OLD
			" AND kind IN (1, 2) AND rows_kept" SOME,
			drop_rows, why);
}

static enum err
prune_failures(const struct prune *p, bool dry_run, struct diag *why)
{
	enum err e = tally(p,
			   "SELECT count(*), sum(length(f.sealed)) FROM"
			   " (SELECT id FROM report" OLD " AND kind = 3) AS r"
			   " JOIN failure AS f ON f.report = r.id",
			   &p->out->failures, &p->out->bytes, why);

	if (e != ERR_NONE || dry_run)
		return e;
	return drop_all(p, "SELECT id FROM report" OLD " AND kind = 3" SOME,
			drop_failure, why);
}

enum err
store_prune(struct store *s, int64_t owner, const struct store_pruning *how,
	    struct store_pruned *out, struct diag *why)
{
	const struct {
		int64_t keep;
		enum err (*prune)(const struct prune *p, bool dry_run,
				  struct diag *why);
	} kinds[] = { { how->keep.failures, prune_failures },
		      { how->keep.raw, prune_raw },
		      { how->keep.raw, prune_strangers },
		      { how->keep.rows, prune_rows } };
	unsigned bites = how->bites > 0 ? how->bites : UINT_MAX;
	struct prune p = {
		.s = s, .owner = owner, .out = out, .bites = &bites
	};
	enum err e = ERR_NONE;

	*out = (struct store_pruned){ 0 };
	for (size_t i = 0; e == ERR_NONE && !out->more && i < COUNT_OF(kinds);
	     i++) {
		if (kinds[i].keep <= 0)
			continue;
		p.before = how->now - kinds[i].keep;
		e = kinds[i].prune(&p, how->dry_run, why);
	}
	if (e == ERR_NONE && !how->dry_run)
		e = db_shrink(s->db, why);
	return e;
}
