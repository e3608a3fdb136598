#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#include <sys/stat.h>

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

static const struct store_origin ORIGIN = {
	.owner = STORE_OWNER_SELF,
	.trust = STORE_OPERATOR,
	.received_at = NOW,
	.path = STR("mail/2.eml"),
};

/* ---- TLS reports ---- */

static const struct tlsrpt_failure EXPIRED[] = {
	{ .result_type = STR("certificate-expired"),
	  .sending_ip = STR("192.0.2.1"),
	  .mx = STR("mx1.example.com"),
	  .sessions = 3 },
	{ .result_type = STR(""), .mx = STR(""), .sessions = 1 },
};
static const struct tlsrpt_policy POLICIES[] = {
	{ .type = TLSRPT_STS,
	  .domain = STR("example.com"),
	  .failures = EXPIRED,
	  .failure_count = 2,
	  .successful = 100,
	  .failed = 4,
	  .counts = false },
	{ .type = TLSRPT_TLSA,
	  .domain = STR("example.com"),
	  .successful = 99,
	  .failed = 5,
	  .counts = true },
};

static struct tlsrpt_report
tls_report(const char *id)
{
	return (struct tlsrpt_report){
		.org_name = STR("Mail Co"),
		.contact = STR("tls@mail.example"),
		.report_id = str_of(id),
		.begin = NOW - DAY,
		.end = NOW - 1,
		.domain = STR("example.com"),
		.domains = STR("example.com"),
		.policies = POLICIES,
		.policy_count = 2,
		.sessions = 104,
		.successful = 99,
	};
}

static struct store_item
import_tls(struct store *s, const char *id, uint8_t salt, size_t policies)
{
	struct tlsrpt_report report = tls_report(id);
	struct decode_end end = { .kind = DECODE_TLSRPT,
				  .complete = true,
				  .hash = { salt },
				  .raw = STR("{}") };
	struct store_item item = { 0 };
	struct diag why = { 0 };

	report.policy_count = policies;
	must(store_begin(s, &why), &why);
	must(store_tls(s, &ORIGIN, &report, &end, &item, &why), &why);
	must(store_commit(s, &why), &why);
	return item;
}

#define TLS_ROLLUPS                                                            \
	"SELECT r.type, r.counts, t.text, m.text, r.successful, r.failed,"     \
	" r.reports FROM tls_rollup AS r"                                      \
	" JOIN name AS t ON t.id = r.result_type"                              \
	" JOIN name AS m ON m.id = r.mx ORDER BY 1, 2, 3, 4"

static void
sessions_of_sts_and_tlsa_stay_apart(void **state)
{
	SCOPED_BUF got = BUF(10000);
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	assert_int_equal(import_tls(s, "t1", 1, 2).outcome, STORE_IMPORTED);
	dump(*state, TLS_ROLLUPS, 7, &got);
	assert_string_equal(buf_c(&got),
			    "1|0|||100|4|1\n"
			    "1|0|certificate-expired|mx1.example.com|0|3|1\n"
			    "1|0|unknown||0|1|1\n"
			    "2|1|||99|5|1\n");
	assert_int_equal(ask(*state, "SELECT messages FROM report"), 104);
	assert_int_equal(ask(*state, "SELECT passed FROM report"), 99);
}

static void
of_two_tls_reports_with_one_id_the_larger_counts(void **state)
{
	SCOPED_BUF first = BUF(10000);
	SCOPED_BUF second = BUF(10000);
	struct place other;

	place_make(&other);
	{
		SCOPED_STORE s = place_open(*state, STORE_CREATE);

		import_tls(s, "t1", 1, 1);
		assert_int_equal(import_tls(s, "t1", 2, 2).outcome,
				 STORE_IMPORTED);
		assert_int_equal(import_tls(s, "t1", 2, 2).outcome,
				 STORE_DUPLICATE);
	}
	{
		SCOPED_STORE s = place_open(&other, STORE_CREATE);

		import_tls(s, "t1", 2, 2);
		assert_int_equal(import_tls(s, "t1", 1, 1).outcome,
				 STORE_SUPERSEDED);
	}
	dump(*state, TLS_ROLLUPS, 7, &first);
	dump(&other, TLS_ROLLUPS, 7, &second);
	place_remove(&other);
	assert_string_equal(buf_c(&first), buf_c(&second));
	assert_non_null(strstr(buf_c(&first), "2|1|||99|5|1"));
}

