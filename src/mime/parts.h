/* parts.h - what the files of this room know of a parsed message. */
#ifndef MIME_PARTS_H
#define MIME_PARTS_H

#include "mime/field.h"

enum mime_coding {                /* Content-Transfer-Encoding */
		   MIME_IDENTITY, /* 7bit, 8bit, binary, and what nobody knows
				   */
		   MIME_BASE64,
		   MIME_QUOTED,
		   MIME_UUENCODE
};

/* Where a part lies in the message, beside what callers see of it. */
struct mime_place {
	size_t first_field, field_count; /* in mime.fields */
	struct str body; /* without the line end that belongs to a boundary */
	enum mime_coding coding;
	struct str charset;
	size_t children;
};

struct mime {
	struct str message;
	struct mime_limits limits;
	struct arena *mem;
	struct mime_part *parts;
	struct mime_place *places;
	size_t count, room;
	struct mime_field *fields; /* of all header blocks */
	size_t field_count, field_room;
	struct mime_notes notes;
};

/* mime.c: a field of part `i`, as mime_field_find. */
const struct mime_field *mime_place_field(const struct mime *m, size_t i,
					  struct str name, bool *repaired);

/* cut.c: finds all parts. */
enum err mime_cut(struct mime *m, struct diag *why) MUST_CHECK;
/* describe.c: fills type, names and coding of part `i` from its header block,
 * and `boundary` of a multipart (else empty). */
enum err mime_describe(struct mime *m, size_t i, struct str *boundary,
		       struct diag *why) MUST_CHECK;

/* base64.c: appends what `text` decodes to; `repaired` is set when it is not
 * as RFC 2045 section 6.8 wants it. False when `out` is full. */
bool mime_base64(struct buf *out, struct str text, bool *repaired) MUST_CHECK;

/* charset.c: appends `text` as UTF-8; what cannot be read becomes U+FFFD.
 * False when `out` is full. */
bool mime_utf8(struct buf *out, struct str text, struct str charset) MUST_CHECK;
/* `text` that should be UTF-8, made so. */
bool mime_utf8_mend(struct buf *out, struct str text);

#endif
