/* serve.c - the writer role: the spool into the store, and what is asked. */
#include "ingest/server.h"

#include "log/log.h"
#include "metrics/metrics.h"
#include "os/os.h"

#include <stdio.h>
#include <string.h>

enum {
	PATIENCE = 10000,    /* milliseconds for another writer's lock */
	ROUND = 256,         /* messages before others have their turn */
	JOB_ROUND = 32,      /* documents of a work before mail has its */
	RETRY_AFTER = 1000,  /* milliseconds after trouble with the store */
	SETTLE_LEAST = 100,  /* milliseconds from one settling to the next */
	SETTLE_SHARE = 5,    /* at most a fifth of the time goes into it */
	GAUGES_EVERY = 500,  /* milliseconds */
	PRUNE_EVERY = 86400, /* seconds */
	PRUNE_FIRST = 60,    /* seconds after the start */
	POISON_TRIES = 2,
	REST = 1000 /* milliseconds; the bell rings earlier */
};

bool
serve_stopped(const struct server *s)
{
	return s->options->stop && *s->options->stop;
}

/* ---- what became durable ---- */

static void
note_outcome(const struct ingest_item *item)
{
	static const enum metrics_id ids[STORE_OUTCOMES] = {
		[STORE_IMPORTED] = METRICS_REPORTS_IMPORTED,
		[STORE_DUPLICATE] = METRICS_REPORTS_DUPLICATE,
		[STORE_SUPERSEDED] = METRICS_REPORTS_SUPERSEDED,
		[STORE_REJECTED] = METRICS_REPORTS_REJECTED,
		[STORE_IGNORED] = METRICS_REPORTS_IGNORED,
	};

	if (item->dropped)
		metrics_add(item->outcome == STORE_UNCLAIMED
				    ? METRICS_DROPPED_UNCLAIMED
				    : METRICS_DROPPED_SIDELINED,
			    1);
	else if (item->outcome != STORE_UNCLAIMED)
		metrics_add(ids[item->outcome], 1);
	if (str_eq(str_of(item->why.code), S("ingest.parser_died")))
		metrics_add(METRICS_SIDELINED, 1);
	if (item->outcome == STORE_IMPORTED)
		metrics_set(METRICS_LAST_REPORT, (uint64_t)os_now());
}

static void
log_item(const struct ingest_item *item)
{
	log_event(item->dropped || item->outcome == STORE_REJECTED ? LOG_WARN
								   : LOG_INFO,
		  item->dropped ? "report dropped" : "report",
		  item->why.code[0] ? &item->why : NULL,
		  LOG_PAIRS(log_text("outcome",
				     str_of(store_outcome_name(item->outcome))),
			    log_text("kind",
				     str_of(decode_kind_name(item->kind))),
			    log_text("domain", item->domain),
			    log_text("org", item->org),
			    log_text("path", item->path)));
}

static void
tell_item(void *ctx, void *ticket, const struct ingest_item *item)
{
	struct server *s = ctx;

	s->dirty |= !item->dropped;
	note_outcome(item);
	if (ticket)
		work_told(ticket, item);
	else
		log_item(item);
}

static void
out_of_trouble(struct server *s)
{
	if (s->in_trouble)
		log_info("store well again");
	s->in_trouble = false;
}

static void
leave_spool(void *ctx, struct str segment, uint64_t offset)
{
	struct server *s = ctx;

	out_of_trouble(s);
	if (s->reader)
		spool_done(s->reader,
			   (struct spool_position){ segment, offset });
}

/* ---- trouble ---- */

/* A document that the store itself cannot take is remembered: the second time
 * it is refused without being read. */
static void
suspect(struct server *s, enum err err)
{
	uint64_t offset = 0;
	struct str segment = engine_oldest(s->engine, &offset);

	if (err != ERR_LIMIT || segment.n == 0)
		return;
	if (!str_eq(segment, str_of(s->poison)) || offset != s->poison_offset)
		s->poison_tries = 0;
	(void)snprintf(s->poison, sizeof s->poison, "%.*s", STR_ARG(segment));
	s->poison_offset = offset;
	s->poison_tries++;
}

