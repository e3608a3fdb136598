/* watch.c - writes down what a look at a domain saw. */
#include "control/inside.h"

#define WATCHED                                                                \
	"w.domain, w.owner, d.name, d.added_at, w.checked_at, w.due_at,"       \
	" w.parts, w.sts_id, w.sts_id_seen, w.sts_id_body, w.sts_body,"        \
	" w.sts_body_seen, w.sts_testing"                                      \
	" FROM watch w JOIN domain d ON d.id = w.domain"

static struct control_watched
read_watched(struct db_statement *st)
{
	return (struct control_watched){
		.domain = db_i64(st, 0),
		.owner = db_i64(st, 1),
		.name = db_text(st, 2),
		.added_at = db_i64(st, 3),
		.checked_at = db_i64(st, 4),
		.due_at = db_i64(st, 5),
		.parts = db_text(st, 6),
		.policy = {
			.id = db_text(st, 7),
			.id_seen = db_i64(st, 8),
			.id_body = (uint64_t)db_i64(st, 9),
			.body = (uint64_t)db_i64(st, 10),
			.body_seen = db_i64(st, 11),
			.testing_since = db_i64(st, 12),
		},
	};
}

/* ---- what is due ---- */

static enum err
give_out(struct control *c, const struct control_arg *args, size_t count,
	 enum err (*each)(void *ctx, const struct control_watched *), void *ctx,
	 struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(c,
				 "SELECT " WATCHED " WHERE w.due_at <= ?1"
				 " ORDER BY w.due_at, w.domain LIMIT ?2",
				 args, count, &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_watched w = read_watched(st);

			e = each(ctx, &w);
		}
	}
	return e;
}

/* Whether there is any: most times there is none, and the lock of writers is
 * left alone. */
static enum err
is_any_due(struct control *c, int64_t now, bool *row, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e =
		control_ask(c, "SELECT 1 FROM watch WHERE due_at <= ?1 LIMIT 1",
			    ARGS(INT(now)), &st, why);

	return e == ERR_NONE ? db_step(st, row, why) : e;
}

enum err
control_watch_take(struct control *c, int64_t now, unsigned most,
		   enum err (*each)(void *ctx, const struct control_watched *),
		   void *ctx, struct diag *why)
{
	bool any = false;
	enum err e = is_any_due(c, now, &any, why);

	if (e != ERR_NONE || !any)
		return e;
	e = db_begin(c->db, why);
	if (e != ERR_NONE)
		return e;
	e = give_out(c, ARGS(INT(now), INT(most)), each, ctx, why);
	if (e == ERR_NONE)
		e = control_do(c,
			       "UPDATE watch SET due_at = ?3 WHERE domain IN"
			       " (SELECT domain FROM watch WHERE due_at <= ?1"
			       " ORDER BY due_at, domain LIMIT ?2)",
			       ARGS(INT(now), INT(most),
				    INT(now + CONTROL_WATCH_HOLD)),
			       why);
	return control_end(c, e, why);
}

enum err
control_watch_state(struct control *c, int64_t owner, int64_t domain,
		    struct arena *mem, struct control_watched *out,
		    struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(
		c, "SELECT " WATCHED " WHERE w.owner = ?1 AND w.domain = ?2",
		ARGS(INT(owner), INT(domain)), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE)
		return e;
	if (!row)
		return diag_set(why, ERR_GONE, "control.no_domain", 0, "%s",
				"");
	*out = read_watched(st);
	e = control_keep(st, 2, mem, &out->name, why);
	if (e == ERR_NONE)
		e = control_keep(st, 6, mem, &out->parts, why);
	if (e == ERR_NONE)
		e = control_keep(st, 7, mem, &out->policy.id, why);
	return e;
}

enum err
control_watch_hurry(struct control *c, int64_t owner, int64_t domain,
		    int64_t now, struct diag *why)
{
	enum err e = control_do(c,
				"UPDATE watch SET due_at = min(due_at, ?3)"
				" WHERE owner = ?1 AND domain = ?2",
				ARGS(INT(owner), INT(domain), INT(now)), why);

	return e == ERR_NONE
		       ? control_changed(c, "control.no_domain", S(""), why)
		       : e;
}

/* ---- writing a look down ---- */

