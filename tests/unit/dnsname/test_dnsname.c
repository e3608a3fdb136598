#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dnsname/dnsname.h"

#include <stdio.h>
#include <string.h>

static void
names_fold_to_one_comparable_form(void **state)
{
	static const char *const table[][2] = {
		{ "example.com", "example.com" },
		{ " EXAMPLE.Com. ", "example.com" },
		{ "_DMARC.example.com", "_dmarc.example.com" },
		{ "localhost", "localhost" },
		{ "192.0.2.1", "192.0.2.1" },
		{ "b\xC3\xBC"
		  "cher.example",
		  "xn--bcher-kva.example" },
		{ "B\xC3\x9C"
		  "CHER.Example.",
		  "xn--bcher-kva.example" },
		{ "\xE4\xBE\x8B\xE3\x81\x88.example", "xn--r8jz45g.example" },
		{ "fa\xC3\x9F.example", "xn--fa-hia.example" },
		{ "example\xE3\x80\x82"
		  "com",
		  "example.com" },
		{ "XN--BCHER-KVA.example", "xn--bcher-kva.example" },
		{ "*.example.com", "*.example.com" },
		{ "0/25.2.0.192.in-addr.arpa", "0/25.2.0.192.in-addr.arpa" },
		{ "-a-.example", "-a-.example" },
	};
	SCOPED_ARENA mem = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct str out = STR("");

		assert_true(dnsname_fold(str_of(table[i][0]), mem, &out));
		if (!str_eq(out, str_of(table[i][1])))
			fail_msg("%s: %.*s", table[i][0], STR_ARG(out));
	}
}

static void
what_is_no_name_is_refused(void **state)
{
	static const char *const table[] = {
		"",
		" ",
		".",
		"..",
		"a..b",
		".a",
		"a..",
		"a b",
		"a\tb",
		"a\nb.example",
		"user@example.com",
		"<example.com>",
		"example.com,example.net",
		"a:25",
		"\"a\"",
		"\x7F.example",
		"caf\xE9.example",
		"\xC3\xBC..example",
		"a\\b",
		"\xF3\xA0\x80\x81.example",
	};
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct str out;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (dnsname_fold(str_of(table[i]), mem, &out))
			fail_msg("taken: %s", table[i]);
	assert_false(dnsname_fold((struct str){ "a\0b", 3 }, mem, &out));
}

static void
lengths_end_at_63_and_253(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	char name[600];
	struct str out;

	(void)state;
	memset(name, 'a', sizeof name);
	assert_true(dnsname_fold((struct str){ name, 63 }, mem, &out));
	assert_false(dnsname_fold((struct str){ name, 64 }, mem, &out));
	for (size_t i = 63; i < sizeof name; i += 64)
		name[i] = '.';
	assert_true(dnsname_fold((struct str){ name, 253 }, mem, &out));
	assert_false(dnsname_fold((struct str){ name, 254 }, mem, &out));
	name[0] = 'A';
	assert_false(dnsname_fold((struct str){ name, 254 }, mem, &out));
	for (size_t i = 0; i + 1 < sizeof name; i += 2)
		memcpy(name + i, "\xC3\xBC", 2);
	assert_false(dnsname_fold((struct str){ name, 300 }, mem, &out));
	assert_false(dnsname_fold((struct str){ name, 600 }, mem, &out));
}

static void
a_plain_name_is_not_copied(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	const struct str name = STR(" mail.example.com. ");
	struct str out;

	(void)state;
	assert_true(dnsname_fold(name, mem, &out));
	assert_ptr_equal(out.p, name.p + 1);
	assert_int_equal(arena_used(mem), 0);
}

