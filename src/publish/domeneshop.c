/* domeneshop.c - the API of Domeneshop: single records with numbers. */
#include "publish/http.h"

#include <inttypes.h>
#include <stdio.h>

enum { LEAST_TTL = 60 };

static enum err
open_zone(struct publish_http *h, struct diag *why)
{
	struct str zone = h->t->plan->zone;
	SCOPED_BUF path = BUF(PUBLISH_URL_MAX);
	SCOPED_JSON answer = NULL;
	int64_t id = 0;
	enum err err = publish_http_login(h, NULL, why);

	h->least_ttl = LEAST_TTL;
	buf_addf(&path, "/domains?domain=%.*s", STR_ARG(zone));
	if (err == ERR_NONE)
		err = publish_http_json(h, "GET", buf_c(&path), S(""), &answer,
					why);
	for (size_t i = 0; err == ERR_NONE && i < json_count(answer); i++) {
		const struct json *d = json_at(answer, i);

		/* It looks for a part of the name. */
		if (str_eq_fold(json_str(json_get(d, "domain")), zone) &&
		    json_i64(json_get(d, "id"), &id) && id > 0)
			break;
	}
	if (err != ERR_NONE)
		return err;
	if (id <= 0)
		return publish_no_zone(h, why);
	(void)snprintf(h->zone, sizeof(h->zone), "/domains/%" PRId64 "/dns",
		       id);
	return ERR_NONE;
}

static enum err
take(struct publish_http *h, const struct dnsplan_change *c,
     const struct json *r, struct publish_values *out, struct diag *why)
{
	char number[32];
	int64_t id = 0;

	if (!json_i64(json_get(r, "id"), &id) || id <= 0)
		return publish_odd(h, "records", why);
	(void)snprintf(number, sizeof(number), "%" PRId64, id);
	return publish_values_add(out, c->type, json_str(json_get(r, "data")),
				  str_of(number), h->t->mem)
		       ? ERR_NONE
		       : publish_odd(h, "records", why);
}

static enum err
get(struct publish_http *h, const struct dnsplan_change *c,
    struct publish_values *out, struct diag *why)
{
	struct str host = publish_host(h->t, c);
	SCOPED_BUF path = BUF(PUBLISH_URL_MAX);
	SCOPED_JSON answer = NULL;
	enum err err;

	buf_addf(&path, "%s?host=%.*s&type=%s", h->zone, STR_ARG(host),
		 records_type_name(c->type));
	err = publish_http_json(h, "GET", buf_c(&path), S(""), &answer, why);
	for (size_t i = 0; err == ERR_NONE && i < json_count(answer); i++) {
		const struct json *r = json_at(answer, i);

		if (str_eq_fold(json_str(json_get(r, "host")), host) &&
		    str_eq(json_str(json_get(r, "type")),
			   str_of(records_type_name(c->type))))
			err = take(h, c, r, out, why);
	}
	return err;
}

static enum err
add(struct publish_http *h, const struct dnsplan_change *c, struct str value,
    struct diag *why)
{
	SCOPED_BUF body = BUF(PUBLISH_BODY_MAX);
	struct json_out j = JSON_OUT(&body);

	json_open_object(&j, NULL);
	json_put_str(&j, "host", publish_host(h->t, c));
	json_put_i64(&j, "ttl", publish_ttl(h, c->after_ttl));
	json_put_str(&j, "type", str_of(records_type_name(c->type)));
	json_put_str(&j, "data", value); /* without quotes */
	json_close_object(&j);
	return publish_http_ask(h, "POST", h->zone, buf_str(&body), why);
}

static enum err
write_one(struct publish_http *h, const struct dnsplan_change *c,
	  const struct publish_values *was, struct diag *why)
{
	enum err err = ERR_NONE;

	for (size_t i = 0; err == ERR_NONE && i < was->n; i++) {
		SCOPED_BUF path = BUF(PUBLISH_URL_MAX);

		if (publish_has(c->after, c->after_n, was->value[i]))
			continue;
		buf_addf(&path, "%s/%.*s", h->zone, STR_ARG(was->id[i]));
		err = publish_http_ask(h, "DELETE", buf_c(&path), S(""), why);
	}
	for (size_t i = 0; err == ERR_NONE && i < c->after_n; i++)
		if (!publish_has(was->value, was->n, c->after[i]))
			err = add(h, c, c->after[i], why);
	return err;
}

enum err
publish_domeneshop(struct publish_task *t, struct diag *why)
{
	static const struct publish_ways ways = {
		.url = "https://api.domeneshop.no/v0",
		.open = open_zone,
		.get = get,
		.one = write_one
	};

	return publish_by(t, &ways, why);
}
