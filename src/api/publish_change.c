/* publish_change.c - planning, confirming and undoing DNS changes; whoever
 * reaches out into the world does the rest (publish). */
#include "api/domains.h"
#include "api/handlers.h"
#include "api/onboarding.h"
#include "api/people.h"
#include "api/publish.h"

#include <string.h>

enum { JSON_DEPTH = 16 };

#define STATE(name) (1u << CONTROL_PLAN_##name)

/* ---- what is wished ---- */

static enum err
default_wish(struct api_call *c, const struct json *body,
	     struct dnsplan_wish *wish, struct diag *why)
{
	struct control_records records;
	struct control_domain d;
	struct str delegated;
	enum err err =
		api_delegated(c, json_get(body, "delegated"), &delegated, why);

	if (err == ERR_NONE)
		err = api_domain_wanted(c, &d, &records, why);
	return err == ERR_NONE ? api_wish(c, &d, &records, delegated, wish, why)
			       : err;
}

static bool
is_true(const struct json *v)
{
	bool yes = false;

	return json_bool(v, &yes) && yes;
}

/* What an earlier plan of the domain was made from. One that takes another
 * back was made from none. */
static enum err
wish_again(struct api_call *c, int64_t id, struct dnsplan_wish *wish,
	   struct diag *why)
{
	const struct json_limits limits = { CONTROL_PLAN_MAX, JSON_DEPTH };
	const struct dnsplan_wish asked = *wish;
	SCOPED_JSON old = NULL;
	struct control_plan p;
	bool repaired;
	enum err err = control_plan_find(c->api->control, c->person.owner, id,
					 c->mem, &p, why);

	if (err == ERR_NONE && !str_eq(p.domain, asked.domain))
		err = diag_set(why, ERR_GONE, "control.no_plan", 0, "#%lld",
			       (long long)id);
	if (err == ERR_NONE && p.undoes != 0)
		err = diag_set(why, ERR_GONE, "control.plan_state", 0, "#%lld",
			       (long long)id);
	if (err == ERR_NONE)
		err = json_parse(p.wish, limits, &old, &repaired, why);
	if (err == ERR_NONE)
		err = dnsplan_read_wish(old, c->mem, wish, why);
	wish->clear = wish->clear || asked.clear;
	return err;
}

/* The domain is the path's, whatever the body says. */
static enum err
read_wish(struct api_call *c, const struct json *body, struct str domain,
	  struct dnsplan_wish *wish, struct diag *why)
{
	const struct json_limits limits = { API_BODY_MAX, JSON_DEPTH };
	SCOPED_BUF text = BUF(API_BODY_MAX);
	SCOPED_JSON own = NULL;
	struct json_out j = JSON_OUT(&text);
	bool repaired;
	int64_t again;

	*wish = (struct dnsplan_wish){
		.domain = domain, .clear = is_true(json_get(body, "clear"))
	};
	if (json_i64(json_get(body, "again"), &again))
		return wish_again(c, again, wish, why);
	if (json_count(json_get(body, "records")) == 0)
		return default_wish(c, body, wish, why);
	json_open_object(&j, NULL);
	json_put_str(&j, "domain", domain);
	json_put_bool(&j, "clear", wish->clear);
	json_put_copy(&j, "records", json_get(body, "records"));
	json_close_object(&j);
	if (json_parse(buf_str(&text), limits, &own, &repaired, NULL) !=
	    ERR_NONE)
		return diag_set(why, ERR_SYNTAX, "api.bad_body", 1, "records");
	return dnsplan_read_wish(own, c->mem, wish, why);
}

/* ---- planning ---- */

enum err
api_plan_provider(struct api_call *c, const struct json *body, int64_t *id,
		  struct diag *why)
{
	struct control_provider by = { 0 }, found;

	if (!json_i64(json_get(body, "provider"), &by.id) || by.id == 0)
		return ERR_NONE;
	*id = by.id;
	return control_provider_find(c->api->control, c->person.owner, &by,
				     c->mem, &found, why);
}

