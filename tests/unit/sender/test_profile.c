#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "sender/sender.h"

#include <string.h>

enum { PROFILES_WANTED = 170 };

static const char *
slug_of(const struct sender_profile *p)
{
	return p ? p->slug : "-";
}

static void
every_profile_is_found_by_its_slug(void **state)
{
	(void)state;
	assert_true(sender_count() >= PROFILES_WANTED);
	for (size_t i = 0; i < sender_count(); i++) {
		const struct sender_profile *p = sender_at(i);

		assert_ptr_equal(sender_by_slug(str_of(p->slug)), p);
		assert_true(strlen(p->label) > 0);
		assert_true(str_is_utf8(str_of(p->label)));
		assert_false(p->forwards && p->security);
	}
	assert_int_equal(strlen(sender_stamp()), 16);
	assert_null(sender_by_slug(S("")));
	assert_null(sender_by_slug(S("amazon-se")));
	assert_null(sender_by_slug(S("Amazon-SES")));
}

static void
domains_are_matched_label_by_label_from_the_right(void **state)
{
	static const struct {
		const char *domain, *slug;
	} cases[] = {
		{ "sendgrid.net", "sendgrid" },
		{ "bounce.sendgrid.net", "sendgrid" },
		{ "a.b.c.d.sendgrid.net", "sendgrid" },
		{ "notsendgrid.net", "-" },
		{ "sendgrid.net.example.com", "-" },
		{ "net", "-" },
		{ "", "-" },
		{ ".", "-" },
		{ "..sendgrid.net", "sendgrid" },
		{ "mail116.suw111.mcdlv.net", "mailchimp" },
		{ "eu-west-1.amazonses.com", "amazon-ses" },
		{ "pm.mtasv.net", "postmark" },
		{ "example-com.20230601.gappssmtp.com", "-" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str domain = str_of(cases[i].domain);

		assert_string_equal(slug_of(sender_by_spf(domain)),
				    cases[i].slug);
	}
	assert_string_equal(
		slug_of(sender_by_dkim(S("x.20230601.gappssmtp.com"))),
		"google");
}

static void
the_longer_suffix_wins(void **state)
{
	(void)state;
	assert_string_equal(slug_of(sender_by_dkim(S("aliyun.com"))),
			    "alibaba-mail");
	assert_string_equal(slug_of(sender_by_dkim(S("x.dm.aliyun.com"))),
			    "alibaba-directmail");
}

static void
machines_and_networks_are_known(void **state)
{
	(void)state;
	assert_string_equal(
		slug_of(sender_by_ptr(S("mail-wm1-f50.google.com"))), "google");
	assert_string_equal(
		slug_of(sender_by_ptr(S("mx0a-00000000.pphosted.com"))),
		"proofpoint");
	assert_string_equal(slug_of(sender_by_ptr(S(
				    "ec2-192-0-2-1.compute-1.amazonaws.com"))),
			    "amazon-web-services");
	assert_string_equal(slug_of(sender_by_asn(15169)), "google");
	assert_string_equal(slug_of(sender_by_asn(8075)), "microsoft-365");
	assert_string_equal(slug_of(sender_by_asn(9371)), "sakura-internet");
	assert_null(sender_by_asn(0));
	assert_null(sender_by_asn(64496));
	assert_null(sender_by_asn(UINT32_MAX));
}

static void
advice_follows_what_the_service_can_do(void **state)
{
	static const struct {
		const char *slug, *fix;
	} cases[] = {
		{ "amazon-ses", "sender.fix.both" },
		{ "mailchimp", "sender.fix.custom_dkim" },
		{ "paypal", "sender.fix.none" },
		{ "slack", "sender.fix.ask" },
		{ "google", "sender.fix.hosted" },
		{ "yahoo", "sender.fix.mailbox" },
		{ "digitalocean", "sender.fix.server" },
		{ "proofpoint", "sender.fix.gateway" },
		{ "google-groups", "sender.fix.forwarder" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct sender_profile *p =
			sender_by_slug(str_of(cases[i].slug));

		assert_non_null(p);
		assert_string_equal(p->fix, cases[i].fix);
	}
}

static void
an_endless_name_finds_nothing(void **state)
{
	SCOPED_BUF name = BUF(100000);

	(void)state;
	for (int i = 0; i < 40000; i++)
		buf_addz(&name, "a.");
	buf_addz(&name, "sendgrid.net");
	assert_null(sender_by_spf(buf_str(&name)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_profile_is_found_by_its_slug),
		cmocka_unit_test(
			domains_are_matched_label_by_label_from_the_right),
		cmocka_unit_test(the_longer_suffix_wins),
		cmocka_unit_test(machines_and_networks_are_known),
		cmocka_unit_test(advice_follows_what_the_service_can_do),
		cmocka_unit_test(an_endless_name_finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
