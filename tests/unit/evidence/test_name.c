#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "evidence/evidence.h"

#include <stdio.h>
#include <string.h>

enum { NOW = 1764000000, ROOM = 1 << 20 };

/* Asks of a world until it is known; "" in `name`: none. */
static void
look(const char *world, const char *ip, struct store_host *out, char name[256])
{
	struct facts *f = facts_new(ROOM, NOW);
	struct diag why = { 0 };

	if (facts_put_world(f, str_of(world), &why) != ERR_NONE)
		fail_msg("%s: %s", why.code, why.detail);
	assert_true(netaddr_parse(str_of(ip), &out->ip));
	assert_true(evidence_name(f, out));
	(void)snprintf(name, 256, "%.*s", STR_ARG(out->name));
	facts_free(f);
}

#define PTR "1.2.0.192.in-addr.arpa "

static void
a_name_counts_when_it_leads_back(void **state)
{
	static const struct {
		const char *world;
		enum store_host_state state;
		const char *name;
	} cases[] = {
		{ PTR "PTR a.example\na.example A 192.0.2.1\n",
		  STORE_HOST_CONFIRMED, "a.example" },
		{ PTR "PTR a.example\na.example A 192.0.2.7\n"
		      "a.example A 192.0.2.1\n",
		  STORE_HOST_CONFIRMED, "a.example" },
		{ PTR "PTR a.example\na.example A 192.0.2.2\n",
		  STORE_HOST_UNCONFIRMED, "a.example" },
		{ PTR "PTR a.example\n", STORE_HOST_UNCONFIRMED, "a.example" },
		{ PTR "PTR a.example\na.example SERVFAIL A\n",
		  STORE_HOST_FAILED, "a.example" },
		{ PTR "NXDOMAIN\n", STORE_HOST_NONE, "" },
		{ PTR "TXT \"no name\"\n", STORE_HOST_NONE, "" },
		{ PTR "SERVFAIL PTR\n", STORE_HOST_FAILED, "" },
		{ PTR "TIMEOUT PTR\n", STORE_HOST_FAILED, "" },
		/* A forged answer is no answer. */
		{ PTR "BOGUS PTR\n", STORE_HOST_FAILED, "" },
		/* One that leads back is enough, also beside trouble. */
		{ PTR "PTR a.example\n" PTR "PTR b.example\n"
		      "a.example SERVFAIL A\nb.example A 192.0.2.1\n",
		  STORE_HOST_CONFIRMED, "b.example" },
		/* Not the order of the answer. */
		{ PTR "PTR c.example\n" PTR "PTR b.example\n"
		      "b.example A 192.0.2.1\nc.example A 192.0.2.1\n",
		  STORE_HOST_CONFIRMED, "b.example" },
		{ PTR "PTR a.example\n" PTR "PTR z.amazonses.com\n"
		      "a.example A 192.0.2.1\nz.amazonses.com A 192.0.2.1\n",
		  STORE_HOST_CONFIRMED, "z.amazonses.com" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct store_host h;
		char name[256];

		look(cases[i].world, "192.0.2.1", &h, name);
		if (h.state != cases[i].state)
			fail_msg("%zu: %s", i, store_host_word(h.state));
		assert_string_equal(name, cases[i].name);
	}
}

static void
an_ipv6_address_is_asked_for_by_its_nibbles(void **state)
{
	static const char world[] =
		"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0."
		"1.0.0.2.ip6.arpa PTR six.example\n"
		"six.example AAAA 2001:db8::1\n"
		"six.example A 192.0.2.1\n";
	struct store_host h;
	char name[256];

	(void)state;
	look(world, "2001:db8::1", &h, name);
	assert_int_equal(h.state, STORE_HOST_CONFIRMED);
	assert_string_equal(name, "six.example");
}

static void
nothing_is_said_while_facts_are_missing(void **state)
{
	struct facts *f = facts_new(ROOM, NOW);
	struct facts_question q;
	struct store_host h = { 0 };

	(void)state;
	assert_true(netaddr_parse(S("192.0.2.1"), &h.ip));
	assert_false(evidence_name(f, &h));
	assert_true(facts_open(f, 0, &q));
	assert_int_equal(q.type, FACTS_PTR);
	assert_false(facts_open(f, 1, &q));
	facts_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_counts_when_it_leads_back),
		cmocka_unit_test(an_ipv6_address_is_asked_for_by_its_nibbles),
		cmocka_unit_test(nothing_is_said_while_facts_are_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
