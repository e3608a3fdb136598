/* store.c - `store stats` and `store check`. */
#include "cli/table.h"

struct number {
	const char *name, *key;
	uint64_t n;
};

static void
put_day(struct json_out *j, const char *key, int64_t day)
{
	char text[CIVIL_DATE_SIZE];

	if (day == INT64_MIN)
		json_put_null(j, key);
	else
		json_put_str(j, key,
			     str_of(civil_print_date(day * CIVIL_DAY, text)));
}

static void
pair_day(struct cli_table *t, const char *name, const char *key, int64_t day)
{
	char text[CIVIL_DATE_SIZE];

	cli_pair(t, name, key,
		 day == INT64_MIN
			 ? S("")
			 : str_of(civil_print_date(day * CIVIL_DAY, text)));
}

static void
json_stats(struct cli *c, const struct store_stats *s,
	   const struct number *numbers, size_t count)
{
	struct json_out *j = cli_json_only(c, "waxseal.store.stats/1");

	json_put_str(j, "path", str_of(c->data));
	for (size_t i = 0; i < count; i++)
		json_put_u64(j, numbers[i].name, numbers[i].n);
	json_put_u64(j, "raw_bytes", s->raw_bytes);
	json_put_u64(j, "file_bytes", s->file_bytes);
	put_day(j, "first_day", s->first_day);
	put_day(j, "last_day", s->last_day);
	cli_json_i64(j, "last_received", s->last_received,
		     s->last_received != INT64_MIN);
	json_put_u64(j, "days_to_fold", s->days_to_fold);
	json_put_u64(j, "schema_version", s->schema);
	cli_json_only_end(c);
}

static void
pair_bytes(struct cli_table *t, const char *name, const char *key, uint64_t n)
{
	char text[CLI_NUMBER_MAX];

	if (t->c->format == CLI_FORMAT_TABLE)
		cli_pair(t, name, key, cli_bytes(t->c, n, text));
	else
		cli_pair_count(t, name, key, n);
}

static void
text_stats(struct cli *c, const struct store_stats *s,
	   const struct number *numbers, size_t count)
{
	struct cli_table t;

	cli_pairs_begin(&t, c);
	cli_pair(&t, "path", "cli.stats.path", str_of(c->data));
	for (size_t i = 0; i < count; i++)
		cli_pair_count(&t, numbers[i].name, numbers[i].key,
			       numbers[i].n);
	pair_bytes(&t, "raw_bytes", "cli.stats.raw_bytes", s->raw_bytes);
	pair_bytes(&t, "file_bytes", "cli.stats.file_bytes", s->file_bytes);
	pair_day(&t, "first_day", "cli.stats.first_day", s->first_day);
	pair_day(&t, "last_day", "cli.stats.last_day", s->last_day);
	cli_pair_stamp(&t, "last_received", "cli.stats.last_received",
		       s->last_received, s->last_received != INT64_MIN);
	cli_pair_count(&t, "days_to_fold", "cli.stats.days_to_fold",
		       s->days_to_fold);
	cli_pair_count(&t, "schema_version", "cli.stats.schema", s->schema);
	cli_table_end(&t);
}

/* Whether addresses get a country and a network, and if not, why. */
static void
tell_geo(const struct cli *c)
{
	struct geo *geo = cli_geo(c);
	struct geo_status status;
	SCOPED_BUF line = BUF(4096);

	geo_status(geo, &status);
	if (status.country.code[0] && c->format == CLI_FORMAT_TABLE) {
		finding_explain(&line, c->lang, &status.country);
		cli_note(c, "cli.stats.no_geo",
			 CLI_ARGS({ "reason", buf_str(&line) }));
	}
	geo_close(geo);
}

int
cli_store_stats(struct cli *c)
{
	struct store_stats stats;
	struct diag why = { 0 };
	int code = CLI_FINE;
	SCOPED_STORE s = cli_store(c, STORE_READ, &code);

	if (!s)
		return code;
	enum err err = store_stats_get(s, STORE_OWNER_SELF, &stats, &why);

	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	const struct number numbers[] = {
		{ "reports", "cli.stats.reports", stats.reports },
		{ "rows", "cli.stats.rows", stats.rows },
		{ "messages", "cli.stats.messages", stats.messages },
		{ "tls_reports", "cli.stats.tls_reports", stats.tls_reports },
		{ "failures", "cli.stats.failures", stats.failures },
		{ "rejected", "cli.stats.rejected", stats.rejected },
		{ "ignored", "cli.stats.ignored", stats.ignored },
		{ "superseded", "cli.stats.superseded", stats.superseded },
		{ "domains", "cli.stats.domains", stats.domains },
		{ "sources", "cli.stats.sources", stats.sources },
		{ "endpoints", "cli.stats.endpoints", stats.endpoints },
	};

	if (cli_is_json(c)) {
		json_stats(c, &stats, numbers, COUNT_OF(numbers));
		return CLI_FINE;
	}
	text_stats(c, &stats, numbers, COUNT_OF(numbers));
	cli_flush(c);
	tell_geo(c);
	return CLI_FINE;
}

struct check {
	struct cli *c;
	uint64_t faults;
};

static void
take_fault(void *ctx, const struct diag *what)
{
	struct check *check = ctx;
	struct cli *c = check->c;

	check->faults++;
	if (cli_is_json(c)) {
		struct json_out *j = &c->json;

		json_open_object(j, NULL);
		json_put_str(j, "code", str_of(what->code));
		json_put_known(j, "detail", str_of(what->detail));
		json_close_object(j);
		return;
	}
	finding_explain(&c->out, c->lang, what);
	buf_addc(&c->out, '\n');
	cli_flush_some(c);
}

int
cli_store_check(struct cli *c)
{
	struct check check = { .c = c };
	struct diag why = { 0 };
	char count[CLI_NUMBER_MAX];
	int code = CLI_FINE;
	SCOPED_STORE s = cli_store(c, STORE_READ, &code);

	if (!s)
		return code;
	if (cli_is_json(c))
		json_open_array(cli_json_only(c, "waxseal.store.check/1"),
				"faults");
	enum err err =
		store_check(s, STORE_OWNER_SELF, take_fault, &check, &why);

	if (err != ERR_NONE) {
		if (cli_is_json(c))
			buf_clear(&c->out);
		return cli_fail(c, err, &why);
	}
	if (cli_is_json(c)) {
		json_close_array(&c->json);
		cli_json_only_end(c);
	} else if (check.faults == 0) {
		cli_print(c, "cli.check.fine", CLI_NO_ARGS);
	} else {
		cli_flush(c);
		cli_note(c, "cli.check.faults",
			 CLI_ARGS({ "count",
				    cli_count(c, check.faults, count) }));
	}
	return check.faults ? CLI_PROBLEMS : CLI_FINE;
}
