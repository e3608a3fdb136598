/* publish_plan.c - plans of DNS changes, from the wish to the verified
 * record. */
#include "control/inside.h"

static const char *const states[] = { "asked",   "ready",    "confirmed",
				      "applied", "verified", "changed",
				      "failed" };

_Static_assert(COUNT_OF(states) == CONTROL_PLAN_STATES, "a name for each");

const char *
control_plan_state_name(enum control_plan_state state)
{
	return states[state];
}

#define PLAN                                                                   \
	"id, domain, state, wish, plan, told, provider, undoes, undone,"       \
	" author, confirmer, made_at, confirmed_at, applied_at, verified_at,"  \
	" due_at, looks, fault, detail, owner"

enum {
	COL_DOMAIN = 1,
	COL_WISH = 3,
	COL_PLAN,
	COL_CHECK,
	COL_AUTHOR = 9,
	COL_CONFIRMER,
	COL_FAULT = 17,
	COL_DETAIL,
	COL_OWNER
};

static struct control_plan
read_plan(struct db_statement *st)
{
	int64_t state = db_i64(st, 2);

	return (struct control_plan){
		.id = db_i64(st, 0),
		.domain = db_text(st, COL_DOMAIN),
		.state = state >= 0 && state < CONTROL_PLAN_STATES
				 ? (enum control_plan_state)state
				 : CONTROL_PLAN_FAILED,
		.wish = db_text(st, COL_WISH),
		.plan = db_text(st, COL_PLAN),
		.check = db_text(st, COL_CHECK),
		.provider = db_i64(st, 6),
		.undoes = db_i64(st, 7),
		.undone = db_i64(st, 8),
		.author = db_text(st, COL_AUTHOR),
		.confirmer = db_text(st, COL_CONFIRMER),
		.made_at = db_i64(st, 11),
		.confirmed_at = db_i64(st, 12),
		.applied_at = db_i64(st, 13),
		.verified_at = db_i64(st, 14),
		.due_at = db_i64(st, 15),
		.looks = db_i64(st, 16),
		.fault = db_text(st, COL_FAULT),
		.detail = db_text(st, COL_DETAIL),
	};
}

/* ---- writing ---- */

static enum err
insert(struct control *c, int64_t owner, struct control_plan *p,
       struct diag *why)
{
	enum err e = control_do(
		c,
		"INSERT INTO dns_plan (owner, domain, state, wish, plan, told,"
		" provider, undoes, author, confirmer, made_at, confirmed_at,"
		" applied_at, verified_at, due_at, looks, fault, detail)"
		" VALUES (?1, ?2, ?3, ?4, ?5, '', ?6, ?7, ?8, '', ?9, 0, 0, 0,"
		" ?10, 0, '', '')",
		ARGS(INT(owner), TEXT(p->domain), INT(p->state), TEXT(p->wish),
		     TEXT(p->plan), INT(p->provider), INT(p->undoes),
		     TEXT(p->author), INT(p->made_at), INT(p->due_at)),
		why);

	if (e != ERR_NONE)
		return e;
	p->id = db_last_id(c->db);
	if (p->undoes == 0)
		return ERR_NONE;
	return control_do(c,
			  "UPDATE dns_plan SET undone = ?3 WHERE owner = ?1"
			  " AND id = ?2",
			  ARGS(INT(owner), INT(p->undoes), INT(p->id)), why);
}

enum err
control_plan_add(struct control *c, int64_t owner, struct control_plan *p,
		 struct diag *why)
{
	enum err e;

	if (p->wish.n > CONTROL_PLAN_MAX || p->plan.n > CONTROL_PLAN_MAX)
		return diag_set(why, ERR_LIMIT, "publish.too_large", 0, "%s",
				"");
	e = db_begin(c->db, why);
	return e == ERR_NONE ? control_end(c, insert(c, owner, p, why), why)
			     : e;
}

static enum err
update(struct control *c, int64_t owner, const struct control_plan *p,
       enum control_plan_state from, struct diag *why)
{
	enum err e = control_do(
		c,
		"UPDATE dns_plan SET state = ?4, plan = ?5, told = ?6,"
		" provider = ?7, confirmer = ?8, confirmed_at = ?9,"
		" applied_at = ?10, verified_at = ?11, due_at = ?12,"
		" looks = ?13, fault = ?14, detail = ?15"
		" WHERE owner = ?1 AND id = ?2 AND state = ?3",
		ARGS(INT(owner), INT(p->id), INT(from), INT(p->state),
		     TEXT(p->plan), TEXT(p->check), INT(p->provider),
		     TEXT(p->confirmer), INT(p->confirmed_at),
		     INT(p->applied_at), INT(p->verified_at), INT(p->due_at),
		     INT(p->looks), TEXT(p->fault), TEXT(p->detail)),
		why);

	return e == ERR_NONE ? control_changed(c, "control.plan_state",
					       str_of(states[from]), why)
			     : e;
}

