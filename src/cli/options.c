/* options.c - the options that several commands share, and how an option is
 * found by its name. */
#include "cli/command.h"

#include <string.h>

static const struct cli_option global_options[] = {
	{ "data", 0, CLI_DIR, "DIR", NULL, "cli.opt.data", false },
	{ "config", 0, CLI_FILE, "FILE", NULL, "cli.opt.config", false },
	{ "format", 0, CLI_CHOICE, "FORMAT", "table plain csv json jsonl",
	  "cli.opt.format", false },
	{ "json", 0, CLI_FLAG, NULL, NULL, "cli.opt.as_json", false },
	{ "lang", 0, CLI_TEXT, "LANG", "en ja nb", "cli.opt.lang", false },
	{ "no-color", 0, CLI_FLAG, NULL, NULL, "cli.opt.no_color", false },
	{ "quiet", 'q', CLI_FLAG, NULL, NULL, "cli.opt.quiet", false },
	{ "help", 'h', CLI_FLAG, NULL, NULL, "cli.opt.help", false },
};

static const struct cli_option filter_options[] = {
	{ "domain", 'd', CLI_TEXT, "DOMAIN", NULL, "cli.opt.domain", true },
	{ "failures", 0, CLI_FLAG, NULL, NULL, "cli.opt.failures", false },
	{ "result", 0, CLI_TEXT, "RESULT", "pass fail", "cli.opt.result",
	  true },
	{ "class", 0, CLI_TEXT, "CLASS", "own forwarded unrecognised blocked",
	  "cli.opt.class", true },
	{ "source", 0, CLI_TEXT, "SOURCE", NULL, "cli.opt.source", true },
	{ "reporter", 0, CLI_TEXT, "ORG", NULL, "cli.opt.reporter", true },
	{ "reporter-family", 0, CLI_TEXT, "FAMILY", "google microsoft yahoo",
	  "cli.opt.reporter_family", true },
	{ "spf", 0, CLI_TEXT, "RESULT", "pass fail", "cli.opt.spf", true },
	{ "dkim", 0, CLI_TEXT, "RESULT", "pass fail", "cli.opt.dkim", true },
	{ "spf-result", 0, CLI_TEXT, "RESULT",
	  "none pass fail softfail neutral policy temperror permerror",
	  "cli.opt.spf_result", true },
	{ "dkim-result", 0, CLI_TEXT, "RESULT",
	  "none pass fail softfail neutral policy temperror permerror",
	  "cli.opt.dkim_result", true },
	{ "disposition", 0, CLI_TEXT, "WORD", "none quarantine reject",
	  "cli.opt.disposition", true },
	{ "policy", 0, CLI_TEXT, "WORD", "none quarantine reject",
	  "cli.opt.policy", true },
	{ "override", 0, CLI_TEXT, "WORD",
	  "forwarded sampled_out trusted_forwarder mailing_list local_policy "
	  "policy_test_mode other",
	  "cli.opt.override", true },
	{ "ip", 0, CLI_TEXT, "ADDRESS", NULL, "cli.opt.ip", true },
	{ "host", 0, CLI_TEXT, "NAME", NULL, "cli.opt.host", true },
	{ "asn", 0, CLI_TEXT, "NUMBER", NULL, "cli.opt.asn", true },
	{ "country", 0, CLI_TEXT, "CODE", NULL, "cli.opt.country", true },
	{ "from-domain", 0, CLI_TEXT, "DOMAIN", NULL, "cli.opt.from_domain",
	  true },
	{ "envelope-from", 0, CLI_TEXT, "DOMAIN", NULL, "cli.opt.envelope_from",
	  true },
	{ "to-domain", 0, CLI_TEXT, "DOMAIN", NULL, "cli.opt.to_domain", true },
	{ "selector", 0, CLI_TEXT, "NAME", NULL, "cli.opt.selector", true },
	{ "trust", 0, CLI_TEXT, "WORD", "verified operator unverified any",
	  "cli.opt.trust", true },
	{ "text", 0, CLI_TEXT, "WORD", NULL, "cli.opt.text", true },
	{ "report", 0, CLI_TEXT, "ID", NULL, "cli.opt.report", true },
};

static const struct cli_option time_options[] = {
	{ "range", 0, CLI_TEXT, "RANGE", "7d 30d 90d 12w all", "cli.opt.range",
	  false },
	{ "from", 0, CLI_TEXT, "DATE", NULL, "cli.opt.from", false },
	{ "to", 0, CLI_TEXT, "DATE", NULL, "cli.opt.to", false },
};