/* ---- failure reports ---- */

static bool
file_has(const struct place *p, const char *name, const char *needle)
{
	char path[PATH_ROOM + 32];
	size_t room = 4 << 20, n;
	char *bytes = malloc(room);
	bool found;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	f = fopen(path, "rb");
	n = f != NULL ? fread(bytes, 1, room, f) : 0;
	found = n > 0 && memmem(bytes, n, needle, strlen(needle)) != NULL;
	if (f != NULL)
		fclose(f);
	free(bytes);
	return found;
}

static void
what_is_personal_never_stands_in_the_file(void **state)
{
	const struct failrpt_report report = {
		.org = STR("reporter.example"),
		.feedback_type = STR("auth-failure"),
		.reported_domain = STR("example.com"),
		.source_ip = STR("192.0.2.9"),
		.report_id = STR("<f1@reporter.example>"),
		.arrival = NOW - 100,
		.incidents = 3,
		.mail_from = STR("alice-secret@example.com"),
		.subject = STR("our secret meeting"),
		.auth_results = STR("spf=fail smtp.mailfrom=alice-secret"),
		.headers = STR("From: alice-secret@example.com\n"),
	};
	struct decode_end end = {
		.kind = DECODE_FAILURE,
		.hash = { 7 },
		.complete = true,
		.raw = STR("From: alice-secret@example.com"),
		.media = DECODE_AS_MAIL,
		.carrier_subject = STR("FW: our secret meeting"),
		.carrier_from = STR("postmaster@reporter.example"),
	};
	struct store_item item;
	struct diag why = { 0 };

	{
		SCOPED_STORE s = place_open(*state, STORE_CREATE);

		must(store_begin(s, &why), &why);
		must(store_failure(s, &ORIGIN, &report, &end, &item, &why),
		     &why);
		must(store_commit(s, &why), &why);
		assert_int_equal(item.outcome, STORE_IMPORTED);
		assert_false(file_has(*state, "reports.db-wal", "secret"));
	}
	assert_true(file_has(*state, "reports.db", "192.0.2.9"));
	assert_false(file_has(*state, "reports.db", "secret"));
	assert_int_equal(ask(*state, "SELECT incidents FROM failure"), 3);
	assert_int_equal(ask(*state, "SELECT messages FROM report"), 3);
}

/* ---- refusals ---- */

static void
refused_bytes_are_kept_with_the_reason(void **state)
{
	struct decode_end end = {
		.status = DECODE_REJECTED,
		.kind = DECODE_DMARC,
		.raw = STR("<feedback><rec"),
		.media = DECODE_AS_XML,
	};
	struct store_item item;
	struct diag why = { 0 };
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	(void)diag_set(&end.why, ERR_SYNTAX, "xml.cut", 17, "record");
	must(store_begin(s, &why), &why);
	must(store_refused(s, &ORIGIN, &end, &item, &why), &why);
	assert_int_equal(item.outcome, STORE_REJECTED);
	assert_int_equal(item.report, 0);
	end.status = DECODE_IGNORED;
	end.raw = S("");
	must(store_refused(s, &ORIGIN, &end, &item, &why), &why);
	assert_int_equal(item.outcome, STORE_IGNORED);
	must(store_commit(s, &why), &why);
	assert_int_equal(ask(*state, "SELECT line FROM intake WHERE"
				     " code = 'xml.cut' AND outcome = 3"),
			 17);
	assert_int_equal(ask(*state, "SELECT count(*) FROM intake_raw"), 1);
	assert_int_equal(ask(*state, "SELECT count(*) FROM intake"), 2);
}

/* ---- reading again ---- */

