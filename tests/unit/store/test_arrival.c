#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "arrival.h"

static void
list(struct store *s, const struct store_intake_list *l, struct seen *seen,
     struct buf *next)
{
	struct diag why = { 0 };

	*seen = (struct seen){ 0 };
	must(store_intake(s, l, see, seen, next, &why), &why);
}

static void
a_spool_position_is_kept_with_its_batch_and_lost_with_it(void **state)
{
	struct store *s = place_open(*state, STORE_CREATE);
	struct diag why = { 0 };
	uint64_t at = 99;

	must(store_spool_get(s, S("smtp-1.seg"), &at, &why), &why);
	assert_int_equal(at, 0);
	must(store_begin(s, &why), &why);
	must(store_spool_done(s, S("smtp-1.seg"), 70, &why), &why);
	must(store_spool_done(s, S("smtp-1.seg"), 90, &why), &why);
	must(store_commit(s, &why), &why);
	must(store_begin(s, &why), &why);
	must(store_spool_done(s, S("smtp-1.seg"), 500, &why), &why);
	must(store_spool_done(s, S("web-1.seg"), 8, &why), &why);
	store_rollback(s);
	must(store_spool_get(s, S("smtp-1.seg"), &at, &why), &why);
	assert_int_equal(at, 90);
	must(store_spool_get(s, S("web-1.seg"), &at, &why), &why);
	assert_int_equal(at, 0);
	store_close(s);
}

static bool
is_smtps(void *ctx, struct str segment)
{
	++*(int *)ctx;
	return str_starts(segment, S("smtp-"));
}

static void
positions_are_forgotten_with_their_segments(void **state)
{
	struct store *s = place_open(*state, STORE_CREATE);
	struct diag why = { 0 };
	uint64_t at = 99;
	int asked = 0;

	must(store_begin(s, &why), &why);
	must(store_spool_done(s, S("smtp-1.seg"), 70, &why), &why);
	must(store_spool_done(s, S("smtp-2.seg"), 80, &why), &why);
	must(store_spool_done(s, S("web-1.seg"), 90, &why), &why);
	must(store_commit(s, &why), &why);
	must(store_spool_forget(s, is_smtps, &asked, &why), &why);
	assert_int_equal(asked, 3);
	must(store_spool_get(s, S("smtp-1.seg"), &at, &why), &why);
	assert_int_equal(at, 0);
	must(store_spool_get(s, S("smtp-2.seg"), &at, &why), &why);
	assert_int_equal(at, 0);
	must(store_spool_get(s, S("web-1.seg"), &at, &why), &why);
	assert_int_equal(at, 90);
	store_close(s);
}

static void
the_log_tells_door_envelope_and_carrier_of_a_report(void **state)
{
	struct store *s = place_open(*state, STORE_CREATE);
	const struct store_origin origin = by_mail("Q1");
	struct store_item item = put(s, &FIRST, &origin);
	struct seen seen = { 0 };
	struct diag why = { 0 };

	must(store_report_envelope(s, STORE_OWNER_SELF, item.report, see, &seen,
				   &why),
	     &why);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.text,
			    "smtp|Q1|smtp/1|" ENVELOPE "|dmarc@google.example"
			    "|Report domain: example.com|example.com"
			    "|Google Inc.");
	assert_int_equal(seen.last.trust, STORE_UNVERIFIED);
	assert_int_equal(seen.last.report, item.report);
	assert_int_equal(seen.last.records, 3);
	assert_int_equal(seen.last.messages, 14);
	assert_int_equal(store_report_envelope(s, STORE_OWNER_SELF, 77, see,
					       &seen, &why),
			 ERR_GONE);
	assert_string_equal(why.code, "store.no_report");
	store_close(s);
}

