#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "feed.h"

/* A report of one row, in pieces that the cases replace. */
#define ORG "<org_name>Example</org_name>"
#define EMAIL "<email>d@rep.example</email>"
#define ID "<report_id>1!a</report_id>"
#define DATES                                                                  \
	"<date_range><begin>1700000000</begin><end>1700086399</end>"           \
	"</date_range>"
#define META(x) "<report_metadata>" x "</report_metadata>"
#define POLICY(x) "<policy_published>" x "</policy_published>"
#define P                                                                      \
	"<domain>example.org</domain><adkim>r</adkim><aspf>r</aspf>"           \
	"<p>reject</p><sp>none</sp><pct>100</pct>"
#define IP "<source_ip>192.0.2.1</source_ip>"
#define COUNT "<count>3</count>"
#define VERDICT                                                                \
	"<disposition>none</disposition><dkim>pass</dkim><spf>fail</spf>"
#define EVAL(x) "<policy_evaluated>" x "</policy_evaluated>"
#define FROM "<identifiers><header_from>example.org</header_from></identifiers>"
#define AUTH(x) "<auth_results>" x "</auth_results>"
#define SPF "<spf><domain>example.org</domain><result>pass</result></spf>"
#define ROW(x) "<row>" x "</row>"
#define RECORD(x) "<record>" x "</record>"
#define REPORT(x) "<feedback><version>1.0</version>" x "</feedback>"

#define HEAD META(ORG EMAIL ID DATES) POLICY(P)
#define ONE RECORD(ROW(IP COUNT EVAL(VERDICT)) FROM AUTH(SPF))
#define HEAD_LINE                                                              \
	"Example|d@rep.example|1!a|example.org|1700000000-1700086399|"         \
	"reject/none/none|rr|100|-\n"
#define ROW_LINE                                                               \
	"192.0.2.1 3 none pass/fail 0 example.org spf=example.org,,pass\n"

struct quirk {
	const char *name;
	const char *text;
	const char *want; /* head and rows; NULL: only the repairs matter */
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

		if (p.err != ERR_NONE ||
		    (q[i].want && strcmp(buf_c(&s.out), q[i].want) != 0) ||
		    strcmp(got, q[i].repairs) != 0)
			fail_msg("%s: %s\n%s%s", q[i].name, p.why.code,
				 buf_c(&s.out), got);
		dmarc_free(p.d);
		buf_free(&s.out);
	}
}

#define ROW_QUIRK(x) REPORT(HEAD RECORD(x))
#define EVAL_QUIRK(x) ROW_QUIRK(ROW(IP COUNT EVAL(x)) FROM AUTH(SPF))
#define AUTH_QUIRK(x) ROW_QUIRK(ROW(IP COUNT EVAL(VERDICT)) FROM AUTH(x))
#define COUNT_QUIRK(x) ROW_QUIRK(ROW(IP x EVAL(VERDICT)) FROM AUTH(SPF))
#define FROM_QUIRK(x)                                                          \
	ROW_QUIRK(ROW(IP COUNT EVAL(VERDICT)) "<identifiers>" x                \
					      "</identifiers>" AUTH(SPF))
#define AT "192.0.2.1 3 none pass/fail 0 example.org"

