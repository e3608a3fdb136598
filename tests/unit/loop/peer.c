/* peer.c - the other side of a connection. */
#include "peer.h"
#include "os/os.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static pthread_t thread;
static char dir[64];
static struct tls_identity *identity;
static SSL_CTX *client;

static void *
run(void *arg)
{
	struct peer *p = arg;

	if (!p->through_tls || peer_secure(p))
		p->talk(p);
	if (p->ssl) {
		(void)SSL_shutdown(p->ssl);
		SSL_free(p->ssl);
		p->ssl = NULL;
	}
	(void)close(p->fd);
	return NULL;
}

void
peer_start(struct peer *p)
{
	(void)signal(SIGPIPE, SIG_IGN);
	assert(pthread_create(&thread, NULL, run, p) == 0);
}

void
peer_join(struct peer *p)
{
	(void)p;
	assert(pthread_join(thread, NULL) == 0);
}

void
peer_pair(int fd[2])
{
	assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) == 0);
}

void
peer_write(struct peer *p, struct str bytes)
{
	if (p->ssl) {
		size_t n;

		(void)SSL_write_ex(p->ssl, bytes.p, bytes.n, &n);
	} else {
		(void)os_write_all(p->fd, bytes);
	}
}

bool
peer_read(struct peer *p, size_t n)
{
	assert(n <= sizeof p->got);
	for (p->got_n = 0; p->got_n < n;) {
		size_t more = 0;
		char *to = p->got + p->got_n;

		if (p->ssl && SSL_read_ex(p->ssl, to, n - p->got_n, &more) != 1)
			return false;
		if (!p->ssl) {
			ssize_t r = read(p->fd, to, n - p->got_n);

			if (r <= 0)
				return false;
			more = (size_t)r;
		}
		p->got_n += more;
	}
	return true;
}

bool
peer_is(const struct peer *p, struct str what)
{
	return str_eq((struct str){ p->got, p->got_n }, what);
}

bool
peer_secure(struct peer *p)
{
	p->ssl = SSL_new(client);
	(void)SSL_set_fd(p->ssl, p->fd);
	return SSL_connect(p->ssl) == 1;
}

struct tls_identity *
peer_identity(void)
{
	if (identity)
		return identity;
	(void)snprintf(dir, sizeof dir, "/tmp/waxseal-loop-XXXXXX");
	assert(mkdtemp(dir));
	assert(tls_self_made(dir, S("a.example"), os_now(), &identity, NULL) ==
	       ERR_NONE);
	client = SSL_CTX_new(TLS_client_method());
	return identity;
}

void
peer_forget_identity(void)
{
	char path[128];

	if (!identity)
		return;
	(void)snprintf(path, sizeof path, "%s/self.pem", dir);
	(void)unlink(path);
	(void)snprintf(path, sizeof path, "%s/self.key", dir);
	(void)unlink(path);
	(void)rmdir(dir);
	tls_free(identity);
	identity = NULL;
	SSL_CTX_free(client);
}
