/* strict.c - expat with bounds: on its memory, on the length of a tag, and no
 * DOCTYPE, hence no entities and nothing that could be amplified. */
#include "xml/private.h"

#include <expat.h>
#include <string.h>

enum {
	CHUNK = 16 << 10, /* bytes for expat at once */
	/* expat keeps every name it ever saw: without a bound a document of
	 * nothing but new names would take all memory. */
	MEMORY_MAX = 4 << 20
};

struct strict {
	struct xml *x;
	XML_Parser parser;
	size_t memory; /* bytes expat holds */
	/* The document from `window_at` on: what expat has not yet told of,
	 * then up to CHUNK bytes it has not seen. Lines are counted in it. */
	struct buf window;
	uint64_t window_at; /* offset in the document */
	size_t fed;         /* of the window, to expat */
	uint64_t counted;   /* lines are counted up to this offset */
};

/* Before each piece of expat's memory. */
struct block {
	size_t size;
	struct strict *owner;
};

/* expat's allocators have no context: the parser at work in this thread. */
static _Thread_local struct strict *at_work;

static bool
within_budget(struct strict *s, size_t old, size_t size)
{
	if (size > MEMORY_MAX || s->memory - old + size > MEMORY_MAX)
		return false;
	s->memory = s->memory - old + size;
	return true;
}

static void *
take_memory(size_t size)
{
	struct block *block;

	if (!within_budget(at_work, 0, size))
		return NULL;
	block = heap_grow(NULL, 1, sizeof *block + size);
	*block = (struct block){ size, at_work };
	return block + 1;
}

static void
give_memory(void *p)
{
	struct block *block = p;

	if (!p)
		return;
	block--;
	block->owner->memory -= block->size;
	heap_free(block);
}

static void *
change_memory(void *p, size_t size)
{
	struct block *block = p;

	if (!p)
		return take_memory(size);
	block--;
	if (!within_budget(block->owner, block->size, size))
		return NULL;
	block = heap_grow(block, 1, sizeof *block + size);
	block->size = size;
	return block + 1;
}

static uint64_t
count_lines(const char *from, const char *end)
{
	uint64_t lines = 0;

	while (from < end &&
	       (from = memchr(from, '\n', (size_t)(end - from)))) {
		lines++;
		from++;
	}
	return lines;
}

/* Moves x->line to the event under way, which may be of an earlier chunk.
 * expat could tell the line itself, at the price of a second reading. */
static void
move_line(struct strict *s)
{
	uint64_t at = (uint64_t)XML_GetCurrentByteIndex(s->parser);
	const char *from = s->window.p + (s->counted - s->window_at);

	if (at <= s->counted || at > s->window_at + s->fed)
		return; /* UINT64_MAX: no event yet */
	s->x->line += count_lines(from, from + (at - s->counted));
	s->counted = at;
}

static struct str
local_name(const char *name)
{
	const char *end = name;
	const char *start = name;

	for (; *end; end++)
		if (*end == ':' && start == name && end[1])
			start = end + 1;
	return (struct str){ start, (size_t)(end - start) };
}

static void
stop(struct strict *s)
{
	(void)XML_StopParser(s->parser, XML_FALSE);
}

static void XMLCALL
on_start(void *ctx, const char *name, const char **attributes)
{
	struct strict *s = ctx;

	(void)attributes;
	move_line(s);
	if (!xml_emit_start(s->x, local_name(name), s->x->line))
		stop(s);
}

static void XMLCALL
on_text(void *ctx, const char *text, int n)
{
	struct strict *s = ctx;

	if (!xml_emit_text(s->x, (struct str){ text, (size_t)n }))
		stop(s);
}

static void XMLCALL
on_end(void *ctx, const char *name)
{
	struct strict *s = ctx;

	if (!xml_emit_end(s->x, local_name(name)))
		stop(s);
}

static void XMLCALL
on_doctype(void *ctx, const char *name, const char *system_id,
	   const char *public_id, int has_subset)
{
	struct strict *s = ctx;

	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_subset;
	move_line(s);
	(void)xml_fail(s->x, ERR_SYNTAX, "xml.doctype", s->x->line, "");
	stop(s);
}

