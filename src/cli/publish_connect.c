/* publish_connect.c - `dns connect`: a link with which the owner of a domain
 * lets his DNS provider publish our records. */
#include "cli/hosting.h"
#include "cli/publish.h"
#include "domainconnect/domainconnect.h"
#include "os/os.h"
#include "seal/seal.h"

enum { PEM_MAX = 16 << 10, LINK_MAX = 8 << 10, TEMPLATE_MAX = 8 << 10 };

struct connecting {
	struct cli *c;
	struct domainconnect_us us;
	struct str domain;
	struct facts *f;
	struct domainconnect_found found;
	struct finding_list said;
};

static bool
judge(void *ctx)
{
	struct connecting *g = ctx;

	return domainconnect_discover(g->f, &g->us, g->domain, g->c->mem,
				      &g->found, &g->said);
}

/* ---- without a domain: what is set up once ---- */

static int
tell_template(struct connecting *g)
{
	SCOPED_BUF text = BUF(TEMPLATE_MAX);

	domainconnect_template(&g->us, &text);
	buf_add(&g->c->out, buf_str(&text));
	return CLI_FINE;
}

static bool
tell_key(void *ctx, struct str value)
{
	struct connecting *g = ctx;

	return buf_addf(&g->c->out, "%.*s.%.*s. 3600 IN TXT \"%.*s\"\n",
			STR_ARG(g->us.key_host), STR_ARG(g->us.key_domain),
			STR_ARG(value));
}

/* ---- the link ---- */

/* Copying the records is the way then, but to somebody who could not be
 * reached one may come back. */
static int
no_link(const struct connecting *g)
{
	return finding_list_find(&g->said, "domainconnect.unreachable")
		       ? CLI_TEMPORARY
		       : CLI_NOT_FOUND;
}

static int
tell_link(struct connecting *g, struct str link)
{
	struct cli *c = g->c;
	struct json_out *j;

	if (!cli_is_json(c)) {
		if (link.n == 0) {
			cli_tell_findings(c, &g->said, FINDING_INFO);
			return no_link(g);
		}
		cli_print(c, "cli.connect.link",
			  CLI_ARGS({ "provider", g->found.provider },
				   { "domain", g->domain }));
		buf_addf(&c->out, "\n%.*s\n", STR_ARG(link));
		return CLI_FINE;
	}
	j = cli_json_only(c, "waxseal.dns.connect/1");
	json_put_str(j, "domain", g->domain);
	json_put_known(j, "provider", g->found.provider);
	json_put_known(j, "url", link);
	finding_put_list(j, "findings", &g->said, c->lang);
	cli_json_only_end(c);
	return link.n > 0 ? CLI_FINE : no_link(g);
}

static int
find_link(struct connecting *g)
{
	SCOPED_BUF link = BUF(LINK_MAX);
	struct control_hosted h;
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(g->c, &code);

	if (!control || !cli_hosted(g->c, control, &h, &code))
		return code;
	g->domain = h.name;
	code = cli_judge(g->c, g->f, judge, g);
	if (code != CLI_FINE)
		return code;
	if (g->found.sync_url.n > 0 &&
	    domainconnect_link(&g->found, &g->us, g->domain, h.token, &link,
			       &why) != ERR_NONE)
		return cli_fail(g->c, ERR_SYNTAX, &why);
	return tell_link(g, buf_str(&link));
}

/* ---- the command ---- */

static int
connect_with_key(struct connecting *g)
{
	const char *path = cli_value(g->c, "key-file");
	SCOPED_BUF pem = BUF(PEM_MAX);
	struct diag why = { 0 };
	enum err err;
	int code;

	if (!path || g->us.key_domain.n == 0)
		return cli_fail(g->c,
				diag_set(&why, ERR_SYNTAX,
					 "domainconnect.bad_key", 0, "%s", ""),
				&why);
	err = os_read_file(path, &pem, &why);
	g->us.pem = buf_str(&pem);
	if (err != ERR_NONE) {
		code = cli_fail(g->c, err, &why);
	} else if (g->c->args.operand_count == 0) {
		err = domainconnect_key(&g->us, tell_key, g, &why);
		code = err == ERR_NONE ? CLI_FINE : cli_fail(g->c, err, &why);
	} else {
		g->f = facts_new(CLI_PUBLISH_FACTS, os_now());
		code = find_link(g);
		facts_free(g->f);
	}
	seal_wipe(pem.p, pem.n);
	return code;
}

int
cli_dns_connect(struct cli *c)
{
	const char *host = cli_value(c, "key-host");
	const char *domain = cli_value(c, "key-domain");
	struct connecting g = {
		.c = c,
		.us = { .zone = c->config->at[CLI_KEY_HOSTING_ZONE].value,
			.key_domain = str_of(domain ? domain : ""),
			.key_host = str_of(host ? host : "_dck1") },
		.said = { .mem = c->mem },
	};
	struct diag why = { 0 };

	if (g.us.zone.n == 0)
		return cli_fail(
			c,
			diag_set(&why, ERR_SYNTAX, "hosting.off", 0, "%s", ""),
			&why);
	return cli_given(c, "show-template") ? tell_template(&g)
					     : connect_with_key(&g);
}
