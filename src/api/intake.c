/* intake.c - everything that arrived and what became of it, what waits, and
 * who fell silent. */
#include "api/handlers.h"
#include "api/report.h"

#include "ingest/ingest.h"
#include "metrics/metrics.h"

static const char *const columns[] = {
	"id",      "received_at", "door", "path", "member", "outcome",
	"kind",    "report",      "code", "line", "detail", "from",
	"subject", "client",      "spf",  "dkim", "dmarc",  "verdict",
};
static const struct api_list_shape shape = {
	.schema = "waxseal.intake/1",
	.member = "items",
	.file = "intake",
	.columns = columns,
	.column_count = COUNT_OF(columns),
};

enum { REPORTERS_SHOWN = 200 };

struct intake {
	struct api_list list;
	struct api_question asked;
	struct store_intake_list what;
	size_t reporters;
};

static struct json *
object_of(struct str text)
{
	static const struct json_limits limits = { 1 << 20, 8 };
	struct json *root = NULL;
	bool repaired;

	if (text.n <= 2 ||
	    json_parse(text, limits, &root, &repaired, NULL) != ERR_NONE)
		return NULL;
	return root;
}

/* The client's address, from the envelope. */
static void
client_cell(struct api_list *l, struct str envelope)
{
	SCOPED_JSON root = object_of(envelope);

	api_cell(l, "client", json_str(json_get(root, "client")));
}

/* The best of all signatures; empty when there is none. */
static struct str
best_signature(const struct json *list)
{
	struct str best = json_str(json_get(json_at(list, 0), "result"));

	for (size_t i = 1; i < json_count(list); i++) {
		struct str one = json_str(json_get(json_at(list, i), "result"));

		if (str_eq(one, S("pass")))
			best = one;
	}
	return best;
}

/* What was found of the carrying mail; "verdict" is a finding's code. */
static void
verdict_cells(struct api_list *l, struct str verdict)
{
	SCOPED_JSON root = object_of(verdict);

	api_cell(l, "spf", json_str(json_get(json_get(root, "spf"), "result")));
	api_cell(l, "dkim", best_signature(json_get(root, "dkim")));
	api_cell(l, "dmarc", json_str(json_get(root, "dmarc")));
	api_cell(l, "verdict", json_str(json_get(root, "code")));
}

static enum err
take_item(void *ctx, const struct store_intake_item *item)
{
	struct api_list *l = &((struct intake *)ctx)->list;

	api_list_row(l);
	api_cell_i64(l, "id", item->id, true);
	api_cell_time(l, "received_at", item->received_at, true);
	api_cell(l, "door", item->door.n ? item->door : S("file"));
	api_cell(l, "path", item->path);
	api_cell(l, "member", item->member);
	api_cell(l, "outcome", str_of(store_outcome_name(item->outcome)));
	api_cell(l, "kind", str_of(decode_kind_name(item->kind)));
	api_cell_i64(l, "report", item->report, item->report != 0);
	api_cell(l, "code", str_of(item->why.code));
	api_cell_i64(l, "line", (int64_t)item->why.line, item->why.line != 0);
	api_cell(l, "detail", str_of(item->why.detail));
	api_cell(l, "from", item->carrier_from);
	api_cell(l, "subject", item->carrier_subject);
	client_cell(l, item->envelope);
	verdict_cells(l, item->verdict);
	return api_list_row_end(l);
}

static enum err
ask(void *ctx, struct buf *next, struct diag *why)
{
	struct intake *in = ctx;

	return store_intake(in->list.c->api->store, &in->what, take_item, in,
			    next, why);
}

static enum err
set_status(struct intake *in, struct str status, struct diag *why)
{
	if (status.n == 0)
		return ERR_NONE;
	for (int i = 0; i < STORE_OUTCOMES; i++)
		if (str_eq(status,
			   str_of(store_outcome_name((enum store_outcome)i)))) {
			in->what.filtered = true;
			in->what.outcome = (enum store_outcome)i;
			return ERR_NONE;
		}
	return diag_set(why, ERR_SYNTAX, "query.bad_value", 0,
			"status: imported, duplicate, superseded, rejected, "
			"ignored, unclaimed");
}

static enum err
put_counts(struct api_call *c, uint64_t counts[STORE_OUTCOMES],
	   struct diag *why)
{
	struct json_out *j = &c->json;
	enum err err = store_intake_counts(c->api->store, c->person.owner,
					   counts, why);

	json_open_object(j, "counts");
	for (int i = 0; i < STORE_OUTCOMES; i++)
		json_put_u64(j, store_outcome_name((enum store_outcome)i),
			     counts[i]);
	json_close_object(j);
	return err;
}

