/* man_conf.c - waxseal.conf(5), from the table of keys. */
#include "cli/man.h"

#include <stdio.h>
#include <string.h>

static void
keys(struct cli *c)
{
	buf_addz(&c->out, ".Sh KEYS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < CLI_KEYS; i++) {
		const struct cli_key_rule *rule = cli_key_rule((enum cli_key)i);
		struct str accepted;
		char name[CLI_ENV_NAME_MAX];

		(void)cli_config_accepts((enum cli_key)i, S("?"), &accepted);
		buf_addf(&c->out, ".It Ic %s\n", rule->name);
		cli_man_text(c, rule->help);
		buf_addf(&c->out, ".br\n%s: ", cli_word(c, "cli.man.accepts"));
		buf_add(&c->out, accepted);
		buf_addf(&c->out, "\n.br\n%s: %s\n",
			 cli_word(c, "cli.man.default"),
			 rule->fallback[0] ? rule->fallback : "-");
		buf_addf(&c->out, ".br\n%s:\n.Ev %s\n",
			 cli_word(c, "cli.man.override"),
			 cli_config_env_name((enum cli_key)i, name));
	}
	buf_addz(&c->out, ".El\n");
}

/* Each key with its default, in its section. */
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
		const char *value = rule->fallback;

		if (!str_eq(section, open)) {
			buf_addf(&c->out, "%s%.*s {\n", open.n ? "}\n" : "",
				 STR_ARG(section));
			open = section;
		}
		if (rule->type == CLI_KEY_LANGS)
			buf_addf(&c->out, "\t%s = {\"en\", \"ja\", \"nb\"}\n",
				 rule->name + dot + 1);
		else
			buf_addf(&c->out, "\t%s = \"%s\"\n",
				 rule->name + dot + 1,
				 value[0] ? value
					  : "/usr/share/waxseal/geo/file.mmdb");
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
