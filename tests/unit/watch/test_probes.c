#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "watch/private.h"

#include <stdio.h>

enum { NOW = 1764000000, ROUNDS = 64, ENDS = NOW + 60 * CIVIL_DAY };

#define WORLD                                                                  \
	"example.com NS ns1.example.com\n"                                     \
	"example.com MX 10 a.example.com\n"                                    \
	"example.com MX 20 b.example.com\n"                                    \
	"example.com MX 30 c.example.com\n"                                    \
	"example.com MX 40 d.example.com\n"                                    \
	"a.example.com A 192.0.2.1\n"                                          \
	"a.example.com AAAA 2001:db8::1\n"                                     \
	"b.example.com A 192.0.2.2\n"                                          \
	"b.example.com A 192.0.2.3\n"                                          \
	"d.example.com SERVFAIL A\n"                                           \
	"d.example.com SERVFAIL AAAA\n"

/* 192.0.2.1 is fine, .2 has a certificate of somebody else, .3 does not
 * answer, and there is no IPv6 here. */
static struct facts_mail
mail_at(const struct netaddr *address)
{
	static const struct str a[] = { STR("a.example.com") };
	struct facts_mail m = { .stage = FACTS_DONE };
	char text[NETADDR_PRINT_MAX];

	netaddr_print(address, text);
	if (!netaddr_is_v4(address)) {
		m.stage = FACTS_UNREACHABLE;
		return m;
	}
	if (str_ends(str_of(text), S(".3"))) {
		m.stage = FACTS_CONN_TIMEOUT;
		return m;
	}
	m.tls.version = 0x0304;
	m.tls.alert = -1;
	m.tls.cert = (struct facts_cert){ .there = true,
					  .not_before = NOW - CIVIL_DAY,
					  .not_after = ENDS,
					  .names = a,
					  .names_n = 1,
					  .chain = FACTS_CHAIN_TRUSTED };
	return m;
}

static void
answer(struct facts *f, const struct facts_question *q)
{
	const struct facts_dns none = { .name = q->name,
					.type = q->type,
					.direct = q->direct,
					.server = q->address,
					.status = FACTS_TIMEOUT };
	const struct facts_web web = { .stage = FACTS_UNREACHABLE };
	const struct facts_mail mail = mail_at(&q->address);

	if (q->kind == FACTS_DNS)
		assert_true(facts_put_dns(f, &none));
	else if (q->kind == FACTS_WEB)
		assert_true(facts_put_web(f, q, &web));
	else
		assert_true(facts_put_mail(f, q, &mail));
}

static struct watch_look *
look_at(const char *world)
{
	const struct control_watched of = { .domain = 7,
					    .owner = 1,
					    .name = STR("example.com") };
	struct watch_look *l = watch_look_new(&of, NOW);
	struct diag why = { 0 };

	assert_int_equal(facts_put_world(l->facts, str_of(world), &why),
			 ERR_NONE);
	for (int round = 0; round < ROUNDS && !watch_look_judge(l); round++) {
		struct facts_question q;

		for (size_t i = 0; facts_open(l->facts, i, &q); i++)
			answer(l->facts, &q);
		facts_settle(l->facts);
	}
	return l;
}

static void
every_server_is_told_of_at_every_address(void **state)
{
	static const struct {
		const char *host, *address;
		enum control_sight sight;
		int64_t not_after;
	} want[] = {
		/* Its IPv6 address is not told of: there is none here. */
		{ "a.example.com", "192.0.2.1", CONTROL_GREEN, ENDS },
		{ "b.example.com", "192.0.2.2", CONTROL_RED, ENDS },
		{ "b.example.com", "192.0.2.3", CONTROL_NOT_SEEN, 0 },
		/* It has no address; of the last one nothing is known. */
		{ "c.example.com", "", CONTROL_RED, 0 },
		{ "d.example.com", "", CONTROL_NOT_SEEN, 0 },
	};
	struct watch_look *l = look_at(WORLD);
	struct control_look out;

	(void)state;
	assert_true(watch_look_result(l, &out));
	assert_true(out.probes_known);
	assert_int_equal(out.probes, COUNT_OF(want));
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		const struct control_probe *p = &out.probe[i];

		if (!str_eq(p->host, str_of(want[i].host)) ||
		    !str_eq(p->address, str_of(want[i].address)) ||
		    p->sight != want[i].sight ||
		    p->not_after != want[i].not_after)
			fail_msg("%zu: %.*s %.*s %d", i, STR_ARG(p->host),
				 STR_ARG(p->address), (int)p->sight);
	}
	watch_look_free(l);
}

static void
unknown_servers_do_not_replace_known_ones(void **state)
{
	struct watch_look *l = look_at("example.com SERVFAIL MX\n");
	struct control_look out;

	(void)state;
	assert_true(watch_look_result(l, &out));
	assert_false(out.probes_known);
	watch_look_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_server_is_told_of_at_every_address),
		cmocka_unit_test(unknown_servers_do_not_replace_known_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