static void
the_log_is_read_newest_first_by_page_outcome_and_upload(void **state)
{
	struct store *s = place_open(*state, STORE_CREATE);
	const struct store_origin one = by_mail("Q1");
	const struct store_origin two = by_mail("Q2");
	struct store_intake_list l = { .owner = STORE_OWNER_SELF };
	uint64_t counts[STORE_OUTCOMES];
	struct diag why = { 0 };
	SCOPED_BUF next = BUF(4096);
	SCOPED_BUF end = BUF(4096);
	struct seen seen;

	put(s, &FIRST, &one);                     /* 1 */
	put(s, &FIRST, &two);                     /* 2 */
	put_refused(s, &two, DECODE_REJECTED);    /* 3 */
	put_refused(s, &one, DECODE_IGNORED);     /* 4 */
	put_unclaimed(s, &one, "other.example");  /* 5 */
	put_refused(s, &ORIGIN, DECODE_REJECTED); /* 6 */

	l.limit = 4;
	list(s, &l, &seen, &next);
	assert_int_equal(seen.count, 4);
	assert_int_equal(seen.id[0], 6);
	assert_int_equal(seen.id[3], 3);
	l.cursor = buf_str(&next);
	list(s, &l, &seen, &end);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.id[1], 1);
	assert_int_equal(end.n, 0);

	l = (struct store_intake_list){ .owner = STORE_OWNER_SELF,
					.upload = STR("Q1") };
	list(s, &l, &seen, &end);
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.id[0], 5);
	l.filtered = true;
	l.outcome = STORE_UNCLAIMED;
	list(s, &l, &seen, &end);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.last.owner, STORE_OWNER_UNCLAIMED);
	l.upload = S("");
	list(s, &l, &seen, &end);
	assert_int_equal(seen.count, 1);
	l.outcome = STORE_REJECTED;
	list(s, &l, &seen, &end);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.id[1], 3);
	assert_string_equal(seen.last.why.code, "xml.syntax");
	assert_int_equal(seen.last.why.line, 7);
	assert_true(seen.last.raw_kept);
	l = (struct store_intake_list){ .owner = STORE_OWNER_SELF,
					.only_id = 2 };
	list(s, &l, &seen, &end);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.last.outcome, STORE_DUPLICATE);

	must(store_intake_counts(s, STORE_OWNER_SELF, counts, &why), &why);
	assert_int_equal(counts[STORE_IMPORTED], 1);
	assert_int_equal(counts[STORE_DUPLICATE], 1);
	assert_int_equal(counts[STORE_REJECTED], 2);
	assert_int_equal(counts[STORE_IGNORED], 1);
	assert_int_equal(counts[STORE_UNCLAIMED], 1);

	/* Somebody else sees nothing of all this. */
	l = (struct store_intake_list){ .owner = 7, .upload = STR("Q1") };
	list(s, &l, &seen, &end);
	assert_int_equal(seen.count, 0);
	store_close(s);
}

static enum err
add_domain(void *ctx, const struct store_bin_domain *d)
{
	buf_addf(ctx, "%.*s %llu;", STR_ARG(d->domain),
		 (unsigned long long)d->reports);
	return ERR_NONE;
}

struct again {
	size_t count;
};

static enum err
see_raw(void *ctx, const struct store_report *r, struct str raw,
	enum decode_media media)
{
	struct again *a = ctx;

	assert_int_equal(r->outcome, STORE_UNCLAIMED);
	assert_int_equal(r->trust, STORE_UNVERIFIED);
	assert_int_equal(r->received_at, NOW);
	assert_true(str_eq(raw, S("first")));
	assert_int_equal(media, DECODE_AS_GZIP);
	a->count++;
	return ERR_NONE;
}

