/* feed.h - what a server's bytes are read as, in pieces of any size. */
#ifndef FEED_H
#define FEED_H

#include "probe/http.h"
#include "probe/reply.h"

#include <assert.h>

/* "200 type=a/b [body]", with "cut", "over" or the reason of what is broken;
 * the connection is ended after the last byte. */
static inline void
feed_http(struct str bytes, size_t step, bool clean, struct buf *out)
{
	struct http h;
	bool more = true;

	http_init(&h);
	while (bytes.n > 0 && more) {
		more = http_feed(&h, str_sub(bytes, 0, step));
		bytes = str_sub(bytes, step, SIZE_MAX);
	}
	http_end(&h, clean);
	assert(h.state == HTTP_END || h.state == HTTP_BROKEN);
	assert(h.body.n <= FACTS_BODY_MAX);
	(void)buf_addf(out, "%d", h.status);
	if (h.has_type)
		(void)buf_addf(out, " type=%.*s", STR_ARG(buf_str(&h.type)));
	if (h.encoding.n > 0)
		(void)buf_addf(out, " encoding=%.*s",
			       STR_ARG(buf_str(&h.encoding)));
	if (h.location.n > 0)
		(void)buf_addf(out, " location=%.*s",
			       STR_ARG(buf_str(&h.location)));
	if (h.server.n > 0)
		(void)buf_addf(out, " server=%.*s",
			       STR_ARG(buf_str(&h.server)));
	(void)buf_addf(out, " [%.*s]%s%s", STR_ARG(buf_str(&h.body)),
		       h.cut ? " cut" : "", h.over ? " over" : "");
	if (h.why)
		(void)buf_addf(out, " %s", h.why);
	http_fini(&h);
}

/* "220 text|" for each reply, "!text" for what is none. */
static inline void
feed_replies(struct str bytes, size_t step, struct buf *out)
{
	struct reply r;

	reply_init(&r);
	while (bytes.n > 0 && !r.broken) {
		size_t used = reply_feed(&r, str_sub(bytes, 0, step));

		assert(used > 0 && used <= bytes.n);
		bytes = str_sub(bytes, used, SIZE_MAX);
		assert(r.text.n <= REPLY_MAX);
		if (r.broken) {
			(void)buf_addf(out, "!%.*s", STR_ARG(buf_str(&r.text)));
		} else if (r.whole) {
			(void)buf_addf(out, "%d %.*s|", r.code,
				       STR_ARG(buf_str(&r.text)));
			assert(reply_first(&r).n <= r.text.n);
			(void)reply_offers(&r, S("STARTTLS"));
			reply_clear(&r);
		}
	}
	reply_fini(&r);
}

#endif
