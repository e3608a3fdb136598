/* proxy.c - both forms of the header (haproxy's proxy-protocol.txt, sections
 * 2.1 and 2.2). */
#include "proxy/proxy.h"

#include <string.h>

static const struct str signature = STR("\r\n\r\n\0\r\nQUIT\n");
static const struct str word = STR("PROXY ");

/* Both agree as far as the shorter goes. */
static bool
begins_alike(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	return memcmp(a.p, b.p, n) == 0;
}

static unsigned
number(struct str s, size_t at)
{
	return (unsigned)(unsigned char)s.p[at] << 8 |
	       (unsigned char)s.p[at + 1];
}

static struct netaddr
from_v4(const char *p)
{
	struct netaddr a = { .b = { [10] = 0xff, [11] = 0xff } };

	memcpy(a.b + 12, p, 4);
	return a;
}

static enum proxy_result
parse_v2(struct str s, struct proxy_header *out)
{
	struct proxy_header header = { 0 };
	unsigned version;
	unsigned command;
	unsigned family;
	size_t length;

	if (s.n < PROXY_V2_HEAD)
		return PROXY_MORE;
	version = (unsigned char)s.p[12] >> 4;
	command = (unsigned char)s.p[12] & 15;
	family = (unsigned char)s.p[13] >> 4;
	length = number(s, 14);
	if (version != 2 || command > 1 || length > PROXY_MAX - PROXY_V2_HEAD)
		return PROXY_BAD;
	if (s.n < PROXY_V2_HEAD + length)
		return PROXY_MORE;
	header.used = PROXY_V2_HEAD + length;
	/* Source, destination, their ports; extensions may follow. */
	if (command == 1 && family == 1) {
		if (length < 12)
			return PROXY_BAD;
		header.source.ip = from_v4(s.p + PROXY_V2_HEAD);
		header.source.port = (uint16_t)number(s, PROXY_V2_HEAD + 8);
		header.has_source = true;
	} else if (command == 1 && family == 2) {
		if (length < 36)
			return PROXY_BAD;
		memcpy(header.source.ip.b, s.p + PROXY_V2_HEAD, NETADDR_BYTES);
		header.source.port = (uint16_t)number(s, PROXY_V2_HEAD + 32);
		header.has_source = true;
	} else if (family > 3) {
		return PROXY_BAD;
	}
	*out = header;
	return PROXY_DONE;
}

/* "192.0.2.1" of the family that was announced: netaddr_parse alone is more
 * generous than the protocol. */
static bool
plain_address(struct str s, bool v4, struct netaddr *out)
{
	bool colon = str_index(s, ':') != SIZE_MAX;

	return colon != v4 && str_index(s, '[') == SIZE_MAX &&
	       !str_starts_fold(s, S("IPv6:")) && netaddr_parse(s, out);
}

static bool
port_number(struct str s, uint16_t *out)
{
	uint64_t n;

	if (s.n > 5 || !str_u64(s, &n) || n > UINT16_MAX)
		return false;
	*out = (uint16_t)n;
	return true;
}

static enum proxy_result
parse_v1(struct str s, struct proxy_header *out)
{
	struct str line = str_sub(s, 0, PROXY_V1_MAX);
	size_t end = str_find(line, S("\r\n"));
	struct proxy_header header = { .used = end + 2 };
	struct str field[5];
	struct netaddr to;
	uint16_t to_port;
	size_t n = 0;
	bool v4;

	if (end == SIZE_MAX)
		return s.n < PROXY_V1_MAX ? PROXY_MORE : PROXY_BAD;
	line = str_sub(s, word.n, end - word.n);
	if (str_eq(line, S("UNKNOWN")) || str_starts(line, S("UNKNOWN "))) {
		*out = header;
		return PROXY_DONE;
	}
	while (n < COUNT_OF(field) && str_split(&line, ' ', &field[n]))
		n++;
	if (n != COUNT_OF(field) || line.n > 0)
		return PROXY_BAD;
	v4 = str_eq(field[0], S("TCP4"));
	if ((!v4 && !str_eq(field[0], S("TCP6"))) ||
	    !plain_address(field[1], v4, &header.source.ip) ||
	    !plain_address(field[2], v4, &to) ||
	    !port_number(field[3], &header.source.port) ||
	    !port_number(field[4], &to_port))
		return PROXY_BAD;
	header.has_source = true;
	*out = header;
	return PROXY_DONE;
}

enum proxy_result
proxy_parse(struct str bytes, struct proxy_header *out)
{
	if (bytes.n == 0)
		return PROXY_MORE;
	if (begins_alike(bytes, signature))
		return parse_v2(bytes, out);
	if (!begins_alike(bytes, word))
		return PROXY_BAD;
	return bytes.n < word.n ? PROXY_MORE : parse_v1(bytes, out);
}
