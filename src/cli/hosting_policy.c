/* hosting_policy.c - `mta-sts` and `policy`: the mode of a hosted policy and
 * its versions. */
#include "cli/hosting.h"
#include "insight/insight.h"

#include <stdio.h>

/* ---- showing ---- */

struct shown {
	struct cli *c;
	struct json_out *j;
	struct cli_table table;
	size_t count;
};

static void
put_version(struct json_out *j, const struct control_version *v)
{
	json_put_str(j, "id", v->sts_id);
	json_put_i64(j, "number", v->number);
	json_put_str(j, "mode", v->mode);
	json_put_i64(j, "max_age", v->max_age);
	json_put_str(j, "author", v->author);
	json_put_i64(j, "made_at", v->made_at);
	cli_json_i64(j, "placed_at", v->placed_at, v->placed_at != 0);
	cli_json_i64(j, "served_at", v->served_at, v->served_at != 0);
	cli_json_i64(j, "announced_at", v->announced_at, v->announced_at != 0);
	cli_json_i64(j, "superseded_at", v->superseded_at,
		     v->superseded_at != 0);
	json_put_str(j, "body", v->body);
}

static int
show_json(struct cli *c, const struct control_hosted *h,
	  const struct control_version *newest, const char *schema)
{
	struct json_out *j = cli_json_only(c, schema);

	cli_put_hosted(c, j, h);
	if (newest->id != 0) {
		json_open_object(j, "policy");
		put_version(j, newest);
		json_close_object(j);
	} else {
		json_put_null(j, "policy");
	}
	cli_json_only_end(c);
	return CLI_FINE;
}

static void
show_pairs(struct cli *c, const struct control_hosted *h,
	   const struct control_version *v)
{
	struct cli_table t;

	cli_pairs_begin(&t, c);
	cli_pair(&t, "domain", "cli.col.domain", h->name);
	cli_pair(&t, "mode", "cli.col.mode", str_of(stsmode_name(h->mode)));
	cli_pair_stamp(&t, "mode_since", "cli.col.since", h->mode_since, true);
	cli_pair_stamp(&t, "proven_at", "cli.col.proven", h->proven_at,
		       h->proven_at != 0);
	cli_pair(&t, "id", "cli.col.policy_id", v->sts_id);
	cli_pair_stamp(&t, "announced_at", "cli.col.announced", v->announced_at,
		       v->announced_at != 0);
	cli_table_end(&t);
}

static void
show_fault(struct cli *c, const struct control_hosted *h)
{
	SCOPED_BUF text = BUF(4096);
	struct diag why = { 0 };

	if (h->fault.n == 0)
		return;
	(void)diag_set(&why, ERR_IO, "", 0, "%.*s", STR_ARG(h->fault_detail));
	(void)snprintf(why.code, sizeof(why.code), "%.*s", STR_ARG(h->fault));
	finding_explain(&text, c->lang, &why);
	buf_addf(&c->out, "%s\n", buf_c(&text));
}

static int
show(struct cli *c, bool whole, const char *schema)
{
	struct control_hosted h;
	struct control_version newest, announced;
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(c, &code);
	enum err err;

	if (!control || !cli_hosted(c, control, &h, &code))
		return code;
	err = control_versions_now(control, h.id, c->mem, &newest, &announced,
				   &why);
	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	if (cli_is_json(c))
		return show_json(c, &h, &newest, schema);
	if (whole) {
		show_pairs(c, &h, &newest);
		show_fault(c, &h);
	} else {
		buf_add(&c->out, newest.body);
	}
	return CLI_FINE;
}

int
cli_mta_sts_show(struct cli *c)
{
	return show(c, true, "waxseal.mta_sts.show/1");
}

int
cli_policy_show(struct cli *c)
{
	return show(c, false, "waxseal.policy.show/1");
}

/* ---- history ---- */

static const struct cli_column columns[] = {
	{ "id", "cli.col.policy_id", false, false },
	{ "mode", "cli.col.mode", false, false },
	{ "max_age", "cli.col.max_age", true, false },
	{ "author", "cli.col.author", false, true },
	{ "made_at", "cli.col.made", true, false },
	{ "announced_at", "cli.col.announced", true, false },
	{ "superseded_at", "cli.col.superseded", true, false },
};

static enum err
take_version(void *ctx, const struct control_version *v)
{
	struct shown *s = ctx;

	s->count++;
	if (cli_is_json(s->c)) {
		put_version(cli_json_row(s->c), v);
		cli_json_row_end(s->c);
		return ERR_NONE;
	}
	cli_cell(&s->table, v->sts_id, CLI_PLAINLY);
	cli_cell(&s->table, v->mode, CLI_PLAINLY);
	cli_cell_count(&s->table, (uint64_t)v->max_age, true);
	cli_cell(&s->table, v->author, CLI_PLAINLY);
	cli_cell_stamp(&s->table, v->made_at, true);
	cli_cell_stamp(&s->table, v->announced_at, v->announced_at != 0);
	cli_cell_stamp(&s->table, v->superseded_at, v->superseded_at != 0);
	return ERR_NONE;
}

int
cli_policy_history(struct cli *c)
{
	static const struct cli_whole_list list = { "waxseal.policy.history/1",
						    "versions", columns,
						    COUNT_OF(columns),
						    "cli.policy.none" };
	struct shown all = { .c = c };
	struct control_hosted h;
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(c, &code);
	enum err err;

	if (!control || !cli_hosted(c, control, &h, &code))
		return code;
	cli_whole_list_begin(c, &list, &all.table);
	err = control_versions(control, h.id, take_version, &all, &why);
	return cli_whole_list_end(c, &list, &all.table, all.count, err, &why);
}

