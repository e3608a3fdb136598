/* source.c - `source list` and `source set`: who sends in the domain's name,
 * and what its owner says of them. */
#include "cli/progress.h"
#include "cli/server.h"
#include "cli/source.h"
#include "cli/words.h"
#include "ingest/ingest.h"

struct sources {
	struct cli *c;
	struct cli_table table;
	uint64_t shown;
};

static const struct cli_column columns[] = {
	{ "source", "cli.col.slug", false, true },
	{ "label", "cli.col.source", false, true },
	{ "triage", "cli.col.triage", false, false },
	{ "class", "cli.col.class", false, false },
	{ "messages", "cli.col.messages", true, false },
	{ "passed", "cli.col.pass_share", true, false },
	{ "first_seen", "cli.col.first_seen", true, false },
	{ "last_seen", "cli.col.last_seen", true, false },
	{ "evidence", "cli.col.evidence", false, true },
};

void
cli_put_source(struct json_out *j, const struct store_source *source)
{
	json_put_known(j, "slug", source->slug);
	json_put_known(j, "label", source->label);
	json_put_known(j, "kind", source->kind);
	json_put_str(j, "triage", str_of(sender_triage_name(source->triage)));
	json_put_known(j, "triage_domain", source->triage_domain);
	json_put_known(j, "note", source->note);
	json_put_known(j, "evidence", source->evidence);
	cli_json_measures(j, source->m, source->known);
}

static void
class_cell(struct cli_table *t, const struct store_source *source)
{
	enum sender_class of;

	if (!cli_main_class(source->m, source->known, &of)) {
		cli_cell(t, S(""), CLI_FAINT);
		return;
	}
	const char *name = sender_class_name(of);

	cli_cell_word(t, name, cli_class_key(str_of(name)),
		      cli_class_style(of));
}

static enum err
take_source(void *ctx, const struct store_source *source)
{
	struct sources *all = ctx;
	struct cli_table *t = &all->table;
	const int64_t *m = source->m;
	const bool *known = source->known;

	all->shown++;
	if (cli_is_json(all->c)) {
		cli_put_source(cli_json_row(all->c), source);
		cli_json_row_end(all->c);
		return ERR_NONE;
	}
	cli_cell(t, source->slug, CLI_PLAINLY);
	cli_cell(t, source->label, CLI_PLAINLY);
	cli_cell_word(t, sender_triage_name(source->triage),
		      cli_triage_key(source->triage), CLI_PLAINLY);
	class_cell(t, source);
	cli_cell_count(t, (uint64_t)m[STORE_M_MESSAGES],
		       known[STORE_M_MESSAGES]);
	cli_cell_share(t, (uint64_t)m[STORE_M_PASSED],
		       (uint64_t)m[STORE_M_MESSAGES], known[STORE_M_PASSED]);
	cli_cell_day(t, m[STORE_M_FIRST_SEEN], known[STORE_M_FIRST_SEEN]);
	cli_cell_day(t, m[STORE_M_LAST_SEEN], known[STORE_M_LAST_SEEN]);
	cli_cell(t, source->evidence, CLI_PLAINLY);
	return ERR_NONE;
}

static void
end(struct sources *all)
{
	struct cli *c = all->c;

	if (cli_is_json(c)) {
		cli_json_list_end(c);
		cli_json_end(c);
		return;
	}
	cli_table_end(&all->table);
	cli_flush(c);
	if (all->shown == 0)
		cli_note(c, "cli.source.none", CLI_NO_ARGS);
	else
		cli_next(c, "waxseal source show SOURCE");
}

int
cli_source_list(struct cli *c)
{
	struct sources all = { .c = c };
	struct store_query q;
	struct diag why = { 0 };
	int code = cli_query(c, "30d", NULL, &q);

	if (code != CLI_FINE)
		return code;
	SCOPED_STORE s = cli_store_settled(c, &code);

	if (!s)
		return code;
	if (cli_is_json(c)) {
		cli_json_begin(c, "waxseal.source.list/1");
		if (c->format == CLI_FORMAT_JSON)
			cli_json_query(&c->json, &q, NULL);
		cli_json_list(c, "sources");
	} else {
		cli_table_begin(&all.table, c, columns, COUNT_OF(columns));
	}
	enum err err = store_sources(s, &q, take_source, &all, &why);

	end(&all);
	return err == ERR_NONE ? CLI_FINE : cli_fail(c, err, &why);
}

