/* notice.c - what people are told of, once. */
#include "control/inside.h"

enum err
control_notice_put(struct control *c, const struct control_notice *n,
		   struct diag *why)
{
	return control_do(
		c,
		"INSERT INTO notice (owner, what, code, severity, domain,"
		" places, path, since, left_over, over_at)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
		" ON CONFLICT (owner, what) DO UPDATE SET"
		" places = excluded.places, path = excluded.path,"
		" over_at = excluded.over_at,"
		" left_over = iif(over_at > 0 AND over_at < ?8 - ?11,"
		" excluded.left_over, left_over),"
		" tries = iif(over_at > 0 AND over_at < ?8 - ?11, 0, tries),"
		" since = iif(over_at > 0 AND over_at < ?8 - ?11,"
		" excluded.since, since)",
		ARGS(INT(n->owner), TEXT(n->what), TEXT(n->code),
		     TEXT(n->severity), TEXT(n->domain), TEXT(n->places),
		     TEXT(n->path), INT(n->since), INT(n->left_over),
		     INT(n->over_at), INT(CONTROL_NOTICE_QUIET)),
		why);
}

enum err
control_notice_over(struct control *c, int64_t owner, struct str what,
		    int64_t now, struct diag *why)
{
	return control_do(c,
			  "UPDATE notice SET over_at = ?3 WHERE owner = ?1"
			  " AND what = ?2 AND over_at = 0",
			  ARGS(INT(owner), TEXT(what), INT(now)), why);
}

enum err
control_notice_lasts(struct control *c, int64_t owner, struct str what,
		     bool *lasts, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = control_ask(c,
				 "SELECT 1 FROM notice WHERE owner = ?1"
				 " AND what = ?2 AND over_at = 0",
				 ARGS(INT(owner), TEXT(what)), &st, why);

	*lasts = false;
	return e == ERR_NONE ? db_step(st, lasts, why) : e;
}

enum err
control_notice_forget(struct control *c, const struct control_notice_old *old,
		      struct diag *why)
{
	return control_do(c,
			  "UPDATE notice SET over_at = ?3 WHERE owner = ?1"
			  " AND over_at = 0 AND since < ?2"
			  " AND substr(what, 1, length(?4)) = ?4",
			  ARGS(INT(old->owner), INT(old->since), INT(old->now),
			       TEXT(old->kind)),
			  why);
}

/* A minute after the first failure, at most an hour. */
#define DUE                                                                    \
	" FROM notice WHERE left_over <> 0 AND (tries = 0 OR tried_at +"       \
	" min(3600, 60 << min(tries - 1, 6)) <= ?1)"

static enum err
is_any_due(struct control *c, int64_t now, bool *any, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = control_ask(c, "SELECT 1" DUE " LIMIT 1", ARGS(INT(now)),
				 &st, why);

	return e == ERR_NONE ? db_step(st, any, why) : e;
}

static enum err
forget(struct control *c, int64_t now, struct diag *why)
{
	enum err e = control_do(c,
				"UPDATE notice SET left_over = 0"
				" WHERE left_over <> 0 AND since < ?1",
				ARGS(INT(now - CONTROL_NOTICE_GIVE_UP)), why);

	if (e != ERR_NONE)
		return e;
	return control_do(c,
			  "DELETE FROM notice WHERE left_over = 0"
			  " AND over_at > 0 AND over_at < ?1",
			  ARGS(INT(now - CONTROL_NOTICE_QUIET)), why);
}

static struct control_notice
read_notice(struct db_statement *st)
{
	return (struct control_notice){
		.id = db_i64(st, 0),
		.owner = db_i64(st, 1),
		.what = db_text(st, 2),
		.code = db_text(st, 3),
		.severity = db_text(st, 4),
		.domain = db_text(st, 5),
		.places = db_text(st, 6),
		.path = db_text(st, 7),
		.since = db_i64(st, 8),
		.over_at = db_i64(st, 9),
		.left_over = (unsigned)db_i64(st, 10),
		.tries = (unsigned)db_i64(st, 11),
	};
}

enum err
control_notices_due(struct control *c, int64_t now, unsigned most,
		    enum err (*each)(void *ctx, const struct control_notice *),
		    void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = is_any_due(c, now, &row, why);

	if (e != ERR_NONE || !row)
		return e;
	e = forget(c, now, why);
	if (e == ERR_NONE)
		e = control_ask(c,
				"SELECT id, owner, what, code, severity,"
				" domain, places, path, since, over_at,"
				" left_over, tries" DUE
				" ORDER BY owner, id LIMIT ?2",
				ARGS(INT(now), INT(most)), &st, why);
	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_notice n = read_notice(st);

			e = each(ctx, &n);
		}
	}
	return e;
}

enum err
control_notice_tried(struct control *c, int64_t id, int64_t now, unsigned told,
		     struct str fault, struct diag *why)
{
	return control_do(
		c,
		"UPDATE notice SET left_over = left_over & ~?3, tried_at = ?2,"
		" tries = tries + 1, fault = ?4 WHERE id = ?1",
		ARGS(INT(id), INT(now), INT(told), TEXT(fault)), why);
}
