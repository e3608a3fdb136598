/* fuzz_namelist.c - every entry is a name or says that it is none. */
#include "dnsname/dnsname.h"
#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { MOST = 100 };
	SCOPED_ARENA mem = arena_new(4 << 20);
	struct str text = { (const char *)data, size }, again;
	SCOPED_NAMES names = { 0 };

	dnsname_names_read(text, MOST, mem, &names);
	assert(names.n <= MOST && (names.left_out == 0 || names.n == MOST));
	for (size_t i = 0; i < names.n; i++)
		assert(names.at[i].line > 0 &&
		       (names.at[i].name.n == 0 ||
			(dnsname_fold(names.at[i].name, mem, &again) &&
			 str_eq(names.at[i].name, again))));
	return 0;
}
