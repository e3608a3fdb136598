/* commands.c - the table of commands. */
#include "cli/command.h"
#include "cli/generate.h"
#include "cli/hosting.h"
#include "cli/inspect.h"
#include "cli/people.h"
#include "cli/publish.h"

#include <limits.h>
#include <string.h>

#define GROUPS_OF_TLS "result reporter domain mx day policy_type sending_ip"
#define GROUPS_OF_QUERY                                                        \
	"result source reporter reporter_family host country ip asn domain "   \
	"from_domain to_domain selector policy class disposition day"

#define OWN(table) .options = (table), .option_count = COUNT_OF(table)

static const struct cli_option list_options[] = {
	{ "rejected", 0, CLI_FLAG, NULL, NULL, "cli.opt.rejected", false },
	{ "kind", 0, CLI_CHOICE, "KIND", "dmarc tlsrpt failure", "cli.opt.kind",
	  false },
	{ "domain", 'd', CLI_TEXT, "DOMAIN", NULL, "cli.opt.domain_one",
	  false },
	{ "reporter", 0, CLI_TEXT, "ORG", NULL, "cli.opt.reporter_one", false },
};
static const struct cli_option own_list_options[] = {
	{ "domain", 'd', CLI_TEXT, "DOMAIN", NULL, "cli.opt.domain_one",
	  false },
	{ "reporter", 0, CLI_TEXT, "ORG", NULL, "cli.opt.reporter_one", false },
};
static const struct cli_option show_options[] = {
	{ "rows", 0, CLI_FLAG, NULL, NULL, "cli.opt.rows", false },
	{ "raw", 0, CLI_FLAG, NULL, NULL, "cli.opt.raw", false },
};
static const struct cli_option query_options[] = {
	{ "group", 'g', CLI_TEXT, "FIELD", GROUPS_OF_QUERY, "cli.opt.group",
	  false },
	{ "sort", 0, CLI_TEXT, "MEASURE", NULL, "cli.opt.sort", false },
	{ "explain", 0, CLI_FLAG, NULL, NULL, "cli.opt.explain", false },
};
static const struct cli_option delete_options[] = {
	{ "domain", 'd', CLI_TEXT, "DOMAIN", NULL, "cli.opt.delete_domain",
	  false },
};
static const struct cli_option tls_options[] = {
	{ "group", 'g', CLI_CHOICE, "FIELD", GROUPS_OF_TLS, "cli.opt.group",
	  false },
	{ "domain", 'd', CLI_TEXT, "DOMAIN", NULL, "cli.opt.domain", true },
	{ "reporter", 0, CLI_TEXT, "ORG", NULL, "cli.opt.reporter", true },
	{ "trust", 0, CLI_TEXT, "WORD", "verified operator unverified any",
	  "cli.opt.trust", true },
};
static const struct cli_option failure_options[] = {
	{ "personal", 0, CLI_FLAG, NULL, NULL, "cli.opt.personal", false },
};
static const struct cli_option set_options[] = {
	{ "domain", 'd', CLI_TEXT, "DOMAIN", NULL, "cli.opt.set_domain",
	  false },
	{ "note", 0, CLI_TEXT, "TEXT", NULL, "cli.opt.note", false },
};
static const struct cli_option sample_options[] = {
	{ "domains", 0, CLI_NUMBER, "NUMBER", NULL, "cli.opt.domains", false },
	{ "days", 0, CLI_NUMBER, "NUMBER", NULL, "cli.opt.days", false },
	{ "out", 'o', CLI_DIR, "DIR", NULL, "cli.opt.out", false },
	{ "mails", 0, CLI_NUMBER, "NUMBER", NULL, "cli.opt.mails", false },
	{ "seed", 0, CLI_NUMBER, "NUMBER", NULL, "cli.opt.seed", false },
	{ "tls", 0, CLI_FLAG, NULL, NULL, "cli.opt.tls", false },
	{ "failures", 0, CLI_FLAG, NULL, NULL, "cli.opt.sample_failures",
	  false },
};
static const struct cli_option load_options[] = {
	{ "domains", 0, CLI_NUMBER, "NUMBER", NULL, "cli.opt.domains", false },
	{ "days", 0, CLI_NUMBER, "NUMBER", NULL, "cli.opt.days", false },
};
static const struct cli_option config_options[] = {
	{ "effective", 0, CLI_FLAG, NULL, NULL, "cli.opt.effective", false },
};

