/* desec.c - the API of deSEC: record sets, several at once, all or nothing. */
#include "publish/http.h"

#include <stdio.h>

static enum err
open_zone(struct publish_http *h, struct diag *why)
{
	struct str zone = h->t->plan->zone;
	SCOPED_JSON answer = NULL;
	int64_t least = 0;
	enum err err;

	if (zone.n + 32 > sizeof(h->zone))
		return publish_no_zone(h, why);
	(void)snprintf(h->zone, sizeof(h->zone), "/domains/%.*s/",
		       STR_ARG(zone));
	err = publish_http_json(h, "GET", h->zone, S(""), &answer, why);
	if (err == ERR_NONE &&
	    json_i64(json_get(answer, "minimum_ttl"), &least) && least > 0 &&
	    least <= DNSPLAN_TTL_MAX)
		h->least_ttl = (uint32_t)least;
	return err;
}

/* The zone's own name is an empty one there. */
static struct str
subname(const struct publish_http *h, const struct dnsplan_change *c)
{
	struct str host = publish_host(h->t, c);

	return str_eq(host, S("@")) ? S("") : host;
}

static enum err
get(struct publish_http *h, const struct dnsplan_change *c,
    struct publish_values *out, struct diag *why)
{
	SCOPED_BUF path = BUF(PUBLISH_URL_MAX);
	SCOPED_JSON answer = NULL;
	const struct json *list;
	enum err err;

	buf_addf(&path, "%srrsets/?subname=%.*s&type=%s", h->zone,
		 STR_ARG(subname(h, c)), records_type_name(c->type));
	err = publish_http_json(h, "GET", buf_c(&path), S(""), &answer, why);
	list = json_get(json_at(answer, 0), "records");
	for (size_t i = 0; err == ERR_NONE && i < json_count(list); i++)
		if (!publish_values_add(out, c->type,
					json_str(json_at(list, i)), S(""),
					h->t->mem))
			err = publish_odd(h, "records", why);
	return err;
}

static enum err
write_all(struct publish_http *h, const struct publish_values *was,
	  struct diag *why)
{
	const struct dnsplan *p = h->t->plan;
	SCOPED_BUF path = BUF(PUBLISH_URL_MAX);
	SCOPED_BUF body = BUF(PUBLISH_BODY_MAX);
	struct json_out j = JSON_OUT(&body);

	(void)was;
	json_open_array(&j, NULL);
	for (size_t i = 0; i < p->n; i++) {
		const struct dnsplan_change *c = &p->at[i];

		if (c->what == DNSPLAN_KEEP)
			continue;
		json_open_object(&j, NULL);
		json_put_str(&j, "subname", subname(h, c));
		json_put_str(&j, "type", str_of(records_type_name(c->type)));
		json_put_i64(&j, "ttl", publish_ttl(h, c->after_ttl));
		json_open_array(&j, "records");
		for (size_t k = 0; k < c->after_n; k++) {
			SCOPED_BUF content = BUF(PUBLISH_BODY_MAX);

			publish_content(c->type, c->after[k], &content);
			json_put_str(&j, NULL, buf_str(&content));
		}
		json_close_array(&j);
		json_close_object(&j);
	}
	json_close_array(&j);
	buf_addf(&path, "%srrsets/", h->zone);
	return publish_http_ask(h, "PATCH", buf_c(&path), buf_str(&body), why);
}

enum err
publish_desec(struct publish_task *t, struct diag *why)
{
	static const struct publish_ways ways = {
		.url = "https://desec.io/api/v1",
		.header = "Authorization: Token ",
		.open = open_zone,
		.get = get,
		.all = write_all
	};

	return publish_by(t, &ways, why);
}
