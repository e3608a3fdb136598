/* query.c - messages by whatever group is asked. */
#include "api/handlers.h"
#include "api/list.h"

static const char *const columns[] = { "key", "label", "confirmed",
				       API_MEASURE_COLUMNS };
static const struct api_list_shape shape = {
	.schema = "waxseal.report.query/1",
	.member = "rows",
	.file = "query",
	.columns = columns,
	.column_count = COUNT_OF(columns),
	.tells_query = true,
};

struct query {
	struct api_list list;
	struct api_question asked;
	struct store_answer_row totals;
};

static enum err
take_row(void *ctx, const struct store_answer_row *row)
{
	struct api_list *l = &((struct query *)ctx)->list;

	api_list_row(l);
	api_cell(l, "key", row->key);
	api_cell(l, "label", row->label.n ? row->label : row->key);
	api_cell_known_bool(l, "confirmed", row->confirmed, row->named);
	api_cell_measures(l, row->m, row->known);
	return api_list_row_end(l);
}

static enum err
ask(void *ctx, struct buf *next, struct diag *why)
{
	struct query *query = ctx;

	return store_ask(query->list.c->api->store, &query->asked.q, take_row,
			 query, &query->totals, next, why);
}

/* "example.com_source_2026-..": named after what it is grouped by. */
static struct api_list_shape
shape_of(const struct store_query *q)
{
	struct api_list_shape named = shape;

	if (q->grouped)
		named.file = store_field_name(q->group);
	return named;
}

enum err
api_query(struct api_call *c, struct diag *why)
{
	struct query query = { 0 };
	SCOPED_BUF next = BUF(8192);
	struct api_list_shape named;
	enum err err = api_question(c, "30d", "source", &query.asked, why);

	if (err != ERR_NONE)
		return err;
	named = shape_of(&query.asked.q);
	err = api_list_begin(&query.list, c, &named, &query.asked, why);
	if (err == ERR_NONE)
		err = api_list_pages(&query.list, &query.asked.q.cursor, ask,
				     &query, &next, why);
	if (err != ERR_NONE)
		return err;
	if (api_list_end(&query.list)) {
		json_open_object(&c->json, "totals");
		api_put_measures(&c->json, query.totals.m, query.totals.known);
		json_close_object(&c->json);
	}
	api_list_tail(&query.list, &query.asked, &next);
	return ERR_NONE;
}
