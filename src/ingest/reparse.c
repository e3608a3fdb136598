/* reparse.c - everything that was kept, read once more by this version. */
#include "ingest/engine.h"

#include "os/os.h"

struct again {
	struct engine *engine;
	const struct ingest_options *options;
	struct ingest_totals *totals;
	struct diag *why;
};

static void
tell_item(void *ctx, void *ticket, const struct ingest_item *item)
{
	const struct again *a = ctx;

	(void)ticket;
	if (a->options->item)
		a->options->item(a->options->ctx, item);
}

static void
no_spool(void *ctx, struct str segment, uint64_t offset)
{
	(void)ctx;
	(void)segment;
	(void)offset;
}

static enum err
read_again(void *ctx, const struct store_report *report, struct str raw,
	   enum decode_media media)
{
	struct again *a = ctx;

	(void)media;
	if (a->options->stop && *a->options->stop)
		return ERR_STOP;
	a->totals->files++;
	return engine_again(a->engine, report, raw, false, NULL, a->why);
}

enum err
ingest_reparse(struct store *s, int64_t only_report,
	       const struct ingest_options *options, struct ingest_totals *out,
	       struct diag *why)
{
	struct again a = { .options = options, .totals = out, .why = why };
	const struct engine_options engine = { .ingest = options,
					       .spooled = no_spool,
					       .told = tell_item,
					       .ctx = &a };
	enum err err;

	*out = (struct ingest_totals){ 0 };
	err = engine_new(s, &engine, out, &a.engine, why);
	if (err == ERR_NONE)
		err = store_each_raw(s, options->owner, only_report, read_again,
				     &a, why);
	engine_free(a.engine);
	if (err == ERR_NONE && !options->dry_run)
		err = ingest_settle(s, options->owner, options->geo, why);
	return err;
}
