/* progress.h - how far a long command has come; on standard error only. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli/context.h"

struct cli_progress {
	const struct cli *c;
	const char *title;     /* catalogue key */
	int64_t started, told; /* monotonic milliseconds */
	bool drawn;
};

void cli_progress_begin(struct cli_progress *p, const struct cli *c,
			const char *title);
/* `all` 0: not known yet. `rest` is appended as it is, may be empty. Cheap
 * enough to be called for every item. */
void cli_progress_tell(struct cli_progress *p, uint64_t done, uint64_t all,
		       struct str rest);
/* Takes the bar away. */
void cli_progress_end(struct cli_progress *p);
/* For callbacks of the store: `ctx` is a struct cli_progress. */
void cli_progress_steps(void *ctx, uint64_t done, uint64_t all);

#endif
