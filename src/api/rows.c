/* rows.c - the detailed view: every row of the reports that match. */
#include "api/handlers.h"
#include "api/list.h"

static const char *const columns[] = {
	"report",
	"n",
	"day",
	"reporter",
	"domain",
	"header_from",
	"envelope_from",
	"envelope_to",
	"ip",
	"host",
	"host_confirmed",
	"asn",
	"as_name",
	"country",
	"source",
	"source_label",
	"spf",
	"dkim",
	"spf_aligned",
	"dkim_aligned",
	"disposition",
	"override",
	"comment",
	"policy",
	"class",
	"count",
};
static const struct api_list_shape shape = {
	.schema = "waxseal.rows/1",
	.member = "rows",
	.file = "rows",
	.columns = columns,
	.column_count = COUNT_OF(columns),
};

struct rows {
	struct api_list list;
	struct api_question asked;
};

/* "example.com s1 pass; other.example fail" in CSV. */
static void
csv_results(struct api_csv *csv, const struct json *results)
{
	static const char *const parts[] = { "domain", "selector", "scope",
					     "result", "human" };
	SCOPED_BUF text = BUF(64 << 10);

	for (size_t i = 0; i < json_count(results); i++) {
		if (i)
			buf_addz(&text, ";");
		for (size_t k = 0; k < COUNT_OF(parts); k++) {
			struct str one = json_str(
				json_get(json_at(results, i), parts[k]));

			if (one.n && text.n)
				buf_addc(&text, ' ');
			buf_add(&text, one);
		}
	}
	api_csv_text(csv, buf_str(&text));
}

static void
auth_cells(struct api_list *l, struct str text)
{
	static const struct json_limits limits = { 1 << 20, 8 };
	static const char *const kinds[] = { "spf", "dkim" };
	SCOPED_JSON root = NULL;
	bool repaired;

	if (json_parse(text, limits, &root, &repaired, NULL) != ERR_NONE)
		root = NULL;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		const struct json *results = json_get(root, kinds[i]);

		if (!l->json) {
			csv_results(&l->csv, results);
		} else if (json_type(results) == JSON_ARRAY) {
			json_put_copy(l->json, kinds[i], results);
		} else {
			json_open_array(l->json, kinds[i]);
			json_close_array(l->json);
		}
	}
}

static void
override_cell(struct api_list *l, struct str overrides)
{
	struct str one;

	if (!l->json) {
		api_csv_text(&l->csv, overrides);
		return;
	}
	json_open_array(l->json, "override");
	while (str_split(&overrides, ',', &one))
		json_put_str(l->json, NULL, one);
	json_close_array(l->json);
}

static enum err
take_row(void *ctx, const struct store_detail *d)
{
	struct api_list *l = &((struct rows *)ctx)->list;
	char day[CIVIL_DATE_SIZE];

	api_list_row(l);
	api_cell_i64(l, "report", d->report, true);
	api_cell_i64(l, "n", d->n, true);
	api_cell(l, "day", str_of(civil_print_date(d->day_seconds, day)));
	api_cell(l, "reporter", d->reporter);
	api_cell(l, "domain", d->domain);
	api_cell(l, "header_from", d->header_from);
	api_cell(l, "envelope_from", d->envelope_from);
	api_cell(l, "envelope_to", d->envelope_to);
	api_cell(l, "ip", d->ip);
	api_cell(l, "host", d->host);
	api_cell_known_bool(l, "host_confirmed", d->host_confirmed,
			    d->host.n > 0);
	api_cell_i64(l, "asn", d->asn, d->asn != 0);
	api_cell(l, "as_name", d->as_name);
	api_cell(l, "country", d->country);
	api_cell(l, "source", d->source);
	api_cell(l, "source_label", d->source_label);
	auth_cells(l, d->auth_json);
	api_cell_bool(l, "spf_aligned", d->spf_aligned);
	api_cell_bool(l, "dkim_aligned", d->dkim_aligned);
	api_cell(l, "disposition", d->disposition);
	override_cell(l, d->overrides);
	api_cell(l, "comment", d->comment);
	api_cell(l, "policy", d->policy);
	api_cell(l, "class", d->class_name);
	api_cell_i64(l, "count", (int64_t)d->count, true);
	return api_list_row_end(l);
}

static enum err
ask(void *ctx, struct buf *next, struct diag *why)
{
	struct rows *rows = ctx;

	return store_rows(rows->list.c->api->store, &rows->asked.q, take_row,
			  rows, next, why);
}

static bool
names_report(const struct store_query *q)
{
	for (size_t i = 0; i < q->filter_count; i++)
		if (q->filter[i].field == STORE_F_REPORT)
			return true;
	return false;
}

enum err
api_rows(struct api_call *c, struct diag *why)
{
	struct rows rows = { 0 };
	SCOPED_BUF next = BUF(8192);
	/* The rows of one report are wanted whenever it was. */
	bool of_report = api_arg_seen(c, "report");
	enum err err = api_question(c, of_report ? NULL : "30d", NULL,
				    &rows.asked, why);

	if (err != ERR_NONE)
		return err;
	if (!names_report(&rows.asked.q) &&
	    api_only_domain(&rows.asked.q).n == 0)
		return diag_set(why, ERR_SYNTAX, "query.needs_domain", 0,
				"rows");
	err = api_list_begin(&rows.list, c, &shape, &rows.asked, why);
	if (err == ERR_NONE)
		err = api_list_pages(&rows.list, &rows.asked.q.cursor, ask,
				     &rows, &next, why);
	if (err != ERR_NONE)
		return err;
	(void)api_list_end(&rows.list);
	api_list_tail(&rows.list, &rows.asked, &next);
	return ERR_NONE;
}
