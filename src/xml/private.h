/* private.h - what the two tokenizers share. */
#ifndef XML_PRIVATE_H
#define XML_PRIVATE_H

#include "xml/xml.h"

enum { XML_DEPTH_MAX = 256 };

struct strict;
struct lenient;

struct xml {
	struct xml_limits limits;
	struct xml_handler handler;
	struct xml_notes notes;
	enum err err;     /* the first failure; it stays */
	struct diag *why; /* of the call under way */
	uint64_t line;
	unsigned depth;
	size_t used[XML_DEPTH_MAX]; /* own text of each open element */
	struct strict *strict;      /* one of the two is set */
	struct lenient *lenient;
};

/* Events with the limits applied. They do nothing after a failure and return
 * whether the parse goes on. */
bool xml_emit_start(struct xml *x, struct str name, uint64_t line);
bool xml_emit_text(struct xml *x, struct str text);
bool xml_emit_end(struct xml *x, struct str name);
/* Records the failure; false, for `return xml_fail(...)`. */
bool xml_fail(struct xml *x, enum err err, const char *code, uint64_t line,
	      const char *detail);
/* "ns:feedback" is "feedback". */
struct str xml_local_name(struct str name);

/* The parser of XML_STRICT; `x` owns and outlives it. Never NULL. */
struct strict *strict_new(struct xml *x);
void strict_free(struct strict *s);
void strict_feed(struct strict *s, struct str piece);
void strict_finish(struct strict *s);

/* The parser of XML_LENIENT, likewise. */
struct lenient *lenient_new(struct xml *x);
void lenient_free(struct lenient *l);
void lenient_feed(struct lenient *l, struct str piece);
void lenient_finish(struct lenient *l);

/* Bytes of any kind to UTF-8 without control characters and with LF at the
 * end of lines. Holds back the bytes of an unfinished character. */
struct bytes {
	unsigned char held[4];
	unsigned held_count;
	unsigned wide; /* 0: not yet known, 1: bytes, 2 LE or 3 BE: UTF-16 */
	bool after_cr;
	bool repaired; /* something was not as it should be */
};

/* Output bytes for one of input, and for those held back. */
enum { BYTES_GROWTH = 3, BYTES_EXTRA = 16 };
/* Writes at most BYTES_GROWTH * piece.n + BYTES_EXTRA bytes to `out`. */
size_t bytes_clean(struct bytes *b, struct str piece, char *out);
/* What was held back at the end of input; at most BYTES_EXTRA bytes. */
size_t bytes_flush(struct bytes *b, char *out);
size_t bytes_utf8(uint32_t code, char *out);

/* Code points of the bytes 0x80 to 0xFF, 0 where there is none; NULL for a
 * character set we do not know. */
const uint16_t *charset_upper_half(struct str name);
uint32_t charset_windows_1252(unsigned char byte);

#endif
