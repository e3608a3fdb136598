/* private.h - what the files of this room share: one report being read. */
#ifndef FAILRPT_PRIVATE_H
#define FAILRPT_PRIVATE_H

#include "failrpt/failrpt.h"

enum {
	TEXT_BYTES_MAX = 256 << 10, /* of a part that is read as fields */
	VALUE_MAX = 4096,
	FIELDS_MAX = 500,
	HEADERS_MAX = 64 << 10
};

/* What was put right. The order is that of the codes in value.c. */
enum repair {
	REPAIR_TEXT_ONLY,
	REPAIR_PART_TYPE,
	REPAIR_ENCODED_PART,
	REPAIR_NO_REPORTER,
	REPAIR_NO_MESSAGE_ID,
	REPAIR_NO_FEEDBACK_TYPE,
	REPAIR_NO_AUTH_FAILURE,
	REPAIR_NO_ARRIVAL,
	REPAIR_NO_REPORTED_DOMAIN,
	REPAIR_NO_SOURCE_IP,
	REPAIR_SOURCE_IP_CLEANED,
	REPAIR_BAD_SOURCE_IP,
	REPAIR_BAD_INCIDENTS,
	REPAIR_NO_HEADERS,
	REPAIR_HEADERS_CUT,
	REPAIR_TEXT_CUT,
	REPAIRS
};

struct reader {
	struct arena *mem;
	uint32_t repairs; /* bits by enum repair */
	bool full;        /* `mem` had no room left */
};

/* ---- value.c: single values ---- */

void failrpt_repaired(struct reader *r, enum repair repair);
void failrpt_list_repairs(struct reader *r, struct failrpt_report *out);
/* A copy in UTF-8 without control characters, runs of blanks as one, trimmed
 * and cut. */
struct str failrpt_keep(struct reader *r, struct str text);
struct str failrpt_keep_lower(struct reader *r, struct str text);
/* "a@b" of "<a@b>". */
struct str failrpt_without_angles(struct str text);
/* As failrpt_keep, without angle brackets round it. */
struct str failrpt_keep_address(struct reader *r, struct str text);
/* The comparable form of a domain; empty when it is none. */
struct str failrpt_fold_domain(struct reader *r, struct str text);
bool failrpt_read_date(struct str text, int64_t *out);
/* The address in "192.0.2.1 (host)", "[192.0.2.1]", "192.0.2.1."; false when
 * there is none. `clean` tells that nothing stood round it. */
bool failrpt_find_ip(struct str text, struct str *ip, bool *clean);

/* ---- block.c: "Name: value" lines ---- */

struct field {
	struct str name, value;
};

struct block {
	size_t count;
	const struct field *fields;
};

enum block_style {
	BLOCK_FOLDED,  /* RFC 5322: a blank at the start continues a line */
	BLOCK_INDENTED /* every line by itself, blanks at its start ignored */
};

/* The next line of `rest`, ended by LF, CR or CRLF. */
bool failrpt_take_line(struct str *rest, struct str *line);
/* Names are pieces of `text`, values copies. */
struct block failrpt_read_block(struct reader *r, struct str text,
				enum block_style style);
/* Value of the first field `name` that is not empty. */
struct str failrpt_block_get(const struct block *block, const char *name);
bool failrpt_block_has(const struct block *block, const char *name);
/* The values of all fields `name`, with ", " between them and without angle
 * brackets round them. */
struct str failrpt_block_join(struct reader *r, const struct block *block,
			      const char *name);

/* ---- find.c: which parts matter ---- */

struct found {
	int fields;    /* part with the feedback fields, or -1 */
	int text;      /* the first plain text, or -1 */
	int quoted;    /* the message reported, or its header, or -1 */
	int report;    /* the multipart/report for feedback, or -1 */
	bool odd_type; /* `fields` is not labelled as what it is */
};

/* Finds them by type and place; a part that is labelled wrongly is looked
 * into. */
struct found failrpt_find_parts(struct mime *m);

/* ---- form.c: reports without a feedback part ---- */

/* What was read from the text for people. */
struct form {
	struct block block;
	struct str source_ip; /* empty: none */
	struct str headers;   /* of the message, behind the text */
	bool known;           /* the text is one of the known forms */
	bool dmarc;           /* it says that DMARC failed */
	bool fields;          /* `block` holds feedback fields (RFC 5965) */
	bool unaligned;       /* it says that nothing was aligned */
};

/* `text` must live as long as the form. */
struct form failrpt_read_form(struct reader *r, struct str text);
/* Puts what the form tells where no field said anything. */
void failrpt_apply_form(struct reader *r, const struct form *form,
			struct failrpt_report *out);

/* ---- quoted.c: the header of the message ---- */

/* Fills the personal fields from the header of `message`, or nothing when it
 * has none. */
void failrpt_read_quoted(struct reader *r, struct str message,
			 struct failrpt_report *out);

/* ---- redact.c ---- */

/* Appends `text` with the local parts of the addresses in it redacted, so
 * that it can be kept outside the seal. */
void failrpt_mask_local_parts(struct str text, struct buf *out);

#endif
