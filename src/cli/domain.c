/* domain.c - `domain list`, `show` and `remove`: whose reports come here, and
 * the records that lead them here. */
#include "cli/people.h"
#include "cli/table.h"
#include "cli/words.h"
#include "dnsname/dnsname.h"

static const struct cli_column columns[] = {
	{ "domain", "cli.col.domain", false, true },
	{ "purpose", "cli.col.purpose", false, false },
	{ "address", "cli.col.address", false, false },
	{ "added_at", "cli.col.added", true, false },
};

/* ---- where reports come to ---- */

struct control_instance
cli_instance(struct cli *c)
{
	return (struct control_instance){
		.hostname = cli_hostname(c),
		.base_url = c->config->at[CLI_KEY_WEB_BASE_URL].value,
	};
}

static enum err
take_policy(void *ctx, const struct store_report *r)
{
	static const char *const words[] = { "none", "quarantine", "reject" };
	const struct json_limits limits = { 64 << 10, 8 };
	struct str *policy = ctx;
	SCOPED_JSON root = NULL;
	bool repaired;

	if (json_parse(r->policy_json, limits, &root, &repaired, NULL) !=
	    ERR_NONE)
		return ERR_NONE;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(json_str(json_get(root, "p")), str_of(words[i])))
			*policy = str_of(words[i]);
	return ERR_NONE;
}

/* What the newest report saw: what is suggested must not be weaker. */
static struct str
known_policy(struct cli *c, struct str domain)
{
	const struct store_list list = {
		.owner = STORE_OWNER_SELF,
		.kind = DECODE_DMARC,
		.domain = domain,
		.first_day = INT64_MIN,
		.last_day = INT64_MAX,
		.limit = 1,
	};
	struct diag why = { 0 };
	SCOPED_BUF next = BUF(4096);
	struct str policy = S("");
	SCOPED_STORE s = NULL;

	if (store_open(c->data, STORE_READ, CLI_PATIENCE, &s, &why) == ERR_NONE)
		(void)!store_reports(s, &list, take_policy, &policy, &next,
				     &why);
	return policy;
}

enum err
cli_domain_records(struct cli *c, const struct control_domain *d,
		   struct control_records *out, struct diag *why)
{
	struct control_instance at = cli_instance(c);

	at.policy = known_policy(c, d->name);

	return control_records(d, &at, c->mem, out, why);
}

/* ---- what is told ---- */

static void
put_records(struct json_out *j, const struct control_domain *d,
	    const struct control_records *r)
{
	json_put_str(j, "domain", d->name);
	json_put_str(j, "purpose", str_of(control_purpose_name(d->purpose)));
	json_put_i64(j, "added_at", d->added_at);
	json_put_str(j, "address", r->address);
	json_put_known(j, "post_url", r->post_url);
	control_records_put(r, j);
}

/* Lines of a zone file: what is printed can be pasted. */
static void
print_records(struct cli *c, const struct control_domain *d,
	      const struct control_records *r)
{
	static const char *const keys[] = { "cli.domain.dmarc",
					    "cli.domain.tls_rpt",
					    "cli.domain.authorisation" };
	struct str shown = dnsname_show(d->name, c->mem);

	cli_print(c, "cli.domain.records",
		  CLI_ARGS({ "domain", shown }, { "address", r->address }));
	for (size_t i = 0; i < r->count && i < COUNT_OF(keys); i++) {
		buf_addc(&c->out, '\n');
		cli_print(c, keys[i], CLI_ARGS({ "domain", shown }));
		buf_addf(&c->out, "%.*s. %d IN TXT \"%.*s\"\n",
			 STR_ARG(r->record[i].name), CONTROL_RECORD_TTL,
			 STR_ARG(r->record[i].value));
	}
}

/* ---- the commands ---- */

enum err
cli_domain_tell(struct cli *c, const struct control_domain *d, struct diag *why)
{
	struct control_records records;
	enum err err = cli_domain_records(c, d, &records, why);

	if (err != ERR_NONE)
		return err;
	if (cli_is_json(c)) {
		put_records(cli_json_row(c), d, &records);
		cli_json_row_end(c);
	} else {
		print_records(c, d, &records);
	}
	return ERR_NONE;
}

