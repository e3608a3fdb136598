/* engine.c - the window of documents that are in the parser's hands. */
#include "ingest/engine.h"

#include "os/os.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

enum {
	WINDOW = 16,
	TRIES = 2,
	TEXTS_MAX = 1 << 20 /* of one document's origin */
};

struct slot {
	struct document d;
	struct arena *texts; /* of its origin */
	unsigned tries;
};

struct engine {
	struct engine_options options;
	struct peer peer;
	struct import *import;
	struct slot queue[WINDOW];
	size_t first, count;
	uint64_t resets;
};

enum err
engine_new(struct store *s, const struct engine_options *options,
	   struct ingest_totals *totals, struct engine **out, struct diag *why)
{
	struct engine *e = heap_new(sizeof *e);
	enum err err;

	e->options = *options;
	for (size_t i = 0; i < WINDOW; i++)
		e->queue[i].texts = arena_new(TEXTS_MAX);
	e->import = import_new(s, &e->options, totals);
	err = peer_start(&e->peer, options->die_on, why);
	if (err != ERR_NONE) {
		engine_free(e);
		return err;
	}
	*out = e;
	return ERR_NONE;
}

static void
drop_first(struct engine *e)
{
	struct slot *slot = &e->queue[e->first];

	os_fd_cleanup(&slot->d.fd);
	arena_reset(slot->texts);
	e->first = (e->first + 1) % WINDOW;
	e->count--;
}

void
engine_free(struct engine *e)
{
	if (!e)
		return;
	peer_stop(&e->peer);
	while (e->count > 0)
		drop_first(e);
	for (size_t i = 0; i < WINDOW; i++)
		arena_free(e->queue[i].texts);
	import_free(e->import);
	heap_free(e);
}

void
engine_reset(struct engine *e)
{
	peer_stop(&e->peer);
	while (e->count > 0)
		drop_first(e);
	import_drop(e->import);
	e->resets++;
}

uint64_t
engine_resets(const struct engine *e)
{
	return e->resets;
}

bool
engine_idle(const struct engine *e)
{
	return e->count == 0;
}

struct str
engine_oldest(const struct engine *e, uint64_t *offset)
{
	const struct document *d = &e->queue[e->first].d;

	if (e->count == 0)
		return S("");
	*offset = d->offset;
	return d->segment;
}

static void
ask(struct engine *e, struct slot *slot)
{
	(void)lseek(slot->d.fd, 0, SEEK_SET);
	/* A parser that is gone is noticed by its silence. */
	(void)peer_ask(&e->peer, slot->d.fd, PEER_REPORTS,
		       slot->d.origin.received_at);
}

static enum err
refuse_first(struct engine *e, struct diag *why)
{
	const struct document *d = &e->queue[e->first].d;
	SCOPED_BUF bytes = BUF(MESSAGE_MAX);
	struct diag reason = { 0 };
	enum err err;

	(void)diag_set(&reason, ERR_SYNTAX, "ingest.parser_died", 0, "%.*s",
		       STR_ARG(d->origin.path));
	/* Of what is read again the bytes are there already. */
	if (d->replaces_intake != 0 || !read_whole(d->fd, &bytes))
		buf_clear(&bytes);
	err = import_refuse(e->import, d, &reason, buf_str(&bytes), why);
	if (err == ERR_NONE)
		err = import_done(e->import, d, why);
	drop_first(e);
	return err;
}

/* The parser died of the first document: it is tried once more, and refused
 * when that ends the same. Another parser gets those behind it. */
static enum err
replace_parser(struct engine *e, struct diag *why)
{
	enum err err = ERR_NONE;

	import_break(e->import);
	peer_stop(&e->peer);
	if (++e->queue[e->first].tries >= TRIES)
		err = refuse_first(e, why);
	if (err == ERR_NONE)
		err = peer_start(&e->peer, e->options.die_on, why);
	for (size_t i = 0; i < e->count && err == ERR_NONE; i++)
		ask(e, &e->queue[(e->first + i) % WINDOW]);
	return err;
}

/* Takes answers until the oldest document is done. */
static enum err
finish_first(struct engine *e, struct diag *why)
{
	for (;;) {
		const struct document *d = &e->queue[e->first].d;
		struct str fields;
		int type = frame_next(&e->peer.answers, &fields);
		enum err err;

		if (type == FRAME_DONE) {
			err = import_done(e->import, d, why);
			if (err == ERR_NONE)
				drop_first(e);
			return err;
		}
		err = type == 0 ? ERR_SYNTAX
				: import_frame(e->import, d, type, fields, why);
		if (err == ERR_SYNTAX) {
			diag_clear(why);
			return replace_parser(e, why);
		}
		if (err != ERR_NONE)
			return err;
	}
}

