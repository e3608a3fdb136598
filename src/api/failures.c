/* failures.c - failure reports. What is personal is redacted unless somebody
 * who may asks for it, which is written down. */
#include "api/handlers.h"
#include "api/report.h"

#include "failrpt/failrpt.h"

static const char *const columns[] = {
	"id",      "org",         "feedback_type",   "auth_failure",
	"domain",  "source_ip",   "delivery_result", "auth_results",
	"arrival", "received_at", "incidents",       "mail_from",
	"rcpt_to", "header_from", "subject",         "message_id",
	"headers", "redacted",
};
static const struct api_list_shape shape = {
	.schema = "waxseal.failures/1",
	.member = "failures",
	.file = "failures",
	.columns = columns,
	.column_count = COUNT_OF(columns),
};

enum { TEXT_MAX = 256 << 10 };

struct failures {
	struct api_list list;
	struct api_question asked;
	struct store_list what;
	int64_t only_id; /* 0: all */
	bool reveal;
	uint64_t count;
};

static void
personal_cell(struct failures *all, const char *key, struct str text)
{
	SCOPED_BUF redacted = BUF(TEXT_MAX);

	if (!all->reveal && text.n) {
		failrpt_redact(text, &redacted);
		text = buf_str(&redacted);
	}
	api_cell(&all->list, key, text);
}

static enum err
take_failure(void *ctx, const struct store_failure_row *r)
{
	struct failures *all = ctx;
	struct api_list *l = &all->list;

	all->count++;
	api_list_row(l);
	api_cell_i64(l, "id", r->id, true);
	api_cell(l, "org", r->org);
	api_cell(l, "feedback_type", r->feedback_type);
	api_cell(l, "auth_failure", r->auth_failure);
	api_cell(l, "domain", r->domain);
	api_cell(l, "source_ip", r->source_ip);
	api_cell(l, "delivery_result", r->delivery_result);
	personal_cell(all, "auth_results", r->auth_results);
	api_cell_time(l, "arrival", r->arrival, r->arrival != 0);
	api_cell_time(l, "received_at", r->received_at, true);
	api_cell_i64(l, "incidents", (int64_t)r->incidents, true);
	personal_cell(all, "mail_from", r->mail_from);
	personal_cell(all, "rcpt_to", r->rcpt_to);
	personal_cell(all, "header_from", r->header_from);
	personal_cell(all, "subject", r->subject);
	personal_cell(all, "message_id", r->message_id);
	api_cell(l, "headers", all->reveal ? r->headers : S(""));
	api_cell_bool(l, "redacted", !all->reveal);
	return api_list_row_end(l);
}

static enum err
ask(void *ctx, struct buf *next, struct diag *why)
{
	struct failures *all = ctx;

	return store_failures(all->list.c->api->store, &all->what, all->only_id,
			      take_failure, all, next, why);
}

/* Only whoever may change things, and never unseen. */
static enum err
reveal(struct api_call *c, struct failures *all, struct diag *why)
{
	SCOPED_BUF object = BUF(128);

	all->reveal = api_arg_yes(c, "reveal");
	if (!all->reveal)
		return ERR_NONE;
	if (!(c->person.may & API_CHANGE))
		return diag_set(why, ERR_GONE, "api.not_allowed", 0, "reveal");
	if (all->only_id)
		buf_addf(&object, "%lld", (long long)all->only_id);
	else
		buf_add(&object, str_sub(c->request->query, 0, 100));
	return api_audit(c, "failure.reveal", buf_str(&object), why);
}

static enum err
answer(struct api_call *c, int64_t only_id, struct diag *why)
{
	struct failures all = { .only_id = only_id };
	SCOPED_BUF next = BUF(8192);
	enum err err = reveal(c, &all, why);

	if (err == ERR_NONE)
		err = api_question(c, NULL, NULL, &all.asked, why);
	if (err == ERR_NONE)
		err = api_list_begin(&all.list, c, &shape, &all.asked, why);
	if (err == ERR_NONE)
		err = api_report_list(c, &all.asked, &all.what, why);
	all.what.kind = DECODE_FAILURE;
	if (err == ERR_NONE)
		err = api_list_pages(&all.list, &all.what.cursor, ask, &all,
				     &next, why);
	if (err == ERR_NONE && only_id && all.count == 0)
		err = diag_set(why, ERR_GONE, "store.no_report", 0, "%lld",
			       (long long)only_id);
	if (err != ERR_NONE)
		return err;
	(void)api_list_end(&all.list);
	api_list_tail(&all.list, NULL, &next);
	return ERR_NONE;
}

enum err
api_failures(struct api_call *c, struct diag *why)
{
	return answer(c, 0, why);
}

enum err
api_failure(struct api_call *c, struct diag *why)
{
	int64_t id;
	enum err err = api_param_id(c, 0, &id, why);

	return err == ERR_NONE ? answer(c, id, why) : err;
}
