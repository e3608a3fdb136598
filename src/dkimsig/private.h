/* private.h - what the files of this room share. */
#ifndef DKIMSIG_PRIVATE_H
#define DKIMSIG_PRIVATE_H

#include "dkimsig/dkimsig.h"
#include "seal/seal.h"

/* ---- header.c ---- */

struct dkimsig_field {
	struct str name;  /* without blanks before the colon */
	struct str whole; /* all lines, without the last line's end */
	struct str value; /* of `whole`, behind the colon */
	bool used;        /* scratch of one signature */
};

struct dkimsig_head {
	struct dkimsig_field *at;
	size_t n;
	struct str body;
	bool too_many;
};

/* False when `mem` is full. */
bool dkimsig_head(struct str message, struct arena *mem,
		  struct dkimsig_head *out) MUST_CHECK;
/* The next line, without its end; false behind the last. */
bool dkimsig_line(struct str *rest, struct str *line);
/* A field as it is hashed, its line end not. What lies between `from` and
 * `to`, both within f->whole, is left out. */
void dkimsig_add_field(struct seal_hash *h, const struct dkimsig_field *f,
		       bool relaxed, const char *from, const char *to);

/* ---- body.c ---- */

/* Hashes at most `most` octets of the canonical body; returns how many there
 * are in all. */
uint64_t dkimsig_hash_body(struct str body, bool relaxed, uint64_t most,
			   uint8_t out[DKIMSIG_DIGEST]);

/* ---- author.c ---- */

/* Domain of the one author; empty when there are several, or none. */
bool dkimsig_author(struct str value, struct arena *mem,
		    struct str *out) MUST_CHECK;

/* ---- tags.c ---- */

struct dkimsig_tags {
	struct str v, a, b, bh, c, d, h, i, l, q, s, t, x; /* as written */
};
/* False when the list is not one. Values are pieces of `text`. */
bool dkimsig_tags(struct str text, struct dkimsig_tags *out);
/* Without blanks and line ends; false when `mem` is full. */
bool dkimsig_tight(struct str value, struct arena *mem,
		   struct str *out) MUST_CHECK;
bool dkimsig_is_blank(char c);

/* ---- verify.c ---- */

/* Base64 without blanks; the number of bytes, SIZE_MAX when it is none. `out`
 * has room for 3 bytes for every 4 digits begun. */
size_t dkimsig_base64(struct str digits, uint8_t *out);

#endif
