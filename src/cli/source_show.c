/* source_show.c - `source show`: the evidence for a name, the addresses behind
 * it, and how its mail is made to pass. */
#include "cli/source.h"
#include "cli/words.h"

enum { ADDRESSES = 50, DOMAINS = 50 };

struct show {
	struct cli *c;
	struct store_query q;
	bool found;
	struct str slug; /* in the arena */
	struct str label;
	struct str domain; /* that addresses and advice are about */
	struct cli_table table;
};

static void
text_source(struct show *show, const struct store_source *source)
{
	struct cli *c = show->c;
	struct cli_table t;
	const bool *known = source->known;

	cli_pairs_begin(&t, c);
	cli_pair(&t, "slug", "cli.col.slug", source->slug);
	cli_pair(&t, "label", "cli.col.source", source->label);
	cli_pair(&t, "kind", "cli.col.kind", source->kind);
	cli_pair(&t, "triage", "cli.col.triage",
		 str_of(c->format == CLI_FORMAT_TABLE
				? cli_word(c, cli_triage_key(source->triage))
				: sender_triage_name(source->triage)));
	if (source->note.n)
		cli_pair(&t, "note", "cli.col.note", source->note);
	cli_pair(&t, "evidence", "cli.col.evidence", source->evidence);
	if (known[STORE_M_MESSAGES])
		cli_pair_count(&t, "messages", "cli.stats.messages",
			       (uint64_t)source->m[STORE_M_MESSAGES]);
	if (known[STORE_M_PASSED])
		cli_pair_count(&t, "passed", "cli.col.passed",
			       (uint64_t)source->m[STORE_M_PASSED]);
	cli_table_end(&t);
}

static enum err
take_source(void *ctx, const struct store_source *source)
{
	struct show *show = ctx;
	struct cli *c = show->c;

	if (show->found)
		return ERR_NONE;
	show->found = true;
	if (!arena_dup(c->mem, source->slug, &show->slug) ||
	    !arena_dup(c->mem, source->label, &show->label))
		return ERR_LIMIT;
	if (cli_is_json(c))
		cli_put_source(&c->json, source);
	else
		text_source(show, source);
	return ERR_NONE;
}

static void
fix_texts(const struct show *show, struct buf *fix, struct buf *help)
{
	const struct sender_profile *p = sender_by_slug(show->slug);
	struct str domain = show->domain.n ? show->domain : S("example.com");

	if (!p)
		return;
	finding_fill(fix, cli_word(show->c, p->fix),
		     CLI_ARGS({ "label", str_of(p->label) },
			      { "domain", domain },
			      { "include", str_of(p->spf_include) },
			      { "spf_include", str_of(p->spf_include) }));
	buf_addz(help, p->help);
}

static void
tell_fix(struct show *show)
{
	struct cli *c = show->c;
	SCOPED_BUF fix = BUF(16384);
	SCOPED_BUF help = BUF(4096);

	fix_texts(show, &fix, &help);
	if (cli_is_json(c)) {
		json_put_known(&c->json, "fix", buf_str(&fix));
		json_put_known(&c->json, "help", buf_str(&help));
		return;
	}
	if (fix.n == 0)
		return;
	buf_addf(&c->out, "\n%s\n  ", cli_word(c, "cli.source.how_to_fix"));
	buf_add(&c->out, buf_str(&fix));
	buf_addc(&c->out, '\n');
	if (help.n)
		buf_addf(&c->out, "  %s\n", buf_c(&help));
}

