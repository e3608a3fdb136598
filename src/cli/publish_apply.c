/* publish_apply.c - `dns apply`, `verify` and `undo`: from a plan to a record
 * that everybody sees, and back. */
#include "cli/publish.h"
#include "os/os.h"
#include "seal/seal.h"

#include <string.h>
#include <time.h>

enum { PAUSE_MS = 1000, PATH_MAX_BYTES = 4096 };

struct looking {
	struct cli_plan *p;
	struct facts *f;
	enum dnsplan_live live;
	struct dnsplan_check check;
};

bool
cli_plan_open(struct cli *c, size_t operand, struct cli_plan *out, int *code)
{
	struct diag why = { 0 };
	int64_t id;
	enum err err;

	*out = (struct cli_plan){ .c = c };
	*code = CLI_MISUSE;
	if (!cli_id(c, operand, &id))
		return false;
	out->control = cli_control(c, code);
	if (!out->control)
		return false;
	err = control_plan_find(out->control, CONTROL_OWNER_SELF, id, c->mem,
				&out->row, &why);
	if (err == ERR_NONE)
		err = publish_plan_of(&out->row, c->mem, &out->plan, &why);
	*code = err == ERR_NONE ? CLI_FINE : cli_fail(c, err, &why);
	return err == ERR_NONE;
}

enum err
cli_plan_put(struct cli_plan *p, enum control_plan_state from, const char *deed,
	     struct diag *why)
{
	SCOPED_BUF object = BUF(1024);
	const struct control_deed done = { S("cli:"), deed, { 0 }, os_now() };
	struct control_deed told = done;

	buf_addf(&object, "%.*s #%lld", STR_ARG(p->row.domain),
		 (long long)p->row.id);
	told.object = buf_str(&object);
	return control_plan_put(p->control, CONTROL_OWNER_SELF, &p->row, from,
				deed ? &told : NULL, why);
}

int
cli_plan_provider(struct cli *c, struct control *control, int64_t *id)
{
	const char *name = cli_value(c, "provider");
	const struct control_provider by = { .name = str_of(name) };
	struct control_provider found;
	struct diag why = { 0 };
	enum err err;

	*id = 0;
	if (!name)
		return CLI_FINE;
	err = control_provider_find(control, CONTROL_OWNER_SELF, &by, c->mem,
				    &found, &why);
	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	*id = found.id;
	return CLI_FINE;
}

/* ---- looking ---- */

static bool
judge_live(void *ctx)
{
	struct looking *l = ctx;

	return dnsplan_is_live(l->f, &l->p->plan, &l->live);
}

static bool
judge_arrival(void *ctx)
{
	struct looking *l = ctx;

	return dnsplan_verify(l->f, &l->p->plan, l->p->row.applied_at,
			      l->p->c->mem, &l->check);
}

/* What `check` says must outlive the facts. */
static void
keep_check(struct looking *l)
{
	for (size_t i = 0; i < l->check.n; i++)
		for (size_t k = 0; k < l->check.at[i].n; k++)
			(void)!arena_dup(l->p->c->mem,
					 l->check.at[i].server[k].host,
					 &l->check.at[i].server[k].host);
	l->p->check = l->check;
	l->p->checked = true;
}

int
cli_plan_look(struct cli_plan *p)
{
	struct looking l = { .p = p };
	int code;

	l.f = facts_new(CLI_PUBLISH_FACTS, os_now());
	code = cli_judge(p->c, l.f, judge_arrival, &l);
	if (code == CLI_FINE)
		keep_check(&l);
	facts_free(l.f);
	return code;
}

static int
look_on(struct cli_plan *p)
{
	int64_t ends = os_ticks() + (int64_t)cli_number(p->c, "wait", 0) * 1000;
	const struct timespec pause = { .tv_sec = PAUSE_MS / 1000 };
	int code = cli_plan_look(p);

	while (code == CLI_FINE && p->check.state < DNSPLAN_CACHED &&
	       os_ticks() < ends) {
		(void)nanosleep(&pause, NULL);
		code = cli_plan_look(p);
	}
	return code;
}

int
cli_plan_verify(struct cli_plan *p)
{
	enum control_plan_state from = p->row.state;
	struct diag why = { 0 };
	int code = look_on(p);
	enum err err;

	if (code != CLI_FINE)
		return code;
	publish_note_check(&p->row, &p->plan, &p->check, os_now(), p->c->mem);
	err = cli_plan_put(p, from, NULL, &why);
	if (err != ERR_NONE)
		return cli_fail(p->c, err, &why);
	return p->check.state >= DNSPLAN_CACHED ? CLI_FINE : CLI_PROBLEMS;
}

