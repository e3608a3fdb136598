#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

enum { OWNER = 1, OTHER = 2, HOLD = 60 };

static const uint8_t KEY[SEAL_KEY_BYTES] = { 1, 2, 3 };
static const uint8_t WRONG[SEAL_KEY_BYTES] = { 1, 2, 4 };

/* ---- providers ---- */

static int64_t
add_provider(struct place *p, const char *name, const char *secret)
{
	struct control_provider row = { .name = str_of(name),
					.kind = STR("rfc2136"),
					.settings = STR("{}"),
					.added_at = NOW };
	struct diag why = { 0 };

	must(control_provider_add(p->c, OWNER, &row, str_of(secret), KEY, &why),
	     &why);
	return row.id;
}

static void
a_secret_opens_with_its_key_alone_and_for_its_owner(void **state)
{
	struct place *p = *state;
	int64_t id = add_provider(p, "Knot", "sesame");
	SCOPED_BUF secret = BUF(100);
	struct diag why = { 0 };

	must(control_provider_secret(p->c, OWNER, id, KEY, &secret, &why),
	     &why);
	assert_true(str_eq(buf_str(&secret), S("sesame")));
	assert_int_equal(
		control_provider_secret(p->c, OWNER, id, WRONG, &secret, &why),
		ERR_SYNTAX);
	assert_string_equal(why.code, "control.sealed");
	diag_clear(&why);
	assert_int_equal(
		control_provider_secret(p->c, OTHER, id, KEY, &secret, &why),
		ERR_GONE);
}

static void
providers_are_found_by_name_whatever_its_case(void **state)
{
	struct place *p = *state;
	const struct control_provider by = { .name = STR("KNOT") };
	struct control_provider found;
	struct diag why = { 0 };
	int64_t id = add_provider(p, "knot", "x");

	must(control_provider_find(p->c, OWNER, &by, p->mem, &found, &why),
	     &why);
	assert_int_equal(found.id, id);
	assert_int_equal(
		control_provider_add(p->c, OWNER, &found, S("y"), KEY, &why),
		ERR_GONE);
	assert_string_equal(why.code, "control.provider_exists");
	diag_clear(&why);
	assert_int_equal(control_provider_remove(p->c, OTHER, id, &why),
			 ERR_GONE);
	diag_clear(&why);
	must(control_provider_remove(p->c, OWNER, id, &why), &why);
	assert_int_equal(
		control_provider_find(p->c, OWNER, &by, p->mem, &found, &why),
		ERR_GONE);
	assert_string_equal(why.code, "control.no_provider");
}

/* ---- plans ---- */

static struct control_plan
add_plan(struct place *p, int64_t due, int64_t undoes)
{
	struct control_plan row = { .domain = STR("example.com"),
				    .wish = STR("{}"),
				    .author = STR("anna"),
				    .undoes = undoes,
				    .made_at = NOW,
				    .due_at = due };
	struct diag why = { 0 };

	must(control_plan_add(p->c, OWNER, &row, &why), &why);
	return row;
}

static struct control_plan
find(struct place *p, int64_t id)
{
	struct control_plan out;
	struct diag why = { 0 };

	must(control_plan_find(p->c, OWNER, id, p->mem, &out, &why), &why);
	return out;
}

static void
only_who_saw_the_state_moves_a_plan_on(void **state)
{
	struct place *p = *state;
	struct control_plan row = add_plan(p, NOW, 0);
	const struct control_deed deed = { S("anna"), "plan.confirm", S("#1"),
					   NOW };
	struct diag why = { 0 };

	row.state = CONTROL_PLAN_READY;
	row.plan = S("{\"n\":1}");
	must(control_plan_put(p->c, OWNER, &row, CONTROL_PLAN_ASKED, NULL,
			      &why),
	     &why);
	row.state = CONTROL_PLAN_CONFIRMED;
	must(control_plan_put(p->c, OWNER, &row, CONTROL_PLAN_READY, &deed,
			      &why),
	     &why);
	assert_int_equal(control_plan_put(p->c, OWNER, &row, CONTROL_PLAN_READY,
					  &deed, &why),
			 ERR_GONE);
	assert_string_equal(why.code, "control.plan_state");
	assert_int_equal(find(p, row.id).state, CONTROL_PLAN_CONFIRMED);
	assert_true(str_eq(find(p, row.id).plan, S("{\"n\":1}")));
}

static enum err
count_deed(void *ctx, const struct control_deed *deed)
{
	unsigned *n = ctx;

	*n += str_eq(str_of(deed->action), S("plan.apply"));
	return ERR_NONE;
}

static void
the_audit_row_stands_when_the_change_does_and_else_not(void **state)
{
	struct place *p = *state;
	struct control_plan row = add_plan(p, NOW, 0);
	const struct control_deed deed = { S("anna"), "plan.apply", S("#1"),
					   NOW };
	struct diag why = { 0 };
	unsigned n = 0;

	row.state = CONTROL_PLAN_APPLIED;
	assert_int_equal(control_plan_put(p->c, OWNER, &row,
					  CONTROL_PLAN_CONFIRMED, &deed, &why),
			 ERR_GONE);
	diag_clear(&why);
	must(control_deeds(p->c, OWNER, 10, count_deed, &n, &why), &why);
	assert_int_equal(n, 0);
	must(control_plan_put(p->c, OWNER, &row, CONTROL_PLAN_ASKED, &deed,
			      &why),
	     &why);
	must(control_deeds(p->c, OWNER, 10, count_deed, &n, &why), &why);
	assert_int_equal(n, 1);
}

