/* commands_generate.c - the commands that make records. */
#include "cli/generate.h"

#define OWN(table) .options = (table), .option_count = COUNT_OF(table)

#define FORMS "values zone nsupdate terraform octodns"

/* Every generator has these, at the end of its list. */
#define COMMON(forms)                                                          \
	{                                                                      \
		"as", 0, CLI_CHOICE, "FORM", (forms), "cli.opt.generate_as",   \
		false                                                          \
	},                                                                     \
		{ "record", 0,    CLI_TEXT,                                    \
		  "TEXT",   NULL, "cli.opt.generate_record",                   \
		  true },                                                      \
		{ "live", 0, CLI_FLAG, NULL, NULL, "cli.opt.generate_live",    \
		  false },                                                     \
		{ "zone", 0, CLI_TEXT, "ZONE", NULL, "cli.opt.generate_zone",  \
		  false },                                                     \
	{                                                                      \
		"ttl", 0, CLI_NUMBER, "SECONDS", NULL, "cli.opt.generate_ttl", \
			false                                                  \
	}

static const struct cli_option dmarc_options[] = {
	{ "policy", 0, CLI_CHOICE, "POLICY", "none quarantine reject",
	  "cli.opt.dmarc_policy", false },
	{ "subdomains", 0, CLI_CHOICE, "POLICY", "none quarantine reject",
	  "cli.opt.dmarc_subdomains", false },
	{ "nonexistent", 0, CLI_CHOICE, "POLICY", "none quarantine reject",
	  "cli.opt.dmarc_nonexistent", false },
	{ "rua", 0, CLI_TEXT, "ADDRESS", NULL, "cli.opt.dmarc_rua", true },
	{ "ruf", 0, CLI_TEXT, "ADDRESS", NULL, "cli.opt.dmarc_ruf", true },
	{ "fo", 0, CLI_CHOICE, "WHEN", "0 1 d s", "cli.opt.dmarc_fo", true },
	{ "dkim-alignment", 0, CLI_CHOICE, "HOW", "relaxed strict",
	  "cli.opt.dmarc_adkim", false },
	{ "spf-alignment", 0, CLI_CHOICE, "HOW", "relaxed strict",
	  "cli.opt.dmarc_aspf", false },
	{ "testing", 0, CLI_FLAG, NULL, NULL, "cli.opt.dmarc_testing", false },
	{ "psd", 0, CLI_CHOICE, "WHAT", "u y n", "cli.opt.dmarc_psd", false },
	COMMON(FORMS)
};

static const struct cli_option spf_options[] = {
	{ "send-mx", 0, CLI_FLAG, NULL, NULL, "cli.opt.spf_mx", false },
	{ "send-a", 0, CLI_FLAG, NULL, NULL, "cli.opt.spf_a", false },
	{ "ip", 0, CLI_TEXT, "ADDRESS", NULL, "cli.opt.spf_ip", true },
	{ "include", 0, CLI_TEXT, "DOMAIN", NULL, "cli.opt.spf_include", true },
	{ "term", 0, CLI_TEXT, "TERM", NULL, "cli.opt.spf_term", true },
	{ "all", 0, CLI_CHOICE, "RESULT", "fail softfail", "cli.opt.spf_all",
	  false },
	COMMON(FORMS)
};

static const struct cli_option dkim_options[] = {
	{ "selector", 0, CLI_TEXT, "NAME", NULL, "cli.opt.dkim_new_selector",
	  false },
	{ "key-type", 0, CLI_CHOICE, "TYPE", "rsa ed25519",
	  "cli.opt.dkim_key_type", false },
	{ "key-file", 0, CLI_FILE, "FILE", NULL, "cli.opt.dkim_key_file",
	  false },
	{ "show-key", 0, CLI_FLAG, NULL, NULL, "cli.opt.dkim_show_key", false },
	{ "public-key", 0, CLI_FILE, "FILE", NULL, "cli.opt.dkim_public_key",
	  false },
	{ "no-subdomains", 0, CLI_FLAG, NULL, NULL,
	  "cli.opt.dkim_no_subdomains", false },
	COMMON(FORMS)
};

