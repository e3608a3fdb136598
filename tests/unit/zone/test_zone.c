#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "netaddr/netaddr.h"
#include "zone/zone.h"

#include "../mx/look.h"

/* A zone whose two servers are in order. */
static const char sound[] = "example.com NS ns1.example.net\n"
			    "example.com NS ns2.example.org\n"
			    "example.com SOA ns1.example.net\n"
			    "example.com MX 10 mx.example.net\n"
			    "_dmarc.example.com TXT \"v=DMARC1; p=none\"\n"
			    "ns1.example.net A 192.0.2.1\n"
			    "ns1.example.net AAAA 2001:db8::1\n"
			    "ns2.example.org A 198.51.100.1\n";

static const struct facts_subject subject = { .domain = STR("example.com") };

static void
name_servers_and_signatures_have_their_findings(void **state)
{
	static const struct look_case cases[] = {
		{ "example.com NS ns1.example.net\n"
		  "example.com NS ns2.example.org\n"
		  "example.com SOA ns1.example.net\n"
		  "ns1.example.net A 192.0.2.1\n"
		  "ns2.example.org A 198.51.100.1\n",
		  "zone.ok zone.unsigned" },
		{ "example.com secure NS ns1.example.net\n"
		  "example.com secure NS ns2.example.org\n"
		  "example.com secure SOA ns1.example.net\n"
		  "ns1.example.net A 192.0.2.1\n"
		  "ns2.example.org A 198.51.100.1\n",
		  "zone.ok zone.signed" },
		{ "example.com NS ns1.example.net\n"
		  "example.com NS ns2.example.org\n"
		  "example.com SOA ns1.example.net\n"
		  "example.com DNSKEY 0101030d00\n"
		  "ns1.example.net A 192.0.2.1\n"
		  "ns2.example.org A 198.51.100.1\n",
		  "zone.ok zone.ds_missing" },
		{ "example.com NS ns1.example.net\n"
		  "example.com NS ns2.example.org\n"
		  "example.com SOA ns1.example.net\n"
		  "example.com BOGUS DNSKEY\n"
		  "ns1.example.net A 192.0.2.1\n"
		  "ns2.example.org A 198.51.100.1\n",
		  "zone.ok dns.dnssec_bogus" },
		{ "example.com NS ns1.example.net\n"
		  "example.com SOA ns1.example.net\n"
		  "ns1.example.net A 192.0.2.1\n",
		  "zone.single_ns zone.unsigned" },
		{ "example.com NS ns1.example.net\n"
		  "example.com NS ns2.example.org\n"
		  "example.com SOA ns1.example.net\n"
		  "ns1.example.net A 192.0.2.1\n"
		  "ns2.example.org A 192.0.2.2\n",
		  "zone.same_network zone.unsigned" },
		{ "example.com NS ns1.example.net\n"
		  "example.com NS ns2.example.org\n"
		  "example.com SOA ns1.example.net\n"
		  "ns1.example.net A 192.0.2.1\n",
		  "zone.ns_no_address zone.unsigned" },
		{ "example.com NS ns1.example.net\n"
		  "example.com NS ns2.example.org\n"
		  "example.com SOA ns1.example.net\n"
		  "ns1.example.net A 192.0.2.1\n"
		  "ns2.example.org CNAME ns3.example.org\n"
		  "ns3.example.org A 198.51.100.1\n",
		  "zone.ns_cname zone.unsigned" },
		{ "example.com NS ns1.example.net\n"
		  "example.com NS ns2.example.org\n"
		  "example.com SOA ns1.example.net\n"
		  "ns1.example.net A 192.0.2.1\n"
		  "ns2.example.org SERVFAIL A\n",
		  "dns.servfail zone.unsigned" },
		{ "example.com BOGUS NS\n", "dns.dnssec_bogus" },
		{ "example.com SERVFAIL NS\n", "dns.servfail" },
		{ "example.com TIMEOUT NS\n", "dns.timeout" },
		{ "example.com REFUSED NS\n", "dns.refused" },
		{ "example.com NXDOMAIN\n", "" },
	};

	(void)state;
	look_all(cases, COUNT_OF(cases), zone_check);
}

/* What one server says of itself, instead of what the world says. */
static void
put_direct(struct look *l, const char *name, enum facts_type type,
	   const char *address, struct facts_dns answer)
{
	answer.name = str_of(name);
	answer.type = (uint16_t)type;
	answer.direct = true;
	assert_true(netaddr_parse(str_of(address), &answer.server));
	assert_true(facts_put_dns(l->f, &answer));
}

