/* fuzz_smtp.c - any bytes as a session, whole and in pieces: the same. */
#include "smtp_run.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smtp_options options = { .host = S("mx.example.net"),
					.size_max = 5000 };
	struct str in = { (const char *)data, size };

	if (size == 0)
		return 0;
	options.lmtp = (data[0] & 1) != 0;
	options.trusted = (data[0] & 2) != 0;
	in = str_sub(in, 1, SIZE_MAX);
	assert(run(in, SIZE_MAX, &options) == run(in, 1 + size % 7, &options));
	options.starttls = true;
	(void)run(in, 1 + size % 5, &options);
	return 0;
}
