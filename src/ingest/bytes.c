/* bytes.c - bytes as descriptors, and back. */
#include "ingest/private.h"

#include "os/os.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int
as_descriptor(struct str bytes)
{
	int fd = memfd_create("report", MFD_CLOEXEC);

	if (fd < 0 || !os_write_all(fd, bytes) || lseek(fd, 0, SEEK_SET) < 0) {
		os_fd_cleanup(&fd);
		return -1;
	}
	return fd;
}

bool
read_whole(int fd, struct buf *out)
{
	struct stat info;
	char *to;
	size_t n;

	if (fstat(fd, &info) < 0 || info.st_size < 0 ||
	    (uint64_t)info.st_size > out->max || lseek(fd, 0, SEEK_SET) < 0)
		return false;
	to = buf_reserve(out, (size_t)info.st_size);
	n = to ? os_read_all(fd, to, (size_t)info.st_size) : SIZE_MAX;
	if (n == SIZE_MAX)
		return false;
	buf_commit(out, n);
	return true;
}
