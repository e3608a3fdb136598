#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "world.h"

#include <stdio.h>

/* What a world must give: a code, and the record offered with it ("": none,
 * NULL: not looked at). */
struct expect {
	const char *world, *code, *name, *value;
};

#define OK_MAIL "example.com MX 10 mx.example.com\n"
#define AT "_dmarc.example.com TXT "

static void
check(struct facts *f, const char *domain, struct finding_list *list)
{
	const struct facts_subject subject = { .domain = str_of(domain) };

	finding_list_init(list, facts_mem(f));
	assert_true(dmarcrec_check(f, &subject, list));
	assert_false(list->full);
}

static void
print_all(const struct finding_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		print_message("  %s\n", list->at[i].finding->code);
}

static void
expect_all(const struct expect *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct expect *t = &table[i];
		SCOPED_FACTS f = world_of(t->world);
		const struct finding_found *found;
		struct finding_list list;

		check(f, "example.com", &list);
		found = finding_list_find(&list, t->code);
		if (found == NULL) {
			print_all(&list);
			fail_msg("%s: no %s", t->world, t->code);
			return;
		}
		if (t->value == NULL)
			continue;
		if (!str_eq(found->record.value, str_of(t->value)) ||
		    !str_eq(found->record.name, str_of(t->name)))
			fail_msg("%s: %s: %.*s %.*s", t->world, t->code,
				 STR_ARG(found->record.name),
				 STR_ARG(found->record.value));
	}
}

static void
good_records_have_no_findings(void **state)
{
	static const char *const worlds[] = {
		OK_MAIL AT "\"v=DMARC1; p=reject; rua=mailto:d@example.com\"",
		OK_MAIL AT "\"v=DMARC1;p=none;rua=mailto:d@example.com;\"",
		OK_MAIL AT "\"v=DMARC1; p=quarantine; np=reject; adkim=s; "
			   "rua=mailto:d@example.com\"",
		OK_MAIL AT "\"v=DMARC1; p=reject\"",
		OK_MAIL "sub.example.com A 192.0.2.1\n" AT
			"\"v=DMARC1; p=reject; rua=mailto:d@sub.example.com\"",
		"rep.example.net MX 10 mx.example.net\n"
		"example.com._report._dmarc.rep.example.net TXT "
		"\"v=DMARC1;\"\n" AT
		"\"v=DMARC1; p=reject; rua=mailto:d@rep.example.net\"",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(worlds); i++) {
		SCOPED_FACTS f = world_of(worlds[i]);
		struct finding_list list;

		check(f, "example.com", &list);
		if (list.n > 0)
			fail_msg("%s: %s", worlds[i], list.at[0].finding->code);
	}
}