static void
the_bin_counts_nowhere_and_gives_its_bytes_back_by_domain(void **state)
{
	static const struct {
		const char *domain;
		size_t count;
	} table[] = { { "other.example", 3 }, { "sub.other.example", 1 },
		      { "ther.example", 0 },  { "another.example", 1 },
		      { "example", 4 },       { "", 0 } };
	struct store *s = place_open(*state, STORE_CREATE);
	const struct store_origin origin = by_mail("Q1");
	struct store_bins bins;
	SCOPED_BUF text = BUF(4096);
	SCOPED_BUF raw = BUF(4096);
	enum decode_media media;
	struct diag why = { 0 };
	struct store_item item;

	item = put_unclaimed(s, &origin, "Other.Example");
	put_unclaimed(s, &origin, "other.example.");
	put_unclaimed(s, &origin, "sub.other.example");
	put_unclaimed(s, &origin, "another.example");
	assert_int_equal(ask(*state, "SELECT count(*) FROM report"), 0);
	assert_int_equal(ask(*state, "SELECT count(*) FROM rollup"), 0);
	must(store_bin_domains(s, add_domain, &text, &why), &why);
	assert_string_equal(buf_c(&text), "other.example 2;another.example 1;"
					  "sub.other.example 1;");
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct again a = { .count = 0 };

		must(store_each_unclaimed(s, str_of(table[i].domain), see_raw,
					  &a, &why),
		     &why);
		assert_int_equal(a.count, table[i].count);
	}
	must(store_intake_raw(s, STORE_OWNER_SELF, item.intake, &raw, &media,
			      &why),
	     &why);
	assert_string_equal(buf_c(&raw), "first");
	assert_int_equal(
		store_intake_raw(s, 7, item.intake, &raw, &media, &why),
		ERR_GONE);
	must(store_bins_get(s, &bins, &why), &why);
	assert_in_range(bins.unclaimed, 4 * STORE_ENTRY_BYTES + 20,
			4 * STORE_ENTRY_BYTES + 1000);
	assert_int_equal(bins.sidelined, 0);
	store_close(s);
}

/* What ingest does when a domain is registered: the entry is read again under
 * the owner, and counts as if it had come today. */
static void
a_claimed_entry_counts_and_leaves_the_bin(void **state)
{
	struct store *s = place_open(*state, STORE_CREATE);
	struct store_origin origin = by_mail("Q1");
	struct store_item in_bin = put_unclaimed(s, &origin, "example.com");
	struct store_item item;
	struct store_bins bins;
	struct diag why = { 0 };
	struct seen seen = { 0 };

	must(store_begin(s, &why), &why);
	must(store_carrier(s, &origin, S("From: a\r\n"), &why), &why);
	must(store_commit(s, &why), &why);
	assert_int_equal(ask(*state, "SELECT bin FROM mail"), 1);
	origin.received_at = 1;
	store_replaces(s, 0, in_bin.intake);
	item = put(s, &FIRST, &origin);
	assert_int_equal(item.outcome, STORE_IMPORTED);
	assert_int_equal(item.intake, in_bin.intake);
	assert_int_equal(ask(*state, "SELECT count(*) FROM intake"), 1);
	assert_int_equal(ask(*state, "SELECT count(*) FROM intake_raw"), 0);
	assert_int_equal(ask(*state, "SELECT received_at FROM report"), NOW);
	assert_int_equal(ask(*state, "SELECT owner * 10 + bin FROM mail"), 10);
	must(store_report_envelope(s, STORE_OWNER_SELF, item.report, see, &seen,
				   &why),
	     &why);
	assert_true(seen.last.mail_kept);
	must(store_bins_get(s, &bins, &why), &why);
	assert_int_equal(bins.unclaimed, 0);
	store_close(s);
}

struct told {
	size_t count;
	struct store_reporter one[8];
	char name[8][64];
};

static enum err
take_reporter(void *ctx, const struct store_reporter *r)
{
	struct told *t = ctx;

	assert_true(t->count < COUNT_OF(t->one));
	snprintf(t->name[t->count], sizeof(t->name[0]), "%.*s",
		 STR_ARG(r->reporter));
	t->one[t->count++] = *r;
	return ERR_NONE;
}

