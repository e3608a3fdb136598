/* own.c - certificates of names of ours, for the roles that show them: out of
 * the index, opened with the master key, without a new start. */
#include "control/control.h"
#include "dnsname/dnsname.h"
#include "hosting/hosting.h"
#include "log/log.h"
#include "serve/own.h"

#include <stdio.h>

enum { NAME_MEMORY = 4096 };

struct str
serve_url_host(struct str url)
{
	struct str scheme = STR("https://");

	if (!str_starts_fold(url, scheme))
		return S("");
	url = str_sub(url, scheme.n, SIZE_MAX);
	url = str_sub(url, 0, str_index(url, '/'));
	return str_sub(url, 0, str_index(url, ':'));
}

bool
serve_is_own(const struct serve_options *o, struct str host)
{
	const struct serve_list *own = &o->hosting.own_names;

	for (size_t i = 0; o->hosting.zone[0] && i < own->n; i++)
		if (host.n > 0 && str_eq_fold(str_of(own->at[i]), host))
			return true;
	return false;
}

/* ---- in a role ---- */

void
serve_own_begin(struct serve_own *own, const struct serve *s, struct str name,
		struct tls_identity *identity)
{
	const struct serve_options *o = &s->options;
	const struct hosting_options hosting = {
		.data = o->data, .master_key = o->hosting.master_key
	};
	SCOPED_BUF path = BUF(SERVE_PATH_ROOM - 1);
	struct arena *mem;

	if (!identity || !serve_is_own(o, name) ||
	    !hosting_key_path(&hosting, &path))
		return;
	own->mem = mem = arena_new(NAME_MEMORY);
	if (!dnsname_fold(name, mem, &own->name))
		own->name = S("");
	own->data = o->data;
	own->identity = identity;
	(void)snprintf(own->key_path, sizeof own->key_path, "%s", buf_c(&path));
}

/* The master key is here for this moment only. */
static enum err
open_key(const struct serve_own *own, const struct hosted_domain *d,
	 struct buf *out, struct diag *why)
{
	uint8_t key[SEAL_KEY_BYTES];
	enum err err = control_master_key(own->key_path, false, key, why);

	if (err == ERR_NONE && !seal_open(key, d->key, out))
		err = diag_set(why, ERR_SYNTAX, "tls.bad_pair", 0, "key");
	seal_wipe(key, sizeof key);
	return err;
}

static void
take(struct serve_own *own, const struct hosted_domain *d)
{
	SCOPED_BUF key = BUF(HOSTED_KEY_MAX);
	struct diag why = { 0 };
	enum err err = open_key(own, d, &key, &why);

	if (err == ERR_NONE)
		err = tls_replace(own->identity, d->chain, buf_str(&key), &why);
	if (key.p)
		seal_wipe(key.p, key.room);
	if (err == ERR_NONE)
		log_info("certificate_taken", log_text("name", own->name));
	else
		log_error("bad_certificate", &why, log_text("name", own->name));
}

static void
look(struct serve_own *own)
{
	struct hosted_domain d;
	struct diag why = { 0 };
	uint64_t mark;

	if (own->index)
		(void)hosted_refresh(own->index);
	else if (hosted_open(own->data, &own->index, &why) != ERR_NONE)
		return;
	if (!hosted_own(own->index, own->name, &d) || d.chain.n == 0 ||
	    d.key.n == 0)
		return;
	mark = str_hash(d.chain) * 31 ^ str_hash(d.key);
	if (mark == own->mark)
		return;
	/* Told once, also what cannot be used. */
	own->mark = mark;
	take(own, &d);
}

void
serve_own_alive(void *ctx)
{
	struct serve_own *own = ctx;

	if (own->name.n > 0)
		look(own);
	serve_alive(own->me);
}

void
serve_own_end(struct serve_own *own)
{
	hosted_close(own->index);
	arena_free(own->mem);
}
