/* test_plan.c - what a plan makes of a wish and of what is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lab.h"

#define OURS "v=DMARC1; p=none; rua=mailto:abc@reports.example.org"
#define NOW 1800000000

static void
what_is_missing_is_added(void **state)
{
	struct lab l;

	(void)state;
	lab_begin(&l, "", NOW);
	lab_add(&l, lab_want("_dmarc", RECORDS_TXT, OURS));
	lab_add(&l, lab_want("mta-sts.example.com", RECORDS_CNAME,
			     "Tok.p.host.example."));
	lab_make(&l);
	assert_int_equal(l.plan.n, 2);
	lab_is(&l, 0, "add _dmarc.example.com TXT -> [" OURS "]");
	lab_is(&l, 1, "add mta-sts.example.com CNAME -> [tok.p.host.example]");
	assert_false(l.plan.blocked);
	assert_true(dnsplan_is_needed(&l.plan));
	assert_true(str_eq(l.plan.zone, S("example.com")));
	lab_end(&l);
}

static void
what_is_there_already_is_kept(void **state)
{
	struct lab l;

	(void)state;
	lab_begin(&l, "_smtp._tls.example.com 60 TXT \"v=TLSRPTv1; rua=x\"\n",
		  NOW);
	lab_add(&l, lab_want("_smtp._tls", RECORDS_TXT, "v=TLSRPTv1; rua=x"));
	lab_make(&l);
	lab_is(&l, 0,
	       "keep _smtp._tls.example.com TXT [v=TLSRPTv1; rua=x] ->"
	       " [v=TLSRPTv1; rua=x]");
	assert_int_equal(l.plan.at[0].after_ttl, 60);
	assert_false(dnsplan_is_needed(&l.plan));
	lab_end(&l);
}

static void
a_record_is_replaced_and_strangers_beside_it_stay(void **state)
{
	struct lab l;

	(void)state;
	lab_begin(&l,
		  "example.com 600 TXT \"v=spf1 -all\"\n"
		  "example.com 600 TXT \"site-verification=1\"\n",
		  NOW);
	lab_add(&l, lab_want("@", RECORDS_TXT, "v=spf1 mx -all"));
	lab_add(&l, lab_want("@", RECORDS_TXT, "waxseal-proof=abc"));
	lab_make(&l);
	assert_int_equal(l.plan.n, 1);
	lab_is(&l, 0,
	       "replace example.com TXT [site-verification=1] [v=spf1 -all]"
	       " -> [site-verification=1] [v=spf1 mx -all]"
	       " [waxseal-proof=abc]");
	assert_int_equal(l.plan.at[0].now_ttl, 600);
	assert_int_equal(l.plan.at[0].after_ttl, 3600);
	lab_end(&l);
}

static void
addresses_are_replaced_as_a_set(void **state)
{
	struct lab l;

	(void)state;
	lab_begin(&l, "mta-sts.example.com 60 A 192.0.2.7\n", NOW);
	lab_add(&l, lab_want("mta-sts", RECORDS_A, "192.0.2.8"));
	lab_add(&l, lab_want("mta-sts", RECORDS_A, "192.0.2.9"));
	lab_make(&l);
	lab_is(&l, 0,
	       "replace mta-sts.example.com A [192.0.2.7] -> [192.0.2.8]"
	       " [192.0.2.9]");
	lab_end(&l);
}

static void
removing_names_a_kind_a_value_or_all(void **state)
{
	static const struct {
		const char *value, *line;
	} cases[] = {
		{ "", "remove a.example.com TXT [v=X1; a] [v=X1; b] [z] ->" },
		{ "v=X1", "replace a.example.com TXT [v=X1; a] [v=X1; b] [z]"
			  " -> [z]" },
		{ "z", "replace a.example.com TXT [v=X1; a] [v=X1; b] [z] ->"
		       " [v=X1; a] [v=X1; b]" },
		{ "v=X1; a", "replace a.example.com TXT [v=X1; a] [v=X1; b]"
			     " [z] -> [v=X1; b] [z]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct dnsplan_wanted w =
			lab_want("a", RECORDS_TXT, cases[i].value);
		struct lab l;

		w.remove = true;
		lab_begin(&l,
			  "a.example.com 60 TXT \"v=X1; a\"\n"
			  "a.example.com 60 TXT \"v=X1; b\"\n"
			  "a.example.com 60 TXT z\n",
			  NOW);
		lab_add(&l, w);
		lab_make(&l);
		lab_is(&l, 0, cases[i].line);
		lab_end(&l);
	}
}

/* ---- the address of reports ---- */

static void
merge_dmarc(const char *world, const char *line)
{
	struct dnsplan_wanted w = lab_want("_dmarc", RECORDS_TXT, OURS);
	struct lab l;

	w.merge = true;
	lab_begin(&l, world, NOW);
	lab_add(&l, w);
	lab_make(&l);
	assert_false(l.plan.blocked);
	lab_is(&l, 0, line);
	lab_end(&l);
}

