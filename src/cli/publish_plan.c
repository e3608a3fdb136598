/* publish_plan.c - `dns plan`: what would have to change. */
#include "cli/publish.h"
#include "hosted/hosted.h"
#include "os/os.h"

#include <string.h>

enum { VALUE_MAX = 4096 };

struct planning {
	struct cli_plan p;
	struct dnsplan_wish wish;
	struct facts *f;
};

static bool
judge(void *ctx)
{
	struct planning *g = ctx;

	return dnsplan_make(g->f, &g->wish, g->p.c->mem, &g->p.plan);
}

/* ---- what is wished ---- */

static struct str
word(struct str *rest)
{
	struct str trimmed = str_trim(*rest);
	size_t n = 0;

	while (n < trimmed.n && trimmed.p[n] != ' ' && trimmed.p[n] != '\t')
		n++;
	*rest = str_trim(str_sub(trimmed, n, SIZE_MAX));
	return str_sub(trimmed, 0, n);
}

/* "NAME TYPE VALUE"; quotes round a text are the shell's or the zone file's
 * habit. */
static enum err
add_record(struct planning *g, const char *text, bool removes, struct diag *why)
{
	struct str rest = str_of(text);
	struct dnsplan_wanted w = { .remove = removes };
	struct str type;
	int i = 0;

	w.record.name = word(&rest);
	type = word(&rest);
	while (i <= RECORDS_TXT &&
	       !str_eq_fold(type,
			    str_of(records_type_name((enum records_type)i))))
		i++;
	if (i > RECORDS_TXT)
		return diag_set(why, ERR_SYNTAX, "publish.bad_record", 0,
				"%.80s", text);
	w.record.type = (enum records_type)i;
	if (rest.n >= 2 && str_starts(rest, S("\"")) && str_ends(rest, S("\"")))
		rest = str_sub(rest, 1, rest.n - 2);
	w.record.value = rest;
	w.record.ttl = (uint32_t)cli_number(g->p.c, "ttl", RECORDS_TTL);
	w.merge = !removes && cli_given(g->p.c, "merge");
	return dnsplan_wish_add(&g->wish, &w, g->p.c->mem, why);
}

/* What leads reports here; the third record is of our own zone. */
static enum err
add_reports(struct planning *g, struct diag *why)
{
	const struct control_domain by = { .name = g->wish.domain };
	struct cli *c = g->p.c;
	struct control_records records;
	struct control_domain d;
	enum err err =
		control_domain_find(g->p.control, &by, c->mem, NULL, &d, why);

	if (err == ERR_NONE)
		err = cli_domain_records(c, &d, &records, why);
	for (size_t i = 0; err == ERR_NONE && i < records.count; i++) {
		const struct control_record *r = &records.record[i];
		const struct dnsplan_wanted w = {
			.record = { .name = r->name,
				    .type = RECORDS_TXT,
				    .ttl = (uint32_t)cli_number(
					    c, "ttl", CONTROL_RECORD_TTL),
				    .value = r->value },
			.merge = true,
		};

		if (strcmp(r->purpose, "authorisation") != 0)
			err = dnsplan_wish_add(&g->wish, &w, c->mem, why);
	}
	return err;
}

/* The CNAMEs that hand a name over to the hosted zone. */
static enum err
add_delegation(struct planning *g, const char *what, struct diag *why)
{
	static const char *const whats[HOSTED_PLACES] = {
		[HOSTED_AT_POLICY] = "mta-sts",
		[HOSTED_AT_STS] = "mta-sts",
		[HOSTED_AT_TLS_RPT] = "tls-rpt",
		[HOSTED_AT_DMARC] = "dmarc",
	};
	struct cli *c = g->p.c;
	struct str zone = c->config->at[CLI_KEY_HOSTING_ZONE].value;
	struct control_hosted h;

	if (zone.n == 0)
		return diag_set(why, ERR_SYNTAX, "hosting.off", 0, "%s", "");
	enum err err = control_hosted_find(g->p.control, CONTROL_OWNER_SELF,
					   g->wish.domain, c->mem, &h, why);

	for (size_t i = 0; err == ERR_NONE && i < HOSTED_PLACES; i++) {
		SCOPED_BUF target = BUF(1024);
		struct dnsplan_wanted w = {
			.record = { .name = str_of(hosted_leads[i].below),
				    .type = RECORDS_CNAME,
				    .ttl = (uint32_t)cli_number(c, "ttl",
								RECORDS_TTL) },
		};

		if (strcmp(whats[i], what) != 0)
			continue;
		buf_addf(&target, "%.*s.%s.%.*s", STR_ARG(h.token),
			 hosted_leads[i].label, STR_ARG(zone));
		w.record.value = buf_str(&target);
		err = dnsplan_wish_add(&g->wish, &w, c->mem, why);
	}
	return err;
}

