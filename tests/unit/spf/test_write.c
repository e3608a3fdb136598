/* test_write.c - records printed, merged and read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "spf/spf.h"

static const struct {
	const char *records[3], *more[3], *merged;
} merges[] = {
	{ { NULL }, { NULL }, "v=spf1 ~all" },
	{ { "v=spf1 -all" }, { NULL }, "v=spf1 -all" },
	{ { NULL },
	  { "mx", "include:a.test" },
	  "v=spf1 mx include:a.test ~all" },
	{ { "v=spf1 MX -all" }, { "mx", "+MX" }, "v=spf1 mx -all" },
	{ { "v=spf1 mx -all", "v=spf1 include:A.test ?all" },
	  { "include:a.test" },
	  "v=spf1 mx include:A.test -all" },
	{ { "v=spf1 mx -all", "v=spf1 a ~all" }, { NULL }, "v=spf1 mx a ~all" },
	{ { "v=spf1 mx +all" }, { NULL }, "v=spf1 mx ~all" },
	{ { "v=spf1 mx ~all ip4:192.0.2.1" }, { NULL }, "v=spf1 mx ~all" },
	{ { "v=spf1 redirect=a.test" }, { NULL }, "v=spf1 redirect=a.test" },
	{ { "v=spf1 redirect=a.test" },
	  { "ip4:192.0.2.1" },
	  "v=spf1 ip4:192.0.2.1 include:a.test ~all" },
	{ { "v=spf1 redirect=a.test", "v=spf1 redirect=b.test" },
	  { NULL },
	  "v=spf1 include:b.test include:a.test ~all" },
	{ { "v=spf1 mx v=spf1 a Exp=E.test -all" },
	  { NULL },
	  "v=spf1 mx a exp=E.test -all" },
	{ { "v=spf1 redirect=a.test -all" }, { NULL }, "v=spf1 -all" },
	{ { "v=spf1 -all exp=e.test", "v=spf1 a -all exp=f.test" },
	  { NULL },
	  "v=spf1 a exp=e.test -all" },
	{ { "v=spf1 exists:%{l}.a.test exists:%{L}.a.test ~all" },
	  { NULL },
	  "v=spf1 exists:%{l}.a.test exists:%{L}.a.test ~all" },
};

static size_t
count(const char *const texts[3], struct str out[3])
{
	size_t n = 0;

	while (n < 3 && texts[n]) {
		out[n] = str_of(texts[n]);
		n++;
	}
	return n;
}

static void
several_records_become_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(merges); i++) {
		SCOPED_BUF out = BUF(SPF_RECORD_MAX);
		SCOPED_BUF again = BUF(SPF_RECORD_MAX);
		SCOPED_ARENA mem = arena_new(1 << 20);
		struct str records[3], more[3];
		size_t n = count(merges[i].records, records);
		size_t more_n = count(merges[i].more, more);
		struct spf_record r;

		assert_int_equal(
			spf_merge(records, n, more, more_n, &out, NULL),
			ERR_NONE);
		assert_string_equal(buf_c(&out), merges[i].merged);
		assert_int_equal(spf_parse(buf_str(&out), mem, &r, NULL),
				 ERR_NONE);
		assert_true(spf_print(&r, &again));
		assert_string_equal(buf_c(&again), merges[i].merged);
	}
}

static const struct {
	const char *record, *more, *code;
} refusals[] = {
	{ "v=spf1 frob -all", NULL, "spf.syntax" },
	{ "v=spf2 -all", NULL, "spf.syntax" },
	{ "v=spf1 -all", "mx a", "spf.syntax" },
	{ "v=spf1 -all", "", "spf.syntax" },
	{ "v=spf1 -all", "include:", "spf.syntax" },
	{ "v=spf1 -all", "ip4=192.0.2.1", "spf.ip_mistake" },
	{ "v=spf1 ptr -all", NULL, "spf.ptr" },
	{ "v=spf1 -all", "ptr:a.test", "spf.ptr" },
	{ "v=spf1 ip4:10.0.0.0/8 -all", NULL, "spf.wide_range" },
	{ "v=spf1 -all", "mx/0", "spf.wide_range" },
	{ "v=spf1 a:a.test a:b.test a:c.test a:d.test a:e.test mx:a.test "
	  "mx:b.test mx:c.test mx:d.test mx:e.test -all",
	  "include:f.test", "spf.lookups_over_limit" },
};

static void
what_the_checker_would_flag_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refusals); i++) {
		SCOPED_BUF out = BUF(SPF_RECORD_MAX);
		const struct str record = str_of(refusals[i].record);
		const struct str more = str_of(refusals[i].more);
		struct diag why = { 0 };

		assert_int_equal(spf_merge(&record, 1, &more,
					   refusals[i].more ? 1 : 0, &out,
					   &why),
				 ERR_SYNTAX);
		assert_string_equal(why.code, refusals[i].code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_records_become_one),
		cmocka_unit_test(what_the_checker_would_flag_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