struct domains {
	struct cli *c;
	struct cli_table table;
	struct str host;
	size_t count;
};

static enum err
take_domain(void *ctx, const struct control_domain *d)
{
	static const char *const keys[] = {
		[CONTROL_PEOPLE] = "cli.purpose.people",
		[CONTROL_SYSTEMS] = "cli.purpose.systems",
		[CONTROL_PARKED] = "cli.purpose.parked",
	};
	struct domains *all = ctx;
	SCOPED_BUF address = BUF(1024);

	all->count++;
	buf_addf(&address, "%.*s@%.*s", STR_ARG(d->mail_token),
		 STR_ARG(all->host));
	if (cli_is_json(all->c)) {
		struct json_out *j = cli_json_row(all->c);

		json_put_str(j, "domain", d->name);
		json_put_str(j, "purpose",
			     str_of(control_purpose_name(d->purpose)));
		json_put_str(j, "address", buf_str(&address));
		json_put_i64(j, "added_at", d->added_at);
		cli_json_row_end(all->c);
		return ERR_NONE;
	}
	cli_cell(&all->table, d->name, CLI_PLAINLY);
	cli_cell_word(&all->table, control_purpose_name(d->purpose),
		      keys[d->purpose], CLI_PLAINLY);
	cli_cell(&all->table, buf_str(&address), CLI_PLAINLY);
	cli_cell_day(&all->table, d->added_at, true);
	return ERR_NONE;
}

int
cli_domain_list(struct cli *c)
{
	static const struct cli_whole_list list = { "waxseal.domain.list/1",
						    "domains", columns,
						    COUNT_OF(columns),
						    "cli.domain.none" };
	struct domains all = { .c = c, .host = cli_hostname(c) };
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(c, &code);

	if (!control)
		return code;
	cli_whole_list_begin(c, &list, &all.table);
	enum err err = control_domains(control, CONTROL_OWNER_SELF, take_domain,
				       &all, &why);

	return cli_whole_list_end(c, &list, &all.table, all.count, err, &why);
}

int
cli_domain_show(struct cli *c)
{
	const struct control_domain by = { .name = str_of(c->args.operand[0]) };
	struct control_domain d;
	struct control_records records;
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(c, &code);

	if (!control)
		return code;
	enum err err =
		control_domain_find(control, &by, c->mem, NULL, &d, &why);

	if (err == ERR_GONE && why.detail[0] == '\0') {
		why = (struct diag){ 0 };
		err = diag_set(&why, ERR_GONE, "control.no_domain", 0, "%s",
			       c->args.operand[0]);
	}
	if (err == ERR_NONE)
		err = cli_domain_records(c, &d, &records, &why);
	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	if (cli_is_json(c)) {
		put_records(cli_json_only(c, "waxseal.domain.show/1"), &d,
			    &records);
		cli_json_only_end(c);
	} else {
		print_records(c, &d, &records);
	}
	return CLI_FINE;
}

static int
tell_removed(struct cli *c, bool dry)
{
	struct str name = str_of(c->args.operand[0]);

	if (cli_is_json(c)) {
		struct json_out *j =
			cli_json_only(c, "waxseal.domain.remove/1");

		json_put_str(j, "domain", name);
		json_put_bool(j, "dry_run", dry);
		cli_json_only_end(c);
		return CLI_FINE;
	}
	cli_print(c, dry ? "cli.domain.would" : "cli.domain.removed",
		  CLI_ARGS({ "domain", name }));
	return CLI_FINE;
}

int
cli_domain_remove(struct cli *c)
{
	struct str name = str_of(c->args.operand[0]);
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(c, &code);

	if (!control)
		return code;
	if (cli_given(c, "dry-run"))
		return tell_removed(c, true);
	if (!cli_confirm(c, "cli.domain.ask", CLI_ARGS({ "domain", name }),
			 &code))
		return code;
	enum err err =
		control_domain_remove(control, CONTROL_OWNER_SELF, name, &why);

	if (err == ERR_NONE)
		err = cli_audit(c, control, "domain.remove", name, &why);
	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	return tell_removed(c, false);
}
