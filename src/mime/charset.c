/* charset.c - text of any character set as UTF-8. */
#include "mime/parts.h"

#include <gmime/gmime.h>

#include <errno.h>

enum { NAME_MAX_OCTETS = 40, PIECE = 4096 };

static const struct str REPLACEMENT = STR("\xEF\xBF\xBD");

/* Names go to iconv, which takes slashes and commas for orders. */
static bool
name_of(struct str charset, char out[NAME_MAX_OCTETS + 1])
{
	if (charset.n == 0 || charset.n > NAME_MAX_OCTETS)
		return false;
	for (size_t i = 0; i < charset.n; i++) {
		char c = charset.p[i];

		if (!g_ascii_isalnum(c) && c != '-' && c != '_' && c != '.' &&
		    c != ':' && c != '+')
			return false;
		out[i] = c;
	}
	out[charset.n] = '\0';
	return true;
}

bool
mime_utf8_mend(struct buf *out, struct str text)
{
	while (text.n > 0) {
		size_t good = 0;
		size_t n;

		while ((n = str_utf8_len(str_sub(text, good, 4))) > 0)
			good += n;
		buf_add(out, str_sub(text, 0, good));
		if (good < text.n) {
			buf_add(out, REPLACEMENT);
			good++;
		}
		text = str_sub(text, good, SIZE_MAX);
	}
	return !out->full;
}

/* iconv's type for its input lacks the const that it keeps. */
static char *
input_of(struct str s)
{
	return (char *)(uintptr_t)s.p;
}

static bool
convert(iconv_t cd, struct buf *out, struct str text)
{
	char *in = input_of(text);
	size_t left = text.n;
	bool more = true;

	while (more) {
		char piece[PIECE];
		char *to = piece;
		size_t room = sizeof piece;
		size_t state =
			left > 0 ? g_mime_iconv(cd, &in, &left, &to, &room)
				 : g_mime_iconv(cd, NULL, NULL, &to, &room);
		int cause = state == (size_t)-1 ? errno : 0;

		more = left > 0 || cause == E2BIG;
		if (!buf_add(out, (struct str){ piece, sizeof piece - room }))
			return false;
		if (cause == EILSEQ || cause == EINVAL) {
			buf_add(out, REPLACEMENT);
			in++;
			left--;
		}
	}
	return !out->full;
}

static bool
convert_named(struct buf *out, struct str text, const char *name, bool *known)
{
	iconv_t cd = g_mime_iconv_open("UTF-8", name);
	bool ok;

	*known = cd != (iconv_t)-1;
	if (!*known)
		return true;
	ok = convert(cd, out, text);
	(void)g_mime_iconv_close(cd);
	return ok;
}

bool
mime_utf8(struct buf *out, struct str text, struct str charset)
{
	char name[NAME_MAX_OCTETS + 1];
	bool known = false;
	bool ok;

	if (str_eq_fold(charset, S("utf-8")) || str_eq_fold(charset, S("utf8")))
		return mime_utf8_mend(out, text);
	if (name_of(charset, name) && !str_eq_fold(charset, S("us-ascii"))) {
		ok = convert_named(out, text, name, &known);
		if (known)
			return ok;
	}
	if (str_is_utf8(text))
		return buf_add(out, text);
	ok = convert_named(out, text, "windows-1252", &known);
	return known ? ok : mime_utf8_mend(out, text);
}
