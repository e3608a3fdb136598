#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int
setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_true(seal_init());
	place_make(p);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	place_remove(*state);
	free(*state);
	return 0;
}

static struct made
report(const char *id, const char *domain, uint8_t salt)
{
	struct made m = {
		.org = "Google Inc.",
		.begin = NOW - DAY,
		.trust = STORE_OPERATOR,
		.rows = 2,
		.row = { { .ip = "192.0.2.1", .dkim = true, .count = 5 },
			 { .ip = "198.51.100.1", .count = 2 } },
		.raw = "raw bytes",
	};

	m.id = id;
	m.domain = domain;
	m.salt = salt;
	m.row[0].header_from = m.row[1].header_from = domain;
	return m;
}

static void
collect(void *ctx, const struct diag *what)
{
	struct buf *out = ctx;

	buf_addf(out, "%s %s\n", what->code, what->detail);
}

/* Everything the check finds, one a line. */
static void
faults(struct store *s, struct buf *out)
{
	struct diag why = { 0 };

	must(store_check(s, STORE_OWNER_SELF, collect, out, &why), &why);
}

static void
place_nowhere(void *ctx, const struct store_endpoint *e,
	      struct store_place *place)
{
	(void)ctx;
	(void)e;
	place->asn = 64496;
	place->as_name = S("Example Net");
	memcpy(place->country, "NO", 3);
}

static void
fold(struct store *s)
{
	struct diag why = { 0 };

	must(store_enrich(s, STORE_OWNER_SELF, S("v1"), place_nowhere, NULL,
			  &why),
	     &why);
	must(store_fold(s, STORE_OWNER_SELF, NULL, NULL, &why), &why);
}

/* ---- opening ---- */

static void
a_store_that_is_not_there_is_not_made_by_reading(void **state)
{
	const struct place *p = *state;
	struct store *s = NULL;
	struct diag why = { 0 };

	assert_int_equal(store_open(p->dir, STORE_READ, 0, &s, &why), ERR_GONE);
	assert_string_equal(why.code, "store.absent");
	diag_clear(&why);
	assert_int_equal(store_open(p->dir, STORE_WRITE, 0, &s, &why),
			 ERR_GONE);
	assert_int_equal(access(p->dir, F_OK), -1);
}

