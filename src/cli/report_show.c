/* report_show.c - `report show`: head, policy, repairs and rows of a report, or
 * the attachment as it was received. */
#include "cli/report_tls.h"
#include "cli/words.h"

#include <unistd.h>

enum { ROWS_SHOWN = 20, RAW_MAX = 1 << 30 };

struct show {
	struct cli *c;
	int64_t id;
	int64_t day;
	enum decode_kind kind;
	struct str domain, reporter; /* in the arena */
	struct cli_table table;
	uint64_t rows, most; /* shown; at most */
};

static const struct cli_column row_columns[] = {
	{ "ip", "cli.col.ip", false, false },
	{ "source", "cli.col.source", false, true },
	{ "count", "cli.col.messages", true, false },
	{ "disposition", "cli.col.disposition", false, false },
	{ "spf", "cli.col.spf", false, false },
	{ "dkim", "cli.col.dkim", false, false },
	{ "class", "cli.col.class", false, false },
	{ "from_domain", "cli.col.from_domain", false, true },
	{ "comment", "cli.col.comment", false, true },
};

/* The value of one member of the policy, as text. */
static bool
add_member(void *ctx, struct str key, const struct json *value)
{
	struct buf *out = ctx;
	int64_t n;
	bool yes;

	if (json_type(value) == JSON_OBJECT || json_type(value) == JSON_NULL)
		return true;
	if (out->n)
		buf_addz(out, "; ");
	buf_add(out, key);
	buf_addc(out, '=');
	if (json_type(value) == JSON_STRING)
		buf_add(out, json_str(value));
	else if (json_bool(value, &yes))
		buf_addz(out, yes ? "yes" : "no");
	else if (json_i64(value, &n))
		buf_addf(out, "%lld", (long long)n);
	return true;
}

/* What the head says of the policy; the caller frees *root. */
static const struct json *
policy_of(const struct store_report *r, struct json **root)
{
	static const struct json_limits limits = { 1 << 20, 8 };
	bool repaired;

	if (r->policy_json.n == 0 || json_parse(r->policy_json, limits, root,
						&repaired, NULL) != ERR_NONE)
		return NULL;
	return json_type(json_get(*root, "policy")) == JSON_OBJECT
		       ? json_get(*root, "policy")
		       : *root;
}

static void
pair_policy(struct cli_table *t, const struct store_report *r)
{
	SCOPED_JSON root = NULL;
	const struct json *policy = policy_of(r, &root);
	SCOPED_BUF text = BUF(16384);

	if (!policy)
		return;
	json_each(policy, add_member, &text);
	cli_pair(t, "policy", "cli.col.policy", buf_str(&text));
}

/* Splits "code=2,code" into code and count. */
static bool
next_repair(struct str *rest, struct str *code, uint64_t *count)
{
	struct str one;

	if (!str_split(rest, ',', &one))
		return false;
	size_t at = str_index(one, '=');

	*code = str_sub(one, 0, at);
	*count = 1;
	if (at != SIZE_MAX)
		(void)str_u64(str_sub(one, at + 1, SIZE_MAX), count);
	return true;
}

static void
repair_title(const struct cli *c, struct str code, uint64_t count,
	     struct buf *out)
{
	const struct finding *f = finding_find(code);
	char n[CLI_NUMBER_MAX];

	if (!f) {
		buf_add(out, code);
		return;
	}
	finding_fill(out, f->title[c->lang],
		     CLI_ARGS({ "count", cli_count(c, count, n) }));
}

static void
text_repairs(struct cli *c, struct str repairs)
{
	struct str code;
	uint64_t count;
	char n[CLI_NUMBER_MAX];

	if (repairs.n == 0)
		return;
	buf_addf(&c->out, "\n%s\n", cli_word(c, "cli.show.repairs"));
	while (next_repair(&repairs, &code, &count)) {
		SCOPED_BUF title = BUF(4096);

		repair_title(c, code, count, &title);
		buf_addz(&c->out, "  ");
		buf_add(&c->out, buf_str(&title));
		if (count > 1)
			buf_addf(&c->out, " x%.*s",
				 STR_ARG(cli_count(c, count, n)));
		buf_addz(&c->out, "  (");
		buf_add_escaped(&c->out, code);
		buf_addz(&c->out, ")\n");
	}
}