static const struct cli_option serve_options[] = {
	{ "role", 0, CLI_TEXT, "ROLE,...",
	  "intake writer web worker inspector "
	  "policy nameserver hosting",
	  "cli.opt.serve_role", false },
	{ "listen", 0, CLI_TEXT, "ADDRESS", NULL, "cli.opt.serve_listen",
	  true },
	{ "smtp-listen", 0, CLI_TEXT, "ADDRESS", NULL,
	  "cli.opt.serve_smtp_listen", true },
};

static const struct cli_command commands[] = {
	{ .noun = "serve",
	  .forms = CLI_AS_TEXT,
	  .summary = "cli.cmd.serve",
	  .about = "cli.about.serve",
	  OWN(serve_options),
	  .examples = { { "waxseal serve", "cli.ex.serve" },
			{ "waxseal serve --data /var/lib/waxseal --listen :80",
			  "cli.ex.serve_listen" },
			{ "waxseal serve --role intake,writer",
			  "cli.ex.serve_role" } },
	  .run = cli_serve },
	{ .noun = "report",
	  .verb = "import",
	  .operands = "PATH...",
	  .operand = CLI_FILE,
	  .least = 1,
	  .most = UINT_MAX,
	  .groups = CLI_DRY,
	  .forms = CLI_AS_ALL,
	  .summary = "cli.cmd.report_import",
	  .about = "cli.about.report_import",
	  .examples = { { "waxseal report import ~/Maildir/",
			  "cli.ex.import_dir" },
			{ "waxseal report import reports.mbox",
			  "cli.ex.import_mbox" },
			{ "waxseal report import - < report.eml",
			  "cli.ex.import_pipe" } },
	  .run = cli_report_import },
	{ .noun = "report",
	  .verb = "list",
	  .groups = CLI_TIME | CLI_PAGE,
	  .forms = CLI_AS_ALL,
	  .summary = "cli.cmd.report_list",
	  .about = "cli.about.report_list",
	  OWN(list_options),
	  .examples = { { "waxseal report list --range 7d", "cli.ex.list" },
			{ "waxseal report list --rejected",
			  "cli.ex.list_rejected" } },
	  .run = cli_report_list },
	{ .noun = "report",
	  .verb = "show",
	  .operands = "ID|FILE",
	  .least = 1,
	  .operand = CLI_FILE,
	  .most = 1,
	  .forms = CLI_AS_TEXT | CLI_AS_JSON,
	  .summary = "cli.cmd.report_show",
	  .about = "cli.about.report_show",
	  OWN(show_options),
	  .examples = { { "waxseal report show 17", "cli.ex.show" },
			{ "waxseal report show 17 --raw > report.xml.gz",
			  "cli.ex.show_raw" },
			{ "waxseal report show report.xml.gz",
			  "cli.ex.show_file" } },
	  .run = cli_report_show },
	{ .noun = "report",
	  .verb = "query",
	  .groups = CLI_TIME | CLI_FILTERS | CLI_PAGE,
	  .forms = CLI_AS_ALL,
	  .summary = "cli.cmd.report_query",
	  .about = "cli.about.report_query",
	  OWN(query_options),
	  .examples = { { "waxseal report query -d example.com",
			  "cli.ex.query" },
			{ "waxseal report query -d example.com --failures",
			  "cli.ex.query_failures" },
			{ "waxseal report query --group day --range 90d "
			  "--format "
			  "csv",
			  "cli.ex.query_days" } },
	  .run = cli_report_query },
	{ .noun = "report",
	  .verb = "export",
	  .groups = CLI_TIME | CLI_FILTERS,
	  .forms = CLI_AS_ALL,
	  .summary = "cli.cmd.report_export",
	  .about = "cli.about.report_export",
	  .examples = { { "waxseal report export -d example.com --format csv "
			  "> rows.csv",
			  "cli.ex.export" } },
	  .run = cli_report_export },
	{ .noun = "report",
	  .verb = "reparse",
	  .operands = "[ID]",
	  .most = 1,
	  .groups = CLI_DRY,
	  .operand = CLI_TEXT,
	  .forms = CLI_AS_TEXT | CLI_AS_JSON,
	  .summary = "cli.cmd.report_reparse",
	  .about = "cli.about.report_reparse",
	  .examples = { { "waxseal report reparse", "cli.ex.reparse" } },
	  .run = cli_report_reparse },
	{ .noun = "report",
	  .verb = "delete",
	  .operands = "[ID]",
	  .operand = CLI_TEXT,
	  .most = 1,
	  .groups = CLI_CONFIRM | CLI_DRY,
	  .forms = CLI_AS_TEXT | CLI_AS_JSON,
	  .summary = "cli.cmd.report_delete",
	  .about = "cli.about.report_delete",
	  OWN(delete_options),
	  .examples = { { "waxseal report delete 17", "cli.ex.delete" },
			{ "waxseal report delete --domain example.com "
			  "--dry-run",
			  "cli.ex.delete_domain" } },
	  .run = cli_report_delete },
	{ .noun = "tls",
	  .verb = "list",
	  .groups = CLI_TIME | CLI_PAGE,
	  .forms = CLI_AS_ALL,
	  .summary = "cli.cmd.tls_list",
	  .about = "cli.about.tls_list",
	  OWN(own_list_options),
	  .examples = { { "waxseal tls list --range 7d", "cli.ex.tls_list" } },
	  .run = cli_tls_list },
	{ .noun = "tls",
	  .verb = "query",
	  .groups = CLI_TIME,
	  .forms = CLI_AS_ALL,
	  .summary = "cli.cmd.tls_query",
	  .about = "cli.about.tls_query",
	  OWN(tls_options),
	  .examples = { { "waxseal tls query -d example.com",
			  "cli.ex.tls_query" },
			{ "waxseal tls query --group reporter",
			  "cli.ex.tls_reporter" } },
	  .run = cli_tls_query },
	{ .noun = "failure",
	  .verb = "list",
	  .groups = CLI_TIME | CLI_PAGE,
	  .forms = CLI_AS_ALL,
	  .summary = "cli.cmd.failure_list",
	  .about = "cli.about.failure_list",
	  OWN(own_list_options),
	  .examples = { { "waxseal failure list -d example.com",
			  "cli.ex.failure_list" } },
	  .run = cli_failure_list },
	{ .noun = "failure",
	  .verb = "show",
	  .operands = "ID",
	  .operand = CLI_TEXT,
	  .least = 1,
	  .most = 1,
	  .forms = CLI_AS_TEXT | CLI_AS_JSON,
	  .summary = "cli.cmd.failure_show",
	  .about = "cli.about.failure_show",
	  OWN(failure_options),
	  .examples = { { "waxseal failure show 23", "cli.ex.failure_show" } },
	  .run = cli_failure_show },
	{ .noun = "source",
	  .verb = "list",
	  .groups = CLI_TIME | CLI_FILTERS,
	  .forms = CLI_AS_ALL,
	  .summary = "cli.cmd.source_list",
	  .about = "cli.about.source_list",
	  .examples = { { "waxseal source list -d example.com",
			  "cli.ex.source_list" } },
	  .run = cli_source_list },
	{ .noun = "source",
	  .verb = "set",
	  .operands = "SOURCE WORD",
	  .operand = CLI_TEXT,
	  .words = "ours not-ours forwarder ignored none",
	  .least = 2,
	  .most = 2,
	  .groups = CLI_DRY,
	  .forms = CLI_AS_TEXT | CLI_AS_JSON,
	  .summary = "cli.cmd.source_set",
	  .about = "cli.about.source_set",
	  OWN(set_options),
	  .examples = { { "waxseal source set amazon-ses ours",
			  "cli.ex.source_set" },
			{ "waxseal source set as-64496 not-ours -d example.com",
			  "cli.ex.source_set_domain" } },
	  .run = cli_source_set },
	{ .noun = "source",
	  .verb = "show",
	  .operands = "SOURCE",
	  .operand = CLI_TEXT,
	  .least = 1,
	  .most = 1,
	  .groups = CLI_TIME | CLI_FILTERS,
	  .forms = CLI_AS_TEXT | CLI_AS_JSON,
	  .summary = "cli.cmd.source_show",
	  .about = "cli.about.source_show",
	  .examples = { { "waxseal source show amazon-ses -d example.com",
			  "cli.ex.source_show" } },
	  .run = cli_source_show },
	{ .noun = "store",
	  .verb = "stats",
	  .forms = CLI_AS_TEXT | CLI_AS_JSON,
	  .summary = "cli.cmd.store_stats",
	  .about = "cli.about.store_stats",
	  .examples = { { "waxseal store stats", "cli.ex.store_stats" } },
	  .run = cli_store_stats },
	{ .noun = "store",
	  .verb = "backup",
	  .operands = "FILE",
	  .operand = CLI_FILE,
	  .least = 1,
	  .most = 1,
	  .forms = CLI_AS_TEXT | CLI_AS_JSON,
	  .summary = "cli.cmd.store_backup",
	  .about = "cli.about.store_backup",
	  .examples = { { "waxseal store backup /backup/waxseal.db",
			  "cli.ex.store_backup" } },
	  .run = cli_store_backup },
	{ .noun = "store",
	  .verb = "restore",
	  .operands = "FILE",
	  .operand = CLI_FILE,
	  .least = 1,
	  .most = 1,
	  .groups = CLI_CONFIRM | CLI_DRY,
	  .forms = CLI_AS_TEXT | CLI_AS_JSON,
	  .summary = "cli.cmd.store_restore",
	  .about = "cli.about.store_restore",
	  .examples = { { "waxseal store restore /backup/waxseal.db --yes",
			  "cli.ex.store_restore" } },
	  .run = cli_store_restore },
	{ .noun = "store",
	  .verb = "prune",
	  .groups = CLI_CONFIRM | CLI_DRY,
	  .forms = CLI_AS_TEXT | CLI_AS_JSON,
	  .summary = "cli.cmd.store_prune",
	  .about = "cli.about.store_prune",
	  .examples = { { "waxseal store prune --dry-run",
			  "cli.ex.store_prune" } },
	  .run = cli_store_prune },
	{ .noun = "store",
	  .verb = "check",
	  .forms = CLI_AS_TEXT | CLI_AS_JSON,
	  .summary = "cli.cmd.store_check",
	  .about = "cli.about.store_check",
	  .examples = { { "waxseal store check", "cli.ex.store_check" } },
	  .run = cli_store_check },
	{ .noun = "sample",
	  .verb = "generate",
	  .groups = CLI_DRY,
	  .forms = CLI_AS_TEXT | CLI_AS_JSON,
	  .summary = "cli.cmd.sample_generate",
	  .about = "cli.about.sample_generate",
	  OWN(sample_options),
	  .examples = { { "waxseal sample generate --domains 3 --days 90 --out "
			  "mail/",
			  "cli.ex.sample" } },
	  .run = cli_sample_generate },
	{ .noun = "sample",
	  .verb = "load",
	  .forms = CLI_AS_TEXT | CLI_AS_JSON,
	  .summary = "cli.cmd.sample_load",
	  .about = "cli.about.sample_load",
	  OWN(load_options),
	  .examples = { { "waxseal sample load --domains 3 --days 90",
			  "cli.ex.sample_load" } },
	  .run = cli_sample_load },
	{ .noun = "sample",
	  .verb = "remove",
	  .forms = CLI_AS_TEXT | CLI_AS_JSON,
	  .summary = "cli.cmd.sample_remove",
	  .about = "cli.about.sample_remove",
	  .examples = { { "waxseal sample remove", "cli.ex.sample_remove" } },
	  .run = cli_sample_remove },
	{ .noun = "config",
	  .verb = "check",
	  .operands = "[FILE]",
	  .operand = CLI_FILE,
	  .most = 1,
	  .forms = CLI_AS_TEXT | CLI_AS_JSON,
	  .summary = "cli.cmd.config_check",
	  .about = "cli.about.config_check",
	  .examples = { { "waxseal config check ./waxseal.conf",
			  "cli.ex.config_check" } },
	  .run = cli_config_check },
	{ .noun = "config",
	  .verb = "show",
	  .forms = CLI_AS_ALL,
	  .summary = "cli.cmd.config_show",
	  .about = "cli.about.config_show",
	  OWN(config_options),
	  .examples = { { "waxseal config show --effective",
			  "cli.ex.config_show" } },
	  .run = cli_config_show },
	{ .noun = "completion",
	  .operands = "SHELL",
	  .operand = CLI_TEXT,
	  .words = "bash zsh fish powershell",
	  .least = 1,
	  .most = 1,
	  .forms = CLI_AS_TEXT,
	  .summary = "cli.cmd.completion",
	  .about = "cli.about.completion",
	  .examples = { { "source <(waxseal completion bash)",
			  "cli.ex.completion_bash" },
			{ "waxseal completion fish | source",
			  "cli.ex.completion_fish" } },
	  .run = cli_completion },
	{ .noun = "help",
	  .operands = "[COMMAND...]",
	  .operand = CLI_TEXT,
	  .most = 2,
	  .forms = CLI_AS_TEXT,
	  .summary = "cli.cmd.help",
	  .about = "cli.about.help",
	  .examples = { { "waxseal help report query", "cli.ex.help" } },
	  .run = cli_help },
	{ .noun = "version",
	  .forms = CLI_AS_TEXT | CLI_AS_JSON,
	  .summary = "cli.cmd.version",
	  .about = "cli.about.version",
	  .examples = { { "waxseal version", "cli.ex.version" } },
	  .run = cli_version },
	{ .noun = "man",
	  .operands = "NAME",
	  .operand = CLI_TEXT,
	  .least = 1,
	  .most = 1,
	  .hidden = true,
	  .forms = CLI_AS_TEXT,
	  .summary = "cli.cmd.man",
	  .about = "cli.about.man",
	  .examples = { { "waxseal man waxseal-report", "cli.ex.man" } },
	  .run = cli_man },
};

