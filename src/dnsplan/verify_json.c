/* verify_json.c - how far a change has come, as JSON. */
#include "dnsplan/private.h"

static void
put_server(struct json_out *j, const char *key, const struct dnsplan_server *s)
{
	json_open_object(j, key);
	if (s->host.n > 0) {
		char text[NETADDR_PRINT_MAX];

		json_put_str(j, "host", s->host);
		json_put_str(j, "address",
			     str_of(netaddr_print(&s->address, text)));
	}
	json_put_str(j, "state", str_of(dnsplan_state_name(s->state)));
	json_open_array(j, "seen");
	for (size_t i = 0; i < s->seen_n; i++)
		json_put_str(j, NULL, s->seen[i]);
	json_close_array(j);
	json_close_object(j);
}

static void
put_until(struct json_out *j, int64_t until)
{
	if (until > 0)
		json_put_i64(j, "until", until);
	else
		json_put_null(j, "until");
}

static void
put_record(struct json_out *j, const struct dnsplan_change *c,
	   const struct dnsplan_seen *s)
{
	json_open_object(j, NULL);
	json_put_str(j, "name", c->name);
	json_put_str(j, "type", str_of(records_type_name(c->type)));
	json_put_str(j, "state", str_of(dnsplan_state_name(s->state)));
	json_put_u64(j, "have", s->have);
	json_put_u64(j, "servers", s->servers);
	put_until(j, s->until);
	json_open_array(j, "wanted");
	for (size_t i = 0; i < c->after_n; i++)
		json_put_str(j, NULL, c->after[i]);
	json_close_array(j);
	json_open_array(j, "at");
	for (size_t i = 0; i < s->n; i++)
		put_server(j, NULL, &s->server[i]);
	json_close_array(j);
	put_server(j, "resolver", &s->resolver);
	json_close_object(j);
}

void
dnsplan_put_check(struct json_out *j, const struct dnsplan *p,
		  const struct dnsplan_check *check)
{
	json_put_str(j, "state", str_of(dnsplan_state_name(check->state)));
	put_until(j, check->until);
	json_open_array(j, "records");
	for (size_t i = 0; i < check->n; i++)
		put_record(j, &p->at[i], &check->at[i]);
	json_close_array(j);
}
