/* line.h - lines and header fields as they lie in the message. */
#ifndef MIME_LINE_H
#define MIME_LINE_H

#include "mime/mime.h"

/* Cuts the next line off `rest`, without its end; false when nothing is left.
 * A line ends with LF, any CRs before it included (CRLF, and the CRCRLF of
 * converters run twice); with `bare_cr` a CR alone ends one too. */
bool mime_line(struct str *rest, bool bare_cr, struct str *line);
/* Whether the line that ended just before `rest` did so in an odd way: by a
 * bare CR, or by more than CRLF. */
bool mime_line_odd(struct str line, struct str rest);
/* Whether the first line end of the message is a bare CR: then all are. */
bool mime_line_is_cr(struct str message);

/* Length of the field name at the start of `line` (RFC 5322 section 3.6.8,
 * with white space allowed before the colon), 0 when it is no field. */
size_t mime_line_field(struct str line);
bool mime_line_from(struct str line); /* mbox's "From ", ">From " */

/* Skips what may lie before the first field of a message: a BOM, mbox lines,
 * empty lines. `notes` (may be NULL) learns of it. */
struct str mime_line_preface(struct str message, struct mime_notes *notes);

#endif
