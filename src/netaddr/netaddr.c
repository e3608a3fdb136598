/* netaddr.c - reading and printing IP addresses. One call per row of a
 * report: no copies, no library calls. */
#include "netaddr/netaddr.h"

#include <string.h>

enum { V4_BITS = 32, V6_BITS = 128, MAPPED_BITS = 96, MAPPED_BYTES = 12 };

static const uint8_t mapped[MAPPED_BYTES] = { [10] = 0xFF, [11] = 0xFF };

/* A decimal octet without leading zeros: "010" is octal to some readers. */
static bool
take_octet(struct str *s, uint8_t *out)
{
	unsigned value = 0;
	size_t n = 0;

	while (n < s->n && n < 3 && s->p[n] >= '0' && s->p[n] <= '9')
		value = value * 10 + (unsigned)(s->p[n++] - '0');
	if (n == 0 || value > 255 || (n > 1 && s->p[0] == '0'))
		return false;
	*s = (struct str){ s->p + n, s->n - n };
	*out = (uint8_t)value;
	return true;
}

static bool
parse_quad(struct str s, uint8_t out[4])
{
	for (int i = 0; i < 4; i++) {
		if (i > 0) {
			if (s.n == 0 || s.p[0] != '.')
				return false;
			s = (struct str){ s.p + 1, s.n - 1 };
		}
		if (!take_octet(&s, &out[i]))
			return false;
	}
	return s.n == 0;
}

static bool
take_group(struct str *s, uint8_t out[2])
{
	unsigned value = 0;
	size_t n = 0;

	while (n < s->n && n < 4 && str_hex(s->p[n]) >= 0)
		value = value << 4 | (unsigned)str_hex(s->p[n++]);
	if (n == 0)
		return false;
	*s = (struct str){ s->p + n, s->n - n };
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)(value & 0xFF);
	return true;
}

static bool
take_gap(struct str *s)
{
	if (s->n < 2 || s->p[0] != ':' || s->p[1] != ':')
		return false;
	*s = (struct str){ s->p + 2, s->n - 2 };
	return true;
}

/* What was read of an IPv6 address: `n` bytes, "::" before byte `gap`. */
struct v6 {
	uint8_t b[NETADDR_BYTES];
	size_t n;
	size_t gap; /* SIZE_MAX: none */
};

/* One group or the dotted quad at the end; `s` is empty after a quad. */
static bool
take_piece(struct str *s, struct v6 *v6)
{
	struct str rest = *s;

	if (v6->n + 2 > NETADDR_BYTES || !take_group(&rest, v6->b + v6->n))
		return false;
	if (rest.n == 0 || rest.p[0] != '.') {
		v6->n += 2;
		*s = rest;
		return true;
	}
	if (v6->n + 4 > NETADDR_BYTES || !parse_quad(*s, v6->b + v6->n))
		return false;
	v6->n += 4;
	s->n = 0;
	return true;
}

static bool
read_pieces(struct str s, struct v6 *v6)
{
	if (take_gap(&s)) {
		v6->gap = 0;
		if (s.n == 0)
			return true;
	}
	while (take_piece(&s, v6)) {
		if (s.n == 0)
			return true;
		if (take_gap(&s)) {
			if (v6->gap != SIZE_MAX)
				return false;
			v6->gap = v6->n;
			if (s.n == 0)
				return true;
		} else if (s.p[0] == ':') {
			s = (struct str){ s.p + 1, s.n - 1 };
		} else {
			return false;
		}
	}
	return false;
}

static bool
parse_v6(struct str s, struct netaddr *out)
{
	struct v6 v6 = { .gap = SIZE_MAX };

	if (!read_pieces(s, &v6))
		return false;
	if (v6.gap == SIZE_MAX) {
		if (v6.n != NETADDR_BYTES)
			return false;
		memcpy(out->b, v6.b, NETADDR_BYTES);
		return true;
	}
	if (v6.n == NETADDR_BYTES)
		return false; /* "::" stands for one group at least */

	size_t after = v6.n - v6.gap;

	*out = (struct netaddr){ 0 };
	memcpy(out->b, v6.b, v6.gap);
	memcpy(out->b + NETADDR_BYTES - after, v6.b + v6.gap, after);
	return true;
}

