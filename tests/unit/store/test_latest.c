#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

enum { TODAY = NOW / DAY };

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
arrive(struct store *s, const char *org, int64_t day, int64_t received_at,
       enum store_trust trust)
{
	char id[40];
	struct made m = { .org = org,
			  .id = id,
			  .domain = "example.com",
			  .begin = day * DAY,
			  .trust = trust,
			  .received_at = received_at,
			  .rows = 1,
			  .row = { { .ip = "192.0.2.1" } } };

	(void)snprintf(id, sizeof(id), "%s-%lld-%d", org, (long long)day,
		       (int)trust);
	m.row[0].header_from = m.domain;
	import(s, &m);
}

static void
junk_is_no_arrival(void **state)
{
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	struct diag why = { 0 };
	int64_t last = 7;

	must(store_latest(s, STORE_OWNER_SELF, &last, &why), &why);
	assert_int_equal(last, 0);
	arrive(s, "junk", TODAY, NOW, STORE_UNVERIFIED);
	must(store_latest(s, STORE_OWNER_SELF, &last, &why), &why);
	assert_int_equal(last, 0);
	arrive(s, "good", TODAY - 5, NOW - 500, STORE_VERIFIED);
	arrive(s, "own", TODAY - 5, NOW - 900, STORE_OPERATOR);
	must(store_latest(s, STORE_OWNER_SELF, &last, &why), &why);
	assert_int_equal(last, NOW - 500);
}

static enum err
add_reporter(void *ctx, const struct store_latest_reporter *r)
{
	buf_addf(ctx, "%.*s %d days, %d ago;", STR_ARG(r->reporter),
		 (int)r->days, (int)(TODAY - r->last_day));
	return ERR_NONE;
}

static void
reporters_have_their_days(void **state)
{
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	SCOPED_BUF all = BUF(1000);
	struct diag why = { 0 };

	for (int64_t day = TODAY - 20; day < TODAY - 4; day++)
		arrive(s, "quiet", day, NOW, STORE_VERIFIED);
	arrive(s, "quiet", TODAY, NOW, STORE_UNVERIFIED);
	must(store_latest_reporters(s, STORE_OWNER_SELF, TODAY - 10,
				    add_reporter, &all, &why),
	     &why);
	assert_string_equal(buf_c(&all), "quiet 6 days, 5 ago;");
}

static void
put_tls(const struct place *p, int64_t day, const char *rest)
{
	SCOPED_BUF sql = BUF(1000);
	char path[600];
	struct diag why = { 0 };
	struct db *db;

	(void)snprintf(path, sizeof(path), "%s/reports.db", p->dir);
	/* reporter, type, counts, result_type, mx, trust, successful, failed */
	buf_addf(&sql,
		 "INSERT OR IGNORE INTO name (text) VALUES ('example.com');"
		 "INSERT INTO tls_rollup SELECT 1, id, %lld, %s, 1"
		 " FROM name WHERE text = 'example.com'",
		 (long long)day, rest);
	must(db_open(path, DB_WRITE, 1000, &db, &why), &why);
	must(db_run(db, buf_c(&sql), &why), &why);
	db_close(db);
}

static void
tls_reports_tell_of_failures_since_a_day(void **state)
{
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	static const struct {
		int64_t since;
		uint64_t failed;
	} cases[] = { { TODAY - 9, 11 }, { TODAY - 8, 8 }, { TODAY - 2, 0 } };
	struct store_latest_tls tls;
	struct diag why = { 0 };

	must(store_latest_tls(s, STORE_OWNER_SELF, S("example.com"), 0, &tls,
			      &why),
	     &why);
	assert_true(tls.last_day == INT64_MIN);
	put_tls(*state, TODAY - 9, "0, 1, 1, 0, 0, 2, 5, 3");
	put_tls(*state, TODAY - 8, "0, 1, 1, 0, 0, 1, 5, 8");
	/* The same sessions in detail, of DANE, a second time, of nobody. */
	put_tls(*state, TODAY - 8, "0, 1, 1, 9, 0, 1, 0, 100");
	put_tls(*state, TODAY - 7, "0, 2, 1, 0, 0, 1, 5, 100");
	put_tls(*state, TODAY - 7, "0, 1, 0, 0, 0, 1, 5, 100");
	put_tls(*state, TODAY, "0, 1, 1, 0, 0, 0, 5, 100");
	put_tls(*state, TODAY - 2, "0, 1, 1, 0, 0, 1, 5, 0");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		must(store_latest_tls(s, STORE_OWNER_SELF, S("example.com"),
				      cases[i].since, &tls, &why),
		     &why);
		assert_int_equal(tls.failed, cases[i].failed);
		assert_int_equal(tls.last_day, TODAY - 2);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(junk_is_no_arrival),
		CASE(reporters_have_their_days),
		CASE(tls_reports_tell_of_failures_since_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
