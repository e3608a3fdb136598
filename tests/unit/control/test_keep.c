#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#define SELF CONTROL_OWNER_SELF

/* ---- saved views ---- */

static enum err
put(struct place *p, struct control_view *view, struct diag *why)
{
	*why = (struct diag){ 0 };
	return control_view_put(p->c, SELF, view, why);
}

static enum err
collect(void *ctx, const struct control_view *v)
{
	buf_addf(ctx, "%.*s ", STR_ARG(v->name));
	return ERR_NONE;
}

static const char *
list(struct place *p, int64_t owner, int64_t user, struct buf *out)
{
	struct diag why = { 0 };

	buf_clear(out);
	must(control_views(p->c, owner, user, collect, out, &why), &why);
	return buf_c(out);
}

static void
views_are_ones_own_and_the_shared_ones(void **state)
{
	struct place *p = *state;
	struct control_view b = { .name = STR("b"),
				  .url = STR("/"),
				  .author = 1 };
	struct control_view a = { .name = STR("A"),
				  .url = STR("/sources?q=x"),
				  .author = 1,
				  .shared = true };
	struct control_view z = { .name = STR("z"),
				  .url = STR("/domains"),
				  .author = 2,
				  .shared = true,
				  .pinned = true };
	struct control_view c = { .name = STR("c"),
				  .url = STR("/"),
				  .author = 2 };
	struct control_view stolen;
	SCOPED_BUF names = BUF(1000);
	struct diag why;

	must(put(p, &b, &why), &why);
	must(put(p, &a, &why), &why);
	must(put(p, &z, &why), &why);
	must(put(p, &c, &why), &why);
	assert_string_equal(list(p, SELF, 1, &names), "z A b ");
	assert_string_equal(list(p, SELF, 2, &names), "z A c ");
	assert_string_equal(list(p, 7, 1, &names), "");
	/* Only the author changes one, and takes it away. */
	stolen = a;
	stolen.author = 2;
	expect(put(p, &stolen, &why), &why, ERR_GONE, "control.no_view");
	why = (struct diag){ 0 };
	expect(control_view_remove(p->c, SELF, 2, a.id, &why), &why, ERR_GONE,
	       "control.no_view");
	a.name = S("y");
	a.shared = false;
	must(put(p, &a, &why), &why);
	assert_string_equal(list(p, SELF, 1, &names), "z b y ");
	assert_string_equal(list(p, SELF, 2, &names), "z c ");
	must(control_view_remove(p->c, SELF, 1, a.id, &why), &why);
	assert_string_equal(list(p, SELF, 1, &names), "z b ");
}

static void
a_view_leads_to_our_own_pages(void **state)
{
	static const struct {
		const char *name, *url, *detail;
	} cases[] = {
		{ "", "/", "name" },
		{ "a", "", "url" },
		{ "a", "//evil.example/", "url" },
		{ "a", "https://evil.example/", "url" },
		{ "a", "javascript:alert(1)", "url" },
		{ "a", "/\\evil.example", "url" },
		{ "a", "/a b", "url" },
	};
	struct place *p = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct control_view view = { .name = str_of(cases[i].name),
					     .url = str_of(cases[i].url),
					     .author = 1 };
		struct diag why;

		expect(put(p, &view, &why), &why, ERR_SYNTAX,
		       "control.bad_value");
		assert_string_equal(why.detail, cases[i].detail);
	}
}

static void
nobody_has_more_than_five_hundred_views(void **state)
{
	struct place *p = *state;
	struct diag why;

	for (int i = 0; i < 500; i++) {
		struct control_view view = { .name = STR("a"),
					     .url = STR("/"),
					     .author = 1 };

		must(put(p, &view, &why), &why);
	}
	struct control_view more = { .name = STR("a"),
				     .url = STR("/"),
				     .author = 1 };

	expect(put(p, &more, &why), &why, ERR_LIMIT, "control.too_many");
	more.author = 2;
	must(put(p, &more, &why), &why);
}

/* ---- settings, answers, audit ---- */

static void
a_setting_is_empty_until_it_is_put(void **state)
{
	struct place *p = *state;
	SCOPED_BUF value = BUF(100);
	SCOPED_BUF small = BUF(2);
	struct diag why = { 0 };

	must(control_setting_get(p->c, SELF, "sample.domains", &value, &why),
	     &why);
	assert_int_equal(value.n, 0);
	must(control_setting_put(p->c, SELF, "sample.domains", S("a b"), &why),
	     &why);
	must(control_setting_put(p->c, SELF, "sample.domains", S("c d"), &why),
	     &why);
	must(control_setting_get(p->c, 7, "sample.domains", &value, &why),
	     &why);
	assert_int_equal(value.n, 0);
	must(control_setting_get(p->c, SELF, "sample.domains", &value, &why),
	     &why);
	assert_string_equal(buf_c(&value), "c d");
	expect(control_setting_get(p->c, SELF, "sample.domains", &small, &why),
	       &why, ERR_LIMIT, "control.too_large");
	why = (struct diag){ 0 };
	must(control_setting_put(p->c, SELF, "sample.domains", S(""), &why),
	     &why);
	assert_int_equal(number(p, "SELECT count(*) FROM setting"), 0);
}

static bool
once(struct place *p, const char *key, int64_t now, struct buf *answer)
{
	const struct control_once one = { str_of(key), now };
	struct diag why = { 0 };
	bool fresh = false;

	must(control_idempotent(p->c, SELF, &one, answer, &fresh, &why), &why);
	return fresh;
}

static void
a_key_has_its_answer_for_a_day(void **state)
{
	struct place *p = *state;
	SCOPED_BUF answer = BUF(100);

	buf_addz(&answer, "first");
	assert_true(once(p, "k-secret", NOW, &answer));
	buf_clear(&answer);
	buf_addz(&answer, "second");
	assert_false(once(p, "k-secret", NOW + DAY - 1, &answer));
	assert_string_equal(buf_c(&answer), "first");
	assert_true(once(p, "other", NOW, &answer));
	buf_clear(&answer);
	buf_addz(&answer, "third");
	assert_true(once(p, "k-secret", NOW + DAY, &answer));
	assert_string_equal(buf_c(&answer), "third");
	assert_false(is_on_disk(p, "k-secret"));
}

static enum err
tell(void *ctx, const struct control_deed *d)
{
	buf_addf(ctx, "%.*s %s %.*s;", STR_ARG(d->actor), d->action,
		 STR_ARG(d->object));
	return ERR_NONE;
}

static void
the_audit_log_keeps_who_did_what(void **state)
{
	struct place *p = *state;
	SCOPED_BUF log = BUF(1000);
	struct control_deed deed = { S("anna"), "domain.add", S("a.example"),
				     NOW };
	struct diag why = { 0 };

	must(control_audit(p->c, SELF, &deed, &why), &why);
	deed.actor = S("token:backup");
	deed.action = "report.upload";
	must(control_audit(p->c, SELF, &deed, &why), &why);
	must(control_deeds(p->c, SELF, 10, tell, &log, &why), &why);
	assert_string_equal(buf_c(&log), "token:backup report.upload a.example;"
					 "anna domain.add a.example;");
	buf_clear(&log);
	must(control_deeds(p->c, 7, 10, tell, &log, &why), &why);
	assert_int_equal(log.n, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(views_are_ones_own_and_the_shared_ones),
		TEST(a_view_leads_to_our_own_pages),
		TEST(nobody_has_more_than_five_hundred_views),
		TEST(a_setting_is_empty_until_it_is_put),
		TEST(a_key_has_its_answer_for_a_day),
		TEST(the_audit_log_keeps_who_did_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
