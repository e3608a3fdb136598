/* generate.c - records from wishes, wishes from records. Nothing is looked up
 * and nothing is kept; a private key is refused before anything reads it. */
#include "api/handlers.h"

#include "generate/generate.h"

enum { SCHEMA_MAX = 64 };

/* What was asked, on its way to an answer. */
struct making {
	struct api_call *call;
	const struct json *body;
	struct generate_wish wish;
	struct finding_list given; /* about the texts that were pasted */
};

static enum err
take_record(struct making *m, struct str text, struct diag *why)
{
	const char *kind = generate_kind_name(m->wish.kind);

	if (str_trim(text).n == 0)
		return ERR_NONE;
	if (!generate_parse(&m->wish, text, &m->given))
		return diag_set(why, ERR_SYNTAX, "api.not_a_record", 0, "%s",
				kind);
	/* It is what the new record replaces; a policy file is no record. */
	if (m->wish.kind != GENERATE_MTA_STS)
		generate_add(&m->wish, GENERATE_CURRENT, text);
	return ERR_NONE;
}

/* One text, or those of several records that become one. */
static enum err
take_records(struct making *m, struct diag *why)
{
	const struct json *given = json_get(m->body, "record");
	enum err err = ERR_NONE;

	if (json_type(given) != JSON_ARRAY)
		return take_record(m, json_str(given), why);
	if (json_count(given) > GENERATE_VALUES_MAX)
		return diag_set(why, ERR_LIMIT, "generate.too_much", 0, "%s",
				"record");
	for (size_t i = 0; err == ERR_NONE && i < json_count(given); i++)
		err = take_record(m, json_str(json_at(given, i)), why);
	return err;
}

static enum err
take_wish(struct making *m, struct diag *why)
{
	const struct json *wish = json_get(m->body, "wish");
	const struct str domain = json_str(json_get(m->body, "domain"));

	if (wish && json_type(wish) != JSON_OBJECT &&
	    json_type(wish) != JSON_NULL)
		return diag_set(why, ERR_SYNTAX, "api.bad_body", 0, "%s",
				"wish");
	generate_read_wish(&m->wish, wish, &m->given);
	if (domain.n > 0)
		generate_set(&m->wish, GENERATE_DOMAIN, domain);
	return take_records(m, why);
}

static void
answer(struct making *m)
{
	struct api_call *c = m->call;
	const enum finding_lang lang = c->person.lang;
	struct generate_result made;
	SCOPED_BUF schema = BUF(SCHEMA_MAX);
	struct json_out *j;

	buf_addf(&schema, "waxseal.generate.%s/1",
		 generate_kind_name(m->wish.kind));
	for (size_t i = 0; i < schema.n; i++)
		if (schema.p[i] == '-')
			schema.p[i] = '_';
	generate_make(&m->wish, c->now, c->mem, &made);
	j = api_begin(c, buf_c(&schema));
	json_put_known(j, "domain", made.domain);
	generate_put_wish(j, &m->wish);
	generate_put_result(j, &made, lang);
	finding_put_list(j, "given", &m->given, lang);
	finding_put_list(j, "findings", &made.found, lang);
	api_end(c);
}

static bool
holds_private_key(struct str text)
{
	return str_find(text, S("PRIVATE KEY")) != SIZE_MAX;
}

enum err
api_generate(struct api_call *c, struct diag *why)
{
	struct making m = { .call = c };
	enum generate_kind kind;
	SCOPED_JSON body = NULL;
	enum err err;

	if (!generate_kind_find(c->param[0], &kind))
		return diag_set(why, ERR_GONE, "api.no_page", 0, "%.*s",
				STR_ARG(str_sub(c->param[0], 0, 40)));
	/* JSON leaves the words of a PEM block as they are. */
	if (holds_private_key(c->request->body))
		return diag_set(why, ERR_SYNTAX, "api.private_key", 0, "%s",
				"");
	err = api_body(c, &body, why);
	if (err != ERR_NONE)
		return err;
	m.body = body;
	generate_wish_init(&m.wish, kind, c->mem);
	finding_list_init(&m.given, c->mem);
	err = take_wish(&m, why);
	if (err == ERR_NONE)
		answer(&m);
	return err;
}
