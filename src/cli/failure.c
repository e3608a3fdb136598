/* failure.c - `failure list` and `failure show`. What is personal is redacted
 * unless --personal asks for it. */
#include "cli/words.h"
#include "failrpt/failrpt.h"

enum { LIMIT = 100 };

struct failures {
	struct cli *c;
	struct cli_table table;
	bool personal;
	uint64_t count;
};

static const struct cli_column columns[] = {
	{ "id", "cli.col.id", true, false },
	{ "arrival", "cli.col.arrival", true, false },
	{ "org", "cli.col.reporter", false, true },
	{ "domain", "cli.col.domain", false, true },
	{ "source_ip", "cli.col.ip", false, false },
	{ "auth_failure", "cli.col.auth_failure", false, false },
	{ "delivery_result", "cli.col.delivery", false, false },
	{ "incidents", "cli.col.incidents", true, false },
	{ "header_from", "cli.col.header_from", false, true },
	{ "subject", "cli.col.subject", false, true },
};

/* `text`, made unreadable unless asked for; lives in `room`. */
static struct str
guarded(const struct failures *all, struct str text, struct buf *room)
{
	if (all->personal || text.n == 0)
		return text;
	buf_clear(room);
	failrpt_redact(text, room);
	return buf_str(room);
}

static void
put_guarded(const struct failures *all, struct json_out *j, const char *key,
	    struct str text)
{
	SCOPED_BUF room = BUF(128 << 10);

	json_put_known(j, key, guarded(all, text, &room));
}

static void
put_failure(const struct failures *all, struct json_out *j,
	    const struct store_failure_row *r)
{
	json_put_i64(j, "id", r->id);
	json_put_known(j, "org", r->org);
	json_put_known(j, "feedback_type", r->feedback_type);
	json_put_known(j, "auth_failure", r->auth_failure);
	json_put_known(j, "domain", r->domain);
	json_put_known(j, "source_ip", r->source_ip);
	json_put_known(j, "delivery_result", r->delivery_result);
	json_put_known(j, "auth_results", r->auth_results);
	json_put_known(j, "user_agent", r->user_agent);
	cli_json_i64(j, "arrival", r->arrival, r->arrival != 0);
	json_put_i64(j, "received_at", r->received_at);
	json_put_u64(j, "incidents", r->incidents);
	json_put_bool(j, "redacted", !all->personal);
	put_guarded(all, j, "mail_from", r->mail_from);
	put_guarded(all, j, "rcpt_to", r->rcpt_to);
	put_guarded(all, j, "header_from", r->header_from);
	put_guarded(all, j, "subject", r->subject);
	put_guarded(all, j, "message_id", r->message_id);
}

static void
guarded_cell(struct failures *all, struct str text)
{
	SCOPED_BUF room = BUF(128 << 10);

	cli_cell(&all->table, guarded(all, text, &room), CLI_PLAINLY);
}

static enum err
take_row(void *ctx, const struct store_failure_row *r)
{
	struct failures *all = ctx;
	struct cli_table *t = &all->table;

	all->count++;
	if (cli_is_json(all->c)) {
		put_failure(all, cli_json_row(all->c), r);
		cli_json_row_end(all->c);
		return ERR_NONE;
	}
	cli_cell_count(t, (uint64_t)r->id, true);
	cli_cell_stamp(t, r->arrival, r->arrival != 0);
	cli_cell(t, r->org, CLI_PLAINLY);
	cli_cell(t, r->domain, CLI_PLAINLY);
	cli_cell(t, r->source_ip, CLI_PLAINLY);
	cli_cell(t, r->auth_failure, CLI_PLAINLY);
	cli_cell(t, r->delivery_result, CLI_PLAINLY);
	cli_cell_count(t, r->incidents, true);
	guarded_cell(all, r->header_from);
	guarded_cell(all, r->subject);
	return ERR_NONE;
}

static void
end(struct failures *all, const struct buf *next)
{
	struct cli *c = all->c;

	if (cli_is_json(c)) {
		cli_json_list_end(c);
		if (c->format == CLI_FORMAT_JSON)
			json_put_known(&c->json, "next", buf_str(next));
		cli_json_end(c);
		return;
	}
	cli_table_end(&all->table);
	cli_flush(c);
	cli_tell_more(c, next);
	if (all->count == 0)
		cli_note(c, "cli.failure.none", CLI_NO_ARGS);
	else
		cli_next(c, "waxseal failure show ID");
}

