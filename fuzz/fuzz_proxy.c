/* fuzz_proxy.c - any bytes as a PROXY header; never longer than the input. */
#include "proxy/proxy.h"

#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size };
	struct proxy_header h = { 0 };
	enum proxy_result result = proxy_parse(s, &h);

	assert(result != PROXY_DONE || (h.used > 0 && h.used <= size));
	assert(result != PROXY_MORE || size < PROXY_MAX);
	return 0;
}
