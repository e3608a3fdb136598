/* Name servers one by one, and answers without a trust anchor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "mtasts/mtasts.h"

enum { ROOM = 4 << 20, NOW = 1790000000 };

static const char world[] = "example.com NS ns1.example.com\n"
			    "example.com NS ns2.example.com\n"
			    "ns1.example.com A 192.0.2.51\n"
			    "ns2.example.com A 192.0.2.52\n"
			    "_mta-sts.example.com TXT \"v=STSv1; id=1\"\n";

static void
look_at(struct facts *f, struct finding_list *list)
{
	static const struct facts_subject subject = { .domain = STR("example."
								    "com") };

	arena_reset(list->mem);
	finding_list_init(list, list->mem);
	assert_true(mtasts_check(f, &subject, list));
}

/* One name server's own answer in place of the world's. */
static void
put(struct facts *f, struct facts_dns answer, const char *address)
{
	answer.direct = true;
	assert_true(netaddr_parse(str_of(address), &answer.server));
	assert_true(facts_put_dns(f, &answer));
}

static void
servers_are_held_against_each_other(void **state)
{
	SCOPED_ARENA mem = arena_new(ROOM);
	struct facts *f = facts_new(ROOM, NOW);
	struct finding_list list = { .mem = mem };
	const struct facts_rr old = { .data = STR("v=STSv1; id=0") };
	const struct facts_dns txt = { .name = STR("_mta-sts.example.com"),
				       .type = FACTS_TXT,
				       .authoritative = true,
				       .rr = &old,
				       .n = 1 };
	struct diag why = { .code = "" };

	(void)state;
	assert_int_equal(facts_put_world(f, str_of(world), &why), ERR_NONE);
	look_at(f, &list);
	assert_null(finding_list_find(&list, "dns.ns_inconsistent"));
	assert_null(finding_list_find(&list, "dns.lame"));
	put(f, txt, "192.0.2.52");
	look_at(f, &list);
	assert_non_null(finding_list_find(&list, "dns.ns_inconsistent"));
	assert_null(finding_list_find(&list, "dns.lame"));
	facts_free(f);
}

static void
a_server_without_authority_is_lame(void **state)
{
	static const struct {
		enum facts_status status;
		bool authoritative, lame;
	} table[] = { { FACTS_REFUSED, false, true },
		      { FACTS_NODATA, false, true },
		      { FACTS_FOUND, true, false },
		      { FACTS_TIMEOUT, false, false } };
	struct diag why = { .code = "" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_ARENA mem = arena_new(ROOM);
		struct facts *f = facts_new(ROOM, NOW);
		struct finding_list list = { .mem = mem };
		const struct facts_dns soa = {
			.name = S("example.com"),
			.type = FACTS_SOA,
			.status = table[i].status,
			.authoritative = table[i].authoritative,
		};

		assert_int_equal(facts_put_world(f, str_of(world), &why),
				 ERR_NONE);
		put(f, soa, "192.0.2.51");
		look_at(f, &list);
		assert_int_equal(finding_list_find(&list, "dns.lame") != NULL,
				 table[i].lame);
		facts_free(f);
	}
}

static void
a_missing_trust_anchor_is_said(void **state)
{
	SCOPED_ARENA mem = arena_new(ROOM);
	struct facts *f = facts_new(ROOM, NOW);
	struct finding_list list = { .mem = mem };
	const struct facts_rr rr = { .data = STR("v=STSv1; id=1") };
	const struct facts_dns txt = { .name = STR("_mta-sts.example.com"),
				       .type = FACTS_TXT,
				       .unproven = true,
				       .rr = &rr,
				       .n = 1 };
	struct diag why = { .code = "" };

	(void)state;
	assert_int_equal(facts_put_world(f, str_of(world), &why), ERR_NONE);
	assert_true(facts_put_dns(f, &txt));
	look_at(f, &list);
	assert_non_null(finding_list_find(&list, "dns.no_trust_anchor"));
	facts_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_are_held_against_each_other),
		cmocka_unit_test(a_server_without_authority_is_lame),
		cmocka_unit_test(a_missing_trust_anchor_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
