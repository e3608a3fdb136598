/* lenient.c - a forgiving tokenizer: what does not look like markup is text,
 * what was left open is closed, and nothing is ever held against the sender.
 */
#include "xml/private.h"

#include <string.h>

enum state {
	TEXT,
	REFERENCE,   /* after "&" */
	MARKUP,      /* after "<" */
	NAME,        /* "<na" */
	ATTRIBUTES,  /* "<name " */
	SLASH,       /* "<name/" */
	END_NAME,    /* "</na" */
	END_REST,    /* "</name " */
	DECLARATION, /* "<!", not yet known which */
	COMMENT,
	CDATA,
	INSTRUCTION /* "<?" */
};

enum { CLEAN = 1 << 10, REFERENCE_MAX = 12 };

struct lenient {
	struct xml *x;
	struct bytes bytes;
	enum state state;
	struct buf tag;  /* from "<" or "&" on, until decided */
	size_t name_end; /* in tag */
	size_t close_at; /* first ">" inside a quoted value, 0 none */
	char quote;      /* of the value under way */
	char last;       /* last character but blanks, in ATTRIBUTES */
	unsigned run;    /* "-" or "]" seen in a row */
	bool again;      /* the character at hand is still to be taken */
	uint64_t tag_line;
	struct buf names; /* of the open elements, one behind the other */
	size_t starts[XML_DEPTH_MAX];
};

struct lenient *
lenient_new(struct xml *x)
{
	struct lenient *l = heap_new(sizeof *l);

	l->x = x;
	l->tag = (struct buf)BUF(x->limits.name + CLEAN);
	l->names = (struct buf)BUF((x->limits.name + 1) * XML_DEPTH_MAX);
	return l;
}

void
lenient_free(struct lenient *l)
{
	if (!l)
		return;
	buf_free(&l->tag);
	buf_free(&l->names);
	heap_free(l);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static bool
is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       c == ':' || (unsigned char)c >= 0x80;
}

static bool
is_name(char c)
{
	return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.';
}

/* Anything but blanks outside of all elements was not meant to be there. */
static void
put_text(struct lenient *l, struct str text)
{
	if (l->x->depth == 0)
		for (size_t i = 0; i < text.n; i++)
			l->x->notes.markup_repaired |=
				text.p[i] > ' ' && text.p[i] < 0x7F;
	(void)xml_emit_text(l->x, text);
}

/* What was held as markup turns out to be text. */
static void
tag_is_text(struct lenient *l)
{
	l->x->notes.markup_repaired = true;
	put_text(l, buf_str(&l->tag));
	buf_clear(&l->tag);
	l->state = TEXT;
}

static struct str
open_name(const struct lenient *l, unsigned i)
{
	size_t end = i + 1 < l->x->depth ? l->starts[i + 1] : l->names.n;

	return (struct str){ l->names.p + l->starts[i], end - l->starts[i] };
}

static void
close_innermost(struct lenient *l)
{
	unsigned i = l->x->depth - 1;
	struct str name = open_name(l, i);

	(void)xml_emit_end(l->x, name);
	l->names.n = l->starts[i];
}

static void
open_element(struct lenient *l, struct str name, bool empty)
{
	struct xml *x = l->x;
	size_t start = l->names.n;

	name = xml_local_name(name);
	if (!xml_emit_start(x, name, l->tag_line))
		return;
	l->starts[x->depth - 1] = start;
	(void)buf_add(&l->names, name);
	if (empty)
		close_innermost(l);
}

/* Closes up to the nearest open element of that name; an end that matches
 * nothing is passed over. */
static void
end_element(struct lenient *l)
{
	struct xml *x = l->x;
	struct str name = str_sub(buf_str(&l->tag), 2, l->name_end - 2);
	unsigned i = x->depth;

	name = xml_local_name(name);
	while (i > 0 && !str_eq(open_name(l, i - 1), name))
		i--;
	if (i != x->depth) {
		x->notes.markup_repaired = true;
		x->notes.structure_repaired = true;
	}
	while (i > 0 && x->depth >= i && x->err == ERR_NONE)
		close_innermost(l);
	buf_clear(&l->tag);
	l->state = TEXT;
}

