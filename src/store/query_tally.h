/* query_tally.h - groups, their sums, their names, and pages of them. */
#ifndef STORE_QUERY_TALLY_H
#define STORE_QUERY_TALLY_H

#include "store/query_inside.h"

/* ---- query_tally.c ---- */

struct store_group {
	int64_t number; /* the key, as the table has it */
	struct str key; /* text, filled by store_keys_resolve */
	int64_t m[STORE_MEASURES];
	int64_t policy[DMARC_POLICY_REJECT + 1]; /* messages */
};
struct store_tally;
enum { STORE_PAIRS_MAX = 8000000 };

/* Whether sources are counted: of everything, of each group, too. */
struct store_tally *store_tally_new(bool sources, bool of_groups);
void store_tally_free(struct store_tally *t);
void store_tally_cleanup(struct store_tally **t);
#define SCOPED_TALLY                                                           \
	__attribute__((cleanup(store_tally_cleanup))) struct store_tally *

/* One row of an answer. */
struct store_cell {
	int64_t class_number, verdict, day, source, messages, rows;
};
/* Adds to the group `number`. False: more groups than the maximum. */
bool store_tally_add(struct store_tally *t, int64_t number,
		     const struct store_cell *cell) MUST_CHECK;
bool store_tally_add_total(struct store_tally *t,
			   const struct store_cell *cell) MUST_CHECK;
/* So many reports more; a group of which there is no row has none. */
void store_tally_report(struct store_tally *t, int64_t number, int64_t count);
void store_tally_report_total(struct store_tally *t, int64_t count);
/* The number that stands for a text, the same for the same; -1: too many. */
int64_t store_tally_intern(struct store_tally *t, struct str text);
/* Gives the groups of interned texts their keys. */
bool store_tally_name_texts(struct store_tally *t) MUST_CHECK;

struct store_group *store_tally_groups(struct store_tally *t, size_t *count);
const struct store_group *store_tally_total(const struct store_tally *t);
/* For the texts of the groups. */
struct arena *store_tally_memory(struct store_tally *t);

/* ---- query_cells.c ---- */

/* Sums questions that name no domain, at most STORE_TOGETHER_MAX of one owner
 * and the same days, from the packed cells. */
struct store_tallying {
	const struct store_query *q;
	struct store_tally *tally;
	bool totals; /* are wanted */
};
enum err store_tally_cells(struct store *s, const struct store_tallying *each,
			   size_t count, struct diag *why) MUST_CHECK;

/* ---- query_class.c ---- */

/* The user's judgements of the sources of one domain, and the classes that
 * are asked for. */
struct store_classes;
enum err store_classes_load(struct store *s, const struct store_query *q,
			    struct store_classes **out,
			    struct diag *why) MUST_CHECK;
void store_classes_cleanup(struct store_classes **c);
#define SCOPED_CLASSES                                                         \
	__attribute__((cleanup(store_classes_cleanup))) struct store_classes *
/* Gives the cell its class; false when that is not asked for. */
bool store_classes_judge(const struct store_classes *c, struct store_cell *cell,
			 int64_t overrides) MUST_CHECK;

/* ---- query_key.c ---- */

/* The key in the current row of a statement of shape STORE_S_TALLY. */
int64_t store_key_number(enum store_field field, struct db_statement *st);
/* Fills `key` of every group; empty when nothing is known. */
enum err store_keys_resolve(struct store *s, enum store_field field,
			    struct store_tally *t, struct diag *why) MUST_CHECK;
/* What people read; appended to `out`. */
/* Of `count` groups by address or name, the numbers of those whose name is
 * confirmed, into `out`; of others nothing. */
enum err store_key_confirmed(struct store *s, const struct store_query *q,
			     struct store_group *const *groups, size_t count,
			     struct map *out, struct diag *why) MUST_CHECK;
enum err store_key_label(struct store *s, const struct store_query *q,
			 const struct store_group *group, struct buf *out,
			 struct diag *why) MUST_CHECK;

/* ---- query_cursor.c ---- */

/* Rows of a page: what was asked for, where that is allowed. */
static inline uint64_t
store_page_limit(uint64_t asked)
{
	return asked > 0 && asked < STORE_LIMIT_MAX ? asked : STORE_LIMIT_MAX;
}

struct store_cursor {
	int64_t value;
	struct str key;
};
/* A hash of everything that shapes the answer and its order. */
uint64_t store_cursor_question(const struct store_query *q);
bool store_cursor_print(uint64_t question, const struct store_cursor *c,
			struct buf *out) MUST_CHECK;
/* ERR_SYNTAX "query.bad_cursor". `key` lives in `mem`. */
enum err store_cursor_parse(struct str text, uint64_t question,
			    struct arena *mem, struct store_cursor *out,
			    struct diag *why) MUST_CHECK;

/* ---- list.c ---- */

/* Kept bytes as they came, from the columns kind, media, repacked, sealed,
 * bytes. */
enum err store_give_raw(struct store *s, struct db_statement *st,
			struct buf *out, enum decode_media *media,
			struct diag *why) MUST_CHECK;

#endif
