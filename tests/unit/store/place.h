/* place.h - a directory of its own for each test's store. */
#ifndef PLACE_H
#define PLACE_H

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

#endif
