/* xmlpass.c - a DMARC document, strictly first, forgivingly if need be.
 *
 * Up to three passes over the same bytes: strict; lenient when that failed;
 * and once more with the head known when rows came before it. Only the first
 * pass makes hash and raw bytes.
 */
#include "decode/private.h"

#include "xml/xml.h"

struct pass {
	struct decoder *d;
	struct xml *xml;
	struct dmarc *dmarc;
	struct seal_hash *hash;        /* first pass only */
	struct inflate_packer *packer; /* first pass, when to be packed */
	bool fits;
	enum err err; /* of the parser: bytes go on to be hashed */
	enum err sink_err;
	bool given; /* the sink got something */
	struct diag why;
};

static enum err
give_head(void *ctx, const struct dmarc_head *head)
{
	struct pass *p = ctx;

	p->given = true;
	p->sink_err = p->d->sink->head(p->d->sink->ctx, head);
	return p->sink_err;
}

static enum err
give_row(void *ctx, const struct dmarc_row *row)
{
	struct pass *p = ctx;

	p->sink_err = p->d->sink->row(p->d->sink->ctx, row);
	return p->sink_err;
}

static enum err
on_start(void *ctx, struct str name, uint64_t line)
{
	struct pass *p = ctx;

	return dmarc_start(p->dmarc, name, line, &p->why);
}

static enum err
on_text(void *ctx, struct str text)
{
	struct pass *p = ctx;

	return dmarc_text(p->dmarc, text, &p->why);
}

static enum err
on_end(void *ctx, struct str name)
{
	struct pass *p = ctx;

	return dmarc_end(p->dmarc, name, &p->why);
}

/* After a failure of the parser the rest still goes into hash and raw bytes:
 * a rejected document is kept whole. A failing sink ends everything. */
static enum err
take_piece(void *ctx, struct str piece)
{
	struct pass *p = ctx;

	if (p->hash)
		seal_hash_add(p->hash, piece);
	if (p->packer && p->fits)
		p->fits = inflate_pack_add(p->packer, piece);
	if (p->err == ERR_NONE)
		p->err = xml_feed(p->xml, piece, &p->why);
	return p->sink_err;
}

static void
finish_parse(struct pass *p)
{
	if (p->err == ERR_NONE)
		p->err = xml_finish(p->xml, &p->why);
	if (p->err == ERR_NONE)
		p->err = dmarc_finish(p->dmarc, xml_notes(p->xml)->open_at_end,
				      &p->why);
}

/* One pass. Returns the packing's error or the sink's; the parser's is in
 * p->err. The caller frees p->xml and p->dmarc. */
static enum err
run_pass(struct pass *p, const struct document *doc, enum xml_mode mode,
	 const struct dmarc_head *known, struct inflate_notes *notes)
{
	const struct dmarc_sink sink = { p, give_head, give_row };
	const struct xml_handler handler = { p, on_start, on_text, on_end };
	struct diag packing = { 0 };
	enum err err;

	p->dmarc = dmarc_new(known, p->d->now, &sink);
	p->xml = xml_new(mode, &XML_LIMITS, &handler);
	err = document_stream(doc, take_piece, p, notes, &packing);
	if (err != ERR_NONE) {
		p->why = packing;
		return err;
	}
	finish_parse(p);
	return p->sink_err;
}

static void
end_pass(struct pass *p)
{
	xml_free(p->xml);
	dmarc_free(p->dmarc);
	p->xml = NULL;
	p->dmarc = NULL;
}

static enum err
take_back(struct pass *p)
{
	if (!p->given)
		return ERR_NONE;
	p->given = false;
	return p->d->sink->undo(p->d->sink->ctx);
}

/* What strictness refuses but forgiveness may read. */
static bool
worth_another(const struct pass *p)
{
	return p->err == ERR_SYNTAX &&
	       (str_eq(str_of(p->why.code), S("xml.not_well_formed")) ||
		str_eq(str_of(p->why.code), S("xml.cut")));
}

static void
collect_repairs(const struct pass *p, const struct inflate_notes *notes,
		struct repairs *to)
{
	const struct xml_notes *x = xml_notes(p->xml);
	size_t n;
	const struct dmarc_repair *list = dmarc_repairs_of(p->dmarc, &n);

	if (notes->trailing_bytes)
		repairs_add(to, "inflate.trailing_bytes", 1);
	if (notes->several_members)
		repairs_add(to, "inflate.several_members", 1);
	if (x->bytes_repaired)
		repairs_add(to, "xml.bytes_repaired", 1);
	if (x->markup_repaired)
		repairs_add(to, "xml.markup_repaired", 1);
	if (x->closed_at_end)
		repairs_add(to, "xml.closed_at_end", 1);
	if (x->text_cut)
		repairs_add(to, "xml.text_cut", 1);
	for (size_t i = 0; i < n; i++)
		repairs_add(to, list[i].code, list[i].count);
}

