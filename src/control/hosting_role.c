/* hosting_role.c - hosted domains as the role that serves them sees them. */
#include "control/hosting_inside.h"

enum { HOLD = 3600 /* seconds until a look for the proof counts as lost */ };

uint64_t
control_hosting_stamp(struct control *c)
{
	int64_t stamp = 0;

	if (db_number(c->db, "SELECT hosted FROM stamp", &stamp, NULL) !=
	    ERR_NONE)
		return 0;
	return (uint64_t)stamp;
}

enum err
control_hosted_all(struct control *c,
		   enum err (*each)(void *ctx, const struct control_hosted *),
		   void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	/* The living one of a name comes behind those that were removed. */
	enum err e = control_ask(
		c, CONTROL_HOSTED_SELECT "WHERE h.over_at = 0 ORDER BY h.id",
		NO_ARGS, &st, why);

	return e == ERR_NONE ? control_hosted_rows(st, each, ctx, why) : e;
}

enum err
control_hosted_changed(struct control *c, uint64_t since,
		       enum err (*each)(void *ctx,
					const struct control_hosted *),
		       void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = control_ask(
		c, CONTROL_HOSTED_SELECT "WHERE h.changed > ?1 ORDER BY h.id",
		ARGS(INT((int64_t)since)), &st, why);

	return e == ERR_NONE ? control_hosted_rows(st, each, ctx, why) : e;
}

enum err
control_hosted_named(struct control *c, struct str name,
		     enum err (*each)(void *ctx, const struct control_hosted *),
		     void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = control_ask(c,
				 CONTROL_HOSTED_SELECT
				 "WHERE h.over_at = 0 AND h.name = ?1"
				 " ORDER BY h.id",
				 ARGS(TEXT(name)), &st, why);

	return e == ERR_NONE ? control_hosted_rows(st, each, ctx, why) : e;
}

enum err
control_hosted_get(struct control *c, int64_t id, struct arena *mem,
		   struct control_hosted *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool found = false;
	enum err e = control_ask(c, CONTROL_HOSTED_SELECT "WHERE h.id = ?1",
				 ARGS(INT(id)), &st, why);

	if (e == ERR_NONE)
		e = control_hosted_one(st, mem, out, &found, why);
	if (e == ERR_NONE && !found)
		e = diag_set(why, ERR_GONE, "control.not_hosted", 0, "%s", "");
	return e;
}

enum err
control_hosted_due(struct control *c, int64_t now, struct arena *mem,
		   struct control_hosted *out, bool *found, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = control_ask(c,
				 CONTROL_HOSTED_SELECT
				 "WHERE h.over_at = 0 AND h.due_at <= ?1"
				 " ORDER BY h.due_at, h.id LIMIT 1",
				 ARGS(INT(now)), &st, why);

	*found = false;
	if (e == ERR_NONE)
		e = control_hosted_one(st, mem, out, found, why);
	if (e != ERR_NONE || !*found)
		return e;
	db_reset(st);
	return control_do(c, "UPDATE hosted SET due_at = ?2 WHERE id = ?1",
			  ARGS(INT(out->id), INT(now + HOLD)), why);
}

/* ---- proof ---- */

/* What is written into the history: only what changed. */
static const char *
change_of(const struct control_hosted *old, enum control_proof proof)
{
	if (proof != CONTROL_UNPROVEN && old->proven_at == 0)
		return "proven";
	if (proof == CONTROL_UNPROVEN && old->proven_at != 0 &&
	    old->lost_at == 0)
		return "lost";
	if (proof != CONTROL_UNPROVEN && old->lost_at != 0)
		return "found again";
	return NULL;
}

