/* server.h - having the running server change the store, which is its. */
#ifndef CLI_SERVER_H
#define CLI_SERVER_H

#include "cli/context.h"

/* Whether a server runs on --data. */
bool cli_serves(const struct cli *c);
/* Asks it. False when none runs: then it is to be done here. Otherwise `err`
 * tells how it went, and `count` (may be NULL, like `key`) is the answer's
 * `key`. */
struct cli_asked {
	const struct buf *request;
	const char *key;
	int64_t *count;
};
bool cli_ask_server(const struct cli *c, const struct cli_asked *what,
		    enum err *err, struct diag *why) MUST_CHECK;

#endif
