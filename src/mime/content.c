/* content.c - what is inside a part, its transfer encoding undone. */
#include "mime/line.h"
#include "mime/parts.h"

#include <gmime/gmime.h>

#include <assert.h>

enum { PIECE = 8 << 10, SLACK = 256 /* state that GMime carries over */ };

/* From the line behind "begin 644 name" on; GMime's decoder wants no other. */
static bool
find_uuencoded(struct str body, struct str *out)
{
	struct str line;

	while (mime_line(&body, false, &line))
		if (str_starts(line, S("begin "))) {
			*out = body;
			return true;
		}
	return false;
}

static bool
decode_by_gmime(struct buf *out, struct str text, GMimeContentEncoding coding)
{
	GMimeEncoding state;
	bool ok = true;

	g_mime_encoding_init_decode(&state, coding);
	if (coding == GMIME_CONTENT_ENCODING_UUENCODE)
		state.state |= GMIME_UUDECODE_STATE_BEGIN;
	while (ok && text.n > 0) {
		struct str piece = str_sub(text, 0, PIECE);
		char decoded[PIECE + SLACK];
		size_t n;

		assert(g_mime_encoding_outlen(&state, piece.n) <=
		       sizeof decoded);
		n = g_mime_encoding_step(&state, piece.p, piece.n, decoded);
		ok = buf_add(out, (struct str){ decoded, n });
		text = str_sub(text, piece.n, SIZE_MAX);
	}
	if (ok) {
		char decoded[SLACK];
		size_t n = g_mime_encoding_flush(&state, "", 0, decoded);

		ok = buf_add(out, (struct str){ decoded, n });
	}
	return ok;
}

static bool
decode(struct mime *m, size_t i, struct buf *out)
{
	const struct mime_place *place = &m->places[i];
	struct str inner;

	switch (place->coding) {
	case MIME_BASE64:
		return mime_base64(out, place->body, &m->notes.base64_repaired);
	case MIME_QUOTED:
		return decode_by_gmime(out, place->body,
				       GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
	case MIME_UUENCODE:
		if (!find_uuencoded(place->body, &inner))
			break;
		return decode_by_gmime(out, inner,
				       GMIME_CONTENT_ENCODING_UUENCODE);
	case MIME_IDENTITY:
		break;
	}
	return buf_add(out, place->body);
}

static enum err
too_large(const struct buf *out, struct diag *why)
{
	return diag_set(why, ERR_LIMIT, "mime.too_large", 0, "%zu B", out->max);
}

enum err
mime_content(struct mime *m, size_t i, struct buf *out, struct diag *why)
{
	if (m->parts[i].multipart || decode(m, i, out))
		return ERR_NONE;
	return too_large(out, why);
}

enum err
mime_text(struct mime *m, size_t i, struct buf *out, struct diag *why)
{
	SCOPED_BUF raw = BUF(m->message.n + SLACK);
	enum err err = mime_content(m, i, &raw, why);

	if (err)
		return err;
	return mime_utf8(out, buf_str(&raw), m->places[i].charset)
		       ? ERR_NONE
		       : too_large(out, why);
}
