/* hosts.c - what DNS says of addresses and of who may send, on its way into
 * the store. */
#include "ingest/server.h"

#include "dnsname/dnsname.h"
#include "os/os.h"
#include "sender/sender.h"

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

/* ---- a domain's own SPF ---- */

void
ingest_put_own(struct buf *request, const struct store_own *own)
{
	struct json_out j = JSON_OUT(request);
	char text[NETADDR_PRINT_MAX];

	json_open_object(&j, NULL);
	json_put_str(&j, "op", S("own_spf"));
	json_put_str(&j, "domain", own->domain);
	json_put_str(&j, "state", str_of(store_own_word(own->state)));
	json_open_array(&j, "ranges");
	for (size_t i = 0; i < own->n && i < STORE_OWN_RANGES_MAX; i++) {
		const struct sender_range *r = &own->range[i];

		json_put_str(&j, NULL, str_of(netaddr_print(&r->first, text)));
		json_put_str(&j, NULL, str_of(netaddr_print(&r->last, text)));
	}
	json_close_array(&j);
	json_close_object(&j);
}

static bool
read_own(const struct json *json, struct sender_range *room,
	 struct store_own *out)
{
	const struct json *list = json_get(json, "ranges");
	size_t n = json_count(list) / 2;

	out->domain = json_str(json_get(json, "domain"));
	if (out->domain.n == 0 || out->domain.n > DNSNAME_MAX ||
	    n > STORE_OWN_RANGES_MAX || json_count(list) % 2 != 0 ||
	    !store_own_parse(json_str(json_get(json, "state")), &out->state))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!netaddr_parse(json_str(json_at(list, 2 * i)),
				   &room[i].first) ||
		    !netaddr_parse(json_str(json_at(list, 2 * i + 1)),
				   &room[i].last) ||
		    netaddr_cmp(&room[i].first, &room[i].last) > 0)
			return false;
	out->range = room;
	out->n = sender_ranges_tidy(room, n);
	return true;
}

enum err
work_own_spf(struct server *s, const struct request *r, struct buf *answer,
	     struct diag *why)
{
	struct sender_range room[STORE_OWN_RANGES_MAX];
	struct store_own own = { .now = os_now() };
	bool changed = false;
	enum err err;

	(void)answer;
	if (!read_own(r->json, room, &own))
		return diag_set(why, ERR_SYNTAX, "ingest.bad_request", 0,
				"own_spf");
	/* It left while it was looked at. */
	owners_refresh(s->owners);
	if (owners_any(s->owners) && !owners_have(s->owners, own.domain))
		return ERR_NONE;
	err = store_own_put(s->store, STORE_OWNER_SELF, &own, &changed, why);
	s->dirty |= changed;
	return err;
}