/* ---- changing ---- */

static int
tell_changed(struct cli *c, const struct control_hosted *h,
	     enum stsmode_state mode, bool dry)
{
	struct str to = str_of(stsmode_name(mode));

	if (cli_is_json(c)) {
		struct json_out *j = cli_json_only(c, "waxseal.mta_sts.mode/1");

		json_put_str(j, "domain", h->name);
		json_put_str(j, "mode", to);
		json_put_bool(j, "dry_run", dry);
		cli_json_only_end(c);
		return CLI_FINE;
	}
	cli_print(c, dry ? "cli.mta_sts.would" : "cli.mta_sts.changed",
		  CLI_ARGS({ "domain", h->name }, { "mode", to }));
	return CLI_FINE;
}

/* The domain and everything its gates are judged by. */
static enum err
know(struct cli *c, struct insight_asked *a, struct control_domain *d,
     struct insight_sts *sts, struct diag *why)
{
	const struct control_domain by = { .name = str_of(c->args.operand[0]) };
	enum err err =
		control_domain_find(a->control, &by, c->mem, NULL, d, why);

	a->owner = CONTROL_OWNER_SELF;
	a->now = c->now;
	a->domain = d;
	a->mem = c->mem;
	if (err == ERR_NONE)
		err = insight_sts(a, sts, why);
	if (err == ERR_NONE && !sts->hosted)
		err = diag_set(why, ERR_GONE, "control.not_hosted", 0, "%s",
			       c->args.operand[0]);
	return err;
}

/* Through the gates, or not at all; the same mode again asks for the mail
 * servers of now. */
static enum err
judge(struct cli *c, const struct insight_sts *sts, enum stsmode_state to,
      struct diag *why)
{
	const char *reason = cli_value(c, "reason"), *refusal;
	struct stsmode_step step;

	if (to == sts->host.mode)
		return ERR_NONE;
	stsmode_judge(&sts->facts, to, &step);
	refusal = stsmode_refusal(&step, str_of(reason));
	return refusal ? diag_set(why, ERR_BUSY, refusal, 0, "%s -> %s",
				  stsmode_name(step.from),
				  stsmode_name(step.to))
		       : ERR_NONE;
}

static enum err
take_step(struct cli *c, struct control *control,
	  const struct control_hosted *seen, enum stsmode_state mode,
	  struct diag *why)
{
	const struct control_mode_change change = { mode, S("cli:"), c->now,
						    seen };
	enum err err;

	if (cli_given(c, "dry-run"))
		return ERR_NONE;
	err = control_hosted_mode(control, CONTROL_OWNER_SELF, seen->name,
				  &change, why);
	return err == ERR_NONE
		       ? cli_audit(c, control, "mta-sts.mode", seen->name, why)
		       : err;
}

static int
set_mode(struct cli *c, enum stsmode_state mode)
{
	struct control_domain d;
	struct insight_sts sts;
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(c, &code);
	SCOPED_STORE store = control ? cli_store(c, STORE_READ, &code) : NULL;
	struct insight_asked a = { .store = store, .control = control };
	enum err err;

	if (!store)
		return code;
	err = know(c, &a, &d, &sts, &why);
	if (err == ERR_NONE)
		err = judge(c, &sts, mode, &why);
	if (err == ERR_NONE)
		err = take_step(c, control, &sts.host, mode, &why);
	return err == ERR_NONE ? tell_changed(c, &sts.host, mode,
					      cli_given(c, "dry-run"))
			       : cli_fail(c, err, &why);
}

int
cli_mta_sts_mode(struct cli *c)
{
	enum stsmode_state mode;

	if (!stsmode_parse(str_of(c->args.operand[1]), &mode)) {
		cli_complain(c, "cli.mta_sts.no_mode",
			     CLI_ARGS({ "word", str_of(c->args.operand[1]) }));
		return CLI_MISUSE;
	}
	return set_mode(c, mode);
}

int
cli_mta_sts_retire(struct cli *c)
{
	int code = CLI_FINE;
	struct str name = str_of(c->args.operand[0]);

	if (!cli_given(c, "dry-run") &&
	    !cli_confirm(c, "cli.mta_sts.ask", CLI_ARGS({ "domain", name }),
			 &code))
		return code;
	return set_mode(c, STSMODE_NONE);
}

int
cli_mta_sts_add_mx(struct cli *c)
{
	struct control_hosted h;
	struct diag why = { 0 };
	SCOPED_BUF all = BUF(CONTROL_HOSTED_TEXT);
	struct str folded, text;
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(c, &code);
	const struct control_hosted_texts texts = { .mx_more = &text };
	enum err err = ERR_NONE;

	if (!control || !cli_hosted(c, control, &h, &code))
		return code;
	buf_add(&all, h.mx_more);
	if (!cli_fold_pattern(c, c->args.operand[1], &folded)) {
		cli_complain(c, "cli.mta_sts.no_pattern",
			     CLI_ARGS({ "word", str_of(c->args.operand[1]) }));
		return CLI_MISUSE;
	}
	buf_addf(&all, "%s%.*s", h.mx_more.n > 0 ? "\n" : "", STR_ARG(folded));
	text = buf_str(&all);
	if (!cli_given(c, "dry-run"))
		err = control_hosted_texts(control, CONTROL_OWNER_SELF, h.name,
					   &texts, &why);
	if (err == ERR_NONE && !cli_given(c, "dry-run"))
		err = cli_audit(c, control, "mta-sts.add-mx", h.name, &why);
	return err == ERR_NONE
		       ? tell_changed(c, &h, h.mode, cli_given(c, "dry-run"))
		       : cli_fail(c, err, &why);
}
