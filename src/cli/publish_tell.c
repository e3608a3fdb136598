/* publish_tell.c - plans and how far they have come, for people and as
 * JSON. */
#include "cli/publish.h"
#include "dnsname/dnsname.h"

static const struct cli_column columns[] = {
	{ "what", "cli.col.dns_what", false, false },
	{ "name", "cli.col.dns_name", false, false },
	{ "type", "cli.col.dns_type", false, false },
	{ "ttl", "cli.col.dns_ttl", true, false },
	{ "now", "cli.col.dns_now", false, false },
	{ "after", "cli.col.dns_after", false, false },
};

static const struct cli_column seen_columns[] = {
	{ "name", "cli.col.dns_name", false, false },
	{ "type", "cli.col.dns_type", false, false },
	{ "state", "cli.col.dns_state", false, false },
	{ "servers", "cli.col.dns_servers", false, false },
	{ "seen", "cli.col.dns_seen", false, true },
};

/* ---- the plan ---- */

static void
values_cell(struct cli_table *t, const struct str *value, size_t n,
	    enum cli_style style)
{
	SCOPED_BUF text = BUF(64 << 10);

	for (size_t i = 0; i < n; i++) {
		buf_addz(&text, i > 0 ? " | " : "");
		buf_add_escaped(&text, value[i]);
	}
	cli_cell(t, n > 0 ? buf_str(&text) : S("-"), style);
}

static void
change_row(struct cli_table *t, const struct dnsplan_change *c)
{
	static const char *const keys[] = { "cli.dns.keep", "cli.dns.add",
					    "cli.dns.replace",
					    "cli.dns.remove" };
	static const enum cli_style styles[] = { CLI_FAINT, CLI_GOOD, CLI_WARN,
						 CLI_BAD };

	cli_cell_word(t, dnsplan_what_name(c->what), keys[c->what],
		      styles[c->what]);
	cli_cell(t, c->name, CLI_PLAINLY);
	cli_cell(t, str_of(records_type_name(c->type)), CLI_PLAINLY);
	cli_cell_count(t, c->after_ttl, c->after_n > 0);
	values_cell(t, c->now, c->now_n, CLI_FAINT);
	values_cell(t, c->after, c->after_n, CLI_PLAINLY);
}

static struct str
number(const struct cli_plan *p, struct buf *room)
{
	if (p->row.id > 0)
		buf_addf(room, "%lld", (long long)p->row.id);
	else
		buf_addz(room, "-");
	return buf_str(room);
}

void
cli_tell_plan(struct cli_plan *p)
{
	struct cli *c = p->c;
	SCOPED_BUF id = BUF(CLI_NUMBER_MAX);
	struct cli_table t;

	if (c->format == CLI_FORMAT_TABLE)
		cli_print(c,
			  p->row.id > 0 ? "cli.dns.head" : "cli.dns.head_dry",
			  CLI_ARGS({ "plan", number(p, &id) },
				   { "domain",
				     dnsname_show(p->plan.domain, c->mem) },
				   { "zone", p->plan.zone }));
	cli_table_begin(&t, c, columns, COUNT_OF(columns));
	for (size_t i = 0; i < p->plan.n; i++)
		change_row(&t, &p->plan.at[i]);
	cli_table_end(&t);
	if (c->format == CLI_FORMAT_TABLE)
		cli_tell_findings(c, &p->plan.found, FINDING_INFO);
	cli_flush(c);
}

/* ---- how far it has come ---- */

static const char *const state_keys[] = {
	[DNSPLAN_WAITING] = "cli.dns.waiting",
	[DNSPLAN_MISSING] = "cli.dns.missing",
	[DNSPLAN_DIFFERENT] = "cli.dns.different",
	[DNSPLAN_PARTLY] = "cli.dns.partly",
	[DNSPLAN_CACHED] = "cli.dns.cached",
	[DNSPLAN_VERIFIED] = "cli.dns.verified",
};

static enum cli_style
style_of(enum dnsplan_state state)
{
	if (state >= DNSPLAN_CACHED)
		return CLI_GOOD;
	return state == DNSPLAN_DIFFERENT ? CLI_BAD : CLI_WARN;
}

/* What some server, or the public view, has instead. */
static void
seen_cell(struct cli_table *t, const struct dnsplan_seen *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->server[i].state == DNSPLAN_DIFFERENT) {
			values_cell(t, s->server[i].seen, s->server[i].seen_n,
				    CLI_PLAINLY);
			return;
		}
	if (s->resolver.state == DNSPLAN_DIFFERENT)
		values_cell(t, s->resolver.seen, s->resolver.seen_n,
			    CLI_PLAINLY);
	else
		cli_cell(t, S(""), CLI_PLAINLY);
}

void
cli_tell_check(struct cli_plan *p)
{
	struct cli_table t;

	cli_table_begin(&t, p->c, seen_columns, COUNT_OF(seen_columns));
	for (size_t i = 0; i < p->check.n; i++) {
		const struct dnsplan_change *change = &p->plan.at[i];
		const struct dnsplan_seen *s = &p->check.at[i];
		SCOPED_BUF count = BUF(CLI_NUMBER_MAX);

		buf_addf(&count, "%u/%u", s->have, s->servers);
		cli_cell(&t, change->name, CLI_PLAINLY);
		cli_cell(&t, str_of(records_type_name(change->type)),
			 CLI_PLAINLY);
		cli_cell_word(&t, dnsplan_state_name(s->state),
			      state_keys[s->state], style_of(s->state));
		cli_cell(&t, buf_str(&count), CLI_PLAINLY);
		seen_cell(&t, s);
	}
	cli_table_end(&t);
	if (p->check.state == DNSPLAN_CACHED &&
	    p->c->format == CLI_FORMAT_TABLE) {
		char stamp[CIVIL_STAMP_SIZE];

		cli_print(
			p->c, "cli.dns.until",
			CLI_ARGS({ "time", str_of(civil_print_stamp(
						   p->check.until, stamp)) }));
	}
	cli_flush(p->c);
}

/* ---- both ---- */

void
cli_put_plan(struct json_out *j, const struct cli_plan *p)
{
	cli_json_i64(j, "id", p->row.id, p->row.id > 0);
	json_put_str(j, "state", str_of(control_plan_state_name(p->row.state)));
	json_put_bool(j, "dry_run", cli_given(p->c, "dry-run"));
	cli_json_i64(j, "undoes", p->row.undoes, p->row.undoes > 0);
	dnsplan_put(j, &p->plan, p->c->lang);
	if (!p->checked) {
		json_put_null(j, "check");
		return;
	}
	json_open_object(j, "check");
	dnsplan_put_check(j, &p->plan, &p->check);
	json_close_object(j);
}

void
cli_tell_outcome(struct cli_plan *p, const char *schema)
{
	if (cli_is_json(p->c)) {
		cli_put_plan(cli_json_only(p->c, schema), p);
		cli_json_only_end(p->c);
	} else if (p->checked) {
		cli_tell_check(p);
	} else {
		cli_tell_plan(p);
	}
}
