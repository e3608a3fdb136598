/* read.c - from text to fields, and the fields that say who. */
#include "headers/private.h"

enum { NAME_MAX_BYTES = 80 };

/* ---- fields ---- */

static bool
is_name(struct str name)
{
	if (name.n == 0 || name.n > NAME_MAX_BYTES)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] > '~' || name.p[i] == ':')
			return false;
	return true;
}

/* Lines that begin with a blank go on with the one before. */
static bool
take_fold(struct str *rest, struct headers_field *f, struct arena *mem)
{
	SCOPED_BUF joined = BUF(HEADERS_TEXT_MAX);
	bool folded = false;

	buf_add(&joined, f->value);
	while (rest->n > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t')) {
		struct str line;

		if (!str_split(rest, '\n', &line))
			break;
		buf_addc(&joined, ' ');
		buf_add(&joined, str_trim(line));
		folded = true;
	}
	return !folded || arena_dup(mem, buf_str(&joined), &f->value);
}

/* False: `mem` is full. What is no field is skipped: pasted text has all
 * kinds of lines round it. */
static bool
read_fields(struct str text, struct arena *mem, struct headers_fields *out,
	    bool *whole)
{
	struct str rest = str_sub(text, 0, HEADERS_TEXT_MAX), line;

	while (out->n < HEADERS_FIELDS_MAX && str_split(&rest, '\n', &line)) {
		struct headers_field *f = &out->at[out->n];
		size_t colon = str_index(line, ':');

		if (str_trim(line).n == 0 && out->n > 0) {
			*whole = str_trim(rest).n > 0;
			return true;
		}
		f->name = str_sub(line, 0, colon);
		if (colon == SIZE_MAX || !is_name(f->name))
			continue;
		f->value = str_trim(str_sub(line, colon + 1, SIZE_MAX));
		if (!take_fold(&rest, f, mem))
			return false;
		out->n++;
	}
	return true;
}

/* ---- pieces of values ---- */

bool
headers_lower(struct str value, struct arena *mem, struct str *out)
{
	char *p = arena_alloc(mem, value.n);

	if (!p)
		return false;
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		p[i] = c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
	}
	*out = (struct str){ p, value.n };
	return true;
}

/* Where the comment or quoted string that begins at `i` ends. */
static size_t
skip_quoted(struct str s, size_t i)
{
	for (i++; i < s.n && s.p[i] != '"'; i++)
		if (s.p[i] == '\\')
			i++;
	return i < s.n ? i + 1 : s.n;
}

static size_t
skip_comment(struct str s, size_t i)
{
	unsigned depth = 0;

	for (; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return s.n;
}

bool
headers_bare(struct str value, struct arena *mem, struct str *out)
{
	char *p = arena_alloc(mem, value.n);
	size_t n = 0;

	if (!p)
		return false;
	for (size_t i = 0; i < value.n;) {
		size_t end = value.p[i] == '"' ? skip_quoted(value, i) : i + 1;

		if (value.p[i] == '(') {
			i = skip_comment(value, i);
			p[n] = ' ';
			n += n > 0 && p[n - 1] != ' ';
		} else if (value.p[i] == ' ' || value.p[i] == '\t' ||
			   value.p[i] == '\r') {
			i++;
			p[n] = ' ';
			n += n > 0 && p[n - 1] != ' ';
		} else {
			while (i < end)
				p[n++] = value.p[i++];
		}
	}
	*out = str_trim((struct str){ p, n });
	return true;
}

struct str
headers_tag(struct str value, struct str name)
{
	struct str piece;

	while (str_split(&value, ';', &piece)) {
		size_t at = str_index(piece, '=');

		if (at != SIZE_MAX &&
		    str_eq(str_trim(str_sub(piece, 0, at)), name))
			return str_trim(str_sub(piece, at + 1, SIZE_MAX));
	}
	return S("");
}

/* ---- who ---- */

/* "Name <a@b>" or "a@b": the address. */
static struct str
address_in(struct str value)
{
	for (size_t i = value.n; i > 0; i--)
		if (value.p[i - 1] == '<') {
			value = str_sub(value, i, SIZE_MAX);
			return str_sub(value, 0, str_index(value, '>'));
		}
	return str_trim(value);
}

static bool
domain_of(struct str value, struct arena *mem, struct str *out)
{
	struct str address = address_in(value), domain;
	size_t at = str_index(address, '@'), n = 0;

	*out = S("");
	if (at == SIZE_MAX)
		return true;
	domain = str_sub(address, at + 1, SIZE_MAX);
	while (n < domain.n && domain.p[n] > ' ' &&
	       str_index(S("<>@,;\""), domain.p[n]) == SIZE_MAX)
		n++;
	domain = str_sub(domain, 0, n);
	if (str_ends(domain, S(".")))
		domain.n--;
	return headers_lower(domain, mem, out);
}

static bool
read_who(const struct headers_fields *all, struct arena *mem,
	 struct headers_mail *out)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct headers_field *f = &all->at[i];

		if (headers_is(f, S("from")) && out->from_n++ == 0 &&
		    !domain_of(f->value, mem, &out->from))
			return false;
		if (!headers_is(f, S("return-path")) || out->returns)
			continue;
		out->returns = true;
		out->return_address = address_in(f->value);
		if (!domain_of(f->value, mem, &out->return_path))
			return false;
	}
	return true;
}

