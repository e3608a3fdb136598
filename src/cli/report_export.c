/* report_export.c - `report export`: every row that matches, as it streams. */
#include "cli/words.h"

struct export
{
	struct cli *c;
	struct cli_table table;
	uint64_t count;
};

static enum err
take_row(void *ctx, const struct store_detail *d)
{
	struct export *e = ctx;

	e->count++;
	if (cli_is_json(e->c)) {
		cli_put_detail(cli_json_row(e->c), d);
		cli_json_row_end(e->c);
	} else {
		cli_detail_cells(&e->table, d);
	}
	return e->c->out.full ? ERR_STOP : ERR_NONE;
}

/* Page after page, so that the store is never held up for long. */
static enum err
all_rows(struct store *s, struct store_query *q, struct export *e,
	 struct diag *why)
{
	SCOPED_BUF next = BUF(4096);
	SCOPED_BUF cursor = BUF(4096);
	enum err err;

	do {
		buf_clear(&next);
		err = store_rows(s, q, take_row, e, &next, why);
		buf_clear(&cursor);
		buf_add(&cursor, buf_str(&next));
		q->cursor = buf_str(&cursor);
	} while (err == ERR_NONE && next.n > 0);
	return err;
}

int
cli_report_export(struct cli *c)
{
	struct export e = { .c = c };
	struct store_query q;
	struct diag why = { 0 };
	char count[CLI_NUMBER_MAX];
	int code = cli_query(c, NULL, NULL, &q);

	if (code != CLI_FINE)
		return code;
	SCOPED_STORE s = cli_store(c, STORE_READ, &code);

	if (!s)
		return code;
	if (cli_is_json(c)) {
		cli_json_begin(c, "waxseal.report.export/1");
		if (c->format == CLI_FORMAT_JSON)
			cli_json_query(&c->json, &q, NULL);
		cli_json_list(c, "rows");
	} else {
		cli_table_begin(&e.table, c, cli_detail_columns,
				cli_detail_count());
	}
	q.limit = 0;
	enum err err = all_rows(s, &q, &e, &why);

	if (cli_is_json(c)) {
		cli_json_list_end(c);
		cli_json_end(c);
	} else {
		cli_table_end(&e.table);
	}
	cli_flush(c);
	if (err != ERR_NONE && err != ERR_STOP)
		return cli_fail(c, err, &why);
	cli_note(c, "cli.export.done",
		 CLI_ARGS({ "count", cli_count(c, e.count, count) }));
	return CLI_FINE;
}
