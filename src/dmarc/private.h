/* private.h - the parser's state, and who does what:
 *   dmarc.c    events, the stack of open elements, what is given out when
 *   names.c    which element means what under which parent
 *   head.c     report_metadata and policy_published
 *   row.c      one record
 *   words.c    the words of enumerations
 *   repairs.c  what was put right
 */
#ifndef DMARC_PRIVATE_H
#define DMARC_PRIVATE_H

#include "dmarc/dmarc.h"
#include "dmarc/names.h"
#include "dmarc/repairs.h"

enum {
	OPEN_MAX = 64, /* deeper elements are passed over */
	CLOSED = 0x80, /* on the stack: its value is taken already */
	HEAD_BYTES = 64 << 10,
	ROW_BYTES = 1 << 20 /* more than DMARC_AUTH_MAX results can fill */
};

struct head_state {
	struct arena *mem;
	struct dmarc_head head;
	uint64_t seen;        /* nodes */
	struct str p, sp, np; /* as sent */
	bool has_begin, has_end;
	bool metadata_closed, policy_closed;
	bool settled;
	uint64_t metadata_line, policy_line;
	struct str only_from; /* header_from of all rows ... */
	bool several_from;    /* ... unless they differ */
};

struct row_state {
	struct arena *mem;
	struct dmarc_row row;
	uint64_t seen; /* nodes */
	bool evaluated, auth_results, bad_from;
	unsigned reasons;
	bool in_reason, in_auth;
	struct str reason_type, reason_comment;
	bool auth_is_spf;
	struct dmarc_auth auth; /* the result under way */
	bool has_result;
	struct dmarc_auth dkim[DMARC_AUTH_MAX], spf[DMARC_AUTH_MAX];
};

struct dmarc {
	const struct dmarc_head *known;
	int64_t now;
	struct dmarc_sink sink;
	struct head_state head;
	struct row_state row;
	uint8_t open[OPEN_MAX]; /* enum node, or CLOSED */
	unsigned depth;
	bool gather; /* text belongs to a value */
	bool text_cut;
	size_t text_size;
	char text[DMARC_TEXT_MAX];
	bool seen_feedback, in_feedback;
	bool head_given, late;
	bool in_record, held; /* held: complete, not yet given out */
	uint64_t records;     /* begun */
	uint64_t ends;        /* end events so far ... */
	uint64_t record_end, feedback_end; /* ... when these closed */
	uint64_t line;
	struct dmarc_totals totals;
	size_t repair_count;
	uint8_t repair_at[REPAIRS]; /* place in `repairs`, from 1; 0 none */
	struct dmarc_repair repairs[REPAIRS];
	size_t saved_count; /* as they were when the record began */
	struct dmarc_repair saved[REPAIRS];
};

/* Takes the value of a closed head element. */
void head_field(struct dmarc *d, enum node field, struct str value);
/* The head can be told without knowing the rows. */
bool head_ready(const struct dmarc *d);
/* Fills what is missing, judges the dates; once. */
enum err head_settle(struct dmarc *d, struct diag *why);

void row_begin(struct dmarc *d);
void row_field(struct dmarc *d, enum node field, struct str value);
void row_begin_reason(struct dmarc *d);
/* `text`: what stood in the element itself. */
void row_end_reason(struct dmarc *d, struct str text);
void row_begin_auth(struct dmarc *d, bool spf);
void row_end_auth(struct dmarc *d);
/* Fills what is missing; then d->row.row can be given out. */
void row_settle(struct dmarc *d);

/* `value` without case; the text it points to is `room`. Empty when longer. */
enum { WORD_MAX = 32 };
struct str words_fold(struct dmarc *d, struct str value, char room[WORD_MAX]);
bool words_policy(struct str word, enum dmarc_policy *out);
bool words_disposition(struct str word, enum dmarc_disposition *out);
/* Also words of old drafts; `odd` tells that it was one. */
bool words_result(struct str word, enum dmarc_result *out, bool *odd);
unsigned words_override(struct str word); /* 0: none of them */

/* Copies into `mem`; empty when that is full, which its size rules out. */
struct str copy_text(struct arena *mem, struct str text, size_t max);
/* The comparable form of a domain; false when it is none (`out` is then what
 * was sent). An address gives its domain. */
bool copy_domain(struct dmarc *d, struct arena *mem, struct str text,
		 struct str *out);

#endif