struct settling {
	struct control *c;
	const struct control_look *look;
	int64_t number; /* of the look */
	enum err (*each)(void *ctx, const struct control_change *change);
	void *ctx;
};

static enum err
tell(struct settling *s, enum control_change_kind kind, int64_t id,
     const struct control_finding *finding, const struct control_value *value)
{
	const struct control_change change = {
		.kind = kind,
		.at = s->look->at,
		.id = id,
		.finding = finding,
		.value = value,
	};

	return s->each ? s->each(s->ctx, &change) : ERR_NONE;
}

static enum err
write_state(struct settling *s, struct diag *why)
{
	const struct control_look *l = s->look;
	const struct control_policy *p = &l->policy;
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_do(
		s->c,
		"UPDATE watch SET looks = looks + 1, checked_at = ?2,"
		" due_at = ?3, parts = ?4, sts_id = ?5, sts_id_seen = ?6,"
		" sts_id_body = ?7, sts_body = ?8, sts_body_seen = ?9,"
		" sts_testing = ?10 WHERE domain = ?1",
		ARGS(INT(l->domain), INT(l->at), INT(l->due_at), TEXT(l->parts),
		     TEXT(p->id), INT(p->id_seen), INT((int64_t)p->id_body),
		     INT((int64_t)p->body), INT(p->body_seen),
		     INT(p->testing_since)),
		why);

	if (e == ERR_NONE)
		e = control_changed(s->c, "control.no_domain", S(""), why);
	if (e == ERR_NONE)
		e = control_ask(s->c,
				"SELECT looks FROM watch WHERE domain = ?1",
				ARGS(INT(l->domain)), &st, why);
	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e == ERR_NONE)
		s->number = db_i64(st, 0);
	return e;
}

/* The same finding of an earlier look: with the very same places, or at least
 * with the same host. */
static enum err
find_again(struct settling *s, const struct control_finding *f, bool exact,
	   bool *found, struct diag *why)
{
	static const char sql[] =
		"UPDATE watch_finding SET look = ?2, last_seen = ?3,"
		" part = ?4, severity = ?5, places = ?6, evidence = ?7,"
		" record_name = ?8, record_type = ?9, record_value = ?10"
		" WHERE id = (SELECT id FROM watch_finding WHERE domain = ?1"
		" AND cleared_at = 0 AND code = ?11 AND host = ?12"
		" AND look < ?2 AND (?13 = 0 OR places = ?6)"
		" ORDER BY id LIMIT 1)";
	enum err e = control_do(
		s->c, sql,
		ARGS(INT(s->look->domain), INT(s->number), INT(s->look->at),
		     TEXT(f->part), TEXT(f->severity), TEXT(f->places),
		     TEXT(f->evidence), TEXT(f->record_name),
		     TEXT(f->record_type), TEXT(f->record_value), TEXT(f->code),
		     TEXT(f->host), INT(exact)),
		why);

	*found = e == ERR_NONE && db_changes(s->c->db) > 0;
	return e;
}

static enum err
begin_finding(struct settling *s, const struct control_finding *f,
	      struct diag *why)
{
	enum err e = control_do(
		s->c,
		"INSERT INTO watch_finding (domain, look, first_seen,"
		" last_seen, part, severity, places, evidence, record_name,"
		" record_type, record_value, code, host)"
		" VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
		" ?12)",
		ARGS(INT(s->look->domain), INT(s->number), INT(s->look->at),
		     TEXT(f->part), TEXT(f->severity), TEXT(f->places),
		     TEXT(f->evidence), TEXT(f->record_name),
		     TEXT(f->record_type), TEXT(f->record_value), TEXT(f->code),
		     TEXT(f->host)),
		why);

	if (e != ERR_NONE)
		return e;
	return tell(s, CONTROL_APPEARED, db_last_id(s->c->db), f, NULL);
}

static enum err
write_findings(struct settling *s, struct diag *why)
{
	bool there[CONTROL_WATCH_MAX] = { 0 };
	size_t n = s->look->findings;
	enum err e = ERR_NONE;

	if (n > CONTROL_WATCH_MAX)
		n = CONTROL_WATCH_MAX;
	for (size_t i = 0; e == ERR_NONE && i < n; i++)
		e = find_again(s, &s->look->finding[i], true, &there[i], why);
	for (size_t i = 0; e == ERR_NONE && i < n; i++) {
		if (!there[i])
			e = find_again(s, &s->look->finding[i], false,
				       &there[i], why);
		if (e == ERR_NONE && !there[i])
			e = begin_finding(s, &s->look->finding[i], why);
	}
	return e;
}

