/* zone.c - the index as a zone: which names there are, and what they hold. */
#include "nameserver/private.h"

#include <assert.h>
#include <string.h>

enum {
	MEMORY_MAX = 64 << 10,
	FIXED_MAX = 64,
	MINIMUM = 60, /* seconds: a new record is not missed for long */
	TTL = 300,    /* seconds, unless the index says */
	POLICY_MAX = HOSTED_ADDRESSES_MAX + HOSTED_CAA_MAX,
	PARENTS_MAX = 8 << 20, /* names */
	TEXT_ROOM = 512
};

/* A name that does not come from a domain: relative to the apex, "" itself. */
struct fixed {
	struct str name;
	struct dnswire_record at[HOSTED_NS_MAX + POLICY_MAX];
	size_t n;
};

struct nameserver_zone {
	const struct hosted *index;
	struct dnswire_zone wire;
	struct arena *mem;
	struct str apex; /* "host.example" */
	struct fixed *fixed;
	size_t fixed_n;
	struct dnswire_record policy[POLICY_MAX]; /* TOKEN.p */
	size_t policy_n;
	struct str authorised; /* "_report._dmarc.reports", or empty */
	/* Names above those of domains: "com" of "example.com". */
	struct map *parents;
	bool parents_known;
};

/* ---- names ---- */

/* `name` without the apex at its end; false when it is not in the zone. */
static bool
relative(const struct nameserver_zone *z, struct str name, struct str *out)
{
	size_t n = name.n - z->apex.n;

	if (!str_ends_fold(name, z->apex) || (n > 0 && name.p[n - 1] != '.'))
		return false;
	*out = str_sub(name, 0, n > 0 ? n - 1 : 0);
	return true;
}

static struct str
join(const struct str *labels, size_t n, char out[TEXT_ROOM])
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		assert(at + labels[i].n + 1 < TEXT_ROOM);
		if (i > 0)
			out[at++] = '.';
		memcpy(out + at, labels[i].p, labels[i].n);
		at += labels[i].n;
	}
	return (struct str){ out, at };
}

/* ---- what is the same for all ---- */

static struct fixed *
fixed_at(struct nameserver_zone *z, struct str name)
{
	struct fixed *f;

	for (size_t i = 0; i < z->fixed_n; i++)
		if (str_eq_fold(z->fixed[i].name, name))
			return &z->fixed[i];
	if (z->fixed_n == FIXED_MAX)
		return NULL;
	f = &z->fixed[z->fixed_n++];
	*f = (struct fixed){ .name = name };
	return f;
}

static void
put(struct nameserver_zone *z, struct str name, struct dnswire_record record)
{
	struct fixed *f = fixed_at(z, name);

	if (f && f->n < COUNT_OF(f->at))
		f->at[f->n++] = record;
}

/* A name in the zone's memory, as on the wire; empty when it is none. */
static struct str
wire_of(struct nameserver_zone *z, struct str name)
{
	struct dnswire_name wire;
	struct str own = { 0 };

	if (!dnswire_name_of(name, &wire) ||
	    !arena_dup(z->mem, dnswire_name_str(&wire), &own))
		return (struct str){ 0 };
	return own;
}

static struct dnswire_record
address_record(const struct netaddr *a)
{
	const char *p = (const char *)a->b;

	if (netaddr_is_v4(a))
		return (struct dnswire_record){ .type = DNSWIRE_A,
						.data = { p + 12, 4 } };
	return (struct dnswire_record){ .type = DNSWIRE_AAAA,
					.data = { p, NETADDR_BYTES } };
}

/* IPv4 first: records of one type stand together. Once for each name. */
static void
put_addresses(struct nameserver_zone *z, struct str name,
	      const struct netaddr *a, size_t n)
{
	struct fixed *f = fixed_at(z, name);

	for (size_t i = 0; f && i < f->n; i++)
		if (f->at[i].type == DNSWIRE_A || f->at[i].type == DNSWIRE_AAAA)
			return;
	for (int four = 1; four >= 0; four--)
		for (size_t i = 0; i < n; i++)
			if (netaddr_is_v4(&a[i]) == four)
				put(z, name, address_record(&a[i]));
}

