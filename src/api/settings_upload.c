/* settings_upload.c - who may hand reports in over HTTP. The bytes go from the
 * front into the spool; here is only said whether, and under what name. */
#include "api/handlers.h"
#include "api/people.h"

#include "ingest/ingest.h"
#include "seal/seal.h"

enum {
	POST_MAX = 5 << 20, /* bytes of a posted TLS report */
	KEY_MAX = 255,
	ID_BYTES = 16,
	NAME_MAX_BYTES = 255
};

/* 128 bits in letters and digits. */
static enum err
make_id(struct api_call *c, struct str *out, struct diag *why)
{
	static const char hex[] = "0123456789abcdef";
	uint8_t bytes[ID_BYTES];
	char text[2 * ID_BYTES];

	seal_random(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		text[2 * i] = hex[bytes[i] >> 4];
		text[2 * i + 1] = hex[bytes[i] & 15];
	}
	if (arena_dup(c->mem, (struct str){ text, sizeof(text) }, out))
		return ERR_NONE;
	return diag_set(why, ERR_LIMIT, "control.too_large", 0, "id");
}

/* The same key gives the same id, and the bytes are taken once more: the first
 * time they may not have arrived. The store counts a report once. */
static enum err
id_of_key(struct api_call *c, struct str *id, struct diag *why)
{
	const struct control_once once = { c->request->idempotency_key,
					   c->now };
	SCOPED_BUF answer = BUF(4 * ID_BYTES);
	bool fresh;
	enum err e;

	if (once.key.n == 0)
		return ERR_NONE;
	if (once.key.n > KEY_MAX)
		return api_bad_value("Idempotency-Key", why);
	buf_add(&answer, *id);
	e = control_idempotent(c->api->control, c->person.owner, &once, &answer,
			       &fresh, why);
	if (e == ERR_NONE && !fresh && !arena_dup(c->mem, buf_str(&answer), id))
		e = diag_set(why, ERR_LIMIT, "control.too_large", 0, "id");
	return e;
}

/* The name as the page sent it, without what could be a path. */
static struct str
file_name(struct api_call *c)
{
	struct str name = api_decode(c->mem, c->request->file_name, false);

	for (size_t i = name.n; i > 0; i--)
		if (name.p[i - 1] == '/' || name.p[i - 1] == '\\') {
			name = str_sub(name, i, SIZE_MAX);
			break;
		}
	name = str_sub(name, 0, NAME_MAX_BYTES);
	while (name.n > 0 && !str_is_utf8(name))
		name.n--;
	return name;
}

enum err
api_upload(struct api_call *c, struct diag *why)
{
	struct str id;
	struct json_out *j;
	enum err e = make_id(c, &id, why);

	if (e == ERR_NONE)
		e = id_of_key(c, &id, why);
	if (e == ERR_NONE)
		e = api_audit(c, "report.upload", id, why);
	if (e != ERR_NONE)
		return e;
	c->head.status = 201;
	c->head.to_spool = true;
	c->head.body_max = SPOOL_MESSAGE_MAX;
	c->head.envelope = (struct spool_envelope){
		.door = SPOOL_UPLOAD,
		.owner = c->person.owner,
		.received_at = c->now,
		.id = id,
		.name = file_name(c),
		.client = c->request->client,
	};
	j = api_begin(c, "waxseal.upload/1");
	json_put_str(j, "id", id);
	api_end(c);
	return ERR_NONE;
}

/* ---- a made-up one ---- */

struct first_domain {
	struct arena *mem;
	struct str name;
};

static enum err
take_first(void *ctx, const struct control_domain *d)
{
	struct first_domain *first = ctx;

	if (first->name.n > 0 || arena_dup(first->mem, d->name, &first->name))
		return ERR_NONE;
	return ERR_LIMIT;
}

/* The one asked for, which must be registered once any is; else the first;
 * else one that is nobody's (RFC 2606). */
static enum err
test_domain(struct api_call *c, struct str asked, struct str *out,
	    struct diag *why)
{
	const struct control_domain by = { .name = asked };
	struct first_domain first = { .mem = c->mem };
	struct control_domain found;
	int64_t owner = 0;
	enum err e = control_domains(c->api->control, c->person.owner,
				     take_first, &first, why);

	if (e != ERR_NONE)
		return e;
	*out = asked.n ? asked : S("test.example");
	if (first.name.n == 0)
		return ERR_NONE;
	*out = first.name;
	if (asked.n == 0)
		return ERR_NONE;
	e = control_domain_find(c->api->control, &by, c->mem, &owner, &found,
				why);
	if (e == ERR_NONE && owner != c->person.owner)
		e = diag_set(why, ERR_GONE, "control.no_domain", 0, "%.*s",
			     STR_ARG(str_sub(asked, 0, 100)));
	*out = found.name;
	return e;
}

static enum err
ask_for_test(struct api_call *c, struct str domain, struct str id,
	     struct diag *why)
{
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX);
	SCOPED_BUF answer = BUF(INGEST_ANSWER_MAX);
	struct json_out j = JSON_OUT(&request);

	json_open_object(&j, NULL);
	json_put_str(&j, "op", S("test"));
	json_put_str(&j, "domain", domain);
	json_put_str(&j, "id", id);
	json_close_object(&j);
	return ingest_ask(c->api->o.data, buf_str(&request), &answer, why);
}

/* The writer puts it into the spool: from there it goes as any other does. */
enum err
api_intake_test(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	struct str domain = { 0 }, id = { 0 };
	struct json_out *j;
	enum err e = ERR_NONE;

	if (c->request->body.n > 0)
		e = api_json_body(c, &body, why);
	if (e == ERR_NONE)
		e = test_domain(c, json_str(json_get(body, "domain")), &domain,
				why);
	if (e == ERR_NONE)
		e = make_id(c, &id, why);
	if (e == ERR_NONE)
		e = ask_for_test(c, domain, id, why);
	if (e == ERR_NONE)
		e = api_audit(c, "report.test", domain, why);
	if (e != ERR_NONE)
		return e;
	c->head.status = 201;
	j = api_begin(c, "waxseal.upload/1");
	json_put_str(j, "id", id);
	api_end(c);
	return ERR_NONE;
}

/* RFC 8460 section 5.4. Whoever knows the path may post, whatever the media
 * type says: gzip comes as JSON and the other way round. */
enum err
api_tlsrpt_post(struct api_call *c, struct diag *why)
{
	const struct control_domain by = { .post_token = c->param[0] };
	struct control_domain domain;
	struct diag own = { 0 };
	struct json_out *j;
	int64_t owner = 0;
	struct str id;
	enum err e = control_domain_find(c->api->control, &by, c->mem, &owner,
					 &domain, &own);

	if (e == ERR_GONE)
		return diag_set(why, ERR_GONE, "api.no_page", 0, "tlsrpt");
	if (e != ERR_NONE)
		return diag_set(why, e, own.code, 0, "%s", own.detail);
	e = make_id(c, &id, why);
	if (e != ERR_NONE)
		return e;
	c->head.status = 201;
	c->head.to_spool = true;
	c->head.body_max = POST_MAX;
	c->head.envelope = (struct spool_envelope){
		.door = SPOOL_POST,
		.owner = owner,
		.received_at = c->now,
		.id = id,
		.client = c->request->client,
		.domain = domain.name,
	};
	j = api_begin(c, "waxseal.upload/1");
	json_put_str(j, "id", id);
	api_end(c);
	return ERR_NONE;
}
