/* test_seen.c - a record in the light of the mail that reports tell of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "world.h"

#define RUA "; rua=mailto:d@example.com"

static const struct facts_seen everything = {
	.days = 7,
	.passed = 400,
	.dkim = { 12, STR("mail.example.com") },
	.spf = { 9, STR("bounce.example.com") },
};

/* The codes among those of this file, each with a blank behind it. */
static void
is_found(const char *record, const struct facts_seen *seen, const char *wanted)
{
	static const char *const codes[] = { "dmarc.adkim_too_strict",
					     "dmarc.aspf_too_strict",
					     "dmarc.reject_by_spf_only" };
	const struct facts_subject s = { .domain = STR("example.com"),
					 .seen = *seen };
	SCOPED_BUF world = BUF(4096);
	SCOPED_BUF found = BUF(4096);
	struct finding_list list;

	buf_addf(&world,
		 "example.com MX 10 mx.example.com\n"
		 "_dmarc.example.com TXT \"%s\"\n",
		 record);

	SCOPED_FACTS f = world_of(buf_c(&world));

	finding_list_init(&list, facts_mem(f));
	assert_true(dmarcrec_check(f, &s, &list));
	for (size_t i = 0; i < COUNT_OF(codes); i++)
		if (finding_list_find(&list, codes[i]))
			buf_addf(&found, "%s ", codes[i]);
	assert_string_equal(found.n ? buf_c(&found) : "", wanted);
}

static void
only_what_the_record_asks_for_is_held_against_the_mail(void **state)
{
	struct facts_seen signed_some = everything, few = everything;
	const struct facts_seen nothing = { 0 };

	(void)state;
	signed_some.by_dkim = 1;
	few.passed = 19;
	is_found("v=DMARC1; p=none; adkim=s; aspf=s" RUA, &everything,
		 "dmarc.adkim_too_strict dmarc.aspf_too_strict ");
	is_found("v=DMARC1; p=none; aspf=s" RUA, &everything,
		 "dmarc.aspf_too_strict ");
	is_found("v=DMARC1; p=none" RUA, &everything, "");
	is_found("v=DMARC1; p=quarantine" RUA, &everything, "");
	is_found("v=DMARC1; p=reject" RUA, &everything,
		 "dmarc.reject_by_spf_only ");
	is_found("v=DMARC1; p=reject" RUA, &signed_some, "");
	is_found("v=DMARC1; p=reject" RUA, &few, "");
	is_found("v=DMARC1; p=reject; adkim=s; aspf=s" RUA, &nothing, "");
}

static void
the_cure_is_the_same_record_relaxed(void **state)
{
	const struct facts_subject s = { .domain = STR("example.com"),
					 .seen = everything };
	SCOPED_FACTS f = world_of(
		"example.com MX 10 mx.example.com\n"
		"_dmarc.example.com TXT \"v=DMARC1; p=quarantine; adkim=s;"
		" aspf=s" RUA "\"\n");
	const struct finding_found *one;
	struct finding_list list;

	(void)state;
	finding_list_init(&list, facts_mem(f));
	assert_true(dmarcrec_check(f, &s, &list));
	one = finding_list_find(&list, "dmarc.adkim_too_strict");
	assert_non_null(one);
	assert_true(str_eq(one->record.name, S("_dmarc.example.com")));
	assert_int_equal(str_find(one->record.value, S("adkim")), SIZE_MAX);
	assert_int_not_equal(str_find(one->record.value, S("aspf=s")),
			     SIZE_MAX);
	assert_true(str_eq(one->args[1].value, S("12")));
	assert_true(str_eq(one->args[2].value, S("mail.example.com")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			only_what_the_record_asks_for_is_held_against_the_mail),
		cmocka_unit_test(the_cure_is_the_same_record_relaxed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
