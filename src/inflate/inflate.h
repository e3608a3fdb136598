/* inflate.h - what attachments are packed in: gzip, zlib, zip.
 *
 * Told by content, never by name. Output streams through a callback and is
 * bounded twice: by size and by ratio. Pure.
 */
#ifndef INFLATE_H
#define INFLATE_H

#include "base/base.h"

enum inflate_kind {
	INFLATE_NONE, /* not packed, or something we do not know */
	INFLATE_GZIP, /* RFC 1952, several members, bytes behind the last */
	INFLATE_ZLIB, /* RFC 1950 */
	INFLATE_ZIP
};

struct inflate_limits {
	uint64_t bytes;   /* of all output together */
	unsigned ratio;   /* output to input, applied above 1 MiB of output */
	unsigned members; /* of a zip, or of a multi-member gzip */
};

#define INFLATE_LIMITS                                                         \
	((struct inflate_limits){                                              \
		.bytes = 512ull << 20, .ratio = 2000, .members = 1000 })

/* By the first bytes alone; INFLATE_NONE for anything else, text that happens
 * to begin like a zlib header among it. */
enum inflate_kind inflate_sniff(struct str bytes);

/* Takes decompressed pieces in order. Any error but ERR_NONE ends the work
 * and is returned from inflate_stream unchanged. */
typedef enum err (*inflate_fn)(void *ctx, struct str piece);

struct inflate_notes {
	bool trailing_bytes; /* behind a whole gzip or zlib stream */
	bool several_members;
};

/* Unpacks gzip or zlib. A stream that ends too early is "inflate.cut"
 * (ERR_SYNTAX): what was already handed over must be forgotten. Others:
 * "inflate.corrupt", "inflate.too_large", "inflate.ratio". */
enum err inflate_stream(struct str packed, enum inflate_kind kind,
			const struct inflate_limits *limits, inflate_fn take,
			void *ctx, struct inflate_notes *notes,
			struct diag *why) MUST_CHECK;

/* A zip's members that are files: no directories, no "__MACOSX/", no
 * ".DS_Store". Sizes are learnt while unpacking, not believed. An encrypted
 * member is "inflate.encrypted". */
struct inflate_zip;
enum err inflate_zip_open(struct str packed,
			  const struct inflate_limits *limits,
			  struct inflate_zip **out,
			  struct diag *why) MUST_CHECK;
void inflate_zip_close(struct inflate_zip *zip);
size_t inflate_zip_count(const struct inflate_zip *zip);
/* Name inside the archive: a label for people, never a path to open. */
struct str inflate_zip_name(const struct inflate_zip *zip, size_t i);
enum err inflate_zip_stream(struct inflate_zip *zip, size_t i, inflate_fn take,
			    void *ctx, struct diag *why) MUST_CHECK;

/* gzip for bytes that arrived unpacked; deterministic (no time, no name).
 * Append-only: new, add pieces, end. */
struct inflate_packer;
struct inflate_packer *inflate_pack_new(struct buf *out);
bool inflate_pack_add(struct inflate_packer *p, struct str bytes) MUST_CHECK;
/* Finishes and frees; false when `out` was full. */
bool inflate_pack_end(struct inflate_packer *p) MUST_CHECK;

#endif
