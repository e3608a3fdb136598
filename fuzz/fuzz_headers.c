/* fuzz_headers.c - the header of any mail: what is read stays within the
 * bounds, and findings can be told of it. */
#include "headers/headers.h"
#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	SCOPED_ARENA mem = arena_new(2 * HEADERS_MEMORY);
	struct headers_mail mail;
	struct finding_list found;

	if (headers_read(text, mem, &mail, NULL) != ERR_NONE)
		return 0;
	assert(mail.hop_n <= HEADERS_LIST_MAX);
	assert(mail.result_n <= HEADERS_LIST_MAX);
	finding_list_init(&found, mem);
	headers_check(&mail, &found);
	return 0;
}
