/* Cookies: RFC 7873, and the examples of RFC 9018 appendix A. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lab.h"

#include <stdio.h>
#include <string.h>

enum { THEN = 1559731985 };
#define SECRET "e5e973e5a6b2a43f48e7dc849e37bfcf"
#define CLIENTS "2464c4abcf10c957"
#define ANSWERED CLIENTS "010000005cf79f111f8130c3eee29480"

static size_t
octets(const char *hex, uint8_t *out)
{
	size_t n = 0;

	for (; hex[0] && hex[1]; hex += 2)
		out[n++] = (uint8_t)(str_hex(hex[0]) * 16 + str_hex(hex[1]));
	return n;
}

struct asked {
	const char *cookie, *secret, *from;
	int64_t now;
};

static uint8_t answer[DNSWIRE_UDP_MAX];

/* Asks with that cookie; the answer's in hexadecimal, "" without one. */
static const char *
ask(const struct asked *a, struct dnswire_reply *reply)
{
	static const struct lab_query q = { .name = "tok.s.host.example",
					    .type = 16,
					    .edns = 1232 };
	static char text[2 * DNSWIRE_COOKIE + 1];
	uint8_t query[512], secret[DNSWIRE_COOKIE_SECRET];
	size_t n = lab_write(&q, query), more;
	struct netaddr from;
	struct dnswire_ask asked = { .now = a->now,
				     .from = &from,
				     .secret = a->secret ? secret : NULL };

	assert_true(netaddr_parse(str_of(a->from), &from));
	if (a->secret)
		(void)octets(a->secret, secret);
	/* OPT is last, its length are its last two octets. */
	more = octets(a->cookie, query + n + 4);
	query[n - 1] = (uint8_t)(more + 4);
	query[n] = 0;
	query[n + 1] = 10;
	query[n + 2] = 0;
	query[n + 3] = (uint8_t)more;
	asked.query = (struct str){ (const char *)query, n + 4 + more };
	*reply = (struct dnswire_reply){ .p = answer, .room = sizeof answer };
	assert_int_equal(dnswire_answer(lab_zone(), &asked, reply),
			 DNSWIRE_SEND);
	text[0] = '\0';
	if (reply->opt > 11)
		for (size_t i = 0; i < DNSWIRE_COOKIE; i++)
			snprintf(text + 2 * i, 3, "%02x",
				 answer[reply->n - DNSWIRE_COOKIE + i]);
	return text;
}

static void
cookies_are_those_of_the_standard(void **state)
{
	static const struct {
		struct asked asked;
		bool known;
		const char *want;
	} cases[] = {
		/* A.1: learning a new one. */
		{ { CLIENTS, SECRET, "198.51.100.100", THEN },
		  false,
		  ANSWERED },
		/* A.2: good, and renewed after 40 minutes. */
		{ { ANSWERED, SECRET, "198.51.100.100", THEN + 2400 },
		  true,
		  CLIENTS "010000005cf7a871d4a564a1442aca77" },
		/* A.4: IPv6. */
		{ { "22681ab97d52c298", "dd3bdf9344b678b185a6f5cb60fca715",
		    "2001:db8:220:1:59de:d0f4:8769:82b8", 1559741817 },
		  false,
		  "22681ab97d52c298010000005cf7c57926556bd0934c72f8" },
		{ { "22681ab97d52c298", "445536bcd2513298075a5d379663c962",
		    "2001:db8:220:1:59de:d0f4:8769:82b8", 1559741961 },
		  false,
		  "22681ab97d52c298010000005cf7c609a6bb79d16625507a" },
		/* Still fresh: it stays as it is. */
		{ { ANSWERED, SECRET, "198.51.100.100", THEN + 60 },
		  true,
		  ANSWERED },
	};
	struct dnswire_reply reply;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_string_equal(ask(&cases[i].asked, &reply),
				    cases[i].want);
		assert_int_equal(reply.known, cases[i].known);
		assert_int_equal(reply.rcode, DNSWIRE_NOERROR);
	}
}

static void
a_cookie_of_others_makes_nobody_known(void **state)
{
	static const struct asked cases[] = {
		{ ANSWERED, SECRET, "198.51.100.101", THEN },
		{ ANSWERED, "00000000000000000000000000000000",
		  "198.51.100.100", THEN },
		{ ANSWERED, SECRET, "198.51.100.100", THEN + 3601 },
		{ ANSWERED, SECRET, "198.51.100.100", THEN - 301 },
		{ CLIENTS "010000005cf79f111f8130c3eee29481", SECRET,
		  "198.51.100.100", THEN },
		{ CLIENTS "020000005cf79f111f8130c3eee29480", SECRET,
		  "198.51.100.100", THEN },
		{ CLIENTS "0000000000000000", SECRET, "198.51.100.100", THEN },
	};
	struct dnswire_reply reply;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		/* Answered all the same, with a new one. */
		assert_int_equal(strlen(ask(&cases[i], &reply)), 48);
		assert_false(reply.known);
		assert_int_equal(reply.rcode, DNSWIRE_NOERROR);
	}
}

static void
what_has_no_length_of_a_cookie_is_malformed(void **state)
{
	static const char *const cases[] = {
		"",
		"24",
		"2464c4abcf10c9",
		"2464c4abcf10c95701",
		"2464c4abcf10c95701020304050607",
		ANSWERED ANSWERED,
	};
	struct dnswire_reply reply;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct asked a = { cases[i], SECRET, "192.0.2.1", THEN };

		assert_string_equal(ask(&a, &reply), "");
		assert_int_equal(reply.rcode, DNSWIRE_FORMERR);
	}
}

static void
without_a_secret_cookies_are_unknown_options(void **state)
{
	const struct asked a = { CLIENTS, NULL, "192.0.2.1", THEN };
	struct dnswire_reply reply;

	(void)state;
	assert_string_equal(ask(&a, &reply), "");
	assert_int_equal(reply.rcode, DNSWIRE_NOERROR);
	assert_false(reply.known);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cookies_are_those_of_the_standard),
		cmocka_unit_test(a_cookie_of_others_makes_nobody_known),
		cmocka_unit_test(what_has_no_length_of_a_cookie_is_malformed),
		cmocka_unit_test(without_a_secret_cookies_are_unknown_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
