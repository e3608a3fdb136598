#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "watch/private.h"

#include <string.h>

enum { NOW = 1764000000, ROUNDS = 64 };

#define WORLD                                                                  \
	"example.com SOA ns1.example.com\n"                                    \
	"example.com NS ns2.example.com\n"                                     \
	"example.com NS ns1.example.com\n"                                     \
	"example.com MX 20 b.example.com\n"                                    \
	"example.com MX 10 a.example.com\n"                                    \
	"example.com TXT \"v=SPF1 -all\"\n"                                    \
	"example.com TXT \"some-site-verification=1\"\n"                       \
	"_dmarc.example.com TXT \"v=DMARC1; p=none\"\n"

#define POLICY                                                                 \
	"version: STSv1\r\nmode: testing\r\nmx: mx.example.com\r\n"            \
	"max_age: 604800\r\n"

/* The policy of example.com; no other server can be reached. */
static void
answer(struct facts *f, const struct facts_question *q)
{
	static const struct str names[] = { STR("mta-sts.example.com") };
	const struct facts_mail none = { .stage = FACTS_UNREACHABLE };
	const struct facts_web web = {
		.stage = FACTS_DONE,
		.tls = { .version = 0x0304,
			 .alert = -1,
			 .cert = { .there = true,
				   .chain = FACTS_CHAIN_TRUSTED,
				   .not_before = NOW - 30 * CIVIL_DAY,
				   .not_after = NOW + 60 * CIVIL_DAY,
				   .names = names,
				   .names_n = 1 } },
		.status = 200,
		.has_type = true,
		.type = S("text/plain"),
		.body = S(POLICY),
	};
	const struct facts_dns unknown = {
		.name = q->name,
		.type = q->type,
		.direct = q->direct,
		.server = q->address,
		.status = FACTS_TIMEOUT,
	};

	if (q->kind == FACTS_DNS)
		assert_true(facts_put_dns(f, &unknown));
	else if (q->kind == FACTS_WEB)
		assert_true(facts_put_web(f, q, &web));
	else
		assert_true(facts_put_mail(f, q, &none));
}

/* In a world where no name server can be reached. */
static void
judge_all(struct watch_look *l, const char *world)
{
	struct diag why = { 0 };

	assert_int_equal(facts_put_world(l->facts, str_of(world), &why),
			 ERR_NONE);
	for (int round = 0; round < ROUNDS && !watch_look_judge(l); round++) {
		struct facts_question q;

		for (size_t i = 0; facts_open(l->facts, i, &q); i++)
			answer(l->facts, &q);
		facts_settle(l->facts);
	}
}

static struct watch_look *
look_and_remember(const struct control_watched *of, const char *world,
		  const char *selector, const struct watch_reports *reports)
{
	struct watch_look *l = watch_look_new(of, NOW);

	if (reports)
		watch_look_reports(l, reports);
	watch_look_selector(l, str_of(selector));
	judge_all(l, world);
	return l;
}

static struct watch_look *
look_at(const struct control_watched *of, const char *world,
	const char *selector)
{
	return look_and_remember(of, world, selector, NULL);
}

static const struct control_value *
value(const struct control_look *look, const char *name, const char *type)
{
	for (size_t i = 0; i < look->values; i++)
		if (str_eq(look->value[i].name, str_of(name)) &&
		    str_eq(look->value[i].type, str_of(type)))
			return &look->value[i];
	return NULL;
}

static bool
is_settled(const struct control_look *look, const char *part)
{
	for (size_t i = 0; i < look->settled_n; i++)
		if (str_eq(look->settled[i], str_of(part)))
			return true;
	return false;
}

static const struct control_watched DOMAIN = { .domain = 7,
					       .owner = 1,
					       .name = STR("example.com") };