static struct str
wish_text(struct api_call *c, const struct dnsplan_wish *wish)
{
	SCOPED_BUF text = BUF(CONTROL_PLAN_MAX);
	struct json_out j = JSON_OUT(&text);
	struct str out;

	json_open_object(&j, NULL);
	dnsplan_put_wish(&j, wish);
	json_close_object(&j);
	return arena_dup(c->mem, buf_str(&text), &out) ? out : S("");
}

static enum err
audit_plan(struct api_call *c, const char *action, const struct control_plan *p,
	   struct diag *why)
{
	SCOPED_BUF object = BUF(1024);

	buf_addf(&object, "%.*s #%lld", STR_ARG(p->domain), (long long)p->id);
	return api_audit(c, action, buf_str(&object), why);
}

enum err
api_dns_plan_add(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	struct control_domain d;
	struct dnsplan_wish wish;
	struct control_plan p = { .state = CONTROL_PLAN_ASKED,
				  .author = c->person.name,
				  .made_at = c->now,
				  .due_at = c->now };
	enum err err = api_json_body(c, &body, why);

	if (err == ERR_NONE)
		err = api_domain_find(c, &d, why);
	if (err == ERR_NONE)
		err = read_wish(c, body, d.name, &wish, why);
	if (err == ERR_NONE)
		err = api_plan_provider(c, body, &p.provider, why);
	if (err != ERR_NONE)
		return err;
	p.domain = d.name;
	p.wish = wish_text(c, &wish);
	err = control_plan_add(c->api->control, c->person.owner, &p, why);
	if (err == ERR_NONE)
		err = audit_plan(c, "plan.make", &p, why);
	c->head.status = 202;
	return err == ERR_NONE ? api_answer_plan(c, p.id, why) : err;
}

/* ---- confirming ---- */

enum err
api_plan_may_confirm(struct api_call *c, const struct control_plan *p,
		     bool by_hand, struct diag *why)
{
	struct dnsplan plan;
	enum err err = api_plan_is(p, STATE(READY) | STATE(FAILED), why);

	if (err == ERR_NONE)
		err = api_plan_read(c, p, &plan, why);
	if (err == ERR_NONE && plan.blocked)
		err = diag_set(why, ERR_SYNTAX, "publish.blocked", 0, "%.*s",
			       STR_ARG(p->domain));
	if (err == ERR_NONE && p->provider == 0 && !by_hand)
		err = diag_set(why, ERR_SYNTAX, "publish.no_provider", 0, "%s",
			       "");
	return err;
}

enum err
api_plan_confirm(struct api_call *c, struct control_plan *p, struct diag *why)
{
	const enum control_plan_state from = p->state;
	SCOPED_BUF object = BUF(1024);
	struct control_deed deed = { .actor = c->person.name,
				     .action = "plan.confirm",
				     .at = c->now };

	buf_addf(&object, "%.*s #%lld", STR_ARG(p->domain), (long long)p->id);
	deed.object = buf_str(&object);
	p->state = CONTROL_PLAN_CONFIRMED;
	p->confirmer = c->person.name;
	p->confirmed_at = c->now;
	p->due_at = c->now;
	p->fault = p->detail = S("");
	return control_plan_put(c->api->control, c->person.owner, p, from,
				&deed, why);
}

enum err
api_dns_plan_confirm(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	struct control_plan p;
	bool by_hand = false;
	enum err err = api_json_body(c, &body, why);

	if (err == ERR_NONE)
		err = api_plan_find(c, &p, why);
	if (err == ERR_NONE)
		err = api_plan_provider(c, body, &p.provider, why);
	if (err != ERR_NONE)
		return err;
	by_hand = is_true(json_get(body, "by_hand"));
	if (by_hand)
		p.provider = 0;
	err = api_plan_may_confirm(c, &p, by_hand, why);
	if (err == ERR_NONE)
		err = api_plan_confirm(c, &p, why);
	c->head.status = 202;
	return err == ERR_NONE ? api_answer_plan(c, p.id, why) : err;
}

