/* domains_facts.c - what reports say of each domain: thirty days of numbers,
 * the policy last published, when reports came. */
#include "api/domains.h"

enum {
	RECENT = 7,        /* days in which most domains have a report */
	LOOKUPS_MAX = 1000 /* domains whose newest report is looked at */
};

static struct domain_facts *
facts_of(struct domain_list *l, struct str name)
{
	struct domain_facts *d;
	uint64_t at;

	if (l->only.n > 0 && !str_eq(name, l->only))
		return NULL;
	if (map_get(l->by_name, name, &at))
		return &l->at[at];
	if (name.n == 0 || l->count == DOMAINS_MAX)
		return NULL;
	if (l->count == l->room) {
		l->room = l->room ? 2 * l->room : 64;
		l->at = heap_grow(l->at, l->room, sizeof(*l->at));
	}
	d = &l->at[l->count];
	*d = (struct domain_facts){ 0 };
	if (!arena_dup(l->c->mem, name, &d->name))
		return NULL;
	map_put(l->by_name, name, l->count++);
	return d;
}

/* ---- what is registered ---- */

static enum err
take_registered(void *ctx, const struct control_domain *domain)
{
	struct domain_facts *d = facts_of(ctx, domain->name);

	if (d) {
		d->registered = true;
		d->purpose = domain->purpose;
		d->added_at = domain->added_at;
	}
	return ERR_NONE;
}

static enum err
take_onboarding(void *ctx, const struct control_onboarding *o)
{
	struct domain_list *l = ctx;
	struct domain_facts *d = facts_of(l, o->name);

	if (!d)
		return ERR_NONE;
	d->onboarding = *o;
	if (!arena_dup(l->c->mem, o->step, &d->onboarding.step) ||
	    !arena_dup(l->c->mem, o->delegated, &d->onboarding.delegated))
		d->onboarding = (struct control_onboarding){ 0 };
	return ERR_NONE;
}

/* ---- what is in reports ---- */

static enum err
take_seen(void *ctx, const struct store_answer_row *row)
{
	struct domain_facts *d = facts_of(ctx, row->key);

	if (d) {
		d->first_report = row->m[STORE_M_FIRST_SEEN];
		d->last_report = row->m[STORE_M_LAST_SEEN];
	}
	return ERR_NONE;
}

static enum err
take_month(void *ctx, const struct store_answer_row *row)
{
	struct domain_facts *d = facts_of(ctx, row->key);

	if (d) {
		d->counted = true;
		d->messages = row->m[STORE_M_MESSAGES];
		d->own = row->m[STORE_M_OWN];
		d->own_passed = row->m[STORE_M_OWN_PASSED];
		d->blocked = row->m[STORE_M_BLOCKED];
		d->unrecognised = row->m[STORE_M_UNRECOGNISED];
	}
	return ERR_NONE;
}

static enum err
take_day(void *ctx, const struct store_answer_row *row)
{
	struct domain_list *l = ctx;
	struct domain_facts *d = facts_of(l, row->key);

	if (d)
		d->spark[l->day] = row->m[STORE_M_MESSAGES];
	return ERR_NONE;
}

static enum err
ask(struct domain_list *l, int64_t first, int64_t last,
    enum err (*row)(void *ctx, const struct store_answer_row *),
    struct diag *why)
{
	struct store_query q = {
		.owner = l->c->person.owner,
		.first_day = first,
		.last_day = last,
		.grouped = true,
		.group = STORE_F_DOMAIN,
		.sort = STORE_M_MESSAGES,
	};
	struct store_answer_row totals;
	SCOPED_BUF next = BUF(8192);

	if (l->only.n > 0)
		api_add_filter(&q, STORE_F_DOMAIN, l->only);
	/* That something came at all is told whoever sent it. */
	if (first == INT64_MIN)
		api_add_filter(&q, STORE_F_TRUST, S("any"));
	return store_ask(l->c->api->store, &q, row, l, &totals, &next, why);
}

