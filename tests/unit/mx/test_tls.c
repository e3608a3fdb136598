#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "mx/mx.h"

#include "look.h"

static const char world[] = "example.com MX 10 mx.example.net\n"
			    "example.com MX 20 mx2.example.net\n"
			    "mx.example.net A 192.0.2.1\n"
			    "mx.example.net AAAA 2001:db8::1\n"
			    "mx2.example.net A 192.0.2.2\n";

/* What the servers say; each test sets it. */
static struct facts_mail first_v4, first_v6, second;

static struct facts_mail
good(void)
{
	static const struct str names[] = { STR("*.example.net") };
	struct facts_mail m = { .stage = FACTS_DONE };

	m.tls = (struct facts_tls){ .version = 0x0304, .alert = -1 };
	m.tls.cert = (struct facts_cert){
		.there = true,
		.not_before = LOOK_NOW - 1000,
		.not_after = LOOK_NOW + 60 * CIVIL_DAY,
		.names = names,
		.names_n = 1,
		.chain = FACTS_CHAIN_TRUSTED,
	};
	return m;
}

static void
all_good(void)
{
	first_v4 = first_v6 = second = good();
}

static bool
answer(const struct facts_question *q, struct facts_mail *m)
{
	*m = str_eq(q->name, S("mx2.example.net")) ? second
	     : netaddr_is_v4(&q->address)          ? first_v4
						   : first_v6;
	return true;
}

static void
expect(const char *codes)
{
	const struct facts_subject s = { .domain = STR("example.com") };
	struct look l;
	const char *found;

	look_begin(&l, world);
	found = look_run(&l, mx_tls_check, &s, answer);
	assert_string_equal(found, codes);
	look_end(&l);
}

static void
a_good_certificate_is_said_once_a_host(void **state)
{
	const struct facts_subject s = { .domain = STR("example.com") };
	struct look l;

	(void)state;
	all_good();
	look_begin(&l, world);
	assert_string_equal(look_run(&l, mx_tls_check, &s, answer),
			    "mx.tls_ok mx.tls_ok");
	assert_true(str_eq(look_place(&l, "mx.tls_ok", "detail"),
			   S("192.0.2.1, 2001:db8::1")));
	look_end(&l);
}

static void
every_fault_of_a_certificate_has_its_finding(void **state)
{
	static const struct {
		enum facts_chain chain;
		const char *code;
	} chains[] = {
		{ FACTS_CHAIN_SELF_SIGNED, "mx.tls_self_signed mx.tls_ok" },
		{ FACTS_CHAIN_UNTRUSTED_ROOT, "mx.tls_untrusted mx.tls_ok" },
		{ FACTS_CHAIN_INCOMPLETE, "mx.tls_incomplete mx.tls_ok" },
		{ FACTS_CHAIN_REVOKED, "mx.tls_revoked mx.tls_ok" },
		{ FACTS_CHAIN_BROKEN, "mx.tls_broken_chain mx.tls_ok" },
		/* Not verified: nothing is said, least of all "good". */
		{ FACTS_CHAIN_UNKNOWN, "mx.tls_ok" },
	};
	static const struct str others[] = { STR("www.example.org"),
					     STR("*.net") };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(chains); i++) {
		all_good();
		first_v4.tls.cert.chain = chains[i].chain;
		first_v6 = first_v4;
		expect(chains[i].code);
	}
	all_good();
	second.tls.cert.names = others;
	second.tls.cert.names_n = 2;
	expect("mx.tls_ok mx.tls_name");
	all_good();
	second.tls.cert.not_after = LOOK_NOW - 1;
	expect("mx.tls_ok mx.tls_expired");
	all_good();
	second.tls.cert.not_before = LOOK_NOW + 1;
	expect("mx.tls_ok mx.tls_not_yet");
	all_good();
	second.tls.cert.not_after = LOOK_NOW + 13 * CIVIL_DAY;
	expect("mx.tls_ok mx.tls_expires_soon");
	all_good();
	second.tls.cert.weak = true;
	expect("mx.tls_ok mx.tls_weak");
	all_good();
	second.tls.version = 0x0302;
	expect("mx.tls_ok mx.tls_old");
}

static void
one_node_that_lags_is_named_by_its_address(void **state)
{
	const struct facts_subject s = { .domain = STR("example.com") };
	struct look l;

	(void)state;
	all_good();
	first_v6.tls.cert.not_after = LOOK_NOW - 1;
	look_begin(&l, world);
	assert_string_equal(look_run(&l, mx_tls_check, &s, answer),
			    "mx.tls_ok mx.tls_expired mx.tls_ok");
	assert_true(str_eq(look_place(&l, "mx.tls_expired", "detail"),
			   S("2001:db8::1")));
	look_end(&l);
}

static void
a_server_without_working_tls_is_told(void **state)
{
	(void)state;
	all_good();
	second.stage = FACTS_NO_STARTTLS;
	expect("mx.tls_ok mx.tls_none");
	second.stage = FACTS_TLS_FAILED;
	expect("mx.tls_ok mx.tls_failed");
	second.stage = FACTS_TLS_TIMEOUT;
	expect("mx.tls_ok mx.tls_failed");
	second.stage = FACTS_PROTOCOL;
	expect("mx.tls_ok mx.protocol");
	second.stage = FACTS_TOO_SLOW;
	expect("mx.tls_ok mx.protocol");
}

static void
silence_is_a_fault_only_where_others_answer(void **state)
{
	(void)state;
	all_good();
	first_v6.stage = FACTS_CONN_TIMEOUT;
	expect("mx.tls_ok mx.ipv6_dead mx.tls_ok");
	first_v6.stage = FACTS_UNREACHABLE;
	expect("mx.tls_ok mx.unprobed mx.tls_ok");
	all_good();
	first_v4.stage = FACTS_CONN_REFUSED;
	expect("mx.ipv4_dead mx.tls_ok mx.tls_ok");
	all_good();
	second.stage = FACTS_CONN_TIMEOUT;
	expect("mx.tls_ok mx.no_answer");
	/* IPv4 leads nowhere from here: no word against the second. */
	first_v4.stage = FACTS_UNREACHABLE;
	expect("mx.unprobed mx.tls_ok mx.unprobed");
	first_v4.stage = first_v6.stage = FACTS_CONN_TIMEOUT;
	expect("mx.unprobed mx.unprobed");
	first_v4.stage = first_v6.stage = second.stage = FACTS_NOT_ALLOWED;
	expect("mx.unprobed mx.unprobed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_certificate_is_said_once_a_host),
		cmocka_unit_test(every_fault_of_a_certificate_has_its_finding),
		cmocka_unit_test(one_node_that_lags_is_named_by_its_address),
		cmocka_unit_test(a_server_without_working_tls_is_told),
		cmocka_unit_test(silence_is_a_fault_only_where_others_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