static enum err
take(void *ctx, int64_t owner, const struct control_plan *row)
{
	int64_t *sum = ctx;

	assert_int_equal(owner, OWNER);
	*sum = *sum * 10 + row->id;
	return ERR_NONE;
}

static int64_t
due(struct place *p, int64_t now)
{
	const struct control_plan_due due = { now, HOLD, 2 };
	struct diag why = { 0 };
	int64_t sum = 0;

	must(control_plan_take(p->c, &due, take, &sum, &why), &why);
	return sum;
}

static void
what_is_due_is_given_out_once_until_its_hold_is_over(void **state)
{
	struct place *p = *state;

	(void)add_plan(p, NOW + 5, 0); /* 1 */
	(void)add_plan(p, NOW, 0);     /* 2 */
	(void)add_plan(p, 0, 0);       /* 3: never */
	(void)add_plan(p, NOW, 0);     /* 4 */
	(void)add_plan(p, NOW, 0);     /* 5 */
	assert_int_equal(due(p, NOW - 1), 0);
	assert_int_equal(due(p, NOW), 24);
	assert_int_equal(due(p, NOW), 5);
	assert_int_equal(due(p, NOW + 5), 1);
	assert_int_equal(due(p, NOW + HOLD - 1), 0);
	assert_int_equal(due(p, NOW + HOLD), 24);
}

static void
what_was_given_out_to_one_who_is_gone_is_due_again(void **state)
{
	struct place *p = *state;
	struct diag why = { 0 };

	(void)add_plan(p, NOW, 0); /* 1 */
	(void)add_plan(p, 0, 0);   /* 2: never */
	assert_int_equal(due(p, NOW), 1);
	assert_int_equal(due(p, NOW + 1), 0);
	must(control_plan_release(p->c, NOW + 1, &why), &why);
	assert_int_equal(due(p, NOW + 1), 1);
}

static void
who_takes_a_plan_back_is_known_from_both_sides(void **state)
{
	struct place *p = *state;
	struct control_plan first = add_plan(p, 0, 0);
	struct control_plan back = add_plan(p, 0, first.id);

	assert_int_equal(find(p, first.id).undone, back.id);
	assert_int_equal(find(p, back.id).undoes, first.id);
}

static void
plans_belong_to_their_owner(void **state)
{
	struct place *p = *state;
	struct control_plan row = add_plan(p, 0, 0), out;
	struct diag why = { 0 };

	assert_int_equal(
		control_plan_find(p->c, OTHER, row.id, p->mem, &out, &why),
		ERR_GONE);
	assert_string_equal(why.code, "control.no_plan");
	diag_clear(&why);
	assert_int_equal(control_plan_put(p->c, OTHER, &row, CONTROL_PLAN_ASKED,
					  NULL, &why),
			 ERR_GONE);
}

/* ---- links ---- */

static void
a_link_is_good_for_its_days_and_then_told_as_over(void **state)
{
	struct place *p = *state;
	struct control_plan row = add_plan(p, 0, 0);
	const int64_t end = NOW + CONTROL_SHARE_DAYS * DAY;
	char secret[CONTROL_SECRET_SIZE];
	struct control_share share;
	struct diag why = { 0 };

	must(control_share_add(p->c, OWNER, row.id, NOW, secret, &why), &why);
	must(control_share_find(p->c, str_of(secret), end - 1, &share, &why),
	     &why);
	assert_int_equal(share.plan, row.id);
	assert_int_equal(share.owner, OWNER);
	assert_int_equal(
		control_share_find(p->c, str_of(secret), end, &share, &why),
		ERR_GONE);
	assert_string_equal(why.code, "control.share_over");
	diag_clear(&why);
	secret[0] = secret[0] == 'a' ? 'b' : 'a';
	assert_int_equal(
		control_share_find(p->c, str_of(secret), NOW, &share, &why),
		ERR_GONE);
	assert_string_equal(why.code, "control.no_share");
}

static void
the_master_key_stands_beside_the_data_directory(void **state)
{
	static const struct {
		const char *dir, *given, *path;
	} cases[] = {
		{ "/var/lib/w", NULL, "/var/lib/w.master-key" },
		{ "/var/lib/w//", "", "/var/lib/w.master-key" },
		{ "/var/lib/w", "/etc/key", "/etc/key" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF path = BUF(100);

		assert_true(
			control_key_path(cases[i].dir, cases[i].given, &path));
		assert_string_equal(buf_c(&path), cases[i].path);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_secret_opens_with_its_key_alone_and_for_its_owner),
		TEST(providers_are_found_by_name_whatever_its_case),
		TEST(only_who_saw_the_state_moves_a_plan_on),
		TEST(the_audit_row_stands_when_the_change_does_and_else_not),
		TEST(what_is_due_is_given_out_once_until_its_hold_is_over),
		TEST(what_was_given_out_to_one_who_is_gone_is_due_again),
		TEST(who_takes_a_plan_back_is_known_from_both_sides),
		TEST(plans_belong_to_their_owner),
		TEST(a_link_is_good_for_its_days_and_then_told_as_over),
		TEST(the_master_key_stands_beside_the_data_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