static enum err
take_tls(void *ctx, const struct store_tls_row *row)
{
	struct domain_facts *d = facts_of(ctx, row->key);

	if (d) {
		d->tls = true;
		d->tls_sessions = (int64_t)row->sessions;
		d->tls_failed = (int64_t)row->failed;
		if (d->first_report == 0 || row->first_seen < d->first_report)
			d->first_report = row->first_seen;
		if (row->last_seen > d->last_report)
			d->last_report = row->last_seen;
	}
	return ERR_NONE;
}

static enum err
ask_tls(struct domain_list *l, int64_t first, struct diag *why)
{
	struct store_query q = { .owner = l->c->person.owner,
				 .first_day = first,
				 .last_day = INT64_MAX };
	struct store_tls_row totals;

	if (l->only.n > 0)
		api_add_filter(&q, STORE_F_DOMAIN, l->only);
	return store_tls_ask(l->c->api->store, &q, S("domain"), take_tls, l,
			     &totals, why);
}

/* ---- the newest report ---- */

static enum err
take_newest(void *ctx, const struct store_report *r)
{
	static const char *const words[] = { "none", "quarantine", "reject" };
	const struct json_limits limits = { 64 << 10, 8 };
	struct domain_facts *d = ctx;
	SCOPED_JSON root = NULL;
	bool repaired;
	struct str testing;

	if (r->received_at > d->last_report)
		d->last_report = r->received_at;
	if (json_parse(r->policy_json, limits, &root, &repaired, NULL) !=
	    ERR_NONE)
		return ERR_NONE;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(json_str(json_get(root, "p")), str_of(words[i])))
			d->policy = str_of(words[i]);
	testing = json_str(json_get(root, "testing"));
	d->testing_known = d->policy.n > 0;
	d->testing = str_eq_fold(testing, S("y"));
	d->policy_seen = r->begin;
	return ERR_NONE;
}

static enum err
look_at_newest(struct domain_list *l, struct domain_facts *d, struct diag *why)
{
	struct store_list list = {
		.owner = l->c->person.owner,
		.kind = DECODE_DMARC,
		.domain = d->name,
		.first_day = civil_day(l->c->now) - RECENT,
		.last_day = INT64_MAX,
		.limit = 1,
	};
	SCOPED_BUF next = BUF(4096);
	enum err e = store_reports(l->c->api->store, &list, take_newest, d,
				   &next, why);

	if (e != ERR_NONE || d->policy.n > 0 || d->first_report == 0)
		return e;
	list.first_day = INT64_MIN;
	buf_clear(&next);
	return store_reports(l->c->api->store, &list, take_newest, d, &next,
			     why);
}

/* ---- all of it ---- */

static enum err
read_all(struct domain_list *l, struct diag *why)
{
	int64_t today = civil_day(l->c->now);
	int64_t first = today - DOMAINS_DAYS + 1;
	enum err e = control_domains(l->c->api->control, l->c->person.owner,
				     take_registered, l, why);

	if (e == ERR_NONE)
		e = control_onboardings(l->c->api->control, l->c->person.owner,
					take_onboarding, l, why);
	if (e == ERR_NONE)
		e = ask(l, INT64_MIN, INT64_MAX, take_seen, why);
	if (e == ERR_NONE)
		e = ask(l, first, INT64_MAX, take_month, why);
	for (l->day = 0; e == ERR_NONE && l->day < DOMAINS_DAYS; l->day++)
		e = ask(l, first + (int64_t)l->day, first + (int64_t)l->day,
			take_day, why);
	if (e == ERR_NONE)
		e = ask_tls(l, first, why);
	for (size_t i = 0; e == ERR_NONE && i < l->count && i < LOOKUPS_MAX;
	     i++)
		e = look_at_newest(l, &l->at[i], why);
	return e;
}

enum err
api_domains_read(struct api_call *c, struct str only, struct domain_list *out,
		 struct diag *why)
{
	enum err e;

	*out = (struct domain_list){ .c = c, .only = only };
	out->by_name = map_new(DOMAINS_MAX);
	e = read_all(out, why);
	if (e != ERR_NONE)
		api_domains_free(out);
	return e;
}

void
api_domains_free(struct domain_list *list)
{
	map_free(list->by_name);
	heap_free(list->at);
	*list = (struct domain_list){ 0 };
}
