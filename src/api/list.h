/* list.h - lists: a page of JSON, or all of it as a JSON or CSV file. */
#ifndef API_LIST_H
#define API_LIST_H

#include "api/private.h"

enum { API_PAGE = 100 /* rows of a page, unless `limit` says */ };

struct api_list_shape {
	const char *schema, *member; /* "rows" */
	const char *file;            /* in its name for saving */
	const char *const *columns;  /* of CSV, in the order of the cells */
	size_t column_count;
	bool tells_query;  /* also on a page */
	const char *group; /* that the store does not know, or NULL */
};
struct api_list {
	struct api_call *c;
	enum api_format format;
	struct api_csv csv;
	struct json_out *json; /* NULL in CSV */
};

/* Begins the answer: head, `query`, the list. A file
 * takes everything that matches unless a limit was asked for; `limit` and
 * `cursor` (of the store's question) are set to that. */
enum err api_list_begin(struct api_list *l, struct api_call *c,
			const struct api_list_shape *shape,
			struct api_question *asked,
			struct diag *why) MUST_CHECK;
/* Between these, the cells of one row in the order of the columns. In JSON
 * they are members, unknown and empty ones null. */
void api_list_row(struct api_list *l);
enum err api_list_row_end(struct api_list *l) MUST_CHECK;
void api_cell(struct api_list *l, const char *key, struct str text);
void api_cell_i64(struct api_list *l, const char *key, int64_t n, bool known);
void api_cell_bool(struct api_list *l, const char *key, bool yes);
/* null, or nothing in CSV, when it is not known. */
void api_cell_known_bool(struct api_list *l, const char *key, bool yes,
			 bool known);
/* UTC seconds; a stamp in CSV. */
void api_cell_time(struct api_list *l, const char *key, int64_t at, bool known);
void api_cell_measures(struct api_list *l, const int64_t *m, const bool *known);
/* Calls `page` with the list's context until a file has everything, once for
 * a page; `next` keeps the cursor of the last call. */
enum err
api_list_pages(struct api_list *l, struct str *cursor,
	       enum err (*page)(void *ctx, struct buf *next, struct diag *why),
	       void *ctx, struct buf *next, struct diag *why) MUST_CHECK;
/* Ends the list. Members may follow when this is JSON (true), then api_end. */
bool api_list_end(struct api_list *l);
/* `next` and, when `asked`, `ignored`, and the end of the answer. */
void api_list_tail(struct api_list *l, const struct api_question *asked,
		   const struct buf *next);

/* The names of measures behind `n` others, for columns. */
#define API_MEASURE_COLUMNS                                                    \
	"messages", "passed", "own", "own_passed", "forwarded",                \
		"unrecognised", "blocked", "spf_aligned", "dkim_aligned",      \
		"rows", "reports", "sources", "first_seen", "last_seen"
void api_put_measures(struct json_out *j, const int64_t *m, const bool *known);

#endif
