/* inside.h - what the files of this room share. */
#ifndef DB_INSIDE_H
#define DB_INSIDE_H

#include <sqlite3.h>

#include "db/db.h"

struct db {
	sqlite3 *lib;
	char *path;
};

/* Turns the last failure of `lib` into ours. */
enum err db_failed(sqlite3 *lib, int code, struct diag *why);

#endif
