/* commit.c - when finished messages are synced: together. A sync costs
 * milliseconds in which nobody else gets on, so it waits for sessions that
 * are about to finish one too, but never longer than a sync itself takes. */
#include "intake/private.h"

#include "os/os.h"

#include <unistd.h>

enum {
	ACTIVE_MS = 5,   /* a session heard within is about to say more */
	WAIT_MAX_MS = 5, /* however slow the disk */
	MEAN_OF = 8      /* syncs */
};

static bool
others_come(const struct intake *role, int64_t ticks)
{
	const struct session *s;

	LIST_FOREACH(s, &role->sessions, all)
	if (s->wait == NULL && ticks - s->heard <= ACTIVE_MS)
		return true;
	return false;
}

static void
sync_now(struct intake *role)
{
	const uint64_t one = 1;
	int64_t begun = os_ticks();
	size_t durable;

	role->commit.waiting = false;
	durable = spool_sync(role->spool);
	role->commit.cost += os_ticks() - begun - role->commit.cost / MEAN_OF;
	/* A bell that is full has been rung. */
	if (durable > 0 && role->options.bell >= 0)
		(void)!write(role->options.bell, &one, sizeof(one));
}

static void
waited_long_enough(void *ctx)
{
	struct intake *role = ctx;

	if (role->commit.waiting)
		sync_now(role);
}

static void
decide(void *ctx)
{
	struct intake *role = ctx;
	int64_t mean = (role->commit.cost + MEAN_OF - 1) / MEAN_OF;

	if (mean > WAIT_MAX_MS)
		mean = WAIT_MAX_MS;
	if (mean <= 0 || !others_come(role, os_ticks())) {
		sync_now(role);
	} else if (!role->commit.waiting) {
		role->commit.waiting = true;
		loop_timer_set(role->commit.timer, mean, false);
	}
}

void
commit_soon(struct intake *role)
{
	if (role->commit.timer == NULL)
		role->commit.timer =
			loop_timer_new(role->loop, waited_long_enough, role);
	loop_defer(role->loop, decide, role);
}
