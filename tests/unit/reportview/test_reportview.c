/* test_reportview.c - events of a decoder, and what is shown of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reportview/reportview.h"

#define BEGIN 1800000000

/* A view being written, and what it became. */
struct lab {
	struct buf text;
	struct json_out j;
	struct reportview *view;
	struct decode_sink sink;
	struct json *json;
};

static void
lab_begin(struct lab *l)
{
	*l = (struct lab){ .text = BUF(REPORTVIEW_BYTES_MAX) };
	l->j = (struct json_out)JSON_OUT(&l->text);
	json_open_object(&l->j, NULL);
	l->view = reportview_new(&l->j, FINDING_EN);
	l->sink = reportview_sink(l->view);
}

static const struct json *
lab_show(struct lab *l)
{
	const struct json_limits limits = { REPORTVIEW_BYTES_MAX, 16 };
	struct diag why = { 0 };
	bool repaired;

	reportview_end(l->view);
	json_close_object(&l->j);
	assert_false(l->text.full);
	assert_int_equal(json_parse(buf_str(&l->text), limits, &l->json,
				    &repaired, &why),
			 ERR_NONE);
	assert_false(repaired);
	return json_get(l->json, "documents");
}

static void
lab_end(struct lab *l)
{
	json_free(l->json);
	buf_free(&l->text);
}

static void
head(struct lab *l, const char *id)
{
	const struct dmarc_head h = { .org_name = STR("Mailbox.example"),
				      .report_id = str_of(id),
				      .domain = STR("example.com"),
				      .begin = BEGIN,
				      .end = BEGIN + 86399,
				      .p = DMARC_POLICY_REJECT,
				      .adkim = 's',
				      .aspf = 'r',
				      .pct = -1,
				      .rfc9990 = true };

	assert_int_equal(l->sink.head(l->sink.ctx, &h), ERR_NONE);
}

static void
row(struct lab *l, uint64_t count)
{
	static const struct dmarc_auth dkim[] = {
		{ .domain = STR("example.com"),
		  .selector = STR("s1"),
		  .result = DMARC_RESULT_PASS },
		{ .domain = STR("other.example"),
		  .result = DMARC_RESULT_PERMERROR },
	};
	const struct dmarc_row r = {
		.ip = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 7 },
		.ip_known = true,
		.count = count,
		.disposition = DMARC_QUARANTINED,
		.dkim_aligned = true,
		.overrides = DMARC_OVERRIDE_FORWARDED | DMARC_OVERRIDE_OTHER,
		.header_from = STR("news.example.com"),
		.dkim = dkim,
		.dkim_count = COUNT_OF(dkim),
	};

	assert_int_equal(l->sink.row(l->sink.ctx, &r), ERR_NONE);
}

static void
end(struct lab *l, const struct decode_end *how)
{
	assert_int_equal(l->sink.end(l->sink.ctx, how), ERR_NONE);
}

static void
is_text(const struct json *object, const char *key, const char *wanted)
{
	const struct json *value = json_get(object, key);

	if (!wanted) {
		assert_int_equal(json_type(value), JSON_NULL);
		return;
	}
	assert_int_equal(json_type(value), JSON_STRING);
	assert_true(str_eq(json_str(value), str_of(wanted)));
}

static int64_t
number(const struct json *object, const char *key)
{
	int64_t n = -1;

	assert_true(json_i64(json_get(object, key), &n));
	return n;
}

static void
an_aggregate_report_shows_head_rows_and_repairs(void **state)
{
	const struct decode_end how = {
		.kind = DECODE_DMARC,
		.member = STR("r.xml"),
		.complete = true,
		.repair_count = 2,
		.repairs = { { "dmarc.no_version", 1 }, { "no.such", 1 } },
		.totals = { .rows = 1, .messages = 5, .passed = 5 },
		.carrier_from = STR("reports@mailbox.example"),
	};
	const struct json *one, *shown, *part;
	struct lab l;

	(void)state;
	lab_begin(&l);
	head(&l, "id-1");
	row(&l, 5);
	end(&l, &how);
	one = json_at(lab_show(&l), 0);
	shown = json_get(one, "head");
	is_text(shown, "org", "Mailbox.example");
	is_text(shown, "email", NULL);
	assert_int_equal(number(shown, "begin"), BEGIN);
	part = json_get(shown, "policy");
	is_text(part, "p", "reject");
	is_text(part, "sp", NULL);
	is_text(part, "adkim", "s");
	assert_int_equal(json_type(json_get(part, "pct")), JSON_NULL);
	shown = json_at(json_get(one, "rows"), 0);
	is_text(shown, "ip", "192.0.2.7");
	is_text(shown, "disposition", "quarantine");
	is_text(shown, "envelope_from", NULL);
	assert_int_equal(json_count(json_get(shown, "override")), 2);
	part = json_at(json_get(shown, "dkim"), 1);
	is_text(part, "result", "permerror");
	is_text(part, "selector", NULL);
	assert_int_equal(number(json_get(one, "totals"), "messages"), 5);
	is_text(one, "kind", "dmarc");
	is_text(one, "status", "read");
	is_text(one, "member", "r.xml");
	is_text(json_get(one, "mail"), "from", "reports@mailbox.example");
	/* What the catalogue does not know is not shown. */
	part = json_get(one, "findings");
	assert_int_equal(json_count(part), 1);
	is_text(json_at(part, 0), "code", "dmarc.no_version");
	lab_end(&l);
}