static void
records_are_kept_in_one_order_and_only_what_matters(void **state)
{
	struct watch_look *l = look_at(&DOMAIN, WORLD, "s1");
	struct control_look out;

	(void)state;
	assert_true(watch_look_result(l, &out));
	assert_true(str_eq(value(&out, "example.com", "NS")->value,
			   S("ns1.example.com\nns2.example.com")));
	assert_true(str_eq(value(&out, "example.com", "MX")->value,
			   S("10 a.example.com\n20 b.example.com")));
	assert_true(str_eq(value(&out, "example.com", "TXT")->value,
			   S("v=SPF1 -all")));
	assert_true(str_eq(value(&out, "_dmarc.example.com", "TXT")->value,
			   S("v=DMARC1; p=none")));
	assert_int_equal(
		value(&out, "s1._domainkey.example.com", "TXT")->value.n, 0);
	assert_null(value(&out,
			  "https://mta-sts.example.com/.well-known/mta-sts.txt",
			  "FILE"));
	watch_look_free(l);
}

static void
what_could_not_be_seen_is_neither_a_value_nor_over(void **state)
{
	struct watch_look *l =
		look_at(&DOMAIN,
			WORLD "_mta-sts.example.com SERVFAIL TXT\n"
			      "_smtp._tls.example.com TXT \"v=TLSRPTv1\"\n",
			"");
	struct control_look out;

	(void)state;
	assert_true(watch_look_result(l, &out));
	assert_null(value(&out, "_mta-sts.example.com", "TXT"));
	assert_non_null(value(&out, "_smtp._tls.example.com", "TXT"));
	assert_false(is_settled(&out, "mta-sts"));
	assert_true(is_settled(&out, "dmarc"));
	watch_look_free(l);
}

static void
findings_have_their_part_and_places(void **state)
{
	struct watch_look *l = look_at(&DOMAIN, WORLD, "");
	struct control_look out;
	bool found = false;

	(void)state;
	assert_true(watch_look_result(l, &out));
	for (size_t i = 0; i < out.findings; i++) {
		const struct control_finding *f = &out.finding[i];

		assert_false(str_eq(f->severity, S("ok")));
		if (!str_eq(f->code, S("dmarc.none_without_rua")))
			continue;
		found = true;
		assert_true(str_eq(f->part, S("dmarc")));
		assert_true(str_starts(f->places, S("{")));
	}
	assert_true(found);
	watch_look_free(l);
}

static void
the_next_look_is_sooner_while_something_fails(void **state)
{
	(void)state;
	for (int64_t domain = 1; domain < 1000; domain++) {
		int64_t calm = watch_due(domain, NOW, false) - NOW;
		int64_t uneasy = watch_due(domain, NOW, true) - NOW;

		assert_in_range(calm, WATCH_CALM - WATCH_JITTER_CALM + 1,
				WATCH_CALM);
		assert_in_range(uneasy, WATCH_UNEASY * 5 / 6, WATCH_UNEASY);
	}
	/* Not all at the same second. */
	assert_int_not_equal(watch_due(1, NOW, false),
			     watch_due(2, NOW, false));
}

/* ---- what is remembered ---- */

#define HOSTED                                                                 \
	"example.com MX 10 mx.example.com\n"                                   \
	"mx.example.com A 192.0.2.25\n"                                        \
	"mta-sts.example.com A 192.0.2.80\n"                                   \
	"_mta-sts.example.com TXT \"v=STSv1; id=1\"\n"                         \
	"_smtp._tls.example.com TXT \"v=TLSRPTv1; "                            \
	"rua=mailto:t@example.com\"\n"

/* Whether the look of a domain that is remembered so finds `code`. */
static bool
finds(const struct control_policy *policy, const struct watch_reports *reports,
      const char *code)
{
	struct control_watched of = DOMAIN;
	struct watch_look *l;
	struct control_look out;
	bool found = false;

	of.policy = *policy;
	l = look_and_remember(&of, HOSTED, "", reports);
	assert_true(watch_look_result(l, &out));
	assert_true(l->policy_known);
	for (size_t i = 0; i < out.findings; i++)
		found |= str_eq(out.finding[i].code, str_of(code));
	watch_look_free(l);
	return found;
}

