/* buf.h - owned bytes that grow up to a maximum. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/base.h"

/* `struct buf b = BUF(max)`; SCOPED_BUF frees it at the end of the scope.
 * The first append that would exceed `max` sets `full`, and from then on
 * nothing is added, so that only the end result needs checking. */
struct buf {
	char *p;
	size_t n;
	size_t room;
	size_t max;
	bool full;
};

#define BUF(maximum)                                                           \
	{                                                                      \
		.max = (maximum)                                               \
	}
#define SCOPED_BUF __attribute__((cleanup(buf_free))) struct buf

void buf_free(struct buf *b);
/* Length 0, not full; keeps the memory. */
void buf_clear(struct buf *b);
bool buf_add(struct buf *b, struct str s);
bool buf_addc(struct buf *b, char c);
bool buf_addz(struct buf *b, const char *c);
bool buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* `n` bytes of room behind the end, NULL when over the maximum; call
 * buf_commit with what was really written. */
char *buf_reserve(struct buf *b, size_t n) MUST_CHECK;
void buf_commit(struct buf *b, size_t n);
struct str buf_str(const struct buf *b);
/* NUL-terminated view, valid until the next change. */
const char *buf_c(struct buf *b);

/* Appends `s` made safe for a terminal or a log line: control characters,
 * bytes that are not UTF-8, bidirectional overrides and line separators
 * become "\xNN" or "\u{NNNN}"; TAB and LF become "\t" and "\n". */
bool buf_add_escaped(struct buf *b, struct str s);
/* Appends `s` as a part of a URL: "%XX" for all but unreserved characters (RFC
 * 3986 section 2.3). */
bool buf_add_url(struct buf *b, struct str s);

#endif
