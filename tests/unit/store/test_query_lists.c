#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

enum { OWNER = STORE_OWNER_SELF };

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
made(const char *org, const char *id, const char *domain, int days_ago)
{
	return (struct made){
		.org = org,
		.id = id,
		.domain = domain,
		.begin = NOW - days_ago * DAY,
		.trust = STORE_OPERATOR,
		.rows = 2,
		.row = { { .ip = "192.0.2.1",
			   .header_from = domain,
			   .dkim_domain = "amazonses.com",
			   .spf_domain = "amazonses.com",
			   .dkim = true,
			   .count = 5 },
			 { .ip = "198.51.100.7",
			   .header_from = domain,
			   .spf_domain = "other.example",
			   .count = 2 } },
		.raw = "packed bytes",
	};
}

/* No place is known of any address. */
static void
look(void *ctx, const struct store_endpoint *e, struct store_place *place)
{
	(void)ctx;
	(void)e;
	(void)place;
}

static void
make_store(struct store *s)
{
	static const char *const orgs[] = { "Google  Inc.", "Yahoo" };
	static const char *const domains[] = { "example.com", "example.net" };
	struct diag why = { 0 };

	for (int i = 0; i < 10; i++) {
		char id[16];
		struct made m;

		snprintf(id, sizeof(id), "r%d", i);
		m = made(orgs[i % 2], id, domains[i / 2 % 2], 10 - i);
		assert_int_equal(import(s, &m).outcome, STORE_IMPORTED);
	}
	must(store_enrich(s, OWNER, S("1"), look, NULL, &why), &why);
	must(store_fold(s, OWNER, NULL, NULL, &why), &why);
}

static void
refuse(struct store *s, enum decode_status status, const char *code)
{
	struct store_origin origin = { .owner = OWNER,
				       .received_at = NOW,
				       .path = STR("mail/9.eml") };
	struct decode_end end = { .status = status,
				  .kind = DECODE_DMARC,
				  .member = STR("part/2"),
				  .raw = STR("?"),
				  .media = DECODE_AS_XML };
	struct store_item item;
	struct diag why = { 0 };

	(void)diag_set(&end.why, ERR_SYNTAX, code, 17, "what");
	must(store_begin(s, &why), &why);
	must(store_refused(s, &origin, &end, &item, &why), &why);
	must(store_commit(s, &why), &why);
}

struct seen {
	size_t count;
	int64_t ids[64];
	char text[4096];
};

static enum err
see(void *ctx, const struct store_report *r)
{
	struct seen *seen = ctx;
	size_t n = strlen(seen->text);

	assert_true(seen->count < COUNT_OF(seen->ids));
	seen->ids[seen->count++] = r->id;
	snprintf(seen->text + n, sizeof(seen->text) - n, "%.*s %.*s %.*s\n",
		 STR_ARG(r->report_id), STR_ARG(r->org), STR_ARG(r->domain));
	return ERR_NONE;
}

static struct store_list
all(void)
{
	return (struct store_list){ .owner = OWNER,
				    .first_day = INT64_MIN,
				    .last_day = INT64_MAX };
}

static void
list_pages(struct store *s, struct store_list *l, struct seen *seen)
{
	SCOPED_BUF next = BUF(4096);
	SCOPED_BUF cursor = BUF(4096);
	struct diag why = { 0 };

	memset(seen, 0, sizeof(*seen));
	do {
		buf_clear(&cursor);
		buf_add(&cursor, buf_str(&next));
		buf_clear(&next);
		l->cursor = buf_str(&cursor);
		must(store_reports(s, l, see, seen, &next, &why), &why);
	} while (next.n > 0);
}

static void
reports_come_newest_first_in_pages_of_any_size(void **state)
{
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	struct store_list l = all();
	struct seen seen;

	make_store(s);
	for (uint64_t limit = 0; limit < 12; limit++) {
		l.limit = limit;
		list_pages(s, &l, &seen);
		assert_int_equal(seen.count, 10);
		for (size_t i = 1; i < seen.count; i++)
			assert_true(seen.ids[i] < seen.ids[i - 1]);
	}
	assert_ptr_equal(strstr(seen.text, "r9 Yahoo example.com\n"),
			 seen.text);
}

