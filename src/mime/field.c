/* field.c - header fields, folded and unfolded. */
#include "mime/field.h"
#include "mime/line.h"

static bool
is_fold(struct str line)
{
	return line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
}

/* "ContentType" is what Trustwave's gateways write. */
static bool
is_without_hyphens(struct str found, struct str name)
{
	struct str piece;

	if (found.n >= name.n)
		return false;
	while (str_split(&name, '-', &piece)) {
		if (!str_starts_fold(found, piece))
			return false;
		found = str_sub(found, piece.n, SIZE_MAX);
	}
	return found.n == 0;
}

const struct mime_field *
mime_field_find(const struct mime_field *fields, size_t count, struct str name,
		bool *repaired)
{
	const struct mime_field *near = NULL;

	for (size_t i = 0; i < count; i++) {
		if (str_eq_fold(fields[i].name, name))
			return &fields[i];
		if (!near && is_without_hyphens(fields[i].name, name))
			near = &fields[i];
	}
	if (near && repaired)
		*repaired = true;
	return near;
}

void
mime_field_unfold(struct buf *out, struct str raw)
{
	struct str rest = str_trim(str_sub(raw, 0, MIME_VALUE_MAX));
	struct str line;

	for (bool first = true; mime_line(&rest, true, &line); first = false) {
		if (!first && !is_fold(line))
			buf_addc(out, ' ');
		for (size_t i = 0; i < line.n; i++) {
			unsigned char c = (unsigned char)line.p[i];

			buf_addc(out, c < 0x20 || c == 0x7F ? ' ' : line.p[i]);
		}
	}
}
