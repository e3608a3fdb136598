/* os.h - descriptors, directories and processes, each with an owner.
 *
 * The only room besides `db` and `geo` that opens anything.
 */
#ifndef OS_H
#define OS_H

#include <sys/types.h>

#include "base/base.h"

/* Closes it, once: it is -1 afterwards. Fine for -1. */
void os_fd_cleanup(int *fd);
/* The descriptor, which its scope then no longer closes. */
int os_fd_take(int *fd);
#define SCOPED_FD __attribute__((cleanup(os_fd_cleanup))) int

/* Writes all of `bytes`, through short writes and interrupts. */
bool os_write_all(int fd, struct str bytes);
/* Reads up to `n` bytes, fewer only at the end; SIZE_MAX on an error. */
size_t os_read_all(int fd, char *to, size_t n);
/* Appends the whole file, bounded by the buffer's maximum ("io.too_large"). */
enum err os_read_file(const char *path, struct buf *out,
		      struct diag *why) MUST_CHECK;
/* Writes beside it, syncs, renames: whole or not at all. */
enum err os_replace_file(const char *path, struct str bytes, unsigned mode,
			 struct diag *why) MUST_CHECK;

/* Regular files under `path` (itself when it is one), sorted by name within
 * each directory, symbolic links followed once at the top only. `skip` says
 * which directories to leave out. `file` stops the walk by a return other
 * than ERR_NONE. Unreadable places are told through `bad` and passed over. */
struct os_walk {
	void *ctx;
	enum err (*file)(void *ctx, const char *path);
	void (*bad)(void *ctx, const char *path, const struct diag *why);
	bool (*skip)(void *ctx, const char *path);
};
enum err os_walk(const char *path, const struct os_walk *walk,
		 struct diag *why) MUST_CHECK;

/* Sends or takes one descriptor with a small message over a Unix socket. */
bool os_send_fd(int socket, int fd, struct str message);
/* Returns the length of the message, 0 at the end, -1 on an error; *fd is -1
 * when none came along. */
ssize_t os_take_fd(int socket, int *fd, char *message, size_t room);

/* UTC seconds and monotonic milliseconds. */
int64_t os_now(void);
int64_t os_ticks(void);
/* For tests only: os_now is that many seconds ahead in this process and in
 * those it forks. */
void os_clock_shift(int64_t seconds);
/* For tests only: from now on os_step removes the file `name` of this
 * directory where there is one, and the process dies as by SIGKILL. "" ends
 * that. It says what was just done. */
void os_steps(const char *dir);
void os_step(const char *name);

#endif
