#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "records/records.h"

#include <string.h>

static const struct records plain = {
	.zone = STR("example.com"),
	.at = { { .name = STR("_dmarc.example.com"),
		  .type = RECORDS_TXT,
		  .ttl = 300,
		  .value = STR("v=DMARC1; p=none") },
		{ .name = STR("mta-sts.example.com"),
		  .type = RECORDS_A,
		  .ttl = 300,
		  .value = STR("192.0.2.1") },
		{ .name = STR("mta-sts.example.com"),
		  .type = RECORDS_A,
		  .ttl = 300,
		  .value = STR("192.0.2.2") },
		{ .name = STR("mta-sts.example.com"),
		  .type = RECORDS_AAAA,
		  .ttl = 300,
		  .value = STR("2001:db8::1") },
		{ .name = STR("www.example.com"),
		  .type = RECORDS_CNAME,
		  .ttl = 300,
		  .value = STR("web.example.net") } },
	.n = 5,
};

static void
expect(const struct records *set, enum records_form form, const char *want)
{
	SCOPED_BUF out = BUF(1 << 20);

	assert_true(records_print(set, form, &out));
	assert_string_equal(buf_c(&out), want);
}

static void
a_zone_file_has_whole_names(void **state)
{
	(void)state;
	expect(&plain, RECORDS_ZONE,
	       "_dmarc.example.com. 300 IN TXT \"v=DMARC1; p=none\"\n"
	       "mta-sts.example.com. 300 IN A 192.0.2.1\n"
	       "mta-sts.example.com. 300 IN A 192.0.2.2\n"
	       "mta-sts.example.com. 300 IN AAAA 2001:db8::1\n"
	       "www.example.com. 300 IN CNAME web.example.net.\n");
}

static void
a_script_wants_what_is_known(void **state)
{
	static const struct str old[] = { STR("v=DMARC1; p=reject") };
	struct records set = plain;

	(void)state;
	expect(&plain, RECORDS_NSUPDATE,
	       "zone example.com.\n"
	       "prereq nxrrset _dmarc.example.com. TXT\n"
	       "prereq nxrrset mta-sts.example.com. A\n"
	       "prereq nxrrset mta-sts.example.com. AAAA\n"
	       "prereq nxdomain www.example.com.\n"
	       "update add _dmarc.example.com. 300 TXT \"v=DMARC1; p=none\"\n"
	       "update add mta-sts.example.com. 300 A 192.0.2.1\n"
	       "update add mta-sts.example.com. 300 A 192.0.2.2\n"
	       "update add mta-sts.example.com. 300 AAAA 2001:db8::1\n"
	       "update add www.example.com. 300 CNAME web.example.net.\n"
	       "send\n");
	set.n = 1;
	set.at[0].old = old;
	set.at[0].old_n = 1;
	expect(&set, RECORDS_NSUPDATE,
	       "zone example.com.\n"
	       "prereq yxrrset _dmarc.example.com. TXT "
	       "\"v=DMARC1; p=reject\"\n"
	       "update delete _dmarc.example.com. TXT "
	       "\"v=DMARC1; p=reject\"\n"
	       "update add _dmarc.example.com. 300 TXT \"v=DMARC1; p=none\"\n"
	       "send\n");
	set.at[0].shared = true;
	expect(&set, RECORDS_NSUPDATE,
	       "zone example.com.\n"
	       "update delete _dmarc.example.com. TXT "
	       "\"v=DMARC1; p=reject\"\n"
	       "update add _dmarc.example.com. 300 TXT \"v=DMARC1; p=none\"\n"
	       "send\n");
}

static void
terraform_gets_one_set_for_a_name_and_type(void **state)
{
	(void)state;
	expect(&plain, RECORDS_TERRAFORM,
	       "resource \"dns_txt_record_set\" \"_dmarc_example_com\" {\n"
	       "  zone = \"example.com.\"\n"
	       "  name = \"_dmarc\"\n"
	       "  ttl  = 300\n"
	       "  txt = [\"v=DMARC1; p=none\"]\n}\n"
	       "resource \"dns_a_record_set\" \"mta-sts_example_com\" {\n"
	       "  zone = \"example.com.\"\n"
	       "  name = \"mta-sts\"\n"
	       "  ttl  = 300\n"
	       "  addresses = [\"192.0.2.1\", \"192.0.2.2\"]\n}\n"
	       "resource \"dns_aaaa_record_set\" \"mta-sts_example_com\" {\n"
	       "  zone = \"example.com.\"\n"
	       "  name = \"mta-sts\"\n"
	       "  ttl  = 300\n"
	       "  addresses = [\"2001:db8::1\"]\n}\n"
	       "resource \"dns_cname_record\" \"www_example_com\" {\n"
	       "  zone = \"example.com.\"\n"
	       "  name = \"www\"\n"
	       "  ttl  = 300\n"
	       "  cname = \"web.example.net.\"\n}\n");
}

