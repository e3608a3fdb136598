/* there.c - an import whose reading and writing the running server does: the
 * paths are opened here, by who is allowed to. */
#include "ingest/client.h"

#include "os/os.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum { TELL_EVERY = 64, LINE_DEPTH = 4, LINE_MEM = 256 << 10 };

struct there {
	int fd;
	const struct ingest_options *options;
	struct ingest_totals *totals;
	uint64_t all_files;
	char *room;  /* of one packet */
	bool ended;  /* the answer is complete, or there will be none */
	bool leaves; /* when stopped, without waiting for the end */
	enum err err;
	struct diag *why;
};

static void
tell_progress(const struct there *t)
{
	if (t->options->progress)
		t->options->progress(t->options->ctx, t->totals, t->all_files);
}

static void
take_item(struct there *t, struct str text)
{
	const struct json_limits limits = { CLIENT_ROOM, LINE_DEPTH };
	SCOPED_ARENA mem = arena_new(LINE_MEM);
	SCOPED_JSON json = NULL;
	struct ingest_item item;
	bool repaired;

	if (json_parse(text, limits, &json, &repaired, NULL) != ERR_NONE)
		return;
	line_read_item(json, mem, &item);
	import_count(t->totals, &item);
	if (t->options->item)
		t->options->item(t->options->ctx, &item);
}

/* The server's own count says the last word. */
static void
take_totals(struct there *t, struct str text)
{
	const struct json_limits limits = { CLIENT_ROOM, LINE_DEPTH };
	SCOPED_JSON json = NULL;
	uint64_t bytes = t->totals->bytes;
	bool repaired;

	if (json_parse(text, limits, &json, &repaired, NULL) != ERR_NONE)
		return;
	line_read_totals(json, t->totals);
	t->totals->bytes = bytes;
}

static void
take_packet(struct there *t, ssize_t n)
{
	struct str rest = { t->room + 1, n > 0 ? (size_t)n - 1 : 0 };

	if (n <= 0) {
		t->ended = true;
		t->err = client_lost(t->why);
		return;
	}
	switch (t->room[0]) {
	case PACKET_ITEM:
		take_item(t, rest);
		break;
	case PACKET_PIECE:
		take_totals(t, rest);
		break;
	case PACKET_FAILURE:
		t->ended = true;
		t->err = client_failure(rest, t->why);
		break;
	case PACKET_END:
		t->ended = true;
		break;
	default:
		break;
	}
}

/* Takes what comes until there is room to send, or, when there is nothing to
 * send, until the end. */
static enum err
wait_for(struct there *t, bool sending)
{
	struct pollfd one = {
		.fd = t->fd, .events = (short)(POLLIN | (sending ? POLLOUT : 0))
	};

	while (!t->ended) {
		if (t->leaves && t->options->stop && *t->options->stop)
			return diag_set(t->why, ERR_STOP, "ingest.stopped", 0,
					" ");
		if (poll(&one, 1, -1) < 0 && errno != EINTR)
			return client_lost(t->why);
		if (one.revents & (POLLIN | POLLHUP | POLLERR)) {
			ssize_t n =
				recv(t->fd, t->room, CLIENT_ROOM, MSG_DONTWAIT);

			if (n >= 0 || (errno != EAGAIN && errno != EINTR))
				take_packet(t, n);
		} else if (sending && (one.revents & POLLOUT)) {
			return ERR_NONE;
		}
	}
	return t->err != ERR_NONE || !sending ? t->err : client_lost(t->why);
}

static enum err
send_packet(struct there *t, int fd, char letter, struct str text)
{
	SCOPED_BUF packet = BUF(PATH_ROOM);
	enum err err = wait_for(t, true);

	(void)buf_addc(&packet, letter);
	(void)buf_add(&packet, text);
	if (err != ERR_NONE)
		return err;
	/* A path that does not fit is no path. */
	if (packet.full || !os_send_fd(t->fd, fd, buf_str(&packet)))
		return wait_for(t, false) ? t->err : client_lost(t->why);
	return ERR_NONE;
}

static enum err
send_file(void *ctx, const char *path, int fd, uint64_t size)
{
	struct there *t = ctx;
	SCOPED_FD own = fd;

	t->totals->bytes += size;
	if (++t->totals->files % TELL_EVERY == 0)
		tell_progress(t);
	return send_packet(t, own, PACKET_DOCUMENT, str_of(path));
}

static enum err
send_bad(void *ctx, const char *path, const struct diag *reason)
{
	struct there *t = ctx;
	SCOPED_BUF text = BUF(PATH_ROOM);
	struct json_out j = JSON_OUT(&text);

	t->totals->files++;
	json_open_object(&j, NULL);
	json_put_str(&j, "path", str_of(path));
	json_put_str(&j, "code", str_of(reason->code));
	json_put_str(&j, "detail", str_of(reason->detail));
	json_close_object(&j);
	return send_packet(t, -1, PACKET_BAD, buf_str(&text));
}

static enum err
hand_over(struct there *t, const char *const *paths, size_t count)
{
	const struct walk walk = { t, send_file, send_bad, t->options->stop };
	enum err err, last;

	t->all_files = walk_count(&walk, paths, count);
	tell_progress(t);
	err = send_packet(t, -1, '{', S("\"op\":\"import\"}"));
	if (err == ERR_NONE)
		err = walk_paths(&walk, paths, count, t->why);
	if (err != ERR_NONE && err != ERR_STOP)
		return err;
	/* Also when stopped: what was handed over is told to its end. */
	last = send_packet(t, -1, PACKET_LAST, S(""));
	if (last == ERR_NONE)
		last = wait_for(t, false);
	return last == ERR_NONE ? err : last;
}

/* Connects; the server's room is in `packet`. */
static enum err
begin(struct there *t, const char *dir, struct buf *packet)
{
	enum err err = client_connect(dir, &t->fd, t->why);

	*t->totals = (struct ingest_totals){ 0 };
	if (err != ERR_NONE)
		return err;
	t->room = buf_reserve(packet, CLIENT_ROOM);
	return t->room ? ERR_NONE : client_lost(t->why);
}

enum err
ingest_run_there(const char *dir, const char *const *paths, size_t count,
		 const struct ingest_options *options,
		 struct ingest_totals *out, struct diag *why)
{
	SCOPED_BUF packet = BUF(CLIENT_ROOM);
	struct there t = {
		.fd = -1, .options = options, .totals = out, .why = why
	};
	enum err err = begin(&t, dir, &packet);

	if (err == ERR_NONE) {
		err = hand_over(&t, paths, count);
		tell_progress(&t);
	}
	os_fd_cleanup(&t.fd);
	return err;
}

enum err
ingest_reparse_there(const char *dir, int64_t only_report,
		     const struct ingest_options *options,
		     struct ingest_totals *out, struct diag *why)
{
	SCOPED_BUF packet = BUF(CLIENT_ROOM);
	SCOPED_BUF request = BUF(256);
	struct there t = { .fd = -1,
			   .options = options,
			   .totals = out,
			   .leaves = true,
			   .why = why };
	enum err err = begin(&t, dir, &packet);

	(void)buf_addz(&request, "\"op\":\"reparse\",\"items\":true,");
	if (only_report > 0)
		(void)buf_addf(&request, "\"report\":%lld}",
			       (long long)only_report);
	else
		(void)buf_addz(&request, "\"all\":true}");
	if (err == ERR_NONE)
		err = send_packet(&t, -1, '{', buf_str(&request));
	if (err == ERR_NONE)
		err = wait_for(&t, false);
	os_fd_cleanup(&t.fd);
	return err;
}
