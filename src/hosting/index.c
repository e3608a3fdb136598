/* index.c - the index as a function of the store: what is served of a name,
 * and the two files it is written to. */
#include "hosting/private.h"
#include "log/log.h"
#include "os/os.h"

#include <string.h>

enum {
	SIGN_OF_LIFE = 1000, /* names between two */
	OWN_MEMORY = 16 << 10
};

/* ---- what is served of a name ---- */

struct choice {
	struct hosting_index *x;
	struct arena *mem;
	struct hosting_row living, old; /* is.id 0: none */
	struct diag *why;
};

/* The one that is proven, and the last one that is retired. */
static enum err
choose(void *ctx, const struct control_hosted *h)
{
	struct choice *choice = ctx;
	struct hosting_row *to = NULL;

	if (h->removed_at == 0 && h->proven_at != 0)
		to = &choice->living;
	else if (h->removed_at != 0 && h->mode == STSMODE_NONE)
		to = &choice->old;
	return to ? hosting_row_read(choice->x->control, h->id, choice->mem, to,
				     choice->why)
		  : ERR_NONE;
}

static void
put_policy(const struct hosting_row *row, struct arena *mem,
	   struct hosted_domain *out)
{
	SCOPED_BUF txt = BUF(HOSTED_TXT_MAX);

	if (stsmode_mode(row->is.mode) == MTASTS_NO_MODE || row->newest.id == 0)
		return;
	out->policy = row->newest.body;
	if (row->announced.id != 0 &&
	    mtasts_print_txt(&txt, row->announced.sts_id))
		(void)!arena_dup(mem, buf_str(&txt), &out->sts);
}

/* The record that leads TLS reports here, unless another was wished. */
static struct str
tls_rpt(struct hosting_index *x, const struct control_hosted *h,
	struct arena *mem)
{
	const struct control_domain by = { .name = h->name };
	struct control_domain d;
	struct control_records records;

	if (h->tls_rpt.n > 0)
		return h->tls_rpt;
	if (control_domain_find(x->control, &by, mem, NULL, &d, NULL) !=
		    ERR_NONE ||
	    control_records(&d, &x->instance, mem, &records, NULL) != ERR_NONE)
		return S("");
	for (size_t i = 0; i < records.count; i++)
		if (str_eq(str_of(records.record[i].purpose), S("tls_rpt")))
			return records.record[i].value;
	return S("");
}

static void
put_cert(const struct hosting_row *row, struct hosted_domain *out)
{
	if (!row->has_cert)
		return;
	out->chain = row->cert.chain;
	out->key = row->cert.key;
}

static void
put_living(struct hosting_index *x, const struct choice *choice,
	   struct arena *mem, struct hosted_domain *out)
{
	const struct hosting_row *row = &choice->living;
	enum stsmode_state mode = row->is.mode;

	out->name = row->is.name;
	out->token = row->is.token;
	out->flags = HOSTED_PROVEN;
	out->dmarc = row->is.dmarc;
	if (mode >= STSMODE_TLSRPT && mode <= STSMODE_NONE)
		out->tls_rpt = tls_rpt(x, &row->is, mem);
	put_policy(row, mem, out);
	/* Hosted once more before its old policy was over. */
	if (out->policy.n == 0 && choice->old.is.id != 0)
		put_policy(&choice->old, mem, out);
	if (out->policy.n > 0)
		put_cert(row, out);
}

static void
put_retiring(const struct hosting_row *row, struct arena *mem,
	     struct hosted_domain *out)
{
	/* Of a domain that is nobody's here any more only this is served. */
	if (!str_eq(row->newest.mode, S("none")))
		return;
	out->name = row->is.name;
	out->token = row->is.token;
	out->flags = HOSTED_RETIRING;
	put_policy(row, mem, out);
	put_cert(row, out);
}

static void
put_challenge(const struct hosting_index *x, struct str name,
	      struct hosted_domain *out)
{
	for (const struct hosting_challenge *c = x->challenges; c; c = c->next)
		if (str_eq(c->name, name)) {
			out->name = c->name;
			out->http_token = c->http_token;
			out->http_answer = c->http_answer;
			out->alpn_digest = c->alpn_digest;
		}
}

/* ---- names of ours ---- */

static bool
is_own(const struct hosted_zone *zone, struct str host)
{
	for (size_t i = 0; i < zone->own_n; i++)
		if (str_eq(zone->own[i], host))
			return true;
	return false;
}

static enum err
put_own(struct hosting_index *x, struct str name, struct arena *mem,
	struct hosted_domain *out, struct diag *why)
{
	struct str host = str_sub(name, strlen(HOSTED_OWN_LABEL), SIZE_MAX);
	struct control_cert cert = { 0 };
	bool found = false;
	enum err err;

	*out = (struct hosted_domain){ 0 };
	if (!is_own(&x->zone, host))
		return ERR_NONE;
	err = control_cert_find(x->control, host, mem, &cert, &found, why);
	if (err != ERR_NONE)
		return err;
	out->name = name;
	out->flags = HOSTED_OWN;
	out->chain = cert.chain;
	out->key = cert.key;
	put_challenge(x, name, out);
	return ERR_NONE;
}

enum err
hosting_index_entry(struct hosting_index *x, struct str name, struct arena *mem,
		    struct hosted_domain *out, struct diag *why)
{
	struct choice choice = { .x = x, .mem = mem, .why = why };
	enum err err;

