/* work.c - what takes long: reading again, claiming, sample data. Mail and
 * short requests have their turn in between. */
#include "ingest/server.h"

#include "dnsname/dnsname.h"

enum {
	DOMAINS_MAX = 1000, /* of sample data */
	CLAIMED_MAX = 4000, /* names in the bin, at a time */
	DAYS_MAX = 3660,
	DOMAINS = 3,
	DAYS = 90
};

void
work_begin(struct server *s, struct job *job)
{
	*job = (struct job){ .client = -1, .resets = engine_resets(s->engine) };
}

void
work_told(struct job *job, const struct ingest_item *item)
{
	import_count(&job->totals, item);
	if (job->domains && item->known && item->domain.n > 0)
		map_put(job->domains, item->domain, 1);
	if (job->client >= 0)
		work_line(job, item);
}

/* What was in hand may have been lost to trouble that mail ran into. */
static enum err
check(struct server *s, const struct job *job, struct diag *why)
{
	if (serve_stopped(s))
		return diag_set(why, ERR_STOP, "ingest.stopped", 0, " ");
	if (engine_resets(s->engine) != job->resets)
		return diag_set(why, ERR_IO, "store.full", 0, " ");
	if (job->deserted)
		return diag_set(why, ERR_STOP, "ingest.stopped", 0, " ");
	return ERR_NONE;
}

enum err
work_end(struct server *s, struct job *job, struct diag *why)
{
	enum err err = engine_finish(s->engine, why);

	if (err == ERR_NONE)
		err = check(s, job, why);
	if (err == ERR_NONE)
		err = serve_settle(s, why);
	return err;
}

/* ---- again ---- */

struct again {
	struct server *s;
	struct job job;
	bool claims;
	struct diag *why;
};

static enum err
read_again(void *ctx, const struct store_report *report, struct str raw,
	   enum decode_media media)
{
	struct again *a = ctx;
	enum err err = engine_again(a->s->engine, report, raw, a->claims,
				    &a->job, a->why);

	(void)media;
	a->job.totals.files++;
	if (a->job.client >= 0)
		work_flush(&a->job);
	if (err == ERR_NONE && !serve_turn(a->s, &a->job))
		err = check(a->s, &a->job, a->why);
	return err;
}

static enum err
read_entry_again(struct again *a, int64_t intake, struct diag *why)
{
	return store_each_raw_of(a->s->store, STORE_OWNER_SELF, intake,
				 read_again, a, why);
}

static enum err
choose_again(struct again *a, const struct request *r, struct diag *why)
{
	int64_t id = 0;
	bool all = false;

	if (json_i64(json_get(r->json, "intake"), &id))
		return read_entry_again(a, id, why);
	if (json_i64(json_get(r->json, "report"), &id) && id > 0)
		return store_each_raw(a->s->store, STORE_OWNER_SELF, id,
				      read_again, a, why);
	if (json_bool(json_get(r->json, "all"), &all) && all)
		return store_each_raw(a->s->store, STORE_OWNER_SELF, 0,
				      read_again, a, why);
	return diag_set(why, ERR_SYNTAX, "ingest.bad_request", 0, "report");
}

enum err
work_reparse(struct server *s, const struct request *r, struct buf *answer,
	     struct diag *why)
{
	struct again a = { .s = s, .why = why };
	bool items = false;
	enum err err;

	work_begin(s, &a.job);
	if (json_bool(json_get(r->json, "items"), &items) && items)
		work_lines_to(&a.job, r->client);
	err = choose_again(&a, r, why);
	if (err == ERR_NONE)
		err = work_end(s, &a.job, why);
	if (items)
		work_drain(&a.job);
	serve_count_bins(s);
	line_put_totals(answer, &a.job.totals);
	return err;
}

enum err
work_claim(struct server *s, const struct request *r, struct buf *answer,
	   struct diag *why)
{
	struct str domain = json_str(json_get(r->json, "domain"));
	struct again a = { .s = s, .claims = true, .why = why };
	SCOPED_ARENA mem = arena_new(16 << 10);
	struct str folded;
	enum err err;

	if (domain.n == 0 || !dnsname_fold(domain, mem, &folded))
		return diag_set(why, ERR_SYNTAX, "ingest.bad_request", 0,
				"domain");
	owners_refresh(s->owners);
	work_begin(s, &a.job);
	err = store_each_unclaimed(s->store, folded, read_again, &a, why);
	if (err == ERR_NONE)
		err = work_end(s, &a.job, why);
	serve_count_bins(s);
	line_put_totals(answer, &a.job.totals);
	return err;
}

/* ---- all that is registered ---- */

