/* mend.c - puts right what a strict JSON reader refuses. */
#include "json/tree.h"

#include <string.h>

enum { ESCAPE_LENGTH = 6 /* "\uXXXX" */ };

/* windows-1252, 0x80 to 0x9F; 0: undefined there. */
static const uint16_t high[32] = {
	0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
	0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
	0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
	0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

static void
add_foreign_byte(struct buf *out, unsigned char c)
{
	unsigned code = c;

	if (c < 0xA0)
		code = high[c - 0x80] ? high[c - 0x80] : 0xFFFD;
	buf_addf(out, "\\u%04x", code);
}

/* The value of "\uXXXX" at the start of `s`; 0 when it is none. */
static unsigned
escape_value(struct str s)
{
	unsigned value = 0;

	if (s.n < ESCAPE_LENGTH || s.p[0] != '\\' || s.p[1] != 'u')
		return 0;
	for (size_t i = 2; i < ESCAPE_LENGTH; i++) {
		char c = s.p[i];

		if (c >= '0' && c <= '9')
			value = value << 4 | (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (unsigned)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			value = value << 4 | (unsigned)(c - 'A' + 10);
		else
			return 0;
	}
	return value;
}

static bool
is_surrogate(unsigned value)
{
	return value >= 0xD800 && value < 0xE000;
}

static bool
is_pair(unsigned first, unsigned second)
{
	return first >= 0xD800 && first < 0xDC00 && second >= 0xDC00 &&
	       second < 0xE000;
}

/* `s` begins with a backslash; returns the bytes used up. */
static size_t
mend_escape(struct str s, struct buf *out)
{
	struct str next = str_sub(s, ESCAPE_LENGTH, ESCAPE_LENGTH);
	unsigned value = escape_value(s);

	if (is_pair(value, escape_value(next))) {
		buf_add(out, str_sub(s, 0, 2 * (size_t)ESCAPE_LENGTH));
		return 2 * (size_t)ESCAPE_LENGTH;
	}
	if (is_surrogate(value)) {
		buf_addz(out, "\\ufffd");
		return ESCAPE_LENGTH;
	}
	if (s.n > 1 && s.p[1] != '\0' &&
	    (strchr("\"\\/bfnrt", s.p[1]) || str_starts(s, S("\\u0000")) ||
	     value > 0)) {
		buf_add(out, str_sub(s, 0, 2));
		return 2;
	}
	buf_addz(out, "\\\\");
	return 1;
}

/* One character inside a string that is neither quote nor backslash. */
static size_t
mend_character(struct str s, struct buf *out)
{
	size_t n = str_utf8_len(s);
	unsigned char c = (unsigned char)s.p[0];

	if (n == 0) {
		add_foreign_byte(out, c);
		return 1;
	}
	if (c < ' ')
		buf_addf(out, "\\u%04x", c);
	else
		buf_add(out, str_sub(s, 0, n));
	return n;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One byte outside strings. `comma` is the place in `out` of a comma with
 * nothing but blanks behind it, or SIZE_MAX. */
static void
mend_outside(char c, struct buf *out, size_t *comma)
{
	if ((c == ']' || c == '}') && *comma < out->n)
		out->p[*comma] = ' ';
	if (!is_blank(c))
		*comma = c == ',' ? out->n : SIZE_MAX;
	buf_addc(out, c >= 0 && c < ' ' && !is_blank(c) ? ' ' : c);
}

void
json_mend(struct str text, struct buf *out)
{
	bool inside = false;
	size_t comma = SIZE_MAX;
	size_t n;

	for (; text.n > 0 && !out->full; text = str_sub(text, n, SIZE_MAX)) {
		char c = text.p[0];

		n = 1;
		if (c == '"')
			inside = !inside;
		if (inside && c == '\\')
			n = mend_escape(text, out);
		else if (inside && c != '"')
			n = mend_character(text, out);
		else
			mend_outside(c, out, &comma);
	}
}
