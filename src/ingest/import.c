/* import.c - frames of the parser into the store, batch by batch.
 *
 * An item is told only after the commit that made it durable: what was told
 * is acknowledged, and nothing else is.
 */
#include "ingest/private.h"

#include "os/os.h"

#include <string.h>

enum {
	BATCH_ITEMS = 1000,
	BATCH_MILLISECONDS = 500,
	PENDING_BYTES = 16 << 20,
	ROW_BYTES = 4 << 20,
	HEAD_BYTES = 64 << 10
};

struct import {
	struct store *store;
	const struct ingest_options *options;
	struct ingest_totals *totals;

	/* The report under way. */
	struct arena *row_mem, *head_mem;
	struct buf raw, held; /* held: a TLS or failure frame */
	struct ingest_item item;
	bool dmarc_open;
	int64_t replaces_report, replaces_intake;

	/* Done, not yet durable. */
	struct arena *pending_mem;
	struct ingest_item pending[BATCH_ITEMS];
	size_t pending_count;
	bool in_batch;
	int64_t batch_began; /* os_ticks */
};

struct import *
import_new(struct store *s, const struct ingest_options *options,
	   struct ingest_totals *totals)
{
	struct import *i = heap_new(sizeof *i);

	i->store = s;
	i->options = options;
	i->totals = totals;
	i->row_mem = arena_new(ROW_BYTES);
	i->head_mem = arena_new(HEAD_BYTES);
	i->pending_mem = arena_new(PENDING_BYTES);
	i->raw = (struct buf)BUF(FRAME_MAX);
	i->held = (struct buf)BUF(FRAME_MAX);
	return i;
}

void
import_free(struct import *i)
{
	if (i->in_batch)
		store_rollback(i->store);
	arena_free(i->row_mem);
	arena_free(i->head_mem);
	arena_free(i->pending_mem);
	buf_free(&i->raw);
	buf_free(&i->held);
	heap_free(i);
}

static enum err
ensure_batch(struct import *i, struct diag *why)
{
	enum err err = ERR_NONE;

	if (i->in_batch || i->options->dry_run)
		return ERR_NONE;
	err = store_begin(i->store, why);
	i->in_batch = err == ERR_NONE;
	i->batch_began = os_ticks();
	return err;
}

static struct store_origin
origin_of(const struct import *i, const char *path)
{
	return (struct store_origin){ .owner = i->options->owner,
				      .trust = i->options->trust,
				      .received_at = i->options->now,
				      .path = str_of(path) };
}

static void
forget_item(struct import *i)
{
	i->item = (struct ingest_item){ 0 };
	i->dmarc_open = false;
	buf_clear(&i->raw);
	buf_clear(&i->held);
	arena_reset(i->head_mem);
	arena_reset(i->row_mem);
}

void
import_break(struct import *i)
{
	if (i->dmarc_open && !i->options->dry_run)
		store_forget(i->store);
	forget_item(i);
}

/* Text that outlives its frame; left out when there is too much of it. */
static struct str
keep(struct arena *mem, struct str s)
{
	struct str copy;

	return arena_dup(mem, s, &copy) ? copy : S("");
}

static enum err
take_head(struct import *i, const char *path, struct str fields,
	  struct diag *why)
{
	const struct store_origin origin = origin_of(i, path);
	struct dmarc_head head;
	enum err err;

	if (i->dmarc_open || !frame_get_head(fields, &head))
		return ERR_SYNTAX;
	i->item.org = keep(i->head_mem, head.org_name);
	i->item.report_id = keep(i->head_mem, head.report_id);
	i->item.domain = keep(i->head_mem, head.domain);
	i->item.begin = head.begin;
	i->item.end = head.end;
	i->item.known = true;
	i->dmarc_open = true;
	if (i->options->dry_run)
		return ERR_NONE;
	err = ensure_batch(i, why);
	if (err == ERR_NONE)
		err = store_dmarc_head(i->store, &origin, &head, why);
	return err;
}

static enum err
take_row(struct import *i, struct str fields, struct diag *why)
{
	struct dmarc_row row;

	arena_reset(i->row_mem);
	if (!i->dmarc_open || !frame_get_row(fields, i->row_mem, &row))
		return ERR_SYNTAX;
	if (i->options->dry_run)
		return ERR_NONE;
	return store_dmarc_row(i->store, &row, why);
}