static void
lists_are_filtered_by_domain_reporter_and_days(void **state)
{
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	struct store_list l = all();
	struct seen seen;

	make_store(s);
	l.domain = S("Example.NET.");
	list_pages(s, &l, &seen);
	assert_string_equal(seen.text, "r7 Yahoo example.net\n"
				       "r6 Google  Inc. example.net\n"
				       "r3 Yahoo example.net\n"
				       "r2 Google  Inc. example.net\n");
	l.reporter = S("google inc.");
	list_pages(s, &l, &seen);
	assert_string_equal(seen.text, "r6 Google  Inc. example.net\n"
				       "r2 Google  Inc. example.net\n");
	l = all();
	l.first_day = civil_day(NOW) - 5;
	l.last_day = civil_day(NOW) - 4;
	list_pages(s, &l, &seen);
	assert_string_equal(seen.text, "r6 Google  Inc. example.net\n"
				       "r5 Yahoo example.com\n");
	l = all();
	l.kind = DECODE_TLSRPT;
	list_pages(s, &l, &seen);
	assert_int_equal(seen.count, 0);
	l.domain = S("nobody.example");
	list_pages(s, &l, &seen);
	assert_int_equal(seen.count, 0);
}

static enum err
see_refused(void *ctx, const struct store_report *r)
{
	size_t *count = ctx;

	(*count)++;
	assert_int_equal(r->outcome, STORE_REJECTED);
	assert_string_equal(r->why.code, "dmarc.no_dates");
	assert_int_equal(r->why.line, 17);
	assert_string_equal(r->why.detail, "what");
	assert_true(str_eq(r->path, S("mail/9.eml")));
	assert_true(str_eq(r->member, S("part/2")));
	assert_true(r->raw_kept);
	return ERR_NONE;
}

static void
refused_items_are_listed_with_their_reason(void **state)
{
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	SCOPED_BUF next = BUF(4096);
	struct store_list l = all();
	struct diag why = { 0 };
	size_t count = 0;

	make_store(s);
	refuse(s, DECODE_REJECTED, "dmarc.no_dates");
	refuse(s, DECODE_IGNORED, "decode.no_report");
	l.rejected = true;
	must(store_reports(s, &l, see_refused, &count, &next, &why), &why);
	assert_int_equal(count, 1);
	l.last_day = civil_day(NOW) - 1;
	must(store_reports(s, &l, see_refused, &count, &next, &why), &why);
	assert_int_equal(count, 1);
}

static void
a_cursor_of_another_list_is_refused(void **state)
{
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	SCOPED_BUF next = BUF(4096);
	SCOPED_BUF none = BUF(4096);
	struct store_list l = all();
	struct seen seen = { 0 };
	struct diag why = { 0 };

	make_store(s);
	l.limit = 3;
	must(store_reports(s, &l, see, &seen, &next, &why), &why);
	assert_true(next.n > 0);
	l.cursor = buf_str(&next);
	l.kind = DECODE_DMARC;
	assert_int_equal(store_reports(s, &l, see, &seen, &none, &why),
			 ERR_SYNTAX);
	assert_string_equal(why.code, "query.bad_cursor");
	diag_clear(&why);
	l.kind = DECODE_NONE;
	next.p[next.n - 2] = next.p[next.n - 2] == 'A' ? 'B' : 'A';
	assert_int_equal(store_reports(s, &l, see, &seen, &none, &why),
			 ERR_SYNTAX);
	assert_int_equal(seen.count, 3);
}

static enum err
see_one(void *ctx, const struct store_report *r)
{
	int *count = ctx;

	(*count)++;
	assert_true(str_eq(r->report_id, S("r3")));
	assert_true(str_eq(r->reporter, S("yahoo")));
	assert_true(str_eq(r->email, S("dmarc@reporter.example")));
	assert_true(str_find(r->policy_json, S("\"p\":\"reject\"")) !=
		    SIZE_MAX);
	assert_int_equal(r->records, 2);
	assert_int_equal(r->messages, 7);
	assert_int_equal(r->passed, 5);
	assert_int_equal(r->begin, NOW - 7 * DAY);
	assert_int_equal(r->received_at, NOW);
	assert_true(str_eq(r->path, S("mail/1.eml")));
	assert_true(r->raw_kept);
	return ERR_NONE;
}

static void
one_report_is_found_by_its_id_with_its_bytes(void **state)
{
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	SCOPED_BUF raw = BUF(4096);
	enum decode_media media;
	struct diag why = { 0 };
	int64_t id;
	int count = 0;

	make_store(s);
	id = ask(*state, "SELECT id FROM report WHERE report_id = 'r3'");
	must(store_report_get(s, OWNER, id, see_one, &count, &why), &why);
	assert_int_equal(count, 1);
	must(store_raw(s, OWNER, id, &raw, &media, &why), &why);
	assert_true(str_eq(buf_str(&raw), S("packed bytes")));
	assert_int_equal(media, DECODE_AS_GZIP);
	assert_int_equal(store_report_get(s, OWNER, 999, see_one, &count, &why),
			 ERR_GONE);
	assert_string_equal(why.code, "store.no_report");
	diag_clear(&why);
	assert_int_equal(
		store_report_get(s, OWNER + 1, id, see_one, &count, &why),
		ERR_GONE);
	assert_int_equal(store_raw(s, OWNER + 1, id, &raw, &media, &why),
			 ERR_GONE);
}