/* What was counted differs from kind to kind. */
static void
pair_numbers(struct cli_table *t, const struct store_report *r)
{
	bool tls = r->kind == DECODE_TLSRPT;

	if (r->kind == DECODE_FAILURE) {
		cli_pair_count(t, "messages", "cli.col.incidents", r->messages);
		return;
	}
	cli_pair_count(t, "records",
		       tls ? "cli.show.policies" : "cli.import.records",
		       r->records);
	cli_pair_count(t, "messages",
		       tls ? "cli.col.sessions" : "cli.import.messages",
		       r->messages);
	cli_pair_count(t, "passed",
		       tls ? "cli.col.successful" : "cli.show.passed",
		       r->passed);
}

static void
text_head(struct cli *c, const struct store_report *r)
{
	struct cli_table t;

	cli_pairs_begin(&t, c);
	cli_pair_count(&t, "id", "cli.col.id", (uint64_t)r->id);
	cli_pair(&t, "kind", "cli.col.kind", str_of(decode_kind_name(r->kind)));
	cli_pair(&t, "status", "cli.col.status",
		 str_of(store_outcome_name(r->outcome)));
	cli_pair(&t, "org", "cli.col.reporter", r->org);
	cli_pair(&t, "email", "cli.show.email", r->email);
	cli_pair(&t, "report_id", "cli.col.report_id", r->report_id);
	cli_pair(&t, "domain", "cli.col.domain", r->domain);
	cli_pair_stamp(&t, "begin", "cli.col.begin", r->begin, true);
	cli_pair_stamp(&t, "end", "cli.col.end", r->end, true);
	cli_pair_stamp(&t, "received_at", "cli.col.received", r->received_at,
		       true);
	cli_pair(&t, "trust", "cli.col.trust",
		 str_of(store_trust_name(r->trust)));
	pair_policy(&t, r);
	pair_numbers(&t, r);
	cli_pair(&t, "path", "cli.show.path", r->path);
	if (r->member.n)
		cli_pair(&t, "member", "cli.show.member", r->member);
	cli_table_end(&t);
	if (c->format == CLI_FORMAT_TABLE)
		text_repairs(c, r->repairs);
}

static void
json_repairs(const struct cli *c, struct json_out *j, struct str repairs)
{
	struct str code;
	uint64_t count;

	json_open_array(j, "repairs");
	while (next_repair(&repairs, &code, &count)) {
		SCOPED_BUF title = BUF(4096);

		repair_title(c, code, count, &title);
		json_open_object(j, NULL);
		json_put_str(j, "code", code);
		json_put_u64(j, "count", count);
		json_put_str(j, "title", buf_str(&title));
		json_close_object(j);
	}
	json_close_array(j);
}

static void
json_head(struct cli *c, const struct store_report *r)
{
	struct json_out *j = cli_json_only(c, "waxseal.report.show/1");
	SCOPED_JSON root = NULL;

	json_put_i64(j, "id", r->id);
	json_put_str(j, "kind", str_of(decode_kind_name(r->kind)));
	json_put_str(j, "status", str_of(store_outcome_name(r->outcome)));
	json_put_known(j, "org", r->org);
	json_put_known(j, "email", r->email);
	json_put_known(j, "report_id", r->report_id);
	json_put_known(j, "domain", r->domain);
	json_put_i64(j, "begin", r->begin);
	json_put_i64(j, "end", r->end);
	json_put_u64(j, "records", r->records);
	json_put_u64(j, "messages", r->messages);
	json_put_u64(j, "passed", r->passed);
	json_put_str(j, "trust", str_of(store_trust_name(r->trust)));
	json_put_i64(j, "received_at", r->received_at);
	json_put_known(j, "path", r->path);
	json_put_known(j, "member", r->member);
	cli_json_copy(j, "policy", policy_of(r, &root));
	json_put_bool(j, "raw_kept", r->raw_kept);
	json_repairs(c, j, r->repairs);
}