static void
load_servers(struct nameserver_zone *z, const struct hosted_zone *from)
{
	for (size_t i = 0; i < from->ns_n; i++) {
		const struct hosted_server *ns = &from->ns[i];
		struct dnswire_record record = { .type = DNSWIRE_NS };

		record.data = wire_of(z, ns->name);
		if (record.data.n > 0)
			put(z, S(""), record);
	}
	for (size_t i = 0; i < from->ns_n; i++) {
		const struct hosted_server *ns = &from->ns[i];
		struct str name;

		if (relative(z, ns->name, &name))
			put_addresses(z, name, ns->address, ns->addresses);
	}
}

static void
load_policy(struct nameserver_zone *z, const struct hosted_zone *from)
{
	z->policy_n = 0;
	for (int four = 1; four >= 0; four--)
		for (size_t i = 0; i < from->address_n; i++)
			if (netaddr_is_v4(&from->address[i]) == four)
				z->policy[z->policy_n++] =
					address_record(&from->address[i]);
	for (size_t i = 0; i < from->caa_n; i++)
		z->policy[z->policy_n++] =
			(struct dnswire_record){ .type = DNSWIRE_CAA,
						 .data = from->caa[i] };
}

static void
load_reports(struct nameserver_zone *z, const struct hosted_zone *from)
{
	struct dnswire_record mx = { .type = DNSWIRE_MX, .preference = 10 };
	char text[TEXT_ROOM];
	struct str name, host, parts[2];

	z->authorised = (struct str){ 0 };
	if (from->reports.n == 0 || from->reports.n > DNSWIRE_NAME_MAX ||
	    !relative(z, from->reports, &name))
		return;
	mx.data = wire_of(z, from->reports_mx);
	if (mx.data.n > 0)
		put(z, name, mx);
	put_addresses(z, name, from->address, from->address_n);
	if (relative(z, from->reports_mx, &host))
		put_addresses(z, host, from->address, from->address_n);
	parts[0] = S("_report._dmarc");
	parts[1] = name;
	if (arena_dup(z->mem, join(parts, name.n > 0 ? 2 : 1, text),
		      &z->authorised))
		(void)fixed_at(z, z->authorised);
}

/* The dashboard, a mail server: where the policy hosts are. */
static void
load_own(struct nameserver_zone *z, const struct hosted_zone *from)
{
	for (size_t i = 0; i < from->own_n; i++) {
		struct str name;

		if (!relative(z, from->own[i], &name))
			continue;
		put_addresses(z, name, from->address, from->address_n);
		for (size_t k = 0; k < from->caa_n; k++)
			put(z, name,
			    (struct dnswire_record){ .type = DNSWIRE_CAA,
						     .data = from->caa[k] });
	}
}

/* Names that only stand above others exist, too: RFC 8020. */
static void
load_parents(struct nameserver_zone *z)
{
	static const struct str kinds[] = { STR("p"), STR("s"), STR("r"),
					    STR("d") };

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		(void)fixed_at(z, kinds[i]);
	for (size_t i = 0; i < z->fixed_n; i++) {
		size_t dot = str_index(z->fixed[i].name, '.');

		if (dot != SIZE_MAX)
			(void)fixed_at(z, str_sub(z->fixed[i].name, dot + 1,
						  SIZE_MAX));
	}
}

static void
load_soa(struct nameserver_zone *z, const struct hosted_zone *from)
{
	struct dnswire_zone *wire = &z->wire;
	char text[TEXT_ROOM];
	const struct str parts[] = { STR("hostmaster"), z->apex };

	if (from->ns_n == 0 || !dnswire_name_of(from->ns[0].name, &wire->mname))
		wire->mname = wire->apex;
	if (!dnswire_name_of(from->rname, &wire->rname) &&
	    !dnswire_name_of(join(parts, 2, text), &wire->rname))
		wire->rname = wire->apex;
	wire->serial = from->serial;
	wire->ttl = from->ttl ? from->ttl : TTL;
	wire->minimum = MINIMUM;
}