static bool
read_signatures(const struct headers_fields *all, struct arena *mem,
		struct headers_mail *out)
{
	out->signature =
		arena_array(mem, HEADERS_LIST_MAX, sizeof(*out->signature));
	if (!out->signature)
		return false;
	for (size_t i = 0; i < all->n; i++) {
		const struct headers_field *f = &all->at[i];
		struct headers_signature *s = &out->signature[out->signature_n];

		if (!headers_is(f, S("dkim-signature")) ||
		    out->signature_n == HEADERS_LIST_MAX)
			continue;
		s->selector = headers_tag(f->value, S("s"));
		s->algorithm = headers_tag(f->value, S("a"));
		if (!headers_lower(headers_tag(f->value, S("d")), mem,
				   &s->domain))
			return false;
		out->signature_n++;
	}
	return true;
}

/* The seal with the highest i= was set last (RFC 8617 section 4.2.1). */
static void
read_arc(const struct headers_fields *all, struct headers_mail *out)
{
	uint64_t last = 0, i;

	for (size_t k = 0; k < all->n; k++) {
		struct str value = all->at[k].value;

		if (!headers_is(&all->at[k], S("arc-seal")))
			continue;
		out->arc_n++;
		if (!str_u64(headers_tag(value, S("i")), &i) || i <= last)
			continue;
		last = i;
		out->arc_domain = headers_tag(value, S("d"));
		out->arc_broken =
			str_eq_fold(headers_tag(value, S("cv")), S("fail"));
	}
}

enum err
headers_read(struct str text, struct arena *mem, struct headers_mail *out,
	     struct diag *why)
{
	struct headers_fields *all = arena_alloc(mem, sizeof(*all));
	bool fits;

	*out = (struct headers_mail){ 0 };
	fits = all && read_fields(text, mem, all, &out->whole);
	if (fits && all->n == 0)
		return diag_set(why, ERR_SYNTAX, "headers.empty", 0, "%s", "");
	if (fits && read_who(all, mem, out) && read_signatures(all, mem, out) &&
	    headers_read_way(all, mem, out) &&
	    headers_read_results(all, mem, out)) {
		read_arc(all, out);
		return ERR_NONE;
	}
	return diag_set(why, ERR_LIMIT, "mime.header_too_large", 0, "%s", "");
}

bool
headers_related(struct str a, struct str b)
{
	struct str longer = a.n > b.n ? a : b, shorter = a.n > b.n ? b : a;

	if (shorter.n == 0 || !str_ends(longer, shorter))
		return false;
	return longer.n == shorter.n ||
	       longer.p[longer.n - shorter.n - 1] == '.';
}
