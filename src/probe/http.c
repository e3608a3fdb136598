/* http.c - see http.h. */
#include "probe/http.h"

enum { VALUE_MAX = 1024, STATUS_LEAST = 100, STATUS_MOST = 599 };

void
http_init(struct http *h)
{
	*h = (struct http){ .type = BUF(VALUE_MAX),
			    .encoding = BUF(VALUE_MAX),
			    .location = BUF(VALUE_MAX),
			    .server = BUF(VALUE_MAX),
			    .body = BUF(FACTS_BODY_MAX),
			    .line = BUF(HTTP_LINE_MAX) };
}

void
http_fini(struct http *h)
{
	buf_free(&h->type);
	buf_free(&h->encoding);
	buf_free(&h->location);
	buf_free(&h->server);
	buf_free(&h->body);
	buf_free(&h->line);
}

static void
broken(struct http *h, const char *why)
{
	h->state = HTTP_BROKEN;
	h->why = why;
}

/* ---- the head ---- */

/* "HTTP/1.1 200 OK"; the reason may be absent. */
static void
status_line(struct http *h, struct str line)
{
	struct str digits = str_sub(line, 9, 3);
	uint64_t status = 0;

	if (!str_starts(line, S("HTTP/1.")) || line.n < 12 ||
	    line.p[8] != ' ' || !str_u64(digits, &status) ||
	    status < STATUS_LEAST || status > STATUS_MOST ||
	    (line.n > 12 && line.p[12] != ' ')) {
		broken(h, "the answer does not begin as HTTP/1.1 does");
		return;
	}
	h->status = (int)status;
	h->state = HTTP_FIELDS;
}

/* Several Content-Length must agree (RFC 9112 section 6.3). */
static void
set_length(struct http *h, struct str value)
{
	uint64_t n = 0;

	if (!str_u64(value, &n) || (h->has_length && n != h->left)) {
		broken(h, "Content-Length is no number, or two that differ");
		return;
	}
	h->has_length = true;
	h->left = n;
}

static void
set_coding(struct http *h, struct str value)
{
	if (str_eq_fold(value, S("chunked")))
		h->chunked = true;
	else if (!str_eq_fold(value, S("identity")))
		h->odd_coding = true;
}

/* The first of a kind; what is too long is left out. */
static void
keep_value(struct buf *to, struct str value)
{
	if (to->n == 0 && value.n <= VALUE_MAX)
		(void)buf_add(to, value);
}

static void
field_line(struct http *h, struct str line)
{
	size_t colon = str_index(line, ':');
	struct str name = str_sub(line, 0, colon);
	struct str value;

	/* An obsolete fold, or nonsense: neither says anything to us. */
	if (colon == SIZE_MAX || line.p[0] == ' ' || line.p[0] == '\t')
		return;
	value = str_trim(str_sub(line, colon + 1, SIZE_MAX));
	if (str_eq_fold(name, S("content-length"))) {
		set_length(h, value);
	} else if (str_eq_fold(name, S("transfer-encoding"))) {
		set_coding(h, value);
	} else if (str_eq_fold(name, S("content-type"))) {
		h->has_type = true;
		keep_value(&h->type, value);
	} else if (str_eq_fold(name, S("content-encoding"))) {
		keep_value(&h->encoding, value);
	} else if (str_eq_fold(name, S("location"))) {
		keep_value(&h->location, value);
	} else if (str_eq_fold(name, S("server"))) {
		keep_value(&h->server, value);
	}
}

static void
begin_body(struct http *h)
{
	if (h->odd_coding) {
		broken(h, "a Transfer-Encoding that nobody asked for");
	} else if (h->status == 204 || h->status == 304) {
		h->state = HTTP_END;
	} else if (h->chunked) {
		h->left = 0;
		h->state = HTTP_CHUNK_SIZE;
	} else if (h->has_length) {
		h->over = h->left > FACTS_BODY_MAX;
		h->state = h->left > 0 ? HTTP_LENGTH : HTTP_END;
	} else {
		h->state = HTTP_CLOSE;
	}
}

/* RFC 9110 section 15.2: interim answers come before the answer. */
static void
end_head(struct http *h)
{
	if (h->status / 100 != 1) {
		begin_body(h);
		return;
	}
	if (h->status == 101 || ++h->interim > HTTP_INTERIM_MAX) {
		broken(h, "an answer 1xx instead of the answer");
		return;
	}
	h->status = 0;
	h->has_type = h->has_length = h->chunked = h->odd_coding = false;
	h->left = 0;
	buf_clear(&h->type);
	buf_clear(&h->encoding);
	buf_clear(&h->location);
	buf_clear(&h->server);
	h->state = HTTP_STATUS;
}

