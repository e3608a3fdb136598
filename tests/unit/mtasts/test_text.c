/* The TXT record and the policy file as texts: faults, best reading, print. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "mtasts/mtasts.h"

#include <string.h>

enum { ROOM = 1 << 20 };

static bool
has(const struct mtasts_faults *faults, const char *code)
{
	for (size_t i = 0; i < faults->n; i++)
		if (strcmp(faults->at[i].code, code) == 0)
			return true;
	return false;
}

/* ---- TXT ---- */

static void
the_record_is_judged_by_its_grammar(void **state)
{
	static const struct {
		const char *text, *fatal; /* NULL: a sender takes it */
		const char *id;
	} table[] = {
		{ "v=STSv1; id=20160831085700Z;", NULL, "20160831085700Z" },
		{ "v=STSv1;id=a", NULL, "a" },
		{ "v=STSv1; x-y=z:/; id=1", NULL, "1" },
		{ "v=STSv1; id=1; id=2-2", NULL, "1" },
		{ "v=STSv1 ; id=1", NULL, "1" },
		{ "v=STSv1; id=12345678901234567890123456789012", NULL,
		  "12345678901234567890123456789012" },
		{ "v=STSv1; id=123456789012345678901234567890123",
		  "mtasts.txt_id_long", "123456789012345678901234567890123" },
		{ "v=STSv1; id=", "mtasts.txt_id_empty", "" },
		{ "v=STSv1; id=2026-11-22", "mtasts.txt_id_chars",
		  "2026-11-22" },
		{ "v=STSv1;", "mtasts.txt_id_missing", "" },
		{ "v=STSv1", "mtasts.txt_id_missing", "" },
		{ "v=STSv1; ID=1", "mtasts.txt_id_missing", "" },
		{ "v=STSv1; id:1", "mtasts.txt_id_missing", "" },
		{ "v=STSv1 id=1", "mtasts.txt_bad_delim", "1" },
		{ "v=STSv1, id=1", "mtasts.txt_bad_delim", "1" },
		{ "v=STSv1; id=1; mode", "mtasts.txt_field_syntax", "1" },
		{ "v=STSv1; id=1; a=b c", "mtasts.txt_field_syntax", "1" },
		{ "v=STSv1; id=1; a=b=c", "mtasts.txt_field_syntax", "1" },
		{ "v=STSv1;; id=1", "mtasts.txt_field_syntax", "1" },
		{ "id=1; v=STSv1", "mtasts.txt_v_not_first", "" },
		{ "V=STSv1; id=1", "mtasts.txt_no_stsv1", "" },
		{ "v=STSv10; id=1", "mtasts.txt_no_stsv1", "" },
		{ "v=STS1; id=1", "mtasts.txt_no_stsv1", "" },
		{ " v=STSv1; id=1", "mtasts.txt_no_stsv1", "" },
		{ "\"v=STSv1; id=1\"", "mtasts.txt_no_stsv1", "" },
		{ "v=spf1 -all", "mtasts.txt_no_stsv1", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct mtasts_faults faults = { .n = 0 };
		struct str id = STR("?");
		bool good =
			mtasts_parse_txt(str_of(table[i].text), &id, &faults);
		const struct mtasts_fault *fatal = mtasts_fatal(&faults);

		if (good != !table[i].fatal || good != !fatal)
			fail_msg("%s: good %d", table[i].text, good);
		if (fatal && strcmp(fatal->code, table[i].fatal) != 0)
			fail_msg("%s: %s", table[i].text, fatal->code);
		if (!str_eq(id, str_of(table[i].id)))
			fail_msg("%s: id %.*s", table[i].text, STR_ARG(id));
	}
}

static void
what_is_no_fault_is_still_told_of(void **state)
{
	struct mtasts_faults faults = { .n = 0 };
	struct str id;

	(void)state;
	assert_true(mtasts_parse_txt(S("v=STSv1 ; id=1"), &id, &faults));
	assert_true(has(&faults, "mtasts.txt_space_delim"));
	faults.n = 0;
	assert_true(mtasts_parse_txt(
		S("v=STSv1; id=1; "
		  "url=https://mta-sts.example.com/.well-known/mta-sts.txt"),
		&id, &faults));
	assert_int_equal(faults.n, 1);
	assert_true(has(&faults, "mtasts.txt_has_url"));
}

static void
kinds_tell_records_from_noise(void **state)
{
	static const struct {
		const char *text;
		enum mtasts_kind kind;
	} table[] = {
		{ "v=STSv1; id=1", MTASTS_STRICT },
		{ "v=STSv1", MTASTS_LOOSE },
		{ "v=STSv1 ; id=1", MTASTS_LOOSE },
		{ "v=STSv1,id=1", MTASTS_LOOSE },
		{ "v=STSv10; id=1", MTASTS_NEARLY },
		{ "v=stsv1; id=1", MTASTS_NEARLY },
		{ "\xEF\xBB\xBFv=STSv1; id=1", MTASTS_NEARLY },
		{ "ｖ＝ＳＴＳｖ１; id=1", MTASTS_NEARLY },
		{ "v=spf1 include:example.net -all", MTASTS_FOREIGN },
		{ "", MTASTS_FOREIGN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (mtasts_kind(str_of(table[i].text)) != table[i].kind)
			fail_msg("%s", table[i].text);
}

static void
a_printed_record_is_taken(void **state)
{
	SCOPED_BUF out = BUF(256);
	struct mtasts_faults faults = { .n = 0 };
	char made[MTASTS_ID_SIZE];
	struct str id;

	(void)state;
	assert_false(mtasts_print_txt(&out, S("a-b")));
	assert_false(mtasts_print_txt(&out, S("")));
	assert_int_equal(out.n, 0);
	assert_string_equal(mtasts_make_id(1795356900, made),
			    "20261122141500Z");
	assert_true(mtasts_print_txt(&out, str_of(made)));
	assert_string_equal(buf_c(&out), "v=STSv1; id=20261122141500Z;");
	assert_true(mtasts_parse_txt(buf_str(&out), &id, &faults));
	assert_int_equal(faults.n, 0);
}

/* ---- policy ---- */

#define HEAD "version: STSv1\r\nmode: enforce\r\n"
#define TAIL "max_age: 604800\r\n"
#define GOOD HEAD "mx: mail.example.com\r\n" TAIL

static void
each_fault_of_a_policy_is_named_with_its_line(void **state)
{
	static const struct {
		const char *text, *code;
		uint32_t line;
		bool good;
	} table[] = {
		{ "", "mtasts.pol_empty", 0, false },
		{ " \r\n\r\n", "mtasts.pol_empty", 0, false },
		{ "\xEF\xBB\xBF" GOOD, "mtasts.pol_bom", 1, false },
		{ "\xFF\xFEv\0", "mtasts.pol_bom", 1, false },
		{ "{\"version\": \"STSv1\"}", "mtasts.pol_json", 1, false },
		{ "mode: none\n" TAIL, "mtasts.pol_version_missing", 0, false },
		{ "Version: STSv1\nmode: none\n" TAIL,
		  "mtasts.pol_version_missing", 1, false },
		{ "version: STSV1\nmode: none\n" TAIL,
		  "mtasts.pol_version_wrong", 1, false },
		{ "mode: none\nversion: STSv1\n" TAIL,
		  "mtasts.pol_version_not_first", 2, true },
		{ "version: STSv1\nmx: a.example\n" TAIL,
		  "mtasts.pol_mode_missing", 0, false },
		{ "version: STSv1\nmode: Enforce\nmx: a.example\n" TAIL,
		  "mtasts.pol_mode_unknown", 2, false },
		{ "version: STSv1\nmode: report\nmx: a.example\n" TAIL,
		  "mtasts.pol_mode_unknown", 2, false },
		{ HEAD "mx: a.example\n", "mtasts.pol_maxage_missing", 0,
		  false },
		{ HEAD "mx: a.example\nmax_age: 7d\n", "mtasts.pol_maxage_nan",
		  4, false },
		{ HEAD "mx: a.example\nmax_age:\n", "mtasts.pol_maxage_nan", 4,
		  false },
		{ HEAD "mx: a.example\nmax_age: -1\n",
		  "mtasts.pol_maxage_negative", 4, false },
		{ HEAD "mx: a.example\nmax_age: 31557601\n",
		  "mtasts.pol_maxage_too_big", 4, false },
		{ HEAD "mx: a.example\nmax_age: 00000086400\n",
		  "mtasts.pol_maxage_too_big", 4, false },
		{ HEAD TAIL, "mtasts.pol_mx_missing", 0, false },
		{ HEAD "nmx: a.example\n" TAIL, "mtasts.pol_mx_missing", 3,
		  false },
		{ HEAD "mx: a.example, b.example\n" TAIL, "mtasts.pol_mx_list",
		  3, false },
		{ HEAD "mx: a.example b.example\n" TAIL, "mtasts.pol_mx_list",
		  3, false },
		{ HEAD "mx: 192.0.2.1\n" TAIL, "mtasts.pol_mx_ip", 3, false },
		{ HEAD "mx: [192.0.2.1]\n" TAIL, "mtasts.pol_mx_ip", 3, false },
		{ HEAD "mx: 2001:db8::1\n" TAIL, "mtasts.pol_mx_ip", 3, false },
		{ HEAD "mx: a.example.\n" TAIL, "mtasts.pol_mx_trailing_dot", 3,
		  false },
		{ HEAD "mx: mail*.example\n" TAIL, "mtasts.pol_mx_bad_wildcard",
		  3, false },
		{ HEAD "mx: *\n" TAIL, "mtasts.pol_mx_bad_wildcard", 3, false },
		{ HEAD "mx: .example\n" TAIL, "mtasts.pol_mx_bad_wildcard", 3,
		  false },
		{ HEAD "mx: *.*.example\n" TAIL, "mtasts.pol_mx_bad_wildcard",
		  3, false },
		{ HEAD "mx: bücher.example\n" TAIL, "mtasts.pol_mx_ulabel", 3,
		  false },
		{ HEAD "mx: smtp://a.example\n" TAIL, "mtasts.pol_mx_scheme", 3,
		  false },
		{ HEAD "mx: a.example:25\n" TAIL, "mtasts.pol_mx_scheme", 3,
		  false },
		{ HEAD "mx: a_b.example\n" TAIL, "mtasts.pol_mx_syntax", 3,
		  false },
		{ HEAD "mx:\n" TAIL, "mtasts.pol_mx_syntax", 3, false },
		{ HEAD "mx: *.a.example\nmx: b.a.example\n" TAIL,
		  "mtasts.pol_mx_redundant", 0, true },
		{ HEAD "mx: a.example\nmx: a.example\n" TAIL,
		  "mtasts.pol_mx_redundant", 0, true },
		{ HEAD "mode: none\nmx: a.example\n" TAIL, "mtasts.pol_dup_key",
		  3, true },
		{ HEAD "mx mail.example.com\n" TAIL, "mtasts.pol_no_colon", 3,
		  false },
		{ HEAD "mx=mail.example.com\n" TAIL, "mtasts.pol_no_colon", 3,
		  false },
		{ "version: STSv1\rmode: none\rmax_age: 1\r",
		  "mtasts.pol_cr_only", 1, false },
		{ HEAD " mx: a.example\n" TAIL, "mtasts.pol_leading_space", 3,
		  false },
		{ HEAD "\nmx: a.example\n" TAIL, "mtasts.pol_blank_midline", 3,
		  true },
		{ GOOD "\n", "mtasts.pol_blank_midline", 5, true },
		{ GOOD "note: x\n", "mtasts.pol_unknown_key", 5, true },
		{ GOOD "versjon: STSv1\n", "mtasts.pol_key_translated", 5,
		  false },
		{ HEAD "mx: a.example\nmax_age： 604800\n",
		  "mtasts.pol_fullwidth", 4, false },
		{ GOOD "https://mta-sts.example.com/.kjent/mta-sts.txt\n",
		  "mtasts.pol_key_translated", 5, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_ARENA mem = arena_new(ROOM);
		struct mtasts_faults faults = { .n = 0 };
		struct mtasts_policy policy;
		bool good = mtasts_parse_policy(str_of(table[i].text), mem,
						&policy, &faults);
		bool found = false;

		for (size_t k = 0; k < faults.n; k++)
			found = found || (strcmp(faults.at[k].code,
						 table[i].code) == 0 &&
					  faults.at[k].line == table[i].line);
		if (!found || good != table[i].good)
			fail_msg("%s: %s:%u, %d", table[i].text,
				 faults.n > 0 ? faults.at[0].code : "-",
				 faults.n > 0 ? faults.at[0].line : 0, good);
		assert_int_equal(good, !mtasts_fatal(&faults));
	}
}

static void
good_policies_have_no_fault(void **state)
{
	static const char *const table[] = {
		GOOD,
		"version: STSv1\nmode: none\nmax_age: 0",
		("version:STSv1 \nmode:\ttesting\nmx:*.Example.COM\n"
		 "max_age:31557600\n"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_ARENA mem = arena_new(ROOM);
		struct mtasts_faults faults = { .n = 0 };
		struct mtasts_policy policy;

		if (!mtasts_parse_policy(str_of(table[i]), mem, &policy,
					 &faults) ||
		    faults.n > 0)
			fail_msg("%zu: %s", i,
				 faults.n > 0 ? faults.at[0].code : "-");
	}
}

static void
a_wildcard_stands_for_exactly_one_label(void **state)
{
	static const struct {
		const char *pattern, *mx;
		bool matches;
	} table[] = {
		{ "mail.example.com", "mail.example.com", true },
		{ "mail.example.com", "MAIL.Example.com", true },
		{ "mail.example.com", "mail2.example.com", false },
		{ "mail.example.com", "a.mail.example.com", false },
		{ "*.example.com", "mail.example.com", true },
		{ "*.example.com", "example.com", false },
		{ "*.example.com", "a.b.example.com", false },
		{ "*.example.com", ".example.com", false },
		{ "*.example.com", "mailexample.com", false },
		{ "*.example.com", "mail.example.com.evil.example", false },
		{ "*.com", "example.com", true },
		{ "*.", "com", false },
		{ "*.mx.microsoft", "icewolf-li.h-v1.mx.microsoft", false },
		{ "", "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (mtasts_matches(str_of(table[i].pattern),
				   str_of(table[i].mx)) != table[i].matches)
			fail_msg("%s and %s", table[i].pattern, table[i].mx);
}

static void
a_printed_policy_is_minimal_and_taken(void **state)
{
	static const struct str mx[] = { STR("mail.example.com"),
					 STR("*.backup.example.net") };
	static const struct str bad[] = { STR("a b") };
	struct mtasts_policy policy = {
		.mode = MTASTS_TESTING, .max_age = 86400, .mx = mx, .mx_n = 2
	};
	SCOPED_ARENA mem = arena_new(ROOM);
	SCOPED_BUF out = BUF(4096);
	struct mtasts_faults faults = { .n = 0 };
	struct mtasts_policy back;

	(void)state;
	assert_true(mtasts_print_policy(&out, &policy));
	assert_string_equal(buf_c(&out), "version: STSv1\r\nmode: testing\r\n"
					 "mx: mail.example.com\r\n"
					 "mx: *.backup.example.net\r\n"
					 "max_age: 86400\r\n");
	assert_true(mtasts_parse_policy(buf_str(&out), mem, &back, &faults));
	assert_int_equal(faults.n, 0);
	assert_int_equal(back.mx_n, 2);
	assert_true(mtasts_allows(&back, S("a.backup.example.net")));
	buf_clear(&out);
	policy.mx = bad;
	policy.mx_n = 1;
	assert_false(mtasts_print_policy(&out, &policy));
	policy.mx_n = 0;
	assert_false(mtasts_print_policy(&out, &policy));
	policy.mode = MTASTS_OFF;
	assert_true(mtasts_print_policy(&out, &policy));
}

static void
translated_policies_are_given_back_repaired(void **state)
{
	static const struct {
		const char *text, *code, *repaired;
	} table[] = {
		{ "versjon: STSv1\nmodus: testing\nmx: mail.example.com\n"
		  "maks alder: 604800\n",
		  "mtasts.pol_key_translated",
		  "version: STSv1\r\nmode: testing\r\nmx: mail.example.com\r\n"
		  "max_age: 604800\r\n" },
		{ "バージョン:STSv1\nモード:テスト\nmx:mail.example.com\n"
		  "最大有効期間:86400\n",
		  "mtasts.pol_key_translated",
		  "version: STSv1\r\nmode: testing\r\nmx: mail.example.com\r\n"
		  "max_age: 86400\r\n" },
		{ "ｖｅｒｓｉｏｎ：ＳＴＳｖ１\nｍｏｄｅ：ｅｎｆｏｒｃｅ\n"
		  "ｍｘ：＊．ｅｘａｍｐｌｅ．ｃｏｍ\nｍａｘ＿ａｇｅ：６０４８０"
		  "０\n",
		  "mtasts.pol_fullwidth",
		  "version: STSv1\r\nmode: enforce\r\nmx: *.example.com\r\n"
		  "max_age: 604800\r\n" },
		{ "モード：強制\nmx： mail.example.com\n最大年齢：７日\n",
		  "mtasts.pol_fullwidth",
		  "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\n"
		  "max_age: 604800\r\n" },
		{ "https://mta-sts.example.com/.kjent/mta-sts.txt\n"
		  "version: STSv1\nmode: håndheve\nmx: a.example, .b.example\n"
		  "max_age: 7d\n",
		  "mtasts.pol_key_translated",
		  "version: STSv1\r\nmode: enforce\r\nmx: a.example\r\n"
		  "mx: *.b.example\r\nmax_age: 604800\r\n" },
		{ "Version: STSv1\nMode: Enforce\nMX: smtp://a.example.:25\n"
		  "mx: *.a.example\nmx: m.a.example\n",
		  "mtasts.pol_mode_missing",
		  "version: STSv1\r\nmode: enforce\r\nmx: *.a.example\r\n"
		  "max_age: 604800\r\n" },
		{ "nonsense", "mtasts.pol_no_colon",
		  "version: STSv1\r\nmode: testing\r\nmx: live.example\r\n"
		  "max_age: 86400\r\n" },
	};
	static const struct str live[] = { STR("live.example") };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_ARENA mem = arena_new(ROOM);
		SCOPED_BUF out = BUF(4096);
		struct mtasts_faults faults = { .n = 0 };
		struct mtasts_policy policy;

		assert_false(mtasts_parse_policy(str_of(table[i].text), mem,
						 &policy, &faults));
		if (!has(&faults, table[i].code))
			fail_msg("%zu: no %s", i, table[i].code);
		assert_true(mtasts_repair_policy(str_of(table[i].text), live, 1,
						 &out));
		assert_string_equal(buf_c(&out), table[i].repaired);
		faults.n = 0;
		assert_true(mtasts_parse_policy(buf_str(&out), mem, &policy,
						&faults));
		assert_int_equal(faults.n, 0);
	}
}

static void
a_policy_of_too_many_lines_stays_bounded(void **state)
{
	SCOPED_BUF text = BUF(FACTS_BODY_MAX + 16);
	SCOPED_ARENA mem = arena_new(8 << 20);
	struct mtasts_faults faults = { .n = 0 };
	struct mtasts_policy policy;

	(void)state;
	while (text.n + 6 < FACTS_BODY_MAX)
		buf_addz(&text, "mx: a\n");
	assert_false(
		mtasts_parse_policy(buf_str(&text), mem, &policy, &faults));
	assert_int_equal(faults.n, MTASTS_FAULTS_MAX);
	assert_true(policy.mx_n > 10000);
	while (!text.full && text.n <= FACTS_BODY_MAX)
		buf_addc(&text, '\n');
	faults.n = 0;
	assert_false(
		mtasts_parse_policy(buf_str(&text), mem, &policy, &faults));
	assert_string_equal(mtasts_fatal(&faults)->code, "mtasts.too_large");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_record_is_judged_by_its_grammar),
		cmocka_unit_test(what_is_no_fault_is_still_told_of),
		cmocka_unit_test(kinds_tell_records_from_noise),
		cmocka_unit_test(a_printed_record_is_taken),
		cmocka_unit_test(each_fault_of_a_policy_is_named_with_its_line),
		cmocka_unit_test(good_policies_have_no_fault),
		cmocka_unit_test(a_wildcard_stands_for_exactly_one_label),
		cmocka_unit_test(a_printed_policy_is_minimal_and_taken),
		cmocka_unit_test(translated_policies_are_given_back_repaired),
		cmocka_unit_test(a_policy_of_too_many_lines_stays_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
