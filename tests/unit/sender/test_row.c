#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "sender/sender.h"

#define PASS(name)                                                             \
	{                                                                      \
		.domain = STR(name), .result = DMARC_RESULT_PASS               \
	}
#define FAIL(name)                                                             \
	{                                                                      \
		.domain = STR(name), .result = DMARC_RESULT_FAIL               \
	}
#define HELO(name)                                                             \
	{                                                                      \
		.domain = STR(name), .scope = STR("helo"),                     \
		.result = DMARC_RESULT_PASS                                    \
	}
enum { AUTHS = 4 };

static size_t
count(const struct dmarc_auth auth[AUTHS])
{
	size_t n = 0;

	while (n < AUTHS && auth[n].result != DMARC_RESULT_ABSENT)
		n++;
	return n;
}

static void
a_row_names_its_sender_by_the_services_own_domains(void **state)
{
	static const struct {
		struct str from;
		struct dmarc_auth dkim[AUTHS], spf[AUTHS];
		const char *slug; /* NULL: nothing is shown */
		enum sender_evidence evidence;
		const char *proof;
	} cases[] = {
		{ STR("example.com"),
		  { PASS("example.com"), PASS("amazonses.com") },
		  { PASS("eu-west-1.amazonses.com") },
		  "amazon-ses",
		  SENDER_BY_DKIM,
		  "amazonses.com" },
		{ STR("example.com"),
		  { PASS("example.com") },
		  { PASS("bounce.sendgrid.net") },
		  "sendgrid",
		  SENDER_BY_SPF,
		  "bounce.sendgrid.net" },
		/* DKIM is stronger than SPF. */
		{ STR("example.com"),
		  { PASS("mailgun.org") },
		  { PASS("gmail.com") },
		  "mailgun",
		  SENDER_BY_DKIM,
		  "mailgun.org" },
		/* Only a pass shows anything. */
		{ STR("example.com"),
		  { FAIL("amazonses.com") },
		  { FAIL("sendgrid.net") },
		  NULL,
		  0,
		  NULL },
		{ STR("example.com"),
		  { FAIL("amazonses.com") },
		  { PASS("sendgrid.net") },
		  "sendgrid",
		  SENDER_BY_SPF,
		  "sendgrid.net" },
		/* The From domain says nothing of itself, nor do its
		 * subdomains. */
		{ STR("sendgrid.net"),
		  { PASS("sendgrid.net") },
		  { PASS("em.sendgrid.net") },
		  NULL,
		  0,
		  NULL },
		{ STR("news.github.com"),
		  { PASS("github.com") },
		  { PASS("out.github.com") },
		  NULL,
		  0,
		  NULL },
		{ STR("github.com"),
		  { PASS("github.com") },
		  { PASS("mailgun.org") },
		  "mailgun",
		  SENDER_BY_SPF,
		  "mailgun.org" },
		/* The last hop wins over the first sender. */
		{ STR("example.com"),
		  { PASS("amazonses.com"), PASS("googlegroups.com") },
		  { PASS("googlegroups.com") },
		  "google-groups",
		  SENDER_BY_DKIM,
		  "googlegroups.com" },
		/* No domain, no result, nothing at all. */
		{ STR("example.com"),
		  { PASS("") },
		  { PASS("") },
		  NULL,
		  0,
		  NULL },
		{ STR(""),
		  { PASS("amazonses.com") },
		  { { .domain = STR("") } },
		  "amazon-ses",
		  SENDER_BY_DKIM,
		  "amazonses.com" },
		{ STR("example.com"),
		  { { .domain = STR("") } },
		  { { .domain = STR("") } },
		  NULL,
		  0,
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct dmarc_row row = {
			.header_from = cases[i].from,
			.dkim = cases[i].dkim,
			.dkim_count = count(cases[i].dkim),
			.spf = cases[i].spf,
			.spf_count = count(cases[i].spf),
		};
		struct sender_name name;

		assert_int_equal(sender_of_row(&row, &name),
				 cases[i].slug != NULL);
		if (!cases[i].slug)
			continue;
		assert_string_equal(name.profile->slug, cases[i].slug);
		assert_int_equal(name.evidence, cases[i].evidence);
		assert_true(str_eq(name.proof, str_of(cases[i].proof)));
	}
}

static void
the_order_of_signatures_changes_nothing(void **state)
{
	static const struct dmarc_auth all[] = {
		PASS("b.sendgrid.net"),   PASS("a.sendgrid.net"),
		PASS("googlegroups.com"), PASS("mimecast.com"),
		FAIL("amazonses.com"),
	};
	enum { N = COUNT_OF(all) };

	(void)state;
	for (size_t start = 0; start < N; start++)
		for (size_t n = 2; n <= N; n++) {
			struct dmarc_auth there[N], back[N];
			struct dmarc_row row = {
				.header_from = STR("example.com"),
				.dkim = there,
				.dkim_count = n,
			};
			struct sender_name a, b;

			for (size_t i = 0; i < n; i++) {
				there[i] = all[(start + i) % N];
				back[n - 1 - i] = there[i];
			}
			assert_true(sender_of_row(&row, &a));
			row.dkim = back;
			assert_true(sender_of_row(&row, &b));
			assert_ptr_equal(a.profile, b.profile);
			assert_true(str_eq(a.proof, b.proof));
		}
}

static void
spf_vouches_for_domain_and_services_not_for_forwarders(void **state)
{
	static const struct {
		struct dmarc_auth spf[AUTHS];
		bool vouched;
	} cases[] = {
		{ { PASS("example.com") }, true },
		{ { PASS("bounce.example.com") }, true },
		{ { HELO("mx.example.com") }, true },
		{ { FAIL("example.com"), HELO("mx.example.com") }, true },
		{ { PASS("sendgrid.net") }, true },
		{ { FAIL("example.com"), PASS("sendgrid.net") }, true },
		{ { FAIL("sendgrid.net") }, false },
		{ { PASS("example.org") }, false },
		{ { PASS("notexample.com") }, false },
		{ { PASS("") }, false },
		/* Forwarders, and mailboxes they rewrite to. */
		{ { PASS("googlegroups.com") }, false },
		{ { PASS("gmail.com") }, false },
		{ { PASS("tenant.onmicrosoft.com") }, false },
		/* The bounce of a mailbox service has only a HELO name. */
		{ { HELO("x.outbound.protection.outlook.com") }, true },
		{ { FAIL("example.com"),
		    HELO("x.outbound.protection.outlook.com") },
		  false },
		{ { { .result = DMARC_RESULT_ABSENT } }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct dmarc_row row = {
			.header_from = STR("example.com"),
			.spf = cases[i].spf,
			.spf_count = count(cases[i].spf),
		};

		assert_int_equal(sender_spf_vouched(&row, S("example.com")),
				 cases[i].vouched);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_row_names_its_sender_by_the_services_own_domains),
		cmocka_unit_test(the_order_of_signatures_changes_nothing),
		cmocka_unit_test(
			spf_vouches_for_domain_and_services_not_for_forwarders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