/* Reads the held frame once more, now that the end of its report is known. */
static enum err
put_tls(struct import *i, const struct store_origin *origin,
	const struct decode_end *end, struct store_item *out, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(REPORT_ARENA);
	struct tlsrpt_report r;

	if (!frame_get_tls(buf_str(&i->held), mem, &r))
		return ERR_SYNTAX;
	i->item.org = keep(i->head_mem, r.org_name);
	i->item.report_id = keep(i->head_mem, r.report_id);
	i->item.domain = keep(i->head_mem, r.domain);
	i->item.begin = r.begin;
	i->item.end = r.end;
	i->item.records = r.policy_count;
	i->item.messages = r.sessions;
	i->item.passed = r.successful;
	i->item.known = true;
	if (i->options->dry_run)
		return ERR_NONE;
	return store_tls(i->store, origin, &r, end, out, why);
}

static enum err
put_failure(struct import *i, const struct store_origin *origin,
	    const struct decode_end *end, struct store_item *out,
	    struct diag *why)
{
	struct failrpt_report r;

	if (!frame_get_failure(buf_str(&i->held), &r))
		return ERR_SYNTAX;
	i->item.org = keep(i->head_mem, r.org);
	i->item.report_id = keep(i->head_mem, r.report_id);
	i->item.domain = keep(i->head_mem, r.reported_domain);
	i->item.begin = r.arrival;
	i->item.end = r.arrival;
	i->item.records = 1;
	i->item.messages = r.incidents;
	i->item.known = true;
	if (i->options->dry_run)
		return ERR_NONE;
	return store_failure(i->store, origin, &r, end, out, why);
}

static enum err
put_dmarc(struct import *i, const struct decode_end *end,
	  struct store_item *out, struct diag *why)
{
	i->item.records = end->totals.rows;
	i->item.messages = end->totals.messages;
	i->item.passed = end->totals.passed;
	if (!i->dmarc_open)
		return ERR_SYNTAX;
	if (i->options->dry_run)
		return ERR_NONE;
	return store_dmarc_end(i->store, end, out, why);
}

static enum err
put_refused(struct import *i, const struct store_origin *origin,
	    const struct decode_end *end, struct store_item *out,
	    struct diag *why)
{
	bool rejected = end->status == DECODE_REJECTED;

	i->item.known = false;
	out->outcome = rejected ? STORE_REJECTED : STORE_IGNORED;
	if (i->options->dry_run)
		return ERR_NONE;
	return store_refused(i->store, origin, end, out, why);
}

static enum err
put_end(struct import *i, const char *path, const struct decode_end *end,
	struct store_item *out, struct diag *why)
{
	const struct store_origin origin = origin_of(i, path);
	enum err err = ensure_batch(i, why);

	if (err != ERR_NONE)
		return err;
	if (!i->options->dry_run)
		store_replaces(i->store, i->replaces_report,
			       i->replaces_intake);
	if (end->status != DECODE_READ)
		return put_refused(i, &origin, end, out, why);
	switch (end->kind) {
	case DECODE_DMARC:
		return put_dmarc(i, end, out, why);
	case DECODE_TLSRPT:
		return put_tls(i, &origin, end, out, why);
	case DECODE_FAILURE:
		return put_failure(i, &origin, end, out, why);
	case DECODE_NONE:
		break;
	}
	return ERR_SYNTAX;
}

static const struct dmarc_repair *
keep_repairs(struct arena *mem, const struct decode_end *end, size_t *count)
{
	struct dmarc_repair *list =
		arena_array(mem, end->repair_count, sizeof *list);

	*count = list ? end->repair_count : 0;
	for (size_t r = 0; r < *count; r++) {
		list[r].code = keep(mem, str_of(end->repairs[r].code)).p;
		list[r].count = end->repairs[r].count;
	}
	return list;
}