/* ---- applying ---- */

/* Why it ended is kept with the plan, and told. */
static int
give_up(struct cli_plan *p, enum control_plan_state from, enum err err,
	const struct diag *why)
{
	bool changed = str_eq(str_of(why->code), S("publish.changed"));
	struct diag own = { 0 };

	p->row.state = changed ? CONTROL_PLAN_CHANGED : CONTROL_PLAN_FAILED;
	p->row.fault = str_of(why->code);
	p->row.detail = str_of(why->detail);
	p->row.due_at = 0;
	if (!cli_given(p->c, "dry-run") &&
	    cli_plan_put(p, from, changed ? "plan.changed" : "plan.fail",
			 &own) != ERR_NONE)
		(void)cli_fail(p->c, ERR_IO, &own);
	return cli_fail(p->c, err, why);
}

/* Whether live is what the plan saw; `done`: all of it is there already. */
static enum err
hold_against_live(struct cli_plan *p, bool *done, int *code, struct diag *why)
{
	struct looking l = { .p = p };

	l.f = facts_new(CLI_PUBLISH_FACTS, os_now());
	*code = cli_judge(p->c, l.f, judge_live, &l);
	facts_free(l.f);
	if (*code != CLI_FINE)
		return ERR_IO;
	*done = l.live == DNSPLAN_DONE;
	if (l.live == DNSPLAN_CHANGED)
		return diag_set(why, ERR_SYNTAX, "publish.changed", 0, "%.*s",
				STR_ARG(p->plan.domain));
	if (l.live == DNSPLAN_LIVE_UNKNOWN)
		return diag_set(why, ERR_IO, "publish.unreachable", 0, "%.*s",
				STR_ARG(p->plan.zone));
	return ERR_NONE;
}

static enum err
write_it(struct cli_plan *p, struct diag *why)
{
	SCOPED_BUF secret = BUF(CONTROL_PROVIDER_SECRET_MAX);
	SCOPED_BUF path = BUF(PATH_MAX_BYTES);
	struct publish_which which = { .owner = CONTROL_OWNER_SELF,
				       .id = p->row.provider,
				       .mem = p->c->mem };
	struct provider provider;
	enum err err;

	(void)control_key_path(
		p->c->data,
		p->c->config->at[CLI_KEY_HOSTING_MASTER_KEY].value.p, &path);
	which.key_file = buf_c(&path);
	err = publish_provider_open(p->control, &which, &secret, &provider,
				    why);
	if (err == ERR_NONE)
		err = publish_apply(&provider, &p->plan, os_now(), why);
	if (secret.p)
		seal_wipe(secret.p, secret.room);
	return err;
}

static int
apply_now(struct cli_plan *p, bool done)
{
	enum control_plan_state from = p->row.state;
	struct diag why = { 0 };
	enum err err;

	p->row.state = CONTROL_PLAN_CONFIRMED;
	p->row.confirmer = S("cli:");
	p->row.confirmed_at = os_now();
	p->row.due_at = 0;
	p->row.fault = p->row.detail = S("");
	err = cli_plan_put(p, from, "plan.confirm", &why);
	if (err != ERR_NONE)
		return cli_fail(p->c, err, &why);
	if (!done && !cli_given(p->c, "by-hand"))
		err = write_it(p, &why);
	if (err != ERR_NONE)
		return give_up(p, CONTROL_PLAN_CONFIRMED, err, &why);
	p->row.state = CONTROL_PLAN_APPLIED;
	p->row.applied_at = os_now();
	p->row.looks = 0;
	err = cli_plan_put(p, CONTROL_PLAN_CONFIRMED, "plan.apply", &why);
	return err == ERR_NONE ? cli_plan_verify(p) : cli_fail(p->c, err, &why);
}

static bool
may_apply(const struct cli_plan *p)
{
	return p->row.state == CONTROL_PLAN_READY ||
	       p->row.state == CONTROL_PLAN_FAILED;
}

enum err
cli_plan_may(const struct cli_plan *p, struct diag *why)
{
	if (!may_apply(p))
		return diag_set(why, ERR_GONE, "control.plan_state", 0, "%s",
				control_plan_state_name(p->row.state));
	if (p->plan.blocked)
		return diag_set(why, ERR_SYNTAX, "publish.blocked", 0, "%.*s",
				STR_ARG(p->plan.domain));
	if (p->row.provider == 0 && !cli_given(p->c, "by-hand"))
		return diag_set(why, ERR_SYNTAX, "publish.no_provider", 0, "%s",
				"");
	return ERR_NONE;
}

