/* mail.c - reports carried by mail, however it was put together. */
#include "decode/private.h"

#include "mime/mime.h"

#include <stdio.h>

enum {
	LINE_MAX_SMTP = 998,  /* RFC 5321 section 4.5.3.1.6, without CRLF */
	LINE_MAX_BASE64 = 76, /* RFC 2045 section 6.8 */
	FAILURE_MEMORY = 4 << 20
};

static void
note_repairs(const struct mime_notes *n, struct repairs *r)
{
	if (n->longest_line > LINE_MAX_SMTP)
		repairs_add(r, "mail.line_over_998", n->longest_line);
	if (n->longest_base64_line > LINE_MAX_BASE64)
		repairs_add(r, "mime.base64_line_over_76",
			    n->longest_base64_line);
	if (n->bare_cr)
		repairs_add(r, "mime.bare_cr", 1);
	if (n->bom)
		repairs_add(r, "mime.bom", 1);
	if (n->from_line)
		repairs_add(r, "mime.from_line", 1);
	if (n->header_name_repaired)
		repairs_add(r, "mime.header_name_repaired", 1);
	if (n->header_fold_repaired)
		repairs_add(r, "mime.header_fold_repaired", 1);
	if (n->base64_repaired)
		repairs_add(r, "mime.base64_repaired", 1);
}

static enum err
decode_failure(struct decoder *d, struct mime *m, struct str message,
	       struct candidate *c)
{
	SCOPED_ARENA mem = arena_new(FAILURE_MEMORY);
	SCOPED_BUF packed = BUF(RAW_MAX);
	struct inflate_packer *p = inflate_pack_new(&packed);
	struct decode_end end = { .kind = DECODE_FAILURE,
				  .media = DECODE_AS_GZIP,
				  .repacked = true };
	struct failrpt_report report;
	bool fits = inflate_pack_add(p, message);
	enum err err;

	if (!inflate_pack_end(p) || !fits)
		buf_clear(&packed);
	end.raw = buf_str(&packed);
	seal_hash_of(message, end.hash);
	note_repairs(mime_notes(m), &d->mail_repairs);
	err = failrpt_parse(m, d->carrier.date ? d->carrier.date : d->now, mem,
			    &report, &end.why);
	if (err != ERR_NONE) {
		end.status = DECODE_REJECTED;
		return decode_tell(d, c, &end);
	}
	for (size_t i = 0; i < report.repair_count; i++)
		repairs_add(&c->repairs, report.repairs[i], 1);
	end.status = DECODE_READ;
	end.complete = true;
	if (d->sink->failure(d->sink->ctx, &report) != ERR_NONE)
		return ERR_STOP;
	return decode_tell(d, c, &end);
}

static struct str
part_member(char room[MEMBER_MAX], struct str outer,
	    const struct mime_part *part)
{
	struct str path = part->path.n ? part->path : S("1");
	struct str name = part->name.n    ? part->name
			  : part->message ? S("message")
					  : S("body");
	int n = snprintf(room, MEMBER_MAX, "%.*s%spart/%.*s/%.*s",
			 STR_ARG(outer), outer.n ? "/" : "", STR_ARG(path),
			 STR_ARG(name));

	return (struct str){ room,
			     n < MEMBER_MAX ? (size_t)n : MEMBER_MAX - 1 };
}

/* A page may contain the word; no reporter sends its report as one. */
static bool
never_a_report(const struct mime_part *part)
{
	return part->multipart || str_eq(part->type, S("text/html")) ||
	       str_starts(part->type, S("image/")) ||
	       str_starts(part->type, S("message/delivery-status"));
}

static enum err
decode_part(struct decoder *d, struct mime *m, size_t i, struct str outer,
	    unsigned depth)
{
	size_t count;
	const struct mime_part *part = &mime_parts(m, &count)[i];
	SCOPED_BUF content = BUF(MIME_LIMITS.bytes);
	char room[MEMBER_MAX];
	struct candidate c = { .member = part_member(room, outer, part) };
	struct diag why = { 0 };

	if (never_a_report(part))
		return ERR_NONE;
	if (mime_content(m, i, &content, &why) != ERR_NONE)
		return decode_refuse(d, &c, DECODE_NONE, &why);
	if (part->message)
		return decode_mail(d, buf_str(&content), c.member, depth + 1);
	d->mail_repairs = (struct repairs){ 0 };
	note_repairs(mime_notes(m), &d->mail_repairs);
	return decode_bytes(d, buf_str(&content), c.member, depth);
}

/* Everything below a message part belongs to the message inside. */
static bool
inside_message(const struct mime_part *parts, size_t i)
{
	for (int p = parts[i].parent; p >= 0; p = parts[p].parent)
		if (parts[p].message)
			return true;
	return false;
}

static enum err
decode_parts(struct decoder *d, struct mime *m, struct str member,
	     unsigned depth)
{
	size_t count;
	const struct mime_part *parts = mime_parts(m, &count);
	enum err err = ERR_NONE;

	/* What a bounce gives back was not sent to us. */
	if (str_eq(parts[0].report_type, S("delivery-status")))
		return ERR_NONE;
	for (size_t i = 0; i < count && err == ERR_NONE; i++)
		if (!inside_message(parts, i))
			err = decode_part(d, m, i, member, depth);
	return err;
}

static struct carrier
read_carrier(struct mime *m)
{
	struct carrier c = { .from = mime_header(m, 0, "From"),
			     .subject = mime_header(m, 0, "Subject"),
			     .id = mime_header(m, 0, "Message-ID"),
			     .longest_line = mime_notes(m)->longest_line };

	(void)civil_parse_rfc5322(mime_header(m, 0, "Date"), &c.date);
	return c;
}

static enum err
decode_open_mail(struct decoder *d, struct mime *m, struct str message,
		 struct str member, unsigned depth)
{
	struct candidate c = { .member = member };
	unsigned before = d->ends;
	enum err err;

	d->carrier = read_carrier(m);
	if (failrpt_is(m))
		return decode_failure(d, m, message, &c);
	err = decode_parts(d, m, member, depth);
	if (err == ERR_NONE && d->ends == before && d->mail_depth == 1)
		err = decode_ignore(d, member);
	return err;
}

enum err
decode_mail(struct decoder *d, struct str message, struct str member,
	    unsigned depth)
{
	struct candidate c = { .member = member,
			       .raw = message,
			       .media = DECODE_AS_MAIL };
	struct carrier outer = d->carrier;
	struct mime *m = NULL;
	struct diag why = { 0 };
	enum err err;

	if (depth > NESTING_MAX)
		return ERR_NONE;
	if (mime_parse(message, &MIME_LIMITS, &m, &why) != ERR_NONE)
		return decode_refuse(d, &c, DECODE_NONE, &why);
	d->mail_depth++;
	err = decode_open_mail(d, m, message, member, depth);
	d->mail_depth--;
	d->carrier = outer;
	mime_free(m);
	return err;
}