	if (str_starts(name, S(HOSTED_OWN_LABEL)))
		return put_own(x, name, mem, out, why);
	err = control_hosted_named(x->control, name, choose, &choice, why);
	*out = (struct hosted_domain){ 0 };
	if (err != ERR_NONE)
		return err;
	if (choice.living.is.id != 0)
		put_living(x, &choice, mem, out);
	else if (choice.old.is.id != 0)
		put_retiring(&choice.old, mem, out);
	put_challenge(x, name, out);
	/* Nothing is proven of it: nothing is answered for it. */
	if (out->flags == 0)
		*out = (struct hosted_domain){ 0 };
	return ERR_NONE;
}

/* ---- the files ---- */

struct writing {
	struct hosting_index *x;
	struct hosted_writer *w;
	struct arena *mem;
	struct map *done; /* of a whole one: names that were written */
	struct diag *why;
	enum err err;
};

static bool
write_name(struct writing *w, struct str name, bool tell_gone)
{
	struct hosted_domain d;
	struct diag own = { 0 };

	arena_reset(w->mem);
	w->err = hosting_index_entry(w->x, name, w->mem, &d, w->why);
	if (w->err != ERR_NONE)
		return false;
	if (d.name.n == 0) {
		if (!tell_gone)
			return true;
		d.name = name;
		d.flags = HOSTED_GONE;
	}
	w->err = hosted_add(w->w, &d, &own);
	if (w->err == ERR_SYNTAX) {
		/* One that cannot be served is no reason to serve nobody. */
		log_warn("not hosted", &own, log_text("domain", name));
		w->err = ERR_NONE;
	}
	if (w->err != ERR_NONE)
		w->err =
			diag_set(w->why, w->err, own.code, 0, "%s", own.detail);
	return w->err == ERR_NONE;
}

static enum err
write_row(void *ctx, const struct control_hosted *h)
{
	struct writing *w = ctx;

	if (map_get(w->done, h->name, NULL))
		return ERR_NONE;
	map_put(w->done, h->name, 0);
	if (w->x->alive && map_count(w->done) % SIGN_OF_LIFE == 0)
		w->x->alive(w->x->ctx);
	return write_name(w, h->name, false) ? ERR_NONE : w->err;
}

static bool
write_recent(void *ctx, struct str name, uint64_t value)
{
	(void)value;
	return write_name(ctx, name, true);
}

static enum err
write_all(struct writing *w, struct diag *why)
{
	return control_hosted_all(w->x->control, write_row, w, why);
}

/* They are in no row, and few. */
static void
write_own(struct writing *w)
{
	SCOPED_ARENA mem = arena_new(OWN_MEMORY);
	const struct hosted_zone *zone = &w->x->zone;

	for (size_t i = 0; i < zone->own_n && w->err == ERR_NONE; i++) {
		struct str name = hosting_own_name(zone->own[i], mem);

		/* A challenge of it may have been touched. */
		if (!map_get(w->x->recent, name, NULL) || w->done)
			(void)write_name(w, name, false);
	}
}

static enum err
write_file(struct hosting_index *x, bool whole, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(2 * HOSTING_ROW_MEMORY);
	struct writing w = { .x = x, .mem = mem, .why = why };
	enum err err;

	x->zone.serial = ++x->serial;
	err = hosted_begin(x->dir, whole, &x->zone, &w.w, why);
	if (err != ERR_NONE)
		return err;
	if (whole) {
		w.done = map_new(SIZE_MAX);
		err = write_all(&w, why);
	} else {
		map_each(x->recent, write_recent, &w);
		err = w.err;
	}
	w.err = err;
	write_own(&w);
	err = w.err;
	map_free(w.done);
	os_step("index.filled");
	if (err == ERR_NONE)
		err = hosted_commit(w.w, why);
	else
		hosted_abandon(w.w);
	os_step("index.put");
	return err;
}

static enum err
note_recent(void *ctx, const struct control_hosted *h)
{
	struct hosting_index *x = ctx;

	hosting_index_touch(x, h->name);
	return ERR_NONE;
}

void
hosting_index_touch(struct hosting_index *x, struct str name)
{
	/* A full map forgets: then everything is written. */
	if (map_count(x->recent) >= HOSTING_RECENT)
		x->whole = false;
	map_put(x->recent, name, 1);
}

enum err
hosting_index_write(struct hosting_index *x, int64_t now, bool touched,
		    struct diag *why)
{
	/* Read before the rows: what changes meanwhile is written again. */
	uint64_t stamp = control_hosting_stamp(x->control);
	enum err err = ERR_NONE;

	if (x->whole && !touched && stamp == x->stamp)
		return ERR_NONE;
	if (x->whole)
		err = control_hosted_changed(x->control, x->stamp, note_recent,
					     x, why);
	if (err != ERR_NONE)
		return err;
	if ((int64_t)x->serial < now && now <= UINT32_MAX)
		x->serial = (uint32_t)now - 1;
	err = write_file(x, !x->whole, why);
	if (err != ERR_NONE)
		return err;
	if (!x->whole)
		map_clear(x->recent);
	x->whole = true;
	x->stamp = stamp;
	return ERR_NONE;
}

void
hosting_index_open(struct hosting_index *x)
{
	struct hosted *old = NULL;
	struct diag own = { 0 };

	x->recent = map_new(HOSTING_RECENT);
	/* The serial goes on where the last one ended; a damaged file is
	 * written anew. */
	if (hosted_open(x->dir, &old, &own) == ERR_NONE) {
		const struct hosted_zone *zone = hosted_zone_of(old);

		x->serial = zone ? zone->serial : 0;
	}
	hosted_close(old);
}

void
hosting_index_close(struct hosting_index *x)
{
	map_free(x->recent);
	x->recent = NULL;
}
