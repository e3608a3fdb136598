/* config_cmd.c - `config check` and `config show`. */
#include "cli/table.h"

#include <string.h>
#include <unistd.h>

static const struct cli_column columns[] = {
	{ "key", "cli.col.key", false, false },
	{ "value", "cli.col.value", false, true },
	{ "origin", "cli.col.origin", false, true },
};

static const struct cli_column plain_columns[] = {
	{ "key", "cli.col.key", false, false },
	{ "value", "cli.col.value", false, true },
};

static int
tell_fine(struct cli *c, struct str file)
{
	if (cli_is_json(c)) {
		struct json_out *j = cli_json_only(c, "waxseal.config.check/1");

		json_put_known(j, "file", file);
		json_put_bool(j, "valid", true);
		json_put_null(j, "reason");
		cli_json_only_end(c);
		return CLI_FINE;
	}
	cli_print(c, file.n ? "cli.config.fine" : "cli.config.no_file",
		  CLI_ARGS({ "file", file.n ? file : S(CLI_CONFIG_FILE) }));
	return CLI_FINE;
}

int
cli_config_check(struct cli *c)
{
	const char *file = c->args.operand_count > 0 ? c->args.operand[0]
						     : cli_value(c, "config");
	struct diag why = { 0 };
	enum err err = cli_config_load(c->mem, file, environ, c->config, &why);

	if (err == ERR_NONE)
		return tell_fine(c, c->config->file);
	if (cli_is_json(c)) {
		struct json_out *j = cli_json_only(c, "waxseal.config.check/1");

		json_put_known(j, "file", str_of(file));
		json_put_bool(j, "valid", false);
		cli_json_reason(j, "reason", &why);
		cli_json_only_end(c);
	}
	(void)cli_fail(c, err, &why);
	return CLI_BAD_CONFIG;
}

/* Without --effective, what a file or the environment set; with it, all. */
static void
show_key(struct cli *c, struct cli_table *t, struct str name,
	 const struct cli_setting *at)
{
	bool effective = cli_given(c, "effective");

	if (!effective && str_eq(at->origin, S("default")))
		return;
	if (cli_is_json(c)) {
		struct json_out *j = cli_json_row(c);

		json_put_str(j, "key", name);
		json_put_known(j, "value", at->value);
		json_put_str(j, "origin", at->origin);
		cli_json_row_end(c);
		return;
	}
	cli_cell(t, name, CLI_PLAINLY);
	cli_cell(t, at->value, CLI_PLAINLY);
	if (effective)
		cli_cell(t, at->origin, CLI_FAINT);
}

/* As "imap.NAME.host". */
static void
show_mailbox(struct cli *c, struct cli_table *t, const struct cli_imap *imap)
{
	for (size_t i = 0; i < CLI_IMAP_KEYS; i++) {
		const char *key = cli_imap_rule((enum cli_imap_key)i)->name;
		SCOPED_BUF name = BUF(1024);

		buf_addz(&name, "imap.");
		buf_add_escaped(&name, imap->name);
		buf_addz(&name, strchr(key, '.'));
		show_key(c, t, buf_str(&name), &imap->at[i]);
	}
}

static void
show_all(struct cli *c, struct cli_table *t)
{
	for (size_t i = 0; i < CLI_KEYS; i++)
		show_key(c, t, str_of(cli_key_rule((enum cli_key)i)->name),
			 &c->config->at[i]);
	for (const struct cli_imap *i = c->config->imap; i; i = i->next)
		show_mailbox(c, t, i);
}

int
cli_config_show(struct cli *c)
{
	bool effective = cli_given(c, "effective");
	struct cli_table t;
	struct diag why = { 0 };
	enum err err = cli_config_load(c->mem, cli_value(c, "config"), environ,
				       c->config, &why);

	if (err != ERR_NONE) {
		(void)cli_fail(c, err, &why);
		return CLI_BAD_CONFIG;
	}
	if (cli_is_json(c)) {
		cli_json_begin(c, "waxseal.config.show/1");
		if (c->format == CLI_FORMAT_JSON)
			json_put_known(&c->json, "file", c->config->file);
		cli_json_list(c, "settings");
	} else {
		cli_table_begin(&t, c, effective ? columns : plain_columns,
				effective ? COUNT_OF(columns)
					  : COUNT_OF(plain_columns));
	}
	show_all(c, &t);
	if (cli_is_json(c)) {
		cli_json_list_end(c);
		cli_json_end(c);
		return CLI_FINE;
	}
	cli_table_end(&t);
	cli_flush(c);
	if (!effective)
		cli_next(c, "waxseal config show --effective");
	return CLI_FINE;
}
