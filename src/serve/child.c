/* child.c - the processes of the roles: begun, heard of, ended. */
#include "metrics/metrics.h"
#include "os/os.h"
#include "sandbox/sandbox.h"
#include "serve/private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	BACKOFF_LEAST = 100,  /* ms before a role that died starts again */
	BACKOFF_MOST = 10000, /* ms */
	SETTLED_MS = 60000,   /* who lived that long begins anew at once */
};

/* Handlers and the mask are the supervisor's; programs and libraries of the
 * role expect neither. */
static void
reset_signals(void)
{
	sigset_t none;

	for (int i = 1; i < SIGRTMIN; i++)
		(void)signal(i, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	/* A reload is the supervisor's; others only close their terminal. */
	(void)signal(SIGHUP, SIG_IGN);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
close_others(const struct serve *s, const struct serve_child *c)
{
	int keep[SERVE_SOCKETS_MAX + 4];
	size_t n = 0;

	for (size_t i = 0; i < s->sockets.n; i++)
		if (c->kind->uses & 1U << s->sockets.at[i].use)
			keep[n++] = s->sockets.at[i].fd;
	keep[n++] = s->bell[c->kind->reads ? 0 : 1];
	if (c->kind->takes)
		keep[n++] = s->handed[0];
	if (c->kind->hands)
		keep[n++] = s->handed[1];
	keep[n++] = c->pulse;
	sandbox_close_all_but(keep, n);
}

__attribute__((noreturn)) static void
run(struct serve *s, struct serve_child *c)
{
	reset_signals();
	sandbox_role();
	/* The supervisor may have died before that held. */
	if (getppid() != s->pid)
		_exit(1);
	close_others(s, c);
	serve_title(c->kind->name);
	log_start(STDERR_FILENO, s->options.log_form, s->options.log_level,
		  c->kind->name, os_now);
	exit(c->kind->run(s, c));
}

static void
delay(struct serve_child *c, int64_t now)
{
	c->backoff = c->backoff ? c->backoff * 2 : BACKOFF_LEAST;
	if (c->backoff > BACKOFF_MOST)
		c->backoff = BACKOFF_MOST;
	c->start_at = now + c->backoff;
}

void
serve_child_start(struct serve *s, struct serve_child *c)
{
	int64_t now = os_ticks();
	struct diag why = { 0 };
	int pipe[2] = { -1, -1 };
	pid_t pid = -1;

	if (pipe2(pipe, O_CLOEXEC | O_NONBLOCK) == 0)
		pid = fork();
	if (pid == 0) {
		(void)close(pipe[0]);
		c->pulse = pipe[1];
		run(s, c);
	}
	if (pid < 0) {
		(void)diag_errno(&why, "start", c->kind->name);
		log_error("role_failed", &why,
			  log_text("role", str_of(c->kind->name)));
		delay(c, now);
	} else {
		c->pid = pid;
		c->pulse = os_fd_take(&pipe[0]);
		c->started = c->heard = now;
		c->ready = !c->kind->lively;
		c->kill_at = 0;
	}
	os_fd_cleanup(&pipe[0]);
	os_fd_cleanup(&pipe[1]);
}

/* "exit 1", "signal 9". */
static struct log_pair
how(int status)
{
	return WIFSIGNALED(status) ? log_number("signal", WTERMSIG(status))
				   : log_number("exit", WEXITSTATUS(status));
}

void
serve_child_ended(struct serve *s, struct serve_child *c, int status)
{
	int64_t now = os_ticks();
	bool asked = c->kill_at != 0;

	os_fd_cleanup(&c->pulse);
	c->pulse = -1;
	c->pid = 0;
	c->ready = false;
	if (now - c->started >= SETTLED_MS)
		c->backoff = 0;
	if (asked) {
		c->backoff = 0;
		c->start_at = now;
	} else {
		delay(c, now);
	}
	/* By the signal itself: it had not come far enough to take it. */
	if (asked && (WIFSIGNALED(status) ? WTERMSIG(status) == SIGTERM
					  : WEXITSTATUS(status) == 0))
		return;
	if (!s->stopping)
		metrics_add(METRICS_ROLE_RESTARTS, 1);
	log_event(LOG_ERROR, "role_ended", NULL,
		  LOG_PAIRS(log_text("role", str_of(c->kind->name)),
			    how(status), log_number("again_ms", c->backoff)));
}

void
serve_child_stop(const struct serve *s, struct serve_child *c, int64_t now)
{
	if (c->pid == 0 || c->kill_at != 0)
		return;
	c->kill_at = now + s->grace_ms;
	(void)kill(c->pid, SIGTERM);
}

void
serve_child_hear(struct serve_child *c, int64_t now)
{
	char bytes[64];

	while (read(c->pulse, bytes, sizeof bytes) > 0) {
		c->heard = now;
		c->ready = true;
	}
}

void
serve_alive(void *ctx)
{
	const struct serve_child *me = ctx;

	/* Full: the supervisor has enough to read. */
	(void)!write(me->pulse, "", 1);
}