/* `p` goes on as the pass `again`, whose results are the ones that hold. */
static void
adopt(struct pass *p, const struct pass *again)
{
	end_pass(p);
	p->xml = again->xml;
	p->dmarc = again->dmarc;
	p->err = again->err;
	p->sink_err = again->sink_err;
	p->why = again->why;
	p->given = again->given;
}

static enum err
run_again(struct pass *p, const struct document *doc, enum xml_mode mode,
	  const struct dmarc_head *known, struct inflate_notes *notes)
{
	struct pass again = { .d = p->d };
	enum err err = run_pass(&again, doc, mode, known, notes);

	adopt(p, &again);
	return err;
}

static enum err
run_all(struct pass *p, const struct document *doc, struct inflate_notes *notes)
{
	enum xml_mode mode = XML_STRICT;
	enum err err = run_pass(p, doc, mode, NULL, notes);

	if (err == ERR_NONE && worth_another(p)) {
		err = take_back(p);
		if (err != ERR_NONE)
			return err;
		mode = XML_LENIENT;
		err = run_again(p, doc, mode, NULL, notes);
	}
	if (err == ERR_NONE && p->err == ERR_NONE && dmarc_late_head(p->dmarc))
		err = run_again(p, doc, mode, dmarc_head_of(p->dmarc), notes);
	return err;
}

/* Whether rows may be missing. */
static bool
is_complete(const struct pass *p)
{
	size_t n;
	const struct dmarc_repair *list = dmarc_repairs_of(p->dmarc, &n);

	if (xml_notes(p->xml)->closed_at_end)
		return false;
	for (size_t i = 0; i < n; i++)
		if (str_eq(str_of(list[i].code), S("dmarc.record_cut")) ||
		    str_eq(str_of(list[i].code), S("dmarc.misplaced_element")))
			return false;
	return true;
}

/* Another kind of XML is passed over where mail may carry anything. */
static enum err
refuse_xml(struct pass *p, struct candidate *c, struct decode_end *end)
{
	if (str_eq(str_of(p->why.code), S("dmarc.not_a_report"))) {
		if (decode_passes_over(p->d))
			return ERR_NONE;
		end->kind = DECODE_NONE;
	}
	end->status = DECODE_REJECTED;
	end->why = p->why;
	return decode_tell(p->d, c, end);
}

/* Tells the end of what was read, or of what could not be. */
static enum err
tell_outcome(struct pass *p, struct candidate *c, struct decode_end *end,
	     const struct inflate_notes *notes)
{
	if (p->err != ERR_NONE) {
		enum err err = take_back(p);

		if (err != ERR_NONE)
			return err;
		return refuse_xml(p, c, end);
	}
	collect_repairs(p, notes, &c->repairs);
	end->status = DECODE_READ;
	end->complete = is_complete(p);
	end->totals = *dmarc_totals_of(p->dmarc);
	return decode_tell(p->d, c, end);
}

static bool
claims_dmarc(struct str first)
{
	return str_find(str_sub(first, 0, PEEK), S("feedback")) != SIZE_MAX;
}

enum err
decode_xml(struct decoder *d, const struct document *doc, struct candidate *c)
{
	SCOPED_BUF packed = BUF(RAW_MAX);
	struct decode_end end = { .kind = DECODE_DMARC };
	struct inflate_notes notes = { 0 };
	struct pass p = { .d = d, .fits = true };
	enum err err;

	if (decode_passes_over(d) && !claims_dmarc(doc->first))
		return ERR_NONE;
	p.hash = seal_hash_new();
	if (!c->raw.p)
		p.packer = inflate_pack_new(&packed);
	err = run_all(&p, doc, &notes);
	seal_hash_end(p.hash, end.hash);
	if (p.packer)
		p.fits = inflate_pack_end(p.packer) && p.fits;
	end.raw = c->raw.p ? c->raw : buf_str(&packed);
	end.media = c->raw.p ? c->media : DECODE_AS_GZIP;
	end.repacked = !c->raw.p;
	if (err != ERR_NONE && p.sink_err == ERR_NONE && p.why.code[0]) {
		p.err = err; /* of the packing: a document like any bad one */
		err = ERR_NONE;
	}
	if (err == ERR_NONE)
		err = tell_outcome(&p, c, &end, &notes);
	end_pass(&p);
	return err == ERR_NONE ? ERR_NONE : ERR_STOP;
}