static const struct quirk rows[] = {
	{ "nothing", REPORT(HEAD ONE), HEAD_LINE ROW_LINE, "" },
	{ "empty record", ROW_QUIRK(""),
	  HEAD_LINE "- 0 none fail/fail 0 example.org\n",
	  "bad_count*1 bad_ip*1 no_auth_results*1 no_header_from*1 "
	  "no_verdict*2" },
	{ "ip empty",
	  ROW_QUIRK(ROW("<source_ip/>" COUNT EVAL(VERDICT)) FROM AUTH(SPF)),
	  HEAD_LINE "- 3 none pass/fail 0 example.org "
		    "spf=example.org,,pass\n",
	  "bad_ip*1" },
	{ "ip hidden",
	  ROW_QUIRK(ROW("<source_ip>X.X.X.X</source_ip>" COUNT EVAL(VERDICT))
			    FROM AUTH(SPF)),
	  NULL, "bad_ip*1" },
	{ "IPv6 with blanks",
	  ROW_QUIRK(ROW("<source_ip>\n 2001:DB8::1 </source_ip>" COUNT EVAL(
		  VERDICT)) FROM AUTH(SPF)),
	  HEAD_LINE "2001:db8::1 3 none pass/fail 0 example.org "
		    "spf=example.org,,pass\n",
	  "" },
	{ "count over 32 bits", COUNT_QUIRK("<count>4294967297</count>"),
	  HEAD_LINE "192.0.2.1 4294967297 none pass/fail 0 example.org "
		    "spf=example.org,,pass\n",
	  "" },
	{ "count zero", COUNT_QUIRK("<count>0</count>"), NULL, "" },
	{ "count negative", COUNT_QUIRK("<count>-3</count>"),
	  HEAD_LINE "192.0.2.1 0 none pass/fail 0 example.org "
		    "spf=example.org,,pass\n",
	  "bad_count*1" },
	{ "count missing", COUNT_QUIRK(""), NULL, "bad_count*1" },
	{ "count a word", COUNT_QUIRK("<count>many</count>"), NULL,
	  "bad_count*1" },
	{ "count with fraction", COUNT_QUIRK("<count>7.0</count>"),
	  HEAD_LINE "192.0.2.1 7 none pass/fail 0 example.org "
		    "spf=example.org,,pass\n",
	  "count_fraction*1" },
	{ "count beyond reason",
	  COUNT_QUIRK("<count>18446744073709551615</count>"),
	  HEAD_LINE "192.0.2.1 1000000000000 none pass/fail 0 example.org "
		    "spf=example.org,,pass\n",
	  "count_capped*1" },
	{ "count beyond 64 bits",
	  COUNT_QUIRK("<count>18446744073709551616</count>"), NULL,
	  "bad_count*1" },
	{ "two rows in a record",
	  ROW_QUIRK(ROW(IP COUNT EVAL(VERDICT))
			    ROW("<source_ip>192.0.2.9</source_ip>"
				"<count>9</count>") FROM AUTH(SPF)),
	  HEAD_LINE ROW_LINE, "repeated_element*2" },
	{ "shuffled", ROW_QUIRK(AUTH(SPF) FROM ROW(EVAL(VERDICT) COUNT IP)),
	  HEAD_LINE ROW_LINE, "" },
	{ "an extension",
	  ROW_QUIRK(ROW(IP COUNT EVAL(VERDICT)) FROM AUTH(
		  SPF) "<extension><count>9</count></extension>"),
	  HEAD_LINE ROW_LINE, "" },
};

static void
a_row_is_read_whatever_is_wrong_with_it(void **state)
{
	(void)state;
	check(rows, COUNT_OF(rows));
}

