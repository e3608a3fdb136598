/* block.c - lines of the shape "Name: value". */
#include "failrpt/private.h"

#include <string.h>

enum { NAME_MAX_BYTES = 100 };

bool
failrpt_take_line(struct str *rest, struct str *line)
{
	size_t n = 0;

	if (rest->n == 0)
		return false;
	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	*line = str_sub(*rest, 0, n);
	if (n + 1 < rest->n && rest->p[n] == '\r' && rest->p[n + 1] == '\n')
		n++;
	*rest = str_sub(*rest, n + 1, SIZE_MAX);
	return true;
}

static bool
is_name(struct str name)
{
	if (name.n == 0 || name.n > NAME_MAX_BYTES)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ' || name.p[i] == 0x7F)
			return false;
	return true;
}

/* A field being collected; `line` runs from its name to its last line. */
struct collector {
	struct reader *r;
	struct field *fields;
	size_t count;
	struct str line;
};

static void
finish(struct collector *c)
{
	size_t colon = str_index(c->line, ':');
	struct str name = str_trim(str_sub(c->line, 0, colon));

	if (colon != SIZE_MAX && is_name(name) && c->count < FIELDS_MAX)
		c->fields[c->count++] = (struct field){
			name, failrpt_keep(c->r, str_sub(c->line, colon + 1,
							 SIZE_MAX))
		};
	c->line.n = 0;
}

static bool
continues(const struct collector *c, struct str line, enum block_style style)
{
	return style == BLOCK_FOLDED && c->line.n > 0 && line.n > 0 &&
	       (line.p[0] == ' ' || line.p[0] == '\t');
}

struct block
failrpt_read_block(struct reader *r, struct str text, enum block_style style)
{
	struct collector c = { .r = r };
	struct block none = { 0 };
	struct str line;

	c.fields = arena_array(r->mem, FIELDS_MAX, sizeof *c.fields);
	if (!c.fields) {
		r->full = true;
		return none;
	}
	while (failrpt_take_line(&text, &line)) {
		if (continues(&c, line, style)) {
			c.line.n = (size_t)(line.p + line.n - c.line.p);
			continue;
		}
		finish(&c);
		c.line = line;
	}
	finish(&c);
	return (struct block){ c.count, c.fields };
}

static bool
is_called(const struct field *field, const char *name)
{
	return str_eq_fold(field->name, str_of(name));
}

struct str
failrpt_block_get(const struct block *block, const char *name)
{
	for (size_t i = 0; i < block->count; i++)
		if (is_called(&block->fields[i], name) &&
		    block->fields[i].value.n > 0)
			return block->fields[i].value;
	return S("");
}

bool
failrpt_block_has(const struct block *block, const char *name)
{
	for (size_t i = 0; i < block->count; i++)
		if (is_called(&block->fields[i], name))
			return true;
	return false;
}

struct str
failrpt_block_join(struct reader *r, const struct block *block,
		   const char *name)
{
	SCOPED_BUF joined = BUF((size_t)FIELDS_MAX * (VALUE_MAX + 2));

	for (size_t i = 0; i < block->count; i++) {
		if (!is_called(&block->fields[i], name) ||
		    block->fields[i].value.n == 0)
			continue;
		if (joined.n > 0)
			buf_addz(&joined, ", ");
		buf_add(&joined,
			failrpt_without_angles(block->fields[i].value));
	}
	return failrpt_keep(r, buf_str(&joined));
}
