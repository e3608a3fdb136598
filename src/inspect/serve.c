/* serve.c - the role: the socket where others ask, and the engine behind
 * it. */
#include "inspect/server.h"

#include "dnsname/dnsname.h"
#include "inquiry/inquiry.h"
#include "log/log.h"
#include "os/os.h"

#include <signal.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONNS_MAX = 64, TALK_MS = 5000, PULSE_MS = 1000, PATH_MAX_BYTES = 4096 };

struct conn {
	LIST_ENTRY(conn) all;
	struct serving *serving;
	struct loop_conn *io;
};

struct serving {
	const struct inspect_serve_options *o;
	struct loop *loop;
	struct inspect *engine; /* NULL: `broken` says why */
	struct diag broken;
	enum err broken_err;
	struct inspect_server *server;
	LIST_HEAD(, conn) conns;
	size_t conns_n;
};

/* ---- one who asks ---- */

static void
forget(struct conn *c)
{
	LIST_REMOVE(c, all);
	c->serving->conns_n--;
	heap_free(c);
}

static void
answer(struct conn *c, struct str request)
{
	SCOPED_BUF text = BUF(INQUIRY_ANSWER_MAX);
	struct serving *s = c->serving;

	if (s->engine)
		inspect_server_answer(s->server, request, &text);
	else
		inquiry_refuse(&text, s->broken_err, &s->broken, 0);
	loop_conn_write(c->io, buf_str(&text));
	loop_conn_close(c->io, true);
	forget(c);
}

static size_t
on_read(void *ctx, struct str bytes)
{
	size_t end = str_index(bytes, '\n');

	if (end == SIZE_MAX)
		return 0;
	answer(ctx, str_sub(bytes, 0, end));
	return bytes.n;
}

static void
on_end(void *ctx, enum loop_end how)
{
	(void)how;
	forget(ctx);
}

static void
on_accept(void *ctx, int fd, const struct netaddr_port *peer)
{
	static const struct loop_handler handler = { .read = on_read,
						     .ended = on_end };
	struct serving *s = ctx;
	struct conn *c;

	(void)peer;
	if (s->conns_n == CONNS_MAX) {
		(void)close(fd);
		return;
	}
	c = heap_new(sizeof(*c));
	c->serving = s;
	LIST_INSERT_HEAD(&s->conns, c, all);
	s->conns_n++;
	c->io = loop_conn_new(s->loop, fd, NULL, &handler, c);
	loop_conn_read_max(c->io, INQUIRY_REQUEST_MAX + 1);
	loop_conn_timeout(c->io, TALK_MS, TALK_MS);
}

/* ---- the role ---- */

static void
on_signal(void *ctx, int signal)
{
	struct serving *s = ctx;

	(void)signal;
	loop_stop(s->loop);
}

static void
on_pulse(void *ctx)
{
	const struct serving *s = ctx;

	if (s->o->alive)
		s->o->alive(s->o->ctx);
}

static void
run_look(void *ctx, struct facts *f, bool (*judge)(void *look),
	 void (*done)(void *look, bool complete), void *look)
{
	const struct serving *s = ctx;

	inspect_run(s->engine, f, judge, done, look);
}

static void
forget_answers(void *ctx)
{
	const struct serving *s = ctx;

	inspect_forget(s->engine);
}

/* Addresses of Unix sockets begin with "/". */
static void
name_socket(const struct serving *s, struct buf *path)
{
	char here[PATH_MAX_BYTES];

	if (s->o->data[0] != '/' && getcwd(here, sizeof(here)))
		buf_addf(path, "%s/", here);
	buf_addf(path, "%s/" INQUIRY_SOCKET, s->o->data);
}

/* Only the service's own processes may ask. */
static enum err
open_socket(const char *path, int *fd, struct diag *why)
{
	enum err err = loop_listen_open(str_of(path), fd, why);

	if (err == ERR_NONE && chmod(path, 0600) < 0)
		err = diag_errno(why, "open", path);
	return err;
}

static void
begin(struct serving *s)
{
	const struct inspect_server_options options = {
		.clock = s->o->clock,
		.ticks = s->o->ticks,
		.run = run_look,
		.forget = forget_answers,
		.ctx = s,
	};

	dnsname_init();
	s->broken_err =
		inspect_new(s->loop, &s->o->engine, &s->engine, &s->broken);
	if (s->broken_err != ERR_NONE)
		log_error("inspector_failed", &s->broken);
	s->server = inspect_server_new(&options);
	if (s->engine && s->o->begun)
		s->o->begun(s->o->ctx, s->loop, s->engine);
	loop_on_signal(s->loop, SIGTERM, on_signal, s);
	loop_on_signal(s->loop, SIGINT, on_signal, s);
}

static void
finish(struct serving *s)
{
	while (!LIST_EMPTY(&s->conns)) {
		struct conn *c = LIST_FIRST(&s->conns);

		loop_conn_close(c->io, false);
		forget(c);
	}
	inspect_free(s->engine);
	if (s->o->ended)
		s->o->ended(s->o->ctx);
	inspect_server_free(s->server);
	loop_free(s->loop);
}

int
inspect_serve(const struct inspect_serve_options *options)
{
	struct serving s = { .o = options };
	struct loop_listener *listener;
	struct loop_timer *pulse;
	SCOPED_BUF path = BUF(2 * PATH_MAX_BYTES);
	struct diag why = { 0 };
	SCOPED_FD fd = -1;

	name_socket(&s, &path);
	if (open_socket(buf_c(&path), &fd, &why) != ERR_NONE) {
		log_error("inspector_failed", &why);
		return 1;
	}
	s.loop = loop_new();
	begin(&s);
	listener = loop_listen(s.loop, fd, on_accept, &s);
	pulse = loop_timer_new(s.loop, on_pulse, &s);
	on_pulse(&s);
	loop_timer_set(pulse, PULSE_MS, true);
	loop_run(s.loop);
	loop_timer_free(pulse);
	loop_listener_free(listener);
	(void)unlink(buf_c(&path));
	finish(&s);
	return 0;
}
