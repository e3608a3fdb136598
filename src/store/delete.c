/* Deleting what the user wants gone: one report, or a whole domain. */
#include "store/item.h"

#include "store/query_inside.h"

enum { CHUNK = 100 /* reports of one transaction */ };

/* Freed pages are overwritten: deleted is deleted, also on disk. Some builds
 * of the library always do it, and are left alone. */
static enum err
wipe_freed(struct store *s, bool *switched, struct diag *why)
{
	int64_t on = 0;
	enum err e = db_number(s->db, "PRAGMA secure_delete", &on, why);

	*switched = on == 0;
	if (e == ERR_NONE && *switched)
		e = db_run(s->db, "PRAGMA secure_delete = ON", why);
	return e;
}

/* Ends the work that came out as `e`; what was freed goes to the system. */
static enum err
end_wiping(struct store *s, bool switched, enum err e, struct diag *why)
{
	struct diag own = { 0 };
	enum err off = ERR_NONE;

	if (e == ERR_NONE)
		e = db_shrink(s->db, why);
	if (switched)
		off = db_run(s->db, "PRAGMA secure_delete = OFF", &own);
	if (e == ERR_NONE && off != ERR_NONE)
		return diag_set(why, off, own.code, 0, "%s", own.detail);
	return e;
}

static enum err
delete_one(struct store *s, int64_t owner, int64_t id, struct diag *why)
{
	struct store_known r;
	enum err e = store_known(s, id, &r, why);

	if (e != ERR_NONE)
		return e;
	if (!r.found || r.owner != owner)
		return diag_set(why, ERR_GONE, "store.no_report", 0, "%lld",
				(long long)id);
	/* Its share of the sums cannot be told any more. */
	if (!r.rows_kept && r.state == STORE_IMPORTED)
		return diag_set(why, ERR_GONE, "store.rows_gone", 0, "%lld",
				(long long)id);
	e = store_remove(s, id, false, why);
	if (e == ERR_NONE)
		e = store_do(s, SQL_INTAKE_SCRUB, &id, 1, why);
	if (e == ERR_NONE)
		e = store_elect(s, owner,
				(struct str){ r.identity, sizeof(r.identity) },
				why);
	return e;
}

static enum err
delete_and_fold(struct store *s, int64_t owner, int64_t id, struct diag *why)
{
	struct diag own = { 0 };
	enum err e = store_begin(s, why);

	if (e != ERR_NONE)
		return e;
	e = delete_one(s, owner, id, &own);
	(void)store_guard(s, e, &own);
	e = store_commit(s, why);
	return e == ERR_NONE ? store_fold(s, owner, NULL, NULL, why) : e;
}

enum err
store_delete_report(struct store *s, int64_t owner, int64_t id,
		    struct diag *why)
{
	bool switched = false;
	enum err e = wipe_freed(s, &switched, why);

	if (e == ERR_NONE)
		e = delete_and_fold(s, owner, id, why);
	return end_wiping(s, switched, e, why);
}

/* ---- a domain ---- */

struct batch {
	size_t count;
	int64_t id[CHUNK];
};

static enum err
list_ids(struct store *s, enum store_sql which, int64_t owner, int64_t domain,
	 struct batch *b, struct diag *why)
{
	const int64_t values[3] = { owner, domain, CHUNK };
	struct db_statement *st;
	bool row = true;
	enum err e = store_kept(s, which, &st, why);

	b->count = 0;
	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, 3);
	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row && b->count < CHUNK)
			b->id[b->count++] = db_i64(st, 0);
	}
	return e;
}

static enum err
delete_whole(struct store *s, int64_t id, int64_t domain, struct diag *why)
{
	enum err e = store_remove(s, id, false, why);

	(void)domain;
	if (e == ERR_NONE)
		e = store_do(s, SQL_INTAKE_SCRUB, &id, 1, why);
	return e;
}

/* A TLS report that tells about other domains too keeps what is theirs; the
 * bytes it came in cannot be divided and go. */
static enum err
delete_part(struct store *s, int64_t id, int64_t domain, struct diag *why)
{
	static const enum store_sql STEPS[] = { SQL_TLS_FAILURES_OF,
						SQL_TLS_POLICIES_OF };
	const int64_t values[2] = { id, domain };
	struct store_known r;
	enum err e = store_known(s, id, &r, why);
	bool counts = r.state == STORE_IMPORTED;

	if (e == ERR_NONE && counts)
		e = store_count_report(s, id, false, why);
	for (size_t i = 0; e == ERR_NONE && i < COUNT_OF(STEPS); i++)
		e = store_do(s, STEPS[i], values, 2, why);
	if (e == ERR_NONE)
		e = store_do(s, SQL_TLS_TOTALS, &id, 1, why);
	if (e == ERR_NONE)
		e = store_do(s, SQL_DROP_RAW, &id, 1, why);
	if (e == ERR_NONE)
		e = store_do(s, SQL_DROP_MAIL, &id, 1, why);
	if (e == ERR_NONE)
		e = store_do(s, SQL_INTAKE_SCRUB, &id, 1, why);
	if (e == ERR_NONE && counts)
		e = store_count_report(s, id, true, why);
	return e;
}

