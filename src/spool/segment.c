/* segment.c - a segment as its reader sees it: how far, and what is next. */
#include "spool/private.h"

#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	HEAD_TRIES = 8, /* the writer may be about to change it */
	WINDOW = 64 << 10
};

enum err
spool_segment_open(int dir, const struct spool_name *name,
		   struct spool_segment **out, struct diag *why)
{
	char text[SPOOL_NAME_ROOM];
	int fd = openat(dir, spool_name_print(name, text),
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct spool_segment *s;

	if (fd < 0)
		return diag_errno(why, "open", text);
	s = heap_new(sizeof *s);
	*s = (struct spool_segment){ .name = *name, .fd = fd };
	*out = s;
	return ERR_NONE;
}

void
spool_segment_close(struct spool_segment *s)
{
	os_fd_cleanup(&s->fd);
	heap_free(s);
}

static bool
read_at(int fd, void *to, size_t n, uint64_t at)
{
	ssize_t got;

	do
		got = pread(fd, to, n, (off_t)at);
	while (got < 0 && errno == EINTR);
	if (got >= 0 && (size_t)got < n)
		errno = ENODATA;
	return got == (ssize_t)n;
}

static bool
read_head(struct spool_segment *s)
{
	struct spool_head head;

	for (int i = 0; i < HEAD_TRIES; i++) {
		if (!read_at(s->fd, &head, sizeof head, 0))
			return false;
		if (head.magic != SPOOL_HEAD_MAGIC ||
		    head.check !=
			    spool_check(0,
					(struct str){ (const char *)&head.nonce,
						      sizeof head.nonce }))
			return false;
		s->nonce = head.nonce;
		if (head.durable != ~head.inverse)
			continue;
		s->durable = head.durable;
		return true;
	}
	return true;
}

/* The first record's place is known: its nonce stands in for the head's. */
static void
nonce_of_record(struct spool_segment *s)
{
	struct spool_record r;

	if (read_at(s->fd, &r, sizeof r, SPOOL_START) &&
	    spool_record_good(&r, r.nonce))
		s->nonce = r.nonce;
}

void
spool_segment_look(struct spool_segment *s)
{
	struct stat info;
	uint64_t size;

	if (fstat(s->fd, &info) < 0 || info.st_size < SPOOL_START)
		return;
	size = (uint64_t)info.st_size;
	if (!read_head(s) && s->nonce == 0 && s->tail != SPOOL_GROWING)
		nonce_of_record(s);
	/* What could be read once is there for good. */
	if (s->tail != SPOOL_GROWING)
		s->limit = size;
	else if (s->limit < s->durable)
		s->limit = s->durable;
	if (s->limit > size)
		s->limit = size;
}

enum spool_found
spool_segment_record(const struct spool_segment *s, uint64_t at,
		     struct spool_record *out)
{
	if (s->limit - at < sizeof *out)
		return SPOOL_BAD;
	if (!read_at(s->fd, out, sizeof *out, at))
		return SPOOL_UNREADABLE;
	if (!spool_record_good(out, s->nonce) ||
	    spool_record_length(out) > s->limit - at)
		return SPOOL_BAD;
	return SPOOL_FOUND;
}

/* Where in `window` (that lies at `base`) a good record begins. */
static uint64_t
search(const struct spool_segment *s, struct str window, uint64_t base,
       uint64_t from)
{
	const size_t before = offsetof(struct spool_record, nonce);
	const struct str nonce = { (const char *)&s->nonce, sizeof s->nonce };
	size_t passed = 0, found;

	while ((found = str_find(str_sub(window, passed, SIZE_MAX), nonce)) !=
	       SIZE_MAX) {
		uint64_t at = base + passed + found;
		struct spool_record r;

		if (at >= from + before &&
		    spool_segment_record(s, at - before, &r) == SPOOL_FOUND)
			return at - before;
		passed += found + 1;
	}
	return UINT64_MAX;
}

uint64_t
spool_segment_resync(const struct spool_segment *s, uint64_t from)
{
	SCOPED_BUF window = BUF(WINDOW);
	char *bytes = buf_reserve(&window, WINDOW);

	for (uint64_t at = from; bytes && at < s->limit;) {
		uint64_t left = s->limit - at, found;
		size_t n = left < WINDOW ? (size_t)left : WINDOW;

		if (!read_at(s->fd, bytes, n, at))
			break;
		found = search(s, (struct str){ bytes, n }, at, from);
		if (found != UINT64_MAX)
			return found;
		if (n < WINDOW)
			break;
		/* A nonce may lie across the border. */
		at += n - sizeof s->nonce + 1;
	}
	return s->limit;
}

bool
spool_segment_walk(const struct spool_segment *s, uint64_t *at, uint64_t end,
		   struct spool_record *out)
{
	while (*at < end) {
		switch (spool_segment_record(s, *at, out)) {
		case SPOOL_FOUND:
			*at += spool_record_length(out);
			return true;
		case SPOOL_UNREADABLE:
			return false;
		case SPOOL_BAD:
			*at = *at >= s->durable
				      ? end
				      : spool_segment_resync(s, *at + 1);
		}
	}
	return false;
}