static void
nobody_else_may_read_it(void **state)
{
	static const char *const FILES[] = { "reports.db", "seal.key" };
	const struct place *p = *state;
	SCOPED_STORE s = place_open(p, STORE_CREATE);
	struct stat st;

	assert_non_null(s);
	assert_int_equal(stat(p->dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	for (size_t i = 0; i < COUNT_OF(FILES); i++) {
		char path[PATH_ROOM + 32];

		snprintf(path, sizeof(path), "%s/%s", p->dir, FILES[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0077, 0);
	}
}

static void
a_store_of_a_later_program_is_left_alone(void **state)
{
	const struct place *p = *state;
	char path[PATH_ROOM + 32];
	struct store *s = NULL;
	struct diag why = { 0 };
	struct db *db = NULL;

	store_close(place_open(p, STORE_CREATE));
	snprintf(path, sizeof(path), "%s/reports.db", p->dir);
	must(db_open(path, DB_WRITE, 0, &db, &why), &why);
	must(db_run(db, "PRAGMA user_version = 999", &why), &why);
	db_close(db);
	assert_int_equal(store_open(p->dir, STORE_WRITE, 0, &s, &why), ERR_IO);
	assert_string_equal(why.code, "store.newer");
}

static void
without_its_key_a_store_does_not_open(void **state)
{
	const struct place *p = *state;
	char path[PATH_ROOM + 32];
	struct store *s = NULL;
	struct diag why = { 0 };

	store_close(place_open(p, STORE_CREATE));
	snprintf(path, sizeof(path), "%s/seal.key", p->dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(store_open(p->dir, STORE_CREATE, 0, &s, &why), ERR_IO);
	assert_string_equal(why.code, "store.no_key");
	assert_int_equal(access(path, F_OK), -1);
}

/* ---- numbers ---- */

static void
stats_count_what_is_there(void **state)
{
	struct made a = report("r1", "example.com", 1);
	struct made b = report("r2", "example.net", 2);
	struct made worse = report("r1", "example.com", 3);
	struct store_stats stats;
	struct diag why = { 0 };
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	worse.rows = 1;
	import(s, &a);
	import(s, &b);
	import(s, &worse);
	must(store_stats_get(s, STORE_OWNER_SELF, &stats, &why), &why);
	assert_int_equal(stats.reports, 2);
	assert_int_equal(stats.superseded, 1);
	assert_int_equal(stats.messages, 14);
	assert_int_equal(stats.domains, 2);
	assert_int_equal(stats.endpoints, 2);
	assert_int_equal(stats.days_to_fold, 2);
	assert_int_equal(stats.raw_bytes, 27);
	assert_int_equal(stats.schema, 6);
	must(store_stats_get(s, 77, &stats, &why), &why);
	assert_int_equal(stats.reports, 0);
	assert_true(stats.first_day == INT64_MIN);
}

/* ---- copies ---- */

static void
a_backup_made_while_writing_is_whole(void **state)
{
	const struct place *p = *state;
	struct made a = report("r1", "example.com", 1);
	struct made b = report("r2", "example.com", 2);
	struct diag why = { 0 };
	struct store_item item;
	char to[PATH_ROOM];

	place_path(p, "backup.db", to);
	{
		SCOPED_STORE s = place_open(p, STORE_CREATE);
		SCOPED_STORE writer = place_open(p, STORE_WRITE);

		import(s, &a);
		must(store_begin(writer, &why), &why);
		must(put_report(writer, &b, &item, &why), &why);
		must(store_backup(s, to, NULL, NULL, &why), &why);
		must(store_commit(writer, &why), &why);
		assert_int_not_equal(store_backup(s, to, NULL, NULL, &why),
				     ERR_NONE);
		diag_clear(&why);
		assert_int_equal(store_restore(p->dir, to, &why), ERR_BUSY);
		assert_string_equal(why.code, "store.in_use");
		diag_clear(&why);
	}
	assert_int_equal(ask(p, "SELECT count(*) FROM report"), 2);
	must(store_restore(p->dir, to, &why), &why);
	assert_int_equal(ask(p, "SELECT count(*) FROM report"), 1);
	assert_int_equal(ask(p, "SELECT messages FROM report"), 7);
	{
		SCOPED_STORE s = place_open(p, STORE_WRITE);

		assert_int_equal(import(s, &b).outcome, STORE_IMPORTED);
		assert_int_equal(import(s, &a).outcome, STORE_DUPLICATE);
	}
}

static void
a_damaged_backup_is_not_put_in(void **state)
{
	const struct place *p = *state;
	struct made a = report("r1", "example.com", 1);
	struct diag why = { 0 };
	char to[PATH_ROOM];
	char zeros[4096 * 3] = { 0 };
	FILE *f;

	place_path(p, "backup.db", to);
	{
		SCOPED_STORE s = place_open(p, STORE_CREATE);

		import(s, &a);
		must(store_backup(s, to, NULL, NULL, &why), &why);
	}
	f = fopen(to, "r+b");
	assert_non_null(f);
	fseek(f, 8192, SEEK_SET);
	fwrite(zeros, 1, sizeof(zeros), f);
	fclose(f);
	assert_int_not_equal(store_restore(p->dir, to, &why), ERR_NONE);
	assert_int_equal(ask(p, "SELECT count(*) FROM report"), 1);
}

/* ---- time and deletion ---- */

static void
what_grew_old_goes_and_the_sums_stay(void **state)
{
	const struct place *p = *state;
	struct made old = report("r1", "example.com", 1);
	struct made young = report("r2", "example.com", 2);
	struct store_retention keep = STORE_RETENTION;
	struct store_pruned gone = { 0 };
	struct diag why = { 0 };
	SCOPED_STORE s = place_open(p, STORE_CREATE);

	old.received_at = NOW - 731 * (int64_t)DAY;
	import(s, &old);
	import(s, &young);
	fold(s);
	must(store_prune(s, STORE_OWNER_SELF,
			 &(struct store_pruning){ keep, NOW, true, 0 }, &gone,
			 &why),
	     &why);
	assert_int_equal(gone.rows, 2);
	assert_int_equal(gone.raw, 1);
	assert_int_equal(ask(p, "SELECT count(*) FROM row"), 4);
	must(store_prune(s, STORE_OWNER_SELF,
			 &(struct store_pruning){ keep, NOW, false, 0 }, &gone,
			 &why),
	     &why);
	assert_int_equal(gone.rows, 2);
	assert_int_equal(gone.raw, 1);
	assert_int_equal(ask(p, "SELECT count(*) FROM row"), 2);
	assert_int_equal(ask(p, "SELECT count(*) FROM raw"), 1);
	assert_int_equal(ask(p, "SELECT sum(messages) FROM rollup"), 14);
	assert_int_equal(ask(p, "SELECT count(*) FROM report"
				" WHERE NOT rows_kept"),
			 1);
	/* Its share cannot be taken out any more. */
	assert_int_equal(store_delete_report(s, STORE_OWNER_SELF, 1, &why),
			 ERR_GONE);
	assert_string_equal(why.code, "store.rows_gone");
}

static void
a_winner_without_rows_goes_on_counting(void **state)
{
	const struct place *p = *state;
	struct made old = report("r1", "example.com", 1);
	struct made better = report("r1", "example.com", 2);
	struct store_retention keep = STORE_RETENTION;
	struct store_pruned gone = { 0 };
	struct diag why = { 0 };
	SCOPED_STORE s = place_open(p, STORE_CREATE);

	old.received_at = NOW - 731 * (int64_t)DAY;
	old.rows = 1;
	import(s, &old);
	must(store_prune(s, STORE_OWNER_SELF,
			 &(struct store_pruning){ keep, NOW, false, 0 }, &gone,
			 &why),
	     &why);
	assert_int_equal(import(s, &better).outcome, STORE_SUPERSEDED);
	assert_int_equal(ask(p, "SELECT sum(messages) FROM rollup"), 5);
}

static void
deleting_the_better_one_lets_the_other_count_again(void **state)
{
	const struct place *p = *state;
	struct made worse = report("r1", "example.com", 1);
	struct made better = report("r1", "example.com", 2);
	SCOPED_BUF found = BUF(10000);
	struct diag why = { 0 };
	int64_t id;
	SCOPED_STORE s = place_open(p, STORE_CREATE);

	worse.rows = 1;
	import(s, &worse);
	id = import(s, &better).report;
	fold(s);
	assert_int_equal(ask(p, "SELECT sum(messages) FROM cube"), 7);
	assert_int_equal(store_delete_report(s, 77, id, &why), ERR_GONE);
	assert_string_equal(why.code, "store.no_report");
	diag_clear(&why);
	must(store_delete_report(s, STORE_OWNER_SELF, id, &why), &why);
	assert_int_equal(ask(p, "SELECT count(*) FROM report"), 1);
	assert_int_equal(ask(p, "SELECT state FROM report"), STORE_IMPORTED);
	assert_int_equal(ask(p, "SELECT sum(messages) FROM rollup"), 5);
	assert_int_equal(ask(p, "SELECT sum(messages) FROM cube"), 5);
	assert_int_equal(ask(p, "SELECT count(*) FROM raw"), 1);
	faults(s, &found);
	assert_int_equal(found.n, 0);
}

static bool
data_has(const struct place *p, const char *needle)
{
	static const char *const FILES[] = { "reports.db", "reports.db-wal" };
	size_t room = 8 << 20;
	char *bytes = malloc(room);
	bool found = false;

	for (size_t i = 0; i < COUNT_OF(FILES); i++) {
		char path[PATH_ROOM + 32];
		size_t n = 0;
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", p->dir, FILES[i]);
		f = fopen(path, "rb");
		if (f != NULL) {
			n = fread(bytes, 1, room, f);
			fclose(f);
		}
		if (n > 0 && memmem(bytes, n, needle, strlen(needle)))
			found = true;
	}
	free(bytes);
	return found;
}

static void
a_deleted_domain_leaves_nothing_but_its_neighbour(void **state)
{
	const struct place *p = *state;
	struct made a = report("r1", "example.com", 1);
	struct made b = report("r2", "example.com", 2);
	struct made other = report("r3", "example.net", 3);
	SCOPED_BUF found = BUF(10000);
	struct diag why = { 0 };
	uint64_t deleted = 0;
	SCOPED_STORE s = place_open(p, STORE_CREATE);

	a.raw = "Unforgettable bytes";
	a.row[1].ip = "203.0.113.77";
	b.received_at = NOW - 2 * DAY;
	import(s, &a);
	import(s, &b);
	import(s, &other);
	fold(s);
	must(store_delete_domain(s, STORE_OWNER_SELF, S("example.com"),
				 &deleted, &why),
	     &why);
	assert_int_equal(deleted, 2);
	assert_int_equal(ask(p, "SELECT count(*) FROM report"), 1);
	assert_int_equal(ask(p, "SELECT count(*) FROM row"), 2);
	assert_int_equal(ask(p, "SELECT sum(messages) FROM rollup"), 7);
	assert_int_equal(ask(p, "SELECT sum(messages) FROM cube"), 7);
	assert_int_equal(ask(p, "SELECT sum(messages) FROM cube_slim"), 7);
	assert_int_equal(ask(p, "SELECT count(*) FROM cube_day"), 1);
	assert_int_equal(ask(p, "SELECT count(*) FROM endpoint"), 2);
	faults(s, &found);
	assert_int_equal(found.n, 0);
	assert_false(data_has(p, "Unforgettable"));
	must(store_delete_domain(s, STORE_OWNER_SELF, S("nowhere.example"),
				 &deleted, &why),
	     &why);
	assert_int_equal(deleted, 0);
	/* The address that went is known anew. */
	assert_int_equal(import(s, &a).outcome, STORE_IMPORTED);
	assert_int_equal(ask(p, "SELECT count(*) FROM rollup AS r JOIN"
				" endpoint AS e ON e.id = r.endpoint"),
			 4);
}

/* ---- reading again ---- */

struct seen {
	struct buf text;
};

static enum err
see(void *ctx, const struct store_report *r, struct str raw,
    enum decode_media media)
{
	struct seen *seen = ctx;

	buf_addf(&seen->text, "%lld %s %.*s %d\n", (long long)r->id,
		 store_outcome_name(r->outcome), STR_ARG(raw), (int)media);
	return ERR_NONE;
}

static void
every_kept_document_is_read_again(void **state)
{
	struct made a = report("r1", "example.com", 1);
	struct made b = report("r2", "example.com", 2);
	struct decode_end end = { .status = DECODE_REJECTED,
				  .raw = STR("refused bytes"),
				  .media = DECODE_AS_MAIL };
	const struct store_origin origin = made_origin(&a);
	struct seen seen = { BUF(1000) };
	struct store_item item;
	struct diag why = { 0 };
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	import(s, &a);
	import(s, &b);
	must(store_begin(s, &why), &why);
	must(store_refused(s, &origin, &end, &item, &why), &why);
	must(store_commit(s, &why), &why);
	must(store_each_raw(s, STORE_OWNER_SELF, 0, see, &seen, &why), &why);
	assert_string_equal(buf_c(&seen.text), "1 imported raw bytes 2\n"
					       "2 imported raw bytes 2\n"
					       "3 rejected refused bytes 5\n");
	buf_clear(&seen.text);
	must(store_each_raw(s, STORE_OWNER_SELF, 2, see, &seen, &why), &why);
	assert_string_equal(buf_c(&seen.text), "2 imported raw bytes 2\n");
	buf_free(&seen.text);
}

/* ---- a full disk ---- */

/* In a child, so that the limit binds nobody else. Exit status 0: all well. */
static int
fill_up(const struct place *p)
{
	const struct rlimit small = { 600 << 10, RLIM_INFINITY };
	const struct rlimit large = { RLIM_INFINITY, RLIM_INFINITY };
	struct made m = report("r1", "example.com", 1);
	struct store_item item;
	struct diag why = { 0 };
	struct store *s = NULL;
	char id[16];
	enum err e = ERR_NONE;
	unsigned stored = 0;

	signal(SIGXFSZ, SIG_IGN);
	if (store_open(p->dir, STORE_CREATE, 0, &s, &why) != ERR_NONE)
		return 1;
	setrlimit(RLIMIT_FSIZE, &small);
	m.times = 500;
	m.id = id;
	for (unsigned i = 0; e == ERR_NONE && i < 200; i++) {
		snprintf(id, sizeof(id), "r%u", i);
		m.salt = (uint8_t)i;
		e = store_begin(s, &why);
		if (e == ERR_NONE)
			e = put_report(s, &m, &item, &why);
		if (e == ERR_NONE)
			e = store_commit(s, &why);
		else
			store_rollback(s);
		stored += e == ERR_NONE;
	}
	if (e != ERR_IO || strcmp(why.code, "store.full") != 0 || stored == 0)
		return 2;
	if (ask(p, "SELECT count(*) FROM report") != (int64_t)stored)
		return 3;
	setrlimit(RLIMIT_FSIZE, &large);
	if (import(s, &m).outcome != STORE_IMPORTED)
		return 4;
	store_close(s);
	return 0;
}

static void
a_full_disk_costs_the_batch_and_nothing_else(void **state)
{
	const struct place *p = *state;
	SCOPED_BUF found = BUF(10000);
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(fill_up(p));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	SCOPED_STORE s = place_open(p, STORE_WRITE);
	faults(s, &found);
	assert_int_equal(found.n, 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_store_that_is_not_there_is_not_made_by_reading),
		CASE(nobody_else_may_read_it),
		CASE(a_store_of_a_later_program_is_left_alone),
		CASE(without_its_key_a_store_does_not_open),
		CASE(stats_count_what_is_there),
		CASE(a_backup_made_while_writing_is_whole),
		CASE(a_damaged_backup_is_not_put_in),
		CASE(what_grew_old_goes_and_the_sums_stay),
		CASE(a_winner_without_rows_goes_on_counting),
		CASE(deleting_the_better_one_lets_the_other_count_again),
		CASE(a_deleted_domain_leaves_nothing_but_its_neighbour),
		CASE(every_kept_document_is_read_again),
		CASE(a_full_disk_costs_the_batch_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
