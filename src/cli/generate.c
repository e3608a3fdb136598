/* generate.c - `generate ...`: options into a wish, a wish into records. */
#include "cli/generate.h"
#include "os/os.h"

/* Options have the names of the fields, one of a list in the singular. */
static bool
is_field(const char *option, const char *field)
{
	for (; *option != '\0'; option++, field++)
		if (*field != (*option == '-' ? '_' : *option))
			return false;
	return *field == '\0' || str_eq(str_of(field), S("s")) ||
	       str_eq(str_of(field), S("es"));
}

static void
take_option(struct generate_wish *w, const struct cli_given *given)
{
	for (int i = 0; i < GENERATE_FIELDS; i++) {
		const enum generate_field field = (enum generate_field)i;
		const struct generate_field_info *info =
			generate_field_info(field);
		const struct str value =
			given->value ? str_of(given->value) : S("yes");

		if ((info->kinds & 1u << w->kind) == 0 ||
		    field == GENERATE_PUBLIC_KEY ||
		    !is_field(given->option->name, info->name))
			continue;
		if (info->shape == GENERATE_LIST)
			generate_add(w, field, value);
		else
			generate_set(w, field, value);
		return;
	}
}

static bool
take_records(struct cli_generating *g)
{
	const struct cli_args *a = &g->c->args;

	for (size_t i = 0; i < a->given_count; i++) {
		const struct str text = str_of(a->given[i].value);

		if (!str_eq(str_of(a->given[i].option->name), S("record")))
			continue;
		if (!generate_parse(&g->wish, text, &g->given)) {
			cli_complain(g->c, "cli.generate.not_read",
				     CLI_ARGS({ "record", text }));
			return false;
		}
		if (g->wish.kind != GENERATE_MTA_STS)
			generate_add(&g->wish, GENERATE_CURRENT, text);
	}
	return true;
}

static int
run(struct cli_generating *g)
{
	struct cli *c = g->c;
	int code;

	if (!take_records(g))
		return CLI_MISUSE;
	/* What somebody says counts more than what is published. */
	code = cli_generate_live(g);
	for (size_t i = 0; code == CLI_FINE && i < c->args.given_count; i++)
		take_option(&g->wish, &c->args.given[i]);
	if (code == CLI_FINE && g->wish.kind == GENERATE_DKIM)
		code = cli_generate_key(g);
	if (code != CLI_FINE)
		return code;
	generate_make(&g->wish, c->now, c->mem, &g->result);
	if (g->result.made && g->pair.private_pem.n > 0)
		code = cli_generate_keep_key(g);
	if (code != CLI_FINE)
		return code;
	cli_generate_tell(g);
	return g->result.made ? cli_findings_exit(c, &g->result.found)
			      : CLI_PROBLEMS;
}

int
cli_generate(struct cli *c)
{
	struct cli_generating g = { .c = c };
	enum generate_kind kind;
	struct str domain;
	int code;

	if (!generate_kind_find(str_of(c->args.command->verb), &kind) ||
	    !cli_domain(c, 0, &domain))
		return CLI_MISUSE;
	generate_wish_init(&g.wish, kind, c->mem);
	finding_list_init(&g.given, c->mem);
	generate_set(&g.wish, GENERATE_DOMAIN, domain);
	code = run(&g);
	dkimkey_wipe(&g.pair);
	return code;
}
