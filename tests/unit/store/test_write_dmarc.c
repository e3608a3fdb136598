#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#include <sys/stat.h>

static const struct made SMALL = {
	.org = "Google Inc.",
	.id = "r1",
	.domain = "example.com",
	.begin = NOW - DAY,
	.trust = STORE_OPERATOR,
	.rows = 3,
	.row = { { .ip = "192.0.2.1",
		   .header_from = "example.com",
		   .dkim_domain = "example.com",
		   .dkim = true,
		   .count = 5 },
		 { .ip = "192.0.2.1",
		   .header_from = "example.com",
		   .dkim_domain = "example.com",
		   .dkim = true,
		   .count = 7 },
		 { .ip = "2001:db8::1",
		   .header_from = "sub.example.com",
		   .to = "receiver.example",
		   .spf_domain = "example.net",
		   .disposition = DMARC_REJECTED,
		   .count = 2 } },
	.raw = "raw bytes",
};

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

static void
a_report_becomes_rows_and_roll_ups(void **state)
{
	SCOPED_BUF got = BUF(10000);
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	struct store_item item = import(s, &SMALL);

	assert_int_equal(item.outcome, STORE_IMPORTED);
	assert_int_equal(item.report, 1);
	assert_int_equal(ask(*state, "SELECT count(*) FROM row"), 3);
	assert_int_equal(ask(*state, "SELECT messages FROM report"), 14);
	assert_int_equal(ask(*state, "SELECT passed FROM report"), 12);
	assert_int_equal(ask(*state, "SELECT min(id) >> 21 FROM row"), 1);
	dump(*state, ROLLUPS, 10, &got);
	/* reject for the domain itself (3 << 5 = 96) with aligned DKIM, and
	 * quarantine below it (2 << 5), rejected (2 << 3). */
	assert_string_equal(
		buf_c(&got),
		"example.com|20415|00000000000000000000FFFFC0000201|google inc."
		"||97|0|1|12|2\n"
		"example.com|20415|20010DB8000000000000000000000001|google inc."
		"|receiver.example|80|0|1|2|1\n");
	assert_int_equal(ask(*state, "SELECT count(*) FROM stale_day"), 1);
}

static void
the_same_document_twice_changes_nothing(void **state)
{
	SCOPED_BUF before = BUF(10000);
	SCOPED_BUF after = BUF(10000);
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	struct store_item first = import(s, &SMALL), again;

	dump(*state, ROLLUPS, 10, &before);
	again = import(s, &SMALL);
	dump(*state, ROLLUPS, 10, &after);
	assert_int_equal(again.outcome, STORE_DUPLICATE);
	assert_int_equal(again.report, first.report);
	assert_true(again.intake > first.intake);
	assert_string_equal(buf_c(&before), buf_c(&after));
	assert_int_equal(ask(*state, "SELECT count(*) FROM row"), 3);
	assert_int_equal(ask(*state, "SELECT count(*) FROM intake"), 2);
}

static void
more_rows_win_and_the_loser_is_kept_uncounted(void **state)
{
	struct made fewer = SMALL;
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	fewer.rows = 1;
	fewer.salt = 1;
	assert_int_equal(import(s, &fewer).outcome, STORE_IMPORTED);
	assert_int_equal(import(s, &SMALL).outcome, STORE_IMPORTED);
	assert_int_equal(ask(*state, "SELECT sum(messages) FROM rollup"), 14);
	assert_int_equal(ask(*state, "SELECT state FROM report WHERE id = 1"),
			 STORE_SUPERSEDED);
	assert_int_equal(ask(*state, "SELECT outcome FROM intake"
				     " WHERE report = 1"),
			 STORE_SUPERSEDED);
	assert_int_equal(ask(*state, "SELECT count(*) FROM row"), 4);
}

/* ---- the order of arrival ---- */

