/* report_query.c - `report query`: the answers, by whatever group is asked. */
#include "cli/words.h"

#include <string.h>

enum { LIMIT = 100, MACHINE_COLUMNS = 2 + STORE_MEASURES, HUMAN_MAX = 10 };

/* Numbers of a whole group, beside which its failures are shown. */
struct whole {
	int64_t m[STORE_MEASURES];
	bool known[STORE_MEASURES];
};

struct query {
	struct cli *c;
	struct store_query q;
	struct cli_table table;
	struct cli_column columns[MACHINE_COLUMNS];
	bool only_failures;
	struct map *by_key; /* of the wholes; NULL unless only_failures */
	struct whole *wholes;
	size_t whole_count;
	struct store_answer_row totals, all;
	uint64_t shown;
	bool open; /* the answer has begun */
};

static bool
is_human(const struct query *query)
{
	return query->c->format == CLI_FORMAT_TABLE;
}

/* Groups that already say what the class column would. */
static bool
has_class_column(const struct query *query)
{
	return query->q.group != STORE_F_CLASS &&
	       query->q.group != STORE_F_RESULT;
}

static bool
has_days(const struct query *query)
{
	return query->q.group != STORE_F_DAY;
}

static size_t
human_columns(struct query *query)
{
	struct cli_column *to = query->columns;
	size_t n = 0;

	to[n++] = (struct cli_column){ "key", cli_field_title(query->q.group),
				       false, true };
	if (has_class_column(query))
		to[n++] = (struct cli_column){ "class", "cli.col.class", false,
					       false };
	if (query->only_failures)
		to[n++] = (struct cli_column){ "failed", "cli.col.failed", true,
					       false };
	to[n++] = (struct cli_column){ "messages", "cli.col.messages", true,
				       false };
	to[n++] = (struct cli_column){ "passed", "cli.col.pass_share", true,
				       false };
	to[n++] =
		(struct cli_column){ "spf", "cli.col.spf_share", true, false };
	to[n++] = (struct cli_column){ "dkim", "cli.col.dkim_share", true,
				       false };
	if (has_days(query)) {
		to[n++] =
			(struct cli_column){ "first_seen", "cli.col.first_seen",
					     true, false };
		to[n++] = (struct cli_column){ "last_seen", "cli.col.last_seen",
					       true, false };
	}
	return n;
}

static size_t
machine_columns(struct query *query)
{
	query->columns[0] =
		(struct cli_column){ "key", "cli.col.value", false, false };
	query->columns[1] =
		(struct cli_column){ "label", "cli.col.value", false, false };
	for (size_t i = 0; i < STORE_MEASURES; i++)
		query->columns[2 + i] = (struct cli_column){
			store_measure_name((enum store_measure)i),
			"cli.col.value", true, false
		};
	return MACHINE_COLUMNS;
}

/* The words of the program's own values; reporters' names stay. */
static struct str
label_of(const struct query *query, const struct store_answer_row *row)
{
	const struct cli *c = query->c;
	const char *class_key = cli_class_key(row->key);

	if (query->q.group == STORE_F_CLASS && class_key)
		return str_of(cli_word(c, class_key));
	if (query->q.group == STORE_F_RESULT)
		return str_of(cli_word(c, str_eq(row->key, S("pass"))
						  ? "cli.result.pass"
						  : "cli.result.fail"));
	if (row->label.n)
		return row->label;
	return row->key.n ? row->key : str_of(cli_word(c, "cli.unknown"));
}

static const struct whole *
whole_of(const struct query *query, struct str key)
{
	uint64_t at;

	return query->by_key && map_get(query->by_key, key, &at)
		       ? &query->wholes[at]
		       : NULL;
}

static void
class_cell(struct cli_table *t, const int64_t *m, const bool *known)
{
	enum sender_class main_class;

	if (!cli_main_class(m, known, &main_class)) {
		cli_cell(t, S(""), CLI_FAINT);
		return;
	}
	const char *name = sender_class_name(main_class);

	cli_cell_word(t, name, cli_class_key(str_of(name)),
		      cli_class_style(main_class));
}

static void
share_cell(struct cli_table *t, const int64_t *m, const bool *known,
	   enum store_measure part)
{
	cli_cell_share(t, (uint64_t)m[part], (uint64_t)m[STORE_M_MESSAGES],
		       known[part] && known[STORE_M_MESSAGES] &&
			       (part == STORE_M_PASSED || m[part] > 0));
}

