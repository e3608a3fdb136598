/* redact.c - what is left of personal text when it is shown. */
#include "failrpt/private.h"

#include <string.h>

static const struct str stars = STR("***");

static void
add_first(struct str word, struct buf *out)
{
	buf_add(out, str_sub(word, 0, str_utf8_len(word)));
	buf_add(out, stars);
}

/* Letters, digits, and what a domain or an address literal needs; all other
 * characters end it, since what follows them is not known. */
static struct str
domain_of(struct str text)
{
	size_t n = 0;

	while (n < text.n) {
		unsigned char c = (unsigned char)text.p[n];

		if (c < 0x80 && !(c >= '0' && c <= '9') &&
		    !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') &&
		    !strchr("-._:[]", c))
			break;
		n++;
	}
	return str_sub(text, 0, n);
}

static size_t
last_at(struct str word)
{
	for (size_t i = word.n; i > 0; i--)
		if (word.p[i - 1] == '@')
			return i - 1;
	return SIZE_MAX;
}

static void
redact_word(struct str word, struct buf *out)
{
	bool angle = str_starts(word, S("<"));
	size_t at;

	if (angle) {
		buf_addc(out, '<');
		word = str_sub(word, 1, SIZE_MAX);
	}
	at = last_at(word);
	add_first(str_sub(word, 0, at), out);
	if (at != SIZE_MAX) {
		buf_addc(out, '@');
		buf_add(out, domain_of(str_sub(word, at + 1, SIZE_MAX)));
	}
	if (angle)
		buf_addc(out, '>');
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void
failrpt_redact(struct str text, struct buf *out)
{
	bool first = true;

	while ((text = str_trim(text)).n > 0) {
		size_t n = 0;

		while (n < text.n && !is_blank(text.p[n]))
			n++;
		if (!first)
			buf_addc(out, ' ');
		first = false;
		redact_word(str_sub(text, 0, n), out);
		text = str_sub(text, n, SIZE_MAX);
	}
}

/* What a local part is made of when it stands in a line of other things
 * (RFC 5322 section 3.2.3, and the dot). */
static bool
is_local(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80 ||
	       (c != '\0' && strchr("!#$%&'*+-/?^_`{|}~.", c));
}

void
failrpt_mask_local_parts(struct str text, struct buf *out)
{
	size_t at;

	while ((at = str_index(text, '@')) != SIZE_MAX) {
		size_t from = at;

		while (from > 0 && is_local(text.p[from - 1]))
			from--;
		buf_add(out, str_sub(text, 0, from));
		if (from < at)
			add_first(str_sub(text, from, at - from), out);
		buf_addc(out, '@');
		text = str_sub(text, at + 1, SIZE_MAX);
	}
	buf_add(out, text);
}
