/* document.c - unpacked bytes, from memory or streamed, and TLS reports. */
#include "decode/private.h"

#include "json/json.h"

#include <string.h>

enum { SOURCE_PIECE = 64 << 10, REPORT_MEMORY = 64 << 20 };

/* Skips a BOM and white space before the first character that counts. */
static struct str
skip_lead(struct str s)
{
	if (str_starts(s, S("\xEF\xBB\xBF")))
		s = str_sub(s, 3, SIZE_MAX);
	while (s.n > 0 && strchr(" \t\r\n", s.p[0]) && s.p[0])
		s = str_sub(s, 1, SIZE_MAX);
	return s;
}

bool
document_is_xml(struct str first)
{
	/* UTF-16 with its byte order mark. */
	if (str_starts(first, S("\xFF\xFE")) ||
	    str_starts(first, S("\xFE\xFF")))
		return true;
	first = skip_lead(first);
	return first.n > 0 && first.p[0] == '<';
}

bool
document_is_json(struct str first)
{
	first = skip_lead(first);
	return first.n > 0 && (first.p[0] == '{' || first.p[0] == '[');
}

static enum err
stream_source(const struct decode_source *source, inflate_fn take, void *ctx,
	      struct diag *why)
{
	char piece[SOURCE_PIECE];
	uint64_t total = 0;
	size_t n;

	if (!source->rewind(source->ctx))
		return diag_set(why, ERR_IO, "io.read", 0, "seek");
	while ((n = source->read(source->ctx, piece, sizeof piece)) > 0) {
		enum err err = take(ctx, (struct str){ piece, n });

		if (err != ERR_NONE)
			return err;
		total += n;
		if (total > INFLATE_LIMITS.bytes)
			return diag_set(why, ERR_LIMIT, "inflate.too_large", 0,
					"%llu", (unsigned long long)total);
	}
	return ERR_NONE;
}

enum err
document_stream(const struct document *doc, inflate_fn take, void *ctx,
		struct inflate_notes *notes, struct diag *why)
{
	if (doc->memory.p)
		return take(ctx, doc->memory);
	if (doc->source)
		return stream_source(doc->source, take, ctx, why);
	if (doc->zip)
		return inflate_zip_stream(doc->zip, doc->index, take, ctx, why);
	return inflate_stream(doc->packed, doc->kind, &INFLATE_LIMITS, take,
			      ctx, notes, why);
}

static enum err
gather(void *ctx, struct str piece)
{
	return buf_add(ctx, piece) ? ERR_NONE : ERR_LIMIT;
}

/* The attachment as received, or gzip of the document. */
static bool
choose_raw(struct candidate *c, struct str text, struct buf *packed,
	   struct decode_end *end)
{
	if (c->raw.p) {
		end->raw = c->raw;
		end->media = c->media;
		return true;
	}

	struct inflate_packer *p = inflate_pack_new(packed);
	bool fits = inflate_pack_add(p, text);

	fits = inflate_pack_end(p) && fits;
	end->raw = buf_str(packed);
	end->media = DECODE_AS_GZIP;
	end->repacked = true;
	return fits;
}

static enum err
read_json(struct decoder *d, struct str text, struct candidate *c,
	  struct diag *why)
{
	SCOPED_ARENA mem = arena_new(REPORT_MEMORY);
	SCOPED_BUF packed = BUF(RAW_MAX);
	struct tlsrpt_report report;
	struct decode_end end = { .status = DECODE_READ,
				  .kind = DECODE_TLSRPT,
				  .complete = true };
	enum err err = tlsrpt_parse(text, mem, &report, why);

	if (err != ERR_NONE)
		return err;
	if (!choose_raw(c, text, &packed, &end))
		return diag_set(why, ERR_LIMIT, "inflate.too_large", 0, "raw");
	for (size_t i = 0; i < report.repair_count; i++)
		repairs_add(&c->repairs, report.repairs[i], 1);
	seal_hash_of(text, end.hash);
	err = d->sink->tls(d->sink->ctx, &report);
	if (err == ERR_NONE)
		err = decode_tell(d, c, &end);
	/* The sink's own failure must not look like bad bytes. */
	return err == ERR_NONE ? ERR_NONE : ERR_STOP;
}

/* Whether JSON that cannot be read was meant as a TLS report at all. */
static bool
claims_tls(struct str text)
{
	struct str peek = str_sub(text, 0, PEEK);

	return str_find(peek, S("organization-name")) != SIZE_MAX ||
	       str_find(peek, S("\"policies\"")) != SIZE_MAX;
}

enum err
decode_json(struct decoder *d, const struct document *doc, struct candidate *c)
{
	SCOPED_BUF text = BUF(TLSRPT_BYTES_MAX);
	struct inflate_notes notes = { 0 };
	struct diag why = { 0 };
	enum err err = ERR_NONE;

	if (!doc->memory.p) {
		err = document_stream(doc, gather, &text, &notes, &why);
		if (text.full) {
			diag_clear(&why);
			(void)diag_set(&why, ERR_LIMIT, "json.too_large", 0,
				       "%d", TLSRPT_BYTES_MAX);
		}
	}

	struct str json = doc->memory.p ? doc->memory : buf_str(&text);

	if (err == ERR_NONE)
		err = read_json(d, json, c, &why);
	if (err == ERR_NONE || err == ERR_STOP)
		return err;
	if (decode_passes_over(d) && !claims_tls(json))
		return ERR_NONE;
	return decode_refuse(d, c, DECODE_TLSRPT, &why);
}
