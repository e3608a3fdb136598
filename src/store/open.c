/* The data directory: who may see it, its key, its lock, its database. */
#include "store/inside.h"

#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum err
store_path(const char *dir, const char *file, char out[STORE_PATH_MAX],
	   struct diag *why)
{
	int n = snprintf(out, STORE_PATH_MAX, "%s/%s", dir, file);

	if (n > 0 && n < STORE_PATH_MAX)
		return ERR_NONE;
	errno = ENAMETOOLONG;
	return diag_errno(why, "open", dir);
}

enum err
store_lock(const char *dir, bool alone, int *fd, struct diag *why)
{
	char path[STORE_PATH_MAX];
	enum err e = store_path(dir, "store.lock", path, why);
	SCOPED_FD made = -1;

	if (e != ERR_NONE)
		return e;
	made = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (made < 0)
		return diag_errno(why, "open", path);
	if (flock(made, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) < 0)
		return diag_set(why, ERR_BUSY, "store.in_use", 0, "%s", dir);
	*fd = os_fd_take(&made);
	return ERR_NONE;
}

/* Two programs may make a store at the same time: the key that got the name
 * first is the one both use. */
static enum err
make_key(const char *path, struct diag *why)
{
	uint8_t key[SEAL_KEY_BYTES];
	char own[STORE_PATH_MAX + 32];
	enum err e;

	snprintf(own, sizeof(own), "%s.%ld", path, (long)getpid());
	seal_key_make(key);
	e = os_replace_file(own, (struct str){ (char *)key, sizeof(key) }, 0600,
			    why);
	seal_wipe(key, sizeof(key));
	if (e == ERR_NONE && link(own, path) < 0 && errno != EEXIST)
		e = diag_errno(why, "create", path);
	unlink(own);
	return e;
}

enum err
store_key(const char *dir, bool make, uint8_t key[SEAL_KEY_BYTES],
	  struct diag *why)
{
	SCOPED_BUF bytes = BUF(4096);
	char path[STORE_PATH_MAX];
	enum err e = store_path(dir, "seal.key", path, why);

	if (e == ERR_NONE && make && access(path, F_OK) != 0)
		e = make_key(path, why);
	if (e == ERR_NONE && access(path, F_OK) != 0)
		e = diag_set(why, ERR_IO, "store.no_key", 0, "%s", path);
	if (e == ERR_NONE)
		e = os_read_file(path, &bytes, why);
	if (e == ERR_NONE && bytes.n != SEAL_KEY_BYTES)
		e = diag_set(why, ERR_IO, "store.no_key", 0, "%s", path);
	if (e != ERR_NONE)
		return e;
	memcpy(key, bytes.p, SEAL_KEY_BYTES);
	seal_wipe(bytes.p, bytes.n);
	return ERR_NONE;
}

int64_t
store_class_of(int64_t verdict, int64_t overrides, enum sender_triage triage)
{
	const struct sender_facts facts = {
		.dkim_aligned = (verdict & STORE_V_DKIM) != 0,
		.spf_aligned = (verdict & STORE_V_SPF) != 0,
		.spf_vouched = (verdict & STORE_V_VOUCHED) != 0,
		.spf_inside = (verdict & STORE_V_INSIDE) != 0,
		.disposition = (enum dmarc_disposition)(
			(verdict >> STORE_V_DISPOSITION) & 3),
		.overrides = (unsigned)overrides,
		.triage = triage,
	};
	enum sender_rule rule;

	return sender_classify(&facts, &rule);
}

static int64_t
mail_class(const int64_t *args)
{
	return store_class_of(args[0], args[1], (enum sender_triage)args[2]);
}

/* A kill while the database was being made leaves a journal that only
 * somebody who may write can roll back. */
static bool
is_to_mend(const struct diag *why)
{
	return why && str_eq(str_of(why->code), S("store.read_only"));
}

/* An older database is brought up to date even when only reading was asked
 * for: the program has one way to ask. */
static enum err
open_database(struct store *s, const char *path, unsigned patience,
	      struct diag *why)
{
	int64_t version = 0;
	enum err e;

	if (s->mode == STORE_READ) {
		e = db_open(path, DB_READ, patience, &s->db, why);
		if (e == ERR_NONE)
			e = db_version(s->db, &version, why);
		if (e == ERR_NONE && version == (int64_t)store_schema_count)
			return e;
		if (e != ERR_NONE && !is_to_mend(why))
			return e;
		diag_clear(why);
		db_close(s->db);
		s->db = NULL;
	}
	e = db_open(path, s->mode == STORE_CREATE ? DB_CREATE : DB_WRITE,
		    patience, &s->db, why);
	if (e == ERR_NONE)
		e = db_migrate(s->db, store_schema, store_schema_count, why);
	return e;
}

/* SQLite is not good at being made by two programs at once: one after the
 * other, by a lock of the directory that lasts as long as the making. */
static enum err
make_database(struct store *s, const char *path, unsigned patience,
	      struct diag *why)
{
	SCOPED_FD dir = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return diag_errno(why, "open", s->dir);
	while (flock(dir, LOCK_EX) < 0)
		if (errno != EINTR)
			return diag_errno(why, "lock", s->dir);
	return open_database(s, path, patience, why);
}

static enum err
open_inside(struct store *s, unsigned patience, struct diag *why)
{
	char path[STORE_PATH_MAX];
	bool fresh;
	enum err e = store_path(s->dir, "reports.db", path, why);

	if (e != ERR_NONE)
		return e;
	fresh = access(path, F_OK) != 0;
	if (fresh && s->mode != STORE_CREATE)
		return diag_set(why, ERR_GONE, "store.absent", 0, "%s", s->dir);
	if (s->mode == STORE_CREATE && mkdir(s->dir, 0700) < 0 &&
	    errno != EEXIST)
		return diag_errno(why, "create", s->dir);
	/* A medium that cannot be written can be read without a lock: nobody
	 * will replace what is on it. */
	e = store_lock(s->dir, false, &s->lock, why);
	if (e == ERR_IO && s->mode == STORE_READ) {
		diag_clear(why);
		e = ERR_NONE;
	}
	/* The key comes before the database: one without the other is then a
	 * store that was never used. */
	if (e == ERR_NONE)
		e = store_key(s->dir, fresh, s->key, why);
	if (e == ERR_NONE)
		e = s->mode == STORE_CREATE
			    ? make_database(s, path, patience, why)
			    : open_database(s, path, patience, why);
	if (e == ERR_NONE)
		e = db_function(s->db, "mail_class", 3, mail_class, why);
	return e;
}

enum err
store_open(const char *dir, enum store_mode mode, unsigned patience,
	   struct store **out, struct diag *why)
{
	SCOPED_STORE s = heap_new(sizeof(*s));
	enum err e;

	s->lock = -1;
	s->mode = mode;
	s->dir = heap_new(strlen(dir) + 1);
	memcpy(s->dir, dir, strlen(dir));
	e = open_inside(s, patience, why);
	if (e != ERR_NONE)
		return e;
	if (mode != STORE_READ)
		s->writer = store_writer_new();
	*out = s;
	s = NULL;
	return ERR_NONE;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	if (s->writer != NULL)
		store_rollback(s);
	store_writer_free(s->writer);
	db_close(s->db);
	os_fd_cleanup(&s->lock);
	seal_wipe(s->key, sizeof(s->key));
	heap_free(s->dir);
	heap_free(s);
}

void
store_cleanup(struct store **s)
{
	store_close(*s);
	*s = NULL;
}
