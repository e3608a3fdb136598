#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "feed.h"

#define ORG "<org_name>Example</org_name>"
#define EMAIL "<email>d@rep.example</email>"
#define ID "<report_id>1!a</report_id>"
#define BEGIN "<begin>1700000000</begin>"
#define END "<end>1700086399</end>"
#define DATES "<date_range>" BEGIN END "</date_range>"
#define META(x) "<report_metadata>" x "</report_metadata>"
#define POLICY(x) "<policy_published>" x "</policy_published>"
#define DOMAIN "<domain>example.org</domain>"
#define P DOMAIN "<p>none</p>"
#define HEAD META(ORG EMAIL ID DATES) POLICY(P)
#define ROW_OF(count, from)                                                    \
	"<record><row><source_ip>192.0.2.1</source_ip><count>" count           \
	"</count><policy_evaluated><disposition>none</disposition>"            \
	"<dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>"            \
	"<identifiers><header_from>" from "</header_from></identifiers>"       \
	"<auth_results/></record>"
#define ROW ROW_OF("3", "example.org")
#define REPORT(x) "<feedback><version>1.0</version>" x "</feedback>"
#define ROW_LINE "192.0.2.1 3 none pass/fail 0 example.org\n"
#define HEAD_OF(org, id, domain, dates, p)                                     \
	org "|d@rep.example|" id "|" domain "|" dates "|" p "|rr|-1|-\n"
#define DATES_LINE "1700000000-1700086399"
#define HEAD_LINE                                                              \
	HEAD_OF("Example", "1!a", "example.org", DATES_LINE, "none/none/none")

struct quirk {
	const char *name;
	const char *text;
	const char *want; /* head and rows, NULL: not looked at */
	const char *repairs;
};

static void
check(const struct quirk *q, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct seen s = { 0 };
		SCOPED_BUF repairs = BUF(4096);
		struct parsed p = feed_all(q[i].text, &s);
		const char *got = repairs_text(p.d, &repairs);

		if (p.err != ERR_NONE || s.heads != 1 ||
		    (q[i].want && strcmp(buf_c(&s.out), q[i].want) != 0) ||
		    strcmp(got, q[i].repairs) != 0)
			fail_msg("%s: %s\n%s%s", q[i].name, p.why.code,
				 buf_c(&s.out), got);
		dmarc_free(p.d);
		buf_free(&s.out);
	}
}

static void
the_head_is_filled_from_what_there_is(void **state)
{
	static const struct quirk quirks[] = {
		{ "whole", REPORT(HEAD ROW), HEAD_LINE ROW_LINE, "" },
		{ "no version", "<feedback>" HEAD ROW "</feedback>",
		  HEAD_LINE ROW_LINE, "no_version*1" },
		{ "draft version",
		  "<feedback><version>0.1</version>" HEAD ROW "</feedback>",
		  NULL, "odd_version*1" },
		{ "version at the end",
		  "<feedback>" HEAD ROW "<version>1.0</version></feedback>",
		  NULL, "" },
		{ "org of the address",
		  REPORT(META("<org_name> </org_name>" EMAIL ID DATES) POLICY(P)
				 ROW),
		  HEAD_OF("rep.example", "1!a", "example.org", DATES_LINE,
			  "none/none/none") ROW_LINE,
		  "org_from_email*1" },
		{ "no id",
		  REPORT(META(ORG EMAIL "<report_id/>" DATES) POLICY(P) ROW),
		  HEAD_OF("Example", "example.org!1700000000!1700086399",
			  "example.org", DATES_LINE, "none/none/none") ROW_LINE,
		  "id_made*1" },
		{ "odd id kept",
		  REPORT(META(ORG EMAIL "<report_id> a b@c </report_id>" DATES)
				 POLICY(P) ROW),
		  HEAD_OF("Example", "a b@c", "example.org", DATES_LINE,
			  "none/none/none") ROW_LINE,
		  "" },
		{ "shuffled", REPORT(POLICY(P) META(DATES ID EMAIL ORG) ROW),
		  HEAD_LINE ROW_LINE, "" },
		{ "no rows", REPORT(HEAD), HEAD_LINE, "" },
		{ "in another element",
		  "<schema><feedback><version>1.0</version>" HEAD ROW
		  "</feedback></schema>",
		  HEAD_LINE ROW_LINE, "" },
		{ "metadata twice",
		  REPORT(HEAD META("<org_name>Other</org_name>") ROW),
		  HEAD_LINE ROW_LINE, "repeated_element*1" },
		{ "policy twice",
		  REPORT(HEAD POLICY("<domain>other.example</domain>") ROW),
		  HEAD_LINE ROW_LINE, "repeated_element*1" },
		{ "several errors are allowed",
		  REPORT(META(ORG EMAIL ID DATES "<error/><error>e</error>")
				 POLICY(P) ROW),
		  HEAD_LINE ROW_LINE, "" },
		{ "a second report",
		  "<x>" REPORT(HEAD ROW) REPORT(HEAD ROW) "</x>",
		  HEAD_LINE ROW_LINE, "repeated_element*1" },
		{ "domain in capitals",
		  REPORT(META(ORG EMAIL ID DATES)
				 POLICY("<domain>EXAMPLE.org.</domain>"
					"<p>none</p>") ROW),
		  HEAD_LINE ROW_LINE, "" },
	};

	(void)state;
	check(quirks, COUNT_OF(quirks));
}

