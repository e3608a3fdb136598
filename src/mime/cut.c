/* cut.c - finds the parts of a message by its boundaries, in one pass.
 *
 * Nothing is copied and nothing recurses: open multiparts and messages lie on
 * a stack as deep as the limit allows. GMime's own parser is not used here
 * because it nests and allocates as the sender wishes, and takes the first
 * malformed line for the end of a header.
 */
#include "mime/line.h"
#include "mime/parts.h"

enum {
	FRAMES_MAX = 64,
	HEAD_MAX = 1 << 20, /* octets of one header block */
	NO_PART = -1,
	FIELDS_MAX = 64 << 10, /* of all header blocks together */
	FIRST_ROOM = 8,
	FIRST_FIELDS = 32,
	CONTENT_RUN = 40 /* base64 characters that make a line content */
};

/* An open multipart, or an open message (no boundary of its own). */
struct frame {
	size_t part;
	struct str boundary;
};

struct cutter {
	struct mime *m;
	struct str rest;
	bool cr;
	int leaf; /* part whose content is being passed over */
	unsigned depth;
	unsigned depth_max;
	struct frame frames[FRAMES_MAX];
	struct diag *why;
};

struct delimiter {
	unsigned frame;
	bool closes;
	const char *start;
};

static bool
is_space(struct str s)
{
	return str_trim(s).n == 0;
}

/* RFC 2046 section 5.1.1; the innermost frame wins. */
static bool
is_delimiter(const struct cutter *c, struct str line, struct delimiter *out)
{
	if (!str_starts(line, S("--")))
		return false;
	for (unsigned k = c->depth; k-- > 0;) {
		struct str boundary = c->frames[k].boundary;
		struct str tail = str_sub(line, 2 + boundary.n, SIZE_MAX);

		if (boundary.n == 0 ||
		    !str_starts(str_sub(line, 2, SIZE_MAX), boundary))
			continue;
		out->frame = k;
		out->start = line.p;
		out->closes = str_starts(tail, S("--"));
		if (out->closes)
			tail = str_sub(tail, 2, SIZE_MAX);
		if (is_space(tail))
			return true;
	}
	return false;
}

static void
measure(struct cutter *c, struct str line)
{
	if (line.n > c->m->notes.longest_line)
		c->m->notes.longest_line = line.n;
}

/* A line in a header that must be the first of the content, its empty line
 * forgotten: markup, something binary, a boundary, or base64. */
static bool
is_content(struct str line)
{
	unsigned char c = line.n ? (unsigned char)line.p[0] : 0;

	if (c < 0x20 || c >= 0x7F || c == '<' || c == '{' || c == '[' ||
	    str_starts(line, S("--")))
		return true;
	if (line.n < CONTENT_RUN)
		return false;
	for (size_t i = 0; i < line.n; i++) {
		c = (unsigned char)line.p[i];
		if ((c < '0' || c > '9') && (c < 'A' || c > 'Z') &&
		    (c < 'a' || c > 'z') && c != '+' && c != '/' && c != '=')
			return false;
	}
	return true;
}

enum line_kind { FIELD, FOLD, EMPTY, DELIMITER, STRAY };

static enum line_kind
kind_of(const struct cutter *c, struct str line)
{
	struct delimiter ignored;

	if (line.n == 0)
		return EMPTY;
	if (line.p[0] == ' ' || line.p[0] == '\t')
		return FOLD;
	if (is_delimiter(c, line, &ignored))
		return DELIMITER;
	return mime_line_field(line) > 0 ? FIELD : STRAY;
}

/* How far a header goes. A stray line is the rest of the field before it,
 * whose fold lost its blank, when more of the header or its empty line
 * follows; otherwise the content began there. */
struct head {
	const char *end;  /* of the block */
	const char *body; /* where the content begins */
	const char *stray;
	size_t fields;
	bool mended;
};

/* True when the header ends with this line. */
static bool
ends_head(struct head *h, enum line_kind kind, struct str line,
	  const char *next)
{
	bool ends = kind == EMPTY || kind == DELIMITER ||
		    (kind != FIELD && h->fields == 0) ||
		    (kind == STRAY && is_content(line));

	h->end = ends ? line.p : next;
	h->body = ends && kind != EMPTY ? line.p : next;
	if (kind == STRAY && !ends && !h->stray)
		h->stray = line.p;
	if (kind == FIELD) {
		h->mended = h->mended || h->stray;
		h->stray = NULL;
	}
	return ends;
}

