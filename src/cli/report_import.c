/* report_import.c - `report import` and `report reparse`. */
#include "cli/progress.h"
#include "cli/table.h"
#include "ingest/ingest.h"
#include "os/os.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { REASONS_MAX = 20, REASONS_BYTES = 64 << 10 };

/* Set by SIGINT and SIGTERM: the batch is finished, then we end. */
static volatile int asked_to_stop;

struct import {
	struct cli *c;
	struct cli_progress bar;
	uint64_t all_files;
	struct buf items; /* of the one JSON object */
	struct json_out items_out;
	struct cli_table rows; /* CSV */
	struct buf reasons;    /* lines about the rejected */
	unsigned reason_count;
};

static void
stop_soon(int signal_number)
{
	(void)signal_number;
	asked_to_stop = 1;
}

static void
catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop_soon };

	(void)sigemptyset(&action.sa_mask);
	/* A second one ends us at once, as it would have the first time. */
	action.sa_flags = SA_RESTART | (int)SA_RESETHAND;
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

static void
put_known_item(struct json_out *j, const struct ingest_item *item)
{
	bool known = item->known;

	json_put_known(j, "org", known ? item->org : S(""));
	json_put_known(j, "report_id", known ? item->report_id : S(""));
	json_put_known(j, "domain", known ? item->domain : S(""));
	cli_json_i64(j, "begin", item->begin, known);
	cli_json_i64(j, "end", item->end, known);
	cli_json_i64(j, "records", (int64_t)item->records, known);
	cli_json_i64(j, "messages", (int64_t)item->messages, known);
	cli_json_i64(j, "passed", (int64_t)item->passed, known);
}

static void
put_item(struct json_out *j, const struct ingest_item *item)
{
	json_open_object(j, NULL);
	json_put_str(j, "path", item->path);
	json_put_known(j, "member", item->member);
	json_put_str(j, "status", str_of(store_outcome_name(item->outcome)));
	json_put_str(j, "kind", str_of(decode_kind_name(item->kind)));
	put_known_item(j, item);
	json_open_array(j, "repairs");
	for (size_t i = 0; i < item->repair_count; i++)
		json_put_str(j, NULL, str_of(item->repairs[i].code));
	json_close_array(j);
	cli_json_reason(j, "reason", &item->why);
	json_close_object(j);
}

static const struct cli_column item_columns[] = {
	{ "path", "cli.col.path", false, true },
	{ "member", "cli.col.member", false, true },
	{ "status", "cli.col.status", false, false },
	{ "kind", "cli.col.kind", false, false },
	{ "org", "cli.col.reporter", false, true },
	{ "report_id", "cli.col.report_id", false, true },
	{ "domain", "cli.col.domain", false, true },
	{ "begin", "cli.col.begin", true, false },
	{ "end", "cli.col.end", true, false },
	{ "records", "cli.col.rows", true, false },
	{ "messages", "cli.col.messages", true, false },
	{ "passed", "cli.col.passed", true, false },
	{ "reason", "cli.col.reason", false, true },
};

static void
csv_item(struct cli_table *t, const struct ingest_item *item)
{
	const struct str none = STR("");
	bool known = item->known;

	cli_cell(t, item->path, CLI_PLAINLY);
	cli_cell(t, item->member, CLI_PLAINLY);
	cli_cell(t, str_of(store_outcome_name(item->outcome)), CLI_PLAINLY);
	cli_cell(t, str_of(decode_kind_name(item->kind)), CLI_PLAINLY);
	cli_cell(t, known ? item->org : none, CLI_PLAINLY);
	cli_cell(t, known ? item->report_id : none, CLI_PLAINLY);
	cli_cell(t, known ? item->domain : none, CLI_PLAINLY);
	cli_cell_stamp(t, item->begin, known);
	cli_cell_stamp(t, item->end, known);
	cli_cell_count(t, item->records, known);
	cli_cell_count(t, item->messages, known);
	cli_cell_count(t, item->passed, known);
	cli_cell(t, str_of(item->why.code), CLI_PLAINLY);
}

/* "path: why", the first few for the summary. */
static void
keep_reason(struct import *m, const struct ingest_item *item)
{
	SCOPED_BUF line = BUF(REASONS_BYTES);

	if (item->outcome != STORE_REJECTED || m->reason_count++ >= REASONS_MAX)
		return;
	buf_addz(&line, "  ");
	buf_add_escaped(&line, item->path);
	if (item->member.n) {
		buf_addz(&line, " (");
		buf_add_escaped(&line, item->member);
		buf_addc(&line, ')');
	}
	buf_addz(&line, ": ");
	finding_explain(&line, m->c->lang, &item->why);
	buf_addc(&line, '\n');
	buf_add(&m->reasons, buf_str(&line));
}

