/* conflict.c - what may not stand beside what (RFC 1034 section 3.6.2), and
 * whether reports may go where a record sends them (RFC 9990 section 4). */
#include "dmarcrec/dmarcrec.h"
#include "dnsplan/private.h"

static const enum records_type beside[] = { RECORDS_A, RECORDS_AAAA,
					    RECORDS_TXT };

/* ---- CNAME ---- */

static void
clash(struct dnsplan_making *m, const char *code, struct str name,
      const char *type)
{
	struct str domain = str_sub(name, sizeof("_dmarc.") - 1, SIZE_MAX);

	m->p->blocked = true;
	if (str_starts(name, S("_dmarc.")) && str_eq(str_of(type), S("TXT")))
		(void)finding_add(&m->p->found, "dmarc.cname_txt", S(""),
				  "domain", &domain, NULL);
	else
		dnsplan_block(m, code, name, type);
}

/* Whether the wish puts something there, which then cannot be cleared. */
static bool
is_wanted(const struct dnsplan_making *m, struct str name,
	  enum records_type type)
{
	for (size_t i = 0; i < m->wish->n; i++) {
		const struct dnsplan_wanted *w = &m->wish->at[i];

		if (!w->remove && w->record.type == type &&
		    str_eq(w->record.name, name))
			return true;
	}
	return false;
}

/* Nothing of `type` may be at `name` afterwards. */
static void
keep_out(struct dnsplan_making *m, struct str name, enum records_type type,
	 const char *code)
{
	struct dnsplan_change *c = dnsplan_change_of(m->p, name, type);
	struct dnsplan_set set = { 0 };
	size_t n;

	if (!c &&
	    !dnsplan_ask(m->f, m->place.ask, name, dnsplan_type(type), &set)) {
		m->missing = true;
		return;
	}
	n = c ? c->after_n : set.n;
	if (set.unknown)
		dnsplan_block(m, "publish.unknown", name,
			      records_type_name(type));
	if (n == 0)
		return;
	if (!m->wish->clear || is_wanted(m, name, type)) {
		clash(m, code, name,
		      type == RECORDS_CNAME ? "TXT" : records_type_name(type));
		return;
	}
	c = dnsplan_add(m, name, type);
	if (c)
		c->after_n = 0;
}

/* Data that we never remove. */
static void
look_for_others(struct dnsplan_making *m, struct str name)
{
	static const struct {
		enum facts_type type;
		const char *name;
	} others[] = { { FACTS_MX, "MX" },
		       { FACTS_NS, "NS" },
		       { FACTS_CAA, "CAA" } };

	for (size_t i = 0; i < COUNT_OF(others); i++) {
		struct dnsplan_set set;

		if (!dnsplan_ask(m->f, m->place.ask, name, others[i].type,
				 &set))
			m->missing = true;
		else if (set.n > 0)
			clash(m, "publish.cname_beside", name, others[i].name);
	}
}

static void
check_cname(struct dnsplan_making *m, struct str name)
{
	if (str_eq(name, m->p->zone)) {
		dnsplan_block(m, "publish.cname_apex", name, "");
		return;
	}
	for (size_t i = 0; i < COUNT_OF(beside); i++)
		keep_out(m, name, beside[i], "publish.cname_beside");
	look_for_others(m, name);
}

void
dnsplan_conflicts(struct dnsplan_making *m)
{
	size_t n = m->p->n; /* more come while clearing */

	for (size_t i = 0; i < n; i++) {
		const struct dnsplan_change *c = &m->p->at[i];
		struct str name = c->name;

		if (c->after_n == 0)
			continue;
		if (c->type == RECORDS_CNAME)
			check_cname(m, name);
		else if (!is_wanted(m, name, RECORDS_CNAME))
			keep_out(m, name, RECORDS_CNAME, "publish.under_cname");
	}
}

/* ---- consent ---- */

static void
tell_consent(struct dnsplan_making *m, struct str domain,
	     const struct dmarcrec_uri *uri)
{
	static const struct str tag = STR("rua");
	enum dmarcrec_consent consent;
	struct finding_found *found;
	struct str name;

	if (!dmarcrec_consent(m->f, domain, uri->host, &consent, &name)) {
		m->missing = true;
		return;
	}
	if (consent != DMARCREC_NOT_GIVEN || is_wanted(m, name, RECORDS_TXT))
		return;
	found = finding_add(&m->p->found, "dmarc.rua_unauthorised", uri->text,
			    "tag", &tag, "host", &uri->host, "domain", &domain,
			    "name", &name, NULL);
	if (found)
		found->record = (struct finding_record){ name, S("TXT"),
							 S("v=DMARC1") };
}

static void
look_at_addresses(struct dnsplan_making *m, const struct dnsplan_change *c)
{
	struct str domain = str_sub(c->name, sizeof("_dmarc.") - 1, SIZE_MAX);
	struct dmarcrec rec;

	for (size_t i = 0; i < c->after_n; i++) {
		if (!dmarcrec_is(c->after[i]) ||
		    dmarcrec_parse(c->after[i], m->p->mem, &rec, NULL) !=
			    ERR_NONE)
			continue;
		for (size_t k = 0; k < rec.rua_n; k++)
			if (rec.rua[k].mailto && rec.rua[k].valid)
				tell_consent(m, domain, &rec.rua[k]);
	}
}

void
dnsplan_consents(struct dnsplan_making *m)
{
	for (size_t i = 0; i < m->p->n; i++) {
		const struct dnsplan_change *c = &m->p->at[i];

		if (c->type == RECORDS_TXT && str_starts(c->name, S("_dmarc.")))
			look_at_addresses(m, c);
	}
}
