/* reader.c - the other end: takes messages in order and lets go of them. */
#include "spool/private.h"

#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LOOK_AGAIN = 256 /* messages: other doors shall not wait for long */ };

struct spool_reader {
	int dir;
	uint64_t (*known)(void *ctx, struct str segment);
	void *ctx;
	struct spool_segment **list; /* by door and number */
	size_t count;
	size_t turn;      /* of the segment that is asked first */
	unsigned given;   /* since the directory was looked at */
	struct diag *why; /* of the look under way */
	enum err err;
	char segment[SPOOL_NAME_ROOM]; /* of the last entry */
	struct buf body;
};

/* ---- which segments there are ---- */

static int
order(const struct spool_name *a, const struct spool_name *b)
{
	int doors = strcmp(a->door, b->door);

	if (doors != 0)
		return doors;
	return a->number < b->number ? -1 : a->number > b->number;
}

static void
add_segment(struct spool_reader *r, const struct spool_name *name, size_t at)
{
	struct spool_segment *s;
	char text[SPOOL_NAME_ROOM];
	enum err err = spool_segment_open(r->dir, name, &s, r->why);

	if (err != ERR_NONE) {
		r->err = err;
		return;
	}
	s->at = r->known(r->ctx, str_of(spool_name_print(name, text)));
	if (s->at < SPOOL_START)
		s->at = SPOOL_START;
	s->given = s->at;
	s->known = s->at;
	s->done = SPOOL_START;
	s->counted = SPOOL_START;
	r->list = heap_grow(r->list, r->count + 1, sizeof(void *));
	memmove(r->list + at + 1, r->list + at,
		(r->count - at) * sizeof(void *));
	r->list[at] = s;
	r->count++;
}

static void
visit_name(void *ctx, const struct spool_name *name)
{
	struct spool_reader *r = ctx;
	size_t from = 0, to = r->count;

	if (name->file != 0)
		return;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int which = order(&r->list[middle]->name, name);

		if (which == 0)
			return;
		if (which < 0)
			from = middle + 1;
		else
			to = middle;
	}
	add_segment(r, name, from);
}

static bool
is_last(const struct spool_reader *r, size_t i)
{
	return i + 1 == r->count ||
	       strcmp(r->list[i]->name.door, r->list[i + 1]->name.door) != 0;
}

static bool
is_first(const struct spool_reader *r, size_t i)
{
	return i == 0 ||
	       strcmp(r->list[i]->name.door, r->list[i - 1]->name.door) != 0;
}

static void
forget_until(struct spool_reader *r, struct spool_segment *s, uint64_t end)
{
	struct spool_record record;

	if (end > s->limit)
		end = s->limit;
	while (spool_segment_walk(s, &s->done, end, &record)) {
		struct spool_name file = s->name;
		char text[SPOOL_NAME_ROOM];

		file.number = record.file_number;
		file.file = record.file;
		if (record.file)
			(void)unlinkat(r->dir, spool_name_print(&file, text),
				       0);
		if (s->done <= s->counted) {
			s->messages--;
			s->bytes -= record.size;
		}
	}
	if (s->counted < s->done)
		s->counted = s->done;
}

/* Removes segments whose every message is in the store. The directory is
 * synced: the store may forget a segment that is gone. */
static void
sweep(struct spool_reader *r)
{
	size_t kept = 0;
	bool removed = false;

	for (size_t i = 0; i < r->count; i++) {
		struct spool_segment *s = r->list[i];
		char text[SPOOL_NAME_ROOM];

		if (!s->ended || is_last(r, i) ||
		    (s->done < s->given && s->done < s->limit)) {
			r->list[kept++] = s;
			continue;
		}
		(void)unlinkat(r->dir, spool_name_print(&s->name, text), 0);
		spool_segment_close(s);
		removed = true;
	}
	r->count = kept;
	if (removed)
		(void)fsync(r->dir);
}

/* The order matters: a door that is not held now will add nothing to what
 * the directory had before. */
static enum err
look(struct spool_reader *r, struct diag *why)
{
	enum err err;

	r->given = 0;
	r->why = why;
	r->err = ERR_NONE;
	err = spool_dir_each(r->dir, visit_name, r, why);
	r->why = NULL;
	if (err != ERR_NONE || r->err != ERR_NONE)
		return err ? err : r->err;
	for (size_t i = 0; i < r->count; i++) {
		struct spool_segment *s = r->list[i];

		if (!is_last(r, i))
			s->tail = SPOOL_CLOSED;
		else
			s->tail = spool_locked(r->dir, s->name.door)
					  ? SPOOL_GROWING
					  : SPOOL_LEFT;
		spool_segment_look(s);
		if (s->done < s->known)
			forget_until(r, s, s->known);
	}
	return ERR_NONE;
}

