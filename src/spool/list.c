/* list.c - the directory of a spool: its files, and who holds a door. */
#include "spool/private.h"

#include "os/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum err
spool_dir_open(const char *path, int *dir, struct diag *why)
{
	bool made = mkdir(path, 0700) == 0;

	if (!made && errno != EEXIST)
		return diag_errno(why, "mkdir", path);
	*dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*dir < 0)
		return diag_errno(why, "open", path);
	if (made) {
		SCOPED_FD above =
			openat(*dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (above >= 0)
			(void)fsync(above);
	}
	return ERR_NONE;
}

enum err
spool_dir_each(int dir, void (*visit)(void *ctx, const struct spool_name *name),
	       void *ctx, struct diag *why)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *open = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;

	if (!open) {
		os_fd_cleanup(&copy);
		return diag_errno(why, "list", "spool");
	}
	while ((entry = readdir(open)) != NULL) {
		struct spool_name name;

		if (spool_name_parse(entry->d_name, &name))
			visit(ctx, &name);
	}
	(void)closedir(open);
	return ERR_NONE;
}

static int
open_lock(int dir, const char *door)
{
	char name[SPOOL_NAME_ROOM];

	(void)snprintf(name, sizeof name, "%s.lock", door);
	return openat(dir, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

/* Locks of the open file: they end with the process that holds it, also when
 * it is killed, and hold within one process, too. */
int
spool_lock(int dir, const char *door)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	SCOPED_FD fd = open_lock(dir, door);

	if (fd < 0 || fcntl(fd, F_OFD_SETLK, &lock) < 0)
		return -1;
	return os_fd_take(&fd);
}

bool
spool_locked(int dir, const char *door)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	SCOPED_FD fd = open_lock(dir, door);

	/* Not to know counts as locked: nothing is read too early then. */
	return fd < 0 || fcntl(fd, F_OFD_GETLK, &lock) < 0 ||
	       lock.l_type != F_UNLCK;
}
