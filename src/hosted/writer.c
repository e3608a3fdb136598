/* writer.c - makes a file of the index beside its place, and puts it there
 * when it is whole and on disk. */
#include "hosted/private.h"
#include "os/os.h"
#include "seal/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { PIECE = 1 << 20, MODE = 0600 };

/* As it will stand in the file. */
struct slot {
	uint64_t at, hash;
};
_Static_assert(sizeof(struct slot) == HOSTED_SLOT, "a slot as in the file");

struct hosted_writer {
	char path[HOSTED_PATH_ROOM], beside[HOSTED_PATH_ROOM];
	char stale[HOSTED_PATH_ROOM]; /* a whole one removes it; or empty */
	int fd, dir;
	bool whole;
	struct hosted_head head;
	struct buf zone;
	struct buf out; /* not yet in the file */
	uint64_t at;    /* where the end of `out` will be */
	struct slot *tables[HOSTED_TABLES];
	bool failed;
	struct diag why;
};

/* ---- tables ---- */

/* The slot of that hash, or the one where it belongs. */
static struct slot *
find_slot(struct slot *table, uint64_t slots, uint64_t hash)
{
	uint64_t i = hash & (slots - 1);

	while (table[i].at != 0 && table[i].hash != hash)
		i = (i + 1) & (slots - 1);
	return &table[i];
}

static void
grow_table(struct slot **table, uint64_t from, uint64_t to)
{
	struct slot *bigger = heap_new(to * sizeof *bigger);

	for (uint64_t i = 0; i < from; i++)
		if ((*table)[i].at != 0)
			*find_slot(bigger, to, (*table)[i].hash) = (*table)[i];
	heap_free(*table);
	*table = bigger;
}

static void
grow(struct hosted_writer *w)
{
	uint64_t slots = w->head.slots;

	if ((w->head.count + 1) * 2 <= slots)
		return;
	for (size_t i = 0; i < HOSTED_TABLES; i++)
		grow_table(&w->tables[i], slots, slots * 2);
	w->head.slots = slots * 2;
}

/* ---- beginning ---- */

/* `hosted.new` names the file that it goes over. */
static enum err
read_base(const char *path, uint64_t *out, struct diag *why)
{
	struct hosted_image image;
	enum err err = hosted_image_open(path, &image, why);

	*out = err == ERR_NONE && image.bytes.p ? image.head.generation : 0;
	if (err == ERR_NONE)
		hosted_image_close(&image);
	return err;
}

static enum err
find_places(struct hosted_writer *w, const char *dir, struct diag *why)
{
	char whole[HOSTED_PATH_ROOM];
	bool fits =
		hosted_path(dir, "hosted", whole) &&
		hosted_path(dir, w->whole ? "hosted" : "hosted.new", w->path) &&
		hosted_path(dir, w->whole ? "hosted.tmp" : "hosted.new.tmp",
			    w->beside) &&
		(!w->whole || hosted_path(dir, "hosted.new", w->stale));

	if (!fits)
		return diag_set(why, ERR_LIMIT, "io.path_too_long", 0, "%s",
				dir);
	w->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->dir < 0)
		return diag_errno(why, "open", dir);
	return w->whole ? ERR_NONE : read_base(whole, &w->head.base, why);
}

static enum err
begin(struct hosted_writer *w, const char *dir, const struct hosted_zone *zone,
      struct diag *why)
{
	enum err err = find_places(w, dir, why);

	if (err != ERR_NONE)
		return err;
	if (!hosted_zone_print(zone, &w->zone))
		return diag_set(why, ERR_SYNTAX, "hosted.bad_domain", 0,
				"%.*s: zone", STR_ARG(zone->name));
	w->fd = open(w->beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, MODE);
	if (w->fd < 0)
		return diag_errno(why, "create", w->beside);
	return ERR_NONE;
}

enum err
hosted_begin(const char *dir, bool whole, const struct hosted_zone *zone,
	     struct hosted_writer **out, struct diag *why)
{
	struct hosted_writer *w = heap_new(sizeof *w);
	char nothing[HOSTED_HEAD] = { 0 };
	enum err err;

	w->fd = w->dir = -1;
	w->whole = whole;
	w->zone = (struct buf)BUF(HOSTED_ZONE_ROOM + HOSTED_SLOT);
	w->out = (struct buf)BUF(PIECE + HOSTED_RECORD_ROOM);
	seal_random(&w->head.seed, sizeof w->head.seed);
	while (w->head.generation == 0)
		seal_random(&w->head.generation, sizeof w->head.generation);
	err = begin(w, dir, zone, why);
	if (err != ERR_NONE) {
		hosted_abandon(w);
		return err;
	}
	w->head.slots = HOSTED_SLOTS_LEAST;
	for (size_t i = 0; i < HOSTED_TABLES; i++)
		w->tables[i] =
			heap_new(HOSTED_SLOTS_LEAST * sizeof *w->tables[i]);
	/* The head takes its place last. */
	buf_add(&w->out, (struct str){ nothing, sizeof nothing });
	w->at = HOSTED_HEAD;
	*out = w;
	return ERR_NONE;
}

/* ---- adding ---- */

static enum err
flush(struct hosted_writer *w)
{
	if (!w->failed && !os_write_all(w->fd, buf_str(&w->out))) {
		w->failed = true;
		(void)diag_errno(&w->why, "write", w->beside);
	}
	buf_clear(&w->out);
	return w->failed ? ERR_IO : ERR_NONE;
}

