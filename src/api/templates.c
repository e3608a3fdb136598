/* templates.c - settings that many domains share, and applying them. */
#include "api/handlers.h"
#include "api/hosting.h"
#include "api/people.h"

enum { APPLY_MAX = 1000, MX_MAX = 50 };

/* ---- the list ---- */

static enum err
take_template(void *ctx, const struct control_template *t)
{
	struct json_out *j = ctx;

	json_open_object(j, NULL);
	control_template_put_json(t, j);
	json_close_object(j);
	return ERR_NONE;
}

enum err
api_templates(struct api_call *c, struct diag *why)
{
	struct json_out *j = api_begin(c, "waxseal.templates/1");
	enum err e;

	json_open_array(j, "templates");
	e = control_templates(c->api->control, c->person.owner, take_template,
			      j, why);
	json_close_array(j);
	api_end(c);
	return e;
}

/* ---- changing ---- */

static enum err
read_servers(struct api_call *c, const struct json *list, struct buf *out,
	     struct diag *why)
{
	enum err e = ERR_NONE;

	if (json_count(list) > MX_MAX)
		return api_bad_value("mx", why);
	for (size_t i = 0; e == ERR_NONE && i < json_count(list); i++) {
		struct str host;

		e = api_mail_server(c, json_str(json_at(list, i)), &host, why);
		if (e == ERR_NONE)
			buf_addf(out, "%s%.*s", out->n > 0 ? "\n" : "",
				 STR_ARG(host));
	}
	return e == ERR_NONE && out->full ? api_bad_value("mx", why) : e;
}

/* The record must be one with an address in its place. */
static enum err
check_records(struct api_call *c, const struct control_template *t,
	      struct diag *why)
{
	static const struct str place = STR(CONTROL_TEMPLATE_ADDRESS);
	SCOPED_BUF filled = BUF(2 * CONTROL_HOSTED_TEXT);
	struct str rest = t->dmarc;
	size_t at;

	while ((at = str_find(rest, place)) != SIZE_MAX) {
		buf_addf(&filled, "%.*sreports@example.net",
			 STR_ARG(str_sub(rest, 0, at)));
		rest = str_sub(rest, at + place.n, SIZE_MAX);
	}
	buf_add(&filled, rest);
	return filled.full
		       ? api_bad_value("dmarc", why)
		       : api_check_texts(c, buf_str(&filled), t->tls_rpt, why);
}

static enum err
read_template(struct api_call *c, const struct json *body, struct buf *mx,
	      struct control_template *t, struct diag *why)
{
	const struct json *purpose = json_get(body, "purpose");
	const struct json *mode = json_get(body, "mode");
	enum err e = api_body_text(body, "dmarc", CONTROL_HOSTED_TEXT,
				   &t->dmarc, why);

	if (e == ERR_NONE)
		e = api_body_text(body, "tls_rpt", CONTROL_HOSTED_TEXT,
				  &t->tls_rpt, why);
	if (e == ERR_NONE)
		e = read_servers(c, json_get(body, "mx"), mx, why);
	if (e == ERR_NONE)
		e = check_records(c, t, why);
	if (e != ERR_NONE)
		return e;
	t->mx_more = buf_str(mx);
	if (purpose && !control_purpose_parse(json_str(purpose), &t->purpose))
		return api_bad_value("purpose", why);
	if (mode && !stsmode_parse(json_str(mode), &t->mode))
		return api_bad_value("mode", why);
	return ERR_NONE;
}

enum err
api_template_put(struct api_call *c, struct diag *why)
{
	struct control_template t = { .name = c->param[0] };
	SCOPED_BUF mx = BUF(CONTROL_HOSTED_TEXT);
	SCOPED_JSON body = NULL;
	enum err e = api_json_body(c, &body, why);

	if (e == ERR_NONE)
		e = read_template(c, body, &mx, &t, why);
	if (e == ERR_NONE)
		e = control_template_put(c->api->control, c->person.owner, &t,
					 c->now, why);
	if (e == ERR_NONE)
		e = api_audit(c, "template.set", t.name, why);
	return e == ERR_NONE ? api_templates(c, why) : e;
}

enum err
api_template_remove(struct api_call *c, struct diag *why)
{
	enum err e = control_template_remove(c->api->control, c->person.owner,
					     c->param[0], why);

	if (e == ERR_NONE)
		e = api_audit(c, "template.remove", c->param[0], why);
	return e == ERR_NONE ? api_templates(c, why) : e;
}

/* ---- applying ---- */

/* Whether the domain is to blame, and not the store. */
static bool
is_verdict(enum err e, const struct diag *why)
{
	return e == ERR_SYNTAX || e == ERR_GONE ||
	       str_eq(str_of(why->code), S("control.quota_hosted"));
}

static enum err
apply_one(struct api_call *c, const struct control_templating *how,
	  struct str name, struct diag *why)
{
	struct json_out *j = &c->json;
	SCOPED_ARENA mem = arena_new(64 << 10);
	SCOPED_BUF title = BUF(4096);
	struct control_templating own = *how;
	struct control_hosted h;
	struct diag of = { 0 };
	enum err e;

	own.mem = mem;
	e = control_template_apply(c->api->control, c->person.owner, name, &own,
				   &h, &of);
	if (e != ERR_NONE && !is_verdict(e, &of))
		return diag_set(why, e, of.code, 0, "%s", of.detail);
	if (e != ERR_NONE)
		finding_explain(&title, c->person.lang, &of);
	json_open_object(j, NULL);
	json_put_str(j, "domain", e == ERR_NONE ? h.name : name);
	json_put_str(j, "result", e == ERR_NONE ? S("applied") : S("refused"));
	json_put_known(j, "token", e == ERR_NONE ? h.token : S(""));
	json_put_known(j, "state",
		       e == ERR_NONE ? str_of(stsmode_name(h.mode)) : S(""));
	json_put_known(j, "code", str_of(of.code));
	json_put_known(j, "title", buf_str(&title));
	json_close_object(j);
	return ERR_NONE;
}

static enum err
apply_all(struct api_call *c, const struct control_templating *how,
	  const struct json *names, struct diag *why)
{
	struct json_out *j = api_begin(c, "waxseal.template_applied/1");
	enum err e = ERR_NONE;

	json_put_str(j, "template", how->template->name);
	json_open_array(j, "results");
	for (size_t i = 0; e == ERR_NONE && i < json_count(names); i++)
		e = apply_one(c, how, json_str(json_at(names, i)), why);
	json_close_array(j);
	api_end(c);
	return e;
}

enum err
api_template_apply(struct api_call *c, struct diag *why)
{
	struct control_template t;
	const struct control_templating how = {
		.template = &t,
		.at = { .hostname = str_of(c->api->o.hostname),
			.base_url = str_of(c->api->o.base_url) },
		.actor = c->person.name,
		.now = c->now,
	};
	SCOPED_JSON body = NULL;
	const struct json *names;
	enum err e = api_json_body(c, &body, why);

	if (e == ERR_NONE)
		e = control_template_find(c->api->control, c->person.owner,
					  c->param[0], c->mem, &t, why);
	if (e != ERR_NONE)
		return e;
	names = json_get(body, "domains");
	if (json_type(names) != JSON_ARRAY || json_count(names) == 0 ||
	    json_count(names) > APPLY_MAX)
		return api_bad_value("domains", why);
	return apply_all(c, &how, names, why);
}
