/* store_keep.c - `store backup`, `store restore` and `store prune`. */
#include "cli/progress.h"
#include "cli/table.h"

static int
tell_file(struct cli *c, const char *schema, const char *key)
{
	struct str file = str_of(c->args.operand[0]);

	if (cli_is_json(c)) {
		struct json_out *j = cli_json_only(c, schema);

		json_put_str(j, "file", file);
		json_put_str(j, "path", str_of(c->data));
		json_put_bool(j, "dry_run", cli_given(c, "dry-run"));
		cli_json_only_end(c);
		return CLI_FINE;
	}
	cli_print(c, key,
		  CLI_ARGS({ "file", file }, { "data", str_of(c->data) }));
	return CLI_FINE;
}

int
cli_store_backup(struct cli *c)
{
	struct cli_progress bar;
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_STORE s = cli_store(c, STORE_READ, &code);

	if (!s)
		return code;
	cli_progress_begin(&bar, c, "cli.backup.copying");
	enum err err = store_backup(s, c->args.operand[0], cli_progress_steps,
				    &bar, &why);

	cli_progress_end(&bar);
	return err == ERR_NONE ? tell_file(c, "waxseal.store.backup/1",
					   "cli.backup.done")
			       : cli_fail(c, err, &why);
}

int
cli_store_restore(struct cli *c)
{
	struct diag why = { 0 };
	int code = CLI_FINE;

	if (cli_given(c, "dry-run"))
		return tell_file(c, "waxseal.store.restore/1",
				 "cli.restore.would");
	if (!cli_confirm(c, "cli.restore.ask",
			 CLI_ARGS({ "file", str_of(c->args.operand[0]) },
				  { "data", str_of(c->data) }),
			 &code))
		return code;
	enum err err = store_restore(c->data, c->args.operand[0], &why);

	return err == ERR_NONE ? tell_file(c, "waxseal.store.restore/1",
					   "cli.restore.done")
			       : cli_fail(c, err, &why);
}

static int
tell_pruned(struct cli *c, const struct store_pruned *p, bool dry)
{
	struct cli_table t;
	char text[CLI_NUMBER_MAX];

	if (cli_is_json(c)) {
		struct json_out *j = cli_json_only(c, "waxseal.store.prune/1");

		json_put_bool(j, "dry_run", dry);
		json_put_u64(j, "raw", p->raw);
		json_put_u64(j, "rows", p->rows);
		json_put_u64(j, "failures", p->failures);
		json_put_u64(j, "bytes", p->bytes);
		cli_json_only_end(c);
		return CLI_FINE;
	}
	cli_pairs_begin(&t, c);
	cli_pair_count(&t, "raw", "cli.prune.raw", p->raw);
	cli_pair_count(&t, "rows", "cli.prune.rows", p->rows);
	cli_pair_count(&t, "failures", "cli.prune.failures", p->failures);
	if (c->format == CLI_FORMAT_TABLE)
		cli_pair(&t, "bytes", "cli.prune.bytes",
			 cli_bytes(c, p->bytes, text));
	else
		cli_pair_count(&t, "bytes", "cli.prune.bytes", p->bytes);
	cli_table_end(&t);
	cli_flush(c);
	if (dry)
		cli_note(c, "cli.nothing_written", CLI_NO_ARGS);
	return CLI_FINE;
}

static bool
nothing_pruned(const struct store_pruned *p)
{
	return p->raw + p->rows + p->failures == 0;
}

int
cli_store_prune(struct cli *c)
{
	const struct store_retention keep = {
		.raw = cli_config_span(c->config, CLI_KEY_RETENTION_RAW),
		.rows = cli_config_span(c->config, CLI_KEY_RETENTION_ROWS),
		.failures =
			cli_config_span(c->config, CLI_KEY_RETENTION_FAILURE),
	};
	struct store_pruned pruned = { 0 };
	struct diag why = { 0 };
	char raw[CLI_NUMBER_MAX], rows[CLI_NUMBER_MAX], fails[CLI_NUMBER_MAX];
	bool dry = cli_given(c, "dry-run");
	int code = CLI_FINE;
	SCOPED_STORE s = cli_store(c, STORE_WRITE, &code);

	if (!s)
		return code;
	/* Looked at first, so that the question can say how much it is. */
	enum err err =
		store_prune(s, STORE_OWNER_SELF,
			    &(struct store_pruning){ keep, c->now, true, 0 },
			    &pruned, &why);

	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	if (dry || nothing_pruned(&pruned))
		return tell_pruned(c, &pruned, dry);
	if (!cli_confirm(c, "cli.prune.ask",
			 CLI_ARGS({ "raw", cli_count(c, pruned.raw, raw) },
				  { "rows", cli_count(c, pruned.rows, rows) },
				  { "failures",
				    cli_count(c, pruned.failures, fails) }),
			 &code))
		return code;
	err = store_prune(s, STORE_OWNER_SELF,
			  &(struct store_pruning){ keep, c->now, false, 0 },
			  &pruned, &why);
	return err == ERR_NONE ? tell_pruned(c, &pruned, false)
			       : cli_fail(c, err, &why);
}
