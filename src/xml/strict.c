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
	size_t memory;       /* bytes expat holds */
	struct str chunk;    /* under way */
	uint64_t chunk_at;   /* offset of the chunk in the document */
	uint64_t counted;    /* lines are counted up to this offset */
	uint64_t tail_lines; /* in the unfinished token before the chunk */
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

/* Moves x->line to the event under way. expat could tell the line itself, at
 * the price of reading everything a second time. */
static void
move_line(struct strict *s)
{
	uint64_t at = (uint64_t)XML_GetCurrentByteIndex(s->parser);

	if (at < s->counted || at > s->chunk_at + s->chunk.n)
		return;
	s->x->line += s->tail_lines;
	s->tail_lines = 0;
	s->x->line += count_lines(s->chunk.p + (s->counted - s->chunk_at),
				  s->chunk.p + (at - s->chunk_at));
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

/* expat starts an unfinished token over with every chunk, so that its length
 * must have a bound. */
static void
check_tag(struct strict *s, uint64_t end)
{
	uint64_t at = (uint64_t)XML_GetCurrentByteIndex(s->parser);

	if (at < end && end - at > s->x->limits.name) /* UINT64_MAX: none */
		(void)xml_fail(s->x, ERR_LIMIT, "xml.tag_too_long", s->x->line,
			       "");
}

static void
feed_chunk(struct strict *s, struct str chunk, bool last)
{
	uint64_t end = s->chunk_at + chunk.n;
	struct strict *before = at_work;

	s->chunk = chunk;
	at_work = s;
	if (XML_Parse(s->parser, chunk.p, (int)chunk.n, last) != XML_STATUS_OK)
		refuse(s);
	at_work = before;
	if (s->x->err != ERR_NONE)
		return;
	if (chunk.n > 0) {
		move_line(s);
		check_tag(s, end);
		if (s->counted < s->chunk_at)
			s->counted = s->chunk_at;
		s->tail_lines +=
			count_lines(chunk.p + (s->counted - s->chunk_at),
				    chunk.p + chunk.n);
	}
	s->counted = end;
	s->chunk_at = end;
	s->chunk = (struct str){ 0 };
}

void
strict_feed(struct strict *s, struct str piece)
{
	while (piece.n > 0 && s->x->err == ERR_NONE) {
		feed_chunk(s, str_sub(piece, 0, CHUNK), false);
		piece = str_sub(piece, CHUNK, SIZE_MAX);
	}
}

void
strict_finish(struct strict *s)
{
	feed_chunk(s, S(""), true);
	s->x->line += s->tail_lines;
	s->tail_lines = 0;
}
