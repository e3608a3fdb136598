/* fuzz_acme_pace.c - a kept state of orders from any bytes. */
#include "acme/acme.h"

#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct acme_limits limits = acme_limits_common();
	struct acme_pace *p = acme_pace_new(&limits);
	struct str bytes = { (const char *)data, size };
	struct acme_due due = { .name = S("a"), .registered = S("a") };
	int64_t now = size > 8 ? (int64_t)data[8] << 24 : 0;
	SCOPED_BUF out = BUF(1 << 22);

	if (acme_pace_parse(p, bytes, NULL) == ERR_NONE) {
		assert(acme_pace_print(p, &out) &&
		       str_eq(buf_str(&out), bytes));
		for (int i = 0; i < 300; i++) {
			assert(acme_pace_when(p, &due, now) >= now);
			now = acme_pace_when(p, &due, now);
			assert(acme_pace_when(p, &due, now) == now);
			acme_pace_ordered(p, &due, now);
		}
	}
	acme_pace_free(p);
	return 0;
}
