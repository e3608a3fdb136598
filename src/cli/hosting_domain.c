/* hosting_domain.c - `domain host` and `domain prove`: a domain whose records
 * and policy are to be served here, and whether it is its owner's. */
#include "cli/hosting.h"
#include "control/control.h"
#include "dnsname/dnsname.h"
#include "hosted/hosted.h"

enum { TTL = 3600 };

bool
cli_hosted(struct cli *c, struct control *control, struct control_hosted *out,
	   int *code)
{
	struct diag why = { 0 };
	enum err err = control_hosted_find(control, CONTROL_OWNER_SELF,
					   str_of(c->args.operand[0]), c->mem,
					   out, &why);

	if (err == ERR_NONE)
		return true;
	*code = cli_fail(c, err, &why);
	return false;
}

static struct str
zone_of(const struct cli *c)
{
	return c->config->at[CLI_KEY_HOSTING_ZONE].value;
}

static void
put_records(struct cli *c, struct json_out *j, const struct control_hosted *h)
{
	json_open_array(j, "records");
	for (size_t i = 0; i < HOSTED_PLACES; i++) {
		SCOPED_BUF name = BUF(1024);
		SCOPED_BUF target = BUF(1024);

		buf_addf(&name, "%s.%.*s", hosted_leads[i].below,
			 STR_ARG(h->name));
		buf_addf(&target, "%.*s.%s.%.*s", STR_ARG(h->token),
			 hosted_leads[i].label, STR_ARG(zone_of(c)));
		json_open_object(j, NULL);
		json_put_str(j, "name", buf_str(&name));
		json_put_str(j, "type", S("CNAME"));
		json_put_str(j, "value", buf_str(&target));
		json_close_object(j);
	}
	json_close_array(j);
}

static void
put_proof(struct json_out *j, const struct control_hosted *h)
{
	SCOPED_BUF name = BUF(1024);
	SCOPED_BUF value = BUF(1024);

	buf_addf(&name, CONTROL_PROOF_LABEL ".%.*s", STR_ARG(h->name));
	buf_addf(&value, CONTROL_PROOF_VALUE "%.*s", STR_ARG(h->challenge));
	json_open_object(j, "proof");
	json_put_known(j, "by", str_of(control_proof_name(h->proof)));
	cli_json_i64(j, "proven_at", h->proven_at, h->proven_at != 0);
	cli_json_i64(j, "checked_at", h->checked_at, h->checked_at != 0);
	cli_json_i64(j, "lost_at", h->lost_at, h->lost_at != 0);
	json_put_str(j, "name", buf_str(&name));
	json_put_str(j, "type", S("TXT"));
	json_put_str(j, "value", buf_str(&value));
	json_close_object(j);
}

void
cli_put_hosted(struct cli *c, struct json_out *j,
	       const struct control_hosted *h)
{
	json_put_str(j, "domain", h->name);
	json_put_str(j, "token", h->token);
	json_put_str(j, "mode", str_of(stsmode_name(h->mode)));
	cli_json_i64(j, "mode_since", h->mode_since, h->mode_since != 0);
	json_put_known(j, "fault", h->fault);
	json_put_known(j, "fault_detail", h->fault_detail);
	put_proof(j, h);
	put_records(c, j, h);
}

void
cli_print_delegation(struct cli *c, const struct control_hosted *h)
{
	for (size_t i = 0; i < HOSTED_PLACES; i++)
		buf_addf(&c->out, "%s.%.*s. %d IN CNAME %.*s.%s.%.*s.\n",
			 hosted_leads[i].below, STR_ARG(h->name), TTL,
			 STR_ARG(h->token), hosted_leads[i].label,
			 STR_ARG(zone_of(c)));
	buf_addc(&c->out, '\n');
	cli_print(c, "cli.hosting.or_txt", CLI_NO_ARGS);
	buf_addf(&c->out,
		 CONTROL_PROOF_LABEL ".%.*s. %d IN TXT \"" CONTROL_PROOF_VALUE
				     "%.*s\"\n",
		 STR_ARG(h->name), TTL, STR_ARG(h->challenge));
}

/* ---- the commands ---- */

static int
tell(struct cli *c, const struct control_hosted *h, const char *schema)
{
	struct str shown = dnsname_show(h->name, c->mem);
	const char *key = h->proven_at == 0 ? "cli.hosting.unproven"
			  : h->lost_at != 0 ? "cli.hosting.lost"
					    : "cli.hosting.proven";

	if (cli_is_json(c)) {
		cli_put_hosted(c, cli_json_only(c, schema), h);
		cli_json_only_end(c);
		return CLI_FINE;
	}
	cli_print(c, key, CLI_ARGS({ "domain", shown }));
	if (h->proven_at != 0 && h->lost_at == 0)
		return CLI_FINE;
	cli_print(c, "cli.hosting.records", CLI_ARGS({ "domain", shown }));
	buf_addc(&c->out, '\n');
	cli_print_delegation(c, h);
	return CLI_FINE;
}

static enum err
host(struct cli *c, struct control *control, struct control_hosted *h,
     struct diag *why)
{
	enum err err =
		control_hosted_add(control, CONTROL_OWNER_SELF, h, c->mem, why);

	return err == ERR_NONE
		       ? cli_audit(c, control, "domain.host", h->name, why)
		       : err;
}

int
cli_domain_host(struct cli *c)
{
	struct control_hosted h = { .name = str_of(c->args.operand[0]),
				    .added_at = c->now };
	struct diag why = { 0 };
	int code = CLI_FINE;
	enum err err;

	if (c->args.operand_count > 1 && !cli_value(c, "template")) {
		cli_complain(c, "cli.template.one", CLI_NO_ARGS);
		return CLI_MISUSE;
	}
	SCOPED_CONTROL control = cli_control(c, &code);
	if (!control)
		return code;
	if (zone_of(c).n > 0 && cli_value(c, "template"))
		return cli_template_apply(c, control, cli_value(c, "template"));
	err = zone_of(c).n > 0
		      ? host(c, control, &h, &why)
		      : diag_set(&why, ERR_SYNTAX, "hosting.off", 0, "%s", "");
	return err == ERR_NONE ? tell(c, &h, "waxseal.domain.host/1")
			       : cli_fail(c, err, &why);
}

/* Makes it due and tells how it stands; the running service looks. */
int
cli_domain_prove(struct cli *c)
{
	struct control_hosted h;
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(c, &code);
	enum err err;

	if (!control || !cli_hosted(c, control, &h, &code))
		return code;
	err = control_hosted_hurry(control, CONTROL_OWNER_SELF, h.name, c->now,
				   &why);
	return err == ERR_NONE ? tell(c, &h, "waxseal.domain.prove/1")
			       : cli_fail(c, err, &why);
}