static void
an_unknown_verdict_is_never_a_pass(void **state)
{
	static const struct quirk quirks[] = {
		{ "none at all", ROW_QUIRK(ROW(IP COUNT) FROM AUTH(SPF)),
		  HEAD_LINE "192.0.2.1 3 none fail/fail 0 example.org "
			    "spf=example.org,,pass\n",
		  "no_verdict*2" },
		{ "disposition only",
		  EVAL_QUIRK("<disposition>reject</disposition>"),
		  HEAD_LINE "192.0.2.1 3 reject fail/fail 0 example.org "
			    "spf=example.org,,pass\n",
		  "no_verdict*2" },
		{ "empty", EVAL_QUIRK("<disposition/><dkim/><spf/>"),
		  HEAD_LINE "192.0.2.1 3 none fail/fail 0 example.org "
			    "spf=example.org,,pass\n",
		  "no_disposition*1 no_verdict*2" },
		{ "none and softfail",
		  EVAL_QUIRK("<disposition>none</disposition><dkim>none</dkim>"
			     "<spf>softfail</spf>"),
		  HEAD_LINE "192.0.2.1 3 none fail/fail 0 example.org "
			    "spf=example.org,,pass\n",
		  "odd_verdict*2" },
		{ "nearly pass",
		  EVAL_QUIRK(
			  "<disposition>none</disposition><dkim>passed</dkim>"
			  "<spf>pass ed</spf>"),
		  NULL, "odd_verdict*2" },
		{ "a very long word",
		  EVAL_QUIRK("<disposition>none</disposition><dkim>fail</dkim>"
			     "<spf>passpasspasspasspasspasspasspasspass</spf>"),
		  NULL, "odd_verdict*1" },
		{ "capitals and blanks",
		  EVAL_QUIRK("<disposition> quarantine</disposition>"
			     "<dkim> PASS\n</dkim><spf>Fail</spf>"),
		  HEAD_LINE "192.0.2.1 3 quarantine pass/fail 0 example.org "
			    "spf=example.org,,pass\n",
		  "letter_case*2" },
		{ "the first holds", EVAL_QUIRK(VERDICT "<spf>pass</spf>"),
		  HEAD_LINE ROW_LINE, "repeated_element*1" },
	};

	(void)state;
	check(quirks, COUNT_OF(quirks));
}

static void
odd_dispositions_count_as_none(void **state)
{
	static const struct quirk quirks[] = {
		{ "pass of RFC 9990",
		  EVAL_QUIRK("<disposition>pass</disposition><dkim>pass</dkim>"
			     "<spf>fail</spf>"),
		  HEAD_LINE ROW_LINE, "" },
		{ "a number",
		  EVAL_QUIRK("<disposition>15</disposition><dkim>pass</dkim>"
			     "<spf>fail</spf>"),
		  HEAD_LINE ROW_LINE, "odd_disposition*1" },
		{ "softfail",
		  EVAL_QUIRK("<disposition>softfail</disposition>"
			     "<dkim>pass</dkim><spf>fail</spf>"),
		  HEAD_LINE ROW_LINE, "odd_disposition*1" },
	};

	(void)state;
	check(quirks, COUNT_OF(quirks));
}

#define REASON(x) EVAL_QUIRK(VERDICT x)
#define WITH(bits) "192.0.2.1 3 none pass/fail " bits " example.org"
#define AS_EVER " spf=example.org,,pass\n"

static void
override_reasons_are_a_set_with_the_first_comment(void **state)
{
	static const struct quirk quirks[] = {
		{ "two",
		  REASON("<reason><type>forwarded</type><comment/></reason>"
			 "<reason><type>mailing_list</type>"
			 "<comment>list</comment></reason>"),
		  HEAD_LINE WITH("9") " (list)" AS_EVER, "" },
		{ "test mode of RFC 9990",
		  REASON("<reason><type>policy_test_mode</type></reason>"),
		  HEAD_LINE WITH("32") AS_EVER, "" },
		{ "as text", REASON("<reason>sampled_out</reason>"),
		  HEAD_LINE WITH("2") AS_EVER, "reason_as_text*1" },
		{ "unknown word",
		  REASON("<reason><type>arc</type><comment>c</comment></"
			 "reason>"),
		  HEAD_LINE WITH("64") " (c)" AS_EVER, "odd_reason*1" },
		{ "empty type", REASON("<reason><type/></reason>"),
		  HEAD_LINE ROW_LINE, "empty_reason*1" },
		{ "empty", REASON("<reason/>"), HEAD_LINE ROW_LINE,
		  "empty_reason*1" },
		{ "comment only",
		  REASON("<reason><type></type><comment>c</comment></reason>"),
		  HEAD_LINE WITH("64") " (c)" AS_EVER, "odd_reason*1" },
		{ "not closed",
		  REASON("<reason><type>other<comment>c</comment></type>"
			 "</reason>"),
		  HEAD_LINE WITH("64") " (c)" AS_EVER, "" },
	};

	(void)state;
	check(quirks, COUNT_OF(quirks));
}

