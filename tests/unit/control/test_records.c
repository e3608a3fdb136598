#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "control/control.h"
#include "dnsname/dnsname.h"

static void
print(const struct control_records *r, struct buf *out)
{
	buf_addf(out, "%.*s %.*s\n", STR_ARG(r->address), STR_ARG(r->post_url));
	for (size_t i = 0; i < r->count; i++)
		buf_addf(out, "%s %.*s %.*s \"%.*s\"\n", r->record[i].purpose,
			 STR_ARG(r->record[i].host), STR_ARG(r->record[i].name),
			 STR_ARG(r->record[i].value));
}

static void
records_lead_the_reports_here(void **state)
{
	static const struct {
		const char *domain, *host, *base, *policy;
		enum control_purpose purpose;
		const char *want;
	} cases[] = {
		{ "example.com", "reports.example.net",
		  "https://waxseal.example.net/", "", CONTROL_PEOPLE,
		  "r7k2@reports.example.net"
		  " https://waxseal.example.net/api/v1/tlsrpt/q9\n"
		  "dmarc _dmarc _dmarc.example.com"
		  " \"v=DMARC1; p=none; rua=mailto:r7k2@reports.example.net\"\n"
		  "tls_rpt _smtp._tls _smtp._tls.example.com"
		  " \"v=TLSRPTv1; rua=mailto:r7k2@reports.example.net,"
		  "https://waxseal.example.net/api/v1/tlsrpt/q9\"\n"
		  "authorisation example.com._report._dmarc.reports"
		  " example.com._report._dmarc.reports.example.net"
		  " \"v=DMARC1\"\n" },
		/* Of the same organisation, over plain HTTP, a policy known. */
		{ "mail.example.co.uk", "reports.example.co.uk",
		  "http://127.0.0.1:8080", "quarantine", CONTROL_PARKED,
		  "r7k2@reports.example.co.uk"
		  " http://127.0.0.1:8080/api/v1/tlsrpt/q9\n"
		  "dmarc _dmarc.mail _dmarc.mail.example.co.uk"
		  " \"v=DMARC1; p=quarantine;"
		  " rua=mailto:r7k2@reports.example.co.uk\"\n"
		  "tls_rpt _smtp._tls.mail _smtp._tls.mail.example.co.uk"
		  " \"v=TLSRPTv1; rua=mailto:r7k2@reports.example.co.uk\"\n" },
		{ "parked.example", "localhost", "", "", CONTROL_PARKED,
		  "r7k2@localhost \n"
		  "dmarc _dmarc _dmarc.parked.example"
		  " \"v=DMARC1; p=reject; rua=mailto:r7k2@localhost\"\n"
		  "tls_rpt _smtp._tls _smtp._tls.parked.example"
		  " \"v=TLSRPTv1; rua=mailto:r7k2@localhost\"\n"
		  "authorisation parked.example._report._dmarc"
		  " parked.example._report._dmarc.localhost \"v=DMARC1\"\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_ARENA mem = arena_new(1 << 16);
		SCOPED_BUF got = BUF(1 << 16);
		const struct control_domain d = {
			.name = str_of(cases[i].domain),
			.mail_token = STR("r7k2"),
			.post_token = STR("q9"),
			.purpose = cases[i].purpose,
		};
		const struct control_instance at = {
			.hostname = str_of(cases[i].host),
			.base_url = str_of(cases[i].base),
			.policy = str_of(cases[i].policy),
		};
		struct control_records records;
		struct diag why = { 0 };

		assert_int_equal(control_records(&d, &at, mem, &records, &why),
				 ERR_NONE);
		print(&records, &got);
		assert_string_equal(buf_c(&got), cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_lead_the_reports_here),
	};

	dnsname_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
