/* describe.c - what the header block of a part says about it; GMime reads
 * the values (parameters, RFC 2231, encoded words). */
#include "mime/parts.h"

#include <gmime/gmime.h>

enum {
	/* Octets of a value with parameters that are looked at. GMime takes
	 * time with the square of their number, and real ones are short. */
	PARAMS_MAX = 4 << 10
};

static bool
keep(struct mime *m, const char *text, bool lower, struct str *out)
{
	SCOPED_BUF good = BUF(PARAMS_MAX * 4);
	struct str t = str_trim(str_of(text));

	mime_utf8_mend(&good, t);
	for (size_t i = 0; lower && i < good.n; i++)
		good.p[i] = g_ascii_tolower(good.p[i]);
	return arena_dup(m->mem, buf_str(&good), out);
}

static bool
find(struct mime *m, size_t i, struct str name, struct buf *out)
{
	const struct mime_field *field =
		mime_place_field(m, i, name, &m->notes.header_name_repaired);

	if (field)
		mime_field_unfold(out, str_sub(field->raw, 0, PARAMS_MAX));
	return field;
}

/* RFC 2046 section 5.1.5 for digests, RFC 2045 section 5.2 for the rest. */
static const char *
default_type(const struct mime *m, size_t i)
{
	int parent = m->parts[i].parent;

	if (parent >= 0 && str_eq(m->parts[parent].type, S("multipart/digest")))
		return "message/rfc822";
	return "text/plain";
}

static bool
describe_type(struct mime *m, size_t i, struct str *boundary)
{
	struct mime_part *part = &m->parts[i];
	SCOPED_BUF value = BUF(PARAMS_MAX * 2);
	bool found = find(m, i, S("Content-Type"), &value) && value.n > 0;
	GMimeContentType *type = g_mime_content_type_parse(
		NULL, found ? buf_c(&value) : default_type(m, i));
	char *media = g_mime_content_type_get_mime_type(type);
	bool ok =
		keep(m, media, true, &part->type) &&
		keep(m, g_mime_content_type_get_parameter(type, "name"), false,
		     &part->name) &&
		keep(m, g_mime_content_type_get_parameter(type, "report-type"),
		     true, &part->report_type) &&
		keep(m, g_mime_content_type_get_parameter(type, "charset"),
		     true, &m->places[i].charset) &&
		keep(m, g_mime_content_type_get_parameter(type, "boundary"),
		     false, boundary);

	g_free(media);
	g_object_unref(type);
	return ok;
}

static bool
describe_name(struct mime *m, size_t i)
{
	SCOPED_BUF value = BUF(PARAMS_MAX * 2);
	GMimeContentDisposition *disposition;
	const char *name;
	bool ok;

	if (!find(m, i, S("Content-Disposition"), &value) || value.n == 0)
		return true;
	disposition = g_mime_content_disposition_parse(NULL, buf_c(&value));
	if (!disposition)
		return true;
	name = g_mime_content_disposition_get_parameter(disposition,
							"filename");
	ok = !name || !*name || keep(m, name, false, &m->parts[i].name);
	g_object_unref(disposition);
	return ok;
}

/* Comments and rubbish behind the word are seen ("base64;"). */
static enum mime_coding
coding_of(struct str value)
{
	static const struct {
		struct str name;
		enum mime_coding coding;
	} KNOWN[] = {
		{ STR("base64"), MIME_BASE64 },
		{ STR("quoted-printable"), MIME_QUOTED },
		{ STR("x-uuencode"), MIME_UUENCODE },
		{ STR("uuencode"), MIME_UUENCODE },
		{ STR("x-uue"), MIME_UUENCODE },
	};
	size_t n = 0;

	if (str_starts(value, S("\"")))
		value = str_sub(value, 1, SIZE_MAX);
	while (n < value.n &&
	       (g_ascii_isalnum(value.p[n]) || value.p[n] == '-'))
		n++;
	value = str_sub(value, 0, n);
	for (size_t i = 0; i < COUNT_OF(KNOWN); i++)
		if (str_eq_fold(value, KNOWN[i].name))
			return KNOWN[i].coding;
	return MIME_IDENTITY;
}

static bool
is_message(struct str type)
{
	return str_eq(type, S("message/rfc822")) ||
	       str_eq(type, S("message/global"));
}

enum err
mime_describe(struct mime *m, size_t i, struct str *boundary, struct diag *why)
{
	struct mime_part *part = &m->parts[i];
	struct mime_place *place = &m->places[i];
	SCOPED_BUF coding = BUF(PARAMS_MAX * 2);

	if (!describe_type(m, i, boundary) || !describe_name(m, i))
		return diag_set(why, ERR_LIMIT, "mime.header_too_large", 0,
				"%zu B", arena_used(m->mem));
	if (find(m, i, S("Content-Transfer-Encoding"), &coding))
		place->coding = coding_of(buf_str(&coding));
	part->multipart = str_starts(part->type, S("multipart/"));
	/* RFC 2046 section 5.2.1 forbids to encode a message; one that is
	 * encoded all the same can only be read as a document of its own. */
	part->message =
		is_message(part->type) && place->coding == MIME_IDENTITY;
	if (part->multipart)
		place->coding = MIME_IDENTITY;
	else
		*boundary = S("");
	return ERR_NONE;
}
