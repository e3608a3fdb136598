/* ingest.c - files to the parser, its answers to the store.
 *
 * The parser always has a few files in hand, so that reading and writing go
 * on at the same time; answers come in the order of the questions.
 */
#include "ingest/private.h"

#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WINDOW = 16, TELL_EVERY = 64 /* files */, COPY_PIECE = 64 << 10 };

struct slot {
	char path[PATH_ROOM];
	int fd;
};

struct run {
	struct peer peer;
	struct import *import;
	const struct ingest_options *options;
	struct ingest_totals *totals;
	struct slot queue[WINDOW];
	size_t first, count;
	uint64_t all_files;
	char mailbox[PATH_ROOM]; /* the last directory looked at ... */
	bool is_maildir;         /* ... has cur and new */
	enum err err;            /* ends the run */
	struct diag *why;
};

static bool
stopped(const struct run *r)
{
	return r->options->stop && *r->options->stop;
}

static void
tell_progress(struct run *r)
{
	if (r->options->progress)
		r->options->progress(r->options->ctx, r->totals, r->all_files);
}

static void
drop_first(struct run *r)
{
	(void)close(r->queue[r->first].fd);
	r->first = (r->first + 1) % WINDOW;
	r->count--;
	if (++r->totals->files % TELL_EVERY == 0)
		tell_progress(r);
}

/* The parser died of the first file: it is told as rejected, and another
 * parser gets those behind it. */
static enum err
replace_parser(struct run *r)
{
	struct diag reason = { 0 };
	const char *path = r->queue[r->first].path;
	int64_t now = r->peer.now;
	enum err err;

	import_break(r->import);
	(void)diag_set(&reason, ERR_SYNTAX, "ingest.parser_died", 0, "%s",
		       path);
	err = import_refuse(r->import, path, &reason, r->why);
	drop_first(r);
	peer_stop(&r->peer);
	if (err == ERR_NONE)
		err = peer_start(&r->peer, now, r->why);
	for (size_t i = 0; i < r->count && err == ERR_NONE; i++) {
		struct slot *slot = &r->queue[(r->first + i) % WINDOW];

		(void)lseek(slot->fd, 0, SEEK_SET);
		(void)peer_ask(&r->peer, slot->fd);
	}
	return err;
}

/* Takes answers until the oldest file is done. */
static enum err
finish_first(struct run *r)
{
	for (;;) {
		struct str fields;
		int type = frame_next(&r->peer.answers, &fields);
		enum err err;

		if (type == FRAME_DONE) {
			drop_first(r);
			return import_pace(r->import, r->why);
		}
		err = type == 0
			      ? ERR_SYNTAX
			      : import_frame(r->import, r->queue[r->first].path,
					     type, fields, r->why);
		if (err == ERR_SYNTAX)
			return replace_parser(r);
		if (err != ERR_NONE)
			return err;
	}
}

static enum err
finish_all(struct run *r)
{
	enum err err = ERR_NONE;

	while (r->count > 0 && err == ERR_NONE)
		err = finish_first(r);
	return err;
}

/* Pipes and devices cannot be read twice: their bytes go to a file that has
 * no name. */
static int
copy_to_file(int from)
{
	const char *room = getenv("TMPDIR");
	int to = open(room && room[0] ? room : "/tmp",
		      O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	SCOPED_BUF piece = BUF(COPY_PIECE);
	char *bytes = buf_reserve(&piece, COPY_PIECE);
	size_t n;

	if (to < 0 || !bytes)
		return to;
	while ((n = os_read_all(from, bytes, COPY_PIECE)) > 0)
		if (n == SIZE_MAX ||
		    !os_write_all(to, (struct str){ bytes, n })) {
			(void)close(to);
			return -1;
		}
	(void)lseek(to, 0, SEEK_SET);
	return to;
}

static int
open_input(const char *path)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? dup(STDIN_FILENO)
			  : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat info;
	int copy;

	if (fd < 0 || fstat(fd, &info) < 0 || S_ISREG(info.st_mode))
		return fd;
	copy = copy_to_file(fd);
	(void)close(fd);
	return copy;
}

static enum err
refuse_path(struct run *r, const char *path, const struct diag *reason)
{
	enum err err = finish_all(r);

	if (err == ERR_NONE)
		err = import_refuse(r->import, path, reason, r->why);
	r->totals->files++;
	return err;
}

static enum err
add_file(struct run *r, const char *path)
{
	struct slot *slot = &r->queue[(r->first + r->count) % WINDOW];
	struct diag reason = { 0 };
	struct stat info;
	int fd = open_input(path);

	if (fd < 0) {
		(void)diag_errno(&reason, "open", path);
		return refuse_path(r, path, &reason);
	}
	if (fstat(fd, &info) == 0)
		r->totals->bytes += (uint64_t)info.st_size;
	(void)snprintf(slot->path, sizeof slot->path, "%s", path);
	slot->fd = fd;
	r->count++;
	(void)peer_ask(&r->peer, fd);
	return r->count == WINDOW ? finish_first(r) : ERR_NONE;
}

/* ---- the walk ---- */

static bool
has_directory(const char *path, const char *name)
{
	char room[PATH_ROOM];
	struct stat info;
	int n = snprintf(room, sizeof room, "%s/%s", path, name);

	return n > 0 && n < (int)sizeof room && stat(room, &info) == 0 &&
	       S_ISDIR(info.st_mode);
}

/* Whether the directory that holds `path` is a Maildir. Neighbours share the
 * answer. */
