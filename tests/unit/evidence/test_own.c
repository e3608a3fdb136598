#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "evidence/evidence.h"

#include <string.h>

enum { NOW = 1764000000, ROOM = 2 << 20 };

#define D "d.example TXT "

static void
a_record_becomes_ranges_or_a_reason(void **state)
{
	static const struct {
		const char *world;
		enum store_own_state state;
		const char *ranges;
	} cases[] = {
		{ D "\"v=spf1 ip4:192.0.2.8/30 ip4:192.0.2.0/29 -all\"\n",
		  STORE_OWN_FOUND, "192.0.2.0-192.0.2.11 " },
		/* Half the internet names nobody. */
		{ D "\"v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 ip6:2000::/3"
		    " ip4:10.0.0.0/8 -all\"\n",
		  STORE_OWN_FOUND, "10.0.0.0-10.255.255.255 " },
		{ D "\"v=spf1 -all\"\n", STORE_OWN_FOUND, "" },
		{ D "\"something\"\n", STORE_OWN_NONE, "" },
		{ "d.example A 192.0.2.1\n", STORE_OWN_NONE, "" },
		{ "d.example NXDOMAIN\n", STORE_OWN_GONE, "" },
		{ "d.example SERVFAIL TXT\n", STORE_OWN_FAILED, "" },
		/* Half a record is unknown. */
		{ D "\"v=spf1 ip4:192.0.2.1 include:i.example -all\"\n"
		    "i.example BOGUS TXT\n",
		  STORE_OWN_FAILED, "" },
	};
	static struct evidence_own own;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct facts *f = facts_new(ROOM, NOW);
		SCOPED_BUF text = BUF(4096);
		struct diag why = { 0 };
		char a[NETADDR_PRINT_MAX], b[NETADDR_PRINT_MAX];

		if (facts_put_world(f, str_of(cases[i].world), &why) !=
		    ERR_NONE)
			fail_msg("%s: %s", why.code, why.detail);
		assert_true(evidence_own(f, S("d.example"), &own));
		for (size_t k = 0; k < own.n; k++)
			buf_addf(&text, "%s-%s ",
				 netaddr_print(&own.range[k].first, a),
				 netaddr_print(&own.range[k].last, b));
		if (own.state != cases[i].state ||
		    strcmp(buf_c(&text), cases[i].ranges) != 0)
			fail_msg("%zu: %s %s", i, store_own_word(own.state),
				 buf_c(&text));
		facts_free(f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_becomes_ranges_or_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
