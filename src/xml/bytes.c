/* bytes.c - whatever was sent, as clean UTF-8: what is not UTF-8 is read as
 * windows-1252 byte by byte, control characters become blanks. */
#include "xml/private.h"

enum { WIDE_UNKNOWN, WIDE_NOT, WIDE_LITTLE, WIDE_BIG };

size_t
bytes_utf8(uint32_t code, char *out)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

/* XML 1.0 section 2.11: CR LF and CR alone are LF. */
static size_t
put_ascii(struct bytes *b, unsigned char c, char *out)
{
	bool after_cr = b->after_cr;

	b->after_cr = c == '\r';
	if (c == '\n' && after_cr)
		return 0;
	if (c == '\r') {
		c = '\n';
	} else if (c < ' ' && c != '\t' && c != '\n') {
		b->repaired = true;
		c = ' ';
	}
	*out = (char)c;
	return 1;
}

/* How many bytes a character with this first byte has, 0: it cannot be one. */
static unsigned
length_by_lead(unsigned char lead)
{
	if (lead < 0xC2 || lead > 0xF4)
		return 0;
	return lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
}

static bool
may_go_on(const struct bytes *b)
{
	unsigned need = length_by_lead(b->held[0]);

	for (unsigned i = 1; i < b->held_count; i++)
		if ((b->held[i] & 0xC0) != 0x80)
			return false;
	return b->held_count < need;
}

static void
drop_held(struct bytes *b, unsigned n)
{
	b->held_count -= n;
	for (unsigned i = 0; i < b->held_count; i++)
		b->held[i] = b->held[i + n];
}

/* Gives out what is held as far as it is decided: whole characters, and what
 * cannot become one. With `last`, all of it. */
static size_t
settle(struct bytes *b, bool last, char *out)
{
	size_t n = 0;

	while (b->held_count > 0 && (last || !may_go_on(b))) {
		struct str s = { (const char *)b->held, b->held_count };
		size_t length = str_utf8_len(s);

		if (length == 1) {
			n += put_ascii(b, b->held[0], out + n);
			drop_held(b, 1);
			continue;
		}
		b->after_cr = false;
		if (length > 0) {
			for (unsigned i = 0; i < length; i++)
				out[n++] = s.p[i];
			drop_held(b, (unsigned)length);
			continue;
		}
		b->repaired = true;
		n += bytes_utf8(charset_windows_1252(b->held[0]), out + n);
		drop_held(b, 1);
	}
	return n;
}

static uint32_t
unit_at(const struct bytes *b, unsigned i)
{
	unsigned low = b->wide == WIDE_LITTLE ? i : i + 1;

	return b->held[low] | (uint32_t)b->held[low ^ 1] << 8;
}

/* One UTF-16 unit, or two that make a character. */
static size_t
settle_wide(struct bytes *b, char *out)
{
	uint32_t code, low;

	if (b->held_count < 2 || b->held_count == 3)
		return 0;
	code = unit_at(b, 0);
	if (b->held_count == 2 && code >= 0xD800 && code < 0xDC00)
		return 0;
	low = b->held_count == 4 ? unit_at(b, 2) : 0;
	if (low >= 0xDC00 && low < 0xE000) {
		code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
		b->held_count = 0;
	} else {
		drop_held(b, 2);
	}
	if (code < 0x80)
		return put_ascii(b, (unsigned char)code, out);
	b->after_cr = false;
	if (code >= 0xD800 && code < 0xE000) {
		b->repaired = true;
		code = 0xFFFD;
	}
	return bytes_utf8(code, out);
}

/* The two bytes at the start tell UTF-16 by its mark, or by the "<" that is
 * the first character of every document. */
static bool
tell_width(struct bytes *b)
{
	unsigned char first = b->held[0], second = b->held[1];

	if (b->held_count < 2)
		return false;
	b->wide = WIDE_NOT;
	if ((first == 0xFF && second == 0xFE) || (first == '<' && !second))
		b->wide = WIDE_LITTLE;
	else if ((first == 0xFE && second == 0xFF) || (!first && second == '<'))
		b->wide = WIDE_BIG;
	if (b->wide != WIDE_NOT && first != '<' && second != '<')
		b->held_count = 0;
	return true;
}

static size_t
take_byte(struct bytes *b, unsigned char c, char *out)
{
	size_t n = 0;

	if (b->wide == WIDE_NOT && b->held_count == 0 && c < 0x80)
		return put_ascii(b, c, out);
	b->held[b->held_count++] = c;
	if (b->wide == WIDE_UNKNOWN && !tell_width(b))
		return 0;
	if (b->wide == WIDE_NOT)
		return settle(b, false, out);
	n = settle_wide(b, out);
	/* A lone high surrogate leaves a unit that stands for itself. */
	if (b->held_count == 2)
		n += settle_wide(b, out + n);
	return n;
}

size_t
bytes_clean(struct bytes *b, struct str piece, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < piece.n; i++)
		n += take_byte(b, (unsigned char)piece.p[i], out + n);
	return n;
}

size_t
bytes_flush(struct bytes *b, char *out)
{
	if (b->wide == WIDE_LITTLE || b->wide == WIDE_BIG) {
		b->repaired |= b->held_count > 0;
		b->held_count = 0;
		return 0;
	}
	return settle(b, true, out);
}
