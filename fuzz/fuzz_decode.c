/* fuzz_decode.c - any bytes at all: mail, archives, XML, JSON. */
#include "decode/decode.h"

#define TAKE(name, ...)                                                        \
	static enum err name(__VA_ARGS__)                                      \
	{                                                                      \
		return ctx ? ERR_STOP : ERR_NONE;                              \
	}
TAKE(head, void *ctx, const struct dmarc_head *h)
TAKE(row, void *ctx, const struct dmarc_row *r)
TAKE(tls, void *ctx, const struct tlsrpt_report *t)
TAKE(failure, void *ctx, const struct failrpt_report *f)
TAKE(undo, void *ctx)
TAKE(end, void *ctx, const struct decode_end *e)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct decode_sink sink = { NULL,    head, row, tls,
					  failure, undo, end };

	decode_init();
	if (decode_document((struct str){ (const char *)data, size },
			    1790000000, &sink) != ERR_NONE)
		__builtin_trap();
	return 0;
}