static void
human_row(struct query *query, const struct store_answer_row *row)
{
	struct cli_table *t = &query->table;
	const struct whole *whole = whole_of(query, row->key);
	const int64_t *m = whole ? whole->m : row->m;
	const bool *known = whole ? whole->known : row->known;

	cli_cell(t, label_of(query, row), CLI_PLAINLY);
	if (has_class_column(query))
		class_cell(t, row->m, row->known);
	if (query->only_failures)
		cli_cell_count(t, (uint64_t)row->m[STORE_M_MESSAGES],
			       row->known[STORE_M_MESSAGES]);
	cli_cell_count(t, (uint64_t)m[STORE_M_MESSAGES],
		       known[STORE_M_MESSAGES]);
	share_cell(t, m, known, STORE_M_PASSED);
	share_cell(t, m, known, STORE_M_SPF_ALIGNED);
	share_cell(t, m, known, STORE_M_DKIM_ALIGNED);
	if (has_days(query)) {
		cli_cell_day(t, m[STORE_M_FIRST_SEEN],
			     known[STORE_M_FIRST_SEEN]);
		cli_cell_day(t, m[STORE_M_LAST_SEEN], known[STORE_M_LAST_SEEN]);
	}
}

static void
machine_row(struct cli_table *t, const struct store_answer_row *row)
{
	cli_cell(t, row->key, CLI_PLAINLY);
	cli_cell(t, row->label, CLI_PLAINLY);
	for (size_t i = 0; i < STORE_MEASURES; i++) {
		if (i == STORE_M_FIRST_SEEN || i == STORE_M_LAST_SEEN)
			cli_cell_day(t, row->m[i], row->known[i]);
		else
			cli_cell_count(t, (uint64_t)row->m[i], row->known[i]);
	}
}

static void
json_row(struct cli *c, const struct store_answer_row *row)
{
	struct json_out *j = cli_json_row(c);

	json_put_known(j, "key", row->key);
	json_put_known(j, "label", row->label.n ? row->label : row->key);
	cli_json_measures(j, row->m, row->known);
	cli_json_row_end(c);
}

/* Only when the store has agreed to answer: a refusal prints no head. */
static void
begin(struct query *query)
{
	struct cli *c = query->c;

	query->open = true;
	if (cli_is_json(c)) {
		cli_json_begin(c, "waxseal.report.query/1");
		if (c->format == CLI_FORMAT_JSON)
			cli_json_query(&c->json, &query->q, NULL);
		cli_json_list(c, "rows");
		return;
	}
	cli_table_begin(&query->table, c, query->columns,
			is_human(query) ? human_columns(query)
					: machine_columns(query));
}

static enum err
take_row(void *ctx, const struct store_answer_row *row)
{
	struct query *query = ctx;

	if (!query->open)
		begin(query);
	query->shown++;
	if (cli_is_json(query->c))
		json_row(query->c, row);
	else if (is_human(query))
		human_row(query, row);
	else
		machine_row(&query->table, row);
	return ERR_NONE;
}

static enum err
take_whole(void *ctx, const struct store_answer_row *row)
{
	struct query *query = ctx;
	struct whole *whole = &query->wholes[query->whole_count];

	memcpy(whole->m, row->m, sizeof whole->m);
	memcpy(whole->known, row->known, sizeof whole->known);
	map_put(query->by_key, row->key, query->whole_count++);
	return ERR_NONE;
}

/* The same question without the condition on the result. */
static enum err
ask_for_wholes(struct query *query, struct store *s, struct diag *why)
{
	struct store_query q = query->q;
	size_t kept = 0;
	SCOPED_BUF next = BUF(4096);

	for (size_t i = 0; i < q.filter_count; i++)
		if (q.filter[i].field != STORE_F_RESULT)
			q.filter[kept++] = q.filter[i];
	q.filter_count = kept;
	q.limit = STORE_LIMIT_MAX;
	q.cursor = (struct str){ 0 };
	query->by_key = map_new(STORE_LIMIT_MAX);
	query->wholes = heap_new(STORE_LIMIT_MAX * sizeof *query->wholes);
	return store_ask(s, &q, take_whole, query, &query->all, &next, why);
}

static bool
asks_for_failures(const struct store_query *q)
{
	for (size_t i = 0; i < q->filter_count; i++)
		if (q->filter[i].field == STORE_F_RESULT &&
		    str_eq(q->filter[i].value, S("fail")) &&
		    !q->filter[i].not_it)
			return true;
	return false;
}

/* Why there is nothing, and what to do: no reports at all, none in this time,
 * or all filtered away. */
