/* place.h - a directory of its own for each test's store. */
#ifndef PLACE_H
#define PLACE_H

#include "db/db.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_ROOM = 512 };

struct place {
	char dir[PATH_ROOM]; /* of the store; its parent is ours too */
	char parent[PATH_ROOM];
};

static inline void
place_make(struct place *p)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(p->parent, sizeof(p->parent), "%s/waxseal-store-XXXXXX",
		 tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(p->parent));
	assert_true(snprintf(p->dir, sizeof(p->dir), "%s/data", p->parent) <
		    (int)sizeof(p->dir));
}

static inline void
place_path(const struct place *p, const char *name, char out[PATH_ROOM])
{
	assert_true(snprintf(out, PATH_ROOM, "%s/%s", p->parent, name) <
		    PATH_ROOM);
}

static inline void
place_remove(struct place *p)
{
	char command[PATH_ROOM + 16];
	pid_t child = fork();

	(void)command;
	if (child == 0) {
		execlp("rm", "rm", "-rf", p->parent, (char *)NULL);
		_exit(127);
	}
}

static inline struct store *
place_open(const struct place *p, enum store_mode mode)
{
	struct store *s = NULL;
	struct diag why = { 0 };

	if (store_open(p->dir, mode, 200, &s, &why) != ERR_NONE)
		fail_msg("%s: %s", why.code, why.detail);
	return s;
}

/* Fails the test with the reason. */
static inline void
must(enum err e, struct diag *why)
{
	if (e != ERR_NONE)
		fail_msg("%s: %s", why->code, why->detail);
}

/* ---- looking inside ---- */

/* One number by SQL, through a connection of its own. */
static inline int64_t
ask(const struct place *p, const char *sql)
{
	char path[PATH_ROOM + 16];
	struct db *db = NULL;
	struct diag why = { 0 };
	int64_t out = -1;

	snprintf(path, sizeof(path), "%s/reports.db", p->dir);
	must(db_open(path, DB_READ, 1000, &db, &why), &why);
	must(db_number(db, sql, &out, &why), &why);
	db_close(db);
	return out;
}

/* Every row of a question as text, for comparing. */
static inline void
dump(const struct place *p, const char *sql, int columns, struct buf *out)
{
	char path[PATH_ROOM + 16];
	struct db *db = NULL;
	struct db_statement *st = NULL;
	struct diag why = { 0 };
	bool row = false;

	snprintf(path, sizeof(path), "%s/reports.db", p->dir);
	must(db_open(path, DB_READ, 1000, &db, &why), &why);
	must(db_prepare(db, str_of(sql), &st, &why), &why);
	for (;;) {
		must(db_step(st, &row, &why), &why);
		if (!row)
			break;
		for (int i = 0; i < columns; i++) {
			buf_add(out, db_text(st, i));
			buf_addc(out, i + 1 < columns ? '|' : '\n');
		}
	}
	db_finish(st);
	db_close(db);
	assert_false(out->full);
}

/* The roll-ups in words: comparable between stores. */
#define ROLLUPS                                                                \
	"SELECT d.text, r.day, hex(e.ip), o.text, t.text, r.verdict,"          \
	" r.overrides, r.trust, r.messages, r.rows FROM rollup AS r"           \
	" JOIN name AS d ON d.id = r.domain"                                   \
	" JOIN name AS o ON o.id = r.reporter"                                 \
	" JOIN name AS t ON t.id = r.to_domain"                                \
	" LEFT JOIN endpoint AS e ON e.id = r.endpoint"                        \
	" ORDER BY 1, 2, 3, 4, 5, 6, 7, 8"

#endif
