/* inspect_check.c - `check`: everything about one domain or many. */
#include "cli/inspect.h"
#include "cli/progress.h"
#include "dnsname/dnsname.h"
#include "insight/insight.h"
#include "os/os.h"

#include <string.h>

enum {
	AT_ONCE = 32, /* domains under way */
	DOMAINS_MAX = 100000,
	LIST_MAX = 16 << 20, /* bytes of --from */
	FACTS_MAX = 8 << 20,
	SELECTORS_MAX = 64
};

/* Made from docs/schema/check.json when the program is built. */
extern const struct str cli_check_schema;

static const struct cli_column columns[] = {
	{ "check", "cli.col.check", false, false },
	{ "status", "cli.col.status", false, false },
	{ "detail", "cli.col.detail", false, true },
	{ "code", "cli.col.code", false, false },
};

struct check {
	struct cli *c;
	struct loop *loop;
	struct inspect *inspect;
	struct store *store; /* NULL: there are no reports here */
	struct str *domain;
	size_t n, next, done, under_way;
	struct str selector[SELECTORS_MAX];
	size_t selectors;
	struct cli_progress progress;
	int code;
};

/* A domain under way. */
struct one {
	struct check *check;
	struct facts *facts;
	struct inspect_look *look;
	int64_t began; /* ticks */
};

/* ---- telling ---- */

static bool
is_plain(const struct cli *c)
{
	return c->format != CLI_FORMAT_TABLE;
}

/* The finding that speaks for a part: the gravest, the first of those. */
static const struct finding_found *
speaker(const struct finding_list *found)
{
	const struct finding_found *best = NULL;

	for (size_t i = 0; i < found->n; i++)
		if (!best ||
		    found->at[i].finding->severity > best->finding->severity)
			best = &found->at[i];
	return best;
}

static void
tell_part(struct cli_table *t, const struct inspect_report *r, size_t i)
{
	SCOPED_BUF detail = BUF(4096);
	const struct finding_found *best = speaker(&r->part[i].found);
	enum inspect_part part = (enum inspect_part)i;
	enum finding_severity worst = inspect_status(r, part);

	cli_cell(t, str_of(inspect_part_name(part)), CLI_PLAINLY);
	if (!r->part[i].complete) {
		cli_cell_word(t, "unknown", "cli.check.unknown", CLI_WARN);
		cli_cell(t, (struct str){ 0 }, CLI_PLAINLY);
		cli_cell(t, (struct str){ 0 }, CLI_PLAINLY);
		return;
	}
	cli_cell(t, str_of(inspect_status_name(r, part)),
		 cli_severity_style(worst));
	if (best)
		finding_found_fill(&detail, best->finding->title[t->c->lang],
				   best);
	cli_cell(t, buf_str(&detail), CLI_PLAINLY);
	cli_cell(t, str_of(best ? best->finding->code : ""), CLI_FAINT);
}

static void
count_findings(const struct inspect_report *r, uint64_t *bad, uint64_t *warn)
{
	for (size_t i = 0; i < INSPECT_PARTS; i++)
		for (size_t k = 0; k < r->part[i].found.n; k++) {
			enum finding_severity s =
				r->part[i].found.at[k].finding->severity;

			*bad += s >= FINDING_FAIL;
			*warn += s == FINDING_WARN;
		}
}

static void
tell_table(struct cli *c, const struct inspect_report *r, int64_t ms)
{
	struct cli_table t;
	char bad_text[CLI_NUMBER_MAX], warn_text[CLI_NUMBER_MAX];
	SCOPED_BUF spent = BUF(CLI_NUMBER_MAX);
	uint64_t bad = 0, warn = 0;

	buf_addf(&spent, "%lld.%lld", (long long)(ms / 1000),
		 (long long)(ms % 1000 / 100));
	if (!is_plain(c))
		cli_print(
			c, "cli.check.head",
			CLI_ARGS({ "domain", dnsname_show(r->domain, c->mem) },
				 { "seconds", buf_str(&spent) }));
	cli_table_begin(&t, c, columns, COUNT_OF(columns));
	for (size_t i = 0; i < INSPECT_PARTS; i++)
		if (r->part[i].wanted)
			tell_part(&t, r, i);
	cli_table_end(&t);
	if (is_plain(c))
		return;
	for (size_t i = 0; i < INSPECT_PARTS; i++)
		cli_tell_findings(c, &r->part[i].found, FINDING_WARN);
	count_findings(r, &bad, &warn);
	buf_addc(&c->out, '\n');
	cli_print(c, "cli.check.sum",
		  CLI_ARGS({ "problems", cli_count(c, bad, bad_text) },
			   { "warnings", cli_count(c, warn, warn_text) }));
}

static void
tell_json(struct cli *c, const struct inspect_report *r)
{
	struct json_out *j = cli_json_only(c, "waxseal.check/1");

	json_put_str(j, "domain", r->domain);
	json_put_i64(j, "checked_at", r->checked_at);
	inspect_put_report(j, r, c->lang);
	cli_json_only_end(c);
}

/* The gravest exit code of all domains: problems, then what is unknown. */
static void
note_exit(struct check *k, const struct inspect_report *r)
{
	for (size_t i = 0; i < INSPECT_PARTS; i++) {
		int code = cli_findings_exit(k->c, &r->part[i].found);

		if (r->part[i].wanted && !r->part[i].complete)
			code = CLI_TEMPORARY;
		if (k->code == CLI_PROBLEMS)
			return;
		if (code == CLI_PROBLEMS || k->code == CLI_FINE ||
		    (code == CLI_TEMPORARY && k->code == CLI_WARNINGS))
			k->code = code;
	}
}

