/* Facts: what is not known is asked for once, and answered from a world. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "facts/facts.h"

enum { ROOM = 1 << 20, NOW = 1790000000 };

static struct facts *
world(const char *text)
{
	struct facts *f = facts_new(ROOM, NOW);
	struct diag why = { 0 };

	assert_int_equal(facts_put_world(f, str_of(text), &why), ERR_NONE);
	return f;
}

static void
a_question_is_open_until_it_is_answered(void **state)
{
	struct facts *f = facts_new(ROOM, NOW);
	struct facts_question q;
	const struct facts_rr rr = { .data = STR("v=spf1 -all"), .strings = 1 };
	const struct facts_dns answer = {
		.name = STR("example.com"), .type = FACTS_TXT, .rr = &rr, .n = 1
	};

	(void)state;
	assert_null(facts_ask(f, S("Example.COM."), FACTS_TXT));
	assert_null(facts_ask(f, S("example.com"), FACTS_TXT));
	assert_true(facts_open(f, 0, &q));
	assert_memory_equal(q.name.p, "example.com", 11);
	assert_false(facts_open(f, 1, &q));
	assert_true(facts_put_dns(f, &answer));
	assert_true(facts_open(f, 0, &q));
	facts_settle(f);
	assert_false(facts_open(f, 0, &q));
	assert_int_equal(facts_ask(f, S("example.com"), FACTS_TXT)->n, 1);
	assert_null(facts_ask(f, S("example.com"), FACTS_MX));
	facts_free(f);
}

static void
one_server_and_the_resolver_are_asked_apart(void **state)
{
	struct facts *f = facts_new(ROOM, NOW);
	struct facts_question q;
	struct netaddr a, b;

	(void)state;
	assert_true(netaddr_parse(S("192.0.2.1"), &a));
	assert_true(netaddr_parse(S("192.0.2.2"), &b));
	assert_null(facts_ask(f, S("example.com"), FACTS_SOA));
	assert_null(facts_ask_at(f, S("example.com"), FACTS_SOA, &a));
	assert_null(facts_ask_at(f, S("example.com"), FACTS_SOA, &b));
	assert_null(facts_fetch(f, S("h.example"), S("/a"), &a));
	assert_null(facts_fetch(f, S("h.example"), S("/b"), &a));
	assert_null(facts_probe(f, S("h.example"), &a));
	assert_true(facts_open(f, 5, &q));
	assert_int_equal(q.kind, FACTS_MAIL);
	assert_false(facts_open(f, 6, &q));
	facts_free(f);
}

static void
a_name_that_cannot_be_asked_for_does_not_exist(void **state)
{
	struct facts *f = facts_new(ROOM, NOW);
	struct facts_question q;

	(void)state;
	assert_int_equal(facts_ask(f, S("a..b"), FACTS_A)->status,
			 FACTS_NXDOMAIN);
	assert_false(facts_open(f, 0, &q));
	facts_free(f);
}

static void
a_world_tells_no_data_from_no_name(void **state)
{
	struct facts *f = world("# a zone\n"
				"deep.a.example 60 secure TXT \"one\" \"two\"\n"
				"mx.example MX 10 Mail.Example.\n"
				"bad.example SERVFAIL TXT\n"
				"gone.example NXDOMAIN\n");
	const struct facts_dns *d;

	(void)state;
	d = facts_ask(f, S("deep.a.example"), FACTS_TXT);
	assert_int_equal(d->status, FACTS_FOUND);
	assert_memory_equal(d->rr[0].data.p, "onetwo", 6);
	assert_int_equal(d->rr[0].strings, 2);
	assert_true(d->secure);
	assert_int_equal(d->ttl, 60);
	assert_int_equal(facts_ask(f, S("a.example"), FACTS_TXT)->status,
			 FACTS_NODATA);
	assert_int_equal(facts_ask(f, S("b.example"), FACTS_TXT)->status,
			 FACTS_NXDOMAIN);
	assert_int_equal(facts_ask(f, S("gone.example"), FACTS_TXT)->status,
			 FACTS_NXDOMAIN);
	assert_int_equal(facts_ask(f, S("bad.example"), FACTS_TXT)->status,
			 FACTS_SERVFAIL);
	assert_int_equal(facts_ask(f, S("bad.example"), FACTS_A)->status,
			 FACTS_NODATA);
	d = facts_ask(f, S("mx.example"), FACTS_MX);
	assert_int_equal(d->rr[0].preference, 10);
	assert_memory_equal(d->rr[0].data.p, "mail.example", 12);
	facts_free(f);
}

static void
cnames_are_followed_hop_by_hop_and_not_for_ever(void **state)
{
	struct facts *f = world("a.example secure CNAME b.example\n"
				"b.example CNAME c.example\n"
				"c.example TXT end\n"
				"x.example CNAME y.example\n"
				"y.example CNAME x.example\n"
				"lost.example CNAME nowhere.test\n");
	const struct facts_dns *d = facts_ask(f, S("a.example"), FACTS_TXT);

	(void)state;
	assert_int_equal(d->status, FACTS_FOUND);
	assert_int_equal(d->chain_n, 2);
	assert_memory_equal(d->chain[1].p, "c.example", 9);
	assert_false(d->secure);
	assert_int_equal(facts_ask(f, S("x.example"), FACTS_TXT)->status,
			 FACTS_LOOP);
	d = facts_ask(f, S("lost.example"), FACTS_TXT);
	assert_int_equal(d->status, FACTS_NXDOMAIN);
	assert_int_equal(d->chain_n, 1);
	d = facts_ask(f, S("a.example"), FACTS_CNAME);
	assert_int_equal(d->chain_n, 0);
	assert_memory_equal(d->rr[0].data.p, "b.example", 9);
	facts_free(f);
}

static void
a_line_that_cannot_be_read_is_named(void **state)
{
	static const char *const bad[] = {
		"a.example A 1.2.3",      "a.example MX mail.example",
		"a.example TXT \"open",   "a.example NOSUCH x",
		"a..example A 192.0.2.1", "a.example TLSA 0",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct facts *f = facts_new(ROOM, NOW);
		struct diag why = { 0 };
		SCOPED_BUF text = BUF(1000);

		buf_addf(&text, "\nok.example A 192.0.2.1\n%s\n", bad[i]);
		assert_int_equal(facts_put_world(f, buf_str(&text), &why),
				 ERR_SYNTAX);
		assert_string_equal(why.code, "facts.bad_line");
		assert_int_equal(why.line, 3);
		facts_free(f);
	}
}

static void
memory_that_runs_out_is_told_and_nothing_breaks(void **state)
{
	struct facts *f = facts_new(20000, NOW);

	(void)state;
	for (int i = 0; i < 5000 && !facts_full(f); i++) {
		SCOPED_BUF name = BUF(100);

		buf_addf(&name, "a-rather-long-label-%d.example.com", i);
		assert_null(facts_ask(f, buf_str(&name), FACTS_A));
	}
	assert_true(facts_full(f));
	facts_free(f);
}

static void
a_wildcard_covers_exactly_one_label(void **state)
{
	static const struct {
		const char *pattern, *host;
		enum facts_cover cover;
	} cases[] = {
		{ "mx.example.net", "mx.example.net", FACTS_COVERS },
		{ "MX.example.net", "mx.Example.net", FACTS_COVERS },
		{ "*.example.net", "a.example.net", FACTS_COVERS },
		{ "*.example.net", "example.net", FACTS_COVERS_NOT },
		{ "*.example.net", "a.b.example.net", FACTS_COVERS_TOO_DEEP },
		{ "*.example.net", "aexample.net", FACTS_COVERS_NOT },
		{ "m*.example.net", "mx.example.net", FACTS_COVERS_NOT },
		{ "*", "example", FACTS_COVERS_NOT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct str name = str_of(cases[i].pattern);
		const struct facts_cert cert = { .there = true,
						 .names = &name,
						 .names_n = 1,
						 .common_name = STR("x") };

		assert_int_equal(
			facts_cert_covers(&cert, str_of(cases[i].host)),
			cases[i].cover);
	}
}

static void
a_certificate_holds_by_chain_dates_and_name_together(void **state)
{
	const struct str name = STR("mx.example.net");
	const struct facts_cert good = { .there = true,
					 .not_before = 10,
					 .not_after = 20,
					 .names = &name,
					 .names_n = 1,
					 .chain = FACTS_CHAIN_TRUSTED };
	struct facts_cert absent = good, unknown = good;

	(void)state;
	assert_true(facts_cert_holds(&good, name, 10));
	assert_true(facts_cert_holds(&good, name, 20));
	assert_false(facts_cert_holds(&good, name, 9));
	assert_false(facts_cert_holds(&good, name, 21));
	assert_false(facts_cert_holds(&good, S("example.net"), 15));
	absent.there = false;
	assert_false(facts_cert_holds(&absent, name, 15));
	unknown.chain = FACTS_CHAIN_UNKNOWN;
	assert_false(facts_cert_holds(&unknown, name, 15));
}

static void
the_common_name_counts_for_nothing(void **state)
{
	const struct facts_cert cert = { .there = true,
					 .common_name = STR("mx.example.net") };

	(void)state;
	assert_int_equal(facts_cert_covers(&cert, S("mx.example.net")),
			 FACTS_COVERS_NOT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_is_open_until_it_is_answered),
		cmocka_unit_test(one_server_and_the_resolver_are_asked_apart),
		cmocka_unit_test(
			a_name_that_cannot_be_asked_for_does_not_exist),
		cmocka_unit_test(a_world_tells_no_data_from_no_name),
		cmocka_unit_test(
			cnames_are_followed_hop_by_hop_and_not_for_ever),
		cmocka_unit_test(a_line_that_cannot_be_read_is_named),
		cmocka_unit_test(
			memory_that_runs_out_is_told_and_nothing_breaks),
		cmocka_unit_test(a_wildcard_covers_exactly_one_label),
		cmocka_unit_test(
			a_certificate_holds_by_chain_dates_and_name_together),
		cmocka_unit_test(the_common_name_counts_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
