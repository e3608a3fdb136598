/* fold.c - text as it is searched: width and case do not matter. */
#include "api/suggest.h"

/* U+FF01 to U+FF5E are the printable characters of ASCII, wide. */
static uint32_t
folded(uint32_t code)
{
	if (code >= 0xff01 && code <= 0xff5e)
		code = code - 0xff01 + '!';
	if (code == 0x3000 || code == 0xa0)
		return ' ';
	/* Full stops of domain names (IDNA, RFC 3490 section 3.1). */
	if (code == 0x3002 || code == 0xff61)
		return '.';
	if (code >= 'A' && code <= 'Z')
		return code + 32;
	/* Latin-1 capitals, without the sign of multiplication. */
	if (code >= 0xc0 && code <= 0xde && code != 0xd7)
		return code + 32;
	return code;
}

static void
add_code(struct buf *out, uint32_t code)
{
	if (code < 0x80) {
		buf_addc(out, (char)code);
		return;
	}
	buf_addc(out, (char)(0xc0 | code >> 6));
	buf_addc(out, (char)(0x80 | (code & 0x3f)));
}

void
api_fold_text(struct str text, struct buf *out)
{
	while (text.n > 0) {
		uint32_t code = 0;
		size_t n = str_utf8_get(text, &code);
		uint32_t to = n ? folded(code) : 0;

		if (n == 0)
			n = 1;
		else if (to == code || to > 0x7ff)
			buf_add(out, str_sub(text, 0, n));
		else
			add_code(out, to);
		text = str_sub(text, n, SIZE_MAX);
	}
}
