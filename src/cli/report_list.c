/* report_list.c - `report list` and `tls list`: the reports there are, or what
 * was refused. */
#include "cli/words.h"

#include <string.h>

enum { LIMIT = 100 /* reports of a list, unless --limit says */ };

struct list {
	struct cli *c;
	struct cli_table table;
	bool rejected;
	uint64_t count;
};

static const struct cli_column columns[] = {
	{ "id", "cli.col.id", true, false },
	{ "kind", "cli.col.kind", false, false },
	{ "org", "cli.col.reporter", false, true },
	{ "domain", "cli.col.domain", false, true },
	{ "begin", "cli.col.begin", true, false },
	{ "end", "cli.col.end", true, false },
	{ "records", "cli.col.rows", true, false },
	{ "messages", "cli.col.messages", true, false },
	{ "passed", "cli.col.passed", true, false },
	{ "trust", "cli.col.trust", false, false },
	{ "received_at", "cli.col.received", true, false },
	{ "report_id", "cli.col.report_id", false, true },
};

/* What fits on a line of 80 columns. */
static const struct cli_column human_columns[] = {
	{ "id", "cli.col.id", true, false },
	{ "kind", "cli.col.kind", false, false },
	{ "org", "cli.col.reporter", false, true },
	{ "domain", "cli.col.domain", false, true },
	{ "day", "cli.col.day", true, false },
	{ "records", "cli.col.rows", true, false },
	{ "messages", "cli.col.messages", true, false },
	{ "passed", "cli.col.pass_share", true, false },
	{ "trust", "cli.col.trust", false, false },
};

static const struct cli_column rejected_columns[] = {
	{ "id", "cli.col.id", true, false },
	{ "received_at", "cli.col.received", true, false },
	{ "path", "cli.col.path", false, true },
	{ "member", "cli.col.member", false, true },
	{ "reason", "cli.col.reason", false, false },
};

static void
report_cells(struct cli_table *t, const struct store_report *r)
{
	cli_cell_count(t, (uint64_t)r->id, true);
	cli_cell(t, str_of(decode_kind_name(r->kind)), CLI_PLAINLY);
	cli_cell(t, r->org, CLI_PLAINLY);
	cli_cell(t, r->domain, CLI_PLAINLY);
	cli_cell_stamp(t, r->begin, true);
	cli_cell_stamp(t, r->end, true);
	cli_cell_count(t, r->records, true);
	cli_cell_count(t, r->messages, true);
	cli_cell_count(t, r->passed, true);
	cli_cell(t, str_of(store_trust_name(r->trust)), CLI_PLAINLY);
	cli_cell_stamp(t, r->received_at, true);
	cli_cell(t, r->report_id, CLI_PLAINLY);
}

static void
human_cells(struct cli_table *t, const struct store_report *r)
{
	cli_cell_count(t, (uint64_t)r->id, true);
	cli_cell(t, str_of(decode_kind_name(r->kind)), CLI_PLAINLY);
	cli_cell(t, r->org, CLI_PLAINLY);
	cli_cell(t, r->domain, CLI_PLAINLY);
	cli_cell_day(t, r->begin, true);
	cli_cell_count(t, r->records, true);
	cli_cell_count(t, r->messages, true);
	cli_cell_share(t, r->passed, r->messages, r->kind != DECODE_FAILURE);
	cli_cell(t, str_of(store_trust_name(r->trust)),
		 r->trust == STORE_UNVERIFIED ? CLI_WARN : CLI_PLAINLY);
}

static void
rejected_cells(struct cli_table *t, const struct store_report *r)
{
	SCOPED_BUF reason = BUF(4096);

	finding_explain(&reason, t->c->lang, &r->why);
	cli_cell_count(t, (uint64_t)r->id, true);
	cli_cell_stamp(t, r->received_at, true);
	cli_cell(t, r->path, CLI_PLAINLY);
	cli_cell(t, r->member, CLI_PLAINLY);
	cli_cell(t, buf_str(&reason), CLI_PLAINLY);
}

static enum err
take_report(void *ctx, const struct store_report *r)
{
	struct list *list = ctx;

	list->count++;
	if (cli_is_json(list->c)) {
		cli_put_report(cli_json_row(list->c), r, list->rejected);
		cli_json_row_end(list->c);
	} else if (list->rejected) {
		rejected_cells(&list->table, r);
	} else if (list->c->format == CLI_FORMAT_TABLE) {
		human_cells(&list->table, r);
	} else {
		report_cells(&list->table, r);
	}
	return ERR_NONE;
}

static void
begin(struct list *list, const char *schema)
{
	if (cli_is_json(list->c)) {
		cli_json_begin(list->c, schema);
		cli_json_list(list->c, "reports");
	} else if (list->rejected) {
		cli_table_begin(&list->table, list->c, rejected_columns,
				COUNT_OF(rejected_columns));
	} else if (list->c->format == CLI_FORMAT_TABLE) {
		cli_table_begin(&list->table, list->c, human_columns,
				COUNT_OF(human_columns));
	} else {
		cli_table_begin(&list->table, list->c, columns,
				COUNT_OF(columns));
	}
}

static void
end(struct list *list, const struct buf *next)
{
	struct cli *c = list->c;

	if (cli_is_json(c)) {
		cli_json_list_end(c);
		if (c->format == CLI_FORMAT_JSON)
			json_put_known(&c->json, "next", buf_str(next));
		cli_json_end(c);
		return;
	}
	cli_table_end(&list->table);
	cli_flush(c);
	cli_tell_more(c, next);
	if (list->count == 0)
		cli_note(c,
			 list->rejected ? "cli.list.none_rejected"
					: "cli.list.none",
			 CLI_NO_ARGS);
	else if (list->rejected)
		cli_next(c, "waxseal report reparse");
}

static enum decode_kind
kind_of(const char *name)
{
	static const enum decode_kind kinds[] = { DECODE_DMARC, DECODE_TLSRPT,
						  DECODE_FAILURE };

	for (size_t i = 0; name && i < COUNT_OF(kinds); i++)
		if (strcmp(decode_kind_name(kinds[i]), name) == 0)
			return kinds[i];
	return DECODE_NONE;
}

static int
list_reports(struct cli *c, enum decode_kind kind, const char *schema)
{
	struct list list = { .c = c };
	struct store_list what;
	struct store_query q;
	struct diag why = { 0 };
	SCOPED_BUF next = BUF(4096);
	int code = cli_query(c, NULL, NULL, &q);

	if (code != CLI_FINE)
		return code;
	SCOPED_STORE s = cli_store(c, STORE_READ, &code);

	if (!s)
		return code;
	cli_list_init(c, &what, &q);
	what.kind = kind;
	what.rejected = list.rejected = cli_given(c, "rejected");
	what.limit = what.limit ? what.limit : LIMIT;
	begin(&list, schema);
	enum err err = store_reports(s, &what, take_report, &list, &next, &why);

	end(&list, &next);
	return err == ERR_NONE ? CLI_FINE : cli_fail(c, err, &why);
}

int
cli_report_list(struct cli *c)
{
	return list_reports(c, kind_of(cli_value(c, "kind")),
			    "waxseal.report.list/1");
}

int
cli_tls_list(struct cli *c)
{
	return list_reports(c, DECODE_TLSRPT, "waxseal.tls.list/1");
}
