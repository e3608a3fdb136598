/* fetches.c - reads policy.log back, from where its reader was. */
#include "policyhost/private.h"

#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 << 10, HEAD_ROOM = 64, FIELDS = 7 };

/* ---- lines ---- */

static bool
hex(struct str s, uint64_t *out)
{
	uint64_t n = 0;

	if (s.n != 16)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c >= '0' && c <= '9')
			n = n << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			n = n << 4 | (uint64_t)(c - 'a' + 10);
		else
			return false;
	}
	*out = n;
	return true;
}

bool
policyhost_line_parse(struct str line, struct policyhost_fetch *out)
{
	struct policyhost_fetch f = { 0 };
	struct str field[FIELDS] = { 0 }, rest = line;
	int64_t status;
	size_t n = 0;

	while (n < FIELDS && str_split(&rest, '\t', &field[n]))
		n++;
	/* An empty last one is none to str_split. */
	if (n < FIELDS - 1 || rest.n > 0 || !str_i64(field[0], &f.time) ||
	    !netaddr_parse(field[2], &f.client) ||
	    !str_i64(field[3], &status) || status < 100 || status > 599 ||
	    !hex(field[4], &f.policy))
		return false;
	f.domain = field[1];
	f.status = (int)status;
	f.tls = field[5];
	f.agent = field[6];
	*out = f;
	return true;
}

/* ---- files ---- */

struct file {
	int fd;
	uint64_t name, start, size; /* `start`: behind the head */
};

static enum err
look(const char *data, const char *name, struct file *out, struct diag *why)
{
	char path[POLICYHOST_PATH_ROOM], head[HEAD_ROOM];
	static const struct str mark = STR(POLICYHOST_LOG_HEAD);
	struct str text = { head, 0 };
	struct stat info;
	ssize_t n;

	out->fd = -1;
	if (snprintf(path, sizeof path, "%s/%s", data, name) >=
	    (int)sizeof path)
		return diag_set(why, ERR_LIMIT, "io.path_too_long", 0, "%s",
				data);
	out->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (out->fd < 0)
		return errno == ENOENT ? ERR_NONE
				       : diag_errno(why, "open", path);
	n = pread(out->fd, head, sizeof head, 0);
	if (n < 0 || fstat(out->fd, &info) < 0)
		return diag_errno(why, "read", path);
	text.n = (size_t)n;
	out->size = (uint64_t)info.st_size;
	out->start = mark.n + 17;
	/* Being begun, or none of ours: nothing to read yet. */
	if (text.n < out->start || !str_starts(text, mark) ||
	    !hex(str_sub(text, mark.n, 16), &out->name))
		os_fd_cleanup(&out->fd);
	return ERR_NONE;
}

struct walk {
	size_t left;
	bool (*each)(void *ctx, const struct policyhost_fetch *f);
	void *ctx;
	bool stopped;
};

/* Whole lines at the front of `text`; returns what was used. */
static size_t
walk_lines(struct walk *w, struct str text)
{
	size_t used = 0;

	while (!w->stopped && w->left > 0) {
		struct str rest = str_sub(text, used, SIZE_MAX);
		size_t end = str_index(rest, '\n');
		struct policyhost_fetch f;

		if (end == SIZE_MAX)
			break;
		used += end + 1;
		if (!policyhost_line_parse(str_sub(rest, 0, end), &f))
			continue;
		w->left--;
		w->stopped = !w->each(w->ctx, &f);
	}
	return used;
}

static enum err
walk_file(struct walk *w, const struct file *file,
	  struct policyhost_place *place, struct diag *why)
{
	SCOPED_BUF piece = BUF(PIECE);

	if (place->file != file->name || place->offset < file->start)
		*place = (struct policyhost_place){ file->name, file->start };
	while (!w->stopped && w->left > 0) {
		char *to;
		ssize_t n;
		size_t used;

		buf_clear(&piece);
		to = buf_reserve(&piece, PIECE);
		n = pread(file->fd, to, PIECE, (off_t)place->offset);
		if (n < 0)
			return diag_errno(why, "read", "policy.log");
		used = walk_lines(w, (struct str){ to, (size_t)n });
		/* A line that fits nowhere is none of ours. */
		if (used == 0 && n == PIECE)
			used = PIECE;
		place->offset += used;
		if (used == 0)
			break;
	}
	return ERR_NONE;
}

enum err
policyhost_log_read(const char *data, struct policyhost_place *place,
		    size_t max,
		    bool (*each)(void *ctx, const struct policyhost_fetch *f),
		    void *ctx, struct diag *why)
{
	struct walk w = { .left = max, .each = each, .ctx = ctx };
	struct file now, old = { .fd = -1 };
	/* The newer one first: if it takes the older one's place meanwhile, it
	 * is both, and read once. */
	enum err err = look(data, "policy.log", &now, why);

	if (err == ERR_NONE)
		err = look(data, "policy.log.1", &old, why);
	if (err == ERR_NONE && old.fd >= 0 && place->file != now.name &&
	    old.name != now.name)
		err = walk_file(&w, &old, place, why);
	if (err == ERR_NONE && now.fd >= 0 && w.left > 0 && !w.stopped)
		err = walk_file(&w, &now, place, why);
	os_fd_cleanup(&now.fd);
	os_fd_cleanup(&old.fd);
	return err;
}