static enum err
take_report(void *ctx, const struct store_report *r)
{
	struct show *show = ctx;
	struct cli *c = show->c;

	show->kind = r->kind;
	show->day = civil_day(r->begin);
	if (!arena_dup(c->mem, r->domain, &show->domain) ||
	    !arena_dup(c->mem, r->reporter, &show->reporter))
		return ERR_LIMIT;
	if (cli_is_json(c))
		json_head(c, r);
	else if (!cli_given(c, "rows"))
		text_head(c, r);
	return ERR_NONE;
}

static void
row_cells(struct cli_table *t, const struct store_detail *d)
{
	const char *class_key = cli_class_key(d->class_name);

	cli_cell(t, d->ip, CLI_PLAINLY);
	cli_cell(t, d->source_label.n ? d->source_label : d->source,
		 CLI_PLAINLY);
	cli_cell_count(t, d->count, true);
	cli_cell(t, d->disposition, CLI_PLAINLY);
	cli_cell(t, d->spf_aligned ? S("pass") : S("fail"),
		 d->spf_aligned ? CLI_GOOD : CLI_BAD);
	cli_cell(t, d->dkim_aligned ? S("pass") : S("fail"),
		 d->dkim_aligned ? CLI_GOOD : CLI_BAD);
	cli_cell(t, class_key ? str_of(cli_word(t->c, class_key)) : S(""),
		 CLI_PLAINLY);
	cli_cell(t, d->header_from, CLI_PLAINLY);
	cli_cell(t, d->comment, CLI_PLAINLY);
}

static enum err
take_row(void *ctx, const struct store_detail *d)
{
	struct show *show = ctx;
	struct cli *c = show->c;

	/* The question is of a day and a reporter; there may be other
	 * reports of theirs. */
	if (d->report != show->id || ++show->rows > show->most)
		return ERR_NONE;
	if (cli_is_json(c)) {
		json_open_object(&c->json, NULL);
		cli_put_detail(&c->json, d);
		json_close_object(&c->json);
		cli_flush_some(c);
	} else if (c->format == CLI_FORMAT_TABLE) {
		row_cells(&show->table, d);
	} else {
		cli_detail_cells(&show->table, d);
	}
	return ERR_NONE;
}

static enum err
ask_rows(struct show *show, struct store *s, struct diag *why)
{
	struct store_query q = {
		.owner = STORE_OWNER_SELF,
		.first_day = show->day,
		.last_day = show->day,
		.filter_count = 3,
		.filter = { { STORE_F_DOMAIN, show->domain, false },
			    { STORE_F_REPORTER, show->reporter, false },
			    { STORE_F_TRUST, STR("any"), false } },
	};
	SCOPED_BUF next = BUF(4096);
	SCOPED_BUF cursor = BUF(4096);
	enum err err;

	do {
		buf_clear(&next);
		err = store_rows(s, &q, take_row, show, &next, why);
		buf_clear(&cursor);
		buf_add(&cursor, buf_str(&next));
		q.cursor = buf_str(&cursor);
	} while (err == ERR_NONE && next.n > 0);
	return err;
}