static void
start_element(struct lenient *l, bool empty)
{
	struct str name = str_sub(buf_str(&l->tag), 1, l->name_end - 1);

	open_element(l, name, empty);
	buf_clear(&l->tag);
	l->state = TEXT;
}

static bool
named_reference(struct str name, char *out)
{
	static const struct {
		struct str name;
		char c;
	} known[] = { { STR("lt"), '<' },
		      { STR("gt"), '>' },
		      { STR("amp"), '&' },
		      { STR("quot"), '"' },
		      { STR("apos"), '\'' } };

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(name, known[i].name)) {
			*out = known[i].c;
			return true;
		}
	return false;
}

/* "#65" or "#x41"; characters XML may not hold are not taken. */
static bool
numeric_reference(struct str name, uint32_t *code)
{
	bool hex = name.n > 2 && name.p[1] == 'x';
	uint32_t value = 0;

	if (name.n < 2 || name.p[0] != '#')
		return false;
	for (size_t i = hex ? 2 : 1; i < name.n; i++) {
		char c = name.p[i];
		unsigned digit = (unsigned)(c - '0');

		if (hex && ((c | 32) >= 'a' && (c | 32) <= 'f'))
			digit = (unsigned)((c | 32) - 'a') + 10;
		else if (c < '0' || c > '9')
			return false;
		value = value * (hex ? 16 : 10) + digit;
		if (value > 0x10FFFF)
			return false;
	}
	*code = value;
	return value >= ' ' ? (value < 0xD800 || value > 0xDFFF) &&
				      value != 0xFFFE && value != 0xFFFF
			    : value == '\t' || value == '\n' || value == '\r';
}

static void
end_reference(struct lenient *l)
{
	struct str name = str_sub(buf_str(&l->tag), 1, l->tag.n - 2);
	char out[4];
	size_t n = 1;
	uint32_t code;

	if (numeric_reference(name, &code))
		n = bytes_utf8(code, out);
	else if (!named_reference(name, out)) {
		tag_is_text(l);
		return;
	}
	put_text(l, (struct str){ out, n });
	buf_clear(&l->tag);
	l->state = TEXT;
}

/* Starts over at "<" or "&" inside something that was no markup after all. */
static void
begin_markup(struct lenient *l, char c)
{
	buf_clear(&l->tag);
	(void)buf_addc(&l->tag, c);
	l->state = c == '<' ? MARKUP : REFERENCE;
	l->tag_line = l->x->line;
	l->quote = 0;
	l->last = 0;
	l->close_at = 0;
	l->run = 0;
}

/* The character at hand shows that what is held is text; it may begin
 * something itself. */
static void
not_markup(struct lenient *l)
{
	tag_is_text(l);
	l->again = true;
}

static void
in_reference(struct lenient *l, char c)
{
	if (c == ';') {
		(void)buf_addc(&l->tag, c);
		end_reference(l);
	} else if (l->tag.n < REFERENCE_MAX && c != '&' &&
		   (is_name(c) || c == '#')) {
		(void)buf_addc(&l->tag, c);
	} else {
		not_markup(l);
	}
}

static void
in_markup(struct lenient *l, char c)
{
	if (!is_name_start(c) && c != '/' && c != '!' && c != '?') {
		not_markup(l);
		return;
	}
	(void)buf_addc(&l->tag, c);
	l->state = c == '/'   ? END_NAME
		   : c == '!' ? DECLARATION
		   : c == '?' ? INSTRUCTION
			      : NAME;
}

