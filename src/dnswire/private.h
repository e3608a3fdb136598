/* private.h - what the files of dnswire share. */
#ifndef DNSWIRE_PRIVATE_H
#define DNSWIRE_PRIVATE_H

#include "dnswire/dnswire.h"

enum {
	HEADER = 12,
	RECORD_HEAD = 10, /* type, class, TTL, length */
	OPT_ROOM = 11,
	OPTION_COOKIE = 10,
	OPTION_HEAD = 4,
	CLASS_IN = 1,
	CLASS_ANY = 255,
	POINTER = 0xC0, /* the two highest bits of a length */
	LABEL_MAX = 63
};

enum opcode { OPCODE_QUERY = 0, OPCODE_NOTIFY = 4, OPCODE_UPDATE = 5 };

enum flag {
	FLAG_QR = 0x8000,
	FLAG_AA = 0x0400,
	FLAG_TC = 0x0200,
	FLAG_RD = 0x0100,
	FLAG_OPCODE = 0x7800,
	FLAG_RCODE = 0x000F
};

/* ---- read.c ---- */

struct reader {
	const uint8_t *p;
	size_t n, at;
	bool bad; /* more was asked for than there is */
};
uint8_t dnswire_get8(struct reader *r);
uint16_t dnswire_get16(struct reader *r);
uint32_t dnswire_get32(struct reader *r);
/* 48 bits. */
uint64_t dnswire_get48(struct reader *r);
/* `n` octets; NULL when there are fewer. */
const uint8_t *dnswire_take(struct reader *r, size_t n);
/* In lower case. Pointers only when `pointers`, and each of them farther to
 * the front than the last. */
void dnswire_get_name(struct reader *r, bool pointers,
		      struct dnswire_name *out);

/* Where a record lies; `data` 0: there is none. */
struct place {
	size_t at;   /* its first octet */
	size_t head; /* type and class, behind the name */
	size_t data;
	size_t n; /* octets of data */
};

struct question {
	uint16_t id, flags;
	uint16_t type, class;
	uint16_t additional;
	bool asked; /* there is one question that can be repeated */
	size_t end; /* octets of header and question */
	struct dnswire_name name;
	struct place opt, tsig, soa;
};

enum sense { SENSE_NONE, SENSE_BAD, SENSE_GOOD };
/* The form of the whole message; of its records only where they are. NONE: not
 * worth an answer. */
enum sense dnswire_read(struct str message, struct question *out);

/* ---- write.c ---- */

struct writer {
	uint8_t *p;
	size_t n, room;
	bool full; /* something did not fit; then nothing more was added */
	/* Names that end in the apex may point to it there. 0: nowhere. */
	const struct dnswire_name *apex;
	size_t apex_at;
};
void dnswire_put8(struct writer *w, unsigned value);
void dnswire_put16(struct writer *w, unsigned value);
void dnswire_put32(struct writer *w, uint32_t value);
void dnswire_put48(struct writer *w, uint64_t value);
void dnswire_put(struct writer *w, const void *bytes, size_t n);
void dnswire_put_name(struct writer *w, struct str name, bool compress);
/* At an offset that was written before. */
void dnswire_set16(struct writer *w, size_t at, unsigned value);
/* The header, all counts zero, and the question where there is one. */
void dnswire_put_head(struct writer *w, struct str query,
		      const struct question *q, unsigned flags);
/* Type to data; the name stands before it. */
void dnswire_put_record(struct writer *w, const struct dnswire_record *r,
			uint32_t ttl);
void dnswire_put_soa(struct writer *w, const struct dnswire_zone *zone,
		     uint32_t ttl);

/* ---- cookie.c ---- */

enum cookie {
	COOKIE_NONE,
	COOKIE_BAD, /* of a length that none has */
	COOKIE_NEW, /* the client's, or one that is not good any more */
	COOKIE_GOOD /* it was here, and may be the address it says */
};
/* Looks at the options of a question; `out` is what to answer with. */
enum cookie dnswire_cookie_read(const struct dnswire_ask *ask,
				struct str options,
				uint8_t out[DNSWIRE_COOKIE]);

/* ---- tsig.c ---- */

enum tsig_error {
	TSIG_FINE = 0,
	TSIG_BADSIG = 16,
	TSIG_BADKEY = 17,
	TSIG_BADTIME = 18,
	TSIG_BADTRUNC = 22
};

struct tsig {
	struct dnswire_name key, algorithm;
	uint64_t time; /* UTC seconds */
	uint16_t fudge, id, error;
	struct str mac;
};

/* Octets that the signature of `key` takes at most. */
size_t dnswire_sign_room(const struct dnswire_name *key);
/* False: the record is malformed. */
bool dnswire_tsig_read(struct str message, const struct question *q,
		       struct tsig *out) MUST_CHECK;
/* Whether the question was signed by one of the keys, now; `chain` is then
 * where the answer's signature begins, also for TSIG_BADTIME. */
enum tsig_error dnswire_tsig_check(const struct dnswire_ask *ask,
				   const struct question *q,
				   const struct tsig *t,
				   struct dnswire_chain *chain);
struct signing {
	struct dnswire_chain *chain; /* is moved on */
	int64_t now;
	bool first;  /* no message of the exchange before but the question */
	bool alone;  /* there was no question: we begin */
	uint16_t id; /* of the question */
};
/* Adds a signature to a message that is whole but for it. */
void dnswire_sign(struct writer *w, const struct signing *s);
/* The answer to a signature that is no good: BADTIME is signed itself. */
void dnswire_tsig_refuse(struct writer *w, const struct tsig *t,
			 enum tsig_error error, struct dnswire_chain *chain,
			 int64_t now);

#endif
