/* The database as a file: copies, migrations, integrity, size. */
#include "db/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	COPY_STEP = 1024,   /* pages between two looks at the progress */
	SHRINK_STEP = 4096, /* pages given back in one transaction */
	LOCK_WAIT = 20      /* milliseconds */
};

static bool
sync_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return false;
	ok = fsync(fd) == 0;
	close(fd);
	return ok;
}

static bool
sync_directory_of(const char *path)
{
	char copy[PATH_MAX];

	if (strlen(path) >= sizeof(copy))
		return false;
	memcpy(copy, path, strlen(path) + 1);
	return sync_path(dirname(copy));
}

static enum err
copy_steps(sqlite3_backup *work,
	   void (*progress)(void *ctx, uint64_t done, uint64_t all), void *ctx,
	   sqlite3 *target, struct diag *why)
{
	int code;

	do {
		code = sqlite3_backup_step(work, COPY_STEP);
		if (progress != NULL) {
			int all = sqlite3_backup_pagecount(work);
			int left = sqlite3_backup_remaining(work);

			progress(ctx, (uint64_t)(all - left), (uint64_t)all);
		}
		if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
			sqlite3_sleep(LOCK_WAIT);
	} while (code == SQLITE_OK || code == SQLITE_BUSY ||
		 code == SQLITE_LOCKED);
	if (code == SQLITE_DONE)
		return ERR_NONE;
	return db_failed(target, code, why);
}

static enum err
copy_into(struct db *db, const char *part,
	  void (*progress)(void *ctx, uint64_t done, uint64_t all), void *ctx,
	  struct diag *why)
{
	SCOPED_DB target = heap_new(sizeof(*target));
	sqlite3_backup *work;
	enum err e;
	int code = sqlite3_open_v2(part, &target->lib,
				   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
				   NULL);

	if (code != SQLITE_OK)
		return db_failed(target->lib, code, why);
	sqlite3_extended_result_codes(target->lib, 1);
	work = sqlite3_backup_init(target->lib, "main", db->lib, "main");
	if (work == NULL)
		return db_failed(target->lib, sqlite3_errcode(target->lib),
				 why);
	e = copy_steps(work, progress, ctx, target->lib, why);
	code = sqlite3_backup_finish(work);
	if (e == ERR_NONE && code != SQLITE_OK)
		e = db_failed(target->lib, code, why);
	/* One file, whoever opens it: no log beside a copy. */
	if (e == ERR_NONE)
		e = db_run(target, "PRAGMA journal_mode = DELETE", why);
	return e;
}

/* The copy takes its name only when it is whole and on disk. */
static enum err
copy_and_name(struct db *db, const char *part, const char *to,
	      void (*progress)(void *ctx, uint64_t done, uint64_t all),
	      void *ctx, struct diag *why)
{
	enum err e = copy_into(db, part, progress, ctx, why);

	if (e != ERR_NONE)
		return e;
	if (!sync_path(part))
		return diag_errno(why, "write", part);
	if (rename(part, to) < 0 || !sync_directory_of(to))
		return diag_errno(why, "create", to);
	return ERR_NONE;
}

enum err
db_copy(struct db *db, const char *to,
	void (*progress)(void *ctx, uint64_t done, uint64_t all), void *ctx,
	struct diag *why)
{
	bool own_view = !db_in_transaction(db);
	char part[PATH_MAX];
	enum err e;
	int fd;

	if (snprintf(part, sizeof(part), "%s.part", to) >= (int)sizeof(part)) {
		errno = ENAMETOOLONG;
		return diag_errno(why, "create", to);
	}
	if (access(to, F_OK) == 0) {
		errno = EEXIST;
		return diag_errno(why, "create", to);
	}
	fd = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return diag_errno(why, "create", part);
	close(fd);
	/* Within one view of the database a busy writer cannot make the copy
	 * begin again and again. */
	e = own_view ? db_begin_reading(db, why) : ERR_NONE;
	if (e == ERR_NONE)
		e = copy_and_name(db, part, to, progress, ctx, why);
	if (own_view)
		db_rollback(db);
	if (e != ERR_NONE)
		unlink(part);
	return e;
}