/* A value goes on until the next field or the end of the block. */
static void
end_field(struct mime *m, const struct head *h, const char *end)
{
	struct str *raw;

	if (h->fields == 0)
		return;
	raw = &m->fields[m->field_count - 1].raw;
	raw->n = (size_t)(end - raw->p);
}

static enum err
add_field(struct cutter *c, struct head *h, struct str line)
{
	struct mime *m = c->m;
	struct str name = str_sub(line, 0, mime_line_field(line));
	size_t colon = str_index(line, ':');

	if (m->field_count >= FIELDS_MAX)
		return diag_set(c->why, ERR_LIMIT, "mime.header_too_large", 0,
				"%d", FIELDS_MAX);
	if (m->field_count == m->field_room) {
		m->field_room += m->field_room + FIRST_FIELDS;
		m->fields =
			heap_grow(m->fields, m->field_room, sizeof *m->fields);
	}
	end_field(m, h, line.p);
	m->fields[m->field_count++] =
		(struct mime_field){ .name = name,
				     .raw = { line.p + colon + 1, 0 } };
	h->fields++;
	return ERR_NONE;
}

static enum err
read_head(struct cutter *c, struct head *h, enum line_kind *last)
{
	struct str rest = c->rest;
	struct str line;
	enum err err = ERR_NONE;

	while (!err && mime_line(&rest, true, &line)) {
		if (line.p - c->rest.p > HEAD_MAX)
			return diag_set(c->why, ERR_LIMIT,
					"mime.header_too_large", 0, "%d KiB",
					HEAD_MAX >> 10);
		*last = kind_of(c, line);
		if (ends_head(h, *last, line, rest.p))
			break;
		if (*last == FIELD)
			err = add_field(c, h, line);
		measure(c, line);
		if (mime_line_odd(line, rest))
			c->m->notes.bare_cr = true;
	}
	return err;
}

static enum err
cut_head(struct cutter *c, struct mime_place *place)
{
	struct head h = { .end = c->rest.p, .body = c->rest.p };
	enum line_kind last = DELIMITER;
	enum err err;

	place->first_field = c->m->field_count;
	err = read_head(c, &h, &last);
	if (err)
		return err;
	if (h.stray && last == EMPTY)
		h.mended = true;
	else if (h.stray)
		h.end = h.body = h.stray;
	if (h.mended)
		c->m->notes.header_fold_repaired = true;
	end_field(c->m, &h, h.end);
	place->field_count = h.fields;
	c->rest = str_sub(c->rest, (size_t)(h.body - c->rest.p), SIZE_MAX);
	return ERR_NONE;
}

static enum err
add_part(struct cutter *c, int parent, size_t *out)
{
	struct mime *m = c->m;

	if (m->count >= m->limits.parts)
		return diag_set(c->why, ERR_LIMIT, "mime.too_many_parts", 0,
				"%u", m->limits.parts);
	if (m->count == m->room) {
		m->room += m->room + FIRST_ROOM;
		m->parts = heap_grow(m->parts, m->room, sizeof *m->parts);
		m->places = heap_grow(m->places, m->room, sizeof *m->places);
	}
	*out = m->count++;
	m->parts[*out] =
		(struct mime_part){ .parent = parent, .depth = c->depth };
	m->places[*out] = (struct mime_place){ .children = 0 };
	if (parent >= 0)
		m->places[parent].children++;
	return ERR_NONE;
}

/* As IMAP numbers them (RFC 9051 section 6.4.5): the multipart directly in a
 * message shares the message's number. */
static bool
number_part(struct mime *m, size_t i)
{
	struct mime_part *part = &m->parts[i];
	SCOPED_BUF path = BUF(1024);

	part->path = S("");
	if (part->parent < 0)
		return true;

	const struct mime_part *above = &m->parts[part->parent];

	if (above->message && part->multipart) {
		part->path = above->path;
		return true;
	}
	buf_add(&path, above->path);
	buf_addf(&path, "%s%zu", path.n ? "." : "",
		 m->places[part->parent].children);
	return arena_dup(m->mem, buf_str(&path), &part->path);
}