struct sweep {
	enum store_sql list;
	enum err (*drop)(struct store *s, int64_t id, int64_t domain,
			 struct diag *why);
};

static enum err
sweep_chunk(struct store *s, const struct sweep *sweep, int64_t owner,
	    int64_t domain, struct batch *b, struct diag *why)
{
	struct diag own = { 0 };
	enum err e = store_begin(s, why);

	if (e != ERR_NONE)
		return e;
	e = list_ids(s, sweep->list, owner, domain, b, &own);
	for (size_t i = 0; e == ERR_NONE && i < b->count; i++)
		e = sweep->drop(s, b->id[i], domain, &own);
	(void)store_guard(s, e, &own);
	return store_commit(s, why);
}

/* Sums whose rows were pruned long ago, and addresses that were seen with no
 * other domain. */
static enum err
delete_rest(struct store *s, int64_t owner, int64_t domain, struct diag *why)
{
	static const enum store_sql STEPS[] = {
		SQL_DOMAIN_STALE,   SQL_DOMAIN_ROLLUP, SQL_DOMAIN_TLS,
		SQL_DOMAIN_TRIAGE,  SQL_DOMAIN_OWN,    SQL_DOMAIN_OWN_ADDRESSES,
		SQL_DOMAIN_ORPHANS, SQL_DOMAIN_SPANS,
	};
	const int64_t values[2] = { owner, domain };
	struct diag own = { 0 };
	enum err e = store_begin(s, why);

	if (e != ERR_NONE)
		return e;
	for (size_t i = 0; e == ERR_NONE && i < COUNT_OF(STEPS); i++)
		e = store_do(s, STEPS[i], values, 2, &own);
	(void)store_guard(s, e, &own);
	/* Addresses are gone that the caches still know. */
	store_caches_drop(s);
	return store_commit(s, why);
}

/* Folded as the store's names are; 0 when it has none like it. */
static enum err
find_domain(struct store *s, struct str domain, int64_t *id, struct diag *why)
{
	const struct store_filter asked = { .field = STORE_F_DOMAIN,
					    .value = domain };
	SCOPED_ARENA mem = arena_new(16 << 10);
	SCOPED_STATEMENT st = NULL;
	struct str text;
	bool found = false;
	enum err e = store_value_text(&asked, mem, &text, why);

	*id = 0;
	if (e == ERR_NONE)
		e = db_prepare(s->db, S("SELECT id FROM name WHERE text = ?1"),
			       &st, why);
	if (e != ERR_NONE)
		return e;
	db_bind_text(st, 1, text);
	e = db_step(st, &found, why);
	if (e == ERR_NONE && found)
		*id = db_i64(st, 0);
	return e;
}

static enum err
delete_all(struct store *s, int64_t owner, int64_t domain, uint64_t *deleted,
	   struct diag *why)
{
	static const struct sweep SWEEPS[] = {
		{ SQL_DOMAIN_SHARED, delete_part },
		{ SQL_DOMAIN_REPORTS, delete_whole },
	};
	struct batch b = { 0 };
	enum err e = ERR_NONE;

	for (size_t i = 0; i < COUNT_OF(SWEEPS); i++)
		do {
			e = sweep_chunk(s, &SWEEPS[i], owner, domain, &b, why);
			*deleted += b.count;
		} while (e == ERR_NONE && b.count > 0);
	if (e == ERR_NONE)
		e = delete_rest(s, owner, domain, why);
	if (e == ERR_NONE)
		e = store_fold(s, owner, NULL, NULL, why);
	return e;
}

enum err
store_delete_domain(struct store *s, int64_t owner, struct str domain,
		    uint64_t *deleted, struct diag *why)
{
	int64_t id = 0;
	bool switched = false;
	enum err e = find_domain(s, domain, &id, why);

	*deleted = 0;
	if (e != ERR_NONE || id == 0)
		return e;
	e = wipe_freed(s, &switched, why);
	if (e == ERR_NONE)
		e = delete_all(s, owner, id, deleted, why);
	return end_wiping(s, switched, e, why);
}
