/* tls.c - `tls query`: sessions by result, sender, or whatever is asked. */
#include "cli/words.h"

#include <string.h>

struct tls {
	struct cli *c;
	struct cli_table table;
	const char *group;
};

static const struct {
	const char *group, *title;
} titles[] = {
	{ "result", "cli.col.result" }, { "reporter", "cli.col.reporter" },
	{ "domain", "cli.col.domain" }, { "mx", "cli.col.mx" },
	{ "day", "cli.col.day" },       { "policy_type", "cli.col.policy" },
	{ "sending_ip", "cli.col.ip" },
};

static const char *
title_of(const char *group)
{
	for (size_t i = 0; i < COUNT_OF(titles); i++)
		if (strcmp(titles[i].group, group) == 0)
			return titles[i].title;
	return "cli.col.value";
}

static void
put_numbers(struct json_out *j, const struct store_tls_row *row)
{
	bool seen = row->reports > 0;

	json_put_u64(j, "sessions", row->sessions);
	json_put_u64(j, "successful", row->successful);
	json_put_u64(j, "failed", row->failed);
	json_put_u64(j, "reports", row->reports);
	cli_json_i64(j, "first_seen", row->first_seen, seen);
	cli_json_i64(j, "last_seen", row->last_seen, seen);
}

static enum err
take_row(void *ctx, const struct store_tls_row *row)
{
	struct tls *tls = ctx;
	struct cli_table *t = &tls->table;

	if (cli_is_json(tls->c)) {
		struct json_out *j = cli_json_row(tls->c);

		json_put_known(j, "key", row->key);
		put_numbers(j, row);
		cli_json_row_end(tls->c);
		return ERR_NONE;
	}
	cli_cell(t, row->key, CLI_PLAINLY);
	cli_cell_count(t, row->sessions, true);
	cli_cell_count(t, row->successful, true);
	cli_cell_count(t, row->failed, true);
	cli_cell_share(t, row->successful, row->sessions, true);
	cli_cell_count(t, row->reports, true);
	cli_cell_day(t, row->first_seen, row->reports > 0);
	cli_cell_day(t, row->last_seen, row->reports > 0);
	return ERR_NONE;
}

static void
end(struct tls *tls, const struct store_tls_row *totals)
{
	struct cli *c = tls->c;
	char sessions[CLI_NUMBER_MAX], failed[CLI_NUMBER_MAX];

	if (cli_is_json(c)) {
		cli_json_list_end(c);
		if (c->format == CLI_FORMAT_JSON) {
			json_open_object(&c->json, "totals");
			put_numbers(&c->json, totals);
			json_close_object(&c->json);
		}
		cli_json_end(c);
		return;
	}
	cli_table_end(&tls->table);
	cli_flush(c);
	if (c->format != CLI_FORMAT_TABLE)
		return;
	if (totals->reports == 0)
		cli_note(c, "cli.tls.none", CLI_NO_ARGS);
	else
		cli_note(c, "cli.tls.total",
			 CLI_ARGS({ "sessions",
				    cli_count(c, totals->sessions, sessions) },
				  { "failed",
				    cli_count(c, totals->failed, failed) }));
}

/* The options but for the group, which has its own names here. */
static int
query_of(struct cli *c, struct store_query *q)
{
	static const struct cli_option hidden = { .name = "" };

	for (size_t i = 0; i < c->args.given_count; i++)
		if (strcmp(c->args.given[i].option->name, "group") == 0)
			c->args.given[i].option = &hidden;
	return cli_query(c, "30d", NULL, q);
}

int
cli_tls_query(struct cli *c)
{
	const char *group = cli_value(c, "group");
	struct tls tls = { .c = c, .group = group ? group : "result" };
	struct store_tls_row totals = { 0 };
	struct store_query q;
	struct diag why = { 0 };
	int code = query_of(c, &q);

	if (code != CLI_FINE)
		return code;
	SCOPED_STORE s = cli_store(c, STORE_READ, &code);

	if (!s)
		return code;
	const struct cli_column columns[] = {
		{ "key", title_of(tls.group), false, true },
		{ "sessions", "cli.col.sessions", true, false },
		{ "successful", "cli.col.successful", true, false },
		{ "failed", "cli.col.failed", true, false },
		{ "success", "cli.col.success_share", true, false },
		{ "reports", "cli.col.reports", true, false },
		{ "first_seen", "cli.col.first_seen", true, false },
		{ "last_seen", "cli.col.last_seen", true, false },
	};

	if (cli_is_json(c)) {
		cli_json_begin(c, "waxseal.tls.query/1");
		if (c->format == CLI_FORMAT_JSON)
			cli_json_query(&c->json, &q, tls.group);
		cli_json_list(c, "rows");
	} else {
		cli_table_begin(&tls.table, c, columns, COUNT_OF(columns));
	}
	enum err err = store_tls_ask(s, &q, str_of(tls.group), take_row, &tls,
				     &totals, &why);

	if (err != ERR_NONE) {
		if (!cli_is_json(c))
			cli_table_end(&tls.table);
		buf_clear(&c->out);
		return cli_fail(c, err, &why);
	}
	end(&tls, &totals);
	return CLI_FINE;
}
