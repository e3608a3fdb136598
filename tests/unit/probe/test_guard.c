#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/probe.h"

static bool
allowed(const struct probe_options *options, const char *address)
{
	struct netaddr a;

	assert_true(netaddr_parse(str_of(address), &a));
	return probe_allowed(options, &a);
}

static const char *const no[] = {
	"0.0.0.0",
	"0.1.2.3",
	"10.0.0.1",
	"10.255.255.255",
	"100.64.0.1",
	"100.100.100.200",
	"100.127.255.255",
	"127.0.0.1",
	"127.255.255.254",
	"168.63.129.16",
	"169.254.169.254",
	"172.16.0.1",
	"172.31.255.255",
	"192.0.0.192",
	"192.0.2.1",
	"192.88.99.1",
	"192.168.1.1",
	"198.18.0.1",
	"198.19.255.255",
	"198.51.100.1",
	"203.0.113.1",
	"224.0.0.1",
	"239.1.1.1",
	"240.0.0.1",
	"255.255.255.255",
	"::",
	"::1",
	"::ffff:10.0.0.1",
	"::ffff:127.0.0.1",
	"::7f00:1",
	"::8.8.8.8",
	"::ffff:0:8.8.8.8",
	"64:ff9b::8.8.8.8",
	"64:ff9b::a00:1",
	"64:ff9b:1::1",
	"100::1",
	"2001::1",
	"2001:0:4136:e378:8000:63bf:3fff:fdd2",
	"2001:2::1",
	"2001:10::1",
	"2001:20::1",
	"2001:db8::1",
	"2002:7f00:1::",
	"2002:808:808::1",
	"3fff::1",
	"3fff:fff::1",
	"5f00::1",
	"fc00::1",
	"fd00:ec2::254",
	"fe80::1",
	"febf::1",
	"fec0::1",
	"ff02::1",
	"4000::1",
	"1::1",
};
static const char *const yes[] = {
	"1.1.1.1",         "8.8.8.8",
	"9.255.255.255",   "11.0.0.1",
	"100.63.255.255",  "100.128.0.1",
	"126.255.255.255", "128.0.0.1",
	"168.63.129.15",   "169.253.255.255",
	"169.255.0.1",     "172.15.255.255",
	"172.32.0.1",      "192.0.1.1",
	"192.167.255.255", "192.169.0.1",
	"198.17.255.255",  "198.20.0.1",
	"223.255.255.255", "::ffff:8.8.8.8",
	"2001:200::1",     "2001:4860:4860::8888",
	"2003::1",         "2400::1",
	"2a00:1450::1",    "2606:4700::1111",
	"3fff:1000::1",
};

static void
only_public_addresses_are_connected_to(void **state)
{
	const struct probe_options none = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(no); i++)
		if (allowed(&none, no[i]))
			fail_msg("%s is allowed", no[i]);
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		if (!allowed(&none, yes[i]))
			fail_msg("%s is not allowed", yes[i]);
}

static void
what_is_asked_for_is_allowed_and_nothing_beside_it(void **state)
{
	struct netaddr_net nets[2];
	struct probe_options some = { .allow = nets, .allow_n = 2 };
	const struct probe_options all = { .allow_private_all = true };

	(void)state;
	assert_true(netaddr_parse_net(S("10.1.0.0/16"), &nets[0]));
	assert_true(netaddr_parse_net(S("fd00:1::/32"), &nets[1]));
	assert_true(allowed(&some, "10.1.2.3"));
	assert_true(allowed(&some, "fd00:1::5"));
	assert_true(allowed(&some, "8.8.8.8"));
	assert_false(allowed(&some, "10.2.0.1"));
	assert_false(allowed(&some, "127.0.0.1"));
	assert_false(allowed(&some, "fd00:2::5"));
	assert_true(allowed(&all, "127.0.0.1"));
	assert_true(allowed(&all, "::1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_public_addresses_are_connected_to),
		cmocka_unit_test(
			what_is_asked_for_is_allowed_and_nothing_beside_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