/* "none" takes a judgement back. */
static bool
parse_triage(struct str word, enum sender_triage *out)
{
	if (str_eq_fold(word, S("none"))) {
		*out = SENDER_NOT_TRIAGED;
		return true;
	}
	return sender_triage_parse(word, out);
}

static int
tell_set(struct cli *c, enum sender_triage triage)
{
	struct str source = str_of(c->args.operand[0]);
	bool dry = cli_given(c, "dry-run");

	if (cli_is_json(c)) {
		struct json_out *j = cli_json_only(c, "waxseal.source.set/1");

		json_put_str(j, "source", source);
		json_put_str(j, "triage", str_of(sender_triage_name(triage)));
		json_put_known(j, "domain", str_of(cli_value(c, "domain")));
		json_put_bool(j, "dry_run", dry);
		cli_json_only_end(c);
		return CLI_FINE;
	}
	cli_print(c, dry ? "cli.source.would_set" : "cli.source.set",
		  CLI_ARGS({ "source", source },
			   { "word",
			     str_of(cli_word(c, cli_triage_key(triage))) }));
	return CLI_FINE;
}

/* Whether the source was ever seen, for a dry run. */
static enum err
count_source(void *ctx, const struct store_source *source)
{
	(void)source;
	++*(uint64_t *)ctx;
	return ERR_NONE;
}

static enum err
look_for(const struct cli *c, struct store *s, struct diag *why)
{
	struct store_query q = {
		.owner = STORE_OWNER_SELF,
		.first_day = INT64_MIN,
		.last_day = INT64_MAX,
		.filter_count = 1,
		.filter = { { .field = STORE_F_SOURCE,
			      .value = str_of(c->args.operand[0]) } },
	};
	uint64_t found = 0;
	enum err err = store_sources(s, &q, count_source, &found, why);

	if (err != ERR_NONE || found)
		return err;
	return diag_set(why, ERR_GONE, "store.no_source", 0, "%s",
			c->args.operand[0]);
}

/* False when no server runs. */
static bool
set_there(const struct cli *c, enum sender_triage triage, enum err *err,
	  struct diag *why)
{
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX);
	const struct cli_asked asked = { .request = &request };
	struct json_out j = JSON_OUT(&request);

	json_open_object(&j, NULL);
	json_put_str(&j, "op", S("triage"));
	json_put_str(&j, "source", str_of(c->args.operand[0]));
	json_put_str(&j, "domain", str_of(cli_value(c, "domain")));
	json_put_str(&j, "triage", str_of(sender_triage_name(triage)));
	json_put_str(&j, "note", str_of(cli_value(c, "note")));
	json_close_object(&j);
	return cli_ask_server(c, &asked, err, why);
}

static enum err
set_here(const struct cli *c, struct store *s, enum sender_triage triage,
	 struct diag *why)
{
	struct cli_progress bar;
	const struct store_triage judgement = {
		.source = str_of(c->args.operand[0]),
		.domain = str_of(cli_value(c, "domain")),
		.triage = triage,
		.note = str_of(cli_value(c, "note")),
		.set_at = c->now,
	};
	enum err err = store_triage_set(s, STORE_OWNER_SELF, &judgement, why);

	if (err != ERR_NONE)
		return err;
	cli_progress_begin(&bar, c, "cli.source.folding");
	err = store_fold(s, STORE_OWNER_SELF, cli_progress_steps, &bar, why);
	cli_progress_end(&bar);
	return err;
}

int
cli_source_set(struct cli *c)
{
	enum sender_triage triage;
	struct diag why = { 0 };
	bool dry = cli_given(c, "dry-run");
	int code = CLI_FINE;

	if (!parse_triage(str_of(c->args.operand[1]), &triage)) {
		cli_complain(c, "cli.source.bad_word",
			     CLI_ARGS({ "word", str_of(c->args.operand[1]) }));
		return CLI_MISUSE;
	}
	enum err err = ERR_NONE;

	if (dry || !set_there(c, triage, &err, &why)) {
		SCOPED_STORE s =
			cli_store(c, dry ? STORE_READ : STORE_WRITE, &code);

		if (!s)
			return code;
		err = dry ? look_for(c, s, &why) : set_here(c, s, triage, &why);
	}
	return err == ERR_NONE ? tell_set(c, triage) : cli_fail(c, err, &why);
}
