/* overview.c - the first page: sums against the time before, domains by their
 * policy, what nobody verified, and what needs attention. */
#include "api/overview.h"
#include "api/handlers.h"

#include <string.h>

enum err
api_totals(struct api_call *c, const struct store_query *q,
	   struct store_answer_row *out, struct diag *why)
{
	struct store_query plain = *q;
	SCOPED_BUF next = BUF(8192);

	plain.grouped = false;
	plain.cursor = (struct str){ 0 };
	return store_ask(c->api->store, &plain, NULL, NULL, out, &next, why);
}

static struct store_query
by(const struct store_query *q, enum store_field group)
{
	struct store_query grouped = *q;

	grouped.grouped = true;
	grouped.group = group;
	grouped.sort = STORE_M_MESSAGES;
	grouped.brief = true;
	grouped.sort_by_key = grouped.ascending = false;
	grouped.cursor = (struct str){ 0 };
	return grouped;
}

enum err
api_group(struct api_call *c, const struct store_query *q,
	  enum store_field group,
	  enum err (*row)(void *ctx, const struct store_answer_row *),
	  void *ctx, struct diag *why)
{
	const struct store_query grouped = by(q, group);
	struct store_answer_row totals;
	SCOPED_BUF next = BUF(8192);

	return store_ask(c->api->store, &grouped, row, ctx, &totals, &next,
			 why);
}

/* ---- domains ---- */

static struct api_domain_facts *
domain_of(struct api_overview *o, struct str name)
{
	struct api_domain_facts *d;
	uint64_t at;

	if (map_get(o->by_name, name, &at))
		return &o->domain[at];
	if (o->domain_count == API_DOMAINS_MAX)
		return NULL;
	d = &o->domain[o->domain_count];
	*d = (struct api_domain_facts){ 0 };
	if (!arena_dup(o->c->mem, name, &d->name))
		return NULL;
	map_put(o->by_name, name, o->domain_count++);
	return d;
}

static enum err
take_domain(void *ctx, const struct store_answer_row *row)
{
	struct api_domain_facts *d = domain_of(ctx, row->key);

	if (d) {
		d->messages = row->m[STORE_M_MESSAGES];
		d->first_seen = row->m[STORE_M_FIRST_SEEN];
		d->last_seen = row->m[STORE_M_LAST_SEEN];
		memcpy(d->policy, row->policy, sizeof d->policy);
	}
	return ERR_NONE;
}

static bool
asks_for_domain(const struct store_query *q)
{
	for (size_t i = 0; i < q->filter_count; i++)
		if (q->filter[i].field == STORE_F_DOMAIN)
			return true;
	return false;
}

static enum err
take_registered(void *ctx, const struct control_domain *registered)
{
	struct api_overview *o = ctx;
	uint64_t at;
	struct api_domain_facts *d;

	/* Of one domain only that is told. */
	if (asks_for_domain(&o->q) &&
	    !str_eq(registered->name, api_only_domain(&o->q)) &&
	    !map_get(o->by_name, registered->name, &at))
		return ERR_NONE;
	d = domain_of(o, registered->name);
	if (d) {
		d->registered = true;
		d->added_at = registered->added_at;
	}
	return ERR_NONE;
}

static enum err
take_source(void *ctx, const struct store_answer_row *row)
{
	struct api_overview *o = ctx;
	struct api_source_row *kept =
		arena_alloc(o->c->mem, sizeof(struct api_source_row));

	if (!kept || !arena_dup(o->c->mem, row->key, &kept->row.key) ||
	    !arena_dup(o->c->mem, row->label, &kept->row.label))
		return ERR_LIMIT;
	memcpy(kept->row.m, row->m, sizeof kept->row.m);
	kept->next = NULL;
	*o->sources_end = kept;
	o->sources_end = &kept->next;
	return ERR_NONE;
}

/* One pass over the days gives the domains, the sources and the sums. */
static enum err
ask_range(struct api_overview *o, struct diag *why)
{
	const struct store_query domains = by(&o->q, STORE_F_DOMAIN);
	const struct store_query sources = by(&o->q, STORE_F_SOURCE);
	struct store_query strange = o->q;
	SCOPED_BUF next = BUF(8192);
	SCOPED_BUF rest = BUF(8192);
	const struct store_asked each[] = {
		{ &domains, take_domain, o, &o->totals, &next },
		{ &sources, take_source, o, NULL, &rest },
		{ &strange, NULL, NULL, &o->unverified, &next },
	};

	o->sources_end = &o->sources;
	api_add_filter(&strange, STORE_F_TRUST, S("unverified"));
	return store_ask_together(o->c->api->store, each, COUNT_OF(each), why);
}

