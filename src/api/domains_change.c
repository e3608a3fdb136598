/* domains_change.c - domains come and go. */
#include "api/domains.h"
#include "api/handlers.h"
#include "api/people.h"

#include "ingest/ingest.h"

enum { ADDED_MAX = 1000 }; /* in one request */

/* Has the writer do something with one domain. */
static enum err
ask_writer(struct api_call *c, const char *op, struct str domain,
	   struct diag *why)
{
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX);
	SCOPED_BUF answer = BUF(INGEST_ANSWER_MAX);
	struct json_out j = JSON_OUT(&request);

	json_open_object(&j, NULL);
	json_put_str(&j, "op", str_of(op));
	json_put_str(&j, "domain", domain);
	json_close_object(&j);
	return ingest_ask(c->api->o.data, buf_str(&request), &answer, why);
}

/* ---- adding ---- */

/* What cannot be added is told, and the others are. */
static enum err
add_one(struct api_call *c, struct str name, enum control_purpose purpose,
	struct json_out *refused, struct diag *why)
{
	struct control_domain d = { .name = name,
				    .purpose = purpose,
				    .added_at = c->now };
	struct diag own = { 0 };
	enum err e = control_domain_add(c->api->control, c->person.owner, &d,
					c->mem, &own);

	if (e == ERR_NONE) {
		json_put_str(&c->json, NULL, d.name);
		/* What came before it was known; without a writer it waits
		 * in the bin. */
		(void)!ask_writer(c, "claim", d.name, NULL);
		return api_audit(c, "domain.add", d.name, why);
	}
	if (e != ERR_SYNTAX && e != ERR_GONE)
		return diag_set(why, e, own.code, 0, "%s", own.detail);
	json_open_object(refused, NULL);
	json_put_str(refused, "domain", name);
	json_put_str(refused, "code", str_of(own.code));
	json_put_known(refused, "detail", str_of(own.detail));
	json_close_object(refused);
	return ERR_NONE;
}

static enum err
add_all(struct api_call *c, const struct json *names,
	enum control_purpose purpose, struct buf *refused, struct diag *why)
{
	struct json_out list = JSON_OUT(refused);
	enum err e = ERR_NONE;

	json_open_array(&list, NULL);
	json_open_array(&c->json, "added");
	for (size_t i = 0; e == ERR_NONE && i < json_count(names); i++)
		e = add_one(c, json_str(json_at(names, i)), purpose, &list,
			    why);
	json_close_array(&c->json);
	json_close_array(&list);
	return e;
}

/* {"schema", "added", "refused", "domains": all of them}. */
static enum err
answer_added(struct api_call *c, struct str refused, struct diag *why)
{
	const struct json_limits limits = { API_BODY_MAX, 8 };
	SCOPED_JSON list = NULL;
	bool repaired;
	enum err e = json_parse(refused, limits, &list, &repaired, why);

	if (e != ERR_NONE)
		return e;
	json_put_copy(&c->json, "refused", list);
	e = api_put_domains(c, &c->json, why);
	api_end(c);
	return e;
}

enum err
api_domain_add(struct api_call *c, struct diag *why)
{
	SCOPED_BUF refused = BUF(API_BODY_MAX);
	SCOPED_JSON body = NULL;
	enum control_purpose purpose = CONTROL_PEOPLE;
	const struct json *names, *word;
	enum err e = api_json_body(c, &body, why);

	if (e != ERR_NONE)
		return e;
	names = json_get(body, "domains");
	word = json_get(body, "purpose");
	if (json_type(names) != JSON_ARRAY || json_count(names) == 0)
		return diag_set(why, ERR_SYNTAX, "control.bad_value", 0, "%s",
				"domains");
	if (json_count(names) > ADDED_MAX)
		return diag_set(why, ERR_LIMIT, "control.bad_value", 0, "%s",
				"domains");
	if (word && !control_purpose_parse(json_str(word), &purpose))
		return diag_set(why, ERR_SYNTAX, "control.bad_value", 0, "%s",
				"purpose");
	(void)api_begin(c, "waxseal.domains/1");
	e = add_all(c, names, purpose, &refused, why);
	return e == ERR_NONE ? answer_added(c, buf_str(&refused), why) : e;
}

/* ---- changing, removing ---- */

enum err
api_domain_change(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	enum control_purpose purpose;
	struct control_domain d;
	enum err e = api_json_body(c, &body, why);

	if (e == ERR_NONE)
		e = api_domain_find(c, &d, why);
	if (e != ERR_NONE)
		return e;
	if (!control_purpose_parse(json_str(json_get(body, "purpose")),
				   &purpose))
		return diag_set(why, ERR_SYNTAX, "control.bad_value", 0, "%s",
				"purpose");
	e = control_domain_set(c->api->control, c->person.owner, d.name,
			       purpose, why);
	if (e == ERR_NONE)
		e = api_audit(c, "domain.change", d.name, why);
	return e == ERR_NONE ? api_answer_domain(c, d.name, why) : e;
}

/* The reports of a domain that nobody registered can be removed, too. */
static enum err
remove_data(struct api_call *c, struct diag *why)
{
	struct str name;
	enum err e = api_domain_param(c, &name, why);

	if (e == ERR_NONE)
		e = ask_writer(c, "delete_domain", name, why);
	if (e == ERR_NONE)
		e = api_audit(c, "domain.delete_data", name, why);
	return e;
}

/* The data first: when that fails, everything is as it was. */
enum err
api_domain_remove(struct api_call *c, struct diag *why)
{
	bool data = api_arg_yes(c, "data");
	struct diag own = { 0 };
	struct control_domain d;
	enum err e = data ? remove_data(c, why) : ERR_NONE;

	if (e != ERR_NONE)
		return e;
	e = api_domain_find(c, &d, &own);
	if (e == ERR_NONE)
		e = control_domain_remove(c->api->control, c->person.owner,
					  d.name, &own);
	if (e == ERR_NONE)
		e = api_audit(c, "domain.remove", d.name, &own);
	if (e == ERR_GONE && data)
		e = ERR_NONE;
	if (e != ERR_NONE)
		return diag_set(why, e, own.code, 0, "%s", own.detail);
	return api_nothing(c);
}
