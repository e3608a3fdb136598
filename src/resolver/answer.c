/* answer.c - what an answer packet says, read with ldns: the chain of CNAMEs
 * hop by hop, the records at its end, how long it holds. */
#include "resolver/private.h"

#include <string.h>

struct reading {
	ldns_rr_list *records; /* the answer section */
	struct arena *mem;
	struct facts_dns *out;
	/* Names of the chain, the one asked for first; borrowed. */
	const ldns_rdf *seen[RESOLVER_CHAIN + 2];
	size_t seen_n;
	struct str *chain;
	struct facts_rr *rr;
};

static bool
fail(struct reading *r, enum facts_status status, struct str why)
{
	r->out->status = status;
	r->out->why = why;
	return false;
}

static const ldns_rdf *
end_of_chain(const struct reading *r)
{
	return r->seen[r->seen_n - 1];
}

/* The next record of `type` at the end of the chain, from `*i` on. */
static const ldns_rr *
next_record(const struct reading *r, uint16_t type, size_t *i)
{
	size_t n = ldns_rr_list_rr_count(r->records);

	while (*i < n) {
		const ldns_rr *rr = ldns_rr_list_rr(r->records, (*i)++);

		if (ldns_rr_get_type(rr) == (ldns_rr_type)type &&
		    ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN &&
		    ldns_dname_compare(ldns_rr_owner(rr), end_of_chain(r)) == 0)
			return rr;
	}
	return NULL;
}

static void
shorten(struct facts_dns *out, uint32_t ttl)
{
	/* RFC 2181 section 8: the top bit makes it zero. */
	if (ttl > INT32_MAX)
		ttl = 0;
	if (ttl < out->ttl)
		out->ttl = ttl;
}

/* ---- records ---- */

/* A field that must be there and have this many bytes (0: any number). */
static const ldns_rdf *
field(const ldns_rr *rr, size_t at, size_t bytes)
{
	const ldns_rdf *f;

	if (at >= ldns_rr_rd_count(rr))
		return NULL;
	f = ldns_rr_rdf(rr, at);
	if (!f || (bytes > 0 && ldns_rdf_size(f) != bytes))
		return NULL;
	return f;
}

static bool
read_name(struct reading *r, const ldns_rr *rr, size_t at, struct str *out)
{
	const ldns_rdf *f = field(rr, at, 0);

	return f && ldns_rdf_get_type(f) == LDNS_RDF_TYPE_DNAME &&
	       resolver_name_print(f, r->mem, out);
}

static bool
read_address(const ldns_rr *rr, struct netaddr *out)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool v4 = ldns_rr_get_type(rr) == LDNS_RR_TYPE_A;
	const ldns_rdf *f = field(rr, 0, v4 ? 4 : NETADDR_BYTES);

	if (!f)
		return false;
	if (v4)
		memcpy(out->b, mapped, sizeof mapped);
	memcpy(out->b + (v4 ? sizeof mapped : 0), ldns_rdf_data(f),
	       ldns_rdf_size(f));
	return true;
}

static bool
read_strings(struct reading *r, const ldns_rr *rr, struct facts_rr *out)
{
	size_t n = ldns_rr_rd_count(rr), bytes = 0, at = 0;
	char *text;

	for (size_t i = 0; i < n; i++) {
		if (!field(rr, i, 0) || ldns_rdf_size(field(rr, i, 0)) == 0)
			return false;
		bytes += ldns_rdf_size(ldns_rr_rdf(rr, i)) - 1;
	}
	text = arena_alloc(r->mem, bytes);
	if (!text || n == 0 || n > UINT16_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		const ldns_rdf *f = ldns_rr_rdf(rr, i);
		size_t length = ldns_rdf_size(f) - 1; /* its length byte */

		memcpy(text + at, ldns_rdf_data(f) + 1, length);
		at += length;
	}
	out->data = (struct str){ text, bytes };
	out->strings = (uint16_t)n;
	return true;
}

static bool
read_raw(struct reading *r, const ldns_rr *rr, struct facts_rr *out)
{
	ldns_buffer *b = ldns_buffer_new(LDNS_MAX_PACKETLEN);
	struct str data = { 0 };
	bool ok = b && ldns_rr_rdata2buffer_wire(b, rr) == LDNS_STATUS_OK;

	if (ok) {
		data.p = (const char *)ldns_buffer_begin(b);
		data.n = ldns_buffer_position(b);
		ok = arena_dup(r->mem, data, &out->data);
	}
	ldns_buffer_free(b);
	return ok;
}

static bool
read_record(struct reading *r, const ldns_rr *rr, struct facts_rr *out)
{
	const ldns_rdf *preference;

	switch ((unsigned)ldns_rr_get_type(rr)) {
	case FACTS_A:
	case FACTS_AAAA:
		return read_address(rr, &out->address);
	case FACTS_NS:
	case FACTS_CNAME:
	case FACTS_PTR:
	case FACTS_SOA:
		return read_name(r, rr, 0, &out->data);
	case FACTS_MX:
		preference = field(rr, 0, 2);
		if (!preference)
			return false;
		out->preference = ldns_rdf2native_int16(preference);
		return read_name(r, rr, 1, &out->data);
	case FACTS_TXT:
	case FACTS_SPF:
		return read_strings(r, rr, out);
	default:
		return read_raw(r, rr, out);
	}
}

