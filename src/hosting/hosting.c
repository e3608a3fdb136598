/* hosting.c - the service: begins, takes its turns, ends. */
#include "hosting/hosting.h"
#include "dnsname/dnsname.h"
#include "hosting/private.h"
#include "log/log.h"

enum { PATH_ROOM = 8192, ZONE_MEMORY = 64 << 10 };

bool
hosting_publish(struct hosting *h, bool touched)
{
	struct diag why = { 0 };
	enum err err =
		hosting_index_write(&h->index, h->o.clock(), touched, &why);

	if (err != ERR_NONE && !h->in_trouble)
		log_error("index_failed", &why);
	h->in_trouble = err != ERR_NONE;
	return err == ERR_NONE;
}

/* ---- turns ---- */

static void
turn(void *ctx)
{
	struct hosting *h = ctx;
	struct diag why = { 0 };

	if (control_hosted_orphans(h->control, h->o.clock(), &why) != ERR_NONE)
		log_warn("hosting_failed", &why);
	/* Policies first: who leaves gets his `none` before anything is
	 * written. */
	hosting_work_turn(h);
	(void)hosting_publish(h, false);
	hosting_proof_turn(h);
	hosting_cert_turn(h);
	hosting_fetches_turn(h);
}

/* ---- the zone ---- */

void
hosting_caa(struct hosting *h)
{
	struct hosted_zone *zone = &h->index.zone;

	zone->caa_n = 0;
	for (size_t i = 0; i < h->o.caa.n && i < HOSTED_CAA_MAX; i++) {
		SCOPED_ARENA mem = arena_new(ACME_URL_SIZE * 8);
		struct control_acme account = { 0 };
		struct diag why = { 0 };
		bool found = false;
		struct str of = str_of(i < h->o.cas.n ? h->o.cas.at[i] : "");

		if (control_acme_get(h->control, of, mem, &account, &found,
				     &why) != ERR_NONE)
			log_warn("hosting_failed", &why);
		zone->caa[zone->caa_n++] =
			account.kid.n > 0
				? hosting_printed(h->mem, "%s; accounturi=%.*s",
						  h->o.caa.at[i],
						  STR_ARG(account.kid))
				: str_of(h->o.caa.at[i]);
	}
}

/* ---- the key ---- */

/* What cannot be opened any more is forgotten, to be made anew. */
static enum err
check_key(struct hosting *h, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(HOSTING_ROW_MEMORY);
	SCOPED_BUF key = BUF(ACME_KEY_MAX);
	struct control_acme account = { 0 };
	struct diag note = { 0 };
	bool found = false;
	enum err err =
		control_acme_get(h->control, S(""), mem, &account, &found, why);

	if (err != ERR_NONE || !found)
		return err;
	if (seal_open(h->master, account.key, &key)) {
		seal_wipe(key.p, key.n);
		return ERR_NONE;
	}
	(void)diag_set(&note, ERR_GONE, "hosting.key_changed", 0, "%s", "");
	log_warn("certificates_forgotten", &note);
	return control_certs_forget(h->control, why);
}

static enum err
open_all(struct hosting *h, struct diag *why)
{
	SCOPED_BUF path = BUF(PATH_ROOM);
	enum err err = hosting_zone(&h->o, h->mem, &h->index.zone, why);

	if (err == ERR_NONE)
		err = control_open(h->o.data, &h->control, why);
	if (err != ERR_NONE)
		return err;
	if (!hosting_key_path(&h->o, &path))
		return diag_set(why, ERR_LIMIT, "hosting.bad_master_key", 0,
				"%s", h->o.master_key);
	err = control_master_key(buf_c(&path), true, h->master, why);
	return err == ERR_NONE ? check_key(h, why) : err;
}

/* ---- life ---- */

enum err
hosting_start(struct loop *l, struct inspect *in,
	      const struct hosting_options *options, struct hosting **out,
	      struct diag *why)
{
	struct hosting *h = heap_new(sizeof(*h));
	enum err err;

	*h = (struct hosting){ .loop = l,
			       .inspect = in,
			       .o = *options,
			       .mem = arena_new(ZONE_MEMORY) };
	err = open_all(h, why);
	if (err != ERR_NONE) {
		hosting_stop(h);
		return err;
	}
	h->index.dir = h->o.data;
	h->index.control = h->control;
	h->index.alive = h->o.alive;
	h->index.ctx = h->o.ctx;
	h->index.instance = (struct control_instance){
		.hostname = str_of(h->o.hostname),
		.base_url = str_of(h->o.base_url),
	};
	hosting_index_open(&h->index);
	hosting_caa(h);
	h->timer = loop_timer_new(l, turn, h);
	loop_timer_set(h->timer, h->o.poll_ms ? h->o.poll_ms : HOSTING_POLL_MS,
		       true);
	loop_defer(l, turn, h);
	*out = h;
	return ERR_NONE;
}

void
hosting_stop(struct hosting *h)
{
	if (!h)
		return;
	loop_forget(h->loop, h);
	loop_timer_free(h->timer);
	hosting_proof_stop(h);
	hosting_cert_stop(h);
	hosting_work_stop(h);
	hosting_index_close(&h->index);
	control_close(h->control);
	seal_wipe(h->master, sizeof(h->master));
	arena_free(h->mem);
	heap_free(h);
}