static void
a_policy_is_held_against_the_former_one(void **state)
{
	const uint64_t now = mtasts_body_hash(S(POLICY)), then = 42;
	const struct {
		struct control_policy policy;
		const char *code;
		bool found;
	} cases[] = {
		/* Another file, and senders are not told. */
		{ { .id = S("1"), .id_body = then, .body = then },
		  "mtasts.id_stale",
		  true },
		{ { .id = S("1"), .id_body = now, .body = now },
		  "mtasts.id_stale",
		  false },
		/* They were told, but of nothing. */
		{ { .id = S("0"), .id_body = now, .body = now },
		  "mtasts.id_changed_same_body",
		  true },
		{ { .id = S("0"), .id_body = then, .body = then },
		  "mtasts.id_changed_same_body",
		  false },
		/* First the id, and then the file. */
		{ { .id = S("1"),
		    .id_seen = NOW - 900,
		    .id_body = now,
		    .body = now,
		    .body_seen = NOW - 600 },
		  "mtasts.file_older_than_txt",
		  true },
		{ { .id = S("1"),
		    .id_seen = NOW - 600,
		    .id_body = now,
		    .body = now,
		    .body_seen = NOW - 900 },
		  "mtasts.file_older_than_txt",
		  false },
		/* Nothing is known of the past. */
		{ { .id_seen = 0 }, "mtasts.id_stale", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (finds(&cases[i].policy, NULL, cases[i].code) !=
		    cases[i].found)
			fail_msg("%zu: %s", i, cases[i].code);
}

static void
testing_is_over_when_reports_came_and_all_is_well(void **state)
{
	const struct control_policy policy = {
		.testing_since = NOW - 100 * CIVIL_DAY,
	};
	struct watch_reports r = { .last = NOW, .clean = true };

	(void)state;
	assert_true(finds(&policy, &r, "mtasts.testing_too_long"));
	r.clean = false;
	assert_false(finds(&policy, &r, "mtasts.testing_too_long"));
	/* Without any report nobody knows. */
	assert_false(finds(&policy, NULL, "mtasts.testing_too_long"));
}

static void
tls_reports_that_came_and_come_no_more_are_missed(void **state)
{
	const struct control_policy policy = { .testing_since = 0 };
	const struct {
		struct watch_reports r;
		bool silent;
	} cases[] = {
		{ { NOW - 90 * CIVIL_DAY, NOW - 8 * CIVIL_DAY, false }, true },
		{ { NOW - 90 * CIVIL_DAY, NOW - 6 * CIVIL_DAY, false }, false },
		/* The record is new. */
		{ { NOW - 2 * CIVIL_DAY, NOW - 8 * CIVIL_DAY, false }, false },
		/* There never was any. */
		{ { NOW - 90 * CIVIL_DAY, 0, false }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (finds(&policy, &cases[i].r, "tlsrpt.silent") !=
		    cases[i].silent)
			fail_msg("%zu", i);
}

static void
reports_tell_what_the_dmarc_record_does_to_the_mail(void **state)
{
	const struct control_watched of = DOMAIN;
	const struct facts_seen seen = {
		.days = 7,
		.passed = 100,
		.dkim = { 3, STR("mail.example.com") },
	};
	struct watch_look *l = watch_look_new(&of, NOW);
	struct control_look out;
	bool found = false;

	(void)state;
	watch_look_seen(l, &seen);
	judge_all(l, "example.com SOA ns1.example.com\n"
		     "_dmarc.example.com TXT \"v=DMARC1; p=none; adkim=s\"\n");
	assert_true(watch_look_result(l, &out));
	for (size_t i = 0; i < out.findings; i++)
		found |= str_eq(out.finding[i].part, S("dmarc")) &&
			 str_eq(out.finding[i].code,
				S("dmarc.adkim_too_strict"));
	assert_true(found);
	watch_look_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			records_are_kept_in_one_order_and_only_what_matters),
		cmocka_unit_test(
			what_could_not_be_seen_is_neither_a_value_nor_over),
		cmocka_unit_test(findings_have_their_part_and_places),
		cmocka_unit_test(a_policy_is_held_against_the_former_one),
		cmocka_unit_test(
			testing_is_over_when_reports_came_and_all_is_well),
		cmocka_unit_test(
			tls_reports_that_came_and_come_no_more_are_missed),
		cmocka_unit_test(
			reports_tell_what_the_dmarc_record_does_to_the_mail),
		cmocka_unit_test(the_next_look_is_sooner_while_something_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
