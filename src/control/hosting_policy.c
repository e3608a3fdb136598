/* hosting_policy.c - versions of hosted policies: made, placed, served,
 * announced, superseded; and who fetched them. */
#include "control/hosting_inside.h"

#define COLUMNS                                                                \
	"id, hosted, number, mode, max_age, mx, body, sts_id, author,"         \
	" made_at, placed_at, served_at, announced_at, superseded_at"

static struct control_version
read_version(struct db_statement *st)
{
	return (struct control_version){
		.id = db_i64(st, 0),
		.hosted = db_i64(st, 1),
		.number = db_i64(st, 2),
		.mode = db_text(st, 3),
		.max_age = db_i64(st, 4),
		.mx = db_text(st, 5),
		.body = db_text(st, 6),
		.sts_id = db_text(st, 7),
		.author = db_text(st, 8),
		.made_at = db_i64(st, 9),
		.placed_at = db_i64(st, 10),
		.served_at = db_i64(st, 11),
		.announced_at = db_i64(st, 12),
		.superseded_at = db_i64(st, 13),
	};
}

static enum err
keep_version(struct control_version *v, struct arena *mem, struct diag *why)
{
	return control_keep_all(mem,
				(struct str *const[]){ &v->mode, &v->mx,
						       &v->body, &v->sts_id,
						       &v->author, NULL },
				why);
}

/* ---- making ---- */

/* The name it is for, and the greatest id and number so far. */
static enum err
last_of(struct control *c, struct control_version *v, struct arena *mem,
	struct str *name, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(
		c,
		"SELECT h.name,"
		" (SELECT max(sts_id) FROM policy_version v"
		"  WHERE v.name = h.name),"
		" (SELECT coalesce(max(number), 0) FROM policy_version v"
		"  WHERE v.hosted = h.id)"
		" FROM hosted h WHERE h.id = ?1",
		ARGS(INT(v->hosted)), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e == ERR_NONE && !row)
		e = diag_set(why, ERR_GONE, "control.not_hosted", 0, "%s", "");
	if (e == ERR_NONE)
		e = control_keep(st, 0, mem, name, why);
	if (e == ERR_NONE)
		e = control_keep(st, 1, mem, &v->sts_id, why);
	if (e == ERR_NONE)
		v->number = db_i64(st, 2);
	return e;
}

static enum err
insert(struct control *c, struct control_version *v, struct str name,
       struct diag *why)
{
	const struct control_note note = {
		.hosted = v->hosted,
		.at = v->made_at,
		.what = "policy",
		.author = v->author,
		.detail = v->sts_id,
	};
	enum err e = control_do(
		c,
		"INSERT INTO policy_version (hosted, name, number, mode,"
		" max_age, mx, body, sts_id, author, made_at)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
		ARGS(INT(v->hosted), TEXT(name), INT(v->number), TEXT(v->mode),
		     INT(v->max_age), TEXT(v->mx), TEXT(v->body),
		     TEXT(v->sts_id), TEXT(v->author), INT(v->made_at)),
		why);

	if (e != ERR_NONE)
		return e;
	v->id = db_last_id(c->db);
	return control_note(c, &note, why);
}

static enum err
make(struct control *c, struct control_version *v, struct arena *mem,
     struct diag *why)
{
	struct str name;
	char id[STSMODE_ID_SIZE];
	enum err e = last_of(c, v, mem, &name, why);

	if (e != ERR_NONE)
		return e;
	if (!stsmode_next_id(v->sts_id, v->made_at, id))
		return diag_set(why, ERR_LIMIT, "hosting.no_id", 0, "%.*s",
				STR_ARG(v->sts_id));
	v->number++;
	v->sts_id = str_of(id);
	e = keep_version(v, mem, why);
	return e == ERR_NONE ? insert(c, v, name, why) : e;
}

enum err
control_version_make(struct control *c, int64_t hosted,
		     struct control_version *v, struct arena *mem,
		     struct diag *why)
{
	struct control_version new = *v;
	enum err e = db_begin(c->db, why);

	if (e != ERR_NONE)
		return e;
	new.hosted = hosted;
	new.placed_at = new.served_at = new.announced_at = 0;
	new.superseded_at = 0;
	e = control_end(c, make(c, &new, mem, why), why);
	if (e == ERR_NONE)
		*v = new;
	return e;
}

/* ---- reading ---- */

enum err
control_versions(struct control *c, int64_t hosted,
		 enum err (*each)(void *ctx, const struct control_version *),
		 void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(c,
				 "SELECT " COLUMNS " FROM policy_version"
				 " WHERE hosted = ?1 ORDER BY number DESC",
				 ARGS(INT(hosted)), &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_version v = read_version(st);

			e = each(ctx, &v);
		}
	}
	return e;
}

static enum err
one(struct control *c, const char *sql, int64_t hosted, struct arena *mem,
    struct control_version *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(c, sql, ARGS(INT(hosted)), &st, why);

	*out = (struct control_version){ 0 };
	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE || !row)
		return e;
	*out = read_version(st);
	return keep_version(out, mem, why);
}

enum err
control_versions_now(struct control *c, int64_t hosted, struct arena *mem,
		     struct control_version *newest,
		     struct control_version *announced, struct diag *why)
{
	enum err e = one(c,
			 "SELECT " COLUMNS " FROM policy_version"
			 " WHERE hosted = ?1 ORDER BY number DESC LIMIT 1",
			 hosted, mem, newest, why);

