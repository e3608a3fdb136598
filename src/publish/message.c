/* message.c - dynamic updates as RFC 2136 has them: prerequisites say what the
 * plan saw, so that the server itself refuses when that is no longer so. */
#include "netaddr/netaddr.h"
#include "publish/private.h"

#include <string.h>

enum { NAME_ROOM = 1025, TEXT_MAX = 4096 };

static const ldns_rr_type types[] = { LDNS_RR_TYPE_A, LDNS_RR_TYPE_AAAA,
				      LDNS_RR_TYPE_CNAME, LDNS_RR_TYPE_TXT };

static ldns_rdf *
name_of(struct str text)
{
	char c[NAME_ROOM];

	if (text.n >= sizeof(c) || memchr(text.p, 0, text.n))
		return NULL;
	memcpy(c, text.p, text.n);
	c[text.n] = '\0';
	return ldns_dname_new_frm_str(c);
}

/* ---- what is there ---- */

void
publish_set_free(struct publish_set *s)
{
	ldns_rr_list_deep_free(s->rr);
	s->rr = NULL;
}

ldns_pkt *
publish_question(const struct dnsplan_change *c)
{
	ldns_rdf *name = name_of(c->name);
	ldns_pkt *q = name ? ldns_pkt_query_new(name, types[c->type],
						LDNS_RR_CLASS_IN, 0)
			   : NULL;

	if (!q)
		ldns_rdf_deep_free(name);
	return q;
}

bool
publish_set_take(struct publish_set *s, const ldns_pkt *answer,
		 const struct dnsplan_change *c)
{
	const ldns_rr_list *list = ldns_pkt_answer(answer);
	ldns_rdf *name = name_of(c->name);

	s->rr = ldns_rr_list_new();
	for (size_t i = 0; name && i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (ldns_rr_get_type(rr) == types[c->type] &&
		    ldns_dname_compare(ldns_rr_owner(rr), name) == 0)
			(void)ldns_rr_list_push_rr(s->rr, ldns_rr_clone(rr));
	}
	ldns_rdf_deep_free(name);
	return name && s->rr;
}

static bool
text_of(const ldns_rr *rr, struct arena *mem, struct str *out)
{
	SCOPED_BUF text = BUF(65536);

	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *rdf = ldns_rr_rdf(rr, i);
		const char *bytes = (const char *)ldns_rdf_data(rdf);

		if (ldns_rdf_size(rdf) > 0)
			buf_add(&text, (struct str){ bytes + 1,
						     ldns_rdf_size(rdf) - 1 });
	}
	return !text.full && arena_dup(mem, buf_str(&text), out);
}

static bool
target_of(const ldns_rr *rr, struct arena *mem, struct str *out)
{
	char *text = ldns_rdf2str(ldns_rr_rdf(rr, 0));
	bool good = text && arena_dup(mem, str_of(text), out);

	if (good && str_ends(*out, S(".")))
		out->n--;
	LDNS_FREE(text);
	return good;
}

static bool
value_of(const ldns_rr *rr, struct arena *mem, struct str *out)
{
	const ldns_rdf *rdf = ldns_rr_rdf(rr, 0);
	char text[NETADDR_PRINT_MAX];
	struct netaddr ip = { .b = { [10] = 0xff, [11] = 0xff } };
	size_t n;

	if (!rdf)
		return false;
	n = ldns_rdf_size(rdf);
	switch (ldns_rr_get_type(rr)) {
	case LDNS_RR_TYPE_TXT:
		return text_of(rr, mem, out);
	case LDNS_RR_TYPE_CNAME:
		return target_of(rr, mem, out);
	default:
		if (n != 4 && n != NETADDR_BYTES)
			return false;
		memcpy(ip.b + NETADDR_BYTES - n, ldns_rdf_data(rdf), n);
		return arena_dup(mem, str_of(netaddr_print(&ip, text)), out);
	}
}

static bool
has_value(const struct str *value, size_t n, struct str one, bool fold)
{
	for (size_t i = 0; i < n; i++)
		if (fold ? str_eq_fold(value[i], one) : str_eq(value[i], one))
			return true;
	return false;
}

bool
publish_set_is(const struct publish_set *s, const struct dnsplan_change *c,
	       struct arena *mem)
{
	size_t n = ldns_rr_list_rr_count(s->rr);
	struct str value;

	if (n != c->now_n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!value_of(ldns_rr_list_rr(s->rr, i), mem, &value) ||
		    !has_value(c->now, c->now_n, value,
			       c->type == RECORDS_CNAME))
			return false;
	return true;
}

/* ---- the update ---- */

struct parts {
	ldns_rr_list *prerequisite, *update;
	const struct dnsplan_change *c;
	bool failed;
};

static void
push(struct parts *p, ldns_rr_list *to, ldns_rr *rr)
{
	if (!rr || !ldns_rr_list_push_rr(to, rr)) {
		ldns_rr_free(rr);
		p->failed = true;
	}
}

