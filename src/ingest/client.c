/* client.c - asking the running server, from any other process. */
#include "ingest/client.h"

#include "os/os.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { PATIENCE = 600000 /* milliseconds without a word */ };

enum err
client_connect(const char *dir, int *out, struct diag *why)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	SCOPED_FD fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int n = snprintf(to.sun_path, sizeof to.sun_path, "%s/control.sock",
			 dir);

	if (fd < 0)
		return diag_errno(why, "connect", dir);
	if (n < 0 || n >= (int)sizeof to.sun_path ||
	    connect(fd, (const struct sockaddr *)&to, sizeof to) < 0)
		return diag_set(why, ERR_GONE, "ingest.no_server", 0, "%s",
				dir);
	*out = os_fd_take(&fd);
	return ERR_NONE;
}

enum err
client_lost(struct diag *why)
{
	return diag_set(why, ERR_IO, "ingest.server_lost", 0, " ");
}

enum err
client_failure(struct str text, struct diag *why)
{
	const struct json_limits limits = { INGEST_REQUEST_MAX, 4 };
	SCOPED_JSON json = NULL;
	SCOPED_BUF code = BUF(DIAG_CODE_MAX);
	int64_t err = 0, line = 0;
	bool repaired;

	if (json_parse(text, limits, &json, &repaired, NULL) != ERR_NONE ||
	    !json_i64(json_get(json, "error"), &err) || err <= ERR_NONE ||
	    err > ERR_STOP)
		return client_lost(why);
	(void)json_i64(json_get(json, "line"), &line);
	(void)buf_add(&code, json_str(json_get(json, "code")));
	return diag_set(why, (enum err)err, buf_c(&code), (uint64_t)line,
			"%.*s", STR_ARG(json_str(json_get(json, "detail"))));
}

/* Waits for a packet. */
static bool
is_readable(int fd)
{
	struct pollfd one = { .fd = fd, .events = POLLIN };
	int n;

	do {
		n = poll(&one, 1, PATIENCE);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

static enum err
take_packet(struct str packet, struct buf *answer, bool *over, struct diag *why)
{
	struct str rest = str_sub(packet, 1, SIZE_MAX);

	*over = packet.p[0] == PACKET_END;
	if (packet.p[0] == PACKET_FAILURE)
		return client_failure(rest, why);
	if (packet.p[0] == PACKET_PIECE && !buf_add(answer, rest))
		return diag_set(why, ERR_LIMIT, "io.too_large", 0, "answer");
	return ERR_NONE;
}

enum err
ingest_ask_more(int fd, struct buf *answer, bool *over, struct diag *why)
{
	SCOPED_BUF packet = BUF(CLIENT_ROOM);
	char *room = buf_reserve(&packet, CLIENT_ROOM);
	enum err err = ERR_NONE;

	*over = false;
	while (err == ERR_NONE && !*over) {
		ssize_t n =
			room ? recv(fd, room, CLIENT_ROOM, MSG_DONTWAIT) : 0;

		if (n < 0 && errno == EAGAIN)
			return ERR_NONE;
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return client_lost(why);
		err = take_packet((struct str){ room, (size_t)n }, answer, over,
				  why);
	}
	return err;
}

enum err
ingest_ask_begin(const char *dir, struct str request, int *out,
		 struct diag *why)
{
	SCOPED_FD fd = -1;
	enum err err = client_connect(dir, &fd, why);

	if (err != ERR_NONE)
		return err;
	if (request.n > INGEST_REQUEST_MAX)
		return diag_set(why, ERR_LIMIT, "ingest.bad_request", 0,
				"> 64 KiB");
	if (send(fd, request.p, request.n, MSG_NOSIGNAL) != (ssize_t)request.n)
		return client_lost(why);
	*out = os_fd_take(&fd);
	return ERR_NONE;
}

enum err
ingest_ask(const char *dir, struct str request, struct buf *answer,
	   struct diag *why)
{
	SCOPED_FD fd = -1;
	bool over = false;
	enum err err = ingest_ask_begin(dir, request, &fd, why);

	while (err == ERR_NONE && !over)
		err = is_readable(fd) ? ingest_ask_more(fd, answer, &over, why)
				      : client_lost(why);
	return err;
}
