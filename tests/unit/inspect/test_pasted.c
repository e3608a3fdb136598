/* What people paste: the domain in it, and the result a checker named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "inspect/inspect.h"

static void
the_domain_is_found_in_what_was_pasted(void **state)
{
	static const struct {
		const char *text, *domain;
	} cases[] = {
		{ "example.com", "example.com" },
		{ " Example.COM. ", "example.com" },
		{ "https://mta-sts.example.com/.well-known/mta-sts.txt",
		  "example.com" },
		{ "mta-sts.example.com", "mta-sts.example.com" },
		{ "_mta-sts.example.com", "example.com" },
		{ "_smtp._tls.example.com", "example.com" },
		{ "Anna <anna@example.com>", "example.com" },
		{ "example.com: MTA-STS policy is missing: STSFetchResult.NONE",
		  "example.com" },
		{ "MTA-STS policy is missing: STSFetchResult.NONE "
		  "(box.example.com)",
		  "box.example.com" },
		{ ".example.com", "example.com" },
		{ "http://example.com:8080/x?y", "example.com" },
		{ "bl\xc3\xa5.example", "xn--bl-zia.example" },
		{ "\"example.com\"", "example.com" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_ARENA mem = arena_new(64 << 10);
		struct str found;

		assert_true(
			inspect_domain_in(str_of(cases[i].text), mem, &found));
		assert_int_equal(found.n, str_of(cases[i].domain).n);
		assert_memory_equal(found.p, cases[i].domain, found.n);
	}
}

static void
what_holds_no_domain_gives_none(void **state)
{
	static const char *const cases[] = {
		"",
		"   ",
		"localhost",
		"STSFetchResult.NONE",
		"MTA-STS policy is missing: STSFetchResult.NONE",
		"a..b",
		"...",
		"://",
		"@",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_ARENA mem = arena_new(64 << 10);
		struct str found;

		assert_false(inspect_domain_in(str_of(cases[i]), mem, &found));
	}
}

static void
the_result_of_a_checker_is_recognised(void **state)
{
	static const struct {
		const char *text, *result;
	} cases[] = {
		{ "MTA-STS policy is missing: STSFetchResult.NONE", "NONE" },
		{ "(STSFetchResult.FETCH_ERROR, None)", "FETCH_ERROR" },
		{ "stsfetchresult.NOT_CHANGED", "NOT_CHANGED" },
		{ "NONE", "NONE" },
		{ "VALID", "VALID" },
		{ "none", "" },
		{ "STSFetchResult.", "" },
		{ "all is NONE", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str found = inspect_result_in(str_of(cases[i].text));

		assert_true(str_eq(found, str_of(cases[i].result)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_domain_is_found_in_what_was_pasted),
		cmocka_unit_test(what_holds_no_domain_gives_none),
		cmocka_unit_test(the_result_of_a_checker_is_recognised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
