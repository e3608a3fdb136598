/* file.c - descriptors and whole files. */
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_PIECE = 64 << 10, PATH_ROOM = 4096 };

void
os_fd_cleanup(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

int
os_fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

bool
os_write_all(int fd, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes = str_sub(bytes, (size_t)n, SIZE_MAX);
	}
	return true;
}

size_t
os_read_all(int fd, char *to, size_t n)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got = read(fd, to + have, n - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return SIZE_MAX;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return have;
}

enum err
os_read_file(const char *path, struct buf *out, struct diag *why)
{
	SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return diag_errno(why, "open", path);
	for (;;) {
		size_t room = out->max - out->n;
		char *to =
			buf_reserve(out, room < READ_PIECE ? room : READ_PIECE);
		size_t want = room < READ_PIECE ? room : READ_PIECE;
		char beyond;
		size_t got =
			os_read_all(fd, want ? to : &beyond, want ? want : 1);

		if (got == SIZE_MAX)
			return diag_errno(why, "read", path);
		if (got == 0)
			return ERR_NONE;
		if (want == 0)
			return diag_set(why, ERR_LIMIT, "io.too_large", 0, "%s",
					path);
		buf_commit(out, got);
	}
}

static enum err
write_synced(const char *path, struct str bytes, unsigned mode,
	     struct diag *why)
{
	SCOPED_FD fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (fd < 0)
		return diag_errno(why, "create", path);
	if (!os_write_all(fd, bytes) || fsync(fd) < 0)
		return diag_errno(why, "write", path);
	return ERR_NONE;
}

enum err
os_replace_file(const char *path, struct str bytes, unsigned mode,
		struct diag *why)
{
	char beside[PATH_ROOM];
	enum err err;

	if (snprintf(beside, sizeof beside, "%s.new", path) >=
	    (int)sizeof beside)
		return diag_set(why, ERR_LIMIT, "io.path_too_long", 0, "%s",
				path);
	err = write_synced(beside, bytes, mode, why);
	if (err == ERR_NONE && rename(beside, path) < 0)
		err = diag_errno(why, "rename", path);
	if (err != ERR_NONE)
		(void)unlink(beside);
	return err;
}
