/* sample.c - made-up mail into a store, and out again. */
#include "ingest/server.h"

#include "os/os.h"

enum { SETTING_MAX = 64 << 10 };

enum err
sample_add(struct engine *e, struct str name, struct str message, void *ticket,
	   struct diag *why)
{
	SCOPED_BUF path = BUF(PATH_ROOM);
	struct document d = {
		.origin = { .owner = STORE_OWNER_SELF,
			    .trust = STORE_OPERATOR,
			    .received_at = os_now(),
			    .door = STR("sample") },
		.fd = as_descriptor(message),
		.own = true,
		.ticket = ticket,
	};

	if (d.fd < 0)
		return diag_errno(why, "create", "memfd");
	(void)buf_addf(&path, "sample/%.*s", STR_ARG(name));
	d.origin.path = buf_str(&path);
	return engine_add(e, &d, why);
}

static bool
add_name(void *ctx, struct str key, uint64_t value)
{
	struct buf *list = ctx;

	(void)value;
	(void)buf_addf(list, "%s%.*s", list->n ? " " : "", STR_ARG(key));
	return true;
}

enum err
sample_note(struct control *c, const struct map *domains, struct diag *why)
{
	SCOPED_BUF names = BUF(SETTING_MAX);

	if (domains)
		map_each(domains, add_name, &names);
	return control_setting_put(c, CONTROL_OWNER_SELF, "sample.domains",
				   buf_str(&names), why);
}

/* ---- without a server ---- */

struct loading {
	struct engine *engine;
	const struct ingest_options *options;
	struct ingest_totals *totals;
	struct map *domains;
	struct diag *why;
};

static enum err
take_mail(void *ctx, struct str name, struct str message)
{
	struct loading *l = ctx;

	if (l->options->stop && *l->options->stop)
		return diag_set(l->why, ERR_STOP, "ingest.stopped", 0, " ");
	l->totals->files++;
	l->totals->bytes += message.n;
	return sample_add(l->engine, name, message, NULL, l->why);
}

static void
tell_item(void *ctx, void *ticket, const struct ingest_item *item)
{
	const struct loading *l = ctx;

	(void)ticket;
	if (item->known && item->domain.n > 0)
		map_put(l->domains, item->domain, 1);
	if (l->options->progress)
		l->options->progress(l->options->ctx, l->totals, 0);
}

static void
no_spool(void *ctx, struct str segment, uint64_t offset)
{
	(void)ctx;
	(void)segment;
	(void)offset;
}

static enum err
note(const char *dir, const struct map *domains, struct diag *why)
{
	SCOPED_CONTROL c = NULL;
	enum err err = control_open(dir, &c, why);

	return err == ERR_NONE ? sample_note(c, domains, why) : err;
}

enum err
ingest_sample_load(struct store *s, const struct ingest_sample *what,
		   const struct ingest_options *options,
		   struct ingest_totals *out, struct diag *why)
{
	struct loading l = { .options = options,
			     .totals = out,
			     .domains = map_new(SAMPLE_DOMAINS_MAX),
			     .why = why };
	const struct engine_options engine = { .ingest = options,
					       .spooled = no_spool,
					       .told = tell_item,
					       .ctx = &l };
	enum err err;

	*out = (struct ingest_totals){ 0 };
	err = engine_new(s, &engine, out, &l.engine, why);
	if (err == ERR_NONE)
		err = what->make(what->ctx, what->domains, what->days,
				 take_mail, &l, why);
	if (err == ERR_NONE)
		err = engine_finish(l.engine, why);
	engine_free(l.engine);
	if (err == ERR_NONE)
		err = ingest_settle(s, STORE_OWNER_SELF, options->geo, why);
	if (err == ERR_NONE)
		err = note(what->dir, l.domains, why);
	map_free(l.domains);
	return err;
}

enum err
ingest_sample_remove(struct store *s, const char *dir, uint64_t *deleted,
		     struct diag *why)
{
	bool more = true;
	enum err err = ERR_NONE;

	*deleted = 0;
	while (err == ERR_NONE && more) {
		uint64_t some = 0;

		err = store_delete_door(s, STORE_OWNER_SELF, S("sample"), &some,
					&more, why);
		*deleted += some;
	}
	return err == ERR_NONE ? note(dir, NULL, why) : err;
}