/* What was in hand is lost to us and still in the spool: it is read from
 * there again, from where the store says. */
static void
in_trouble(struct server *s, enum err err, const struct diag *why)
{
	if (!s->in_trouble)
		log_error("store in trouble", why);
	s->in_trouble = true;
	suspect(s, err);
	engine_reset(s->engine);
	serve_count_bins(s);
	spool_reader_close(s->reader);
	s->reader = NULL;
	s->retry_from = os_ticks() + RETRY_AFTER;
}

void
serve_count_bins(struct server *s)
{
	struct diag why = { 0 };

	if (store_bins_get(s->store, &s->quota.used, &why) != ERR_NONE)
		log_warn("quotas unreadable", &why);
}

/* ---- the spool ---- */

static uint64_t
known_offset(void *ctx, struct str segment)
{
	struct server *s = ctx;
	uint64_t offset = 0;

	if (s->lost == ERR_NONE)
		s->lost = store_spool_get(s->store, segment, &offset,
					  &s->lost_why);
	return offset;
}

/* Nothing is read when the store could not say what it has. */
static bool
is_lost(struct server *s)
{
	struct diag why = s->lost_why;
	enum err err = s->lost;

	s->lost = ERR_NONE;
	diag_clear(&s->lost_why);
	if (err != ERR_NONE)
		in_trouble(s, err, &why);
	return err != ERR_NONE;
}

static bool
open_reader(struct server *s)
{
	char path[PATH_ROOM];
	struct diag why = { 0 };
	enum err err;

	(void)snprintf(path, sizeof path, "%s/spool", s->options->data);
	err = spool_reader_open(path, known_offset, s, &s->reader, &why);
	if (err == ERR_NONE)
		return !is_lost(s);
	in_trouble(s, err, &why);
	return false;
}

static void
put_known(struct json_out *j, const char *key, struct str value)
{
	if (value.n > 0)
		json_put_str(j, key, value);
}

static void
print_envelope(const struct spool_envelope *e, struct buf *out)
{
	struct json_out j = JSON_OUT(out);

	json_open_object(&j, NULL);
	put_known(&j, "client", e->client);
	put_known(&j, "helo", e->helo);
	if (e->door == SPOOL_SMTP)
		json_put_str(&j, "mail_from", e->mail_from);
	put_known(&j, "recipients", e->recipients);
	put_known(&j, "domain", e->domain);
	put_known(&j, "name", e->name);
	put_known(&j, "tls", e->tls);
	if (e->smtputf8)
		json_put_bool(&j, "smtputf8", true);
	if (e->lmtp)
		json_put_bool(&j, "lmtp", true);
	json_close_object(&j);
}

/* What came from outside is not verified yet; the rest is the operator's. */
static enum store_trust
trust_of(enum spool_door door)
{
	return door == SPOOL_SMTP || door == SPOOL_POST ? STORE_UNVERIFIED
							: STORE_OPERATOR;
}

static enum err
take_entry(struct server *s, const struct spool_entry *entry, struct diag *why)
{
	const struct spool_envelope *e = &entry->envelope;
	const char *door = spool_door_name(e->door);
	SCOPED_BUF envelope = BUF(256 << 10);
	SCOPED_BUF path = BUF(PATH_ROOM);
	struct document d = {
		.origin = { .owner = e->owner ? e->owner : STORE_OWNER_SELF,
			    .trust = trust_of(e->door),
			    .received_at = e->received_at,
			    .door = str_of(door),
			    .upload = e->id },
		.fd = entry->fd,
		.carrier = e->door == SPOOL_SMTP,
		.segment = entry->end.segment,
		.offset = entry->end.offset,
	};

	if (e->name.n > 0)
		(void)buf_add(&path, str_sub(e->name, 0, PATH_ROOM / 2));
	else
		(void)buf_addf(&path, "%s/%.*s", door, STR_ARG(e->id));
	print_envelope(e, &envelope);
	d.origin.path = buf_str(&path);
	d.origin.envelope = envelope.full ? S("") : buf_str(&envelope);
	if (s->poison_tries >= POISON_TRIES && d.offset == s->poison_offset &&
	    str_eq(d.segment, str_of(s->poison))) {
		struct diag reason = { 0 };

		(void)diag_set(&reason, ERR_LIMIT, "ingest.too_large", 0,
			       "%.*s", STR_ARG(d.origin.path));
		return engine_refuse(s->engine, &d, &reason, why);
	}
	return engine_add(s->engine, &d, why);
}

