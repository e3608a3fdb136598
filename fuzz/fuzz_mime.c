/* fuzz_mime.c - every question a caller can ask of a hostile message. */
#include "mime/mime.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct mime_limits limits = { 1 << 20, 8, 50 };
	SCOPED_MIME m = NULL;
	size_t count;

	mime_init();
	(void)mime_sniff((struct str){ (const char *)data, size });
	if (mime_parse((struct str){ (const char *)data, size }, &limits, &m,
		       NULL))
		return 0;
	(void)mime_parts(m, &count);
	for (size_t i = 0; i < count; i++) {
		SCOPED_BUF out = BUF(4 << 20);

		(void)!mime_content(m, i, &out, NULL);
		(void)!mime_text(m, i, &out, NULL);
		(void)mime_header(m, i, "Subject");
	}
	return 0;
}
