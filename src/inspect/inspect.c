/* inspect.c - answers what checks ask, round by round. */
#include "inspect/inspect.h"

#include <stdio.h>

struct inspect {
	struct loop *loop;
	struct inspect_options options;
	struct resolver *resolver;
	struct probe *probe;
	struct run *runs;
};

/* A question that is under way. */
struct asked {
	struct run *run;
	struct facts_question question; /* texts live in the facts */
};

struct run {
	struct run *next, **here; /* in the inspect's list */
	struct inspect *in;
	struct facts *facts; /* NULL: over, only waiting for stragglers */
	bool (*judge)(void *ctx);
	void (*done)(void *ctx, bool complete);
	void *ctx;
	struct loop_timer *limit;
	struct asked *asked; /* of this round */
	size_t pending;
	unsigned rounds;
};

static void
free_run(struct run *r)
{
	*r->here = r->next;
	if (r->next)
		r->next->here = r->here;
	loop_timer_free(r->limit);
	heap_free(r->asked);
	heap_free(r);
}

static bool
may_ask(const void *guard, const struct netaddr *server)
{
	return probe_allowed(guard, server);
}

enum err
inspect_new(struct loop *l, const struct inspect_options *options,
	    struct inspect **out, struct diag *why)
{
	struct inspect *in = heap_new(sizeof(*in));
	enum err err;

	in->loop = l;
	in->options = *options;
	in->options.dns.may_ask = may_ask;
	in->options.dns.guard = &in->options.net;
	err = probe_new(l, &in->options.net, &in->probe, why);
	if (err == ERR_NONE)
		err = resolver_new(l, &in->options.dns, &in->resolver, why);
	if (err != ERR_NONE) {
		inspect_free(in);
		return err;
	}
	*out = in;
	return ERR_NONE;
}

void
inspect_free(struct inspect *in)
{
	if (!in)
		return;
	resolver_free(in->resolver);
	probe_free(in->probe);
	while (in->runs)
		free_run(in->runs);
	heap_free(in);
}

void
inspect_forget(struct inspect *in)
{
	resolver_forget(in->resolver);
}

/* ---- one look ---- */

static void next_round(void *ctx);

/* Stragglers of a look that is over still come in: it stays until then. */
static void
put_away(struct run *r)
{
	if (!r->facts && r->pending == 0)
		free_run(r);
}

static void
finish(struct run *r, bool complete)
{
	r->facts = NULL;
	loop_forget(r->in->loop, r);
	loop_timer_set(r->limit, -1, false);
	r->done(r->ctx, complete);
	put_away(r);
}

static void
time_over(void *ctx)
{
	finish(ctx, false);
}

static void
one_less(struct run *r)
{
	r->pending--;
	if (!r->facts)
		put_away(r);
	else if (r->pending == 0)
		loop_defer(r->in->loop, next_round, r);
}

static void
got_dns(void *ctx, const struct facts_dns *answer)
{
	const struct asked *a = ctx;
	struct facts_dns mine = *answer;

	/* The name as it was asked for, whatever form came back. */
	mine.name = a->question.name;
	mine.type = a->question.type;
	mine.direct = a->question.direct;
	mine.server = a->question.address;
	if (a->run->facts)
		(void)!facts_put_dns(a->run->facts, &mine);
	one_less(a->run);
}

static void
got_web(void *ctx, const struct facts_web *web)
{
	const struct asked *a = ctx;

	if (a->run->facts)
		(void)!facts_put_web(a->run->facts, &a->question, web);
	one_less(a->run);
}

static void
got_mail(void *ctx, const struct facts_mail *mail)
{
	const struct asked *a = ctx;

	if (a->run->facts)
		(void)!facts_put_mail(a->run->facts, &a->question, mail);
	one_less(a->run);
}

static void
start(struct asked *a)
{
	const struct facts_question *q = &a->question;
	struct inspect *in = a->run->in;

	if (q->kind == FACTS_WEB)
		probe_web(in->probe, q->name, q->path, &q->address, got_web, a);
	else if (q->kind == FACTS_MAIL)
		probe_mail(in->probe, q->name, &q->address, got_mail, a);
	else if (q->direct)
		resolver_ask_at(in->resolver, &q->address, q->name, q->type,
				got_dns, a);
	else
		resolver_ask(in->resolver, q->name, q->type, got_dns, a);
}

static size_t
count_open(const struct facts *f)
{
	struct facts_question q;
	size_t n = 0;

	while (facts_open(f, n, &q))
		n++;
	return n;
}

static void
ask_all(struct run *r, size_t n)
{
	heap_free(r->asked);
	r->asked = heap_new(n * sizeof(*r->asked));
	r->pending = n;
	for (size_t i = 0; i < n; i++) {
		r->asked[i].run = r;
		(void)!facts_open(r->facts, i, &r->asked[i].question);
	}
	for (size_t i = 0; i < n; i++)
		start(&r->asked[i]);
}

static void
next_round(void *ctx)
{
	struct run *r = ctx;
	bool complete;
	size_t open;

	facts_settle(r->facts);
	complete = r->judge(r->ctx);
	open = count_open(r->facts);
	if (complete || open == 0 || facts_full(r->facts) ||
	    r->rounds++ == INSPECT_ROUNDS)
		finish(r, complete);
	else
		ask_all(r, open);
}

void
inspect_run(struct inspect *in, struct facts *f, bool (*judge)(void *ctx),
	    void (*done)(void *ctx, bool complete), void *ctx)
{
	struct run *r = heap_new(sizeof(*r));
	int64_t ms = in->options.ms ? in->options.ms : INSPECT_MS;

	*r = (struct run){
		.in = in,
		.facts = f,
		.judge = judge,
		.done = done,
		.ctx = ctx,
		.next = in->runs,
		.here = &in->runs,
	};
	if (r->next)
		r->next->here = &r->next;
	in->runs = r;
	r->limit = loop_timer_new(in->loop, time_over, r);
	loop_timer_set(r->limit, ms, false);
	loop_defer(in->loop, next_round, r);
}

/* ---- for a program that waits ---- */

struct waiting {
	struct loop *loop;
	bool (*judge)(void *ctx);
	void *ctx;
	bool complete;
};

static bool
judge_for(void *ctx)
{
	struct waiting *w = ctx;

	return w->judge(w->ctx);
}

static void
stop_waiting(void *ctx, bool complete)
{
	struct waiting *w = ctx;

	w->complete = complete;
	loop_stop(w->loop);
}

enum err
inspect_wait(const struct inspect_options *options, struct facts *f,
	     bool (*judge)(void *ctx), void *ctx, bool *complete,
	     struct diag *why)
{
	struct waiting w = { .loop = loop_new(), .judge = judge, .ctx = ctx };
	struct inspect *in = NULL;
	enum err err = inspect_new(w.loop, options, &in, why);

	if (err == ERR_NONE) {
		inspect_run(in, f, judge_for, stop_waiting, &w);
		loop_run(w.loop);
		inspect_free(in);
	}
	loop_free(w.loop);
	*complete = w.complete;
	return err;
}