static bool
copy_texts(struct slot *slot)
{
	struct store_origin *o = &slot->d.origin;
	struct str *texts[] = { &o->path, &o->door, &o->upload, &o->envelope,
				&slot->d.segment };

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (!arena_dup(slot->texts, *texts[i], texts[i]))
			return false;
	return true;
}

enum err
engine_add(struct engine *e, const struct document *d, struct diag *why)
{
	struct slot *slot = &e->queue[(e->first + e->count) % WINDOW];
	enum err err = ERR_NONE;

	assert(e->count < WINDOW);
	slot->d = *d;
	slot->tries = 0;
	if (!copy_texts(slot))
		err = diag_set(why, ERR_LIMIT, "ingest.too_large", 0, "path");
	if (err == ERR_NONE && e->peer.pid == 0)
		err = peer_start(&e->peer, e->options.die_on, why);
	if (err != ERR_NONE) {
		os_fd_cleanup(&slot->d.fd);
		arena_reset(slot->texts);
		return err;
	}
	e->count++;
	ask(e, slot);
	/* A parser that died of the oldest leaves it where it was: no slot is
	 * free before one is really done. */
	while (e->count == WINDOW && err == ERR_NONE)
		err = finish_first(e, why);
	return err;
}

static enum err
finish_all(struct engine *e, struct diag *why)
{
	enum err err = ERR_NONE;

	while (e->count > 0 && err == ERR_NONE)
		err = finish_first(e, why);
	return err;
}

enum err
engine_refuse(struct engine *e, const struct document *d,
	      const struct diag *reason, struct diag *why)
{
	SCOPED_BUF bytes = BUF(MESSAGE_MAX);
	SCOPED_FD fd = d->fd;
	enum err err = finish_all(e, why);

	if (fd >= 0 && !read_whole(fd, &bytes))
		buf_clear(&bytes);
	if (err == ERR_NONE)
		err = import_refuse(e->import, d, reason, buf_str(&bytes), why);
	return err == ERR_NONE ? import_done(e->import, d, why) : err;
}

enum err
engine_finish(struct engine *e, struct diag *why)
{
	enum err err = finish_all(e, why);

	return err == ERR_NONE ? import_commit(e->import, why) : err;
}

enum err
engine_again(struct engine *e, const struct store_report *report,
	     struct str raw, bool own, void *ticket, struct diag *why)
{
	const bool of_log = report->outcome == STORE_REJECTED ||
			    report->outcome == STORE_UNCLAIMED ||
			    report->outcome == STORE_IGNORED;
	const struct document d = {
		.origin = { .owner = e->options.ingest->owner,
			    .trust = report->trust,
			    .received_at = report->received_at,
			    .path = report->path },
		.fd = as_descriptor(raw),
		.replaces_report = of_log ? 0 : report->id,
		.replaces_intake = of_log ? report->id : 0,
		.own = own || !of_log,
		.ticket = ticket,
	};
	enum err err;

	if (d.fd < 0)
		return diag_errno(why, "create", "memfd");
	err = engine_add(e, &d, why);
	/* Each is committed for itself: the store reads on in between. */
	return err == ERR_NONE ? engine_finish(e, why) : err;
}

enum err
engine_signatures(struct engine *e, struct str message, struct buf *out)
{
	SCOPED_FD fd = as_descriptor(message);
	enum err err = e->count > 0 || fd < 0 ? ERR_IO : ERR_NONE;
	struct str fields;
	int type;

	if (err == ERR_NONE && e->peer.pid == 0)
		err = peer_start(&e->peer, e->options.die_on, NULL);
	if (err != ERR_NONE)
		return err;
	(void)peer_ask(&e->peer, fd, PEER_SIGNATURES, 0);
	do {
		type = frame_next(&e->peer.answers, &fields);
		if (type == FRAME_SIGNATURES && !buf_add(out, fields))
			type = 0;
	} while (type == FRAME_SIGNATURES);
	if (type == FRAME_DONE)
		return ERR_NONE;
	peer_stop(&e->peer);
	return ERR_SYNTAX;
}