#define POLICY_QUIRK(x) REPORT(META(ORG EMAIL ID DATES) POLICY(DOMAIN x) ROW)

static void
a_policy_that_is_not_told_is_not_none(void **state)
{
	static const struct quirk quirks[] = {
		{ "no p", POLICY_QUIRK(""),
		  HEAD_OF("Example", "1!a", "example.org", DATES_LINE,
			  "unknown/unknown/unknown") ROW_LINE,
		  "policy_unknown*1" },
		{ "odd p", POLICY_QUIRK("<p>monitor</p>"), NULL,
		  "policy_unknown*1" },
		{ "sp is p", POLICY_QUIRK("<p>reject</p>"),
		  HEAD_OF("Example", "1!a", "example.org", DATES_LINE,
			  "reject/reject/reject") ROW_LINE,
		  "" },
		{ "sp empty", POLICY_QUIRK("<p>reject</p><sp/>"),
		  HEAD_OF("Example", "1!a", "example.org", DATES_LINE,
			  "reject/reject/reject") ROW_LINE,
		  "subpolicy_unknown*1" },
		{ "sp nil", POLICY_QUIRK("<p>reject</p><sp>nil</sp>"), NULL,
		  "subpolicy_unknown*1" },
		{ "np is sp", POLICY_QUIRK("<p>reject</p><sp>quarantine</sp>"),
		  HEAD_OF("Example", "1!a", "example.org", DATES_LINE,
			  "reject/quarantine/quarantine") ROW_LINE,
		  "" },
		{ "all tags of RFC 9990",
		  POLICY_QUIRK("<p>reject</p><sp>none</sp><np>quarantine</np>"
			       "<adkim>S</adkim><aspf>s</aspf>"
			       "<testing>y</testing><fo>1</fo>"
			       "<discovery_method>treewalk</discovery_method>"),
		  "Example|d@rep.example|1!a|example.org|" DATES_LINE
		  "|reject/none/quarantine|ss|-1|y\n" ROW_LINE,
		  "letter_case*1" },
		{ "odd tags",
		  POLICY_QUIRK("<p>none</p><adkim/><aspf>x</aspf>"
			       "<pct>many</pct><testing>t</testing>"),
		  HEAD_LINE ROW_LINE, "tag_unreadable*4" },
		{ "pct over 100", POLICY_QUIRK("<p>none</p><pct>101</pct>"),
		  HEAD_LINE ROW_LINE, "tag_unreadable*1" },
	};

	(void)state;
	check(quirks, COUNT_OF(quirks));
}

