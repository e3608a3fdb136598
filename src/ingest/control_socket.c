/* control_socket.c - who asks the writer, and the way back.
 *
 * A request is one packet, an answer some packets. Only the owner of the data
 * directory gets as far as the socket.
 */
#include "ingest/server.h"

#include "log/log.h"
#include "os/os.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	CLIENTS = 32,
	SLOW = 10000, /* milliseconds a client may take for one packet */
	DEPTH = 8,
	BELL_BYTES = 4096
};

struct sockets {
	int listener;
	int client[CLIENTS]; /* -1 free */
	int busy;            /* the client of a long work, or -1 */
};

static enum err
address_of(const char *data, struct sockaddr_un *out, struct diag *why)
{
	int n;

	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(out->sun_path, sizeof out->sun_path, "%s/control.sock",
		     data);
	if (n > 0 && n < (int)sizeof out->sun_path)
		return ERR_NONE;
	errno = ENAMETOOLONG;
	return diag_errno(why, "listen", data);
}

static enum err
listen_at(const char *data, int fd, struct diag *why)
{
	struct sockaddr_un address;
	enum err err = address_of(data, &address, why);
	mode_t mask;
	int bound;

	if (err != ERR_NONE)
		return err;
	/* The store's lock tells who serves: what lies there is left over. */
	(void)unlink(address.sun_path);
	mask = umask(0177);
	bound = bind(fd, (const struct sockaddr *)&address, sizeof address);
	(void)umask(mask);
	if (bound < 0 || listen(fd, CLIENTS) < 0)
		return diag_errno(why, "listen", address.sun_path);
	return ERR_NONE;
}

enum err
sockets_open(struct server *s, struct diag *why)
{
	struct sockets *k = heap_new(sizeof *k);
	enum err err;

	s->sockets = k;
	k->busy = -1;
	for (size_t i = 0; i < CLIENTS; i++)
		k->client[i] = -1;
	k->listener = socket(AF_UNIX,
			     SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (k->listener < 0)
		return diag_errno(why, "listen", "control.sock");
	err = listen_at(s->options->data, k->listener, why);
	return err;
}

void
sockets_close(struct server *s)
{
	struct sockets *k = s->sockets;
	struct sockaddr_un address;

	if (!k)
		return;
	if (address_of(s->options->data, &address, NULL) == ERR_NONE)
		(void)unlink(address.sun_path);
	os_fd_cleanup(&k->listener);
	for (size_t i = 0; i < CLIENTS; i++)
		os_fd_cleanup(&k->client[i]);
	heap_free(k);
	s->sockets = NULL;
}

/* ---- answers ---- */

static bool
wait_until_writable(int fd)
{
	struct pollfd one = { .fd = fd, .events = POLLOUT };

	return poll(&one, 1, SLOW) == 1 && (one.revents & POLLOUT);
}

bool
socket_send(int client, char letter, struct str bytes)
{
	SCOPED_BUF packet = BUF(INGEST_REQUEST_MAX + 1);
	ssize_t n;

	(void)buf_addc(&packet, letter);
	(void)buf_add(&packet, bytes);
	if (packet.full)
		return false;
	do {
		n = send(client, packet.p, packet.n,
			 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN && !wait_until_writable(client))
			return false;
	} while (n < 0 && (errno == EAGAIN || errno == EINTR));
	return n == (ssize_t)packet.n;
}

static void
send_failure(int client, enum err err, const struct diag *why)
{
	SCOPED_BUF text = BUF(4096);
	struct json_out j = JSON_OUT(&text);

	json_open_object(&j, NULL);
	json_put_i64(&j, "error", err);
	json_put_str(&j, "code", str_of(why->code));
	json_put_u64(&j, "line", why->line);
	json_put_str(&j, "detail", str_of(why->detail));
	json_close_object(&j);
	(void)socket_send(client, PACKET_FAILURE, buf_str(&text));
}

static void
send_answer(int client, struct str answer)
{
	bool there = true;

	while (answer.n > 0 && there) {
		there = socket_send(client, PACKET_PIECE,
				    str_sub(answer, 0, PIECE_MAX));
		answer = str_sub(answer, PIECE_MAX, SIZE_MAX);
	}
	if (there)
		(void)socket_send(client, PACKET_END, S(""));
}

/* ---- requests ---- */

static enum err
bad_request(const char *what, struct diag *why)
{
	return diag_set(why, ERR_SYNTAX, "ingest.bad_request", 0, "%s", what);
}

static enum err
run_op(struct server *s, const struct op *op, const struct request *r,
       struct buf *answer, struct diag *why)
{
	enum err err;

	if (op->is_long && s->working)
		return diag_set(why, ERR_BUSY, "ingest.busy", 0, "%s",
				s->working);
	/* No batch is open while somebody else's work is done. */
	err = engine_finish(s->engine, why);
	if (err != ERR_NONE)
		return err;
	if (op->is_long) {
		s->working = op->name;
		s->sockets->busy = r->client;
	}
	err = op->run(s, r, answer, why);
	if (op->is_long) {
		s->working = NULL;
		s->sockets->busy = -1;
	}
	return err;
}

static enum err
answer_request(struct server *s, int client, struct str text,
	       struct buf *answer, struct diag *why)
{
	const struct json_limits limits = { INGEST_REQUEST_MAX, DEPTH };
	SCOPED_JSON json = NULL;
	bool repaired;
	enum err err = json_parse(text, limits, &json, &repaired, why);
	const struct op *op = op_find(json_str(json_get(json, "op")));
	const struct request request = { json, client };

	if (err != ERR_NONE)
		return err;
	if (!op)
		return bad_request("op", why);
	err = run_op(s, op, &request, answer, why);
	if (err == ERR_NONE && answer->n == 0)
		(void)buf_addz(answer, "{}");
	return err;
}

static void
serve_client(struct server *s, int *client)
{
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX + 1);
	SCOPED_BUF answer = BUF(INGEST_ANSWER_MAX);
	char *to = buf_reserve(&request, INGEST_REQUEST_MAX + 1);
	ssize_t n = to ? recv(*client, to, INGEST_REQUEST_MAX + 1, MSG_DONTWAIT)
		       : -1;
	struct diag why = { 0 };
	enum err err;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		os_fd_cleanup(client);
		return;
	}
	buf_commit(&request, (size_t)n);
	if (n > INGEST_REQUEST_MAX)
		err = bad_request("> 64 KiB", &why);
	else
		err = answer_request(s, *client, buf_str(&request), &answer,
				     &why);
	if (err == ERR_NONE)
		send_answer(*client, buf_str(&answer));
	else
		send_failure(*client, err, &why);
}

