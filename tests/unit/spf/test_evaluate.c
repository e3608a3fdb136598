/* test_evaluate.c - verdicts, in a world of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "facts/facts.h"
#include "spf/spf.h"

static const char world[] =
	"plain.example TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n"
	"soft.example TXT \"v=spf1 include:plain.example ~all\"\n"
	"none.example TXT \"some text\"\n"
	"two.example TXT \"v=spf1 -all\"\n"
	"two.example TXT \"v=spf1 ~all\"\n"
	"split.example TXT \"v=spf1 ip4:192.0.2\" \".1 -all\"\n"
	"bad.example TXT \"v=spf1 ip4:192.0.2.1 -all frob\"\n"
	"fail.example SERVFAIL TXT\n"
	"bogus.example BOGUS TXT\n"
	"refused.example REFUSED TXT\n"
	"slow.example TIMEOUT TXT\n"
	"trouble.example TXT \"v=spf1 include:fail.example -all\"\n"
	"trouble-a.example TXT \"v=spf1 a:slow-a.example -all\"\n"
	"slow-a.example TIMEOUT A\n"
	"late.example TXT \"v=spf1 ip4:192.0.2.1 a:slow-a.example -all\"\n"
	"missing.example TXT \"v=spf1 include:none.example -all\"\n"
	"to.example TXT \"v=spf1 redirect=plain.example\"\n"
	"to-none.example TXT \"v=spf1 redirect=none.example\"\n"
	"neutral.example TXT \"v=spf1 ip4:203.0.113.1\"\n"
	"loop.example TXT \"v=spf1 include:loop.example -all\"\n"
	"circle.example TXT \"v=spf1 redirect=circle.example\"\n"
	"hosts.example TXT \"v=spf1 a mx/28 -all\"\n"
	"hosts.example A 198.51.100.1\n"
	"hosts.example AAAA 2001:db8::1\n"
	"hosts.example MX 10 mx.hosts.example\n"
	"mx.hosts.example A 198.51.100.16\n"
	"null.example TXT \"v=spf1 mx -all\"\n"
	"null.example MX 0 .\n"
	"voids.example TXT \"v=spf1 a:v1.example a:v2.example a:v3.example "
	"ip4:192.0.2.1 -all\"\n"
	"two-voids.example TXT \"v=spf1 a:v1.example mx:v2.example "
	"ip4:192.0.2.1 -all\"\n"
	"eleven.example TXT \"v=spf1 a a a a a a a a a a a ip4:192.0.2.1\"\n"
	"eleven.example A 203.0.113.1\n"
	"ten.example TXT \"v=spf1 a a a a a a a a a a ip4:192.0.2.1\"\n"
	"ten.example A 203.0.113.1\n"
	"ptr.example TXT \"v=spf1 ptr -all\"\n"
	"1.2.0.192.in-addr.arpa PTR mail.ptr.example\n"
	"mail.ptr.example A 192.0.2.1\n"
	"2.2.0.192.in-addr.arpa PTR mail.ptr.example\n"
	"user.example TXT \"v=spf1 exists:%{l}._u.%{d} -all\"\n"
	"bob._u.user.example A 127.0.0.2\n"
	"exp.example TXT \"v=spf1 -all exp=why.exp.example\"\n"
	"why.exp.example TXT \"%{i} is none of %{d}, %{s}\"\n"
	"outer.example TXT \"v=spf1 include:exp.example -all\"\n"
	"everywhere.example TXT \"v=spf1 ip6:::/0 -all\"\n"
	"xn--bcher-kva.example TXT \"v=spf1 ip4:192.0.2.1 -all\"\n";

static const struct {
	const char *ip, *from, *result, *code;
	unsigned lookups, voids;
} verdicts[] = {
	{ "192.0.2.1", "a@plain.example", "pass", "", 0, 0 },
	{ "::ffff:192.0.2.1", "a@plain.example", "pass", "", 0, 0 },
	{ "192.0.3.1", "a@plain.example", "fail", "", 0, 0 },
	{ "192.0.2.1", "a@soft.example", "pass", "", 1, 0 },
	{ "192.0.3.1", "a@soft.example", "softfail", "", 1, 0 },
	{ "192.0.2.1", "a@none.example", "none", "", 0, 0 },
	{ "192.0.2.1", "a@nowhere.example", "none", "", 0, 0 },
	{ "192.0.2.1", "a@example", "none", "", 0, 0 },
	{ "192.0.2.1", "a@[192.0.2.1]", "none", "", 0, 0 },
	{ "192.0.2.1", "a@a..example", "none", "", 0, 0 },
	{ "192.0.2.1", "a@two.example", "permerror", "spf.multiple", 0, 0 },
	{ "192.0.2.1", "a@split.example", "pass", "", 0, 0 },
	{ "192.0.2.1", "a@bad.example", "permerror", "spf.syntax", 0, 0 },
	{ "192.0.2.1", "a@fail.example", "temperror", "spf.dns_trouble", 0, 0 },
	{ "192.0.2.1", "a@bogus.example", "temperror", "spf.dns_trouble", 0,
	  0 },
	{ "192.0.2.1", "a@refused.example", "temperror", "spf.dns_trouble", 0,
	  0 },
	{ "192.0.2.1", "a@slow.example", "temperror", "spf.dns_trouble", 0, 0 },
	{ "192.0.2.1", "a@trouble.example", "temperror", "spf.dns_trouble", 1,
	  0 },
	{ "192.0.2.1", "a@trouble-a.example", "temperror", "spf.dns_trouble", 1,
	  0 },
	{ "192.0.2.1", "a@late.example", "pass", "", 0, 0 },
	{ "192.0.2.1", "a@missing.example", "permerror", "spf.include_missing",
	  1, 0 },
	{ "192.0.2.1", "a@to.example", "pass", "", 1, 0 },
	{ "192.0.3.1", "a@to.example", "fail", "", 1, 0 },
	{ "192.0.2.1", "a@to-none.example", "permerror", "spf.include_missing",
	  1, 0 },
	{ "192.0.2.1", "a@neutral.example", "neutral", "", 0, 0 },
	{ "192.0.2.1", "a@loop.example", "permerror", "spf.lookups_over_limit",
	  10, 0 },
	{ "192.0.2.1", "a@circle.example", "permerror",
	  "spf.lookups_over_limit", 10, 0 },
	{ "198.51.100.1", "a@hosts.example", "pass", "", 1, 0 },
	{ "198.51.100.20", "a@hosts.example", "pass", "", 2, 0 },
	{ "198.51.100.40", "a@hosts.example", "fail", "", 2, 0 },
	{ "2001:db8::1", "a@hosts.example", "pass", "", 1, 0 },
	{ "192.0.2.1", "a@null.example", "fail", "", 1, 0 },
	{ "192.0.2.1", "a@voids.example", "permerror", "spf.voids", 3, 2 },
	{ "192.0.2.1", "a@two-voids.example", "pass", "", 2, 2 },
	{ "192.0.2.1", "a@eleven.example", "permerror",
	  "spf.lookups_over_limit", 10, 0 },
	{ "192.0.2.1", "a@ten.example", "pass", "", 10, 0 },
	{ "203.0.113.1", "a@eleven.example", "pass", "", 1, 0 },
	{ "192.0.2.1", "a@ptr.example", "pass", "", 1, 0 },
	{ "192.0.2.2", "a@ptr.example", "fail", "", 1, 0 },
	{ "192.0.2.3", "a@ptr.example", "fail", "", 1, 1 },
	{ "192.0.2.1", "bob@user.example", "pass", "", 1, 0 },
	{ "192.0.2.1", "eve@user.example", "fail", "", 1, 1 },
	/* RFC 8616: such a local part matches nothing. */
	{ "192.0.2.1", "b\xc3\xb8@user.example", "fail", "", 1, 0 },
	{ "192.0.2.1",
	  "a@b\xc3\xbc"
	  "cher.example",
	  "pass", "", 0, 0 },
	{ "192.0.2.1", "a@everywhere.example", "fail", "", 0, 0 },
	{ "2001:db8::9", "a@everywhere.example", "pass", "", 0, 0 },
	/* The null sender: who says HELO. */
	{ "192.0.2.1", "", "pass", "", 0, 0 },
};

