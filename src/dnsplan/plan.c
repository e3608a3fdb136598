/* plan.c - the plan of a wish: what each record set is now and will be. */
#include "dmarcrec/dmarcrec.h"
#include "dnsname/dnsname.h"
#include "dnsplan/private.h"

#include <stdio.h>

void
dnsplan_note(struct dnsplan_making *m, const char *code, struct str name,
	     struct str detail)
{
	(void)finding_add(&m->p->found, code, S(""), "domain", &m->p->domain,
			  "name", &name, "detail", &detail, NULL);
}

void
dnsplan_block(struct dnsplan_making *m, const char *code, struct str name,
	      const char *detail)
{
	m->p->blocked = true;
	dnsplan_note(m, code, name, str_of(detail));
}

/* What is there now; afterwards the same, until somebody wants more. */
static void
load(struct dnsplan_making *m, struct dnsplan_change *c)
{
	struct dnsplan_set set;

	if (!dnsplan_ask(m->f, m->place.ask, c->name, dnsplan_type(c->type),
			 &set)) {
		m->missing = true;
		return;
	}
	if (set.unknown)
		dnsplan_block(m, "publish.unknown", c->name,
			      records_type_name(c->type));
	else if (set.elsewhere)
		dnsplan_block(m, "publish.delegated", c->name, "");
	if (!dnsplan_copy(set.value, set.n, m->p->mem, &c->now)) {
		dnsplan_block(m, "publish.too_large", c->name, "");
		return;
	}
	c->now_n = set.n;
	c->now_ttl = set.ttl;
	c->after = c->now;
	c->after_n = c->now_n;
}

struct dnsplan_change *
dnsplan_add(struct dnsplan_making *m, struct str name, enum records_type type)
{
	struct dnsplan *p = m->p;
	struct dnsplan_change *c = dnsplan_change_of(p, name, type);

	if (c)
		return c;
	if (p->n == COUNT_OF(p->at)) {
		dnsplan_block(m, "publish.too_large", name, "");
		return NULL;
	}
	c = &p->at[p->n];
	*c = (struct dnsplan_change){ .type = type };
	if (!arena_dup(p->mem, name, &c->name)) {
		dnsplan_block(m, "publish.too_large", name, "");
		return NULL;
	}
	p->n++;
	load(m, c);
	return c;
}

/* ---- which of the values go ---- */

static bool
is_old(const struct record *r, struct str value)
{
	for (size_t i = 0; i < r->old_n; i++)
		if (str_eq(r->old[i], value))
			return true;
	return false;
}

static bool
goes(const struct dnsplan_wanted *w, struct str value)
{
	const struct record *r = &w->record;
	struct str kind =
		r->type == RECORDS_TXT ? dnsplan_kind(r->value) : S("");

	if (kind.n > 0 && (!w->remove || kind.n == r->value.n))
		return str_eq_fold(dnsplan_kind(value), kind);
	if (w->remove)
		return r->value.n == 0 || str_eq(r->value, value);
	if (r->shared || r->type == RECORDS_TXT)
		return is_old(r, value);
	return true;
}

/* ---- what comes ---- */

static enum dmarcrec_policy
policy_of(struct dnsplan_making *m, struct str text)
{
	struct dmarcrec rec;

	if (dmarcrec_parse(text, m->p->mem, &rec, NULL) != ERR_NONE)
		return DMARCREC_UNSET;
	return rec.p;
}

/* Of several records the one with the mildest policy, and the addresses of
 * all: what the finding about it promises. */
static struct str
one_of(struct dnsplan_making *m, const struct str *same, size_t n)
{
	struct str out = same[0];

	for (size_t i = 1; i < n; i++)
		if (policy_of(m, same[i]) < policy_of(m, out))
			out = same[i];
	for (size_t i = 0; i < n; i++)
		(void)!dnsplan_merge(out, same[i], m->p->mem, &out);
	return out;
}

static void
tell_several(struct dnsplan_making *m, struct str name, size_t n)
{
	char digits[24];
	struct str count,
		domain = str_sub(name, sizeof("_dmarc.") - 1, SIZE_MAX);

	(void)snprintf(digits, sizeof(digits), "%zu", n);
	count = str_of(digits);
	m->p->blocked = true;
	if (str_starts(name, S("_dmarc.")))
		(void)finding_add(&m->p->found, "dmarc.multiple", S(""),
				  "domain", &domain, "count", &count, NULL);
	else
		(void)finding_add(&m->p->found, "publish.several", S(""),
				  "name", &name, "count", &count, NULL);
}

static size_t
same_kind(const struct str *value, size_t n, struct str kind, struct str *out)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		if (str_eq_fold(dnsplan_kind(value[i]), kind))
			out[found++] = value[i];
	return found;
}

/* Records of this kind to begin with: those at the name, or those its CNAME
 * leads to. */
static size_t
bases(struct dnsplan_making *m, const struct dnsplan_change *c, struct str kind,
      struct str out[DNSPLAN_VALUES_MAX])
{
	size_t n = same_kind(c->now, c->now_n, kind, out);
	const struct facts_dns *d;