static void
take_client(struct sockets *k)
{
	int fd = accept4(k->listener, NULL, NULL, SOCK_CLOEXEC);

	for (size_t i = 0; i < CLIENTS && fd >= 0; i++)
		if (k->client[i] < 0) {
			k->client[i] = fd;
			return;
		}
	os_fd_cleanup(&fd);
}

static void
hear_bell(int bell)
{
	char bytes[BELL_BYTES];

	(void)!read(bell, bytes, sizeof bytes);
}

static void
serve_ready(struct server *s, const struct pollfd *of)
{
	struct sockets *k = s->sockets;

	for (size_t i = 0; i < CLIENTS; i++)
		if (of[i].revents && k->client[i] == of[i].fd)
			serve_client(s, &k->client[i]);
}

/* Places beyond the clients': the listener and the bell. A negative
 * descriptor is one that poll passes over. */
void
sockets_wait(struct server *s, int milliseconds)
{
	struct sockets *k = s->sockets;
	struct pollfd of[CLIENTS + 2];

	for (size_t i = 0; i < CLIENTS; i++)
		of[i] = (struct pollfd){ .fd = k->client[i] == k->busy
						       ? -1
						       : k->client[i],
					 .events = POLLIN };
	of[CLIENTS] = (struct pollfd){ .fd = k->listener, .events = POLLIN };
	of[CLIENTS + 1] =
		(struct pollfd){ .fd = s->options->bell, .events = POLLIN };
	if (poll(of, CLIENTS + 2, milliseconds) <= 0)
		return;
	if (of[CLIENTS + 1].revents & POLLIN)
		hear_bell(s->options->bell);
	serve_ready(s, of);
	if (of[CLIENTS].revents)
		take_client(k);
}