struct claiming {
	struct again again;
	struct map *names; /* of the bin, that are ours by now */
	enum err err;
};

static enum err
note_bin(void *ctx, const struct store_bin_domain *d)
{
	struct claiming *c = ctx;

	if (map_count(c->names) < CLAIMED_MAX &&
	    ingest_owner_of(c->again.s->owners, d->domain) == STORE_OWNER_SELF)
		map_put(c->names, d->domain, 1);
	return ERR_NONE;
}

static bool
claim_name(void *ctx, struct str name, uint64_t value)
{
	struct claiming *c = ctx;

	(void)value;
	c->err = store_each_unclaimed(c->again.s->store, name, read_again,
				      &c->again, c->again.why);
	return c->err == ERR_NONE;
}

/* Nothing while none is registered: what is in the bin then stays there. */
enum err
work_claim_registered(struct server *s, struct ingest_totals *out,
		      struct diag *why)
{
	struct claiming c = { .again = { .s = s, .claims = true, .why = why } };
	enum err err;

	if (!owners_any(s->owners) || s->quota.used.unclaimed == 0)
		return ERR_NONE;
	err = engine_finish(s->engine, why);
	if (err != ERR_NONE)
		return err;
	c.names = map_new(CLAIMED_MAX);
	work_begin(s, &c.again.job);
	err = store_bin_domains(s->store, note_bin, &c, why);
	if (err == ERR_NONE && map_count(c.names) > 0) {
		map_each(c.names, claim_name, &c);
		err = c.err;
		if (err == ERR_NONE)
			err = work_end(s, &c.again.job, why);
		serve_count_bins(s);
	}
	map_free(c.names);
	*out = c.again.job.totals;
	return err;
}

/* ---- sample data ---- */

struct loading {
	struct server *s;
	struct job job;
	struct diag *why;
};

static enum err
take_sample(void *ctx, struct str name, struct str message)
{
	struct loading *l = ctx;
	enum err err = sample_add(l->s->engine, name, message, &l->job, l->why);

	l->job.totals.files++;
	l->job.totals.bytes += message.n;
	if (err == ERR_NONE && !serve_turn(l->s, &l->job))
		err = check(l->s, &l->job, l->why);
	return err;
}

static unsigned
within(const struct request *r, const char *key, unsigned fallback,
       unsigned most)
{
	int64_t n = fallback;

	(void)json_i64(json_get(r->json, key), &n);
	if (n < 1)
		return 1;
	return n > most ? most : (unsigned)n;
}

static enum err
load(struct loading *l, const struct request *r, struct diag *why)
{
	const struct ingest_serve_options *o = l->s->options;
	enum err err = o->sample(
		o->sample_ctx, within(r, "domains", DOMAINS, DOMAINS_MAX),
		within(r, "days", DAYS, DAYS_MAX), take_sample, l, why);

	if (err == ERR_NONE)
		err = work_end(l->s, &l->job, why);
	if (err == ERR_NONE)
		err = sample_note(owners_control(l->s->owners), l->job.domains,
				  why);
	return err;
}

enum err
work_sample_load(struct server *s, const struct request *r, struct buf *answer,
		 struct diag *why)
{
	struct loading l = { .s = s, .why = why };
	enum err err;

	if (!s->options->sample)
		return diag_set(why, ERR_GONE, "ingest.no_sample", 0, " ");
	work_begin(s, &l.job);
	l.job.domains = map_new(SAMPLE_DOMAINS_MAX);
	err = load(&l, r, why);
	map_free(l.job.domains);
	line_put_totals(answer, &l.job.totals);
	return err;
}

enum err
work_sample_remove(struct server *s, const struct request *r,
		   struct buf *answer, struct diag *why)
{
	uint64_t all = 0;
	bool more = true;
	struct job job;
	enum err err = ERR_NONE;

	(void)r;
	work_begin(s, &job);
	while (err == ERR_NONE && more) {
		uint64_t deleted = 0;

		err = engine_finish(s->engine, why);
		if (err == ERR_NONE)
			err = store_delete_door(s->store, STORE_OWNER_SELF,
						S("sample"), &deleted, &more,
						why);
		all += deleted;
		job.since = UINT32_MAX - 1;
		if (err == ERR_NONE && !serve_turn(s, &job))
			err = check(s, &job, why);
	}
	if (err == ERR_NONE)
		err = work_end(s, &job, why);
	if (err == ERR_NONE)
		err = sample_note(owners_control(s->owners), NULL, why);
	(void)buf_addf(answer, "{\"deleted\":%llu}", (unsigned long long)all);
	return err;
}