static struct str
unwrap(struct str s)
{
	s = str_trim(s);
	if (s.n >= 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
		s = str_trim(str_sub(s, 1, s.n - 2));
	if (str_starts_fold(s, S("IPv6:")))
		s = str_trim(str_sub(s, 5, SIZE_MAX));
	return s;
}

bool
netaddr_parse(struct str s, struct netaddr *out)
{
	uint8_t quad[4];

	s = unwrap(s);
	if (s.n < 2 || s.n >= NETADDR_PRINT_MAX)
		return false;
	if (!parse_quad(s, quad))
		return parse_v6(s, out);
	memcpy(out->b, mapped, MAPPED_BYTES);
	memcpy(out->b + MAPPED_BYTES, quad, sizeof quad);
	return true;
}

/* The byte of a mask of `bits` ones at position `i`. */
static uint8_t
mask_byte(unsigned bits, unsigned i)
{
	if (bits >= 8 * (i + 1))
		return 0xFF;
	if (bits <= 8 * i)
		return 0;
	return (uint8_t)(0xFF << (8 * (i + 1) - bits));
}

static struct netaddr_net
net_of(struct netaddr a, unsigned bits)
{
	struct netaddr_net net = { .first = a, .bits = bits };

	for (unsigned i = 0; i < NETADDR_BYTES; i++)
		net.first.b[i] &= mask_byte(bits, i);
	return net;
}

bool
netaddr_parse_net(struct str s, struct netaddr_net *out)
{
	size_t slash = str_index(s, '/');
	struct str text = str_sub(s, 0, slash);
	struct netaddr a;
	uint64_t bits;

	if (!netaddr_parse(text, &a))
		return false;
	if (slash == SIZE_MAX) {
		*out = net_of(a, V6_BITS);
		return true;
	}

	bool dotted = str_index(text, ':') == SIZE_MAX;

	if (!str_u64(str_trim(str_sub(s, slash + 1, SIZE_MAX)), &bits) ||
	    bits > (dotted ? V4_BITS : V6_BITS))
		return false;
	*out = net_of(a, (unsigned)bits + (dotted ? MAPPED_BITS : 0));
	return true;
}

static char *
put_decimal(char *to, unsigned value)
{
	if (value >= 100)
		*to++ = (char)('0' + value / 100);
	if (value >= 10)
		*to++ = (char)('0' + value / 10 % 10);
	*to++ = (char)('0' + value % 10);
	return to;
}

static char *
put_quad(char *to, const uint8_t *b)
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			*to++ = '.';
		to = put_decimal(to, b[i]);
	}
	return to;
}

static char *
put_group(char *to, unsigned value)
{
	static const char digits[] = "0123456789abcdef";
	int shift = 12;

	while (shift > 0 && value >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*to++ = digits[value >> shift & 0xF];
	return to;
}

/* RFC 5952 section 4.2: the longest run of zero groups, the first of equal
 * ones, and never a single group. */
static int
longest_run(const unsigned g[8], int *length)
{
	int best = -1;

	*length = 1;
	for (int i = 0; i < 8; i++) {
		int n = 0;

		while (i + n < 8 && g[i + n] == 0)
			n++;
		if (n > *length) {
			best = i;
			*length = n;
		}
		i += n;
	}
	return best;
}

static char *
put_v6(char *to, const uint8_t *b)
{
	unsigned g[8];
	int length;

	for (int i = 0; i < 8; i++)
		g[i] = (unsigned)b[2 * i] << 8 | b[2 * i + 1];

	int run = longest_run(g, &length);

	for (int i = 0; i < 8; i++) {
		if (i == run) {
			*to++ = ':';
			*to++ = ':';
			i += length - 1;
			continue;
		}
		if (i > 0 && i != run + length)
			*to++ = ':';
		to = put_group(to, g[i]);
	}
	return to;
}

const char *
netaddr_print(const struct netaddr *a, char out[NETADDR_PRINT_MAX])
{
	char *end = netaddr_is_v4(a) ? put_quad(out, a->b + MAPPED_BYTES)
				     : put_v6(out, a->b);

	*end = '\0';
	return out;
}

void
netaddr_print_net(const struct netaddr_net *net, struct buf *out)
{
	char text[NETADDR_PRINT_MAX];
	bool v4 = net->bits >= MAPPED_BITS && netaddr_is_v4(&net->first);

	buf_addf(out, "%s/%u", netaddr_print(&net->first, text),
		 v4 ? net->bits - MAPPED_BITS : net->bits);
}

bool
netaddr_is_v4(const struct netaddr *a)
{
	return memcmp(a->b, mapped, MAPPED_BYTES) == 0;
}

bool
netaddr_in(const struct netaddr *a, const struct netaddr_net *net)
{
	for (unsigned i = 0; i < NETADDR_BYTES; i++)
		if ((a->b[i] ^ net->first.b[i]) & mask_byte(net->bits, i))
			return false;
	return true;
}

struct netaddr
netaddr_last(const struct netaddr_net *net)
{
	struct netaddr last = net->first;

	for (unsigned i = 0; i < NETADDR_BYTES; i++)
		last.b[i] |= (uint8_t)~mask_byte(net->bits, i);
	return last;
}

struct netaddr_net
netaddr_neighbourhood(const struct netaddr *a)
{
	return net_of(*a, netaddr_is_v4(a) ? MAPPED_BITS + 24 : 48);
}

int
netaddr_cmp(const struct netaddr *a, const struct netaddr *b)
{
	return memcmp(a->b, b->b, NETADDR_BYTES);
}
