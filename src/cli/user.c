/* user.c - `user add`, `passwd`, `list` and `remove`: who may come in. */
#include "cli/people.h"
#include "cli/table.h"
#include "seal/seal.h"

enum { PASSWORD_ROOM = 2 * CONTROL_PASSWORD_MAX };

static const struct cli_column columns[] = {
	{ "name", "cli.col.user", false, true },
	{ "role", "cli.col.role", false, false },
	{ "created_at", "cli.col.created", true, false },
	{ "last_login", "cli.col.last_login", true, false },
};

static const char *
role_key(enum control_role role)
{
	return role == CONTROL_ADMIN ? "cli.role.admin" : "cli.role.viewer";
}

/* "{name} was added" and its brothers, or the same as JSON. */
static int
tell(struct cli *c, const char *schema, const char *key)
{
	struct str name = str_of(c->args.operand[0]);

	if (cli_is_json(c)) {
		struct json_out *j = cli_json_only(c, schema);

		json_put_str(j, "name", name);
		json_put_bool(j, "dry_run", cli_given(c, "dry-run"));
		cli_json_only_end(c);
		return CLI_FINE;
	}
	cli_print(c, key, CLI_ARGS({ "name", name }));
	return CLI_FINE;
}

static void
wipe(struct buf *secret)
{
	if (secret->p)
		seal_wipe(secret->p, secret->n);
	buf_free(secret);
}

int
cli_user_add(struct cli *c)
{
	struct buf password = BUF(PASSWORD_ROOM);
	struct control_user user = { .owner = CONTROL_OWNER_SELF,
				     .name = str_of(c->args.operand[0]),
				     .role = CONTROL_VIEWER,
				     .created_at = c->now };
	const char *role = cli_value(c, "role");
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(c, &code);

	if (!control)
		return code;
	if (role)
		(void)!control_role_parse(str_of(role), &user.role);
	if (!cli_password(c, &password, &code)) {
		wipe(&password);
		return code;
	}
	enum err err = control_user_add(control, &user, buf_str(&password),
					NULL, &why);

	wipe(&password);
	if (err == ERR_NONE)
		err = cli_audit(c, control, "user.add", user.name, &why);
	return err == ERR_NONE ? tell(c, "waxseal.user.add/1", "cli.user.added")
			       : cli_fail(c, err, &why);
}

int
cli_user_passwd(struct cli *c)
{
	struct buf password = BUF(PASSWORD_ROOM);
	struct control_user user;
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(c, &code);

	if (!control)
		return code;
	enum err err = control_user_find(control, str_of(c->args.operand[0]),
					 c->mem, &user, &why);

	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	if (!cli_password(c, &password, &code)) {
		wipe(&password);
		return code;
	}
	err = control_user_passwd(control, user.id, buf_str(&password), &why);
	wipe(&password);
	if (err == ERR_NONE)
		err = cli_audit(c, control, "user.passwd", user.name, &why);
	return err == ERR_NONE
		       ? tell(c, "waxseal.user.passwd/1", "cli.user.changed")
		       : cli_fail(c, err, &why);
}

struct users {
	struct cli *c;
	struct cli_table table;
	size_t count;
};

static enum err
take_user(void *ctx, const struct control_user *user)
{
	struct users *all = ctx;
	struct cli_table *t = &all->table;

	all->count++;
	if (cli_is_json(all->c)) {
		struct json_out *j = cli_json_row(all->c);

		json_put_i64(j, "id", user->id);
		json_put_str(j, "name", user->name);
		json_put_str(j, "role", str_of(control_role_name(user->role)));
		json_put_i64(j, "created_at", user->created_at);
		cli_json_i64(j, "last_login", user->last_login,
			     user->last_login != 0);
		cli_json_row_end(all->c);
		return ERR_NONE;
	}
	cli_cell(t, user->name, CLI_PLAINLY);
	cli_cell_word(t, control_role_name(user->role), role_key(user->role),
		      CLI_PLAINLY);
	cli_cell_stamp(t, user->created_at, true);
	cli_cell_stamp(t, user->last_login, user->last_login != 0);
	return ERR_NONE;
}

int
cli_user_list(struct cli *c)
{
	static const struct cli_whole_list list = { "waxseal.user.list/1",
						    "users", columns,
						    COUNT_OF(columns),
						    "cli.user.none" };
	struct users all = { .c = c };
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(c, &code);

	if (!control)
		return code;
	cli_whole_list_begin(c, &list, &all.table);
	enum err err = control_users(control, take_user, &all, &why);

	return cli_whole_list_end(c, &list, &all.table, all.count, err, &why);
}

int
cli_user_remove(struct cli *c)
{
	struct control_user user;
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(c, &code);

	if (!control)
		return code;
	enum err err = control_user_find(control, str_of(c->args.operand[0]),
					 c->mem, &user, &why);

	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	if (cli_given(c, "dry-run"))
		return tell(c, "waxseal.user.remove/1", "cli.user.would");
	if (!cli_confirm(c, "cli.user.ask", CLI_ARGS({ "name", user.name }),
			 &code))
		return code;
	err = control_user_remove(control, user.id, &why);
	if (err == ERR_NONE)
		err = cli_audit(c, control, "user.remove", user.name, &why);
	return err == ERR_NONE
		       ? tell(c, "waxseal.user.remove/1", "cli.user.removed")
		       : cli_fail(c, err, &why);
}
