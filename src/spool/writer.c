/* writer.c - a door: many messages by one sync. */
#include "spool/private.h"

#include "os/os.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/random.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	PIECES = 3 * 256,          /* of one write; at most IOV_MAX */
	SEGMENT_SECONDS = 10 * 60, /* then what is done may leave the disk */
	KNOWN_FILES = 1 << 20
};

enum err
spool_write_failed(struct diag *why, const char *what)
{
	if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
		return diag_set(why, ERR_IO, "spool.full", 0, "%s: %s", what,
				strerror(errno));
	(void)diag_errno(why, "write", what);
	return ERR_IO;
}

/* ---- segments ---- */

static enum err
write_head(struct spool_writer *w)
{
	struct spool_head head = { .magic = SPOOL_HEAD_MAGIC,
				   .nonce = w->nonce,
				   .durable = w->durable,
				   .inverse = ~w->durable };

	head.check = spool_check(0, (struct str){ (const char *)&head.nonce,
						  sizeof head.nonce });
	if (pwrite(w->fd, &head, sizeof head, 0) != (ssize_t)sizeof head)
		return ERR_IO;
	return ERR_NONE;
}

static void
end_segment(struct spool_writer *w)
{
	os_fd_cleanup(&w->fd);
	w->fd = -1;
}