static bool
in_maildir(struct run *r, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (n == 0 || n >= sizeof r->mailbox)
		return false;
	if (strlen(r->mailbox) != n || memcmp(r->mailbox, path, n) != 0) {
		memcpy(r->mailbox, path, n);
		r->mailbox[n] = '\0';
		r->is_maildir = has_directory(r->mailbox, "cur") &&
				has_directory(r->mailbox, "new");
	}
	return r->is_maildir;
}

/* Beside cur and new lie the mail server's own files; names with a dot in
 * front are nobody's reports. */
static bool
is_housekeeping(struct run *r, const char *path)
{
	const char *slash = strrchr(path, '/');

	return (slash && slash[1] == '.') || in_maildir(r, path);
}

static bool
skip_directory(void *ctx, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && strcmp(slash + 1, "tmp") == 0 && in_maildir(ctx, path);
}

static enum err
count_file(void *ctx, const char *path)
{
	struct run *r = ctx;

	r->all_files += !is_housekeeping(r, path);
	return stopped(r) ? ERR_STOP : ERR_NONE;
}

static enum err
visit_file(void *ctx, const char *path)
{
	struct run *r = ctx;

	if (stopped(r))
		return ERR_STOP;
	return is_housekeeping(r, path) ? ERR_NONE : add_file(r, path);
}

static void
count_bad(void *ctx, const char *path, const struct diag *why)
{
	struct run *r = ctx;

	(void)path;
	(void)why;
	r->all_files++;
}

static void
visit_bad(void *ctx, const char *path, const struct diag *why)
{
	struct run *r = ctx;

	if (r->err == ERR_NONE)
		r->err = refuse_path(r, path, why);
}

static enum err
visit_path(struct run *r, const char *path)
{
	const struct os_walk walk = { r, visit_file, visit_bad,
				      skip_directory };
	struct stat info;
	enum err err;

	/* What was named itself is taken whatever it is called. */
	if (strcmp(path, "-") == 0 ||
	    (stat(path, &info) == 0 && !S_ISDIR(info.st_mode)))
		return add_file(r, path);
	err = os_walk(path, &walk, r->why);
	return err == ERR_NONE ? r->err : err;
}

static void
count_paths(struct run *r, const char *const *paths, size_t count)
{
	const struct os_walk walk = { r, count_file, count_bad,
				      skip_directory };

	enum err err = ERR_NONE;

	for (size_t i = 0; i < count && err == ERR_NONE; i++)
		if (strcmp(paths[i], "-") == 0)
			r->all_files++;
		else
			err = os_walk(paths[i], &walk, NULL);
}

struct places {
	const struct geo *geo;
};

static void
look_up(void *ctx, const struct store_endpoint *e, struct store_place *place)
{
	const struct places *places = ctx;
	struct geo_place found;

	if (!places->geo || !geo_look(places->geo, &e->ip, &found))
		return;
	memcpy(place->country, found.country, sizeof place->country);
	place->asn = found.asn;
	place->as_name = found.as_name;
	place->place = found.city;
	/* A country's centre is known wherever the country is. */
	if (found.centre)
		return;
	place->latitude = found.latitude;
	place->longitude = found.longitude;
}

static void
stamp_of(const struct geo *geo, struct buf *stamp)
{
	(void)buf_addf(stamp, "%s;", sender_stamp());
	if (geo)
		(void)buf_add(stamp, geo_stamp(geo));
}

enum err
ingest_settle(struct store *s, int64_t owner, const struct geo *geo,
	      struct diag *why)
{
	SCOPED_BUF stamp = BUF(1024);
	struct places places = { geo };
	enum err err;

	stamp_of(geo, &stamp);
	err = store_enrich(s, owner, buf_str(&stamp), look_up, &places, why);
	if (err == ERR_NONE)
		err = store_fold(s, owner, NULL, NULL, why);
	return err;
}

static enum err
visit_paths(struct run *r, const char *const *paths, size_t count)
{
	enum err err = ERR_NONE;

	for (size_t i = 0; i < count && err == ERR_NONE; i++)
		err = visit_path(r, paths[i]);
	if (err == ERR_NONE || err == ERR_STOP) {
		enum err last = finish_all(r);

		if (last == ERR_NONE)
			last = import_commit(r->import, r->why);
		if (last != ERR_NONE)
			err = last;
	}
	return err;
}

static void
close_queue(struct run *r)
{
	while (r->count > 0)
		drop_first(r);
}

enum err
ingest_run(struct store *s, const char *const *paths, size_t count,
	   const struct ingest_options *options, struct ingest_totals *out,
	   struct diag *why)
{
	struct run *r = heap_new(sizeof *r);
	struct places places = { options->geo };
	SCOPED_BUF stamp = BUF(1024);
	enum err err;

	*out = (struct ingest_totals){ 0 };
	r->options = options;
	r->totals = out;
	r->why = why;
	count_paths(r, paths, count);
	tell_progress(r);
	stamp_of(options->geo, &stamp);
	if (!options->dry_run)
		store_place_with(s, buf_str(&stamp), look_up, &places);
	r->import = import_new(s, options, out);
	err = peer_start(&r->peer, options->now, why);
	if (err == ERR_NONE)
		err = visit_paths(r, paths, count);
	peer_stop(&r->peer);
	close_queue(r);
	if (!options->dry_run)
		store_place_with(s, S(""), NULL, NULL);
	import_free(r->import);
	heap_free(r);
	tell_progress(&(struct run){ .options = options, .totals = out });
	if (err == ERR_NONE && !options->dry_run)
		err = ingest_settle(s, options->owner, options->geo, why);
	return err;
}