static void
in_name(struct lenient *l, char c)
{
	l->name_end = l->tag.n;
	if (c == '>') {
		start_element(l, false);
	} else if (is_name(c) || c == '/' || is_blank(c)) {
		(void)buf_addc(&l->tag, c);
		l->state = c == '/' ? SLASH : is_name(c) ? NAME : ATTRIBUTES;
	} else {
		not_markup(l);
	}
}

static void
in_slash(struct lenient *l, char c)
{
	if (c == '>')
		start_element(l, true);
	else
		not_markup(l);
}

/* A "<" among the attributes: a quote was left open, and the tag ended at the
 * first ">" inside it; without one it was no tag. */
static void
broken_attributes(struct lenient *l)
{
	struct str whole = buf_str(&l->tag);
	struct str rest = str_sub(whole, l->close_at + 1, SIZE_MAX);
	struct str name = str_sub(whole, 1, l->name_end - 1);

	if (l->close_at == 0) {
		not_markup(l);
		return;
	}
	l->x->notes.markup_repaired = true;
	open_element(l, name, whole.p[l->close_at - 1] == '/');
	put_text(l, rest);
	buf_clear(&l->tag);
	l->state = TEXT;
	l->again = true;
}

static void
in_attributes(struct lenient *l, char c)
{
	if (c == '<') {
		broken_attributes(l);
		return;
	}
	if (c == '>' && !l->quote) {
		start_element(l, l->last == '/');
		return;
	}
	if (c == '>' && l->close_at == 0)
		l->close_at = l->tag.n;
	(void)buf_addc(&l->tag, c);
	if (l->quote)
		l->quote = c == l->quote ? 0 : l->quote;
	else if ((c == '"' || c == '\'') && l->last == '=')
		l->quote = c;
	if (!is_blank(c))
		l->last = c;
}

static void
in_end_name(struct lenient *l, char c)
{
	l->name_end = l->tag.n;
	if (c == '>') {
		end_element(l);
	} else if (c == '<') {
		l->x->notes.markup_repaired = true;
		end_element(l);
		l->again = true;
	} else if (is_name(c) || (is_blank(c) && l->tag.n > 2)) {
		(void)buf_addc(&l->tag, c);
		l->state = is_name(c) ? END_NAME : END_REST;
	} else {
		not_markup(l);
	}
}

static void
in_end_rest(struct lenient *l, char c)
{
	if (c == '>') {
		end_element(l);
	} else if (c == '<') {
		l->x->notes.markup_repaired = true;
		end_element(l);
		l->again = true;
	} else if (!is_blank(c)) {
		not_markup(l);
	}
}

static void
in_declaration(struct lenient *l, char c)
{
	static const struct str comment = STR("<!--");
	static const struct str cdata = STR("<![CDATA[");
	static const struct str doctype = STR("<!DOCTYPE");
	struct str so_far;

	(void)buf_addc(&l->tag, c);
	so_far = buf_str(&l->tag);
	if (str_eq(so_far, comment)) {
		l->state = COMMENT;
		l->run = 0;
	} else if (str_eq(so_far, cdata)) {
		buf_clear(&l->tag);
		l->state = CDATA;
		l->run = 0;
	} else if (str_eq_fold(so_far, doctype)) {
		(void)xml_fail(l->x, ERR_SYNTAX, "xml.doctype", l->tag_line,
			       "");
	} else if (!str_starts(comment, so_far) && !str_starts(cdata, so_far) &&
		   !str_starts_fold(doctype, so_far)) {
		l->tag.n--;
		not_markup(l);
	}
}

static void
in_comment(struct lenient *l, char c)
{
	if (c == '>' && l->run >= 2) {
		buf_clear(&l->tag);
		l->state = TEXT;
	}
	l->run = c == '-' ? l->run + (l->run < 2) : 0;
}

