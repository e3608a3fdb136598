/* stream.c - the zone for a secondary, by a process of its own: it sees the
 * index as it was when it began, and nobody waits for it. */
#include "log/log.h"
#include "metrics/metrics.h"
#include "nameserver/private.h"
#include "os/os.h"
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 64 << 10, UNSENT_MAX = 512 << 10 };

struct nameserver_stream {
	struct nameserver_session *session;
	struct loop_watch
		*watch; /* NULL: waits for the connection, or its turn */
	int fd;         /* what the process writes; -1: not begun */
	pid_t pid;
	uint64_t number; /* in the order they were asked for */
	struct dnswire_chain chain;
	size_t query_n;
	char query[]; /* kept for its turn */
};

/* ---- the process ---- */

static bool
send_message(void *ctx, struct str message)
{
	const int *fd = ctx;
	const char length[2] = { (char)(message.n >> 8), (char)message.n };

	return os_write_all(*fd, (struct str){ length, sizeof length }) &&
	       os_write_all(*fd, message);
}

__attribute__((noreturn)) static void
run(const struct nameserver_stream *t, int fd)
{
	const struct nameserver *role = t->session->role;
	struct dnswire_transfer transfer = {
		.query = { t->query, t->query_n },
		.chain = t->chain,
		.clock = os_now,
		.send = send_message,
		.ctx = &fd,
	};
	sigset_t none;

	/* The loop's handlers would speak to the role. */
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	sandbox_role();
	sandbox_close_all_but(&fd, 1);
	_exit(dnswire_transfer(nameserver_zone_wire(role->zone), &transfer)
		      ? 0
		      : 1);
}

static pid_t
fork_quietly(void)
{
	sigset_t all, before;
	pid_t pid;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid != 0)
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

/* ---- the role ---- */

static void on_bytes(void *ctx);

static bool
begin(struct nameserver_stream *t)
{
	int pipe[2];

	if (pipe2(pipe, O_CLOEXEC) < 0)
		return false;
	t->pid = fork_quietly();
	if (t->pid == 0)
		run(t, pipe[1]);
	(void)close(pipe[1]);
	if (t->pid < 0) {
		(void)close(pipe[0]);
		return false;
	}
	t->fd = pipe[0];
	(void)fcntl(t->fd, F_SETFL, O_NONBLOCK);
	t->watch = loop_watch_new(t->session->role->loop, t->fd, on_bytes, t);
	t->session->role->streams++;
	metrics_add(METRICS_DNS_TRANSFERS, 1);
	return true;
}

static bool
has_begun(const struct nameserver_stream *t)
{
	return t->fd >= 0;
}

/* Its exit status; it is ended when it has not. */
static int
end(struct nameserver_stream *t, bool at_once)
{
	int status = 1;

	if (t->watch)
		loop_watch_free(t->watch);
	t->watch = NULL;
	os_fd_cleanup(&t->fd);
	if (at_once)
		(void)kill(t->pid, SIGKILL);
	while (waitpid(t->pid, &status, 0) < 0 && errno == EINTR)
		;
	t->session->role->streams--;
	return status;
}

static void
tell(const struct nameserver_stream *t, const char *event)
{
	char text[NETADDR_PRINT_MAX];

	log_info(event,
		 log_text("peer",
			  str_of(netaddr_print(&t->session->peer.ip, text))),
		 log_number("serial", t->session->role->serial));
}

/* Who has waited the longest; NULL: nobody waits. */
static struct nameserver_session *
first_waiting(const struct nameserver *role)
{
	struct nameserver_session *s, *first = NULL;

	LIST_FOREACH(s, &role->sessions, all)
	if (s->stream && !has_begun(s->stream) &&
	    (!first || s->stream->number < first->stream->number))
		first = s;
	return first;
}

/* One that cannot begin loses its connection, and asks again later. */
static void
begin_waiting(struct nameserver *role)
{
	struct nameserver_session *s;

	while (role->streams < role->options.transfers &&
	       (s = first_waiting(role))) {
		if (begin(s->stream))
			continue;
		loop_conn_close(s->conn, false);
		nameserver_session_end(s);
		return;
	}
}

static void
free_stream(struct nameserver_session *s)
{
	heap_free(s->stream);
	s->stream = NULL;
}

/* The process has said all it had to say. */
static void
finish(struct nameserver_stream *t)
{
	struct nameserver_session *s = t->session;
	struct nameserver *role = s->role;
	bool whole = end(t, false) == 0;

	tell(t, whole ? "transfer.done" : "transfer.failed");
	free_stream(s);
	if (whole) {
		loop_conn_resume(s->conn);
	} else {
		/* A part must not look like the whole. */
		loop_conn_close(s->conn, false);
		nameserver_session_end(s);
	}
	begin_waiting(role);
}

static void
on_bytes(void *ctx)
{
	struct nameserver_stream *t = ctx;
	struct loop_conn *conn = t->session->conn;
	char bytes[CHUNK];
	ssize_t n = read(t->fd, bytes, sizeof bytes);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		finish(t);
		return;
	}
	loop_conn_write(conn, (struct str){ bytes, (size_t)n });
	if (loop_conn_unsent(conn) >= UNSENT_MAX) {
		loop_watch_free(t->watch);
		t->watch = NULL;
	}
}

void
nameserver_stream_go_on(struct nameserver_session *s)
{
	struct nameserver_stream *t = s->stream;

	if (has_begun(t) && !t->watch)
		t->watch = loop_watch_new(s->role->loop, t->fd, on_bytes, t);
}

bool
nameserver_stream_start(struct nameserver_session *s, struct str query,
			const struct dnswire_chain *chain)
{
	struct nameserver_stream *t = heap_new(sizeof *t + query.n);

	t->session = s;
	t->fd = -1;
	t->number = ++s->role->asked;
	t->chain = *chain;
	t->query_n = query.n;
	for (size_t i = 0; i < query.n; i++)
		t->query[i] = query.p[i];
	s->stream = t;
	tell(t, "transfer.asked");
	return s->role->streams >= s->role->options.transfers || begin(t);
}

void
nameserver_stream_stop(struct nameserver_session *s)
{
	bool begun = s->stream && has_begun(s->stream);

	if (begun) {
		tell(s->stream, "transfer.failed");
		(void)end(s->stream, true);
	}
	free_stream(s);
	if (begun)
		begin_waiting(s->role);
}