static void
dates_are_repaired_only_when_absurd(void **state)
{
	static const struct {
		const char *begin, *end;
		const char *want;
		const char *repairs;
	} cases[] = {
		{ "1700000000", "1700086399", DATES_LINE, "" },
		{ " 1700000000\n", "1700000000", "1700000000-1700000000", "" },
		{ "1700000000.0", "1700086399.9", DATES_LINE,
		  "date_fraction*2" },
		{ "1700000000000", "1700086399000", DATES_LINE,
		  "date_milliseconds*2" },
		{ "1700000000000000", "1700086399000000", DATES_LINE,
		  "date_microseconds*2" },
		{ "2023-11-14T22:13:20Z", "1700086399", DATES_LINE,
		  "date_as_text*1" },
		{ "1700086399", "1700000000", DATES_LINE, "dates_swapped*1" },
		{ "1700000000", "", DATES_LINE, "end_from_begin*1" },
		{ "nothing", "1700086399", DATES_LINE, "begin_from_end*1" },
		{ "-5", "1700086399", DATES_LINE, "begin_from_end*1" },
		{ "99999999999999999999", "1700086399", DATES_LINE,
		  "begin_from_end*1" },
		{ "100", "200", "100-200", "date_too_early*1" },
		{ "1790000000", "1790172801", "1790000000-1790172801",
		  "date_in_future*1 span_over_36h*1" },
		{ "1700000000", "1700129600", "1700000000-1700129600", "" },
		{ "1700000000", "1700129601", "1700000000-1700129601",
		  "span_over_36h*1" },
		{ "1700000000", "1731622401", "1700000000-1731622401",
		  "span_over_366d*1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF text = BUF(4096), want = BUF(4096);

		buf_addf(&text,
			 "<feedback><version>1.0</version><report_metadata>"
			 "%s<date_range><begin>%s</begin><end>%s</end>"
			 "</date_range></report_metadata>%s</feedback>",
			 ORG EMAIL ID, cases[i].begin, cases[i].end, POLICY(P));
		buf_addf(&want,
			 "Example|d@rep.example|1!a|example.org|%s|"
			 "none/none/none|rr|-1|-\n",
			 cases[i].want);

		const struct quirk q = { cases[i].begin, buf_c(&text),
					 buf_c(&want), cases[i].repairs };

		check(&q, 1);
	}
}

static void
rows_before_the_head_need_a_second_pass(void **state)
{
	static const struct quirk quirks[] = {
		{ "metadata last",
		  REPORT(POLICY(P) ROW META(ORG EMAIL ID DATES)),
		  HEAD_LINE ROW_LINE, "head_after_rows*1" },
		{ "policy last", REPORT(META(ORG EMAIL ID DATES) ROW POLICY(P)),
		  HEAD_LINE ROW_LINE, "head_after_rows*1" },
		{ "domain of the rows",
		  REPORT(META(ORG EMAIL ID DATES) POLICY("<p>none</p>")
				 ROW ROW),
		  HEAD_LINE ROW_LINE ROW_LINE,
		  "domain_from_rows*1 head_after_rows*1" },
		{ "no policy at all", REPORT(META(ORG EMAIL ID DATES) ROW),
		  NULL,
		  "domain_from_rows*1 head_after_rows*1 policy_unknown*1" },
		{ "dates in a later copy",
		  REPORT(META(ORG EMAIL ID) POLICY(P) ROW META(DATES)),
		  HEAD_LINE ROW_LINE, "head_after_rows*1" },
		{ "a row without From",
		  REPORT(META(ORG EMAIL ID DATES) ROW_OF("3", "") POLICY(P)),
		  HEAD_LINE ROW_LINE, "head_after_rows*1 no_header_from*1" },
	};
	struct seen s = { 0 };
	struct parsed p = feed(quirks[0].text, NULL, &s);

	(void)state;
	assert_int_equal(p.err, ERR_NONE);
	assert_true(dmarc_late_head(p.d));
	assert_int_equal(s.heads + s.rows, 0);
	assert_int_equal(dmarc_totals_of(p.d)->rows, 0);
	assert_true(str_eq(dmarc_head_of(p.d)->org_name, S("Example")));
	dmarc_free(p.d);
	buf_free(&s.out);
	check(quirks, COUNT_OF(quirks));
}

static void
a_report_without_its_essentials_is_refused(void **state)
{
	static const struct {
		const char *text;
		const char *code;
		unsigned line;
	} cases[] = {
		{ "", "dmarc.not_a_report", 1 },
		{ "<x>\n<y/>\n</x>", "dmarc.not_a_report", 2 },
		{ REPORT("\n" META(ORG EMAIL ID DATES) "\n" POLICY(
			  "<p>none</p>")),
		  "dmarc.no_domain", 3 },
		{ REPORT(META(ORG EMAIL ID DATES)
				 POLICY("<domain>a b</domain>")),
		  "dmarc.no_domain", 1 },
		{ REPORT(META(ORG EMAIL ID DATES)
				 ROW ROW_OF("1", "other.example")),
		  "dmarc.no_domain", 1 },
		{ REPORT("\n\n" META(ORG EMAIL ID) POLICY(P)), "dmarc.no_dates",
		  3 },
		{ REPORT(META(ORG EMAIL ID "<date_range><begin>x</begin>"
					   "<end/></date_range>") POLICY(P)),
		  "dmarc.no_dates", 1 },
		{ REPORT("\n" META("<email>nobody</email>" ID DATES) POLICY(P)),
		  "dmarc.no_org", 2 },
		{ REPORT(POLICY(P)), "dmarc.no_org", 1 },
		{ "<feedback>" HEAD, "dmarc.cut", 1 },
		{ "<feedback>\n" HEAD "<record><row>", "dmarc.cut", 2 },
		{ "<feedback>" META(ORG EMAIL DATES) POLICY(P) ROW, "dmarc.cut",
		  1 },
		{ REPORT(META(ORG EMAIL ID DATES)
				 POLICY(DOMAIN "<result>pass</result>")),
		  "dmarc.cut", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct seen s = { 0 };
		struct parsed p = feed_all(cases[i].text, &s);

		assert_string_equal(p.why.code, cases[i].code);
		assert_int_equal(p.err, ERR_SYNTAX);
		assert_int_equal(p.why.line, cases[i].line);
		dmarc_free(p.d);
		buf_free(&s.out);
	}
}

static void
only_a_record_that_was_open_at_the_end_is_dropped(void **state)
{
	static const struct quirk quirks[] = {
		{ "end missing", "<feedback>" HEAD ROW, HEAD_LINE ROW_LINE,
		  "no_version*1" },
		{ "around it", "<schema><feedback>" HEAD ROW "</feedback>",
		  HEAD_LINE ROW_LINE, "no_version*1" },
		{ "record open",
		  "<feedback>" HEAD ROW "<record><row><count>7</count></row>",
		  HEAD_LINE ROW_LINE, "no_version*1 record_cut*1" },
		{ "its repairs go with it",
		  "<feedback>" HEAD ROW "<record><row><count>x</count></row>"
		  "<auth_results><spf><domain>a.example</domain>",
		  HEAD_LINE ROW_LINE, "no_version*1 record_cut*1" },
		{ "value open",
		  "<feedback>" HEAD ROW ROW "<record><row><count>7",
		  HEAD_LINE ROW_LINE ROW_LINE, "no_version*1 record_cut*1" },
		{ "before the head",
		  "<feedback><policy_published>" P
		  "</policy_published>" ROW META(ORG EMAIL ID DATES) "<record>",
		  HEAD_LINE ROW_LINE,
		  "head_after_rows*1 no_version*1 record_cut*1" },
	};

	(void)state;
	check(quirks, COUNT_OF(quirks));
}

static void
unclosed_elements_inside_cost_nothing(void **state)
{
	static const struct quirk quirks[] = {
		{ "record",
		  REPORT(HEAD
			 "<record><row><source_ip>192.0.2.1</source_ip>"
			 "<count>3<policy_evaluated><dkim>pass<spf>fail"
			 "<identifiers><header_from>example.org</header_from>"
			 "</identifiers><auth_results/></spf></dkim>"
			 "</policy_evaluated></count></row>" ROW "</record>"),
		  HEAD_LINE ROW_LINE ROW_LINE,
		  "no_disposition*1 record_unclosed*1" },
		{ "results",
		  REPORT(HEAD "<record><row><source_ip>192.0.2.1</source_ip>"
			      "<count>1</count></row><auth_results><dkim>"
			      "<domain>a.example</domain><result>fail</result>"
			      "<spf><domain>b.example</domain>"
			      "<result>none</result></spf></dkim>"
			      "</auth_results></record>"),
		  HEAD_LINE "192.0.2.1 1 none fail/fail 0 example.org "
			    "dkim=a.example,,fail spf=b.example,,none\n",
		  "no_header_from*1 no_verdict*2" },
		{ "metadata",
		  REPORT("<report_metadata>" ORG EMAIL ID DATES POLICY(P) ROW
			 "</report_metadata>"),
		  HEAD_LINE ROW_LINE, "head_after_rows*1" },
	};

	(void)state;
	check(quirks, COUNT_OF(quirks));
}

static void
totals_are_of_the_rows_given_out(void **state)
{
	static const char text[] =
		REPORT(HEAD ROW_OF("5", "example.org") ROW_OF(
			"4294967296", "a.example.org") "<record><row><count>7</"
						       "count></row></record>");
	struct seen s = { 0 };
	struct parsed p = feed(text, NULL, &s);
	const struct dmarc_totals *t = dmarc_totals_of(p.d);

	(void)state;
	assert_int_equal(t->rows, 3);
	assert_int_equal(t->messages, 4294967308);
	assert_int_equal(t->passed, 4294967301);
	dmarc_free(p.d);
	buf_free(&s.out);
}

static void
an_error_of_the_sink_comes_back_unchanged(void **state)
{
	struct seen s = { .stop_at_row = 2 };
	struct parsed p = feed(REPORT(HEAD ROW ROW ROW), NULL, &s);

	(void)state;
	assert_int_equal(p.err, ERR_STOP);
	assert_int_equal(s.rows, 2);
	dmarc_free(p.d);
	buf_free(&s.out);
}

static void
rfc_9990_is_told_by_its_elements(void **state)
{
	static const struct {
		const char *text;
		bool rfc9990;
	} cases[] = {
		{ REPORT(HEAD ROW), false },
		{ POLICY_QUIRK("<p>none</p><np>none</np>"), true },
		{ POLICY_QUIRK("<p>none</p><testing>n</testing>"), true },
		{ REPORT(META(ORG EMAIL ID DATES "<generator>g</generator>")
				 POLICY(P) ROW),
		  true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct seen s = { 0 };
		struct parsed p = feed(cases[i].text, NULL, &s);

		assert_int_equal(dmarc_head_of(p.d)->rfc9990, cases[i].rfc9990);
		dmarc_free(p.d);
		buf_free(&s.out);
	}
}

static enum err
count_row(void *ctx, const struct dmarc_row *row)
{
	(void)row;
	++*(uint64_t *)ctx;
	return ERR_NONE;
}

static enum err
any_head(void *ctx, const struct dmarc_head *head)
{
	(void)ctx;
	(void)head;
	return ERR_NONE;
}

static void
rows_are_bounded(void **state)
{
	uint64_t rows = 0;
	struct diag why = { 0 };
	const struct dmarc_sink sink = { &rows, any_head, count_row };
	struct dmarc *d = dmarc_new(NULL, NOW, &sink);
	enum err err = dmarc_start(d, S("feedback"), 1, &why);

	(void)state;
	for (uint64_t i = 0; i <= DMARC_ROWS_MAX && err == ERR_NONE; i++) {
		err = dmarc_start(d, S("record"), i + 2, &why);
		if (err == ERR_NONE)
			err = dmarc_end(d, S("record"), &why);
	}
	assert_int_equal(err, ERR_LIMIT);
	assert_string_equal(why.code, "dmarc.too_many_rows");
	assert_int_equal(why.line, DMARC_ROWS_MAX + 2);
	dmarc_free(d);
}

static void
depth_without_end_is_passed_over(void **state)
{
	struct seen s = { 0 };
	SCOPED_BUF text = BUF(1 << 16);
	struct parsed p;

	(void)state;
	buf_addz(&text, "<feedback><version>1.0</version>" HEAD);
	for (int i = 0; i < 60; i++)
		buf_addz(&text, "<x>");
	for (int i = 0; i < 60; i++)
		buf_addz(&text, "</x>");
	buf_addz(&text, ROW "</feedback>");
	p = feed(buf_c(&text), NULL, &s);
	assert_string_equal(buf_c(&s.out), HEAD_LINE ROW_LINE);
	dmarc_free(p.d);
	buf_free(&s.out);
}

static void
the_policy_below_the_domain_is_sp(void **state)
{
	const struct dmarc_head head = { .domain = STR("example.org"),
					 .p = DMARC_POLICY_REJECT,
					 .sp = DMARC_POLICY_QUARANTINE,
					 .np = DMARC_POLICY_NONE };

	(void)state;
	assert_int_equal(dmarc_policy_for(&head, S("example.org")),
			 DMARC_POLICY_REJECT);
	assert_int_equal(dmarc_policy_for(&head, S("a.example.org")),
			 DMARC_POLICY_QUARANTINE);
	assert_int_equal(dmarc_policy_for(&head, S("aexample.org")),
			 DMARC_POLICY_REJECT);
	assert_int_equal(dmarc_policy_for(&head, S("")), DMARC_POLICY_REJECT);
}

static void
words_go_both_ways_and_pass_is_best(void **state)
{
	const struct dmarc_auth several[] = {
		{ .result = DMARC_RESULT_NONE },
		{ .result = DMARC_RESULT_PASS },
		{ .result = DMARC_RESULT_FAIL },
	};

	(void)state;
	for (int i = DMARC_RESULT_ABSENT; i <= DMARC_RESULT_PERMERROR; i++) {
		enum dmarc_result r;
		struct str name =
			str_of(dmarc_result_name((enum dmarc_result)i));

		assert_true(dmarc_result_parse(name, &r));
		assert_int_equal(r, i);
	}
	assert_int_equal(dmarc_best(several, 3), DMARC_RESULT_PASS);
	assert_int_equal(dmarc_best(several, 1), DMARC_RESULT_NONE);
	assert_int_equal(dmarc_best(several, 0), DMARC_RESULT_ABSENT);
	assert_int_equal(dmarc_best(several + 2, 1), DMARC_RESULT_FAIL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_head_is_filled_from_what_there_is),
		cmocka_unit_test(a_policy_that_is_not_told_is_not_none),
		cmocka_unit_test(dates_are_repaired_only_when_absurd),
		cmocka_unit_test(rows_before_the_head_need_a_second_pass),
		cmocka_unit_test(a_report_without_its_essentials_is_refused),
		cmocka_unit_test(
			only_a_record_that_was_open_at_the_end_is_dropped),
		cmocka_unit_test(unclosed_elements_inside_cost_nothing),
		cmocka_unit_test(totals_are_of_the_rows_given_out),
		cmocka_unit_test(an_error_of_the_sink_comes_back_unchanged),
		cmocka_unit_test(rfc_9990_is_told_by_its_elements),
		cmocka_unit_test(rows_are_bounded),
		cmocka_unit_test(depth_without_end_is_passed_over),
		cmocka_unit_test(the_policy_below_the_domain_is_sp),
		cmocka_unit_test(words_go_both_ways_and_pass_is_best),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
