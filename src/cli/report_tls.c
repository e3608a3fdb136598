/* report_tls.c - the policies and failures of one TLS report, for `report
 * show`. The store keeps them as numbers; the document kept beside them is
 * read once more, after the store has been closed. */
#include "cli/report_tls.h"
#include "cli/table.h"
#include "decode/decode.h"

static const struct cli_column columns[] = {
	{ "policy", "cli.col.policy", false, false },
	{ "domain", "cli.col.domain", false, true },
	{ "result", "cli.col.result", false, false },
	{ "sessions", "cli.col.sessions", true, false },
	{ "mx", "cli.col.mx", false, true },
	{ "sending_ip", "cli.col.ip", false, false },
	{ "reason", "cli.col.reason", false, true },
};

struct tls {
	struct cli *c;
	struct cli_table table;
};

/* The word the report used, where it is none of ours. */
static struct str
type_of(const struct tlsrpt_policy *p)
{
	return p->type == TLSRPT_OTHER ? p->type_text
				       : str_of(tlsrpt_type_name(p->type));
}

static void
put_list(struct json_out *j, const char *key, const struct str *list,
	 size_t count)
{
	json_open_array(j, key);
	for (size_t i = 0; i < count; i++)
		json_put_str(j, NULL, list[i]);
	json_close_array(j);
}

static void
put_failure(struct json_out *j, const struct tlsrpt_failure *f)
{
	json_open_object(j, NULL);
	json_put_known(j, "result_type", f->result_type);
	json_put_known(j, "sending_ip", f->sending_ip);
	json_put_known(j, "receiving_ip", f->receiving_ip);
	json_put_known(j, "mx", f->mx);
	json_put_known(j, "helo", f->helo);
	json_put_known(j, "reason", f->reason);
	json_put_known(j, "information", f->information);
	json_put_u64(j, "sessions", f->sessions);
	json_close_object(j);
}

static void
put_policy(struct json_out *j, const struct tlsrpt_policy *p)
{
	json_open_object(j, NULL);
	json_put_known(j, "type", type_of(p));
	json_put_known(j, "domain", p->domain);
	put_list(j, "strings", p->strings, p->string_count);
	put_list(j, "mx", p->mx, p->mx_count);
	json_put_u64(j, "successful", p->successful);
	json_put_u64(j, "failed", p->failed);
	json_put_bool(j, "counts", p->counts);
	json_open_array(j, "failures");
	for (size_t i = 0; i < p->failure_count; i++)
		put_failure(j, &p->failures[i]);
	json_close_array(j);
	json_close_object(j);
}

static void
policy_cells(struct cli_table *t, const struct tlsrpt_policy *p)
{
	cli_cell(t, type_of(p), CLI_PLAINLY);
	cli_cell(t, p->domain, CLI_PLAINLY);
	cli_cell_word(t, "successful", "cli.tls.successful", CLI_GOOD);
	cli_cell_count(t, p->successful, true);
	for (int i = 0; i < 3; i++)
		cli_cell(t, S(""), CLI_FAINT);
	for (size_t i = 0; i < p->failure_count; i++) {
		const struct tlsrpt_failure *f = &p->failures[i];

		cli_cell(t, type_of(p), CLI_PLAINLY);
		cli_cell(t, p->domain, CLI_PLAINLY);
		cli_cell(t, f->result_type, CLI_BAD);
		cli_cell_count(t, f->sessions, true);
		cli_cell(t, f->mx, CLI_PLAINLY);
		cli_cell(t, f->sending_ip, CLI_PLAINLY);
		cli_cell(t, f->reason, CLI_PLAINLY);
	}
}

static enum err
take_report(void *ctx, const struct tlsrpt_report *report)
{
	struct tls *tls = ctx;

	for (size_t i = 0; i < report->policy_count; i++) {
		const struct tlsrpt_policy *p = &report->policies[i];

		if (cli_is_json(tls->c))
			put_policy(&tls->c->json, p);
		else
			policy_cells(&tls->table, p);
	}
	return ERR_NONE;
}

static enum err
pass_head(void *ctx, const struct dmarc_head *head)
{
	(void)ctx;
	(void)head;
	return ERR_NONE;
}

static enum err
pass_row(void *ctx, const struct dmarc_row *row)
{
	(void)ctx;
	(void)row;
	return ERR_NONE;
}

static enum err
pass_failure(void *ctx, const struct failrpt_report *report)
{
	(void)ctx;
	(void)report;
	return ERR_NONE;
}

static enum err
pass_undo(void *ctx)
{
	(void)ctx;
	return ERR_NONE;
}

static enum err
pass_end(void *ctx, const struct decode_end *end)
{
	(void)ctx;
	(void)end;
	return ERR_NONE;
}

enum err
cli_report_tls(struct cli *c, struct str raw)
{
	struct tls tls = { .c = c };
	const struct decode_sink sink = {
		.ctx = &tls,
		.head = pass_head,
		.row = pass_row,
		.tls = take_report,
		.failure = pass_failure,
		.undo = pass_undo,
		.end = pass_end,
	};

	decode_init();
	if (cli_is_json(c)) {
		json_open_array(&c->json, "policies");
	} else {
		buf_addc(&c->out, '\n');
		cli_table_begin(&tls.table, c, columns, COUNT_OF(columns));
	}
	enum err err = decode_document(raw, c->now, &sink);

	if (cli_is_json(c))
		json_close_array(&c->json);
	else
		cli_table_end(&tls.table);
	return err;
}