static void
a_reporters_regularity_is_the_median_of_its_gaps(void **state)
{
	static const int daily[] = { 1, 2, 3, 4, 6, 7, 8 };
	static const int weekly[] = { 2, 9, 16, 80 };
	struct store *s = place_open(*state, STORE_CREATE);
	struct store_list l = { .owner = STORE_OWNER_SELF,
				.kind = DECODE_DMARC };
	struct told told = { 0 };
	struct diag why = { 0 };
	uint8_t salt = 0;

	for (size_t i = 0; i < COUNT_OF(daily) + COUNT_OF(weekly); i++) {
		bool is_daily = i < COUNT_OF(daily);
		int age = is_daily ? daily[i] : weekly[i - COUNT_OF(daily)];
		struct made m = made_other("x", "example.com", ++salt);

		m.org = is_daily ? "Google Inc." : "Weekly  Co";
		m.begin = NOW - age * DAY;
		m.received_at = NOW - age * DAY + 100 + salt;
		import(s, &m);
	}
	must(store_reporters(s, &l, NOW, take_reporter, &told, &why), &why);
	assert_int_equal(told.count, 2);
	assert_string_equal(told.name[0], "google inc.");
	assert_int_equal(told.one[0].gap, DAY);
	assert_int_equal(told.one[0].days, 7);
	assert_string_equal(told.name[1], "weekly co");
	assert_int_equal(told.one[1].gap, 7 * DAY);
	assert_int_equal(told.one[1].days, 3);

	told.count = 0;
	l.domain = S("Example.COM");
	must(store_reporters(s, &l, NOW, take_reporter, &told, &why), &why);
	assert_int_equal(told.count, 2);
	told.count = 0;
	l.domain = S("nobody.example");
	must(store_reporters(s, &l, NOW, take_reporter, &told, &why), &why);
	assert_int_equal(told.count, 0);
	l = (struct store_list){ .owner = STORE_OWNER_SELF,
				 .kind = DECODE_TLSRPT };
	must(store_reporters(s, &l, NOW, take_reporter, &told, &why), &why);
	assert_int_equal(told.count, 0);
	store_close(s);
}

static enum err
count_row(void *ctx, const struct store_detail *row)
{
	size_t *count = ctx;

	(void)row;
	++*count;
	return ERR_NONE;
}

static void
rows_of_one_report_need_no_domain_and_no_trust(void **state)
{
	struct store *s = place_open(*state, STORE_CREATE);
	const struct store_origin origin = by_mail("Q1");
	struct made second = made_other("r2", "example.net", 3);
	struct store_item item = put(s, &FIRST, &origin);
	struct store_item other = import(s, &second);
	char id[24];
	struct store_query q = { .owner = STORE_OWNER_SELF,
				 .first_day = INT64_MIN,
				 .last_day = INT64_MAX,
				 .filter_count = 1 };
	SCOPED_BUF next = BUF(4096);
	struct diag why = { 0 };
	size_t rows = 0;

	assert_int_not_equal(item.report, other.report);
	snprintf(id, sizeof(id), "%lld", (long long)item.report);
	q.filter[0] = (struct store_filter){ .field = STORE_F_REPORT,
					     .value = str_of(id) };
	must(store_rows(s, &q, count_row, &rows, &next, &why), &why);
	assert_int_equal(rows, 3);
	q.owner = 7;
	must(store_rows(s, &q, count_row, &rows, &next, &why), &why);
	assert_int_equal(rows, 3);
	q.filter[0].value = S("seven");
	assert_int_equal(store_rows(s, &q, count_row, &rows, &next, &why),
			 ERR_SYNTAX);
	store_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_spool_position_is_kept_with_its_batch_and_lost_with_it),
		TEST(positions_are_forgotten_with_their_segments),
		TEST(the_log_tells_door_envelope_and_carrier_of_a_report),
		TEST(the_log_is_read_newest_first_by_page_outcome_and_upload),
		TEST(the_bin_counts_nowhere_and_gives_its_bytes_back_by_domain),
		TEST(a_claimed_entry_counts_and_leaves_the_bin),
		TEST(a_reporters_regularity_is_the_median_of_its_gaps),
		TEST(rows_of_one_report_need_no_domain_and_no_trust),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