static enum err
take_row(void *ctx, const struct store_answer_row *row)
{
	struct show *show = ctx;
	struct cli *c = show->c;
	struct cli_table *t = &show->table;

	/* The largest comes first: what follows is about it. */
	if (show->q.group == STORE_F_DOMAIN && show->domain.n == 0 &&
	    !arena_dup(c->mem, row->key, &show->domain))
		return ERR_LIMIT;
	if (cli_is_json(c)) {
		json_open_object(&c->json, NULL);
		json_put_known(&c->json, "key", row->key);
		cli_json_measures(&c->json, row->m, row->known);
		json_close_object(&c->json);
		return ERR_NONE;
	}
	cli_cell(t, row->key, CLI_PLAINLY);
	cli_cell_count(t, (uint64_t)row->m[STORE_M_MESSAGES],
		       row->known[STORE_M_MESSAGES]);
	cli_cell_share(t, (uint64_t)row->m[STORE_M_PASSED],
		       (uint64_t)row->m[STORE_M_MESSAGES],
		       row->known[STORE_M_PASSED]);
	cli_cell_share(t, (uint64_t)row->m[STORE_M_SPF_ALIGNED],
		       (uint64_t)row->m[STORE_M_MESSAGES],
		       row->known[STORE_M_SPF_ALIGNED]);
	cli_cell_share(t, (uint64_t)row->m[STORE_M_DKIM_ALIGNED],
		       (uint64_t)row->m[STORE_M_MESSAGES],
		       row->known[STORE_M_DKIM_ALIGNED]);
	cli_cell_day(t, row->m[STORE_M_LAST_SEEN],
		     row->known[STORE_M_LAST_SEEN]);
	return ERR_NONE;
}

static enum err
ask_group(struct show *show, struct store *s, enum store_field group,
	  const char *name, struct diag *why)
{
	struct cli *c = show->c;
	const struct cli_column columns[] = {
		{ "key", cli_field_title(group), false, true },
		{ "messages", "cli.col.messages", true, false },
		{ "passed", "cli.col.pass_share", true, false },
		{ "spf", "cli.col.spf_share", true, false },
		{ "dkim", "cli.col.dkim_share", true, false },
		{ "last_seen", "cli.col.last_seen", true, false },
	};
	struct store_answer_row totals;
	SCOPED_BUF next = BUF(4096);

	show->q.grouped = true;
	show->q.group = group;
	if (cli_is_json(c)) {
		json_open_array(&c->json, name);
	} else {
		buf_addc(&c->out, '\n');
		cli_table_begin(&show->table, c, columns, COUNT_OF(columns));
	}
	enum err err =
		store_ask(s, &show->q, take_row, show, &totals, &next, why);

	if (cli_is_json(c))
		json_close_array(&c->json);
	else
		cli_table_end(&show->table);
	return err;
}

static void
add_filter(struct store_query *q, enum store_field field, struct str value)
{
	if (q->filter_count < STORE_FILTERS_MAX)
		q->filter[q->filter_count++] =
			(struct store_filter){ .field = field, .value = value };
}

static enum err
show_source(struct show *show, struct store *s, struct diag *why)
{
	enum err err;
	bool one_domain = false;

	for (size_t i = 0; i < show->q.filter_count; i++)
		one_domain =
			one_domain || show->q.filter[i].field == STORE_F_DOMAIN;
	add_filter(&show->q, STORE_F_SOURCE, str_of(show->c->args.operand[0]));
	err = store_sources(s, &show->q, take_source, show, why);
	if (err != ERR_NONE)
		return err;
	if (!show->found)
		return diag_set(why, ERR_GONE, "store.no_source", 0, "%s",
				show->c->args.operand[0]);
	show->q.limit = DOMAINS;
	err = ask_group(show, s, STORE_F_DOMAIN, "domains", why);
	if (err == ERR_NONE && show->domain.n) {
		/* Addresses are only told within one domain. */
		if (!one_domain)
			add_filter(&show->q, STORE_F_DOMAIN, show->domain);
		show->q.limit = ADDRESSES;
		err = ask_group(show, s, STORE_F_IP, "addresses", why);
	}
	if (err == ERR_NONE)
		tell_fix(show);
	return err;
}

int
cli_source_show(struct cli *c)
{
	struct show show = { .c = c };
	struct diag why = { 0 };
	int code = cli_query(c, "30d", NULL, &show.q);

	if (code != CLI_FINE)
		return code;
	SCOPED_STORE s = cli_store_settled(c, &code);

	if (!s)
		return code;
	if (cli_is_json(c))
		(void)cli_json_only(c, "waxseal.source.show/1");
	enum err err = show_source(&show, s, &why);

	if (err != ERR_NONE) {
		buf_clear(&c->out);
		return cli_fail(c, err, &why);
	}
	if (cli_is_json(c))
		cli_json_only_end(c);
	else if (c->format == CLI_FORMAT_TABLE)
		cli_next(c,
			 "waxseal source set SOURCE ours|not-ours|forwarder");
	return CLI_FINE;
}
