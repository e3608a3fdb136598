#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dnswire/dnswire.h"

enum { PLACES = 1024, RATE = 10 };

static struct netaddr
addr(const char *text)
{
	struct netaddr a;

	assert_true(netaddr_parse(str_of(text), &a));
	return a;
}

struct counts {
	unsigned pass, slip, drop;
};

static struct counts
ask(struct dnswire_limit *limit, const char *from, uint64_t account, int64_t ms,
    unsigned times)
{
	struct counts n = { 0 };
	const struct netaddr a = addr(from);

	for (unsigned i = 0; i < times; i++) {
		enum dnswire_pass pass =
			dnswire_limit_ask(limit, &a, account, ms);

		n.pass += pass == DNSWIRE_PASS;
		n.slip += pass == DNSWIRE_SLIP;
		n.drop += pass == DNSWIRE_DROP;
	}
	return n;
}

static void
beyond_the_rate_every_second_answer_slips(void **state)
{
	struct dnswire_limit *limit = dnswire_limit_new(PLACES, RATE, 1);
	struct counts n = ask(limit, "192.0.2.1", 7, 0, RATE + 20);

	(void)state;
	assert_int_equal(n.pass, RATE);
	assert_int_equal(n.slip, 10);
	assert_int_equal(n.drop, 10);
	dnswire_limit_free(limit);
}

static void
a_second_later_there_is_as_much_again(void **state)
{
	struct dnswire_limit *limit = dnswire_limit_new(PLACES, RATE, 1);

	(void)state;
	assert_int_equal(ask(limit, "192.0.2.1", 7, 5000, 99).pass, RATE);
	assert_int_equal(ask(limit, "192.0.2.1", 7, 5099, 99).pass, 0);
	assert_int_equal(ask(limit, "192.0.2.1", 7, 5300, 99).pass, 3);
	assert_int_equal(ask(limit, "192.0.2.1", 7, 6300, 99).pass, RATE);
	assert_int_equal(ask(limit, "192.0.2.1", 7, 99000, 99).pass, RATE);
	/* A clock that goes back gives nothing. */
	assert_int_equal(ask(limit, "192.0.2.1", 7, 1000, 99).pass, 0);
	dnswire_limit_free(limit);
}

static void
a_network_counts_as_one(void **state)
{
	static const struct {
		const char *one, *other;
		bool same;
	} table[] = {
		{ "192.0.2.1", "192.0.2.255", true },
		{ "192.0.2.1", "192.0.3.1", false },
		{ "2001:db8:1:100::1", "2001:db8:1:1ff:ffff::9", true },
		{ "2001:db8:1:100::1", "2001:db8:1:200::1", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct dnswire_limit *limit =
			dnswire_limit_new(PLACES, RATE, i);

		(void)ask(limit, table[i].one, 7, 0, RATE);
		assert_int_equal(ask(limit, table[i].other, 7, 0, RATE).pass,
				 table[i].same ? 0 : RATE);
		dnswire_limit_free(limit);
	}
}

static void
other_answers_are_counted_apart(void **state)
{
	struct dnswire_limit *limit = dnswire_limit_new(PLACES, RATE, 1);

	(void)state;
	for (uint64_t account = 0; account < 100; account++)
		assert_int_equal(ask(limit, "192.0.2.1", account, 0, RATE).pass,
				 RATE);
	dnswire_limit_free(limit);
}

/* Many networks push each other out of the table; who asks all the time stays
 * and is held back. */
static void
a_full_table_forgets_who_is_silent(void **state)
{
	struct dnswire_limit *limit = dnswire_limit_new(64, RATE, 1);
	unsigned passed = 0;

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		SCOPED_BUF text = BUF(64);

		buf_addf(&text, "10.%u.%u.1", i / 250, i % 250);
		(void)ask(limit, buf_c(&text), 7, i / 100, 1);
		passed += ask(limit, "192.0.2.1", 7, i / 100, 1).pass;
	}
	assert_in_range(passed, RATE, 4 * RATE);
	dnswire_limit_free(limit);
}

static void
no_rate_is_no_limit(void **state)
{
	struct dnswire_limit *limit = dnswire_limit_new(PLACES, 0, 1);

	(void)state;
	assert_int_equal(ask(limit, "192.0.2.1", 7, 0, 1000).pass, 1000);
	dnswire_limit_free(limit);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beyond_the_rate_every_second_answer_slips),
		cmocka_unit_test(a_second_later_there_is_as_much_again),
		cmocka_unit_test(a_network_counts_as_one),
		cmocka_unit_test(other_answers_are_counted_apart),
		cmocka_unit_test(a_full_table_forgets_who_is_silent),
		cmocka_unit_test(no_rate_is_no_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