/* ---- undoing, looking again ---- */

static struct str
plan_text(struct api_call *c, const struct dnsplan *plan)
{
	SCOPED_BUF text = BUF(CONTROL_PLAN_MAX);
	struct json_out j = JSON_OUT(&text);
	struct str out;

	json_open_object(&j, NULL);
	dnsplan_put(&j, plan, FINDING_EN);
	json_close_object(&j);
	return arena_dup(c->mem, buf_str(&text), &out) ? out : S("");
}

/* The plan that takes it back, to be confirmed like any other. */
enum err
api_dns_plan_undo(struct api_call *c, struct diag *why)
{
	struct control_plan p, back;
	struct dnsplan plan, turned;
	enum err err = api_plan_find(c, &p, why);

	if (err == ERR_NONE)
		err = api_plan_is(&p, STATE(APPLIED) | STATE(VERIFIED), why);
	if (err == ERR_NONE && p.undone != 0)
		err = diag_set(why, ERR_GONE, "control.plan_state", 0, "#%lld",
			       (long long)p.undone);
	if (err == ERR_NONE)
		err = api_plan_read(c, &p, &plan, why);
	if (err != ERR_NONE)
		return err;
	dnsplan_turn(&plan, c->mem, &turned);
	back = (struct control_plan){ .domain = p.domain,
				      .state = CONTROL_PLAN_READY,
				      .wish = p.wish,
				      .plan = plan_text(c, &turned),
				      .provider = p.provider,
				      .undoes = p.id,
				      .author = c->person.name,
				      .made_at = c->now };
	err = control_plan_add(c->api->control, c->person.owner, &back, why);
	if (err == ERR_NONE)
		err = audit_plan(c, "plan.undo", &p, why);
	c->head.status = 201;
	return err == ERR_NONE ? api_answer_plan(c, back.id, why) : err;
}

enum err
api_dns_plan_verify(struct api_call *c, struct diag *why)
{
	struct control_plan p;
	enum err err = api_plan_find(c, &p, why);

	if (err == ERR_NONE)
		err = api_plan_is(&p, STATE(APPLIED) | STATE(VERIFIED), why);
	if (err != ERR_NONE)
		return err;
	const enum control_plan_state from = p.state;

	p.state = CONTROL_PLAN_APPLIED;
	p.due_at = c->now;
	err = control_plan_put(c->api->control, c->person.owner, &p, from, NULL,
			       why);
	c->head.status = 202;
	return err == ERR_NONE ? api_answer_plan(c, p.id, why) : err;
}

/* ---- for somebody else ---- */

enum err
api_dns_plan_share(struct api_call *c, struct diag *why)
{
	char secret[CONTROL_SECRET_SIZE];
	SCOPED_BUF url = BUF(2048);
	struct control_plan p;
	struct json_out *j;
	enum err err = api_plan_find(c, &p, why);

	if (err == ERR_NONE)
		err = control_share_add(c->api->control, c->person.owner, p.id,
					c->now, secret, why);
	if (err == ERR_NONE)
		err = audit_plan(c, "plan.share", &p, why);
	if (err != ERR_NONE)
		return err;
	buf_addf(&url, "%s/shared/%s",
		 c->api->o.base_url ? c->api->o.base_url : "", secret);
	c->head.status = 201;
	j = api_begin(c, "waxseal.dns.share/1");
	json_put_i64(j, "plan", p.id);
	json_put_str(j, "url", buf_str(&url));
	json_put_str(j, "secret", str_of(secret));
	json_put_i64(j, "expires_at", c->now + CONTROL_SHARE_DAYS * CIVIL_DAY);
	api_end(c);
	return ERR_NONE;
}
