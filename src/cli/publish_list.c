/* publish_list.c - `dns list` and `dns provider`: plans, and through whom they
 * are applied. */
#include "cli/publish.h"
#include "os/os.h"
#include "seal/seal.h"

#include <string.h>
#include <unistd.h>

enum { PLANS = 100, SECRET_ROOM = 8192, PATH_MAX_BYTES = 4096 };

/* ---- plans ---- */

static const struct cli_column plan_columns[] = {
	{ "id", "cli.col.id", true, false },
	{ "domain", "cli.col.domain", false, true },
	{ "state", "cli.col.dns_state", false, false },
	{ "author", "cli.col.dns_author", false, false },
	{ "made_at", "cli.col.dns_made", true, false },
	{ "applied_at", "cli.col.dns_applied", true, false },
	{ "undone", "cli.col.dns_undone", true, false },
	{ "fault", "cli.col.code", false, false },
};

struct listing {
	struct cli *c;
	struct cli_table table;
	size_t count;
};

static void
put_plan(struct json_out *j, const struct control_plan *p)
{
	json_put_i64(j, "id", p->id);
	json_put_str(j, "domain", p->domain);
	json_put_str(j, "state", str_of(control_plan_state_name(p->state)));
	json_put_str(j, "author", p->author);
	json_put_i64(j, "made_at", p->made_at);
	cli_json_i64(j, "applied_at", p->applied_at, p->applied_at != 0);
	cli_json_i64(j, "verified_at", p->verified_at, p->verified_at != 0);
	cli_json_i64(j, "undoes", p->undoes, p->undoes != 0);
	cli_json_i64(j, "undone", p->undone, p->undone != 0);
	json_put_known(j, "fault", p->fault);
	json_put_known(j, "detail", p->detail);
}

static enum err
take_plan(void *ctx, const struct control_plan *p)
{
	struct listing *l = ctx;
	struct cli_table *t = &l->table;

	l->count++;
	if (cli_is_json(l->c)) {
		put_plan(cli_json_row(l->c), p);
		cli_json_row_end(l->c);
		return ERR_NONE;
	}
	cli_cell_count(t, (uint64_t)p->id, true);
	cli_cell(t, p->domain, CLI_PLAINLY);
	cli_cell(t, str_of(control_plan_state_name(p->state)), CLI_PLAINLY);
	cli_cell(t, p->author, CLI_PLAINLY);
	cli_cell_stamp(t, p->made_at, true);
	cli_cell_stamp(t, p->applied_at, p->applied_at != 0);
	cli_cell_count(t, (uint64_t)p->undone, p->undone != 0);
	cli_cell(t, p->fault, CLI_FAINT);
	return ERR_NONE;
}

int
cli_dns_list(struct cli *c)
{
	static const struct cli_whole_list list = { "waxseal.dns.list/1",
						    "plans", plan_columns,
						    COUNT_OF(plan_columns),
						    "cli.dns.none" };
	struct control_plan_range range = { .most = PLANS };
	struct listing l = { .c = c };
	struct diag why = { 0 };
	int code = CLI_MISUSE;

	if (c->args.operand_count > 0 && !cli_domain(c, 0, &range.domain))
		return code;
	SCOPED_CONTROL control = cli_control(c, &code);

	if (!control)
		return code;
	cli_whole_list_begin(c, &list, &l.table);
	enum err err = control_plans(control, CONTROL_OWNER_SELF, &range,
				     take_plan, &l, &why);

	return cli_whole_list_end(c, &list, &l.table, l.count, err, &why);
}

/* ---- providers ---- */

static const struct cli_column provider_columns[] = {
	{ "id", "cli.col.id", true, false },
	{ "name", "cli.col.name", false, true },
	{ "kind", "cli.col.kind", false, false },
	{ "settings", "cli.col.dns_settings", false, true },
	{ "added_at", "cli.col.added", true, false },
	{ "used_at", "cli.col.last_used", true, false },
};