int
cli_plan_apply(struct cli_plan *p)
{
	struct diag why = { 0 };
	bool done = false;
	int code = CLI_FINE;
	enum err err = cli_plan_may(p, &why);

	if (err != ERR_NONE)
		return cli_fail(p->c, err, &why);
	if (!cli_given(p->c, "by-hand"))
		err = hold_against_live(p, &done, &code, &why);
	if (code != CLI_FINE)
		return code;
	if (err != ERR_NONE)
		return p->row.id > 0 ? give_up(p, p->row.state, err, &why)
				     : cli_fail(p->c, err, &why);
	if (cli_given(p->c, "dry-run"))
		return CLI_FINE;
	return apply_now(p, done);
}

/* ---- the commands ---- */

static bool
is_confirmed(struct cli_plan *p, const char *key, int *code)
{
	SCOPED_BUF id = BUF(CLI_NUMBER_MAX);

	buf_addf(&id, "%lld", (long long)p->row.id);
	if (cli_given(p->c, "dry-run"))
		return true;
	if (!cli_given(p->c, "yes") && p->c->tty_in)
		cli_tell_plan(p);
	return cli_confirm(
		p->c, key,
		CLI_ARGS({ "plan", buf_str(&id) }, { "domain", p->row.domain }),
		code);
}

int
cli_dns_apply(struct cli *c)
{
	struct cli_plan p;
	int64_t provider = 0;
	int code;

	if (c->args.operand_count > 1)
		return cli_dns_apply_many(c);
	if (cli_plan_open(c, 0, &p, &code)) {
		code = cli_plan_provider(c, p.control, &provider);
		if (provider > 0)
			p.row.provider = provider;
		if (cli_given(c, "by-hand"))
			p.row.provider = 0;
		if (code == CLI_FINE &&
		    is_confirmed(&p, "cli.dns.ask_apply", &code)) {
			code = cli_plan_apply(&p);
			if (p.checked || code == CLI_FINE)
				cli_tell_outcome(&p, "waxseal.dns.apply/1");
		}
	}
	control_close(p.control);
	return code;
}

int
cli_dns_verify(struct cli *c)
{
	struct cli_plan p;
	struct diag why = { 0 };
	int code;

	if (cli_plan_open(c, 0, &p, &code)) {
		if (p.row.applied_at == 0)
			code = cli_fail(
				c,
				diag_set(&why, ERR_GONE, "control.plan_state",
					 0, "%s",
					 control_plan_state_name(p.row.state)),
				&why);
		else
			code = cli_plan_verify(&p);
		if (p.checked)
			cli_tell_outcome(&p, "waxseal.dns.verify/1");
	}
	control_close(p.control);
	return code;
}

/* The plan the other way round, as a new one. */
static enum err
turn(struct cli_plan *p, struct diag *why)
{
	const struct control_plan old = p->row;
	struct dnsplan back;

	if (old.applied_at == 0 || old.undone != 0)
		return diag_set(why, ERR_GONE, "control.plan_state", 0, "%s",
				old.undone
					? "undone"
					: control_plan_state_name(old.state));
	dnsplan_turn(&p->plan, p->c->mem, &back);
	p->plan = back;
	p->row = (struct control_plan){
		.domain = old.domain,
		.state = CONTROL_PLAN_READY,
		.wish = old.wish,
		.plan = publish_plan_text(&back, p->c->mem),
		.provider = old.provider,
		.undoes = old.id,
		.author = S("cli:"),
		.made_at = p->c->now,
	};
	return ERR_NONE;
}

static int
undo(struct cli_plan *p)
{
	struct diag why = { 0 };
	int64_t provider = 0;
	enum err err = ERR_NONE;
	int code = cli_plan_provider(p->c, p->control, &provider);

	if (code != CLI_FINE)
		return code;
	if (provider > 0)
		p->row.provider = provider;
	if (!is_confirmed(p, "cli.dns.ask_undo", &code))
		return code;
	if (!cli_given(p->c, "dry-run"))
		err = control_plan_add(p->control, CONTROL_OWNER_SELF, &p->row,
				       &why);
	return err == ERR_NONE ? cli_plan_apply(p) : cli_fail(p->c, err, &why);
}

int
cli_dns_undo(struct cli *c)
{
	struct diag why = { 0 };
	struct cli_plan p;
	enum err err;
	int code;

	if (cli_plan_open(c, 0, &p, &code)) {
		err = turn(&p, &why);
		code = err == ERR_NONE ? undo(&p) : cli_fail(c, err, &why);
		if (err == ERR_NONE && (p.checked || code == CLI_FINE))
			cli_tell_outcome(&p, "waxseal.dns.undo/1");
	}
	control_close(p.control);
	return code;
}
