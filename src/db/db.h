/* db.h - SQLite, wrapped: the only room that includes its header.
 *
 * Errors come as what the caller does next: ERR_BUSY "store.busy" (another
 * writer), ERR_IO "store.full" (no space), "store.corrupt", "store.read_only",
 * "store.failed" (the rest, with SQLite's words). A handle belongs to one
 * thread. Out of memory ends the process, as everywhere.
 */
#ifndef DB_H
#define DB_H

#include "base/base.h"

struct db;
struct db_statement;

enum db_mode {
	DB_READ,
	DB_WRITE,
	DB_CREATE /* made when absent, mode 0600 */
};

/* Opens with a write-ahead log; a commit is on disk when it returns.
 * `patience`: milliseconds to wait for another writer. ERR_GONE
 * "store.absent" when there is no such file. */
enum err db_open(const char *path, enum db_mode mode, unsigned patience,
		 struct db **out, struct diag *why) MUST_CHECK;
void db_close(struct db *db);
void db_cleanup(struct db **db);
#define SCOPED_DB __attribute__((cleanup(db_cleanup))) struct db *

/* ---- statements ---- */

/* Runs one or several statements without places or results. */
enum err db_run(struct db *db, const char *sql, struct diag *why) MUST_CHECK;
/* A number from the first column of the first row; 0 when there is none. */
enum err db_number(struct db *db, const char *sql, int64_t *out,
		   struct diag *why) MUST_CHECK;

enum err db_prepare(struct db *db, struct str sql, struct db_statement **out,
		    struct diag *why) MUST_CHECK;
/* The same, optimised for statements that are kept for long. */
enum err db_prepare_kept(struct db *db, struct str sql,
			 struct db_statement **out,
			 struct diag *why) MUST_CHECK;
void db_finish(struct db_statement *st); /* NULL is fine */
void db_statement_cleanup(struct db_statement **st);
#define SCOPED_STATEMENT                                                       \
	__attribute__((cleanup(db_statement_cleanup))) struct db_statement *

/* Places count from 1. Text and bytes are borrowed until db_reset. */
void db_bind_i64(struct db_statement *st, int at, int64_t value);
void db_bind_u64(struct db_statement *st, int at, uint64_t value); /* <= max */
void db_bind_double(struct db_statement *st, int at, double value);
void db_bind_text(struct db_statement *st, int at, struct str value);
void db_bind_blob(struct db_statement *st, int at, struct str value);
void db_bind_null(struct db_statement *st, int at);

/* *row is false after the last one; the statement is then reset, as after an
 * error. Values bound stay bound. */
enum err db_step(struct db_statement *st, bool *row,
		 struct diag *why) MUST_CHECK;
/* Runs to the end and resets, for statements without an answer. */
enum err db_do(struct db_statement *st, struct diag *why) MUST_CHECK;
void db_reset(struct db_statement *st);

/* Columns count from 0; text and bytes live until the next step or reset. */
int64_t db_i64(struct db_statement *st, int column);
uint64_t db_u64(struct db_statement *st, int column); /* negative gives 0 */
double db_double(struct db_statement *st, int column);
struct str db_text(struct db_statement *st, int column);
struct str db_blob(struct db_statement *st, int column);
bool db_is_null(struct db_statement *st, int column);

int64_t db_last_id(struct db *db);
int64_t db_changes(struct db *db); /* rows of the last statement */

/* ---- transactions ---- */

/* Takes the write lock at once, waiting up to the patience. */
enum err db_begin(struct db *db, struct diag *why) MUST_CHECK;
/* A view that does not change until db_commit or db_rollback. */
enum err db_begin_reading(struct db *db, struct diag *why) MUST_CHECK;
/* When it fails, nothing is kept and the transaction is over. */
enum err db_commit(struct db *db, struct diag *why) MUST_CHECK;
void db_rollback(struct db *db); /* fine without a transaction */
bool db_in_transaction(struct db *db);

/* A point inside a transaction to which it can be taken back; they nest. */
enum err db_mark(struct db *db, struct diag *why) MUST_CHECK;
enum err db_keep(struct db *db, struct diag *why) MUST_CHECK;
enum err db_rewind(struct db *db, struct diag *why) MUST_CHECK;

/* ---- the file ---- */

/* Makes `name(a, b, ...)` usable in SQL: whole numbers in, a number out. It
 * must be pure. */
enum { DB_ARGS_MAX = 8 };
enum err db_function(struct db *db, const char *name, int args,
		     int64_t (*fn)(const int64_t *args),
		     struct diag *why) MUST_CHECK;

/* Numbered changes of the schema, each in its own transaction with its
 * number. Before a file that has content is changed it is copied to
 * "<path>.before-<number>". "store.newer": a later program wrote it. */
struct db_migration {
	const char *name;
	struct str sql;
};
enum err db_migrate(struct db *db, const struct db_migration *steps,
		    size_t count, struct diag *why) MUST_CHECK;
enum err db_version(struct db *db, int64_t *out, struct diag *why) MUST_CHECK;

/* A whole copy into a new file, in steps while others write; synced. */
enum err db_copy(struct db *db, const char *to,
		 void (*progress)(void *ctx, uint64_t done, uint64_t all),
		 void *ctx, struct diag *why) MUST_CHECK;
/* Integrity of the file: each fault in SQLite's words. */
enum err db_check(struct db *db, void (*fault)(void *ctx, struct str words),
		  void *ctx, struct diag *why) MUST_CHECK;
/* Gives pages that hold nothing any more back to the file system. */
enum err db_shrink(struct db *db, struct diag *why) MUST_CHECK;
/* Size of the file and of what is free inside, in bytes. */
enum err db_size(struct db *db, uint64_t *file, uint64_t *unused,
		 struct diag *why) MUST_CHECK;

#endif