/* ---- asking ---- */

static void start_some(struct check *k);

static void
one_done(void *ctx, bool complete)
{
	struct one *one = ctx;
	struct check *k = one->check;
	const struct inspect_report *r = inspect_look_report(one->look);

	(void)complete;
	k->under_way--;
	k->done++;
	if (cli_is_json(k->c))
		tell_json(k->c, r);
	else
		tell_table(k->c, r, os_ticks() - one->began);
	cli_flush(k->c);
	note_exit(k, r);
	cli_progress_tell(&k->progress, k->done, k->n, (struct str){ 0 });
	inspect_look_free(one->look);
	facts_free(one->facts);
	heap_free(one);
	start_some(k);
}

static bool
judge_one(void *ctx)
{
	const struct one *one = ctx;

	return inspect_look_judge(one->look);
}

static void
start_one(struct check *k, struct str domain)
{
	struct one *one = heap_new(sizeof(*one));
	struct facts_subject subject = { .domain = domain,
					 .selectors = k->selector,
					 .selectors_n = k->selectors };
	const struct insight_mail of = { STORE_OWNER_SELF, k->c->now, domain };

	*one = (struct one){ .check = k,
			     .facts = facts_new(FACTS_MAX, os_now()),
			     .began = os_ticks() };
	if (k->store && insight_seen(k->store, &of, facts_mem(one->facts),
				     &subject.seen, NULL) != ERR_NONE)
		subject.seen = (struct facts_seen){ 0 };
	one->look = inspect_look_new(one->facts, &subject, 0);
	k->under_way++;
	inspect_run(k->inspect, one->facts, judge_one, one_done, one);
}

static void
start_some(struct check *k)
{
	while (k->under_way < AT_ONCE && k->next < k->n)
		start_one(k, k->domain[k->next++]);
	if (k->under_way == 0)
		loop_stop(k->loop);
}

/* ---- what was asked for ---- */

static bool
add_domain(struct check *k, struct str given)
{
	struct str name;

	given = str_trim(given);
	if (given.n == 0 || given.p[0] == '#')
		return true;
	if (!dnsname_fold(given, k->c->mem, &name) ||
	    str_index(name, '.') == SIZE_MAX) {
		cli_complain(k->c, "cli.net.bad_domain",
			     CLI_ARGS({ "domain", given }));
		k->code = CLI_MISUSE;
		return true;
	}
	if (k->n == DOMAINS_MAX)
		return false;
	k->domain = heap_grow(k->domain, k->n + 1, sizeof(*k->domain));
	return arena_dup(k->c->mem, name, &k->domain[k->n++]);
}

static bool
add_from(struct check *k, const char *path, int *code)
{
	SCOPED_BUF text = BUF(LIST_MAX);
	struct diag why = { 0 };
	enum err err = os_read_file(path, &text, &why);
	struct str rest = buf_str(&text), line;

	if (err != ERR_NONE) {
		*code = cli_fail(k->c, err, &why);
		return false;
	}
	while (str_split(&rest, '\n', &line))
		if (!add_domain(k, line))
			return false;
	return true;
}

static bool
read_domains(struct check *k, int *code)
{
	const char *from = cli_value(k->c, "from");

	*code = CLI_MISUSE;
	if (from && !add_from(k, from, code))
		return false;
	for (size_t i = 0; i < k->c->args.operand_count; i++) {
		struct str name;

		if (!cli_domain(k->c, i, &name) || !add_domain(k, name))
			return false;
	}
	for (size_t i = 0; i < k->c->args.given_count; i++) {
		const struct cli_given *g = &k->c->args.given[i];

		if (strcmp(g->option->name, "selector") == 0 &&
		    k->selectors < SELECTORS_MAX)
			k->selector[k->selectors++] = str_of(g->value);
	}
	if (k->n == 0)
		cli_complain(k->c, "cli.check.nothing", CLI_NO_ARGS);
	return k->n > 0;
}

static int
run(struct check *k)
{
	struct cli *c = k->c;
	struct inspect_options options;
	struct diag why = { 0 };
	enum err err;
	int code;

	if (!cli_network(c, &options, &code))
		return code;
	k->loop = loop_new();
	err = inspect_new(k->loop, &options, &k->inspect, &why);
	/* Who may not read the reports here learns the rest. */
	if (store_open(c->data, STORE_READ, 0, &k->store, NULL) != ERR_NONE)
		k->store = NULL;
	if (err == ERR_NONE) {
		cli_progress_begin(&k->progress, c, "cli.check.checking");
		start_some(k);
		loop_run(k->loop);
		cli_progress_end(&k->progress);
		inspect_free(k->inspect);
	}
	store_close(k->store);
	loop_free(k->loop);
	return err == ERR_NONE ? k->code : cli_fail(c, err, &why);
}

int
cli_check(struct cli *c)
{
	struct check k = { .c = c };
	int code = CLI_FINE;

	if (cli_given(c, "schema")) {
		buf_add(&c->out, cli_check_schema);
		return CLI_FINE;
	}
	if (read_domains(&k, &code))
		code = run(&k);
	heap_free(k.domain);
	return code;
}
