#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "resolver/private.h"

/* "\1a\7example" is always at 12, so that \300\14 points to it and \300\16 to
 * "example". */
#define HEADER(flags, answers, authority)                                      \
	"\x12\x34" flags "\0\1\0" answers "\0" authority "\0\0"
#define QUESTION "\1a\7example\0"
#define IN_300 "\0\1\0\0\1\54"
#define SOA_60                                                                 \
	"\300\16\0\6\0\1\0\0\1\54\0\35\2ns\300\16\1h\300\16\0\0\0\1"           \
	"\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\74"

static struct facts_dns
read_as(uint16_t type, struct str packet, struct arena *mem)
{
	struct facts_dns d = { .name = S("a.example"), .type = type };

	d.direct = true;
	resolver_read(packet, mem, &d);
	return d;
}

static void
states_are_read_from_the_packet(void **state)
{
	static const struct {
		struct str packet;
		enum facts_status status;
		uint32_t ttl;
		bool authoritative;
	} cases[] = {
		{ STR(HEADER("\204\0", "\1", "\0") QUESTION
		      "\0\1\0\1\300\14\0\1" IN_300 "\0\4\300\0\2\1"),
		  FACTS_FOUND, 300, true },
		{ STR(HEADER("\200\3", "\0", "\1") QUESTION "\0\1\0\1" SOA_60),
		  FACTS_NXDOMAIN, 60, false },
		{ STR(HEADER("\204\0", "\0", "\1") QUESTION "\0\1\0\1" SOA_60),
		  FACTS_NODATA, 60, true },
		{ STR(HEADER("\200\0", "\0", "\0") QUESTION "\0\1\0\1"),
		  FACTS_NODATA, 0, false },
		{ STR(HEADER("\200\5", "\0", "\0") QUESTION "\0\1\0\1"),
		  FACTS_REFUSED, 0, false },
		{ STR(HEADER("\200\2", "\0", "\0") QUESTION "\0\1\0\1"),
		  FACTS_SERVFAIL, 0, false },
		{ STR(HEADER("\200\1", "\0", "\0") QUESTION "\0\1\0\1"),
		  FACTS_SERVFAIL, 0, false },
		{ STR("\x12\x34"), FACTS_SERVFAIL, 0, false },
		{ STR(""), FACTS_SERVFAIL, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_ARENA mem = arena_new(RESOLVER_MEM);
		struct facts_dns d = read_as(FACTS_A, cases[i].packet, mem);

		assert_int_equal(d.status, cases[i].status);
		assert_int_equal(d.ttl, cases[i].ttl);
		assert_int_equal(d.authoritative, cases[i].authoritative);
	}
}

static void
the_chain_is_followed_whatever_the_order_of_records(void **state)
{
	SCOPED_ARENA mem = arena_new(RESOLVER_MEM);
	/* c.example A, b -> C, a -> B */
	struct facts_dns d =
		read_as(FACTS_A,
			S(HEADER("\204\0", "\3", "\0") QUESTION
			  "\0\1\0\1"
			  "\1c\300\16\0\1" IN_300 "\0\4\300\0\2\1"
			  "\1b\300\16\0\5\0\1\0\0\0\7\0\4\1C\300\16"
			  "\300\14\0\5" IN_300 "\0\4\1B\300\16"),
			mem);

	(void)state;
	assert_int_equal(d.status, FACTS_FOUND);
	assert_int_equal(d.chain_n, 2);
	assert_true(str_eq(d.chain[0], S("b.example")));
	assert_true(str_eq(d.chain[1], S("c.example")));
	assert_int_equal(d.ttl, 7);
	assert_int_equal(d.rr[0].address.b[15], 1);
}

static void
a_cname_that_was_asked_for_is_not_followed(void **state)
{
	SCOPED_ARENA mem = arena_new(RESOLVER_MEM);
	struct facts_dns d =
		read_as(FACTS_CNAME,
			S(HEADER("\204\0", "\1", "\0") QUESTION
			  "\0\5\0\1\300\14\0\5" IN_300 "\0\4\1B\300\16"),
			mem);

	(void)state;
	assert_int_equal(d.status, FACTS_FOUND);
	assert_int_equal(d.chain_n, 0);
	assert_true(str_eq(d.rr[0].data, S("b.example")));
}

static void
a_ttl_with_the_top_bit_is_zero(void **state)
{
	SCOPED_ARENA mem = arena_new(RESOLVER_MEM);
	struct facts_dns d = read_as(FACTS_TXT,
				     S(HEADER("\204\0", "\1", "\0") QUESTION
				       "\0\20\0\1\300\14\0\20\0\1\200\0\0\1"
				       "\0\5\2ab\1c"),
				     mem);

	(void)state;
	assert_int_equal(d.ttl, 0);
	assert_int_equal(d.rr[0].strings, 2);
	assert_true(str_eq(d.rr[0].data, S("abc")));
}

static void
the_null_mx_is_the_root(void **state)
{
	SCOPED_ARENA mem = arena_new(RESOLVER_MEM);
	struct facts_dns d =
		read_as(FACTS_MX,
			S(HEADER("\204\0", "\1", "\0") QUESTION
			  "\0\17\0\1\300\14\0\17" IN_300 "\0\3\0\0\0"),
			mem);

	(void)state;
	assert_int_equal(d.n, 1);
	assert_int_equal(d.rr[0].data.n, 0);
	assert_int_equal(d.rr[0].preference, 0);
}

static void
only_the_answer_to_this_very_question_fits(void **state)
{
	static const struct {
		struct str packet;
		bool fits;
	} cases[] = {
		{ STR(HEADER("\200\0", "\0", "\0") QUESTION "\0\1\0\1"), true },
		{ STR(HEADER("\200\0", "\0", "\0") "\1A\7eXample\0\0\1\0\1"),
		  true },
		{ STR(HEADER("\200\0", "\0", "\0") "\1b\7example\0\0\1\0\1"),
		  false },
		{ STR(HEADER("\200\0", "\0", "\0") QUESTION "\0\34\0\1"),
		  false },
		{ STR(HEADER("\200\0", "\0", "\0") QUESTION "\0\1\0\3"),
		  false },
		{ STR(HEADER("\0\0", "\0", "\0") QUESTION "\0\1\0\1"), false },
		{ STR(HEADER("\240\0", "\0", "\0") QUESTION "\0\1\0\1"),
		  false },
		{ STR("\x12\x35\200\0\0\1\0\0\0\0\0\0" QUESTION "\0\1\0\1"),
		  false },
		{ STR("\x12\x34\200\1\0\0\0\0\0\0\0\0"), true },
		{ STR("\x12\x34\200\0\0\0\0\0\0\0\0\0"), false },
		{ STR("\x12\x34\200\3\0\0\0\0\0\0\0\0"), false },
		{ STR("\x12\x34\200\0\0\1\0\0\0\0\0\0" QUESTION "\0\1\0"),
		  false },
		{ STR(""), false },
	};
	struct resolver_query q = { .n = 0 };
	ldns_rdf *name = NULL;

	(void)state;
	assert_true(resolver_name_read(S("a.example"), &name));
	assert_true(resolver_query_write(&q, name, FACTS_A, true));
	resolver_query_number(&q, 0x1234);
	ldns_rdf_deep_free(name);
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(resolver_query_fits(&q, cases[i].packet),
				 cases[i].fits);
}

static void
names_are_printed_so_that_they_can_be_read_again(void **state)
{
	static const struct {
		struct str text, printed;
	} cases[] = {
		{ STR(""), STR("") },
		{ STR("."), STR("") },
		{ STR("Example.COM."), STR("example.com") },
		{ STR("a\\.B.example"), STR("a\\.b.example") },
		{ STR("a\\046b.example"), STR("a\\.b.example") },
		{ STR("a\\000\\200.example"), STR("a\\000\\200.example") },
		{ STR("_dmarc.example"), STR("_dmarc.example") },
	};
	SCOPED_ARENA mem = arena_new(RESOLVER_MEM);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		ldns_rdf *name = NULL;
		struct str printed;

		assert_true(resolver_name_read(cases[i].text, &name));
		assert_true(resolver_name_print(name, mem, &printed));
		ldns_rdf_deep_free(name);
		assert_true(str_eq(printed, cases[i].printed));
	}
}

static void
what_is_no_name_is_refused(void **state)
{
	static const struct str cases[] = {
		STR("a..b"),
		STR(".a"),
		STR("a\0b"),
		STR("a\\256"),
		STR("0123456789012345678901234567890123456789"
		    "012345678901234567890123"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		ldns_rdf *name = NULL;

		assert_false(resolver_name_read(cases[i], &name));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_are_read_from_the_packet),
		cmocka_unit_test(
			the_chain_is_followed_whatever_the_order_of_records),
		cmocka_unit_test(a_cname_that_was_asked_for_is_not_followed),
		cmocka_unit_test(a_ttl_with_the_top_bit_is_zero),
		cmocka_unit_test(the_null_mx_is_the_root),
		cmocka_unit_test(only_the_answer_to_this_very_question_fits),
		cmocka_unit_test(
			names_are_printed_so_that_they_can_be_read_again),
		cmocka_unit_test(what_is_no_name_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