enum err
spool_reader_open(const char *dir, uint64_t (*known)(void *ctx, struct str),
		  void *ctx, struct spool_reader **out, struct diag *why)
{
	struct spool_reader *r = heap_new(sizeof *r);
	enum err err;

	*r = (struct spool_reader){ .dir = -1,
				    .known = known,
				    .ctx = ctx,
				    .body = BUF(SPOOL_ENVELOPE_MAX +
						SPOOL_HELD_MAX) };
	err = spool_dir_open(dir, &r->dir, why);
	if (err == ERR_NONE)
		err = look(r, why);
	if (err != ERR_NONE) {
		spool_reader_close(r);
		return err;
	}
	*out = r;
	return ERR_NONE;
}

void
spool_reader_close(struct spool_reader *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++)
		spool_segment_close(r->list[i]);
	heap_free(r->list);
	buf_free(&r->body);
	os_fd_cleanup(&r->dir);
	heap_free(r);
}

/* ---- one message ---- */

enum step { STEP_GIVEN, STEP_NOTHING, STEP_FAILED };

static enum step
tell_damage(struct spool_segment *s, uint64_t next, struct diag *why)
{
	char text[SPOOL_NAME_ROOM];

	/* What is missing at the end is told with what came before it. */
	if (next >= s->limit && next < s->durable)
		next = s->durable;
	(void)diag_set(why, ERR_IO, "spool.damaged", 0,
		       "%s: %" PRIu64 "-%" PRIu64,
		       spool_name_print(&s->name, text), s->at, next);
	s->at = next;
	return STEP_FAILED;
}

/* A record that is not as it was written. Behind what was synced a crash may
 * have cut it: then it ends the segment. */
static enum step
pass_over(struct spool_segment *s, uint64_t next, struct diag *why)
{
	if (s->at < s->durable)
		return tell_damage(s, next, why);
	s->ended = s->tail == SPOOL_CLOSED;
	return STEP_NOTHING;
}

static int
in_memory(struct str octets)
{
	const int seals =
		F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
	SCOPED_FD fd = memfd_create("message", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || !os_write_all(fd, octets) ||
	    fcntl(fd, F_ADD_SEALS, seals) < 0 || lseek(fd, 0, SEEK_SET) != 0)
		return -1;
	return os_fd_take(&fd);
}

static bool
is_as_written(int fd, const struct spool_record *record)
{
	SCOPED_BUF piece = BUF(SPOOL_HELD_MAX);
	char *bytes = buf_reserve(&piece, SPOOL_HELD_MAX);
	uint64_t size = 0;
	uint32_t check = 0;
	size_t n;

	while ((n = os_read_all(fd, bytes, SPOOL_HELD_MAX)) > 0) {
		if (n == SIZE_MAX)
			return false;
		size += n;
		check = spool_check(check, (struct str){ bytes, n });
	}
	return size == record->size && check == record->file_check &&
	       lseek(fd, 0, SEEK_SET) == 0;
}

/* -1 when it cannot be opened; then, or when it is not what was written,
 * *lost says that trying again is of no use. */
