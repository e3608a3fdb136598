/* files.h - paths, descriptors and bytes. Comes in with private.h. */
#ifndef INGEST_FILES_H
#define INGEST_FILES_H

#include "base/base.h"

/* ---- walk.c: paths as documents ---- */

/* Files, directories, "-"; what is no regular file is copied first. */
struct walk {
	void *ctx;
	/* Takes the descriptor over. A return other than ERR_NONE stops. */
	enum err (*file)(void *ctx, const char *path, int fd, uint64_t size);
	/* A path that cannot be read. */
	enum err (*bad)(void *ctx, const char *path, const struct diag *why);
	const volatile int *stop; /* ERR_STOP; may be NULL */
};
enum err walk_paths(const struct walk *w, const char *const *paths,
		    size_t count, struct diag *why) MUST_CHECK;
/* How many files that will be. */
uint64_t walk_count(const struct walk *w, const char *const *paths,
		    size_t count);

/* ---- bytes.c ---- */

/* Bytes as a file without a name; -1 on an error. */
int as_descriptor(struct str bytes);
/* A regular file from its start; false when it cannot be, or is larger than
 * the buffer's maximum. */
bool read_whole(int fd, struct buf *out);

#endif
