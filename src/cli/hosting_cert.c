/* hosting_cert.c - `cert list` and `cert renew`; patterns of mail servers as
 * policies have them. */
#include "cli/hosting.h"
#include "dnsname/dnsname.h"
#include "serve/serve.h"

#include <stdio.h>

enum { KEY_ROOM = 64 };

static const struct cli_column columns[] = {
	{ "name", "cli.col.name", false, true },
	{ "use", "cli.col.use", false, true },
	{ "not_after", "cli.col.expires", true, false },
	{ "next_try", "cli.col.renewal", true, false },
	{ "tries", "cli.col.tries", true, false },
	{ "fault", "cli.col.fault", false, true },
};

struct certs {
	struct cli *c;
	struct cli_table table;
	size_t count;
};

/* What it serves; for people behind "cli.cert.use.". */
static const char *
use_of(struct cli *c, const struct control_cert *t)
{
	struct str url = c->config->at[CLI_KEY_WEB_BASE_URL].value;
	bool web = str_eq_fold(serve_url_host(url), t->name);
	bool mail = str_eq_fold(cli_hostname(c), t->name);

	if (t->hosted != 0)
		return "policy";
	if (web)
		return mail ? "dashboard_mail" : "dashboard";
	return mail ? "mail" : "none";
}

static void
put_cert(struct json_out *j, const struct control_cert *t, const char *use)
{
	bool there = t->chain.n > 0;

	json_put_str(j, "name", t->name);
	json_put_str(j, "use", str_of(use));
	cli_json_i64(j, "not_before", t->not_before, there);
	cli_json_i64(j, "not_after", t->not_after, there);
	cli_json_i64(j, "issued_at", t->issued_at, there);
	json_put_known(j, "ca", t->ca);
	json_put_i64(j, "next_try", t->next_try);
	json_put_i64(j, "tries", (int64_t)t->tries);
	json_put_known(j, "fault", t->fault);
	json_put_known(j, "fault_detail", t->fault_detail);
}

static enum err
take_cert(void *ctx, const struct control_cert *t)
{
	struct certs *all = ctx;
	const char *use = use_of(all->c, t);
	char key[KEY_ROOM];

	all->count++;
	(void)snprintf(key, sizeof(key), "cli.cert.use.%s", use);
	if (cli_is_json(all->c)) {
		put_cert(cli_json_row(all->c), t, use);
		cli_json_row_end(all->c);
		return ERR_NONE;
	}
	cli_cell(&all->table, t->name, CLI_PLAINLY);
	cli_cell_word(&all->table, use, key, CLI_PLAINLY);
	cli_cell_day(&all->table, t->not_after, t->chain.n > 0);
	cli_cell_stamp(&all->table, t->next_try, t->next_try != 0);
	cli_cell_count(&all->table, t->tries, true);
	cli_cell(&all->table, t->fault, t->fault.n > 0 ? CLI_BAD : CLI_PLAINLY);
	return ERR_NONE;
}

int
cli_cert_list(struct cli *c)
{
	static const struct cli_whole_list list = { "waxseal.cert.list/1",
						    "certificates", columns,
						    COUNT_OF(columns),
						    "cli.cert.none" };
	struct certs all = { .c = c };
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(c, &code);
	enum err err;

	if (!control)
		return code;
	cli_whole_list_begin(c, &list, &all.table);
	err = control_certs(control, CONTROL_OWNER_SELF, take_cert, &all, &why);
	return cli_whole_list_end(c, &list, &all.table, all.count, err, &why);
}

/* The name itself, when it is one of ours; else the domain's. */
static enum err
find_host(struct cli *c, struct control *control, struct buf *host,
	  struct diag *why)
{
	struct str given = str_of(c->args.operand[0]), name;
	struct control_cert cert = { 0 };
	bool found = false;
	enum err err;

	if (!dnsname_fold(given, c->mem, &name))
		name = given;
	err = control_cert_find(control, name, c->mem, &cert, &found, why);
	if (!found && !str_starts(name, S("mta-sts.")))
		buf_addz(host, "mta-sts.");
	buf_add(host, name);
	return err;
}

int
cli_cert_renew(struct cli *c)
{
	SCOPED_BUF host = BUF(DNSNAME_MAX + 16);
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_CONTROL control = cli_control(c, &code);
	enum err err;

	if (!control)
		return code;
	err = find_host(c, control, &host, &why);
	if (err == ERR_NONE)
		err = control_cert_hurry(control, CONTROL_OWNER_SELF,
					 buf_str(&host), c->now, &why);
	if (err == ERR_NONE)
		err = cli_audit(c, control, "cert.renew", buf_str(&host), &why);
	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	if (cli_is_json(c)) {
		json_put_str(cli_json_only(c, "waxseal.cert.renew/1"), "name",
			     buf_str(&host));
		cli_json_only_end(c);
	} else {
		cli_print(c, "cli.cert.renewing",
			  CLI_ARGS({ "name", buf_str(&host) }));
	}
	return CLI_FINE;
}

bool
cli_fold_pattern(struct cli *c, const char *text, struct str *out)
{
	struct str given = str_of(text), name = given, folded;
	bool star = str_starts(given, S("*."));

	if (star)
		name = str_sub(given, 2, SIZE_MAX);
	if (!dnsname_fold(name, c->mem, &folded) ||
	    str_index(folded, '.') == SIZE_MAX ||
	    str_index(folded, '*') != SIZE_MAX)
		return false;
	if (!star) {
		*out = folded;
		return true;
	}

	SCOPED_BUF whole = BUF(DNSNAME_MAX + 8);

	buf_addf(&whole, "*.%.*s", STR_ARG(folded));
	return arena_dup(c->mem, buf_str(&whole), out);
}
