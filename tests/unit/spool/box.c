#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "box.h"

#include "os/os.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 40001 };

static char
octet(unsigned n, size_t i)
{
	return (char)((n * 2654435761U + (unsigned)i * 40503U) >> 7);
}

int
box_make(void **state)
{
	struct box *b = heap_new(sizeof *b);

	(void)snprintf(b->dir, sizeof b->dir, "/tmp/waxseal-spool-XXXXXX");
	b->known = map_new(4096);
	*state = b;
	return mkdtemp(b->dir) ? 0 : -1;
}

static void
each_file(const char *dir, const char *ending,
	  void (*visit)(void *ctx, const char *path), void *ctx)
{
	DIR *open = opendir(dir);
	const struct dirent *entry;

	assert_non_null(open);
	while ((entry = readdir(open)) != NULL) {
		char path[400];

		if (entry->d_name[0] == '.' ||
		    !str_ends(str_of(entry->d_name), str_of(ending)))
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		visit(ctx, path);
	}
	(void)closedir(open);
}

static void
remove_one(void *ctx, const char *path)
{
	(void)ctx;
	(void)unlink(path);
}

int
box_remove(void **state)
{
	struct box *b = *state;
	int failed;

	each_file(b->dir, "", remove_one, NULL);
	failed = rmdir(b->dir);
	map_free(b->known);
	heap_free(b);
	return failed;
}

struct spool_writer *
box_writer(struct box *b, const char *name)
{
	const struct spool_options options = { .dir = b->dir, .name = name };
	struct spool_writer *w;

	assert_int_equal(spool_writer_open(&options, &w, NULL), ERR_NONE);
	return w;
}

static uint64_t
known_offset(void *ctx, struct str segment)
{
	struct box *b = ctx;
	uint64_t offset = 0;

	(void)map_get(b->known, segment, &offset);
	return offset;
}

struct spool_reader *
box_reader(struct box *b)
{
	struct spool_reader *r;

	assert_int_equal(spool_reader_open(b->dir, known_offset, b, &r, NULL),
			 ERR_NONE);
	return r;
}

void
box_tell(void *ctx, enum err err, const struct diag *why)
{
	struct box *b = ctx;

	b->told++;
	if (err == ERR_NONE) {
		assert_null(why);
		return;
	}
	b->failed++;
	(void)snprintf(b->code, sizeof b->code, "%s", why->code);
}

bool
box_put(struct box *b, struct spool_writer *w, unsigned n, size_t size)
{
	char id[16], piece[PIECE];
	struct spool_envelope envelope = { .door = SPOOL_SMTP,
					   .owner = 1,
					   .received_at = 1000 + (int64_t)n };
	struct spool_message *m;
	struct diag why = { 0 };

	(void)snprintf(id, sizeof id, "%u", n);
	envelope.id = str_of(id);
	m = spool_begin(w, &envelope);
	for (size_t at = 0; at < size;) {
		size_t length = size - at < PIECE ? size - at : PIECE;

		for (size_t i = 0; i < length; i++)
			piece[i] = octet(n, at + i);
		if (spool_add(m, (struct str){ piece, length }, &why)) {
			(void)snprintf(b->code, sizeof b->code, "%s", why.code);
			spool_drop(m);
			return false;
		}
		at += length;
	}
	spool_finish(m, box_tell, b);
	return true;
}

static void
check_octets(const struct spool_entry *e, unsigned n)
{
	SCOPED_BUF bytes = BUF(SPOOL_MESSAGE_MAX + 1);
	char *to = buf_reserve(&bytes, e->size + 1);

	assert_int_equal(os_read_all(e->fd, to, e->size + 1), e->size);
	for (size_t i = 0; i < e->size; i++)
		if (to[i] != octet(n, i))
			fail_msg("octet %zu of message %u", i, n);
}

int
box_take(struct box *b, struct spool_reader *r, struct spool_position *end)
{
	struct spool_entry e;
	struct diag why = { 0 };
	uint64_t n;

	(void)b;
	if (!spool_next(r, &e, &why)) {
		if (!why.code[0])
			return -1;
		assert_string_equal(why.code, "spool.damaged");
		return -2;
	}
	assert_true(str_u64(e.envelope.id, &n));
	assert_int_equal(e.envelope.door, SPOOL_SMTP);
	assert_int_equal(e.envelope.owner, 1);
	assert_int_equal(e.envelope.received_at, 1000 + n);
	check_octets(&e, (unsigned)n);
	assert_int_equal(write(e.fd, "x", 1), -1);
	(void)close(e.fd);
	if (end)
		*end = e.end;
	return (int)n;
}

void
box_commit(struct box *b, struct spool_reader *r, struct spool_position end)
{
	map_put(b->known, end.segment, end.offset);
	spool_done(r, end);
}

static void
count_one(void *ctx, const char *path)
{
	size_t *n = ctx;

	(void)path;
	(*n)++;
}

size_t
box_files(const struct box *b, const char *ending)
{
	size_t n = 0;

	each_file(b->dir, ending, count_one, &n);
	return n;
}

struct wanted {
	const char *door;
	char *path;
	size_t found;
};

static void
note_path(void *ctx, const char *path)
{
	struct wanted *w = ctx;
	const char *name = strrchr(path, '/') + 1;

	if (strncmp(name, w->door, strlen(w->door)) != 0)
		return;
	(void)snprintf(w->path, 256, "%.255s", path);
	w->found++;
}

void
box_segment(const struct box *b, const char *door, char path[256])
{
	struct wanted w = { door, path, 0 };

	each_file(b->dir, ".seg", note_path, &w);
	assert_int_equal(w.found, 1);
}
