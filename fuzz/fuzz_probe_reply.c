/* fuzz_probe_reply.c - a hostile mail server, read alike whole or in pieces. */
#include "../tests/unit/probe/feed.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED_BUF whole = BUF(4 << 20);
	SCOPED_BUF pieces = BUF(4 << 20);
	struct str in;

	if (size < 1 || size > 1 << 17)
		return 0;
	in = (struct str){ (const char *)data + 1, size - 1 };
	feed_replies(in, SIZE_MAX, &whole);
	feed_replies(in, 1 + data[0] % 32, &pieces);
	assert(str_eq(buf_str(&whole), buf_str(&pieces)));
	return 0;
}
