/* inquiry.c - a request to the inspector, within a time that a desk has. */
#include "inquiry/inquiry.h"

#include "json/json.h"
#include "os/os.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { PIECE = 64 << 10, FAILURE_MAX = 8 << 10 };

struct talk {
	int fd;
	int64_t until; /* ticks */
};

static enum err
no_answer(struct diag *why)
{
	return diag_set(why, ERR_BUSY, "inspect.no_answer", 0, " ");
}

static enum err
not_running(struct diag *why)
{
	return diag_set(why, ERR_GONE, "inspect.not_running", 0, " ");
}

static bool
wait_for(const struct talk *t, short events)
{
	struct pollfd one = { .fd = t->fd, .events = events };
	int64_t left;
	int n;

	do {
		left = t->until - os_ticks();
		n = left > 0 ? poll(&one, 1, (int)left) : 0;
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

/* A socket of this machine connects at once, or its queue is full. */
static enum err
begin(struct talk *t, const char *dir, struct diag *why)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int n = snprintf(to.sun_path, sizeof to.sun_path, "%s/" INQUIRY_SOCKET,
			 dir);

	t->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (t->fd < 0)
		return diag_errno(why, "connect", INQUIRY_SOCKET);
	if (n < 0 || n >= (int)sizeof to.sun_path)
		return not_running(why);
	if (connect(t->fd, (const struct sockaddr *)&to, sizeof to) == 0)
		return ERR_NONE;
	return errno == EAGAIN ? no_answer(why) : not_running(why);
}

static enum err
send_all(const struct talk *t, struct str bytes, struct diag *why)
{
	while (bytes.n > 0) {
		ssize_t n = send(t->fd, bytes.p, bytes.n, MSG_NOSIGNAL);

		if (n > 0)
			bytes = str_sub(bytes, (size_t)n, SIZE_MAX);
		else if (errno != EAGAIN && errno != EINTR)
			return not_running(why);
		else if (!wait_for(t, POLLOUT))
			return no_answer(why);
	}
	return ERR_NONE;
}

/* Until the other side closes. */
static enum err
gather(const struct talk *t, struct buf *answer, struct diag *why)
{
	for (;;) {
		char *room = buf_reserve(answer, PIECE);
		ssize_t n;

		if (!wait_for(t, POLLIN))
			return no_answer(why);
		n = room ? recv(t->fd, room, PIECE, 0) : -1;
		if (n == 0)
			return ERR_NONE;
		if (n > 0)
			buf_commit(answer, (size_t)n);
		else if (!room)
			return diag_set(why, ERR_LIMIT, "io.too_large", 0,
					"answer");
		else if (errno != EAGAIN && errno != EINTR)
			return not_running(why);
	}
}

/* A closed connection without a word is one that died. */
static enum err
failure(struct str text, int64_t *again, struct diag *why)
{
	const struct json_limits limits = { FAILURE_MAX, 4 };
	SCOPED_JSON json = NULL;
	SCOPED_BUF code = BUF(DIAG_CODE_MAX);
	int64_t err = 0;
	bool repaired;

	if (json_parse(text, limits, &json, &repaired, NULL) != ERR_NONE ||
	    !json_i64(json_get(json, "error"), &err) || err <= ERR_NONE ||
	    err > ERR_STOP)
		return not_running(why);
	(void)json_i64(json_get(json, "again"), again);
	(void)buf_add(&code, json_str(json_get(json, "code")));
	return diag_set(why, (enum err)err, buf_c(&code), 0, "%.*s",
			STR_ARG(json_str(json_get(json, "detail"))));
}

enum err
inquiry_ask(const char *dir, struct str request, int64_t ms, struct buf *answer,
	    int64_t *again, struct diag *why)
{
	SCOPED_FD fd = -1;
	SCOPED_BUF whole = BUF(INQUIRY_ANSWER_MAX + PIECE);
	struct talk t = { .fd = -1, .until = os_ticks() + ms };
	enum err err = begin(&t, dir, why);
	struct str got;

	fd = t.fd;
	*again = 0;
	if (err == ERR_NONE)
		err = send_all(&t, request, why);
	if (err == ERR_NONE)
		err = send_all(&t, S("\n"), why);
	if (err == ERR_NONE)
		err = gather(&t, &whole, why);
	if (err != ERR_NONE)
		return err;
	got = buf_str(&whole);
	if (got.n == 0 || got.p[0] != INQUIRY_FINE)
		return failure(str_sub(got, 1, SIZE_MAX), again, why);
	if (!buf_add(answer, str_sub(got, 1, SIZE_MAX)))
		return diag_set(why, ERR_LIMIT, "io.too_large", 0, "answer");
	return ERR_NONE;
}

void
inquiry_refuse(struct buf *answer, enum err err, const struct diag *why,
	       int64_t again)
{
	struct json_out j = JSON_OUT(answer);

	buf_clear(answer);
	buf_addc(answer, INQUIRY_FAILURE);
	json_open_object(&j, NULL);
	json_put_i64(&j, "error", err);
	json_put_str(&j, "code", str_of(why->code));
	json_put_str(&j, "detail", str_of(why->detail));
	json_put_i64(&j, "again", again);
	json_close_object(&j);
}
