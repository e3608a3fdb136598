/* wire.c - questions and answers as bytes between the front and its desks. */
#include "web/wire.h"

#include <string.h>

/* ---- writing ---- */

static void
put_number(struct buf *out, uint64_t n)
{
	(void)buf_add(out, (struct str){ (const char *)&n, sizeof n });
}

/* With a NUL behind it, so that it can be read in place as a C string. */
static void
put_text(struct buf *out, struct str s)
{
	put_number(out, s.n);
	(void)buf_add(out, s);
	(void)buf_addc(out, '\0');
}

static void
put_frame(struct buf *out, enum web_kind kind, size_t length)
{
	const uint32_t head[2] = { kind, (uint32_t)length };

	(void)buf_add(out, (struct str){ (const char *)head, sizeof head });
}

/* The length is known when the payload stands behind its head. */
static void
end_frame(struct buf *out, size_t begin)
{
	uint32_t length = (uint32_t)(out->n - begin - WEB_FRAME_HEAD);

	if (!out->full)
		memcpy(out->p + begin + sizeof length, &length, sizeof length);
}

void
web_wire_ask(struct buf *out, const struct web_ask *ask)
{
	const struct api_request *r = &ask->request;
	size_t begin = out->n;
	const struct str texts[] = {
		r->path,
		r->query,
		r->body,
		r->content_type,
		r->cookie,
		r->authorization,
		r->csrf,
		r->if_none_match,
		r->idempotency_key,
		r->accept_language,
		r->file_name,
		r->client,
	};

	put_frame(out, WEB_ASK, 0);
	put_number(out, r->method);
	put_number(out, r->tls);
	put_number(out, ask->gzip);
	put_number(out, ask->bodiless);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		put_text(out, texts[i]);
	end_frame(out, begin);
}

static void
put_envelope(struct buf *out, const struct spool_envelope *e)
{
	const struct str texts[] = { e->id,     e->name,      e->client,
				     e->helo,   e->mail_from, e->recipients,
				     e->domain, e->tls };

	put_number(out, e->door);
	put_number(out, (uint64_t)e->owner);
	put_number(out, (uint64_t)e->received_at);
	put_number(out, e->smtputf8);
	put_number(out, e->lmtp);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		put_text(out, texts[i]);
}

void
web_wire_head(struct buf *out, const struct web_head *head)
{
	const struct api_head *h = &head->api;
	size_t begin = out->n;

	put_frame(out, WEB_HEAD, 0);
	put_number(out, (uint64_t)h->status);
	put_number(out, (uint64_t)h->retry_after);
	put_number(out, h->to_spool);
	put_number(out, h->body_max);
	put_number(out, head->packed);
	put_number(out, head->compressed);
	put_number(out, head->sized);
	put_number(out, head->length);
	put_text(out, str_of(h->content_type));
	put_text(out, h->etag);
	put_text(out, h->set_cookie);
	put_text(out, h->disposition);
	put_text(out, h->location);
	put_envelope(out, &h->envelope);
	end_frame(out, begin);
}

void
web_wire_piece(struct buf *out, struct str piece)
{
	while (piece.n > 0) {
		struct str now = str_sub(piece, 0, WEB_PIECE_MAX);

		put_frame(out, WEB_PIECE, now.n);
		(void)buf_add(out, now);
		piece = str_sub(piece, now.n, SIZE_MAX);
	}
}

void
web_wire_mark(struct buf *out, enum web_kind kind)
{
	put_frame(out, kind, 0);
}

/* ---- reading ---- */

struct reader {
	struct str rest;
	bool bad;
};

static uint64_t
get_number(struct reader *r)
{
	uint64_t n = 0;

	if (r->rest.n < sizeof n) {
		r->bad = true;
		return 0;
	}
	memcpy(&n, r->rest.p, sizeof n);
	r->rest = str_sub(r->rest, sizeof n, SIZE_MAX);
	return n;
}

static struct str
get_text(struct reader *r)
{
	uint64_t n = get_number(r);
	struct str s;

	if (r->bad || n >= r->rest.n || r->rest.p[n] != '\0') {
		r->bad = true;
		return S("");
	}
	s = str_sub(r->rest, 0, (size_t)n);
	r->rest = str_sub(r->rest, (size_t)n + 1, SIZE_MAX);
	return s;
}

bool
web_wire_frame(struct str bytes, uint32_t *kind, uint32_t *length)
{
	if (bytes.n < WEB_FRAME_HEAD)
		return false;
	memcpy(kind, bytes.p, sizeof *kind);
	memcpy(length, bytes.p + sizeof *kind, sizeof *length);
	return true;
}

bool
web_wire_read_ask(struct str payload, struct web_ask *out)
{
	struct reader in = { payload, false };
	struct api_request *r = &out->request;
	struct str *const texts[] = {
		&r->path,
		&r->query,
		&r->body,
		&r->content_type,
		&r->cookie,
		&r->authorization,
		&r->csrf,
		&r->if_none_match,
		&r->idempotency_key,
		&r->accept_language,
		&r->file_name,
		&r->client,
	};
	uint64_t method = get_number(&in);

	if (method > API_DELETE)
		return false;
	r->method = (enum api_method)method;
	r->tls = get_number(&in) != 0;
	out->gzip = get_number(&in) != 0;
	out->bodiless = get_number(&in) != 0;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		*texts[i] = get_text(&in);
	return !in.bad && in.rest.n == 0;
}

static void
get_envelope(struct reader *in, struct spool_envelope *e)
{
	struct str *const texts[] = { &e->id,     &e->name,      &e->client,
				      &e->helo,   &e->mail_from, &e->recipients,
				      &e->domain, &e->tls };
	uint64_t door = get_number(in);

	in->bad |= door > SPOOL_WATCHED;
	e->door = (enum spool_door)door;
	e->owner = (int64_t)get_number(in);
	e->received_at = (int64_t)get_number(in);
	e->smtputf8 = get_number(in) != 0;
	e->lmtp = get_number(in) != 0;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		*texts[i] = get_text(in);
}

bool
web_wire_read_head(struct str payload, struct web_head *out)
{
	struct reader in = { payload, false };
	struct api_head *h = &out->api;

	h->status = (int)get_number(&in);
	h->retry_after = (int64_t)get_number(&in);
	h->to_spool = get_number(&in) != 0;
	h->body_max = get_number(&in);
	out->packed = get_number(&in) != 0;
	out->compressed = get_number(&in) != 0;
	out->sized = get_number(&in) != 0;
	out->length = get_number(&in);
	h->content_type = get_text(&in).p;
	h->etag = get_text(&in);
	h->set_cookie = get_text(&in);
	h->disposition = get_text(&in);
	h->location = get_text(&in);
	get_envelope(&in, &h->envelope);
	return !in.bad && in.rest.n == 0 && h->status >= 200 &&
	       h->status <= 599;
}
