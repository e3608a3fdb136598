/* box.h - a spool in a directory of its own, with messages whose octets can
 * be told from their number and size. */
#ifndef BOX_H
#define BOX_H

#include "spool/spool.h"

enum { BOX_TOLD_MAX = 4096 };

struct box {
	char dir[64];
	struct map *known; /* what the store would remember */
	/* What the doors were told, in order. */
	size_t told, failed;
	char code[DIAG_CODE_MAX]; /* of the last failure */
};

/* Setup and teardown of a test: *state is a struct box. */
int box_make(void **state);
int box_remove(void **state);

/* Asserts that it opens. */
struct spool_writer *box_writer(struct box *b, const char *name);
struct spool_reader *box_reader(struct box *b);
/* Begins, fills in odd pieces and finishes message `n`; false when it was
 * refused on the way (and dropped). */
bool box_put(struct box *b, struct spool_writer *w, unsigned n, size_t size);
/* For spool_finish: counts in `told`, `failed` and `code`; ctx is the box. */
void box_tell(void *ctx, enum err err, const struct diag *why);
/* Takes the next message, asserts that it is whole; its number, or -1 when
 * there is none, -2 when damage was told. *end may be NULL. */
int box_take(struct box *b, struct spool_reader *r, struct spool_position *end);
/* The store committed it. */
void box_commit(struct box *b, struct spool_reader *r,
		struct spool_position end);
/* Files in the directory that end so. */
size_t box_files(const struct box *b, const char *ending);
/* The path of the only segment of `door`. */
void box_segment(const struct box *b, const char *door, char path[256]);

#endif
