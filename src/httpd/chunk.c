/* chunk.c - bodies in chunks, RFC 9112 section 7.1. */
#include "httpd/private.h"

/* Of sizes, extensions and trailers beyond what plain framing needs: a body
 * must not cost more in its wrapping than in itself. */
enum { OVERHEAD_MAX = 16 << 10, SIZE_DIGITS = 15 };

/* The size at the start of `line`; extensions behind it are passed over. */
static bool
parse_size(struct str line, uint64_t *out)
{
	uint64_t size = 0;
	size_t n = 0;

	while (n < line.n && str_hex(line.p[n]) >= 0) {
		size = size * 16 + (uint64_t)str_hex(line.p[n]);
		if (++n > SIZE_DIGITS)
			return false;
	}
	struct str rest = str_sub(line, n, SIZE_MAX);
	*out = size;
	if (n == 0 || !httpd_is_value(rest))
		return false;
	return rest.n == 0 || rest.p[0] == ';';
}

/* A complete line, without its CRLF; cleared by the next call. */
static enum httpd_step
take_text(struct httpd *h, struct str *in, struct str *line)
{
	size_t before = in->n;
	int status = httpd_take_line(&h->text, 0, in, 400);

	h->overhead += before - in->n;
	if (status > 0)
		return httpd_refuse(h, status);
	if (status < 0)
		return HTTPD_WANT;
	*line = str_sub(buf_str(&h->text), 0, h->text.n - 2);
	return HTTPD_PIECE;
}

static enum httpd_step
feed_size(struct httpd *h, struct str *in)
{
	struct str line;
	enum httpd_step step = take_text(h, in, &line);

	if (step != HTTPD_PIECE)
		return step;
	if (!parse_size(line, &h->left))
		return httpd_refuse(h, 400);
	/* A size of a few digits is no overhead worth counting. */
	h->overhead -= line.n + 2 < 8 ? line.n + 2 : 8;
	if (h->overhead > OVERHEAD_MAX)
		return httpd_refuse(h, 400);
	buf_clear(&h->text);
	h->state = h->left > 0 ? STATE_CHUNK : STATE_TRAILER;
	return HTTPD_PIECE;
}

/* Exactly CRLF; `left` counts what of it was seen. */
static enum httpd_step
feed_chunk_end(struct httpd *h, struct str *in)
{
	if (in->p[0] != (h->left == 0 ? '\r' : '\n'))
		return httpd_refuse(h, 400);
	*in = str_sub(*in, 1, SIZE_MAX);
	h->state = h->left == 0 ? STATE_CHUNK_END : STATE_SIZE;
	h->left = h->left == 0 ? 1 : 0;
	return HTTPD_PIECE;
}

/* Trailers say nothing that we would believe; they only have to be fields. */
static enum httpd_step
feed_trailer(struct httpd *h, struct str *in)
{
	struct httpd_field field;
	struct str line;
	enum httpd_step step = take_text(h, in, &line);

	if (step != HTTPD_PIECE)
		return step;
	if (h->overhead > OVERHEAD_MAX)
		return httpd_refuse(h, 431);
	if (line.n > 0 && !httpd_cut_field(line, &field))
		return httpd_refuse(h, 400);
	if (line.n == 0)
		h->state = STATE_WHOLE_NEXT;
	buf_clear(&h->text);
	return HTTPD_PIECE;
}

enum httpd_step
httpd_feed_chunked(struct httpd *h, struct str *in, struct str *piece)
{
	enum httpd_step step = HTTPD_PIECE;

	while (in->n > 0 && step == HTTPD_PIECE) {
		if (h->state == STATE_CHUNK) {
			httpd_take_piece(h, in, piece);
			if (h->left == 0)
				h->state = STATE_CHUNK_END;
			return HTTPD_PIECE;
		}
		if (h->state == STATE_SIZE)
			step = feed_size(h, in);
		else if (h->state == STATE_CHUNK_END)
			step = feed_chunk_end(h, in);
		else
			step = feed_trailer(h, in);
		if (h->state == STATE_WHOLE_NEXT) {
			h->state = STATE_WHOLE;
			return HTTPD_WHOLE;
		}
	}
	return step == HTTPD_PIECE ? HTTPD_WANT : step;
}
