/* words.c - the words of a record: mechanisms, modifiers, addresses, lengths.
 */
#include "base/base.h"
#include "netaddr/netaddr.h"
#include "spf/private.h"

#include <string.h>

enum { V4_BITS = 32, V6_BITS = 128, MAPPED_BITS = 96 };

static const char *const kinds[] = {
	[SPF_ALL] = "all",
	[SPF_INCLUDE] = "include",
	[SPF_A] = "a",
	[SPF_MX] = "mx",
	[SPF_PTR] = "ptr",
	[SPF_IP4] = "ip4",
	[SPF_IP6] = "ip6",
	[SPF_EXISTS] = "exists",
	[SPF_REDIRECT] = "redirect",
	[SPF_EXP] = "exp",
	[SPF_UNKNOWN] = "unknown",
};

static const char *const results[] = {
	[SPF_NONE] = "none",           [SPF_NEUTRAL] = "neutral",
	[SPF_PASS] = "pass",           [SPF_FAIL] = "fail",
	[SPF_SOFTFAIL] = "softfail",   [SPF_TEMPERROR] = "temperror",
	[SPF_PERMERROR] = "permerror",
};

const char *
spf_result_name(enum spf_result result)
{
	return results[result];
}

const char *
spf_kind_name(enum spf_kind kind)
{
	return kinds[kind];
}

bool
spf_kind_is_modifier(enum spf_kind kind)
{
	return kind == SPF_REDIRECT || kind == SPF_EXP || kind == SPF_UNKNOWN;
}

bool
spf_kind_asks(enum spf_kind kind)
{
	return kind == SPF_INCLUDE || kind == SPF_A || kind == SPF_MX ||
	       kind == SPF_PTR || kind == SPF_EXISTS || kind == SPF_REDIRECT;
}

/* Decimal without zeros before it, at most `max`. */
static bool
read_length(struct str digits, unsigned max, unsigned *out)
{
	uint64_t n;

	if (digits.n > 3 || !str_u64(digits, &n) || n > max ||
	    (digits.n > 1 && digits.p[0] == '0'))
		return false;
	*out = (unsigned)n;
	return true;
}

/* The place of the slash of "/digits" at the end, SIZE_MAX without one. */
static size_t
last_length(struct str s)
{
	size_t i = s.n;

	while (i > 0 && s.p[i - 1] >= '0' && s.p[i - 1] <= '9')
		i--;
	return i > 0 && i < s.n && s.p[i - 1] == '/' ? i - 1 : SIZE_MAX;
}

bool
spf_cut_lengths(struct str *rest, unsigned *bits4, unsigned *bits6)
{
	size_t at = last_length(*rest);

	*bits4 = V4_BITS;
	*bits6 = V6_BITS;
	if (at != SIZE_MAX && at > 0 && rest->p[at - 1] == '/') {
		if (!read_length(str_sub(*rest, at + 1, SIZE_MAX), V6_BITS,
				 bits6))
			return false;
		rest->n = at - 1;
		at = last_length(*rest);
	}
	if (at == SIZE_MAX)
		return true;
	if (!read_length(str_sub(*rest, at + 1, SIZE_MAX), V4_BITS, bits4))
		return false;
	rest->n = at;
	return true;
}

static bool
only(struct str s, const char *allowed)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr(allowed, s.p[i]) || s.p[i] == '\0')
			return false;
	return s.n > 0;
}

static bool
is_v4(struct str text)
{
	struct netaddr a;

	return only(text, "0123456789.") && netaddr_parse(text, &a);
}

static bool
is_v6(struct str text)
{
	struct netaddr a;

	return only(text, "0123456789abcdefABCDEF:.") &&
	       str_index(text, ':') != SIZE_MAX && netaddr_parse(text, &a);
}

bool
spf_is_address(struct str text)
{
	size_t slash = str_index(text, '/');
	struct str bare = str_sub(text, 0, slash);

	return is_v4(bare) || is_v6(bare);
}

enum spf_fault
spf_read_net(struct str text, bool v6, struct netaddr_net *out)
{
	size_t slash = str_index(text, '/');
	struct str bare = str_sub(text, 0, slash);
	unsigned bits = v6 ? V6_BITS : V4_BITS;

	if (text.n == 0)
		return SPF_BAD_ARGUMENT;
	if (v6 ? is_v4(bare) : is_v6(bare))
		return SPF_WRONG_FAMILY;
	if (!(v6 ? is_v6(bare) : is_v4(bare)))
		return SPF_BAD_ADDRESS;
	if (slash != SIZE_MAX &&
	    !read_length(str_sub(text, slash + 1, SIZE_MAX), bits, &bits))
		return SPF_BAD_LENGTH;
	out->bits = v6 ? bits : bits + MAPPED_BITS;
	return netaddr_parse(bare, &out->first) ? SPF_FINE : SPF_BAD_ADDRESS;
}
