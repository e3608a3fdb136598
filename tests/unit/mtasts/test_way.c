/* The order of the way, where it ends, and what is given back to publish. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "look.h"

#include <string.h>

static void
has_expired(struct facts_web *web)
{
	web->tls.cert.not_after = LOOK_NOW - 1;
}

static void
has_other_name(struct facts_web *web)
{
	static const struct str names[] = { STR("example.com") };

	web->tls.cert.names = names;
	web->tls.cert.names_n = 1;
}

static void
is_unreachable(struct facts_mail *mail)
{
	mail->stage = FACTS_UNREACHABLE;
}

static void
says_404(struct facts_web *web)
{
	web->status = 404;
}

static void
offers_no_tls(struct facts_mail *mail)
{
	mail->stage = FACTS_NO_STARTTLS;
}

static void
a_domain_without_fault_has_no_finding(void **state)
{
	const struct look_case good = { .txt = NULL };
	struct look look;

	(void)state;
	look_at(&look, &good, NULL);
	assert_int_equal(look.list.n, 0);
	assert_int_equal(look.out.result, MTASTS_VALID);
	assert_null(look.out.branch);
	assert_true(look.out.has_policy);
	assert_true(str_eq(look.out.id, S("1")));
	assert_true(str_eq(look.out.body, S(LOOK_POLICY)));
	assert_int_equal(look.out.repaired.n, 0);
	assert_true(look.rounds <= 3);
	look_end(&look);
}

static void
the_earliest_of_several_faults_is_the_branch(void **state)
{
	static const struct look_case c = {
		.txt = "_mta-sts.example.com TXT \"v=STSv1; id=a-b\"",
		.web = has_expired,
		.body = "version: STSv1\nmode: report\nmax_age: 604800\n",
		.mail = offers_no_tls,
		.rpt = "",
	};
	static const struct look_case later = {
		.web = has_expired,
		.body = "version: STSv1\nmode: report\nmax_age: 604800\n",
	};
	struct look look;

	(void)state;
	look_at(&look, &c, NULL);
	assert_int_equal(look.out.result, MTASTS_NONE);
	assert_string_equal(look.out.branch, "mtasts.txt_id_chars");
	assert_non_null(look_find(&look, "mtasts.cert_expired"));
	assert_non_null(look_find(&look, "mtasts.pol_mode_unknown"));
	look_end(&look);
	look_at(&look, &later, NULL);
	assert_int_equal(look.out.result, MTASTS_FETCH_ERROR);
	assert_string_equal(look.out.branch, "mtasts.cert_expired");
	look_end(&look);
}

static void
a_domain_that_never_began_hears_of_the_record_only(void **state)
{
	static const struct look_case c = { .txt = "", .host = "" };
	static const struct look_case wild = { .txt = "",
					       .web = has_other_name };
	static const struct look_case file = { .txt = "",
					       .body = "version: STSv1\n" };
	struct look look;

	(void)state;
	look_at(&look, &c, NULL);
	assert_int_equal(look.list.n, 1);
	assert_true(
		str_eq(look.list.at[0].record.name, S("_mta-sts.example.com")));
	assert_true(str_eq(look.list.at[0].record.value,
			   S("v=STSv1; id=20260921141320Z;")));
	look_end(&look);
	look_at(&look, &wild, NULL);
	assert_int_equal(look.list.n, 1);
	look_end(&look);
	/* Somebody laid a file there: then its faults matter. */
	look_at(&look, &file, NULL);
	assert_string_equal(look.out.branch, "mtasts.txt_nxdomain");
	assert_non_null(look_find(&look, "mtasts.pol_mode_missing"));
	look_end(&look);
}

static void
a_known_id_ends_the_way(void **state)
{
	const struct look_case c = { .web = says_404 };
	const struct mtasts_asked known = { .known_id = S("1") };
	const struct mtasts_asked other = { .known_id = S("2") };
	struct look look;

	(void)state;
	look_at(&look, &c, &known);
	assert_int_equal(look.out.result, MTASTS_NOT_CHANGED);
	assert_null(look.out.branch);
	assert_int_equal(look.fetches, 0);
	look_end(&look);
	look_at(&look, &c, &other);
	assert_int_equal(look.out.result, MTASTS_FETCH_ERROR);
	assert_string_equal(look.out.branch, "mtasts.http_not_found");
	assert_true(str_eq(
		look_place(look_find(&look, "mtasts.http_not_found"), "detail"),
		S("404, /.kjent/mta-sts.txt: 200")));
	look_end(&look);
}

