/* setup.c - `setup-token`: the key to the page of the first run. */
#include "cli/people.h"

static enum err
make(struct cli *c, struct control *control, char secret[CONTROL_SECRET_SIZE],
     struct diag *why)
{
	bool is_new = false;
	enum err err = control_is_new(control, &is_new, why);

	if (err == ERR_NONE && !is_new)
		err = diag_set(why, ERR_GONE, "control.set_up", 0, "%s", "");
	if (err == ERR_NONE)
		err = control_setup_token(control, c->now, secret, why);
	if (err == ERR_NONE)
		err = cli_audit(c, control, "setup.token", S(""), why);
	return err;
}

int
cli_setup_token(struct cli *c)
{
	char secret[CONTROL_SECRET_SIZE];
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(c, &code);

	if (!control)
		return code;
	enum err err = make(c, control, secret, &why);

	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	if (cli_is_json(c)) {
		struct json_out *j = cli_json_only(c, "waxseal.setup.token/1");

		json_put_str(j, "token", str_of(secret));
		json_put_i64(j, "expires_at", c->now + CIVIL_DAY);
		cli_json_only_end(c);
		return CLI_FINE;
	}
	buf_addf(&c->out, "%s\n", secret);
	cli_flush(c);
	cli_note(c, "cli.setup.told", CLI_NO_ARGS);
	return CLI_FINE;
}
