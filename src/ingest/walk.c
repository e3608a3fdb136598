/* walk.c - files, directories and standard input as descriptors. */
#include "ingest/private.h"

#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_PIECE = 64 << 10 };

struct run {
	const struct walk *walk;
	uint64_t count;
	char mailbox[PATH_ROOM]; /* the last directory looked at ... */
	bool is_maildir;         /* ... has cur and new */
	enum err err;            /* ends the walk */
};

static bool
stopped(const struct run *r)
{
	return r->walk->stop && *r->walk->stop;
}

/* Pipes and devices cannot be read twice: their bytes go to a file that has
 * no name. */
static int
copy_to_file(int from)
{
	const char *room = getenv("TMPDIR");
	int to = open(room && room[0] ? room : "/tmp",
		      O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	SCOPED_BUF piece = BUF(COPY_PIECE);
	char *bytes = buf_reserve(&piece, COPY_PIECE);
	size_t n;

	if (to < 0 || !bytes)
		return to;
	while ((n = os_read_all(from, bytes, COPY_PIECE)) > 0)
		if (n == SIZE_MAX ||
		    !os_write_all(to, (struct str){ bytes, n })) {
			(void)close(to);
			return -1;
		}
	(void)lseek(to, 0, SEEK_SET);
	return to;
}

static int
open_input(const char *path)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? dup(STDIN_FILENO)
			  : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat info;
	int copy;

	if (fd < 0 || fstat(fd, &info) < 0 || S_ISREG(info.st_mode))
		return fd;
	copy = copy_to_file(fd);
	(void)close(fd);
	return copy;
}

static enum err
take_file(struct run *r, const char *path)
{
	struct diag reason = { 0 };
	struct stat info;
	int fd = open_input(path);

	if (fd < 0) {
		(void)diag_errno(&reason, "open", path);
		return r->walk->bad(r->walk->ctx, path, &reason);
	}
	if (fstat(fd, &info) < 0)
		info.st_size = 0;
	return r->walk->file(r->walk->ctx, path, fd, (uint64_t)info.st_size);
}

static bool
has_directory(const char *path, const char *name)
{
	char room[PATH_ROOM];
	struct stat info;
	int n = snprintf(room, sizeof room, "%s/%s", path, name);

	return n > 0 && n < (int)sizeof room && stat(room, &info) == 0 &&
	       S_ISDIR(info.st_mode);
}

/* Whether the directory that holds `path` is a Maildir. Neighbours share the
 * answer. */
static bool
in_maildir(struct run *r, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (n == 0 || n >= sizeof r->mailbox)
		return false;
	if (strlen(r->mailbox) != n || memcmp(r->mailbox, path, n) != 0) {
		memcpy(r->mailbox, path, n);
		r->mailbox[n] = '\0';
		r->is_maildir = has_directory(r->mailbox, "cur") &&
				has_directory(r->mailbox, "new");
	}
	return r->is_maildir;
}

/* Beside cur and new lie the mail server's own files; names with a dot in
 * front are nobody's reports. */
static bool
is_housekeeping(struct run *r, const char *path)
{
	const char *slash = strrchr(path, '/');

	return (slash && slash[1] == '.') || in_maildir(r, path);
}

static bool
skip_directory(void *ctx, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && strcmp(slash + 1, "tmp") == 0 && in_maildir(ctx, path);
}

static enum err
count_file(void *ctx, const char *path)
{
	struct run *r = ctx;

	r->count += !is_housekeeping(r, path);
	return stopped(r) ? ERR_STOP : ERR_NONE;
}

static enum err
visit_file(void *ctx, const char *path)
{
	struct run *r = ctx;

	if (stopped(r))
		return ERR_STOP;
	if (r->err != ERR_NONE)
		return r->err;
	return is_housekeeping(r, path) ? ERR_NONE : take_file(r, path);
}

static void
count_bad(void *ctx, const char *path, const struct diag *why)
{
	struct run *r = ctx;

	(void)path;
	(void)why;
	r->count++;
}

static void
visit_bad(void *ctx, const char *path, const struct diag *why)
{
	struct run *r = ctx;

	if (r->err == ERR_NONE)
		r->err = r->walk->bad(r->walk->ctx, path, why);
}

static enum err
visit_path(struct run *r, const char *path, struct diag *why)
{
	const struct os_walk walk = { r, visit_file, visit_bad,
				      skip_directory };
	struct stat info;
	enum err err;

	/* What was named itself is taken whatever it is called. */
	if (strcmp(path, "-") == 0 ||
	    (stat(path, &info) == 0 && !S_ISDIR(info.st_mode)))
		return take_file(r, path);
	err = os_walk(path, &walk, why);
	return err == ERR_NONE ? r->err : err;
}

enum err
walk_paths(const struct walk *w, const char *const *paths, size_t count,
	   struct diag *why)
{
	struct run *r = heap_new(sizeof *r);
	enum err err = ERR_NONE;

	r->walk = w;
	for (size_t i = 0; i < count && err == ERR_NONE; i++)
		err = visit_path(r, paths[i], why);
	heap_free(r);
	return err;
}

uint64_t
walk_count(const struct walk *w, const char *const *paths, size_t count)
{
	struct run *r = heap_new(sizeof *r);
	const struct os_walk walk = { r, count_file, count_bad,
				      skip_directory };
	enum err err = ERR_NONE;
	uint64_t found;

	r->walk = w;
	for (size_t i = 0; i < count && err == ERR_NONE; i++)
		if (strcmp(paths[i], "-") == 0)
			r->count++;
		else
			err = os_walk(paths[i], &walk, NULL);
	found = r->count;
	heap_free(r);
	return found;
}