/* One message more; false when there is none, or trouble. */
static bool
take_next(struct server *s, bool *more)
{
	struct spool_entry entry;
	struct diag why = { 0 };
	enum err err;

	*more = spool_next(s->reader, &entry, &why);
	if (*more && s->lost != ERR_NONE)
		os_fd_cleanup(&entry.fd);
	if (is_lost(s)) {
		*more = false;
		return false;
	}
	if (!*more && why.code[0]) {
		log_warn("spool in trouble", &why);
		*more = str_eq(str_of(why.code), S("spool.damaged"));
		return *more;
	}
	if (!*more)
		return false;
	/* What is registered before it came holds for it. */
	owners_refresh(s->owners);
	err = take_entry(s, &entry, &why);
	if (err == ERR_NONE)
		return true;
	in_trouble(s, err, &why);
	*more = false;
	return false;
}

static void
show_gauges(struct server *s)
{
	int64_t now = os_ticks();

	if (!s->reader || now < s->gauges_from)
		return;
	s->gauges_from = now + GAUGES_EVERY;
	spool_backlog(s->reader, &s->waits);
	metrics_set(METRICS_SPOOL_MESSAGES, s->waits.messages);
	metrics_set(METRICS_SPOOL_BYTES, s->waits.bytes);
}

bool
serve_spool(struct server *s)
{
	struct diag why = { 0 };
	bool more = false;
	unsigned taken = 0;
	enum err err;

	if (os_ticks() < s->retry_from || (!s->reader && !open_reader(s)))
		return false;
	show_gauges(s);
	while (taken < ROUND && take_next(s, &more))
		taken++;
	show_gauges(s);
	/* A work that goes on at the same time fills its own batches. */
	if (more || !s->reader || (taken == 0 && s->working))
		return more;
	err = engine_finish(s->engine, &why);
	if (err == ERR_NONE)
		out_of_trouble(s);
	else
		in_trouble(s, err, &why);
	return false;
}

/* ---- what is done between messages ---- */

static void
tell_alive(void *ctx, uint64_t done, uint64_t all)
{
	const struct server *s = ctx;

	(void)done;
	(void)all;
	if (s->options->alive)
		s->options->alive(s->options->ctx);
}

enum err
serve_settle(struct server *s, struct diag *why)
{
	int64_t began = os_ticks();
	enum err err = engine_finish(s->engine, why);

	if (err == ERR_NONE)
		err = ingest_settle(s->store, STORE_OWNER_SELF, s->options->geo,
				    why);
	settle_along(s->store, s->options->geo);
	s->dirty = err != ERR_NONE;
	s->settle_from =
		os_ticks() + SETTLE_LEAST + SETTLE_SHARE * (os_ticks() - began);
	return err;
}

static void
settle_when_due(struct server *s)
{
	struct diag why = { 0 };

	if (!s->dirty || s->in_trouble || os_ticks() < s->settle_from)
		return;
	if (serve_settle(s, &why) == ERR_NONE)
		return;
	log_warn("settling failed", &why);
	in_trouble(s, ERR_IO, &why);
}

/* A small piece of a day's pruning. */
static void
prune_when_due(struct server *s)
{
	static const int64_t owners[] = { STORE_OWNER_SELF,
					  STORE_OWNER_UNCLAIMED };
	const struct store_pruning how = { .keep = s->options->keep,
					   .now = os_now(),
					   .bites = 1 };
	struct store_pruned gone;
	struct diag why = { 0 };

	if (how.now < s->prune_from || s->in_trouble)
		return;
	if (store_prune(s->store, owners[s->prune_step], &how, &gone, &why) !=
	    ERR_NONE)
		log_warn("pruning failed", &why);
	else if (gone.more)
		return;
	if (++s->prune_step < (int)COUNT_OF(owners))
		return;
	s->prune_step = 0;
	s->prune_from = how.now + PRUNE_EVERY;
	serve_count_bins(s);
	upkeep_forget(s);
}

