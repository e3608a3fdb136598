/* fuzz_acme.c - documents and headers of an authority; the first byte says
 * which. What is taken from them is harmless. */
#include "../tests/unit/acme/take.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	take(data[0] % TAKE_KINDS,
	     (struct str){ (const char *)data + 1, size - 1 });
	return 0;
}