static const struct cli_option page_options[] = {
	{ "limit", 'n', CLI_NUMBER, "NUMBER", NULL, "cli.opt.limit", false },
	{ "cursor", 0, CLI_TEXT, "CURSOR", NULL, "cli.opt.cursor", false },
};

static const struct cli_option confirm_options[] = {
	{ "yes", 'y', CLI_FLAG, NULL, NULL, "cli.opt.yes", false },
};

static const struct cli_option dry_options[] = {
	{ "dry-run", 0, CLI_FLAG, NULL, NULL, "cli.opt.dry_run", false },
};

static const struct cli_option network_options[] = {
	{ "resolver", 0, CLI_TEXT, "ADDRESS", NULL, "cli.opt.resolver", false },
	{ "trust-anchor", 0, CLI_FILE, "FILE", NULL, "cli.opt.trust_anchor",
	  false },
	{ "ca-file", 0, CLI_FILE, "FILE", NULL, "cli.opt.ca_file", false },
	{ "allow-private", 0, CLI_TEXT, "BLOCK", "all", "cli.opt.allow_private",
	  true },
	{ "ports", 0, CLI_TEXT, "DNS,HTTPS,SMTP", NULL, "cli.opt.ports",
	  false },
	{ "strict", 0, CLI_FLAG, NULL, NULL, "cli.opt.strict", false },
};

/* In the order of help; the global ones come last. */
static const struct {
	enum cli_group group;
	const struct cli_option *options;
	size_t count;
} groups[] = {
	{ CLI_TIME, time_options, COUNT_OF(time_options) },
	{ CLI_FILTERS, filter_options, COUNT_OF(filter_options) },
	{ CLI_PAGE, page_options, COUNT_OF(page_options) },
	{ CLI_CONFIRM, confirm_options, COUNT_OF(confirm_options) },
	{ CLI_DRY, dry_options, COUNT_OF(dry_options) },
	{ CLI_NETWORK, network_options, COUNT_OF(network_options) },
	{ CLI_GLOBAL, global_options, COUNT_OF(global_options) },
};

const struct cli_option *
cli_group_options(enum cli_group group, size_t *n)
{
	for (size_t i = 0; i < COUNT_OF(groups); i++)
		if (groups[i].group == group) {
			*n = groups[i].count;
			return groups[i].options;
		}
	*n = 0;
	return NULL;
}

const struct cli_option *
cli_option_at(const struct cli_command *command, size_t i)
{
	unsigned have = CLI_GLOBAL | (command ? command->groups : 0);

	if (command) {
		if (i < command->option_count)
			return &command->options[i];
		i -= command->option_count;
	}
	for (size_t g = 0; g < COUNT_OF(groups); g++) {
		if (!(have & groups[g].group))
			continue;
		if (i < groups[g].count)
			return &groups[g].options[i];
		i -= groups[g].count;
	}
	return NULL;
}

static bool
same_name(const char *name, struct str word)
{
	if (strlen(name) != word.n)
		return false;
	for (size_t i = 0; i < word.n; i++)
		if (name[i] != (word.p[i] == '_' ? '-' : word.p[i]))
			return false;
	return true;
}

const struct cli_option *
cli_option_find(const struct cli_command *command, struct str name)
{
	const struct cli_option *o;

	for (size_t i = 0; (o = cli_option_at(command, i)); i++)
		if (same_name(o->name, name))
			return o;
	return NULL;
}

const struct cli_option *
cli_option_letter(const struct cli_command *command, char letter)
{
	const struct cli_option *o;

	for (size_t i = 0; (o = cli_option_at(command, i)); i++)
		if (o->letter == letter)
			return o;
	return NULL;
}

const struct cli_option *
cli_option_anywhere(struct str name, char letter)
{
	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *command = cli_command_at(i);
		const struct cli_option *o =
			letter ? cli_option_letter(command, letter)
			       : cli_option_find(command, name);

		if (o)
			return o;
	}
	return NULL;
}

bool
cli_choice_has(const char *choices, struct str word)
{
	struct str rest = str_of(choices), piece;

	while (str_split(&rest, ' ', &piece))
		if (str_eq(piece, word))
			return true;
	return false;
}
