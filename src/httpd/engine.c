/* engine.c - one connection: from bytes to heads and pieces of bodies. */
#include "httpd/private.h"

struct httpd *
httpd_new(void)
{
	struct httpd *h = heap_new(sizeof *h);

	/* Room for one line beyond the limit, so that the limit is told. */
	h->head = (struct buf)BUF(HTTPD_HEAD_MAX + HTTPD_LINE_MAX + 2);
	h->text = (struct buf)BUF(HTTPD_LINE_MAX + 2);
	return h;
}

void
httpd_free(struct httpd *h)
{
	if (!h)
		return;
	buf_free(&h->head);
	buf_free(&h->text);
	heap_free(h);
}

const struct httpd_request *
httpd_request(const struct httpd *h)
{
	return &h->request;
}

int
httpd_status(const struct httpd *h)
{
	return h->status;
}

bool
httpd_begun(const struct httpd *h)
{
	return h->state == STATE_HEAD && (h->head.n > 0 || h->blank_line);
}

void
httpd_next(struct httpd *h)
{
	if (h->state == STATE_BAD)
		return;
	h->state = STATE_HEAD;
	h->blank_line = false;
	h->line = 0;
	h->left = 0;
	h->overhead = 0;
	buf_clear(&h->head);
	buf_clear(&h->text);
	h->request = (struct httpd_request){ 0 };
}

enum httpd_step
httpd_refuse(struct httpd *h, int status)
{
	h->state = STATE_BAD;
	h->status = status;
	return HTTPD_BAD;
}

int
httpd_take_line(struct buf *line, size_t from, struct str *in, int too_long)
{
	size_t end = str_index(*in, '\n');
	size_t n = end == SIZE_MAX ? in->n : end + 1;

	if (n > HTTPD_LINE_MAX + 2 - (line->n - from))
		return too_long;
	(void)buf_add(line, str_sub(*in, 0, n));
	*in = str_sub(*in, n, SIZE_MAX);
	if (end == SIZE_MAX)
		return -1;
	return line->n - from >= 2 && line->p[line->n - 2] == '\r' ? 0 : 400;
}

void
httpd_take_piece(struct httpd *h, struct str *in, struct str *piece)
{
	*piece = str_sub(*in, 0, h->left < in->n ? (size_t)h->left : in->n);
	*in = str_sub(*in, piece->n, SIZE_MAX);
	h->left -= piece->n;
}

/* The head is complete: where the body, if any, begins. */
static enum httpd_step
begin_body(struct httpd *h)
{
	int status = httpd_parse_head(h);

	if (status)
		return httpd_refuse(h, status);
	h->left = h->request.length;
	if (h->request.body == HTTPD_CHUNKED)
		h->state = STATE_SIZE;
	else if (h->left > 0)
		h->state = STATE_LENGTH;
	else
		h->state = STATE_WHOLE_NEXT;
	return HTTPD_ASKED;
}

/* One line more. Something that is not HTTP, TLS for one, is told by its
 * first byte instead of waiting for a line that never ends. */
static enum httpd_step
feed_line(struct httpd *h, struct str *in)
{
	bool first = h->line == 0;

	if (h->head.n == 0 && in->p[0] != '\r' &&
	    !httpd_is_token(str_sub(*in, 0, 1)))
		return httpd_refuse(h, 400);
	int status = httpd_take_line(&h->head, h->line, in, first ? 414 : 431);
	if (status > 0)
		return httpd_refuse(h, status);
	if (status < 0)
		return HTTPD_WANT;
	if (h->head.n > HTTPD_HEAD_MAX)
		return httpd_refuse(h, 431);
	bool empty = h->head.n - h->line == 2;
	h->line = h->head.n;
	if (empty && !first)
		return begin_body(h);
	if (!empty)
		return HTTPD_WANT;
	/* RFC 9112 2.2: one empty line before a request is passed over. */
	if (h->blank_line)
		return httpd_refuse(h, 400);
	h->blank_line = true;
	h->line = 0;
	buf_clear(&h->head);
	return HTTPD_WANT;
}

static enum httpd_step
feed_head(struct httpd *h, struct str *in)
{
	enum httpd_step step = HTTPD_WANT;

	while (in->n > 0 && step == HTTPD_WANT)
		step = feed_line(h, in);
	return step;
}

enum httpd_step
httpd_feed(struct httpd *h, struct str *in, struct str *piece)
{
	*piece = (struct str){ 0 };
	switch (h->state) {
	case STATE_HEAD:
		return feed_head(h, in);
	case STATE_LENGTH:
		if (in->n == 0)
			return HTTPD_WANT;
		httpd_take_piece(h, in, piece);
		if (h->left == 0)
			h->state = STATE_WHOLE_NEXT;
		return HTTPD_PIECE;
	case STATE_WHOLE_NEXT:
		h->state = STATE_WHOLE;
		return HTTPD_WHOLE;
	case STATE_WHOLE:
		return HTTPD_WANT;
	case STATE_BAD:
		return HTTPD_BAD;
	default:
		return httpd_feed_chunked(h, in, piece);
	}
}
