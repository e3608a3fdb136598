/* xml.c - what both modes have in common: limits, failures, the door. */
#include "xml/private.h"

bool
xml_fail(struct xml *x, enum err err, const char *code, uint64_t line,
	 const char *detail)
{
	if (x->err == ERR_NONE)
		x->err = diag_set(x->why, err, code, line, "%s", detail);
	return false;
}

struct str
xml_local_name(struct str name)
{
	size_t colon = str_index(name, ':');

	if (colon == SIZE_MAX || colon + 1 == name.n)
		return name;
	return str_sub(name, colon + 1, SIZE_MAX);
}

bool
xml_emit_start(struct xml *x, struct str name, uint64_t line)
{
	if (x->err != ERR_NONE)
		return false;
	if (x->depth >= x->limits.depth)
		return xml_fail(x, ERR_LIMIT, "xml.too_deep", line, "");
	x->used[x->depth++] = 0;
	x->err = x->handler.start(x->handler.ctx, name, line);
	return x->err == ERR_NONE;
}

/* The longest beginning of `text` within `room` that ends at a character. */
static struct str
cut_text(struct str text, size_t room)
{
	while (room > 0 && ((unsigned char)text.p[room] & 0xC0) == 0x80)
		room--;
	return str_sub(text, 0, room);
}

bool
xml_emit_text(struct xml *x, struct str text)
{
	size_t room;

	if (x->err != ERR_NONE)
		return false;
	if (x->depth == 0 || text.n == 0)
		return true;
	room = x->limits.text - x->used[x->depth - 1];
	x->used[x->depth - 1] += text.n;
	if (text.n > room) {
		/* Full from now on, wherever the cut fell. */
		x->used[x->depth - 1] = x->limits.text;
		x->notes.text_cut = true;
		text = cut_text(text, room);
		if (text.n == 0)
			return true;
	}
	x->err = x->handler.text(x->handler.ctx, text);
	return x->err == ERR_NONE;
}

bool
xml_emit_end(struct xml *x, struct str name)
{
	if (x->err != ERR_NONE)
		return false;
	x->depth--;
	x->err = x->handler.end(x->handler.ctx, name);
	return x->err == ERR_NONE;
}

struct xml *
xml_new(enum xml_mode mode, const struct xml_limits *limits,
	const struct xml_handler *handler)
{
	struct xml *x = heap_new(sizeof *x);

	x->limits = *limits;
	if (x->limits.depth > XML_DEPTH_MAX)
		x->limits.depth = XML_DEPTH_MAX;
	x->handler = *handler;
	x->line = 1;
	if (mode == XML_STRICT)
		x->strict = strict_new(x);
	else
		x->lenient = lenient_new(x);
	return x;
}

void
xml_free(struct xml *x)
{
	if (!x)
		return;
	strict_free(x->strict);
	lenient_free(x->lenient);
	heap_free(x);
}

enum err
xml_feed(struct xml *x, struct str piece, struct diag *why)
{
	if (x->err != ERR_NONE || piece.n == 0)
		return x->err;
	x->why = why;
	if (x->strict)
		strict_feed(x->strict, piece);
	else
		lenient_feed(x->lenient, piece);
	x->why = NULL;
	return x->err;
}

enum err
xml_finish(struct xml *x, struct diag *why)
{
	if (x->err != ERR_NONE)
		return x->err;
	x->why = why;
	if (x->strict)
		strict_finish(x->strict);
	else
		lenient_finish(x->lenient);
	x->why = NULL;
	return x->err;
}

uint64_t
xml_line(const struct xml *x)
{
	return x->line;
}

const struct xml_notes *
xml_notes(const struct xml *x)
{
	return &x->notes;
}
