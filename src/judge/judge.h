/* judge.h - has every message that came by mail judged: asks the writer which
 * wait, finds what DNS says of them, and hands the verdicts back. Messages do
 * not wait for each other: one whose name servers are slow holds up nobody.
 *
 * It keeps nothing: what was not handed back is asked for again, whatever was
 * killed.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include "base/base.h"
#include "inspect/inspect.h"
#include "loop/loop.h"

enum {
	JUDGE_EVERY_MS = 3000, /* looks for more while there is nothing */
	/* Tries while DNS does not tell, and seconds to the second; then each
	 * time twice as long, at most six hours: four days in all. */
	JUDGE_TRIES = 24,
	JUDGE_AGAIN = 60,
	JUDGE_AGAIN_MOST = 6 * 3600
};

struct judge_options {
	struct loop *loop;
	struct inspect *inspect; /* not NULL */
	const char *data;        /* directory of the server */
	int64_t (*clock)(void);  /* UTC seconds */
};

struct judge;

/* Copies the options. */
struct judge *judge_start(const struct judge_options *options);
/* The inspect is freed already, the loop not yet. NULL is fine. */
void judge_stop(struct judge *j);
/* When to try again after so many tries, UTC seconds; 0: never. */
int64_t judge_again(uint64_t tries, int64_t now);

#endif
