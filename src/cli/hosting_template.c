/* hosting_template.c - `domain template` and `domain host --template`: settings
 * that many domains share. */
#include "cli/hosting.h"
#include "dmarcrec/dmarcrec.h"
#include "dnsname/dnsname.h"
#include "tlsrptrec/tlsrptrec.h"

#include <string.h>

static const struct cli_column columns[] = {
	{ "name", "cli.col.name", false, false },
	{ "purpose", "cli.col.purpose", false, false },
	{ "mode", "cli.col.mode", false, false },
	{ "dmarc", "cli.col.dmarc", false, true },
};

static const struct cli_column applied_columns[] = {
	{ "domain", "cli.col.domain", false, true },
	{ "result", "cli.col.result", false, false },
	{ "token", "cli.col.token", false, false },
	{ "reason", "cli.col.reason", false, true },
};

/* ---- the list ---- */

struct templates {
	struct cli *c;
	struct cli_table table;
	size_t count;
};

static enum err
take_template(void *ctx, const struct control_template *t)
{
	struct templates *all = ctx;

	all->count++;
	if (cli_is_json(all->c)) {
		control_template_put_json(t, cli_json_row(all->c));
		cli_json_row_end(all->c);
		return ERR_NONE;
	}
	cli_cell(&all->table, t->name, CLI_PLAINLY);
	cli_cell(&all->table, str_of(control_purpose_name(t->purpose)),
		 CLI_PLAINLY);
	cli_cell(&all->table, str_of(stsmode_name(t->mode)), CLI_PLAINLY);
	cli_cell(&all->table, t->dmarc, CLI_PLAINLY);
	return ERR_NONE;
}

static int
list_templates(struct cli *c, struct control *control)
{
	static const struct cli_whole_list list = { "waxseal.domain.template/1",
						    "templates", columns,
						    COUNT_OF(columns),
						    "cli.template.none" };
	struct templates all = { .c = c };
	struct diag why = { 0 };

	cli_whole_list_begin(c, &list, &all.table);
	enum err err = control_templates(control, CONTROL_OWNER_SELF,
					 take_template, &all, &why);

	return cli_whole_list_end(c, &list, &all.table, all.count, err, &why);
}

/* ---- changing ---- */

static enum err
bad(const char *option, struct diag *why)
{
	return diag_set(why, ERR_SYNTAX, "control.bad_value", 0, "--%s",
			option);
}

/* The record must be one with an address in its place. */
static enum err
check_dmarc(struct cli *c, struct str dmarc, struct diag *why)
{
	static const struct str place = STR(CONTROL_TEMPLATE_ADDRESS);
	SCOPED_BUF filled = BUF(2 * CONTROL_HOSTED_TEXT);
	struct dmarcrec rec;
	size_t at;

	if (dmarc.n == 0)
		return ERR_NONE;
	while ((at = str_find(dmarc, place)) != SIZE_MAX) {
		buf_addf(&filled, "%.*sreports@example.net",
			 STR_ARG(str_sub(dmarc, 0, at)));
		dmarc = str_sub(dmarc, at + place.n, SIZE_MAX);
	}
	buf_add(&filled, dmarc);
	if (filled.full ||
	    dmarcrec_parse(buf_str(&filled), c->mem, &rec, NULL) != ERR_NONE ||
	    !rec.valid || rec.p <= DMARCREC_INVALID)
		return bad("dmarc", why);
	return ERR_NONE;
}

static enum err
read_servers(struct cli *c, struct buf *out, struct diag *why)
{
	for (size_t i = 0; i < c->args.given_count; i++) {
		const struct cli_given *given = &c->args.given[i];
		struct str folded;

		if (strcmp(given->option->name, "mx") != 0)
			continue;
		if (!cli_fold_pattern(c, given->value, &folded))
			return bad("mx", why);
		buf_addf(out, "%s%.*s", out->n > 0 ? "\n" : "",
			 STR_ARG(folded));
	}
	return out->full ? bad("mx", why) : ERR_NONE;
}

static enum err
read_template(struct cli *c, struct buf *mx, struct control_template *t,
	      struct diag *why)
{
	struct tlsrptrec_faults faults = { .n = 0 };
	struct tlsrptrec tls;
	const char *purpose = cli_value(c, "purpose");
	const char *mode = cli_value(c, "mode");
	enum err err;

	t->name = str_of(c->args.operand[1]);
	t->dmarc = str_of(cli_value(c, "dmarc"));
	t->tls_rpt = str_of(cli_value(c, "tls-rpt"));
	if (purpose)
		(void)!control_purpose_parse(str_of(purpose), &t->purpose);
	if (mode)
		(void)!stsmode_parse(str_of(mode), &t->mode);
	err = check_dmarc(c, t->dmarc, why);
	if (err == ERR_NONE && t->tls_rpt.n > 0 &&
	    !tlsrptrec_parse(t->tls_rpt, c->mem, &tls, &faults))
		err = bad("tls-rpt", why);
	if (err == ERR_NONE)
		err = read_servers(c, mx, why);
	t->mx_more = buf_str(mx);
	return err;
}

