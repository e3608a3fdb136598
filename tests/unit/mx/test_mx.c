#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "mx/mx.h"
#include "netaddr/netaddr.h"

#include "look.h"

static void
every_state_of_mx_records_has_its_finding(void **state)
{
	static const struct look_case cases[] = {
		{ "example.com MX 10 mx.example.net\n"
		  "mx.example.net A 192.0.2.1\n"
		  "mx.example.net AAAA 2001:db8::1\n",
		  "mx.ok" },
		{ "example.com NXDOMAIN\n", "mx.no_domain" },
		{ "example.com TXT \"v=spf1 -all\"\n", "mx.none" },
		{ "example.com A 192.0.2.1\n", "mx.implicit" },
		{ "example.com MX 0 .\n", "mx.null" },
		{ "example.com MX 0 .\nexample.com MX 10 mx.example.net\n"
		  "mx.example.net A 192.0.2.1\n",
		  "mx.null_mixed" },
		{ "example.com MX 10 mx.example.net\n",
		  "mx.no_address mx.unreachable" },
		{ "example.com MX 10 mx.example.net\n"
		  "example.com MX 20 mx2.example.net\n"
		  "mx2.example.net A 192.0.2.1\n",
		  "mx.no_address" },
		{ "example.com MX 10 192.0.2.1\n",
		  "mx.address_literal mx.unreachable" },
		{ "example.com MX 10 mx.example.com\n"
		  "mx.example.com CNAME real.example.net\n"
		  "real.example.net A 192.0.2.1\n",
		  "mx.cname" },
		{ "example.com MX 10 mx.example.net\n"
		  "mx.example.net A 10.1.2.3\n",
		  "mx.private_address" },
		{ "example.com MX 10 mx.example.net\n"
		  "mx.example.net AAAA fd00::1\n",
		  "mx.private_address mx.no_ipv4" },
		{ "example.com MX 10 example-com.mail.protection.outlook.com\n"
		  "example-com.mail.protection.outlook.com A 192.0.2.1\n",
		  "mx.ok mx.microsoft365" },
		{ "example.com MX 10 example-com.k-v1.mx.microsoft\n"
		  "example-com.k-v1.mx.microsoft A 192.0.2.1\n",
		  "mx.ok mx.microsoft365" },
		{ "example.com MX 1 smtp.google.com\n"
		  "smtp.google.com A 192.0.2.1\n",
		  "mx.ok mx.google_workspace" },
		{ "example.com MX 5 alt1.aspmx.l.google.com\n"
		  "alt1.aspmx.l.google.com A 192.0.2.1\n",
		  "mx.ok mx.google_workspace" },
		{ "example.com MX 5 aspmx.l.google.com.evil.example\n"
		  "aspmx.l.google.com.evil.example A 192.0.2.1\n",
		  "mx.ok" },
		/* Two with one preference share the load: no fault. */
		{ "example.com MX 10 a.example.net\n"
		  "example.com MX 10 b.example.net\n"
		  "a.example.net A 192.0.2.1\nb.example.net A 192.0.2.2\n",
		  "mx.ok" },
	};

	(void)state;
	look_all(cases, COUNT_OF(cases), mx_check);
}

static void
trouble_in_dns_is_told_and_never_taken_for_absence(void **state)
{
	static const struct look_case cases[] = {
		{ "example.com SERVFAIL MX\n", "dns.servfail" },
		{ "example.com TIMEOUT MX\n", "dns.timeout" },
		{ "example.com BOGUS MX\n", "dns.dnssec_bogus" },
		{ "example.com REFUSED MX\n", "dns.refused" },
		{ "example.com LOOP MX\n", "dns.cname_loop" },
		/* Without MX, the address decides, and nobody knows it. */
		{ "example.com SERVFAIL A\n", "dns.servfail" },
		{ "example.com MX 10 mx.example.net\n"
		  "mx.example.net SERVFAIL A\n",
		  "dns.servfail" },
		{ "example.com MX 10 mx.example.net\n"
		  "mx.example.net A 192.0.2.1\nmx.example.net TIMEOUT AAAA\n",
		  "dns.timeout" },
	};

	(void)state;
	look_all(cases, COUNT_OF(cases), mx_check);
}

