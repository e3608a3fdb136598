/* report_view.c - `report show FILE`: what a report file says; the store is
 * not asked and nothing is kept. A parser that is locked away reads it. */
#include "cli/report_tls.h"

#include "cli/table.h"
#include "ingest/ingest.h"
#include "os/os.h"
#include "reportview/reportview.h"

enum { FILE_MAX = 64 << 20, ROWS_SHOWN = 20, DEPTH = 12 };

static const struct cli_column row_columns[] = {
	{ "ip", "cli.col.ip", false, false },
	{ "count", "cli.col.messages", true, false },
	{ "disposition", "cli.col.disposition", false, false },
	{ "spf", "cli.col.spf", false, false },
	{ "dkim", "cli.col.dkim", false, false },
	{ "from_domain", "cli.col.from_domain", false, true },
	{ "comment", "cli.col.comment", false, true },
};

static const struct cli_column failure_columns[] = {
	{ "domain", "cli.col.domain", false, true },
	{ "result", "cli.col.result", false, false },
	{ "mx", "cli.col.mx", false, true },
	{ "sessions", "cli.col.sessions", true, false },
};

static struct str
text_of(const struct json *object, const char *key)
{
	return json_str(json_get(object, key));
}

static uint64_t
count_of(const struct json *object, const char *key)
{
	int64_t n = 0;

	(void)json_i64(json_get(object, key), &n);
	return n > 0 ? (uint64_t)n : 0;
}

/* ---- for people ---- */

static void
pair_head(struct cli_table *t, const struct json *head)
{
	int64_t at;

	cli_pair(t, "org", "cli.col.reporter", text_of(head, "org"));
	cli_pair(t, "email", "cli.show.email", text_of(head, "email"));
	cli_pair(t, "report_id", "cli.col.report_id",
		 text_of(head, "report_id"));
	cli_pair(t, "domain", "cli.col.domain", text_of(head, "domain"));
	if (json_i64(json_get(head, "begin"), &at))
		cli_pair_stamp(t, "begin", "cli.col.begin", at, true);
	if (json_i64(json_get(head, "end"), &at))
		cli_pair_stamp(t, "end", "cli.col.end", at, true);
}

static void
verdict_cell(struct cli_table *t, const struct json *row, const char *key)
{
	bool pass = false;

	(void)json_bool(json_get(row, key), &pass);
	cli_cell(t, pass ? S("pass") : S("fail"), pass ? CLI_GOOD : CLI_BAD);
}

static void
tell_rows(struct cli *c, const struct json *rows)
{
	size_t n = json_count(rows), most = n;
	char number[CLI_NUMBER_MAX];
	struct cli_table t;

	if (c->format == CLI_FORMAT_TABLE && !cli_given(c, "rows"))
		most = n < ROWS_SHOWN ? n : ROWS_SHOWN;
	cli_table_begin(&t, c, row_columns, COUNT_OF(row_columns));
	for (size_t i = 0; i < most; i++) {
		const struct json *row = json_at(rows, i);

		cli_cell(&t, text_of(row, "ip"), CLI_PLAINLY);
		cli_cell_count(&t, count_of(row, "count"), true);
		cli_cell(&t, text_of(row, "disposition"), CLI_PLAINLY);
		verdict_cell(&t, row, "spf_aligned");
		verdict_cell(&t, row, "dkim_aligned");
		cli_cell(&t, text_of(row, "header_from"), CLI_PLAINLY);
		cli_cell(&t, text_of(row, "comment"), CLI_PLAINLY);
	}
	cli_table_end(&t);
	cli_flush(c);
	if (n > most)
		cli_note(c, "cli.show.more_rows",
			 CLI_ARGS({ "count", cli_count(c, n - most, number) }));
}

static void
tell_failures(struct cli *c, const struct json *policies)
{
	struct cli_table t;

	cli_table_begin(&t, c, failure_columns, COUNT_OF(failure_columns));
	for (size_t i = 0; i < json_count(policies); i++) {
		const struct json *p = json_at(policies, i);
		const struct json *list = json_get(p, "failures");

		cli_cell(&t, text_of(p, "domain"), CLI_PLAINLY);
		cli_cell(&t, S("successful"), CLI_GOOD);
		cli_cell(&t, S(""), CLI_PLAINLY);
		cli_cell_count(&t, count_of(p, "successful"), true);
		for (size_t k = 0; k < json_count(list); k++) {
			const struct json *f = json_at(list, k);

			cli_cell(&t, text_of(p, "domain"), CLI_PLAINLY);
			cli_cell(&t, text_of(f, "result_type"), CLI_BAD);
			cli_cell(&t, text_of(f, "mx"), CLI_PLAINLY);
			cli_cell_count(&t, count_of(f, "sessions"), true);
		}
	}
	cli_table_end(&t);
}

