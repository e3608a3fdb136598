/* width.c - how many columns of a terminal a text takes. */
#include "cli/table.h"

/* First and last code point. Wide: East Asian Width W and F, and pictures. */
static const uint32_t wide[][2] = {
	{ 0x1100, 0x115F },   { 0x231A, 0x231B },   { 0x2329, 0x232A },
	{ 0x23E9, 0x23EC },   { 0x25FD, 0x25FE },   { 0x2614, 0x2615 },
	{ 0x2648, 0x2653 },   { 0x26AA, 0x26AB },   { 0x26BD, 0x26BE },
	{ 0x2705, 0x2705 },   { 0x270A, 0x270B },   { 0x274C, 0x274C },
	{ 0x2753, 0x2755 },   { 0x2795, 0x2797 },   { 0x2B1B, 0x2B1C },
	{ 0x2E80, 0x303E },   { 0x3041, 0x33FF },   { 0x3400, 0x4DBF },
	{ 0x4E00, 0xA4CF },   { 0xA960, 0xA97F },   { 0xAC00, 0xD7A3 },
	{ 0xF900, 0xFAFF },   { 0xFE10, 0xFE19 },   { 0xFE30, 0xFE6F },
	{ 0xFF00, 0xFF60 },   { 0xFFE0, 0xFFE6 },   { 0x16FE0, 0x18CFF },
	{ 0x1AFF0, 0x1B2FF }, { 0x1F004, 0x1F004 }, { 0x1F0CF, 0x1F0CF },
	{ 0x1F18E, 0x1F18E }, { 0x1F191, 0x1F19A }, { 0x1F200, 0x1F320 },
	{ 0x1F32D, 0x1F64F }, { 0x1F680, 0x1F6FF }, { 0x1F900, 0x1F9FF },
	{ 0x1FA70, 0x1FAFF }, { 0x20000, 0x3FFFD },
};

/* Marks that stand on the character before them. */
static const uint32_t empty[][2] = {
	{ 0x0300, 0x036F }, { 0x0483, 0x0489 },   { 0x0591, 0x05BD },
	{ 0x0610, 0x061A }, { 0x064B, 0x065F },   { 0x06D6, 0x06DC },
	{ 0x0900, 0x0902 }, { 0x093C, 0x093C },   { 0x0941, 0x0948 },
	{ 0x0E31, 0x0E31 }, { 0x0E34, 0x0E3A },   { 0x0E47, 0x0E4E },
	{ 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF },   { 0x20D0, 0x20FF },
	{ 0x302A, 0x302D }, { 0x3099, 0x309A },   { 0xFE00, 0xFE0F },
	{ 0xFE20, 0xFE2F }, { 0x1F3FB, 0x1F3FF }, { 0xE0100, 0xE01EF },
};

static bool
is_in(uint32_t code, const uint32_t (*range)[2], size_t count)
{
	for (size_t i = 0; i < count && code >= range[i][0]; i++)
		if (code <= range[i][1])
			return true;
	return false;
}

static size_t
columns_of(uint32_t code)
{
	if (code < 0x300)
		return 1;
	if (is_in(code, empty, COUNT_OF(empty)))
		return 0;
	return is_in(code, wide, COUNT_OF(wide)) ? 2 : 1;
}

/* The first character of `s`; a byte that is not UTF-8 takes one column. */
static size_t
next_char(struct str s, size_t *columns)
{
	uint32_t code;
	size_t n = str_utf8_get(s, &code);

	*columns = n ? columns_of(code) : 1;
	return n ? n : 1;
}

size_t
cli_width(struct str text)
{
	size_t total = 0, columns;

	while (text.n > 0) {
		text = str_sub(text, next_char(text, &columns), SIZE_MAX);
		total += columns;
	}
	return total;
}

struct str
cli_fit(struct str text, size_t columns)
{
	size_t used = 0, at = 0;

	while (at < text.n) {
		size_t width;
		size_t n = next_char(str_sub(text, at, SIZE_MAX), &width);

		if (used + width > columns)
			break;
		used += width;
		at += n;
	}
	return str_sub(text, 0, at);
}
