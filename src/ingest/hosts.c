/* hosts.c - what was found of the names of addresses, on its way into the
 * store. */
#include "ingest/server.h"

#include "os/os.h"

void
ingest_put_hosts(struct buf *request, const struct store_host *hosts,
		 size_t count)
{
	struct json_out j = JSON_OUT(request);
	char text[NETADDR_PRINT_MAX];

	json_open_object(&j, NULL);
	json_put_str(&j, "op", S("hosts"));
	json_open_array(&j, "hosts");
	for (size_t i = 0; i < count; i++) {
		const struct store_host *h = &hosts[i];

		json_open_object(&j, NULL);
		json_put_str(&j, "ip", str_of(netaddr_print(&h->ip, text)));
		json_put_str(&j, "state", str_of(store_host_word(h->state)));
		json_put_known(&j, "name", h->name);
		json_close_object(&j);
	}
	json_close_array(&j);
	json_close_object(&j);
}

static bool
read_host(const struct json *json, struct store_host *out)
{
	out->name = json_str(json_get(json, "name"));
	return netaddr_parse(json_str(json_get(json, "ip")), &out->ip) &&
	       store_host_parse(json_str(json_get(json, "state")),
				&out->state) &&
	       out->state != STORE_HOST_UNASKED;
}

/* Counting again is left to the next settling: many may follow. */
enum err
work_hosts(struct server *s, const struct request *r, struct buf *answer,
	   struct diag *why)
{
	const struct json *all = json_get(r->json, "hosts");
	struct store_host hosts[INGEST_HOSTS_MAX];
	size_t n = json_count(all);
	bool renamed = false;
	enum err err;

	(void)answer;
	if (n > INGEST_HOSTS_MAX)
		return diag_set(why, ERR_SYNTAX, "ingest.bad_request", 0,
				"hosts");
	for (size_t i = 0; i < n; i++)
		if (!read_host(json_at(all, i), &hosts[i]))
			return diag_set(why, ERR_SYNTAX, "ingest.bad_request",
					0, "hosts");
	err = store_hosts_put(
		s->store,
		&(struct store_hosts){ STORE_OWNER_SELF, os_now(), hosts, n },
		&renamed, why);
	s->dirty |= renamed;
	return err;
}
