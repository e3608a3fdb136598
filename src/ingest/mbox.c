/* mbox.c - a mailbox file cut into its messages, however long it is. */
#include "ingest/private.h"

#include "os/os.h"

#include <string.h>

enum { READ_PIECE = 256 << 10, FROM_LINE_MAX = 512 };

/* "From " and, later in the line, a clock: tells the separator that a mail
 * store wrote from a sentence that begins a paragraph. */
static bool
is_separator(struct str s)
{
	struct str line = str_sub(s, 0, FROM_LINE_MAX);
	size_t end = str_index(line, '\n');

	if (!str_starts(s, S("From ")))
		return false;
	if (end != SIZE_MAX)
		line = str_sub(line, 0, end);
	for (size_t i = 5; i + 2 < line.n; i++)
		if (line.p[i] == ':' && line.p[i - 1] >= '0' &&
		    line.p[i - 1] <= '9' && line.p[i + 1] >= '0' &&
		    line.p[i + 1] <= '9')
			return true;
	return false;
}

bool
mbox_sniff(struct str first)
{
	return is_separator(first);
}

static bool
read_more(struct mbox *m)
{
	char *to;
	size_t n;

	if (m->start > 0) {
		m->bytes.n -= m->start;
		memmove(m->bytes.p, m->bytes.p + m->start, m->bytes.n);
		m->scanned -= m->start;
		m->start = 0;
	}
	to = buf_reserve(&m->bytes, READ_PIECE);
	if (!to)
		return false;
	n = os_read_all(m->fd, to, READ_PIECE);
	m->failed = n == SIZE_MAX;
	m->ended = n < READ_PIECE || m->failed;
	if (!m->failed)
		buf_commit(&m->bytes, n);
	return !m->failed && n > 0;
}

/* Offset of the next separator behind `m->scanned`, or SIZE_MAX; a candidate
 * so near the end that its line is not all there waits for more bytes. */
static size_t
find_separator(struct mbox *m)
{
	struct str all = buf_str(&m->bytes);

	for (;;) {
		struct str rest = str_sub(all, m->scanned, SIZE_MAX);
		size_t at = str_find(rest, S("\nFrom "));

		if (at == SIZE_MAX) {
			size_t keep = rest.n < 5 ? rest.n : 5;

			m->scanned = all.n - keep;
			return SIZE_MAX;
		}
		at += m->scanned + 1;
		if (!m->ended && all.n - at < FROM_LINE_MAX) {
			m->scanned = at - 1;
			return SIZE_MAX;
		}
		m->scanned = at;
		if (is_separator(str_sub(all, at, SIZE_MAX)))
			return at;
	}
}

/* A message that does not fit is read to its end and left out. */
static void
drop_gathered(struct mbox *m)
{
	size_t keep = m->bytes.n - m->scanned;

	memmove(m->bytes.p + m->start, m->bytes.p + m->scanned, keep);
	m->bytes.n = m->start + keep;
	m->scanned = m->start;
	m->bytes.full = false;
}

/* The separator is the mail store's, not part of the message. */
static struct str
behind_separator(struct str message)
{
	size_t end = str_index(message, '\n');

	if (!is_separator(message) || end == SIZE_MAX)
		return message;
	return str_sub(message, end + 1, SIZE_MAX);
}

bool
mbox_next(struct mbox *m, struct str *message, bool *too_large)
{
	size_t at;

	*too_large = false;
	if (m->bytes.n == m->start && !read_more(m))
		return false;
	m->scanned = m->start;
	while ((at = find_separator(m)) == SIZE_MAX) {
		if (m->ended) {
			at = m->bytes.n;
			break;
		}
		if (!read_more(m) && m->bytes.full) {
			*too_large = true;
			drop_gathered(m);
		}
	}
	*message = *too_large
			   ? S("")
			   : behind_separator(str_sub(buf_str(&m->bytes),
						      m->start, at - m->start));
	m->start = at;
	return true;
}
