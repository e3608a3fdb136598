/* body.c - the canonical forms of a body (RFC 6376 section 3.4.3, 3.4.4) and
 * their hash. */
#include "dkimsig/private.h"

#include <string.h>

struct body {
	struct seal_hash *h;
	uint64_t n, most; /* octets so far, and of which are hashed */
	char room[4096];
	size_t held;
};

static void
flush(struct body *b)
{
	uint64_t before = b->n - b->held;
	size_t n = b->held;

	if (before >= b->most)
		n = 0;
	else if (n > b->most - before)
		n = (size_t)(b->most - before);
	seal_hash_add(b->h, (struct str){ b->room, n });
	b->held = 0;
}

static void
put(struct body *b, struct str bytes)
{
	while (bytes.n > 0) {
		size_t n = sizeof b->room - b->held;

		if (n > bytes.n)
			n = bytes.n;
		memcpy(b->room + b->held, bytes.p, n);
		b->held += n;
		b->n += n;
		bytes = str_sub(bytes, n, SIZE_MAX);
		if (b->held == sizeof b->room)
			flush(b);
	}
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Runs of blanks become one; those at the end are gone already. */
static void
put_relaxed(struct body *b, struct str line)
{
	size_t start = 0, i = 0;

	while (i < line.n) {
		size_t from = i;

		if (!is_space(line.p[i])) {
			i++;
			continue;
		}
		while (i < line.n && is_space(line.p[i]))
			i++;
		put(b, str_sub(line, start, from - start));
		put(b, S(" "));
		start = i;
	}
	put(b, str_sub(line, start, SIZE_MAX));
}

uint64_t
dkimsig_hash_body(struct str body, bool relaxed, uint64_t most,
		  uint8_t out[DKIMSIG_DIGEST])
{
	struct body b = { .h = seal_hash_new(), .most = most };
	uint64_t empty = 0;
	struct str line;

	while (dkimsig_line(&body, &line)) {
		while (relaxed && line.n > 0 && is_space(line.p[line.n - 1]))
			line.n--;
		if (line.n == 0) {
			empty++;
			continue;
		}
		for (; empty > 0; empty--)
			put(&b, S("\r\n"));
		if (relaxed)
			put_relaxed(&b, line);
		else
			put(&b, line);
		put(&b, S("\r\n"));
	}
	if (!relaxed && b.n == 0)
		put(&b, S("\r\n"));
	flush(&b);
	seal_hash_end(b.h, out);
	return b.n;
}