static enum err
write_seen(struct control *c, const struct control_proof_seen *seen,
	   const struct control_hosted *old, struct diag *why)
{
	bool is = seen->proof != CONTROL_UNPROVEN;
	const char *change = change_of(old, seen->proof);
	const struct control_note note = {
		.hosted = seen->id,
		.at = seen->at,
		.what = "proof",
		.detail = str_of(change),
	};
	int64_t proven = old->proven_at, lost = old->lost_at;
	enum err e;

	if (is && proven == 0)
		proven = seen->at;
	if (is)
		lost = 0;
	else if (proven != 0 && lost == 0)
		lost = seen->at;
	/* Two statements, so that nobody takes a look for a change. */
	e = control_do(c,
		       "UPDATE hosted SET checked_at = ?2, due_at = ?3"
		       " WHERE id = ?1",
		       ARGS(INT(seen->id), INT(seen->at), INT(seen->due_at)),
		       why);
	if (e == ERR_NONE &&
	    (proven != old->proven_at || lost != old->lost_at ||
	     (is && seen->proof != old->proof)))
		e = control_do(c,
			       "UPDATE hosted SET proof = ?2, proven_at = ?3,"
			       " lost_at = ?4 WHERE id = ?1",
			       ARGS(INT(seen->id),
				    INT(is ? seen->proof : old->proof),
				    INT(proven), INT(lost)),
			       why);
	if (e == ERR_NONE && change)
		e = control_note(c, &note, why);
	return e == ERR_NONE && is
		       ? control_hosted_goal(c, seen->id, seen->at, why)
		       : e;
}

enum err
control_hosted_seen(struct control *c, const struct control_proof_seen *seen,
		    struct diag *why)
{
	SCOPED_ARENA mem = arena_new(64 << 10);
	struct control_hosted old;
	enum err e = db_begin(c->db, why);

	if (e != ERR_NONE)
		return e;
	e = control_hosted_get(c, seen->id, mem, &old, why);
	if (e == ERR_NONE)
		e = write_seen(c, seen, &old, why);
	return control_end(c, e, why);
}

enum err
control_hosted_later(struct control *c, int64_t id, int64_t due_at,
		     struct diag *why)
{
	return control_do(c, "UPDATE hosted SET due_at = ?2 WHERE id = ?1",
			  ARGS(INT(id), INT(due_at)), why);
}

/* ---- troubles and the end ---- */

enum err
control_hosted_fault(struct control *c, int64_t id, const struct diag *fault,
		     int64_t at, struct diag *why)
{
	return control_do(c,
			  "UPDATE hosted SET fault = ?2, fault_detail = ?3,"
			  " fault_at = CASE WHEN fault = ?2 THEN fault_at"
			  " ELSE ?4 END WHERE id = ?1"
			  " AND (fault <> ?2 OR fault_detail <> ?3)",
			  ARGS(INT(id), TEXT(str_of(fault->code)),
			       TEXT(str_of(fault->detail)), INT(at)),
			  why);
}

enum err
control_hosted_over(struct control *c, int64_t id, int64_t now,
		    struct diag *why)
{
	const struct control_note note = {
		.hosted = id, .at = now, .what = "mode", .detail = S("removed")
	};
	enum err e = db_begin(c->db, why);

	if (e != ERR_NONE)
		return e;
	e = control_do(c,
		       "UPDATE hosted SET mode = ?2, mode_since = ?3,"
		       " mode_author = '', over_at ="
		       " CASE WHEN removed_at > 0 THEN ?3 ELSE 0 END"
		       " WHERE id = ?1",
		       ARGS(INT(id), INT(STSMODE_REMOVED), INT(now)), why);
	if (e == ERR_NONE)
		e = control_note(c, &note, why);
	return control_end(c, e, why);
}

enum err
control_hosting_history(struct control *c, int64_t hosted, unsigned most,
			enum err (*each)(void *ctx,
					 const struct control_hosting_event *),
			void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(c,
				 "SELECT id, at, author, what, detail"
				 " FROM hosted_event WHERE hosted = ?1"
				 " ORDER BY id DESC LIMIT ?2",
				 ARGS(INT(hosted), INT(most)), &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_hosting_event event = {
				.id = db_i64(st, 0),
				.at = db_i64(st, 1),
				.author = db_text(st, 2),
				.what = db_text(st, 3),
				.detail = db_text(st, 4),
			};

			e = each(ctx, &event);
		}
	}
	return e;
}