/* "]" are held back: two of them may belong to the end. */
static size_t
take_cdata(struct lenient *l, struct str s)
{
	size_t n = 0;

	if (s.p[0] == ']') {
		if (l->run == 2)
			put_text(l, S("]"));
		l->run += l->run < 2;
		return 1;
	}
	if (s.p[0] == '>' && l->run == 2) {
		l->state = TEXT;
		return 1;
	}
	put_text(l, str_sub(S("]]"), 0, l->run));
	l->run = 0;
	for (; n < s.n && s.p[n] != ']'; n++)
		l->x->line += s.p[n] == '\n';
	put_text(l, str_sub(s, 0, n));
	return n;
}

/* "<?xml ...?>": ends at any ">", so that stray quotes do no harm. */
static void
in_instruction(struct lenient *l, char c)
{
	if (c != '>') {
		l->last = c;
		return;
	}
	if (l->last != '?')
		l->x->notes.markup_repaired = true;
	buf_clear(&l->tag);
	l->state = TEXT;
}

static void
take(struct lenient *l, char c)
{
	static void (*const step[])(struct lenient *, char) = {
		[REFERENCE] = in_reference, [MARKUP] = in_markup,
		[NAME] = in_name,           [ATTRIBUTES] = in_attributes,
		[SLASH] = in_slash,         [END_NAME] = in_end_name,
		[END_REST] = in_end_rest,   [DECLARATION] = in_declaration,
		[COMMENT] = in_comment,     [INSTRUCTION] = in_instruction,
	};

	step[l->state](l, c);
	if (l->tag.n > l->x->limits.name)
		(void)xml_fail(l->x, ERR_LIMIT, "xml.tag_too_long", l->tag_line,
			       "");
}

/* Text up to the next "<" or "&" goes out in one piece. */
static size_t
take_text(struct lenient *l, struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '<' && s.p[n] != '&') {
		l->x->line += s.p[n] == '\n';
		n++;
	}
	put_text(l, str_sub(s, 0, n));
	if (n < s.n)
		begin_markup(l, s.p[n++]);
	return n;
}

static void
tokenize(struct lenient *l, struct str s)
{
	size_t i = 0;

	while (i < s.n && l->x->err == ERR_NONE) {
		if (l->state == TEXT) {
			i += take_text(l, str_sub(s, i, SIZE_MAX));
			continue;
		}
		if (l->state == CDATA) {
			i += take_cdata(l, str_sub(s, i, SIZE_MAX));
			continue;
		}
		take(l, s.p[i]);
		if (l->again) {
			l->again = false;
			continue;
		}
		l->x->line += s.p[i] == '\n';
		i++;
	}
}

void
lenient_feed(struct lenient *l, struct str piece)
{
	char clean[CLEAN * BYTES_GROWTH + BYTES_EXTRA];

	while (piece.n > 0 && l->x->err == ERR_NONE) {
		size_t n =
			bytes_clean(&l->bytes, str_sub(piece, 0, CLEAN), clean);

		tokenize(l, (struct str){ clean, n });
		piece = str_sub(piece, CLEAN, SIZE_MAX);
	}
	l->x->notes.bytes_repaired = l->bytes.repaired;
}

/* The input ends inside markup: "</feedback" is taken as meant, the rest of a
 * tag is no use to anybody. */
static void
finish_markup(struct lenient *l)
{
	if (l->state == TEXT)
		return;
	l->x->notes.markup_repaired = true;
	if (l->state == REFERENCE) {
		tag_is_text(l);
	} else if (l->state == END_NAME || l->state == END_REST) {
		if (l->state == END_NAME)
			l->name_end = l->tag.n;
		end_element(l);
	}
}

void
lenient_finish(struct lenient *l)
{
	char clean[BYTES_EXTRA];
	struct xml *x = l->x;
	size_t n = bytes_flush(&l->bytes, clean);

	tokenize(l, (struct str){ clean, n });
	x->notes.bytes_repaired = l->bytes.repaired;
	if (x->err != ERR_NONE)
		return;
	finish_markup(l);
	x->notes.open_at_end = x->depth;
	x->notes.closed_at_end = x->depth > 0;
	while (x->depth > 0 && x->err == ERR_NONE)
		close_innermost(l);
}
