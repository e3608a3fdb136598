/* reparse.c - everything that was kept, read once more by this version. */
#include "ingest/private.h"

#include "os/os.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

struct again {
	struct store *store;
	struct peer peer;
	struct ingest_options options;
	struct ingest_totals *totals;
	struct import *import;
	struct diag *why;
};

static int
as_descriptor(struct str bytes)
{
	int fd = memfd_create("report", MFD_CLOEXEC);

	if (fd < 0 || !os_write_all(fd, bytes) || lseek(fd, 0, SEEK_SET) < 0) {
		os_fd_cleanup(&fd);
		return -1;
	}
	return fd;
}

static enum err
take_answers(struct again *a, const char *path)
{
	for (;;) {
		struct str fields;
		int type = frame_next(&a->peer.answers, &fields);
		enum err err;

		if (type == FRAME_DONE)
			return ERR_NONE;
		err = type == 0 ? ERR_SYNTAX
				: import_frame(a->import, path, type, fields,
					       a->why);
		if (err != ERR_NONE)
			return err;
	}
}

/* A document that kills the parser stays as it was. */
static enum err
outlive_parser(struct again *a)
{
	int64_t now = a->peer.now;

	import_break(a->import);
	peer_stop(&a->peer);
	return peer_start(&a->peer, now, a->why);
}

static enum err
read_again(void *ctx, const struct store_report *report, struct str raw,
	   enum decode_media media)
{
	struct again *a = ctx;
	bool refused = report->outcome == STORE_REJECTED;
	SCOPED_BUF path = BUF(PATH_ROOM);
	SCOPED_FD fd = as_descriptor(raw);
	enum err err;

	(void)media;
	if (a->options.stop && *a->options.stop)
		return ERR_STOP;
	if (fd < 0)
		return diag_errno(a->why, "create", "memfd");
	(void)buf_add(&path, report->path);
	a->options.trust = report->trust;
	a->options.now = report->received_at;
	import_replaces(a->import, refused ? 0 : report->id,
			refused ? report->id : 0);
	if (!peer_ask(&a->peer, fd))
		return outlive_parser(a);
	err = take_answers(a, buf_c(&path));
	a->totals->files++;
	if (err == ERR_SYNTAX)
		err = outlive_parser(a);
	/* Each is committed for itself: the store reads on in between. */
	return err == ERR_NONE ? import_commit(a->import, a->why) : err;
}

enum err
ingest_reparse(struct store *s, int64_t only_report,
	       const struct ingest_options *options, struct ingest_totals *out,
	       struct diag *why)
{
	struct again a = {
		.store = s, .options = *options, .totals = out, .why = why
	};
	enum err err;

	*out = (struct ingest_totals){ 0 };
	a.import = import_new(s, &a.options, out);
	err = peer_start(&a.peer, options->now, why);
	if (err == ERR_NONE)
		err = store_each_raw(s, options->owner, only_report, read_again,
				     &a, why);
	peer_stop(&a.peer);
	import_free(a.import);
	if (err == ERR_NONE && !options->dry_run)
		err = ingest_settle(s, options->owner, options->geo, why);
	return err;
}
