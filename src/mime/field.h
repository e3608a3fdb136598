/* field.h - the fields of one header block. */
#ifndef MIME_FIELD_H
#define MIME_FIELD_H

#include "mime/mime.h"

enum {
	/* Longest value, in octets, that is looked into: more than any real
	 * one has, and little enough for whatever GMime does with it. */
	MIME_VALUE_MAX = 32 << 10
};

struct mime_field {
	struct str name;
	struct str raw; /* the value with its folds */
};

/* First field `name`; also "ContentType" for "Content-Type", which sets
 * `repaired` (may be NULL). NULL when there is none. */
const struct mime_field *mime_field_find(const struct mime_field *fields,
					 size_t count, struct str name,
					 bool *repaired);
/* Appends the value in one line, without control characters, trimmed. */
void mime_field_unfold(struct buf *out, struct str raw);

#endif
