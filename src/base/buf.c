/* buf.c - owned bytes with a maximum. */
#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_ROOM = 256 };

void
buf_free(struct buf *b)
{
	heap_free(b->p);
	*b = (struct buf){ .max = b->max };
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
	b->full = false;
}

/* One byte more than asked for is kept free, for the NUL of buf_c. */
char *
buf_reserve(struct buf *b, size_t n)
{
	size_t room = b->room ? b->room : FIRST_ROOM;

	if (b->full || n > b->max || b->n > b->max - n) {
		b->full = true;
		return NULL;
	}
	while (room <= b->n + n)
		room += room / 2 + FIRST_ROOM;
	if (room != b->room) {
		b->p = heap_grow(b->p, room, 1);
		b->room = room;
	}
	return b->p + b->n;
}

void
buf_commit(struct buf *b, size_t n)
{
	b->n += n;
}

bool
buf_add(struct buf *b, struct str s)
{
	char *to = buf_reserve(b, s.n);

	if (!to)
		return false;
	if (s.n)
		memcpy(to, s.p, s.n);
	b->n += s.n;
	return true;
}

bool
buf_addc(struct buf *b, char c)
{
	return buf_add(b, (struct str){ &c, 1 });
}

bool
buf_addz(struct buf *b, const char *c)
{
	return buf_add(b, str_of(c));
}

bool
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list args, again;
	bool ok = false;

	va_start(args, fmt);
	va_copy(again, args);

	int n = vsnprintf(NULL, 0, fmt, args);
	char *to = n < 0 ? NULL : buf_reserve(b, (size_t)n);

	if (to) {
		(void)vsnprintf(to, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
		ok = true;
	}
	va_end(again);
	va_end(args);
	return ok;
}

struct str
buf_str(const struct buf *b)
{
	return (struct str){ b->p, b->n };
}

const char *
buf_c(struct buf *b)
{
	if (!b->p && !buf_reserve(b, 0))
		return "";
	b->p[b->n] = '\0';
	return b->p;
}

/* C0, DEL, C1, line and paragraph separators, and everything that reorders
 * what is read (U+200E/F, U+202A-E, U+2066-9), and the BOM. */
static bool
is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) ||
	       (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
	       (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

bool
buf_add_escaped(struct buf *b, struct str s)
{
	while (s.n > 0) {
		uint32_t code;
		size_t n = str_utf8_get(s, &code);

		if (n == 0) {
			buf_addf(b, "\\x%02x", (unsigned char)s.p[0]);
			n = 1;
		} else if (code == '\n') {
			buf_addz(b, "\\n");
		} else if (code == '\t') {
			buf_addz(b, "\\t");
		} else if (is_unsafe(code)) {
			buf_addf(b, "\\u{%x}", (unsigned)code);
		} else {
			buf_add(b, str_sub(s, 0, n));
		}
		s = str_sub(s, n, SIZE_MAX);
	}
	return !b->full;
}

bool
buf_add_url(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || c == '-' || c == '.' ||
			     c == '_' || c == '~';

		if (plain)
			buf_addc(b, (char)c);
		else
			buf_addf(b, "%%%02X", c);
	}
	return !b->full;
}