/* False: what is there cannot be taken. */
static bool
read_records(struct reading *r)
{
	const ldns_rr *rr;
	size_t i = 0, n = 0;

	while (next_record(r, r->out->type, &i))
		n++;
	if (n > RESOLVER_RECORDS)
		return fail(r, FACTS_SERVFAIL, S("too many records"));
	r->rr = arena_array(r->mem, n, sizeof *r->rr);
	if (!r->rr)
		return fail(r, FACTS_SERVFAIL, S("the answer is too large"));
	i = 0;
	while ((rr = next_record(r, r->out->type, &i))) {
		if (!read_record(r, rr, &r->rr[r->out->n]))
			return fail(r, FACTS_SERVFAIL,
				    S("a record cannot be read"));
		shorten(r->out, ldns_rr_ttl(rr));
		r->out->n++;
	}
	r->out->rr = r->rr;
	return true;
}

/* ---- the chain ---- */

static bool
follow(struct reading *r, const ldns_rr *cname)
{
	const ldns_rdf *target = field(cname, 0, 0);

	if (r->out->chain_n >= RESOLVER_CHAIN)
		return fail(r, FACTS_LOOP, S("too many CNAME records"));
	if (!target || !read_name(r, cname, 0, &r->chain[r->out->chain_n]))
		return fail(r, FACTS_SERVFAIL, S("a CNAME cannot be read"));
	r->out->chain_n++;
	shorten(r->out, ldns_rr_ttl(cname));
	for (size_t i = 0; i < r->seen_n; i++)
		if (ldns_dname_compare(r->seen[i], target) == 0)
			return fail(r, FACTS_LOOP, S("CNAME loop"));
	r->seen[r->seen_n++] = target;
	return true;
}

static bool
read_chain(struct reading *r)
{
	size_t i = 0;

	r->chain = arena_array(r->mem, RESOLVER_CHAIN, sizeof *r->chain);
	if (!r->chain)
		return fail(r, FACTS_SERVFAIL, S("the answer is too large"));
	r->out->chain = r->chain;
	for (;;) {
		const ldns_rr *cname;

		i = 0;
		if (r->out->type == FACTS_CNAME ||
		    next_record(r, r->out->type, &i))
			return true;
		i = 0;
		cname = next_record(r, FACTS_CNAME, &i);
		if (!cname)
			return true;
		if (!follow(r, cname))
			return false;
	}
}

/* ---- the whole ---- */

/* RFC 2308 section 5: how long "there is none" holds. */
static void
read_negative_ttl(struct reading *r, const ldns_pkt *pkt)
{
	const ldns_rr_list *list = ldns_pkt_authority(pkt);
	enum { MINIMUM = 6 };

	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);
		const ldns_rdf *minimum = field(rr, MINIMUM, 4);

		if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_SOA || !minimum)
			continue;
		shorten(r->out, ldns_rr_ttl(rr));
		shorten(r->out, ldns_rdf2native_int32(minimum));
		return;
	}
	r->out->ttl = 0;
}

static void
read_code(struct reading *r, const ldns_pkt *pkt)
{
	unsigned code = ldns_pkt_get_rcode(pkt);
	const ldns_lookup_table *known =
		ldns_lookup_by_id(ldns_rcodes, (int)code);

	(void)fail(r,
		   code == LDNS_RCODE_REFUSED ? FACTS_REFUSED : FACTS_SERVFAIL,
		   known ? str_of(known->name) : S("unknown RCODE"));
}

static void
read_packet(struct reading *r, const ldns_pkt *pkt)
{
	unsigned code = ldns_pkt_get_rcode(pkt);

	r->records = ldns_pkt_answer(pkt);
	r->out->authoritative = r->out->direct && ldns_pkt_aa(pkt);
	if (code != LDNS_RCODE_NOERROR && code != LDNS_RCODE_NXDOMAIN) {
		read_code(r, pkt);
		return;
	}
	r->out->ttl = UINT32_MAX;
	if (!read_chain(r) || !read_records(r)) {
		r->out->n = 0;
		r->out->ttl = 0;
		return;
	}
	if (r->out->n > 0) {
		r->out->status = FACTS_FOUND;
		return;
	}
	r->out->status =
		code == LDNS_RCODE_NXDOMAIN ? FACTS_NXDOMAIN : FACTS_NODATA;
	read_negative_ttl(r, pkt);
}

void
resolver_read(struct str packet, struct arena *mem, struct facts_dns *answer)
{
	struct reading r = { .mem = mem, .out = answer };
	ldns_pkt *pkt = NULL;
	ldns_rdf *name = NULL;

	if (!resolver_name_read(answer->name, &name)) {
		(void)fail(&r, FACTS_NXDOMAIN, S("not a domain name"));
		return;
	}
	r.seen[r.seen_n++] = name;
	if (ldns_wire2pkt(&pkt, (const uint8_t *)packet.p, packet.n) !=
	    LDNS_STATUS_OK)
		(void)fail(&r, FACTS_SERVFAIL, S("the answer cannot be read"));
	else
		read_packet(&r, pkt);
	ldns_pkt_free(pkt);
	ldns_rdf_deep_free(name);
}
