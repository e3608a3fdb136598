/* people.c - see people.h: the store behind these commands, the log of what
 * they did, and the frame of their lists. */
#include "cli/people.h"

#include <string.h>

struct control *
cli_control(struct cli *c, int *code)
{
	const struct control_quota quota = {
		.domains = cli_config_count(c->config, CLI_KEY_QUOTA_DOMAINS),
		.hosted = cli_config_count(c->config, CLI_KEY_QUOTA_HOSTED),
	};
	struct control *control = NULL;
	struct diag why = { 0 };
	enum err err = control_open(c->data, &control, &why);

	if (err == ERR_NONE)
		control_set_quota(control, &quota);
	else
		*code = cli_fail(c, err, &why);
	return control;
}

int
cli_go(struct cli *c, const struct cli_way *ways, size_t n, const char *usage)
{
	int code = CLI_MISUSE;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(c->args.operand[0], ways[i].word) != 0 ||
		    c->args.operand_count != ways[i].operands)
			continue;
		SCOPED_CONTROL control = cli_control(c, &code);

		return control ? ways[i].run(c, control) : code;
	}
	cli_complain(c, usage, CLI_NO_ARGS);
	return code;
}

enum err
cli_audit(struct cli *c, struct control *control, const char *action,
	  struct str object, struct diag *why)
{
	const struct control_deed deed = { S("cli:"), action, object, c->now };

	return control_audit(control, CONTROL_OWNER_SELF, &deed, why);
}

void
cli_whole_list_begin(struct cli *c, const struct cli_whole_list *list,
		     struct cli_table *t)
{
	if (cli_is_json(c)) {
		cli_json_begin(c, list->schema);
		cli_json_list(c, list->key);
	} else {
		cli_table_begin(t, c, list->columns, list->column_count);
	}
}

int
cli_whole_list_end(struct cli *c, const struct cli_whole_list *list,
		   struct cli_table *t, size_t count, enum err err,
		   const struct diag *why)
{
	if (cli_is_json(c)) {
		cli_json_list_end(c);
		cli_json_end(c);
	} else {
		cli_table_end(t);
	}
	cli_flush(c);
	if (err != ERR_NONE)
		return cli_fail(c, err, why);
	if (count == 0 && c->format == CLI_FORMAT_TABLE)
		cli_note(c, list->none, CLI_NO_ARGS);
	return CLI_FINE;
}
