/* mime.c - a parsed message: made, asked, freed. */
#include "mime/mime.h"

#include "mime/line.h"
#include "mime/parts.h"

#include <gmime/gmime.h>

enum {
	/* Bytes for names, paths and the header fields asked for. */
	MEMORY_MAX = 8 << 20
};

void
mime_init(void)
{
	g_mime_init();
}

/* Of the body of every base64 part; 0 when none has any. */
static void
measure_base64(struct mime *m)
{
	for (size_t i = 0; i < m->count; i++) {
		struct str rest = m->places[i].body;
		struct str line;

		if (m->places[i].coding != MIME_BASE64)
			continue;
		while (mime_line(&rest, m->notes.bare_cr, &line))
			if (line.n > m->notes.longest_base64_line)
				m->notes.longest_base64_line = line.n;
	}
}

static enum err
parse(struct mime *m, struct diag *why)
{
	enum err err = mime_cut(m, why);

	if (err)
		return err;
	if (m->places[0].field_count == 0)
		return diag_set(why, ERR_SYNTAX, "mime.syntax", 1, "-");
	measure_base64(m);
	return ERR_NONE;
}

enum err
mime_parse(struct str message, const struct mime_limits *limits,
	   struct mime **out, struct diag *why)
{
	struct mime *m;
	enum err err;

	if (message.n > limits->bytes)
		return diag_set(why, ERR_LIMIT, "mime.too_large", 0, "%zu MiB",
				limits->bytes >> 20);
	m = heap_new(sizeof *m);
	m->message = message;
	m->limits = *limits;
	m->mem = arena_new(MEMORY_MAX);
	err = parse(m, why);
	if (err)
		mime_free(m);
	else
		*out = m;
	return err;
}

void
mime_free(struct mime *m)
{
	if (!m)
		return;
	heap_free(m->parts);
	heap_free(m->places);
	heap_free(m->fields);
	arena_free(m->mem);
	heap_free(m);
}

void
mime_cleanup(struct mime **m)
{
	mime_free(*m);
}

const struct mime_part *
mime_parts(const struct mime *m, size_t *count)
{
	*count = m->count;
	return m->parts;
}

const struct mime_notes *
mime_notes(const struct mime *m)
{
	return &m->notes;
}

const struct mime_field *
mime_place_field(const struct mime *m, size_t i, struct str name,
		 bool *repaired)
{
	const struct mime_place *place = &m->places[i];

	if (place->field_count == 0)
		return NULL;
	return mime_field_find(m->fields + place->first_field,
			       place->field_count, name, repaired);
}

/* The child of a message part follows it directly. */
struct str
mime_header(struct mime *m, size_t i, const char *name)
{
	SCOPED_BUF value = BUF(MIME_VALUE_MAX * 2);
	SCOPED_BUF good = BUF(MIME_VALUE_MAX * 8);
	struct str out = STR("");
	const struct mime_field *field;
	char *decoded;

	if (m->parts[i].message)
		i++;
	field = mime_place_field(m, i, str_of(name), NULL);
	if (!field)
		return out;
	mime_field_unfold(&value, field->raw);
	decoded = g_mime_utils_header_decode_text(NULL, buf_c(&value));
	/* What nobody can decode is better than nothing. */
	mime_utf8_mend(&good,
		       decoded && *decoded ? str_of(decoded) : buf_str(&value));
	g_free(decoded);
	if (!arena_dup(m->mem, buf_str(&good), &out))
		return S("");
	return out;
}