/* ---- the body ---- */

/* "1a" with anything behind ";" or a blank. */
static void
chunk_size(struct http *h, struct str line)
{
	uint64_t n = 0;
	size_t i = 0;

	for (; i < line.n && str_hex(line.p[i]) >= 0; i++) {
		if (n >> 56)
			break;
		n = n << 4 | (unsigned)str_hex(line.p[i]);
	}
	if (i == 0 || (i < line.n && line.p[i] != ';' && line.p[i] != ' ' &&
		       line.p[i] != '\t')) {
		broken(h, "a chunk without its size");
		return;
	}
	h->left = n;
	h->state = n > 0 ? HTTP_CHUNK_DATA : HTTP_TRAILER;
}

/* How much of `bytes` the body takes. */
static size_t
take_body(struct http *h, struct str bytes)
{
	size_t n = bytes.n;
	size_t room = FACTS_BODY_MAX - h->body.n;

	if (h->state != HTTP_CLOSE && n > h->left)
		n = (size_t)h->left;
	if (n > room) {
		(void)buf_add(&h->body, str_sub(bytes, 0, room));
		h->over = true;
		h->state = HTTP_END;
		return bytes.n;
	}
	(void)buf_add(&h->body, str_sub(bytes, 0, n));
	if (h->state == HTTP_CLOSE)
		return n;
	h->left -= n;
	if (h->left == 0)
		h->state = h->state == HTTP_LENGTH ? HTTP_END : HTTP_CHUNK_END;
	return n;
}

/* ---- lines ---- */

static void
take_line(struct http *h, struct str line)
{
	if (h->state == HTTP_STATUS)
		status_line(h, line);
	else if (h->state == HTTP_FIELDS && line.n == 0)
		end_head(h);
	else if (h->state == HTTP_FIELDS)
		field_line(h, line);
	else if (h->state == HTTP_CHUNK_SIZE)
		chunk_size(h, line);
	else if (h->state == HTTP_TRAILER && line.n == 0)
		h->state = HTTP_END;
	else if (h->state == HTTP_CHUNK_END && line.n > 0)
		broken(h, "a chunk longer than its size");
	else if (h->state == HTTP_CHUNK_END)
		h->state = HTTP_CHUNK_SIZE;
}

/* Up to the next line end; how many bytes were used. Lines end with LF, a CR
 * before it is not theirs. */
static size_t
feed_line(struct http *h, struct str bytes)
{
	size_t end = str_index(bytes, '\n');
	size_t used = end == SIZE_MAX ? bytes.n : end + 1;
	struct str line;

	if (h->state <= HTTP_FIELDS || h->state == HTTP_TRAILER)
		h->head += used;
	else
		h->frames += used;
	if (h->frames > HTTP_FRAMES_MAX) {
		broken(h, "chunks with hardly anything in them");
		return used;
	}
	if (h->head > HTTP_HEAD_MAX ||
	    !buf_add(&h->line, str_sub(bytes, 0, used))) {
		broken(h, "header fields of more than 32 KiB, or a line of "
			  "more than 8 KiB");
		return used;
	}
	if (end == SIZE_MAX)
		return used;
	line = str_sub(buf_str(&h->line), 0, h->line.n - 1);
	if (str_ends(line, S("\r")))
		line.n--;
	take_line(h, line);
	buf_clear(&h->line);
	return used;
}

bool
http_feed(struct http *h, struct str bytes)
{
	while (h->state < HTTP_END && bytes.n > 0) {
		bool body = h->state == HTTP_LENGTH || h->state == HTTP_CLOSE ||
			    h->state == HTTP_CHUNK_DATA;
		size_t n = body ? take_body(h, bytes) : feed_line(h, bytes);

		bytes = str_sub(bytes, n, SIZE_MAX);
	}
	return h->state < HTTP_END;
}

void
http_end(struct http *h, bool clean)
{
	if (h->state >= HTTP_END)
		return;
	if (h->state <= HTTP_FIELDS) {
		broken(h, h->head > 0 ? "the connection ended within the "
					"header fields"
				      : "the connection ended without an "
					"answer");
		return;
	}
	/* Behind the last chunk nothing is missing but an empty line. */
	h->cut = h->state != HTTP_TRAILER && !(h->state == HTTP_CLOSE && clean);
	h->state = HTTP_END;
}
