/* fuzz_failrpt.c - any bytes as a mail with a failure report. */
#include "failrpt/failrpt.h"

#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED_ARENA mem = arena_new(4 << 20);
	SCOPED_BUF shown = BUF(1 << 20);
	SCOPED_MIME m = NULL;
	struct failrpt_report r;

	mime_init();
	if (mime_parse((struct str){ (const char *)data, size }, &MIME_LIMITS,
		       &m, NULL) != ERR_NONE)
		return 0;
	(void)failrpt_is(m);
	if (failrpt_parse(m, 1, mem, &r, NULL) == ERR_NONE) {
		assert(r.incidents > 0 && r.report_id.n > 0 && r.arrival > 0);
		assert(str_is_utf8(r.source_ip) && str_is_utf8(r.subject));
		failrpt_redact(r.header_from, &shown);
	}
	return 0;
}
