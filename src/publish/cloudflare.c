/* cloudflare.c - the API of Cloudflare: records have ids, a batch changes
 * several of them at once. */
#include "publish/http.h"

#include <stdio.h>

enum { LEAST_TTL = 60 /* seconds, of every plan */ };

static bool
is_id(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!((id.p[i] >= '0' && id.p[i] <= '9') ||
		      (id.p[i] >= 'a' && id.p[i] <= 'z')))
			return false;
	return id.n > 0 && id.n < 64;
}

static enum err
open_zone(struct publish_http *h, struct diag *why)
{
	SCOPED_BUF path = BUF(PUBLISH_URL_MAX);
	SCOPED_JSON answer = NULL;
	struct str id;
	enum err err;

	h->least_ttl = LEAST_TTL;
	buf_addf(&path, "/zones?name=%.*s", STR_ARG(h->t->plan->zone));
	err = publish_http_json(h, "GET", buf_c(&path), S(""), &answer, why);
	if (err != ERR_NONE)
		return err;
	id = json_str(json_get(json_at(json_get(answer, "result"), 0), "id"));
	if (!is_id(id))
		return publish_no_zone(h, why);
	(void)snprintf(h->zone, sizeof(h->zone), "/zones/%.*s/dns_records",
		       STR_ARG(id));
	return ERR_NONE;
}

static enum err
get(struct publish_http *h, const struct dnsplan_change *c,
    struct publish_values *out, struct diag *why)
{
	SCOPED_BUF path = BUF(PUBLISH_URL_MAX);
	SCOPED_JSON answer = NULL;
	const struct json *list;
	enum err err;

	buf_addf(&path, "%s?name=%.*s&type=%s&per_page=100", h->zone,
		 STR_ARG(c->name), records_type_name(c->type));
	err = publish_http_json(h, "GET", buf_c(&path), S(""), &answer, why);
	list = json_get(answer, "result");
	for (size_t i = 0; err == ERR_NONE && i < json_count(list); i++) {
		const struct json *r = json_at(list, i);
		struct str id = json_str(json_get(r, "id"));

		if (!is_id(id) ||
		    !publish_values_add(out, c->type,
					json_str(json_get(r, "content")), id,
					h->t->mem))
			err = publish_odd(h, "records", why);
	}
	return err;
}

static void
put_deletes(struct json_out *j, const struct dnsplan *p,
	    const struct publish_values *was)
{
	json_open_array(j, "deletes");
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < was[i].n; k++) {
			if (publish_has(p->at[i].after, p->at[i].after_n,
					was[i].value[k]))
				continue;
			json_open_object(j, NULL);
			json_put_str(j, "id", was[i].id[k]);
			json_close_object(j);
		}
	json_close_array(j);
}

static void
put_post(struct publish_http *h, struct json_out *j,
	 const struct dnsplan_change *c, struct str value)
{
	SCOPED_BUF content = BUF(PUBLISH_BODY_MAX);

	/* A target without a dot at its end. */
	if (c->type == RECORDS_CNAME)
		buf_add(&content, value);
	else
		publish_content(c->type, value, &content);
	json_open_object(j, NULL);
	json_put_str(j, "name", c->name);
	json_put_str(j, "type", str_of(records_type_name(c->type)));
	json_put_str(j, "content", buf_str(&content));
	json_put_i64(j, "ttl", publish_ttl(h, c->after_ttl));
	json_put_bool(j, "proxied", false);
	json_close_object(j);
}

/* Deletions come first, whatever their order in the text. */
static enum err
write_all(struct publish_http *h, const struct publish_values *was,
	  struct diag *why)
{
	const struct dnsplan *p = h->t->plan;
	SCOPED_BUF path = BUF(PUBLISH_URL_MAX);
	SCOPED_BUF body = BUF(PUBLISH_BODY_MAX);
	struct json_out j = JSON_OUT(&body);

	json_open_object(&j, NULL);
	put_deletes(&j, p, was);
	json_open_array(&j, "posts");
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->at[i].after_n; k++)
			if (!publish_has(was[i].value, was[i].n,
					 p->at[i].after[k]))
				put_post(h, &j, &p->at[i], p->at[i].after[k]);
	json_close_array(&j);
	json_close_object(&j);
	buf_addf(&path, "%s/batch", h->zone);
	return publish_http_ask(h, "POST", buf_c(&path), buf_str(&body), why);
}

enum err
publish_cloudflare(struct publish_task *t, struct diag *why)
{
	static const struct publish_ways ways = {
		.url = "https://api.cloudflare.com/client/v4",
		.header = "Authorization: Bearer ",
		.open = open_zone,
		.get = get,
		.all = write_all
	};

	return publish_by(t, &ways, why);
}