	if (n > 0)
		return n;
	d = facts_ask(m->f, c->name, FACTS_TXT);
	if (!d) {
		m->missing = true;
		return 0;
	}
	if (d->chain_n == 0)
		return 0;
	for (size_t i = 0; i < d->n && n < DNSPLAN_VALUES_MAX; i++)
		n += same_kind(&d->rr[i].data, 1, kind, &out[n]);
	return n;
}

static struct str
merged(struct dnsplan_making *m, const struct dnsplan_change *c,
       const struct dnsplan_wanted *w)
{
	struct str same[DNSPLAN_VALUES_MAX], out = w->record.value;
	size_t n = bases(m, c, dnsplan_kind(w->record.value), same);

	if (n > 1 && !m->wish->clear)
		tell_several(m, c->name, n);
	if (n > 0 && !dnsplan_merge(one_of(m, same, n), w->record.value,
				    m->p->mem, &out))
		dnsplan_block(m, "publish.not_merged", c->name, "");
	return out;
}

/* ---- both together ---- */

static bool
is_about(const struct dnsplan_wanted *w, const struct dnsplan_change *c)
{
	return w->record.type == c->type && str_eq(w->record.name, c->name);
}

static void
add_value(struct str *value, size_t *n, struct str new)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq(value[i], new))
			return;
	if (*n < DNSPLAN_VALUES_MAX)
		value[(*n)++] = new;
}

static void
reckon(struct dnsplan_making *m, struct dnsplan_change *c)
{
	const struct dnsplan_wish *wish = m->wish;
	struct str value[DNSPLAN_VALUES_MAX];
	size_t n = 0;

	for (size_t i = 0; i < c->now_n; i++) {
		bool stays = true;

		for (size_t k = 0; k < wish->n; k++)
			if (is_about(&wish->at[k], c) &&
			    goes(&wish->at[k], c->now[i]))
				stays = false;
		if (stays)
			add_value(value, &n, c->now[i]);
	}
	for (size_t k = 0; k < wish->n; k++) {
		const struct dnsplan_wanted *w = &wish->at[k];

		if (!is_about(w, c) || w->remove)
			continue;
		add_value(value, &n,
			  w->merge ? merged(m, c, w) : w->record.value);
		c->after_ttl = w->record.ttl ? w->record.ttl : RECORDS_TTL;
	}
	dnsplan_sort(value, n);
	if (dnsplan_copy(value, n, m->p->mem, &c->after))
		c->after_n = n;
	else
		dnsplan_block(m, "publish.too_large", c->name, "");
}

/* ---- what else should be known ---- */

static void
tell_differences(struct dnsplan_making *m)
{
	for (size_t i = 0; i < m->place.n; i++) {
		const struct dnsplan_host *h = &m->place.host[i];
		bool differs = false;

		if (!h->answers || h->address == m->place.ask)
			continue;
		for (size_t k = 0; k < m->p->n; k++) {
			const struct dnsplan_change *c = &m->p->at[k];
			struct dnsplan_set set;

			if (!dnsplan_ask(m->f, h->address, c->name,
					 dnsplan_type(c->type), &set))
				m->missing = true;
			else if (!set.unknown &&
				 !dnsplan_same(set.value, set.n, c->now,
					       c->now_n))
				differs = true;
		}
		if (differs)
			dnsplan_note(m, "publish.servers_differ", h->name,
				     S(""));
	}
}

static void
make(struct dnsplan_making *m)
{
	struct dnsplan *p = m->p;

	if (m->place.zone.n == 0) {
		dnsplan_block(m, "publish.no_zone", p->domain, "");
		return;
	}
	p->zone = m->place.zone;
	if (!m->place.ask)
		dnsplan_note(m, "publish.by_resolver", p->zone, S(""));
	for (size_t i = 0; i < m->wish->n; i++) {
		const struct record *r = &m->wish->at[i].record;

		if (!dnsname_within(r->name, p->zone))
			dnsplan_block(m, "publish.other_zone", r->name, "");
		else
			(void)dnsplan_add(m, r->name, r->type);
	}
	for (size_t i = 0; i < p->n; i++)
		reckon(m, &p->at[i]);
	tell_differences(m);
	dnsplan_conflicts(m);
	dnsplan_consents(m);
	for (size_t i = 0; i < p->n; i++)
		dnsplan_settle(&p->at[i]);
	dnsplan_hash(p, false, p->hash);
}

bool
dnsplan_make(struct facts *f, const struct dnsplan_wish *wish,
	     struct arena *mem, struct dnsplan *out)
{
	struct dnsplan_making m = { .f = f, .wish = wish, .p = out };

	*out = (struct dnsplan){ .mem = mem, .domain = wish->domain };
	finding_list_init(&out->found, mem);
	if (!dnsplan_find(f, wish->domain, &m.place))
		return false;
	make(&m);
	return !m.missing;
}
