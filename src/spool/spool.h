/* spool.h - the durable queue between the doors and the store.
 *
 * A message is the octets as they came and an envelope that says how. Each
 * door (a process that takes reports in) appends to segments of its own;
 * one reader, the writer of the store, takes them in order. A message is
 * acknowledged to its sender only after spool_sync; it leaves the spool only
 * after the store's commit, which remembers the position (store_spool_done).
 *
 * On disk: DIR/<door>-<number>.seg, records of length, checksum, envelope and
 * octets; a large message's octets are a file of their own, DIR/<door>-
 * <number>-<n>.msg, that its record names. A record that a crash cut ends its
 * segment.
 */
#ifndef SPOOL_H
#define SPOOL_H

#include "base/base.h"

enum {
	SPOOL_MESSAGE_MAX = 64 << 20, /* bytes */
	SPOOL_SEGMENT_MAX = 64 << 20, /* a new one is begun beyond */
	SPOOL_HELD_MAX = 256 << 10 /* of one message in memory; then a file */
};

enum spool_door {
	SPOOL_SMTP,
	SPOOL_POST,    /* TLS reports over HTTPS */
	SPOOL_UPLOAD,  /* page or API, by a user */
	SPOOL_MAILBOX, /* IMAP */
	SPOOL_WATCHED  /* directory */
};
const char *spool_door_name(enum spool_door door);

/* How a message came. Text is copied by spool_begin and, given out, lives
 * until the next spool_next. Empty or 0: not known. */
struct spool_envelope {
	enum spool_door door;
	int64_t owner;
	int64_t received_at;   /* UTC seconds */
	struct str id;         /* unique, printable: queue id, upload id */
	struct str name;       /* file name, mailbox and UID, path */
	struct str client;     /* address of the sender; "" unknown */
	struct str helo;       /* SMTP */
	struct str mail_from;  /* SMTP, without < >; "" is the null sender */
	struct str recipients; /* SMTP, blank-separated, without < > */
	struct str domain;     /* that the recipient's token stands for */
	struct str tls;        /* version and cipher */
	bool smtputf8, lmtp;
};

/* ---- a door ---- */

struct spool_writer;
struct spool_message;

/* `name` of the door's process ("smtp", "web"): letters only. Ends segments
 * that a crash left open. ERR_BUSY "spool.busy" while another process holds
 * the door. SIGXFSZ must be ignored. `reserve`: bytes of the disk that stay
 * free; `limit`: bytes the whole spool may have (0: no limit). */
struct spool_options {
	const char *dir;
	const char *name;
	uint64_t reserve, limit;
};
enum err spool_writer_open(const struct spool_options *options,
			   struct spool_writer **out,
			   struct diag *why) MUST_CHECK;
/* Syncs what is finished; what was begun must have been dropped or finished.
 * NULL is fine. */
void spool_writer_close(struct spool_writer *w);

/* Whether a message may begin: ERR_IO "spool.full" (disk or limit), to be
 * told as 452 or 503. Cheap: looks at the disk now and then. */
enum err spool_room(struct spool_writer *w, struct diag *why) MUST_CHECK;
struct spool_message *spool_begin(struct spool_writer *w,
				  const struct spool_envelope *envelope);
/* ERR_LIMIT "spool.too_large", ERR_IO "spool.full" and others: drop it. */
enum err spool_add(struct spool_message *m, struct str bytes,
		   struct diag *why) MUST_CHECK;
void spool_drop(struct spool_message *m); /* NULL is fine */
/* All bytes are there. `durable` is called by the next spool_sync with
 * ERR_NONE, or with what went wrong: then the message is not in the spool,
 * nor will it be. Takes `m` over. */
void spool_finish(struct spool_message *m,
		  void (*durable)(void *ctx, enum err err,
				  const struct diag *why),
		  void *ctx);
/* Writes what is finished, syncs once (and the directory when a file was
 * made), and tells. Nothing to do is fine. Returns how many became durable,
 * so that the reader can be woken. */
size_t spool_sync(struct spool_writer *w);

/* ---- the reader ---- */

/* A place in the spool: everything of `segment` before `offset`. */
struct spool_position {
	struct str segment; /* file name */
	uint64_t offset;
};

struct spool_entry {
	struct spool_envelope envelope;
	struct spool_position end; /* the position behind it */
	uint64_t size;             /* octets */
	int fd; /* of the octets alone, at their start, read-only; the taker
		 * closes it. Small ones are in anonymous memory. */
};

struct spool_reader;
/* `known` gives the offset up to which a segment is done (from the store), 0
 * when it does not know it. */
enum err spool_reader_open(const char *dir,
			   uint64_t (*known)(void *ctx, struct str segment),
			   void *ctx, struct spool_reader **out,
			   struct diag *why) MUST_CHECK;
void spool_reader_close(struct spool_reader *r); /* NULL is fine */
/* The next message; false when there is none now. What was cut by a crash is
 * passed over. Trouble comes as false with `why` set (it is cleared first):
 * "spool.damaged" tells once of what is lost and passed over, call again;
 * others may be over when it is called later. To be called now and then even
 * if no door rings: segments that are done go then. */
bool spool_next(struct spool_reader *r, struct spool_entry *out,
		struct diag *why) MUST_CHECK;
/* Everything before `position` in its segment is in the store: removes the
 * large messages' files before it, and the segment when its door has begun
 * another and all of it is done. */
void spool_done(struct spool_reader *r, struct spool_position position);
/* What waits. */
struct spool_backlog {
	uint64_t messages, bytes;
	int64_t oldest; /* received_at, 0: nothing waits */
};
void spool_backlog(struct spool_reader *r, struct spool_backlog *out);

#endif
