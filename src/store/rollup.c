/* What a report adds to the sums, and which of several reports with one
 * identity counts. */
#include "store/item.h"

#include <stdlib.h>
#include <string.h>

static uint64_t
mix(uint64_t h, int64_t value)
{
	h = (h ^ (uint64_t)value) * 0x9E3779B97F4A7C15u;
	return h ^ h >> 29;
}

static bool
same_cell(const struct store_delta *a, const struct store_delta *b)
{
	return a->endpoint == b->endpoint && a->to_domain == b->to_domain &&
	       a->verdict == b->verdict && a->overrides == b->overrides;
}

/* The slot that knows this cell, or the free one where it belongs. */
static uint32_t
slot_of(const struct store_deltas *d, const struct store_delta *cell)
{
	uint64_t h = mix(mix(mix(mix(1, cell->endpoint), cell->to_domain),
			     cell->verdict),
			 cell->overrides);

	for (;; h++) {
		uint32_t at = (uint32_t)(h % STORE_DELTA_SLOTS);
		uint32_t known = d->slot[at];

		if (known == 0 || same_cell(&d->cell[known - 1], cell))
			return at;
	}
}

bool
store_delta_add(struct store_deltas *d, const struct store_delta *add)
{
	uint32_t at = slot_of(d, add);

	if (d->slot[at] != 0) {
		struct store_delta *cell = &d->cell[d->slot[at] - 1];

		cell->messages += add->messages;
		cell->rows += add->rows;
		return true;
	}
	if (d->count >= STORE_DELTAS_MAX)
		return false;
	if (d->count >= d->room) {
		d->room = d->room == 0 ? 64 : d->room * 2;
		d->cell = heap_grow(d->cell, d->room, sizeof(*d->cell));
	}
	d->cell[d->count] = *add;
	d->cell[d->count++].slot = at;
	d->slot[at] = (uint32_t)d->count;
	return true;
}

/* Costs what was in it, not what could be: most reports are small. */
void
store_deltas_clear(struct store_deltas *d)
{
	for (size_t i = 0; i < d->count; i++)
		d->slot[d->cell[i].slot] = 0;
	d->count = 0;
}

static int
by_key(const void *left, const void *right)
{
	const struct store_delta *a = left, *b = right;

	if (a->endpoint != b->endpoint)
		return a->endpoint < b->endpoint ? -1 : 1;
	if (a->to_domain != b->to_domain)
		return a->to_domain < b->to_domain ? -1 : 1;
	if (a->verdict != b->verdict)
		return a->verdict < b->verdict ? -1 : 1;
	return (a->overrides > b->overrides) - (a->overrides < b->overrides);
}

enum err
store_deltas_flush(struct store *s, struct diag *why)
{
	const struct store_dmarc *now = &s->writer->now;
	struct store_deltas *d = &s->writer->deltas;
	enum err e = ERR_NONE;

	/* In the order of the table: each page is visited once. */
	if (d->count > 1)
		qsort(d->cell, d->count, sizeof(*d->cell), by_key);
	for (size_t i = 0; e == ERR_NONE && i < d->count; i++) {
		const struct store_delta *c = &d->cell[i];
		const int64_t values[11] = {
			now->origin.owner, now->domain,   now->day,
			c->endpoint,       now->reporter, c->to_domain,
			c->verdict,        c->overrides,  now->origin.trust,
			c->messages,       c->rows
		};

		e = store_do(s, SQL_ROLLUP_ADD, values, 11, why);
	}
	store_deltas_clear(d);
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
