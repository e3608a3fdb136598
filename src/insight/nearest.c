/* "Did you mean": the closest of some known words. */
#include "insight/insight.h"

enum { WORD_MAX = 48 /* a longer word is never a slip of a known one */ };

static unsigned char
folded(char c)
{
	unsigned char u = (unsigned char)c;

	if (u >= 'A' && u <= 'Z')
		return (unsigned char)(u + 32);
	return u == '-' ? '_' : u;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, changes and swaps of neighbours each cost 1. */
static size_t
distance(struct str a, struct str b)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];

	for (size_t j = 0; j <= b.n; j++)
		last[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *spare = before;

		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			unsigned char x = folded(a.p[i - 1]);
			unsigned char y = folded(b.p[j - 1]);

			now[j] = least(last[j - 1] + (x != y),
				       least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && x == folded(b.p[j - 2]) &&
			    y == folded(a.p[i - 2]))
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[b.n];
}

const char *
insight_nearest(struct str word, const char *const *words, size_t count)
{
	/* A third of the letters may be wrong, so "x" is near nothing. */
	size_t best = word.n / 3 + 1;
	const char *found = NULL;

	if (word.n < 2 || word.n > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct str known = str_of(words[i]);
		size_t d;

		if (known.n > WORD_MAX)
			continue;
		d = distance(word, known);
		if (d < best || (d == best && found == NULL)) {
			best = d;
			found = words[i];
		}
	}
	return found;
}
