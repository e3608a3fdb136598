/* fuzz_tls_peek.c - a ClientHello that may be anything: what is seen in it
 * lies in it, and no part of it was mistaken for all of it. */
#include "tls/tls.h"

#include <assert.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = heap_new(size + 1);
	struct tls_hello hello;

	if (size > 0)
		memcpy(copy, data, size);
	if (tls_peek(copy, size, &hello) == TLS_PEEK_DONE)
		assert(hello.name.n == 0 ||
		       (hello.name.p >= copy &&
			hello.name.p + hello.name.n <= copy + size));
	heap_free(copy);
	return 0;
}
