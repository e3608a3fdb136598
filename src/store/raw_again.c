/* Every kept document once more, for a parser that has learnt something. */
#include "store/writer.h"

enum { RAW_MAX = 576 << 20 };

typedef enum err each_fn(void *ctx, const struct store_report *report,
			 struct str raw, enum decode_media media);

struct again {
	struct store *s;
	int64_t owner;
	each_fn *each;
	void *ctx;
	struct buf raw;
	enum decode_media media;
};

/* The next id after `after`, 0 when there is none. Nothing stays open, so
 * that `each` may write. */
static enum err
next_id(struct again *a, const char *sql, int64_t after, int64_t last,
	int64_t *id, struct diag *why)
{
	const int64_t values[3] = { a->owner, after, last };
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(a->s->db, str_of(sql), &st, why);

	*id = 0;
	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, 3);
	e = db_step(st, &row, why);
	if (e == ERR_NONE && row)
		*id = db_i64(st, 0);
	return e;
}

static enum err
give_report(void *ctx, const struct store_report *report)
{
	struct again *a = ctx;

	return a->each(a->ctx, report, buf_str(&a->raw), a->media);
}

static enum err
all_reports(struct again *a, int64_t only, struct diag *why)
{
	int64_t id = only > 0 ? only - 1 : 0, last = only;
	enum err e = ERR_NONE;

	if (only == 0)
		e = db_number(a->s->db, "SELECT max(report) FROM raw", &last,
			      why);
	while (e == ERR_NONE) {
		e = next_id(a,
			    "SELECT r.report FROM raw AS r JOIN report AS p"
			    " ON p.id = r.report WHERE p.owner = ?1"
			    " AND r.report > ?2 AND r.report <= ?3"
			    " ORDER BY r.report LIMIT 1",
			    id, last, &id, why);
		if (e != ERR_NONE || id == 0)
			break;
		buf_clear(&a->raw);
		e = store_raw(a->s, a->owner, id, &a->raw, &a->media, why);
		if (e == ERR_NONE)
			e = store_report_get(a->s, a->owner, id, give_report, a,
					     why);
	}
	return e;
}

/* ---- what was refused ---- */

static enum err
open_box(struct again *a, struct db_statement *st, struct diag *why)
{
	struct str bytes = db_blob(st, 2);

	buf_clear(&a->raw);
	if (db_i64(st, 1) == 0)
		buf_add(&a->raw, bytes);
	else if (!seal_open(a->s->key, bytes, &a->raw))
		return diag_set(why, ERR_IO, "store.sealed", 0, "%lld",
				(long long)db_i64(st, 3));
	a->media = (enum decode_media)db_i64(st, 0);
	return ERR_NONE;
}

static enum err
give_refused(struct again *a, int64_t id, struct diag *why)
{
	struct store_report report = { .outcome = STORE_REJECTED,
				       .raw_kept = true };
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(
		a->s->db,
		S("SELECT r.media, r.sealed, r.bytes, i.id, i.received_at,"
		  " i.path, i.member, i.kind FROM intake AS i"
		  " JOIN intake_raw AS r ON r.intake = i.id WHERE i.id = ?1"),
		&st, why);
	SCOPED_ARENA mem = arena_new(64 << 10);

	if (e == ERR_NONE) {
		db_bind_i64(st, 1, id);
		e = db_step(st, &row, why);
	}
	if (e == ERR_NONE && row)
		e = open_box(a, st, why);
	if (e != ERR_NONE || !row)
		return e;
	report.id = db_i64(st, 3);
	report.received_at = db_i64(st, 4);
	report.kind = (enum decode_kind)db_i64(st, 7);
	if (!arena_dup(mem, db_text(st, 5), &report.path) ||
	    !arena_dup(mem, db_text(st, 6), &report.member))
		return diag_set(why, ERR_LIMIT, "store.failed", 0, " ");
	db_reset(st);
	return a->each(a->ctx, &report, buf_str(&a->raw), a->media);
}

static enum err
all_refused(struct again *a, struct diag *why)
{
	int64_t id = 0, last = 0;
	enum err e = db_number(a->s->db, "SELECT max(intake) FROM intake_raw",
			       &last, why);

	while (e == ERR_NONE) {
		e = next_id(a,
			    "SELECT r.intake FROM intake_raw AS r"
			    " JOIN intake AS i ON i.id = r.intake"
			    " WHERE i.owner = ?1 AND r.intake > ?2"
			    " AND r.intake <= ?3 ORDER BY r.intake LIMIT 1",
			    id, last, &id, why);
		if (e != ERR_NONE || id == 0)
			break;
		e = give_refused(a, id, why);
	}
	return e;
}

enum err
store_each_raw(struct store *s, int64_t owner, int64_t only_report,
	       enum err (*each)(void *ctx, const struct store_report *report,
				struct str raw, enum decode_media media),
	       void *ctx, struct diag *why)
{
	struct again a = { .s = s,
			   .owner = owner,
			   .each = each,
			   .ctx = ctx,
			   .raw = BUF(RAW_MAX) };
	enum err e = all_reports(&a, only_report, why);

	if (e == ERR_NONE && only_report == 0)
		e = all_refused(&a, why);
	buf_free(&a.raw);
	return e;
}