static void
people_are_shown_u_labels_only_when_they_turn_back(void **state)
{
	static const char *const table[][2] = {
		{ "example.com", "example.com" },
		{ "xn--bcher-kva.example", "b\xC3\xBC"
					   "cher.example" },
		{ "_dmarc.xn--bcher-kva.example", "_dmarc.b\xC3\xBC"
						  "cher.example" },
		{ "xn--r8jz45g.xn--bcher-kva",
		  "\xE4\xBE\x8B\xE3\x81\x88.b\xC3\xBC"
		  "cher" },
		{ "xn--a.example", "xn--a.example" },
		{ "xn--999999999.example", "xn--999999999.example" },
		{ "xn--example-.com", "xn--example-.com" },
		/* U+202E, which would turn the text round */
		{ "xn--bidi-vd7a.example", "xn--bidi-vd7a.example" },
		{ "axn--bcher-kva.example", "axn--bcher-kva.example" },
	};
	SCOPED_ARENA mem = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct str out = dnsname_show(str_of(table[i][0]), mem);

		if (!str_eq(out, str_of(table[i][1])))
			fail_msg("%s: %.*s", table[i][0], STR_ARG(out));
	}
}

static void
organisations_follow_the_public_suffix_list(void **state)
{
	static const char *const table[][2] = {
		{ "mail.example.com", "example.com" },
		{ "example.com", "example.com" },
		{ "a.b.example.co.uk", "example.co.uk" },
		{ "co.uk", "co.uk" },
		{ "com", "com" },
		{ "_spf.example.org", "example.org" },
		{ "a.example.ne.jp", "example.ne.jp" },
		{ "project.github.io", "project.github.io" },
		{ "www.project.github.io", "project.github.io" },
		{ "localhost", "localhost" },
		{ "192.0.2.1", "192.0.2.1" },
		{ "", "" },
		{ "a.b.invalid", "b.invalid" },
	};

	(void)state;
	for (int loaded = 0; loaded < 2; loaded++) {
		for (size_t i = 0; i < COUNT_OF(table); i++) {
			struct str name = str_of(table[i][0]);
			struct str out = dnsname_org(name);

			if (!str_eq(out, str_of(table[i][1])))
				fail_msg("%s: %.*s", table[i][0], STR_ARG(out));
			assert_ptr_equal(out.p + out.n, name.p + name.n);
		}
		dnsname_init();
	}
	assert_true(dnsname_is_suffix(S("co.uk")));
	assert_false(dnsname_is_suffix(S("example.co.uk")));
	assert_false(dnsname_is_suffix(S("")));
}

static void
remembered_organisations_are_those_of_their_names(void **state)
{
	char name[100];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int n = snprintf(name, sizeof name, "m.d%d.%s", i / 2 % 5000,
				 i % 3 ? "co.uk" : "github.io");
		struct str text = { name, (size_t)n };

		assert_ptr_equal(dnsname_org(text).p, name + 2);
		assert_ptr_equal(dnsname_org(text).p, name + 2);
	}
}

static void
within_needs_a_label_border(void **state)
{
	(void)state;
	assert_true(dnsname_within(S("example.com"), S("example.com")));
	assert_true(dnsname_within(S("a.example.com"), S("example.com")));
	assert_false(dnsname_within(S("badexample.com"), S("example.com")));
	assert_false(dnsname_within(S("example.com"), S("a.example.com")));
	assert_false(dnsname_within(S("example.com"), S("")));
}

static void
addresses_give_their_domain(void **state)
{
	static const char *const table[][2] = {
		{ "a@example.com", "example.com" },
		{ "<a@example.com>", "example.com" },
		{ "Name <a@example.com>", "example.com" },
		{ "\"x@y.example\" <a@example.com>", "example.com" },
		{ "\"x@y\"@example.com", "example.com" },
		{ "a@example.com (comment)", "example.com" },
		{ "<>", "" },
		{ "", "" },
		{ "nobody", "" },
		{ "a@", "" },
		{ "<a@example.com> SIZE=3", "example.com" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct str out = dnsname_of_address(str_of(table[i][0]));

		if (!str_eq(out, str_of(table[i][1])))
			fail_msg("%s: %.*s", table[i][0], STR_ARG(out));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_fold_to_one_comparable_form),
		cmocka_unit_test(what_is_no_name_is_refused),
		cmocka_unit_test(lengths_end_at_63_and_253),
		cmocka_unit_test(a_plain_name_is_not_copied),
		cmocka_unit_test(
			people_are_shown_u_labels_only_when_they_turn_back),
		cmocka_unit_test(organisations_follow_the_public_suffix_list),
		cmocka_unit_test(
			remembered_organisations_are_those_of_their_names),
		cmocka_unit_test(within_needs_a_label_border),
		cmocka_unit_test(addresses_give_their_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
