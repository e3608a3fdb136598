/* Opening a database the way every store wants it, and telling what went
 * wrong in terms of what the caller does next. */
#include "db/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* SQLite's own cache; the rest of the machine's memory caches the file. */
#define SETTINGS                                                               \
	"PRAGMA synchronous = FULL;"                                           \
	"PRAGMA cache_size = -16384;"                                          \
	"PRAGMA mmap_size = 0;"                                                \
	"PRAGMA wal_autocheckpoint = 8192;"                                    \
	"PRAGMA trusted_schema = OFF;"                                         \
	"PRAGMA journal_size_limit = 67108864;"
#define BIRTH                                                                  \
	"PRAGMA auto_vacuum = INCREMENTAL;"                                    \
	"PRAGMA journal_mode = WAL;"

static bool
means_full(int number)
{
	return number == ENOSPC || number == EDQUOT || number == EFBIG;
}

/* SQLite knows ENOSPC; a quota and a limit of the file's size are told by the
 * database file and its log only. */
static bool
is_out_of_space(sqlite3 *lib, int code)
{
	sqlite3_file *log = NULL;
	int number = 0;

	if ((code & 0xff) == SQLITE_FULL)
		return true;
	if ((code & 0xff) != SQLITE_IOERR || lib == NULL)
		return false;
	if (means_full(sqlite3_system_errno(lib)))
		return true;
	sqlite3_file_control(lib, "main", SQLITE_FCNTL_LAST_ERRNO, &number);
	if (means_full(number))
		return true;
	sqlite3_file_control(lib, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	if (log == NULL || log->pMethods == NULL)
		return false;
	log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &number);
	return means_full(number);
}

enum err
db_failed(sqlite3 *lib, int code, struct diag *why)
{
	const char *words =
		lib != NULL ? sqlite3_errmsg(lib) : sqlite3_errstr(code);

	if (is_out_of_space(lib, code))
		return diag_set(why, ERR_IO, "store.full", 0, "%s", words);
	switch (code & 0xff) {
	case SQLITE_NOMEM:
		abort();
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return diag_set(why, ERR_BUSY, "store.busy", 0, "%s", words);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return diag_set(why, ERR_IO, "store.corrupt", 0, "%s", words);
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return diag_set(why, ERR_IO, "store.read_only", 0, "%s", words);
	default:
		return diag_set(why, ERR_IO, "store.failed", 0, "%s", words);
	}
}

/* The file is made by us and not by SQLite, so that nobody else may ever
 * read it; log and index take over its mode. */
static enum err
make_file(const char *path, enum db_mode mode, struct diag *why)
{
	int fd;

	if (mode != DB_CREATE) {
		if (access(path, F_OK) == 0)
			return ERR_NONE;
		return diag_set(why, ERR_GONE, "store.absent", 0, "%s", path);
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return diag_errno(why, "create", path);
	close(fd);
	return ERR_NONE;
}

static enum err
configure(struct db *db, enum db_mode mode, unsigned patience, struct diag *why)
{
	sqlite3_extended_result_codes(db->lib, 1);
	sqlite3_busy_timeout(db->lib, (int)(patience & 0x7fffffff));
	sqlite3_db_config(db->lib, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (mode != DB_READ) {
		enum err e = db_run(db, BIRTH, why);

		if (e != ERR_NONE)
			return e;
	}
	return db_run(db, SETTINGS, why);
}

/* One thread, so no locks; and nobody asks how much memory is in use. Only
 * the first call of the process is heard, before SQLite starts. */
static void
configure_library(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

enum err
db_open(const char *path, enum db_mode mode, unsigned patience, struct db **out,
	struct diag *why)
{
	int flags =
		SQLITE_OPEN_NOMUTEX | (mode == DB_READ ? SQLITE_OPEN_READONLY
						       : SQLITE_OPEN_READWRITE);
	enum err e = make_file(path, mode, why);
	SCOPED_DB db = NULL;
	int code;

	if (e != ERR_NONE)
		return e;
	configure_library();
	db = heap_new(sizeof(*db));
	db->path = heap_new(strlen(path) + 1);
	memcpy(db->path, path, strlen(path));
	code = sqlite3_open_v2(path, &db->lib, flags, NULL);
	if (code != SQLITE_OK)
		return db_failed(db->lib, code, why);
	e = configure(db, mode, patience, why);
	if (e != ERR_NONE)
		return e;
	*out = db;
	db = NULL;
	return ERR_NONE;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	sqlite3_close_v2(db->lib);
	heap_free(db->path);
	heap_free(db);
}

void
db_cleanup(struct db **db)
{
	db_close(*db);
	*db = NULL;
}
