/* private.h - what the files of this room share. */
#ifndef HTTPD_PRIVATE_H
#define HTTPD_PRIVATE_H

#include "httpd/httpd.h"

enum httpd_state {
	STATE_HEAD,
	STATE_LENGTH,     /* body, `left` bytes to come */
	STATE_SIZE,       /* the line with a chunk's size */
	STATE_CHUNK,      /* chunk, `left` bytes to come */
	STATE_CHUNK_END,  /* CRLF behind a chunk */
	STATE_TRAILER,    /* fields behind the last chunk */
	STATE_WHOLE_NEXT, /* HTTPD_WHOLE is to be told */
	STATE_WHOLE,
	STATE_BAD
};

struct httpd {
	enum httpd_state state;
	int status;
	bool blank_line; /* one before the request line was passed over */
	struct buf head; /* afterwards the lines of a chunked body */
	size_t line;     /* where the last line begins in `head` */
	uint64_t left;
	size_t overhead; /* bytes of sizes, extensions and trailers so far */
	struct buf text; /* a size or trailer line of a chunked body */
	struct httpd_request request;
	struct httpd_field fields[HTTPD_FIELDS_MAX];
};

/* Fails the connection with `status`. */
enum httpd_step httpd_refuse(struct httpd *h, int status);
/* Reads the whole head in h->head into h->request; 0 or a status. */
int httpd_parse_head(struct httpd *h);
/* Moves bytes of `in` into `line` up to and with a CRLF. Returns 0 when the
 * line is complete, -1 when more must come, or a status: `too_long` when
 * there are more than HTTPD_LINE_MAX from `from` on, 400 for a bare LF. */
int httpd_take_line(struct buf *line, size_t from, struct str *in,
		    int too_long);
/* The states of a chunked body. */
enum httpd_step httpd_feed_chunked(struct httpd *h, struct str *in,
				   struct str *piece);
/* At most `left` bytes of `in` as `piece`. */
void httpd_take_piece(struct httpd *h, struct str *in, struct str *piece);

/* RFC 9110 5.6.2. */
bool httpd_is_token(struct str s);
/* No control characters but HTAB (RFC 9110 5.5). */
bool httpd_is_value(struct str s);
struct str httpd_trim(struct str s);
/* Cuts a "name: value" line without its CRLF; false when it is not one. */
bool httpd_cut_field(struct str line, struct httpd_field *out);

#endif
