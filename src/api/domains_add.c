/* domains_add.c - domains come, one by one or as a text that names many. */
#include "api/domains.h"
#include "api/handlers.h"
#include "api/people.h"

#include "dnsname/dnsname.h"
#include "ingest/ingest.h"

enum {
	ADDED_MAX = 1000, /* in one request */
	/* Beyond, the writer looks for their reports by itself. */
	CLAIMED_MAX = 20
};

enum err
api_ask_writer(struct api_call *c, const char *op, struct str domain,
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

struct adding {
	struct control_adding how;
	struct dnsname_names names;
	struct control_added *at;
	bool is_text;
};

static void
adding_free(struct adding *a)
{
	dnsname_names_free(&a->names);
	heap_free(a->at);
}

/* ---- what was asked ---- */

static enum err
read_array(const struct json *list, struct adding *a, struct diag *why)
{
	size_t n = json_count(list);

	if (json_type(list) != JSON_ARRAY || n == 0 || n > ADDED_MAX)
		return api_bad_value("domains", why);
	a->names.at = heap_grow(NULL, n, sizeof *a->names.at);
	a->names.n = n;
	for (size_t i = 0; i < n; i++)
		a->names.at[i] = (struct dnsname_entry){
			.given = json_str(json_at(list, i)), .line = i + 1
		};
	return ERR_NONE;
}

static enum err
read_names(struct api_call *c, const struct json *body, struct adding *a,
	   struct diag *why)
{
	const struct json *list = json_get(body, "domains");
	const struct json *text = json_get(body, "text");

	a->is_text = text != NULL;
	if (!text)
		return read_array(list, a, why);
	if (list || json_type(text) != JSON_STRING)
		return api_bad_value("text", why);
	dnsname_names_read(json_str(text), ADDED_MAX, c->mem, &a->names);
	if (a->names.n == 0)
		return diag_set(why, ERR_SYNTAX, "control.no_names", 0, "%s",
				dnsname_form_name(a->names.form));
	return ERR_NONE;
}

static enum err
read_adding(struct api_call *c, const struct json *body, struct adding *a,
	    struct diag *why)
{
	const struct json *word = json_get(body, "purpose");
	const struct json *dry = json_get(body, "dry_run");

	a->how = (struct control_adding){ .purpose = CONTROL_PEOPLE,
					  .actor = c->person.name,
					  .at = c->now };
	if (word && !control_purpose_parse(json_str(word), &a->how.purpose))
		return api_bad_value("purpose", why);
	if (dry && !json_bool(dry, &a->how.dry))
		return api_bad_value("dry_run", why);
	return read_names(c, body, a, why);
}

/* ---- what is answered ---- */

/* Names of one outcome, as they always were. */
static void
put_added(struct json_out *j, const struct adding *a)
{
	json_open_array(j, "added");
	for (size_t i = 0; i < a->names.n; i++)
		if (a->at[i].outcome == CONTROL_ADDED)
			json_put_str(j, NULL, a->at[i].domain.name);
	json_close_array(j);
}

static void
put_refused(struct json_out *j, const struct adding *a)
{
	json_open_array(j, "refused");
	for (size_t i = 0; i < a->names.n; i++) {
		const struct control_added *one = &a->at[i];

		if (one->outcome == CONTROL_ADDED)
			continue;
		json_open_object(j, NULL);
		json_put_str(j, "domain", a->names.at[i].given);
		json_put_str(j, "code", str_of(one->why.code));
		json_put_known(j, "detail", str_of(one->why.detail));
		json_close_object(j);
	}
	json_close_array(j);
}

static void
put_results(struct api_call *c, const struct adding *a)
{
	struct json_out *j = &c->json;

	json_open_array(j, "results");
	for (size_t i = 0; i < a->names.n; i++) {
		SCOPED_BUF title = BUF(4096);

		if (a->at[i].outcome != CONTROL_ADDED)
			finding_explain(&title, c->person.lang, &a->at[i].why);
		json_open_object(j, NULL);
		control_added_put(&a->at[i], &a->names.at[i], c->mem, j);
		json_put_known(j, "title", buf_str(&title));
		json_close_object(j);
	}
	json_close_array(j);
}

/* Nothing was added by a dry run, so there is no list of all. */
static enum err
answer(struct api_call *c, const struct adding *a, struct diag *why)
{
	struct json_out *j = api_begin(c, "waxseal.domains/1");
	enum err e = ERR_NONE;

	json_put_bool(j, "dry_run", a->how.dry);
	json_put_known(
		j, "form",
		str_of(a->is_text ? dnsname_form_name(a->names.form) : NULL));
	put_added(j, a);
	put_refused(j, a);
	put_results(c, a);
	json_put_i64(j, "left_out", (int64_t)a->names.left_out);
	if (!a->how.dry)
		e = api_put_domains(c, j, why);
	api_end(c);
	return e;
}

/* What came before a domain was known; without a writer it waits in the bin.
 */
static void
claim(struct api_call *c, const struct adding *a)
{
	if (a->names.n > CLAIMED_MAX || a->how.dry)
		return;
	for (size_t i = 0; i < a->names.n; i++)
		if (a->at[i].outcome == CONTROL_ADDED)
			(void)!api_ask_writer(c, "claim", a->at[i].domain.name,
					      NULL);
}

static enum err
add(struct api_call *c, struct adding *a, struct diag *why)
{
	struct control_many many = { .n = a->names.n, .mem = c->mem };
	enum err e;

	a->at = heap_new(a->names.n * sizeof *a->at);
	many.at = a->at;
	e = control_names_add(c->api->control, c->person.owner, &a->how,
			      &a->names, &many, why);
	if (e == ERR_NONE) {
		claim(c, a);
		e = answer(c, a, why);
	}
	return e;
}

enum err
api_domain_add(struct api_call *c, struct diag *why)
{
	struct adding a = { .is_text = false };
	SCOPED_JSON body = NULL;
	enum err e = api_json_body(c, &body, why);

	if (e == ERR_NONE)
		e = read_adding(c, body, &a, why);
	if (e == ERR_NONE)
		e = add(c, &a, why);
	adding_free(&a);
	return e;
}
