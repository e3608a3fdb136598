/* room.h - a directory of its own for each test, and domains to put there. */
#ifndef HOSTED_TEST_ROOM_H
#define HOSTED_TEST_ROOM_H

#include "hosted/hosted.h"

enum { ROOM_PATH = 256 };

struct room {
	char dir[ROOM_PATH / 2];
	char whole[ROOM_PATH], fresh[ROOM_PATH];
};

/* For cmocka's setup and teardown; *state is the struct room. */
int room_make(void **state);
int room_remove(void **state);

/* "host.example" with one of everything. */
struct hosted_zone room_zone(void);
/* Texts of every field, told apart by `n`; they live until the next call. */
struct hosted_domain room_domain(unsigned n);
/* Writes a file with the domains `from` to `to` (not included). */
void room_write(const struct room *r, bool whole, unsigned from, unsigned to);
struct hosted *room_open(const struct room *r);
bool room_same(const struct hosted_domain *a, const struct hosted_domain *b);
/* The whole file; to be freed with buf_free. */
struct buf room_read(const char *path);
void room_put(const char *path, struct str bytes);

#endif
