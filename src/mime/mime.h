/* mime.h - Internet messages (RFC 5322, 2045-2047, 2231), as sent by anybody.
 *
 * Our own scanner cuts the parts, in place, in one pass and within limits; it
 * takes what senders get wrong: a BOM or an mbox "From " line before the first
 * header, bare CR or mixed line ends, "ContentType:" for "Content-Type:".
 * GMime reads the values: parameters (RFC 2231), encoded words, codings,
 * character sets. Pure: bytes in, parts out.
 */
#ifndef MIME_H
#define MIME_H

#include "base/base.h"

struct mime_limits {
	size_t bytes;   /* of the message */
	unsigned depth; /* multiparts and messages within each other */
	unsigned parts;
};

#define MIME_LIMITS                                                            \
	((struct mime_limits){ .bytes = 64u << 20, .depth = 16, .parts = 1000 })

struct mime_part {
	struct str path; /* "1", "2.1" ... like IMAP's; "" for the root */
	struct str type; /* "application/gzip", lower case */
	struct str name; /* file name, UTF-8, decoded; may be empty */
	struct str report_type; /* multipart/report's parameter, lower case */
	int parent;             /* index, -1 for the root */
	unsigned depth;
	bool multipart; /* has children, no content of its own */
	/* message/rfc822: has one child and raw content. One that arrived in
	 * base64 or the like is a leaf, its content another message. */
	bool message;
};

/* What was unusual, for the repair codes (report-quirks section 1). */
struct mime_notes {
	size_t longest_line;        /* octets without the line end */
	size_t longest_base64_line; /* 0: no base64 part */
	bool bare_cr, bom, from_line, header_name_repaired;
	bool header_fold_repaired; /* a continued line lacked its blank */
	/* Characters outside the alphabet, cut end; known once mime_content
	 * was asked for the part. */
	bool base64_repaired;
};

struct mime;

/* Call once before the first mime_parse. */
void mime_init(void);
/* True when the bytes look like a message (a header field in the first lines,
 * perhaps behind a BOM or "From " line) rather than XML, JSON or an archive. */
bool mime_sniff(struct str bytes);
/* `message` must stay valid as long as *out, which mime_free frees. Errors:
 * "mime.too_large", "mime.too_deep", "mime.too_many_parts",
 * "mime.header_too_large", "mime.syntax" (no header at all). */
enum err mime_parse(struct str message, const struct mime_limits *limits,
		    struct mime **out, struct diag *why) MUST_CHECK;
void mime_free(struct mime *m);
void mime_cleanup(struct mime **m);
#define SCOPED_MIME __attribute__((cleanup(mime_cleanup))) struct mime *

/* Parts in document order, [0] is the root; they live as long as `m`. */
const struct mime_part *mime_parts(const struct mime *m, size_t *count);
/* Content of part `i` with its transfer encoding undone, appended to `out`
 * (whose maximum bounds it, "mime.too_large"). Character sets are left alone.
 * For a message part: the raw embedded message. */
enum err mime_content(struct mime *m, size_t i, struct buf *out,
		      struct diag *why) MUST_CHECK;
/* The same, with the character set changed to UTF-8, for text parts. */
enum err mime_text(struct mime *m, size_t i, struct buf *out,
		   struct diag *why) MUST_CHECK;
/* First header field `name` of part `i` (0: of the message; a message part
 * has its embedded message's), unfolded, encoded words decoded, UTF-8. Empty
 * when absent. Lives as long as `m`. */
struct str mime_header(struct mime *m, size_t i, const char *name);
const struct mime_notes *mime_notes(const struct mime *m);

#endif