static int
in_file(struct spool_reader *r, const struct spool_segment *s,
	const struct spool_record *record, bool *lost)
{
	struct spool_name name = s->name;
	char text[SPOOL_NAME_ROOM];

	name.number = record->file_number;
	name.file = record->file;

	SCOPED_FD fd = openat(r->dir, spool_name_print(&name, text),
			      O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	*lost = fd >= 0 || errno == ENOENT;
	if (fd < 0 || !is_as_written(fd, record))
		return -1;
	return os_fd_take(&fd);
}

/* Envelope and octets of a record, checked. */
static bool
read_body(struct spool_reader *r, const struct spool_segment *s,
	  const struct spool_record *record, bool *whole)
{
	size_t n = (size_t)(spool_record_length(record) - sizeof *record);
	char *to;

	buf_clear(&r->body);
	to = buf_reserve(&r->body, n);
	if (!to ||
	    pread(s->fd, to, n, (off_t)(s->at + sizeof *record)) != (ssize_t)n)
		return false;
	buf_commit(&r->body, n);
	*whole = spool_check(0, buf_str(&r->body)) == record->body_check;
	return true;
}

static enum step
give(struct spool_reader *r, struct spool_segment *s,
     const struct spool_record *record, struct spool_entry *out,
     struct diag *why)
{
	uint64_t end = s->at + spool_record_length(record);
	struct str body = buf_str(&r->body);
	bool lost = false;

	*out = (struct spool_entry){ .size = record->size };
	if (!spool_envelope_read(str_sub(body, 0, record->envelope),
				 &out->envelope))
		return tell_damage(s, end, why);
	if (record->file)
		out->fd = in_file(r, s, record, &lost);
	else
		out->fd = in_memory(str_sub(body, record->envelope, SIZE_MAX));
	if (lost && out->fd < 0)
		return pass_over(s, end, why);
	if (out->fd < 0) {
		(void)diag_errno(why, "open", "message");
		return STEP_FAILED;
	}
	out->end.segment = str_of(spool_name_print(&s->name, r->segment));
	out->end.offset = end;
	s->at = end;
	s->given = end;
	return STEP_GIVEN;
}

static enum step
step(struct spool_reader *r, struct spool_segment *s, struct spool_entry *out,
     struct diag *why)
{
	struct spool_record record;
	bool whole;

	if (s->at >= s->limit)
		spool_segment_look(s);
	if (s->at >= s->limit) {
		if (s->tail != SPOOL_GROWING && s->at < s->durable)
			return tell_damage(s, s->durable, why);
		s->ended = s->tail == SPOOL_CLOSED;
		return STEP_NOTHING;
	}
	switch (spool_segment_record(s, s->at, &record)) {
	case SPOOL_UNREADABLE:
		(void)diag_errno(why, "read", s->name.door);
		return STEP_FAILED;
	case SPOOL_BAD:
		if (s->at >= s->durable)
			return pass_over(s, 0, why);
		return pass_over(s, spool_segment_resync(s, s->at + 1), why);
	case SPOOL_FOUND:
		break;
	}
	if (!read_body(r, s, &record, &whole)) {
		(void)diag_errno(why, "read", s->name.door);
		return STEP_FAILED;
	}
	if (!whole)
		return pass_over(s, s->at + spool_record_length(&record), why);
	return give(r, s, &record, out, why);
}

/* Each door's first segment that has not ended, one message of each door in
 * turn. Segments of a door are asked in their order, so that the end of one
 * leads to the next. */
static enum step
ask_all(struct spool_reader *r, struct spool_entry *out, struct diag *why)
{
	size_t first = r->count ? r->turn % r->count : 0;

	while (first > 0 && !is_first(r, first))
		first--;
	for (size_t n = 0; n < r->count; n++) {
		size_t i = (first + n) % r->count;
		enum step got;

		if (r->list[i]->ended ||
		    (!is_first(r, i) && !r->list[i - 1]->ended))
			continue;
		got = step(r, r->list[i], out, why);
		if (got == STEP_NOTHING)
			continue;
		while (!is_last(r, i))
			i++;
		r->turn = i + 1;
		return got;
	}
	return STEP_NOTHING;
}

bool
spool_next(struct spool_reader *r, struct spool_entry *out, struct diag *why)
{
	struct diag unread;
	enum step got;

	if (!why)
		why = &unread;
	diag_clear(why);
	if (r->given++ >= LOOK_AGAIN && look(r, why) != ERR_NONE)
		return false;
	got = ask_all(r, out, why);
	if (got != STEP_NOTHING)
		return got == STEP_GIVEN;
	if (look(r, why) != ERR_NONE)
		return false;
	got = ask_all(r, out, why);
	sweep(r);
	return got == STEP_GIVEN;
}

/* ---- what is done ---- */

void
spool_done(struct spool_reader *r, struct spool_position position)
{
	for (size_t i = 0; i < r->count; i++) {
		struct spool_segment *s = r->list[i];
		char text[SPOOL_NAME_ROOM];

		if (!str_eq(position.segment,
			    str_of(spool_name_print(&s->name, text))))
			continue;
		forget_until(r, s, position.offset);
		break;
	}
	sweep(r);
}

void
spool_backlog(struct spool_reader *r, struct spool_backlog *out)
{
	struct spool_record record;

	*out = (struct spool_backlog){ 0 };
	for (size_t i = 0; i < r->count; i++) {
		struct spool_segment *s = r->list[i];
		uint64_t at = s->done;

		spool_segment_look(s);
		while (spool_segment_walk(s, &s->counted, s->limit, &record)) {
			s->messages++;
			s->bytes += record.size;
		}
		out->messages += s->messages;
		out->bytes += s->bytes;
		if (spool_segment_walk(s, &at, s->limit, &record) &&
		    (out->oldest == 0 || record.received_at < out->oldest))
			out->oldest = record.received_at;
	}
}
