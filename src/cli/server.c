/* Requests to the running server: see ingest/serve.h for what it takes. */
#include "cli/server.h"

#include "ingest/ingest.h"
#include "json/json.h"

enum { DEPTH = 8 };

static bool
is_absent(enum err err, const struct diag *why)
{
	return err == ERR_GONE &&
	       str_eq(str_of(why->code), S("ingest.no_server"));
}

bool
cli_serves(const struct cli *c)
{
	SCOPED_BUF answer = BUF(INGEST_ANSWER_MAX);
	struct diag why = { 0 };
	enum err err =
		ingest_ask(c->data, S("{\"op\":\"status\"}"), &answer, &why);

	return !is_absent(err, &why);
}

bool
cli_ask_server(const struct cli *c, const struct cli_asked *what, enum err *err,
	       struct diag *why)
{
	const struct json_limits limits = { INGEST_ANSWER_MAX, DEPTH };
	SCOPED_BUF answer = BUF(INGEST_ANSWER_MAX);
	SCOPED_JSON json = NULL;
	bool repaired;

	*err = ingest_ask(c->data, buf_str(what->request), &answer, why);
	if (is_absent(*err, why)) {
		diag_clear(why);
		return false;
	}
	if (*err == ERR_NONE)
		*err = json_parse(buf_str(&answer), limits, &json, &repaired,
				  why);
	if (what->key)
		(void)json_i64(json_get(json, what->key), what->count);
	return true;
}