static void
what_was_taken_back_leaves_nothing(void **state)
{
	const struct decode_end how = { .kind = DECODE_DMARC };
	const struct json *documents;
	struct lab l;

	(void)state;
	lab_begin(&l);
	head(&l, "first");
	end(&l, &how);
	head(&l, "wrong");
	row(&l, 1);
	assert_int_equal(l.sink.undo(l.sink.ctx), ERR_NONE);
	head(&l, "right");
	row(&l, 2);
	end(&l, &how);
	/* Of a decoder that died half of one is left. */
	head(&l, "half");
	row(&l, 3);
	documents = lab_show(&l);
	assert_int_equal(json_count(documents), 2);
	is_text(json_get(json_at(documents, 0), "head"), "report_id", "first");
	is_text(json_get(json_at(documents, 1), "head"), "report_id", "right");
	assert_int_equal(json_count(json_get(json_at(documents, 1), "rows")),
			 1);
	assert_int_equal(number(l.json, "documents_left"), 0);
	lab_end(&l);
}

static void
rows_and_documents_that_are_too_many_are_counted(void **state)
{
	const struct decode_end how = { .kind = DECODE_DMARC };
	const struct json *documents;
	struct lab l;

	(void)state;
	lab_begin(&l);
	head(&l, "long");
	for (int i = 0; i < REPORTVIEW_ROWS_MAX + 3; i++)
		row(&l, 1);
	end(&l, &how);
	/* The bound is of all documents together. */
	for (int i = 0; i < REPORTVIEW_DOCUMENTS_MAX + 1; i++) {
		head(&l, "more");
		row(&l, 1);
		end(&l, &how);
	}
	documents = lab_show(&l);
	assert_int_equal(json_count(documents), REPORTVIEW_DOCUMENTS_MAX);
	assert_int_equal(json_count(json_get(json_at(documents, 0), "rows")),
			 REPORTVIEW_ROWS_MAX);
	assert_int_equal(number(json_at(documents, 0), "rows_left"), 3);
	assert_int_equal(number(json_at(documents, 1), "rows_left"), 1);
	assert_int_equal(number(l.json, "documents_left"), 2);
	lab_end(&l);
}

static void
a_refused_document_says_why_and_where(void **state)
{
	struct decode_end how = { .status = DECODE_REJECTED,
				  .kind = DECODE_DMARC };
	const struct json *one, *found;
	struct lab l;

	(void)state;
	(void)diag_set(&how.why, ERR_SYNTAX, "dmarc.no_domain", 12, "%s",
		       "policy_published");
	lab_begin(&l);
	end(&l, &how);
	one = json_at(lab_show(&l), 0);
	is_text(one, "status", "rejected");
	is_text(one, "member", NULL);
	is_text(one, "mail", NULL);
	assert_int_equal(json_type(json_get(one, "rows")), JSON_ABSENT);
	found = json_at(json_get(one, "findings"), 0);
	is_text(found, "code", "dmarc.no_domain");
	assert_true(json_str(json_get(found, "title")).n > 0);
	lab_end(&l);
}

static void
tls_reports_show_policies_and_failures(void **state)
{
	static const struct str mx[] = { STR("mx.example.com") };
	const struct tlsrpt_failure failure = {
		.result_type = STR("certificate-expired"),
		.mx = STR("mx.example.com"),
		.sessions = 3,
	};
	const struct tlsrpt_policy policy = {
		.type = TLSRPT_STS,
		.domain = STR("example.com"),
		.mx = mx,
		.mx_count = 1,
		.failures = &failure,
		.failure_count = 1,
		.successful = 4,
		.failed = 3,
	};
	const struct tlsrpt_report report = { .org_name = STR("Mailbox"),
					      .policies = &policy,
					      .policy_count = 1,
					      .sessions = 7,
					      .successful = 4 };
	const struct decode_end how = { .kind = DECODE_TLSRPT };
	const struct json *tls, *shown;
	struct lab l;

	(void)state;
	lab_begin(&l);
	assert_int_equal(l.sink.tls(l.sink.ctx, &report), ERR_NONE);
	end(&l, &how);
	tls = json_get(json_at(lab_show(&l), 0), "tls");
	is_text(tls, "org", "Mailbox");
	is_text(tls, "domain", NULL);
	shown = json_at(json_get(tls, "policies"), 0);
	is_text(shown, "type", "sts");
	assert_int_equal(json_count(json_get(shown, "strings")), 0);
	shown = json_at(json_get(shown, "failures"), 0);
	is_text(shown, "result_type", "certificate-expired");
	is_text(shown, "sending_ip", NULL);
	assert_int_equal(number(shown, "sessions"), 3);
	lab_end(&l);
}

static void
failure_reports_show_what_is_known(void **state)
{
	const struct failrpt_report report = {
		.reported_domain = STR("example.com"),
		.subject = STR("caf\xe9"), /* not UTF-8 */
		.incidents = 2,
	};
	const struct decode_end how = { .kind = DECODE_FAILURE };
	const struct json *failure;
	struct lab l;

	(void)state;
	lab_begin(&l);
	assert_int_equal(l.sink.failure(l.sink.ctx, &report), ERR_NONE);
	end(&l, &how);
	failure = json_get(json_at(lab_show(&l), 0), "failure");
	is_text(failure, "domain", "example.com");
	is_text(failure, "subject", "caf\xef\xbf\xbd");
	is_text(failure, "mail_from", NULL);
	assert_int_equal(json_type(json_get(failure, "arrival")), JSON_NULL);
	assert_int_equal(number(failure, "incidents"), 2);
	lab_end(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_aggregate_report_shows_head_rows_and_repairs),
		cmocka_unit_test(what_was_taken_back_leaves_nothing),
		cmocka_unit_test(
			rows_and_documents_that_are_too_many_are_counted),
		cmocka_unit_test(a_refused_document_says_why_and_where),
		cmocka_unit_test(tls_reports_show_policies_and_failures),
		cmocka_unit_test(failure_reports_show_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
