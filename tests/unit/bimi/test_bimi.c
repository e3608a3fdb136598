#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bimi/bimi.h"

#include <stdio.h>
#include <string.h>

static const int64_t now = 1800000000;

static const char record[] =
	"default._bimi.example.com TXT \"v=BIMI1; l=https://a.example/l.svg; "
	"a=https://a.example/c.pem\"\na.example A 192.0.2.1\n";
static const char enforced[] = "_dmarc.example.com TXT \"v=DMARC1; p=reject\"";
static const char good_svg[] =
	"<svg version=\"1.2\" baseProfile=\"tiny-ps\"><title>x</title></svg>";
static const char good_pem[] = "-----BEGIN CERTIFICATE-----\n";

static struct facts *
world_of(const char *first, const char *second)
{
	struct facts *f = facts_new(1 << 20, now);

	assert_int_equal(facts_put_world(f, str_of(first), NULL), ERR_NONE);
	assert_int_equal(facts_put_world(f, str_of(second), NULL), ERR_NONE);
	return f;
}

static struct facts_web
good_answer(const char *body)
{
	static const struct str names[] = { STR("a.example") };
	struct facts_web web = { .stage = FACTS_DONE,
				 .status = 200,
				 .has_type = true,
				 .type = S("image/svg+xml; charset=utf-8"),
				 .body = str_of(body) };

	web.tls.cert = (struct facts_cert){ .there = true,
					    .not_before = now - 1,
					    .not_after = now + 1,
					    .names = names,
					    .names_n = 1,
					    .chain = FACTS_CHAIN_TRUSTED };
	return web;
}

static void
put(struct facts *f, const char *path, const struct facts_web *web)
{
	struct facts_question q = { .kind = FACTS_WEB,
				    .name = S("a.example"),
				    .path = str_of(path) };

	assert_true(netaddr_parse(S("192.0.2.1"), &q.address));
	assert_true(facts_put_web(f, &q, web));
}

static void
check(struct facts *f, const char *domain, struct finding_list *list)
{
	const struct facts_subject subject = { .domain = str_of(domain) };

	finding_list_init(list, facts_mem(f));
	assert_true(bimi_check(f, &subject, list));
}

static void
expect(const struct finding_list *list, const char *code, const char *what)
{
	if (finding_list_find(list, code) != NULL)
		return;
	for (size_t i = 0; i < list->n; i++)
		print_message("  %s\n", list->at[i].finding->code);
	fail_msg("%s: no %s", what, code);
}

static void
texts_are_read_and_faults_named(void **state)
{
	static const char *const table[][2] = {
		{ "v=bimi1; l=https://a.example/l.svg", "bimi.version_wrong" },
		{ "l=https://a.example/l.svg; v=BIMI1", "bimi.version_wrong" },
		{ "v=BIMI1; l=https://a.example/l.svg; l=x",
		  "bimi.tag_syntax" },
		{ "v=BIMI1; hello; l=https://a.example/l.svg",
		  "bimi.tag_syntax" },
		{ "v=BIMI1; l=https://a.example/l.svg; z=1",
		  "bimi.tag_unknown" },
		{ "v=BIMI1; l=; a=;", "bimi.declined" },
		{ "v=BIMI1; a=https://a.example/c.pem", "bimi.logo_missing" },
		{ "v=BIMI1; l=http://a.example/l.svg", "bimi.logo_not_https" },
		{ "v=BIMI1; l=https://a.example", "bimi.logo_not_https" },
		{ "v=BIMI1; l=https://a.example:8443/l.svg",
		  "bimi.logo_not_https" },
		{ "v=BIMI1; l=https://a.example/l.svg,https://b.example/l.svg",
		  "bimi.logo_not_https" },
		{ "v=BIMI1; l=https://a.example/l.png", "bimi.logo_not_svg" },
		{ "v=BIMI1; l=https://a.example/l.svg", "bimi.cert_missing" },
		{ "v=BIMI1; l=https://a.example/l.svg; a=self",
		  "bimi.cert_not_https" },
		{ "v=BIMI1; l=https://a.example/l.svg; a=https://b.example/c",
		  "bimi.cert_not_pem" },
		{ "v=BIMI1; l=https://a.example/l.svg; avp=x",
		  "bimi.avp_invalid" },
	};
	SCOPED_ARENA mem = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct finding_list list;
		struct bimi rec;

		finding_list_init(&list, mem);
		assert_int_equal(bimi_parse(str_of(table[i][0]), &rec, NULL),
				 ERR_NONE);
		bimi_lint(&rec, &list);
		expect(&list, table[i][1], table[i][0]);
	}
}

