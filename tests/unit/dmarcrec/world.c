/* world.c - a world in text, for the tests of this room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "world.h"

struct facts *
world_of(const char *text)
{
	struct facts *f = facts_new(1 << 22, 1800000000);
	struct diag why = { .line = 0 };

	if (facts_put_world(f, str_of(text), &why) != ERR_NONE)
		fail_msg("line %u: %s", (unsigned)why.line, why.detail);
	return f;
}

void
world_end(struct facts **f)
{
	facts_free(*f);
}