static void
the_form_of_the_question_is_judged_first(void **state)
{
	static const struct {
		const char *given, *code;
	} table[] = {
		{ "192.0.2.1", "mtasts.query_address" },
		{ "[IPv6:2001:db8::1]", "mtasts.query_address" },
		{ ".example.com", "mtasts.query_case_dot" },
		{ "a b", "mtasts.query_not_a_name" },
	};
	const struct look_case c = { .txt = NULL };
	const struct mtasts_asked idn = { .given = S("bücher.example") };
	struct look look;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const struct mtasts_asked asked = { .given = str_of(
							    table[i].given) };

		look_at(&look, &c, &asked);
		assert_int_equal(look.out.result, MTASTS_NONE);
		assert_string_equal(look.out.branch, table[i].code);
		assert_int_equal(look.rounds, 0);
		look_end(&look);
	}
	look_at(&look, &c, &idn);
	assert_true(
		str_eq(look_place(look_find(&look, "mtasts.query_idn_ulabel"),
				  "domain"),
		       S("xn--bcher-kva.example")));
	assert_string_equal(look.out.branch, "mtasts.txt_nxdomain");
	look_end(&look);
}

static void
a_parent_has_no_say(void **state)
{
	const struct look_case c = { .txt = NULL };
	const struct mtasts_asked asked = { .given = S("a.b.example.com") };
	struct look look;

	(void)state;
	look_at(&look, &c, &asked);
	assert_int_equal(look.out.result, MTASTS_NONE);
	assert_string_equal(look.out.branch, "mtasts.txt_nxdomain");
	assert_true(str_eq(
		look_place(look_find(&look, "mtasts.parent_only"), "host"),
		S("example.com")));
	look_end(&look);
}

static void
repairs_stand_in_the_record(void **state)
{
	static const struct look_case c = {
		.body = "バージョン:STSv1\nモード:テスト\n最大有効期間:86400\n"
	};
	static const struct look_case mx = {
		.mx = "example.com MX 10 mail.example.com\n"
		      "example.com MX 20 mx.example.net\n"
		      "mx.example.net A 192.0.2.26"
	};
	const struct finding_found *found;
	struct look look;

	(void)state;
	look_at(&look, &c, NULL);
	found = look_find(&look, "mtasts.pol_key_translated");
	assert_true(str_eq(found->record.type, S("FILE")));
	assert_true(str_eq(
		found->record.name,
		S("https://mta-sts.example.com/.well-known/mta-sts.txt")));
	assert_true(str_eq(found->record.value,
			   S("version: STSv1\r\nmode: testing\r\n"
			     "mx: mail.example.com\r\nmax_age: 86400\r\n")));
	assert_true(str_eq(look.out.repaired, found->record.value));
	look_end(&look);
	look_at(&look, &mx, NULL);
	found = look_find(&look, "mtasts.mx_not_covered");
	assert_true(str_eq(look_place(found, "host"), S("mx.example.net")));
	assert_true(str_eq(found->record.value,
			   S("version: STSv1\r\nmode: enforce\r\n"
			     "mx: mail.example.com\r\nmx: mx.example.net\r\n"
			     "max_age: 604800\r\n")));
	look_end(&look);
}

static void
a_family_that_is_missing_here_says_nothing_of_a_host(void **state)
{
	static const struct look_case both = {
		.more = "mail.example.com AAAA 2001:db8::25",
		.mail_v6 = is_unreachable,
	};
	static const struct look_case only = {
		.mail = is_unreachable,
	};
	static const struct look_case delegated = {
		.txt = "_mta-sts.example.com CNAME gone.example.net",
		.host = "mta-sts.example.com CNAME gone2.example.net",
	};
	struct look look;

	(void)state;
	look_at(&look, &both, NULL);
	assert_int_equal(look.list.n, 0);
	look_end(&look);
	look_at(&look, &only, NULL);
	assert_non_null(look_find(&look, "mtasts.mx_unprobed"));
	look_end(&look);
	look_at(&look, &delegated, NULL);
	assert_string_equal(look.out.branch, "mtasts.txt_cname_dangling");
	assert_non_null(look_find(&look, "mtasts.host_cname_dangling"));
	look_end(&look);
}