static const struct cli_option sts_options[] = {
	{ "mode", 0, CLI_CHOICE, "MODE", "testing enforce none",
	  "cli.opt.sts_mode", false },
	{ "max-age", 0, CLI_NUMBER, "SECONDS", NULL, "cli.opt.sts_max_age",
	  false },
	{ "mx", 0, CLI_TEXT, "NAME", NULL, "cli.opt.sts_mx", true },
	{ "id", 0, CLI_TEXT, "ID", NULL, "cli.opt.sts_id", false },
	{ "alias", 0, CLI_TEXT, "NAME", NULL, "cli.opt.sts_alias", false },
	{ "address", 0, CLI_TEXT, "ADDRESS", NULL, "cli.opt.sts_address",
	  true },
	COMMON(FORMS " policy nginx apache caddy")
};

static const struct cli_option rpt_options[] = {
	{ "rua", 0, CLI_TEXT, "ADDRESS", NULL, "cli.opt.rpt_rua", true },
	COMMON(FORMS)
};

static const struct cli_option bimi_options[] = {
	{ "logo", 0, CLI_TEXT, "URL", NULL, "cli.opt.bimi_logo", false },
	{ "certificate", 0, CLI_TEXT, "URL", NULL, "cli.opt.bimi_certificate",
	  false },
	{ "selector", 0, CLI_TEXT, "NAME", NULL, "cli.opt.bimi_selector",
	  false },
	{ "decline", 0, CLI_FLAG, NULL, NULL, "cli.opt.bimi_decline", false },
	COMMON(FORMS)
};

#define GENERATOR(name)                                                        \
	.noun = "generate", .verb = (name), .operands = "DOMAIN",              \
	.operand = CLI_TEXT, .least = 1, .most = 1, .groups = CLI_NETWORK,     \
	.forms = CLI_AS_TEXT | CLI_AS_JSON, .run = cli_generate

const struct cli_command cli_generate_commands[] = {
	{ GENERATOR("dmarc"), .summary = "cli.cmd.generate_dmarc",
	  .about = "cli.about.generate_dmarc", OWN(dmarc_options),
	  .examples = { { "waxseal generate dmarc example.com "
			  "--rua dmarc@example.com",
			  "cli.ex.generate_dmarc" },
			{ "waxseal generate dmarc example.com --live "
			  "--as nsupdate",
			  "cli.ex.generate_dmarc_live" } } },
	{ GENERATOR("spf"), .summary = "cli.cmd.generate_spf",
	  .about = "cli.about.generate_spf", OWN(spf_options),
	  .examples = { { "waxseal generate spf example.com --send-mx "
			  "--include _spf.example.net --all fail",
			  "cli.ex.generate_spf" },
			{ "waxseal generate spf example.com --live "
			  "--include _spf.example.net",
			  "cli.ex.generate_spf_live" } } },
	{ GENERATOR("dkim"), .summary = "cli.cmd.generate_dkim",
	  .about = "cli.about.generate_dkim", OWN(dkim_options),
	  .examples = { { "waxseal generate dkim example.com",
			  "cli.ex.generate_dkim" },
			{ "waxseal generate dkim example.com --selector ed1 "
			  "--key-type ed25519 --key-file ed1.pem",
			  "cli.ex.generate_dkim_ed" } } },
	{ GENERATOR("mta-sts"), .summary = "cli.cmd.generate_mta_sts",
	  .about = "cli.about.generate_mta_sts", OWN(sts_options),
	  .examples = { { "waxseal generate mta-sts example.com",
			  "cli.ex.generate_sts" },
			{ "waxseal generate mta-sts example.com "
			  "--mode enforce --as policy",
			  "cli.ex.generate_sts_policy" },
			{ "waxseal generate mta-sts example.com --mode none",
			  "cli.ex.generate_sts_none" } } },
	{ GENERATOR("tls-rpt"), .summary = "cli.cmd.generate_tls_rpt",
	  .about = "cli.about.generate_tls_rpt", OWN(rpt_options),
	  .examples = { { "waxseal generate tls-rpt example.com "
			  "--rua tls@example.com",
			  "cli.ex.generate_rpt" } } },
	{ GENERATOR("bimi"), .summary = "cli.cmd.generate_bimi",
	  .about = "cli.about.generate_bimi", OWN(bimi_options),
	  .examples = { { "waxseal generate bimi example.com "
			  "--logo https://example.com/logo.svg",
			  "cli.ex.generate_bimi" } } },
};

const size_t cli_generate_count = COUNT_OF(cli_generate_commands);
