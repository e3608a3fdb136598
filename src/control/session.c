/* session.c - coming in with a password, staying in with a cookie. */
#include "control/inside.h"

#include <string.h>

enum {
	LIFE = 30 * 86400, /* seconds */
	IDLE = 7 * 86400,
	/* A session's last use is written when it is this much older, so that
	 * reading costs no commit each time. */
	SLACK = 300,
	LETTERS = CONTROL_SECRET_SIZE - 1
};

struct candidate {
	int64_t id; /* 0: nobody */
	char password[SEAL_PASSWORD_SIZE];
};

static enum err
find_candidate(struct control *c, struct str name, struct candidate *out,
	       struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e =
		control_ask(c, "SELECT id, password FROM user WHERE name = ?1",
			    ARGS(TEXT(name)), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE || !row)
		return e;

	struct str hash = db_text(st, 1);

	if (hash.n >= sizeof(out->password))
		return ERR_NONE;
	out->id = db_i64(st, 0);
	memcpy(out->password, hash.p, hash.n);
	out->password[hash.n] = '\0';
	return ERR_NONE;
}

static enum err
begin_session(struct control *c, int64_t user, int64_t now, const char *secret,
	      struct diag *why)
{
	struct control_hash hash = control_hash_of(str_of(secret));
	enum err e = control_do(
		c, "DELETE FROM session WHERE created_at < ?1 OR used_at < ?2",
		ARGS(INT(now - LIFE), INT(now - IDLE)), why);

	if (e == ERR_NONE)
		e = control_do(c, "INSERT INTO session VALUES (?1, ?2, ?3, ?3)",
			       ARGS(BLOB(control_hash_str(&hash)), INT(user),
				    INT(now)),
			       why);
	if (e == ERR_NONE)
		e = control_do(c,
			       "UPDATE user SET last_login = ?2 WHERE id = ?1",
			       ARGS(INT(user), INT(now)), why);
	/* Removed, or given another password, while this one was checked. */
	if (e == ERR_NONE)
		e = control_changed(c, "control.refused", S(""), why);
	return e;
}

static enum err
let_in(struct control *c, const struct control_try *t,
       const struct candidate *who, const char *secret, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool same = false;
	enum err e = control_ask(
		c, "SELECT 1 FROM user WHERE id = ?1 AND password = ?2",
		ARGS(INT(who->id), TEXT(str_of(who->password))), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &same, why);
	if (e == ERR_NONE && !same)
		e = diag_set(why, ERR_GONE, "control.refused", 0, "%s", "");
	if (e == ERR_NONE)
		e = control_try_right(c, t, why);
	if (e == ERR_NONE)
		e = begin_session(c, who->id, t->now, secret, why);
	return e;
}

enum err
control_login(struct control *c, const struct control_login *login,
	      char secret[CONTROL_SECRET_SIZE], struct diag *why)
{
	struct candidate who = { 0 };
	struct control_try t;
	enum err e;

	control_try_init(&t, login->name, login->address, login->now);
	e = control_try_begin(c, &t, why);
	if (e == ERR_NONE)
		e = find_candidate(c, login->name, &who, why);
	if (e != ERR_NONE)
		return e;
	if (login->password.n > CONTROL_PASSWORD_MAX ||
	    !seal_password_verify(who.id ? who.password : NULL,
				  login->password))
		return diag_set(why, ERR_GONE, "control.refused", 0, "%s", "");
	control_secret(secret, LETTERS);
	e = db_begin(c->db, why);
	if (e == ERR_NONE)
		e = control_end(c, let_in(c, &t, &who, secret, why), why);
	return e;
}

/* ---- staying ---- */

/* Another hash of the same secret: who knows it does not know the cookie. */
static void
derive_csrf(struct str secret, char csrf[CONTROL_SECRET_SIZE])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789-_";
	struct seal_hash *h = seal_hash_new();
	uint8_t bytes[SEAL_HASH_BYTES + 1] = { 0 };

	seal_hash_add(h, S("waxseal csrf\n"));
	seal_hash_add(h, secret);
	seal_hash_end(h, bytes);
	for (size_t i = 0; i < LETTERS; i++) {
		size_t bit = i * 6;
		unsigned two =
			(unsigned)bytes[bit / 8] << 8 | bytes[bit / 8 + 1];

		csrf[i] = letters[two >> (10 - bit % 8) & 63];
	}
	csrf[LETTERS] = '\0';
}

struct stay {
	int64_t user, used_at;
};

static enum err
find_session(struct control *c, const struct control_hash *hash, int64_t now,
	     struct stay *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(c,
				 "SELECT user, used_at FROM session"
				 " WHERE hash = ?1 AND created_at >= ?2"
				 " AND used_at >= ?3",
				 ARGS(BLOB(control_hash_str(hash)),
				      INT(now - LIFE), INT(now - IDLE)),
				 &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e == ERR_NONE && !row)
		e = diag_set(why, ERR_GONE, "control.no_session", 0, "%s", "");
	if (e != ERR_NONE)
		return e;
	out->user = db_i64(st, 0);
	out->used_at = db_i64(st, 1);
	return ERR_NONE;
}

enum err
control_session(struct control *c, struct str secret, int64_t now,
		struct arena *mem, struct control_session *out,
		struct diag *why)
{
	struct control_hash hash = control_hash_of(secret);
	struct diag none = { 0 };
	struct stay stay = { 0 };
	enum err e = find_session(c, &hash, now, &stay, why);

	if (e != ERR_NONE)
		return e;
	e = control_user_by_id(c, stay.user, mem, &out->user, &none);
	if (e == ERR_GONE)
		return diag_set(why, ERR_GONE, "control.no_session", 0, "%s",
				"");
	if (e != ERR_NONE)
		return diag_set(why, e, none.code, 0, "%s", none.detail);
	/* A busy writer is no reason to turn somebody away. */
	if (now - stay.used_at > SLACK)
		(void)!control_do(c,
				  "UPDATE session SET used_at = ?2"
				  " WHERE hash = ?1 AND used_at < ?2",
				  ARGS(BLOB(control_hash_str(&hash)), INT(now)),
				  NULL);
	derive_csrf(secret, out->csrf);
	return ERR_NONE;
}

enum err
control_logout(struct control *c, struct str secret, struct diag *why)
{
	struct control_hash hash = control_hash_of(secret);

	return control_do(c, "DELETE FROM session WHERE hash = ?1",
			  ARGS(BLOB(control_hash_str(&hash))), why);
}
