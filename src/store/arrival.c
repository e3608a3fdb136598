/* How things arrived: the bin, carrying messages, what the spool has handed
 * over. */
#include "store/item.h"

#include "dnsname/dnsname.h"
#include "inflate/inflate.h"

enum {
	MAIL_MAX = 128 << 20, /* bytes, packed or not */
	SEGMENTS_MAX = 4000   /* of the spool, looked at in one go */
};

static enum err
end_call(struct store *s, enum err e, const struct diag *own, struct diag *why)
{
	if (store_guard(s, e, own) != ERR_NONE)
		return store_ready(s, why);
	return ERR_NONE;
}

/* ---- the bin ---- */

static enum err
name_entry(struct store *s, int64_t intake, const struct store_nobodys *what,
	   struct diag *why)
{
	SCOPED_ARENA mem = arena_new(16 << 10);
	struct db_statement *st;
	struct str domain;
	enum err e = store_kept(s, SQL_INTAKE_BIN, &st, why);

	if (e != ERR_NONE)
		return e;
	if (!dnsname_fold(what->domain, mem, &domain))
		domain = what->domain;
	db_bind_i64(st, 1, intake);
	db_bind_text(st, 2, domain);
	db_bind_text(st, 3, what->org);
	return db_do(st, why);
}

enum err
store_unclaimed(struct store *s, const struct store_origin *origin,
		const struct store_nobodys *what, const struct decode_end *end,
		struct store_item *out, struct diag *why)
{
	struct store_origin bin = *origin;
	struct diag own = { 0 };
	enum err e = store_ready(s, why);

	if (e != ERR_NONE)
		return e;
	bin.owner = STORE_OWNER_UNCLAIMED;
	*out = (struct store_item){ .outcome = STORE_UNCLAIMED };
	e = store_log(s, &bin, end, out, &own);
	if (e == ERR_NONE)
		e = name_entry(s, out->intake, what, &own);
	return end_call(s, e, &own, why);
}

/* ---- carrying messages ---- */

static enum err
too_large(struct diag *why)
{
	return diag_set(why, ERR_LIMIT, "store.raw_too_large", 0, " ");
}

static enum err
pack_and_seal(struct store *s, struct str message, struct buf *out,
	      struct diag *why)
{
	SCOPED_BUF packed = BUF(MAIL_MAX);
	struct inflate_packer *p = inflate_pack_new(&packed);
	bool fits = inflate_pack_add(p, message);

	fits = inflate_pack_end(p) && fits;
	if (!fits || !seal_close(s->key, buf_str(&packed), out))
		return too_large(why);
	return ERR_NONE;
}

/* 0 it brought a report, 1 unclaimed ones only, 2 none that can be read;
 * `wanted` false when there was nothing in it that looked like one. */
static enum err
find_bin(struct store *s, struct str upload, int64_t *bin, bool *wanted,
	 struct diag *why)
{
	struct db_statement *st;
	bool row = false;
	enum err e = store_kept(s, SQL_MAIL_BIN, &st, why);

	*wanted = false;
	if (e != ERR_NONE)
		return e;
	db_bind_text(st, 1, upload);
	e = db_step(st, &row, why);
	if (e != ERR_NONE || !row)
		return e;
	*wanted = !db_is_null(st, 0);
	*bin = db_i64(st, 0);
	db_reset(st);
	return ERR_NONE;
}

static enum err
add_mail(struct store *s, const struct store_origin *origin, int64_t bin,
	 struct str message, struct diag *why)
{
	SCOPED_BUF box = BUF(MAIL_MAX);
	struct db_statement *st;
	enum err e = pack_and_seal(s, message, &box, why);

	if (e == ERR_NONE)
		e = store_kept(s, SQL_MAIL_ADD, &st, why);
	if (e != ERR_NONE)
		return e;
	db_bind_text(st, 1, origin->upload);
	db_bind_i64(st, 2, bin == 1 ? STORE_OWNER_UNCLAIMED : origin->owner);
	db_bind_i64(st, 3, origin->received_at);
	db_bind_i64(st, 4, bin);
	db_bind_blob(st, 5, buf_str(&box));
	return db_do(st, why);
}

enum err
store_carrier(struct store *s, const struct store_origin *origin,
	      struct str message, struct diag *why)
{
	struct diag own = { 0 };
	int64_t bin = 0;
	bool wanted;
	enum err e = store_ready(s, why);

	if (e != ERR_NONE)
		return e;
	e = find_bin(s, origin->upload, &bin, &wanted, &own);
	if (e == ERR_NONE && wanted)
		e = add_mail(s, origin, bin, message, &own);
	return end_call(s, e, &own, why);
}

static enum err
take_piece(void *ctx, struct str piece)
{
	return buf_add(ctx, piece) ? ERR_NONE : ERR_LIMIT;
}

static enum err
open_mail(struct store *s, struct str box, struct buf *out, struct diag *why)
{
	const struct inflate_limits limits = INFLATE_LIMITS;
	struct inflate_notes notes;
	SCOPED_BUF packed = BUF(MAIL_MAX);

	if (!seal_open(s->key, box, &packed))
		return diag_set(why, ERR_IO, "store.corrupt", 0, "mail");
	return inflate_stream(buf_str(&packed), INFLATE_GZIP, &limits,
			      take_piece, out, &notes, why);
}