static void
faults_of_the_place_are_told_with_the_cure(void **state)
{
	static const char at[] = "_dmarc.example.com";
	static const struct expect table[] = {
		{ OK_MAIL, "dmarc.record_missing", at, "v=DMARC1; p=none" },
		{ AT "\"v=DMARC1; p=reject; rua=mailto:a@example.com\"\n" AT
		     "\"v=DMARC1; p=none; rua=mailto:b@example.com,"
		     "mailto:a@example.com\"",
		  "dmarc.multiple", at,
		  "v=DMARC1; p=none; rua=mailto:a@example.com,"
		  "mailto:b@example.com" },
		{ AT "\"v=DMARC1; p=reject\"\n_dmarc.example.com CNAME x.test",
		  "dmarc.cname_txt", NULL, NULL },
		{ "_dmarc.example.com CNAME x.test", "dmarc.cname_dangling",
		  NULL, NULL },
		{ "_dmarc.example.com SERVFAIL", "dmarc.unknown", "", "" },
		{ "_dmarc.com SERVFAIL\nexample.com A 192.0.2.1",
		  "dmarc.unknown", "", "" },
		{ "example.com TXT \"v=DMARC1; p=reject\"", "dmarc.at_apex", at,
		  "v=DMARC1; p=reject" },
		{ "_dmarc._dmarc.example.com TXT \"v=DMARC1; p=reject\"",
		  "dmarc.name_doubled", at, "v=DMARC1; p=reject" },
		{ "_dmarc.example.com.example.com TXT \"v=DMARC1; p=reject\"",
		  "dmarc.name_doubled", at, "v=DMARC1; p=reject" },
		{ AT "\"v=DMARC1; p=reject\"\n"
		     "*._dmarc.example.com TXT \"v=DMARC1; p=none\"",
		  "dmarc.wildcard", "", "" },
		{ "*.example.com TXT \"v=DMARC1; p=none\"", "dmarc.wildcard",
		  at, "v=DMARC1; p=none" },
		{ "_dmarc.example.com 90000 TXT \"v=DMARC1; p=reject\"",
		  "dmarc.ttl_long", NULL, NULL },
		{ "_dmarc.example.com 60 TXT \"v=DMARC1; p=reject\"",
		  "dmarc.ttl_short", NULL, NULL },
		{ "_dmarc.com TXT \"v=DMARC1; p=reject\"\n" AT
		  "\"v=DMARC1; p=none; rua=mailto:a@example.com\"",
		  "dmarc.psd_parent", at,
		  "v=DMARC1; p=none; psd=n; rua=mailto:a@example.com" },
		{ "_dmarc.com TXT \"v=DMARC1; p=reject\"\n" AT
		  "\"v=DMARC1; p=none\"",
		  "dmarc.org_differs", NULL, NULL },
		{ "_dmarc.com TXT \"v=DMARC1; p=reject; psd=y\"\n"
		  "example.com A 192.0.2.1",
		  "dmarc.policy_differs", NULL, NULL },
		{ "_dmarc.com TXT \"v=DMARC1; p=reject; psd=y\"\n"
		  "example.com A 192.0.2.1",
		  "dmarc.inherited", "", "" },
	};

	(void)state;
	expect_all(table, COUNT_OF(table));
}

static void
faults_of_the_text_are_told_with_the_cure(void **state)
{
	static const char at[] = "_dmarc.example.com";
	static const struct expect table[] = {
		{ AT "\"v=dmarc1; p=reject\"", "dmarc.version_wrong", at,
		  "v=DMARC1; p=reject" },
		{ AT "\"p=reject; v=DMARC1\"", "dmarc.version_not_first", at,
		  "v=DMARC1; p=reject" },
		{ AT "\"\\\"v=DMARC1; p=reject\\\"\"", "dmarc.literal_quotes",
		  NULL, NULL },
		{ AT "\"v=DMARC1; p=block\"", "dmarc.policy_invalid", at,
		  "v=DMARC1; p=none" },
		{ AT "\"v=DMARC1; p=block\"", "dmarc.unusable", at,
		  "v=DMARC1; p=none" },
		{ AT "\"v=DMARC1; rua=mailto:a@example.com\"",
		  "dmarc.p_missing", at,
		  "v=DMARC1; p=none; rua=mailto:a@example.com" },
		{ AT "\"v=DMARC1; adkim=s; p=reject\"", "dmarc.p_not_second",
		  at, "v=DMARC1; p=reject; adkim=s" },
		{ AT "\"v=DMARC1; p=none\"", "dmarc.none_without_rua", NULL,
		  NULL },
		{ AT "\"v=DMARC1; p=reject; sp=none\"", "dmarc.sp_weaker", at,
		  "v=DMARC1; p=reject" },
		{ AT "\"v=DMARC1; p=quarantine\"", "dmarc.np_missing", at,
		  "v=DMARC1; p=quarantine; np=reject" },
		{ AT "\"v=DMARC1; p=reject; np=none\"", "dmarc.np_weaker", at,
		  "v=DMARC1; p=reject; np=reject" },
		{ AT "\"v=DMARC1; p=reject; t=y\"", "dmarc.test_mode", at,
		  "v=DMARC1; p=reject" },
		{ AT "\"v=DMARC1; p=reject; ri=3600\"", "dmarc.obsolete_tags",
		  at, "v=DMARC1; p=reject" },
		{ AT "\"v=DMARC1; p=reject; pct=0\"", "dmarc.pct_zero", at,
		  "v=DMARC1; p=reject; t=y" },
		{ AT "\"v=DMARC1; p=reject; pct=25\"", "dmarc.pct_partial", at,
		  "v=DMARC1; p=reject; t=y" },
		{ AT "\"v=DMARC1; p=reject; fo=1\"", "dmarc.fo_without_ruf", at,
		  "v=DMARC1; p=reject" },
		{ AT "\"v=DMARC1; p=reject; psd=y\"", "dmarc.psd_not_suffix",
		  at, "v=DMARC1; p=reject" },
		{ AT "\"v=DMARC1; p=reject; psd=y; ruf=mailto:a@example.com\"",
		  "dmarc.psd_ruf", at, "v=DMARC1; p=reject; psd=y" },
		{ AT "\"v=DMARC1; p=none; rua=a@example.com\"",
		  "dmarc.rua_no_mailto", at,
		  "v=DMARC1; p=none; rua=mailto:a@example.com" },
		{ AT "\"v=DMARC1; p=none; rua=https://example.com/x\"",
		  "dmarc.rua_https", at, "v=DMARC1; p=none" },
		{ AT "\"v=DMARC1; p=none; rua=mailto:a@example.com,"
		     "mailto:b@example.com,mailto:c@example.com\"",
		  "dmarc.uri_many", NULL, NULL },
	};

	(void)state;
	expect_all(table, COUNT_OF(table));
}

