/* private.h - what the files of this room share. */
#ifndef JUDGE_PRIVATE_H
#define JUDGE_PRIVATE_H

#include "carrier/carrier.h"
#include "judge/judge.h"

enum judge_look_state {
	JUDGE_LOOK_FREE,
	JUDGE_LOOK_RUNS,
	JUDGE_LOOK_OVER /* its verdict is to be handed back */
};

/* One message while it is judged. */
struct judge_look {
	struct judge *judge; /* whose it is */
	enum judge_look_state state;
	int64_t id;
	int64_t tries;
	struct arena *mem;
	struct facts *facts;
	struct carrier_mail mail;
	struct carrier_verdict verdict;
};

/* From an element of what judge_next answers; false: it is none. */
bool judge_look_read(const struct json *mail, int64_t now,
		     struct judge_look *out) MUST_CHECK;
/* All that it has; then it is free. */
void judge_look_free(struct judge_look *look);
/* A `judge` of inspect_run: `ctx` is the look. */
bool judge_look_judge(void *ctx);
/* `complete` as inspect_run said. */
void judge_look_over(struct judge_look *look, bool complete);
/* The request judge_done. */
void judge_look_put(struct buf *out, struct judge_look *look, int64_t now);

#endif
