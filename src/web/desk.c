/* desk.c - the process that opens the stores and answers, one question at a
 * time: plain blocking code. */
#include "web/desk.h"
#include "inflate/inflate.h"
#include "log/log.h"
#include "os/os.h"
#include "web/wire.h"

#include <sys/socket.h>

enum {
	/* An answer up to here is sent with its length, longer ones as they
	 * grow. */
	HOLD = 64 << 10,
	PACK_LEAST = 1 << 10, /* smaller ones are not worth packing */
	OUT_MAX = 4 << 20
};

/* One answer on its way. */
struct answer {
	int fd;
	const struct web_ask *ask;
	struct web_head head;
	struct buf kept;   /* its texts, which end with api_answer */
	struct buf held;   /* the body while it is short */
	struct buf packed; /* what the packer made of it */
	struct buf out;    /* frames */
	struct inflate_packer *packer;
	bool has_head, begun, gone;
};

/* The front says so by any byte: it asks nothing else before the end. */
static bool
cancelled(struct answer *a)
{
	char byte;

	if (!a->gone && recv(a->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0)
		a->gone = true;
	return a->gone;
}

static void
send_frames(struct answer *a)
{
	if (!a->gone && !os_write_all(a->fd, buf_str(&a->out)))
		a->gone = true;
	buf_clear(&a->out);
}

static bool
is_text(const char *type)
{
	static const struct str kinds[] = {
		STR("text/"),
		STR("application/json"),
		STR("application/problem+json"),
		STR("application/xml"),
		STR("application/openapi+json"),
		STR("application/x-ndjson"),
	};

	for (size_t i = 0; type && i < COUNT_OF(kinds); i++)
		if (str_starts(str_of(type), kinds[i]))
			return true;
	return false;
}

static void
take_head(void *ctx, const struct api_head *head)
{
	struct answer *a = ctx;

	const struct web_head copy = { .api = *head };

	buf_clear(&a->kept);
	web_wire_head(&a->kept, &copy);
	a->has_head = web_wire_read_head(
		str_sub(buf_str(&a->kept), WEB_FRAME_HEAD, SIZE_MAX), &a->head);
	a->head.compressed = is_text(head->content_type) && !head->to_spool;
}

/* What is ready goes out as pieces. */
static void
send_ready(struct answer *a, struct buf *ready)
{
	if (!a->ask->bodiless)
		web_wire_piece(&a->out, buf_str(ready));
	buf_clear(ready);
	send_frames(a);
}

static void
begin(struct answer *a, bool whole)
{
	a->begun = true;
	a->head.packed = a->head.compressed && a->ask->gzip &&
			 (!whole || a->held.n > PACK_LEAST);
	if (a->head.packed) {
		a->packer = inflate_pack_new(&a->packed);
		(void)!inflate_pack_add(a->packer, buf_str(&a->held));
		buf_clear(&a->held);
	}
	if (whole && a->packer) {
		(void)!inflate_pack_end(a->packer);
		a->packer = NULL;
	}
	a->head.sized = whole;
	a->head.length = a->head.packed ? a->packed.n : a->held.n;
	web_wire_head(&a->out, &a->head);
	send_ready(a, a->head.packed ? &a->packed : &a->held);
}

static bool
take_piece(void *ctx, struct str bytes)
{
	struct answer *a = ctx;

	if (cancelled(a))
		return false;
	while (bytes.n > 0 && !a->gone) {
		struct str now = str_sub(bytes, 0, WEB_PIECE_MAX);

		bytes = str_sub(bytes, now.n, SIZE_MAX);
		if (!a->begun) {
			(void)buf_add(&a->held, now);
			if (a->held.n > HOLD)
				begin(a, false);
		} else if (a->packer) {
			(void)!inflate_pack_add(a->packer, now);
			send_ready(a, &a->packed);
		} else {
			(void)buf_add(&a->held, now);
			send_ready(a, &a->held);
		}
	}
	return !a->gone;
}

static void
end(struct answer *a)
{
	if (!a->has_head)
		a->head = (struct web_head){ .api = { .status = 500 } };
	if (!a->begun)
		begin(a, true);
	if (a->packer) {
		(void)!inflate_pack_end(a->packer);
		send_ready(a, &a->packed);
	}
	web_wire_mark(&a->out, WEB_END);
	a->gone = false; /* also after a WEB_CANCEL the end is told */
	send_frames(a);
}

static void
answer(struct api *api, int fd, const struct web_ask *ask)
{
	struct answer a = { .fd = fd,
			    .ask = ask,
			    .kept = BUF(WEB_HEAD_MAX),
			    .held = BUF(HOLD + WEB_PIECE_MAX),
			    .packed = BUF(OUT_MAX),
			    .out = BUF(OUT_MAX) };
	const struct api_sink sink = { &a, take_head, take_piece };

	api_answer(api, &ask->request, &sink);
	end(&a);
	buf_free(&a.kept);
	buf_free(&a.held);
	buf_free(&a.packed);
	buf_free(&a.out);
}

/* One frame into `payload`; false at the end. */
static bool
next_frame(int fd, struct buf *payload, uint32_t *kind)
{
	char head[WEB_FRAME_HEAD];
	uint32_t length;

	if (os_read_all(fd, head, sizeof head) != sizeof head ||
	    !web_wire_frame((struct str){ head, sizeof head }, kind, &length) ||
	    length > WEB_ASK_MAX)
		return false;
	buf_clear(payload);
	if (length == 0)
		return true;
	char *to = buf_reserve(payload, length);
	if (!to || os_read_all(fd, to, length) != length)
		return false;
	buf_commit(payload, length);
	return true;
}

int
web_desk_run(int fd, const struct api_options *options)
{
	SCOPED_BUF payload = BUF(WEB_ASK_MAX);
	struct diag why = { 0 };
	struct api *api;
	uint32_t kind;

	if (api_open(options, &api, &why) != ERR_NONE) {
		log_error("desk_failed", &why);
		return 1;
	}
	while (next_frame(fd, &payload, &kind)) {
		struct web_ask ask = { 0 };

		if (kind == WEB_CANCEL)
			continue; /* came behind the end of its answer */
		if (kind != WEB_ASK ||
		    !web_wire_read_ask(buf_str(&payload), &ask))
			break;
		answer(api, fd, &ask);
	}
	api_close(api);
	return 0;
}