static enum err
push(struct cutter *c, size_t part, struct str boundary)
{
	if (c->depth >= c->depth_max)
		return diag_set(c->why, ERR_LIMIT, "mime.too_deep", 0, "%u",
				c->depth_max);
	c->frames[c->depth++] = (struct frame){ part, boundary };
	return ERR_NONE;
}

/* A multipart that does not say its boundary usually begins with it. */
static struct str
guess_boundary(struct cutter *c)
{
	struct str rest = c->rest;
	struct str line = STR("");

	while (mime_line(&rest, c->cr, &line) && is_space(line))
		;
	if (!str_starts(line, S("--")))
		return S("");
	return str_trim(str_sub(line, 2, SIZE_MAX));
}

/* From the first line of a header to the first of its content, and on into
 * the messages that follow directly. */
static enum err
open_part(struct cutter *c, int parent, bool message)
{
	struct mime *m = c->m;

	for (;;) {
		struct str boundary;
		size_t i = 0;
		enum err err = add_part(c, parent, &i);

		if (err)
			return err;
		if (message)
			c->rest = mime_line_preface(c->rest, &m->notes);
		err = cut_head(c, &m->places[i]);
		if (!err)
			err = mime_describe(m, i, &boundary, c->why);
		if (err)
			return err;
		if (!number_part(m, i))
			return diag_set(c->why, ERR_LIMIT, "mime.too_deep", 0,
					"%u", c->depth);
		m->places[i].body = c->rest;
		if (m->parts[i].multipart && boundary.n == 0)
			boundary = guess_boundary(c);
		if (!m->parts[i].message && boundary.n == 0) {
			c->leaf = (int)i;
			return ERR_NONE;
		}
		err = push(c, i, boundary);
		if (err || !m->parts[i].message)
			return err;
		parent = (int)i;
		message = true;
	}
}

static void
end_part(struct cutter *c, size_t i, const char *end)
{
	struct str *body = &c->m->places[i].body;

	body->n = end > body->p ? (size_t)(end - body->p) : 0;
}

/* Ends what is open inside frame `keep` - 1; `end` is the first octet that is
 * not content any more. */
static void
close_down_to(struct cutter *c, unsigned keep, const char *end)
{
	if (c->leaf != NO_PART)
		end_part(c, (size_t)c->leaf, end);
	c->leaf = NO_PART;
	while (c->depth > keep)
		end_part(c, c->frames[--c->depth].part, end);
}

/* The line end before a boundary belongs to the boundary. */
static const char *
before_line_end(const struct cutter *c, const char *p)
{
	if (p > c->m->message.p && p[-1] == '\n')
		p--;
	else if (!c->cr)
		return p;
	if (p > c->m->message.p && p[-1] == '\r')
		p--;
	return p;
}

static bool
find_delimiter(struct cutter *c, struct delimiter *out)
{
	struct str line;

	while (mime_line(&c->rest, c->cr, &line)) {
		measure(c, line);
		if (is_delimiter(c, line, out))
			return true;
	}
	return false;
}

/* A multipart without parts is a body like any other. */
static void
make_leaves(struct mime *m)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->places[i].children == 0)
			m->parts[i].multipart = false;
}

enum err
mime_cut(struct mime *m, struct diag *why)
{
	struct cutter c = { .m = m,
			    .rest = m->message,
			    .cr = mime_line_is_cr(m->message),
			    .leaf = NO_PART,
			    .why = why };
	struct delimiter found;
	enum err err;

	c.depth_max =
		m->limits.depth < FRAMES_MAX ? m->limits.depth : FRAMES_MAX;
	m->notes.bare_cr = c.cr;
	err = open_part(&c, NO_PART, true);
	while (!err && find_delimiter(&c, &found)) {
		close_down_to(&c, found.frame + 1,
			      before_line_end(&c, found.start));
		if (found.closes)
			close_down_to(&c, found.frame, found.start);
		else
			err = open_part(&c, (int)c.frames[found.frame].part,
					false);
	}
	close_down_to(&c, 0, m->message.p + m->message.n);
	make_leaves(m);
	return err;
}
