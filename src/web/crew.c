/* crew.c - forks the desks, gives them questions, replaces those that die. */
#include "web/crew.h"
#include "log/log.h"
#include "os/os.h"
#include "web/desk.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REBIRTH_MS = 1000, FIRST_FD = 3 };

struct crew_desk {
	struct crew *crew;
	bool slow;
	pid_t pid; /* 0: none */
	struct loop_conn *conn;
	struct crew_call *call; /* NULL with `busy`: dropped, not yet ended */
	bool busy, held;
	uint64_t left;      /* of the piece that comes */
	int64_t heard;      /* ticks of the last sign, or of the question */
	int64_t born, next; /* ticks: of the fork; when the next may be */
};

struct crew_queue {
	struct crew_call *first, **last;
	unsigned n;
};

struct crew {
	struct loop *loop;
	const struct crew_options *options;
	struct crew_queue queue[2]; /* short, slow */
	struct crew_desk *desk;
	unsigned count;
};

static void give_work(struct crew_desk *d);

/* ---- the child ---- */

/* Everything but standard error and `fd`: connections are not its business,
 * and must close when the front closes them. */
static void
close_others(int fd)
{
	if (fd > FIRST_FD)
		(void)close_range(FIRST_FD, (unsigned)fd - 1, 0);
	(void)close_range((unsigned)fd + 1, ~0U, 0);
}

/* The front ends by signals; a desk ends with the front. */
static void
become_desk(int fd, const struct api_options *options)
{
	sigset_t none;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)prctl(PR_SET_NAME, "waxseal-desk");
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	close_others(fd);
	(void)fcntl(fd, F_SETFL, 0); /* blocking */
	_exit(web_desk_run(fd, options));
}

/* ---- birth and death ---- */

static size_t desk_said(void *ctx, struct str bytes);
static void desk_ended(void *ctx, enum loop_end how);

static const struct loop_handler handler = { .read = desk_said,
					     .ended = desk_ended };

static void
give_birth(struct crew_desk *d)
{
	int pair[2];

	d->born = os_ticks();
	d->next = d->born + REBIRTH_MS;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return;
	d->pid = fork();
	if (d->pid == 0)
		become_desk(pair[1], d->crew->options->api);
	(void)close(pair[1]);
	if (d->pid < 0) {
		(void)close(pair[0]);
		d->pid = 0;
		return;
	}
	d->conn = loop_conn_new(d->crew->loop, pair[0], NULL, &handler, d);
}

/* The socket is closed already. */
static void
bury(struct crew_desk *d, const char *event)
{
	struct crew_call *call = d->call;
	int status = 0;

	(void)kill(d->pid, SIGKILL);
	while (waitpid(d->pid, &status, 0) < 0 && errno == EINTR)
		;
	log_warn(event, NULL, log_number("pid", d->pid),
		 log_number("status", status));
	d->conn = NULL;
	d->pid = 0;
	d->call = NULL;
	d->busy = d->held = false;
	d->left = 0;
	if (call) {
		call->desk = NULL;
		call->listener->end(call->ctx, false);
	}
	if (os_ticks() >= d->next && !d->conn) {
		give_birth(d);
		give_work(d);
	}
}

static void
desk_ended(void *ctx, enum loop_end how)
{
	(void)how;
	bury(ctx, "desk_died");
}

static void
dismiss(struct crew_desk *d, const char *event)
{
	loop_conn_close(d->conn, false);
	bury(d, event);
}

/* ---- questions ---- */

static void
give_work(struct crew_desk *d)
{
	struct crew_queue *q = &d->crew->queue[d->slow];
	struct crew_call *call = q->first;

	if (!call || d->busy || !d->conn)
		return;
	q->first = call->next;
	if (!q->first)
		q->last = &q->first;
	q->n--;
	call->next = NULL;
	call->waiting = false;
	call->desk = d;
	d->call = call;
	d->busy = true;
	d->heard = os_ticks();
	loop_conn_write(d->conn, buf_str(&call->frame));
	buf_free(&call->frame);
}

bool
crew_ask(struct crew *crew, struct crew_call *call)
{
	struct crew_queue *q = &crew->queue[call->slow];

	for (unsigned i = 0; i < crew->count; i++) {
		struct crew_desk *d = &crew->desk[i];

		if (d->slow != call->slow || d->busy || !d->conn || q->first)
			continue;
		q->first = call;
		q->last = &call->next;
		q->n++;
		give_work(d);
		return true;
	}
	if (q->n >= crew->options->queue)
		return false;
	call->waiting = true;
	*q->last = call;
	q->last = &call->next;
	q->n++;
	return true;
}

static void
leave_queue(struct crew_queue *q, struct crew_call *call)
{
	struct crew_call **at = &q->first;

	while (*at && *at != call)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = call->next;
	if (!*at)
		q->last = at;
	q->n--;
}

