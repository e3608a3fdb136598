/* http.h - an HTTP/1.1 answer, read piece by piece (RFC 9112), no more of it
 * kept than a policy may have. */
#ifndef PROBE_HTTP_H
#define PROBE_HTTP_H

#include "facts/facts.h"

enum {
	HTTP_HEAD_MAX = 32 << 10, /* all header fields */
	HTTP_LINE_MAX = 8 << 10,
	/* Everything between chunks: FACTS_BODY_MAX of one byte each fit. */
	HTTP_FRAMES_MAX = 1 << 20,
	HTTP_INTERIM_MAX = 8 /* answers 1xx before the answer */
};

enum http_state {
	HTTP_STATUS,
	HTTP_FIELDS,
	HTTP_LENGTH, /* body with Content-Length */
	HTTP_CLOSE,  /* body up to the end of the connection */
	HTTP_CHUNK_SIZE,
	HTTP_CHUNK_DATA,
	HTTP_CHUNK_END,
	HTTP_TRAILER,
	HTTP_END,   /* all is there, or more than we want */
	HTTP_BROKEN /* see `why` */
};

struct http {
	enum http_state state;
	int status;
	bool has_type, has_length, chunked, odd_coding;
	bool cut, over;
	struct buf type, encoding, location, server, body, line;
	size_t head;   /* bytes of header fields so far */
	size_t frames; /* bytes between chunks so far */
	uint64_t left; /* of the body or the chunk */
	unsigned interim;
	const char *why; /* literal, English; NULL */
};

void http_init(struct http *h);
void http_fini(struct http *h);
/* True while more is wanted. */
bool http_feed(struct http *h, struct str bytes);
/* The connection ended; `clean` when the server closed it in order. */
void http_end(struct http *h, bool clean);

#endif
