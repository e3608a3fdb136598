/* ingest.c - a run: files to the engine, the store settled in the end. */
#include "ingest/engine.h"

#include "os/os.h"

#include <unistd.h>

enum { TELL_EVERY = 64 /* files */ };

struct run {
	struct store *store;
	struct engine *engine;
	const struct ingest_options *options;
	struct ingest_totals *totals;
	uint64_t all_files;
	struct diag *why;
};

static void
tell_progress(const struct run *r)
{
	if (r->options->progress)
		r->options->progress(r->options->ctx, r->totals, r->all_files);
}

static struct document
document_of(const struct run *r, const char *path, int fd)
{
	return (struct document){
		.origin = { .owner = r->options->owner,
			    .trust = r->options->trust,
			    .received_at = r->options->now,
			    .path = str_of(path) },
		.fd = fd,
	};
}

static void
count_file(struct run *r)
{
	if (++r->totals->files % TELL_EVERY == 0)
		tell_progress(r);
}

static enum err
take_file(void *ctx, const char *path, int fd, uint64_t size)
{
	struct run *r = ctx;
	const struct document d = document_of(r, path, fd);

	r->totals->bytes += size;
	count_file(r);
	return engine_add(r->engine, &d, r->why);
}

static enum err
take_bad(void *ctx, const char *path, const struct diag *reason)
{
	struct run *r = ctx;
	const struct document d = document_of(r, path, -1);

	count_file(r);
	return engine_refuse(r->engine, &d, reason, r->why);
}

static void
tell_item(void *ctx, void *ticket, const struct ingest_item *item)
{
	const struct run *r = ctx;

	(void)ticket;
	if (r->options->item)
		r->options->item(r->options->ctx, item);
}

static void
no_spool(void *ctx, struct str segment, uint64_t offset)
{
	(void)ctx;
	(void)segment;
	(void)offset;
}

static enum err
visit_paths(struct run *r, const char *const *paths, size_t count)
{
	const struct walk walk = { r, take_file, take_bad, r->options->stop };
	enum err err;

	r->all_files = walk_count(&walk, paths, count);
	tell_progress(r);
	err = walk_paths(&walk, paths, count, r->why);
	if (err == ERR_NONE || err == ERR_STOP) {
		enum err last = engine_finish(r->engine, r->why);

		if (last != ERR_NONE)
			err = last;
	}
	return err;
}

enum err
ingest_run(struct store *s, const char *const *paths, size_t count,
	   const struct ingest_options *options, struct ingest_totals *out,
	   struct diag *why)
{
	struct run r = {
		.store = s, .options = options, .totals = out, .why = why
	};
	const struct engine_options engine = { .ingest = options,
					       .spooled = no_spool,
					       .told = tell_item,
					       .ctx = &r };
	enum err err;

	*out = (struct ingest_totals){ 0 };
	err = engine_new(s, &engine, out, &r.engine, why);
	if (err != ERR_NONE)
		return err;
	if (!options->dry_run)
		settle_along(s, options->geo);
	err = visit_paths(&r, paths, count);
	engine_free(r.engine);
	if (!options->dry_run)
		store_place_with(s, S(""), NULL, NULL);
	tell_progress(&r);
	if (err == ERR_NONE && !options->dry_run)
		err = ingest_settle(s, options->owner, options->geo, why);
	return err;
}
