/* private.h - what the files of decode share.
 *
 * A *document* is a stretch of unpacked bytes that may be a report: held in
 * memory when small, streamed from its packing when not. An *item* is what
 * the sink is told about it.
 */
#ifndef DECODE_PRIVATE_H
#define DECODE_PRIVATE_H

#include "decode/decode.h"
#include "inflate/inflate.h"

enum {
	/* Documents up to this size are unpacked once and read from memory;
	 * nearly all are smaller, and it bounds what a large one costs. */
	DOCUMENT_IN_MEMORY = 1 << 20,
	RAW_MAX = 64 << 20, /* bytes of an attachment that are kept */
	NESTING_MAX = 4,    /* packings and messages within each other */
	MEMBER_MAX = 300,   /* bytes of the label of a member */
	PEEK = 64 << 10     /* how far a root element is looked for */
};

struct repairs {
	size_t count;
	struct dmarc_repair list[DECODE_REPAIRS_MAX];
};

/* `code` must be a string that lives for ever. Counts add up. */
void repairs_add(struct repairs *r, const char *code, uint64_t count);

struct carrier {
	struct str from, subject, id;
	int64_t date;
	size_t longest_line;
};

struct decoder {
	const struct decode_sink *sink;
	int64_t now;
	unsigned ends;       /* items told so far */
	unsigned mail_depth; /* 0: a bare file */
	bool among_others;   /* a member of an archive of several */
	struct carrier carrier;
	struct repairs mail_repairs; /* of the message around */
};

struct document {
	struct str memory; /* all of it, when memory.p is set */
	struct str first;  /* its beginning, for telling what it is */
	struct str packed; /* else: unpacked from here ... */
	enum inflate_kind kind;
	struct inflate_zip *zip; /* ... or from this member ... */
	size_t index;
	const struct decode_source *source; /* ... or read from here */
};

/* One candidate on its way to becoming an item. */
struct candidate {
	struct str member;
	struct str raw; /* as received; empty: pack the document itself */
	enum decode_media media;
	struct repairs repairs;
};

/* Streams the document's bytes through `take`; again from the start at each
 * call. Errors of the packing itself are in `why`, those of `take` come back
 * with `why` as `take` left it. */
enum err document_stream(const struct document *doc, inflate_fn take, void *ctx,
			 struct inflate_notes *notes,
			 struct diag *why) MUST_CHECK;
bool document_is_xml(struct str first);
bool document_is_json(struct str first);

/* Reads a document as DMARC XML or TLS-RPT JSON and tells the sink how it
 * ended. */
enum err decode_xml(struct decoder *d, const struct document *doc,
		    struct candidate *c) MUST_CHECK;
enum err decode_json(struct decoder *d, const struct document *doc,
		     struct candidate *c) MUST_CHECK;
/* Looks at bytes of any kind. `member` is their label. */
enum err decode_bytes(struct decoder *d, struct str bytes, struct str member,
		      unsigned depth) MUST_CHECK;
enum err decode_mail(struct decoder *d, struct str message, struct str member,
		     unsigned depth) MUST_CHECK;

/* Whether what is not a report at all is passed over in silence: beside a
 * report there may be anything. */
bool decode_passes_over(const struct decoder *d);
/* Fills what every end has in common and gives it to the sink. */
enum err decode_tell(struct decoder *d, struct candidate *c,
		     struct decode_end *end) MUST_CHECK;
/* The end of what holds no report and never meant to. */
enum err decode_ignore(struct decoder *d, struct str member) MUST_CHECK;
/* The end of something that could not be read: kept with its reason. Inside
 * a mail, what is only *not a report* is passed over in silence. */
enum err decode_refuse(struct decoder *d, struct candidate *c,
		       enum decode_kind kind,
		       const struct diag *why) MUST_CHECK;

#endif
