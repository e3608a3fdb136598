/* batch.c - what is read and not yet durable.
 *
 * An item is told only after the commit that made it durable: what was told
 * is acknowledged, and nothing else is. A place in the spool is part of the
 * same commit.
 */
#include "ingest/import.h"

#include "os/os.h"

#include <string.h>
#include <unistd.h>

enum {
	BATCH_MILLISECONDS = 500,
	PENDING_BYTES = 16 << 20,
	ROW_BYTES = 4 << 20,
	HEAD_BYTES = 64 << 10
};

struct import *
import_new(struct store *s, const struct engine_options *options,
	   struct ingest_totals *totals)
{
	struct import *i = heap_new(sizeof *i);

	i->store = s;
	i->options = options->ingest;
	i->engine = options;
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

enum err
import_begin(struct import *i, struct diag *why)
{
	enum err err = ERR_NONE;

	if (i->in_batch || i->options->dry_run)
		return ERR_NONE;
	err = store_begin(i->store, why);
	i->in_batch = err == ERR_NONE;
	i->batch_began = os_ticks();
	return err;
}

void
import_forget(struct import *i)
{
	i->item = (struct ingest_item){ 0 };
	i->dmarc_open = false;
	i->nobodys = false;
	buf_clear(&i->raw);
	buf_clear(&i->held);
	arena_reset(i->head_mem);
	arena_reset(i->row_mem);
}

void
import_break(struct import *i)
{
	if (i->dmarc_open && !i->options->dry_run && !i->nobodys)
		store_forget(i->store);
	import_forget(i);
	i->any_kept = false;
}

void
import_drop(struct import *i)
{
	import_forget(i);
	i->any_kept = false;
	i->pending_count = 0;
	i->place_count = 0;
	arena_reset(i->pending_mem);
	if (i->in_batch)
		store_rollback(i->store);
	i->in_batch = false;
}

struct str
import_keep(struct arena *mem, struct str s)
{
	struct str copy;

	return arena_dup(mem, s, &copy) ? copy : S("");
}

static const struct dmarc_repair *
keep_repairs(struct arena *mem, const struct decode_end *end, size_t *count)
{
	struct dmarc_repair *list =
		arena_array(mem, end->repair_count, sizeof *list);

	*count = list ? end->repair_count : 0;
	for (size_t r = 0; r < *count; r++) {
		list[r].code = import_keep(mem, str_of(end->repairs[r].code)).p;
		list[r].count = end->repairs[r].count;
	}
	return list;
}

enum err
import_add(struct import *i, const struct document *d,
	   const struct decode_end *end, const struct store_item *stored,
	   struct diag *why)
{
	struct arena *mem = i->pending_mem;
	struct ingest_item *item = &i->pending[i->pending_count];

	i->ticket[i->pending_count++] = d->ticket;
	i->any_kept |= stored->outcome != STORE_IGNORED && !i->item.dropped;
	*item = i->item;
	item->path = import_keep(mem, d->origin.path);
	item->member = import_keep(mem, end->member);
	item->org = import_keep(mem, item->org);
	item->report_id = import_keep(mem, item->report_id);
	item->domain = import_keep(mem, item->domain);
	item->outcome = stored->outcome;
	item->kind = end->kind;
	item->report = stored->report;
	item->why = end->why;
	item->repairs = keep_repairs(mem, end, &item->repair_count);
	import_forget(i);
	return i->pending_count == IMPORT_BATCH ? import_commit(i, why)
						: ERR_NONE;
}

/* ---- the end of a document ---- */

static enum err
keep_carrier(struct import *i, const struct document *d, struct diag *why)
{
	SCOPED_BUF bytes = BUF(MESSAGE_MAX);

	/* A message that cannot be read once more is not kept. */
	if (!read_whole(d->fd, &bytes) || bytes.n == 0)
		return ERR_NONE;
	return store_carrier(i->store, &d->origin, buf_str(&bytes), why);
}

/* The place in the spool is told when the batch is durable. */
static enum err
keep_place(struct import *i, const struct document *d, struct diag *why)
{
	size_t n = 0;

	while (n < i->place_count &&
	       !str_eq(str_of(i->place[n].segment), d->segment))
		n++;
	if (n == IMPORT_PLACES)
		return ERR_SYNTAX; /* import_done commits before that */
	if (n == i->place_count) {
		size_t room = d->segment.n < IMPORT_SEGMENT
				      ? d->segment.n
				      : IMPORT_SEGMENT - 1;

		memcpy(i->place[n].segment, d->segment.p, room);
		i->place[n].segment[room] = '\0';
		i->place_count++;
	}
	i->place[n].offset = d->offset;
	return store_spool_done(i->store, d->segment, d->offset, why);
}

enum err
import_done(struct import *i, const struct document *d, struct diag *why)
{
	bool wanted = d->carrier && i->any_kept;
	enum err err = ERR_NONE;

	i->any_kept = false;
	if (i->options->dry_run || (d->segment.n == 0 && !wanted))
		return import_pace(i, why);
	err = import_begin(i, why);
	if (err == ERR_NONE && wanted)
		err = keep_carrier(i, d, why);
	if (err == ERR_NONE && d->segment.n > 0)
		err = keep_place(i, d, why);
	if (err == ERR_NONE && i->place_count == IMPORT_PLACES)
		err = import_commit(i, why);
	return err == ERR_NONE ? import_pace(i, why) : err;
}

void
import_count(struct ingest_totals *t, const struct ingest_item *item)
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
			import_drop(i);
			return err;
		}
	}
	for (size_t n = 0; n < i->pending_count; n++) {
		import_count(i->totals, &i->pending[n]);
		i->engine->told(i->engine->ctx, i->ticket[n], &i->pending[n]);
	}
	for (size_t n = 0; n < i->place_count; n++)
		i->engine->spooled(i->engine->ctx, str_of(i->place[n].segment),
				   i->place[n].offset);
	i->pending_count = 0;
	i->place_count = 0;
	arena_reset(i->pending_mem);
	return ERR_NONE;
}

enum err
import_pace(struct import *i, struct diag *why)
{
	if (!i->in_batch && i->pending_count == 0)
		return ERR_NONE;
	if (i->pending_count < IMPORT_BATCH &&
	    arena_used(i->pending_mem) < PENDING_BYTES / 2 &&
	    os_ticks() - i->batch_began < BATCH_MILLISECONDS)
		return ERR_NONE;
	return import_commit(i, why);
}
