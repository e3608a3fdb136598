/* fuzz_caa.c - CAA records: every piece lies inside the RDATA. */
#include "zone/zone.h"
#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct zone_caa c;

	if (!zone_caa_parse(text, &c))
		return 0;
	assert(c.tag.n > 0 && c.tag.n + c.value.n + 2 == size);
	assert(c.issuer.n <= c.value.n && (!c.malformed || c.issuer.n == 0));
	return 0;
}