static enum err
ask_domains(struct api_overview *o, struct diag *why)
{
	return control_domains(o->c->api->control, o->c->person.owner,
			       take_registered, o, why);
}

/* That of most of its messages: reporters hold on to an old one for a while. */
static enum dmarc_policy
policy_of(const struct api_domain_facts *d)
{
	enum dmarc_policy best = DMARC_POLICY_UNKNOWN;
	int64_t most = 0;

	for (int p = DMARC_POLICY_NONE; p <= DMARC_POLICY_REJECT; p++)
		if (d->policy[p] > most) {
			most = d->policy[p];
			best = (enum dmarc_policy)p;
		}
	return best;
}

static void
put_domains(const struct api_overview *o)
{
	struct json_out *j = &o->c->json;
	uint64_t count[4] = { 0 };

	for (size_t i = 0; i < o->domain_count; i++)
		count[policy_of(&o->domain[i])]++;
	json_put_u64(j, "domains", o->domain_count);
	json_open_object(j, "policies");
	json_put_u64(j, "none", count[DMARC_POLICY_NONE]);
	json_put_u64(j, "quarantine", count[DMARC_POLICY_QUARANTINE]);
	json_put_u64(j, "reject", count[DMARC_POLICY_REJECT]);
	json_put_u64(j, "unknown", count[DMARC_POLICY_UNKNOWN]);
	json_close_object(j);
}

/* ---- the rest ---- */

/* As many days before. */
static enum err
ask_previous(struct api_overview *o, struct diag *why)
{
	struct store_query before = o->q;

	if (o->q.first_day == INT64_MIN || o->q.last_day == INT64_MAX)
		return ERR_NONE;
	before.first_day -= o->q.last_day - o->q.first_day + 1;
	before.last_day = o->q.first_day - 1;
	return api_totals(o->c, &before, &o->previous, why);
}

static enum err
take_last(void *ctx, const struct store_report *r)
{
	int64_t *last = ctx;

	if (r->received_at > *last)
		*last = r->received_at;
	return ERR_NONE;
}

static enum err
ask_last(struct api_overview *o, struct diag *why)
{
	const struct store_list list = { .owner = o->q.owner,
					 .first_day = INT64_MIN,
					 .last_day = INT64_MAX,
					 .limit = 1 };
	SCOPED_BUF next = BUF(8192);

	return store_reports(o->c->api->store, &list, take_last,
			     &o->last_report, &next, why);
}

static enum err
answer(struct api_overview *o, struct diag *why)
{
	struct json_out *j = api_begin(o->c, "waxseal.overview/1");
	enum err err;

	json_put_bool(j, "any_reports", o->last_report != 0);
	json_put_bool(j, "sample", api_has_sample(o->c));
	json_open_object(j, "totals");
	api_put_measures(j, o->totals.m, o->totals.known);
	json_close_object(j);
	json_open_object(j, "previous");
	api_put_measures(j, o->previous.m, o->previous.known);
	json_close_object(j);
	put_domains(o);
	json_open_object(j, "unverified");
	json_put_i64(j, "reports", o->unverified.m[STORE_M_REPORTS]);
	json_put_i64(j, "messages", o->unverified.m[STORE_M_MESSAGES]);
	json_close_object(j);
	api_put_i64(j, "last_report", o->last_report, o->last_report != 0);
	json_open_array(j, "attention");
	err = api_put_attention(o, why);
	json_close_array(j);
	api_end(o->c);
	return err;
}

enum err
api_overview(struct api_call *c, struct diag *why)
{
	struct api_overview o = { .c = c };
	struct api_question asked;
	enum err err = api_question(c, "30d", NULL, &asked, why);

	if (err != ERR_NONE)
		return err;
	o.q = asked.q;
	o.domain = arena_array(c->mem, API_DOMAINS_MAX, sizeof *o.domain);
	if (!o.domain)
		return diag_set(why, ERR_LIMIT, "api.answer_too_large", 0, "%d",
				API_DOMAINS_MAX);
	o.by_name = map_new(API_DOMAINS_MAX);
	err = ask_range(&o, why);
	if (err == ERR_NONE)
		err = ask_domains(&o, why);
	if (err == ERR_NONE)
		err = ask_previous(&o, why);
	if (err == ERR_NONE)
		err = ask_last(&o, why);
	if (err == ERR_NONE)
		err = answer(&o, why);
	map_free(o.by_name);
	return err;
}
