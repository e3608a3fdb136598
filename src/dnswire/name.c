/* name.c - names and keys as people write them. */
#include "dnswire/private.h"

#include <string.h>

bool
dnswire_name_of(struct str text, struct dnswire_name *out)
{
	struct str label;
	size_t n = 0;

	*out = (struct dnswire_name){ 0 };
	if (text.n > 0 && text.p[text.n - 1] == '.')
		text = str_sub(text, 0, text.n - 1);
	while (str_split(&text, '.', &label)) {
		if (label.n == 0 || label.n > LABEL_MAX ||
		    n + label.n + 2 > DNSWIRE_NAME_MAX)
			return false;
		out->b[n++] = (uint8_t)label.n;
		for (size_t i = 0; i < label.n; i++) {
			char c = label.p[i];

			c = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
			out->b[n++] = (uint8_t)c;
		}
	}
	out->b[n++] = 0;
	out->n = (uint8_t)n;
	return n > 1;
}

struct str
dnswire_name_str(const struct dnswire_name *name)
{
	return (struct str){ (const char *)name->b, name->n };
}

/* 64: not of the alphabet. */
static unsigned
digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

static bool
decode(struct str text, struct dnswire_key *out)
{
	uint32_t bits = 0;
	unsigned held = 0;

	while (text.n > 0 && text.p[text.n - 1] == '=')
		text.n--;
	out->n = 0;
	for (size_t i = 0; i < text.n; i++) {
		unsigned digit = digit_of(text.p[i]);

		if (digit == 64)
			return false;
		bits = (bits << 6 | digit) & 0xFFFFFF;
		held += 6;
		if (held < 8)
			continue;
		if (out->n == sizeof out->secret)
			return false;
		held -= 8;
		out->secret[out->n++] = (uint8_t)(bits >> held);
	}
	return out->n > 0 && text.n % 4 != 1;
}

bool
dnswire_key_parse(struct str text, struct dnswire_key *out)
{
	static const struct str algorithm = STR("hmac-sha256:");
	char between = ' ';
	size_t at;

	*out = (struct dnswire_key){ 0 };
	text = str_trim(text);
	if (str_starts_fold(text, algorithm)) {
		text = str_sub(text, algorithm.n, SIZE_MAX);
		between = ':';
	}
	at = str_index(text, between);
	return at != SIZE_MAX &&
	       dnswire_name_of(str_sub(text, 0, at), &out->name) &&
	       decode(str_trim(str_sub(text, at + 1, SIZE_MAX)), out);
}
