/* token.c - `token add`, `list` and `remove`: what programs come in with. */
#include "cli/people.h"
#include "cli/table.h"

#include <string.h>

enum { DAYS = 365, DAYS_MAX = 3650 };

static const struct {
	const char *name;
	unsigned bit;
} scopes[] = {
	{ "read", CONTROL_SCOPE_READ },
	{ "upload", CONTROL_SCOPE_UPLOAD },
	{ "admin", CONTROL_SCOPE_ADMIN },
};

static const struct cli_column columns[] = {
	{ "id", "cli.col.id", true, false },
	{ "name", "cli.col.name", false, true },
	{ "scopes", "cli.col.scopes", false, false },
	{ "created_at", "cli.col.created", true, false },
	{ "expires_at", "cli.col.expires", true, false },
	{ "last_used", "cli.col.last_used", true, false },
};

/* Every --scope; reading alone when none was given. */
static unsigned
given_scopes(const struct cli *c)
{
	unsigned out = 0;

	for (size_t i = 0; i < c->args.given_count; i++) {
		const struct cli_given *g = &c->args.given[i];

		if (strcmp(g->option->name, "scope") != 0)
			continue;
		for (size_t k = 0; k < COUNT_OF(scopes); k++)
			if (strcmp(g->value, scopes[k].name) == 0)
				out |= scopes[k].bit;
	}
	return out ? out : CONTROL_SCOPE_READ;
}

static void
put_scopes(struct json_out *j, unsigned bits)
{
	json_open_array(j, "scopes");
	for (size_t k = 0; k < COUNT_OF(scopes); k++)
		if (bits & scopes[k].bit)
			json_put_str(j, NULL, str_of(scopes[k].name));
	json_close_array(j);
}

/* The secret goes to standard output alone, so that a script can keep it. */
static int
tell_added(struct cli *c, const struct control_token *token, const char *secret)
{
	char day[CIVIL_DATE_SIZE];

	if (cli_is_json(c)) {
		struct json_out *j = cli_json_only(c, "waxseal.token.add/1");

		json_put_i64(j, "id", token->id);
		json_put_str(j, "name", token->name);
		put_scopes(j, token->scopes);
		json_put_i64(j, "expires_at", token->expires_at);
		json_put_str(j, "secret", str_of(secret));
		cli_json_only_end(c);
		return CLI_FINE;
	}
	buf_addf(&c->out, "%s\n", secret);
	cli_flush(c);
	cli_note(c, "cli.token.added",
		 CLI_ARGS({ "day", str_of(civil_print_date(token->expires_at,
							   day)) }));
	return CLI_FINE;
}

int
cli_token_add(struct cli *c)
{
	uint64_t days = cli_number(c, "days", DAYS);
	char secret[CONTROL_SECRET_SIZE];
	struct diag why = { 0 };
	int code = CLI_FINE;

	if (days < 1 || days > DAYS_MAX) {
		cli_complain(c, "cli.token.days", CLI_NO_ARGS);
		return CLI_MISUSE;
	}
	SCOPED_CONTROL control = cli_control(c, &code);

	if (!control)
		return code;
	struct control_token token = {
		.owner = CONTROL_OWNER_SELF,
		.name = str_of(c->args.operand[0]),
		.scopes = given_scopes(c),
		.created_at = c->now,
		.expires_at = c->now + (int64_t)days * CIVIL_DAY,
	};
	enum err err =
		control_token_add(control, &token, secret, &token.id, &why);

	if (err == ERR_NONE)
		err = cli_audit(c, control, "token.add", token.name, &why);
	return err == ERR_NONE ? tell_added(c, &token, secret)
			       : cli_fail(c, err, &why);
}

struct tokens {
	struct cli *c;
	struct cli_table table;
	size_t count;
};

static void
scopes_cell(struct cli_table *t, unsigned bits)
{
	SCOPED_BUF text = BUF(100);

	for (size_t k = 0; k < COUNT_OF(scopes); k++)
		if (bits & scopes[k].bit)
			buf_addf(&text, "%s%s", text.n ? " " : "",
				 scopes[k].name);
	cli_cell(t, buf_str(&text), CLI_PLAINLY);
}

static enum err
take_token(void *ctx, const struct control_token *token)
{
	struct tokens *all = ctx;
	struct cli_table *t = &all->table;

	all->count++;
	if (cli_is_json(all->c)) {
		struct json_out *j = cli_json_row(all->c);

		json_put_i64(j, "id", token->id);
		json_put_str(j, "name", token->name);
		put_scopes(j, token->scopes);
		json_put_i64(j, "created_at", token->created_at);
		json_put_i64(j, "expires_at", token->expires_at);
		cli_json_i64(j, "last_used", token->last_used,
			     token->last_used != 0);
		cli_json_row_end(all->c);
		return ERR_NONE;
	}
	cli_cell_count(t, (uint64_t)token->id, true);
	cli_cell(t, token->name, CLI_PLAINLY);
	scopes_cell(t, token->scopes);
	cli_cell_stamp(t, token->created_at, true);
	cli_cell_stamp(t, token->expires_at, true);
	cli_cell_stamp(t, token->last_used, token->last_used != 0);
	return ERR_NONE;
}

int
cli_token_list(struct cli *c)
{
	static const struct cli_whole_list list = { "waxseal.token.list/1",
						    "tokens", columns,
						    COUNT_OF(columns),
						    "cli.token.none" };
	struct tokens all = { .c = c };
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(c, &code);

	if (!control)
		return code;
	cli_whole_list_begin(c, &list, &all.table);
	enum err err = control_tokens(control, CONTROL_OWNER_SELF, take_token,
				      &all, &why);

	return cli_whole_list_end(c, &list, &all.table, all.count, err, &why);
}

static int
tell_removed(struct cli *c, int64_t id, bool dry)
{
	struct str word = str_of(c->args.operand[0]);

	if (cli_is_json(c)) {
		struct json_out *j = cli_json_only(c, "waxseal.token.remove/1");

		json_put_i64(j, "id", id);
		json_put_bool(j, "dry_run", dry);
		cli_json_only_end(c);
		return CLI_FINE;
	}
	cli_print(c, dry ? "cli.token.would" : "cli.token.removed",
		  CLI_ARGS({ "id", word }));
	return CLI_FINE;
}

int
cli_token_remove(struct cli *c)
{
	struct str word = str_of(c->args.operand[0]);
	struct diag why = { 0 };
	int code = CLI_FINE;
	int64_t id;

	if (!cli_id(c, 0, &id))
		return CLI_MISUSE;
	SCOPED_CONTROL control = cli_control(c, &code);

	if (!control)
		return code;
	if (cli_given(c, "dry-run"))
		return tell_removed(c, id, true);
	if (!cli_confirm(c, "cli.token.ask", CLI_ARGS({ "id", word }), &code))
		return code;
	enum err err =
		control_token_remove(control, CONTROL_OWNER_SELF, id, &why);

	if (err == ERR_NONE)
		err = cli_audit(c, control, "token.remove", word, &why);
	return err == ERR_NONE ? tell_removed(c, id, false)
			       : cli_fail(c, err, &why);
}
