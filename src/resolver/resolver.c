/* resolver.c - the resolver as a whole: options, both queues, its end. */
#include "resolver/private.h"

static void
pump(void *ctx)
{
	resolver_ask_pump(ctx);
	resolver_direct_pump(ctx);
}

void
resolver_pump(struct resolver *r)
{
	loop_defer(r->loop, pump, r);
}

enum err
resolver_new(struct loop *l, const struct resolver_options *o,
	     struct resolver **out, struct diag *why)
{
	struct resolver *r = heap_new(sizeof *r);
	enum err err;

	r->loop = l;
	r->may_ask = o->may_ask;
	r->guard = o->guard;
	r->allow_private = o->allow_private;
	r->port = o->port ? o->port : RESOLVER_PORT;
	r->ms = o->ms > 0 ? o->ms : RESOLVER_MS;
	r->direct_ms = o->direct_ms > 0 ? o->direct_ms : RESOLVER_DIRECT_MS;
	r->parallel = o->parallel ? o->parallel : RESOLVER_PARALLEL;
	if (r->parallel > RESOLVER_PARALLEL_MAX)
		r->parallel = RESOLVER_PARALLEL_MAX;
	TAILQ_INIT(&r->waiting);
	TAILQ_INIT(&r->open);
	TAILQ_INIT(&r->left);
	TAILQ_INIT(&r->direct_waiting);
	TAILQ_INIT(&r->direct_open);
	err = resolver_upstream_open(r, o, why);
	if (err) {
		resolver_free(r);
		return err;
	}
	*out = r;
	return ERR_NONE;
}

void
resolver_free(struct resolver *r)
{
	if (!r)
		return;
	loop_forget(r->loop, r);
	/* First libunbound, which still points to questions. */
	resolver_upstream_close(r);
	resolver_ask_close(r);
	resolver_direct_close(r);
	heap_free(r);
}

void
resolver_forget(struct resolver *r)
{
	r->stale = true;
}

void
resolver_cancel(struct resolver *r, const void *ctx)
{
	resolver_ask_cancel(r, ctx);
	resolver_direct_cancel(r, ctx);
}
