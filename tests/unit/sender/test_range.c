#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sender/sender.h"

#include <string.h>

/* "first-last first-last" into ranges. */
static size_t
parse(const char *text, struct sender_range *out)
{
	struct str rest = str_of(text), one, first;
	size_t n = 0;

	while (str_split(&rest, ' ', &one)) {
		assert_true(str_split(&one, '-', &first));
		assert_true(netaddr_parse(first, &out[n].first));
		assert_true(netaddr_parse(one, &out[n].last));
		n++;
	}
	return n;
}

static void
ranges_are_put_in_order_and_joined(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "", "" },
		{ "192.0.2.9-192.0.2.12", "192.0.2.9-192.0.2.12" },
		{ "192.0.2.9-192.0.2.12 192.0.2.1-192.0.2.3",
		  "192.0.2.1-192.0.2.3 192.0.2.9-192.0.2.12" },
		/* Side by side, across, inside. */
		{ "192.0.2.4-192.0.2.255 192.0.2.1-192.0.2.3"
		  " 192.0.3.0-192.0.3.7",
		  "192.0.2.1-192.0.3.7" },
		{ "192.0.2.1-192.0.2.9 192.0.2.5-192.0.2.20",
		  "192.0.2.1-192.0.2.20" },
		{ "192.0.2.1-192.0.2.90 192.0.2.5-192.0.2.6"
		  " 192.0.2.20-192.0.2.21",
		  "192.0.2.1-192.0.2.90" },
		/* The very last address of all. */
		{ "ffff::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
		  " ffff:1::-ffff:2::",
		  "ffff::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct sender_range a[4] = { 0 }, b[4] = { 0 };
		size_t n = sender_ranges_tidy(a, parse(cases[i].from, a));

		if (n != parse(cases[i].to, b) ||
		    memcmp(a, b, n * sizeof(*a)) != 0)
			fail_msg("%s", cases[i].from);
	}
}

static void
an_address_is_found_between_both_ends(void **state)
{
	static const struct {
		const char *ip;
		bool inside;
	} cases[] = {
		{ "192.0.2.0", false },     { "192.0.2.1", true },
		{ "192.0.2.3", true },      { "192.0.2.4", false },
		{ "192.0.2.8", false },     { "192.0.2.9", true },
		{ "192.0.2.12", true },     { "192.0.2.13", false },
		{ "2001:db8::", true },     { "2001:db8::ffff", true },
		{ "2001:db8::1:0", false }, { "::", false },
		{ "ffff::", false },
	};
	struct sender_range r[4];
	size_t n = sender_ranges_tidy(
		r, parse("2001:db8::-2001:db8::ffff 192.0.2.9-192.0.2.12"
			 " 192.0.2.1-192.0.2.3",
			 r));

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct netaddr ip;

		assert_true(netaddr_parse(str_of(cases[i].ip), &ip));
		if (sender_ranges_have(r, n, &ip) != cases[i].inside)
			fail_msg("%s", cases[i].ip);
		assert_false(sender_ranges_have(r, 0, &ip));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_put_in_order_and_joined),
		cmocka_unit_test(an_address_is_found_between_both_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
