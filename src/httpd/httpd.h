/* httpd.h - the server's half of HTTP/1.1 (RFC 9110, RFC 9112): bytes in,
 * requests out.
 *
 * Pure: no sockets, no clock. Everything is bounded, and whatever two readers
 * could understand differently is refused (request smuggling).
 */
#ifndef HTTPD_H
#define HTTPD_H

#include "base/base.h"

enum {
	HTTPD_LINE_MAX = 8 << 10,  /* request line or one field */
	HTTPD_HEAD_MAX = 32 << 10, /* all of them together */
	HTTPD_FIELDS_MAX = 100,
	HTTPD_DATE_SIZE = 32
};

enum httpd_method {
	HTTPD_GET,
	HTTPD_HEAD,
	HTTPD_POST,
	HTTPD_PUT,
	HTTPD_PATCH,
	HTTPD_DELETE,
	HTTPD_OPTIONS,
	HTTPD_OTHER
};

enum httpd_body { HTTPD_NO_BODY, HTTPD_LENGTH, HTTPD_CHUNKED };

struct httpd_field {
	struct str name, value; /* the value without blanks round it */
};

/* One request's head. Text lives until httpd_next. */
struct httpd_request {
	enum httpd_method method;
	struct str method_name;
	struct str path;  /* from the first "/", percent-encoded; "*" */
	struct str query; /* behind the "?", percent-encoded */
	struct str host;  /* empty from HTTP/1.0 */
	int minor;        /* HTTP/1.minor: 0 or 1 */
	enum httpd_body body;
	uint64_t length; /* of the body, for HTTPD_LENGTH */
	bool keep_alive; /* the client wants another request after this */
	bool expects;    /* waits for "100 Continue" before its body */
	const struct httpd_field *fields;
	size_t field_count;
};

/* ---- one connection ---- */

struct httpd;

enum httpd_step {
	HTTPD_WANT,  /* more bytes, or httpd_next after HTTPD_WHOLE */
	HTTPD_ASKED, /* a head is complete: httpd_request */
	HTTPD_PIECE, /* of the body */
	HTTPD_WHOLE, /* the request is complete */
	HTTPD_BAD    /* answer httpd_status and close; nothing else follows */
};

struct httpd *httpd_new(void);
void httpd_free(struct httpd *h); /* NULL is fine */
/* Takes bytes from the front of `in` up to the next step. A piece points into
 * `in`. Call again until it wants more. After HTTPD_WHOLE it takes nothing,
 * whatever was sent behind (pipelining), until httpd_next. */
enum httpd_step httpd_feed(struct httpd *h, struct str *in, struct str *piece);
const struct httpd_request *httpd_request(const struct httpd *h);
/* 400, 413, 414, 417, 431, 501 or 505. */
int httpd_status(const struct httpd *h);
/* Bytes of a head have come, but not all: what a time limit is for. */
bool httpd_begun(const struct httpd *h);
/* Ready for the next request of the connection. */
void httpd_next(struct httpd *h);

/* ---- what stands in a request ---- */

/* The first field of that name (case does not matter), empty when there is
 * none. */
struct str httpd_field(const struct httpd_request *r, struct str name);
/* All fields of that name in order, beginning with `at` 0. */
bool httpd_field_next(const struct httpd_request *r, struct str name,
		      size_t *at, struct str *value);
/* The pieces of a comma-separated value without blanks; commas in quoted
 * strings do not count, empty pieces are passed over (RFC 9110 5.6.1). */
bool httpd_list_next(struct str *rest, struct str *piece);
/* "name=value" pairs of a query, still encoded. */
bool httpd_query_next(struct str *rest, struct str *name, struct str *value);
/* Appends with %XX decoded, and "+" as a blank when `form`. False for a "%"
 * without two hex digits, a NUL, or a full buffer. */
bool httpd_decode(struct str s, bool form, struct buf *out) MUST_CHECK;
/* Accept-Encoding allows `coding` (RFC 9110 12.5.3). */
bool httpd_accepts(struct str header, struct str coding);
/* The cookie of that name; of several the first. */
bool httpd_cookie(struct str header, struct str name, struct str *out);
/* If-None-Match names `etag` (weak comparison, "*" names all). */
bool httpd_etag_in(struct str header, struct str etag);

/* ---- answers ---- */

/* Status line, Date. `now` in UTC seconds. */
void httpd_answer(struct buf *out, int status, int64_t now);
/* One field. A value that could end the line, or a name that is no token, is
 * left out: false. */
bool httpd_answer_field(struct buf *out, struct str name, struct str value);
/* How the body is told apart from what follows. */
enum httpd_framing {
	HTTPD_SIZED, /* Content-Length: `length` */
	HTTPD_IN_CHUNKS,
	HTTPD_BODILESS,  /* 1xx, 204, 304: no word about a length */
	HTTPD_TO_THE_END /* of the connection: for HTTP/1.0 */
};
/* Framing, "Connection" and the empty line. HTTPD_TO_THE_END closes whatever
 * `keep_alive` says. */
void httpd_answer_end(struct buf *out, enum httpd_framing framing,
		      uint64_t length, bool keep_alive);
/* One chunk with its size; nothing for an empty piece, which would end the
 * body. */
void httpd_chunk(struct buf *out, struct str piece);
void httpd_chunk_end(struct buf *out);
/* "Not Found"; "Unknown" for a number without a name. */
const char *httpd_reason(int status);
/* "Sun, 06 Nov 1994 08:49:37 GMT", NUL-terminated; returns `out`. */
const char *httpd_date(int64_t seconds, char out[HTTPD_DATE_SIZE]);

#endif
