/* fuzz_mtasts_txt.c - any bytes as a TXT record; one that is taken has an id
 * that prints, and no fatal fault. */
#include "mtasts/mtasts.h"

#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED_BUF out = BUF(256);
	struct mtasts_faults faults = { .n = 0 };
	struct str text = { (const char *)data, size };
	struct str id;
	bool good = mtasts_parse_txt(text, &id, &faults);

	assert(good == !mtasts_fatal(&faults));
	assert(!good || mtasts_kind(text) >= MTASTS_LOOSE);
	assert(!good || mtasts_print_txt(&out, id));
	return 0;
}
