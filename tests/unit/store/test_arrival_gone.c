#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "arrival.h"

static void
a_carrying_message_is_sealed_and_goes_with_its_report(void **state)
{
	static const char MESSAGE[] = "Received: from mx.example\r\n\r\nsecret";
	struct store *s = place_open(*state, STORE_CREATE);
	const struct store_origin origin = by_mail("Q1");
	const struct store_origin junk = by_mail("Q2");
	struct store_item item = put(s, &FIRST, &origin);
	SCOPED_BUF out = BUF(4096);
	struct diag why = { 0 };

	put_refused(s, &junk, DECODE_IGNORED);
	must(store_begin(s, &why), &why);
	must(store_carrier(s, &origin, str_of(MESSAGE), &why), &why);
	must(store_carrier(s, &origin, S("another"), &why), &why);
	must(store_carrier(s, &junk, S("no report in it"), &why), &why);
	must(store_commit(s, &why), &why);
	assert_int_equal(ask(*state, "SELECT count(*) FROM mail"), 1);
	assert_int_equal(ask(*state, "SELECT instr(bytes, 'secret')"
				     " FROM mail"),
			 0);
	must(store_carrier_get(s, STORE_OWNER_SELF, S("Q1"), &out, &why), &why);
	assert_string_equal(buf_c(&out), MESSAGE);
	assert_int_equal(store_carrier_get(s, 7, S("Q1"), &out, &why),
			 ERR_GONE);
	must(store_delete_report(s, STORE_OWNER_SELF, item.report, &why), &why);
	assert_int_equal(ask(*state, "SELECT count(*) FROM mail"), 0);
	assert_int_equal(ask(*state, "SELECT count(*) FROM intake"
				     " WHERE envelope LIKE '%192%'"
				     " AND report <> 0"),
			 0);
	store_close(s);
}

static void
old_mail_and_what_strangers_left_goes_in_small_bites(void **state)
{
	const struct store_retention keep = { .raw = 10 * DAY };
	struct store *s = place_open(*state, STORE_CREATE);
	const struct store_origin origin = by_mail("Q1");
	const struct store_origin junk = by_mail("Q2");
	struct store_pruning how = { keep, NOW + 11 * DAY, false, 1 };
	struct store_pruned gone;
	struct diag why = { 0 };
	size_t rounds = 0;

	put(s, &FIRST, &origin);
	put_unclaimed(s, &origin, "other.example");
	put_refused(s, &junk, DECODE_REJECTED);
	put_refused(s, &ORIGIN, DECODE_REJECTED);
	must(store_begin(s, &why), &why);
	must(store_carrier(s, &origin, S("mail"), &why), &why);
	must(store_commit(s, &why), &why);
	do {
		must(store_prune(s, STORE_OWNER_SELF, &how, &gone, &why), &why);
		rounds++;
	} while (gone.more && rounds < 50);
	assert_in_range(rounds, 3, 49);
	must(store_prune(s, STORE_OWNER_UNCLAIMED, &how, &gone, &why), &why);
	how.bites = 0;
	must(store_prune(s, STORE_OWNER_UNCLAIMED, &how, &gone, &why), &why);
	assert_int_equal(ask(*state, "SELECT count(*) FROM mail"), 0);
	assert_int_equal(ask(*state, "SELECT count(*) FROM intake_raw"), 0);
	assert_int_equal(ask(*state, "SELECT count(*) FROM raw"), 0);
	/* The report's entry and that of the operator's file stay. */
	assert_int_equal(ask(*state, "SELECT count(*) FROM intake"), 2);
	store_close(s);
}

/* Every table in words, without ids that are given anew. */
static void
all_facts(const struct place *p, struct buf *out)
{
	dump(p, ROLLUPS, 10, out);
	dump(p,
	     "SELECT d.text, c.day, o.text, s.slug, c.verdict, c.class,"
	     " c.messages, c.rows FROM cube AS c JOIN name AS d ON"
	     " d.id = c.domain JOIN name AS o ON o.id = c.reporter"
	     " LEFT JOIN source AS s ON s.id = c.source"
	     " ORDER BY 1, 2, 3, 4, 5, 6",
	     8, out);
	dump(p,
	     "SELECT d.text, t.day, t.successful, t.failed, t.reports"
	     " FROM tls_rollup AS t JOIN name AS d ON d.id = t.domain"
	     " ORDER BY 1, 2, 3, 4, 5",
	     5, out);
	dump(p, "SELECT hex(ip), evidence, country FROM endpoint ORDER BY 1", 3,
	     out);
	dump(p, "SELECT slug, label, kind FROM source ORDER BY 1", 3, out);
	dump(p,
	     "SELECT d.text, hex(e.ip)"
	     " FROM endpoint_span AS s JOIN name AS d ON d.id = s.domain"
	     " JOIN endpoint AS e ON e.id = s.endpoint ORDER BY 1, 2",
	     2, out);
	dump(p, "SELECT count(*), sum(count) FROM row", 2, out);
	dump(p, "SELECT count(*) FROM report", 1, out);
	dump(p, "SELECT count(*) FROM intake", 1, out);
	dump(p, "SELECT count(*) FROM raw", 1, out);
	dump(p, "SELECT count(*) FROM intake_raw", 1, out);
	dump(p, "SELECT count(*) FROM triage", 1, out);
}

