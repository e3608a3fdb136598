#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "keep.h"

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

static uint64_t
delete_domain(struct store *s, const char *domain)
{
	uint64_t deleted = 99;
	struct diag why = { 0 };

	must(store_delete_domain(s, STORE_OWNER_SELF, str_of(domain), &deleted,
				 &why),
	     &why);
	return deleted;
}

static void
delete_report(struct store *s, int64_t id)
{
	struct diag why = { 0 };

	must(store_delete_report(s, STORE_OWNER_SELF, id, &why), &why);
}

/* ---- what is in the store ---- */

#define CUBES                                                                  \
	"SELECT d.text, c.day, o.text, c.verdict, c.class, c.messages,"        \
	" c.rows FROM cube AS c JOIN name AS d ON d.id = c.domain"             \
	" JOIN name AS o ON o.id = c.reporter ORDER BY 1, 2, 3, 4, 5"
#define SLIM_CUBES                                                             \
	"SELECT d.text, c.day, o.text, c.verdict, c.class, c.messages,"        \
	" c.rows FROM cube_slim AS c JOIN name AS d ON d.id = c.domain"        \
	" JOIN name AS o ON o.id = c.reporter ORDER BY 1, 2, 3, 4, 5"
#define ALL_CUBES "SELECT day, part, hex(cells) FROM cube_day ORDER BY 1, 2"
#define TLS_SUMS                                                               \
	"SELECT d.text, r.type, t.text, m.text, r.successful, r.failed,"       \
	" r.reports FROM tls_rollup AS r JOIN name AS d ON d.id = r.domain"    \
	" JOIN name AS t ON t.id = r.result_type"                              \
	" JOIN name AS m ON m.id = r.mx ORDER BY 1, 2, 3, 4"

/* Every sum there is, in words. */
static void
dump_sums(const struct place *p, struct buf *out)
{
	dump(p, ROLLUPS, 10, out);
	dump(p, CUBES, 7, out);
	dump(p, SLIM_CUBES, 7, out);
	dump(p, ALL_CUBES, 3, out);
	dump(p, TLS_SUMS, 7, out);
}

/* ---- one report ---- */

static void
a_deleted_report_takes_its_share_of_every_sum_with_it(void **state)
{
	SCOPED_BUF before = BUF(100000);
	SCOPED_BUF after = BUF(100000);
	const struct made same_day = made_other("r2", "example.com", 1);
	const struct made other_day = { .org = "Yahoo",
					.id = "r3",
					.domain = "example.com",
					.begin = NOW - 9 * DAY,
					.rows = 1,
					.row = { FIRST.row[1] },
					.raw = "x" };
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	int64_t gone[4];

	import(s, &FIRST);
	import_tls(s, "t1", "example.com", NULL);
	fold(s);
	dump_sums(*state, &before);
	gone[0] = import(s, &same_day).report;
	gone[1] = import(s, &other_day).report;
	gone[2] = import_tls(s, "t2", "example.com", "example.net").report;
	gone[3] = import_failure(s, "example.com", S("a mail")).report;
	fold(s);
	for (size_t i = 0; i < COUNT_OF(gone); i++)
		delete_report(s, gone[i]);
	fold(s);
	dump_sums(*state, &after);
	assert_true(before.n > 400);
	assert_string_equal(buf_c(&before), buf_c(&after));
	assert_int_equal(ask(*state, "SELECT count(*) FROM report"), 2);
	assert_int_equal(ask(*state, "SELECT count(*) FROM row"), 3);
	assert_int_equal(ask(*state, "SELECT count(*) FROM raw"), 2);
	assert_int_equal(ask(*state, "SELECT count(*) FROM failure"), 0);
	assert_int_equal(ask(*state, "SELECT count(*) FROM tls_policy"), 1);
	assert_int_equal(ask(*state, "SELECT count(*) FROM tls_failure"), 1);
	assert_faults(s, "");
}

