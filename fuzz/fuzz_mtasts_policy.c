/* fuzz_mtasts_policy.c - any bytes as a policy file; what is taken prints,
 * and what is repaired is taken without a fault. */
#include "mtasts/mtasts.h"

#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct str live[] = { STR("mail.example.com") };
	SCOPED_ARENA mem = arena_new(4 << 20);
	SCOPED_BUF out = BUF(FACTS_BODY_MAX);
	struct mtasts_faults faults = { .n = 0 };
	struct str text = { (const char *)data, size };
	struct mtasts_policy policy;
	bool good = mtasts_parse_policy(text, mem, &policy, &faults);

	assert(good == !mtasts_fatal(&faults));
	if (!mtasts_repair_policy(text, live, 1, &out))
		return 0;
	faults.n = 0;
	assert(mtasts_parse_policy(buf_str(&out), mem, &policy, &faults));
	assert(faults.n == 0 && policy.has_age);
	return 0;
}
