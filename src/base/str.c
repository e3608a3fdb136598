/* str.c - borrowed text. */
#include "base/base.h"

#include <string.h>

static unsigned char
lower(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 'A' && u <= 'Z' ? (unsigned char)(u + 32) : u;
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
same_fold(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

struct str
str_of(const char *c)
{
	return (struct str){ c ? c : "", c ? strlen(c) : 0 };
}

bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
str_eq_fold(struct str a, struct str b)
{
	return a.n == b.n && same_fold(a.p, b.p, a.n);
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	if (order)
		return order;
	return (a.n > b.n) - (a.n < b.n);
}

bool
str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_sub(s, 0, prefix.n), prefix);
}

bool
str_starts_fold(struct str s, struct str prefix)
{
	return s.n >= prefix.n && same_fold(s.p, prefix.p, prefix.n);
}

bool
str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n &&
	       str_eq(str_sub(s, s.n - suffix.n, suffix.n), suffix);
}

bool
str_ends_fold(struct str s, struct str suffix)
{
	return s.n >= suffix.n &&
	       same_fold(s.p + (s.n - suffix.n), suffix.p, suffix.n);
}

struct str
str_trim(struct str s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = str_sub(s, 1, SIZE_MAX);
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str
str_sub(struct str s, size_t from, size_t n)
{
	if (from > s.n)
		from = s.n;
	if (n > s.n - from)
		n = s.n - from;
	return (struct str){ s.p ? s.p + from : s.p, n };
}

size_t
str_index(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : SIZE_MAX;
}

size_t
str_find(struct str s, struct str needle)
{
	const char *at;

	if (needle.n == 0)
		return 0;
	at = s.n ? memmem(s.p, s.n, needle.p, needle.n) : NULL;
	return at ? (size_t)(at - s.p) : SIZE_MAX;
}

size_t
str_find_fold(struct str s, struct str needle)
{
	if (needle.n > s.n)
		return SIZE_MAX;
	for (size_t i = 0; i <= s.n - needle.n; i++)
		if (same_fold(s.p + i, needle.p, needle.n))
			return i;
	return SIZE_MAX;
}

bool
str_split(struct str *rest, char sep, struct str *piece)
{
	if (rest->n == 0)
		return false;

	size_t at = str_index(*rest, sep);

	if (at == SIZE_MAX) {
		*piece = *rest;
		*rest = (struct str){ NULL, 0 };
		return piece->n > 0;
	}
	*piece = str_sub(*rest, 0, at);
	*rest = str_sub(*rest, at + 1, SIZE_MAX);
	return true;
}

bool
str_u64(struct str s, uint64_t *out)
{
	uint64_t value = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = (unsigned)(s.p[i] - '0');

		if (s.p[i] < '0' || digit > 9 ||
		    __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	*out = value;
	return true;
}

bool
str_i64(struct str s, int64_t *out)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	uint64_t value;

	if (!str_u64(negative ? str_sub(s, 1, SIZE_MAX) : s, &value) ||
	    value > INT64_MAX)
		return false;
	*out = negative ? -(int64_t)value : (int64_t)value;
	return true;
}

/* FNV-1a with a finishing mix, so that the low bits serve as an index. */
int
str_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

uint64_t
str_hash(struct str s)
{
	uint64_t h = 0xCBF29CE484222325u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001B3u;
	h ^= h >> 32;
	h *= 0xD6E8FEB86659FD93u;
	return h ^ (h >> 32);
}

/* RFC 3629: shortest form only, no surrogates, at most U+10FFFF. */
size_t
str_utf8_get(struct str s, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char lead;
	size_t n;
	uint32_t value;

	if (s.n == 0)
		return 0;
	lead = (unsigned char)s.p[0];
	if (lead < 0x80) {
		*code = lead;
		return 1;
	}
	n = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
	if (lead < 0xC2 || lead > 0xF4 || s.n < n)
		return 0;
	value = lead & (0x7Fu >> n);
	for (size_t i = 1; i < n; i++) {
		unsigned char next = (unsigned char)s.p[i];

		if ((next & 0xC0) != 0x80)
			return 0;
		value = value << 6 | (next & 0x3F);
	}
	if (value < least[n] || value > 0x10FFFF ||
	    (value >= 0xD800 && value <= 0xDFFF))
		return 0;
	*code = value;
	return n;
}

size_t
str_utf8_len(struct str s)
{
	uint32_t ignored;

	return str_utf8_get(s, &ignored);
}

bool
str_is_utf8(struct str s)
{
	while (s.n > 0) {
		size_t n = str_utf8_len(s);

		if (n == 0)
			return false;
		s = str_sub(s, n, SIZE_MAX);
	}
	return true;
}
