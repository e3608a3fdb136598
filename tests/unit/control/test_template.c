/* Settings that many domains share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#define SELF CONTROL_OWNER_SELF

static const struct control_template ours = {
	.name = STR("Shops"),
	.purpose = CONTROL_SYSTEMS,
	.mode = STSMODE_TESTING,
	.dmarc = STR("v=DMARC1; p=none; rua=mailto:{address}"),
	.tls_rpt = STR(""),
	.mx_more = STR("*.backup.example"),
};

static void
add(struct place *p, const char *name)
{
	struct control_domain d = { .name = str_of(name), .added_at = NOW };
	struct diag why = { 0 };

	must(control_domain_add(p->c, SELF, &d, p->mem, &why), &why);
}

static enum err
apply(struct place *p, const char *template, const char *name,
      struct control_hosted *out, struct diag *why)
{
	struct control_template t;
	const struct control_templating how = {
		.template = &t,
		.at = { .hostname = STR("reports.example.net") },
		.actor = STR("anna"),
		.now = NOW + 1,
		.mem = p->mem,
	};

	*why = (struct diag){ 0 };
	must(control_template_find(p->c, SELF, str_of(template), p->mem, &t,
				   why),
	     why);
	return control_template_apply(p->c, SELF, str_of(name), &how, out, why);
}

static void
put(struct place *p, const struct control_template *t)
{
	struct diag why = { 0 };

	must(control_template_put(p->c, SELF, t, NOW, &why), &why);
}

static void
prove(struct place *p, int64_t id)
{
	const struct control_proof_seen seen = {
		.id = id,
		.proof = CONTROL_BY_DELEGATION,
		.at = NOW + 5,
		.due_at = NOW + DAY,
	};
	struct diag why = { 0 };

	must(control_hosted_seen(p->c, &seen, &why), &why);
}

static void
each_domain_has_its_own_host_and_history(void **state)
{
	struct place *p = *state;
	struct control_hosted a, b;
	struct diag why;

	put(p, &ours);
	add(p, "a.example");
	add(p, "b.example");
	must(apply(p, "shops", "a.example", &a, &why), &why);
	must(apply(p, "shops", "b.example", &b, &why), &why);
	assert_int_not_equal(a.id, b.id);
	assert_false(str_eq(a.token, b.token));
	assert_false(str_eq(a.challenge, b.challenge));
	/* Each record names the domain's own address. */
	assert_false(str_eq(a.dmarc, b.dmarc));
	assert_true(str_starts(a.dmarc, S("v=DMARC1; p=none; rua=mailto:")));
	assert_true(str_ends(a.dmarc, S("@reports.example.net")));
	assert_int_equal(a.purpose, CONTROL_SYSTEMS);
	assert_true(str_eq(b.mx_more, S("*.backup.example")));
	assert_int_equal(number(p, "SELECT count(DISTINCT hosted)"
				   " FROM hosted_event"
				   " WHERE what = 'template'"),
			 2);
	assert_int_equal(number(p, "SELECT count(*) FROM audit"
				   " WHERE action = 'template.apply'"),
			 2);
	/* Once more changes nothing but what it says. */
	must(apply(p, "shops", "a.example", &b, &why), &why);
	assert_int_equal(a.id, b.id);
	assert_true(str_eq(a.token, b.token));
}

static void
the_mode_waits_for_the_proof(void **state)
{
	struct place *p = *state;
	const struct control_mode_change off = { .mode = STSMODE_NONE,
						 .author = STR("anna"),
						 .at = NOW + 9 };
	struct control_hosted h;
	struct diag why;

	put(p, &ours);
	add(p, "a.example");
	must(apply(p, "shops", "a.example", &h, &why), &why);
	assert_int_equal(h.mode, STSMODE_OFF);
	prove(p, h.id);
	must(control_hosted_get(p->c, h.id, p->mem, &h, &why), &why);
	assert_int_equal(h.mode, STSMODE_TESTING);
	assert_int_equal(h.mode_since, NOW + 5);
	assert_true(str_eq(h.mode_author, S("template:Shops")));
	assert_int_equal(number(p, "SELECT count(*) FROM hosted_event"
				   " WHERE what = 'mode'"
				   " AND detail = 'testing'"),
			 1);
	/* Who ends it means it: the next look does not begin anew. */
	must(control_hosted_mode(p->c, SELF, S("a.example"), &off, &why), &why);
	prove(p, h.id);
	must(control_hosted_get(p->c, h.id, p->mem, &h, &why), &why);
	assert_int_equal(h.mode, STSMODE_NONE);
	/* Nor does the template take away what is farther. */
	must(apply(p, "shops", "a.example", &h, &why), &why);
	assert_int_equal(h.mode, STSMODE_NONE);
}

