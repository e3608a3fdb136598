/* report.c - one report: who, when, the published policy, the sessions of a
 * TLS report, and the attachment as it was received. */
#include "api/report.h"
#include "api/handlers.h"

#include <stdio.h>

enum { RAW_MAX = 1 << 30, RAW_PIECE = 64 << 10 };

struct shown {
	struct api_list list; /* JSON only */
	struct api_call *c;
	enum decode_kind kind;
};

static void
put_policy(struct json_out *j, struct str text)
{
	static const struct json_limits limits = { 1 << 20, 8 };
	SCOPED_JSON root = NULL;
	bool repaired;

	if (text.n == 0 ||
	    json_parse(text, limits, &root, &repaired, NULL) != ERR_NONE)
		root = NULL;
	json_put_copy(j, "policy", root);
}

static enum err
take_report(void *ctx, const struct store_report *r)
{
	struct shown *shown = ctx;
	struct json_out *j = &shown->c->json;

	shown->kind = r->kind;
	json_open_object(j, "report");
	api_put_report(&shown->list, r);
	json_close_object(j);
	json_put_known(j, "email", r->email);
	put_policy(j, r->policy_json);
	json_put_known(j, "path", r->path);
	json_put_known(j, "member", r->member);
	return ERR_NONE;
}

static void
put_texts(struct json_out *j, const char *key, const struct str *texts,
	  size_t count)
{
	json_open_array(j, key);
	for (size_t i = 0; i < count; i++)
		json_put_str(j, NULL, texts[i]);
	json_close_array(j);
}

static void
put_tls_failure(struct json_out *j, const struct tlsrpt_failure *f)
{
	json_open_object(j, NULL);
	json_put_str(j, "result_type", f->result_type);
	json_put_known(j, "sending_ip", f->sending_ip);
	json_put_known(j, "receiving_ip", f->receiving_ip);
	json_put_known(j, "mx", f->mx);
	json_put_known(j, "reason", f->reason);
	json_put_known(j, "information", f->information);
	json_put_u64(j, "sessions", f->sessions);
	json_close_object(j);
}

static enum err
take_policy(void *ctx, const struct tlsrpt_policy *p)
{
	struct json_out *j = &((struct shown *)ctx)->c->json;

	json_open_object(j, NULL);
	json_put_str(j, "type",
		     str_of(p->type == TLSRPT_OTHER
				    ? "unknown"
				    : tlsrpt_type_name(p->type)));
	json_put_str(j, "domain", p->domain);
	put_texts(j, "strings", p->strings, p->string_count);
	put_texts(j, "mx", p->mx, p->mx_count);
	json_put_u64(j, "successful", p->successful);
	json_put_u64(j, "failed", p->failed);
	json_open_array(j, "failures");
	for (size_t i = 0; i < p->failure_count; i++)
		put_tls_failure(j, &p->failures[i]);
	json_close_array(j);
	json_close_object(j);
	return ERR_NONE;
}

static enum err
put_tls(struct shown *shown, int64_t id, struct diag *why)
{
	enum err err = ERR_NONE;

	json_open_array(&shown->c->json, "tls");
	if (shown->kind == DECODE_TLSRPT)
		err = store_tls_policies(shown->c->api->store,
					 shown->c->person.owner, id,
					 take_policy, shown, why);
	json_close_array(&shown->c->json);
	return err;
}

enum err
api_report(struct api_call *c, struct diag *why)
{
	struct shown shown = { .c = c, .list = { .c = c, .json = &c->json } };
	int64_t id;
	enum err err = api_param_id(c, 0, &id, why);

	if (err != ERR_NONE)
		return err;
	(void)api_begin(c, "waxseal.report/1");
	err = store_report_get(c->api->store, c->person.owner, id, take_report,
			       &shown, why);
	if (err == ERR_NONE)
		err = api_put_carrier(c, id, why);
	if (err == ERR_NONE)
		err = put_tls(&shown, id, why);
	if (err == ERR_NONE)
		api_end(c);
	return err;
}

/* ---- raw ---- */

static const struct {
	const char *type, *ending;
} media_of[] = {
	[DECODE_AS_XML] = { "text/xml", "xml" },
	[DECODE_AS_JSON] = { "application/json", "json" },
	[DECODE_AS_GZIP] = { "application/gzip", "gz" },
	[DECODE_AS_ZIP] = { "application/zip", "zip" },
	[DECODE_AS_ZLIB] = { "application/octet-stream", "zlib" },
	[DECODE_AS_MAIL] = { "message/rfc822", "eml" },
};

/* Piece by piece, so that the channel to the front is not filled at once. */
static void
send_raw(struct api_call *c, struct str bytes)
{
	c->streaming = true;
	while (bytes.n > 0 && !c->unwanted) {
		buf_add(c->body, str_sub(bytes, 0, RAW_PIECE));
		bytes = str_sub(bytes, RAW_PIECE, SIZE_MAX);
		if (api_flush(c) != ERR_NONE)
			return;
	}
}

static enum err
take_kind(void *ctx, const struct store_report *r)
{
	*(enum decode_kind *)ctx = r->kind;
	return ERR_NONE;
}

/* A failure report quotes somebody's mail: as with "reveal", only for whoever
 * may change things, and never unseen. */
static enum err
may_have_raw(struct api_call *c, int64_t id, struct diag *why)
{
	enum decode_kind kind = DECODE_NONE;
	char object[32];
	enum err err = store_report_get(c->api->store, c->person.owner, id,
					take_kind, &kind, why);

	if (err != ERR_NONE || kind != DECODE_FAILURE)
		return err;
	if (!(c->person.may & API_CHANGE))
		return diag_set(why, ERR_GONE, "api.not_allowed", 0, "raw");
	(void)snprintf(object, sizeof object, "%lld", (long long)id);
	return api_audit(c, "failure.reveal", str_of(object), why);
}

/* Browsers keep it as a file and never show it: it was made by strangers. */
enum err
api_report_raw(struct api_call *c, struct diag *why)
{
	enum decode_media media = DECODE_AS_XML;
	SCOPED_BUF raw = BUF(RAW_MAX);
	SCOPED_BUF line = BUF(256);
	int64_t id;
	enum err err = api_param_id(c, 0, &id, why);

	if (err == ERR_NONE)
		err = may_have_raw(c, id, why);
	if (err == ERR_NONE)
		err = store_raw(c->api->store, c->person.owner, id, &raw,
				&media, why);
	if (err != ERR_NONE)
		return err;
	buf_addf(&line, "attachment; filename=\"report-%lld.%s\"",
		 (long long)id, media_of[media].ending);
	if (!arena_dup(c->mem, buf_str(&line), &c->head.disposition))
		c->head.disposition = S("attachment");
	c->head.content_type = media_of[media].type;
	send_raw(c, buf_str(&raw));
	return ERR_NONE;
}
