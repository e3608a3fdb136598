/* Findings of one look: kept in order, once each, filled for the reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "finding/finding.h"

static void
findings_stay_in_their_order_and_are_copies(void **state)
{
	SCOPED_ARENA mem = arena_new(64 << 10);
	struct finding_list list;
	char bytes[] = "seen";
	struct str detail = str_of("x"), evidence = { bytes, 4 };

	(void)state;
	finding_list_init(&list, mem);
	assert_non_null(finding_add(&list, "dmarc.no_domain", evidence,
				    "detail", &detail, NULL));
	assert_non_null(
		finding_add(&list, "dmarc.no_dates", (struct str){ 0 }, NULL));
	bytes[0] = 'S';
	assert_int_equal(list.n, 2);
	assert_string_equal(list.at[0].finding->code, "dmarc.no_domain");
	assert_memory_equal(list.at[0].evidence.p, "seen", 4);
	assert_non_null(finding_list_find(&list, "dmarc.no_dates"));
	assert_null(finding_list_find(&list, "dmarc.not_a_report"));
}

static void
the_same_judgement_is_made_once(void **state)
{
	SCOPED_ARENA mem = arena_new(64 << 10);
	struct finding_list list;
	struct str a = str_of("mx1.example"), b = str_of("mx2.example");
	struct str none = { 0 };

	(void)state;
	finding_list_init(&list, mem);
	for (int i = 0; i < 3; i++) {
		finding_add(&list, "dmarc.no_dates", none, "host", &a, NULL);
		finding_add(&list, "dmarc.no_dates", none, "host", &b, NULL);
		finding_add(&list, "dmarc.no_dates", none, NULL);
	}
	assert_int_equal(list.n, 3);
}

static void
the_gravest_severity_counts(void **state)
{
	SCOPED_ARENA mem = arena_new(64 << 10);
	struct finding_list list;

	(void)state;
	finding_list_init(&list, mem);
	assert_int_equal(finding_list_worst(&list), FINDING_OK);
	finding_add(&list, "dmarc.no_domain", (struct str){ 0 }, NULL);
	assert_int_equal(finding_list_worst(&list), FINDING_FAIL);
}

static void
a_full_list_says_so_and_keeps_what_it_has(void **state)
{
	SCOPED_ARENA mem = arena_new(16 << 10);
	struct finding_list list;
	size_t before;

	(void)state;
	finding_list_init(&list, mem);
	for (int i = 0; i < 5000 && !list.full; i++) {
		char name[16] = { (char)('a' + i % 26),
				  (char)('a' + i / 26 % 26),
				  (char)('a' + i / 676) };
		struct str value = { name, 3 };

		finding_add(&list, "dmarc.no_domain", value, "host", &value,
			    NULL);
	}
	assert_true(list.full);
	assert_true(list.n > 0);
	before = list.n;
	assert_null(finding_add(&list, "dmarc.no_dates", S("other"), NULL));
	assert_int_equal(list.n, before);
}

static void
a_place_nobody_gave_is_a_dash(void **state)
{
	SCOPED_ARENA mem = arena_new(16 << 10);
	SCOPED_BUF out = BUF(1024);
	struct finding_list list;
	struct str host = str_of("mx\033.example");
	struct finding_found *found;

	(void)state;
	finding_list_init(&list, mem);
	found = finding_add(&list, "dmarc.no_domain", (struct str){ 0 }, "host",
			    &host, NULL);
	finding_found_fill(&out, "{host} says {detail}", found);
	assert_string_equal(buf_c(&out), "mx\\u{1b}.example says -");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings_stay_in_their_order_and_are_copies),
		cmocka_unit_test(the_same_judgement_is_made_once),
		cmocka_unit_test(the_gravest_severity_counts),
		cmocka_unit_test(a_full_list_says_so_and_keeps_what_it_has),
		cmocka_unit_test(a_place_nobody_gave_is_a_dash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
