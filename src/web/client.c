/* client.c - addresses that trusted proxies pass on. */
#include "web/client.h"

enum { HOPS_MAX = 32 };

static bool
in_nets(const struct netaddr *ip, const struct netaddr_net *nets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (netaddr_in(ip, &nets[i]))
			return true;
	return false;
}

bool
web_client_trusted(const struct netaddr_port *peer,
		   const struct netaddr_net *trusted, size_t count)
{
	return peer->local || in_nets(&peer->ip, trusted, count);
}

static struct str
unquoted(struct str s)
{
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return str_sub(s, 1, s.n - 2);
	return s;
}

/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80". */
static bool
parse_node(struct str s, struct netaddr *out)
{
	size_t colon;

	s = unquoted(s);
	if (str_starts(s, S("["))) {
		size_t end = str_index(s, ']');

		if (end == SIZE_MAX)
			return false;
		return netaddr_parse(str_sub(s, 1, end - 1), out);
	}
	colon = str_index(s, ':');
	if (colon != SIZE_MAX &&
	    str_index(str_sub(s, colon + 1, SIZE_MAX), ':') == SIZE_MAX)
		s.n = colon;
	return netaddr_parse(s, out);
}

/* The value of `name` in one element of Forwarded. */
static struct str
parameter(struct str element, struct str name)
{
	struct str pair;

	while (str_split(&element, ';', &pair)) {
		size_t equals = str_index(pair, '=');

		if (equals != SIZE_MAX &&
		    str_eq_fold(str_trim(str_sub(pair, 0, equals)), name))
			return str_trim(str_sub(pair, equals + 1, SIZE_MAX));
	}
	return S("");
}

/* The last hops that were told, the nearest at the end. */
struct hops {
	struct str at[HOPS_MAX];
	size_t n;
};

static void
add_hop(struct hops *h, struct str hop)
{
	if (h->n == HOPS_MAX) {
		for (size_t i = 1; i < HOPS_MAX; i++)
			h->at[i - 1] = h->at[i];
		h->n--;
	}
	h->at[h->n++] = hop;
}

static void
collect(const struct httpd_request *r, struct str name, struct hops *out)
{
	struct str value, one;
	size_t at = 0;

	while (httpd_field_next(r, name, &at, &value))
		while (httpd_list_next(&value, &one))
			add_hop(out, one);
}

void
web_client_forwarded(const struct httpd_request *r,
		     const struct netaddr_net *trusted, size_t count,
		     struct web_client *c)
{
	struct hops hops = { 0 }, protos = { 0 };
	bool standard = false;

	collect(r, S("X-Forwarded-For"), &hops);
	collect(r, S("X-Forwarded-Proto"), &protos);
	if (hops.n == 0) {
		collect(r, S("Forwarded"), &hops);
		standard = true;
	}
	if (protos.n > 0)
		c->tls = str_eq_fold(protos.at[protos.n - 1], S("https"));
	else if (standard && hops.n > 0)
		c->tls = str_eq_fold(
			unquoted(parameter(hops.at[hops.n - 1], S("proto"))),
			S("https"));
	for (size_t i = hops.n; i > 0; i--) {
		struct str node = hops.at[i - 1];

		if (standard)
			node = parameter(node, S("for"));
		/* "unknown", a made-up name: nearer than that is all we know */
		if (!parse_node(node, &c->ip))
			return;
		c->local = false;
		if (!in_nets(&c->ip, trusted, count))
			return;
	}
}
