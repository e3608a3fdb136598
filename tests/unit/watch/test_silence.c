#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "watch/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { NOW = 1764000000 };

static enum err
count(void *ctx, const struct control_notice *n)
{
	int *seen = ctx;

	assert_true(str_eq(n->places, S("{\"days\":\"3\"}")));
	++*seen;
	return ERR_NONE;
}

/* Notices that people have to be told of. */
static int
due(struct control *c, int64_t now)
{
	struct diag why = { 0 };
	int seen = 0;

	assert_int_equal(control_notices_due(c, now, 9, count, &seen, &why),
			 ERR_NONE);
	return seen;
}

static void
look(struct control *c, int64_t last, int64_t now)
{
	const struct watch_arrivals a = { .owner = 1,
					  .last = last,
					  .now = now };
	struct diag why = { 0 };

	assert_int_equal(watch_tell_silence(c, &a, 1, &why), ERR_NONE);
}

static void
silence_is_told_after_three_days_of_it(void **state)
{
	char dir[] = "/tmp/waxseal-watch-XXXXXX", path[64];
	struct diag why = { 0 };
	SCOPED_CONTROL c = NULL;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(control_open(dir, &c, &why), ERR_NONE);
	look(c, 0, NOW);
	assert_int_equal(due(c, NOW), 0);
	look(c, NOW - 3 * CIVIL_DAY + 1, NOW);
	assert_int_equal(due(c, NOW), 0);
	look(c, NOW - 3 * CIVIL_DAY, NOW);
	look(c, NOW - 3 * CIVIL_DAY, NOW + 3600);
	assert_int_equal(due(c, NOW + 3600), 1);
	control_close(c);
	c = NULL;
	for (size_t i = 0; i < 3; i++) {
		static const char *const ends[] = { "", "-wal", "-shm" };

		snprintf(path, sizeof path, "%s/control.db%s", dir, ends[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_is_told_after_three_days_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