static void
look_nowhere(void *ctx, const struct store_endpoint *e,
	     struct store_place *place)
{
	(void)ctx;
	(void)e;
	(void)place;
}

static void
settle(struct store *s)
{
	struct diag why = { 0 };

	must(store_enrich(s, STORE_OWNER_SELF, S("v1"), look_nowhere, NULL,
			  &why),
	     &why);
	must(store_fold(s, STORE_OWNER_SELF, NULL, NULL, &why), &why);
}

static void
put_sample(struct store *s)
{
	const struct store_origin sample = { .owner = STORE_OWNER_SELF,
					     .trust = STORE_OPERATOR,
					     .received_at = NOW,
					     .path = STR("sample/1.eml"),
					     .door = STR("sample") };
	struct diag why = { 0 };

	for (int i = 0; i < 150; i++) {
		char id[16];
		struct made m;

		snprintf(id, sizeof(id), "s%d", i);
		m = made_other(id, i % 2 ? "sample.example" : "b.example",
			       (uint8_t)(100 + i));
		m.begin = NOW - (i % 20) * DAY;
		m.row[0].ip = i % 3 ? "198.51.100.7" : "192.0.2.1";
		put(s, &m, &sample);
	}
	put_refused(s, &sample, DECODE_REJECTED);
	settle(s);
	must(store_triage_set(
		     s, STORE_OWNER_SELF,
		     &(struct store_triage){ .source = STR("198.51.100.0/24"),
					     .triage = SENDER_OURS },
		     &why),
	     &why);
}

static void
sample_data_leaves_no_trace_and_real_data_as_it_was(void **state)
{
	struct store *s = place_open(*state, STORE_CREATE);
	struct made real = made_other("real", "example.com", 1);
	struct made shared = made_other("real2", "b.example", 2);
	SCOPED_BUF before = BUF(1 << 20);
	SCOPED_BUF after = BUF(1 << 20);
	struct diag why = { 0 };
	uint64_t reports = 0, all = 0;
	bool more = true;

	import(s, &real);
	import(s, &shared);
	import_tls(s, "t1", "example.com", NULL);
	settle(s);
	all_facts(*state, &before);
	put_sample(s);
	while (more) {
		must(store_delete_door(s, STORE_OWNER_SELF, S("sample"),
				       &reports, &more, &why),
		     &why);
		all += reports;
	}
	assert_int_equal(all, 150);
	settle(s);
	all_facts(*state, &after);
	assert_string_equal(buf_c(&after), buf_c(&before));
	store_close(s);
}

/* The user's own mail brought the same document once more: it stays. */
static void
a_sample_report_that_also_came_otherwise_stays(void **state)
{
	const struct store_origin sample = { .owner = STORE_OWNER_SELF,
					     .trust = STORE_OPERATOR,
					     .received_at = NOW,
					     .door = STR("sample") };
	struct store *s = place_open(*state, STORE_CREATE);
	const struct store_origin mail = by_mail("Q1");
	struct store_item item = put(s, &FIRST, &sample);
	struct seen seen = { 0 };
	struct diag why = { 0 };
	uint64_t reports;
	bool more = true;

	assert_int_equal(put(s, &FIRST, &mail).outcome, STORE_DUPLICATE);
	while (more)
		must(store_delete_door(s, STORE_OWNER_SELF, S("sample"),
				       &reports, &more, &why),
		     &why);
	assert_int_equal(ask(*state, "SELECT count(*) FROM report"), 1);
	must(store_report_envelope(s, STORE_OWNER_SELF, item.report, see, &seen,
				   &why),
	     &why);
	assert_int_equal(seen.last.outcome, STORE_IMPORTED);
	assert_true(str_starts(str_of(seen.text), S("smtp|Q1")));
	store_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_carrying_message_is_sealed_and_goes_with_its_report),
		TEST(old_mail_and_what_strangers_left_goes_in_small_bites),
		TEST(sample_data_leaves_no_trace_and_real_data_as_it_was),
		TEST(a_sample_report_that_also_came_otherwise_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