static void
reports_abroad_need_consent(void **state)
{
	static const char name[] = "example.com._report._dmarc.rep.test";
	static const struct expect table[] = {
		{ AT "\"v=DMARC1; p=none; rua=mailto:a@rep.test\"",
		  "dmarc.rua_unauthorised", name, "v=DMARC1" },
		{ AT "\"v=DMARC1; p=none; ruf=mailto:a@rep.test\"",
		  "dmarc.rua_unauthorised", name, "v=DMARC1" },
		{ "example.com._report._dmarc.rep.test TXT \"v=dmarc1\"\n" AT
		  "\"v=DMARC1; p=none; rua=mailto:a@rep.test\"",
		  "dmarc.rua_unauthorised", name, "v=DMARC1" },
		{ "example.com._report._dmarc.rep.test TXT \"v=DMARC1; "
		  "rua=mailto:b@rep.test\"\n" AT
		  "\"v=DMARC1; p=none; rua=mailto:a@rep.test\"",
		  "dmarc.rua_redirected", "", "" },
		{ "example.com._report._dmarc.rep.test TXT \"v=DMARC1; "
		  "rua=mailto:b@other.test\"\n" AT
		  "\"v=DMARC1; p=none; rua=mailto:a@rep.test\"",
		  "dmarc.rua_elsewhere", name, "v=DMARC1" },
		{ "example.com._report._dmarc.rep.test SERVFAIL\n" AT
		  "\"v=DMARC1; p=none; rua=mailto:a@rep.test\"",
		  "dmarc.rua_unknown", "", "" },
		{ AT "\"v=DMARC1; p=none; rua=mailto:a@rep.test\"",
		  "dmarc.rua_host_dead", "", "" },
		{ "rep.test MX 0 .\n" AT
		  "\"v=DMARC1; p=none; rua=mailto:a@rep.test\"",
		  "dmarc.rua_host_dead", "", "" },
		/* b.com's record makes com._report._dmarc.rep.test exist. */
		{ "*._report._dmarc.rep.test TXT \"v=DMARC1\"\n"
		  "b.com._report._dmarc.rep.test TXT \"v=DMARC1\"\n" AT
		  "\"v=DMARC1; p=none; rua=mailto:a@rep.test\"",
		  "dmarc.rua_wildcard_hidden", "", "" },
		/* One organisation for the list, two for the tree walk. */
		{ "_dmarc.own.example.com TXT \"v=DMARC1; p=none; psd=n\"\n" AT
		  "\"v=DMARC1; p=none; rua=mailto:a@own.example.com\"",
		  "dmarc.rua_unauthorised",
		  "example.com._report._dmarc.own.example.com", "v=DMARC1" },
	};

	(void)state;
	expect_all(table, COUNT_OF(table));
}

static void
a_consent_name_can_be_too_long(void **state)
{
	SCOPED_BUF host = BUF(300);
	struct facts *f = facts_new(1 << 20, 0);
	enum dmarcrec_consent consent;
	struct str name;

	(void)state;
	for (int i = 0; i < 23; i++)
		buf_addz(&host, "labellabel.");
	assert_int_equal(facts_put_world(f, S(""), NULL), ERR_NONE);
	assert_int_equal(facts_put_world(f, S("x.test A 192.0.2.1"), NULL),
			 ERR_NONE);
	assert_true(dmarcrec_consent(f, S("example.com"),
				     str_sub(buf_str(&host), 0, host.n - 18),
				     &consent, &name));
	assert_int_equal(consent, DMARCREC_NAME_TOO_LONG);
	facts_free(f);
}

