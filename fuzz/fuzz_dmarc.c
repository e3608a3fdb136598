/* fuzz_dmarc.c - XML to rows in both modes, with the pass of a late head. */
#include "dmarc_run.h"

static void
both_passes(enum xml_mode mode, struct str s)
{
	struct run first = { 0 }, again = { 0 };
	enum err err = parse(&first, mode, s, NULL);

	if (err == ERR_NONE && dmarc_late_head(first.d)) {
		err = parse(&again, mode, s, dmarc_head_of(first.d));
		assert(err == ERR_NONE && again.heads == 1);
	}
	assert(err != ERR_NONE || first.heads + again.heads == 1);
	dmarc_free(first.d);
	dmarc_free(again.d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	both_passes(XML_STRICT, (struct str){ (const char *)data, size });
	both_passes(XML_LENIENT, (struct str){ (const char *)data, size });
	return 0;
}