enum err
spool_writer_turn(struct spool_writer *w, struct diag *why)
{
	struct spool_name name = { .number = w->number + 1 };
	char text[SPOOL_NAME_ROOM];

	end_segment(w);
	memcpy(name.door, w->door, sizeof name.door);
	if (getrandom(&w->nonce, sizeof w->nonce, 0) !=
	    (ssize_t)sizeof w->nonce)
		return diag_errno(why, "create", "segment");
	w->fd = openat(w->dir, spool_name_print(&name, text),
		       O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (w->fd < 0)
		return spool_write_failed(why, text);
	w->number++;
	w->dir_changed = true;
	w->begun_at = os_now();
	w->durable = SPOOL_START;
	if (write_head(w) == ERR_NONE)
		return ERR_NONE;
	(void)spool_write_failed(why, text);
	(void)unlinkat(w->dir, text, 0);
	end_segment(w);
	return ERR_IO;
}

/* ---- opening ---- */

struct survey {
	struct spool_writer *w;
	struct map *named; /* files that records name */
	bool files;
};

static void
find_last(void *ctx, const struct spool_name *name)
{
	struct survey *s = ctx;

	if (strcmp(name->door, s->w->door) != 0)
		return;
	if (name->number > s->w->number)
		s->w->number = name->number;
	s->files = s->files || name->file != 0;
}

static void
note_files(void *ctx, const struct spool_name *name)
{
	struct survey *s = ctx;
	struct spool_segment *segment;
	struct spool_record r;
	uint64_t at = SPOOL_START;

	if (strcmp(name->door, s->w->door) != 0 || name->file != 0 ||
	    spool_segment_open(s->w->dir, name, &segment, NULL) != ERR_NONE)
		return;
	segment->tail = SPOOL_CLOSED;
	spool_segment_look(segment);
	while (spool_segment_walk(segment, &at, segment->limit, &r)) {
		struct spool_name file = *name;
		char text[SPOOL_NAME_ROOM];

		file.number = r.file_number;
		file.file = r.file;
		if (r.file)
			map_put(s->named, str_of(spool_name_print(&file, text)),
				1);
	}
	spool_segment_close(segment);
}

static void
remove_orphan(void *ctx, const struct spool_name *name)
{
	struct survey *s = ctx;
	char text[SPOOL_NAME_ROOM];

	if (strcmp(name->door, s->w->door) == 0 && name->file != 0 &&
	    !map_get(s->named, str_of(spool_name_print(name, text)), NULL))
		(void)unlinkat(s->w->dir, text, 0);
}

/* A crash leaves the files of messages that were never finished. */
static void
remove_orphans(struct survey *s)
{
	s->named = map_new(KNOWN_FILES);
	if (spool_dir_each(s->w->dir, note_files, s, NULL) == ERR_NONE &&
	    map_count(s->named) < KNOWN_FILES)
		(void)spool_dir_each(s->w->dir, remove_orphan, s, NULL);
	map_free(s->named);
}

static enum err
open_door(struct spool_writer *w, const char *dir, struct diag *why)
{
	struct survey survey = { .w = w };
	struct diag full = { 0 };
	enum err err = spool_dir_open(dir, &w->dir, why);

	if (err != ERR_NONE)
		return err;
	w->lock = spool_lock(w->dir, w->door);
	if (w->lock < 0)
		return diag_set(why, ERR_BUSY, "spool.busy", 0, "%s", w->door);
	err = spool_dir_each(w->dir, find_last, &survey, why);
	if (err != ERR_NONE)
		return err;
	if (survey.files)
		remove_orphans(&survey);
	/* A number comes never again, also when somebody emptied the
	 * directory: the store remembers segments by their names. */
	if (w->number < (uint64_t)os_now())
		w->number = (uint64_t)os_now();
	/* When there is no room for it, the first sync tries again. */
	err = spool_writer_turn(w, &full);
	if (err == ERR_NONE || strcmp(full.code, "spool.full") == 0)
		return ERR_NONE;
	return diag_set(why, err, full.code, 0, "%s", full.detail);
}

enum err
spool_writer_open(const struct spool_options *options,
		  struct spool_writer **out, struct diag *why)
{
	struct spool_writer *w = heap_new(sizeof *w);
	size_t n = strlen(options->name);
	enum err err;

	assert(n > 0 && n < sizeof w->door);
	*w = (struct spool_writer){ .dir = -1,
				    .lock = -1,
				    .fd = -1,
				    .reserve = options->reserve,
				    .limit = options->limit };
	memcpy(w->door, options->name, n);
	w->last = &w->first;
	err = open_door(w, options->dir, why);
	if (err != ERR_NONE) {
		spool_writer_close(w);
		return err;
	}
	*out = w;
	return ERR_NONE;
}

void
spool_writer_close(struct spool_writer *w)
{
	if (!w)
		return;
	(void)spool_sync(w);
	end_segment(w);
	os_fd_cleanup(&w->lock);
	os_fd_cleanup(&w->dir);
	heap_free(w);
}

/* ---- one sync ---- */

/* All of `pieces` at `at`, through short writes and interrupts. */
static bool
write_pieces(int fd, struct iovec *pieces, int count, uint64_t at)
{
	while (count > 0) {
		ssize_t n = pwritev(fd, pieces, count, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		at += (uint64_t)n;
		while (count > 0 && (size_t)n >= pieces->iov_len) {
			n -= (ssize_t)pieces->iov_len;
			pieces++;
			count--;
		}
		if (count > 0) {
			pieces->iov_base = (char *)pieces->iov_base + n;
			pieces->iov_len -= (size_t)n;
		}
	}
	return true;
}

static int
add_pieces(struct iovec *to, struct spool_message *m)
{
	int n = 0;

	to[n++] = (struct iovec){ &m->record, sizeof m->record };
	to[n++] = (struct iovec){ m->envelope.p, m->envelope.n };
	if (m->fd < 0 && m->octets.n > 0)
		to[n++] = (struct iovec){ m->octets.p, m->octets.n };
	return n;
}

/* Returns the new end, 0 when it could not be written. */
static uint64_t
write_records(struct spool_writer *w, struct spool_message *batch)
{
	struct iovec pieces[PIECES];
	uint64_t written = w->durable, end = w->durable;
	int count = 0;

	for (struct spool_message *m = batch; m; m = m->next) {
		if (m->err != ERR_NONE)
			continue;
		spool_record_seal(&m->record, w->nonce);
		count += add_pieces(pieces + count, m);
		end += spool_record_length(&m->record);
		if (count < PIECES - 3 && m->next)
			continue;
		if (!write_pieces(w->fd, pieces, count, written))
			return 0;
		written = end;
		count = 0;
	}
	if (!write_pieces(w->fd, pieces, count, written))
		return 0;
	return end;
}

static bool
sync_all(struct spool_writer *w)
{
	if (fdatasync(w->fd) < 0)
		return false;
	if (w->dir_changed && fsync(w->dir) < 0)
		return false;
	w->dir_changed = false;
	return true;
}

/* After a failed sync nobody knows what the disk has: the segment ends where
 * it was durable, and another is begun. */
static void
take_back(struct spool_writer *w)
{
	if (ftruncate(w->fd, (off_t)w->durable) == 0)
		(void)fdatasync(w->fd);
	end_segment(w);
	w->looked = false;
}

static enum err
write_batch(struct spool_writer *w, struct spool_message *batch,
	    struct diag *why)
{
	uint64_t end, before = w->durable;
	enum err err;

	if (w->fd < 0 || w->durable >= SPOOL_SEGMENT_MAX ||
	    (w->durable > SPOOL_START &&
	     os_now() - w->begun_at > SEGMENT_SECONDS)) {
		err = spool_writer_turn(w, why);
		if (err != ERR_NONE)
			return err;
		before = w->durable;
	}
	end = write_records(w, batch);
	if (end == 0 || !sync_all(w)) {
		err = spool_write_failed(why, "segment");
		take_back(w);
		return err;
	}
	w->durable = end;
	if (write_head(w) == ERR_NONE)
		return ERR_NONE;
	err = spool_write_failed(why, "segment");
	w->durable = before;
	take_back(w);
	return err;
}

static bool
settle_files(struct spool_message *batch)
{
	bool any = false;

	for (struct spool_message *m = batch; m; m = m->next) {
		spool_message_settle(m);
		any = any || m->err == ERR_NONE;
	}
	return any;
}

size_t
spool_sync(struct spool_writer *w)
{
	struct spool_message *batch = w->first;
	struct diag why = { 0 };
	enum err err = ERR_NONE;
	size_t durable = 0;

	w->first = NULL;
	w->last = &w->first;
	if (settle_files(batch))
		err = write_batch(w, batch, &why);
	while (batch) {
		struct spool_message *m = batch;

		batch = m->next;
		if (m->err == ERR_NONE && err != ERR_NONE) {
			m->err = err;
			m->why = why;
		}
		durable += m->err == ERR_NONE;
		m->durable(m->ctx, m->err, m->err ? &m->why : NULL);
		spool_message_free(m, m->err == ERR_NONE);
	}
	return durable;
}
