/* setup.c - the first run: one token, one admin, once. */
#include "control/inside.h"

enum { LIFE = 86400 /* seconds */, LETTERS = CONTROL_SECRET_SIZE - 1 };

enum err
control_is_new(struct control *c, bool *out, struct diag *why)
{
	int64_t there = 0;
	enum err e = db_number(c->db, "SELECT EXISTS (SELECT 1 FROM user)",
			       &there, why);

	if (e == ERR_NONE)
		*out = there == 0;
	return e;
}

enum err
control_setup_token(struct control *c, int64_t now,
		    char secret[CONTROL_SECRET_SIZE], struct diag *why)
{
	struct control_hash hash;
	enum err e = db_begin(c->db, why);

	if (e != ERR_NONE)
		return e;
	control_secret(secret, LETTERS);
	hash = control_hash_of(str_of(secret));
	e = control_do(c, "DELETE FROM setup", NO_ARGS, why);
	if (e == ERR_NONE)
		e = control_do(c, "INSERT INTO setup VALUES (?1, ?2)",
			       ARGS(BLOB(control_hash_str(&hash)), INT(now)),
			       why);
	return control_end(c, e, why);
}

static enum err
check_token(struct control *c, struct str token, int64_t now, struct diag *why)
{
	struct control_hash hash = control_hash_of(token);
	SCOPED_STATEMENT st = NULL;
	bool is_new = false, good = false;
	enum err e = control_is_new(c, &is_new, why);

	if (e == ERR_NONE && !is_new)
		e = diag_set(why, ERR_GONE, "control.set_up", 0, "%s", "");
	if (e == ERR_NONE)
		e = control_ask(
			c,
			"SELECT 1 FROM setup WHERE hash = ?1"
			" AND created_at >= ?2",
			ARGS(BLOB(control_hash_str(&hash)), INT(now - LIFE)),
			&st, why);
	if (e == ERR_NONE)
		e = db_step(st, &good, why);
	if (e == ERR_NONE && !good)
		e = diag_set(why, ERR_GONE, "control.bad_setup_token", 0, "%s",
			     "");
	return e;
}

static enum err
settle(struct control *c, struct str token, const struct control_user *user,
       const char *password, struct diag *why)
{
	enum err e = check_token(c, token, user->created_at, why);

	if (e == ERR_NONE)
		e = control_do(c, "DELETE FROM setup", NO_ARGS, why);
	if (e == ERR_NONE)
		e = control_user_insert(c, user, password, NULL, why);
	return e;
}

/* The token is looked at before the slow hashing, which strangers could make
 * us do otherwise, and once more where nobody can come between. */
enum err
control_setup(struct control *c, struct str token,
	      const struct control_user *user, struct str password, int64_t now,
	      struct diag *why)
{
	char hashed[SEAL_PASSWORD_SIZE];
	struct control_user admin = *user;
	enum err e = check_token(c, token, now, why);

	admin.role = CONTROL_ADMIN;
	admin.created_at = now;
	if (e == ERR_NONE)
		e = control_user_check(&admin, why);
	if (e == ERR_NONE)
		e = control_password_check(password, why);
	if (e == ERR_NONE && !seal_password_hash(password, hashed))
		e = diag_set(why, ERR_IO, "control.no_memory", 0, "argon2id");
	if (e == ERR_NONE)
		e = db_begin(c->db, why);
	if (e != ERR_NONE)
		return e;
	return control_end(c, settle(c, token, &admin, hashed, why), why);
}
