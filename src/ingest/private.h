/* private.h - the two halves of import and what goes between them.
 *
 * The *parser* process gets descriptors and gives frames; the *writer* (this
 * process) gives descriptors and gets frames. A frame is a length, a letter
 * and fields; it is written by our own parser, yet read as if a stranger had
 * written it, because the parser reads what strangers write.
 */
#ifndef INGEST_PRIVATE_H
#define INGEST_PRIVATE_H

#include <sys/types.h>

#include "ingest/ingest.h"

enum frame_type {
	FRAME_HEAD = 'H',
	FRAME_ROW = 'R',
	FRAME_TLS = 'T',
	FRAME_FAILURE = 'F',
	FRAME_UNDO = 'U',
	FRAME_RAW = 'B', /* a piece of the raw bytes of the coming end */
	FRAME_END = 'E',
	FRAME_SIGNATURES = 'S', /* JSON: dkimsig_print's */
	FRAME_DONE = 'D'        /* the file is read to its end */
};

enum {
	FRAME_MAX = 64 << 20, /* bytes */
	PATH_ROOM = 4096,
	MESSAGE_MAX = 64 << 20, /* bytes of one message of a mailbox */
	REPORT_ARENA = 64 << 20
};

/* ---- frame.c: fields ---- */

struct frame_out {
	int fd;
	struct buf bytes; /* whole frames not yet written, then the open one */
	size_t start;     /* of the open frame */
	bool failed;
};

void frame_begin(struct frame_out *f, enum frame_type type);
void frame_put_u64(struct frame_out *f, uint64_t value);
void frame_put_i64(struct frame_out *f, int64_t value);
void frame_put_str(struct frame_out *f, struct str value);
/* Closes the frame; writes when enough has come together. */
enum err frame_end(struct frame_out *f);
enum err frame_flush(struct frame_out *f);

struct frame_in {
	int fd;
	struct buf bytes;
	size_t at; /* of the next frame */
	bool late; /* nothing came for too long: as if it had ended */
};

/* The next frame's letter and fields, 0 at the end of the stream or after an
 * error. `fields` lives until the next call. */
int frame_next(struct frame_in *f, struct str *fields);
/* Takes fields off the front; false when there is no such field. */
bool frame_get_u64(struct str *fields, uint64_t *out);
bool frame_get_i64(struct str *fields, int64_t *out);
bool frame_get_str(struct str *fields, struct str *out);

/* ---- frame_report.c: reports as fields; strings point into them ---- */

void frame_put_head(struct frame_out *f, const struct dmarc_head *head);
bool frame_get_head(struct str fields, struct dmarc_head *out);
void frame_put_row(struct frame_out *f, const struct dmarc_row *row);
/* `out` and its signatures live in `mem` and `fields`. */
bool frame_get_row(struct str fields, struct arena *mem, struct dmarc_row *out);
void frame_put_tls(struct frame_out *f, const struct tlsrpt_report *report);
bool frame_get_tls(struct str fields, struct arena *mem,
		   struct tlsrpt_report *out);
void frame_put_failure(struct frame_out *f,
		       const struct failrpt_report *report);
bool frame_get_failure(struct str fields, struct failrpt_report *out);
/* Everything but the raw bytes. Codes are interned in the end frame's own
 * memory: `codes` keeps them. */
void frame_put_end(struct frame_out *f, const struct decode_end *end);
bool frame_get_end(struct str fields, struct arena *mem,
		   struct decode_end *out);

/* ---- mbox.c ---- */

/* A descriptor read piece by piece, cut into messages at "From " lines. */
struct mbox {
	int fd;
	struct buf bytes;
	size_t start, scanned; /* of the current message */
	bool ended, failed;
};

bool mbox_sniff(struct str first);
/* False at the end. A message over MESSAGE_MAX comes with `too_large` and
 * without its bytes. */
bool mbox_next(struct mbox *m, struct str *message, bool *too_large);

/* ---- parser.c: the child ---- */

/* Reads descriptors from `requests` until that ends, writes frames to
 * `answers`. Returns the exit status. */
int parser_run(int requests, int answers, const char *die_on);

/* ---- peer.c: the parser as seen from the writer ---- */

struct peer {
	pid_t pid;
	int requests;
	struct frame_in answers;
};

enum err peer_start(struct peer *p, const char *die_on,
		    struct diag *why) MUST_CHECK;
/* What the parser is to do with a file. */
enum peer_task {
	PEER_REPORTS = 'r',   /* read all that it holds */
	PEER_SIGNATURES = 's' /* one message: FRAME_SIGNATURES */
};
/* Hands a file over; false when the parser is gone. `now` in UTC seconds. */
bool peer_ask(struct peer *p, int fd, enum peer_task task, int64_t now);
/* Ends the parser, kindly or, when it hangs, not. */
void peer_stop(struct peer *p);

/* ---- import.c: frames into the store ---- */

/* Something to read, and all that is known of how it came. */
struct document {
	struct store_origin origin;
	int fd;
	int64_t replaces_report, replaces_intake; /* read again, or 0 and 0 */
	bool own;           /* origin.owner's, whatever its domain */
	bool carrier;       /* the whole message is kept, see store_carrier */
	struct str segment; /* of the spool; "" it is not from there */
	uint64_t offset;
	void *ticket; /* told with its items */
};

/* What strangers may have us keep, and what they have. */
struct quota {
	uint64_t unclaimed_max, sidelined_max;
	struct store_bins used;
};

struct engine_options;
struct import;

struct import *import_new(struct store *s, const struct engine_options *options,
			  struct ingest_totals *totals);
void import_free(struct import *i);
/* One frame of a document. ERR_SYNTAX: the frame is not one. */
enum err import_frame(struct import *i, const struct document *d, int type,
		      struct str fields, struct diag *why) MUST_CHECK;
/* Something that never got to the parser, or that it died of: its bytes, if
 * any, are kept. */
enum err import_refuse(struct import *i, const struct document *d,
		       const struct diag *reason, struct str bytes,
		       struct diag *why) MUST_CHECK;
/* The document is read to its end: its carrier and its place in the spool. */
enum err import_done(struct import *i, const struct document *d,
		     struct diag *why) MUST_CHECK;
/* Commits what is pending and then tells it. */
enum err import_commit(struct import *i, struct diag *why) MUST_CHECK;
/* Forgets the report that was under way (its parser is gone). */
void import_break(struct import *i);
/* Forgets everything that is not committed. */
void import_drop(struct import *i);
void import_count(struct ingest_totals *t, const struct ingest_item *item);
/* Commits when enough is pending. */
enum err import_pace(struct import *i, struct diag *why) MUST_CHECK;

/* ---- settle.c ---- */

/* Has new addresses named and placed as they come, until the next
 * ingest_settle or store_place_with. `geo` must live on. */
void settle_along(struct store *s, const struct geo *geo);
/* ingest_settle for the one owner, telling how far it is. */
enum err settle_watched(struct store *s, const struct geo *geo,
			void (*progress)(void *ctx, uint64_t done,
					 uint64_t all),
			void *ctx, struct diag *why) MUST_CHECK;

#include "ingest/files.h"

#endif
