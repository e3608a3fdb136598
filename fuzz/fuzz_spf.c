/* fuzz_spf.c - any text as a record of a domain that exists: read, checked,
 * evaluated; what is written reads back. */
#include "spf_run.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED_ARENA mem = arena_new(4 << 20);
	struct facts *f = facts_new(16 << 20, 0);

	look(f, (struct str){ (const char *)data, size }, mem);
	merge_back((struct str){ (const char *)data, size }, mem);
	facts_free(f);
	return 0;
}