static void
an_existing_dmarc_record_gets_exactly_our_address(void **state)
{
	(void)state;
	merge_dmarc("_dmarc.example.com TXT \"v=DMARC1;p=reject; rua="
		    "mailto:a@example.com ; pct=50\"\n",
		    "replace _dmarc.example.com TXT [v=DMARC1;p=reject;"
		    " rua=mailto:a@example.com ; pct=50] -> [v=DMARC1;p=reject;"
		    " rua=mailto:a@example.com,mailto:abc@reports.example.org"
		    " ; pct=50]");
	merge_dmarc("_dmarc.example.com TXT \"v=DMARC1; p=reject;\"\n",
		    "replace _dmarc.example.com TXT [v=DMARC1; p=reject;] ->"
		    " [v=DMARC1; p=reject; rua="
		    "mailto:abc@reports.example.org]");
	merge_dmarc("_dmarc.example.com TXT \"v=DMARC1; p=reject; rua="
		    "mailto:abc@reports.example.org\"\n",
		    "keep _dmarc.example.com TXT [v=DMARC1; p=reject; rua="
		    "mailto:abc@reports.example.org] -> [v=DMARC1; p=reject;"
		    " rua=mailto:abc@reports.example.org]");
	merge_dmarc("_dmarc.example.com TXT other\n",
		    "replace _dmarc.example.com TXT [other] -> [other]"
		    " [" OURS "]");
}

static void
an_existing_tls_rpt_record_gets_our_address(void **state)
{
	struct dnsplan_wanted w =
		lab_want("_smtp._tls", RECORDS_TXT,
			 "v=TLSRPTv1; rua=mailto:abc@reports.example.org");
	struct lab l;

	(void)state;
	w.merge = true;
	lab_begin(&l,
		  "_smtp._tls.example.com TXT \"v=TLSRPTv1;"
		  "rua=https://r.example.com/x\"\n",
		  NOW);
	lab_add(&l, w);
	lab_make(&l);
	lab_is(&l, 0,
	       "replace _smtp._tls.example.com TXT [v=TLSRPTv1;"
	       "rua=https://r.example.com/x] -> [v=TLSRPTv1;"
	       "rua=https://r.example.com/x,mailto:abc@reports.example.org]");
	lab_end(&l);
}

static void
several_dmarc_records_block_until_they_are_cleared(void **state)
{
	static const char world[] =
		"_dmarc.example.com TXT \"v=DMARC1; p=reject;"
		" rua=mailto:a@example.com\"\n"
		"_dmarc.example.com TXT \"v=DMARC1; p=none;"
		" rua=mailto:b@example.com\"\n";
	struct dnsplan_wanted w = lab_want("_dmarc", RECORDS_TXT, OURS);
	struct lab l;

	(void)state;
	w.merge = true;
	lab_begin(&l, world, NOW);
	lab_add(&l, w);
	lab_make(&l);
	assert_true(l.plan.blocked);
	assert_true(lab_found(&l, "dmarc.multiple"));
	l.wish.clear = true;
	lab_make(&l);
	assert_false(l.plan.blocked);
	assert_int_equal(l.plan.at[0].after_n, 1);
	/* The mildest policy and every address. */
	assert_true(str_eq(l.plan.at[0].after[0],
			   S("v=DMARC1; p=none; rua=mailto:b@example.com,"
			     "mailto:a@example.com,"
			     "mailto:abc@reports.example.org")));
	lab_end(&l);
}

static void
reports_to_who_did_not_agree_are_told_with_the_record(void **state)
{
	const struct finding_found *found;
	struct lab l;

	(void)state;
	lab_begin(&l, "", NOW);
	lab_add(&l, lab_want("_dmarc", RECORDS_TXT, OURS));
	lab_make(&l);
	assert_false(l.plan.blocked);
	found = finding_list_find(&l.plan.found, "dmarc.rua_unauthorised");
	assert_non_null(found);
	assert_true(str_eq(found->record.name, S("example.com._report._dmarc."
						 "reports.example.org")));
	lab_end(&l);
	lab_begin(&l,
		  "example.com._report._dmarc.reports.example.org TXT"
		  " v=DMARC1\n",
		  NOW);
	lab_add(&l, lab_want("_dmarc", RECORDS_TXT, OURS));
	lab_make(&l);
	assert_false(lab_found(&l, "dmarc.rua_unauthorised"));
	lab_end(&l);
}

/* ---- what cannot stand beside what ---- */

static void
a_cname_beside_text_blocks_until_the_text_is_cleared(void **state)
{
	struct lab l;

	(void)state;
	lab_begin(&l, "_dmarc.example.com TXT \"v=DMARC1; p=none\"\n", NOW);
	lab_add(&l, lab_want("_dmarc", RECORDS_CNAME, "t.d.host.example"));
	lab_make(&l);
	assert_true(l.plan.blocked);
	assert_true(lab_found(&l, "dmarc.cname_txt"));
	l.wish.clear = true;
	lab_make(&l);
	assert_false(l.plan.blocked);
	assert_int_equal(l.plan.n, 2);
	lab_is(&l, 0, "add _dmarc.example.com CNAME -> [t.d.host.example]");
	lab_is(&l, 1, "remove _dmarc.example.com TXT [v=DMARC1; p=none] ->");
	lab_end(&l);
}

