/* Messages that wait to be judged, and what becomes of what they brought. */
#include "sender/sender.h"
#include "store/item.h"

#include <string.h>

enum {
	WAITING_MAX = 1 << 20, /* bytes of envelopes in one go */
	MESSAGE_MAX = 128 << 20,
	ENTRIES_MAX = 8 << 20 /* bytes of the entries of one message */
};

/* ---- what waits ---- */

struct waiting {
	struct store_unjudged mail;
	struct str upload;
	struct waiting *next;
};

static bool
is_busy(const struct store_unjudged_asked *asked, int64_t id)
{
	for (size_t i = 0; i < asked->busy_n; i++)
		if (asked->busy[i] == id)
			return true;
	return false;
}

static enum err
list_waiting(struct store *s, const struct store_unjudged_asked *asked,
	     struct db_statement **st, struct diag *why)
{
	enum err e = db_prepare(
		s->db,
		S("SELECT u.mail, u.tries, m.received_at, m.upload,"
		  " coalesce((SELECT i.envelope FROM intake AS i"
		  "  WHERE i.upload = m.upload AND i.upload <> '' LIMIT 1),"
		  "  '{}')"
		  " FROM unjudged AS u JOIN mail AS m ON m.id = u.mail"
		  " WHERE u.due <= ?1 ORDER BY u.due, u.mail LIMIT ?2"),
		st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(*st, 1, asked->now);
	db_bind_u64(*st, 2, asked->limit + asked->busy_n);
	return ERR_NONE;
}

static enum err
gather(struct store *s, const struct store_unjudged_asked *asked,
       struct arena *mem, struct waiting **out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	uint64_t left = asked->limit;
	bool row = false;
	enum err e = list_waiting(s, asked, &st, why);

	if (e != ERR_NONE)
		return e;
	while (left > 0 && (e = db_step(st, &row, why)) == ERR_NONE && row) {
		struct waiting *w;

		if (is_busy(asked, db_i64(st, 0)))
			continue;
		/* What does not fit now comes the next time. */
		w = arena_alloc(mem, sizeof *w);
		if (!w || !arena_dup(mem, db_text(st, 3), &w->upload) ||
		    !arena_dup(mem, db_text(st, 4), &w->mail.envelope))
			break;
		w->mail.id = db_i64(st, 0);
		w->mail.tries = db_u64(st, 1);
		w->mail.received_at = db_i64(st, 2);
		*out = w;
		out = &w->next;
		left--;
	}
	return e;
}

enum err
store_each_unjudged(struct store *s, const struct store_unjudged_asked *asked,
		    enum err (*each)(void *ctx, const struct store_unjudged *),
		    void *ctx, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(WAITING_MAX);
	struct waiting *first = NULL;
	enum err e = gather(s, asked, mem, &first, why);

	for (struct waiting *w = first; w && e == ERR_NONE; w = w->next) {
		SCOPED_BUF bytes = BUF(MESSAGE_MAX);

		w->mail.trouble = store_carrier_get(s, STORE_OWNER_SELF,
						    w->upload, &bytes, NULL);
		if (w->mail.trouble == ERR_NONE)
			w->mail.message = buf_str(&bytes);
		e = each(ctx, &w->mail);
	}
	return e;
}

/* ---- what was found ---- */

static enum err
find_upload(struct store *s, int64_t mail, struct buf *upload, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(s->db,
				S("SELECT m.upload FROM unjudged AS u"
				  " JOIN mail AS m ON m.id = u.mail"
				  " WHERE u.mail = ?1"),
				&st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, mail);
	e = db_step(st, &row, why);
	if (e == ERR_NONE && row)
		(void)buf_add(upload, db_text(st, 0));
	return e;
}

/* Out of the queue, or to its end. */
static enum err
move_on(struct store *s, const struct store_verdict *v, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = db_prepare(
		s->db,
		v->again ? S("UPDATE unjudged SET tries = tries + 1, due = ?2"
			     " WHERE mail = ?1")
			 : S("DELETE FROM unjudged WHERE mail = ?1"),
		&st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, v->mail);
	if (v->again)
		db_bind_i64(st, 2, v->again);
	return db_do(st, why);
}

static enum err
note_verdict(struct store *s, struct str upload, struct str json,
	     struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = db_prepare(s->db,
				S("UPDATE intake SET verdict = ?2"
				  " WHERE upload = ?1 AND upload <> ''"),
				&st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_text(st, 1, upload);
	db_bind_text(st, 2, json);
	return db_do(st, why);
}

struct entry {
	int64_t id, report;
};

/* Entries of the message that the verdict speaks for. */
static enum err
find_entries(struct store *s, const struct store_verdict *v, struct str upload,
	     struct buf *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(s->db,
				S("SELECT i.id, i.report, i.kind,"
				  " coalesce(o.text, i.org) FROM intake i"
				  " LEFT JOIN report r ON r.id = i.report"
				  " LEFT JOIN name o ON o.id = r.org"
				  " WHERE i.upload = ?1 AND i.upload <> ''"),
				&st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_text(st, 1, upload);
	while ((e = db_step(st, &row, why)) == ERR_NONE && row) {
		struct entry n = { db_i64(st, 0), db_i64(st, 1) };
		bool passed =
			db_i64(st, 2) == DECODE_TLSRPT ? v->tls : v->dmarc;

		if (passed && sender_may_report(v->author, db_text(st, 3)) &&
		    !buf_add(out, (struct str){ (const char *)&n, sizeof n }))
			return diag_set(why, ERR_LIMIT, "store.raw_too_large",
					0, " ");
	}
	return e;
}

static enum err
raise_entry(struct store *s, const struct entry *n, struct db_statement *st,
	    uint64_t *raised, struct diag *why)
{
	enum err e;

	db_bind_i64(st, 1, n->id);
	db_bind_i64(st, 2, STORE_VERIFIED);
	e = db_do(st, why);
	if (e != ERR_NONE || n->report == 0)
		return e;
	++*raised;
	return store_lift_trust(s, n->report, STORE_VERIFIED, why);
}

static enum err
raise_entries(struct store *s, struct str entries, uint64_t *raised,
	      struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = db_prepare(s->db,
				S("UPDATE intake SET trust = ?2"
				  " WHERE id = ?1 AND trust < ?2"),
				&st, why);
	struct entry n;

	for (; entries.n > 0 && e == ERR_NONE;
	     entries = str_sub(entries, sizeof n, SIZE_MAX)) {
		memcpy(&n, entries.p, sizeof n);
		e = raise_entry(s, &n, st, raised, why);
	}
	return e;
}

static enum err
settle(struct store *s, const struct store_verdict *v, uint64_t *raised,
       struct diag *why)
{
	SCOPED_BUF upload = BUF(4096);
	SCOPED_BUF entries = BUF(ENTRIES_MAX);
	enum err e = find_upload(s, v->mail, &upload, why);

	if (e != ERR_NONE || upload.n == 0)
		return e;
	e = move_on(s, v, why);
	if (e == ERR_NONE && v->json.n > 0)
		e = note_verdict(s, buf_str(&upload), v->json, why);
	if (e == ERR_NONE)
		e = find_entries(s, v, buf_str(&upload), &entries, why);
	if (e == ERR_NONE)
		e = raise_entries(s, buf_str(&entries), raised, why);
	return e;
}

enum err
store_judged(struct store *s, const struct store_verdict *verdict,
	     uint64_t *raised, struct diag *why)
{
	struct diag own = { 0 };
	enum err e = store_ready(s, why);

	if (e != ERR_NONE)
		return e;
	e = settle(s, verdict, raised, &own);
	return store_guard(s, e, &own) == ERR_NONE ? ERR_NONE
						   : store_ready(s, why);
}
