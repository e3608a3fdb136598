/* loop.c - rounds of events, what is put off to their end, timers, signals. */
#include "loop/private.h"

#include <assert.h>
#include <signal.h>
#include <string.h>

struct loop *
loop_new(void)
{
	struct loop *l = heap_new(sizeof *l);

	/* A peer that went away is told by the write that fails. */
	(void)signal(SIGPIPE, SIG_IGN);
	l->base = event_base_new();
	assert(l->base);
	LIST_INIT(&l->conns);
	TAILQ_INIT(&l->touched);
	return l;
}

struct loop_signal {
	struct loop_signal *next;
	struct event event;
	void (*run)(void *ctx, int signal);
	void *ctx;
};

void
loop_free(struct loop *l)
{
	struct loop_signal *s;

	if (!l)
		return;
	while (!LIST_EMPTY(&l->conns))
		loop_conn_destroy(LIST_FIRST(&l->conns));
	while ((s = l->signals)) {
		l->signals = s->next;
		(void)event_del(&s->event);
		heap_free(s);
	}
	heap_free(l->tasks.at);
	heap_free(l->running.at);
	event_base_free(l->base);
	heap_free(l);
}

void
loop_defer(struct loop *l, void (*run)(void *ctx), void *ctx)
{
	struct loop_tasks *tasks = &l->tasks;

	for (size_t i = 0; i < tasks->n; i++)
		if (tasks->at[i].run == run && tasks->at[i].ctx == ctx)
			return;
	if (tasks->n == tasks->room) {
		tasks->room = tasks->room ? tasks->room * 2 : 8;
		tasks->at =
			heap_grow(tasks->at, tasks->room, sizeof *tasks->at);
	}
	tasks->at[tasks->n++] = (struct loop_task){ run, ctx };
}

static void
forget(struct loop_tasks *tasks, const void *ctx)
{
	for (size_t i = 0; i < tasks->n; i++)
		if (tasks->at[i].ctx == ctx)
			tasks->at[i].run = NULL;
}

void
loop_forget(struct loop *l, const void *ctx)
{
	forget(&l->tasks, ctx);
	forget(&l->running, ctx);
}

void
loop_touch(struct loop_conn *c)
{
	if (c->touched)
		return;
	c->touched = true;
	TAILQ_INSERT_TAIL(&c->loop->touched, c, touch);
}

/* What is put off meanwhile waits for the next round, so that nothing that
 * calls for itself again keeps events waiting. */
static void
run_tasks(struct loop *l)
{
	struct loop_tasks idle = l->running;

	l->running = l->tasks;
	l->tasks = idle;
	for (size_t i = 0; i < l->running.n; i++)
		if (l->running.at[i].run)
			l->running.at[i].run(l->running.at[i].ctx);
	l->running.n = 0;
}

/* Only what was touched before: the rest stands behind it. */
static void
settle_touched(struct loop *l)
{
	struct loop_conn *c;

	l->round++;
	while ((c = TAILQ_FIRST(&l->touched)) && c->round < l->round) {
		TAILQ_REMOVE(&l->touched, c, touch);
		c->touched = false;
		loop_conn_settle(c);
	}
}

static bool
has_work(const struct loop *l)
{
	return l->tasks.n > 0 || !TAILQ_EMPTY(&l->touched);
}

void
loop_run(struct loop *l)
{
	while (!l->stop) {
		bool work = has_work(l);
		int flags = EVLOOP_ONCE | (work ? EVLOOP_NONBLOCK : 0);
		int rc = event_base_loop(l->base, flags);

		if (rc < 0 || (rc > 0 && !work))
			break; /* nothing that could ever happen */
		run_tasks(l);
		settle_touched(l);
	}
	l->stop = false;
}

void
loop_stop(struct loop *l)
{
	l->stop = true;
	(void)event_base_loopbreak(l->base);
}

struct event_base *
loop_base(struct loop *l)
{
	return l->base;
}

const struct timeval *
loop_time(int64_t ms, struct timeval *out)
{
	if (ms <= 0)
		return NULL;
	out->tv_sec = ms / 1000;
	out->tv_usec = ms % 1000 * 1000;
	return out;
}

/* ---- timers ---- */

struct loop_timer {
	struct event event;
	void (*run)(void *ctx);
	void *ctx;
	int64_t every; /* ms, 0 once */
};

static void
start_timer(struct loop_timer *t, int64_t ms)
{
	struct timeval none = { 0 }, tv;
	const struct timeval *wait = loop_time(ms, &tv);

	(void)event_add(&t->event, wait ? wait : &none);
}

static void
timer_fired(int fd, short what, void *ctx)
{
	struct loop_timer *t = ctx;

	(void)fd;
	(void)what;
	if (t->every > 0)
		start_timer(t, t->every);
	t->run(t->ctx);
}

struct loop_timer *
loop_timer_new(struct loop *l, void (*run)(void *ctx), void *ctx)
{
	struct loop_timer *t = heap_new(sizeof *t);

	t->run = run;
	t->ctx = ctx;
	(void)event_assign(&t->event, l->base, -1, 0, timer_fired, t);
	return t;
}

void
loop_timer_set(struct loop_timer *t, int64_t ms, bool repeat)
{
	(void)event_del(&t->event);
	/* Again and again at once would leave no time for anything else. */
	t->every = !repeat ? 0 : ms > 0 ? ms : 1;
	if (ms >= 0)
		start_timer(t, ms);
}

void
loop_timer_free(struct loop_timer *t)
{
	if (!t)
		return;
	(void)event_del(&t->event);
	heap_free(t);
}

/* ---- signals ---- */

static void
signal_came(int number, short what, void *ctx)
{
	struct loop_signal *s = ctx;

	(void)what;
	s->run(s->ctx, number);
}

void
loop_on_signal(struct loop *l, int signal, void (*run)(void *ctx, int signal),
	       void *ctx)
{
	struct loop_signal *s = heap_new(sizeof *s);

	s->run = run;
	s->ctx = ctx;
	s->next = l->signals;
	l->signals = s;
	(void)event_assign(&s->event, l->base, signal, EV_SIGNAL | EV_PERSIST,
			   signal_came, s);
	(void)event_add(&s->event, NULL);
}

/* ---- other descriptors ---- */

struct loop_watch {
	struct event event;
	void (*ready)(void *ctx);
	void *ctx;
};

static void
watch_ready(int fd, short what, void *ctx)
{
	struct loop_watch *w = ctx;

	(void)fd;
	(void)what;
	w->ready(w->ctx);
}

struct loop_watch *
loop_watch_new(struct loop *l, int fd, void (*ready)(void *ctx), void *ctx)
{
	struct loop_watch *w = heap_new(sizeof *w);

	w->ready = ready;
	w->ctx = ctx;
	(void)event_assign(&w->event, l->base, fd, EV_READ | EV_PERSIST,
			   watch_ready, w);
	(void)event_add(&w->event, NULL);
	return w;
}

void
loop_watch_free(struct loop_watch *w)
{
	if (!w)
		return;
	(void)event_del(&w->event);
	heap_free(w);
}
