/* fuzz_names.c - what is printed reads back, folding twice changes nothing. */
#include "dnsname/dnsname.h"
#include "netaddr/netaddr.h"
#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str name, again, text = { (const char *)data, size };
	SCOPED_ARENA mem = arena_new(1 << 20);
	char shown[NETADDR_PRINT_MAX];
	struct netaddr_net net;
	struct netaddr back;

	if (netaddr_parse_net(text, &net))
		assert(netaddr_parse(str_of(netaddr_print(&net.first, shown)),
				     &back) &&
		       netaddr_cmp(&back, &net.first) == 0);
	if (dnsname_fold(dnsname_of_address(text), mem, &name) ||
	    dnsname_fold(text, mem, &name))
		assert(dnsname_fold(name, mem, &again) && str_eq(name, again) &&
		       dnsname_within(name, dnsname_org(name)) &&
		       str_is_utf8(dnsname_show(name, mem)));
	return 0;
}
