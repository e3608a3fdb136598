/* publish.c - DNS providers with their sealed secrets, and links for somebody
 * without a login. */
#include "control/inside.h"

enum {
	NAME_MAX_CHARACTERS = 60,
	SHARE_KEPT = 365 * CIVIL_DAY /* seconds after its end */
};

#define PROVIDER "id, name, kind, settings, added_at, used_at"

static struct control_provider
read_provider(struct db_statement *st)
{
	return (struct control_provider){
		.id = db_i64(st, 0),
		.name = db_text(st, 1),
		.kind = db_text(st, 2),
		.settings = db_text(st, 3),
		.added_at = db_i64(st, 4),
		.used_at = db_i64(st, 5),
	};
}

bool
control_key_path(const char *dir, const char *given, struct buf *out)
{
	struct str data = str_of(dir);

	if (given && given[0])
		return buf_addz(out, given);
	while (data.n > 1 && data.p[data.n - 1] == '/')
		data.n--;
	return buf_addf(out, "%.*s.master-key", STR_ARG(data));
}

/* ---- adding and removing ---- */

static enum err
is_free(struct control *c, int64_t owner, struct str name, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(c,
				 "SELECT 1 FROM dns_provider WHERE owner = ?1"
				 " AND name = ?2",
				 ARGS(INT(owner), TEXT(name)), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e == ERR_NONE && row)
		e = diag_set(why, ERR_GONE, "control.provider_exists", 0,
			     "%.*s", STR_ARG(name));
	return e;
}

static enum err
insert(struct control *c, int64_t owner, struct control_provider *p,
       struct str sealed, struct diag *why)
{
	enum err e = is_free(c, owner, p->name, why);

	if (e == ERR_NONE)
		e = control_do(c,
			       "INSERT INTO dns_provider (owner, name, kind,"
			       " settings, secret, added_at)"
			       " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
			       ARGS(INT(owner), TEXT(p->name), TEXT(p->kind),
				    TEXT(p->settings), BLOB(sealed),
				    INT(p->added_at)),
			       why);
	if (e == ERR_NONE)
		p->id = db_last_id(c->db);
	return e;
}

enum err
control_provider_add(struct control *c, int64_t owner,
		     struct control_provider *p, struct str secret,
		     const uint8_t key[SEAL_KEY_BYTES], struct diag *why)
{
	SCOPED_BUF sealed = BUF(CONTROL_PROVIDER_SECRET_MAX + 256);
	enum err e;

	if (!control_is_label(p->name, NAME_MAX_CHARACTERS))
		return diag_set(why, ERR_SYNTAX, "control.bad_value", 0,
				"name");
	if (secret.n > CONTROL_PROVIDER_SECRET_MAX ||
	    !seal_close(key, secret, &sealed))
		return diag_set(why, ERR_SYNTAX, "control.bad_value", 0,
				"secret");
	e = db_begin(c->db, why);
	if (e != ERR_NONE)
		return e;
	return control_end(c, insert(c, owner, p, buf_str(&sealed), why), why);
}

enum err
control_provider_remove(struct control *c, int64_t owner, int64_t id,
			struct diag *why)
{
	enum err e = control_do(
		c, "DELETE FROM dns_provider WHERE owner = ?1 AND id = ?2",
		ARGS(INT(owner), INT(id)), why);

	return e == ERR_NONE
		       ? control_changed(c, "control.no_provider", S(""), why)
		       : e;
}

/* ---- reading ---- */

enum err
control_providers(struct control *c, int64_t owner,
		  enum err (*each)(void *ctx, const struct control_provider *),
		  void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(c,
				 "SELECT " PROVIDER " FROM dns_provider"
				 " WHERE owner = ?1 ORDER BY name",
				 ARGS(INT(owner)), &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_provider p = read_provider(st);

			e = each(ctx, &p);
		}
	}
	return e;
}

enum err
control_provider_find(struct control *c, int64_t owner,
		      const struct control_provider *by, struct arena *mem,
		      struct control_provider *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(
		c,
		"SELECT " PROVIDER " FROM dns_provider WHERE owner = ?1"
		" AND iif(?2 = 0, name = ?3, id = ?2)",
		ARGS(INT(owner), INT(by->id), TEXT(by->name)), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE)
		return e;
	if (!row)
		return diag_set(why, ERR_GONE, "control.no_provider", 0, "%.*s",
				STR_ARG(by->name));
	*out = read_provider(st);
	e = control_keep(st, 1, mem, &out->name, why);
	if (e == ERR_NONE)
		e = control_keep(st, 2, mem, &out->kind, why);
	if (e == ERR_NONE)
		e = control_keep(st, 3, mem, &out->settings, why);
	return e;
}

enum err
control_provider_secret(struct control *c, int64_t owner, int64_t id,
			const uint8_t key[SEAL_KEY_BYTES], struct buf *out,
			struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(c,
				 "SELECT secret, name FROM dns_provider"
				 " WHERE owner = ?1 AND id = ?2",
				 ARGS(INT(owner), INT(id)), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE)
		return e;
	if (!row)
		return diag_set(why, ERR_GONE, "control.no_provider", 0, "%s",
				"");
	if (!seal_open(key, db_blob(st, 0), out))
		return diag_set(why, ERR_SYNTAX, "control.sealed", 0, "%.*s",
				STR_ARG(db_text(st, 1)));
	return ERR_NONE;
}

/* ---- links ---- */

enum err
control_share_add(struct control *c, int64_t owner, int64_t plan, int64_t now,
		  char secret[CONTROL_SECRET_SIZE], struct diag *why)
{
	struct control_hash hash;
	enum err e;

	control_secret(secret, CONTROL_SECRET_SIZE - 1);
	hash = control_hash_of(str_of(secret));
	e = control_do(c, "DELETE FROM dns_share WHERE expires_at < ?1",
		       ARGS(INT(now - SHARE_KEPT)), why);
	if (e != ERR_NONE)
		return e;
	return control_do(
		c,
		"INSERT INTO dns_share (hash, owner, plan, made_at, expires_at)"
		" VALUES (?1, ?2, ?3, ?4, ?5)",
		ARGS(BLOB(control_hash_str(&hash)), INT(owner), INT(plan),
		     INT(now), INT(now + CONTROL_SHARE_DAYS * CIVIL_DAY)),
		why);
}

enum err
control_share_find(struct control *c, struct str secret, int64_t now,
		   struct control_share *out, struct diag *why)
{
	struct control_hash hash = control_hash_of(secret);
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(c,
				 "SELECT owner, plan, expires_at FROM dns_share"
				 " WHERE hash = ?1",
				 ARGS(BLOB(control_hash_str(&hash))), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE)
		return e;
	if (!row)
		return diag_set(why, ERR_GONE, "control.no_share", 0, "%s", "");
	*out = (struct control_share){ db_i64(st, 0), db_i64(st, 1),
				       db_i64(st, 2) };
	if (out->expires_at <= now)
		return diag_set(why, ERR_GONE, "control.share_over", 0, "%s",
				"");
	return ERR_NONE;
}