static int
rest_of(const struct server *s)
{
	int64_t now = os_ticks();
	int64_t rest = REST;

	if (s->prune_from <= os_now() && !s->in_trouble)
		return 0;
	if (s->dirty && !s->in_trouble && s->settle_from - now < rest)
		rest = s->settle_from - now;
	return rest > 0 ? (int)rest : 0;
}

bool
serve_turn(struct server *s, struct job *job)
{
	if (++job->since >= JOB_ROUND) {
		job->since = 0;
		(void)serve_spool(s);
		sockets_wait(s, 0);
		tell_alive(s, 0, 0);
	}
	return !serve_stopped(s) && !job->deserted &&
	       engine_resets(s->engine) == job->resets;
}

static void
run(struct server *s)
{
	while (!serve_stopped(s)) {
		bool more = serve_spool(s);

		settle_when_due(s);
		upkeep_claim(s);
		if (!more)
			prune_when_due(s);
		tell_alive(s, 0, 0);
		sockets_wait(s, more ? 0 : rest_of(s));
	}
}

/* ---- beginning and end ---- */

/* The control store is made when there is none. */
static enum err
open_owners(struct server *s, struct diag *why)
{
	struct control *c = NULL;
	enum err err = control_open(s->options->data, &c, why);

	control_close(c);
	return err == ERR_NONE
		       ? ingest_owners_open(s->options->data, &s->owners, why)
		       : err;
}

static enum err
begin(struct server *s, struct diag *why)
{
	enum err err = store_open(s->options->data, STORE_CREATE, PATIENCE,
				  &s->store, why);

	if (err == ERR_NONE)
		err = open_owners(s, why);
	if (err != ERR_NONE)
		return err;
	s->ingest = (struct ingest_options){ .owner = STORE_OWNER_SELF,
					     .trust = STORE_OPERATOR,
					     .geo = s->options->geo,
					     .owner_of = ingest_owner_of,
					     .owner_ctx = s->owners };
	s->engine_options = (struct engine_options){
		.ingest = &s->ingest,
		.die_on = s->options->die_on,
		.spooled = leave_spool,
		.told = tell_item,
		.ctx = s,
		.quota = &s->quota,
	};
	s->quota.unclaimed_max = s->options->unclaimed_max;
	s->quota.sidelined_max = s->options->sidelined_max;
	serve_count_bins(s);
	err = sockets_open(s, why);
	if (err == ERR_NONE)
		err = engine_new(s->store, &s->engine_options, &s->totals,
				 &s->engine, why);
	return err;
}

static void
end(struct server *s)
{
	struct diag why = { 0 };

	if (s->engine && !s->in_trouble) {
		if (engine_finish(s->engine, &why) != ERR_NONE)
			log_warn("the last batch is left to the spool", &why);
		else if (s->dirty && serve_settle(s, &why) != ERR_NONE)
			log_warn("settling failed", &why);
	}
	engine_free(s->engine);
	spool_reader_close(s->reader);
	sockets_close(s);
	ingest_owners_close(s->owners);
	store_close(s->store);
}

enum err
ingest_serve(const struct ingest_serve_options *options, struct diag *why)
{
	struct server *s = heap_new(sizeof *s);
	enum err err;

	s->options = options;
	s->prune_from = os_now() + PRUNE_FIRST;
	s->dirty = true; /* an earlier run may have been cut off */
	err = begin(s, why);
	if (err == ERR_NONE) {
		settle_along(s->store, options->geo);
		upkeep_begin(s);
		upkeep_forget(s);
		if (options->ready)
			options->ready(options->ctx);
		run(s);
	}
	end(s);
	heap_free(s);
	return err;
}
