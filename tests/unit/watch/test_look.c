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

/* A look in a world where no server can be reached. */
static struct watch_look *
look_at(const struct control_watched *of, const char *world,
	const char *selector)
{
	struct watch_look *l = watch_look_new(of, NOW);
	struct diag why = { 0 };

	watch_look_selector(l, str_of(selector));
	assert_int_equal(facts_put_world(l->facts, str_of(world), &why),
			 ERR_NONE);
	for (int round = 0; round < ROUNDS && !watch_look_judge(l); round++) {
		struct facts_question q;

		for (size_t i = 0; facts_open(l->facts, i, &q); i++) {
			const struct facts_dns none = {
				.name = q.name,
				.type = q.type,
				.direct = q.direct,
				.server = q.address,
				.status = FACTS_TIMEOUT,
			};

			assert_int_equal(q.kind, FACTS_DNS);
			assert_true(facts_put_dns(l->facts, &none));
		}
		facts_settle(l->facts);
	}
	return l;
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			records_are_kept_in_one_order_and_only_what_matters),
		cmocka_unit_test(
			what_could_not_be_seen_is_neither_a_value_nor_over),
		cmocka_unit_test(findings_have_their_part_and_places),
		cmocka_unit_test(the_next_look_is_sooner_while_something_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
