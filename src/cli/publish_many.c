/* publish_many.c - `dns apply` of several plans: each by itself, and those that
 * are not clear are left as they are, with the reason. */
#include "cli/publish.h"

#include <stdio.h>

static const struct cli_column columns[] = {
	{ "plan", "cli.col.plan", true, false },
	{ "domain", "cli.col.domain", false, true },
	{ "result", "cli.col.result", false, false },
	{ "reason", "cli.col.reason", false, true },
};

struct many {
	struct cli *c;
	struct cli_table table;
	int64_t provider;
	struct map *domains; /* that had a plan before */
	int code;
};

enum result { APPLIED, SKIPPED, FAILED, WOULD };

static void
tell_row(struct many *m, const struct cli_plan *p, enum result result,
	 const struct diag *why)
{
	static const char *const words[] = { "applied", "skipped", "failed",
					     "would" };
	static const char *const keys[] = { "cli.dns.is_applied",
					    "cli.dns.is_skipped",
					    "cli.dns.is_failed",
					    "cli.dns.is_would" };
	static const enum cli_style styles[] = { CLI_GOOD, CLI_WARN, CLI_BAD,
						 CLI_PLAINLY };
	SCOPED_BUF reason = BUF(4096);
	struct json_out *j;

	if (cli_is_json(m->c)) {
		j = cli_json_row(m->c);
		json_put_i64(j, "plan", p->row.id);
		json_put_str(j, "result", str_of(words[result]));
		json_put_known(j, "code", str_of(why->code));
		json_put_known(j, "detail", str_of(why->detail));
		cli_put_plan(j, p);
		cli_json_row_end(m->c);
		return;
	}
	if (why->code[0])
		finding_explain(&reason, m->c->lang, why);
	cli_cell_count(&m->table, (uint64_t)p->row.id, true);
	cli_cell(&m->table, p->row.domain, CLI_PLAINLY);
	cli_cell_word(&m->table, words[result], keys[result], styles[result]);
	cli_cell(&m->table, buf_str(&reason), CLI_PLAINLY);
}

/* Which of two plans of one domain is meant, nobody can tell. */
static enum err
is_clear(struct many *m, struct cli_plan *p, struct diag *why)
{
	if (m->provider > 0)
		p->row.provider = m->provider;
	if (cli_given(m->c, "by-hand"))
		p->row.provider = 0;
	if (map_get(m->domains, p->row.domain, NULL))
		return diag_set(why, ERR_SYNTAX, "publish.same_domain", 0,
				"%.*s", STR_ARG(p->row.domain));
	return cli_plan_may(p, why);
}

static void
note_code(struct many *m, int code)
{
	if (m->code == CLI_FINE || m->code == CLI_CONFLICT)
		m->code = code;
}

static void
apply_one(struct many *m, struct cli_plan *p)
{
	struct diag why = { 0 };
	int code;

	if (is_clear(m, p, &why) != ERR_NONE) {
		tell_row(m, p, SKIPPED, &why);
		if (m->code == CLI_FINE)
			m->code = CLI_CONFLICT;
		return;
	}
	map_put(m->domains, p->row.domain, 1);
	code = cli_plan_apply(p);
	if (p->row.fault.n > 0) {
		(void)!diag_set(&why, ERR_IO, "", 0, "%.*s",
				STR_ARG(p->row.detail));
		(void)snprintf(why.code, sizeof(why.code), "%.*s",
			       STR_ARG(p->row.fault));
	}
	tell_row(m, p,
		 code != CLI_FINE             ? FAILED
		 : cli_given(m->c, "dry-run") ? WOULD
					      : APPLIED,
		 &why);
	if (code != CLI_FINE)
		note_code(m, code);
}

static void
apply_all(struct many *m)
{
	struct cli *c = m->c;

	for (size_t i = 0; i < c->args.operand_count; i++) {
		struct cli_plan p;
		int code = CLI_FINE;

		if (cli_plan_open(c, i, &p, &code))
			apply_one(m, &p);
		else
			note_code(m, code);
		control_close(p.control);
		cli_flush(c);
	}
}

int
cli_dns_apply_many(struct cli *c)
{
	struct many m = { .c = c, .code = CLI_FINE };
	char text[CLI_NUMBER_MAX];
	SCOPED_CONTROL control = cli_control(c, &m.code);

	if (!control)
		return m.code;
	m.code = cli_plan_provider(c, control, &m.provider);
	if (m.code != CLI_FINE)
		return m.code;
	if (!cli_given(c, "dry-run") &&
	    !cli_confirm(c, "cli.dns.ask_many",
			 CLI_ARGS({ "count", cli_count(c, c->args.operand_count,
						       text) }),
			 &m.code))
		return m.code;
	m.domains = map_new(c->args.operand_count + 1);
	if (cli_is_json(c)) {
		cli_json_begin(c, "waxseal.dns.apply_many/1");
		cli_json_list(c, "plans");
	} else {
		cli_table_begin(&m.table, c, columns, COUNT_OF(columns));
	}
	apply_all(&m);
	if (cli_is_json(c)) {
		cli_json_list_end(c);
		cli_json_end(c);
	} else {
		cli_table_end(&m.table);
	}
	map_free(m.domains);
	return m.code;
}