static void
what_is_too_long_is_told_by_the_check(void **state)
{
	static const char *const codes[] = { "dmarc.rua_name_too_long",
					     "dmarc.record_too_long" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		SCOPED_BUF text = BUF(4096);
		struct finding_list list;
		struct facts *f;

		buf_addz(&text, AT "\"v=DMARC1; p=none; rua=mailto:a@");
		for (int n = 0; n < 21; n++)
			buf_addz(&text, "labellabel.");
		buf_addz(&text, "test");
		for (int n = 0; i == 1 && n < DMARCREC_TAGS_MAX; n++)
			buf_addz(&text, "; x=y");
		buf_addz(&text, "\"");
		f = world_of(buf_c(&text));
		check(f, "example.com", &list);
		assert_non_null(finding_list_find(&list, codes[i]));
		facts_free(f);
	}
}

static void
subdomains_are_told_what_their_record_cannot_do(void **state)
{
	static const char world[] =
		"a.example.com A 192.0.2.1\n"
		"_dmarc.example.com TXT \"v=DMARC1; p=reject\"\n"
		"_dmarc.a.example.com TXT \"v=DMARC1; p=reject; sp=reject\"";
	SCOPED_FACTS f = world_of(world);
	struct finding_list list;

	(void)state;
	check(f, "a.example.com", &list);
	assert_int_equal(list.n, 1);
	assert_string_equal(list.at[0].finding->code, "dmarc.sp_no_effect");
}

static void
a_check_without_answers_asks_and_waits(void **state)
{
	const struct facts_subject subject = { .domain = S("example.com") };
	struct facts *f = facts_new(1 << 20, 0);
	struct finding_list list;
	struct facts_question q;
	size_t n = 0;

	(void)state;
	finding_list_init(&list, facts_mem(f));
	assert_false(dmarcrec_check(f, &subject, &list));
	while (facts_open(f, n, &q))
		n++;
	/* Two of the walk, the name itself, five odd places, the CNAME. */
	assert_int_equal(n, 9);
	facts_free(f);
}

/* Hands the answers of `world` to `f`, all open questions of a round. */
static void
answer_round(struct facts *f, struct facts *world)
{
	struct facts_question q = { .type = 0 };

	for (size_t i = 0; facts_open(f, i, &q); i++) {
		const struct facts_dns *answer =
			facts_ask(world, q.name, (enum facts_type)q.type);

		assert_non_null(answer);
		assert_true(facts_put_dns(f, answer));
	}
	facts_settle(f);
}

static void
three_rounds_of_questions_are_enough(void **state)
{
	static const char text[] =
		"_dmarc.example.com TXT \"v=DMARC1; p=none; "
		"rua=mailto:a@rep.test,mailto:b@own.example.com\"\n"
		"rep.test MX 10 mx.rep.test\nown.example.com A 192.0.2.1\n";
	const struct facts_subject subject = { .domain = S("example.com") };
	SCOPED_FACTS world = world_of(text);
	struct facts *f = facts_new(1 << 20, 0);
	struct finding_list list;
	int rounds = 0;

	(void)state;
	for (;; rounds++) {
		finding_list_init(&list, facts_mem(f));
		if (dmarcrec_check(f, &subject, &list))
			break;
		assert_true(rounds < 3);
		answer_round(f, world);
	}
	assert_int_equal(list.n, 1);
	assert_string_equal(list.at[0].finding->code, "dmarc.rua_unauthorised");
	facts_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_records_have_no_findings),
		cmocka_unit_test(faults_of_the_place_are_told_with_the_cure),
		cmocka_unit_test(faults_of_the_text_are_told_with_the_cure),
		cmocka_unit_test(reports_abroad_need_consent),
		cmocka_unit_test(a_consent_name_can_be_too_long),
		cmocka_unit_test(what_is_too_long_is_told_by_the_check),
		cmocka_unit_test(
			subdomains_are_told_what_their_record_cannot_do),
		cmocka_unit_test(a_check_without_answers_asks_and_waits),
		cmocka_unit_test(three_rounds_of_questions_are_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
