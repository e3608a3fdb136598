/* What a report adds to the sums, and which of several reports with one
 * identity counts. */
#include "store/item.h"

#include <string.h>

enum err
store_deltas_flush(struct store *s, struct diag *why)
{
	const struct store_dmarc *now = &s->writer->now;
	struct store_cells *d = &s->writer->deltas;
	enum err e = ERR_NONE;

	/* In the order of the table: each page is visited once. */
	store_cells_sort(d);
	for (size_t i = 0; e == ERR_NONE && i < d->count; i++) {
		const int64_t *c = store_cells_at(d, i);
		const int64_t values[11] = { now->origin.owner,
					     now->domain,
					     now->day,
					     c[STORE_DELTA_ENDPOINT],
					     now->reporter,
					     c[STORE_DELTA_TO_DOMAIN],
					     c[STORE_DELTA_VERDICT],
					     c[STORE_DELTA_OVERRIDES],
					     now->origin.trust,
					     c[STORE_DELTA_COUNT],
					     c[STORE_DELTA_COUNT + 1] };

		e = store_do(s, SQL_ROLLUP_ADD, values, 11, why);
	}
	store_cells_clear(d);
	return e;
}

/* ---- stored reports ---- */

static enum err
count_dmarc(struct store *s, int64_t id, const struct store_known *r,
	    int64_t sign, struct diag *why)
{
	const int64_t values[4] = { id, store_row_first(id),
				    store_row_first(id + 1), sign };
	const int64_t place[3] = { r->owner, r->domain, r->day };
	enum err e = store_do(s, SQL_ROLLUP_COUNT, values, 4, why);

	if (e == ERR_NONE && sign < 0)
		e = store_do(s, SQL_ROLLUP_SWEEP, place, 3, why);
	if (e == ERR_NONE)
		e = store_stale(s, r->owner, r->domain, r->day, why);
	return e;
}

static enum err
count_tls(struct store *s, int64_t id, const struct store_known *r,
	  int64_t sign, struct diag *why)
{
	const int64_t values[2] = { id, sign };
	const int64_t place[3] = { r->owner, id, r->day };
	enum err e = store_do(s, SQL_TLS_COUNT, values, 2, why);

	if (e == ERR_NONE)
		e = store_do(s, SQL_TLS_COUNT_FAILURES, values, 2, why);
	if (e == ERR_NONE && sign < 0)
		e = store_do(s, SQL_TLS_SWEEP, place, 3, why);
	return e;
}

enum err
store_known(struct store *s, int64_t id, struct store_known *out,
	    struct diag *why)
{
	struct db_statement *st;
	enum err e = store_kept(s, SQL_REPORT_GET, &st, why);

	*out = (struct store_known){ 0 };
	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, id);
	e = db_step(st, &out->found, why);
	if (e != ERR_NONE || !out->found)
		return e;
	out->owner = db_i64(st, 0);
	out->kind = db_i64(st, 1);
	out->state = db_i64(st, 2);
	out->domain = db_i64(st, 3);
	out->day = db_i64(st, 4);
	out->trust = db_i64(st, 5);
	out->received_at = db_i64(st, 6);
	out->rows_kept = db_i64(st, 7) != 0;
	if (db_blob(st, 8).n == sizeof(out->identity))
		memcpy(out->identity, db_blob(st, 8).p, sizeof(out->identity));
	db_reset(st);
	return ERR_NONE;
}

enum err
store_count_report(struct store *s, int64_t id, bool add, struct diag *why)
{
	struct store_known r;
	enum err e = store_known(s, id, &r, why);

	if (e != ERR_NONE || !r.found)
		return e;
	if (r.kind == DECODE_DMARC)
		return count_dmarc(s, id, &r, add ? 1 : -1, why);
	if (r.kind == DECODE_TLSRPT)
		return count_tls(s, id, &r, add ? 1 : -1, why);
	return ERR_NONE;
}

/* ---- elections ---- */

static enum err
ask_for_report(struct store *s, enum store_sql which, int64_t owner,
	       struct str identity, int64_t *id, struct diag *why)
{
	struct db_statement *st;
	bool found = false;
	enum err e = store_kept(s, which, &st, why);

	*id = 0;
	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	db_bind_blob(st, 2, identity);
	db_bind_i64(st, 3, STORE_IMPORTED);
	e = db_step(st, &found, why);
	if (e != ERR_NONE || !found)
		return e;
	*id = db_i64(st, 0);
	db_reset(st);
	return ERR_NONE;
}

static enum err
set_state(struct store *s, int64_t id, enum store_outcome state,
	  struct diag *why)
{
	const int64_t values[3] = { id, state, STORE_DUPLICATE };
	enum err e = store_do(s, SQL_REPORT_STATE, values, 2, why);

	if (e == ERR_NONE)
		e = store_do(s, SQL_INTAKE_STATE, values, 3, why);
	if (e == ERR_NONE)
		e = store_count_report(s, id, state == STORE_IMPORTED, why);
	return e;
}

enum err
store_elect(struct store *s, int64_t owner, struct str identity,
	    struct diag *why)
{
	int64_t best = 0, winner = 0;
	enum err e =
		ask_for_report(s, SQL_REPORT_BEST, owner, identity, &best, why);

	if (e == ERR_NONE)
		e = ask_for_report(s, SQL_REPORT_WINNER, owner, identity,
				   &winner, why);
	if (e != ERR_NONE || best == winner)
		return e;
	if (winner != 0)
		e = set_state(s, winner, STORE_SUPERSEDED, why);
	if (e == ERR_NONE && best != 0)
		e = set_state(s, best, STORE_IMPORTED, why);
	return e;
}