static enum err
take_provider(void *ctx, const struct control_provider *p)
{
	struct listing *l = ctx;
	struct cli_table *t = &l->table;

	l->count++;
	if (cli_is_json(l->c)) {
		const struct json_limits limits = { 64 << 10, 4 };
		struct json_out *j = cli_json_row(l->c);
		SCOPED_JSON settings = NULL;
		bool repaired;

		(void)!json_parse(p->settings, limits, &settings, &repaired,
				  NULL);
		json_put_i64(j, "id", p->id);
		json_put_str(j, "name", p->name);
		json_put_str(j, "kind", p->kind);
		json_put_copy(j, "settings", settings);
		json_put_i64(j, "added_at", p->added_at);
		cli_json_i64(j, "used_at", p->used_at, p->used_at != 0);
		cli_json_row_end(l->c);
		return ERR_NONE;
	}
	cli_cell_count(t, (uint64_t)p->id, true);
	cli_cell(t, p->name, CLI_PLAINLY);
	cli_cell(t, p->kind, CLI_PLAINLY);
	cli_cell(t, p->settings, CLI_FAINT);
	cli_cell_stamp(t, p->added_at, true);
	cli_cell_stamp(t, p->used_at, p->used_at != 0);
	return ERR_NONE;
}

static int
list_providers(struct cli *c, struct control *control)
{
	static const struct cli_whole_list list = {
		"waxseal.dns.provider.list/1", "providers", provider_columns,
		COUNT_OF(provider_columns), "cli.dns.no_providers"
	};
	struct listing l = { .c = c };
	struct diag why = { 0 };

	cli_whole_list_begin(c, &list, &l.table);
	enum err err = control_providers(control, CONTROL_OWNER_SELF,
					 take_provider, &l, &why);

	return cli_whole_list_end(c, &list, &l.table, l.count, err, &why);
}

/* The first line of --secret-file, or of standard input. */
static enum err
read_secret(struct cli *c, struct buf *out, struct diag *why)
{
	const char *path = cli_value(c, "secret-file");
	char *room;
	size_t n;

	if (path && strcmp(path, "-") != 0) {
		enum err err = os_read_file(path, out, why);

		if (err != ERR_NONE)
			return err;
	} else {
		room = buf_reserve(out, SECRET_ROOM);
		n = room ? os_read_all(STDIN_FILENO, room, SECRET_ROOM)
			 : SIZE_MAX;
		if (n == SIZE_MAX)
			return diag_errno(why, "read", "-");
		buf_commit(out, n);
	}
	n = str_index(buf_str(out), '\n');
	if (n != SIZE_MAX)
		out->n = n;
	while (out->n > 0 && out->p[out->n - 1] == '\r')
		out->n--;
	return ERR_NONE;
}

static enum err
read_provider(struct cli *c, struct provider *out, struct diag *why)
{
	static const char *const options[PROVIDER_FIELDS] = {
		[PROVIDER_SERVER] = "server",
		[PROVIDER_URL] = "url",
		[PROVIDER_KEY_NAME] = "key-name",
		[PROVIDER_ALGORITHM] = "algorithm",
		[PROVIDER_ACCOUNT] = "account",
		[PROVIDER_SERVER_ID] = "server-id",
		[PROVIDER_CA_FILE] = "api-ca-file",
	};
	const char *kind = cli_value(c, "kind");

	*out = (struct provider){ 0 };
	if (!provider_kind_find(str_of(kind), &out->kind))
		return diag_set(why, ERR_SYNTAX, "publish.bad_provider", 0,
				"--kind");
	for (size_t i = 0; i < COUNT_OF(options); i++)
		out->field[i] = str_of(cli_value(c, options[i]));
	return ERR_NONE;
}

