/* private.h - the form of the file, shared by its writer and its reader.
 *
 *   head       HOSTED_HEAD bytes: magic, numbers, their checksum
 *   records    one for each domain, one behind the other
 *   zone       what is the same for all
 *   tables     by name, by token: slots of place and hash, half of them
 *              empty; a text's hash says where the search for it begins
 *
 * Numbers are little-endian. A record is a checksum, its length, flags, the
 * lengths of its texts, and the texts, filled up to eight bytes.
 */
#ifndef HOSTED_PRIVATE_H
#define HOSTED_PRIVATE_H

#include "hosted/hosted.h"

enum {
	HOSTED_HEAD = 120,
	HOSTED_RECORD = 64, /* before its texts */
	HOSTED_SLOT = 16,
	HOSTED_SLOTS_LEAST = 16,
	HOSTED_FIELDS = 11,
	HOSTED_ZONE_ROOM = 64 << 10,
	HOSTED_RECORD_ROOM = 256 << 10,
	HOSTED_PATH_ROOM = 4096
};

struct hosted_head {
	uint64_t generation; /* of this file */
	uint64_t base; /* `hosted.new`: of the file it goes over, 0 none */
	uint64_t seed; /* of the tables' hashes */
	uint64_t size; /* bytes of the file */
	uint64_t count;
	uint64_t zone_at, zone_n, names_at, tokens_at, slots;
	uint64_t zone_sum, names_sum, tokens_sum;
};

/* What compilers make one load of. */
static inline uint64_t
hosted_get8(const char *at)
{
	const unsigned char *p = (const unsigned char *)at;

	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
	       (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
	       (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
	       (uint64_t)p[7] << 56;
}
uint64_t hosted_get(const char *p, unsigned bytes);
void hosted_put(char *p, unsigned bytes, uint64_t value);
/* Any change of one octet gives another sum; also the tables' hash. */
uint64_t hosted_sum(struct str bytes, uint64_t seed);

void hosted_head_print(const struct hosted_head *h, char out[HOSTED_HEAD]);
/* False when it is none, or says what cannot be. */
bool hosted_head_parse(struct str file, struct hosted_head *out);

/* Appends; false when something is longer or more than it may be. */
bool hosted_zone_print(const struct hosted_zone *z, struct buf *out);
bool hosted_zone_parse(struct str bytes, struct hosted_zone *out);

/* Whether the domain can be kept; else `what` names its bad part. */
bool hosted_domain_good(const struct hosted_domain *d, bool whole,
			const char **what);
/* Appends the record that will stand at `at`. */
void hosted_record_print(const struct hosted_domain *d, uint64_t generation,
			 uint64_t at, struct buf *out);
/* The length of the record in front of `bytes`, 0 when it is none. */
size_t hosted_record_parse(struct str bytes, struct hosted_domain *out);
bool hosted_record_sound(struct str record, uint64_t generation, uint64_t at);

/* ---- image.c: one file, mapped ---- */

enum hosted_table { HOSTED_BY_NAME, HOSTED_BY_TOKEN, HOSTED_TABLES };

struct hosted_image {
	struct str bytes; /* NULL: there is no such file */
	struct hosted_head head;
	struct hosted_zone zone;
	/* Slots of each table whose record was held against its checksum, a
	 * bit each; NULL: all were. */
	unsigned char *checked[HOSTED_TABLES];
};

/* Looks at bytes that live as long as the image. False: they are damaged. */
bool hosted_image_look(struct str bytes, struct hosted_image *out);
/* A file that is not there gives an image without bytes. */
enum err hosted_image_open(const char *path, struct hosted_image *out,
			   struct diag *why) MUST_CHECK;
void hosted_image_close(struct hosted_image *image);
bool hosted_image_find(const struct hosted_image *image,
		       enum hosted_table table, struct str key,
		       struct hosted_domain *out);
/* Every domain as it stands in the file; false: `each` stopped it. */
bool hosted_image_each(const struct hosted_image *image,
		       bool (*each)(void *ctx, const struct hosted_domain *d),
		       void *ctx);
/* DIR/NAME; false when that is too long. */
bool hosted_path(const char *dir, const char *name, char out[HOSTED_PATH_ROOM]);

#endif
