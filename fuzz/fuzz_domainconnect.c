/* fuzz_domainconnect.c - a provider may say anything: a link leads to https
 * and a host, or there is none. */
#include "domainconnect/domainconnect.h"
#include "domainconnect_world.h"
#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct domainconnect_us us = { .zone = S("h.test") };
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct finding_list said = { .mem = mem };
	struct domainconnect_found found;
	struct facts *f = world_new((struct str){ (const char *)data, size });

	/* Settings that can be used are followed by a question: not yet. */
	if (f &&
	    !domainconnect_discover(f, &us, S("a.test"), mem, &found, &said))
		assert(str_starts(found.sync_url, S("https://")));
	facts_free(f);
	return 0;
}