/* Documents that fight for a few identities, with doubles of more trust. */
static size_t
make_fighters(struct made *out)
{
	size_t n = 0;

	for (unsigned i = 0; i < 7; i++) {
		struct made m = SMALL;

		m.salt = (uint8_t)(i % 6); /* the seventh doubles the first */
		m.trust = (enum store_trust)(i == 6 ? STORE_VERIFIED : i % 2);
		m.rows = 1 + i % 3;
		m.cut = i == 2;
		m.id = i % 3 == 1 ? "r2" : "r1";
		m.row[0].ip = i % 2 ? "192.0.2.7" : "192.0.2.1";
		if (i == 6)
			m.rows = out[0].rows, m.row[0] = out[0].row[0],
			m.id = out[0].id, m.cut = out[0].cut;
		out[n++] = m;
	}
	return n;
}

static void
shuffle(size_t *order, size_t n, unsigned *seed)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = (size_t)rand_r(seed) % i, swap = order[k];

		order[k] = order[i - 1];
		order[i - 1] = swap;
	}
}

static void
dump_after(const size_t *order, const struct made *all, size_t n,
	   size_t together, struct buf *out)
{
	struct diag why = { 0 };
	struct store_item item;
	struct place p;

	place_make(&p);
	SCOPED_STORE s = place_open(&p, STORE_CREATE);
	for (size_t i = 0; i < n; i++) {
		if (i % together == 0)
			must(store_begin(s, &why), &why);
		must(put_report(s, &all[order[i]], &item, &why), &why);
		if (i % together == together - 1 || i == n - 1)
			must(store_commit(s, &why), &why);
	}
	dump(&p, ROLLUPS, 10, out);
	place_remove(&p);
}

static void
roll_ups_do_not_depend_on_the_order_of_arrival(void **state)
{
	SCOPED_BUF want = BUF(100000);
	struct made all[8];
	size_t order[8], n = make_fighters(all);
	unsigned seed = 20261122;

	(void)state;
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	dump_after(order, all, n, 1, &want);
	assert_non_null(strstr(buf_c(&want), "|2|")); /* the lifted one */
	for (unsigned round = 0; round < 60; round++) {
		SCOPED_BUF got = BUF(100000);

		shuffle(order, n, &seed);
		dump_after(order, all, n, 1 + round % 3, &got);
		assert_string_equal(buf_c(&got), buf_c(&want));
	}
}

/* ---- large reports ---- */

static void
a_large_report_equals_its_rows(void **state)
{
	struct made large = SMALL;
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	large.times = 1500; /* 4,500 rows: more than wait in memory */
	assert_int_equal(import(s, &large).outcome, STORE_IMPORTED);
	assert_int_equal(ask(*state, "SELECT count(*) FROM row"), 4500);
	assert_int_equal(ask(*state, "SELECT sum(messages) FROM rollup"),
			 21000);
	assert_int_equal(ask(*state, "SELECT sum(rows) FROM rollup"), 4500);
	assert_int_equal(import(s, &large).outcome, STORE_DUPLICATE);
	assert_int_equal(ask(*state, "SELECT count(*) FROM row"), 4500);
}

static void
more_cells_than_memory_holds_are_counted_once(void **state)
{
	struct made m = SMALL;
	const struct store_origin origin = made_origin(&m);
	const struct dmarc_head head = made_head(&m);
	const struct decode_end end = made_end(&m);
	struct diag why = { 0 };
	struct store_item item;
	char ip[32];
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	must(store_begin(s, &why), &why);
	must(store_dmarc_head(s, &origin, &head, &why), &why);
	for (unsigned i = 0; i < 50000; i++) {
		snprintf(ip, sizeof(ip), "10.%u.%u.%u", i % 25000 >> 16,
			 (i % 25000 >> 8) & 255, i % 25000 & 255);
		m.row[0].ip = ip;
		must(put_row(s, &m.row[0], &why), &why);
	}
	must(store_dmarc_end(s, &end, &item, &why), &why);
	must(store_commit(s, &why), &why);
	assert_int_equal(ask(*state, "SELECT count(*) FROM rollup"), 25000);
	assert_int_equal(ask(*state, "SELECT min(messages) FROM rollup"), 10);
	assert_int_equal(ask(*state, "SELECT max(messages) FROM rollup"), 10);
}