static enum err
clear_part(struct settling *s, struct str part, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(
		s->c,
		"SELECT " CONTROL_FINDING_COLUMNS " FROM watch_finding"
		" WHERE domain = ?1 AND cleared_at = 0 AND look < ?2"
		" AND part = ?3 ORDER BY id",
		ARGS(INT(s->look->domain), INT(s->number), TEXT(part)), &st,
		why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			struct control_finding f;

			control_finding_read(st, &f);
			f.cleared_at = s->look->at;
			e = tell(s, CONTROL_CLEARED, f.id, &f, NULL);
		}
	}
	if (e != ERR_NONE)
		return e;
	return control_do(s->c,
			  "UPDATE watch_finding SET cleared_at = ?4"
			  " WHERE domain = ?1 AND cleared_at = 0 AND look < ?2"
			  " AND part = ?3",
			  ARGS(INT(s->look->domain), INT(s->number), TEXT(part),
			       INT(s->look->at)),
			  why);
}

static enum err
add_value(struct settling *s, const struct control_value *v, struct diag *why)
{
	enum err e = control_do(
		s->c,
		"INSERT INTO watch_record (domain, name, type, value, old,"
		" first, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		ARGS(INT(s->look->domain), TEXT(v->name), TEXT(v->type),
		     TEXT(v->value), TEXT(v->old), INT(v->first),
		     INT(v->seen_at)),
		why);

	if (e != ERR_NONE)
		return e;
	return tell(s, CONTROL_RECORD, db_last_id(s->c->db), NULL, v);
}

static enum err
write_value(struct settling *s, const struct control_value *v, struct diag *why)
{
	struct control_value now = *v;
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(
		s->c,
		"SELECT value FROM watch_record WHERE domain = ?1"
		" AND name = ?2 AND type = ?3 ORDER BY id DESC LIMIT 1",
		ARGS(INT(s->look->domain), TEXT(v->name), TEXT(v->type)), &st,
		why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE)
		return e;
	now.seen_at = s->look->at;
	now.first = !row;
	now.old = row ? db_text(st, 0) : S("");
	if (row && str_eq(now.old, v->value))
		return ERR_NONE;
	return add_value(s, &now, why);
}

static enum err
forget_old(struct settling *s, struct diag *why)
{
	int64_t before = s->look->at - CONTROL_WATCH_KEEP;
	enum err e = control_do(s->c,
				"DELETE FROM watch_finding WHERE domain = ?1"
				" AND cleared_at > 0 AND cleared_at < ?2",
				ARGS(INT(s->look->domain), INT(before)), why);

	if (e != ERR_NONE)
		return e;
	return control_do(
		s->c,
		"DELETE FROM watch_record WHERE domain = ?1 AND seen_at < ?2"
		" AND id NOT IN (SELECT max(id) FROM watch_record"
		" WHERE domain = ?1 GROUP BY name, type)",
		ARGS(INT(s->look->domain), INT(before)), why);
}

static enum err
settle(struct settling *s, struct diag *why)
{
	const struct control_look *l = s->look;
	enum err e = write_state(s, why);

	if (e == ERR_NONE)
		e = write_findings(s, why);
	for (size_t i = 0; e == ERR_NONE && i < l->settled_n; i++)
		e = clear_part(s, l->settled[i], why);
	for (size_t i = 0; e == ERR_NONE && i < l->values; i++)
		e = write_value(s, &l->value[i], why);
	if (e == ERR_NONE && l->probes_known)
		e = control_probes_write(s->c, l->domain, l->probe, l->probes,
					 l->at, why);
	return e == ERR_NONE ? forget_old(s, why) : e;
}

enum err
control_watch_settle(struct control *c, const struct control_look *look,
		     enum err (*each)(void *ctx, const struct control_change *),
		     void *ctx, struct diag *why)
{
	struct settling s = { .c = c, .look = look, .each = each, .ctx = ctx };
	enum err e = db_begin(c->db, why);

	return e == ERR_NONE ? control_end(c, settle(&s, why), why) : e;
}