static void
what_a_deleted_report_had_superseded_counts_again(void **state)
{
	SCOPED_BUF before = BUF(100000);
	SCOPED_BUF after = BUF(100000);
	struct made fewer = FIRST;
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	struct store_item small, large;

	fewer.rows = 1;
	fewer.salt = 1;
	small = import(s, &fewer);
	fold(s);
	dump_sums(*state, &before);
	large = import(s, &FIRST);
	assert_int_equal(ask(*state, "SELECT sum(messages) FROM rollup"), 14);
	delete_report(s, large.report);
	dump_sums(*state, &after);
	assert_string_equal(buf_c(&before), buf_c(&after));
	assert_int_equal(ask(*state, "SELECT id FROM report WHERE state = 0"),
			 small.report);
	assert_int_equal(ask(*state, "SELECT outcome FROM intake"
				     " WHERE report = 1"),
			 STORE_IMPORTED);
	assert_faults(s, "");
}

static void
a_deleted_report_leaves_no_word_and_can_come_again(void **state)
{
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	struct store_item first = import(s, &FIRST), again;

	delete_report(s, first.report);
	assert_int_equal(ask(*state, "SELECT count(*) FROM intake"
				     " WHERE path <> '' OR member <> ''"),
			 0);
	again = import(s, &FIRST);
	assert_int_equal(again.outcome, STORE_IMPORTED);
	/* A number never stands for another report. */
	assert_true(again.report > first.report);
	assert_faults(s, "");
}

static void
only_what_is_there_and_ours_is_deleted(void **state)
{
	const struct {
		int64_t owner, id;
	} cases[] = { { STORE_OWNER_SELF, 77 }, { 2, 1 } };
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	import(s, &FIRST);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct diag why = { 0 };

		assert_int_equal(store_delete_report(s, cases[i].owner,
						     cases[i].id, &why),
				 ERR_GONE);
		assert_string_equal(why.code, "store.no_report");
	}
	assert_int_equal(ask(*state, "SELECT sum(messages) FROM rollup"), 14);
}

static void
a_counted_report_without_rows_is_not_deleted_alone(void **state)
{
	const struct store_retention keep = { .rows = DAY };
	struct store_pruned pruned;
	struct diag why = { 0 };
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	struct store_item item = import(s, &FIRST);

	must(store_prune(
		     s, STORE_OWNER_SELF,
		     &(struct store_pruning){ keep, NOW + 2 * DAY, false, 0 },
		     &pruned, &why),
	     &why);
	fold(s);
	assert_int_equal(ask(*state, "SELECT count(*) FROM row"), 0);
	assert_faults(s, "");
	assert_int_equal(
		store_delete_report(s, STORE_OWNER_SELF, item.report, &why),
		ERR_GONE);
	assert_string_equal(why.code, "store.rows_gone");
	assert_int_equal(ask(*state, "SELECT sum(messages) FROM rollup"), 14);
	assert_int_equal(delete_domain(s, "example.com"), 1);
	assert_int_equal(ask(*state, "SELECT count(*) FROM rollup"), 0);
	assert_int_equal(ask(*state, "SELECT count(*) FROM cube"), 0);
	/* Nor the addresses that were seen with nobody else. */
	assert_int_equal(ask(*state, "SELECT count(*) FROM endpoint"), 0);
	assert_int_equal(ask(*state, "SELECT count(*) FROM endpoint_span"), 0);
}

/* ---- a domain ---- */

static void
import_of_domain(struct store *s, const char *domain, uint8_t salt)
{
	struct made first = made_other("d1", domain, salt);
	struct made fewer = made_other("d1", domain, (uint8_t)(salt + 100));
	char id[64];

	fewer.rows = 1;
	import(s, &fewer);
	import(s, &first);
	first.id = "d2";
	first.begin -= 3 * DAY;
	import(s, &first);
	snprintf(id, sizeof(id), "t-%s", domain);
	import_tls(s, id, domain, NULL);
	import_failure(s, domain, str_of(domain));
}

