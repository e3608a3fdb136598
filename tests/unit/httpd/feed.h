/* feed.h - one connection's bytes through the engine, told as text. */
#ifndef TEST_FEED_H
#define TEST_FEED_H

#include "httpd/httpd.h"

#include <inttypes.h>

static inline void
tell_head(const struct httpd_request *r, struct buf *out)
{
	if (out->n > 0)
		(void)buf_addc(out, ' ');
	(void)buf_add(out, r->method_name);
	(void)buf_addc(out, ' ');
	(void)buf_add(out, r->path);
	if (r->query.n > 0)
		(void)buf_addc(out, '?');
	(void)buf_add(out, r->query);
	if (r->host.n > 0)
		(void)buf_addf(out, " @%.*s", STR_ARG(r->host));
	if (r->body == HTTPD_LENGTH)
		(void)buf_addf(out, " (%" PRIu64 ")", r->length);
	if (r->body == HTTPD_CHUNKED)
		(void)buf_addz(out, " (chunks)");
	if (r->expects)
		(void)buf_addz(out, " expects");
	if (!r->keep_alive)
		(void)buf_addz(out, " close");
}

/* Everything that `in` has to say; false when the connection is over. */
static inline bool
tell_steps(struct httpd *h, struct str *in, struct buf *body, struct buf *out)
{
	for (;;) {
		struct str piece;

		switch (httpd_feed(h, in, &piece)) {
		case HTTPD_WANT:
			return true;
		case HTTPD_ASKED:
			tell_head(httpd_request(h), out);
			break;
		case HTTPD_PIECE:
			(void)buf_add(body, piece);
			break;
		case HTTPD_WHOLE:
			if (body->n > 0)
				(void)buf_addf(out, " '%.*s'",
					       STR_ARG(buf_str(body)));
			(void)buf_addz(out, " .");
			buf_clear(body);
			httpd_next(h);
			break;
		case HTTPD_BAD:
			(void)buf_addf(out, "%s!%d", out->n ? " " : "",
				       httpd_status(h));
			return false;
		}
	}
}

/* Feeds `wire` in pieces of `step` bytes and writes what comes out, for
 * example "GET /a?b (3) 'abc' .": method, path and query, body in quotes (its
 * pieces joined), "." for the end, "close" when the client wants no more,
 * "!400" when refused. */
static inline void
feed_tell(struct str wire, size_t step, struct buf *out)
{
	struct httpd *h = httpd_new();
	SCOPED_BUF body = BUF(1 << 20);
	SCOPED_BUF kept = BUF(1 << 20);

	while (wire.n > 0) {
		struct str now = str_sub(wire, 0, step);

		wire = str_sub(wire, now.n, SIZE_MAX);
		if (!tell_steps(h, &now, &body, out))
			break;
		/* The engine takes everything but what is behind a request,
		 * and that was asked for again by httpd_next. */
		(void)buf_add(&kept, now);
		if (kept.n > 0)
			break;
	}
	if (kept.n > 0)
		(void)buf_addz(out, " left");
	httpd_free(h);
}

#endif
