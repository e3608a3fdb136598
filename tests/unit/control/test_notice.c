#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

struct given {
	size_t n;
	int64_t id, since;
	unsigned left_over;
};

static enum err
take(void *ctx, const struct control_notice *n)
{
	struct given *g = ctx;

	g->n++;
	g->id = n->id;
	g->since = n->since;
	g->left_over = n->left_over;
	return ERR_NONE;
}

static struct given
due(struct place *p, int64_t now)
{
	struct given g = { 0 };
	struct diag why = { 0 };

	must(control_notices_due(p->c, now, 10, take, &g, &why), &why);
	return g;
}

static void
put(struct place *p, const char *what, int64_t now, bool over)
{
	const struct control_notice n = { .owner = 1,
					  .what = str_of(what),
					  .places = STR("{}"),
					  .since = now,
					  .over_at = over ? now : 0,
					  .left_over = 3 };
	struct diag why = { 0 };

	must(control_notice_put(p->c, &n, &why), &why);
}

static void
told(struct place *p, int64_t id, int64_t now, unsigned channels)
{
	struct diag why = { 0 };

	must(control_notice_tried(p->c, id, now, channels, S(""), &why), &why);
}

static void
over(struct place *p, const char *what, int64_t now)
{
	struct diag why = { 0 };

	must(control_notice_over(p->c, 1, str_of(what), now, &why), &why);
}

static void
what_lasts_is_told_once(void **state)
{
	struct place *p = *state;
	struct given g;

	put(p, "a", NOW, false);
	g = due(p, NOW);
	assert_int_equal(g.n, 1);
	told(p, g.id, NOW, 3);
	put(p, "a", NOW + 3600, false);
	put(p, "a", NOW + 30 * DAY, false);
	assert_int_equal(due(p, NOW + 30 * DAY).n, 0);
}

static void
what_comes_back_soon_is_not_told_again(void **state)
{
	struct place *p = *state;

	put(p, "a", NOW, false);
	told(p, due(p, NOW).id, NOW, 3);
	over(p, "a", NOW + 10);
	put(p, "a", NOW + 20, false);
	assert_int_equal(due(p, NOW + 30).n, 0);
	over(p, "a", NOW + 40);
	put(p, "a", NOW + 41 + DAY, false);
	assert_int_equal(due(p, NOW + 42 + DAY).n, 1);
	assert_int_equal(due(p, NOW + 42 + DAY).since, NOW + 41 + DAY);
}

static void
each_channel_is_told_and_what_failed_waits(void **state)
{
	struct place *p = *state;
	struct given g;

	put(p, "a", NOW, true);
	g = due(p, NOW);
	told(p, g.id, NOW, 1);
	assert_int_equal(due(p, NOW + 59).n, 0);
	g = due(p, NOW + 60);
	assert_int_equal(g.left_over, 2);
	told(p, g.id, NOW + 60, 0);
	assert_int_equal(due(p, NOW + 60 + 119).n, 0);
	assert_int_equal(due(p, NOW + 60 + 120).n, 1);
	/* Nobody wants to hear of it after days. */
	assert_int_equal(due(p, NOW + 4 * DAY).n, 0);
	put(p, "b", NOW + 4 * DAY, true);
	assert_int_equal(due(p, NOW + 4 * DAY).n, 1);
	assert_int_equal(number(p, "SELECT count(*) FROM notice"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(what_lasts_is_told_once),
		TEST(what_comes_back_soon_is_not_told_again),
		TEST(each_channel_is_told_and_what_failed_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
