/* publish_many.c - many plans of DNS changes confirmed at once: each by itself,
 * and those that are not clear are left as they are, with the reason. */
#include "api/handlers.h"
#include "api/people.h"
#include "api/publish.h"

enum { PLANS_MAX = 100 };

struct many {
	struct api_call *c;
	int64_t provider; /* for plans without one; 0: none */
	bool dry;
	struct map *domains; /* that a plan was confirmed for */
	int64_t confirmed, skipped;
};

/* Which of two plans of one domain is meant, nobody can tell. */
static enum err
is_clear(struct many *m, struct control_plan *p, struct diag *why)
{
	if (m->provider != 0)
		p->provider = m->provider;
	if (map_get(m->domains, p->domain, NULL))
		return diag_set(why, ERR_SYNTAX, "publish.same_domain", 0,
				"%.*s", STR_ARG(p->domain));
	return api_plan_may_confirm(m->c, p, false, why);
}

static bool
is_verdict(enum err e)
{
	return e == ERR_SYNTAX || e == ERR_GONE;
}

static void
put_result(struct many *m, int64_t id, const struct control_plan *p,
	   const struct diag *of)
{
	struct json_out *j = &m->c->json;
	bool done = of->code[0] == '\0';
	SCOPED_BUF title = BUF(4096);
	struct dnsplan plan;

	if (!done)
		finding_explain(&title, m->c->person.lang, of);
	json_open_object(j, NULL);
	json_put_i64(j, "plan", id);
	json_put_known(j, "domain", p->domain);
	json_put_str(j, "result", done ? S("confirmed") : S("skipped"));
	json_put_known(j, "state",
		       p->domain.n > 0
			       ? str_of(control_plan_state_name(p->state))
			       : S(""));
	json_put_known(j, "code", str_of(of->code));
	json_put_known(j, "title", buf_str(&title));
	if (p->domain.n > 0 &&
	    api_plan_read(m->c, p, &plan, NULL) == ERR_NONE) {
		json_open_object(j, "change");
		dnsplan_put(j, &plan, m->c->person.lang);
		json_close_object(j);
	} else {
		json_put_null(j, "change");
	}
	json_close_object(j);
}

static enum err
take_one(struct many *m, const struct json *number, struct diag *why)
{
	struct control_plan p = { 0 };
	struct diag of = { 0 };
	int64_t id = 0;
	enum err e;

	(void)json_i64(number, &id);
	e = control_plan_find(m->c->api->control, m->c->person.owner, id,
			      m->c->mem, &p, &of);
	if (e == ERR_NONE)
		e = is_clear(m, &p, &of);
	if (e == ERR_NONE && !m->dry)
		e = api_plan_confirm(m->c, &p, &of);
	if (e != ERR_NONE && !is_verdict(e))
		return diag_set(why, e, of.code, 0, "%s", of.detail);
	if (e == ERR_NONE) {
		map_put(m->domains, p.domain, 1);
		m->confirmed++;
	} else {
		m->skipped++;
	}
	put_result(m, id, &p, &of);
	return ERR_NONE;
}

static enum err
take_all(struct many *m, const struct json *plans, struct diag *why)
{
	struct json_out *j = api_begin(m->c, "waxseal.dns.confirmed/1");
	enum err e = ERR_NONE;

	json_put_bool(j, "dry_run", m->dry);
	json_open_array(j, "results");
	for (size_t i = 0; e == ERR_NONE && i < json_count(plans); i++)
		e = take_one(m, json_at(plans, i), why);
	json_close_array(j);
	json_put_i64(j, "confirmed", m->confirmed);
	json_put_i64(j, "skipped", m->skipped);
	api_end(m->c);
	return e;
}

enum err
api_dns_plans_confirm(struct api_call *c, struct diag *why)
{
	struct many m = { .c = c };
	SCOPED_JSON body = NULL;
	const struct json *plans;
	enum err e = api_json_body(c, &body, why);

	if (e == ERR_NONE)
		e = api_plan_provider(c, body, &m.provider, why);
	if (e != ERR_NONE)
		return e;
	plans = json_get(body, "plans");
	(void)!json_bool(json_get(body, "dry_run"), &m.dry);
	if (json_type(plans) != JSON_ARRAY || json_count(plans) == 0 ||
	    json_count(plans) > PLANS_MAX)
		return api_bad_value("plans", why);
	m.domains = map_new(PLANS_MAX);
	c->head.status = 202;
	e = take_all(&m, plans, why);
	map_free(m.domains);
	return e;
}
