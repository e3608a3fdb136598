/* loop.c - what the supervisor does while the roles work. */
#include "os/os.h"
#include "serve/private.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	TURN_MS = 1000, /* at least so often it looks round */
};

static void
reap(struct serve *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < s->children; i++)
			if (s->child[i].pid == pid)
				serve_child_ended(s, &s->child[i], status);
}

static void
stop(struct serve *s, int64_t now)
{
	if (s->stopping) {
		/* Asked twice: at once. */
		for (size_t i = 0; i < s->children; i++)
			s->child[i].kill_at = s->child[i].pid ? now : 0;
		return;
	}
	s->stopping = true;
	serve_notify("STOPPING=1");
	log_info("stopping");
	for (size_t i = 0; i < s->children; i++)
		serve_child_stop(s, &s->child[i], now);
}

static void
tell_reloading(void)
{
	struct timespec t;
	char text[80];

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	(void)snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld",
		       (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000);
	serve_notify(text);
}

/* Takes the new options, or leaves everything as it was. */
static enum err
take_options(struct serve *s, struct diag *why)
{
	struct serve_options o;
	struct serve_sockets sockets;
	enum err err = s->options.reload(s->options.ctx, &o, why);

	if (err != ERR_NONE)
		return err;
	/* Locks and stores are where they are. */
	if (strcmp(o.data, s->options.data) != 0)
		err = diag_set(why, ERR_SYNTAX, "serve.moved", 0, "%s", o.data);
	if (err == ERR_NONE)
		err = serve_check_names(&o, why);
	if (err == ERR_NONE)
		err = serve_sockets_open(&o, &s->sockets, &sockets, why);
	if (err == ERR_NONE) {
		err = serve_load_tls(s, &o, why);
		if (err != ERR_NONE)
			serve_sockets_close(&sockets, &s->sockets);
	}
	if (err != ERR_NONE) {
		arena_free(o.mem);
		return err;
	}
	serve_sockets_close(&s->sockets, &sockets);
	s->sockets = sockets;
	arena_free(s->options.mem);
	s->options = o;
	return serve_make_identity(s, why);
}

/* Every role ends in its own way and begins anew with what was read. Who
 * connects meanwhile waits at the sockets, which stay open. */
static void
reload(struct serve *s, int64_t now)
{
	struct diag why = { 0 };

	if (s->stopping || !s->options.reload)
		return;
	tell_reloading();
	if (take_options(s, &why) != ERR_NONE) {
		log_error("reload_failed", &why);
		serve_notify("READY=1");
		return;
	}
	log_info("reloaded");
	s->reloading = true;
	serve_choose_roles(s);
	for (size_t i = 0; i < s->children; i++) {
		/* Whoever reads anew need not wait for what was before. */
		if (s->child[i].pid == 0) {
			s->child[i].backoff = 0;
			s->child[i].start_at = now;
		}
		serve_child_stop(s, &s->child[i], now);
	}
}

static void
take_signals(struct serve *s, int64_t now)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGCHLD)
			reap(s);
		else if (info.ssi_signo == SIGHUP)
			reload(s, now);
		else
			stop(s, now);
	}
}

/* Starts, kills; the ms until something is due. */
static int64_t
tend(struct serve *s, struct serve_child *c, int64_t now)
{
	if (c->pid == 0 && (s->stopping || !c->wanted))
		return TURN_MS;
	if (c->pid == 0 && now < c->start_at)
		return c->start_at - now;
	if (c->pid == 0)
		serve_child_start(s, c);
	if (c->pid == 0 || c->kill_at == 0)
		return TURN_MS;
	if (now < c->kill_at)
		return c->kill_at - now;
	log_event(LOG_WARN, "role_killed", NULL,
		  LOG_PAIRS(log_text("role", str_of(c->kind->name))));
	(void)kill(c->pid, SIGKILL);
	c->kill_at = now + TURN_MS;
	return TURN_MS;
}

static bool
all_gone(const struct serve *s)
{
	for (size_t i = 0; i < s->children; i++)
		if (s->child[i].pid != 0)
			return false;
	return true;
}

static bool
all_ready(const struct serve *s)
{
	for (size_t i = 0; i < s->children; i++)
		if (s->child[i].wanted &&
		    (!s->child[i].ready || s->child[i].kill_at != 0))
			return false;
	return true;
}

/* One that is being started again is not stuck. */
static bool
any_stuck(const struct serve *s, int64_t now)
{
	for (size_t i = 0; i < s->children; i++)
		if (s->child[i].pid != 0 && s->child[i].kind->lively &&
		    now - s->child[i].heard > s->silent_ms)
			return true;
	return false;
}

static void
tell(struct serve *s, int64_t now)
{
	int64_t every = serve_notify_every();

	if (s->stopping)
		return;
	if (all_ready(s)) {
		if (!s->told_ready)
			serve_tell_ready(s);
		if (!s->told_ready || s->reloading)
			serve_notify("READY=1");
		s->told_ready = true;
		s->reloading = false;
	}
	if (every > 0 && now - s->notified >= every && !any_stuck(s, now)) {
		serve_notify("WATCHDOG=1");
		s->notified = now;
	}
}

static void
wait_for_news(struct serve *s, int64_t ms)
{
	struct pollfd at[SERVE_ROLES + 1] = { { .fd = s->signals,
						.events = POLLIN } };
	int64_t every = serve_notify_every();
	size_t n = 1;

	for (size_t i = 0; i < s->children; i++)
		if (s->child[i].pid != 0)
			at[n++] = (struct pollfd){ .fd = s->child[i].pulse,
						   .events = POLLIN };
	if (every > 0 && every < ms)
		ms = every;
	(void)poll(at, n, (int)ms);
}

void
serve_watch(struct serve *s)
{
	while (!s->stopping || !all_gone(s)) {
		int64_t now = os_ticks(), ms = TURN_MS;

		for (size_t i = 0; i < s->children; i++) {
			int64_t due = tend(s, &s->child[i], now);

			ms = due < ms ? due : ms;
		}
		wait_for_news(s, ms);
		now = os_ticks();
		for (size_t i = 0; i < s->children; i++)
			if (s->child[i].pid != 0)
				serve_child_hear(&s->child[i], now);
		take_signals(s, now);
		if (!s->stopping)
			serve_push_recipients(s);
		tell(s, now);
	}
}
