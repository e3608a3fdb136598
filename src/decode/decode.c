/* decode.c - what is this? Content decides, never a name or a label. */
#include "decode/private.h"

#include "mime/mime.h"

#include <stdio.h>
#include <string.h>

void
decode_init(void)
{
	mime_init();
}

enum err
decode_tell(struct decoder *d, struct candidate *c, struct decode_end *end)
{
	for (size_t i = 0; i < d->mail_repairs.count; i++)
		repairs_add(&c->repairs, d->mail_repairs.list[i].code,
			    d->mail_repairs.list[i].count);
	end->member = c->member;
	end->repair_count = c->repairs.count;
	memcpy(end->repairs, c->repairs.list,
	       c->repairs.count * sizeof c->repairs.list[0]);
	end->longest_line = d->carrier.longest_line;
	end->carrier_from = d->carrier.from;
	end->carrier_subject = d->carrier.subject;
	end->carrier_id = d->carrier.id;
	end->carrier_date = d->carrier.date;
	d->ends++;
	return d->sink->end(d->sink->ctx, end) == ERR_NONE ? ERR_NONE
							   : ERR_STOP;
}

enum err
decode_ignore(struct decoder *d, struct str member)
{
	struct candidate c = { .member = member };
	struct decode_end end = { .status = DECODE_IGNORED };

	(void)diag_set(&end.why, ERR_GONE, "decode.no_report", 0, "%s", "");
	return decode_tell(d, &c, &end);
}

enum err
decode_refuse(struct decoder *d, struct candidate *c, enum decode_kind kind,
	      const struct diag *why)
{
	struct decode_end end = { .status = DECODE_REJECTED,
				  .kind = kind,
				  .why = *why,
				  .raw = c->raw,
				  .media = c->media };

	seal_hash_of(c->raw, end.hash);
	return decode_tell(d, c, &end);
}

bool
decode_passes_over(const struct decoder *d)
{
	return d->mail_depth > 0 || d->among_others;
}

static enum err
gather_some(void *ctx, struct str piece)
{
	struct buf *to = ctx;
	size_t room = to->max - to->n;

	if (piece.n > room) {
		(void)buf_add(to, str_sub(piece, 0, room));
		to->full = true;
		return ERR_STOP;
	}
	return buf_add(to, piece) ? ERR_NONE : ERR_STOP;
}

/* Reads a document's beginning, and all of it when it is small. A packing
 * that fails early is told through `why`. */
static enum err
open_document(struct document *doc, struct buf *memory, struct repairs *repairs,
	      struct diag *why)
{
	struct inflate_notes notes = { 0 };
	enum err err = document_stream(doc, gather_some, memory, &notes, why);

	if (err == ERR_STOP && memory->full)
		err = ERR_NONE;
	if (err != ERR_NONE)
		return err;
	doc->first = buf_str(memory);
	if (memory->full)
		return ERR_NONE;
	if (notes.trailing_bytes)
		repairs_add(repairs, "inflate.trailing_bytes", 1);
	if (notes.several_members)
		repairs_add(repairs, "inflate.several_members", 1);
	doc->memory = (struct str){ memory->p ? memory->p : "", memory->n };
	return ERR_NONE;
}

static enum err
refuse_unknown(struct decoder *d, struct candidate *c, const char *code)
{
	struct diag why = { 0 };

	if (decode_passes_over(d))
		return ERR_NONE;
	(void)diag_set(&why, ERR_SYNTAX, code, 0, "%s", "");
	return decode_refuse(d, c, DECODE_NONE, &why);
}

/* What Yahoo sent for a while where a report should have been. */
static bool
is_placeholder(struct str text)
{
	return str_eq(str_trim(text), S("unused"));
}

static enum err
decode_text(struct decoder *d, const struct document *doc, struct candidate *c,
	    unsigned depth)
{
	if (document_is_xml(doc->first))
		return decode_xml(d, doc, c);
	if (document_is_json(doc->first))
		return decode_json(d, doc, c);
	if (doc->memory.p && mime_sniff(doc->first))
		return decode_mail(d, doc->memory, c->member, depth + 1);
	if (!decode_passes_over(d) && is_placeholder(doc->first))
		return decode_ignore(d, c->member);
	return refuse_unknown(d, c,
			      doc->first.n == 0 ? "decode.empty"
						: "decode.unrecognised");
}

/* One packed document. Packed in itself once more ("x.xml.gz.gz") it is
 * unpacked again; the outermost packing is what arrived and is kept. */
