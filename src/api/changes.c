/* changes.c - what is changed in the report store: asked of the writer, the
 * only process that may, and written down. */
#include "api/handlers.h"
#include "api/people.h"
#include "api/source.h"

#include "ingest/ingest.h"

/* Asks and gives what the writer answered, parsed. */
static enum err
ask_writer(struct api_call *c, const struct buf *request, struct json **out,
	   struct diag *why)
{
	static const struct json_limits limits = { INGEST_ANSWER_MAX, 8 };
	SCOPED_BUF answer = BUF(INGEST_ANSWER_MAX);
	bool repaired;
	enum err err;

	if (request->full)
		return diag_set(why, ERR_LIMIT, "api.bad_body", 0, "size");
	err = ingest_ask(c->api->o.data, buf_str(request), &answer, why);
	return err == ERR_NONE ? json_parse(buf_str(&answer), limits, out,
					    &repaired, why)
			       : err;
}

static void
begin(struct json_out *j, const char *op)
{
	json_open_object(j, NULL);
	json_put_str(j, "op", str_of(op));
}

/* ---- triage ---- */

static enum err
take_source(void *ctx, const struct store_source *source)
{
	struct api_list *l = ctx;

	/* The answer is one source; the first that fits. */
	if (l->c->body->n > 0)
		return ERR_NONE;
	json_open_object(l->json, NULL);
	api_put_source(l, source);
	json_close_object(l->json);
	buf_addc(l->c->body, '\n');
	return ERR_NONE;
}

static enum err
answer_source(struct api_call *c, struct str domain, struct diag *why)
{
	struct api_list list = { .c = c, .json = &c->json };
	struct store_query q = { .owner = c->person.owner,
				 .first_day = INT64_MIN,
				 .last_day = INT64_MAX };
	enum err err;

	c->json = (struct json_out)JSON_OUT(c->body);
	api_add_filter(&q, STORE_F_SOURCE, c->param[0]);
	api_add_filter(&q, STORE_F_TRUST, S("any"));
	if (domain.n)
		api_add_filter(&q, STORE_F_DOMAIN, domain);
	err = store_sources(c->api->store, &q, take_source, &list, why);
	if (err == ERR_NONE && c->body->n == 0)
		err = diag_set(why, ERR_GONE, "store.no_source", 0, "%.*s",
			       STR_ARG(str_sub(c->param[0], 0, 100)));
	return err;
}

enum err
api_triage(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	SCOPED_JSON done = NULL;
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX);
	SCOPED_BUF object = BUF(1024);
	struct json_out j = JSON_OUT(&request);
	enum sender_triage triage;
	struct str word, domain;
	enum err err = api_json_body(c, &body, why);

	if (err != ERR_NONE)
		return err;
	word = json_str(json_get(body, "triage"));
	domain = json_str(json_get(body, "domain"));
	if (word.n == 0) /* null takes a judgement back */
		word = str_of(sender_triage_name(SENDER_NOT_TRIAGED));
	if (!sender_triage_parse(word, &triage))
		return diag_set(why, ERR_SYNTAX, "query.bad_value", 0,
				"triage: ours, forwarder, not_ours, ignored, "
				"null");
	begin(&j, "triage");
	json_put_str(&j, "source", c->param[0]);
	json_put_str(&j, "domain", domain);
	json_put_str(&j, "triage", word);
	json_put_str(&j, "note", json_str(json_get(body, "note")));
	json_close_object(&j);
	err = ask_writer(c, &request, &done, why);
	buf_addf(&object, "%.*s %.*s %.*s", STR_ARG(c->param[0]), STR_ARG(word),
		 STR_ARG(domain));
	if (err == ERR_NONE)
		err = api_audit(c, "source.triage", buf_str(&object), why);
	return err == ERR_NONE ? answer_source(c, domain, why) : err;
}

/* ---- reports ---- */

/* {"schema", whatever the writer counted}. */
static bool
copy_member(void *ctx, struct str key, const struct json *value)
{
	SCOPED_BUF name = BUF(256);

	buf_add(&name, key);
	if (!str_eq(key, S("schema")))
		json_put_copy(ctx, buf_c(&name), value);
	return true;
}

static enum err
change(struct api_call *c, const struct buf *request, const char *action,
       struct diag *why)
{
	SCOPED_JSON done = NULL;
	struct str object = c->param[0].n ? c->param[0] : S("all");
	enum err err = ask_writer(c, request, &done, why);

	if (err == ERR_NONE)
		err = api_audit(c, action, object, why);
	if (err != ERR_NONE)
		return err;
	json_each(done, copy_member, api_begin(c, "waxseal.change/1"));
	api_end(c);
	return ERR_NONE;
}

/* One number as the only argument. */
static enum err
change_one(struct api_call *c, const char *op, const char *name,
	   const char *action, struct diag *why)
{
	SCOPED_BUF request = BUF(256);
	struct json_out j = JSON_OUT(&request);
	int64_t id;
	enum err err = api_param_id(c, 0, &id, why);

	if (err != ERR_NONE)
		return err;
	begin(&j, op);
	json_put_i64(&j, name, id);
	json_close_object(&j);
	return change(c, &request, action, why);
}

enum err
api_report_delete(struct api_call *c, struct diag *why)
{
	return change_one(c, "delete_report", "id", "report.delete", why);
}

enum err
api_intake_retry(struct api_call *c, struct diag *why)
{
	return change_one(c, "reparse", "intake", "arrival.retry", why);
}

enum err
api_report_reparse(struct api_call *c, struct diag *why)
{
	return change_one(c, "reparse", "report", "report.reparse", why);
}

enum err
api_reparse(struct api_call *c, struct diag *why)
{
	SCOPED_BUF request = BUF(256);
	struct json_out j = JSON_OUT(&request);

	begin(&j, "reparse");
	json_put_bool(&j, "all", true);
	json_close_object(&j);
	return change(c, &request, "report.reparse", why);
}