/* ---- sources ---- */

static enum err
see_source(void *ctx, const struct store_source *r)
{
	struct buf *out = ctx;

	buf_addf(out, "%.*s %.*s %s %.*s %lld '%.*s'\n", STR_ARG(r->slug),
		 STR_ARG(r->kind), sender_triage_name(r->triage),
		 STR_ARG(r->evidence), (long long)r->m[STORE_M_MESSAGES],
		 STR_ARG(r->note));
	return ERR_NONE;
}

static void
list_sources(struct store *s, const char *domain, struct buf *out)
{
	struct store_query q = { .owner = OWNER,
				 .first_day = INT64_MIN,
				 .last_day = INT64_MAX };
	struct diag why = { 0 };

	if (domain != NULL)
		q.filter[q.filter_count++] = (struct store_filter){
			.field = STORE_F_DOMAIN,
			.value = str_of(domain),
		};
	buf_clear(out);
	must(store_sources(s, &q, see_source, out, &why), &why);
}

static void
judge(struct store *s, const char *slug, const char *domain,
      enum sender_triage triage, const char *note)
{
	const struct store_triage j = {
		.source = str_of(slug),
		.domain = str_of(domain),
		.triage = triage,
		.note = str_of(note),
		.set_at = NOW,
	};
	struct diag why = { 0 };

	must(store_triage_set(s, OWNER, &j, &why), &why);
	must(store_fold(s, OWNER, NULL, NULL, &why), &why);
}

static void
sources_tell_who_named_them_and_what_the_user_said(void **state)
{
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	SCOPED_BUF out = BUF(4096);

	make_store(s);
	list_sources(s, NULL, &out);
	assert_string_equal(buf_c(&out),
			    "amazon-ses service new dkim:amazonses.com 50 ''\n"
			    "198.51.100.0/24 network new network 20 ''\n");
	judge(s, "amazon-ses", "", SENDER_OURS, "shop");
	judge(s, "amazon-ses", "example.net", SENDER_NOT_OURS, "not there");
	list_sources(s, "example.com", &out);
	assert_string_equal(
		buf_c(&out),
		"amazon-ses service ours dkim:amazonses.com 30 'shop'\n"
		"198.51.100.0/24 network new network 12 ''\n");
	list_sources(s, "example.net", &out);
	assert_string_equal(buf_c(&out),
			    "amazon-ses service not_ours dkim:amazonses.com 20 "
			    "'not there'\n"
			    "198.51.100.0/24 network new network 8 ''\n");
	list_sources(s, "nobody.example", &out);
	assert_int_equal(out.n, 0);
}

/* ---- TLS ---- */

static void
import_tls(struct store *s, const char *id, const char *domain, int days_ago)
{
	const struct tlsrpt_failure failures[] = {
		{ .result_type = STR("certificate-expired"),
		  .sending_ip = STR("192.0.2.1"),
		  .mx = STR("mx1.example.com"),
		  .sessions = 3 },
		{ .result_type = STR("starttls-not-supported"),
		  .sending_ip = STR("192.0.2.2"),
		  .mx = STR("mx1.example.com"),
		  .sessions = 2 },
	};
	const struct tlsrpt_policy policies[] = {
		{ .type = TLSRPT_STS,
		  .domain = str_of(domain),
		  .failures = failures,
		  .failure_count = 2,
		  .successful = 100,
		  .failed = 5,
		  .counts = false },
		{ .type = TLSRPT_TLSA,
		  .domain = str_of(domain),
		  .failures = failures,
		  .failure_count = 2,
		  .successful = 99,
		  .failed = 6,
		  .counts = true },
	};
	const struct tlsrpt_report report = {
		.org_name = STR("Mail Co"),
		.report_id = str_of(id),
		.begin = NOW - days_ago * DAY,
		.end = NOW - days_ago * DAY + DAY - 1,
		.domain = str_of(domain),
		.domains = str_of(domain),
		.policies = policies,
		.policy_count = 2,
		.sessions = 105,
		.successful = 99,
	};
	const struct store_origin origin = { .owner = OWNER,
					     .trust = STORE_OPERATOR,
					     .received_at = NOW };
	struct decode_end end = { .status = DECODE_READ,
				  .kind = DECODE_TLSRPT,
				  .complete = true,
				  .raw = STR("{}"),
				  .media = DECODE_AS_JSON };
	struct store_item item;
	struct diag why = { 0 };

	seal_hash_of(str_of(id), end.hash);
	must(store_begin(s, &why), &why);
	must(store_tls(s, &origin, &report, &end, &item, &why), &why);
	must(store_commit(s, &why), &why);
	assert_int_equal(item.outcome, STORE_IMPORTED);
}