static enum err
keep_provider(struct cli *c, struct control *control, const struct provider *p,
	      struct control_provider *row, struct diag *why)
{
	SCOPED_BUF settings = BUF(16 << 10);
	SCOPED_BUF path = BUF(PATH_MAX_BYTES);
	uint8_t key[SEAL_KEY_BYTES];
	enum err err = provider_write(p, &settings, why);

	*row = (struct control_provider){
		.name = str_of(c->args.operand[1]),
		.kind = str_of(provider_kind_name(p->kind)),
		.settings = buf_str(&settings),
		.added_at = c->now,
	};
	if (err != ERR_NONE || cli_given(c, "dry-run"))
		return err;
	(void)control_key_path(
		c->data, c->config->at[CLI_KEY_HOSTING_MASTER_KEY].value.p,
		&path);
	err = control_master_key(buf_c(&path), true, key, why);
	if (err == ERR_NONE)
		err = control_provider_add(control, CONTROL_OWNER_SELF, row,
					   p->secret, key, why);
	seal_wipe(key, sizeof(key));
	if (err == ERR_NONE)
		err = cli_audit(c, control, "provider.add", row->name, why);
	row->settings = S("");
	return err;
}

static int
tell_provider(struct cli *c, const struct control_provider *row,
	      const char *schema, const char *key)
{
	if (cli_is_json(c)) {
		struct json_out *j = cli_json_only(c, schema);

		cli_json_i64(j, "id", row->id, row->id > 0);
		json_put_str(j, "name", row->name);
		json_put_str(j, "kind", row->kind);
		json_put_bool(j, "dry_run", cli_given(c, "dry-run"));
		cli_json_only_end(c);
		return CLI_FINE;
	}
	cli_print(c, key, CLI_ARGS({ "name", row->name }));
	cli_flush(c);
	return CLI_FINE;
}

static int
add_provider(struct cli *c, struct control *control)
{
	SCOPED_BUF secret = BUF(SECRET_ROOM);
	struct provider p;
	struct control_provider row;
	struct diag why = { 0 };
	enum err err = read_provider(c, &p, &why);

	if (err == ERR_NONE)
		err = read_secret(c, &secret, &why);
	if (err == ERR_NONE) {
		p.secret = buf_str(&secret);
		err = keep_provider(c, control, &p, &row, &why);
	}
	if (secret.p)
		seal_wipe(secret.p, secret.room);
	return err == ERR_NONE
		       ? tell_provider(c, &row, "waxseal.dns.provider.add/1",
				       cli_given(c, "dry-run")
					       ? "cli.dns.would_add"
					       : "cli.dns.provider_added")
		       : cli_fail(c, err, &why);
}

static int
remove_provider(struct cli *c, struct control *control)
{
	const struct control_provider by = { .name = str_of(
						     c->args.operand[1]) };
	struct control_provider row;
	struct diag why = { 0 };
	int code = CLI_FINE;
	enum err err = control_provider_find(control, CONTROL_OWNER_SELF, &by,
					     c->mem, &row, &why);

	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	if (cli_given(c, "dry-run"))
		return tell_provider(c, &row, "waxseal.dns.provider.remove/1",
				     "cli.dns.would_remove");
	if (!cli_confirm(c, "cli.dns.ask_remove",
			 CLI_ARGS({ "name", row.name }), &code))
		return code;
	err = control_provider_remove(control, CONTROL_OWNER_SELF, row.id,
				      &why);
	if (err == ERR_NONE)
		err = cli_audit(c, control, "provider.remove", row.name, &why);
	return err == ERR_NONE
		       ? tell_provider(c, &row, "waxseal.dns.provider.remove/1",
				       "cli.dns.provider_removed")
		       : cli_fail(c, err, &why);
}

int
cli_dns_provider(struct cli *c)
{
	static const struct cli_way ways[] = { { "add", 2, add_provider },
					       { "list", 1, list_providers },
					       { "remove", 2,
						 remove_provider } };

	return cli_go(c, ways, COUNT_OF(ways), "cli.dns.provider_usage");
}
