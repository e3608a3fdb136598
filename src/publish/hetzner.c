/* hetzner.c - the Cloud API of Hetzner: record sets, one after another. */
#include "publish/http.h"

#include <stdio.h>

static enum err
open_zone(struct publish_http *h, struct diag *why)
{
	struct str zone = h->t->plan->zone;
	SCOPED_JSON answer = NULL;

	if (zone.n + 32 > sizeof(h->zone))
		return publish_no_zone(h, why);
	h->least_ttl = 60;
	(void)snprintf(h->zone, sizeof(h->zone), "/zones/%.*s", STR_ARG(zone));
	return publish_http_json(h, "GET", h->zone, S(""), &answer, why);
}

static void
path_of(const struct publish_http *h, const struct dnsplan_change *c,
	struct buf *path)
{
	struct str host = publish_host(h->t, c);

	buf_addf(path, "%s/rrsets/%.*s/%s", h->zone, STR_ARG(host),
		 records_type_name(c->type));
}

static enum err
get(struct publish_http *h, const struct dnsplan_change *c,
    struct publish_values *out, struct diag *why)
{
	SCOPED_BUF path = BUF(PUBLISH_URL_MAX);
	SCOPED_JSON answer = NULL;
	struct diag own = { 0 };
	const struct json *list;
	enum err err;

	path_of(h, c, &path);
	err = publish_http_json(h, "GET", buf_c(&path), S(""), &answer, &own);
	if (err == ERR_GONE)
		return ERR_NONE; /* there is no such set */
	if (err != ERR_NONE)
		return diag_set(why, err, own.code, 0, "%s", own.detail);
	list = json_get(json_get(answer, "rrset"), "records");
	for (size_t i = 0; i < json_count(list); i++)
		if (!publish_values_add(
			    out, c->type,
			    json_str(json_get(json_at(list, i), "value")),
			    S(""), h->t->mem))
			return publish_odd(h, "records", why);
	return ERR_NONE;
}

static void
put_records(struct json_out *j, const struct dnsplan_change *c)
{
	json_open_array(j, "records");
	for (size_t i = 0; i < c->after_n; i++) {
		SCOPED_BUF content = BUF(PUBLISH_BODY_MAX);

		publish_content(c->type, c->after[i], &content);
		json_open_object(j, NULL);
		json_put_str(j, "value", buf_str(&content));
		json_close_object(j);
	}
	json_close_array(j);
}

static enum err
create(struct publish_http *h, const struct dnsplan_change *c, struct diag *why)
{
	SCOPED_BUF path = BUF(PUBLISH_URL_MAX);
	SCOPED_BUF body = BUF(PUBLISH_BODY_MAX);
	struct json_out j = JSON_OUT(&body);

	json_open_object(&j, NULL);
	json_put_str(&j, "name", publish_host(h->t, c));
	json_put_str(&j, "type", str_of(records_type_name(c->type)));
	json_put_i64(&j, "ttl", publish_ttl(h, c->after_ttl));
	put_records(&j, c);
	json_close_object(&j);
	buf_addf(&path, "%s/rrsets", h->zone);
	return publish_http_ask(h, "POST", buf_c(&path), buf_str(&body), why);
}

static enum err
replace(struct publish_http *h, const struct dnsplan_change *c,
	struct diag *why)
{
	SCOPED_BUF records_path = BUF(PUBLISH_URL_MAX);
	SCOPED_BUF ttl_path = BUF(PUBLISH_URL_MAX);
	SCOPED_BUF records = BUF(PUBLISH_BODY_MAX);
	SCOPED_BUF ttl = BUF(128);
	struct json_out j = JSON_OUT(&records);
	enum err err;

	json_open_object(&j, NULL);
	put_records(&j, c);
	json_close_object(&j);
	path_of(h, c, &records_path);
	buf_addz(&records_path, "/actions/set_records");
	err = publish_http_ask(h, "POST", buf_c(&records_path),
			       buf_str(&records), why);
	if (err != ERR_NONE || c->after_ttl == c->now_ttl)
		return err;
	buf_addf(&ttl, "{\"ttl\":%u}", publish_ttl(h, c->after_ttl));
	path_of(h, c, &ttl_path);
	buf_addz(&ttl_path, "/actions/change_ttl");
	return publish_http_ask(h, "POST", buf_c(&ttl_path), buf_str(&ttl),
				why);
}

static enum err
write_one(struct publish_http *h, const struct dnsplan_change *c,
	  const struct publish_values *was, struct diag *why)
{
	SCOPED_BUF path = BUF(PUBLISH_URL_MAX);

	if (c->after_n > 0)
		return was->n == 0 ? create(h, c, why) : replace(h, c, why);
	if (was->n == 0)
		return ERR_NONE;
	path_of(h, c, &path);
	return publish_http_ask(h, "DELETE", buf_c(&path), S(""), why);
}

enum err
publish_hetzner(struct publish_task *t, struct diag *why)
{
	static const struct publish_ways ways = {
		.url = "https://api.hetzner.cloud/v1",
		.header = "Authorization: Bearer ",
		.open = open_zone,
		.get = get,
		.one = write_one
	};

	return publish_by(t, &ways, why);
}
