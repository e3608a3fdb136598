/* fuzz_decode.c - any bytes at all: mail, archives, XML, JSON. */
#include "decode/decode.h"

static enum err
nothing(void *ctx, const struct decode_end *end)
{
	(void)ctx;
	return end->status == DECODE_READ && end->kind == DECODE_NONE
		       ? ERR_STOP
		       : ERR_NONE;
}

#define TAKE(name, type)                                                      \
	static enum err name(void *ctx, const struct type *value)              \
	{                                                                      \
		(void)ctx;                                                     \
		(void)value;                                                   \
		return ERR_NONE;                                               \
	}
TAKE(head, dmarc_head)
TAKE(row, dmarc_row)
TAKE(tls, tlsrpt_report)
TAKE(failure, failrpt_report)

static enum err
undo(void *ctx)
{
	(void)ctx;
	return ERR_NONE;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct decode_sink sink = { NULL,	   head, row,	 tls,
					  failure, undo, nothing };

	decode_init();
	if (decode_document((struct str){ (const char *)data, size },
			    1790000000, &sink) != ERR_NONE)
		__builtin_trap();
	return 0;
}
