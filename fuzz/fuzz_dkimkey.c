/* fuzz_dkimkey.c - key records: every value is a piece of the record, and a
 * sound one has a key of some size. */
#include "dkimkey/dkimkey.h"
#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	SCOPED_BUF zone = BUF(1 << 20);
	struct dkimkey key;

	dkimkey_parse(text, &key);
	assert((key.fault == DKIMKEY_SOUND) == !dkimkey_fault_code(key.fault));
	if (key.fault == DKIMKEY_SOUND)
		assert(key.bits > 0 && key.p.n > 0 && key.p.p > text.p &&
		       key.p.p + key.p.n <= text.p + text.n);
	dkimkey_print_zone(text, &zone);
	return 0;
}