static void
deleting_a_domain_leaves_the_others_as_they_were(void **state)
{
	SCOPED_BUF before = BUF(100000);
	SCOPED_BUF after = BUF(100000);
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	import_of_domain(s, "example.com", 1);
	fold(s);
	dump_sums(*state, &before);
	import_of_domain(s, "sub.example.com", 2);
	import_of_domain(s, "example.net", 3);
	fold(s);
	/* As people write it. */
	assert_int_equal(delete_domain(s, "Example.NET."), 5);
	assert_int_equal(delete_domain(s, "sub.example.com"), 5);
	assert_int_equal(delete_domain(s, "sub.example.com"), 0);
	assert_int_equal(delete_domain(s, "never.example"), 0);
	fold(s);
	dump_sums(*state, &after);
	assert_true(before.n > 400);
	assert_string_equal(buf_c(&before), buf_c(&after));
	assert_int_equal(ask(*state, "SELECT count(*) FROM report"), 5);
	assert_int_equal(ask(*state, "SELECT count(*) FROM raw"), 5);
	assert_int_equal(ask(*state, "SELECT count(*) FROM row"), 7);
	assert_int_equal(ask(*state, "SELECT count(*) FROM intake"
				     " WHERE path <> ''"),
			 5);
	assert_faults(s, "");
	/* Addresses that went are numbered anew. */
	import_of_domain(s, "example.net", 3);
	fold(s);
	assert_faults(s, "");
}

static void
of_a_tls_report_about_two_domains_the_other_stays(void **state)
{
	SCOPED_BUF got = BUF(10000);
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	import_tls(s, "t1", "example.com", "example.net");
	assert_int_equal(delete_domain(s, "example.com"), 1);
	dump(*state, TLS_SUMS, 7, &got);
	assert_string_equal(buf_c(&got), "example.net|1|||30|0|1\n");
	assert_int_equal(ask(*state, "SELECT messages FROM report"), 30);
	assert_int_equal(ask(*state, "SELECT count(*) FROM raw"), 0);
	assert_faults(s, "");
	assert_int_equal(delete_domain(s, "example.net"), 1);
	assert_int_equal(ask(*state, "SELECT count(*) FROM report"), 0);
	assert_int_equal(ask(*state, "SELECT count(*) FROM tls_rollup"), 0);
}

static bool
file_has(const struct place *p, const char *name, const char *needle)
{
	SCOPED_BUF bytes = BUF(8 << 20);
	char path[PATH_ROOM + 32], *room;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	f = fopen(path, "rb");
	if (f == NULL)
		return false;
	room = buf_reserve(&bytes, 4 << 20);
	buf_commit(&bytes, fread(room, 1, 4 << 20, f));
	fclose(f);
	return str_find(buf_str(&bytes), str_of(needle)) != SIZE_MAX;
}

static void
deleted_bytes_are_not_left_in_the_file(void **state)
{
	struct made secret = FIRST;
	struct store_item item;

	secret.raw = "quite-secret-attachment";
	{
		SCOPED_STORE s = place_open(*state, STORE_CREATE);

		import(s, &FIRST);
		secret.id = "r9";
		secret.salt = 9;
		item = import(s, &secret);
	}
	assert_true(file_has(*state, "reports.db", secret.raw));
	{
		SCOPED_STORE s = place_open(*state, STORE_WRITE);

		delete_report(s, item.report);
	}
	assert_false(file_has(*state, "reports.db", secret.raw));
	assert_false(file_has(*state, "reports.db-wal", secret.raw));
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_deleted_report_takes_its_share_of_every_sum_with_it),
		CASE(what_a_deleted_report_had_superseded_counts_again),
		CASE(a_deleted_report_leaves_no_word_and_can_come_again),
		CASE(only_what_is_there_and_ours_is_deleted),
		CASE(a_counted_report_without_rows_is_not_deleted_alone),
		CASE(deleting_a_domain_leaves_the_others_as_they_were),
		CASE(of_a_tls_report_about_two_domains_the_other_stays),
		CASE(deleted_bytes_are_not_left_in_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