void
crew_go_on(struct crew_call *call)
{
	struct crew_desk *d = call->desk;

	if (!d || !d->held)
		return;
	d->held = false;
	d->heard = os_ticks();
	loop_conn_resume(d->conn);
}

void
crew_drop(struct crew *crew, struct crew_call *call)
{
	if (call->waiting)
		leave_queue(&crew->queue[call->slow], call);
	if (call->desk) {
		SCOPED_BUF out = BUF(WEB_FRAME_HEAD);

		web_wire_mark(&out, WEB_CANCEL);
		loop_conn_write(call->desk->conn, buf_str(&out));
		crew_go_on(call);
		call->desk->call = NULL;
	}
	call->waiting = false;
	call->desk = NULL;
	buf_free(&call->frame);
}

void
crew_hold(struct crew_call *call)
{
	if (!call->desk || call->desk->held)
		return;
	call->desk->held = true;
	loop_conn_pause(call->desk->conn);
}

/* ---- answers ---- */

static void
ended(struct crew_desk *d)
{
	struct crew_call *call = d->call;

	d->call = NULL;
	d->busy = false;
	if (call) {
		call->desk = NULL;
		call->listener->end(call->ctx, true);
	}
	give_work(d);
}

static void
tell_piece(struct crew_desk *d, struct str *in)
{
	size_t n = d->left < in->n ? (size_t)d->left : in->n;

	d->left -= n;
	if (d->call)
		d->call->listener->piece(d->call->ctx, str_sub(*in, 0, n));
	*in = str_sub(*in, n, SIZE_MAX);
}

/* One frame, or a part of a piece. False: there is more to come before
 * anything can be told, or nothing may be told now, or `*bad`. */
static bool
tell_one(struct crew_desk *d, struct str *in, bool *bad)
{
	uint32_t kind, length;
	struct web_head head = { 0 };
	struct str payload;

	if (d->held)
		return false;
	if (d->left > 0) {
		if (in->n == 0)
			return false;
		tell_piece(d, in);
		return true;
	}
	if (!web_wire_frame(*in, &kind, &length))
		return false;
	*bad = length > WEB_HEAD_MAX || !d->busy;
	if (*bad || (kind == WEB_HEAD && in->n - WEB_FRAME_HEAD < length))
		return false;
	payload = str_sub(*in, WEB_FRAME_HEAD, length);
	*in = str_sub(*in, WEB_FRAME_HEAD, SIZE_MAX);
	if (kind == WEB_PIECE) {
		d->left = length;
	} else if (kind == WEB_END) {
		ended(d);
	} else if (kind == WEB_HEAD && web_wire_read_head(payload, &head)) {
		*in = str_sub(*in, length, SIZE_MAX);
		if (d->call)
			d->call->listener->head(d->call->ctx, &head, payload);
	} else {
		*bad = true;
	}
	return !*bad;
}

static size_t
desk_said(void *ctx, struct str bytes)
{
	struct crew_desk *d = ctx;
	struct str in = bytes;
	bool bad = false;

	d->heard = os_ticks();
	while (tell_one(d, &in, &bad))
		;
	if (bad) {
		dismiss(d, "desk_babbles");
		return bytes.n;
	}
	return bytes.n - in.n;
}

/* ---- all of them ---- */

struct crew *
crew_new(struct loop *l, const struct crew_options *options)
{
	struct crew *crew = heap_new(sizeof *crew);

	crew->loop = l;
	crew->options = options;
	crew->count = options->desks + options->slow_desks;
	crew->desk = heap_grow(NULL, crew->count, sizeof *crew->desk);
	for (size_t i = 0; i < COUNT_OF(crew->queue); i++)
		crew->queue[i].last = &crew->queue[i].first;
	for (unsigned i = 0; i < crew->count; i++) {
		crew->desk[i] =
			(struct crew_desk){ .crew = crew,
					    .slow = i >= options->desks };
		give_birth(&crew->desk[i]);
	}
	return crew;
}

void
crew_free(struct crew *crew)
{
	if (!crew)
		return;
	for (unsigned i = 0; i < crew->count; i++) {
		struct crew_desk *d = &crew->desk[i];

		if (d->conn)
			loop_conn_close(d->conn, false);
		if (d->pid <= 0)
			continue;
		(void)kill(d->pid, SIGKILL);
		(void)waitpid(d->pid, NULL, 0);
	}
	heap_free(crew->desk);
	heap_free(crew);
}

void
crew_look(struct crew *crew, int64_t ticks)
{
	const struct crew_options *o = crew->options;

	for (unsigned i = 0; i < crew->count; i++) {
		struct crew_desk *d = &crew->desk[i];
		int64_t patience = d->slow ? o->slow_desk_ms : o->desk_ms;

		if (!d->conn && ticks >= d->next) {
			give_birth(d);
			give_work(d);
		} else if (d->conn && d->busy && !d->held &&
			   ticks - d->heard > patience) {
			dismiss(d, "desk_hangs");
		}
	}
}