enum err
db_version(struct db *db, int64_t *out, struct diag *why)
{
	return db_number(db, "PRAGMA user_version", out, why);
}

static enum err
copy_before(struct db *db, int64_t version, struct diag *why)
{
	char to[PATH_MAX];

	if (snprintf(to, sizeof(to), "%s.before-%lld", db->path,
		     (long long)version + 1) >= (int)sizeof(to)) {
		errno = ENAMETOOLONG;
		return diag_errno(why, "create", db->path);
	}
	unlink(to);
	return db_copy(db, to, NULL, NULL, why);
}

static enum err
apply(struct db *db, const struct db_migration *step, size_t number,
      struct diag *why)
{
	SCOPED_BUF sql = BUF(1 << 20);
	int64_t version = 0;
	enum err e = db_begin(db, why);

	if (e == ERR_NONE)
		e = db_version(db, &version, why);
	/* Somebody else may have been faster. */
	if (e != ERR_NONE || version >= (int64_t)number) {
		db_rollback(db);
		return e;
	}
	buf_add(&sql, step->sql);
	buf_addf(&sql, "\nPRAGMA user_version = %zu;", number);
	e = db_run(db, buf_c(&sql), why);
	if (e != ERR_NONE) {
		db_rollback(db);
		return e;
	}
	return db_commit(db, why);
}

enum err
db_migrate(struct db *db, const struct db_migration *steps, size_t count,
	   struct diag *why)
{
	int64_t version = 0;
	enum err e = db_version(db, &version, why);

	if (e != ERR_NONE)
		return e;
	if (version < 0 || (uint64_t)version > count)
		return diag_set(why, ERR_IO, "store.newer", 0, "%s: %lld",
				db->path, (long long)version);
	if (version > 0 && (uint64_t)version < count)
		e = copy_before(db, version, why);
	for (size_t i = (size_t)version; e == ERR_NONE && i < count; i++)
		e = apply(db, &steps[i], i + 1, why);
	return e;
}

enum err
db_check(struct db *db, void (*fault)(void *ctx, struct str words), void *ctx,
	 struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	struct diag own = { 0 };
	bool row = false;
	enum err e = db_prepare(db, S("PRAGMA integrity_check(20)"), &st, &own);

	while (e == ERR_NONE) {
		e = db_step(st, &row, &own);
		if (e != ERR_NONE || !row)
			break;
		if (!str_eq(db_text(st, 0), S("ok")))
			fault(ctx, db_text(st, 0));
	}
	/* Damage that keeps the check itself from going on is a finding. */
	if (e != ERR_NONE && str_eq(str_of(own.code), S("store.corrupt"))) {
		fault(ctx, str_of(own.detail));
		return ERR_NONE;
	}
	if (e != ERR_NONE)
		return diag_set(why, e, own.code, 0, "%s", own.detail);
	return ERR_NONE;
}

enum err
db_shrink(struct db *db, struct diag *why)
{
	int64_t unused = 0, before = 0;
	char sql[64];
	enum err e;

	snprintf(sql, sizeof(sql), "PRAGMA incremental_vacuum(%d)",
		 SHRINK_STEP);
	e = db_number(db, "PRAGMA freelist_count", &unused, why);
	while (e == ERR_NONE && unused > 0 && unused != before) {
		before = unused;
		e = db_run(db, sql, why);
		if (e == ERR_NONE)
			e = db_number(db, "PRAGMA freelist_count", &unused,
				      why);
	}
	/* Readers may keep the log from being taken in: next time then. */
	if (e == ERR_NONE)
		sqlite3_wal_checkpoint_v2(
			db->lib, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	return e;
}

enum err
db_size(struct db *db, uint64_t *file, uint64_t *unused, struct diag *why)
{
	int64_t page = 0, pages = 0, empty = 0;
	enum err e = db_number(db, "PRAGMA page_size", &page, why);

	if (e == ERR_NONE)
		e = db_number(db, "PRAGMA page_count", &pages, why);
	if (e == ERR_NONE)
		e = db_number(db, "PRAGMA freelist_count", &empty, why);
	if (e != ERR_NONE)
		return e;
	*file = (uint64_t)(page * pages);
	*unused = (uint64_t)(page * empty);
	return ERR_NONE;
}
