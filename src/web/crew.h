/* crew.h - the desks as the front sees them: who is free, who waits, who
 * died. */
#ifndef WEB_CREW_H
#define WEB_CREW_H

#include "loop/loop.h"
#include "web/wire.h"

struct crew;
struct crew_desk;

/* Told about one question, in this order: head, pieces, end. */
struct crew_listener {
	/* `payload` lives until the next call. */
	void (*head)(void *ctx, const struct web_head *head,
		     struct str payload);
	void (*piece)(void *ctx, struct str bytes);
	/* `whole` false: the desk died, or was too slow. */
	void (*end)(void *ctx, bool whole);
};

/* A question, in its asker's storage; all zero: not asked. */
struct crew_call {
	const struct crew_listener *listener;
	void *ctx;
	struct buf frame;       /* WEB_ASK, until a desk has it */
	struct crew_desk *desk; /* that answers; NULL while it waits */
	struct crew_call *next; /* in the queue */
	bool slow, waiting;
};

struct crew_options {
	const struct api_options *api;
	unsigned desks, slow_desks, queue;
	int64_t desk_ms, slow_desk_ms;
};

/* Forks the desks. `options` must live on. */
struct crew *crew_new(struct loop *l, const struct crew_options *options);
/* Ends them; nobody is told. NULL is fine. */
void crew_free(struct crew *crew);
/* Asks what stands in `call`; false when too many wait already. */
bool crew_ask(struct crew *crew, struct crew_call *call) MUST_CHECK;
/* Nothing is told any more, the desk is asked to stop. For a call that is
 * neither asked nor waiting too. */
void crew_drop(struct crew *crew, struct crew_call *call);
/* No more pieces until crew_go_on: the reader is slow. */
void crew_hold(struct crew_call *call);
void crew_go_on(struct crew_call *call);
/* Once a second: replaces who died or hangs. */
void crew_look(struct crew *crew, int64_t ticks);

#endif