static void
text_at_a_cname_blocks_until_the_cname_is_cleared(void **state)
{
	struct dnsplan_wanted w = lab_want("_dmarc", RECORDS_TXT, OURS);
	struct lab l;

	(void)state;
	w.merge = true;
	lab_begin(&l,
		  "_dmarc.example.com CNAME vendor.example.net\n"
		  "vendor.example.net TXT \"v=DMARC1; p=reject\"\n",
		  NOW);
	lab_add(&l, w);
	lab_make(&l);
	assert_true(l.plan.blocked);
	assert_true(lab_found(&l, "dmarc.cname_txt"));
	l.wish.clear = true;
	lab_make(&l);
	assert_false(l.plan.blocked);
	/* What the CNAME led to is what the record begins with. */
	lab_is(&l, 0,
	       "add _dmarc.example.com TXT -> [v=DMARC1; p=reject;"
	       " rua=mailto:abc@reports.example.org]");
	lab_is(&l, 1,
	       "remove _dmarc.example.com CNAME [vendor.example.net] ->");
	lab_end(&l);
}

static void
what_we_never_remove_blocks_for_good(void **state)
{
	struct lab l;

	(void)state;
	lab_begin(&l, "mail.example.com MX 10 mx.example.net\n", NOW);
	lab_add(&l, lab_want("mail", RECORDS_CNAME, "x.host.example"));
	l.wish.clear = true;
	lab_make(&l);
	assert_true(l.plan.blocked);
	assert_true(lab_found(&l, "publish.cname_beside"));
	lab_end(&l);
}

static void
the_top_of_a_zone_cannot_be_a_cname(void **state)
{
	struct lab l;

	(void)state;
	lab_begin(&l, "", NOW);
	lab_add(&l, lab_want("@", RECORDS_CNAME, "x.host.example"));
	l.wish.clear = true;
	lab_make(&l);
	assert_true(l.plan.blocked);
	assert_true(lab_found(&l, "publish.cname_apex"));
	lab_end(&l);
}

static void
nothing_is_planned_without_knowing_what_is_there(void **state)
{
	struct lab l;

	(void)state;
	lab_begin(&l, "_dmarc.example.com SERVFAIL TXT\n", NOW);
	lab_add(&l, lab_want("_dmarc", RECORDS_TXT, OURS));
	lab_make(&l);
	assert_true(l.plan.blocked);
	assert_true(lab_found(&l, "publish.unknown"));
	lab_end(&l);
}

static void
what_is_no_record_is_refused(void **state)
{
	static const struct {
		const char *name;
		enum records_type type;
		const char *value;
	} cases[] = {
		{ "a b", RECORDS_TXT, "x" },
		{ "x.example.org.", RECORDS_TXT, "x" },
		{ "a", RECORDS_TXT, "" },
		{ "a", RECORDS_A, "2001:db8::1" },
		{ "a", RECORDS_AAAA, "192.0.2.1" },
		{ "a", RECORDS_CNAME, "no name" },
	};
	struct lab l;

	(void)state;
	lab_begin(&l, "", NOW);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct dnsplan_wanted w =
			lab_want(cases[i].name, cases[i].type, cases[i].value);
		struct diag why = { 0 };

		assert_int_equal(dnsplan_wish_add(&l.wish, &w, l.mem, &why),
				 ERR_SYNTAX);
		assert_string_equal(why.code, "publish.bad_record");
	}
	assert_int_equal(l.wish.n, 0);
	lab_end(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_missing_is_added),
		cmocka_unit_test(what_is_there_already_is_kept),
		cmocka_unit_test(
			a_record_is_replaced_and_strangers_beside_it_stay),
		cmocka_unit_test(addresses_are_replaced_as_a_set),
		cmocka_unit_test(removing_names_a_kind_a_value_or_all),
		cmocka_unit_test(
			an_existing_dmarc_record_gets_exactly_our_address),
		cmocka_unit_test(an_existing_tls_rpt_record_gets_our_address),
		cmocka_unit_test(
			several_dmarc_records_block_until_they_are_cleared),
		cmocka_unit_test(
			reports_to_who_did_not_agree_are_told_with_the_record),
		cmocka_unit_test(
			a_cname_beside_text_blocks_until_the_text_is_cleared),
		cmocka_unit_test(
			text_at_a_cname_blocks_until_the_cname_is_cleared),
		cmocka_unit_test(what_we_never_remove_blocks_for_good),
		cmocka_unit_test(the_top_of_a_zone_cannot_be_a_cname),
		cmocka_unit_test(
			nothing_is_planned_without_knowing_what_is_there),
		cmocka_unit_test(what_is_no_record_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
