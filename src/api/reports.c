/* reports.c - the list of reports, newest first. */
#include "api/handlers.h"
#include "api/report.h"

static const char *const columns[] = {
	"id",     "kind",  "org",         "report_id", "domain",
	"begin",  "end",   "received_at", "records",   "messages",
	"passed", "trust", "repairs",     "raw_kept",
};
static const struct api_list_shape shape = {
	.schema = "waxseal.report.list/1",
	.member = "reports",
	.file = "reports",
	.columns = columns,
	.column_count = COUNT_OF(columns),
};

struct reports {
	struct api_list list;
	struct api_question asked;
	struct store_list what;
};

bool
api_next_repair(struct str *rest, struct str *code, uint64_t *count)
{
	struct str one;
	size_t at;

	if (!str_split(rest, ',', &one))
		return false;
	at = str_index(one, '=');
	*code = str_sub(one, 0, at);
	*count = 1;
	if (at != SIZE_MAX)
		(void)str_u64(str_sub(one, at + 1, SIZE_MAX), count);
	return true;
}

static void
repairs_cell(struct api_list *l, struct str repairs)
{
	struct str code;
	uint64_t count;

	if (!l->json) {
		api_csv_text(&l->csv, repairs);
		return;
	}
	json_open_array(l->json, "repairs");
	while (api_next_repair(&repairs, &code, &count)) {
		json_open_object(l->json, NULL);
		json_put_str(l->json, "code", code);
		json_put_u64(l->json, "count", count);
		json_close_object(l->json);
	}
	json_close_array(l->json);
}

void
api_put_report(struct api_list *l, const struct store_report *r)
{
	api_cell_i64(l, "id", r->id, true);
	api_cell(l, "kind", str_of(decode_kind_name(r->kind)));
	api_cell(l, "org", r->org);
	api_cell(l, "report_id", r->report_id);
	api_cell(l, "domain", r->domain);
	api_cell_time(l, "begin", r->begin, true);
	api_cell_time(l, "end", r->end, true);
	api_cell_time(l, "received_at", r->received_at, true);
	api_cell_i64(l, "records", (int64_t)r->records, true);
	api_cell_i64(l, "messages", (int64_t)r->messages, true);
	api_cell_i64(l, "passed", (int64_t)r->passed, true);
	api_cell(l, "trust", str_of(store_trust_name(r->trust)));
	repairs_cell(l, r->repairs);
	api_cell_bool(l, "raw_kept", r->raw_kept);
}

static bool
parse_kind(struct str name, enum decode_kind *out)
{
	static const enum decode_kind kinds[] = { DECODE_DMARC, DECODE_TLSRPT,
						  DECODE_FAILURE };

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_eq(name, str_of(decode_kind_name(kinds[i])))) {
			*out = kinds[i];
			return true;
		}
	return false;
}

enum err
api_report_list(struct api_call *c, const struct api_question *asked,
		struct store_list *out, struct diag *why)
{
	struct str kind = api_arg(c, "kind");
	const struct store_query *q = &asked->q;

	*out = (struct store_list){ .owner = q->owner,
				    .first_day = q->first_day,
				    .last_day = q->last_day,
				    .limit = q->limit,
				    .cursor = q->cursor };
	if (kind.n && !parse_kind(kind, &out->kind))
		return diag_set(why, ERR_SYNTAX, "query.bad_value", 0,
				"kind: dmarc, tlsrpt, failure");
	for (size_t i = 0; i < q->filter_count; i++) {
		if (q->filter[i].not_it)
			continue;
		if (q->filter[i].field == STORE_F_DOMAIN)
			out->domain = q->filter[i].value;
		if (q->filter[i].field == STORE_F_REPORTER)
			out->reporter = q->filter[i].value;
	}
	return ERR_NONE;
}

static enum err
take_report(void *ctx, const struct store_report *r)
{
	struct api_list *l = &((struct reports *)ctx)->list;

	api_list_row(l);
	api_put_report(l, r);
	return api_list_row_end(l);
}

static enum err
ask(void *ctx, struct buf *next, struct diag *why)
{
	struct reports *all = ctx;

	return store_reports(all->list.c->api->store, &all->what, take_report,
			     all, next, why);
}

enum err
api_reports(struct api_call *c, struct diag *why)
{
	struct reports all = { 0 };
	SCOPED_BUF next = BUF(8192);
	enum err err = ERR_NONE;

	(void)api_arg(c, "kind");
	err = api_question(c, NULL, NULL, &all.asked, why);
	if (err == ERR_NONE)
		err = api_list_begin(&all.list, c, &shape, &all.asked, why);
	if (err == ERR_NONE)
		err = api_report_list(c, &all.asked, &all.what, why);
	if (err == ERR_NONE)
		err = api_list_pages(&all.list, &all.what.cursor, ask, &all,
				     &next, why);
	if (err != ERR_NONE)
		return err;
	(void)api_list_end(&all.list);
	api_list_tail(&all.list, NULL, &next);
	return ERR_NONE;
}
