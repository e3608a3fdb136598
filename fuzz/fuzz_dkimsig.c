/* fuzz_dkimsig.c - what is read of any message can be told and read back. */
#include "dkimsig/dkimsig.h"
#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct json_limits limits = { 1 << 20, 8 };
	struct str text = { (const char *)data, size };
	SCOPED_ARENA mem = arena_new(16 << 20);
	SCOPED_BUF json = BUF(1 << 20);
	SCOPED_JSON root = NULL;
	struct json_out j = JSON_OUT(&json);
	struct dkimsig_mail mail, back;
	bool repaired;

	assert(dkimsig_read(text, mem, &mail));
	dkimsig_print(&j, NULL, &mail);
	assert(json_parse(buf_str(&json), limits, &root, &repaired, NULL) ==
	       ERR_NONE);
	assert(dkimsig_parse(root, mem, &back) && back.n == mail.n);
	return 0;
}