/* What waits in the spool is known to the writer; without one nothing is. */
static void
put_waiting(struct api_call *c)
{
	struct json_out *j = &c->json;
	SCOPED_BUF answer = BUF(INGEST_ANSWER_MAX);
	static const struct json_limits limits = { INGEST_ANSWER_MAX, 8 };
	static const char *const numbers[] = { "messages", "bytes" };
	SCOPED_JSON root = NULL;
	bool repaired;
	int64_t oldest = 0;

	if (ingest_ask(c->api->o.data, S("{\"op\":\"status\"}"), &answer,
		       NULL) != ERR_NONE ||
	    json_parse(buf_str(&answer), limits, &root, &repaired, NULL) !=
		    ERR_NONE)
		root = NULL;
	json_open_object(j, "waiting");
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		int64_t n = 0;
		bool known = json_i64(json_get(root, numbers[i]), &n);

		api_put_i64(j, numbers[i], n, known);
	}
	(void)json_i64(json_get(root, "oldest"), &oldest);
	api_put_i64(j, "oldest", oldest, oldest != 0);
	json_close_object(j);
}

static enum err
count_bin(void *ctx, const struct store_bin_domain *d)
{
	*(uint64_t *)ctx += d->reports;
	return ERR_NONE;
}

static enum err
put_bin(struct api_call *c, struct diag *why)
{
	struct json_out *j = &c->json;
	uint64_t reports = 0;
	enum err err =
		store_bin_domains(c->api->store, count_bin, &reports, why);

	json_open_object(j, "unclaimed");
	json_put_u64(j, "reports", reports);
	/* Counted since the server began; without one nothing is known. */
	api_put_i64(j, "dropped",
		    (int64_t)metrics_get(METRICS_DROPPED_UNCLAIMED),
		    metrics_get(METRICS_STARTED) != 0);
	json_close_object(j);
	return err;
}

/* Silent: twice the usual time has passed, and never before three days. */
static bool
is_silent(const struct store_reporter *r, int64_t now)
{
	enum { LEAST = 3 * CIVIL_DAY, ENOUGH = 5 };
	int64_t patience = 2 * r->gap > LEAST ? 2 * r->gap : LEAST;

	return r->days >= ENOUGH && now - r->last_received > patience;
}

static enum err
take_reporter(void *ctx, const struct store_reporter *r)
{
	struct intake *in = ctx;
	struct json_out *j = in->list.json;

	if (in->reporters++ >= REPORTERS_SHOWN)
		return ERR_NONE;
	json_open_object(j, NULL);
	json_put_str(j, "reporter", r->reporter);
	json_put_i64(j, "last", r->last_received);
	json_put_i64(j, "usual", r->gap);
	json_put_bool(j, "silent", is_silent(r, in->list.c->now));
	json_close_object(j);
	return ERR_NONE;
}

static enum err
put_reporters(struct intake *in, struct diag *why)
{
	struct api_call *c = in->list.c;
	const struct store_list list = {
		.owner = c->person.owner,
		.kind = DECODE_DMARC,
		.domain = api_only_domain(&in->asked.q),
		.first_day = INT64_MIN,
		.last_day = INT64_MAX,
	};
	enum err err;

	json_open_array(&c->json, "reporters");
	err = store_reporters(c->api->store, &list, c->now, take_reporter, in,
			      why);
	json_close_array(&c->json);
	return err;
}

static enum err
end(struct intake *in, const struct buf *next, struct diag *why)
{
	struct api_call *c = in->list.c;
	uint64_t counts[STORE_OUTCOMES] = { 0 };
	SCOPED_BUF address = BUF(512);
	enum err err;

	if (!api_list_end(&in->list))
		return ERR_NONE;
	json_put_known(&c->json, "next",
		       in->list.format == API_AS_PAGE ? buf_str(next) : S(""));
	err = put_counts(c, counts, why);
	if (err == ERR_NONE)
		put_waiting(c);
	if (err == ERR_NONE)
		err = put_bin(c, why);
	if (err == ERR_NONE)
		err = put_reporters(in, why);
	buf_addf(&address, "reports@%s", c->api->o.hostname);
	json_put_str(&c->json, "address", buf_str(&address));
	api_end(c);
	return err;
}

enum err
api_intake(struct api_call *c, struct diag *why)
{
	struct intake in = { 0 };
	struct str status = api_arg(c, "status");
	struct str upload = api_arg(c, "upload");
	SCOPED_BUF next = BUF(8192);
	enum err err = api_question(c, NULL, NULL, &in.asked, why);

	if (err == ERR_NONE)
		err = api_list_begin(&in.list, c, &shape, &in.asked, why);
	in.what.owner = c->person.owner;
	in.what.upload = upload;
	in.what.limit = in.asked.q.limit;
	in.what.cursor = in.asked.q.cursor;
	if (err == ERR_NONE)
		err = set_status(&in, status, why);
	if (err == ERR_NONE)
		err = api_list_pages(&in.list, &in.what.cursor, ask, &in, &next,
				     why);
	return err == ERR_NONE ? end(&in, &next, why) : err;
}