static void
take_item(void *ctx, const struct ingest_item *item)
{
	struct import *m = ctx;
	struct cli *c = m->c;

	switch (c->format) {
	case CLI_FORMAT_JSONL:
		c->json = (struct json_out)JSON_OUT(&c->out);
		put_item(&c->json, item);
		buf_addc(&c->out, '\n');
		cli_flush(c); /* acknowledges what is now durable */
		break;
	case CLI_FORMAT_JSON:
		put_item(&m->items_out, item);
		break;
	case CLI_FORMAT_CSV:
		csv_item(&m->rows, item);
		break;
	case CLI_FORMAT_TABLE:
	case CLI_FORMAT_PLAIN:
		keep_reason(m, item);
		break;
	}
}

static void
take_progress(void *ctx, const struct ingest_totals *so_far, uint64_t all)
{
	struct import *m = ctx;
	char a[CLI_NUMBER_MAX], b[CLI_NUMBER_MAX], d[CLI_NUMBER_MAX];
	SCOPED_BUF rest = BUF(512);

	if (all)
		m->all_files = all;
	finding_fill(
		&rest, cli_word(m->c, "cli.import.so_far"),
		CLI_ARGS({ "imported", cli_count(m->c, so_far->imported, a) },
			 { "duplicates",
			   cli_count(m->c, so_far->duplicates, b) },
			 { "rejected", cli_count(m->c, so_far->rejected, d) }));
	cli_progress_tell(&m->bar, so_far->files, m->all_files, buf_str(&rest));
}

static void
begin(struct import *m, struct cli *c, const char *title)
{
	*m = (struct import){ .c = c };
	m->items = (struct buf)BUF(CLI_OUT_MAX);
	m->reasons = (struct buf)BUF(REASONS_BYTES);
	m->items_out = (struct json_out)JSON_OUT(&m->items);
	json_open_array(&m->items_out, NULL);
	if (c->format == CLI_FORMAT_CSV)
		cli_table_begin(&m->rows, c, item_columns,
				COUNT_OF(item_columns));
	cli_progress_begin(&m->bar, c, title);
	catch_signals();
}

static void
put_totals(struct json_out *j, const struct ingest_totals *t)
{
	json_put_u64(j, "files", t->files);
	json_put_u64(j, "imported", t->imported);
	json_put_u64(j, "duplicates", t->duplicates);
	json_put_u64(j, "rejected", t->rejected);
	json_put_u64(j, "ignored", t->ignored);
	json_put_u64(j, "records", t->records);
	json_put_u64(j, "messages", t->messages);
}

static void
json_summary(struct import *m, const struct ingest_totals *t,
	     const char *schema)
{
	struct json_out *j = cli_json_only(m->c, schema);
	struct str items = str_sub(buf_str(&m->items), 1, SIZE_MAX);

	put_totals(j, t);
	json_open_array(j, "items");
	buf_add(&m->c->out, items); /* written before, without its "[" */
	json_close_array(j);
	cli_json_only_end(m->c);
	if (m->items.full)
		m->c->out.full = true;
}

static void
pair_unless_zero(struct cli_table *t, const char *name, const char *key,
		 uint64_t n)
{
	if (n > 0 || t->c->format != CLI_FORMAT_TABLE)
		cli_pair_count(t, name, key, n);
}

static void
text_summary(struct import *m, const struct ingest_totals *t)
{
	struct cli *c = m->c;
	struct cli_table pairs;

	cli_pairs_begin(&pairs, c);
	cli_pair_count(&pairs, "files", "cli.import.files", t->files);
	cli_pair_count(&pairs, "imported", "cli.import.imported", t->imported);
	pair_unless_zero(&pairs, "duplicates", "cli.import.duplicates",
			 t->duplicates);
	pair_unless_zero(&pairs, "superseded", "cli.import.superseded",
			 t->superseded);
	pair_unless_zero(&pairs, "rejected", "cli.import.rejected",
			 t->rejected);
	pair_unless_zero(&pairs, "ignored", "cli.import.ignored", t->ignored);
	if (t->unclaimed > 0)
		cli_pair_count(&pairs, "unclaimed", "cli.import.unclaimed",
			       t->unclaimed);
	pair_unless_zero(&pairs, "records", "cli.import.records", t->records);
	pair_unless_zero(&pairs, "messages", "cli.import.messages",
			 t->messages);
	cli_table_end(&pairs);
	cli_flush(c);
	if (m->reason_count == 0)
		return;
	cli_note(c, "cli.import.rejected_are", CLI_NO_ARGS);
	if (!c->quiet)
		(void)os_write_all(STDERR_FILENO, buf_str(&m->reasons));
	if (m->reason_count > REASONS_MAX)
		cli_note(c, "cli.import.more_rejected", CLI_NO_ARGS);
}

static void
abandon(struct import *m)
{
	cli_progress_end(&m->bar);
	buf_free(&m->items);
	buf_free(&m->reasons);
}

static void
summary(struct import *m, const struct ingest_totals *t, const char *schema)
{
	struct cli *c = m->c;

	cli_progress_end(&m->bar);
	if (c->format == CLI_FORMAT_JSON)
		json_summary(m, t, schema);
	else if (c->format == CLI_FORMAT_CSV)
		cli_table_end(&m->rows);
	else if (c->format != CLI_FORMAT_JSONL)
		text_summary(m, t);
	if (cli_given(c, "dry-run"))
		cli_note(c, "cli.nothing_written", CLI_NO_ARGS);
	else if (t->rejected)
		cli_next(c, "waxseal report list --rejected");
	else if (t->imported + t->duplicates > 0)
		cli_next(c, "waxseal report query");
	buf_free(&m->items);
	buf_free(&m->reasons);
}