static void
a_forgotten_report_leaves_nothing(void **state)
{
	struct made m = SMALL;
	const struct store_origin origin = made_origin(&m);
	const struct dmarc_head head = made_head(&m);
	struct diag why = { 0 };
	struct store_item item;
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	must(store_begin(s, &why), &why);
	for (size_t times = 1; times <= 1000; times += 999) {
		m.times = times;
		must(store_dmarc_head(s, &origin, &head, &why), &why);
		must(put_rows(s, &m, &why), &why);
		store_forget(s);
	}
	must(store_commit(s, &why), &why);
	assert_int_equal(ask(*state, "SELECT count(*) FROM row"), 0);
	assert_int_equal(ask(*state, "SELECT count(*) FROM rollup"), 0);
	assert_int_equal(ask(*state, "SELECT count(*) FROM endpoint"), 0);
	assert_int_equal(ask(*state, "SELECT count(*) FROM name"
				     " WHERE text NOT IN ('', 'none')"),
			 0);
	/* The numbers that were taken back are not remembered either. */
	must(store_begin(s, &why), &why);
	must(put_report(s, &SMALL, &item, &why), &why);
	must(store_commit(s, &why), &why);
	assert_int_equal(ask(*state, "SELECT count(*) FROM rollup AS r JOIN"
				     " endpoint AS e ON e.id = r.endpoint"),
			 2);
}

static void
absurd_counts_cannot_break_the_sums(void **state)
{
	struct made m = SMALL;
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	m.row[0].count = UINT64_MAX;
	m.row[1].count = UINT64_MAX / 2;
	m.times = 100;
	for (uint8_t i = 0; i < 50; i++) {
		char id[16];

		snprintf(id, sizeof(id), "big%u", i);
		m.id = id;
		m.salt = i;
		import(s, &m);
	}
	assert_true(ask(*state, "SELECT sum(messages) FROM rollup") > 0);
	assert_int_equal(ask(*state, "SELECT max(messages) FROM report"),
			 10000000000000);
}

/* ---- batches ---- */

static void
what_was_not_committed_never_was(void **state)
{
	struct diag why = { 0 };
	struct store_item item;
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	must(store_begin(s, &why), &why);
	must(put_report(s, &SMALL, &item, &why), &why);
	store_rollback(s);
	assert_int_equal(ask(*state, "SELECT count(*) FROM report"), 0);
	assert_int_equal(ask(*state, "SELECT count(*) FROM name"
				     " WHERE text NOT IN ('', 'none')"),
			 0);
	assert_int_equal(import(s, &SMALL).outcome, STORE_IMPORTED);
}

static void
a_second_writer_waits_and_is_then_told(void **state)
{
	struct diag why = { 0 };
	SCOPED_STORE first = place_open(*state, STORE_CREATE);
	SCOPED_STORE second = place_open(*state, STORE_WRITE);

	must(store_begin(first, &why), &why);
	assert_int_equal(store_begin(second, &why), ERR_BUSY);
	assert_string_equal(why.code, "store.busy");
	diag_clear(&why);
	must(store_commit(first, &why), &why);
	must(store_begin(second, &why), &why);
	must(store_commit(second, &why), &why);
}

static void
two_writers_in_turn_do_not_share_numbers(void **state)
{
	struct made other = SMALL;
	SCOPED_STORE first = place_open(*state, STORE_CREATE);
	SCOPED_STORE second = place_open(*state, STORE_WRITE);

	other.id = "r2";
	other.salt = 9;
	assert_int_equal(import(first, &SMALL).report, 1);
	assert_int_equal(import(second, &other).report, 2);
	other.id = "r3";
	other.salt = 10;
	assert_int_equal(import(first, &other).report, 3);
	assert_int_equal(ask(*state, "SELECT count(*) FROM endpoint"), 2);
	assert_int_equal(ask(*state, "SELECT sum(messages) FROM rollup"), 42);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_report_becomes_rows_and_roll_ups),
		CASE(the_same_document_twice_changes_nothing),
		CASE(more_rows_win_and_the_loser_is_kept_uncounted),
		CASE(roll_ups_do_not_depend_on_the_order_of_arrival),
		CASE(a_large_report_equals_its_rows),
		CASE(more_cells_than_memory_holds_are_counted_once),
		CASE(a_forgotten_report_leaves_nothing),
		CASE(absurd_counts_cannot_break_the_sums),
		CASE(what_was_not_committed_never_was),
		CASE(a_second_writer_waits_and_is_then_told),
		CASE(two_writers_in_turn_do_not_share_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
