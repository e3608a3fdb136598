/* Every kept document once more, for a parser that has learnt something. */
#include "store/writer.h"

#include "inflate/inflate.h"

enum { RAW_MAX = 576 << 20, TEXTS_MAX = 1 << 20 };

struct again {
	struct store *s;
	int64_t owner;
	struct str domain; /* of the bin, or empty */
	enum err (*each)(void *ctx, const struct store_report *report,
			 struct str raw, enum decode_media media);
	void *ctx;
	struct store_report report;
	struct arena *mem; /* its texts */
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
	if (a->domain.n > 0)
		db_bind_text(st, 4, a->domain);
	e = db_step(st, &row, why);
	if (e == ERR_NONE && row)
		*id = db_i64(st, 0);
	return e;
}

/* A copy: the statement has to end before anybody writes. */
static enum err
keep_report(void *ctx, const struct store_report *report)
{
	struct again *a = ctx;
	struct store_report *r = &a->report;
	struct str *texts[] = { &r->org,    &r->reporter, &r->report_id,
				&r->domain, &r->email,    &r->policy_json,
				&r->path,   &r->member,   &r->repairs };

	*r = *report;
	arena_reset(a->mem);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (!arena_dup(a->mem, *texts[i], texts[i]))
			*texts[i] = S("");
	return ERR_NONE;
}

static enum err
give(struct again *a)
{
	return a->each(a->ctx, &a->report, buf_str(&a->raw), a->media);
}

static enum err
one_report(struct again *a, int64_t id, struct diag *why)
{
	enum err e;

	buf_clear(&a->raw);
	e = store_report_get(a->s, a->owner, id, keep_report, a, why);
	if (e == ERR_NONE)
		e = store_raw(a->s, a->owner, id, &a->raw, &a->media, why);
	return e;
}

static enum err
all_reports(struct again *a, struct diag *why)
{
	int64_t id = 0, last = 0;
	enum err e =
		db_number(a->s->db, "SELECT max(report) FROM raw", &last, why);

	while (e == ERR_NONE) {
		struct diag own = { 0 };

		e = next_id(a,
			    "SELECT r.report FROM raw AS r CROSS JOIN"
			    " report AS p ON p.id = r.report"
			    " WHERE p.owner = ?1 AND r.report > ?2"
			    " AND r.report <= ?3 ORDER BY r.report LIMIT 1",
			    id, last, &id, why);
		if (e != ERR_NONE || id == 0)
			break;
		e = one_report(a, id, &own);
		if (e == ERR_NONE)
			e = give(a);
		else if (e == ERR_GONE)
			e = ERR_NONE; /* went since its number was read */
		else
			(void)diag_set(why, e, own.code, own.line, "%s",
				       own.detail);
	}
	return e;
}

/* ---- what was refused ---- */

static enum err
take_piece(void *ctx, struct str piece)
{
	return buf_add(ctx, piece) ? ERR_NONE : ERR_LIMIT;
}

/* What was packed for keeping is given back as it came. */
static enum err
unpack(struct again *a, struct str bytes, enum decode_kind kind,
       struct diag *why)
{
	const struct inflate_limits limits = INFLATE_LIMITS;
	struct inflate_notes notes;

	a->media = DECODE_AS_MAIL;
	if (kind == DECODE_DMARC)
		a->media = DECODE_AS_XML;
	if (kind == DECODE_TLSRPT)
		a->media = DECODE_AS_JSON;
	return inflate_stream(bytes, INFLATE_GZIP, &limits, take_piece, &a->raw,
			      &notes, why);
}

enum column { C_MEDIA, C_SEALED, C_BYTES, C_REPACKED };

static enum err
open_box(struct again *a, struct db_statement *st, struct diag *why)
{
	SCOPED_BUF plain = BUF(RAW_MAX);
	struct str bytes = db_blob(st, C_BYTES);
	enum err e = ERR_NONE;

	buf_clear(&a->raw);
	if (db_i64(st, C_SEALED) != 0) {
		if (!seal_open(a->s->key, bytes, &plain))
			return diag_set(why, ERR_IO, "store.corrupt", 0, "raw");
		bytes = buf_str(&plain);
	}
	a->media = (enum decode_media)db_i64(st, C_MEDIA);
	if (db_i64(st, C_REPACKED) != 0)
		e = unpack(a, bytes, a->report.kind, why);
	else if (!buf_add(&a->raw, bytes))
		e = diag_set(why, ERR_LIMIT, "io.too_large", 0, "raw");
	if (plain.n > 0)
		seal_wipe(plain.p, plain.n);
	return e;
}