static const size_t command_count = COUNT_OF(commands);

static const struct cli_noun nouns[] = {
	{ "report", "cli.noun.report" },     { "tls", "cli.noun.tls" },
	{ "failure", "cli.noun.failure" },   { "source", "cli.noun.source" },
	{ "store", "cli.noun.store" },       { "sample", "cli.noun.sample" },
	{ "domain", "cli.noun.domain" },     { "user", "cli.noun.user" },
	{ "token", "cli.noun.token" },       { "lookup", "cli.noun.lookup" },
	{ "generate", "cli.noun.generate" }, { "notify", "cli.noun.notify" },
	{ "dns", "cli.noun.dns" },           { "mta-sts", "cli.noun.mta_sts" },
	{ "policy", "cli.noun.policy" },     { "cert", "cli.noun.cert" },
	{ "config", "cli.noun.config" },
};

static const struct {
	const struct cli_command *first;
	const size_t *count;
} tables[] = {
	{ commands, &command_count },
	{ cli_inspect_commands, &cli_inspect_count },
	{ cli_generate_commands, &cli_generate_count },
	{ cli_people_commands, &cli_people_count },
	{ cli_hosting_commands, &cli_hosting_count },
	{ cli_publish_commands, &cli_publish_count },
};

size_t
cli_command_count(void)
{
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(tables); i++)
		n += *tables[i].count;
	return n;
}

const struct cli_command *
cli_command_at(size_t at)
{
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		if (at < *tables[i].count)
			return &tables[i].first[at];
		at -= *tables[i].count;
	}
	return NULL;
}

const struct cli_command *
cli_command_find(struct str noun, struct str verb)
{
	const struct cli_command *command;

	for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++)
		if (str_eq(str_of(command->noun), noun) &&
		    str_eq(str_of(command->verb), verb))
			return command;
	return NULL;
}

size_t
cli_noun_count(void)
{
	return COUNT_OF(nouns);
}

const struct cli_noun *
cli_noun_at(size_t i)
{
	return i < COUNT_OF(nouns) ? &nouns[i] : NULL;
}

const struct cli_noun *
cli_noun_find(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(nouns); i++)
		if (str_eq(str_of(nouns[i].name), name))
			return &nouns[i];
	return NULL;
}

bool
cli_noun_has_verbs(struct str noun)
{
	return cli_noun_find(noun) != NULL;
}