static enum err
read_wish(struct planning *g, struct diag *why)
{
	struct cli *c = g->p.c;
	enum err err = ERR_NONE;

	g->wish.clear = cli_given(c, "clear");
	for (size_t i = 0; err == ERR_NONE && i < c->args.given_count; i++) {
		const struct cli_given *given = &c->args.given[i];

		if (strcmp(given->option->name, "record") == 0)
			err = add_record(g, given->value, false, why);
		else if (strcmp(given->option->name, "remove") == 0)
			err = add_record(g, given->value, true, why);
		else if (strcmp(given->option->name, "delegate") == 0)
			err = add_delegation(g, given->value, why);
	}
	if (err == ERR_NONE && g->wish.n == 0)
		err = add_reports(g, why);
	return err;
}

/* ---- what comes of it ---- */

static enum err
keep(struct planning *g, struct diag *why)
{
	struct cli_plan *p = &g->p;
	struct cli *c = p->c;
	enum err err;

	p->row = (struct control_plan){
		.domain = g->wish.domain,
		.state = CONTROL_PLAN_READY,
		.wish = publish_wish_text(&g->wish, c->mem),
		.plan = publish_plan_text(&p->plan, c->mem),
		.author = S("cli:"),
		.made_at = c->now,
	};
	if (cli_given(c, "dry-run"))
		return ERR_NONE;
	err = control_plan_add(p->control, CONTROL_OWNER_SELF, &p->row, why);
	return err == ERR_NONE ? cli_audit(c, p->control, "plan.make",
					   p->row.domain, why)
			       : err;
}

/* The records alone, for somebody who publishes them by hand. */
static int
print_text(struct planning *g, const char *form)
{
	struct cli *c = g->p.c;
	enum records_form as = RECORDS_ZONE;
	struct records set;

	if (records_form_find(str_of(form), &as) && as == RECORDS_NSUPDATE) {
		dnsplan_nsupdate(&g->p.plan, &c->out);
	} else if (!dnsplan_records(&g->p.plan, c->mem, &set) ||
		   !records_print(&set, as, &c->out)) {
		cli_complain(c, "cli.dns.no_text", CLI_NO_ARGS);
		return CLI_PROBLEMS;
	}
	cli_flush(c);
	return CLI_FINE;
}

static int
tell(struct planning *g)
{
	struct cli *c = g->p.c;
	const char *form = cli_value(c, "text");

	if (form && !cli_is_json(c))
		return print_text(g, form);
	cli_tell_outcome(&g->p, "waxseal.dns.plan/1");
	if (!g->p.plan.blocked && dnsplan_is_needed(&g->p.plan))
		cli_next(c, "waxseal dns apply PLAN --provider NAME");
	return CLI_FINE;
}

static int
plan(struct planning *g)
{
	struct diag why = { 0 };
	enum err err = read_wish(g, &why);
	int code;

	if (err != ERR_NONE)
		return cli_fail(g->p.c, err, &why);
	g->f = facts_new(CLI_PUBLISH_FACTS, os_now());
	code = cli_judge(g->p.c, g->f, judge, g);
	if (code == CLI_FINE) {
		err = keep(g, &why);
		code = err == ERR_NONE ? tell(g) : cli_fail(g->p.c, err, &why);
	}
	facts_free(g->f);
	if (code == CLI_FINE && g->p.plan.blocked)
		return CLI_CONFLICT;
	return code;
}

int
cli_dns_plan(struct cli *c)
{
	struct planning g = { .p = { .c = c } };
	int code = CLI_MISUSE;

	if (!cli_domain(c, 0, &g.wish.domain))
		return code;
	g.p.control = cli_control(c, &code);
	if (!g.p.control)
		return code;
	code = plan(&g);
	control_close(g.p.control);
	return code;
}
