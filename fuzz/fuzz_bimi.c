/* fuzz_bimi.c - any text is read; what can be made reads back. */
#include "bimi/bimi.h"
#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct finding_list list = { .mem = mem }, why = { .mem = mem };
	struct bimi rec, back;

	if (bimi_parse(text, &rec, NULL) != ERR_NONE)
		return 0;
	bimi_lint(&rec, &list);
	if (!bimi_make(&rec, mem, &why, &text))
		return 0;
	assert(bimi_parse(text, &back, NULL) == ERR_NONE && back.valid);
	assert(str_eq(back.l, rec.l) && str_eq(back.a, rec.a));
	assert(str_eq(back.avp, rec.avp) && back.unknown.n == 0);
	return 0;
}
