/* watch_read.c - what the watching saw, for those who read. */
#include "control/inside.h"

static const char *const KINDS[] = {
	[CONTROL_APPEARED] = "appeared",
	[CONTROL_CLEARED] = "cleared",
	[CONTROL_RECORD] = "record",
};

const char *
control_change_name(enum control_change_kind kind)
{
	return (size_t)kind < COUNT_OF(KINDS) ? KINDS[kind] : "";
}

/* In the order of CONTROL_FINDING_COLUMNS. */
void
control_finding_read(struct db_statement *st, struct control_finding *out)
{
	*out = (struct control_finding){
		.id = db_i64(st, 0),
		.part = db_text(st, 1),
		.code = db_text(st, 2),
		.severity = db_text(st, 3),
		.host = db_text(st, 4),
		.places = db_text(st, 5),
		.evidence = db_text(st, 6),
		.record_name = db_text(st, 7),
		.record_type = db_text(st, 8),
		.record_value = db_text(st, 9),
		.first_seen = db_i64(st, 10),
		.last_seen = db_i64(st, 11),
		.cleared_at = db_i64(st, 12),
	};
}

enum err
control_watch_findings(struct control *c, int64_t domain,
		       enum err (*each)(void *ctx,
					const struct control_finding *),
		       void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(c,
				 "SELECT " CONTROL_FINDING_COLUMNS
				 " FROM watch_finding WHERE domain = ?1"
				 " AND cleared_at = 0 ORDER BY first_seen, id",
				 ARGS(INT(domain)), &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			struct control_finding f;

			control_finding_read(st, &f);
			e = each(ctx, &f);
		}
	}
	return e;
}

#define VALUE_COLUMNS "id, name, type, value, old, first, seen_at"

static struct control_value
read_value(struct db_statement *st)
{
	return (struct control_value){
		.id = db_i64(st, 0),
		.name = db_text(st, 1),
		.type = db_text(st, 2),
		.value = db_text(st, 3),
		.old = db_text(st, 4),
		.first = db_i64(st, 5) != 0,
		.seen_at = db_i64(st, 6),
	};
}

enum err
control_watch_values(struct control *c, int64_t domain,
		     enum err (*each)(void *ctx, const struct control_value *),
		     void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(
		c,
		"SELECT " VALUE_COLUMNS " FROM watch_record WHERE id IN"
		" (SELECT max(id) FROM watch_record WHERE domain = ?1"
		" GROUP BY name, type) ORDER BY name, type",
		ARGS(INT(domain)), &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_value v = read_value(st);

			e = each(ctx, &v);
		}
	}
	return e;
}

/* ---- history ---- */

/* Which rows: their time, kind and id, newest first. A value that is there
 * for the first time and empty is no change. */
#define CHANGES                                                                \
	"SELECT at, kind, id FROM ("                                           \
	"SELECT first_seen AS at, 0 AS kind, id FROM watch_finding"            \
	" WHERE domain = ?1 UNION ALL "                                        \
	"SELECT cleared_at, 1, id FROM watch_finding"                          \
	" WHERE domain = ?1 AND cleared_at > 0 UNION ALL "                     \
	"SELECT seen_at, 2, id FROM watch_record"                              \
	" WHERE domain = ?1 AND (first = 0 OR value <> ''))"                   \
	" WHERE (at, kind, id) < (?2, ?3, ?4)"                                 \
	" ORDER BY at DESC, kind DESC, id DESC LIMIT ?5"

static enum err
fill_finding(struct control *c, struct control_change *change,
	     enum err (*each)(void *ctx, const struct control_change *),
	     void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	struct control_finding f;
	bool row = false;
	enum err e = control_ask(c,
				 "SELECT " CONTROL_FINDING_COLUMNS
				 " FROM watch_finding WHERE id = ?1",
				 ARGS(INT(change->id)), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE || !row)
		return e;
	control_finding_read(st, &f);
	change->finding = &f;
	return each(ctx, change);
}

static enum err
fill_value(struct control *c, struct control_change *change,
	   enum err (*each)(void *ctx, const struct control_change *),
	   void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	struct control_value v;
	bool row = false;
	enum err e = control_ask(
		c, "SELECT " VALUE_COLUMNS " FROM watch_record WHERE id = ?1",
		ARGS(INT(change->id)), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE || !row)
		return e;
	v = read_value(st);
	change->value = &v;
	return each(ctx, change);
}

enum err
control_watch_history(struct control *c, int64_t domain,
		      const struct control_change *before, unsigned most,
		      enum err (*each)(void *ctx,
				       const struct control_change *),
		      void *ctx, struct diag *why)
{
	int64_t at = before ? before->at : INT64_MAX;
	int64_t kind = before ? (int64_t)before->kind : 0;
	int64_t id = before ? before->id : 0;
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(
		c, CHANGES,
		ARGS(INT(domain), INT(at), INT(kind), INT(id), INT(most)), &st,
		why);

	while (e == ERR_NONE && row) {
		struct control_change change = { 0 };

		e = db_step(st, &row, why);
		if (e != ERR_NONE || !row)
			break;
		change.at = db_i64(st, 0);
		change.kind = (enum control_change_kind)db_i64(st, 1);
		change.id = db_i64(st, 2);
		e = change.kind == CONTROL_RECORD
			    ? fill_value(c, &change, each, ctx, why)
			    : fill_finding(c, &change, each, ctx, why);
	}
	return e;
}
