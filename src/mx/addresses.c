/* addresses.c - addresses as text, as reverse names, and those that nobody
 * outside can reach. */
#include "base/base.h"
#include "mx/mx.h"
#include "mx/private.h"
#include "netaddr/netaddr.h"

enum { REVERSE_MAX = 80, V4_AT = 12 };

bool
mx_is_private(const struct netaddr *address)
{
	static const char *const blocks[] = {
		"0.0.0.0/8",      "10.0.0.0/8",     "100.64.0.0/10",
		"127.0.0.0/8",    "169.254.0.0/16", "172.16.0.0/12",
		"192.168.0.0/16", "224.0.0.0/3",    "::/127",
		"fc00::/7",       "fe80::/10",      "ff00::/8",
	};

	for (size_t i = 0; i < COUNT_OF(blocks); i++) {
		struct netaddr_net net;

		if (netaddr_parse_net(str_of(blocks[i]), &net) &&
		    netaddr_in(address, &net))
			return true;
	}
	return false;
}

struct str
mx_print_address(const struct netaddr *address, struct arena *mem)
{
	char text[NETADDR_PRINT_MAX];
	struct str copy;

	if (!arena_dup(mem, str_of(netaddr_print(address, text)), &copy))
		copy = (struct str)STR("");
	return copy;
}

bool
mx_reverse_name(const struct netaddr *address, struct arena *mem,
		struct str *out)
{
	SCOPED_BUF name = BUF(REVERSE_MAX);
	const uint8_t *b = address->b;

	if (netaddr_is_v4(address)) {
		for (size_t i = NETADDR_BYTES; i-- > V4_AT;)
			buf_addf(&name, "%u.", b[i]);
		buf_addz(&name, "in-addr.arpa");
	} else {
		for (size_t i = NETADDR_BYTES; i-- > 0;)
			buf_addf(&name, "%x.%x.", b[i] & 15U, b[i] >> 4);
		buf_addz(&name, "ip6.arpa");
	}
	return arena_dup(mem, buf_str(&name), out);
}
