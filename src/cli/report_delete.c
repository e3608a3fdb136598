/* report_delete.c - `report delete`: one report, or everything of a domain. */
#include "cli/server.h"
#include "ingest/ingest.h"

struct found {
	uint64_t count;
	struct cli *c;
	struct buf words; /* who it is from, for the question */
};

static enum err
describe(void *ctx, const struct store_report *r)
{
	struct found *found = ctx;
	char day[CIVIL_DATE_SIZE];

	found->count++;
	buf_clear(&found->words);
	buf_add(&found->words, r->org);
	buf_addz(&found->words, ", ");
	buf_add(&found->words, r->domain);
	buf_addf(&found->words, ", %s", civil_print_date(r->begin, day));
	return ERR_NONE;
}

static enum err
count_reports(struct store *s, struct str domain, struct found *found,
	      struct diag *why)
{
	struct store_list list = { .owner = STORE_OWNER_SELF,
				   .domain = domain,
				   .first_day = INT64_MIN,
				   .last_day = INT64_MAX,
				   .limit = STORE_LIMIT_MAX };
	SCOPED_BUF next = BUF(4096);
	SCOPED_BUF cursor = BUF(4096);
	enum err err;

	do {
		buf_clear(&next);
		err = store_reports(s, &list, describe, found, &next, why);
		buf_clear(&cursor);
		buf_add(&cursor, buf_str(&next));
		list.cursor = buf_str(&cursor);
	} while (err == ERR_NONE && next.n > 0);
	return err;
}

static int
tell(struct cli *c, uint64_t deleted, bool dry)
{
	char count[CLI_NUMBER_MAX];

	if (cli_is_json(c)) {
		struct json_out *j =
			cli_json_only(c, "waxseal.report.delete/1");

		json_put_u64(j, "reports", deleted);
		json_put_bool(j, "dry_run", dry);
		cli_json_only_end(c);
		return CLI_FINE;
	}
	cli_print(c, dry ? "cli.delete.would" : "cli.delete.done",
		  CLI_ARGS({ "count", cli_count(c, deleted, count) }));
	return CLI_FINE;
}

/* What the deleted reports had superseded counts again: fold those days. */
static enum err
settle(struct store *s, struct diag *why)
{
	return store_fold(s, STORE_OWNER_SELF, NULL, NULL, why);
}

/* By the server when one runs: the store is its to write. */
static enum err
remove_one(struct cli *c, struct store *s, int64_t id, struct diag *why)
{
	SCOPED_BUF request = BUF(128);
	const struct cli_asked asked = { .request = &request };
	enum err err;

	(void)buf_addf(&request, "{\"op\":\"delete_report\",\"id\":%lld}",
		       (long long)id);
	if (cli_ask_server(c, &asked, &err, why))
		return err;
	err = store_delete_report(s, STORE_OWNER_SELF, id, why);
	return err == ERR_NONE ? settle(s, why) : err;
}

static enum err
remove_domain(struct cli *c, struct store *s, struct str domain,
	      uint64_t *deleted, struct diag *why)
{
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX);
	struct json_out j = JSON_OUT(&request);
	int64_t count = 0;
	const struct cli_asked asked = { &request, "deleted", &count };
	enum err err;

	json_open_object(&j, NULL);
	json_put_str(&j, "op", S("delete_domain"));
	json_put_str(&j, "domain", domain);
	json_close_object(&j);
	if (cli_ask_server(c, &asked, &err, why)) {
		*deleted = (uint64_t)count;
		return err;
	}
	err = store_delete_domain(s, STORE_OWNER_SELF, domain, deleted, why);
	return err == ERR_NONE ? settle(s, why) : err;
}

static int
delete_report(struct cli *c, struct store *s, int64_t id)
{
	struct found found = { .c = c, .words = BUF(4096) };
	struct diag why = { 0 };
	bool dry = cli_given(c, "dry-run");
	int code = CLI_FINE;
	enum err err = store_report_get(s, STORE_OWNER_SELF, id, describe,
					&found, &why);

	if (err == ERR_NONE && !dry &&
	    !cli_confirm(c, "cli.delete.ask_one",
			 CLI_ARGS({ "report", buf_str(&found.words) }),
			 &code)) {
		buf_free(&found.words);
		return code;
	}
	buf_free(&found.words);
	if (err == ERR_NONE && !dry)
		err = remove_one(c, s, id, &why);
	return err == ERR_NONE ? tell(c, 1, dry) : cli_fail(c, err, &why);
}

static int
delete_domain(struct cli *c, struct store *s, struct str domain)
{
	struct found found = { .c = c, .words = BUF(4096) };
	struct diag why = { 0 };
	bool dry = cli_given(c, "dry-run");
	char count[CLI_NUMBER_MAX];
	int code = CLI_FINE;
	uint64_t deleted = 0;
	enum err err = count_reports(s, domain, &found, &why);

	buf_free(&found.words);
	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	if (found.count == 0) {
		cli_complain(c, "cli.delete.no_domain",
			     CLI_ARGS({ "domain", domain }));
		return CLI_NOT_FOUND;
	}
	if (dry)
		return tell(c, found.count, true);
	if (!cli_confirm(
		    c, "cli.delete.ask_domain",
		    CLI_ARGS({ "domain", domain },
			     { "count", cli_count(c, found.count, count) }),
		    &code))
		return code;
	err = remove_domain(c, s, domain, &deleted, &why);
	return err == ERR_NONE ? tell(c, deleted, false)
			       : cli_fail(c, err, &why);
}

int
cli_report_delete(struct cli *c)
{
	const char *domain = cli_value(c, "domain");
	int64_t id = 0;
	int code = CLI_FINE;

	if (!domain == (c->args.operand_count == 0)) {
		cli_complain(c, "cli.delete.which", CLI_NO_ARGS);
		return CLI_MISUSE;
	}
	if (!domain && !cli_id(c, 0, &id))
		return CLI_MISUSE;
	bool reads = cli_given(c, "dry-run") || cli_serves(c);
	SCOPED_STORE s = cli_store(c, reads ? STORE_READ : STORE_WRITE, &code);

	if (!s)
		return code;
	return domain ? delete_domain(c, s, str_of(domain))
		      : delete_report(c, s, id);
}
