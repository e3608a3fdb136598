/* man_conf.c - waxseal.conf(5), from the table of keys. */
#include "cli/man.h"

#include <stdio.h>
#include <string.h>

static void
key(struct cli *c, const struct cli_key_rule *rule)
{
	struct str accepted;

	(void)cli_key_accepts(rule, S("?"), &accepted);
	buf_addf(&c->out, ".It Ic %s\n", rule->name);
	cli_man_text(c, rule->help);
	if (accepted.n) {
		buf_addf(&c->out, ".br\n%s: ", cli_word(c, "cli.man.accepts"));
		buf_add(&c->out, accepted);
		buf_addc(&c->out, '\n');
	}
	buf_addf(&c->out, ".br\n%s: %s\n", cli_word(c, "cli.man.default"),
		 rule->fallback[0] ? rule->fallback : "-");
}

static void
keys(struct cli *c)
{
	buf_addz(&c->out, ".Sh KEYS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < CLI_KEYS; i++) {
		char name[CLI_ENV_NAME_MAX];

		key(c, cli_key_rule((enum cli_key)i));
		buf_addf(&c->out, ".br\n%s:\n.Ev %s\n",
			 cli_word(c, "cli.man.override"),
			 cli_config_env_name((enum cli_key)i, name));
	}
	buf_addz(&c->out, ".El\n.Ss imap \"name\" { }\n");
	cli_man_text(c, "cli.man.imap");
	buf_addz(&c->out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < CLI_IMAP_KEYS; i++)
		key(c, cli_imap_rule((enum cli_imap_key)i));
	buf_addz(&c->out, ".El\n");
}

/* `key = "value"`, or a list in braces. */
static void
assign(struct cli *c, const struct cli_key_rule *rule, const char *value)
{
	const char *dot = strchr(rule->name, '.');
	struct str list = str_of(value), one;
	const char *between = "";

	buf_addf(&c->out, "%s%s = ", dot ? "\t" : "",
		 dot ? dot + 1 : rule->name);
	if (!cli_key_is_list(rule)) {
		buf_addf(&c->out, "\"%s\"\n", value);
		return;
	}
	buf_addc(&c->out, '{');
	while (str_split(&list, ',', &one)) {
		buf_addf(&c->out, "%s\"%.*s\"", between, STR_ARG(one));
		between = ", ";
	}
	buf_addz(&c->out, "}\n");
}

static const char *
example_of(const struct cli_key_rule *rule)
{
	static const struct {
		const char *name, *value;
	} own[] = {
		{ "hostname", "waxseal.example.net" },
		{ "geo.country_file", "/usr/share/waxseal/geo/country.mmdb" },
		{ "geo.asn_file", "/usr/share/waxseal/geo/asn.mmdb" },
		{ "web.base_url", "https://waxseal.example.net" },
		{ "web.trusted_proxies", "127.0.0.1" },
		{ "web.certificate", "/etc/waxseal/chain.pem" },
		{ "web.key", "/etc/waxseal/key.pem" },
		{ "smtp.lmtp_listen", "/run/waxseal/lmtp.sock" },
		{ "smtp.trusted", "127.0.0.1" },
		{ "smtp.certificate", "/etc/waxseal/chain.pem" },
		{ "smtp.key", "/etc/waxseal/key.pem" },
		{ "watch.path", "/var/spool/reports" },
		{ "inspect.resolver", "127.0.0.1:53" },
		{ "inspect.ca_file", "/etc/ssl/certs/ca-certificates.crt" },
		{ "hosting.policy_listen", ":443" },
		{ "hosting.challenge_listen", ":80" },
		{ "hosting.master_key", "/etc/waxseal/master.key" },
		{ "hosting.zone", "host.example.net" },
		{ "hosting.nameservers", "ns1.host.example.net=192.0.2.1" },
		{ "hosting.addresses", "192.0.2.1" },
		{ "hosting.ca_file", "/etc/ssl/certs/ca-certificates.crt" },
		{ "hosting.contact", "mailto:postmaster@example.net" },
		{ "hosting.profile", "tlsserver" },
		{ "hosting.eab_kid", "kid-1" },
		{ "hosting.eab_hmac_file", "/etc/waxseal/eab.key" },
		{ "hosting.dns_listen", ":53" },
		{ "hosting.dns_key_files", "/etc/waxseal/xfr.key" },
		{ "hosting.dns_secondaries", "192.0.2.2:53 xfr.example.net" },
		{ "imap.host", "imap.example.net" },
		{ "imap.user", "reports@example.net" },
		{ "imap.password_file", "/etc/waxseal/imap.pw" },
		{ "imap.move_to", "Taken" },
	};

	for (size_t i = 0; i < COUNT_OF(own); i++)
		if (strcmp(own[i].name, rule->name) == 0)
			return own[i].value;
	return rule->fallback;
}

/* Each key in its section. */
static void
example(struct cli *c)
{
	struct str open = STR("");

	buf_addz(&c->out, ".Sh EXAMPLES\n.Bd -literal -offset indent\n");
	for (size_t i = 0; i < CLI_KEYS; i++) {
		const struct cli_key_rule *rule = cli_key_rule((enum cli_key)i);
		struct str name = str_of(rule->name);
		size_t dot = str_index(name, '.');
		struct str section = str_sub(name, 0, dot);

		if (dot != SIZE_MAX && !str_eq(section, open)) {
			buf_addf(&c->out, "%s%.*s {\n", open.n ? "}\n" : "",
				 STR_ARG(section));
			open = section;
		}
		assign(c, rule, example_of(rule));
	}
	buf_addz(&c->out, "}\nimap \"main\" {\n");
	for (size_t i = 0; i < CLI_IMAP_KEYS; i++) {
		const struct cli_key_rule *rule =
			cli_imap_rule((enum cli_imap_key)i);

		if (example_of(rule)[0])
			assign(c, rule, example_of(rule));
	}
	buf_addz(&c->out, "}\n.Ed\n");
}

void
cli_man_conf(struct cli *c)
{
	cli_man_head(c, "WAXSEAL.CONF", 5, "waxseal.conf",
		     "cli.man.configuration");
	buf_addz(&c->out, ".Sh DESCRIPTION\n");
	cli_man_text(c, "cli.about.configuration");
	keys(c);
	buf_addz(&c->out, ".Sh FILES\n.Bl -tag -width Ds\n"
			  ".It Pa " CLI_CONFIG_FILE "\n");
	cli_man_text(c, "cli.opt.config");
	buf_addz(&c->out, ".It Pa /etc/waxseal/conf.d/*.conf\n");
	cli_man_text(c, "cli.man.conf_d");
	buf_addz(&c->out, ".El\n");
	example(c);
	buf_addz(&c->out, ".Sh SEE ALSO\n.Xr waxseal 1 ,\n"
			  ".Xr waxseal-config 1\n");
}
