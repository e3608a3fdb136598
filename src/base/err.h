/* err.h - what the caller does next, and what the person is told. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/base.h"

/* Named after the caller's next step, not after the cause: the cause is in
 * `struct diag`. */
enum err {
	ERR_NONE = 0,
	ERR_SYNTAX, /* reject: the bytes are not what they should be */
	ERR_LIMIT,  /* reject: larger, deeper or more than we accept */
	ERR_IO,     /* retry later: disk, memory of the machine, network */
	ERR_BUSY,   /* retry soon: somebody else holds it */
	ERR_GONE,   /* drop: it is not, or no longer, there */
	ERR_STOP    /* a callback asked to stop; not a failure */
};

enum { DIAG_CODE_MAX = 64, DIAG_DETAIL_MAX = 200 };

/* Why something failed. `code` is an entry of the finding catalogue, which
 * has the sentence in every language; `line` (1-based, 0 = none) and `detail`
 * (UTF-8, may quote hostile bytes: escape where shown) fill its places. */
struct diag {
	char code[DIAG_CODE_MAX];
	uint64_t line;
	char detail[DIAG_DETAIL_MAX];
};

/* Records the reason in `why` (may be NULL) and returns `err`, so that a
 * failing function can end in `return diag_set(...)`. `fmt` makes the detail;
 * it is cut at a character boundary when too long. The first reason stays:
 * call diag_clear to reuse a diag. */
enum err diag_set(struct diag *why, enum err err, const char *code,
		  uint64_t line, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* The same for a failed system call on `object`: code "io.<action>", detail
 * "<object>: <strerror>". ENOENT gives ERR_GONE, the rest ERR_IO. */
enum err diag_errno(struct diag *why, const char *action, const char *object);

void diag_clear(struct diag *why);

#endif
