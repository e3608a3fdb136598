#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lab.h"

#include <string.h>

#define HEAD(questions, additional)                                            \
	"\22\64\1\0\0" questions "\0\0\0\0\0" additional
#define NAME "\4host\7example\0"
#define SOA "\0\6\0\1"
#define OPT "\0\0\51\4\320\0\0\0\0\0\0"
#define A_RECORD "\300\14\0\1\0\1\0\0\0\0\0\4\1\2\3\4"

static const struct {
	const char *what;
	struct str octets;
	enum dnswire_do what_is_done;
	enum dnswire_rcode rcode;
} table[] = {
	{ "empty", STR(""), DNSWIRE_SILENCE, 0 },
	{ "half a header", STR("\22\64\1\0\0\1\0\0\0\0\0"), DNSWIRE_SILENCE,
	  0 },
	{ "an answer", STR("\22\64\201\0\0\1\0\0\0\0\0\0" NAME SOA),
	  DNSWIRE_SILENCE, 0 },
	{ "no question", STR(HEAD("\0", "\0")), DNSWIRE_SEND, 1 },
	{ "two questions", STR(HEAD("\2", "\0") NAME SOA NAME SOA),
	  DNSWIRE_SEND, 1 },
	{ "a question that ends early", STR(HEAD("\1", "\0") NAME "\0\6\0"),
	  DNSWIRE_SEND, 1 },
	{ "a name that ends early", STR(HEAD("\1", "\0") "\4hos"), DNSWIRE_SEND,
	  1 },
	{ "a pointer in the question", STR(HEAD("\1", "\0") "\300\14" SOA),
	  DNSWIRE_SEND, 1 },
	{ "a pointer behind a label", STR(HEAD("\1", "\0") "\4host\300\14" SOA),
	  DNSWIRE_SEND, 1 },
	{ "a label of a kind that is none",
	  STR(HEAD("\1", "\0") "\101host\0" SOA), DNSWIRE_SEND, 1 },
	{ "octets behind the end", STR(HEAD("\1", "\0") NAME SOA "x"),
	  DNSWIRE_SEND, 1 },
	{ "a record that is not there", STR(HEAD("\1", "\1") NAME SOA),
	  DNSWIRE_SEND, 1 },
	{ "an answer in a question",
	  STR("\22\64\1\0\0\1\0\1\0\0\0\0" NAME SOA A_RECORD), DNSWIRE_SEND,
	  1 },
	{ "authority in a question",
	  STR("\22\64\1\0\0\1\0\0\0\1\0\0" NAME SOA A_RECORD), DNSWIRE_SEND,
	  1 },
	{ "two OPT", STR(HEAD("\1", "\2") NAME SOA OPT OPT), DNSWIRE_SEND, 1 },
	{ "an OPT with a name", STR(HEAD("\1", "\1") NAME SOA "\1x" OPT),
	  DNSWIRE_SEND, 1 },
	{ "an OPT longer than the message",
	  STR(HEAD("\1", "\1") NAME SOA "\0\0\51\4\320\0\0\0\0\0\4"),
	  DNSWIRE_SEND, 1 },
	{ "an OPT with an option nobody knows",
	  STR(HEAD("\1", "\1") NAME SOA "\0\0\51\4\320\0\0\0\0\0\6"
					"\377\1\0\2ab"),
	  DNSWIRE_SEND, 0 },
	{ "a further record that nobody asked for",
	  STR(HEAD("\1", "\1") NAME SOA A_RECORD), DNSWIRE_SEND, 0 },
	{ "TSIG before OPT",
	  STR(HEAD("\1", "\2") NAME SOA "\0\0\372\0\377\0\0\0\0\0\0" OPT),
	  DNSWIRE_SEND, 1 },
	{ "TSIG with nothing in it",
	  STR(HEAD("\1", "\1") NAME SOA "\0\0\372\0\377\0\0\0\0\0\0"),
	  DNSWIRE_SEND, 1 },
	{ "another operation of another form",
	  STR("\22\64\60\0\0\0\0\0\0\0\0\0"), DNSWIRE_SEND, 4 },
};

static void
malformed_questions_get_no_more_than_a_header(void **state)
{
	static struct lab_answer a;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		lab_ask(table[i].octets, i % 2, &a);
		if (a.what != table[i].what_is_done ||
		    a.reply.rcode != table[i].rcode)
			fail_msg("%s: %d, rcode %d", table[i].what, a.what,
				 a.reply.rcode);
		if (a.reply.rcode != 0) {
			assert_int_equal(a.reply.n, 12);
			assert_memory_equal(a.octets, table[i].octets.p, 2);
		}
		lab_done(&a);
	}
}

static void
names_may_have_255_octets_and_no_more(void **state)
{
	static struct lab_answer a;

	(void)state;
	for (size_t last = 61; last <= 62; last++) {
		uint8_t query[512] = { 0x12, 0x34, 1, 0, 0, 1 };
		size_t n = 12;

		/* 3 of 64 octets, one of 62 or 63, the end. */
		for (int i = 0; i < 4; i++) {
			size_t length = i < 3 ? 63 : last;

			query[n] = (uint8_t)length;
			memset(query + n + 1, 'a', length);
			n += length + 1;
		}
		n++;
		query[n + 1] = DNSWIRE_A;
		query[n + 3] = 1;
		n += 4;
		lab_ask((struct str){ (const char *)query, n }, false, &a);
		assert_int_equal(a.reply.rcode, last == 61 ? DNSWIRE_REFUSED
							   : DNSWIRE_FORMERR);
		lab_done(&a);
	}
}

/* No octet more than there are is read, wherever a message ends. */
static void
every_beginning_of_a_question_is_survived(void **state)
{
	static const struct str whole =
		STR(HEAD("\1", "\2") NAME SOA OPT A_RECORD);
	static struct lab_answer a;

	(void)state;
	for (size_t n = 0; n <= whole.n; n++) {
		/* Of its own, so that the sanitizer knows its end. */
		char *exact = heap_grow(NULL, n + 1, 1);

		memcpy(exact + 1, whole.p, n);
		lab_ask((struct str){ exact + 1, n }, false, &a);
		heap_free(exact);
		assert_int_equal(a.what,
				 n < 12 ? DNSWIRE_SILENCE : DNSWIRE_SEND);
		if (n >= 12 && n < whole.n)
			assert_int_equal(a.reply.rcode, DNSWIRE_FORMERR);
		lab_done(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_questions_get_no_more_than_a_header),
		cmocka_unit_test(names_may_have_255_octets_and_no_more),
		cmocka_unit_test(every_beginning_of_a_question_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
