/* fuzz_inflate.c - hostile bytes, unpacked as all three kinds. */
#include "inflate/inflate.h"

static enum err
take(void *ctx, struct str piece)
{
	return buf_add(ctx, piece) ? ERR_NONE : ERR_STOP;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct inflate_limits limits = { 1 << 20, 2000, 20 };
	struct str s = { (const char *)data, size };
	struct inflate_zip *zip;
	SCOPED_BUF out = BUF(8 << 20);

	(void)inflate_sniff(s);
	for (int k = INFLATE_GZIP; k <= INFLATE_ZLIB; k++)
		(void)!inflate_stream(s, (enum inflate_kind)k, &limits, take,
				      &out, NULL, NULL);
	if (!inflate_zip_open(s, &limits, &zip, NULL)) {
		for (size_t i = 0; i < inflate_zip_count(zip); i++)
			(void)!inflate_zip_stream(zip, i, take, &out, NULL);
		inflate_zip_close(zip);
	}
	return 0;
}