static void
what_is_made_reads_back_without_a_fault(void **state)
{
	static const char *const l[] = { "", "https://a.example/l.svg",
					 "http://a.example/l.svg",
					 "https://a.example/a;b.svg",
					 "https://a.example/l.svg?v=2" };
	static const char *const a[] = { "", "https://a.example/c.pem", "x" };
	static const char *const avp[] = { "", "brand", "personal", "other" };
	SCOPED_ARENA mem = arena_new(1 << 20);
	int made = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(l) * COUNT_OF(a) * COUNT_OF(avp); i++) {
		struct bimi wish = { .l = str_of(l[i % 5]),
				     .a = str_of(a[i / 5 % 3]),
				     .avp = str_of(avp[i / 15]) };
		struct finding_list why, again;
		struct bimi back;
		struct str text;

		wish.has_a = wish.a.n > 0;
		finding_list_init(&why, mem);
		finding_list_init(&again, mem);
		if (!bimi_make(&wish, mem, &why, &text)) {
			assert_true(finding_list_worst(&why) >= FINDING_WARN);
			continue;
		}
		made++;
		assert_int_equal(bimi_parse(text, &back, NULL), ERR_NONE);
		bimi_lint(&back, &again);
		assert_true(finding_list_worst(&again) < FINDING_WARN);
		assert_true(back.valid && str_eq(back.l, wish.l) &&
			    str_eq(back.a, wish.a) &&
			    str_eq(back.avp, wish.avp));
	}
	assert_int_equal(made, 15);
}

static void
a_long_record_is_refused(void **state)
{
	static char text[BIMI_TEXT_MAX + 1];
	struct diag why = { .line = 0 };
	struct bimi rec;

	(void)state;
	memset(text, 'x', sizeof text);
	assert_int_equal(
		bimi_parse((struct str){ text, sizeof text }, &rec, &why),
		ERR_LIMIT);
	assert_string_equal(why.code, "bimi.record_too_long");
}

