/* publish.c - plans of DNS changes as they are shown. */
#include "api/handlers.h"
#include "api/publish.h"
#include "records/records.h"

enum { TEXT_MAX = 1 << 20, JSON_DEPTH = 16 };

enum err
api_plan_find(struct api_call *c, struct control_plan *out, struct diag *why)
{
	int64_t id;
	enum err err = api_param_id(c, 0, &id, why);

	return err == ERR_NONE
		       ? control_plan_find(c->api->control, c->person.owner, id,
					   c->mem, out, why)
		       : err;
}

enum err
api_plan_is(const struct control_plan *p, unsigned states, struct diag *why)
{
	if (states & 1u << p->state)
		return ERR_NONE;
	return diag_set(why, ERR_GONE, "control.plan_state", 0, "%s",
			control_plan_state_name(p->state));
}

enum err
api_plan_read(struct api_call *c, const struct control_plan *p,
	      struct dnsplan *out, struct diag *why)
{
	const struct json_limits limits = { CONTROL_PLAN_MAX, JSON_DEPTH };
	SCOPED_JSON root = NULL;
	bool repaired;

	if (p->plan.n > 0 &&
	    json_parse(p->plan, limits, &root, &repaired, NULL) == ERR_NONE &&
	    dnsplan_read(root, c->mem, out))
		return ERR_NONE;
	return diag_set(why, ERR_GONE, "control.plan_state", 0, "%s",
			control_plan_state_name(p->state));
}

/* ---- one plan ---- */

static void
put_time(struct json_out *j, const char *key, int64_t at)
{
	api_put_i64(j, key, at, at != 0);
}

/* What has to be typed where nobody publishes for us. */
static void
put_texts(struct json_out *j, const struct dnsplan *plan, struct arena *mem)
{
	struct records set;
	bool good = dnsplan_records(plan, mem, &set);

	json_open_object(j, "text");
	for (int i = 0; good && i < RECORDS_FORMS; i++) {
		const enum records_form form = (enum records_form)i;
		SCOPED_BUF text = BUF(TEXT_MAX);

		if (form == RECORDS_NSUPDATE)
			dnsplan_nsupdate(plan, &text);
		else if (!records_print(&set, form, &text))
			continue;
		if (!text.full)
			json_put_str(j, records_form_name(form),
				     buf_str(&text));
	}
	json_close_object(j);
}

static void
put_check(struct json_out *j, struct str text)
{
	const struct json_limits limits = { CONTROL_PLAN_MAX, JSON_DEPTH };
	SCOPED_JSON check = NULL;
	bool repaired;

	if (text.n == 0 ||
	    json_parse(text, limits, &check, &repaired, NULL) != ERR_NONE)
		json_put_null(j, "check");
	else
		json_put_copy(j, "check", check);
}

static void
put_fault(struct api_call *c, struct json_out *j, const struct control_plan *p)
{
	SCOPED_BUF words = BUF(TEXT_MAX);
	struct diag why = { 0 };

	json_put_known(j, "fault", p->fault);
	json_put_known(j, "detail", p->detail);
	if (p->fault.n == 0) {
		json_put_null(j, "words");
		return;
	}
	(void)diag_set(&why, ERR_NONE, p->fault.p, 0, "%.*s",
		       STR_ARG(p->detail));
	finding_explain(&words, c->person.lang, &why);
	json_put_str(j, "words", buf_str(&words));
}

static void
put_whole(struct api_call *c, struct json_out *j, const struct control_plan *p)
{
	struct dnsplan plan;
	struct diag why = { 0 };

	if (api_plan_read(c, p, &plan, &why) != ERR_NONE) {
		json_put_null(j, "plan");
		return;
	}
	json_open_object(j, "plan");
	dnsplan_put(j, &plan, c->person.lang);
	put_texts(j, &plan, c->mem);
	json_close_object(j);
	put_check(j, p->check);
}

void
api_put_plan(struct api_call *c, struct json_out *j,
	     const struct control_plan *p, bool whole)
{
	json_put_i64(j, "id", p->id);
	json_put_str(j, "domain", p->domain);
	json_put_str(j, "state", str_of(control_plan_state_name(p->state)));
	api_put_i64(j, "provider", p->provider, p->provider != 0);
	api_put_i64(j, "undoes", p->undoes, p->undoes != 0);
	api_put_i64(j, "undone", p->undone, p->undone != 0);
	json_put_str(j, "author", p->author);
	json_put_known(j, "confirmer", p->confirmer);
	json_put_i64(j, "made_at", p->made_at);
	put_time(j, "confirmed_at", p->confirmed_at);
	put_time(j, "applied_at", p->applied_at);
	put_time(j, "verified_at", p->verified_at);
	put_time(j, "due_at", p->due_at);
	put_fault(c, j, p);
	if (whole)
		put_whole(c, j, p);
}

