/* list.c - the mail servers of a domain in the order senders try them
 * (RFC 5321 section 5.1). */
#include "base/base.h"
#include "facts/facts.h"
#include "mx/mx.h"
#include "mx/private.h"
#include "netaddr/netaddr.h"

#include <stdlib.h>
#include <string.h>

static int
by_preference(const void *a, const void *b)
{
	const struct mx_host *x = a, *y = b;

	if (x->preference != y->preference)
		return x->preference < y->preference ? -1 : 1;
	return str_cmp(x->name, y->name);
}

/* Servers named twice are tried once, where they come first. */
static size_t
drop_repeated(struct mx_host *host, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		bool seen = false;

		for (size_t k = 0; k < kept && !seen; k++)
			seen = str_eq(host[k].name, host[i].name);
		if (!seen && kept < MX_HOSTS_MAX)
			host[kept++] = host[i];
	}
	return kept;
}

static size_t
add_addresses(const struct facts_dns *d, struct netaddr *to, size_t n)
{
	size_t share =
		d->type == FACTS_A ? MX_ADDRESSES_MAX / 2 : MX_ADDRESSES_MAX;

	for (size_t i = 0; i < d->n && n < share; i++)
		to[n++] = d->rr[i].address;
	return n;
}

/* Its addresses; false while facts are missing. */
static bool
find_addresses(struct facts *f, struct mx_host *h)
{
	struct netaddr *to;
	const struct facts_dns *cname;

	h->target = h->name;
	if (h->literal)
		return true;
	h->a = facts_ask(f, h->name, FACTS_A);
	h->aaaa = facts_ask(f, h->name, FACTS_AAAA);
	if (!h->a || !h->aaaa)
		return false;
	cname = h->a->chain_n > 0 ? h->a : h->aaaa;
	if (cname->chain_n > 0) {
		h->cname = true;
		h->target = cname->chain[cname->chain_n - 1];
	}
	to = arena_array(facts_mem(f), MX_ADDRESSES_MAX, sizeof(*to));
	if (!to)
		return false;
	h->address_n = add_addresses(h->a, to, 0);
	h->address_n = add_addresses(h->aaaa, to, h->address_n);
	h->address = to;
	return true;
}

static bool
find_all_addresses(struct facts *f, struct mx_host *host, size_t n)
{
	bool known = true;

	for (size_t i = 0; i < n; i++)
		known = find_addresses(f, &host[i]) && known;
	return known;
}

static bool
list_records(struct facts *f, const struct facts_dns *d, struct mx_list *out)
{
	struct mx_host *host = arena_array(facts_mem(f), d->n, sizeof(*host));
	struct netaddr address;
	size_t n = 0;

	if (!host)
		return false; /* memory is used up: nothing is known */
	for (size_t i = 0; i < d->n; i++) {
		if (d->rr[i].data.n == 0)
			continue;
		host[n].name = d->rr[i].data;
		host[n].preference = d->rr[i].preference;
		host[n].literal = netaddr_parse(host[n].name, &address);
		n++;
	}
	out->kind = n > 0 ? MX_LISTED : MX_NULL;
	out->null_mixed = n > 0 && n < d->n;
	qsort(host, n, sizeof(*host), by_preference);
	out->host = host;
	out->n = drop_repeated(host, n);
	out->cut = n > MX_HOSTS_MAX && out->n == MX_HOSTS_MAX;
	return find_all_addresses(f, host, out->n);
}

static bool
list_implicit(struct facts *f, struct str domain, struct mx_list *out)
{
	struct mx_host *host = arena_alloc(facts_mem(f), sizeof(*host));

	if (!host)
		return false;
	host->name = domain;
	if (!find_addresses(f, host))
		return false;
	if (host->address_n > 0) {
		out->kind = MX_IMPLICIT;
		out->host = host;
		out->n = 1;
	} else if (facts_trouble(host->a->status)) {
		out->answer = host->a;
	} else if (facts_trouble(host->aaaa->status)) {
		out->answer = host->aaaa;
	} else {
		out->kind = MX_NOWHERE;
	}
	return true;
}

bool
mx_list(struct facts *f, struct str domain, struct mx_list *out)
{
	const struct facts_dns *d = facts_ask(f, domain, FACTS_MX);

	*out = (struct mx_list){ .kind = MX_UNKNOWN, .answer = d };
	if (!d)
		return false;
	switch (d->status) {
	case FACTS_FOUND:
		return list_records(f, d, out);
	case FACTS_NODATA:
		return list_implicit(f, domain, out);
	case FACTS_NXDOMAIN:
		out->kind = MX_NO_DOMAIN;
		return true;
	default:
		return true;
	}
}

static bool
is_microsoft(struct str name)
{
	return str_ends(name, S(".mail.protection.outlook.com")) ||
	       str_ends(name, S(".mx.microsoft"));
}

static bool
is_google(struct str name)
{
	return str_eq(name, S("smtp.google.com")) ||
	       str_eq(name, S("aspmx.l.google.com")) ||
	       str_ends(name, S(".aspmx.l.google.com")) ||
	       (str_starts(name, S("aspmx")) &&
		str_ends(name, S(".googlemail.com")));
}

enum mx_service
mx_service_of(const struct mx_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		if (is_microsoft(list->host[i].name))
			return MX_SERVICE_MICROSOFT;
		if (is_google(list->host[i].name))
			return MX_SERVICE_GOOGLE;
	}
	return MX_SERVICE_OTHER;
}
