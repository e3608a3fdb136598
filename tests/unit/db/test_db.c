#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 512 };

struct place {
	char dir[PATH_ROOM], path[PATH_ROOM + 16];
};

static int
setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	const char *tmp = getenv("TMPDIR");

	snprintf(p->dir, sizeof(p->dir), "%s/waxseal-db-XXXXXX",
		 tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof(p->path), "%s/a.db", p->dir);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	static const char *const FILES[] = { "a.db",     "a.db-wal",
					     "a.db-shm", "a.db.before-2",
					     "b.db",     "b.db.part",
					     "b.db-wal", "b.db-shm" };
	struct place *p = *state;

	for (size_t i = 0; i < COUNT_OF(FILES); i++) {
		char path[PATH_ROOM + 32];

		snprintf(path, sizeof(path), "%s/%s", p->dir, FILES[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(p->dir), 0);
	free(p);
	return 0;
}

static void
must(enum err e, struct diag *why)
{
	if (e != ERR_NONE)
		fail_msg("%s: %s", why->code, why->detail);
}

static struct db *
open_one(const struct place *p, enum db_mode mode)
{
	struct diag why = { 0 };
	struct db *db = NULL;

	must(db_open(p->path, mode, 50, &db, &why), &why);
	return db;
}

static void
run(struct db *db, const char *sql)
{
	struct diag why = { 0 };

	must(db_run(db, sql, &why), &why);
}

static int64_t
number(struct db *db, const char *sql)
{
	struct diag why = { 0 };
	int64_t n = -1;

	must(db_number(db, sql, &n, &why), &why);
	return n;
}

/* ---- statements ---- */

static void
values_come_back_as_they_went_in(void **state)
{
	static const char BYTES[] = { 0, 1, (char)0xff, 0 };
	const struct str blob = { BYTES, sizeof(BYTES) };
	SCOPED_DB db = open_one(*state, DB_CREATE);
	SCOPED_STATEMENT in = NULL;
	SCOPED_STATEMENT out = NULL;
	struct diag why = { 0 };
	bool row = false;

	run(db, "CREATE TABLE t (a, b, c, d, e, f)");
	must(db_prepare(db, S("INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
			&in, &why),
	     &why);
	db_bind_i64(in, 1, INT64_MIN);
	db_bind_u64(in, 2, UINT64_MAX);
	db_bind_text(in, 3, S("\xE6\x97\xA5"));
	db_bind_blob(in, 4, blob);
	db_bind_double(in, 5, 1.5);
	db_bind_null(in, 6);
	must(db_do(in, &why), &why);
	assert_int_equal(db_changes(db), 1);
	assert_int_equal(db_last_id(db), 1);
	must(db_prepare(db, S("SELECT * FROM t"), &out, &why), &why);
	must(db_step(out, &row, &why), &why);
	assert_true(row);
	assert_true(db_i64(out, 0) == INT64_MIN);
	assert_true(db_u64(out, 1) == INT64_MAX);
	assert_int_equal(db_u64(out, 0), 0);
	assert_true(str_eq(db_text(out, 2), S("\xE6\x97\xA5")));
	assert_true(str_eq(db_blob(out, 3), blob));
	assert_true(db_double(out, 4) > 1.4 && db_double(out, 4) < 1.6);
	assert_true(db_is_null(out, 5));
	assert_int_equal(db_text(out, 5).n, 0);
	must(db_step(out, &row, &why), &why);
	assert_false(row);
}

static void
empty_text_is_no_null(void **state)
{
	SCOPED_DB db = open_one(*state, DB_CREATE);
	SCOPED_STATEMENT in = NULL;
	struct diag why = { 0 };

	run(db, "CREATE TABLE t (a TEXT NOT NULL, b BLOB NOT NULL)");
	must(db_prepare(db, S("INSERT INTO t VALUES (?1, ?2)"), &in, &why),
	     &why);
	db_bind_text(in, 1, (struct str){ NULL, 0 });
	db_bind_blob(in, 2, (struct str){ NULL, 0 });
	must(db_do(in, &why), &why);
	assert_int_equal(number(db, "SELECT length(a) + length(b) FROM t"), 0);
}

static void
a_wrong_statement_says_what_is_wrong(void **state)
{
	SCOPED_DB db = open_one(*state, DB_CREATE);
	struct diag why = { 0 };

	assert_int_equal(db_run(db, "SELECT * FROM nowhere", &why), ERR_IO);
	assert_string_equal(why.code, "store.failed");
	assert_non_null(strstr(why.detail, "nowhere"));
}

static int64_t
add(const int64_t *args)
{
	return args[0] + args[1];
}

static void
our_functions_work_in_questions(void **state)
{
	SCOPED_DB db = open_one(*state, DB_CREATE);
	struct diag why = { 0 };

	must(db_function(db, "add_up", 2, add, &why), &why);
	assert_int_equal(number(db, "SELECT add_up(40, 2)"), 42);
}

/* ---- opening ---- */

static void
only_creating_makes_a_file(void **state)
{
	const struct place *p = *state;
	struct diag why = { 0 };
	struct db *db = NULL;
	struct stat st;

	assert_int_equal(db_open(p->path, DB_WRITE, 0, &db, &why), ERR_GONE);
	assert_string_equal(why.code, "store.absent");
	db_close(open_one(p, DB_CREATE));
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
what_is_no_database_is_told(void **state)
{
	const struct place *p = *state;
	struct diag why = { 0 };
	struct db *db = NULL;
	FILE *f = fopen(p->path, "w");

	for (int i = 0; i < 1000; i++)
		fputs("this is no database ", f);
	fclose(f);
	assert_int_equal(db_open(p->path, DB_WRITE, 0, &db, &why), ERR_IO);
	assert_string_equal(why.code, "store.corrupt");
}

static void
a_reader_cannot_write(void **state)
{
	const struct place *p = *state;
	struct diag why = { 0 };

	db_close(open_one(p, DB_CREATE));
	SCOPED_DB db = open_one(p, DB_READ);
	assert_int_equal(db_run(db, "CREATE TABLE t (a)", &why), ERR_IO);
	assert_string_equal(why.code, "store.read_only");
}

/* ---- transactions ---- */

static void
a_writer_that_waited_in_vain_is_told(void **state)
{
	const struct place *p = *state;
	SCOPED_DB one = open_one(p, DB_CREATE);
	SCOPED_DB two = open_one(p, DB_WRITE);
	struct diag why = { 0 };

	must(db_begin(one, &why), &why);
	assert_int_equal(db_begin(two, &why), ERR_BUSY);
	assert_string_equal(why.code, "store.busy");
	assert_false(db_in_transaction(two));
	diag_clear(&why);
	db_rollback(one);
	must(db_begin(two, &why), &why);
	must(db_commit(two, &why), &why);
}

static void
a_mark_takes_back_what_came_after_it(void **state)
{
	SCOPED_DB db = open_one(*state, DB_CREATE);
	struct diag why = { 0 };

	run(db, "CREATE TABLE t (a)");
	must(db_begin(db, &why), &why);
	run(db, "INSERT INTO t VALUES (1)");
	must(db_mark(db, &why), &why);
	run(db, "INSERT INTO t VALUES (2)");
	must(db_mark(db, &why), &why);
	run(db, "INSERT INTO t VALUES (4)");
	must(db_keep(db, &why), &why);
	assert_int_equal(number(db, "SELECT sum(a) FROM t"), 7);
	must(db_rewind(db, &why), &why);
	assert_true(db_in_transaction(db));
	must(db_commit(db, &why), &why);
	assert_int_equal(number(db, "SELECT sum(a) FROM t"), 1);
}

static void
a_readers_view_does_not_move(void **state)
{
	const struct place *p = *state;
	SCOPED_DB writer = open_one(p, DB_CREATE);
	struct diag why = { 0 };

	run(writer, "CREATE TABLE t (a)");
	SCOPED_DB reader = open_one(p, DB_READ);
	must(db_begin_reading(reader, &why), &why);
	run(writer, "INSERT INTO t VALUES (1)");
	assert_int_equal(number(reader, "SELECT count(*) FROM t"), 0);
	db_rollback(reader);
	assert_int_equal(number(reader, "SELECT count(*) FROM t"), 1);
}

/* ---- the file ---- */

static const struct db_migration STEPS[] = {
	{ "001-first", STR("CREATE TABLE t (a); INSERT INTO t VALUES (1);") },
	{ "002-second", STR("ALTER TABLE t ADD COLUMN b DEFAULT 5;") },
};
static const struct db_migration BROKEN[] = {
	{ "001-first", STR("CREATE TABLE t (a); INSERT INTO t VALUES (1);") },
	{ "002-second", STR("DELETE FROM t; ALTER TABLE nowhere ADD b;") },
};

static void
migrations_run_once_and_keep_a_copy(void **state)
{
	const struct place *p = *state;
	struct place copy = *p;
	SCOPED_DB db = open_one(p, DB_CREATE);
	struct diag why = { 0 };
	int64_t version = 0;

	must(db_migrate(db, STEPS, 1, &why), &why);
	must(db_migrate(db, STEPS, 1, &why), &why);
	assert_int_equal(number(db, "SELECT count(*) FROM t"), 1);
	must(db_migrate(db, STEPS, 2, &why), &why);
	must(db_version(db, &version, &why), &why);
	assert_int_equal(version, 2);
	assert_int_equal(number(db, "SELECT b FROM t"), 5);
	snprintf(copy.path, sizeof(copy.path), "%s/a.db.before-2", p->dir);
	{
		SCOPED_DB before = open_one(&copy, DB_READ);

		must(db_version(before, &version, &why), &why);
		assert_int_equal(version, 1);
	}
	assert_int_equal(db_migrate(db, STEPS, 1, &why), ERR_IO);
	assert_string_equal(why.code, "store.newer");
}

static void
a_migration_that_fails_changes_nothing(void **state)
{
	SCOPED_DB db = open_one(*state, DB_CREATE);
	struct diag why = { 0 };
	int64_t version = 0;

	must(db_migrate(db, BROKEN, 1, &why), &why);
	assert_int_equal(db_migrate(db, BROKEN, 2, &why), ERR_IO);
	diag_clear(&why);
	must(db_version(db, &version, &why), &why);
	assert_int_equal(version, 1);
	assert_int_equal(number(db, "SELECT count(*) FROM t"), 1);
}

struct writing {
	struct db *other;
	unsigned times;
};

static void
write_meanwhile(void *ctx, uint64_t done, uint64_t all)
{
	struct writing *w = ctx;

	assert_true(done <= all);
	w->times++;
	run(w->other, "INSERT INTO t VALUES (zeroblob(5000))");
}

static void
a_copy_is_whole_though_others_write(void **state)
{
	const struct place *p = *state;
	struct place copy = *p;
	SCOPED_DB db = open_one(p, DB_CREATE);
	SCOPED_DB other = open_one(p, DB_WRITE);
	struct writing w = { other, 0 };
	struct diag why = { 0 };

	run(db, "CREATE TABLE t (a)");
	run(db, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1"
		" FROM n WHERE i < 3000)"
		" INSERT INTO t SELECT zeroblob(5000) FROM n");
	snprintf(copy.path, sizeof(copy.path), "%s/b.db", p->dir);
	must(db_copy(db, copy.path, write_meanwhile, &w, &why), &why);
	assert_true(w.times > 1);
	{
		SCOPED_DB made = open_one(&copy, DB_READ);

		assert_int_equal(number(made, "SELECT count(*) FROM t"), 3000);
	}
	assert_int_equal(number(db, "SELECT count(*) FROM t"),
			 3000 + (int)w.times);
	assert_int_equal(db_copy(db, copy.path, NULL, NULL, &why), ERR_IO);
	assert_string_equal(why.code, "io.create");
}

static void
shrinking_gives_the_room_back(void **state)
{
	const struct place *p = *state;
	SCOPED_DB db = open_one(p, DB_CREATE);
	struct diag why = { 0 };
	uint64_t full = 0, after = 0, unused = 0;
	struct stat st;

	run(db, "CREATE TABLE t (a)");
	run(db, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1"
		" FROM n WHERE i < 2000)"
		" INSERT INTO t SELECT zeroblob(5000) FROM n");
	must(db_size(db, &full, &unused, &why), &why);
	run(db, "DELETE FROM t");
	must(db_shrink(db, &why), &why);
	must(db_size(db, &after, &unused, &why), &why);
	assert_int_equal(unused, 0);
	assert_true(after < full / 20);
	assert_int_equal(stat(p->path, &st), 0);
	assert_true((uint64_t)st.st_size <= after);
}

static void
count_fault(void *ctx, struct str words)
{
	unsigned *n = ctx;

	assert_true(words.n > 0);
	(*n)++;
}

static void
a_check_finds_a_damaged_page(void **state)
{
	const struct place *p = *state;
	static char rubbish[4096];
	struct diag why = { 0 };
	unsigned faults = 0;
	FILE *f;

	{
		SCOPED_DB db = open_one(p, DB_CREATE);

		run(db, "CREATE TABLE t (a); CREATE INDEX i ON t (a)");
		run(db, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL"
			" SELECT i + 1 FROM n WHERE i < 5000)"
			" INSERT INTO t SELECT i FROM n");
		must(db_check(db, count_fault, &faults, &why), &why);
		assert_int_equal(faults, 0);
	}
	memset(rubbish, 0x5a, sizeof(rubbish));
	f = fopen(p->path, "r+b");
	fseek(f, 4096 * 20L, SEEK_SET);
	fwrite(rubbish, 1, sizeof(rubbish), f);
	fclose(f);
	SCOPED_DB db = open_one(p, DB_READ);
	must(db_check(db, count_fault, &faults, &why), &why);
	assert_true(faults > 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(values_come_back_as_they_went_in),
		CASE(empty_text_is_no_null),
		CASE(a_wrong_statement_says_what_is_wrong),
		CASE(our_functions_work_in_questions),
		CASE(only_creating_makes_a_file),
		CASE(what_is_no_database_is_told),
		CASE(a_reader_cannot_write),
		CASE(a_writer_that_waited_in_vain_is_told),
		CASE(a_mark_takes_back_what_came_after_it),
		CASE(a_readers_view_does_not_move),
		CASE(migrations_run_once_and_keep_a_copy),
		CASE(a_migration_that_fails_changes_nothing),
		CASE(a_copy_is_whole_though_others_write),
		CASE(shrinking_gives_the_room_back),
		CASE(a_check_finds_a_damaged_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