static enum err
refuse(const struct hosted_domain *d, const char *what, struct diag *why)
{
	return diag_set(why, ERR_SYNTAX, "hosted.bad_domain", 0, "%.*s: %s",
			STR_ARG(d->name), what);
}

/* Writing goes on until commit tells what went wrong with it. */
enum err
hosted_add(struct hosted_writer *w, const struct hosted_domain *d,
	   struct diag *why)
{
	struct hosted_domain one = *d;
	struct slot *slots[HOSTED_TABLES];
	uint64_t hashes[HOSTED_TABLES];
	const char *what = "";
	size_t before;

	if (d->flags & HOSTED_GONE)
		one = (struct hosted_domain){ .name = d->name,
					      .flags = HOSTED_GONE };
	if (!hosted_domain_good(&one, w->whole, &what))
		return refuse(d, what, why);
	grow(w);
	hashes[HOSTED_BY_NAME] = hosted_sum(one.name, w->head.seed);
	hashes[HOSTED_BY_TOKEN] = hosted_sum(one.token, w->head.seed);
	for (size_t i = 0; i < HOSTED_TABLES; i++)
		slots[i] = find_slot(w->tables[i], w->head.slots, hashes[i]);
	if (slots[HOSTED_BY_NAME]->at != 0)
		return refuse(d, "name", why);
	if (one.token.n > 0 && slots[HOSTED_BY_TOKEN]->at != 0)
		return refuse(d, "token", why);
	for (size_t i = 0; i < HOSTED_TABLES; i++)
		if (i == HOSTED_BY_NAME || one.token.n > 0)
			*slots[i] = (struct slot){ w->at, hashes[i] };
	w->head.count++;
	if (w->out.n >= PIECE)
		(void)flush(w);
	before = w->out.n;
	hosted_record_print(&one, w->head.generation, w->at, &w->out);
	w->at += w->out.n - before;
	return ERR_NONE;
}

/* ---- the end ---- */

static void
add(struct hosted_writer *w, struct str bytes)
{
	(void)flush(w);
	if (!w->failed && !os_write_all(w->fd, bytes)) {
		w->failed = true;
		(void)diag_errno(&w->why, "write", w->beside);
	}
	w->at += bytes.n;
}

/* Its numbers become those of the file, in their place. */
static uint64_t
add_table(struct hosted_writer *w, struct slot *table)
{
	struct str bytes = { (char *)table,
			     w->head.slots * sizeof(struct slot) };

	for (uint64_t i = 0; i < w->head.slots; i++) {
		struct slot one = table[i];

		hosted_put((char *)&table[i], 8, one.at);
		hosted_put((char *)&table[i] + 8, 8, one.hash);
	}
	add(w, bytes);
	return hosted_sum(bytes, w->head.generation);
}

static void
add_rest(struct hosted_writer *w)
{
	static const char padding[HOSTED_SLOT] = { 0 };
	struct hosted_head *h = &w->head;

	h->zone_at = w->at;
	h->zone_n = w->zone.n;
	/* What fills up is under the checksum, too. */
	buf_add(&w->zone,
		(struct str){ padding, (HOSTED_SLOT -
					(w->at + w->zone.n) % HOSTED_SLOT) %
					       HOSTED_SLOT });
	h->zone_sum = hosted_sum(buf_str(&w->zone), h->generation);
	add(w, buf_str(&w->zone));
	h->names_at = w->at;
	h->names_sum = add_table(w, w->tables[HOSTED_BY_NAME]);
	h->tokens_at = w->at;
	h->tokens_sum = add_table(w, w->tables[HOSTED_BY_TOKEN]);
	h->size = w->at;
}

static enum err
put_in_place(struct hosted_writer *w, struct diag *why)
{
	char head[HOSTED_HEAD];

	hosted_head_print(&w->head, head);
	if (lseek(w->fd, 0, SEEK_SET) != 0 ||
	    !os_write_all(w->fd, (struct str){ head, sizeof head }) ||
	    fsync(w->fd) < 0)
		return diag_errno(why, "write", w->beside);
	if (rename(w->beside, w->path) < 0)
		return diag_errno(why, "rename", w->path);
	os_step("index.renamed");
	/* What it went over is gone: readers pass over it already. */
	if (w->stale[0] && unlink(w->stale) < 0 && errno != ENOENT)
		return diag_errno(why, "remove", w->stale);
	if (fsync(w->dir) < 0)
		return diag_errno(why, "write", w->path);
	return ERR_NONE;
}

enum err
hosted_commit(struct hosted_writer *w, struct diag *why)
{
	enum err err;

	add_rest(w);
	if (w->failed)
		err = diag_set(why, ERR_IO, w->why.code, 0, "%s",
			       w->why.detail);
	else
		err = put_in_place(w, why);
	hosted_abandon(w);
	return err;
}

void
hosted_abandon(struct hosted_writer *w)
{
	if (!w)
		return;
	/* In its place by now, or of no use. */
	if (w->fd >= 0)
		(void)unlink(w->beside);
	os_fd_cleanup(&w->fd);
	os_fd_cleanup(&w->dir);
	for (size_t i = 0; i < HOSTED_TABLES; i++)
		heap_free(w->tables[i]);
	buf_free(&w->zone);
	buf_free(&w->out);
	heap_free(w);
}