static enum err
see_tls(void *ctx, const struct store_tls_row *r)
{
	buf_addf(ctx, "%.*s %llu=%llu+%llu in %llu\n", STR_ARG(r->key),
		 (unsigned long long)r->sessions,
		 (unsigned long long)r->successful,
		 (unsigned long long)r->failed, (unsigned long long)r->reports);
	return ERR_NONE;
}

static void
tls_sessions_are_told_by_each_group_and_never_twice(void **state)
{
	static const struct {
		const char *group, *answer;
	} table[] = {
		{ "domain", "example.com 210=198+12 in 2\n"
			    "example.net 105=99+6 in 1\n" },
		{ "reporter", "mail co 315=297+18 in 3\n" },
		{ "day", "2025-11-22 210=198+12 in 2\n"
			 "2025-11-23 105=99+6 in 1\n" },
		{ "policy_type", "sts 315=300+15 in 3\n"
				 "tlsa 315=297+18 in 3\n" },
		{ "result", "certificate-expired 9=0+9 in 3\n"
			    "starttls-not-supported 6=0+6 in 3\n" },
		{ "mx", "mx1.example.com 15=0+15 in 6\n" },
		{ "sending_ip", "192.0.2.1 9=0+9 in 3\n"
				"192.0.2.2 6=0+6 in 3\n" },
	};
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	SCOPED_BUF out = BUF(4096);
	struct store_query q = { .owner = OWNER,
				 .first_day = INT64_MIN,
				 .last_day = INT64_MAX };

	import_tls(s, "t1", "example.com", 1);
	import_tls(s, "t2", "example.com", 2);
	import_tls(s, "t3", "example.net", 2);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct store_tls_row totals;
		struct diag why = { 0 };

		buf_clear(&out);
		must(store_tls_ask(s, &q, str_of(table[i].group), see_tls, &out,
				   &totals, &why),
		     &why);
		assert_string_equal(buf_c(&out), table[i].answer);
		assert_int_equal(totals.sessions, 315);
		assert_int_equal(totals.failed, 18);
		assert_int_equal(totals.last_seen, (NOW / DAY - 1) * DAY);
	}
}

static void
tls_questions_take_filters_that_they_can_answer(void **state)
{
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	SCOPED_BUF out = BUF(4096);
	struct store_tls_row totals;
	struct store_query q = { .owner = OWNER,
				 .first_day = INT64_MIN,
				 .last_day = INT64_MAX,
				 .filter_count = 1,
				 .filter = {
					 { .field = STORE_F_DOMAIN,
					   .value = STR("example.net") } } };
	struct diag why = { 0 };

	import_tls(s, "t1", "example.com", 1);
	import_tls(s, "t3", "example.net", 2);
	must(store_tls_ask(s, &q, S("sending_ip"), see_tls, &out, &totals,
			   &why),
	     &why);
	assert_string_equal(buf_c(&out), "192.0.2.1 3=0+3 in 1\n"
					 "192.0.2.2 2=0+2 in 1\n");
	assert_int_equal(totals.sessions, 105);
	q.filter[0].field = STORE_F_COUNTRY;
	assert_int_equal(
		store_tls_ask(s, &q, S("mx"), see_tls, &out, &totals, &why),
		ERR_SYNTAX);
	assert_string_equal(why.code, "query.bad_value");
	diag_clear(&why);
	q.filter_count = 0;
	assert_int_equal(
		store_tls_ask(s, &q, S("colour"), see_tls, &out, &totals, &why),
		ERR_SYNTAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reports_come_newest_first_in_pages_of_any_size),
		TEST(lists_are_filtered_by_domain_reporter_and_days),
		TEST(refused_items_are_listed_with_their_reason),
		TEST(a_cursor_of_another_list_is_refused),
		TEST(one_report_is_found_by_its_id_with_its_bytes),
		TEST(sources_tell_who_named_them_and_what_the_user_said),
		TEST(tls_sessions_are_told_by_each_group_and_never_twice),
		TEST(tls_questions_take_filters_that_they_can_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
