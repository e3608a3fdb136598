/* fuzz_xml.c - both modes, whole and cut into pieces: the same events. */
#include "xml_events.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size };

	for (int mode = XML_STRICT; mode <= XML_LENIENT; mode++) {
		struct events whole = run((enum xml_mode)mode, s, SIZE_MAX);
		struct events pieces =
			run((enum xml_mode)mode, s, 1 + size % 7);

		assert(whole.sum == pieces.sum && whole.open == pieces.open);
	}
	return 0;
}
