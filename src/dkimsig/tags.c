/* tags.c - the tag list of a DKIM-Signature field (RFC 6376 section 3.2). */
#include "dkimsig/private.h"

static struct str
trim(struct str s)
{
	while (s.n > 0 && dkimsig_is_blank(s.p[0]))
		s = str_sub(s, 1, SIZE_MAX);
	while (s.n > 0 && dkimsig_is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static struct str *
place_of(struct dkimsig_tags *t, struct str name)
{
	const struct {
		const char *name;
		struct str *place;
	} known[] = {
		{ "v", &t->v }, { "a", &t->a },   { "b", &t->b },
		{ "c", &t->c }, { "bh", &t->bh }, { "d", &t->d },
		{ "h", &t->h }, { "i", &t->i },   { "l", &t->l },
		{ "q", &t->q }, { "s", &t->s },   { "t", &t->t },
		{ "x", &t->x },
	};

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(name, str_of(known[i].name)))
			return known[i].place;
	return NULL;
}

/* The value is kept with the blanks around it: those of b= are left out of
 * the hash. */
bool
dkimsig_tags(struct str text, struct dkimsig_tags *out)
{
	struct str piece;

	*out = (struct dkimsig_tags){ 0 };
	while (str_split(&text, ';', &piece)) {
		size_t equals = str_index(piece, '=');
		struct str *place;

		if (equals == SIZE_MAX) {
			if (trim(piece).n > 0 || trim(text).n > 0)
				return false;
			continue;
		}
		place = place_of(out, trim(str_sub(piece, 0, equals)));
		if (!place)
			continue;
		if (place->p)
			return false;
		*place = (struct str){ piece.p + equals + 1,
				       piece.n - equals - 1 };
	}
	return true;
}

bool
dkimsig_tight(struct str value, struct arena *mem, struct str *out)
{
	char *to = arena_alloc(mem, value.n + 1);
	size_t n = 0;

	if (!to)
		return false;
	for (size_t i = 0; i < value.n; i++)
		if (!dkimsig_is_blank(value.p[i]))
			to[n++] = value.p[i];
	*out = (struct str){ to, n };
	return true;
}