static void
dns_and_policy_are_judged(void **state)
{
	static const struct {
		const char *bimi, *dmarc, *domain, *code;
	} table[] = {
		{ "a.example A 192.0.2.1", enforced, "example.com",
		  "bimi.absent" },
		{ "default._bimi.example.com SERVFAIL", enforced, "example.com",
		  "bimi.unknown" },
		{ "default._bimi.example.com TXT \"v=BIMI1; l=;\"\n"
		  "default._bimi.example.com TXT \"v=BIMI1; l=;\"",
		  enforced, "example.com", "bimi.multiple" },
		{ "default._bimi.example.com TXT \"v=BIMI1; l=; a=;\"",
		  enforced, "www.example.com", "bimi.declined" },
		{ record, "_dmarc.example.com TXT \"v=DMARC1; p=none\"",
		  "example.com", "bimi.dmarc_not_enforced" },
		{ record, "# no policy", "example.com",
		  "bimi.dmarc_not_enforced" },
		{ record, "_dmarc.example.com SERVFAIL", "example.com",
		  "bimi.dmarc_unknown" },
		{ record,
		  "_dmarc.example.com TXT \"v=DMARC1; p=reject; sp=none\"",
		  "example.com", "bimi.dmarc_sp_none" },
		{ record,
		  "_dmarc.example.com TXT \"v=DMARC1; p=reject; pct=50\"",
		  "example.com", "bimi.dmarc_partial" },
		{ record, "_dmarc.example.com TXT \"v=DMARC1; p=reject; t=y\"",
		  "example.com", "bimi.dmarc_partial" },
		/* The organisation must enforce as well. */
		{ record,
		  "_dmarc.example.com TXT \"v=DMARC1; p=none\"\n"
		  "_dmarc.www.example.com TXT \"v=DMARC1; p=reject\"",
		  "www.example.com", "bimi.dmarc_not_enforced" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct facts *f = world_of(table[i].bimi, table[i].dmarc);
		const struct facts_web logo = good_answer(good_svg);
		const struct facts_web cert = good_answer(good_pem);
		struct finding_list list;

		put(f, "/l.svg", &logo);
		put(f, "/c.pem", &cert);
		check(f, table[i].domain, &list);
		expect(&list, table[i].code, table[i].bimi);
		facts_free(f);
	}
}

/* What one changed answer for the logo gives. */
static void
expect_logo(const struct facts_web *logo, const char *code)
{
	struct facts *f = world_of(record, enforced);
	const struct facts_web cert = good_answer(good_pem);
	struct finding_list list;

	put(f, "/l.svg", logo);
	put(f, "/c.pem", &cert);
	check(f, "example.com", &list);
	if (code == NULL && list.n > 0)
		fail_msg("%s", list.at[0].finding->code);
	if (code != NULL)
		expect(&list, code, "logo");
	facts_free(f);
}

static void
the_logo_is_judged_as_receivers_do(void **state)
{
	static const struct {
		const char *body, *code;
	} bodies[] = {
		{ good_svg, NULL },
		{ "\x89PNG", "bimi.logo_no_svg" },
		{ "<svg><title>x</title></svg>", "bimi.logo_profile" },
		{ "<svg baseProfile=\"tiny-ps\"></svg>", "bimi.logo_profile" },
		{ "<svg baseProfile=\"tiny-ps\"><title/><script/></svg>",
		  "bimi.logo_active" },
		{ "<svg baseProfile=\"tiny-ps\"><title/><image/></svg>",
		  "bimi.logo_active" },
	};
	struct facts_web web;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		web = good_answer(bodies[i].body);
		expect_logo(&web, bodies[i].code);
	}
	web = good_answer(good_svg);
	web.type = S("text/plain");
	expect_logo(&web, "bimi.logo_type");
	web = good_answer(good_svg);
	web.over = true;
	expect_logo(&web, "bimi.logo_large");
	web = good_answer(good_svg);
	web.status = 404;
	expect_logo(&web, "bimi.logo_unreachable");
	web = good_answer(good_svg);
	web.tls.cert.not_after = now - 1;
	expect_logo(&web, "bimi.logo_unreachable");
	web = good_answer(good_svg);
	web.tls.cert.names_n = 0;
	expect_logo(&web, "bimi.logo_unreachable");
	web = good_answer(good_svg);
	web.tls.cert.chain = FACTS_CHAIN_UNKNOWN;
	expect_logo(&web, "bimi.file_unknown");
	web = good_answer(good_svg);
	web.stage = FACTS_NOT_ALLOWED;
	expect_logo(&web, "bimi.file_unknown");
	web = good_answer(good_svg);
	web.stage = FACTS_CONN_REFUSED;
	expect_logo(&web, "bimi.logo_unreachable");
}

static void
the_certificate_file_must_be_there_and_pem(void **state)
{
	static const char *const codes[] = { "bimi.cert_no_pem",
					     "bimi.cert_unreachable" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		struct facts *f = world_of(record, enforced);
		const struct facts_web logo = good_answer(good_svg);
		struct facts_web cert = good_answer("hello");
		struct finding_list list;

		if (i == 1)
			cert.status = 301;
		put(f, "/l.svg", &logo);
		put(f, "/c.pem", &cert);
		check(f, "example.com", &list);
		expect(&list, codes[i], "certificate");
		facts_free(f);
	}
}

static void
a_known_policy_is_taken_as_given(void **state)
{
	static const struct bimi_dmarc good = { BIMI_POLICY_REJECT,
						BIMI_POLICY_REJECT,
						BIMI_POLICY_REJECT, 100,
						false };
	struct facts *f = world_of(
		"x._bimi.example.com TXT \"v=BIMI1; l=http://a.example/\"",
		"a.example A 192.0.2.1");
	struct finding_list list;

	(void)state;
	finding_list_init(&list, facts_mem(f));
	assert_true(bimi_check_with(f, S("example.com"), S("x"), &good, &list));
	assert_int_equal(list.n, 2);
	expect(&list, "bimi.logo_not_https", "x");
	expect(&list, "bimi.cert_missing", "x");
	facts_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_read_and_faults_named),
		cmocka_unit_test(what_is_made_reads_back_without_a_fault),
		cmocka_unit_test(a_long_record_is_refused),
		cmocka_unit_test(dns_and_policy_are_judged),
		cmocka_unit_test(the_logo_is_judged_as_receivers_do),
		cmocka_unit_test(the_certificate_file_must_be_there_and_pem),
		cmocka_unit_test(a_known_policy_is_taken_as_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
