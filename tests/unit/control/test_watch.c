#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#define SELF CONTROL_OWNER_SELF

struct told {
	char text[4096];
	size_t n;
};

static int64_t
add(struct place *p, const char *name, int64_t at)
{
	struct control_domain d = { .name = str_of(name), .added_at = at };
	struct diag why = { 0 };

	must(control_domain_add(p->c, SELF, &d, p->mem, &why), &why);
	return d.id;
}

static enum err
tell_watched(void *ctx, const struct control_watched *w)
{
	struct told *t = ctx;

	t->n += (size_t)snprintf(t->text + t->n, sizeof t->text - t->n, "%.*s ",
				 STR_ARG(w->name));
	return ERR_NONE;
}

static enum err
tell_change(void *ctx, const struct control_change *change)
{
	struct told *t = ctx;

	if (change->kind == CONTROL_RECORD)
		t->n += (size_t)snprintf(t->text + t->n, sizeof t->text - t->n,
					 "%s %.*s: %.*s -> %.*s\n",
					 change->value->first ? "first"
							      : "record",
					 STR_ARG(change->value->name),
					 STR_ARG(change->value->old),
					 STR_ARG(change->value->value));
	else
		t->n += (size_t)snprintf(t->text + t->n, sizeof t->text - t->n,
					 "%s %.*s %.*s\n",
					 control_change_name(change->kind),
					 STR_ARG(change->finding->code),
					 STR_ARG(change->finding->places));
	return ERR_NONE;
}

static enum err
tell_finding(void *ctx, const struct control_finding *f)
{
	struct told *t = ctx;

	t->n += (size_t)snprintf(t->text + t->n, sizeof t->text - t->n,
				 "%.*s %.*s since %d\n", STR_ARG(f->code),
				 STR_ARG(f->places),
				 (int)(f->first_seen - NOW));
	return ERR_NONE;
}

static const char *
take(struct place *p, int64_t now, unsigned most, struct told *t)
{
	struct diag why = { 0 };

	*t = (struct told){ 0 };
	must(control_watch_take(p->c, now, most, tell_watched, t, &why), &why);
	return t->text;
}

static const char *
settle(struct place *p, const struct control_look *look, struct told *t)
{
	struct diag why = { 0 };

	*t = (struct told){ 0 };
	must(control_watch_settle(p->c, look, tell_change, t, &why), &why);
	return t->text;
}

static const char *
open_ones(struct place *p, int64_t domain, struct told *t)
{
	struct diag why = { 0 };

	*t = (struct told){ 0 };
	must(control_watch_findings(p->c, domain, tell_finding, t, &why), &why);
	return t->text;
}

static struct control_finding
finding(const char *code, const char *host, const char *places)
{
	return (struct control_finding){ .part = STR("mx"),
					 .code = str_of(code),
					 .severity = STR("fail"),
					 .host = str_of(host),
					 .places = str_of(places) };
}

static const struct str MX = STR("mx");

static void
domains_are_taken_when_due_and_not_twice(void **state)
{
	struct place *p = *state;
	struct told t;

	add(p, "b.example", NOW);
	add(p, "a.example", NOW - 1);
	add(p, "late.example", NOW + 10);
	assert_string_equal(take(p, NOW, 1, &t), "a.example ");
	assert_string_equal(take(p, NOW, 9, &t), "b.example ");
	assert_string_equal(take(p, NOW + 9, 9, &t), "");
	assert_string_equal(take(p, NOW + 10, 9, &t), "late.example ");
	/* A look that never came to its end is not the last one. */
	assert_string_equal(take(p, NOW + CONTROL_WATCH_HOLD, 9, &t),
			    "b.example a.example ");
}

static void
a_look_says_when_the_next_one_is(void **state)
{
	struct place *p = *state;
	struct control_look look = { .at = NOW,
				     .due_at = NOW + DAY,
				     .parts = STR("{\"mx\":\"ok\"}") };
	struct control_watched w;
	struct diag why = { 0 };
	struct told t;

	look.domain = add(p, "a.example", NOW);
	look.policy =
		(struct control_policy){ STR("id1"), 1, UINT64_MAX, 3, 4, 5 };
	settle(p, &look, &t);
	assert_string_equal(take(p, NOW + DAY - 1, 9, &t), "");
	must(control_watch_state(p->c, SELF, look.domain, p->mem, &w, &why),
	     &why);
	assert_int_equal(w.checked_at, NOW);
	assert_int_equal(w.due_at, NOW + DAY);
	assert_true(str_eq(w.parts, S("{\"mx\":\"ok\"}")));
	assert_true(str_eq(w.policy.id, S("id1")));
	assert_true(w.policy.id_body == UINT64_MAX);
	assert_int_equal(w.policy.testing_since, 5);
	must(control_watch_hurry(p->c, SELF, look.domain, NOW + 5, &why), &why);
	assert_string_equal(take(p, NOW + 5, 9, &t), "a.example ");
	expect(control_watch_hurry(p->c, SELF + 1, look.domain, NOW, &why),
	       &why, ERR_GONE, "control.no_domain");
}

