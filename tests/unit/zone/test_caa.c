#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "zone/zone.h"

#include "../mx/look.h"

/* "NAME FLAGS TAG VALUE" as a line of a world. */
static void
add_caa(struct buf *world, const char *name, unsigned flags, const char *tag,
	const char *value)
{
	buf_addf(world, "%s CAA %02x%02zx", name, flags, strlen(tag));
	for (const char *c = tag; *c; c++)
		buf_addf(world, "%02x", (unsigned char)*c);
	for (const char *c = value; *c; c++)
		buf_addf(world, "%02x", (unsigned char)*c);
	buf_addc(world, '\n');
}

struct record {
	const char *name;
	unsigned flags;
	const char *tag, *value;
};

static void
the_nearest_records_decide(void **state)
{
	static const struct {
		struct record r[3];
		const char *codes, *detail;
	} cases[] = {
		{ { { "com", 0, "issue", "ca.example" } },
		  "caa.issuers",
		  "ca.example" },
		{ { { "example.com", 0, "issue", "ca.example" },
		    { "example.com", 0, "issue", "other.example" } },
		  "caa.issuers",
		  "ca.example, other.example" },
		{ { { "example.com", 0, "issue", ";" },
		    { "mta-sts.example.com", 0, "ISSUE", " ca.example " } },
		  "caa.issuers",
		  "ca.example" },
		{ { { "example.com", 0, "issue", ";" } }, "caa.forbids", NULL },
		{ { { "example.com", 0, "issue", "" } }, "caa.forbids", NULL },
		{ { { "example.com", 0, "issuewild", ";" } },
		  "caa.none",
		  NULL },
		{ { { "example.com", 0, "iodef", "mailto:a@example.com" } },
		  "caa.none",
		  NULL },
		{ { { "example.com", 0, "issue",
		      "ca.example; accounturi=https://ca.example/1" } },
		  "caa.restricted",
		  "ca.example" },
		{ { { "example.com", 128, "future", "x" },
		    { "example.com", 0, "issue", "ca.example" } },
		  "caa.unknown_critical caa.issuers",
		  "ca.example" },
		{ { { "example.com", 0, "future", "x" },
		    { "example.com", 128, "issue", "ca.example" } },
		  "caa.issuers",
		  "ca.example" },
		{ { { "example.com", 0, "issue", "https://ca.example" } },
		  "caa.malformed caa.forbids",
		  NULL },
		{ { { "example.com", 0, "is-sue", "ca.example" } },
		  "caa.malformed caa.none",
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct facts_subject s = { .domain = STR("example.com") };
		SCOPED_BUF world = BUF(4096);
		struct look l;
		const char *codes;

		for (size_t k = 0; k < 3 && cases[i].r[k].name; k++)
			add_caa(&world, cases[i].r[k].name, cases[i].r[k].flags,
				cases[i].r[k].tag, cases[i].r[k].value);
		look_begin(&l, buf_c(&world));
		codes = look_run(&l, zone_caa_check, &s, NULL);
		if (strcmp(codes, cases[i].codes) != 0)
			fail_msg("%zu: found %s", i, codes);
		if (cases[i].detail) {
			const struct finding_found *last =
				&l.found.at[l.found.n - 1];

			assert_true(str_eq(last->evidence,
					   str_of(cases[i].detail)));
		}
		look_end(&l);
	}
}

static void
no_answer_keeps_authorities_from_issuing(void **state)
{
	static const struct look_case cases[] = {
		{ "mta-sts.example.com SERVFAIL CAA\n", "caa.unanswered" },
		{ "example.com TIMEOUT CAA\n", "caa.unanswered" },
		{ "example.com TXT x\n", "caa.none" },
		{ "mta-sts.example.com CNAME h.example.net\n"
		  "h.example.net CAA 000569737375653b\n",
		  "caa.forbids" },
	};

	(void)state;
	look_all(cases, COUNT_OF(cases), zone_caa_check);
}

static void
rdata_that_is_cut_short_is_no_record(void **state)
{
	struct zone_caa c;

	(void)state;
	assert_false(zone_caa_parse(S(""), &c));
	assert_false(zone_caa_parse(S("\0\5issu"), &c));
	assert_false(zone_caa_parse(S("\0\0issue"), &c));
	assert_true(zone_caa_parse(S("\200\5issue"), &c));
	assert_true(c.critical);
	assert_int_equal(c.issuer.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_records_decide),
		cmocka_unit_test(no_answer_keeps_authorities_from_issuing),
		cmocka_unit_test(rdata_that_is_cut_short_is_no_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
