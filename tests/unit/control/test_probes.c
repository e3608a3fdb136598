#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#define SELF CONTROL_OWNER_SELF

struct told {
	char text[2048];
	size_t n;
};

static int64_t
add(struct place *p, const char *name)
{
	struct control_domain d = { .name = str_of(name), .added_at = NOW };
	struct diag why = { 0 };

	must(control_domain_add(p->c, SELF, &d, p->mem, &why), &why);
	return d.id;
}

static enum err
tell(void *ctx, const struct control_probe *probe)
{
	struct told *t = ctx;

	t->n += (size_t)snprintf(t->text + t->n, sizeof t->text - t->n,
				 "%.*s %.*s %d x%d\n", STR_ARG(probe->host),
				 STR_ARG(probe->address), (int)probe->sight,
				 (int)probe->green);
	return ERR_NONE;
}

/* Writes a look with these probes down, and reads all that is known. */
static const char *
look(struct place *p, int64_t domain, int64_t at,
     const struct control_probe *probe, size_t n)
{
	static struct told t;
	const struct control_look l = { .domain = domain,
					.at = at,
					.due_at = at + DAY,
					.probe = probe,
					.probes = n,
					.probes_known = probe != NULL };
	struct diag why = { 0 };

	t = (struct told){ 0 };
	must(control_watch_settle(p->c, &l, NULL, NULL, &why), &why);
	must(control_probes(p->c, domain, tell, &t, &why), &why);
	return t.text;
}

static void
green_looks_count_up_and_begin_anew(void **state)
{
	struct place *p = *state;
	int64_t d = add(p, "example.com");
	struct control_probe mx[] = {
		{ .host = S("a.example.com"),
		  .address = S("192.0.2.1"),
		  .sight = CONTROL_GREEN },
		{ .host = S("b.example.com"),
		  .address = S("192.0.2.2"),
		  .sight = CONTROL_GREEN },
	};

	assert_string_equal(look(p, d, NOW, mx, 2),
			    "a.example.com 192.0.2.1 2 x1\n"
			    "b.example.com 192.0.2.2 2 x1\n");
	mx[1].sight = CONTROL_RED;
	assert_string_equal(look(p, d, NOW + 1, mx, 2),
			    "a.example.com 192.0.2.1 2 x2\n"
			    "b.example.com 192.0.2.2 1 x0\n");
	/* What could not be seen ends a row of green looks, too. */
	mx[0].sight = CONTROL_NOT_SEEN;
	mx[1].sight = CONTROL_GREEN;
	assert_string_equal(look(p, d, NOW + 2, mx, 2),
			    "a.example.com 192.0.2.1 0 x0\n"
			    "b.example.com 192.0.2.2 2 x1\n");
	/* A look that did not learn the servers leaves all as it was. */
	assert_string_equal(look(p, d, NOW + 3, NULL, 0),
			    "a.example.com 192.0.2.1 0 x0\n"
			    "b.example.com 192.0.2.2 2 x1\n");
	/* Who is no mail server any more is forgotten. */
	assert_string_equal(look(p, d, NOW + 4, mx + 1, 1),
			    "b.example.com 192.0.2.2 2 x2\n");
	assert_string_equal(look(p, d, NOW + 5, mx, 0), "");
}

static void
a_domain_takes_its_probes_and_its_journey_with_it(void **state)
{
	struct place *p = *state;
	int64_t d = add(p, "example.com");
	const struct control_probe mx = { .host = S("a.example.com"),
					  .sight = CONTROL_RED };
	const struct control_journey j = { .domain = d, .subdomains = true };
	struct diag why = { 0 };

	(void)look(p, d, NOW, &mx, 1);
	must(control_journey_put(p->c, &j, &why), &why);
	must(control_domain_remove(p->c, SELF, S("example.com"), &why), &why);
	assert_int_equal(number(p, "SELECT count(*) FROM watch_probe"), 0);
	assert_int_equal(number(p, "SELECT count(*) FROM journey"), 0);
}