static int XMLCALL
on_encoding(void *ctx, const char *name, XML_Encoding *info)
{
	const uint16_t *upper = charset_upper_half(str_of(name));

	(void)ctx;
	if (!upper)
		return XML_STATUS_ERROR;
	for (int i = 0; i < 128; i++)
		info->map[i] = i;
	for (int i = 0; i < 128; i++)
		info->map[128 + i] = upper[i] ? upper[i] : -1;
	return XML_STATUS_OK;
}

struct strict *
strict_new(struct xml *x)
{
	static const XML_Memory_Handling_Suite memory = { take_memory,
							  change_memory,
							  give_memory };
	struct strict *s = heap_new(sizeof *s);
	struct strict *before = at_work;

	s->x = x;
	s->window = (struct buf)BUF(2 * x->limits.name + 3 * CHUNK);
	at_work = s;
	s->parser = XML_ParserCreate_MM(NULL, &memory, NULL);
	at_work = before;
	XML_SetUserData(s->parser, s);
	XML_SetElementHandler(s->parser, on_start, on_end);
	XML_SetCharacterDataHandler(s->parser, on_text);
	XML_SetStartDoctypeDeclHandler(s->parser, on_doctype);
	XML_SetUnknownEncodingHandler(s->parser, on_encoding, NULL);
	return s;
}

void
strict_free(struct strict *s)
{
	if (!s)
		return;
	XML_ParserFree(s->parser);
	buf_free(&s->window);
	heap_free(s);
}

/* A document may only be refused for its end when it has one. */
static void
refuse(struct strict *s)
{
	enum XML_Error error = XML_GetErrorCode(s->parser);
	const char *detail = XML_ErrorString(error);
	struct xml *x = s->x;

	move_line(s);
	if (error == XML_ERROR_NO_MEMORY)
		(void)xml_fail(x, ERR_LIMIT, "xml.too_many_names", x->line, "");
	else if (error == XML_ERROR_NO_ELEMENTS ||
		 error == XML_ERROR_UNCLOSED_TOKEN ||
		 error == XML_ERROR_PARTIAL_CHAR ||
		 error == XML_ERROR_UNCLOSED_CDATA_SECTION)
		(void)xml_fail(x, ERR_SYNTAX, "xml.cut", x->line, detail);
	else
		(void)xml_fail(x, ERR_SYNTAX, "xml.not_well_formed", x->line,
			       detail);
}

/* Forgets what has been told. expat starts an unfinished token over with more
 * bytes, sometimes only when there are twice as many: hence the bound. */
static void
move_window(struct strict *s)
{
	size_t told;

	move_line(s);
	told = (size_t)(s->counted - s->window_at);
	memmove(s->window.p, s->window.p + told, s->window.n - told);
	s->window.n -= told;
	s->fed -= told;
	s->window_at += told;
	if (s->fed > 2 * s->x->limits.name + CHUNK)
		(void)xml_fail(s->x, ERR_LIMIT, "xml.tag_too_long", s->x->line,
			       "");
}

static void
feed_expat(struct strict *s, bool last)
{
	struct strict *before = at_work;
	const char *chunk = s->window.p + s->fed;
	int n = (int)(s->window.n - s->fed);

	at_work = s;
	s->fed = s->window.n;
	if (XML_Parse(s->parser, n > 0 ? chunk : "", n, last) != XML_STATUS_OK)
		refuse(s);
	at_work = before;
	if (s->x->err == ERR_NONE)
		move_window(s);
}

/* expat is always given whole chunks, whatever the pieces: what it does with
 * unfinished tokens depends on them. */
void
strict_feed(struct strict *s, struct str piece)
{
	while (piece.n > 0 && s->x->err == ERR_NONE) {
		struct str part =
			str_sub(piece, 0, CHUNK - (s->window.n - s->fed));

		(void)buf_add(&s->window, part);
		piece = str_sub(piece, part.n, SIZE_MAX);
		if (s->window.n - s->fed == CHUNK)
			feed_expat(s, false);
	}
}

void
strict_finish(struct strict *s)
{
	(void)buf_add(&s->window, S(""));
	feed_expat(s, true);
	if (s->x->err == ERR_NONE)
		s->x->line +=
			count_lines(s->window.p, s->window.p + s->window.n);
}
