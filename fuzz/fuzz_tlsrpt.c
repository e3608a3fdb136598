/* fuzz_tlsrpt.c - any bytes as a TLS report; sums hold what they should. */
#include "tlsrpt/tlsrpt.h"

#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED_ARENA mem = arena_new(4 << 20);
	struct str text = { (const char *)data, size };
	struct tlsrpt_report report;
	uint64_t sessions = 0;

	if (tlsrpt_parse(text, mem, &report, NULL) != ERR_NONE)
		return 0;
	for (size_t i = 0; i < report.policy_count; i++)
		if (report.policies[i].counts)
			sessions += report.policies[i].successful +
				    report.policies[i].failed;
	assert(sessions == report.sessions);
	assert(report.successful <= report.sessions);
	assert(report.begin <= report.end && report.begin > -CIVIL_DAY);
	assert(str_is_utf8(report.domains));
	return 0;
}