	if (e != ERR_NONE)
		return e;
	return one(c,
		   "SELECT " COLUMNS " FROM policy_version WHERE hosted = ?1"
		   " AND announced_at > 0 ORDER BY number DESC LIMIT 1",
		   hosted, mem, announced, why);
}

/* ---- what happened to it ---- */

static enum err
supersede(struct control *c, int64_t version, int64_t at, struct diag *why)
{
	return control_do(c,
			  "UPDATE policy_version SET superseded_at = ?2"
			  " WHERE superseded_at = 0 AND id < ?1 AND name ="
			  " (SELECT name FROM policy_version WHERE id = ?1)",
			  ARGS(INT(version), INT(at)), why);
}

#define NEWEST                                                                 \
	" AND NOT EXISTS (SELECT 1 FROM policy_version n"                      \
	" WHERE n.hosted = policy_version.hosted"                              \
	" AND n.number > policy_version.number)"

enum err
control_version_set(struct control *c, int64_t version,
		    enum control_version_event event, int64_t at,
		    struct diag *why)
{
	static const char *const SQL[] = {
		[CONTROL_PLACED] =
			"UPDATE policy_version SET placed_at = ?2 WHERE id = ?1"
			" AND placed_at = 0 AND superseded_at = 0" NEWEST,
		[CONTROL_SERVED] =
			"UPDATE policy_version SET served_at = ?2 WHERE id = ?1"
			" AND placed_at > 0 AND served_at = 0"
			" AND superseded_at = 0" NEWEST,
		[CONTROL_ANNOUNCED] =
			"UPDATE policy_version SET announced_at = ?2"
			" WHERE id = ?1 AND served_at > 0 AND announced_at = 0"
			" AND superseded_at = 0" NEWEST,
	};
	enum err e = db_begin(c->db, why);

	if (e != ERR_NONE)
		return e;
	e = control_do(c, SQL[event], ARGS(INT(version), INT(at)), why);
	if (e == ERR_NONE)
		e = control_changed(c, "hosting.order", S(""), why);
	if (e == ERR_NONE && event == CONTROL_PLACED)
		e = supersede(c, version, at, why);
	return control_end(c, e, why);
}

/* Also what was made and, as far as is known, never placed: the program may
 * have been stopped between placing and writing it down. */
enum err
control_versions_over(struct control *c, struct str name, int64_t now,
		      int64_t *at, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(
		c,
		"SELECT coalesce(max(CASE WHEN superseded_at > 0"
		" THEN superseded_at ELSE ?2 END + max_age), 0)"
		" FROM policy_version WHERE name = ?1 AND mode <> 'none'",
		ARGS(TEXT(name), INT(now)), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e == ERR_NONE)
		*at = row ? db_i64(st, 0) : 0;
	return e;
}

/* ---- who fetched it ---- */

enum err
control_fetches_add(struct control *c, struct str name,
		    const struct control_fetches *f, struct diag *why)
{
	return control_do(
		c,
		"INSERT INTO policy_fetch (hosted, day, sender, n, first_at,"
		" last_at, sts_id)"
		" SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM hosted"
		" WHERE name = ?1 AND over_at = 0 ORDER BY id DESC LIMIT 1"
		" ON CONFLICT DO UPDATE SET n = n + excluded.n,"
		" first_at = min(first_at, excluded.first_at),"
		" last_at = max(last_at, excluded.last_at),"
		" sts_id = excluded.sts_id",
		ARGS(TEXT(name), INT(f->day), TEXT(f->sender),
		     INT((int64_t)f->n), INT(f->first), INT(f->last),
		     TEXT(f->sts_id)),
		why);
}

enum err
control_fetches(struct control *c, int64_t hosted, int64_t since,
		enum err (*each)(void *ctx, const struct control_fetches *),
		void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e =
		control_ask(c,
			    "SELECT day, sender, n, first_at, last_at, sts_id"
			    " FROM policy_fetch WHERE hosted = ?1 AND day >= ?2"
			    " ORDER BY day DESC, n DESC, sender",
			    ARGS(INT(hosted), INT(since)), &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_fetches f = {
				.hosted = hosted,
				.day = db_i64(st, 0),
				.sender = db_text(st, 1),
				.n = db_u64(st, 2),
				.first = db_i64(st, 3),
				.last = db_i64(st, 4),
				.sts_id = db_text(st, 5),
			};

			e = each(ctx, &f);
		}
	}
	return e;
}

/* ---- the place in the log of fetches ---- */

enum err
control_place_get(struct control *c, uint64_t *file, uint64_t *offset,
		  struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(c,
				 "SELECT value FROM hosting_state"
				 " WHERE name = 'fetches'",
				 NO_ARGS, &st, why);
	struct str rest, number;

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE || !row)
		return e;
	rest = db_blob(st, 0);
	/* What cannot be read begins anew. */
	if (!str_split(&rest, ' ', &number) || !str_u64(number, file) ||
	    !str_u64(rest, offset))
		*file = *offset = 0;
	return ERR_NONE;
}

enum err
control_place_put(struct control *c, uint64_t file, uint64_t offset,
		  struct diag *why)
{
	SCOPED_BUF text = BUF(64);

	buf_addf(&text, "%llu %llu", (unsigned long long)file,
		 (unsigned long long)offset);
	return control_do(c,
			  "INSERT INTO hosting_state VALUES ('fetches', ?1)"
			  " ON CONFLICT DO UPDATE SET value = excluded.value",
			  ARGS(BLOB(buf_str(&text))), why);
}