static enum err
mark_used(struct control *c, int64_t owner, const struct control_plan *p,
	  struct diag *why)
{
	if (p->state != CONTROL_PLAN_APPLIED || p->provider == 0)
		return ERR_NONE;
	return control_do(
		c,
		"UPDATE dns_provider SET used_at = ?3"
		" WHERE owner = ?1 AND id = ?2",
		ARGS(INT(owner), INT(p->provider), INT(p->applied_at)), why);
}

enum err
control_plan_put(struct control *c, int64_t owner, const struct control_plan *p,
		 enum control_plan_state from, const struct control_deed *deed,
		 struct diag *why)
{
	enum err e = db_begin(c->db, why);

	if (e != ERR_NONE)
		return e;
	e = update(c, owner, p, from, why);
	if (e == ERR_NONE)
		e = mark_used(c, owner, p, why);
	if (e == ERR_NONE && deed)
		e = control_audit(c, owner, deed, why);
	return control_end(c, e, why);
}

/* ---- reading ---- */

static enum err
keep_texts(struct db_statement *st, struct arena *mem, struct control_plan *p,
	   struct diag *why)
{
	const struct {
		int column;
		struct str *to;
	} texts[] = {
		{ COL_DOMAIN, &p->domain }, { COL_WISH, &p->wish },
		{ COL_PLAN, &p->plan },     { COL_CHECK, &p->check },
		{ COL_AUTHOR, &p->author }, { COL_CONFIRMER, &p->confirmer },
		{ COL_FAULT, &p->fault },   { COL_DETAIL, &p->detail },
	};
	enum err e = ERR_NONE;

	for (size_t i = 0; e == ERR_NONE && i < COUNT_OF(texts); i++)
		e = control_keep(st, texts[i].column, mem, texts[i].to, why);
	return e;
}

enum err
control_plan_find(struct control *c, int64_t owner, int64_t id,
		  struct arena *mem, struct control_plan *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(
		c, "SELECT " PLAN " FROM dns_plan WHERE owner = ?1 AND id = ?2",
		ARGS(INT(owner), INT(id)), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE)
		return e;
	if (!row)
		return diag_set(why, ERR_GONE, "control.no_plan", 0, "%lld",
				(long long)id);
	*out = read_plan(st);
	return keep_texts(st, mem, out, why);
}

enum err
control_plans(struct control *c, int64_t owner,
	      const struct control_plan_range *range,
	      enum err (*each)(void *ctx, const struct control_plan *),
	      void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(
		c,
		"SELECT " PLAN " FROM dns_plan WHERE owner = ?1"
		" AND (?2 = '' OR domain = ?2) AND (?3 = 0 OR id < ?3)"
		" ORDER BY id DESC LIMIT ?4",
		ARGS(INT(owner), TEXT(range->domain), INT(range->before),
		     INT(range->most)),
		&st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_plan p = read_plan(st);

			e = each(ctx, &p);
		}
	}
	return e;
}

/* ---- what is due ---- */

#define DUE " FROM dns_plan WHERE due_at > 0 AND due_at <= ?1"

static enum err
is_any_due(struct control *c, int64_t now, bool *any, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = control_ask(c, "SELECT 1" DUE " LIMIT 1", ARGS(INT(now)),
				 &st, why);

	return e == ERR_NONE ? db_step(st, any, why) : e;
}

static enum err
give_out(struct control *c, const struct control_plan_due *due,
	 enum err (*each)(void *ctx, int64_t owner,
			  const struct control_plan *),
	 void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(
		c, "SELECT " PLAN DUE " ORDER BY due_at, id LIMIT ?2",
		ARGS(INT(due->now), INT(due->most)), &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_plan p = read_plan(st);

			e = each(ctx, db_i64(st, COL_OWNER), &p);
		}
	}
	return e;
}

enum err
control_plan_take(struct control *c, const struct control_plan_due *due,
		  enum err (*each)(void *ctx, int64_t owner,
				   const struct control_plan *),
		  void *ctx, struct diag *why)
{
	bool any = false;
	enum err e = is_any_due(c, due->now, &any, why);

	if (e != ERR_NONE || !any)
		return e;
	e = db_begin(c->db, why);
	if (e != ERR_NONE)
		return e;
	e = give_out(c, due, each, ctx, why);
	if (e == ERR_NONE)
		e = control_do(c,
			       "UPDATE dns_plan SET due_at = ?3 WHERE id IN"
			       " (SELECT id" DUE
			       " ORDER BY due_at, id LIMIT ?2)",
			       ARGS(INT(due->now), INT(due->most),
				    INT(due->now + due->hold)),
			       why);
	return control_end(c, e, why);
}

enum err
control_plan_release(struct control *c, int64_t now, struct diag *why)
{
	return control_do(c,
			  "UPDATE dns_plan SET due_at = ?1 WHERE due_at > ?1"
			  " AND state IN (?2, ?3, ?4)",
			  ARGS(INT(now), INT(CONTROL_PLAN_ASKED),
			       INT(CONTROL_PLAN_CONFIRMED),
			       INT(CONTROL_PLAN_APPLIED)),
			  why);
}