static void
a_proven_domain_takes_the_mode_at_once(void **state)
{
	struct place *p = *state;
	struct control_hosted h = { .name = STR("a.example"), .added_at = NOW };
	struct diag why = { 0 };

	put(p, &ours);
	add(p, "a.example");
	must(control_hosted_add(p->c, SELF, &h, p->mem, &why), &why);
	prove(p, h.id);
	must(apply(p, "Shops", "a.example", &h, &why), &why);
	assert_int_equal(h.mode, STSMODE_TESTING);
}

static void
a_parked_domain_rejects_and_has_no_policy(void **state)
{
	struct place *p = *state;
	struct control_hosted h;
	struct diag why;

	add(p, "a.example");
	must(apply(p, "parked", "a.example", &h, &why), &why);
	assert_int_equal(h.purpose, CONTROL_PARKED);
	assert_true(str_starts(h.dmarc, S("v=DMARC1; p=reject; ")));
	prove(p, h.id);
	must(control_hosted_get(p->c, h.id, p->mem, &h, &why), &why);
	assert_int_equal(h.mode, STSMODE_OFF);
}

static enum err
collect(void *ctx, const struct control_template *t)
{
	buf_addf(ctx, "%.*s=%s%s ", STR_ARG(t->name), stsmode_name(t->mode),
		 t->built_in ? "*" : "");
	return ERR_NONE;
}

static void
templates_are_the_owners_by_name(void **state)
{
	struct place *p = *state;
	struct control_template t = ours;
	SCOPED_BUF list = BUF(1000);
	struct diag why = { 0 };

	put(p, &t);
	t.name = S("shops");
	t.mode = STSMODE_TLSRPT;
	put(p, &t);
	must(control_templates(p->c, SELF, collect, &list, &why), &why);
	assert_string_equal(buf_c(&list), "Shops=tls_rpt parked=off* ");
	expect(control_template_find(p->c, 7, S("shops"), p->mem, &t, &why),
	       &why, ERR_GONE, "control.no_template");
	why = (struct diag){ 0 };
	expect(control_template_remove(p->c, 7, S("shops"), &why), &why,
	       ERR_GONE, "control.no_template");
	why = (struct diag){ 0 };
	must(control_template_remove(p->c, SELF, S("SHOPS"), &why), &why);
	/* One's own of that name stands before the built-in one. */
	t = ours;
	t.name = S("parked");
	put(p, &t);
	buf_clear(&list);
	must(control_templates(p->c, SELF, collect, &list, &why), &why);
	assert_string_equal(buf_c(&list), "parked=testing ");
}

static void
what_makes_no_sense_is_refused(void **state)
{
	struct place *p = *state;
	struct control_template t = ours;
	struct control_hosted h;
	struct diag why = { 0 };

	t.mode = STSMODE_ENFORCE_WEEK; /* has gates of its own */
	expect(control_template_put(p->c, SELF, &t, NOW, &why), &why,
	       ERR_SYNTAX, "control.bad_value");
	t = ours;
	t.name = S("");
	why = (struct diag){ 0 };
	expect(control_template_put(p->c, SELF, &t, NOW, &why), &why,
	       ERR_SYNTAX, "control.bad_value");
	expect(apply(p, "parked", "a.example", &h, &why), &why, ERR_GONE,
	       "control.no_domain");
	assert_string_equal(why.detail, "a.example");
}

static void
a_quota_takes_everything_back(void **state)
{
	const struct control_quota one = { .hosted = 1 };
	struct place *p = *state;
	struct control_hosted h;
	struct diag why;

	control_set_quota(p->c, &one);
	add(p, "a.example");
	add(p, "b.example");
	must(apply(p, "parked", "a.example", &h, &why), &why);
	expect(apply(p, "parked", "b.example", &h, &why), &why, ERR_LIMIT,
	       "control.quota_hosted");
	assert_int_equal(number(p, "SELECT count(*) FROM domain"
				   " WHERE purpose = 2"),
			 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(each_domain_has_its_own_host_and_history),
		TEST(the_mode_waits_for_the_proof),
		TEST(a_proven_domain_takes_the_mode_at_once),
		TEST(a_parked_domain_rejects_and_has_no_policy),
		TEST(templates_are_the_owners_by_name),
		TEST(what_makes_no_sense_is_refused),
		TEST(a_quota_takes_everything_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