/* Moves the finished item to those that wait for the commit. */
static void
add_pending(struct import *i, const char *path, const struct decode_end *end,
	    const struct store_item *stored)
{
	struct arena *mem = i->pending_mem;
	struct ingest_item *item = &i->pending[i->pending_count++];

	*item = i->item;
	item->path = keep(mem, str_of(path));
	item->member = keep(mem, end->member);
	item->org = keep(mem, item->org);
	item->report_id = keep(mem, item->report_id);
	item->domain = keep(mem, item->domain);
	item->outcome = stored->outcome;
	item->kind = end->kind;
	item->report = stored->report;
	item->why = end->why;
	item->repairs = keep_repairs(mem, end, &item->repair_count);
}

static enum err
take_end(struct import *i, const char *path, struct str fields,
	 struct diag *why)
{
	struct store_item stored = { .outcome = STORE_IMPORTED };
	struct decode_end end;
	enum err err;

	arena_reset(i->row_mem);
	if (!frame_get_end(fields, i->row_mem, &end))
		return ERR_SYNTAX;
	end.raw = buf_str(&i->raw);
	err = put_end(i, path, &end, &stored, why);
	if (err != ERR_NONE)
		return err;
	add_pending(i, path, &end, &stored);
	forget_item(i);
	return import_pace(i, why);
}

static enum err
hold(struct buf *to, struct str fields)
{
	buf_clear(to);
	return buf_add(to, fields) ? ERR_NONE : ERR_SYNTAX;
}

enum err
import_frame(struct import *i, const char *path, int type, struct str fields,
	     struct diag *why)
{
	switch (type) {
	case FRAME_HEAD:
		return take_head(i, path, fields, why);
	case FRAME_ROW:
		return take_row(i, fields, why);
	case FRAME_TLS:
	case FRAME_FAILURE:
		return hold(&i->held, fields);
	case FRAME_RAW:
		return buf_add(&i->raw, fields) ? ERR_NONE : ERR_SYNTAX;
	case FRAME_UNDO:
		import_break(i);
		return ERR_NONE;
	case FRAME_END:
		return take_end(i, path, fields, why);
	default:
		return ERR_SYNTAX;
	}
}

enum err
import_refuse(struct import *i, const char *path, const struct diag *reason,
	      struct diag *why)
{
	struct decode_end end = { .status = DECODE_REJECTED, .why = *reason };
	struct store_item stored = { .outcome = STORE_REJECTED };
	enum err err = put_end(i, path, &end, &stored, why);

	if (err != ERR_NONE)
		return err;
	add_pending(i, path, &end, &stored);
	forget_item(i);
	return import_pace(i, why);
}

static void
count_item(struct ingest_totals *t, const struct ingest_item *item)
{
	switch (item->outcome) {
	case STORE_IMPORTED:
		t->imported++;
		t->records += item->records;
		t->messages += item->messages;
		break;
	case STORE_DUPLICATE:
		t->duplicates++;
		break;
	case STORE_SUPERSEDED:
		t->superseded++;
		break;
	case STORE_REJECTED:
		t->rejected++;
		break;
	case STORE_IGNORED:
		t->ignored++;
		break;
	case STORE_UNCLAIMED:
		t->unclaimed++;
		break;
	}
}

enum err
import_commit(struct import *i, struct diag *why)
{
	if (i->in_batch) {
		enum err err = store_commit(i->store, why);

		i->in_batch = false;
		if (err != ERR_NONE) {
			i->pending_count = 0;
			return err;
		}
	}
	for (size_t n = 0; n < i->pending_count; n++) {
		count_item(i->totals, &i->pending[n]);
		if (i->options->item)
			i->options->item(i->options->ctx, &i->pending[n]);
	}
	i->pending_count = 0;
	arena_reset(i->pending_mem);
	return ERR_NONE;
}

enum err
import_pace(struct import *i, struct diag *why)
{
	if (i->pending_count < BATCH_ITEMS &&
	    arena_used(i->pending_mem) < PENDING_BYTES / 2 &&
	    os_ticks() - i->batch_began < BATCH_MILLISECONDS)
		return ERR_NONE;
	return import_commit(i, why);
}

void
import_replaces(struct import *i, int64_t report, int64_t intake)
{
	i->replaces_report = report;
	i->replaces_intake = intake;
}