static int
exit_code(struct import *m, enum err err, const struct diag *why,
	  const struct ingest_totals *t)
{
	if (asked_to_stop) {
		cli_note(m->c, "cli.import.stopped", CLI_NO_ARGS);
		return CLI_INTERRUPTED;
	}
	if (err != ERR_NONE)
		return cli_fail(m->c, err, why);
	return t->rejected ? CLI_PROBLEMS : CLI_FINE;
}

static struct ingest_options
options_of(struct import *m, const struct geo *geo)
{
	return (struct ingest_options){
		.owner = STORE_OWNER_SELF,
		.trust = STORE_OPERATOR,
		.now = m->c->now,
		.dry_run = cli_given(m->c, "dry-run"),
		.geo = geo,
		.item = take_item,
		.progress = take_progress,
		.ctx = m,
		.stop = &asked_to_stop,
	};
}

static enum err
run_here(struct import *m, struct store *s, struct ingest_totals *totals,
	 struct diag *why)
{
	struct cli *c = m->c;
	struct geo *geo = cli_geo(c);
	struct ingest_options options = options_of(m, geo);
	struct ingest_owners *owners = NULL;
	enum err err = s ? ingest_owners_open(c->data, &owners, why) : ERR_NONE;

	options.owner_of = ingest_owner_of;
	options.owner_ctx = owners;
	if (err == ERR_NONE)
		err = ingest_run(s, c->args.operand, c->args.operand_count,
				 &options, totals, why);
	/* What is stored is also counted, so that answers are not short. */
	if (err == ERR_STOP && s)
		err = ingest_settle(s, STORE_OWNER_SELF, geo, why);
	ingest_owners_close(owners);
	geo_close(geo);
	return err;
}

static bool
is_absent(enum err err, struct diag *why)
{
	if (err != ERR_GONE ||
	    !str_eq(str_of(why->code), S("ingest.no_server")))
		return false;
	diag_clear(why);
	return true;
}

/* False when no server runs on the data directory. */
static bool
run_there(struct import *m, enum err *err, struct ingest_totals *totals,
	  struct diag *why)
{
	struct cli *c = m->c;
	const struct ingest_options options = options_of(m, NULL);

	*err = ingest_run_there(c->data, c->args.operand, c->args.operand_count,
				&options, totals, why);
	return !is_absent(*err, why);
}

int
cli_report_import(struct cli *c)
{
	/* A dry run needs no store, and makes none. */
	const bool dry = cli_given(c, "dry-run");
	struct ingest_totals totals = { 0 };
	struct diag why = { 0 };
	struct import m;
	int code = CLI_FINE;
	enum err err;

	begin(&m, c, "cli.import.importing");
	if (dry || !run_there(&m, &err, &totals, &why)) {
		SCOPED_STORE s = dry ? NULL : cli_store(c, STORE_CREATE, &code);

		if (code == CLI_FINE)
			err = run_here(&m, s, &totals, &why);
	}
	if (code != CLI_FINE) {
		abandon(&m);
		return code;
	}
	summary(&m, &totals, "waxseal.report.import/1");
	return exit_code(&m, err, &why, &totals);
}

static enum err
reparse_here(struct import *m, struct store *s, int64_t id,
	     struct ingest_totals *totals, struct diag *why)
{
	struct geo *geo = cli_geo(m->c);
	const struct ingest_options options = options_of(m, geo);
	enum err err = ingest_reparse(s, id, &options, totals, why);

	geo_close(geo);
	return err;
}

static bool
reparse_there(struct import *m, int64_t id, enum err *err,
	      struct ingest_totals *totals, struct diag *why)
{
	const struct ingest_options options = options_of(m, NULL);

	*err = ingest_reparse_there(m->c->data, id, &options, totals, why);
	return !is_absent(*err, why);
}

int
cli_report_reparse(struct cli *c)
{
	const bool dry = cli_given(c, "dry-run");
	struct ingest_totals totals = { 0 };
	struct diag why = { 0 };
	struct import m;
	int64_t id = 0;
	int code = CLI_FINE;
	enum err err = ERR_NONE;

	if (c->args.operand_count > 0 && !cli_id(c, 0, &id))
		return CLI_MISUSE;
	begin(&m, c, "cli.import.reparsing");
	if (dry || !reparse_there(&m, id, &err, &totals, &why)) {
		SCOPED_STORE s = cli_store(c, STORE_WRITE, &code);

		if (code == CLI_FINE)
			err = reparse_here(&m, s, id, &totals, &why);
	}
	if (code != CLI_FINE) {
		abandon(&m);
		return code;
	}
	summary(&m, &totals, "waxseal.report.reparse/1");
	return exit_code(&m, err, &why, &totals);
}
