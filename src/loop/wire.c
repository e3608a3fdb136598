/* wire.c - bytes in and out of a socket, plain or through TLS. */
#include "loop/private.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

enum {
	RECORD = 16 << 10,    /* plain bytes of a TLS record, at most */
	SEND_TURN = 512 << 10 /* bytes before others have theirs */
};

static bool
later(int cause)
{
	return cause == EAGAIN || cause == EWOULDBLOCK || cause == EINTR;
}

/* Whether OpenSSL only waits for the socket; else the connection ended. */
static bool
ssl_waits(struct loop_conn *c, int result)
{
	int error = SSL_get_error(c->ssl, result);

	if (error == SSL_ERROR_WANT_READ)
		return true;
	if (error == SSL_ERROR_WANT_WRITE) {
		c->wants_out = true;
		return true;
	}
	if (error == SSL_ERROR_ZERO_RETURN) {
		loop_conn_finish(c, LOOP_CLOSED);
		return false;
	}
	c->broken = true;
	loop_conn_finish(
		c, !c->handshaking && error == SSL_ERROR_SSL &&
				   ERR_GET_REASON(ERR_peek_error()) ==
					   SSL_R_UNEXPECTED_EOF_WHILE_READING
			   ? LOOP_CLOSED
			   : LOOP_FAILED);
	ERR_clear_error();
	return false;
}

/* Stops while a whole record still has room, so that none is left half read
 * inside of OpenSSL. */
static bool
receive_tls(struct loop_conn *c, char *to, size_t room, size_t *n)
{
	c->wants_out = false;
	while (*n == 0 || room - *n >= RECORD) {
		size_t got = 0;
		int rc;

		ERR_clear_error();
		rc = SSL_read_ex(c->ssl, to + *n, room - *n, &got);
		if (rc <= 0 && *n > 0)
			return SSL_get_error(c->ssl, rc) != SSL_ERROR_WANT_READ;
		if (rc <= 0) {
			(void)ssl_waits(c, rc);
			return false;
		}
		*n += got;
	}
	return SSL_pending(c->ssl) > 0;
}

bool
loop_conn_receive(struct loop_conn *c, char *to, size_t room, size_t *n)
{
	ssize_t got;

	*n = 0;
	if (c->ssl)
		return receive_tls(c, to, room, n);
	got = recv(c->fd, to, room, 0);
	if (got == 0)
		loop_conn_finish(c, LOOP_CLOSED);
	else if (got < 0 && !later(errno))
		loop_conn_finish(c, LOOP_FAILED);
	else if (got > 0)
		*n = (size_t)got;
	return false;
}

/* Bytes that left, 0 when none can now. */
static size_t
send_tls(struct loop_conn *c)
{
	size_t n = evbuffer_get_length(c->unsent), sent = 0;
	const unsigned char *from;
	int rc;

	c->wants_out = false;
	if (n > RECORD)
		n = RECORD;
	from = evbuffer_pullup(c->unsent, (ev_ssize_t)n);
	ERR_clear_error();
	rc = SSL_write_ex(c->ssl, from, n, &sent);
	if (rc <= 0) {
		(void)ssl_waits(c, rc);
		return 0;
	}
	(void)evbuffer_drain(c->unsent, sent);
	return sent;
}

static size_t
send_plain(struct loop_conn *c)
{
	int n = evbuffer_write(c->unsent, c->fd);

	if (n > 0)
		return (size_t)n;
	if (n < 0 && !later(errno)) {
		c->broken = true;
		loop_conn_finish(c, LOOP_FAILED);
	}
	return 0;
}

bool
loop_conn_send(struct loop_conn *c)
{
	size_t turn = 0;

	while (turn < SEND_TURN && evbuffer_get_length(c->unsent) > 0) {
		size_t n = c->ssl ? send_tls(c) : send_plain(c);

		if (n == 0)
			return false;
		turn += n;
	}
	if (evbuffer_get_length(c->unsent) > 0)
		return false;
	evbuffer_free(c->unsent);
	c->unsent = NULL;
	return true;
}

bool
loop_conn_handshake(struct loop_conn *c)
{
	int rc;

	c->wants_out = false;
	ERR_clear_error();
	rc = SSL_do_handshake(c->ssl);
	if (rc == 1)
		return true;
	(void)ssl_waits(c, rc);
	return false;
}

void
loop_conn_half_close(struct loop_conn *c)
{
	ERR_clear_error();
	if (c->ssl)
		(void)SSL_shutdown(c->ssl);
	(void)shutdown(c->fd, SHUT_WR);
}