static struct facts *
new_world(void)
{
	struct facts *f = facts_new(4 << 20, 1700000000);
	struct diag why = { 0 };

	if (facts_put_world(f, str_of(world), &why) != ERR_NONE)
		fail_msg("%s %s", why.code, why.detail);
	return f;
}

static void
senders_get_the_verdict_of_the_rfc(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
		struct facts *f = new_world();
		struct spf_who who = { .helo = S("plain.example"),
				       .mail_from = str_of(verdicts[i].from) };
		struct spf_verdict v;

		assert_true(netaddr_parse(str_of(verdicts[i].ip), &who.ip));
		assert_true(spf_evaluate(f, &who, &v));
		if (!str_eq(str_of(spf_result_name(v.result)),
			    str_of(verdicts[i].result)) ||
		    v.lookups != verdicts[i].lookups ||
		    v.voids != verdicts[i].voids)
			fail_msg("%s from %s: %s, %u, %u", verdicts[i].from,
				 verdicts[i].ip, spf_result_name(v.result),
				 v.lookups, v.voids);
		assert_string_equal(v.code, verdicts[i].code);
		facts_free(f);
	}
}

static void
a_verdict_names_the_term_that_decided(void **state)
{
	struct facts *f = new_world();
	struct spf_who who = { .mail_from = S("a@soft.example") };
	struct spf_verdict v;

	(void)state;
	assert_true(netaddr_parse(S("192.0.2.1"), &who.ip));
	assert_true(spf_evaluate(f, &who, &v));
	assert_true(str_eq(v.domain, S("soft.example")));
	assert_true(str_eq(v.where, S("soft.example")));
	assert_true(str_eq(v.term, S("include:plain.example")));
	who.mail_from = S("a@bad.example");
	assert_true(spf_evaluate(f, &who, &v));
	assert_true(str_eq(v.term, S("frob")));
	facts_free(f);
}

