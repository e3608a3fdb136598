/* generate_tell.c - records as a person, a program or a tool wants them. */
#include "cli/generate.h"

enum { STEP_MAX = 16 << 10 };

/* ---- for people ---- */

static void
tell_pair(struct cli *c, const char *key, struct str value)
{
	const struct str word = str_of(cli_word(c, key));
	size_t used = cli_width(word);

	buf_addz(&c->out, "  ");
	buf_add(&c->out, word);
	for (; used < 8; used++)
		buf_addc(&c->out, ' ');
	buf_addz(&c->out, "  ");
	buf_add_escaped(&c->out, value);
	buf_addc(&c->out, '\n');
}

static void
tell_record(struct cli *c, const struct records *set, const struct record *r)
{
	SCOPED_BUF ttl = BUF(32);

	buf_addf(&ttl, "%u", (unsigned)r->ttl);
	tell_pair(c, "cli.col.record_name", r->name);
	tell_pair(c, "cli.col.record_host", records_host(set, r));
	tell_pair(c, "cli.col.record_type", str_of(records_type_name(r->type)));
	tell_pair(c, "cli.col.record_ttl", buf_str(&ttl));
	tell_pair(c, "cli.col.record_value", r->value);
	buf_addc(&c->out, '\n');
}

static void
tell_steps(struct cli_generating *g)
{
	struct cli *c = g->c;

	if (g->result.steps > 0)
		cli_print(c, "cli.generate.steps", CLI_NO_ARGS);
	for (size_t i = 0; i < g->result.steps; i++) {
		SCOPED_BUF text = BUF(STEP_MAX);

		generate_fill_step(&g->result, i, c->lang, &text);
		buf_addf(&c->out, "  %zu. %s\n", i + 1, buf_c(&text));
	}
}

static void
tell_values(struct cli_generating *g)
{
	const struct generate_result *r = &g->result;
	struct cli *c = g->c;

	for (size_t i = 0; i < r->records.n; i++)
		tell_record(c, &r->records, &r->records.at[i]);
	/* The policy; settings of web servers are asked for by --as. */
	if (r->files > 0) {
		cli_print(c, "cli.generate.file",
			  CLI_ARGS({ "url", r->file[0].url }));
		buf_addc(&c->out, '\n');
		buf_add(&c->out, r->file[0].body);
		buf_addc(&c->out, '\n');
	}
	tell_steps(g);
	cli_tell_findings(c, &g->given, FINDING_WARN);
	cli_tell_findings(c, &r->found, FINDING_INFO);
}

static const struct cli_column columns[] = {
	{ "name", "cli.col.record_name", false, false },
	{ "host", "cli.col.record_host", false, false },
	{ "type", "cli.col.record_type", false, false },
	{ "ttl", "cli.col.record_ttl", true, false },
	{ "value", "cli.col.record_value", false, false },
};

static void
tell_rows(struct cli_generating *g)
{
	const struct records *set = &g->result.records;
	struct cli_table t;

	cli_table_begin(&t, g->c, columns, COUNT_OF(columns));
	for (size_t i = 0; i < set->n; i++) {
		const struct record *r = &set->at[i];

		cli_cell(&t, r->name, CLI_PLAINLY);
		cli_cell(&t, records_host(set, r), CLI_PLAINLY);
		cli_cell(&t, str_of(records_type_name(r->type)), CLI_PLAINLY);
		cli_cell_count(&t, r->ttl, true);
		cli_cell(&t, r->value, CLI_PLAINLY);
	}
	cli_table_end(&t);
}

/* ---- for tools ---- */

/* Judgements, where standard output belongs to a tool. */
static void
note_findings(const struct cli *c, const struct finding_list *found)
{
	for (size_t i = 0; i < found->n; i++) {
		const struct finding_found *one = &found->at[i];
		SCOPED_BUF text = BUF(STEP_MAX);

		if (one->finding->severity < FINDING_INFO)
			continue;
		finding_found_fill(&text, one->finding->title[c->lang], one);
		buf_addz(&text, ". ");
		finding_found_fill(&text, one->finding->fix[c->lang], one);
		cli_note(c, "cli.generate.note",
			 CLI_ARGS({ "severity",
				    str_of(finding_severity_name(
					    one->finding->severity)) },
				  { "text", buf_str(&text) }));
	}
}

static bool
tell_file(struct cli_generating *g, struct str as)
{
	static const char *const names[][2] = { { "policy", "mta-sts.txt" },
						{ "nginx", "nginx.conf" },
						{ "apache", "apache.conf" },
						{ "caddy", "Caddyfile" } };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (!str_eq(as, str_of(names[i][0])))
			continue;
		for (size_t k = 0; k < g->result.files; k++)
			if (str_eq(g->result.file[k].name, str_of(names[i][1])))
				buf_add(&g->c->out, g->result.file[k].body);
		return true;
	}
	return false;
}

static void
tell_form(struct cli_generating *g, struct str as)
{
	enum records_form form;

	note_findings(g->c, &g->given);
	note_findings(g->c, &g->result.found);
	if (!g->result.made || tell_file(g, as))
		return;
	if (records_form_find(as, &form) &&
	    !records_print(&g->result.records, form, &g->c->out))
		cli_complain(g->c, "cli.generate.not_in_form", CLI_NO_ARGS);
}

static void
tell_json(struct cli_generating *g)
{
	struct cli *c = g->c;
	SCOPED_BUF schema = BUF(64);
	struct json_out *j;

	buf_addf(&schema, "waxseal.generate.%s/1",
		 generate_kind_name(g->wish.kind));
	for (size_t i = 0; i < schema.n; i++)
		if (schema.p[i] == '-')
			schema.p[i] = '_';
	j = cli_json_only(c, buf_c(&schema));
	json_put_str(j, "domain", generate_get(&g->wish, GENERATE_DOMAIN));
	generate_put_wish(j, &g->wish);
	generate_put_result(j, &g->result, c->lang);
	finding_put_list(j, "given", &g->given, c->lang);
	finding_put_list(j, "findings", &g->result.found, c->lang);
	if (g->wish.kind == GENERATE_DKIM)
		json_put_known(j, "private_key_file", str_of(g->key_file));
	if (cli_given(c, "show-key") && g->result.made)
		json_put_known(j, "private_key", g->pair.private_pem);
	cli_json_only_end(c);
}

void
cli_generate_tell(struct cli_generating *g)
{
	const char *as = cli_value(g->c, "as");
	const bool values = !as || str_eq(str_of(as), S("values"));

	if (cli_is_json(g->c)) {
		tell_json(g);
		return;
	}
	if (!values) {
		tell_form(g, str_of(as));
	} else if (g->c->format == CLI_FORMAT_TABLE) {
		tell_values(g);
	} else {
		note_findings(g->c, &g->given);
		note_findings(g->c, &g->result.found);
		tell_rows(g);
	}
	if (g->result.made && cli_given(g->c, "show-key"))
		buf_add(&g->c->out, g->pair.private_pem);
}