static int
set_template(struct cli *c, struct control *control)
{
	struct control_template t = { .mode = STSMODE_OFF };
	SCOPED_BUF mx = BUF(CONTROL_HOSTED_TEXT);
	struct diag why = { 0 };
	enum err err = read_template(c, &mx, &t, &why);

	if (err == ERR_NONE && !cli_given(c, "dry-run"))
		err = control_template_put(control, CONTROL_OWNER_SELF, &t,
					   c->now, &why);
	if (err == ERR_NONE && !cli_given(c, "dry-run"))
		err = cli_audit(c, control, "template.set", t.name, &why);
	return err == ERR_NONE ? list_templates(c, control)
			       : cli_fail(c, err, &why);
}

static int
remove_template(struct cli *c, struct control *control)
{
	struct str name = str_of(c->args.operand[1]);
	struct diag why = { 0 };
	enum err err = ERR_NONE;

	if (!cli_given(c, "dry-run"))
		err = control_template_remove(control, CONTROL_OWNER_SELF, name,
					      &why);
	if (err == ERR_NONE && !cli_given(c, "dry-run"))
		err = cli_audit(c, control, "template.remove", name, &why);
	return err == ERR_NONE ? list_templates(c, control)
			       : cli_fail(c, err, &why);
}

int
cli_domain_template(struct cli *c)
{
	static const struct cli_way ways[] = { { "list", 1, list_templates },
					       { "set", 2, set_template },
					       { "remove", 2,
						 remove_template } };

	return cli_go(c, ways, COUNT_OF(ways), "cli.template.usage");
}

/* ---- applying ---- */

struct applying {
	struct cli *c;
	struct cli_table table;
	int code;
};

static void
tell_one(struct applying *a, struct str name, const struct control_hosted *h,
	 const struct diag *why)
{
	bool done = why->code[0] == '\0';
	SCOPED_BUF reason = BUF(4096);
	struct json_out *j;

	if (cli_is_json(a->c)) {
		j = cli_json_row(a->c);
		json_put_str(j, "domain", done ? h->name : name);
		json_put_str(j, "result", done ? S("applied") : S("refused"));
		json_put_known(j, "token", done ? h->token : S(""));
		json_put_known(j, "mode",
			       done ? str_of(stsmode_name(h->mode)) : S(""));
		json_put_known(j, "code", str_of(why->code));
		json_put_known(j, "detail", str_of(why->detail));
		cli_json_row_end(a->c);
		return;
	}
	if (!done)
		finding_explain(&reason, a->c->lang, why);
	cli_cell(&a->table, done ? dnsname_show(h->name, a->c->mem) : name,
		 CLI_PLAINLY);
	cli_cell_word(&a->table, done ? "applied" : "refused",
		      done ? "cli.template.applied" : "cli.domain.is_refused",
		      done ? CLI_GOOD : CLI_BAD);
	cli_cell(&a->table, done ? h->token : S(""), CLI_PLAINLY);
	cli_cell(&a->table, buf_str(&reason), CLI_PLAINLY);
}

static void
apply_all(struct applying *a, struct control *control,
	  const struct control_templating *how)
{
	struct cli *c = a->c;

	for (size_t i = 0; i < c->args.operand_count; i++) {
		struct str name = str_of(c->args.operand[i]);
		struct control_hosted h;
		struct diag why = { 0 };
		enum err err = control_template_apply(
			control, CONTROL_OWNER_SELF, name, how, &h, &why);

		tell_one(a, name, &h, &why);
		if (err != ERR_NONE && a->code == CLI_FINE)
			a->code = cli_exit_of(err, &why);
	}
}

/* Goes on after one that is refused; the first trouble is how it ends. */
int
cli_template_apply(struct cli *c, struct control *control, const char *name)
{
	struct applying a = { .c = c, .code = CLI_FINE };
	struct control_template t;
	struct control_templating how = {
		.template = &t, .actor = S("cli:"), .now = c->now, .mem = c->mem
	};
	struct diag why = { 0 };
	enum err err = control_template_find(control, CONTROL_OWNER_SELF,
					     str_of(name), c->mem, &t, &why);

	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	how.at = cli_instance(c);
	if (cli_is_json(c)) {
		cli_json_begin(c, "waxseal.domain.host_many/1");
		cli_json_list(c, "domains");
	} else {
		cli_table_begin(&a.table, c, applied_columns,
				COUNT_OF(applied_columns));
	}
	apply_all(&a, control, &how);
	if (cli_is_json(c)) {
		cli_json_list_end(c);
		cli_json_end(c);
	} else {
		cli_table_end(&a.table);
	}
	return a.code;
}