/* False in `there` when it went since its number was read. */
static enum err
one_refused(struct again *a, int64_t id, bool *there, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	struct store_report r = { .id = id, .raw_kept = true };
	enum err e = db_prepare(
		a->s->db,
		S("SELECT r.media, r.sealed, r.bytes, r.repacked, i.kind,"
		  " i.received_at, i.path, i.member, i.outcome, i.trust"
		  " FROM intake AS i"
		  " JOIN intake_raw AS r ON r.intake = i.id WHERE i.id = ?1"),
		&st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, id);
	e = db_step(st, there, why);
	if (e != ERR_NONE || !*there)
		return e;
	r.kind = (enum decode_kind)db_i64(st, 4);
	r.received_at = db_i64(st, 5);
	r.path = db_text(st, 6);
	r.member = db_text(st, 7);
	r.outcome = (enum store_outcome)db_i64(st, 8);
	r.trust = (enum store_trust)db_i64(st, 9);
	e = keep_report(a, &r);
	return e == ERR_NONE ? open_box(a, st, why) : e;
}

static enum err
all_of_log(struct again *a, const char *next, struct diag *why)
{
	int64_t id = 0, last = 0;
	enum err e = db_number(a->s->db, "SELECT max(intake) FROM intake_raw",
			       &last, why);

	while (e == ERR_NONE) {
		bool there = false;

		e = next_id(a, next, id, last, &id, why);
		if (e != ERR_NONE || id == 0)
			break;
		e = one_refused(a, id, &there, why);
		if (e == ERR_NONE && there)
			e = give(a);
	}
	return e;
}

static enum err
all_refused(struct again *a, struct diag *why)
{
	return all_of_log(a,
			  "SELECT r.intake FROM intake_raw AS r CROSS JOIN"
			  " intake AS i ON i.id = r.intake"
			  " WHERE i.owner = ?1 AND r.intake > ?2"
			  " AND r.intake <= ?3 ORDER BY r.intake LIMIT 1",
			  why);
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
			   .mem = arena_new(TEXTS_MAX),
			   .raw = BUF(RAW_MAX) };
	enum err e;

	if (only_report != 0) {
		e = one_report(&a, only_report, why);
		if (e == ERR_NONE)
			e = give(&a);
	} else {
		e = all_reports(&a, why);
		if (e == ERR_NONE)
			e = all_refused(&a, why);
	}
	buf_free(&a.raw);
	arena_free(a.mem);
	return e;
}

enum err
store_each_unclaimed(struct store *s, struct str domain,
		     enum err (*each)(void *ctx,
				      const struct store_report *report,
				      struct str raw, enum decode_media media),
		     void *ctx, struct diag *why)
{
	struct again a = { .s = s,
			   .owner = STORE_OWNER_UNCLAIMED,
			   .domain = domain,
			   .each = each,
			   .ctx = ctx,
			   .mem = arena_new(TEXTS_MAX),
			   .raw = BUF(RAW_MAX) };
	enum err e = ERR_NONE;

	/* By the index of the log: the bin is small beside the rest. */
	if (domain.n > 0)
		e = all_of_log(&a,
			       "SELECT id FROM intake WHERE owner = ?1"
			       " AND outcome = 5 AND id > ?2 AND id <= ?3"
			       " AND (domain = ?4 OR substr(domain,"
			       " -length(?4) - 1) = '.' || ?4)"
			       " ORDER BY id LIMIT 1",
			       why);
	buf_free(&a.raw);
	arena_free(a.mem);
	return e;
}

/* The report that an entry brought in, 0 for none. */
static enum err
report_of(struct again *a, int64_t intake, int64_t *report, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(a->s->db,
				S("SELECT report FROM intake WHERE id = ?1"
				  " AND (owner = ?2 OR ?2 = 1 AND owner = 2)"),
				&st, why);

	*report = 0;
	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, intake);
	db_bind_i64(st, 2, a->owner);
	e = db_step(st, &row, why);
	if (e == ERR_NONE && !row)
		return diag_set(why, ERR_GONE, "store.raw_gone", 0, "%lld",
				(long long)intake);
	if (e == ERR_NONE)
		*report = db_i64(st, 0);
	return e;
}

enum err
store_each_raw_of(struct store *s, int64_t owner, int64_t intake,
		  enum err (*each)(void *ctx, const struct store_report *report,
				   struct str raw, enum decode_media media),
		  void *ctx, struct diag *why)
{
	struct again a = { .s = s,
			   .owner = owner,
			   .each = each,
			   .ctx = ctx,
			   .mem = arena_new(TEXTS_MAX),
			   .raw = BUF(RAW_MAX) };
	int64_t report = 0;
	bool there = true;
	enum err e = report_of(&a, intake, &report, why);

	if (e == ERR_NONE && report != 0)
		e = one_report(&a, report, why);
	else if (e == ERR_NONE)
		e = one_refused(&a, intake, &there, why);
	if (e == ERR_NONE && !there)
		e = diag_set(why, ERR_GONE, "store.raw_gone", 0, "%lld",
			     (long long)intake);
	if (e == ERR_NONE)
		e = give(&a);
	buf_free(&a.raw);
	arena_free(a.mem);
	return e;
}
