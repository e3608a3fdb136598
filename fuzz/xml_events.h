/* xml_events.h - the events of a document as one number, for fuzz_xml.c. */
#ifndef FUZZ_XML_EVENTS_H
#define FUZZ_XML_EVENTS_H

#include "xml/xml.h"

#include <assert.h>

struct events {
	uint64_t open, sum;
};

static enum err
start(void *ctx, struct str name, uint64_t line)
{
	struct events *e = ctx;

	e->open++;
	e->sum = e->sum * 31 + str_hash(name) + line;
	return ERR_NONE;
}

static enum err
text(void *ctx, struct str text)
{
	struct events *e = ctx;

	for (size_t i = 0; i < text.n; i++)
		e->sum = e->sum * 31 + (unsigned char)text.p[i];
	return ERR_NONE;
}

static enum err
end(void *ctx, struct str name)
{
	struct events *e = ctx;

	assert(e->open-- > 0);
	e->sum = e->sum * 37 + str_hash(name);
	return ERR_NONE;
}

/* All events of `s` given in pieces of `step` bytes, as one number. */
static struct events
run(enum xml_mode mode, struct str s, size_t step)
{
	struct events e = { 0 };
	const struct xml_handler handler = { &e, start, text, end };
	struct xml *x = xml_new(mode, &XML_LIMITS, &handler);
	enum err err = ERR_NONE;

	for (; s.n > 0 && err == ERR_NONE; s = str_sub(s, step, SIZE_MAX))
		err = xml_feed(x, str_sub(s, 0, step), NULL);
	if (err == ERR_NONE)
		err = xml_finish(x, NULL);
	assert(err != ERR_NONE || e.open == 0);
	xml_free(x);
	return e;
}

#endif
