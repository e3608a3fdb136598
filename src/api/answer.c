/* answer.c - bodies, problems, ETags: how an answer leaves. */
#include "api/private.h"

#include "seal/seal.h"

enum {
	PIECE = 64 << 10, /* bytes of a stream that go out together */
	TAG_BYTES = 16    /* of the hash that are in an ETag */
};

static const char json_type_name[] = "application/json";
static const char problem_type_name[] = "application/problem+json";

struct json_out *
api_begin(struct api_call *c, const char *schema)
{
	c->json = (struct json_out)JSON_OUT(c->body);
	if (!c->head.content_type)
		c->head.content_type = json_type_name;
	json_open_object(&c->json, NULL);
	json_put_str(&c->json, "schema", str_of(schema));
	return &c->json;
}

void
api_end(struct api_call *c)
{
	json_close_object(&c->json);
	buf_addc(c->body, '\n');
}

void
api_put_i64(struct json_out *j, const char *key, int64_t n, bool known)
{
	if (known)
		json_put_i64(j, key, n);
	else
		json_put_null(j, key);
}

void
api_put_day(struct json_out *j, const char *key, int64_t day)
{
	char text[CIVIL_DATE_SIZE];

	json_put_str(j, key, str_of(civil_print_date(day * CIVIL_DAY, text)));
}

static void
give_head(struct api_call *c)
{
	c->sent = true;
	c->sink->head(c->sink->ctx, &c->head);
}

static void
give_body(struct api_call *c)
{
	if (!c->unwanted && c->body->n > 0 &&
	    !c->sink->piece(c->sink->ctx, buf_str(c->body)))
		c->unwanted = true;
	buf_clear(c->body);
}

enum err
api_flush(struct api_call *c)
{
	if (!c->streaming || c->body->n < PIECE)
		return ERR_NONE;
	if (!c->sent)
		give_head(c);
	give_body(c);
	return c->unwanted ? ERR_STOP : ERR_NONE;
}

/* Codes whose status is not that of their error. */
static const struct {
	const char *code;
	int status;
} statuses[] = {
	{ "api.bad_csrf", 403 },
	{ "api.bad_method", 405 },
	{ "api.not_allowed", 403 },
	{ "api.sign_in", 401 },
	{ "api.too_many_requests", 429 },
	{ "control.bad_setup_token", 403 },
	{ "control.exists", 409 },
	{ "control.last_admin", 409 },
	{ "control.no_session", 401 },
	{ "control.plan_state", 409 },
	{ "control.provider_exists", 409 },
	{ "control.share_over", 410 },
	{ "publish.blocked", 409 },
	{ "control.refused", 401 },
	{ "control.set_up", 409 },
	{ "control.throttled", 429 },
	{ "hosting.mode_changed", 409 },
	{ "hosting.unproven", 409 },
	{ "control.user_exists", 409 },
	{ "spool.full", 503 },
	{ "ingest.busy", 503 },
	{ "ingest.no_server", 503 },
	{ "inspect.busy", 503 },
	{ "inspect.no_answer", 503 },
	{ "inspect.not_running", 503 },
	{ "inspect.too_many", 429 },
	{ "store.raw_gone", 410 },
	{ "store.rows_gone", 409 },
};

int
api_status_of(enum err err, const struct diag *why)
{
	for (size_t i = 0; i < COUNT_OF(statuses); i++)
		if (str_eq(str_of(why->code), str_of(statuses[i].code)))
			return statuses[i].status;
	/* Not now, whoever asks. */
	if (str_starts(str_of(why->code), S("stsmode.")) ||
	    str_starts(str_of(why->code), S("ladder.")))
		return 409;
	switch (err) {
	case ERR_SYNTAX:
		return 400;
	case ERR_LIMIT:
		return 422;
	case ERR_GONE:
		return 404;
	case ERR_BUSY:
		return 503;
	default:
		return 500;
	}
}

void
api_problem(struct api_call *c, int status, const struct diag *why)
{
	buf_clear(c->body);
	c->streaming = false;
	c->head.status = status;
	c->head.content_type = problem_type_name;
	c->head.disposition = S("");
	c->head.to_spool = false;
	if (status == 503 && c->head.retry_after == 0)
		c->head.retry_after = 5;
	c->json = (struct json_out)JSON_OUT(c->body);
	json_open_object(&c->json, NULL);
	json_put_str(&c->json, "schema", S("waxseal.problem/1"));
	json_put_str(&c->json, "code",
		     str_of(why->code[0] ? why->code : "api.failed"));
	json_put_known(&c->json, "detail", str_of(why->detail));
	json_close_object(&c->json);
	buf_addc(c->body, '\n');
}

/* Weak, because the front may pack the body. */
static struct str
tag_of(struct api_call *c)
{
	static const char hex[] = "0123456789abcdef";
	uint8_t hash[SEAL_HASH_BYTES];
	char *text = arena_alloc(c->mem, 4 + 2 * TAG_BYTES);
	size_t n = 0;

	if (!text)
		return S("");
	seal_hash_of(buf_str(c->body), hash);
	text[n++] = 'W';
	text[n++] = '/';
	text[n++] = '"';
	for (size_t i = 0; i < TAG_BYTES; i++) {
		text[n++] = hex[hash[i] >> 4];
		text[n++] = hex[hash[i] & 15];
	}
	text[n++] = '"';
	return (struct str){ text, n };
}

static bool
has_it_already(const struct api_call *c, struct str tag)
{
	/* Compared weakly, RFC 9110 section 8.8.3.2: without "W/". */
	return tag.n > 2 && str_find(c->request->if_none_match,
				     str_sub(tag, 2, tag.n)) != SIZE_MAX;
}

void
api_send(struct api_call *c, bool etag)
{
	if (c->body->full && !c->sent) {
		struct diag why = { 0 };

		(void)diag_set(&why, ERR_LIMIT, "api.answer_too_large", 0, "%s",
			       "");
		api_problem(c, 422, &why);
	}
	if (!c->head.content_type)
		c->head.content_type = json_type_name;
	if (!c->sent && etag && !c->streaming && c->head.status == 200) {
		c->head.etag = tag_of(c);
		if (has_it_already(c, c->head.etag)) {
			c->head.status = 304;
			buf_clear(c->body);
		}
	}
	if (!c->sent)
		give_head(c);
	give_body(c);
}