static void
identifiers_are_folded_and_never_missing(void **state)
{
	static const struct quirk quirks[] = {
		{ "old name",
		  ROW_QUIRK(ROW(IP COUNT EVAL(
			  VERDICT)) "<identities><header_from>example.org"
				    "</header_from></identities>" AUTH(SPF)),
		  HEAD_LINE ROW_LINE, "identities*1" },
		{ "missing", FROM_QUIRK(""), HEAD_LINE ROW_LINE,
		  "no_header_from*1" },
		{ "empty", FROM_QUIRK("<header_from/>"), HEAD_LINE ROW_LINE,
		  "no_header_from*1" },
		{ "no name", FROM_QUIRK("<header_from>a b</header_from>"),
		  HEAD_LINE ROW_LINE, "bad_header_from*1" },
		{ "an address",
		  FROM_QUIRK("<header_from>me@example.org</header_from>"),
		  HEAD_LINE ROW_LINE, "address_for_domain*1" },
		{ "capitals and a dot",
		  FROM_QUIRK("<header_from> Example.ORG.</header_from>"),
		  HEAD_LINE ROW_LINE, "" },
		{ "envelope",
		  FROM_QUIRK("<envelope_to>TO.example</envelope_to>"
			     "<header_from>example.org</header_from>"
			     "<envelope_from/>"),
		  HEAD_LINE AT " < to.example>" AS_EVER, "" },
		{ "null sender as sent",
		  FROM_QUIRK("<header_from>example.org</header_from>"
			     "<envelope_from>not a name</envelope_from>"),
		  HEAD_LINE AT " <not a name >" AS_EVER, "" },
	};

	(void)state;
	check(quirks, COUNT_OF(quirks));
}

#define DKIM(d, s, r)                                                          \
	"<dkim><domain>" d "</domain><selector>" s "</selector><result>" r     \
	"</result></dkim>"
#define SPF_OF(d, r) "<spf><domain>" d "</domain><result>" r "</result></spf>"

static void
raw_results_are_all_kept_and_never_promoted(void **state)
{
	static const struct quirk quirks[] = {
		{ "missing", ROW_QUIRK(ROW(IP COUNT EVAL(VERDICT)) FROM),
		  HEAD_LINE AT "\n", "no_auth_results*1" },
		{ "empty", AUTH_QUIRK(""), HEAD_LINE AT "\n", "" },
		{ "several, SPF first",
		  AUTH_QUIRK(SPF SPF_OF("b.example", "none")
				     DKIM("Example.org", "s1", "fail")
					     DKIM("b.example", "", "pass")),
		  HEAD_LINE AT " dkim=example.org,s1,fail "
			       "dkim=b.example,,pass spf=example.org,,pass "
			       "spf=b.example,,none\n",
		  "" },
		{ "domain and result empty",
		  AUTH_QUIRK("<dkim><domain/><result/></dkim>" SPF),
		  HEAD_LINE ROW_LINE, "empty_result*1" },
		{ "no domain",
		  AUTH_QUIRK(SPF_OF("", "none") "<dkim><result>pass</result>"
						"</dkim>"),
		  HEAD_LINE AT " dkim=,,pass spf=,,none\n",
		  "no_auth_domain*2" },
		{ "no result", AUTH_QUIRK(SPF_OF("example.org", "")),
		  HEAD_LINE AT " spf=example.org,,absent\n", "no_result*1" },
		{ "old words",
		  AUTH_QUIRK(SPF_OF("a.example", "hardfail") SPF_OF(
			  "b.example", "Unknown") SPF_OF("c.example", "error")
				     DKIM("d.example", "s", "invalid")),
		  HEAD_LINE AT " dkim=d.example,s,permerror "
			       "spf=a.example,,fail spf=b.example,,temperror "
			       "spf=c.example,,permerror\n",
		  "letter_case*1 result_word*4" },
		{ "words of nobody",
		  AUTH_QUIRK(SPF_OF("a.example", "passs")
				     DKIM("b.example", "s", "SoftFail")),
		  HEAD_LINE AT " dkim=b.example,s,softfail "
			       "spf=a.example,,permerror\n",
		  "letter_case*1 odd_result*1" },
		{ "scopes",
		  AUTH_QUIRK("<spf><domain>a.example</domain><scope>MFrom"
			     "</scope><result>pass</result></spf>"
			     "<spf><scope>helo</scope><result>none</result>"
			     "</spf>"
			     "<spf><domain>c.example</domain><scope>x</scope>"
			     "<result>fail</result></spf>"),
		  HEAD_LINE AT " spf=a.example,mfrom,pass spf=,helo,none "
			       "spf=c.example,,fail\n",
		  "letter_case*1 no_auth_domain*1 odd_scope*1" },
		{ "as sent when no name", AUTH_QUIRK(SPF_OF("a b", "none")),
		  HEAD_LINE AT " spf=a b,,none\n", "" },
	};

	(void)state;
	check(quirks, COUNT_OF(quirks));
}