static enum err
decode_packed(struct decoder *d, struct document *doc, struct candidate *c,
	      unsigned depth)
{
	SCOPED_BUF memory = BUF(DOCUMENT_IN_MEMORY);
	struct diag why = { 0 };
	enum err err = open_document(doc, &memory, &c->repairs, &why);
	enum inflate_kind inner;

	if (err != ERR_NONE)
		return decode_refuse(d, c, DECODE_NONE, &why);
	inner = inflate_sniff(doc->first);
	if (inner == INFLATE_NONE)
		return decode_text(d, doc, c, depth);
	if (depth >= NESTING_MAX || !doc->memory.p || inner == INFLATE_ZIP) {
		(void)diag_set(&why, ERR_LIMIT, "decode.too_deep", 0, "%s", "");
		return decode_refuse(d, c, DECODE_NONE, &why);
	}
	repairs_add(&c->repairs, "inflate.double", 1);

	struct document within = { .packed = doc->memory, .kind = inner };

	return decode_packed(d, &within, c, depth + 1);
}

static struct str
join_member(char room[MEMBER_MAX], struct str member, struct str name)
{
	int n;

	if (member.n == 0 || name.n == 0) {
		n = snprintf(room, MEMBER_MAX, "%.*s",
			     STR_ARG(member.n ? member : name));
	} else {
		n = snprintf(room, MEMBER_MAX, "%.*s/%.*s", STR_ARG(member),
			     STR_ARG(name));
	}
	return (struct str){ room,
			     n < MEMBER_MAX ? (size_t)n : MEMBER_MAX - 1 };
}

/* Raw bytes are the whole archive when it holds one file, else each file is
 * packed for itself. */
static enum err
decode_members(struct decoder *d, struct inflate_zip *zip, struct str bytes,
	       struct str member, unsigned depth)
{
	size_t count = inflate_zip_count(zip);
	bool outer = d->among_others;
	enum err err = ERR_NONE;

	d->among_others = outer || count > 1;
	for (size_t i = 0; i < count && err == ERR_NONE; i++) {
		char room[MEMBER_MAX];
		struct document doc = { .zip = zip, .index = i };
		struct candidate c = {
			.member = join_member(room, member,
					      inflate_zip_name(zip, i)),
			.media = DECODE_AS_ZIP,
		};

		if (count == 1)
			c.raw = bytes;
		err = decode_packed(d, &doc, &c, depth);
	}
	d->among_others = outer;
	return err;
}

static enum err
decode_zip(struct decoder *d, struct str bytes, struct str member,
	   unsigned depth)
{
	struct candidate c = { .member = member,
			       .raw = bytes,
			       .media = DECODE_AS_ZIP };
	struct inflate_zip *zip = NULL;
	struct diag why = { 0 };
	unsigned before = d->ends;
	enum err err = inflate_zip_open(bytes, &INFLATE_LIMITS, &zip, &why);

	if (err != ERR_NONE)
		return decode_refuse(d, &c, DECODE_NONE, &why);
	err = decode_members(d, zip, bytes, member, depth);
	inflate_zip_close(zip);
	if (err == ERR_NONE && d->ends == before)
		err = refuse_unknown(d, &c, "decode.unrecognised");
	return err;
}

enum err
decode_bytes(struct decoder *d, struct str bytes, struct str member,
	     unsigned depth)
{
	enum inflate_kind kind = inflate_sniff(bytes);
	struct document doc = { 0 };
	struct candidate c = { .member = member };

	if (kind == INFLATE_ZIP)
		return decode_zip(d, bytes, member, depth);
	if (kind != INFLATE_NONE) {
		doc.packed = bytes;
		doc.kind = kind;
		c.raw = bytes;
		c.media =
			kind == INFLATE_GZIP ? DECODE_AS_GZIP : DECODE_AS_ZLIB;
		return decode_packed(d, &doc, &c, depth);
	}
	doc.memory = (struct str){ bytes.p ? bytes.p : "", bytes.n };
	doc.first = doc.memory;
	return decode_text(d, &doc, &c, depth);
}

enum err
decode_document(struct str bytes, int64_t now, const struct decode_sink *sink)
{
	struct decoder d = { .sink = sink, .now = now };
	struct candidate c = { 0 };
	struct diag why = { 0 };

	if (bytes.n > MIME_LIMITS.bytes) {
		(void)diag_set(&why, ERR_LIMIT, "decode.too_large", 0, "%zu",
			       bytes.n);
		return decode_refuse(&d, &c, DECODE_NONE, &why);
	}
	return decode_bytes(&d, bytes, S(""), 0);
}

bool
decode_is_bare_xml(struct str first)
{
	return document_is_xml(first);
}

enum err
decode_stream(const struct decode_source *source, int64_t now,
	      const struct decode_sink *sink)
{
	struct decoder d = { .sink = sink, .now = now };
	struct document doc = { .source = source };
	struct candidate c = { 0 };

	return decode_xml(&d, &doc, &c);
}

const char *
decode_kind_name(enum decode_kind kind)
{
	static const char *const names[] = { "none", "dmarc", "tlsrpt",
					     "failure" };

	return names[kind];
}

const char *
decode_status_name(enum decode_status status)
{
	static const char *const names[] = { "read", "rejected", "ignored" };

	return names[status];
}