static enum err
count_journeys(void *ctx, int64_t owner, struct str name,
	       const struct control_journey *j)
{
	int *n = ctx;

	assert_int_equal(owner, SELF);
	assert_true(str_eq(name, S("example.com")));
	assert_true(str_eq(j->to, S("reject")));
	++*n;
	return ERR_NONE;
}

static void
a_journey_is_kept_with_who_and_why(void **state)
{
	struct place *p = *state;
	int64_t d = add(p, "example.com");
	struct control_journey j = { .domain = d,
				     .advanced_at = NOW,
				     .from = S("quarantine"),
				     .to = S("reject"),
				     .author = S("anna"),
				     .reason = S("\xC3\xA5 be or not"),
				     .step_back = true,
				     .step_limit = 7 };
	struct control_journey back;
	struct diag why = { 0 };
	char longer[CONTROL_REASON_MAX + 2];
	int n = 0;

	must(control_journey_get(p->c, d, p->mem, &back, &why), &why);
	assert_int_equal(back.advanced_at, 0);
	assert_int_equal(back.reason.n, 0);
	must(control_journey_put(p->c, &j, &why), &why);
	must(control_journey_get(p->c, d, p->mem, &back, &why), &why);
	assert_int_equal(back.advanced_at, NOW);
	assert_true(str_eq(back.from, j.from));
	assert_true(str_eq(back.author, j.author));
	assert_true(str_eq(back.reason, j.reason));
	assert_true(back.step_back);
	assert_int_equal(back.step_limit, 7);
	must(control_journeys_since(p->c, NOW, count_journeys, &n, &why), &why);
	must(control_journeys_since(p->c, NOW + 1, count_journeys, &n, &why),
	     &why);
	assert_int_equal(n, 1);

	memset(longer, 'a', sizeof longer);
	j.reason = (struct str){ longer, CONTROL_REASON_MAX + 1 };
	expect(control_journey_put(p->c, &j, &why), &why, ERR_SYNTAX,
	       "control.bad_value");
}

static enum err
tell_onboarding(void *ctx, const struct control_onboarding *o)
{
	struct told *t = ctx;

	t->n += (size_t)snprintf(t->text + t->n, sizeof t->text - t->n,
				 "%.*s %.*s (%.*s) %d\n", STR_ARG(o->name),
				 STR_ARG(o->step), STR_ARG(o->delegated),
				 (int)o->plan);
	return ERR_NONE;
}

static const char *
onboardings(struct place *p)
{
	static struct told t;
	struct diag why = { 0 };

	t = (struct told){ 0 };
	must(control_onboardings(p->c, SELF, tell_onboarding, &t, &why), &why);
	return t.text;
}

static void
setting_up_goes_on_where_it_was_until_it_ends(void **state)
{
	struct place *p = *state;
	struct control_onboarding a = { .domain = add(p, "a.example"),
					.step = S("purpose"),
					.at = NOW };
	struct control_onboarding b = { .domain = add(p, "b.example"),
					.step = S("scan"),
					.at = NOW };
	struct diag why = { 0 };

	must(control_onboarding_put(p->c, &b, &why), &why);
	must(control_onboarding_put(p->c, &a, &why), &why);
	a.step = S("verify");
	a.delegated = S("dmarc sts");
	a.plan = 7;
	must(control_onboarding_put(p->c, &a, &why), &why);
	assert_string_equal(onboardings(p), "a.example verify (dmarc sts) 7\n"
					    "b.example scan () 0\n");
	must(control_onboarding_end(p->c, b.domain, &why), &why);
	must(control_onboarding_end(p->c, b.domain, &why), &why);
	assert_string_equal(onboardings(p), "a.example verify (dmarc sts) 7\n");
	must(control_domain_remove(p->c, SELF, S("a.example"), &why), &why);
	assert_string_equal(onboardings(p), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			green_looks_count_up_and_begin_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_domain_takes_its_probes_and_its_journey_with_it,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_journey_is_kept_with_who_and_why, setup, teardown),
		cmocka_unit_test_setup_teardown(
			setting_up_goes_on_where_it_was_until_it_ends, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