enum err
api_answer_plan(struct api_call *c, int64_t id, struct diag *why)
{
	struct control_plan p;
	enum err err = control_plan_find(c->api->control, c->person.owner, id,
					 c->mem, &p, why);

	if (err != ERR_NONE)
		return err;
	api_put_plan(c, api_begin(c, "waxseal.dns.plan/1"), &p, true);
	api_end(c);
	return ERR_NONE;
}

enum err
api_dns_plan(struct api_call *c, struct diag *why)
{
	int64_t id;
	enum err err = api_param_id(c, 0, &id, why);

	return err == ERR_NONE ? api_answer_plan(c, id, why) : err;
}

/* ---- many ---- */

struct listing {
	struct api_call *c;
	struct json_out *j;
	size_t n;
	int64_t last;
};

static enum err
take_plan(void *ctx, const struct control_plan *p)
{
	struct listing *l = ctx;
	struct str fault = p->fault;
	struct control_plan row = *p;

	/* A text of a column has no NUL behind it. */
	if (!arena_dup(l->c->mem, fault, &row.fault))
		row.fault = S("");
	json_open_object(l->j, NULL);
	api_put_plan(l->c, l->j, &row, false);
	json_close_object(l->j);
	l->n++;
	l->last = p->id;
	return ERR_NONE;
}

enum err
api_dns_plans(struct api_call *c, struct diag *why)
{
	struct control_plan_range range = { .domain = api_arg(c, "domain"),
					    .most = PUBLISH_LIST };
	struct listing l = { .c = c };
	uint64_t before = 0;
	enum err err;

	(void)str_u64(api_arg(c, "cursor"), &before);
	range.before = before <= INT64_MAX ? (int64_t)before : 0;
	l.j = api_begin(c, "waxseal.dns.plans/1");
	json_open_array(l.j, "plans");
	err = control_plans(c->api->control, c->person.owner, &range, take_plan,
			    &l, why);
	json_close_array(l.j);
	api_put_i64(l.j, "next", l.last, l.n == PUBLISH_LIST);
	api_end(c);
	return err;
}

/* ---- for whoever has a link ---- */

static void
put_record(struct json_out *j, const struct records *set,
	   const struct record *r)
{
	json_open_object(j, NULL);
	json_put_str(j, "name", r->name);
	json_put_str(j, "host", records_host(set, r));
	json_put_str(j, "type", str_of(records_type_name(r->type)));
	json_put_i64(j, "ttl", r->ttl);
	json_put_str(j, "value", r->value);
	json_open_array(j, "replaces");
	for (size_t i = 0; i < r->old_n; i++)
		json_put_str(j, NULL, r->old[i]);
	json_close_array(j);
	json_close_object(j);
}

static void
put_removed(struct json_out *j, const struct dnsplan *plan)
{
	json_open_array(j, "removed");
	for (size_t i = 0; i < plan->n; i++) {
		const struct dnsplan_change *change = &plan->at[i];

		for (size_t k = 0;
		     change->what == DNSPLAN_REMOVE && k < change->now_n; k++) {
			json_open_object(j, NULL);
			json_put_str(j, "name", change->name);
			json_put_str(j, "type",
				     str_of(records_type_name(change->type)));
			json_put_str(j, "value", change->now[k]);
			json_close_object(j);
		}
	}
	json_close_array(j);
}

enum err
api_dns_shared(struct api_call *c, struct diag *why)
{
	struct control_share share;
	struct control_plan p;
	struct dnsplan plan;
	struct records set;
	struct json_out *j;
	enum err err = control_share_find(c->api->control, c->param[0], c->now,
					  &share, why);

	if (err == ERR_NONE)
		err = control_plan_find(c->api->control, share.owner,
					share.plan, c->mem, &p, why);
	if (err == ERR_NONE)
		err = api_plan_read(c, &p, &plan, why);
	if (err == ERR_NONE && !dnsplan_records(&plan, c->mem, &set))
		err = diag_set(why, ERR_LIMIT, "publish.too_large", 0, "%s",
			       "");
	if (err != ERR_NONE)
		return err;
	j = api_begin(c, "waxseal.dns.shared/1");
	json_put_str(j, "domain", plan.domain);
	json_put_known(j, "zone", plan.zone);
	json_put_i64(j, "expires_at", share.expires_at);
	json_open_array(j, "records");
	for (size_t i = 0; i < set.n; i++)
		put_record(j, &set, &set.at[i]);
	json_close_array(j);
	put_removed(j, &plan);
	put_texts(j, &plan, c->mem);
	api_end(c);
	return ERR_NONE;
}
