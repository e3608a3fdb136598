/* Whole copies of the store, and putting one in its place. The key of what is
 * sealed goes along in a file of its own, "<backup>.key": who may read the
 * copy need not be given the key. */
#include "store/inside.h"

#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err
key_path(const char *backup, char out[STORE_PATH_MAX], struct diag *why)
{
	int n = snprintf(out, STORE_PATH_MAX, "%s.key", backup);

	if (n > 0 && n < STORE_PATH_MAX)
		return ERR_NONE;
	errno = ENAMETOOLONG;
	return diag_errno(why, "open", backup);
}

enum err
store_backup(struct store *s, const char *to,
	     void (*progress)(void *ctx, uint64_t done, uint64_t all),
	     void *ctx, struct diag *why)
{
	const struct str key = { (const char *)s->key, sizeof(s->key) };
	char beside[STORE_PATH_MAX];
	enum err e = key_path(to, beside, why);

	if (e != ERR_NONE)
		return e;
	if (access(to, F_OK) == 0 || access(beside, F_OK) == 0)
		return diag_set(why, ERR_LIMIT, "store.backup_exists", 0, "%s",
				to);
	e = db_copy(s->db, to, progress, ctx, why);
	if (e == ERR_NONE)
		e = os_replace_file(beside, key, 0600, why);
	if (e != ERR_NONE) {
		(void)unlink(to);
		(void)unlink(beside);
	}
	return e;
}

/* ---- restoring ---- */

static void
note_fault(void *ctx, struct str words)
{
	struct diag *why = ctx;

	(void)diag_set(why, ERR_SYNTAX, "store.backup_bad", 0, "%.*s",
		       STR_ARG(words));
}

/* Copies a backup to `to` and looks whether it is a sound store of ours. */
static enum err
take_copy(const char *from, const char *to, struct diag *why)
{
	struct diag fault = { 0 };
	SCOPED_DB copy = NULL;
	int64_t version = 0;
	enum err e;

	{
		SCOPED_DB source = NULL;

		e = db_open(from, DB_READ, 0, &source, why);
		if (e == ERR_NONE)
			e = db_copy(source, to, NULL, NULL, why);
	}
	if (e == ERR_NONE)
		e = db_open(to, DB_READ, 0, &copy, why);
	if (e == ERR_NONE)
		e = db_version(copy, &version, why);
	if (e == ERR_NONE)
		e = db_check(copy, note_fault, &fault, why);
	if (e != ERR_NONE)
		return e;
	if (version < 1)
		(void)diag_set(&fault, ERR_SYNTAX, "store.backup_bad", 0, "%s",
			       from);
	if (version > (int64_t)store_schema_count)
		return diag_set(why, ERR_SYNTAX, "store.newer", 0, "%lld",
				(long long)version);
	if (fault.code[0] != '\0')
		return diag_set(why, ERR_SYNTAX, fault.code, 0, "%s",
				fault.detail);
	return ERR_NONE;
}

/* Moves "<dir>/<file>" to "<dir>/<file>.before-restore", if there is one. */
static enum err
move_away(const char *dir, const char *file, struct diag *why)
{
	char from[STORE_PATH_MAX], to[STORE_PATH_MAX], name[64];
	enum err e = store_path(dir, file, from, why);

	(void)snprintf(name, sizeof(name), "%s.before-restore", file);
	if (e == ERR_NONE)
		e = store_path(dir, name, to, why);
	if (e != ERR_NONE)
		return e;
	if (rename(from, to) < 0 && errno != ENOENT)
		return diag_errno(why, "rename", from);
	return ERR_NONE;
}

static enum err
sync_directory(const char *dir, struct diag *why)
{
	SCOPED_FD fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return diag_errno(why, "write", dir);
	return ERR_NONE;
}

/* The old store goes aside with everything that belongs to it, then the new
 * one takes the name. */
static enum err
put_in_place(const char *dir, const char *fresh, struct str key,
	     struct diag *why)
{
	static const char *const FILES[] = { "reports.db", "reports.db-wal",
					     "reports.db-shm", "seal.key" };
	char path[STORE_PATH_MAX];
	enum err e = ERR_NONE;

	for (size_t i = 0; e == ERR_NONE && i < COUNT_OF(FILES); i++)
		e = move_away(dir, FILES[i], why);
	if (e == ERR_NONE)
		e = store_path(dir, "seal.key", path, why);
	if (e == ERR_NONE)
		e = os_replace_file(path, key, 0600, why);
	if (e == ERR_NONE)
		e = store_path(dir, "reports.db", path, why);
	if (e == ERR_NONE && rename(fresh, path) < 0)
		e = diag_errno(why, "rename", fresh);
	if (e == ERR_NONE)
		e = sync_directory(dir, why);
	return e;
}

static enum err
read_key(const char *from, struct buf *key, struct diag *why)
{
	char path[STORE_PATH_MAX];
	enum err e = key_path(from, path, why);

	if (e == ERR_NONE && access(path, R_OK) != 0)
		return diag_set(why, ERR_GONE, "store.no_key", 0, "%s", path);
	if (e == ERR_NONE)
		e = os_read_file(path, key, why);
	if (e == ERR_NONE && key->n != SEAL_KEY_BYTES)
		e = diag_set(why, ERR_SYNTAX, "store.no_key", 0, "%s", path);
	return e;
}

enum err
store_restore(const char *dir, const char *from, struct diag *why)
{
	char fresh[STORE_PATH_MAX];
	SCOPED_BUF key = BUF(4096);
	SCOPED_FD lock = -1;
	enum err e;

	if (access(from, R_OK) != 0)
		return diag_errno(why, "open", from);
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return diag_errno(why, "create", dir);
	e = store_lock(dir, true, &lock, why);
	if (e == ERR_NONE)
		e = read_key(from, &key, why);
	if (e == ERR_NONE)
		e = store_path(dir, "reports.db.restoring", fresh, why);
	if (e != ERR_NONE)
		return e;
	(void)unlink(fresh);
	e = take_copy(from, fresh, why);
	if (e == ERR_NONE)
		e = put_in_place(dir, fresh, buf_str(&key), why);
	(void)unlink(fresh);
	seal_wipe(key.p, key.n);
	return e;
}
