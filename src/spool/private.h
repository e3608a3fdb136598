/* private.h - what a spool looks like on disk, and what its two ends share.
 *
 * A segment is a head and then records. Numbers are in the order of the
 * machine: a spool does not travel. Segments are only ever appended to by the
 * process that made them; after a crash a door begins a new one.
 */
#ifndef SPOOL_PRIVATE_H
#define SPOOL_PRIVATE_H

#include "spool/spool.h"

enum {
	SPOOL_HEAD_MAGIC = 0x48535857,   /* "WXSH" */
	SPOOL_RECORD_MAGIC = 0x52535857, /* "WXSR" */
	SPOOL_ENVELOPE_MAX = 256 << 10,  /* bytes */
	SPOOL_START = 32,                /* offset of the first record */
	SPOOL_DOOR_ROOM = 24,
	SPOOL_NAME_ROOM = 80
};

/* `durable` is set after each sync: the reader of a living door goes no
 * further, so that it never takes what a failed sync takes back. Behind it
 * there may be the records of one sync that a crash cut. */
struct spool_head {
	uint32_t magic, check; /* of the nonce */
	uint64_t nonce;
	uint64_t durable, inverse; /* ~durable: a half-written pair is seen */
};

/* Before each envelope. The nonce is random and nobody outside knows it: no
 * message can hold what looks like a record of its segment, and the next
 * record can be found again behind a damaged one. */
struct spool_record {
	uint32_t magic, check; /* of what follows in this struct */
	uint64_t nonce;
	uint64_t size; /* octets */
	int64_t received_at;
	uint64_t file_number; /* their file: DOOR-file_number-file.msg */
	uint32_t file;        /* 0: they follow the envelope */
	uint32_t file_check;
	uint32_t envelope;   /* bytes */
	uint32_t body_check; /* of the envelope and what follows it */
};

_Static_assert(sizeof(struct spool_head) == SPOOL_START, "no padding");
_Static_assert(sizeof(struct spool_record) == 56, "no padding");

/* ---- format.c ---- */

/* Continues a checksum; 0 begins one. */
uint32_t spool_check(uint32_t before, struct str bytes);
void spool_record_seal(struct spool_record *r, uint64_t nonce);
/* Whole, of the segment with this nonce, and within the bounds. */
bool spool_record_good(const struct spool_record *r, uint64_t nonce);
/* Bytes of the record, head to end. */
uint64_t spool_record_length(const struct spool_record *r);
void spool_envelope_write(struct buf *out, const struct spool_envelope *e);
/* The texts of `out` lie in `bytes`. */
bool spool_envelope_read(struct str bytes, struct spool_envelope *out);

struct spool_name {
	char door[SPOOL_DOOR_ROOM];
	uint64_t number;
	uint32_t file; /* 0: a segment */
};
bool spool_name_parse(const char *text, struct spool_name *out);
const char *spool_name_print(const struct spool_name *name,
			     char out[SPOOL_NAME_ROOM]);

/* ---- list.c ---- */

/* Opens the directory; makes it when there is none. */
enum err spool_dir_open(const char *path, int *dir, struct diag *why);
/* Visits every file of a spool. */
enum err spool_dir_each(int dir,
			void (*visit)(void *ctx, const struct spool_name *name),
			void *ctx, struct diag *why);
/* Holds the door's lock: the descriptor, or -1 while another process does. */
int spool_lock(int dir, const char *door);
/* Whether a living process holds it. */
bool spool_locked(int dir, const char *door);

/* ---- segment.c: a segment as it is read ---- */

enum spool_tail {
	SPOOL_GROWING, /* its door lives */
	SPOOL_LEFT,    /* its door is gone; the last segment */
	SPOOL_CLOSED   /* its door has begun another */
};

struct spool_segment {
	struct spool_name name;
	int fd;
	enum spool_tail tail;
	uint64_t nonce;   /* 0: not known yet */
	uint64_t durable; /* the head's word on it */
	uint64_t limit;   /* as far as may be read */
	uint64_t at;      /* of the next record */
	uint64_t given;   /* end of the last record that was given out */
	uint64_t known;   /* in the store when the reader began */
	uint64_t done;    /* in the store before this; its files are gone */
	uint64_t counted; /* between done and this: */
	uint64_t messages, bytes;
	bool ended; /* nothing more will come */
};

enum err spool_segment_open(int dir, const struct spool_name *name,
			    struct spool_segment **out, struct diag *why);
void spool_segment_close(struct spool_segment *s);
/* Looks how far it may be read by now. */
void spool_segment_look(struct spool_segment *s);

enum spool_found { SPOOL_FOUND, SPOOL_BAD, SPOOL_UNREADABLE };
enum spool_found spool_segment_record(const struct spool_segment *s,
				      uint64_t at, struct spool_record *out);
/* The next good record from `at` on, or the limit. */
uint64_t spool_segment_resync(const struct spool_segment *s, uint64_t at);
/* The record at or behind *at, which moves past it; false at `end`. */
bool spool_segment_walk(const struct spool_segment *s, uint64_t *at,
			uint64_t end, struct spool_record *out);

/* ---- writer.c, message.c, room.c: a door ---- */

struct spool_message {
	struct spool_writer *w;
	struct spool_message *next;
	struct spool_record record;
	struct buf envelope;
	struct buf octets; /* all of them, or what is not in the file yet */
	int fd;            /* -1: no file */
	enum err err;
	struct diag why;
	void (*durable)(void *ctx, enum err err, const struct diag *why);
	void *ctx;
};

struct spool_writer {
	int dir, lock;
	char door[SPOOL_DOOR_ROOM];
	uint64_t reserve, limit;
	uint64_t number; /* of the last segment begun */
	uint32_t files;  /* made for large messages */
	int fd;          /* the segment, -1: begin one */
	int64_t begun_at;
	uint64_t nonce, durable;
	bool dir_changed; /* not synced yet */
	struct spool_message *first, **last;
	/* spool_room */
	int64_t looked_at; /* ticks */
	uint64_t since;    /* bytes taken since then */
	bool looked, full;
};

/* Ends the segment; the next one is begun at once, or later when there is no
 * room even for that. */
enum err spool_writer_turn(struct spool_writer *w, struct diag *why);
/* What a failed write of `what` means: no room, or something worse. */
enum err spool_write_failed(struct diag *why, const char *what);
/* Brings the large message's file onto the disk. */
void spool_message_settle(struct spool_message *m);
/* The file goes, too, unless `keep`. */
void spool_message_free(struct spool_message *m, bool keep);

#endif