enum err
store_carrier_get(struct store *s, int64_t owner, struct str upload,
		  struct buf *out, struct diag *why)
{
	const int64_t bin =
		owner == STORE_OWNER_SELF ? STORE_OWNER_UNCLAIMED : owner;
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(s->db,
				S("SELECT bytes FROM mail WHERE upload = ?1"
				  " AND owner IN (?2, ?3)"),
				&st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_text(st, 1, upload);
	db_bind_i64(st, 2, owner);
	db_bind_i64(st, 3, bin);
	e = db_step(st, &row, why);
	if (e == ERR_NONE && !row)
		return diag_set(why, ERR_GONE, "store.raw_gone", 0, "%.*s",
				STR_ARG(upload));
	return e == ERR_NONE ? open_mail(s, db_blob(st, 0), out, why) : e;
}

/* ---- the spool ---- */

enum err
store_spool_done(struct store *s, struct str segment, uint64_t offset,
		 struct diag *why)
{
	struct diag own = { 0 };
	struct db_statement *st;
	enum err e = store_ready(s, why);

	if (e != ERR_NONE)
		return e;
	e = store_kept(s, SQL_SPOOL_DONE, &st, &own);
	if (e == ERR_NONE) {
		db_bind_text(st, 1, segment);
		db_bind_u64(st, 2, offset);
		e = db_do(st, &own);
	}
	return end_call(s, e, &own, why);
}

enum err
store_spool_get(struct store *s, struct str segment, uint64_t *offset,
		struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(s->db,
				S("SELECT offset FROM spool_position"
				  " WHERE segment = ?1"),
				&st, why);

	*offset = 0;
	if (e != ERR_NONE)
		return e;
	db_bind_text(st, 1, segment);
	e = db_step(st, &row, why);
	if (e == ERR_NONE && row)
		*offset = db_u64(st, 0);
	return e;
}

static enum err
gone_segments(struct store *s, bool (*gone)(void *ctx, struct str segment),
	      void *ctx, struct buf *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(s->db,
				S("SELECT segment FROM spool_position"
				  " ORDER BY segment LIMIT ?1"),
				&st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, SEGMENTS_MAX);
	while ((e = db_step(st, &row, why)) == ERR_NONE && row)
		if (gone(ctx, db_text(st, 0)))
			(void)buf_addf(out, "%.*s\n", STR_ARG(db_text(st, 0)));
	return e;
}

static enum err
forget_segments(struct store *s, struct str names, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = db_prepare(s->db,
				S("DELETE FROM spool_position"
				  " WHERE segment = ?1"),
				&st, why);
	struct str name;

	while (e == ERR_NONE && str_split(&names, '\n', &name)) {
		db_bind_text(st, 1, name);
		e = db_do(st, why);
	}
	return e;
}

enum err
store_spool_forget(struct store *s, bool (*gone)(void *ctx, struct str segment),
		   void *ctx, struct diag *why)
{
	SCOPED_BUF names = BUF(SEGMENTS_MAX * 64);
	struct diag own = { 0 };
	enum err e = gone_segments(s, gone, ctx, &names, why);

	if (e != ERR_NONE || names.n == 0)
		return e;
	e = store_begin(s, why);
	if (e != ERR_NONE)
		return e;
	e = forget_segments(s, buf_str(&names), &own);
	(void)store_guard(s, e, &own);
	return store_commit(s, why);
}

/* ---- quotas ---- */

static enum err
add_up(struct store *s, const char *sql, uint64_t *out, struct diag *why)
{
	int64_t n = 0;
	enum err e = db_number(s->db, sql, &n, why);

	*out += n > 0 ? (uint64_t)n : 0;
	return e;
}

_Static_assert(STORE_ENTRY_BYTES == 1024 && STORE_OWNER_UNCLAIMED == 2 &&
		       STORE_REJECTED == 3 && STORE_IGNORED == 4,
	       "the numbers below");

enum err
store_bins_get(struct store *s, struct store_bins *out, struct diag *why)
{
	enum err e;

	*out = (struct store_bins){ 0 };
	e = add_up(s,
		   "SELECT sum(1024 + ifnull(length(r.bytes), 0))"
		   " FROM intake AS i LEFT JOIN intake_raw AS r"
		   " ON r.intake = i.id WHERE i.owner = 2",
		   &out->unclaimed, why);
	if (e == ERR_NONE)
		e = add_up(s,
			   "SELECT sum(length(bytes)) FROM mail"
			   " WHERE bin = 1",
			   &out->unclaimed, why);
	if (e == ERR_NONE)
		e = add_up(s,
			   "SELECT sum(1024 + ifnull(length(r.bytes), 0))"
			   " FROM intake AS i LEFT JOIN intake_raw AS r"
			   " ON r.intake = i.id WHERE i.owner <> 2"
			   " AND i.outcome IN (3, 4) AND i.trust = 0",
			   &out->sidelined, why);
	if (e == ERR_NONE)
		e = add_up(s,
			   "SELECT sum(length(bytes)) FROM mail"
			   " WHERE bin = 2",
			   &out->sidelined, why);
	return e;
}
