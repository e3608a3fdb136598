/* inspect_net.c - how commands ask the world, and how they wait for it. */
#include "cli/inspect.h"

#include <string.h>
#include <unistd.h>

enum { HOST_ROOM = 256, NETS_MAX = 32, PORT_MAX = 65535 };

/* The name that we give to mail servers. */
static const char *
own_name(struct cli *c)
{
	struct str given = c->config->at[CLI_KEY_HOSTNAME].value, out;
	char name[HOST_ROOM] = { 0 };

	if (given.n > 0 && arena_dup(c->mem, given, &out))
		return out.p;
	if (gethostname(name, sizeof(name) - 1) < 0 || name[0] == '\0' ||
	    !arena_dup(c->mem, str_of(name), &out))
		return "localhost";
	return out.p;
}

/* --allow-private: blocks of addresses, or "all". */
static bool
read_allowed(struct cli *c, struct probe_options *net)
{
	struct netaddr_net *nets = arena_array(c->mem, NETS_MAX, sizeof(*nets));

	if (!nets)
		return false;
	net->allow = nets;
	for (size_t i = 0; i < c->args.given_count; i++) {
		const struct cli_given *g = &c->args.given[i];

		if (!g->option->name ||
		    strcmp(g->option->name, "allow-private") != 0)
			continue;
		if (strcmp(g->value, "all") == 0) {
			net->allow_private_all = true;
			continue;
		}
		if (net->allow_n == NETS_MAX ||
		    !netaddr_parse_net(str_of(g->value), &nets[net->allow_n])) {
			cli_complain(c, "cli.net.bad_block",
				     CLI_ARGS({ "block", str_of(g->value) }));
			return false;
		}
		net->allow_n++;
	}
	return true;
}

/* --ports DNS,HTTPS,SMTP: for laboratories. */
static bool
read_ports(struct cli *c, struct inspect_options *out)
{
	const char *given = cli_value(c, "ports");
	uint16_t *const ports[] = { &out->dns.port, &out->net.https_port,
				    &out->net.smtp_port };
	struct str rest = str_of(given), piece;
	uint64_t port;

	for (size_t i = 0; given && i < COUNT_OF(ports); i++) {
		if (!str_split(&rest, ',', &piece) || !str_u64(piece, &port) ||
		    port == 0 || port > PORT_MAX) {
			cli_complain(c, "cli.net.bad_ports",
				     CLI_ARGS({ "ports", str_of(given) }));
			return false;
		}
		*ports[i] = (uint16_t)port;
	}
	return true;
}

bool
cli_network(struct cli *c, struct inspect_options *out, int *code)
{
	*out = (struct inspect_options){
		.dns = { .server = cli_value(c, "resolver"),
			 .anchor = cli_value(c, "trust-anchor") },
		.net = { .ca_file = cli_value(c, "ca-file"),
			 .ehlo = own_name(c) },
	};
	*code = CLI_MISUSE;
	if (!read_allowed(c, &out->net) || !read_ports(c, out))
		return false;
	*code = CLI_FINE;
	return true;
}

int
cli_judge(struct cli *c, struct facts *f, bool (*judge)(void *ctx), void *ctx)
{
	struct inspect_options options;
	struct diag why = { 0 };
	bool complete = false;
	int code;
	enum err err;

	if (!cli_network(c, &options, &code))
		return code;
	err = inspect_wait(&options, f, judge, ctx, &complete, &why);
	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	if (complete)
		return CLI_FINE;
	cli_complain(c, "cli.net.incomplete", CLI_NO_ARGS);
	return CLI_TEMPORARY;
}

bool
cli_domain(struct cli *c, size_t i, struct str *out)
{
	struct str given = str_of(c->args.operand[i]);

	if (inspect_domain_in(given, c->mem, out))
		return true;
	cli_complain(c, "cli.net.bad_domain", CLI_ARGS({ "domain", given }));
	return false;
}

/* ---- findings for people ---- */

enum cli_style
cli_severity_style(enum finding_severity severity)
{
	switch (severity) {
	case FINDING_CRITICAL:
	case FINDING_FAIL:
		return CLI_BAD;
	case FINDING_WARN:
		return CLI_WARN;
	default:
		return CLI_GOOD;
	}
}

enum { PARAGRAPH_MAX = 64 << 10 };

static void
tell_filled(struct cli *c, const char *indent, const char *text,
	    const struct finding_found *found)
{
	SCOPED_BUF filled = BUF(PARAGRAPH_MAX);

	if (text[0] == '\0')
		return;
	finding_found_fill(&filled, text, found);
	buf_addf(&c->out, "%s%s\n", indent, buf_c(&filled));
}

static void
tell_record(struct cli *c, const struct finding_record *r)
{
	if (r->value.n == 0)
		return;
	buf_addz(&c->out, "    ");
	buf_add_escaped(&c->out, r->name);
	buf_addz(&c->out, r->name.n > 0 ? ".  " : "");
	buf_add_escaped(&c->out, r->type);
	buf_addz(&c->out, str_eq(r->type, S("TXT")) ? "  \"" : "  ");
	buf_add_escaped(&c->out, r->value);
	buf_addz(&c->out, str_eq(r->type, S("TXT")) ? "\"\n" : "\n");
}

void
cli_tell_findings(struct cli *c, const struct finding_list *found,
		  enum finding_severity least)
{
	for (size_t i = 0; i < found->n; i++) {
		const struct finding_found *one = &found->at[i];
		const struct finding *f = one->finding;

		if (f->severity < least)
			continue;
		buf_addf(&c->out, "\n%s  %s\n",
			 finding_severity_name(f->severity), f->code);
		tell_filled(c, "  ", f->title[c->lang], one);
		tell_filled(c, "  ", f->meaning[c->lang], one);
		tell_filled(c, "  -> ", f->fix[c->lang], one);
		tell_record(c, &one->record);
		cli_flush_some(c);
	}
}

int
cli_findings_exit(const struct cli *c, const struct finding_list *found)
{
	enum finding_severity worst = finding_list_worst(found);

	if (worst >= FINDING_FAIL)
		return CLI_PROBLEMS;
	if (worst == FINDING_WARN && cli_given(c, "strict"))
		return CLI_WARNINGS;
	return CLI_FINE;
}