static void
explain_nothing(const struct query *query, struct store *s)
{
	const struct cli *c = query->c;
	struct store_stats stats;
	struct diag why = { 0 };
	char first[CIVIL_DATE_SIZE], last[CIVIL_DATE_SIZE];

	if (store_stats_get(s, STORE_OWNER_SELF, &stats, &why) != ERR_NONE)
		return;
	if (stats.reports == 0) {
		cli_note(c, "cli.query.no_reports", CLI_NO_ARGS);
		cli_next(c, "waxseal report import PATH");
		return;
	}
	if (stats.first_day == INT64_MIN)
		return;
	cli_note(
		c,
		query->q.filter_count ? "cli.query.all_filtered"
				      : "cli.query.none_in_range",
		CLI_ARGS({ "from",
			   str_of(civil_print_date(stats.first_day * CIVIL_DAY,
						   first)) },
			 { "to", str_of(civil_print_date(
					 stats.last_day * CIVIL_DAY, last)) }));
	cli_next(c, "waxseal report query --range all");
}

static void
tell_totals(const struct query *query)
{
	const struct cli *c = query->c;
	const struct store_answer_row *all =
		query->only_failures ? &query->all : &query->totals;
	char shown[CLI_NUMBER_MAX], sources[CLI_NUMBER_MAX],
		messages[CLI_NUMBER_MAX], passed[CLI_NUMBER_MAX];

	if (query->q.group == STORE_F_SOURCE && all->known[STORE_M_SOURCES])
		cli_note(
			c,
			query->only_failures ? "cli.query.shown_failures"
					     : "cli.query.shown",
			CLI_ARGS({ "shown", cli_count(c, query->shown, shown) },
				 { "all",
				   cli_count(c,
					     (uint64_t)all->m[STORE_M_SOURCES],
					     sources) }));
	cli_note(c, "cli.query.total",
		 CLI_ARGS({ "messages",
			    cli_count(c, (uint64_t)all->m[STORE_M_MESSAGES],
				      messages) },
			  { "passed",
			    cli_count(c, (uint64_t)all->m[STORE_M_PASSED],
				      passed) }));
}

static void
end(struct query *query, struct store *s, const struct buf *next)
{
	struct cli *c = query->c;

	if (!query->open)
		begin(query);
	if (cli_is_json(c)) {
		cli_json_list_end(c);
		if (c->format == CLI_FORMAT_JSON) {
			json_open_object(&c->json, "totals");
			cli_json_measures(&c->json, query->totals.m,
					  query->totals.known);
			json_close_object(&c->json);
			json_put_known(&c->json, "next", buf_str(next));
		}
		cli_json_end(c);
		return;
	}
	cli_table_end(&query->table);
	cli_flush(c);
	if (!is_human(query))
		return;
	if (query->shown == 0) {
		explain_nothing(query, s);
		return;
	}
	tell_totals(query);
	cli_tell_more(c, next);
}

static int
explain_plan(struct cli *c, struct store *s, const struct store_query *q)
{
	SCOPED_BUF plan = BUF(1 << 20);
	struct diag why = { 0 };
	enum err err = store_explain(s, q, &plan, &why);

	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	buf_add(&c->out, buf_str(&plan));
	return CLI_FINE;
}

static int
answer(struct query *query, struct store *s)
{
	struct diag why = { 0 };
	SCOPED_BUF next = BUF(4096);
	enum err err = ERR_NONE;

	if (is_human(query) && asks_for_failures(&query->q)) {
		query->only_failures = true;
		err = ask_for_wholes(query, s, &why);
	}
	if (err == ERR_NONE)
		err = store_ask(s, &query->q, take_row, query, &query->totals,
				&next, &why);
	if (err == ERR_NONE)
		end(query, s, &next);
	else if (query->open && !cli_is_json(query->c))
		cli_table_end(&query->table);
	if (query->by_key)
		map_free(query->by_key);
	heap_free(query->wholes);
	if (err == ERR_NONE)
		return CLI_FINE;
	buf_clear(&query->c->out);
	return cli_fail(query->c, err, &why);
}

int
cli_report_query(struct cli *c)
{
	struct query query = { .c = c };
	int code = cli_query(c, "30d", "source", &query.q);

	if (code != CLI_FINE)
		return code;
	SCOPED_STORE s = cli_store_settled(c, &code);

	if (!s)
		return code;
	if (!query.q.limit)
		query.q.limit = LIMIT;
	if (cli_given(c, "explain"))
		return explain_plan(c, s, &query.q);
	return answer(&query, s);
}
