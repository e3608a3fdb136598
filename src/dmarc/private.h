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

/* Meaning of an open element: a parent, or a field with a value. */
enum node {
	N_SKIP,    /* and all below it */
	N_OUTSIDE, /* not in a report yet */
	N_FEEDBACK,
	N_METADATA,
	N_DATES,
	N_POLICY,
	N_RECORD,
	N_ROW,
	N_EVALUATED,
	N_REASON,
	N_IDENTIFIERS,
	N_AUTH,
	N_DKIM,
	N_SPF,
	N_PARENTS, /* the values of the head begin here */
	F_VERSION = N_PARENTS,
	F_ORG,
	F_EMAIL,
	F_EXTRA,
	F_ID,
	F_ERROR,
	F_GENERATOR,
	F_BEGIN,
	F_END,
	F_DOMAIN,
	F_P,
	F_SP,
	F_NP,
	F_ADKIM,
	F_ASPF,
	F_PCT,
	F_FO,
	F_TESTING,
	F_DISCOVERY,
	F_OF_ROW, /* those of a record begin here */
	F_IP = F_OF_ROW,
	F_COUNT,
	F_DISPOSITION,
	F_DKIM,
	F_SPF,
	F_REASON_TYPE,
	F_REASON_COMMENT,
	F_HEADER_FROM,
	F_ENVELOPE_FROM,
	F_ENVELOPE_TO,
	F_AUTH_DOMAIN,
	F_AUTH_SELECTOR,
	F_AUTH_RESULT,
	F_AUTH_SCOPE,
	F_AUTH_HUMAN,
	NODES
};
_Static_assert(NODES <= 64, "a set of nodes fits in 64 bits");

enum oddity {
	NOT_ODD,
	OLD_NAME, /* "identities" of the drafts */
	MISPLACED /* one of our names where it means nothing */
};
enum node names_enter(enum node parent, struct str name, enum oddity *odd);

enum repair {
	R_NO_VERSION,
	R_ODD_VERSION,
	R_ORG_FROM_EMAIL,
	R_ID_MADE,
	R_DOMAIN_FROM_ROWS,
	R_BEGIN_FROM_END,
	R_END_FROM_BEGIN,
	R_DATE_FRACTION,
	R_DATE_MILLISECONDS,
	R_DATE_MICROSECONDS,
	R_DATE_TEXT,
	R_DATES_SWAPPED,
	R_DATE_TOO_EARLY,
	R_DATE_IN_FUTURE,
	R_SPAN_OVER_36H,
	R_SPAN_OVER_366D,
	R_REPEATED,
	R_HEAD_AFTER_ROWS,
	R_POLICY_UNKNOWN,
	R_SUBPOLICY_UNKNOWN,
	R_TAG_UNREADABLE,
	R_LETTER_CASE,
	R_TEXT_CUT,
	R_RECORD_CUT,
	R_RECORD_UNCLOSED,
	R_IDENTITIES,
	R_MISPLACED,
	R_BAD_IP,
	R_BAD_COUNT,
	R_COUNT_CAPPED,
	R_COUNT_FRACTION,
	R_NO_VERDICT,
	R_ODD_VERDICT,
	R_NO_DISPOSITION,
	R_ODD_DISPOSITION,
	R_REASON_TEXT,
	R_ODD_REASON,
	R_EMPTY_REASON,
	R_TOO_MANY_REASONS,
	R_NO_HEADER_FROM,
	R_BAD_HEADER_FROM,
	R_ADDRESS_FOR_DOMAIN,
	R_NO_AUTH_RESULTS,
	R_EMPTY_RESULT,
	R_NO_RESULT,
	R_ODD_RESULT,
	R_RESULT_WORD,
	R_NO_AUTH_DOMAIN,
	R_ODD_SCOPE,
	R_TOO_MANY_RESULTS,
	REPAIRS
};
_Static_assert((int)REPAIRS <= (int)DMARC_REPAIRS_MAX,
	       "all repairs can be told");

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
};

void repairs_note(struct dmarc *d, enum repair r);
/* The reason of a rejection; returns `err`. */
enum err repairs_refuse(struct diag *why, enum err err, const char *code,
			uint64_t line);

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