static void
the_explanation_is_that_of_the_domain_itself(void **state)
{
	struct facts *f = new_world();
	struct spf_who who = { .mail_from = S("a@exp.example"),
			       .explain = true };
	struct spf_verdict v;

	(void)state;
	assert_true(netaddr_parse(S("192.0.2.9"), &who.ip));
	assert_true(spf_evaluate(f, &who, &v));
	assert_int_equal(v.result, SPF_FAIL);
	assert_true(str_eq(v.explanation, S("192.0.2.9 is none of exp.example, "
					    "a@exp.example")));
	who.mail_from = S("a@outer.example");
	assert_true(spf_evaluate(f, &who, &v));
	assert_int_equal(v.result, SPF_FAIL);
	assert_int_equal(v.explanation.n, 0);
	who.mail_from = S("a@exp.example");
	who.explain = false;
	assert_true(spf_evaluate(f, &who, &v));
	assert_int_equal(v.explanation.n, 0);
	facts_free(f);
}

static void
put_txt(struct facts *f, const char *name, const char *text)
{
	const struct facts_rr rr = { .data = str_of(text), .strings = 1 };

	assert_true(facts_put_dns(f, &(struct facts_dns){ .name = str_of(name),
							  .type = FACTS_TXT,
							  .rr = &rr,
							  .n = 1 }));
}

/* Nothing is known at first: what is missing is asked for at once. */
static void
open_questions_are_asked_together(void **state)
{
	struct facts *f = facts_new(1 << 20, 0);
	struct spf_who who = { .mail_from = S("a@one.example") };
	struct facts_question q;
	struct spf_verdict v;

	(void)state;
	assert_true(netaddr_parse(S("192.0.2.1"), &who.ip));
	assert_false(spf_evaluate(f, &who, &v));
	assert_true(facts_open(f, 0, &q));
	assert_true(str_eq(q.name, S("one.example")));
	assert_false(facts_open(f, 1, &q));
	put_txt(f, "one.example",
		"v=spf1 include:x.example a:y.example mx ip4:192.0.2.1 "
		"exists:z.example -all a:never.example");
	facts_settle(f);
	assert_false(spf_evaluate(f, &who, &v));
	assert_true(facts_open(f, 3, &q));
	assert_false(facts_open(f, 4, &q));
	assert_true(str_eq(q.name, S("z.example")));
	facts_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(senders_get_the_verdict_of_the_rfc),
		cmocka_unit_test(a_verdict_names_the_term_that_decided),
		cmocka_unit_test(the_explanation_is_that_of_the_domain_itself),
		cmocka_unit_test(open_questions_are_asked_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