void
nameserver_zone_load(struct nameserver_zone *z)
{
	const struct hosted_zone *from = hosted_zone_of(z->index);

	arena_reset(z->mem);
	z->fixed_n = 0;
	z->parents_known = false;
	z->apex = from->name;
	if (from->name.n > DNSWIRE_NAME_MAX ||
	    !dnswire_name_of(from->name, &z->wire.apex)) {
		z->wire.apex.n = 0;
		return;
	}
	load_soa(z, from);
	(void)fixed_at(z, S(""));
	load_servers(z, from);
	load_policy(z, from);
	load_reports(z, from);
	load_own(z, from);
	load_parents(z);
}

/* ---- what is of one domain ---- */

/* What TOKEN.`kind` holds of a domain; a text, or the addresses of the policy
 * host when `text` is empty. */
static bool
holds(const struct hosted_domain *d, char kind, struct str *text)
{
	bool proven = d->flags & HOSTED_PROVEN &&
		      !(d->flags & (HOSTED_RETIRING | HOSTED_GONE));
	bool retiring = d->flags & HOSTED_RETIRING && !(d->flags & HOSTED_GONE);

	*text = (struct str){ 0 };
	if (kind == 'p')
		return proven || retiring;
	if (kind == 's')
		*text = d->sts;
	else if (proven)
		*text = kind == 'r' ? d->tls_rpt : d->dmarc;
	return (proven || retiring) && text->n > 0;
}

static void
set_text(struct dnswire_node *out, struct str text)
{
	out->room[0] =
		(struct dnswire_record){ .type = DNSWIRE_TXT, .data = text };
	out->at = out->room;
	out->n = 1;
}

static bool
node_of(const struct nameserver_zone *z, const struct hosted_domain *d,
	char kind, struct dnswire_node *out)
{
	struct str text;

	if (!holds(d, kind, &text))
		return false;
	if (kind == 'p') {
		out->at = z->policy;
		out->n = z->policy_n;
	} else {
		set_text(out, text);
	}
	return true;
}

static bool
is_kind(struct str label)
{
	return label.n == 1 && memchr("psrd", label.p[0], 4);
}

/* RFC 9990 section 4: the domain's reports may be sent to REPORTS. */
static bool
is_authorised(const struct hosted_domain *d)
{
	return d->flags & HOSTED_PROVEN &&
	       !(d->flags & (HOSTED_RETIRING | HOSTED_GONE));
}

static bool
add_parents(void *ctx, const struct hosted_domain *d)
{
	struct nameserver_zone *z = ctx;
	struct str name = d->name;

	if (!is_authorised(d))
		return true;
	for (size_t dot = str_index(name, '.'); dot != SIZE_MAX;
	     dot = str_index(name, '.')) {
		name = str_sub(name, dot + 1, SIZE_MAX);
		if (map_get(z->parents, name, NULL))
			break; /* and all above it */
		map_put(z->parents, name, 1);
	}
	return true;
}

/* Whether a domain lies below `name`. Resolvers that ask label by label (RFC
 * 9156) come by here. */
static bool
is_parent(struct nameserver_zone *z, struct str name)
{
	if (!z->parents_known) {
		map_clear(z->parents);
		hosted_each(z->index, add_parents, z);
		z->parents_known = true;
	}
	return map_get(z->parents, name, NULL);
}

static bool
find_authorisation(struct nameserver_zone *z, struct str name,
		   struct dnswire_node *out)
{
	struct hosted_domain d;

	if (hosted_by_name(z->index, name, &d) && is_authorised(&d)) {
		set_text(out, S("v=DMARC1"));
		return true;
	}
	return is_parent(z, name);
}

/* ---- what dnswire asks ---- */

/* "a.b" as one label is no name of ours, and would read like two. */
static bool
has_dot(const struct str *labels, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (memchr(labels[i].p, '.', labels[i].n))
			return true;
	return false;
}

