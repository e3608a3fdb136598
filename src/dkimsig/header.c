/* header.c - the fields of a header and their canonical forms (RFC 6376
 * section 3.4). */
#include "dkimsig/private.h"

#include <string.h>

bool
dkimsig_line(struct str *rest, struct str *line)
{
	if (!str_split(rest, '\n', line))
		return false;
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

bool
dkimsig_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
continues(struct str line)
{
	return line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
}

static void
cut_field(struct dkimsig_field *f)
{
	size_t colon = str_index(f->whole, ':');

	f->name = colon == SIZE_MAX ? S("") : str_sub(f->whole, 0, colon);
	while (f->name.n > 0 && dkimsig_is_blank(f->name.p[f->name.n - 1]))
		f->name.n--;
	f->value = colon == SIZE_MAX ? S("")
				     : str_sub(f->whole, colon + 1, SIZE_MAX);
}

/* How many fields there are at most. */
static size_t
count_fields(struct str rest)
{
	struct str line;
	size_t n = 0;

	while (n <= DKIMSIG_HEADERS_MAX && dkimsig_line(&rest, &line) &&
	       line.n > 0)
		n += !continues(line);
	return n;
}

bool
dkimsig_head(struct str message, struct arena *mem, struct dkimsig_head *out)
{
	struct str rest = message, line;
	struct dkimsig_field *f = NULL;
	size_t room = count_fields(message);

	*out = (struct dkimsig_head){ .too_many = room > DKIMSIG_HEADERS_MAX };
	if (out->too_many)
		return true;
	out->at = arena_array(mem, room + 1, sizeof *out->at);
	if (!out->at)
		return false;
	while (dkimsig_line(&rest, &line) && line.n > 0) {
		if (!f || !continues(line)) {
			f = &out->at[out->n++];
			f->whole.p = line.p;
		}
		f->whole.n = (size_t)(line.p + line.n - f->whole.p);
	}
	out->body = rest;
	for (size_t i = 0; i < out->n; i++)
		cut_field(&out->at[i]);
	return true;
}

/* ---- canonical forms ---- */

struct relaxing {
	struct seal_hash *h;
	char room[512];
	size_t n;
	bool blank, any; /* a blank waits; something came before it */
};

static void
relax_flush(struct relaxing *r)
{
	seal_hash_add(r->h, (struct str){ r->room, r->n });
	r->n = 0;
}

static void
relax_char(struct relaxing *r, char c)
{
	if (dkimsig_is_blank(c)) {
		r->blank = true;
		return;
	}
	if (r->n + 2 > sizeof r->room)
		relax_flush(r);
	if (r->blank && r->any)
		r->room[r->n++] = ' ';
	r->room[r->n++] = c;
	r->blank = false;
	r->any = true;
}

static void
add_relaxed(struct seal_hash *h, const struct dkimsig_field *f,
	    const char *from, const char *to)
{
	struct relaxing r = { .h = h };

	for (size_t i = 0; i < f->name.n; i++) {
		char c = f->name.p[i];

		relax_char(&r, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
	}
	relax_char(&r, ':');
	r.blank = r.any = false;
	for (const char *p = f->value.p; p < f->value.p + f->value.n; p++)
		if (p < from || p >= to)
			relax_char(&r, *p);
	relax_flush(&r);
}

static void
add_simple(struct seal_hash *h, struct str whole)
{
	struct str line;
	bool first = true;

	while (dkimsig_line(&whole, &line)) {
		if (!first)
			seal_hash_add(h, S("\r\n"));
		seal_hash_add(h, line);
		first = false;
	}
}

void
dkimsig_add_field(struct seal_hash *h, const struct dkimsig_field *f,
		  bool relaxed, const char *from, const char *to)
{
	const char *end = f->whole.p + f->whole.n;

	if (relaxed) {
		add_relaxed(h, f, from, to);
	} else if (from == to) {
		add_simple(h, f->whole);
	} else {
		add_simple(h, (struct str){ f->whole.p,
					    (size_t)(from - f->whole.p) });
		add_simple(h, (struct str){ to, (size_t)(end - to) });
	}
}