static void
findings_appear_stay_and_clear_with_their_times(void **state)
{
	struct place *p = *state;
	struct control_finding first[] = {
		finding("mx.a", "h1", "{\"n\":\"1\"}"),
		finding("mx.a", "h2", "{\"n\":\"2\"}"),
	};
	struct control_finding second[] = {
		finding("mx.a", "h2", "{\"n\":\"3\"}"),
		finding("mx.b", "h1", "{}"),
	};
	struct control_look look = { .at = NOW,
				     .finding = first,
				     .findings = 2,
				     .settled = &MX,
				     .settled_n = 1 };
	struct told t;

	look.domain = add(p, "a.example", NOW);
	assert_string_equal(settle(p, &look, &t),
			    "appeared mx.a {\"n\":\"1\"}\n"
			    "appeared mx.a {\"n\":\"2\"}\n");
	look.at = NOW + 10;
	assert_string_equal(settle(p, &look, &t), "");
	look.at = NOW + 20;
	look.finding = second;
	assert_string_equal(settle(p, &look, &t),
			    "appeared mx.b {}\n"
			    "cleared mx.a {\"n\":\"1\"}\n");
	assert_string_equal(open_ones(p, look.domain, &t),
			    "mx.a {\"n\":\"3\"} since 0\n"
			    "mx.b {} since 20\n");
	/* What could not be seen to its end clears nothing. */
	look.at = NOW + 30;
	look.findings = look.settled_n = 0;
	assert_string_equal(settle(p, &look, &t), "");
	look.at = NOW + 40;
	look.settled_n = 1;
	assert_string_equal(settle(p, &look, &t), "cleared mx.a {\"n\":\"3\"}\n"
						  "cleared mx.b {}\n");
	/* And what comes back is new. */
	look.finding = first;
	look.findings = 1;
	look.at = NOW + 50;
	settle(p, &look, &t);
	assert_string_equal(open_ones(p, look.domain, &t),
			    "mx.a {\"n\":\"1\"} since 50\n");
}

static void
records_keep_every_value_they_had(void **state)
{
	struct place *p = *state;
	struct control_value v[] = {
		{ .name = STR("a.example"),
		  .type = STR("MX"),
		  .value = STR("10 m") },
		{ .name = STR("_dmarc.a.example"), .type = STR("TXT") },
	};
	struct control_look look = { .at = NOW, .value = v, .values = 2 };
	struct control_change before = { .at = 0 };
	struct diag why = { 0 };
	struct told t;

	look.domain = add(p, "a.example", NOW);
	settle(p, &look, &t);
	look.at = NOW + 1;
	assert_string_equal(settle(p, &look, &t), "");
	v[0].value = (struct str){ 0 };
	v[1].value = S("v=DMARC1");
	look.at = NOW + 2;
	assert_string_equal(settle(p, &look, &t),
			    "record a.example: 10 m -> \n"
			    "record _dmarc.a.example:  -> v=DMARC1\n");
	t = (struct told){ 0 };
	must(control_watch_history(p->c, look.domain, NULL, 2, tell_change, &t,
				   &why),
	     &why);
	assert_string_equal(t.text, "record _dmarc.a.example:  -> v=DMARC1\n"
				    "record a.example: 10 m -> \n");
	before.at = NOW + 2;
	before.kind = CONTROL_APPEARED;
	t = (struct told){ 0 };
	must(control_watch_history(p->c, look.domain, &before, 9, tell_change,
				   &t, &why),
	     &why);
	assert_string_equal(t.text, "first a.example:  -> 10 m\n");
}

static void
a_removed_domain_leaves_nothing_behind(void **state)
{
	struct place *p = *state;
	struct control_finding f = finding("mx.a", "", "{}");
	struct control_value v = { .name = STR("a.example"),
				   .type = STR("MX"),
				   .value = STR("10 m") };
	struct control_look look = { .at = NOW,
				     .finding = &f,
				     .findings = 1,
				     .value = &v,
				     .values = 1 };
	struct diag why = { 0 };
	struct told t;

	look.domain = add(p, "a.example", NOW);
	settle(p, &look, &t);
	must(control_domain_remove(p->c, SELF, S("a.example"), &why), &why);
	assert_int_equal(number(p, "SELECT (SELECT count(*) FROM watch) +"
				   " (SELECT count(*) FROM watch_finding) +"
				   " (SELECT count(*) FROM watch_record)"),
			 0);
	expect(control_watch_settle(p->c, &look, NULL, NULL, &why), &why,
	       ERR_GONE, "control.no_domain");
	assert_int_equal(number(p, "SELECT count(*) FROM watch_finding"), 0);
}

static void
what_is_long_over_is_forgotten(void **state)
{
	struct place *p = *state;
	struct control_finding f = finding("mx.a", "", "{}");
	struct control_value v = { .name = STR("a.example"),
				   .type = STR("MX"),
				   .value = STR("10 m") };
	struct control_look look = { .at = NOW,
				     .finding = &f,
				     .findings = 1,
				     .settled = &MX,
				     .settled_n = 1,
				     .value = &v,
				     .values = 1 };
	struct told t;

	look.domain = add(p, "a.example", NOW);
	settle(p, &look, &t);
	look.at = NOW + 1;
	look.findings = 0;
	v.value = S("20 m");
	settle(p, &look, &t);
	look.at = NOW + 10 + CONTROL_WATCH_KEEP;
	settle(p, &look, &t);
	assert_int_equal(number(p, "SELECT count(*) FROM watch_finding"), 0);
	assert_int_equal(number(p, "SELECT count(*) FROM watch_record"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(domains_are_taken_when_due_and_not_twice),
		TEST(a_look_says_when_the_next_one_is),
		TEST(findings_appear_stay_and_clear_with_their_times),
		TEST(records_keep_every_value_they_had),
		TEST(a_removed_domain_leaves_nothing_behind),
		TEST(what_is_long_over_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