static void
servers_come_by_preference_and_each_once(void **state)
{
	struct mx_list list;
	struct look l;

	(void)state;
	look_begin(&l, "example.com MX 20 c.example.net\n"
		       "example.com MX 10 b.example.net\n"
		       "example.com MX 10 a.example.net\n"
		       "example.com MX 30 a.example.net\n"
		       "a.example.net AAAA 2001:db8::1\n"
		       "a.example.net A 192.0.2.1\n"
		       "b.example.net CNAME a.example.net\n");
	assert_true(mx_list(l.f, S("example.com"), &list));
	assert_int_equal(list.kind, MX_LISTED);
	assert_int_equal(list.n, 3);
	assert_true(str_eq(list.host[0].name, S("a.example.net")));
	assert_int_equal(list.host[0].preference, 10);
	assert_int_equal(list.host[0].address_n, 2);
	assert_true(netaddr_is_v4(&list.host[0].address[0]));
	assert_true(list.host[1].cname);
	assert_true(str_eq(list.host[1].target, S("a.example.net")));
	assert_int_equal(list.host[2].address_n, 0);
	assert_int_equal(list.host[2].a->status, FACTS_NXDOMAIN);
	look_end(&l);
}

static void
too_many_servers_are_cut_and_it_is_said(void **state)
{
	const struct facts_subject s = { .domain = STR("example.com") };
	SCOPED_BUF world = BUF(4096);
	struct look l;

	(void)state;
	for (unsigned i = 10; i < 30; i++)
		buf_addf(&world,
			 "example.com MX %u m%u.example.net\n"
			 "m%u.example.net A 192.0.2.1\n",
			 i, i, i);
	look_begin(&l, buf_c(&world));
	assert_string_equal(look_run(&l, mx_check, &s, NULL), "mx.too_many");
	assert_true(str_eq(look_place(&l, "mx.too_many", "count"), S("16")));
	look_end(&l);
}

static void
records_that_mend_it_are_complete(void **state)
{
	const struct facts_subject s = { .domain = STR("example.com") };
	const struct finding_found *found;
	struct look l;

	(void)state;
	look_begin(&l, "example.com A 192.0.2.1\n");
	look_run(&l, mx_check, &s, NULL);
	found = finding_list_find(&l.found, "mx.implicit");
	assert_non_null(found);
	assert_true(str_eq(found->record.name, S("example.com")));
	assert_true(str_eq(found->record.type, S("MX")));
	assert_true(str_eq(found->record.value, S("10 example.com.")));
	look_end(&l);
	look_begin(&l, "example.com TXT x\n");
	look_run(&l, mx_check, &s, NULL);
	found = finding_list_find(&l.found, "mx.none");
	assert_non_null(found);
	assert_true(str_eq(found->record.value, S("0 .")));
	look_end(&l);
}

static void
reverse_names_must_lead_back(void **state)
{
	static const struct look_case cases[] = {
		{ "example.com MX 10 mx.example.net\n"
		  "mx.example.net A 192.0.2.1\n"
		  "1.2.0.192.in-addr.arpa PTR mx.example.net\n",
		  "rdns.ok" },
		{ "example.com MX 10 mx.example.net\n"
		  "mx.example.net A 192.0.2.1\n",
		  "rdns.missing" },
		{ "example.com MX 10 mx.example.net\n"
		  "mx.example.net A 192.0.2.1\n"
		  "1.2.0.192.in-addr.arpa PTR other.example.net\n"
		  "other.example.net A 192.0.2.99\n",
		  "rdns.unconfirmed" },
		{ "example.com MX 10 mx.example.net\n"
		  "mx.example.net A 192.0.2.1\n"
		  "1.2.0.192.in-addr.arpa TIMEOUT PTR\n",
		  "rdns.unknown" },
		{ "example.com MX 10 mx.example.net\n"
		  "mx.example.net A 192.0.2.1\n"
		  "1.2.0.192.in-addr.arpa PTR mx2.example.net\n"
		  "mx2.example.net SERVFAIL A\n",
		  "rdns.unknown" },
		/* Private ones have no public name. */
		{ "example.com MX 10 mx.example.net\n"
		  "mx.example.net A 10.0.0.1\n",
		  "" },
		{ "example.com MX 10 mx.example.net\n"
		  "mx.example.net AAAA 2001:db8::1\n"
		  "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0."
		  "1.0.0.2.ip6.arpa PTR mx.example.net\n",
		  "rdns.ok" },
	};

	(void)state;
	look_all(cases, COUNT_OF(cases), mx_rdns_check);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_of_mx_records_has_its_finding),
		cmocka_unit_test(
			trouble_in_dns_is_told_and_never_taken_for_absence),
		cmocka_unit_test(servers_come_by_preference_and_each_once),
		cmocka_unit_test(too_many_servers_are_cut_and_it_is_said),
		cmocka_unit_test(records_that_mend_it_are_complete),
		cmocka_unit_test(reverse_names_must_lead_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
