/* fuzz_json.c - any bytes as JSON; what was read once is written and read
 * back without repair. */
#include "json/json.h"

#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct json_limits limits = { .bytes = 1 << 20, .depth = 32 };
	SCOPED_BUF copy = BUF(8 << 20);
	struct json_out j = JSON_OUT(&copy);
	SCOPED_JSON root = NULL;
	SCOPED_JSON again = NULL;
	struct str text = { (const char *)data, size };
	bool repaired;

	if (json_parse(text, limits, &root, &repaired, NULL) == ERR_NONE) {
		json_put_str(&j, NULL, json_str(json_at(root, 0)));
		assert(json_parse(buf_str(&copy), limits, &again, &repaired,
				  NULL) == ERR_NONE);
		assert(!repaired);
	}
	return 0;
}
