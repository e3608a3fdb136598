/* publish.c - takes the plans that are due, a few at once. */
#include "log/log.h"
#include "publish/private.h"

static enum err
take(void *ctx, int64_t owner, const struct control_plan *row)
{
	publish_job_begin(ctx, owner, row);
	return ERR_NONE;
}

static void
look(void *ctx)
{
	struct publish *p = ctx;
	const struct control_plan_due due = { .now = p->o.clock(),
					      .hold = PUBLISH_HOLD,
					      .most = PUBLISH_AT_ONCE -
						      p->busy };
	struct diag why = { 0 };

	if (p->busy >= PUBLISH_AT_ONCE)
		return;
	if (control_plan_take(p->control, &due, take, p, &why) != ERR_NONE)
		log_warn("publish_failed", &why);
}

void
publish_again(struct publish *p)
{
	loop_defer(p->loop, look, p);
}

enum err
publish_start(struct loop *l, struct inspect *in,
	      const struct publish_options *options, struct publish **out,
	      struct diag *why)
{
	struct publish *p = heap_new(sizeof(*p));
	enum err err = control_open(options->dir, &p->control, why);

	if (err == ERR_NONE)
		err = control_plan_release(p->control, options->clock(), why);
	if (err != ERR_NONE) {
		control_close(p->control);
		heap_free(p);
		return err;
	}
	p->loop = l;
	p->inspect = in;
	p->o = *options;
	p->timer = loop_timer_new(l, look, p);
	loop_timer_set(p->timer,
		       options->poll_ms ? options->poll_ms : PUBLISH_POLL_MS,
		       true);
	*out = p;
	return ERR_NONE;
}

void
publish_stop(struct publish *p)
{
	if (!p)
		return;
	publish_jobs_end(p);
	loop_forget(p->loop, p);
	loop_timer_free(p->timer);
	control_close(p->control);
	heap_free(p);
}
