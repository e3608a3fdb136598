/* line.c - lines of messages whose senders do not agree on line ends. */
#include "mime/line.h"

#include <string.h>

enum { WINDOW = 256 };

static struct str
from(struct str s, const char *p)
{
	return (struct str){ p, s.n - (size_t)(p - s.p) };
}

/* First CR or LF, else `end`. In windows, because a search for the one could
 * otherwise pass over all of a text that has only the other, line by line. */
static const char *
find_end(const char *p, const char *end)
{
	while (p < end) {
		size_t left = (size_t)(end - p);
		size_t n = left < WINDOW ? left : WINDOW;
		const char *lf = memchr(p, '\n', n);
		const char *cr = memchr(p, '\r', lf ? (size_t)(lf - p) : n);

		if (cr || lf)
			return cr ? cr : lf;
		p += n;
	}
	return end;
}

/* One line end at `p`, of which there is one before `end`. */
static const char *
skip_end(const char *p, const char *end)
{
	const char *run = p;

	while (run < end && *run == '\r')
		run++;
	return run < end && *run == '\n' ? run + 1 : p + 1;
}

static bool
line_any_end(struct str *rest, struct str *line)
{
	const char *end = rest->p + rest->n;
	const char *p = find_end(rest->p, end);

	*line = (struct str){ rest->p, (size_t)(p - rest->p) };
	*rest = from(*rest, p < end ? skip_end(p, end) : end);
	return true;
}

bool
mime_line(struct str *rest, bool bare_cr, struct str *line)
{
	const char *lf;
	size_t n;

	if (rest->n == 0)
		return false;
	if (bare_cr)
		return line_any_end(rest, line);
	lf = memchr(rest->p, '\n', rest->n);
	n = lf ? (size_t)(lf - rest->p) : rest->n;
	*line = (struct str){ rest->p, n };
	*rest = str_sub(*rest, lf ? n + 1 : n, SIZE_MAX);
	while (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

bool
mime_line_odd(struct str line, struct str rest)
{
	const char *end = line.p + line.n;
	size_t n = (size_t)(rest.p - end);

	return n > 2 || (n == 1 && *end == '\r');
}

bool
mime_line_is_cr(struct str message)
{
	struct str line;

	/* An empty first line tells as much as any other. */
	return mime_line(&message, true, &line) && message.n > 0 &&
	       message.p - (line.p + line.n) == 1 && message.p[-1] == '\r';
}

/* More is allowed, but nobody names a field so, while "{"a": 1}" and
 * "<a:b>" begin documents. */
static bool
begins_name(struct str line)
{
	char c = line.n ? line.p[0] : ' ';

	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

size_t
mime_line_field(struct str line)
{
	size_t name = 0;
	size_t i;

	if (!begins_name(line))
		return 0;

	while (name < line.n && line.p[name] > ' ' && line.p[name] < 0x7F &&
	       line.p[name] != ':')
		name++;
	i = name;
	while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	return i < line.n && line.p[i] == ':' ? name : 0;
}

bool
mime_line_from(struct str line)
{
	if (str_starts(line, S(">")))
		line = str_sub(line, 1, SIZE_MAX);
	return str_starts(line, S("From ")) && mime_line_field(line) == 0;
}

/* Empty lines are skipped only when a header follows: a message without any
 * field begins with the empty line that ends its header. */
static struct str
skip_empty(struct str s)
{
	struct str rest = s;
	struct str line = S("");

	while (mime_line(&rest, true, &line) && line.n == 0)
		;
	if (line.n == 0 ||
	    (mime_line_field(line) == 0 && !mime_line_from(line) &&
	     !str_starts(line, S("\xEF\xBB\xBF"))))
		return s;
	return from(s, line.p);
}

struct str
mime_line_preface(struct str message, struct mime_notes *notes)
{
	static const struct str BOM = STR("\xEF\xBB\xBF");
	struct mime_notes ignored;
	struct str line;

	if (!notes)
		notes = &ignored;
	for (;;) {
		struct str rest;

		message = skip_empty(message);
		if (str_starts(message, BOM)) {
			notes->bom = true;
			message = str_sub(message, BOM.n, SIZE_MAX);
			continue;
		}
		rest = message;
		if (!mime_line(&rest, true, &line) || !mime_line_from(line))
			return message;
		notes->from_line = true;
		message = rest;
	}
}
