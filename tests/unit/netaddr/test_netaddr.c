#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "netaddr/netaddr.h"

static struct netaddr
addr(const char *text)
{
	struct netaddr a;

	assert_true(netaddr_parse(str_of(text), &a));
	return a;
}

static struct netaddr_net
net(const char *text)
{
	struct netaddr_net n;

	assert_true(netaddr_parse_net(str_of(text), &n));
	return n;
}

static void
addresses_are_printed_as_rfc5952_says(void **state)
{
	static const char *const table[][2] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ " [192.0.2.10] ", "192.0.2.10" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
		{ "::FFFF:C000:0201", "192.0.2.1" },
		{ "2001:DB8::1", "2001:db8::1" },
		{ "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1" },
		{ "[IPv6:2001:db8::1]", "2001:db8::1" },
		{ "ipv6:2001:db8::", "2001:db8::" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "1::", "1::" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
		{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
		{ "1:0:0:4:5:6:7:8", "1::4:5:6:7:8" },
		{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
		{ "0:0:0:0:0:0:0:10", "::10" },
		{ "a:b:c:d:e:f:0:0", "a:b:c:d:e:f::" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};
	char text[NETADDR_PRINT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct netaddr a = addr(table[i][0]);

		assert_string_equal(netaddr_print(&a, text), table[i][1]);
	}
}

static void
what_is_no_address_is_refused(void **state)
{
	static const char *const table[] = {
		"",
		" ",
		"1",
		"1.2.3",
		"1.2.3.4.5",
		"1.2.3.256",
		"01.2.3.4",
		"1.2.3.4 x",
		"1.2.3.",
		".1.2.3",
		"1.2.3.+4",
		"0x1.2.3.4",
		"1..2.3",
		":",
		":::",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7:8::",
		"::1:2:3:4:5:6:7:8",
		"1::2::3",
		"1:",
		":1",
		"12345::",
		"g::",
		"fe80::1%eth0",
		"1:2:3:4:5:6:7:1.2.3.4",
		"1.2.3.4::",
		"::1.2.3",
		"::1.2.3.4:5",
		"[192.0.2.1",
		"192.0.2.1]",
		"example.com",
		"192.0.2.1/24",
		"-1.2.3.4",
		"0000000000000000000000000000000000000000000000000000001",
	};
	struct netaddr a = { { 7 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (netaddr_parse(str_of(table[i]), &a))
			fail_msg("taken: %s", table[i]);
	assert_int_equal(a.b[0], 7);
}

static void
blocks_count_bits_from_the_left_of_all_128(void **state)
{
	static const struct {
		const char *text;
		unsigned bits;
		const char *shown;
	} table[] = {
		{ "192.0.2.77/24", 120, "192.0.2.0/24" },
		{ "192.0.2.77", 128, "192.0.2.77/32" },
		{ "0.0.0.0/0", 96, "0.0.0.0/0" },
		{ "192.0.2.255/25", 121, "192.0.2.128/25" },
		{ "2001:db8:1::1/32", 32, "2001:db8::/32" },
		{ "2001:db8::ff/127", 127, "2001:db8::fe/127" },
		{ "[2001:db8::]/48", 48, "2001:db8::/48" },
		{ "::ffff:192.0.2.1/120", 120, "192.0.2.0/24" },
		{ "::/0", 0, "::/0" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_BUF shown = BUF(100);
		struct netaddr_net n = net(table[i].text);

		assert_int_equal(n.bits, table[i].bits);
		netaddr_print_net(&n, &shown);
		assert_string_equal(buf_c(&shown), table[i].shown);
	}
}

static void
blocks_with_impossible_lengths_are_refused(void **state)
{
	static const char *const table[] = {
		"192.0.2.0/33", "2001:db8::/129",
		"192.0.2.0/",   "/24",
		"192.0.2.0/-1", "192.0.2.0/24/24",
		"192.0.2/24",   "192.0.2.0/18446744073709551616",
	};
	struct netaddr_net n;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		assert_false(netaddr_parse_net(str_of(table[i]), &n));
}

static void
a_block_holds_its_first_and_last_and_nothing_beside(void **state)
{
	struct netaddr_net n = net("192.0.2.64/26");
	struct netaddr last = netaddr_last(&n);
	struct netaddr below = addr("192.0.2.63");
	struct netaddr above = addr("192.0.2.128");
	struct netaddr mapped_apart = addr("2001:db8::c000:240");
	char text[NETADDR_PRINT_MAX];

	(void)state;
	assert_string_equal(netaddr_print(&last, text), "192.0.2.127");
	assert_true(netaddr_in(&n.first, &n));
	assert_true(netaddr_in(&last, &n));
	assert_false(netaddr_in(&below, &n));
	assert_false(netaddr_in(&above, &n));
	assert_false(netaddr_in(&mapped_apart, &n));
	assert_true(netaddr_cmp(&below, &last) < 0);
	assert_true(netaddr_cmp(&last, &last) == 0);

	n = net("2001:db8::/33");
	last = netaddr_last(&n);
	assert_string_equal(netaddr_print(&last, text),
			    "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff");
}

static void
a_neighbourhood_is_24_or_48_bits(void **state)
{
	SCOPED_BUF shown = BUF(100);
	struct netaddr v4 = addr("198.51.100.7");
	struct netaddr v6 = addr("2001:db8:1:2::3");
	struct netaddr_net n = netaddr_neighbourhood(&v4);

	(void)state;
	netaddr_print_net(&n, &shown);
	buf_addc(&shown, ' ');
	n = netaddr_neighbourhood(&v6);
	netaddr_print_net(&n, &shown);
	assert_string_equal(buf_c(&shown), "198.51.100.0/24 2001:db8:1::/48");
	assert_true(netaddr_is_v4(&v4));
	assert_false(netaddr_is_v4(&v6));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_printed_as_rfc5952_says),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(blocks_count_bits_from_the_left_of_all_128),
		cmocka_unit_test(blocks_with_impossible_lengths_are_refused),
		cmocka_unit_test(
			a_block_holds_its_first_and_last_and_nothing_beside),
		cmocka_unit_test(a_neighbourhood_is_24_or_48_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
