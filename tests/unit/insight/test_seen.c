/* test_seen.c - what reports of the last days say of a domain's mail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../store/fixture.h"
#include "insight/insight.h"

static int
setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_true(seal_init());
	place_make(p);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	place_remove(*state);
	free(*state);
	return 0;
}

static void
look(void *ctx, const struct store_endpoint *e, struct store_place *place)
{
	(void)ctx;
	(void)e;
	(void)place;
}

/* A report of so many days ago: 30 messages that SPF alone carries, 5 signed
 * by a name below, 7 by the domain itself and by that, 11 by a stranger. */
static void
report(struct store *s, int64_t ago)
{
	char id[30];
	struct made m = {
		.org = "Google Inc.",
		.id = id,
		.domain = "example.com",
		.begin = NOW / DAY * DAY - ago * DAY,
		.trust = STORE_OPERATOR,
		.rows = 4,
		.row = { { .ip = "192.0.2.1",
			   .count = 30,
			   .spf = true,
			   .spf_domain = "bounce.example.com" },
			 { .ip = "192.0.2.2",
			   .count = 5,
			   .dkim_domain = "mail.example.com" },
			 { .ip = "192.0.2.3",
			   .count = 7,
			   .dkim = true,
			   .spf = true,
			   .dkim_domain = "example.com",
			   .spf_domain = "example.com" },
			 { .ip = "192.0.2.4",
			   .count = 11,
			   .dkim_domain = "service.example.net",
			   .spf_domain = "service.example.net" } },
	};

	(void)snprintf(id, sizeof(id), "r%lld", (long long)ago);
	for (size_t i = 0; i < m.rows; i++)
		m.row[i].header_from = "example.com";
	import(s, &m);
}

static struct facts_seen
seen(struct store *s, const char *domain, struct arena *mem)
{
	const struct insight_mail of = { STORE_OWNER_SELF, NOW,
					 str_of(domain) };
	struct facts_seen out;
	struct diag why = { 0 };

	must(insight_seen(s, &of, mem, &out, &why), &why);
	return out;
}

static void
mail_that_strict_alignment_would_refuse_is_counted(void **state)
{
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	SCOPED_ARENA mem = arena_new(16 << 10);
	struct diag why = { 0 };
	struct facts_seen out;

	report(s, 2);
	report(s, 40); /* long ago */
	must(store_enrich(s, STORE_OWNER_SELF, S("v1"), look, NULL, &why),
	     &why);
	must(store_fold(s, STORE_OWNER_SELF, NULL, NULL, &why), &why);
	out = seen(s, "example.com", mem);
	assert_true(out.days > 0);
	assert_int_equal(out.passed, 37);
	assert_int_equal(out.by_dkim, 7);
	assert_int_equal(out.dkim.messages, 5);
	assert_true(str_eq(out.dkim.name, S("mail.example.com")));
	assert_int_equal(out.spf.messages, 30);
	assert_true(str_eq(out.spf.name, S("bounce.example.com")));
	out = seen(s, "example.org", mem);
	assert_int_equal(out.passed, 0);
	assert_int_equal(out.dkim.messages, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			mail_that_strict_alignment_would_refuse_is_counted,
			setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