/* ---- what is remembered ---- */

static void
history_tells_what_one_look_cannot(void **state)
{
	static const char testing[] = "version: STSv1\nmode: testing\n"
				      "mx: mail.example.com\nmax_age: 604800\n";
	const uint64_t body = mtasts_body_hash(S(LOOK_POLICY));
	const struct {
		const char *code;
		struct mtasts_history history;
		struct look_case c;
	} table[] = {
		{ "mtasts.id_stale",
		  { .former_id = S("1"), .former_body = body + 1 },
		  { .code = "" } },
		{ "mtasts.id_changed_same_body",
		  { .former_id = S("0"), .former_body = body },
		  { .code = "" } },
		{ "mtasts.file_older_than_txt",
		  { .id_seen = LOOK_NOW - 100, .body_seen = LOOK_NOW - 50 },
		  { .code = "" } },
		{ "mtasts.testing_too_long",
		  { .testing_since = LOOK_NOW - 31 * CIVIL_DAY,
		    .testing_clean = true },
		  { .body = testing } },
		{ "mtasts.vantage_differs",
		  { .other_id = S("2") },
		  { .code = "" } },
		{ "mtasts.vantage_differs",
		  { .other_body = body + 1 },
		  { .code = "" } },
		{ NULL,
		  { .former_id = S("1"),
		    .former_body = body,
		    .id_seen = LOOK_NOW - 50,
		    .body_seen = LOOK_NOW - 100,
		    .other_id = S("1"),
		    .other_body = body },
		  { .code = "" } },
		{ NULL,
		  { .testing_since = LOOK_NOW - 30 * CIVIL_DAY,
		    .testing_clean = true },
		  { .body = testing } },
		{ NULL,
		  { .testing_since = LOOK_NOW - 90 * CIVIL_DAY },
		  { .body = testing } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct mtasts_asked asked = { .history = &table[i].history };
		struct look look;

		look_at(&look, &table[i].c, &asked);
		assert_int_equal(look.list.n, table[i].code ? 1 : 0);
		if (table[i].code)
			assert_string_equal(look.list.at[0].finding->code,
					    table[i].code);
		assert_int_equal(look.out.result, MTASTS_VALID);
		look_end(&look);
	}
}

static void
a_delegation_to_others_is_told_of(void **state)
{
	static const struct look_case gone = {
		.txt = "_mta-sts.example.com CNAME a.s.other.example",
	};
	static const struct look_case there = {
		.txt = "_mta-sts.example.com CNAME a.s.other.example\n"
		       "a.s.other.example TXT \"v=STSv1; id=1\"",
	};
	static const struct look_case ours = {
		.txt = "_mta-sts.example.com CNAME k7.s.host.example\n"
		       "k7.s.host.example TXT \"v=STSv1; id=1\"",
	};
	const struct mtasts_history history = { .own_target =
							S("s.host.example") };
	const struct mtasts_asked asked = { .history = &history };
	struct look look;

	(void)state;
	look_at(&look, &gone, &asked);
	assert_int_equal(look.out.result, MTASTS_NONE);
	assert_string_equal(look.out.branch, "mtasts.txt_cname_wrong_tenant");
	look_end(&look);
	look_at(&look, &there, &asked);
	assert_int_equal(look.out.result, MTASTS_VALID);
	assert_string_equal(look.out.branch, "mtasts.txt_cname_wrong_tenant");
	look_end(&look);
	look_at(&look, &ours, &asked);
	assert_int_equal(look.list.n, 0);
	look_end(&look);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_domain_without_fault_has_no_finding),
		cmocka_unit_test(the_earliest_of_several_faults_is_the_branch),
		cmocka_unit_test(
			a_domain_that_never_began_hears_of_the_record_only),
		cmocka_unit_test(a_known_id_ends_the_way),
		cmocka_unit_test(the_form_of_the_question_is_judged_first),
		cmocka_unit_test(a_parent_has_no_say),
		cmocka_unit_test(repairs_stand_in_the_record),
		cmocka_unit_test(
			a_family_that_is_missing_here_says_nothing_of_a_host),
		cmocka_unit_test(history_tells_what_one_look_cannot),
		cmocka_unit_test(a_delegation_to_others_is_told_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
