/* words.h - words for values of reports, and pieces that several commands
 * print alike. */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include "cli/table.h"

/* Catalogue keys. */
const char *cli_field_title(enum store_field field);
const char *cli_class_key(struct str name); /* NULL: no class */
const char *cli_triage_key(enum sender_triage triage);

/* The class that most messages of a row are in; false when it has none. */
bool cli_main_class(const int64_t *m, const bool *known,
		    enum sender_class *out);
enum cli_style cli_class_style(enum sender_class class_of);

/* One report of a list as JSON, without braces. */
void cli_put_report(struct json_out *j, const struct store_report *r,
		    bool rejected);
/* "More follow: --cursor ..." when there are. */
void cli_tell_more(const struct cli *c, const struct buf *next);

/* Rows in detail, shared by export and show. */
extern const struct cli_column cli_detail_columns[];
size_t cli_detail_count(void);
void cli_detail_cells(struct cli_table *t, const struct store_detail *d);
void cli_put_detail(struct json_out *j, const struct store_detail *d);

#endif
