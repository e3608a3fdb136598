/* table.h - rows and columns in the form that was asked for: aligned for a
 * person, tab-separated, or CSV. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "cli/context.h"

struct cli_column {
	const char *name;  /* for machines */
	const char *title; /* catalogue key, for people */
	bool right;        /* numbers */
	bool shrinks;      /* may be cut to the width of the terminal */
};

enum cli_style {
	CLI_PLAINLY,
	CLI_GOOD,
	CLI_BAD,
	CLI_WARN,
	CLI_FAINT,
	CLI_HEAD
};

struct cli_cell;

/* `struct cli_table t; cli_table_begin(...)`, cells from left to right, rows
 * follow by themselves, cli_table_end. For people everything is held until the
 * end, otherwise it streams. */
struct cli_table {
	struct cli *c;
	const struct cli_column *columns;
	size_t count;
	struct buf text;
	struct cli_cell *cells;
	size_t used, room;
	size_t at; /* column of the next cell */
};

/* `columns` must live until cli_table_end, which frees what was held. */
void cli_table_begin(struct cli_table *t, struct cli *c,
		     const struct cli_column *columns, size_t count);
void cli_table_end(struct cli_table *t);

void cli_cell(struct cli_table *t, struct str text, enum cli_style style);
void
cli_cell_word(struct cli_table *t, const char *name, const char *key,
	      enum cli_style style); /* name for machines, key for people */
void cli_cell_count(struct cli_table *t, uint64_t n, bool known);
/* Percentage with one decimal; unknown when `whole` is 0. */
void cli_cell_share(struct cli_table *t, uint64_t part, uint64_t whole,
		    bool known);
/* "today", "yesterday", a date; for machines always the date. */
void cli_cell_day(struct cli_table *t, int64_t seconds, bool known);
void cli_cell_stamp(struct cli_table *t, int64_t seconds, bool known);

/* Name and value by the line, as `show` prints them. */
void cli_pairs_begin(struct cli_table *t, struct cli *c);
void cli_pair(struct cli_table *t, const char *name, const char *key,
	      struct str value);
void cli_pair_count(struct cli_table *t, const char *name, const char *key,
		    uint64_t n);
void cli_pair_stamp(struct cli_table *t, const char *name, const char *key,
		    int64_t seconds, bool known);

/* Columns that `text` takes on a terminal (UTF-8, escaped before). */
size_t cli_width(struct str text);
/* The piece of `text` that fits into `columns`. */
struct str cli_fit(struct str text, size_t columns);
/* Appends a CSV field: RFC 4180, and a quote before what a spreadsheet would
 * run as a formula, unless it is a `number`. */
void cli_csv_field(struct buf *out, struct str text, bool number);

#endif
