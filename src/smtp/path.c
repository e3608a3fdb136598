/* path.c - addresses and parameters of MAIL and RCPT (RFC 5321 4.1.2). */
#include "smtp/private.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void
skip_blanks(struct str *s)
{
	while (s->n > 0 && is_blank(s->p[0]))
		*s = str_sub(*s, 1, SIZE_MAX);
}

struct str
smtp_word(struct str *rest)
{
	struct str word = *rest;
	size_t n = 0;

	while (n < rest->n && !is_blank(rest->p[n]))
		n++;
	word.n = n;
	*rest = str_sub(*rest, n, SIZE_MAX);
	skip_blanks(rest);
	return word;
}

bool
smtp_parameter(struct str *rest, struct str *key, struct str *value)
{
	struct str word;
	size_t equals;

	skip_blanks(rest);
	if (rest->n == 0)
		return false;
	word = smtp_word(rest);
	equals = str_index(word, '=');
	*key = str_sub(word, 0, equals);
	*value = equals == SIZE_MAX ? (struct str){ 0 }
				    : str_sub(word, equals + 1, SIZE_MAX);
	return true;
}

/* Offset of the first `stop` outside quotes, or of a blank when `stop` is
 * one; `s.n` when there is none; SIZE_MAX for an open quote. */
static size_t
find_end(struct str s, char stop)
{
	bool quoted = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quoted && c == '\\' && i + 1 < s.n)
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == stop || (stop == ' ' && is_blank(c))))
			return i;
	}
	return quoted ? SIZE_MAX : s.n;
}

/* "@one,@two:user@host" is "user@host": section 4.1.1.3, appendix F.2. */
static bool
strip_route(struct str *path)
{
	size_t colon;

	if (path->n == 0 || path->p[0] != '@')
		return true;
	colon = str_index(*path, ':');
	if (colon == SIZE_MAX || colon + 1 == path->n)
		return false;
	*path = str_sub(*path, colon + 1, SIZE_MAX);
	return true;
}

/* No control characters; blanks, brackets only in quotes; something on both
 * sides of the "@". */
static bool
is_address(struct str path)
{
	size_t at = find_end(path, '@');
	struct str host;

	if (path.n > SMTP_PATH_MAX || at == SIZE_MAX)
		return false;
	for (size_t i = 0; i < path.n; i++) {
		if ((unsigned char)path.p[i] < ' ' || path.p[i] == 0x7f)
			return false;
	}
	if (find_end(path, ' ') != path.n || find_end(path, '<') != path.n ||
	    find_end(path, '>') != path.n)
		return false;
	if (at == path.n)
		return true;
	host = str_sub(path, at + 1, SIZE_MAX);
	return at > 0 && host.n > 0 && str_index(host, '@') == SIZE_MAX;
}

bool
smtp_path(struct str *rest, struct str *out)
{
	bool bracket;
	size_t end;
	struct str path;

	skip_blanks(rest);
	bracket = rest->n > 0 && rest->p[0] == '<';
	if (bracket)
		*rest = str_sub(*rest, 1, SIZE_MAX);
	end = find_end(*rest, bracket ? '>' : ' ');
	if (end == SIZE_MAX || (bracket && end == rest->n) ||
	    (!bracket && end == 0))
		return false;
	path = str_trim(str_sub(*rest, 0, end));
	*rest = str_sub(*rest, bracket ? end + 1 : end, SIZE_MAX);
	if (rest->n > 0 && !is_blank(rest->p[0]))
		return false;
	if (!strip_route(&path) || !is_address(path))
		return false;
	*out = path;
	return true;
}