static void
octodns_gets_escaped_semicolons(void **state)
{
	(void)state;
	expect(&plain, RECORDS_OCTODNS,
	       "---\n"
	       "\"_dmarc\":\n"
	       "  - ttl: 300\n    type: TXT\n    values:\n"
	       "      - \"v=DMARC1\\\\; p=none\"\n"
	       "\"mta-sts\":\n"
	       "  - ttl: 300\n    type: A\n    values:\n"
	       "      - \"192.0.2.1\"\n"
	       "      - \"192.0.2.2\"\n"
	       "  - ttl: 300\n    type: AAAA\n    values:\n"
	       "      - \"2001:db8::1\"\n"
	       "\"www\":\n"
	       "  - ttl: 300\n    type: CNAME\n"
	       "    value: \"web.example.net.\"\n");
}

static void
a_template_of_terraform_stays_text(void **state)
{
	struct records set = plain;
	SCOPED_BUF out = BUF(4096);

	(void)state;
	set.n = 1;
	set.at[0].value = S("${var.a} %{if} \"q\" back\\slash");
	assert_true(records_print(&set, RECORDS_TERRAFORM, &out));
	assert_non_null(strstr(buf_c(&out), "[\"$${var.a} %%{if} \\\\\\\"q"
					    "\\\\\\\" back\\\\\\\\slash\"]"));
	set.at[0].value = S("line\nfeed");
	buf_clear(&out);
	assert_false(records_print(&set, RECORDS_TERRAFORM, &out));
	buf_clear(&out);
	assert_false(records_print(&set, RECORDS_OCTODNS, &out));
}

static void
the_zone_itself_is_an_at_sign(void **state)
{
	struct record r = { .name = STR("example.com") };

	(void)state;
	assert_true(str_eq(records_host(&plain, &r), S("@")));
	r.name = S("notexample.com");
	assert_true(str_eq(records_host(&plain, &r), S("notexample.com")));
	r.name = S("a.b.example.com");
	assert_true(str_eq(records_host(&plain, &r), S("a.b")));
}

static void
a_full_set_takes_no_more(void **state)
{
	struct records set = { .zone = STR("example.com") };
	const struct record r = { .name = STR("a.example.com") };

	(void)state;
	for (size_t i = 0; i < RECORDS_MAX; i++)
		assert_true(records_add(&set, &r));
	assert_false(records_add(&set, &r));
	assert_int_equal(set.at[0].ttl, RECORDS_TTL);
}

/* The strings of a zone file read back, as RFC 1035 section 5.1 has them. */
static size_t
read_strings(const char *p, char *out)
{
	size_t n = 0, in_string = 0;

	for (; *p == '"'; p += *p == ' ') {
		for (p++; *p != '"'; p++) {
			assert_true(*p >= ' ' && *p <= '~');
			assert_true(++in_string <= RECORDS_STRING);
			if (*p != '\\') {
				out[n++] = *p;
			} else if (p[1] >= '0' && p[1] <= '9') {
				out[n++] = (char)(unsigned char)((p[1] - '0') *
									 100 +
								 (p[2] - '0') *
									 10 +
								 (p[3] - '0'));
				p += 3;
			} else {
				out[n++] = *++p;
			}
		}
		in_string = 0;
		p++;
	}
	assert_int_equal(*p, '\0');
	return n;
}

static void
any_value_reads_back_from_its_zone_file(void **state)
{
	static char value[1200], back[1200];
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		SCOPED_BUF out = BUF(1 << 16);
		size_t n;

		seed = seed * 1664525u + 1013904223u;
		n = seed % sizeof(value);
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525u + 1013904223u;
			value[i] = seed % 4 ? "\"\\; $"[seed / 8 % 5]
					    : (char)(seed >> 16);
		}
		records_print_txt((struct str){ value, n }, &out);
		assert_int_equal(read_strings(buf_c(&out), back), n);
		assert_memory_equal(back, value, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_file_has_whole_names),
		cmocka_unit_test(a_script_wants_what_is_known),
		cmocka_unit_test(terraform_gets_one_set_for_a_name_and_type),
		cmocka_unit_test(octodns_gets_escaped_semicolons),
		cmocka_unit_test(a_template_of_terraform_stays_text),
		cmocka_unit_test(the_zone_itself_is_an_at_sign),
		cmocka_unit_test(a_full_set_takes_no_more),
		cmocka_unit_test(any_value_reads_back_from_its_zone_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