/* Without data: about the whole set. */
static ldns_rr *
about_set(const struct dnsplan_change *c, ldns_rr_class class_of)
{
	ldns_rdf *name = name_of(c->name);
	ldns_rr *rr = name ? ldns_rr_new() : NULL;

	if (!rr) {
		ldns_rdf_deep_free(name);
		return NULL;
	}
	ldns_rr_set_owner(rr, name);
	ldns_rr_set_type(rr, types[c->type]);
	ldns_rr_set_class(rr, class_of);
	ldns_rr_set_ttl(rr, 0);
	return rr;
}

/* With data as the server has it. */
static ldns_rr *
about_record(const ldns_rr *rr, ldns_rr_class class_of)
{
	ldns_rr *copy = ldns_rr_clone(rr);

	if (copy) {
		ldns_rr_set_class(copy, class_of);
		ldns_rr_set_ttl(copy, 0);
	}
	return copy;
}

static void
add_prerequisites(struct parts *p, const struct publish_set *set)
{
	size_t n = ldns_rr_list_rr_count(set->rr);

	if (n == 0) /* section 2.4.3: there is no such set */
		push(p, p->prerequisite, about_set(p->c, LDNS_RR_CLASS_NONE));
	for (size_t i = 0; i < n; i++) /* 2.4.2: it is exactly this */
		push(p, p->prerequisite,
		     about_record(ldns_rr_list_rr(set->rr, i),
				  LDNS_RR_CLASS_IN));
}

static void
add_deletions(struct parts *p, const struct publish_set *set, struct arena *mem)
{
	const struct dnsplan_change *c = p->c;
	struct str value;

	for (size_t i = 0; i < ldns_rr_list_rr_count(set->rr); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(set->rr, i);

		if (!value_of(rr, mem, &value))
			p->failed = true;
		else if (!has_value(c->after, c->after_n, value, false))
			push(p, p->update,
			     about_record(rr, LDNS_RR_CLASS_NONE));
	}
}

static ldns_rr *
new_txt(struct str value, ldns_rr *rr)
{
	for (size_t at = 0; at < value.n || at == 0; at += RECORDS_STRING) {
		struct str piece = str_sub(value, at, RECORDS_STRING);
		uint8_t bytes[RECORDS_STRING + 1];

		bytes[0] = (uint8_t)piece.n;
		if (piece.n > 0)
			memcpy(bytes + 1, piece.p, piece.n);
		(void)ldns_rr_push_rdf(
			rr, ldns_rdf_new_frm_data(LDNS_RDF_TYPE_STR,
						  piece.n + 1, bytes));
	}
	return rr;
}

static ldns_rr *
new_record(const struct dnsplan_change *c, struct str value)
{
	ldns_rr *rr = about_set(c, LDNS_RR_CLASS_IN);
	ldns_rdf *rdf = NULL;
	struct netaddr ip;

	if (!rr)
		return NULL;
	ldns_rr_set_ttl(rr, c->after_ttl);
	if (c->type == RECORDS_TXT)
		return new_txt(value, rr);
	if (c->type == RECORDS_CNAME)
		rdf = name_of(value);
	else if (netaddr_parse(value, &ip))
		rdf = c->type == RECORDS_A
			      ? ldns_rdf_new_frm_data(LDNS_RDF_TYPE_A, 4,
						      ip.b + 12)
			      : ldns_rdf_new_frm_data(LDNS_RDF_TYPE_AAAA,
						      NETADDR_BYTES, ip.b);
	if (!rdf || !ldns_rr_push_rdf(rr, rdf)) {
		ldns_rdf_deep_free(rdf);
		ldns_rr_free(rr);
		return NULL;
	}
	return rr;
}

static void
add_additions(struct parts *p)
{
	const struct dnsplan_change *c = p->c;

	for (size_t i = 0; i < c->after_n; i++)
		if (!has_value(c->now, c->now_n, c->after[i], false))
			push(p, p->update, new_record(c, c->after[i]));
}

/* Deletions of all changes come first: a CNAME that makes room for a TXT
 * record has gone by then (section 3.4.2.2 ignores what does not fit). */
static void
add_all(struct parts *p, const struct dnsplan *plan,
	const struct publish_set *set, struct arena *mem)
{
	for (size_t i = 0; i < plan->n; i++) {
		p->c = &plan->at[i];
		add_prerequisites(p, &set[i]);
		if (p->c->what != DNSPLAN_KEEP)
			add_deletions(p, &set[i], mem);
	}
	for (size_t i = 0; i < plan->n; i++) {
		p->c = &plan->at[i];
		if (p->c->what != DNSPLAN_KEEP)
			add_additions(p);
	}
}

ldns_pkt *
publish_update(const struct dnsplan *plan, const struct publish_set *set)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct parts p = { .prerequisite = ldns_rr_list_new(),
			   .update = ldns_rr_list_new() };
	ldns_rdf *zone = name_of(plan->zone);
	ldns_pkt *pkt = NULL;

	add_all(&p, plan, set, mem);
	if (!p.failed && zone)
		pkt = ldns_update_pkt_new(zone, LDNS_RR_CLASS_IN,
					  p.prerequisite, p.update, NULL);
	if (!pkt)
		ldns_rdf_deep_free(zone);
	ldns_rr_list_deep_free(p.prerequisite);
	ldns_rr_list_deep_free(p.update);
	return pkt;
}
