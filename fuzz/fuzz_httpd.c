/* fuzz_httpd.c - a hostile connection, told alike whole or in small pieces. */
#include "../tests/unit/httpd/feed.h"

#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED_BUF whole = BUF(4 << 20);
	SCOPED_BUF pieces = BUF(4 << 20);

	if (size < 1 || size > 1 << 17)
		return 0;
	feed_tell((struct str){ (const char *)data + 1, size - 1 }, SIZE_MAX,
		  &whole);
	feed_tell((struct str){ (const char *)data + 1, size - 1 },
		  1 + data[0] % 32, &pieces);
	assert(str_eq(buf_str(&whole), buf_str(&pieces)));
	return 0;
}
