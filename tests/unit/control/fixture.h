/* fixture.h - a control store in a directory of its own. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "control/control.h"
#include "db/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NOW = 1764000000, DAY = 86400, PLACE_ROOM = 512 };

struct place {
	char dir[PLACE_ROOM], path[PLACE_ROOM + 16];
	struct control *c;
	struct arena *mem;
};

static inline void
must(enum err e, const struct diag *why)
{
	if (e != ERR_NONE)
		fail_msg("%s: %s", why->code, why->detail);
}

static inline void
reopen(struct place *p)
{
	struct diag why = { 0 };

	control_close(p->c);
	must(control_open(p->dir, &p->c, &why), &why);
}

static inline int
setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	const char *tmp = getenv("TMPDIR");

	snprintf(p->dir, sizeof(p->dir), "%s/waxseal-control-XXXXXX",
		 tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof(p->path), "%s/control.db", p->dir);
	p->mem = arena_new(1 << 20);
	reopen(p);
	*state = p;
	return 0;
}

static inline int
teardown(void **state)
{
	static const char *const FILES[] = { "control.db", "control.db-wal",
					     "control.db-shm" };
	struct place *p = *state;

	control_close(p->c);
	arena_free(p->mem);
	for (size_t i = 0; i < COUNT_OF(FILES); i++) {
		char path[PLACE_ROOM + 32];

		snprintf(path, sizeof(path), "%s/%s", p->dir, FILES[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(p->dir), 0);
	free(p);
	return 0;
}

/* What the call has to answer, and why. */
static inline void
expect(enum err got, const struct diag *why, enum err want, const char *code)
{
	assert_string_equal(why->code, code);
	assert_int_equal(got, want);
}

static inline struct control_user
person(const char *name, enum control_role role)
{
	return (struct control_user){ .owner = CONTROL_OWNER_SELF,
				      .name = str_of(name),
				      .role = role,
				      .language = STR("nb"),
				      .time_zone = STR("Europe/Oslo"),
				      .created_at = NOW };
}

static inline int64_t
add_person(struct place *p, const char *name, enum control_role role,
	   const char *password)
{
	const struct control_user user = person(name, role);
	struct diag why = { 0 };
	int64_t id = 0;

	must(control_user_add(p->c, &user, str_of(password), &id, &why), &why);
	assert_true(id > 0);
	return id;
}

static inline enum err
come_in(struct place *p, const struct control_login *login,
	char secret[CONTROL_SECRET_SIZE], struct diag *why)
{
	*why = (struct diag){ 0 };
	return control_login(p->c, login, secret, why);
}

/* Looks into the file from outside. */
static inline int64_t
number(struct place *p, const char *sql)
{
	struct diag why = { 0 };
	SCOPED_DB db = NULL;
	int64_t n = -1;

	must(db_open(p->path, DB_WRITE, 1000, &db, &why), &why);
	must(db_number(db, sql, &n, &why), &why);
	return n;
}

/* Whether the bytes stand in the database or its log. */
static inline bool
is_on_disk(struct place *p, const char *text)
{
	static const char *const ENDS[] = { "", "-wal" };
	bool found = false;

	for (size_t i = 0; i < COUNT_OF(ENDS); i++) {
		SCOPED_BUF all = BUF(64 << 20);
		char path[PLACE_ROOM + 32];
		FILE *f;
		char *to;

		snprintf(path, sizeof(path), "%s%s", p->path, ENDS[i]);
		f = fopen(path, "rb");
		if (f == NULL)
			continue;
		while ((to = buf_reserve(&all, 65536)) != NULL) {
			size_t n = fread(to, 1, 65536, f);

			if (n == 0)
				break;
			buf_commit(&all, n);
		}
		fclose(f);
		found = found ||
			str_find(buf_str(&all), str_of(text)) != SIZE_MAX;
	}
	return found;
}

#endif
