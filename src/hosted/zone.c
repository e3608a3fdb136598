/* zone.c - what is the same for all, as bytes. */
#include "hosted/private.h"

#include <string.h>

enum { TEXT_MAX = 1024 };

const struct hosted_lead hosted_leads[HOSTED_PLACES] = {
	[HOSTED_AT_POLICY] = { "mta-sts", "p" },
	[HOSTED_AT_STS] = { "_mta-sts", "s" },
	[HOSTED_AT_TLS_RPT] = { "_smtp._tls", "r" },
	[HOSTED_AT_DMARC] = { "_dmarc", "d" },
};

/* ---- writing ---- */

static void
put_number(struct buf *out, uint64_t n)
{
	char bytes[4];

	hosted_put(bytes, sizeof bytes, n);
	buf_add(out, (struct str){ bytes, sizeof bytes });
}

static bool
put_text(struct buf *out, struct str s)
{
	put_number(out, s.n);
	return buf_add(out, s) && s.n <= TEXT_MAX;
}

static void
put_addresses(struct buf *out, const struct netaddr *a, size_t n)
{
	put_number(out, n);
	for (size_t i = 0; i < n; i++)
		buf_add(out,
			(struct str){ (const char *)a[i].b, NETADDR_BYTES });
}

bool
hosted_zone_print(const struct hosted_zone *z, struct buf *out)
{
	bool ok = z->ns_n <= HOSTED_NS_MAX && z->caa_n <= HOSTED_CAA_MAX &&
		  z->address_n <= HOSTED_ADDRESSES_MAX &&
		  z->own_n <= HOSTED_OWN_MAX;

	ok = ok && put_text(out, z->name) && put_text(out, z->rname) &&
	     put_text(out, z->reports) && put_text(out, z->reports_mx);
	if (!ok)
		return false;
	put_number(out, z->serial);
	put_number(out, z->ttl);
	put_number(out, z->ns_n);
	for (size_t i = 0; i < z->ns_n; i++) {
		const struct hosted_server *ns = &z->ns[i];

		if (!put_text(out, ns->name) ||
		    ns->addresses > COUNT_OF(ns->address))
			return false;
		put_addresses(out, ns->address, ns->addresses);
	}
	put_addresses(out, z->address, z->address_n);
	put_number(out, z->caa_n);
	for (size_t i = 0; i < z->caa_n; i++)
		if (!put_text(out, z->caa[i]))
			return false;
	put_number(out, z->own_n);
	for (size_t i = 0; i < z->own_n; i++)
		if (!put_text(out, z->own[i]))
			return false;
	return !out->full;
}

/* ---- reading ---- */

struct cursor {
	struct str rest;
	bool bad;
};

static struct str
take(struct cursor *c, size_t n)
{
	struct str piece = { 0 };

	if (c->bad || n > c->rest.n) {
		c->bad = true;
		return piece;
	}
	piece = str_sub(c->rest, 0, n);
	c->rest = str_sub(c->rest, n, SIZE_MAX);
	return piece;
}

static uint32_t
take_number(struct cursor *c)
{
	struct str bytes = take(c, 4);

	return c->bad ? 0 : (uint32_t)hosted_get(bytes.p, 4);
}

/* At most `most`. */
static size_t
take_count(struct cursor *c, size_t most)
{
	size_t n = take_number(c);

	c->bad = c->bad || n > most;
	return c->bad ? 0 : n;
}

static struct str
take_text(struct cursor *c)
{
	return take(c, take_count(c, TEXT_MAX));
}

static size_t
take_addresses(struct cursor *c, struct netaddr *to, size_t most)
{
	size_t n = take_count(c, most);

	for (size_t i = 0; i < n; i++) {
		struct str bytes = take(c, NETADDR_BYTES);

		if (!c->bad)
			memcpy(to[i].b, bytes.p, NETADDR_BYTES);
	}
	return n;
}

bool
hosted_zone_parse(struct str bytes, struct hosted_zone *out)
{
	struct cursor c = { .rest = bytes };

	*out = (struct hosted_zone){ 0 };
	out->name = take_text(&c);
	out->rname = take_text(&c);
	out->reports = take_text(&c);
	out->reports_mx = take_text(&c);
	out->serial = take_number(&c);
	out->ttl = take_number(&c);
	out->ns_n = take_count(&c, HOSTED_NS_MAX);
	for (size_t i = 0; i < out->ns_n; i++) {
		struct hosted_server *ns = &out->ns[i];

		ns->name = take_text(&c);
		ns->addresses =
			take_addresses(&c, ns->address, COUNT_OF(ns->address));
	}
	out->address_n = take_addresses(&c, out->address, HOSTED_ADDRESSES_MAX);
	out->caa_n = take_count(&c, HOSTED_CAA_MAX);
	for (size_t i = 0; i < out->caa_n; i++)
		out->caa[i] = take_text(&c);
	/* Files of before there were any end here. */
	if (c.rest.n > 0)
		out->own_n = take_count(&c, HOSTED_OWN_MAX);
	for (size_t i = 0; i < out->own_n; i++)
		out->own[i] = take_text(&c);
	return !c.bad && c.rest.n == 0;
}
