/* keep.c - settings of the instance, answers given before, what was done. */
#include "control/inside.h"

#include <string.h>

enum { DAY = 86400, ACTION_MAX = 64 };

enum err
control_setting_get(struct control *c, int64_t owner, const char *name,
		    struct buf *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(
		c, "SELECT value FROM setting WHERE owner = ?1 AND name = ?2",
		ARGS(INT(owner), TEXT(str_of(name))), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e == ERR_NONE && row && !buf_add(out, db_blob(st, 0)))
		e = diag_set(why, ERR_LIMIT, "control.too_large", 0, "%s",
			     name);
	return e;
}

enum err
control_setting_put(struct control *c, int64_t owner, const char *name,
		    struct str value, struct diag *why)
{
	if (value.n == 0)
		return control_do(c,
				  "DELETE FROM setting WHERE owner = ?1"
				  " AND name = ?2",
				  ARGS(INT(owner), TEXT(str_of(name))), why);
	return control_do(c,
			  "INSERT INTO setting VALUES (?1, ?2, ?3)"
			  " ON CONFLICT DO UPDATE SET value = excluded.value",
			  ARGS(INT(owner), TEXT(str_of(name)), BLOB(value)),
			  why);
}

static enum err
earlier_answer(struct control *c, int64_t owner,
	       const struct control_hash *hash, struct buf *answer,
	       struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(
		c, "SELECT answer FROM answered WHERE owner = ?1 AND hash = ?2",
		ARGS(INT(owner), BLOB(control_hash_str(hash))), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE)
		return e;
	buf_clear(answer);
	if (row && !buf_add(answer, db_blob(st, 0)))
		e = diag_set(why, ERR_LIMIT, "control.too_large", 0, "%s",
			     "answer");
	return e;
}

static enum err
answer_once(struct control *c, int64_t owner, const struct control_once *once,
	    struct buf *answer, bool *fresh, struct diag *why)
{
	struct control_hash hash = control_hash_of(once->key);
	enum err e = control_do(c, "DELETE FROM answered WHERE at <= ?1",
				ARGS(INT(once->now - DAY)), why);

	if (e == ERR_NONE)
		e = control_do(c,
			       "INSERT INTO answered VALUES (?1, ?2, ?3, ?4)"
			       " ON CONFLICT DO NOTHING",
			       ARGS(INT(owner), BLOB(control_hash_str(&hash)),
				    INT(once->now), BLOB(buf_str(answer))),
			       why);
	if (e != ERR_NONE)
		return e;
	*fresh = db_changes(c->db) > 0;
	return *fresh ? ERR_NONE : earlier_answer(c, owner, &hash, answer, why);
}

enum err
control_idempotent(struct control *c, int64_t owner,
		   const struct control_once *once, struct buf *answer,
		   bool *fresh, struct diag *why)
{
	enum err e = db_begin(c->db, why);

	if (e != ERR_NONE)
		return e;
	return control_end(c, answer_once(c, owner, once, answer, fresh, why),
			   why);
}

/* ---- what was done ---- */

enum err
control_audit(struct control *c, int64_t owner, const struct control_deed *deed,
	      struct diag *why)
{
	return control_do(c,
			  "INSERT INTO audit (owner, at, actor, action, object)"
			  " VALUES (?1, ?2, ?3, ?4, ?5)",
			  ARGS(INT(owner), INT(deed->at), TEXT(deed->actor),
			       TEXT(str_of(deed->action)), TEXT(deed->object)),
			  why);
}

/* A word of the log as a C string; what is too long is cut. */
static void
word(struct str text, char *out, size_t room)
{
	text = str_sub(text, 0, room - 1);
	memcpy(out, text.p, text.n);
	out[text.n] = '\0';
}

enum err
control_deeds(struct control *c, int64_t owner, unsigned most,
	      enum err (*each)(void *ctx, const struct control_deed *),
	      void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(c,
				 "SELECT actor, action, object, at FROM audit"
				 " WHERE owner = ?1 ORDER BY id DESC LIMIT ?2",
				 ARGS(INT(owner), INT(most)), &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			char action[ACTION_MAX];
			const struct control_deed deed = {
				.actor = db_text(st, 0),
				.action = action,
				.object = db_text(st, 2),
				.at = db_i64(st, 3),
			};

			word(db_text(st, 1), action, sizeof(action));
			e = each(ctx, &deed);
		}
	}
	return e;
}
