/* command.c - see command.h. */
#include "imap/command.h"

#include <stdlib.h>

void
command_quote(struct buf *out, struct str s)
{
	(void)buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '\r' || c == '\n' || c == '\0')
			continue;
		if (c == '"' || c == '\\')
			(void)buf_addc(out, '\\');
		(void)buf_addc(out, c);
	}
	(void)buf_addc(out, '"');
}

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static size_t
sort_unique(uint64_t *uids, size_t n)
{
	size_t kept = 0;

	qsort(uids, n, sizeof *uids, by_number);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || uids[i] != uids[kept - 1])
			uids[kept++] = uids[i];
	return kept;
}

size_t
command_uids(struct str answer, uint64_t *uids, size_t room)
{
	struct str line, word;
	size_t n = 0;

	while (str_split(&answer, '\n', &line)) {
		line = str_trim(line);
		if (!str_starts_fold(line, S("* SEARCH")))
			continue;
		line = str_sub(line, sizeof "* SEARCH" - 1, SIZE_MAX);
		while (n < room && str_split(&line, ' ', &word))
			if (str_u64(word, &uids[n]) && uids[n] > 0)
				n++;
	}
	return sort_unique(uids, n);
}
