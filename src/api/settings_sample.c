/* settings_sample.c - made-up reports, to look around with. The writer loads
 * them and takes them away; their domains are a setting while they are here. */
#include "api/handlers.h"

#include "ingest/ingest.h"

enum { DOMAINS = 3, DAYS = 90, SETTING_MAX = 64 << 10 };

static enum err
ask(struct api_call *c, const char *op, struct buf *answer, struct diag *why)
{
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX);
	struct json_out j = JSON_OUT(&request);

	json_open_object(&j, NULL);
	json_put_str(&j, "op", str_of(op));
	json_put_i64(&j, "domains", DOMAINS);
	json_put_i64(&j, "days", DAYS);
	json_close_object(&j);
	return ingest_ask(c->api->o.data, buf_str(&request), answer, why);
}

/* Whether the writer is at it; without a writer nobody is. */
static bool
is_working(struct api_call *c)
{
	const struct json_limits limits = { INGEST_ANSWER_MAX, 8 };
	SCOPED_BUF answer = BUF(INGEST_ANSWER_MAX);
	SCOPED_JSON status = NULL;
	struct diag none = { 0 };
	bool repaired;

	if (ask(c, "status", &answer, &none) != ERR_NONE ||
	    json_parse(buf_str(&answer), limits, &status, &repaired, &none) !=
		    ERR_NONE)
		return false;
	return str_starts(json_str(json_get(status, "working")), S("sample"));
}

enum err
api_sample(struct api_call *c, struct diag *why)
{
	SCOPED_BUF domains = BUF(SETTING_MAX);
	enum err e = control_setting_get(c->api->control, c->person.owner,
					 "sample.domains", &domains, why);
	struct str rest = buf_str(&domains), name;
	struct json_out *j;

	if (e != ERR_NONE)
		return e;
	j = api_begin(c, "waxseal.sample/1");
	json_put_bool(j, "loaded", domains.n > 0);
	json_put_bool(j, "working", is_working(c));
	json_open_array(j, "domains");
	while (str_split(&rest, ' ', &name))
		if (name.n > 0)
			json_put_str(j, NULL, name);
	json_close_array(j);
	api_end(c);
	return ERR_NONE;
}

/* Asked twice, the second one only waits. */
static enum err
change(struct api_call *c, const char *op, struct diag *why)
{
	SCOPED_BUF answer = BUF(INGEST_ANSWER_MAX);
	struct diag own = { 0 };
	enum err e = ask(c, op, &answer, &own);

	if (e == ERR_NONE)
		e = api_audit(c, op, S(""), &own);
	else if (e == ERR_BUSY && is_working(c))
		e = ERR_NONE;
	if (e != ERR_NONE)
		return diag_set(why, e, own.code, 0, "%s", own.detail);
	c->head.status = 202;
	return api_sample(c, why);
}

enum err
api_sample_load(struct api_call *c, struct diag *why)
{
	return change(c, "sample_load", why);
}

enum err
api_sample_remove(struct api_call *c, struct diag *why)
{
	return change(c, "sample_remove", why);
}