static void
each_server_is_judged_by_its_own_answer(void **state)
{
	static const struct facts_rr first = { .data = STR("ns1.example.net") };
	static const struct {
		struct facts_dns soa;
		const char *codes;
	} cases[] = {
		{ { .status = FACTS_REFUSED }, "dns.refused zone.unsigned" },
		{ { .status = FACTS_SERVFAIL }, "dns.lame zone.unsigned" },
		{ { .status = FACTS_NODATA }, "dns.lame zone.unsigned" },
		{ { .rr = &first, .n = 1 }, "dns.lame zone.unsigned" },
		{ { .status = FACTS_TIMEOUT },
		  "zone.ns_no_answer zone.unsigned" },
		{ { .rr = &first, .n = 1, .authoritative = true },
		  "zone.ok zone.unsigned" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct look l;

		look_begin(&l, sound);
		put_direct(&l, "example.com", FACTS_SOA, "198.51.100.1",
			   cases[i].soa);
		assert_string_equal(look_run(&l, zone_check, &subject, NULL),
				    cases[i].codes);
		look_end(&l);
	}
}

static void
silence_of_all_ipv6_is_no_fault_of_the_servers(void **state)
{
	struct look l;

	(void)state;
	look_begin(&l, sound);
	put_direct(&l, "example.com", FACTS_SOA, "2001:db8::1",
		   (struct facts_dns){ .status = FACTS_TIMEOUT });
	assert_string_equal(look_run(&l, zone_check, &subject, NULL),
			    "zone.ns_unprobed zone.unsigned");
	look_end(&l);
}

static void
a_server_that_lags_is_named_with_the_record(void **state)
{
	static const struct facts_rr old = { .data = STR("v=DMARC1; p=reject"),
					     .strings = 1 };
	struct look l;

	(void)state;
	look_begin(&l, sound);
	put_direct(&l, "_dmarc.example.com", FACTS_TXT, "198.51.100.1",
		   (struct facts_dns){
			   .rr = &old, .n = 1, .authoritative = true });
	assert_string_equal(look_run(&l, zone_check, &subject, NULL),
			    "dns.ns_inconsistent zone.unsigned");
	assert_true(str_eq(look_place(&l, "dns.ns_inconsistent", "detail"),
			   S("TXT _dmarc.example.com")));
	assert_true(str_eq(look_place(&l, "dns.ns_inconsistent", "host"),
			   S("ns2.example.org")));
	look_end(&l);
	/* No answer is no other answer. */
	look_begin(&l, sound);
	put_direct(&l, "_dmarc.example.com", FACTS_TXT, "198.51.100.1",
		   (struct facts_dns){ .status = FACTS_TIMEOUT });
	assert_string_equal(look_run(&l, zone_check, &subject, NULL),
			    "zone.ok zone.unsigned");
	look_end(&l);
}

static void
without_a_trust_anchor_nothing_is_called_unsigned(void **state)
{
	static const struct facts_rr first = { .data = STR("ns1.example.net") };
	struct facts_dns soa = { .name = STR("example.com"),
				 .type = FACTS_SOA,
				 .unproven = true,
				 .rr = &first,
				 .n = 1 };
	struct look l;

	(void)state;
	look_begin(&l, sound);
	assert_true(facts_put_dns(l.f, &soa));
	assert_string_equal(look_run(&l, zone_check, &subject, NULL),
			    "zone.ok dns.no_trust_anchor");
	look_end(&l);
}

static void
the_zone_of_a_name_is_the_nearest_above(void **state)
{
	struct zone_cut cut;
	struct look l;

	(void)state;
	look_begin(&l, sound);
	assert_true(zone_find(l.f, S("a.b.example.com"), &cut));
	assert_true(str_eq(cut.apex, S("example.com")));
	assert_int_equal(cut.ns->n, 2);
	assert_true(zone_find(l.f, S("example.net"), &cut));
	assert_int_equal(cut.apex.n, 0);
	look_end(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			name_servers_and_signatures_have_their_findings),
		cmocka_unit_test(each_server_is_judged_by_its_own_answer),
		cmocka_unit_test(
			silence_of_all_ipv6_is_no_fault_of_the_servers),
		cmocka_unit_test(a_server_that_lags_is_named_with_the_record),
		cmocka_unit_test(
			without_a_trust_anchor_nothing_is_called_unsigned),
		cmocka_unit_test(the_zone_of_a_name_is_the_nearest_above),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
