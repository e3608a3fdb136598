/* site.c - a running web role on a free port, and a client of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "site.h"

#include "metrics/metrics.h"
#include "os/os.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE = 20, SMALL_BUFFER = 4096 };

static int
listen_anywhere(uint16_t *port)
{
	struct sockaddr_in here = { .sin_family = AF_INET };
	socklen_t size = sizeof here;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&here, sizeof here), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &size), 0);
	*port = ntohs(here.sin_port);
	return fd;
}

static void
make_directory(struct site *site, char *spool, size_t room)
{
	(void)snprintf(site->dir, sizeof site->dir, "/tmp/waxseal-web-XXXXXX");
	assert_non_null(mkdtemp(site->dir));
	(void)snprintf(spool, room, "%s/spool", site->dir);
	assert_int_equal(mkdir(spool, 0700), 0);
}

void
site_start(struct site *site, const struct web_options *options)
{
	static char spool[80];
	static struct api_options api = { .hostname = "h.example",
					  .base_url = "" };
	struct web_options o = *options;
	struct web_listener listener = { 0 };
	int bell[2];

	if (o.listener_count)
		listener = o.listeners[0];
	make_directory(site, spool, sizeof spool);
	listener.fd = listen_anywhere(&site->port);
	o.metrics_fd = listen_anywhere(&site->metrics_port);
	assert_int_equal(pipe(bell), 0);
	site->bell = bell[0];
	api.data = site->dir;
	api.clock = os_now;
	o.api = &api;
	o.listeners = &listener;
	o.listener_count = 1;
	o.bell = bell[1];
	o.spool = (struct spool_options){ .dir = spool, .name = "web" };
	assert_int_equal(metrics_start(NULL), ERR_NONE);
	site->pid = fork();
	assert_true(site->pid >= 0);
	if (site->pid == 0) {
		/* Also when a test fails before its end. */
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		exit(web_run(&o));
	}
	(void)close(listener.fd);
	(void)close(o.metrics_fd);
	(void)close(bell[1]);
}

int
site_stop(struct site *site)
{
	char command[128];
	int status = 0;

	(void)close(site->bell);
	assert_int_equal(kill(site->pid, SIGTERM), 0);
	assert_int_equal(waitpid(site->pid, &status, 0), site->pid);
	(void)snprintf(command, sizeof command, "%s/spool", site->dir);
	pid_t pid = fork();
	if (pid == 0) {
		(void)execlp("rm", "rm", "-rf", site->dir, (char *)NULL);
		_exit(1);
	}
	(void)waitpid(pid, NULL, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int
site_connect(uint16_t port)
{
	struct sockaddr_in there = { .sin_family = AF_INET,
				     .sin_port = htons(port) };
	const struct timeval patience = { .tv_sec = PATIENCE };
	const int small = SMALL_BUFFER;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	/* Small, so that a client that does not read is felt soon. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			 sizeof patience);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
			 sizeof patience);
	assert_int_equal(connect(fd, (struct sockaddr *)&there, sizeof there),
			 0);
	return fd;
}

void
site_send(int fd, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);

		if (n <= 0)
			return; /* refused early; the answer tells */
		bytes = str_sub(bytes, (size_t)n, SIZE_MAX);
	}
}

void
site_sendz(int fd, const char *text)
{
	site_send(fd, str_of(text));
}

static bool
read_byte(int fd, char *c)
{
	return recv(fd, c, 1, 0) == 1;
}

/* Up to and with `end`. */
static bool
read_to(int fd, const char *end, char *to, size_t room)
{
	size_t n = 0, m = strlen(end);

	while (n + 1 < room && read_byte(fd, to + n)) {
		to[++n] = '\0';
		if (n >= m && strcmp(to + n - m, end) == 0)
			return true;
	}
	to[n] = '\0';
	return false;
}

static bool
read_body(int fd, struct buf *body, uint64_t left)
{
	while (left > 0) {
		size_t room = left < 65536 ? (size_t)left : 65536;
		char *to = buf_reserve(body, room);
		ssize_t n = to ? recv(fd, to, room, 0) : -1;

		if (n <= 0)
			return false;
		buf_commit(body, (size_t)n);
		left -= (uint64_t)n;
	}
	return true;
}

static bool
read_chunks(int fd, struct buf *body)
{
	char line[64];

	for (;;) {
		if (!read_to(fd, "\r\n", line, sizeof line))
			return false;
		uint64_t n = strtoull(line, NULL, 16);
		if (!read_body(fd, body, n) ||
		    !read_to(fd, "\r\n", line, sizeof line))
			return false;
		if (n == 0)
			return true;
	}
}

const char *
site_header(const struct site_answer *a, const char *name)
{
	static char value[2048];
	size_t n = strlen(name);

	for (const char *line = a->head; (line = strstr(line, "\r\n"));) {
		line += 2;
		if (strncasecmp(line, name, n) != 0 || line[n] != ':')
			continue;
		(void)snprintf(value, sizeof value, "%.*s",
			       (int)strcspn(line + n + 2, "\r"), line + n + 2);
		return value;
	}
	return "";
}

void
site_answer(int fd, struct site_answer *out)
{
	*out = (struct site_answer){ .body = BUF(64 << 20) };
	if (!read_to(fd, "\r\n\r\n", out->head, sizeof out->head))
		return;
	out->status = (int)strtol(out->head + 9, NULL, 10);
	if (strcmp(site_header(out, "Transfer-Encoding"), "chunked") == 0)
		out->whole = read_chunks(fd, &out->body);
	else if (out->status == 100 || out->status == 304)
		out->whole = true;
	else
		out->whole = read_body(
			fd, &out->body,
			strtoull(site_header(out, "Content-Length"), NULL, 10));
}

void
site_forget(struct site_answer *a)
{
	buf_free(&a->body);
}

int
site_get(uint16_t port, const char *path, const char *fields,
	 struct site_answer *out)
{
	SCOPED_BUF text = BUF(1 << 16);
	SCOPED_FD fd = site_connect(port);

	(void)buf_addf(&text, "GET %s HTTP/1.1\r\nHost: h\r\n%s\r\n", path,
		       fields);
	site_send(fd, buf_str(&text));
	site_answer(fd, out);
	return out->status;
}
