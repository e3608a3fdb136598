/* Statements: binding, stepping, columns, transactions, functions. */
#include "db/inside.h"

#include <assert.h>
#include <string.h>

/* A statement of ours is SQLite's under another name: no allocation more. */
static sqlite3_stmt *
lib_of(struct db_statement *st)
{
	return (sqlite3_stmt *)(void *)st;
}

static enum err
prepare(struct db *db, struct str sql, unsigned flags,
	struct db_statement **out, struct diag *why)
{
	sqlite3_stmt *made = NULL;
	int code;

	assert(sql.n < INT32_MAX);
	code = sqlite3_prepare_v3(db->lib, sql.p, (int)sql.n, flags, &made,
				  NULL);
	if (code != SQLITE_OK)
		return db_failed(db->lib, code, why);
	*out = (struct db_statement *)(void *)made;
	return ERR_NONE;
}

enum err
db_prepare(struct db *db, struct str sql, struct db_statement **out,
	   struct diag *why)
{
	return prepare(db, sql, 0, out, why);
}

enum err
db_prepare_kept(struct db *db, struct str sql, struct db_statement **out,
		struct diag *why)
{
	return prepare(db, sql, SQLITE_PREPARE_PERSISTENT, out, why);
}

void
db_finish(struct db_statement *st)
{
	sqlite3_finalize(lib_of(st));
}

void
db_statement_cleanup(struct db_statement **st)
{
	db_finish(*st);
	*st = NULL;
}

enum err
db_run(struct db *db, const char *sql, struct diag *why)
{
	int code = sqlite3_exec(db->lib, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? ERR_NONE : db_failed(db->lib, code, why);
}

enum err
db_number(struct db *db, const char *sql, int64_t *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(db, str_of(sql), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e == ERR_NONE)
		*out = row ? db_i64(st, 0) : 0;
	return e;
}

/* A place that is not there, or a value beyond a gigabyte, is our bug. */
static void
bound(int code)
{
	assert(code == SQLITE_OK);
	(void)code;
}

void
db_bind_i64(struct db_statement *st, int at, int64_t value)
{
	bound(sqlite3_bind_int64(lib_of(st), at, value));
}

void
db_bind_u64(struct db_statement *st, int at, uint64_t value)
{
	db_bind_i64(st, at, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

void
db_bind_double(struct db_statement *st, int at, double value)
{
	bound(sqlite3_bind_double(lib_of(st), at, value));
}

void
db_bind_text(struct db_statement *st, int at, struct str value)
{
	bound(sqlite3_bind_text64(lib_of(st), at, value.n > 0 ? value.p : "",
				  value.n, SQLITE_STATIC, SQLITE_UTF8));
}

void
db_bind_blob(struct db_statement *st, int at, struct str value)
{
	bound(sqlite3_bind_blob64(lib_of(st), at, value.n > 0 ? value.p : "",
				  value.n, SQLITE_STATIC));
}

void
db_bind_null(struct db_statement *st, int at)
{
	bound(sqlite3_bind_null(lib_of(st), at));
}

enum err
db_step(struct db_statement *st, bool *row, struct diag *why)
{
	int code = sqlite3_step(lib_of(st));
	enum err e;

	*row = code == SQLITE_ROW;
	if (code == SQLITE_ROW)
		return ERR_NONE;
	if (code == SQLITE_DONE) {
		sqlite3_reset(lib_of(st));
		return ERR_NONE;
	}
	e = db_failed(sqlite3_db_handle(lib_of(st)), code, why);
	sqlite3_reset(lib_of(st));
	return e;
}

enum err
db_do(struct db_statement *st, struct diag *why)
{
	bool row = true;
	enum err e = ERR_NONE;

	while (row && e == ERR_NONE)
		e = db_step(st, &row, why);
	return e;
}

void
db_reset(struct db_statement *st)
{
	sqlite3_reset(lib_of(st));
}

int64_t
db_i64(struct db_statement *st, int column)
{
	return sqlite3_column_int64(lib_of(st), column);
}

uint64_t
db_u64(struct db_statement *st, int column)
{
	int64_t value = db_i64(st, column);

	return value < 0 ? 0 : (uint64_t)value;
}

double
db_double(struct db_statement *st, int column)
{
	return sqlite3_column_double(lib_of(st), column);
}

struct str
db_text(struct db_statement *st, int column)
{
	const unsigned char *p = sqlite3_column_text(lib_of(st), column);
	int n = sqlite3_column_bytes(lib_of(st), column);

	if (p == NULL || n <= 0)
		return S("");
	return (struct str){ (const char *)p, (size_t)n };
}

struct str
db_blob(struct db_statement *st, int column)
{
	const void *p = sqlite3_column_blob(lib_of(st), column);
	int n = sqlite3_column_bytes(lib_of(st), column);

	if (p == NULL || n <= 0)
		return S("");
	return (struct str){ p, (size_t)n };
}

bool
db_is_null(struct db_statement *st, int column)
{
	return sqlite3_column_type(lib_of(st), column) == SQLITE_NULL;
}

int64_t
db_last_id(struct db *db)
{
	return sqlite3_last_insert_rowid(db->lib);
}

int64_t
db_changes(struct db *db)
{
	return sqlite3_changes64(db->lib);
}

enum err
db_begin(struct db *db, struct diag *why)
{
	return db_run(db, "BEGIN IMMEDIATE", why);
}

enum err
db_begin_reading(struct db *db, struct diag *why)
{
	/* BEGIN alone waits for the first question before it looks. */
	return db_run(db, "BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1", why);
}

enum err
db_commit(struct db *db, struct diag *why)
{
	enum err e = db_run(db, "COMMIT", why);

	if (e != ERR_NONE)
		db_rollback(db);
	return e;
}

void
db_rollback(struct db *db)
{
	if (db_in_transaction(db))
		sqlite3_exec(db->lib, "ROLLBACK", NULL, NULL, NULL);
}

bool
db_in_transaction(struct db *db)
{
	return sqlite3_get_autocommit(db->lib) == 0;
}

enum err
db_mark(struct db *db, struct diag *why)
{
	return db_run(db, "SAVEPOINT mark", why);
}

enum err
db_keep(struct db *db, struct diag *why)
{
	return db_run(db, "RELEASE mark", why);
}

enum err
db_rewind(struct db *db, struct diag *why)
{
	return db_run(db, "ROLLBACK TO mark; RELEASE mark", why);
}

/* Kept for SQLite, which carries object pointers only. */
struct function {
	int64_t (*fn)(const int64_t *args);
};

static void
call(sqlite3_context *ctx, int count, sqlite3_value **values)
{
	const struct function *f = sqlite3_user_data(ctx);
	int64_t args[DB_ARGS_MAX] = { 0 };

	for (int i = 0; i < count && i < DB_ARGS_MAX; i++)
		args[i] = sqlite3_value_int64(values[i]);
	sqlite3_result_int64(ctx, f->fn(args));
}

enum err
db_function(struct db *db, const char *name, int args,
	    int64_t (*fn)(const int64_t *args), struct diag *why)
{
	struct function *f = heap_new(sizeof(*f));
	int code;

	assert(args >= 0 && args <= DB_ARGS_MAX);
	f->fn = fn;
	/* SQLite frees `f` also when this fails. */
	code = sqlite3_create_function_v2(db->lib, name, args,
					  SQLITE_UTF8 | SQLITE_DETERMINISTIC |
						  SQLITE_INNOCUOUS,
					  f, call, NULL, NULL, heap_free);
	return code == SQLITE_OK ? ERR_NONE : db_failed(db->lib, code, why);
}
