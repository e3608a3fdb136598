/* control.c - opening the control store; statements with their values. */
#include "control/inside.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

static enum err
open_inside(struct control *c, const char *dir, struct diag *why)
{
	char path[CONTROL_PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/control.db", dir);
	enum err e;

	if (n < 0 || n >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return diag_errno(why, "open", dir);
	}
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return diag_errno(why, "create", dir);
	e = db_open(path, DB_CREATE, CONTROL_PATIENCE, &c->db, why);
	if (e == ERR_NONE)
		e = db_migrate(c->db, control_schema, control_schema_count,
			       why);
	return e;
}

enum err
control_open(const char *dir, struct control **out, struct diag *why)
{
	SCOPED_CONTROL c = NULL;
	enum err e;

	if (!seal_init())
		return diag_set(why, ERR_IO, "control.no_random", 0, "%s", dir);
	c = heap_new(sizeof(*c));
	e = open_inside(c, dir, why);
	if (e != ERR_NONE)
		return e;
	*out = c;
	c = NULL;
	return ERR_NONE;
}

void
control_close(struct control *c)
{
	if (c == NULL)
		return;
	db_close(c->db);
	heap_free(c);
}

void
control_cleanup(struct control **c)
{
	control_close(*c);
	*c = NULL;
}

void
control_set_quota(struct control *c, const struct control_quota *quota)
{
	c->quota = *quota;
}

static void
bind(struct db_statement *st, const struct control_arg *args, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int at = (int)i + 1;

		switch (args[i].kind) {
		case CONTROL_ARG_I64:
			db_bind_i64(st, at, args[i].i);
			break;
		case CONTROL_ARG_TEXT:
			db_bind_text(st, at, args[i].s);
			break;
		case CONTROL_ARG_BLOB:
			db_bind_blob(st, at, args[i].s);
			break;
		}
	}
}

enum err
control_ask(struct control *c, const char *sql, const struct control_arg *args,
	    size_t count, struct db_statement **out, struct diag *why)
{
	enum err e = db_prepare(c->db, str_of(sql), out, why);

	if (e == ERR_NONE)
		bind(*out, args, count);
	return e;
}

enum err
control_do(struct control *c, const char *sql, const struct control_arg *args,
	   size_t count, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = control_ask(c, sql, args, count, &st, why);

	return e == ERR_NONE ? db_do(st, why) : e;
}

enum err
control_end(struct control *c, enum err e, struct diag *why)
{
	if (e == ERR_NONE)
		return db_commit(c->db, why);
	db_rollback(c->db);
	return e;
}

enum err
control_changed(struct control *c, const char *code, struct str detail,
		struct diag *why)
{
	if (db_changes(c->db) > 0)
		return ERR_NONE;
	return diag_set(why, ERR_GONE, code, 0, "%.*s", STR_ARG(detail));
}

enum err
control_keep(struct db_statement *st, int column, struct arena *mem,
	     struct str *out, struct diag *why)
{
	if (arena_dup(mem, db_text(st, column), out))
		return ERR_NONE;
	return diag_set(why, ERR_LIMIT, "control.too_large", 0, "%zu",
			arena_used(mem));
}