static void
lists_of_a_row_are_bounded(void **state)
{
	SCOPED_BUF text = BUF(1 << 20), repairs = BUF(4096);
	struct seen s = { 0 };
	struct parsed p;

	(void)state;
	buf_addz(&text, "<feedback><version>1.0</version>" HEAD
			"<record><row>" IP COUNT "<policy_evaluated>" VERDICT);
	for (unsigned i = 0; i < 20; i++)
		buf_addz(&text, "<reason><type>other</type></reason>");
	buf_addz(&text, "</policy_evaluated></row>" FROM "<auth_results>");
	for (unsigned i = 0; i < 105; i++)
		buf_addz(&text, SPF);
	buf_addz(&text, "</auth_results></record></feedback>");
	p = feed_all(buf_c(&text), &s);
	assert_int_equal(p.err, ERR_NONE);
	assert_string_equal(repairs_text(p.d, &repairs),
			    "too_many_reasons*4 too_many_results*5");
	dmarc_free(p.d);
	buf_free(&s.out);
}

static void
a_full_row_of_longest_texts_fits(void **state)
{
	SCOPED_BUF text = BUF(1 << 20), word = BUF(4096), repairs = BUF(4096);
	struct seen s = { 0 };
	struct parsed p;

	(void)state;
	for (unsigned i = 0; i < 1200; i++)
		buf_addz(&word, "\xC3\xB8");
	buf_addz(&text,
		 "<feedback><version>1.0</version>" HEAD
		 "<record><row>" IP COUNT EVAL(VERDICT) "</row>" FROM
							"<auth_results>");
	for (unsigned i = 0; i < 100; i++)
		buf_addf(&text,
			 "<dkim><domain>%s</domain><selector>%s</selector>"
			 "<result>pass</result><human_result>%s"
			 "</human_result></dkim>",
			 buf_c(&word), buf_c(&word), buf_c(&word));
	buf_addz(&text, "</auth_results></record></feedback>");
	p = feed_all(buf_c(&text), &s);
	assert_int_equal(p.err, ERR_NONE);
	assert_int_equal(s.rows, 1);
	assert_string_equal(repairs_text(p.d, &repairs), "text_cut*300");
	assert_true(str_is_utf8(buf_str(&s.out)));
	dmarc_free(p.d);
	buf_free(&s.out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_read_whatever_is_wrong_with_it),
		cmocka_unit_test(an_unknown_verdict_is_never_a_pass),
		cmocka_unit_test(odd_dispositions_count_as_none),
		cmocka_unit_test(
			override_reasons_are_a_set_with_the_first_comment),
		cmocka_unit_test(identifiers_are_folded_and_never_missing),
		cmocka_unit_test(raw_results_are_all_kept_and_never_promoted),
		cmocka_unit_test(lists_of_a_row_are_bounded),
		cmocka_unit_test(a_full_row_of_longest_texts_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
