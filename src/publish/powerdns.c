/* powerdns.c - the HTTP API of the PowerDNS authoritative server: one PATCH
 * replaces record sets, all or nothing. */
#include "publish/http.h"

#include <stdio.h>

static enum err
open_zone(struct publish_http *h, struct diag *why)
{
	struct str id = h->t->provider->field[PROVIDER_SERVER_ID];
	struct str zone = h->t->plan->zone;

	if (id.n == 0)
		id = S("localhost");
	if (id.n + zone.n + 64 > sizeof(h->zone))
		return publish_no_zone(h, why);
	(void)snprintf(h->zone, sizeof(h->zone),
		       "/api/v1/servers/%.*s/zones/%.*s.", STR_ARG(id),
		       STR_ARG(zone));
	return ERR_NONE;
}

static enum err
take_set(struct publish_http *h, const struct dnsplan_change *c,
	 const struct json *set, struct publish_values *out, struct diag *why)
{
	const struct json *list = json_get(set, "records");
	struct str name = json_str(json_get(set, "name"));
	int64_t ttl = 0;
	bool off = false;

	if (str_ends(name, S(".")))
		name.n--;
	if (!str_eq_fold(name, c->name) ||
	    !str_eq(json_str(json_get(set, "type")),
		    str_of(records_type_name(c->type))))
		return ERR_NONE;
	if (json_i64(json_get(set, "ttl"), &ttl) && ttl > 0)
		out->ttl = (uint32_t)ttl;
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *r = json_at(list, i);

		if (json_bool(json_get(r, "disabled"), &off) && off)
			continue;
		if (!publish_values_add(out, c->type,
					json_str(json_get(r, "content")), S(""),
					h->t->mem))
			return publish_odd(h, "records", why);
	}
	return ERR_NONE;
}

static enum err
get(struct publish_http *h, const struct dnsplan_change *c,
    struct publish_values *out, struct diag *why)
{
	SCOPED_BUF path = BUF(PUBLISH_URL_MAX);
	SCOPED_JSON answer = NULL;
	const struct json *sets;
	enum err err;

	buf_addf(&path, "%s?rrset_name=%.*s.&rrset_type=%s", h->zone,
		 STR_ARG(c->name), records_type_name(c->type));
	err = publish_http_json(h, "GET", buf_c(&path), S(""), &answer, why);
	sets = json_get(answer, "rrsets");
	for (size_t i = 0; err == ERR_NONE && i < json_count(sets); i++)
		err = take_set(h, c, json_at(sets, i), out, why);
	return err;
}

static void
put_change(struct publish_http *h, struct json_out *j,
	   const struct dnsplan_change *c)
{
	SCOPED_BUF name = BUF(1024);

	buf_addf(&name, "%.*s.", STR_ARG(c->name));
	json_open_object(j, NULL);
	json_put_str(j, "name", buf_str(&name));
	json_put_str(j, "type", str_of(records_type_name(c->type)));
	json_put_str(j, "changetype",
		     c->after_n > 0 ? S("REPLACE") : S("DELETE"));
	json_put_i64(j, "ttl", publish_ttl(h, c->after_ttl));
	json_open_array(j, "records");
	for (size_t i = 0; i < c->after_n; i++) {
		SCOPED_BUF content = BUF(PUBLISH_BODY_MAX);

		publish_content(c->type, c->after[i], &content);
		json_open_object(j, NULL);
		json_put_str(j, "content", buf_str(&content));
		json_put_bool(j, "disabled", false);
		json_close_object(j);
	}
	json_close_array(j);
	json_close_object(j);
}

static enum err
write_all(struct publish_http *h, const struct publish_values *was,
	  struct diag *why)
{
	const struct dnsplan *p = h->t->plan;
	SCOPED_BUF body = BUF(PUBLISH_BODY_MAX);
	struct json_out j = JSON_OUT(&body);

	(void)was;
	json_open_object(&j, NULL);
	json_open_array(&j, "rrsets");
	for (int turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < p->n; i++)
			if (p->at[i].what != DNSPLAN_KEEP &&
			    (turn == 0) == (p->at[i].after_n == 0))
				put_change(h, &j, &p->at[i]);
	json_close_array(&j);
	json_close_object(&j);
	return publish_http_ask(h, "PATCH", h->zone, buf_str(&body), why);
}

enum err
publish_powerdns(struct publish_task *t, struct diag *why)
{
	static const struct publish_ways ways = { .url = "",
						  .header = "X-API-Key: ",
						  .open = open_zone,
						  .get = get,
						  .all = write_all };

	return publish_by(t, &ways, why);
}
