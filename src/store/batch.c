/* Batches: what lies between store_begin and store_commit happens whole or
 * not at all. The first failure of the database makes the batch void. */
#include "store/writer.h"

#include <assert.h>

enum {
	NAMES_MAX = 20000, /* entries of the caches; keys are bounded too */
	AUTHS_MAX = 10000,
	JUDGED_BYTES = 8 << 20,
	ENDPOINTS_MAX = 32000,
	SPANS_MAX = 32000,
	SCRATCH_MAX = 8 << 20,
	DOCUMENT_MAX = STORE_WAITING_BYTES
};

struct store_writer *
store_writer_new(void)
{
	struct store_writer *w = heap_new(sizeof(*w));

	store_placing_init(&w->placing);
	w->names = map_new(NAMES_MAX);
	w->auths = map_new(AUTHS_MAX);
	w->endpoints = map_new(ENDPOINTS_MAX);
	w->spans = map_new(SPANS_MAX);
	w->judged = map_new(STORE_JUDGED_MAX);
	w->judged_mem = arena_new(JUDGED_BYTES);
	w->judgement = heap_new(STORE_JUDGED_MAX * sizeof(*w->judgement));
	w->key = (struct buf)BUF(SCRATCH_MAX);
	w->json = (struct buf)BUF(SCRATCH_MAX);
	w->now.mem = arena_new(DOCUMENT_MAX);
	store_cells_init(&w->deltas, STORE_DELTA_COUNT, STORE_DELTAS_MAX);
	return w;
}

void
store_writer_free(struct store_writer *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < SQL_COUNT; i++)
		db_finish(w->kept[i]);
	store_placing_fini(&w->placing);
	map_free(w->names);
	map_free(w->auths);
	map_free(w->endpoints);
	map_free(w->spans);
	map_free(w->judged);
	arena_free(w->judged_mem);
	heap_free(w->judgement);
	buf_free(&w->key);
	buf_free(&w->json);
	arena_free(w->now.mem);
	store_cells_free(&w->deltas);
	heap_free(w);
}

void
store_caches_drop(struct store *s)
{
	store_placing_forget(&s->writer->placing);
	map_clear(s->writer->names);
	map_clear(s->writer->auths);
	map_clear(s->writer->endpoints);
	map_clear(s->writer->spans);
	store_judged_drop(s->writer);
}

enum err
store_guard(struct store *s, enum err e, const struct diag *why)
{
	struct store_writer *w = s->writer;

	if (e == ERR_NONE || !w->in_batch || w->broken != ERR_NONE)
		return e;
	w->broken = e;
	if (why != NULL)
		w->broken_why = *why;
	for (size_t i = 0; i < SQL_COUNT; i++)
		if (w->kept[i] != NULL)
			db_reset(w->kept[i]);
	db_rollback(s->db);
	store_caches_drop(s);
	return e;
}

enum err
store_ready(struct store *s, struct diag *why)
{
	const struct store_writer *w = s->writer;

	assert(w != NULL && w->in_batch);
	if (w->broken != ERR_NONE)
		return diag_set(why, w->broken, w->broken_why.code, 0, "%s",
				w->broken_why.detail);
	return ERR_NONE;
}

/* Another process may have removed names that the caches still know; and
 * numbers of reports are never given twice, as the log remembers them. */
static enum err
look_round(struct store *s, struct diag *why)
{
	struct store_writer *w = s->writer;
	int64_t version = 0;
	enum err e = db_number(s->db, "PRAGMA data_version", &version, why);

	if (e != ERR_NONE)
		return e;
	if (version != w->data_version)
		store_caches_drop(s);
	w->data_version = version;
	return db_number(s->db,
			 "SELECT 1 + max(ifnull((SELECT max(id) FROM report),"
			 " 0), ifnull((SELECT max(report) FROM intake), 0))",
			 &w->next_report, why);
}

enum err
store_begin(struct store *s, struct diag *why)
{
	struct store_writer *w = s->writer;
	enum err e;

	assert(w != NULL && !w->in_batch);
	e = db_begin(s->db, why);
	if (e == ERR_NONE)
		e = look_round(s, why);
	if (e != ERR_NONE) {
		db_rollback(s->db);
		return e;
	}
	w->in_batch = true;
	w->broken = ERR_NONE;
	diag_clear(&w->broken_why);
	return ERR_NONE;
}

enum err
store_commit(struct store *s, struct diag *why)
{
	struct diag own = { 0 };
	enum err e = store_ready(s, &own);

	assert(!s->writer->now.open);
	if (e == ERR_NONE)
		e = db_commit(s->db, &own);
	store_guard(s, e, &own);
	s->writer->in_batch = false;
	if (e != ERR_NONE)
		return diag_set(why, e, own.code, own.line, "%s", own.detail);
	return ERR_NONE;
}

void
store_rollback(struct store *s)
{
	struct store_writer *w = s->writer;

	if (!w->in_batch)
		return;
	store_forget(s);
	store_guard(s, ERR_STOP, NULL);
	w->in_batch = false;
	w->replaces_report = 0;
	w->replaces_intake = 0;
}
