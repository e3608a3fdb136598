/* fuzz_probe_http.c - a hostile web server, read alike whole or in pieces. */
#include "../tests/unit/probe/feed.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED_BUF whole = BUF(1 << 20);
	SCOPED_BUF pieces = BUF(1 << 20);
	struct str in;

	if (size < 1 || size > 1 << 17)
		return 0;
	in = (struct str){ (const char *)data + 1, size - 1 };
	feed_http(in, SIZE_MAX, data[0] & 32, &whole);
	feed_http(in, 1 + data[0] % 32, data[0] & 32, &pieces);
	assert(str_eq(buf_str(&whole), buf_str(&pieces)));
	return 0;
}
