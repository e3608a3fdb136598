/* hosting_parts.c - what the answers about hosting and journeys share. */
#include "api/hosting.h"
#include "api/people.h"

#include <stdio.h>

enum err
api_asked(struct api_call *c, struct control_domain *domain,
	  struct insight_asked *out, struct diag *why)
{
	enum err e = api_domain_find(c, domain, why);

	*out = (struct insight_asked){ .store = c->api->store,
				       .control = c->api->control,
				       .owner = c->person.owner,
				       .now = c->now,
				       .domain = domain,
				       .mem = c->mem };
	return e;
}

struct str
api_number(char text[API_DIGITS], int64_t n)
{
	if (n < 0)
		return S("");
	snprintf(text, API_DIGITS, "%lld", (long long)n);
	return str_of(text);
}

struct str
api_gate_name(const char *code)
{
	static const struct str head = STR("gate_");
	size_t at = str_find(str_of(code), head);

	return at == SIZE_MAX ? S("")
			      : str_sub(str_of(code), at + head.n, SIZE_MAX);
}

static void
add_place(struct finding_found *f, size_t *n, const char *name,
	  struct str value)
{
	if (value.n == 0)
		return;
	f->args[*n].name = name;
	f->args[(*n)++].value = value;
}

void
api_put_said(struct api_call *c, const char *code, struct str detail,
	     struct str count, struct str host)
{
	struct finding_found found = { .finding = finding_find(str_of(code)) };
	size_t n = 0;

	if (!found.finding) {
		json_put_str(&c->json, "code", str_of(code));
		return;
	}
	add_place(&found, &n, "detail", detail);
	add_place(&found, &n, "count", count);
	add_place(&found, &n, "host", host);
	finding_put(&c->json, &found, c->person.lang);
}

enum err
api_body_text(const struct json *body, const char *key, size_t most,
	      struct str *out, struct diag *why)
{
	const struct json *member = json_get(body, key);

	*out = S("");
	if (!member || json_type(member) == JSON_NULL)
		return ERR_NONE;
	*out = str_trim(json_str(member));
	if (json_type(member) != JSON_STRING || out->n > most)
		return api_bad_value(key, why);
	return ERR_NONE;
}

bool
api_body_true(const struct json *body, const char *key)
{
	bool yes = false;

	return json_bool(json_get(body, key), &yes) && yes;
}

enum err
api_audit_step(struct api_call *c, const char *action, struct str domain,
	       const char *words, struct str reason, struct diag *why)
{
	SCOPED_BUF object = BUF(4096);

	buf_addf(&object, "%.*s %s", STR_ARG(domain), words);
	if (reason.n > 0)
		buf_addf(&object, ": %.*s", STR_ARG(reason));
	return api_audit(c, action, buf_str(&object), why);
}
