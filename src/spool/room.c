/* room.c - whether there is space for another message. */
#include "spool/private.h"

#include "os/os.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum {
	LOOK_TICKS = 500,    /* milliseconds */
	LOOK_BYTES = 8 << 20 /* taken since the last look */
};

struct sum {
	int dir;
	uint64_t bytes;
};

static void
add_size(void *ctx, const struct spool_name *name)
{
	struct sum *sum = ctx;
	char text[SPOOL_NAME_ROOM];
	struct stat info;

	if (fstatat(sum->dir, spool_name_print(name, text), &info,
		    AT_SYMLINK_NOFOLLOW) == 0 &&
	    info.st_size > 0)
		sum->bytes += (uint64_t)info.st_size;
}

static bool
disk_is_full(const struct spool_writer *w)
{
	struct statvfs disk;

	return fstatvfs(w->dir, &disk) == 0 &&
	       (uint64_t)disk.f_bavail * disk.f_frsize < w->reserve;
}

static bool
limit_is_reached(const struct spool_writer *w)
{
	struct sum sum = { .dir = w->dir };

	return w->limit > 0 &&
	       spool_dir_each(w->dir, add_size, &sum, NULL) == ERR_NONE &&
	       sum.bytes >= w->limit;
}

enum err
spool_room(struct spool_writer *w, struct diag *why)
{
	int64_t now = os_ticks();

	if (!w->looked || now - w->looked_at >= LOOK_TICKS ||
	    w->since >= LOOK_BYTES) {
		w->looked = true;
		w->looked_at = now;
		w->since = 0;
		w->full = disk_is_full(w) || limit_is_reached(w);
		/* So that the reader may remove what is done of the old one:
		 * it could be all there is. */
		if (w->full && w->fd >= 0 && w->durable > SPOOL_START)
			(void)spool_writer_turn(w, NULL);
	}
	if (w->full)
		return diag_set(why, ERR_IO, "spool.full", 0, "%s", w->door);
	return ERR_NONE;
}
