/* fuzz_resolver.c - whatever a name server sends keeps the bounds, and names in
 * it can be asked for. The first byte is the type that was asked for. */
#include "resolver/private.h"
#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str all = { (const char *)data, size };
	struct str packet = str_sub(all, 1, LDNS_MAX_PACKETLEN);
	struct facts_dns d = { .name = S("a.example"), .direct = true };
	SCOPED_ARENA mem = arena_new(RESOLVER_MEM);
	ldns_rdf *name = NULL;

	d.type = size > 0 && data[0] > 0 ? data[0] : FACTS_CAA;
	resolver_read(packet, mem, &d);
	assert(d.n <= RESOLVER_RECORDS && d.chain_n <= RESOLVER_CHAIN &&
	       (d.status == FACTS_FOUND) == (d.n > 0));
	for (size_t i = 0; i < d.chain_n; i++) {
		assert(resolver_name_read(d.chain[i], &name));
		ldns_rdf_deep_free(name);
	}
	return 0;
}
