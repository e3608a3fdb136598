/* directory.c - one turn over a watched directory or Maildir. */
#include "mailbox/private.h"

#include "log/log.h"
#include "os/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PIECE = 64 << 10,
	STILL_SECONDS = 2,    /* unchanged for so long: whole */
	TAKE_AT_ONCE = 10000, /* files of one turn */
	NAME_ROOM = 512
};

struct place {
	int from, to; /* directories */
	bool maildir;
};

static void
place_close(struct place *p)
{
	os_fd_cleanup(&p->from);
	os_fd_cleanup(&p->to);
}

#define SCOPED_PLACE __attribute__((cleanup(place_close))) struct place

static int
open_directory(int at, const char *path)
{
	return openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool
open_place(const char *path, struct place *p, struct diag *why)
{
	SCOPED_FD top = open_directory(AT_FDCWD, path);

	if (top < 0)
		return diag_errno(why, "open", path) == ERR_NONE;
	p->from = open_directory(top, "new");
	p->to = open_directory(top, "cur");
	p->maildir = p->from >= 0 && p->to >= 0;
	if (p->maildir)
		return true;
	place_close(p);
	if (mkdirat(top, "taken", 0700) < 0 && errno != EEXIST)
		return diag_errno(why, "create", path) == ERR_NONE;
	p->from = open_directory(top, ".");
	p->to = open_directory(top, "taken");
	if (p->from < 0 || p->to < 0)
		return diag_errno(why, "open", path) == ERR_NONE;
	return true;
}

/* Regular, not ours to skip, and nobody is writing it any more. In a Maildir
 * a file in "new" is whole by definition. */
static int
open_still(const struct place *p, const char *name, int64_t now)
{
	int fd = openat(p->from, name,
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat info;

	if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
	    (p->maildir || info.st_mtime + STILL_SECONDS <= now))
		return fd;
	os_fd_cleanup(&fd);
	return -1;
}

static enum err
copy(int fd, struct delivery *d, const char *name, struct diag *why)
{
	SCOPED_BUF piece = BUF(PIECE);
	char *bytes = buf_reserve(&piece, PIECE);
	size_t n;

	while ((n = os_read_all(fd, bytes, PIECE)) > 0) {
		if (n == SIZE_MAX)
			return diag_errno(why, "read", name);
		if (!delivery_bytes(d, (struct str){ bytes, n }))
			return ERR_STOP;
	}
	return ERR_NONE;
}

/* The same name may have been taken before; nothing is ever replaced. */
static enum err
put_away(const struct place *p, const char *name, struct diag *why)
{
	char to[NAME_ROOM];

	for (unsigned i = 0; i < 10000; i++) {
		if (i == 0)
			(void)snprintf(to, sizeof to, "%s%s", name,
				       p->maildir ? ":2,S" : "");
		else
			(void)snprintf(to, sizeof to, "%s.%u%s", name, i,
				       p->maildir ? ":2,S" : "");
		if (renameat2(p->from, name, p->to, to, RENAME_NOREPLACE) == 0)
			return ERR_NONE;
		if (errno != EEXIST)
			break;
	}
	return diag_errno(why, "rename", name);
}

static enum err
take_file(struct mailbox *m, const struct place *p, int fd, const char *name,
	  struct diag *why)
{
	struct delivery d;
	enum err err = delivery_begin(m, SPOOL_WATCHED, str_of(name), &d, why);

	if (err == ERR_NONE)
		err = delivery_end(m, &d, copy(fd, &d, name, why), why);
	/* What is too large for us would be in the way for ever; it is kept
	 * among those taken. */
	if (err == ERR_NONE || err == ERR_LIMIT) {
		enum err moved = put_away(p, name, err ? NULL : why);

		return err == ERR_NONE ? moved : err;
	}
	return err;
}

size_t
poll_directory(struct mailbox *m, const char *path)
{
	SCOPED_PLACE p = { -1, -1, false };
	struct diag why = { 0 };
	struct dirent *entry;
	enum err err = ERR_NONE;
	size_t taken = 0;
	DIR *dir;

	if (!open_place(path, &p, &why)) {
		log_warn("watch.failed", &why, log_text("path", str_of(path)));
		return 0;
	}
	dir = fdopendir(dup(p.from));
	while (dir && !*m->stop && taken < TAKE_AT_ONCE &&
	       (err == ERR_NONE || err == ERR_LIMIT) &&
	       (entry = readdir(dir)) != NULL) {
		SCOPED_FD fd = entry->d_name[0] == '.'
				       ? -1
				       : open_still(&p, entry->d_name,
						    m->options->clock());

		if (fd < 0)
			continue;
		why = (struct diag){ 0 };
		err = take_file(m, &p, fd, entry->d_name, &why);
		taken += err == ERR_NONE;
		if (err != ERR_NONE)
			log_warn("watch.failed", &why,
				 log_text("path", str_of(path)));
	}
	if (dir)
		(void)closedir(dir);
	return taken;
}