static const struct made STORED = {
	.org = "Google Inc.",
	.id = "r1",
	.domain = "example.com",
	.begin = NOW - DAY,
	.trust = STORE_VERIFIED,
	.received_at = NOW - 10,
	.rows = 1,
	.row = { { .ip = "192.0.2.1",
		   .header_from = "example.com",
		   .dkim = true,
		   .count = 5 } },
	.raw = "raw bytes",
};

static struct store_item
replace(struct store *s, const struct made *m, int64_t report, int64_t intake)
{
	struct store_item item = { 0 };
	struct diag why = { 0 };

	must(store_begin(s, &why), &why);
	store_replaces(s, report, intake);
	must(put_report(s, m, &item, &why), &why);
	store_replaces(s, 0, 0);
	must(store_commit(s, &why), &why);
	return item;
}

static void
reading_again_keeps_id_receipt_and_trust(void **state)
{
	struct made better = STORED;
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	struct store_item first = import(s, &STORED), again;

	better.trust = STORE_UNVERIFIED;
	better.received_at = NOW;
	better.row[0].count = 6;
	better.times = 1;
	again = replace(s, &better, first.report, 0);
	assert_int_equal(again.outcome, STORE_IMPORTED);
	assert_int_equal(again.report, first.report);
	assert_int_equal(again.intake, first.intake);
	assert_int_equal(ask(*state, "SELECT received_at FROM report"),
			 NOW - 10);
	assert_int_equal(ask(*state, "SELECT trust FROM report"),
			 STORE_VERIFIED);
	assert_int_equal(ask(*state, "SELECT sum(messages) FROM rollup"), 6);
	assert_int_equal(ask(*state, "SELECT count(*) FROM rollup"), 1);
	assert_int_equal(ask(*state, "SELECT count(*) FROM intake"), 1);
	assert_int_equal(ask(*state, "SELECT count(*) FROM raw"), 1);
	/* A large one goes through a savepoint. */
	better.times = 3000;
	again = replace(s, &better, first.report, 0);
	assert_int_equal(again.report, first.report);
	assert_int_equal(ask(*state, "SELECT sum(messages) FROM rollup"),
			 18000);
	assert_int_equal(ask(*state, "SELECT count(*) FROM row"), 3000);
}

static void
a_refused_item_that_can_be_read_now_changes_its_entry(void **state)
{
	struct decode_end end = { .status = DECODE_REJECTED,
				  .raw = STR("bytes") };
	struct store_item item, again;
	struct diag why = { 0 };
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	must(store_begin(s, &why), &why);
	must(store_refused(s, &ORIGIN, &end, &item, &why), &why);
	must(store_commit(s, &why), &why);
	again = replace(s, &STORED, 0, item.intake);
	assert_int_equal(again.outcome, STORE_IMPORTED);
	assert_int_equal(again.intake, item.intake);
	assert_int_equal(ask(*state, "SELECT count(*) FROM intake"), 1);
	assert_int_equal(ask(*state, "SELECT count(*) FROM intake_raw"), 0);
	assert_int_equal(ask(*state, "SELECT received_at FROM report"), NOW);
}

static void
a_report_that_cannot_be_read_any_more_stays(void **state)
{
	struct decode_end end = { .status = DECODE_REJECTED };
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	struct store_item first = import(s, &STORED), item;
	struct diag why = { 0 };

	must(store_begin(s, &why), &why);
	store_replaces(s, first.report, 0);
	must(store_refused(s, &ORIGIN, &end, &item, &why), &why);
	must(store_commit(s, &why), &why);
	assert_int_equal(item.outcome, STORE_REJECTED);
	assert_int_equal(ask(*state, "SELECT sum(messages) FROM rollup"), 5);
	assert_int_equal(ask(*state, "SELECT count(*) FROM intake"
				     " WHERE outcome = 0"),
			 1);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(sessions_of_sts_and_tlsa_stay_apart),
		CASE(of_two_tls_reports_with_one_id_the_larger_counts),
		CASE(what_is_personal_never_stands_in_the_file),
		CASE(refused_bytes_are_kept_with_the_reason),
		CASE(reading_again_keeps_id_receipt_and_trust),
		CASE(a_refused_item_that_can_be_read_now_changes_its_entry),
		CASE(a_report_that_cannot_be_read_any_more_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