static enum err
text_rows(struct show *show, struct store *s, struct diag *why)
{
	struct cli *c = show->c;
	bool all = cli_given(c, "rows");
	char more[CLI_NUMBER_MAX];
	bool human = c->format == CLI_FORMAT_TABLE;

	if (!all && !human)
		return ERR_NONE;
	show->most = all ? UINT64_MAX : ROWS_SHOWN;
	if (!all)
		buf_addc(&c->out, '\n');
	cli_table_begin(&show->table, c,
			human ? row_columns : cli_detail_columns,
			human ? COUNT_OF(row_columns) : cli_detail_count());
	enum err err = ask_rows(show, s, why);

	cli_table_end(&show->table);
	cli_flush(c);
	if (show->rows > show->most)
		cli_note(c, "cli.show.more_rows",
			 CLI_ARGS({ "count",
				    cli_count(c, show->rows - show->most,
					      more) }));
	return err;
}

static enum err
json_rows(struct show *show, struct store *s, struct diag *why)
{
	struct cli *c = show->c;

	show->most = UINT64_MAX;
	json_open_array(&c->json, "rows");
	enum err err = ask_rows(show, s, why);

	json_close_array(&c->json);
	return err;
}

/* The store is closed before the document of a stranger is read. */
static enum err
put_policies(struct show *show, struct store **s, struct diag *why)
{
	struct cli *c = show->c;
	SCOPED_BUF raw = BUF(RAW_MAX);
	enum decode_media media;
	struct diag gone = { 0 };
	enum err err =
		store_raw(*s, STORE_OWNER_SELF, show->id, &raw, &media, &gone);

	if (err == ERR_GONE) {
		if (cli_is_json(c))
			json_put_null(&c->json, "policies");
		return ERR_NONE;
	}
	if (err != ERR_NONE) {
		*why = gone;
		return err;
	}
	store_close(*s);
	*s = NULL;
	return cli_report_tls(c, buf_str(&raw));
}

static enum err
put_inside(struct show *show, struct store **s, struct diag *why)
{
	struct cli *c = show->c;
	enum err err = ERR_NONE;

	if (show->kind == DECODE_TLSRPT &&
	    (cli_is_json(c) || c->format == CLI_FORMAT_TABLE ||
	     cli_given(c, "rows")))
		err = put_policies(show, s, why);
	else if (show->kind == DECODE_DMARC)
		err = cli_is_json(c) ? json_rows(show, *s, why)
				     : text_rows(show, *s, why);
	if (cli_is_json(c))
		cli_json_only_end(c);
	return err;
}

static int
show_raw(struct cli *c, struct store *s, int64_t id)
{
	SCOPED_BUF raw = BUF(RAW_MAX);
	struct diag why = { 0 };
	enum decode_media media;
	enum err err = store_raw(s, STORE_OWNER_SELF, id, &raw, &media, &why);

	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	if (c->tty_out) {
		cli_complain(c, "cli.show.raw_on_terminal", CLI_NO_ARGS);
		return CLI_MISUSE;
	}
	buf_add(&c->out, buf_str(&raw));
	return CLI_FINE;
}

/* A number is a report of the store, whatever lies there. */
static bool
is_file(const char *operand)
{
	uint64_t id;

	return !str_u64(str_of(operand), &id) && access(operand, F_OK) == 0;
}

int
cli_report_show(struct cli *c)
{
	struct show show = { .c = c };
	struct diag why = { 0 };
	int code = CLI_FINE;

	if (is_file(c->args.operand[0]))
		return cli_report_view(c, c->args.operand[0]);
	if (!cli_id(c, 0, &show.id))
		return CLI_MISUSE;
	SCOPED_STORE s = cli_store(c, STORE_READ, &code);

	if (!s)
		return code;
	if (cli_given(c, "raw"))
		return show_raw(c, s, show.id);
	enum err err = store_report_get(s, STORE_OWNER_SELF, show.id,
					take_report, &show, &why);

	if (err == ERR_NONE)
		err = put_inside(&show, &s, &why);
	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	cli_flush(c);
	if (show.kind == DECODE_FAILURE)
		cli_next(c, "waxseal failure show ID");
	else if (show.kind == DECODE_TLSRPT)
		cli_next(c, "waxseal tls query");
	return CLI_FINE;
}
