/* dmarc_run.h - XML to rows with what must always hold, for fuzz_dmarc.c. */
#ifndef FUZZ_DMARC_RUN_H
#define FUZZ_DMARC_RUN_H

#include "dmarc/dmarc.h"
#include "xml/xml.h"

#include <assert.h>

struct run {
	struct dmarc *d;
	unsigned heads;
	struct dmarc_totals given;
};

static enum err
start(void *ctx, struct str name, uint64_t line)
{
	return dmarc_start(((struct run *)ctx)->d, name, line, NULL);
}

static enum err
text(void *ctx, struct str text)
{
	return dmarc_text(((struct run *)ctx)->d, text, NULL);
}

static enum err
end(void *ctx, struct str name)
{
	return dmarc_end(((struct run *)ctx)->d, name, NULL);
}

static enum err
head(void *ctx, const struct dmarc_head *head)
{
	assert(head->domain.n > 0 && head->org_name.n > 0);
	assert(head->report_id.n > 0 && head->begin <= head->end);
	((struct run *)ctx)->heads++;
	return ERR_NONE;
}

static enum err
row(void *ctx, const struct dmarc_row *row)
{
	struct run *r = ctx;

	assert(r->heads == 1 && row->header_from.n > 0);
	assert(str_is_utf8(row->override_comment));
	r->given.rows++;
	r->given.messages += row->count;
	r->given.passed +=
		row->dkim_aligned || row->spf_aligned ? row->count : 0;
	return ERR_NONE;
}

/* What is given out agrees with the totals. The caller frees r->d. */
static enum err
parse(struct run *r, enum xml_mode mode, struct str s,
      const struct dmarc_head *known)
{
	const struct xml_handler handler = { r, start, text, end };
	const struct dmarc_sink sink = { r, head, row };
	struct xml *x = xml_new(mode, &XML_LIMITS, &handler);
	enum err err;

	r->d = dmarc_new(known, 1790000000, &sink);
	err = xml_feed(x, s, NULL);
	if (err == ERR_NONE)
		err = xml_finish(x, NULL);
	if (err == ERR_NONE)
		err = dmarc_finish(r->d, xml_notes(x)->open_at_end, NULL);
	xml_free(x);
	assert(r->given.rows == dmarc_totals_of(r->d)->rows);
	assert(r->given.passed == dmarc_totals_of(r->d)->passed);
	assert(r->given.messages == dmarc_totals_of(r->d)->messages);
	return err;
}

#endif
