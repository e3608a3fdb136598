/* list.c - the same rows as JSON for a page, as a JSON file, as CSV. */
#include "api/list.h"

enum err
api_list_begin(struct api_list *l, struct api_call *c,
	       const struct api_list_shape *shape, struct api_question *asked,
	       struct diag *why)
{
	enum err err = api_format(c, &l->format, why);

	if (err != ERR_NONE)
		return err;
	l->c = c;
	l->json = NULL;
	api_file(c, l->format, shape->file, &asked->q);
	if (!asked->limited)
		asked->q.limit =
			l->format == API_AS_PAGE ? API_PAGE : STORE_LIMIT_MAX;
	if (l->format == API_AS_CSV) {
		api_csv_begin(&l->csv, c, shape->columns, shape->column_count);
		return ERR_NONE;
	}
	l->json = api_begin(c, shape->schema);
	if (shape->tells_query || l->format == API_AS_JSON)
		api_put_query(l->json, asked, shape->group);
	if (l->format == API_AS_JSON)
		json_put_i64(l->json, "generated_at", c->now);
	json_open_array(l->json, shape->member);
	return ERR_NONE;
}

void
api_list_row(struct api_list *l)
{
	if (l->json)
		json_open_object(l->json, NULL);
}

enum err
api_list_row_end(struct api_list *l)
{
	if (!l->json)
		return api_csv_row_end(&l->csv);
	json_close_object(l->json);
	return api_flush(l->c);
}

void
api_cell(struct api_list *l, const char *key, struct str text)
{
	if (l->json)
		json_put_known(l->json, key, text);
	else
		api_csv_text(&l->csv, text);
}

void
api_cell_i64(struct api_list *l, const char *key, int64_t n, bool known)
{
	if (l->json)
		api_put_i64(l->json, key, n, known);
	else
		api_csv_i64(&l->csv, n, known);
}

void
api_cell_bool(struct api_list *l, const char *key, bool yes)
{
	if (l->json)
		json_put_bool(l->json, key, yes);
	else
		api_csv_text(&l->csv, yes ? S("true") : S("false"));
}

void
api_cell_known_bool(struct api_list *l, const char *key, bool yes, bool known)
{
	if (known)
		api_cell_bool(l, key, yes);
	else
		api_cell(l, key, S(""));
}

void
api_cell_time(struct api_list *l, const char *key, int64_t at, bool known)
{
	char text[CIVIL_STAMP_SIZE];

	if (l->json)
		api_put_i64(l->json, key, at, known);
	else
		api_csv_text(&l->csv,
			     known ? str_of(civil_print_stamp(at, text))
				   : S(""));
}

static bool
is_time(int measure)
{
	return measure == STORE_M_FIRST_SEEN || measure == STORE_M_LAST_SEEN;
}

void
api_cell_measures(struct api_list *l, const int64_t *m, const bool *known)
{
	for (int i = 0; i < STORE_MEASURES; i++) {
		const char *name = store_measure_name((enum store_measure)i);

		if (is_time(i))
			api_cell_time(l, name, m[i], known[i]);
		else
			api_cell_i64(l, name, m[i], known[i]);
	}
}

void
api_put_measures(struct json_out *j, const int64_t *m, const bool *known)
{
	for (int i = 0; i < STORE_MEASURES; i++)
		api_put_i64(j, store_measure_name((enum store_measure)i), m[i],
			    known[i]);
}

enum err
api_list_pages(struct api_list *l, struct str *cursor,
	       enum err (*page)(void *ctx, struct buf *next, struct diag *why),
	       void *ctx, struct buf *next, struct diag *why)
{
	bool whole = l->format != API_AS_PAGE;
	SCOPED_BUF at = BUF(next->max);
	enum err err;

	for (;;) {
		buf_clear(next);
		err = page(ctx, next, why);
		if (err != ERR_NONE || !whole || next->n == 0)
			return err;
		buf_clear(&at);
		buf_add(&at, buf_str(next));
		*cursor = buf_str(&at);
	}
}

bool
api_list_end(struct api_list *l)
{
	if (!l->json)
		return false;
	json_close_array(l->json);
	return true;
}

void
api_list_tail(struct api_list *l, const struct api_question *asked,
	      const struct buf *next)
{
	if (!l->json)
		return;
	json_put_known(l->json, "next",
		       l->format == API_AS_PAGE ? buf_str(next) : S(""));
	if (asked)
		api_put_ignored(l->json, asked);
	api_end(l->c);
}