static bool
find(void *ctx, const struct str *labels, size_t n, struct dnswire_node *out)
{
	struct nameserver_zone *z = ctx;
	struct hosted_domain d;
	char text[TEXT_ROOM];
	struct str name;
	size_t above;

	if (has_dot(labels, n))
		return false;
	if (n == 2 && is_kind(labels[1]) &&
	    hosted_by_token(z->index, labels[0], &d) &&
	    node_of(z, &d, labels[1].p[0], out))
		return true;
	name = join(labels, n, text);
	for (size_t i = 0; i < z->fixed_n; i++)
		if (str_eq_fold(z->fixed[i].name, name)) {
			out->at = z->fixed[i].at;
			out->n = z->fixed[i].n;
			return true;
		}
	if (z->authorised.n == 0 || !str_ends_fold(name, z->authorised))
		return false;
	above = name.n - z->authorised.n;
	return above > 1 && name.p[above - 1] == '.' &&
	       find_authorisation(z, str_sub(name, 0, above - 1), out);
}

struct walk {
	struct nameserver_zone *z;
	bool (*visit)(void *to, const struct str *labels, size_t n,
		      const struct dnswire_node *node);
	void *to;
	bool stopped;
};

static bool
visit_name(struct walk *w, struct str name, const struct dnswire_node *node)
{
	struct str labels[DNSWIRE_LABELS_MAX];
	size_t n = 0;

	while (n < COUNT_OF(labels) && str_split(&name, '.', &labels[n]))
		n++;
	w->stopped = w->stopped || !w->visit(w->to, labels, n, node);
	return !w->stopped;
}

static bool
visit_authorisation(struct walk *w, const struct hosted_domain *d)
{
	SCOPED_BUF name = BUF(TEXT_ROOM);
	struct dnswire_node node = { .n = 0 };
	struct dnswire_name wire;

	if (w->z->authorised.n == 0 || !is_authorised(d))
		return true;
	buf_addf(&name, "%.*s.%.*s", STR_ARG(d->name),
		 STR_ARG(w->z->authorised));
	/* A long domain may have no name there. */
	if (name.n + w->z->apex.n + 1 > DNSWIRE_NAME_MAX - 2 ||
	    !dnswire_name_of(buf_str(&name), &wire))
		return true;
	set_text(&node, S("v=DMARC1"));
	return visit_name(w, buf_str(&name), &node);
}

static bool
visit_domain(void *ctx, const struct hosted_domain *d)
{
	static const char kinds[] = "psrd";
	struct walk *w = ctx;

	for (size_t i = 0; i < sizeof kinds - 1 && d->token.n > 0; i++) {
		const struct str labels[] = { d->token, { &kinds[i], 1 } };
		struct dnswire_node node = { .n = 0 };

		if (!node_of(w->z, d, kinds[i], &node))
			continue;
		if (!w->visit(w->to, labels, COUNT_OF(labels), &node)) {
			w->stopped = true;
			return false;
		}
	}
	return visit_authorisation(w, d);
}

static bool
each(void *ctx,
     bool (*visit)(void *to, const struct str *labels, size_t n,
		   const struct dnswire_node *node),
     void *to)
{
	struct nameserver_zone *z = ctx;
	struct walk w = { .z = z, .visit = visit, .to = to };

	for (size_t i = 0; i < z->fixed_n && !w.stopped; i++) {
		const struct dnswire_node node = { .at = z->fixed[i].at,
						   .n = z->fixed[i].n };

		if (z->fixed[i].name.n > 0 && node.n > 0)
			(void)visit_name(&w, z->fixed[i].name, &node);
	}
	if (!w.stopped)
		hosted_each(z->index, visit_domain, &w);
	return !w.stopped;
}

/* ---- life ---- */

struct nameserver_zone *
nameserver_zone_new(const struct hosted *index)
{
	struct nameserver_zone *z = heap_new(sizeof *z);

	z->index = index;
	z->mem = arena_new(MEMORY_MAX);
	z->fixed = heap_grow(NULL, FIXED_MAX, sizeof *z->fixed);
	z->parents = map_new(PARENTS_MAX);
	z->wire.find = find;
	z->wire.each = each;
	z->wire.ctx = z;
	nameserver_zone_load(z);
	return z;
}

void
nameserver_zone_free(struct nameserver_zone *z)
{
	if (!z)
		return;
	map_free(z->parents);
	heap_free(z->fixed);
	arena_free(z->mem);
	heap_free(z);
}

const struct dnswire_zone *
nameserver_zone_wire(const struct nameserver_zone *z)
{
	return &z->wire;
}