int
cli_failure_list(struct cli *c)
{
	struct failures all = { .c = c };
	struct store_list list;
	struct store_query q;
	struct diag why = { 0 };
	SCOPED_BUF next = BUF(4096);
	int code = cli_query(c, NULL, NULL, &q);

	if (code != CLI_FINE)
		return code;
	SCOPED_STORE s = cli_store(c, STORE_READ, &code);

	if (!s)
		return code;
	cli_list_init(c, &list, &q);
	list.kind = DECODE_FAILURE;
	list.limit = list.limit ? list.limit : LIMIT;
	if (cli_is_json(c)) {
		cli_json_begin(c, "waxseal.failure.list/1");
		cli_json_list(c, "failures");
	} else {
		cli_table_begin(&all.table, c, columns, COUNT_OF(columns));
	}
	enum err err = store_failures(s, &list, 0, take_row, &all, &next, &why);

	end(&all, &next);
	return err == ERR_NONE ? CLI_FINE : cli_fail(c, err, &why);
}

static void
guarded_pair(struct failures *all, const char *name, const char *key,
	     struct str text)
{
	SCOPED_BUF room = BUF(128 << 10);

	cli_pair(&all->table, name, key, guarded(all, text, &room));
}

/* The header of the message, a line by itself each. */
static void
print_headers(struct cli *c, struct str headers)
{
	struct str line;

	buf_addf(&c->out, "\n%s\n", cli_word(c, "cli.failure.headers"));
	while (str_split(&headers, '\n', &line)) {
		buf_addz(&c->out, "  ");
		buf_add_escaped(&c->out, str_trim(line));
		buf_addc(&c->out, '\n');
	}
}

static void
text_failure(struct failures *all, const struct store_failure_row *r)
{
	struct cli *c = all->c;
	struct cli_table *t = &all->table;

	cli_pairs_begin(t, c);
	cli_pair_count(t, "id", "cli.col.id", (uint64_t)r->id);
	cli_pair(t, "org", "cli.col.reporter", r->org);
	cli_pair_stamp(t, "arrival", "cli.col.arrival", r->arrival,
		       r->arrival != 0);
	cli_pair_stamp(t, "received_at", "cli.col.received", r->received_at,
		       true);
	cli_pair(t, "domain", "cli.col.domain", r->domain);
	cli_pair(t, "source_ip", "cli.col.ip", r->source_ip);
	cli_pair(t, "feedback_type", "cli.col.kind", r->feedback_type);
	cli_pair(t, "auth_failure", "cli.col.auth_failure", r->auth_failure);
	cli_pair(t, "auth_results", "cli.col.auth", r->auth_results);
	cli_pair(t, "delivery_result", "cli.col.delivery", r->delivery_result);
	cli_pair_count(t, "incidents", "cli.col.incidents", r->incidents);
	guarded_pair(all, "mail_from", "cli.col.envelope_from", r->mail_from);
	guarded_pair(all, "rcpt_to", "cli.col.rcpt_to", r->rcpt_to);
	guarded_pair(all, "header_from", "cli.col.header_from", r->header_from);
	guarded_pair(all, "subject", "cli.col.subject", r->subject);
	guarded_pair(all, "message_id", "cli.col.message_id", r->message_id);
	cli_table_end(t);
	if (all->personal && r->headers.n)
		print_headers(c, r->headers);
}

static enum err
show_row(void *ctx, const struct store_failure_row *r)
{
	struct failures *all = ctx;
	struct cli *c = all->c;

	all->count++;
	if (!cli_is_json(c)) {
		text_failure(all, r);
		return ERR_NONE;
	}
	struct json_out *j = cli_json_only(c, "waxseal.failure.show/1");

	put_failure(all, j, r);
	json_put_known(j, "headers", all->personal ? r->headers : S(""));
	cli_json_only_end(c);
	return ERR_NONE;
}

int
cli_failure_show(struct cli *c)
{
	struct failures all = { .c = c, .personal = cli_given(c, "personal") };
	struct store_list list = { .owner = STORE_OWNER_SELF,
				   .kind = DECODE_FAILURE,
				   .first_day = INT64_MIN,
				   .last_day = INT64_MAX };
	struct diag why = { 0 };
	SCOPED_BUF next = BUF(4096);
	int64_t id;
	int code = CLI_FINE;

	if (!cli_id(c, 0, &id))
		return CLI_MISUSE;
	SCOPED_STORE s = cli_store(c, STORE_READ, &code);

	if (!s)
		return code;
	enum err err =
		store_failures(s, &list, id, show_row, &all, &next, &why);

	if (err == ERR_NONE && all.count == 0)
		err = diag_set(&why, ERR_GONE, "store.no_report", 0, "%s",
			       c->args.operand[0]);
	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	cli_flush(c);
	if (!all.personal && c->format == CLI_FORMAT_TABLE)
		cli_note(c, "cli.failure.redacted", CLI_NO_ARGS);
	return CLI_FINE;
}