static void
tell_findings(struct cli *c, const struct json *findings)
{
	for (size_t i = 0; i < json_count(findings); i++) {
		const struct json *f = json_at(findings, i);

		buf_addf(&c->out, "\n%.*s  %.*s\n  ",
			 STR_ARG(text_of(f, "severity")),
			 STR_ARG(text_of(f, "code")));
		buf_add(&c->out, text_of(f, "title"));
		if (text_of(f, "fix").n > 0)
			buf_addf(&c->out, "\n  -> %.*s",
				 STR_ARG(text_of(f, "fix")));
		buf_addc(&c->out, '\n');
	}
}

static void
pair_failure(struct cli_table *t, const struct json *one)
{
	static const struct {
		const char *name, *key;
	} pairs[] = {
		{ "source_ip", "cli.col.ip" },
		{ "auth_failure", "cli.col.result" },
		{ "subject", "cli.col.subject" },
	};

	for (size_t i = 0; i < COUNT_OF(pairs); i++)
		cli_pair(t, pairs[i].name, pairs[i].key,
			 text_of(one, pairs[i].name));
}

static void
tell_document(struct cli *c, const struct json *one)
{
	const struct json *head = json_get(one, "head");
	const struct json *tls = json_get(one, "tls");
	const struct json *failure = json_get(one, "failure");
	const struct json *totals = json_get(one, "totals");
	struct cli_table t;

	cli_pairs_begin(&t, c);
	cli_pair(&t, "kind", "cli.col.kind", text_of(one, "kind"));
	cli_pair(&t, "status", "cli.col.status", text_of(one, "status"));
	if (text_of(one, "member").n > 0)
		cli_pair(&t, "member", "cli.show.member",
			 text_of(one, "member"));
	if (head || tls || failure)
		pair_head(&t, head ? head : tls ? tls : failure);
	if (failure)
		pair_failure(&t, failure);
	if (totals) {
		cli_pair_count(&t, "messages", "cli.import.messages",
			       count_of(totals, "messages"));
		cli_pair_count(&t, "passed", "cli.show.passed",
			       count_of(totals, "passed"));
	}
	cli_table_end(&t);
	buf_addc(&c->out, '\n');
	if (head)
		tell_rows(c, json_get(one, "rows"));
	if (tls)
		tell_failures(c, json_get(tls, "policies"));
	tell_findings(c, json_get(one, "findings"));
}

/* ---- what was read ---- */

/* Whether all could be read. */
static bool
is_fine(const struct json *documents)
{
	for (size_t i = 0; i < json_count(documents); i++)
		if (!str_eq(text_of(json_at(documents, i), "status"),
			    S("read")))
			return false;
	return json_count(documents) > 0;
}

static int
tell(struct cli *c, struct str text)
{
	const struct json_limits limits = { text.n + 1, DEPTH };
	const struct json *documents;
	SCOPED_JSON root = NULL;
	struct diag why = { 0 };
	bool repaired;
	enum err err = json_parse(text, limits, &root, &repaired, &why);

	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	documents = json_get(root, "documents");
	if (cli_is_json(c)) {
		struct json_out *j = cli_json_only(c, "waxseal.report_view/1");

		json_put_copy(j, "documents", documents);
		json_put_copy(j, "documents_left",
			      json_get(root, "documents_left"));
		cli_json_only_end(c);
	} else {
		for (size_t i = 0; i < json_count(documents); i++) {
			if (i > 0)
				buf_addc(&c->out, '\n');
			tell_document(c, json_at(documents, i));
		}
	}
	return is_fine(documents) ? CLI_FINE : CLI_PROBLEMS;
}

int
cli_report_view(struct cli *c, const char *path)
{
	SCOPED_BUF bytes = BUF(FILE_MAX), text = BUF(2 * REPORTVIEW_BYTES_MAX);
	struct json_out j = JSON_OUT(&text);
	struct reportview *view;
	struct decode_sink sink;
	struct diag why = { 0 };
	enum err err = os_read_file(path, &bytes, &why);

	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	json_open_object(&j, NULL);
	view = reportview_new(&j, c->lang);
	sink = reportview_sink(view);
	err = ingest_view(buf_str(&bytes), c->now, &sink, &why);
	reportview_end(view);
	json_close_object(&j);
	return err == ERR_NONE ? tell(c, buf_str(&text))
			       : cli_fail(c, err, &why);
}
