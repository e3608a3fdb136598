/* inspect_lookup.c - `lookup ...`: one thing about a domain, to the bottom. */
#include "cli/inspect.h"
#include "os/os.h"

enum { FACTS_MAX = 8 << 20 };

static void
tell_json(struct cli *c, struct inspect_lookup *l)
{
	SCOPED_BUF schema = BUF(64);
	struct json_out *j;

	inspect_lookup_schema(l->kind, &schema);
	j = cli_json_only(c, buf_c(&schema));
	inspect_put_lookup(j, l, c->lang);
	cli_json_only_end(c);
}

static int
look(struct cli *c, struct inspect_lookup *l)
{
	int code = cli_judge(c, l->facts, inspect_lookup_judge, l);

	if (code != CLI_FINE)
		return code;
	if (cli_is_json(c))
		tell_json(c, l);
	else
		cli_tell_lookup(c, l);
	return cli_findings_exit(c, &l->found);
}

/* A message of a checker without a domain in it can only be explained. */
static bool
explain_result(struct cli *c, struct str pasted)
{
	const char *key = inspect_result_say(inspect_result_in(pasted));

	if (!key)
		return false;
	cli_print(c, key, CLI_NO_ARGS);
	cli_next(c, "waxseal lookup mta-sts example.com");
	return true;
}

int
cli_lookup(struct cli *c)
{
	const struct inspect_kind *kind =
		inspect_kind_find(str_of(c->args.command->verb));
	struct str subject = str_of(c->args.operand[0]), extra = { 0 };
	struct facts *f = facts_new(FACTS_MAX, os_now());
	struct inspect_lookup l;
	struct diag why = { 0 };
	int code;
	enum err err;

	if (c->args.operand_count > 1)
		extra = str_of(c->args.operand[1]);
	err = inspect_lookup_init(&l, f, kind, subject, extra, &why);
	if (err == ERR_NONE)
		code = look(c, &l);
	else if (!kind->address && explain_result(c, subject))
		code = CLI_FINE;
	else
		code = cli_fail(c, err, &why);
	inspect_lookup_fini(&l);
	facts_free(f);
	return code;
}
